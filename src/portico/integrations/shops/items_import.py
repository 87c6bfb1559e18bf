"""`portico import items`: products of another shop, with prices and opening stock, out of its own export file."""

import re
import time
import unicodedata
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from portico.business.types import Location, Market
from portico.catalog import api as catalog
from portico.catalog.types import (
    BadBarcode,
    BadCheckDigit,
    DuplicateBarcode,
    DuplicateSku,
    MediaKind,
    NewCategory,
    NewItem,
    NewMedia,
    NewVariant,
    Put,
    Status,
    Trait,
)
from portico.integrations.shops import grounds, items_shopify, items_woocommerce
from portico.integrations.shops.broken import BadValue, NotATable, shown
from portico.integrations.shops.items import Parsed, ParsedItem, ParsedVariant
from portico.integrations.shops.reading import Table
from portico.integrations.shops.report import Progress, Rejects, Report, silent
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.platform import i18n, money
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import Price

ITEMS_AT_ONCE = 1_000
EXPECTED = "a product export of Shopify or WooCommerce (CSV)"


class Format(NamedTuple):
    """A shop's own way to write products: the columns it is told by, those it needs, and its reader."""

    marks: tuple[str, ...]
    required: tuple[str, ...]
    read: Callable[[Table], Parsed]


FORMATS = (
    Format(items_shopify.MARKS, items_shopify.REQUIRED, items_shopify.read),
    Format(items_woocommerce.MARKS, items_woocommerce.REQUIRED, items_woocommerce.read),
)


def read(path: Path) -> Parsed:
    """The file in whichever format it is. Refuses every BrokenFile, with row and column."""
    table = Table(path, expected=EXPECTED)
    for one in FORMATS:
        if all(mark in table.columns for mark in one.marks):
            return one.read(table)
    likest = max(FORMATS, key=lambda one: len(set(one.required) & set(table.columns)))
    if len(set(likest.required) & set(table.columns)) >= 2:
        table.require(likest.required)
    raise NotATable(file=path.name, row=1, expected=EXPECTED)


async def run(
    database: Database,
    path: Path,
    *,
    market: str | None = None,
    currency: str | None = None,
    country: str | None = None,
    location: str | None = None,
    rejects_path: Path | None = None,
    progress: Progress = silent,
    language: str = i18n.FALLBACK,
) -> Report:
    """Import the file: all of it in one transaction, or nothing. Refuses BrokenFile, NoMarket, NoLocation.

    Prices become what the file says. Stock is opened for variants that are new, at `location` (without one, the
    market's first); as it moves afterwards it is this house's own, and a second import leaves it alone.
    """
    began = time.monotonic()
    parsed = read(path)
    progress("check", parsed.rows, parsed.rows)
    report = Report(
        source=parsed.source, file=path.name, read=parsed.rows, rejects_file=str(rejects_path or "") or None
    )
    columns = list(dict.fromkeys(column for row, _ in parsed.rejected for column in row.cells))
    async with database.transaction() as tx:
        sells = await grounds.market(tx, code=market, currency=currency, country=country)
        place = await grounds.location(tx, market=sells, code=location)
        by = await grounds.hand(tx, name=parsed.source)
        writer = _Writer(tx, parsed, report, market=sells, location=place, by=by)
        await writer.write_categories()
        for start in range(0, len(parsed.items), ITEMS_AT_ONCE):
            await writer.write(parsed.items[start : start + ITEMS_AT_ONCE])
            progress("items", min(start + ITEMS_AT_ONCE, len(parsed.items)), len(parsed.items))
    if writer.stock_left_out:
        report.notes.append(i18n.text(language, "imports.note.no_location"))
    with Rejects(rejects_path, columns=columns, language=language) as rejects:
        for row, reason in parsed.rejected:
            rejects.add(row=row.number, reason=reason, cells=[row.get(column) for column in columns])
    report.rejected, report.reasons = rejects.count, dict(rejects.reasons)
    report.imported = report.read - report.rejected
    report.seconds = round(time.monotonic() - began, 1)
    return report


