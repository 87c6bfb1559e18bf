"""`portico import online-retail`: items, customers, past orders and returns out of half a million invoice lines.

The file is read whole and checked before anything is written. What is written goes in bounded transactions, each row
known by its key in the file, so that an import that was cut off goes on where it was, and a second one changes nothing.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from portico.business.types import Market
from portico.catalog import api as catalog
from portico.catalog.types import Change, NewCategory, NewItem, NewVariant, Status, Variant
from portico.catalog.types import Put as ItemPut
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer, PutAnswer
from portico.customers.types import Put as CustomerPut
from portico.integrations.shops import grounds, online_retail
from portico.integrations.shops.online_retail import COUNTRY, CURRENCY, SOURCE, TIME_ZONE, Invoice, Line, Survey
from portico.integrations.shops.report import Progress, Rejects, Report, Tally, silent
from portico.orders import api as orders
from portico.orders.types import PastLine, PastOrder, PastReturn, Recorded
from portico.platform import i18n
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.pricing import api as pricing
from portico.pricing.types import Price

ITEMS_AT_ONCE, CUSTOMERS_AT_ONCE, RETURNS_AT_ONCE = 2_000, 2_500, 2_500
LINES_AT_ONCE = 25_000
GOODS, SERVICES = "gifts", "services"

Thing = TypeVar("Thing")


async def run(
    database: Database,
    path: Path,
    *,
    rejects_path: Path | None = None,
    progress: Progress = silent,
    language: str = i18n.FALLBACK,
) -> Report:
    """Import the file. Refuses what `online_retail.survey` refuses, with nothing written."""
    began = time.monotonic()
    survey = online_retail.survey(path, progress=lambda done: progress("check", done, None))
    progress("check", survey.rows, survey.rows)
    report = Report(source=SOURCE, file=path.name, read=survey.rows, rejects_file=str(rejects_path or "") or None)
    with Rejects(rejects_path, columns=list(online_retail.COLUMNS), language=language) as rejects:
        writer = _Writer(database, report, progress, language)
        await writer.prepare(survey)
        await writer.write_orders(path, survey, rejects)
        await writer.write_returns()
        report.rejected, report.reasons = rejects.count, dict(rejects.reasons)
    report.seconds = round(time.monotonic() - began, 1)
    return report


class _Writer:
    """One run: what it has learnt of the database's ids, and the figures so far."""

    def __init__(self, database: Database, report: Report, progress: Progress, language: str) -> None:
        self._database, self._report, self._progress, self._language = database, report, progress, language
        self._market: Market
        self._by: Hand
        self._variants: dict[str, Variant] = {}
        self._customers: dict[str, CustomerId] = {}
        self._languages: dict[str, str] = {}
        self._returned: list[Line] = []

    async def prepare(self, survey: Survey) -> None:
        """Items, their prices, and customers: whatever orders point at."""
        async with self._database.transaction() as tx:
            self._market = await grounds.market(tx, currency=CURRENCY, country=COUNTRY)
            self._by = await grounds.hand(tx, name="Online Retail")
            await catalog.put_categories(tx, categories=_categories())
        for some in _chunks(survey.items, ITEMS_AT_ONCE):
            await self._write_items(some, len(survey.items))
        self._languages = {
            number: online_retail.LANGUAGES.get(country, i18n.FALLBACK) for number, country in survey.customers.items()
        }
        for numbers in _chunks(list(survey.customers), CUSTOMERS_AT_ONCE):
            await self._write_customers(numbers, len(survey.customers))

    async def _write_items(self, items: Sequence[online_retail.Item], total: int) -> None:
        tally = self._report.tally("items")
        async with self._database.transaction() as tx:
            answers = await catalog.put_items(tx, items=[_item(one) for one in items], by=self._by)
            prices = []
            for item, answer in zip(items, answers, strict=True):
                if not isinstance(answer, ItemPut):
                    raise answer  # a SKU that is taken by another item: nothing can be hung on it
                _count(tally, answer.change)
                if answer.change is Change.NEW and item.price is not None and not item.is_service:
                    (variant_id,) = answer.variant_ids.values()
                    prices.append(Price(variant_id, self._market.id, item.price, CURRENCY))
            self._count_prices(await pricing.put_prices(tx, prices=prices), len(prices))
            ids = [variant_id for one in answers if isinstance(one, ItemPut) for variant_id in one.variant_ids.values()]
            found = await catalog.variants(tx, ids=ids)
        self._variants.update((one.sku, one) for one in found.values())
        self._progress("items", len(self._variants), total)

    def _count_prices(self, written: int, asked: int) -> None:
        tally = self._report.tally("prices")
        tally.new += written
        tally.unchanged += asked - written

    async def _write_customers(self, numbers: Sequence[str], total: int) -> None:
        tally = self._report.tally("customers")
        new = [
            NewCustomer(
                external_ref=f"{SOURCE}:{number}",
                given_name="Customer",  # the file has numbers only; desk and till find her by it
                family_name=number,
                language=self._languages[number],
                loyalty=False,
            )
            for number in numbers
        ]
        async with self._database.transaction() as tx:
            answers = await customers.put_customers(tx, customers=new, by=self._by)
        for number, answer in zip(numbers, answers, strict=True):
            if not isinstance(answer, PutAnswer):
                raise answer
            _count(tally, answer.put)
            self._customers[number] = answer.id
        self._progress("customers", len(self._customers), total)

    async def write_orders(self, path: Path, survey: Survey, rejects: Rejects) -> None:
        waiting: list[Invoice] = []
        lines, total = 0, sum(survey.sale_lines.values())
        for invoice in online_retail.invoices(
            path,
            sale_lines=survey.sale_lines,
            reject=lambda one: rejects.add(row=one.row, reason=one.reason, cells=one.cells),
            returned=self._returned.append,
        ):
            waiting.append(invoice)
            lines += len(invoice.lines)
            if lines >= LINES_AT_ONCE:
                await self._record(waiting, total)
                waiting, lines = [], 0
        await self._record(waiting, total)

    async def _record(self, invoices: Sequence[Invoice], total: int) -> None:
        if not invoices:
            return
        async with self._database.transaction() as tx:
            answers = await orders.record_past(tx, orders=[self._order(one) for one in invoices], by=self._by)
        for invoice, answer in zip(invoices, answers, strict=True):
            self._count_recorded("orders", answer)
            self._count_recorded("lines", answer, times=len(invoice.lines))
            self._report.imported += len(invoice.lines)
        self._progress("orders", self._report.imported, total)

    def _order(self, invoice: Invoice) -> PastOrder:
        first = invoice.first
        return PastOrder(
            external_ref=f"{SOURCE}:{invoice.number}",
            market_id=self._market.id,
            currency=CURRENCY,
            taxes_included=False,
            placed_at=online_retail.local_moment(first.at),
            time_zone=TIME_ZONE,
            language=self._languages.get(first.customer or "", i18n.FALLBACK),
            customer_id=self._customers[first.customer] if first.customer else None,
            origin={"source": SOURCE, "invoice": invoice.number, "country": first.country},
            lines=tuple(self._line(one) for one in invoice.lines),
        )

    def _line(self, line: Line) -> PastLine:
        variant = self._variants[line.code]
        return PastLine(
            variant_id=variant.id,
            public_id=variant.public_id,
            sku=variant.sku,
            title=line.description or variant.title,  # the name as it was printed that day
            quantity=line.quantity,
            unit_price=line.unit_price,
            net=line.amount,  # the file knows no tax
        )

    async def write_returns(self) -> None:
        refs = online_retail.return_refs(self._returned)
        past = [self._return(line, ref) for line, ref in zip(self._returned, refs, strict=True)]
        unlinked = 0  # goods whose purchase is not known; money given back belongs to no line anyway
        for start in range(0, len(past), RETURNS_AT_ONCE):
            some = past[start : start + RETURNS_AT_ONCE]
            async with self._database.transaction() as tx:
                answers = await orders.record_past_returns(tx, returns=some, by=self._by)
            for one, answer in zip(some, answers, strict=True):
                self._count_recorded("returns", answer)
                unlinked += one.type == "return" and answer.order_id is None
            self._report.imported += len(some)
            self._progress("returns", min(start + RETURNS_AT_ONCE, len(past)), len(past))
        if unlinked:
            self._report.notes.append(i18n.text(self._language, "imports.note.unlinked", count=unlinked))

    def _return(self, line: Line, ref: str) -> PastReturn:
        return PastReturn(
            external_ref=ref,
            type=online_retail.SERVICES.get(line.code, "return"),
            variant_id=self._variants[line.code].id,
            customer_id=self._customers[line.customer] if line.customer else None,
            quantity=-line.quantity,
            amount=-line.amount,
            currency=CURRENCY,
            reason=line.description,
            occurred_at=online_retail.local_moment(line.at),
        )

    def _count_recorded(self, thing: str, answer: Recorded, *, times: int = 1) -> None:
        tally = self._report.tally(thing)
        if answer.new:
            tally.new += times
        else:
            tally.unchanged += times


def _categories() -> list[NewCategory]:
    gifts = {"en": "Gifts", "es": "Regalos", "it": "Regali", "ru": "Подарки"}
    services = {"en": "Services", "es": "Servicios", "it": "Servizi", "ru": "Услуги"}
    return [
        NewCategory(slug=GOODS, titles=gifts, position=900),
        NewCategory(slug=SERVICES, titles=services, position=990),
    ]


def _item(item: online_retail.Item) -> NewItem:
    """Goods are for sale if they ever were; services and discounts of past invoices can only be named."""
    for_sale = item.price is not None and not item.is_service
    return NewItem(
        external_ref=f"{SOURCE}:{item.code}",
        titles={"en": item.title},
        category_slug=SERVICES if item.is_service else GOODS,
        variants=(NewVariant(sku=item.code),),
        status=Status.ACTIVE if for_sale else Status.ARCHIVED,
    )


def _count(tally: Tally, change: Change | CustomerPut) -> None:
    setattr(tally, change.value, getattr(tally, change.value) + 1)


def _chunks(things: Sequence[Thing], size: int) -> list[Sequence[Thing]]:
    return [things[i : i + size] for i in range(0, len(things), size)]
