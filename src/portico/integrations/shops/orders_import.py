"""`portico import orders`: what another shop sold before, as history. No stock moves, no money moves, nobody is written to."""

import asyncio
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from portico.business import api as business
from portico.business.types import Market
from portico.catalog import api as catalog
from portico.catalog.types import Variant
from portico.integrations.shops import grounds, orders
from portico.integrations.shops.broken import MissingColumns
from portico.integrations.shops.orders import Bad, ReadLine, ReadOrder
from portico.integrations.shops.reading import Row, Table
from portico.integrations.shops.report import Progress, Rejects, Report, silent
from portico.orders import api as order_room
from portico.orders.types import LINES_MAX, PastLine, PastOrder
from portico.platform import clock, money
from portico.platform.db import Database, Tx
from portico.platform.events import Hand

EXPECTED = "CSV with a row per line: order, placed_at, sku, quantity, unit_price"
ORDERS_AT_ONCE = 1_000
SKUS_AT_ONCE = 10_000
SOURCE = re.compile(r"[a-z0-9-]{1,30}")


class _Undo(Exception):
    """A dry run has done it all, and takes it back."""


class Reading(msgspec.Struct):
    """What a first look at the whole file found: how many rows, which SKUs, and orders whose rows do not stand together."""

    rows: int
    skus: set[str]
    scattered: set[str]


async def run(
    database: Database,
    path: Path,
    *,
    market: str | None = None,
    source: str = "file",
    columns: Mapping[str, str] | None = None,
    dry_run: bool = False,
    rejects_path: Path | None = None,
    progress: Progress = silent,
) -> Report:
    """Take over the orders of a file, each known as `<source>:<its reference>`: one that is here already is left as it is.

    Refuses every BrokenFile before anything is written. An order of which one row is wrong is not taken, none of it: its rows
    are in the reject file, the wrong one with its column and reason.
    """
    begun = time.monotonic()
    table = Table(path, expected=EXPECTED)
    chosen = orders.columns_of(table.columns, given=columns or {})
    missing = [one for one in orders.REQUIRED if one not in chosen]
    missing += [one for one in chosen.values() if one not in table.columns]
    if "unit_price" not in chosen and "line_total" not in chosen:
        missing.append("unit_price")
    if missing:
        raise MissingColumns(file=path.name, row=1, columns=", ".join(missing))
    reading = await asyncio.to_thread(_look, table, chosen, progress)
    async with database.read() as tx:
        ground = await grounds.market(tx, code=market)
        by = await grounds.hand(tx, name=f"Import of {path.name}")
        directory = await business.directory(tx)
        variants = await _variants(tx, reading.skus, ground)
    zone = next((one.time_zone for one in directory.stores(ground.id)), "UTC")
    report = Report(source=f"orders:{source}", file=path.name)
    with Rejects(rejects_path, columns=["column", *table.columns]) as rejects:
        taking = _Taking(table, chosen, ground, zone, source, variants, reading.scattered, rejects, by)
        batch: list[tuple[int, PastOrder]] = []
        for rows in _orders(table, chosen):
            report.read += len(rows)
            order = taking.take(rows)
            if order is not None:
                batch.append((len(rows), order))
            if len(batch) >= ORDERS_AT_ONCE:
                await _record(database, batch, report, by, dry_run)
                batch.clear()
                progress("orders", report.read, reading.rows)
        await _record(database, batch, report, by, dry_run)
        progress("orders", report.read, reading.rows)
    report.rejected, report.reasons = rejects.count, dict(rejects.reasons)
    report.rejects_file = str(rejects_path) if rejects_path else None
    report.seconds = time.monotonic() - begun
    return report


def _look(table: Table, columns: Mapping[str, str], progress: Progress) -> Reading:
    """Every row once, before anything is written. An order's rows stand together, or they are told: what comes later would
    be lost, because by then its order is known."""
    found = Reading(0, set(), set())
    seen: set[int] = set()  # of hashes: a million references would be a hundred megabytes
    last = ""
    for row in table:
        found.rows += 1
        found.skus.add(row.get(columns["sku"]).lower())
        reference = row.get(columns["order"])
        if reference != last:
            if hash(reference) in seen:
                found.scattered.add(reference)
            seen.add(hash(reference))
            last = reference
        if found.rows % 50_000 == 0:
            progress("reading", found.rows, None)
    return found


def _orders(table: Table, columns: Mapping[str, str]) -> Iterator[list[Row]]:
    """The rows of each order; a row without a reference stands alone."""
    together: list[Row] = []
    for row in table:
        if together and row.get(columns["order"]) != together[0].get(columns["order"]):
            yield together
            together = []
        together.append(row)
    if together:
        yield together


async def _variants(tx: Tx, skus: set[str], market: Market) -> dict[str, Variant]:
    found: dict[str, Variant] = {}
    wanted = sorted(skus)
    for start in range(0, len(wanted), SKUS_AT_ONCE):
        ids = await catalog.variant_ids_by_sku(tx, skus=wanted[start : start + SKUS_AT_ONCE])
        variants = await catalog.variants(tx, ids=sorted(set(ids.values())), language=market.language)
        found |= {sku.lower(): variants[one] for sku, one in ids.items() if one in variants}
    return found