class _Writer:
    """One run inside its transaction."""

    def __init__(
        self, tx: Tx, parsed: Parsed, report: Report, *, market: Market, location: Location | None, by: Hand
    ) -> None:
        self._tx, self._parsed, self._report = tx, parsed, report
        self._market, self._location, self._by = market, location, by
        self._language = market.language
        self.stock_left_out = False

    async def write_categories(self) -> None:
        """The categories the items name, widest first; those that are there keep their place and names."""
        known = {one.slug for one in await catalog.categories(self._tx)}
        made: dict[str, NewCategory] = {}
        for item in self._parsed.items:
            parent: str | None = None
            for i, name in enumerate(item.category):
                slug = _category_slug(item.category[: i + 1])
                if slug not in known:
                    made.setdefault(slug, NewCategory(slug=slug, titles={self._language: name}, parent_slug=parent))
                parent = slug
        await catalog.put_categories(self._tx, categories=list(made.values()))
        self._report.tally("categories").new += len(made)

    async def write(self, items: Sequence[ParsedItem]) -> None:
        before = await catalog.variant_ids_by_sku(
            self._tx, skus=[variant.sku for item in items for variant in item.variants]
        )
        answers = await catalog.put_items(self._tx, items=[self._item(one) for one in items], by=self._by)
        put: list[tuple[ParsedItem, Put]] = []
        for item, answer in zip(items, answers, strict=True):
            if isinstance(answer, Refused):
                raise _broken(self._report.file, self._parsed, item, answer)
            put.append((item, answer))
            tally = self._report.tally("items")
            setattr(tally, answer.change.value, getattr(tally, answer.change.value) + 1)
        await self._write_prices(put)
        await self._write_stock(put, before={sku.lower() for sku in before})

    async def _write_prices(self, put: Sequence[tuple[ParsedItem, Put]]) -> None:
        exponent = money.exponent(self._market.currency)
        prices = [
            Price(
                answer.variant_ids[one.sku],
                self._market.id,
                money.round_half_up(one.price * Decimal(10) ** exponent),
                self._market.currency,
            )
            for item, answer in put
            for one in item.variants
            if one.price is not None
        ]
        known = await pricing.prices(
            self._tx, variant_ids=[one.variant_id for one in prices], market_ids=[self._market.id]
        )
        changed = await pricing.put_prices(self._tx, prices=prices)
        new = sum((one.variant_id, one.market_id) not in known for one in prices)
        tally = self._report.tally("prices")
        tally.new += new
        tally.changed += changed - new
        tally.unchanged += len(prices) - changed

    async def _write_stock(self, put: Sequence[tuple[ParsedItem, Put]], *, before: set[str]) -> None:
        opened = [
            (answer.variant_ids[one.sku], one.stock)
            for item, answer in put
            for one in item.variants
            if one.stock and one.sku.lower() not in before
        ]
        if not opened:
            return
        if self._location is None:
            self.stock_left_out = True
            return
        await inventory.adjust(
            self._tx,
            adjustments=[
                Adjustment(
                    variant_id=variant_id,
                    location_id=self._location.id,
                    quantity=quantity,
                    reason=Reason.IMPORTED,
                    reference=self._report.source,
                    by=self._by,
                    occurred_at=self._tx.now,
                )
                for variant_id, quantity in opened
            ],
        )
        self._report.tally("stock").new += len(opened)

    def _item(self, item: ParsedItem) -> NewItem:
        language = self._language
        pictures = [
            NewMedia(kind=MediaKind.URL, content=address, alts={language: alt} if alt else {})
            for address, alt in item.images
        ]
        pictures += [NewMedia(kind=MediaKind.URL, content=one.image, sku=one.sku) for one in item.variants if one.image]
        return NewItem(
            external_ref=item.key,
            titles={language: item.title},
            descriptions={language: item.description} if item.description else {},
            category_slug=_category_slug(item.category) if item.category else None,
            attributes=tuple(Trait({language: name}, {language: value}) for name, value in item.attributes),
            media=tuple(pictures[:50]),
            variants=tuple(_variant(one, language) for one in item.variants),
            status=Status.ACTIVE if item.for_sale else Status.DRAFT,
        )


def _variant(one: ParsedVariant, language: str) -> NewVariant:
    return NewVariant(
        sku=one.sku,
        options=tuple(Trait({language: name}, {language: value}) for name, value in one.options),
        barcodes=(one.barcode,) if one.barcode else (),
    )


def _category_slug(path: Sequence[str]) -> str:
    """Named by the whole way down, so that "Men > Shoes" and "Women > Shoes" are two."""
    folded = unicodedata.normalize("NFKD", " ".join(path)).encode("ascii", "ignore").decode().lower()
    slug = "-".join(re.findall(r"[a-z0-9]+", folded))[:80].strip("-")
    return slug or "c-" + "".join(f"{ord(one):x}" for one in "".join(path)[:12])


def _broken(file: str, parsed: Parsed, item: ParsedItem, refused: Refused) -> BadValue:
    """What the catalog refuses, as the row and column it came from."""
    if isinstance(refused, BadCheckDigit | BadBarcode | DuplicateBarcode):
        value = refused.barcode if isinstance(refused, DuplicateBarcode) else refused.given
        column, row = parsed.barcode_column, _row_of(item, lambda one: _digits(one.barcode) == _digits(value))
    elif isinstance(refused, DuplicateSku):
        value, column, row = refused.sku, parsed.sku_column, _row_of(item, lambda one: one.sku == refused.sku)
    else:
        data = refused.data()
        value, column, row = str(data.get("value", "")), str(data.get("field", "")), item.row
    expected = i18n.text(i18n.FALLBACK, f"problem.{refused.code}", **refused.data())
    return BadValue(file=file, row=row, column=column, value=shown(value), expected=expected)


def _row_of(item: ParsedItem, is_it: Callable[[ParsedVariant], bool]) -> int:
    return next((one.row for one in item.variants if is_it(one)), item.row)


def _digits(barcode: str) -> str:
    return barcode.replace(" ", "").replace("-", "")
