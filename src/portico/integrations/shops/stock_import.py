"""`portico import stock`: a file of what is on hand, or of how it changed, by SKU and location code."""

import asyncio
import hashlib
import re
import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from portico.business import api as business
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.integrations.shops import grounds
from portico.integrations.shops.reading import Table
from portico.integrations.shops.report import Progress, Rejects, Report, Tally, silent
from portico.inventory import api as inventory
from portico.inventory.types import FeedRow, Idle, IdleRow
from portico.platform import clock, i18n
from portico.platform.db import Database, Tx
from portico.platform.events import Hand

COLUMNS = ("sku", "location", "quantity")
EXPECTED = "CSV with the columns sku, location and quantity"
# Each stretch is a transaction: long enough to be fast, short enough that no till waits for it.
ROWS_AT_ONCE = 5_000
WRITERS = 2
SKUS_AT_ONCE = 20_000
UNITS_MAX = 1_000_000_000_000
# Most rows by far are as plain as this; any other is read with all due suspicion.
_PLAIN = re.compile(r"([\w.-]{1,64}),([\w.-]{1,64}),([+-]?[0-9]{1,13})\r?\n?", re.ASCII)


class StockFile(msgspec.Struct):
    """A stock file, read and checked, in a few bytes per row: places in `skus` and `locations`, and the quantity."""

    skus: list[str]
    locations: list[str]
    rows: "array[int]"
    sku_of: "array[int]"
    location_of: "array[int]"
    quantities: "array[int]"
    rejected: list[tuple[int, str, tuple[str, str, str]]]
    digest: str


def read(path: Path, *, absolute: bool, progress: Progress = silent) -> StockFile:
    """The whole file, before anything is written. Refuses every BrokenFile, with row and column."""
    table = Table(path, expected=EXPECTED)
    table.require(COLUMNS)
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    digest.update(b"absolute" if absolute else b"delta")
    skus: dict[str, int] = {}
    locations: dict[str, int] = {}
    found = StockFile([], [], array("q"), array("q"), array("q"), array("q"), [], digest.hexdigest())
    plain = _PLAIN if tuple(table.columns) == COLUMNS and table.delimiter == "," else None
    for count, (number, text) in enumerate(table.records(), 1):
        if plain and (simple := plain.fullmatch(text)):
            sku, location, typed = simple.groups()
        else:
            row = table.row(number, text)
            sku, location, typed = (row.get(column) for column in COLUMNS)
        reason, quantity = _judge(sku, location, typed, absolute=absolute)
        if reason:
            found.rejected.append((number, reason, (sku, location, typed)))
        else:
            found.rows.append(number)
            found.sku_of.append(skus.setdefault(sku.lower(), len(skus)))
            found.location_of.append(locations.setdefault(location, len(locations)))
            found.quantities.append(quantity)
        if count % 50_000 == 0:
            progress("read", count, None)
    found.skus, found.locations = list(skus), list(locations)
    return found


def _judge(sku: str, location: str, typed: str, *, absolute: bool) -> tuple[str, int]:
    """Why a row is not taken ("" if it is), and its quantity."""
    if not sku:
        return "no_sku", 0
    if not location:
        return "no_location", 0
    digits = typed[1:] if typed[:1] in ("-", "+") else typed
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 13):
        return "bad_quantity", 0
    quantity = int(typed)
    if abs(quantity) > UNITS_MAX or (absolute and quantity < 0):
        return "bad_quantity", 0
    return "", quantity


async def run(
    database: Database,
    path: Path,
    *,
    absolute: bool,
    rejects_path: Path | None = None,
    progress: Progress = silent,
    language: str = i18n.FALLBACK,
    by: Hand | None = None,
    allowed: Callable[[LocationId], None] = lambda location_id: None,
) -> Report:
    """Apply the file, a stretch at a time. An interrupted run goes on where it stopped; the same file again does nothing.

    Quantities are in steps of each variant's unit. `by` sent it (None: the import
    itself); `allowed` refuses a location that they may not change. Refuses that, and BrokenFile, with nothing written.
    """
    began = time.monotonic()
    found = read(path, absolute=absolute, progress=progress)
    total = len(found.rows)
    progress("read", total, total)
    report = Report(
        source="stock", file=path.name, read=total + len(found.rejected), rejects_file=str(rejects_path or "") or None
    )
    async with database.transaction() as tx:
        by = by or await grounds.hand(tx, name="stock file")
        variants, places = await _known(tx, found)
        for place in places:
            if place is not None:
                allowed(place)
        done = await inventory.begin_feed(tx, digest=found.digest, file=path.name, absolute=absolute, rows_total=total)
    with Rejects(rejects_path, columns=COLUMNS, language=language) as rejects:
        for number, reason, cells in found.rejected:
            rejects.add(row=number, reason=reason, cells=cells)
        writing = _Writing(database, found, variants, places, rejects, report.tally("stock"), absolute, by, progress)
        await writing.run(done)
    report.rejected, report.reasons = rejects.count, dict(rejects.reasons)
    report.imported = report.read - report.rejected
    report.seconds = round(time.monotonic() - began, 1)
    return report