class _Taking:
    """Makes a past order of rows, or rejects them all."""

    def __init__(
        self, table: Table, columns: Mapping[str, str], market: Market, zone: str, source: str,
        variants: Mapping[str, Variant], scattered: set[str], rejects: Rejects, by: Hand,
    ) -> None:  # fmt: skip
        self._table, self._columns, self._market, self._zone, self._source = table, columns, market, zone, source
        self._variants, self._scattered, self._rejects, self._by = variants, scattered, rejects, by
        self._now = clock.now()
        self._exponent = money.exponent(market.currency)

    def take(self, rows: Sequence[Row]) -> PastOrder | None:
        try:
            if rows[0].get(self._columns["order"]) in self._scattered:
                raise Bad(rows[0].number, self._columns["order"], "scattered")
            if len(rows) > LINES_MAX:
                raise Bad(rows[LINES_MAX].number, self._columns["sku"], "too_many_lines")
            read = orders.read_order(
                rows, self._columns, currency=self._market.currency, exponent=self._exponent, zone=self._zone,
                now=self._now,
            )  # fmt: skip
            return self._order(read)
        except Bad as bad:
            for row in rows:
                wrong = row.number == bad.row
                cells = [bad.column if wrong else "", *(row.cells[one] for one in self._table.columns)]
                self._rejects.add(row=row.number, reason=bad.reason if wrong else "same_order", cells=cells)
            return None

    def _order(self, read: ReadOrder) -> PastOrder:
        amounts = [self._amount(one) for one in read.lines]
        goods = sum(amount for _, amount in amounts)
        included = self._tax_included(read, goods)
        taxes = self._taxes(read, [amount for _, amount in amounts])
        lines = tuple(
            self._line(one, variant, amount - tax if included else amount, tax)
            for one, (variant, amount), tax in zip(read.lines, amounts, taxes, strict=True)
        )
        return PastOrder(
            external_ref=f"{self._source}:{read.reference}", market_id=self._market.id, currency=self._market.currency,
            taxes_included=included, placed_at=read.placed_at, time_zone=self._zone, language=self._market.language,
            lines=lines, discount=-read.discount, fulfillment=read.shipping,
            origin={"source": self._source, "reference": read.reference},
        )  # fmt: skip

    def _amount(self, line: ReadLine) -> tuple[Variant, int]:
        variant = self._variants.get(line.sku.lower())
        if variant is None:
            raise Bad(line.row, self._columns["sku"], "unknown_sku")
        if line.quantity % 10 ** (6 - variant.scale):
            raise Bad(line.row, self._columns["quantity"], "bad_quantity")
        if line.price is None:
            return variant, line.total or 0
        amount = (2 * line.quantity * line.price + 1_000_000) // 2_000_000
        if line.total not in (None, amount):
            raise Bad(line.row, self._columns["line_total"], "line_total")
        return variant, amount

    def _tax_included(self, read: ReadOrder, goods: int) -> bool:
        """As the totals say; where they say nothing, as the market does. Totals that fit neither way are refused."""
        told = sum(one.tax or 0 for one in read.lines) if read.tax is None else read.tax
        whole = goods - read.discount + read.shipping
        if whole < 0:
            raise Bad(read.row, self._columns.get("discount", "discount"), "totals")
        if read.total is None:
            return self._market.taxes_included
        ways = {True: whole, False: whole + told}
        for included in (self._market.taxes_included, not self._market.taxes_included):
            if ways[included] == read.total:
                return included
        raise Bad(read.row, self._columns["total"], "totals")

    def _taxes(self, read: ReadOrder, amounts: Sequence[int]) -> list[int]:
        """Of each line as it says; else the order's, shared out by what the lines came to."""
        if any(one.tax is not None for one in read.lines):
            return [one.tax or 0 for one in read.lines]
        if not read.tax:
            return [0] * len(amounts)
        return money.split(read.tax, weights=[max(1, one) for one in amounts])

    def _line(self, line: ReadLine, variant: Variant, net: int, tax: int) -> PastLine:
        price = line.price if line.price is not None else round((line.total or 0) * 1_000_000 / line.quantity)
        return PastLine(
            variant_id=variant.id, public_id=variant.public_id, sku=variant.sku, title=variant.title,
            quantity=line.quantity // 10 ** (6 - variant.scale), unit_price=price, net=net, tax=tax, unit=variant.unit,
            scale=variant.scale,
        )  # fmt: skip


async def _record(
    database: Database, batch: Sequence[tuple[int, PastOrder]], report: Report, by: Hand, dry_run: bool
) -> None:
    """Some orders in a transaction of their own: what was cut off goes on where it was."""
    if not batch:
        return
    try:
        async with database.transaction() as tx:
            answers = await order_room.record_past(tx, orders=[one for _, one in batch], by=by)
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    tally = report.tally("orders")
    for (rows, _), answer in zip(batch, answers, strict=True):
        report.imported += rows
        tally.new += answer.new
        tally.unchanged += not answer.new