async def _known(tx: Tx, found: StockFile) -> tuple[list[VariantId | None], list[LocationId | None]]:
    """Whom the SKUs and location codes of the file name."""
    ids: dict[str, VariantId] = {}
    for start in range(0, len(found.skus), SKUS_AT_ONCE):
        ids.update(await catalog.variant_ids_by_sku(tx, skus=found.skus[start : start + SKUS_AT_ONCE]))
    by_code = {one.code: one.id for one in (await business.directory(tx)).locations.values()}
    return [ids.get(one) for one in found.skus], [by_code.get(one) for one in found.locations]


class _Writing:
    """Applies a file's stretches, two at a time: while the database works on one, the next is put together."""

    def __init__(
        self, database: Database, found: StockFile, variants: Sequence[VariantId | None],
        places: Sequence[LocationId | None], rejects: Rejects, tally: Tally, absolute: bool, by: Hand, progress: Progress,
    ) -> None:  # fmt: skip
        self._database, self._found, self._variants, self._places = database, found, variants, places
        self._rejects, self._tally, self._absolute, self._by, self._progress = rejects, tally, absolute, by, progress
        self._at, self._rows_done = clock.now(), 0

    async def run(self, done: set[int]) -> None:
        stretches = iter(enumerate(self._stretches()))
        writers = [asyncio.create_task(self._write(stretches, done)) for _ in range(WRITERS)]
        try:
            await asyncio.gather(*writers)
        finally:
            for one in writers:
                one.cancel()
            await asyncio.wait(writers)

    def _stretches(self) -> Iterator[list[int]]:
        """Places of rows, all of one key together and in the order of the file. They depend on the file alone, so that a
        number means the same stretch in every run."""
        found = self._found
        keys = [(sku << 32) + place for sku, place in zip(found.sku_of, found.location_of, strict=True)]
        order = sorted(range(len(keys)), key=keys.__getitem__)
        start = 0
        while start < len(order):
            stop = min(start + ROWS_AT_ONCE, len(order))
            while stop < len(order) and keys[order[stop]] == keys[order[stop - 1]]:
                stop += 1
            yield order[start:stop]
            start = stop

    async def _write(self, stretches: Iterator[tuple[int, list[int]]], done: set[int]) -> None:
        for number, places in stretches:
            rows, together = self._rows(places)
            idle: list[IdleRow] | None = None
            if number not in done:
                async with self._database.transaction() as tx:
                    idle = await inventory.feed(
                        tx, digest=self._found.digest, number=number, rows=rows, absolute=self._absolute, by=self._by,
                        occurred_at=self._at,
                    )  # fmt: skip
            self._tell(rows, together, idle)
            self._rows_done += len(places)
            self._progress("stock", self._rows_done, len(self._found.rows))

    def _rows(self, places: Sequence[int]) -> tuple[list[FeedRow], dict[int, list[int]]]:
        """One row per key that we know, and which rows of the file it stands for where they are several; the others are
        rejected."""
        found, absolute = self._found, self._absolute
        skus, locations, quantities, numbers = found.sku_of, found.location_of, found.quantities, found.rows
        rows, together = list[FeedRow](), dict[int, list[int]]()
        end = len(places)
        at = 0
        while at < end:
            i = places[at]
            sku, place, quantity, began = skus[i], locations[i], quantities[i], at
            at += 1
            while at < end and skus[places[at]] == sku and locations[places[at]] == place:
                i = places[at]
                quantity = quantities[i] if absolute else quantity + quantities[i]
                at += 1
            variant_id, location_id = self._variants[sku], self._places[place]
            if variant_id is None or location_id is None:
                reason = "unknown_sku" if variant_id is None else "unknown_location"
                self._reject(reason, places[began:at])
                continue
            rows.append(FeedRow(numbers[i], variant_id, location_id, quantity))
            if at - began > 1:
                together[numbers[i]] = list(places[began:at])
        return rows, together

    def _tell(self, rows: Sequence[FeedRow], together: dict[int, list[int]], idle: list[IdleRow] | None) -> None:
        total = len(rows) + sum(len(same) - 1 for same in together.values())
        if idle is None:
            self._tally.unchanged += total
            return
        refused = same = 0
        for one in idle:
            several = together.get(one.row)
            if one.why is Idle.SAME:
                same += len(several or (one,))
            else:
                refused += len(several or (one,))
                self._reject("below_reserved", several or [bisect_left(self._found.rows, one.row)])
        self._tally.unchanged += same
        self._tally.changed += total - refused - same

    def _reject(self, reason: str, places: Sequence[int]) -> None:
        found = self._found
        for i in places:
            cells = (found.skus[found.sku_of[i]], found.locations[found.location_of[i]], found.quantities[i])
            self._rejects.add(row=found.rows[i], reason=reason, cells=cells)
