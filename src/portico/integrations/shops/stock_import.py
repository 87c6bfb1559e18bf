"""`portico import stock`: a file of what is on hand, or of how it changed, by SKU and location code."""

import hashlib
import time
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from portico.business import api as business
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.integrations.shops import grounds
from portico.integrations.shops.reading import Table
from portico.integrations.shops.report import Progress, Rejects, Report, silent
from portico.inventory import api as inventory
from portico.inventory.types import FeedRow
from portico.platform import clock, i18n
from portico.platform.db import Database, Tx

COLUMNS = ("sku", "location", "quantity")
EXPECTED = "CSV with the columns sku, location and quantity"
# Each stretch is a transaction: long enough to be fast, short enough that no till waits for it.
ROWS_AT_ONCE = 5_000
SKUS_AT_ONCE = 20_000
UNITS_MAX = 1_000_000_000_000


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

    def stretches(self) -> Iterator[range]:
        for start in range(0, len(self.rows), ROWS_AT_ONCE):
            yield range(start, min(start + ROWS_AT_ONCE, len(self.rows)))


def read(path: Path, *, absolute: bool, progress: Progress = silent) -> StockFile:
    """The whole file, before anything is written. Refuses every BrokenFile, with row and column."""
    table = Table(path, expected=EXPECTED)
    table.require(COLUMNS)
    skus: dict[str, int] = {}
    locations: dict[str, int] = {}
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    digest.update(b"absolute" if absolute else b"delta")
    found = StockFile([], [], array("q"), array("q"), array("q"), array("q"), [], digest.hexdigest())
    for count, row in enumerate(table, 1):
        sku, location, typed = (row.get(column) for column in COLUMNS)
        reason, quantity = _judge(sku, location, typed, absolute=absolute)
        if reason:
            found.rejected.append((row.number, reason, (sku, location, typed)))
        else:
            found.rows.append(row.number)
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
) -> Report:
    """Apply the file, a stretch at a time. An interrupted run goes on where it stopped; the same file again does nothing.

    Quantities are in steps of each variant's unit. Refuses BrokenFile, with nothing written.
    """
    began = time.monotonic()
    found = read(path, absolute=absolute, progress=progress)
    total = len(found.rows)
    progress("read", total, total)
    report = Report(
        source="stock", file=path.name, read=total + len(found.rejected), rejects_file=str(rejects_path or "") or None
    )
    async with database.transaction() as tx:
        by = await grounds.hand(tx, name="stock file")
        variants, places = await _known(tx, found)
        done = await inventory.begin_feed(tx, digest=found.digest, file=path.name, absolute=absolute, rows_total=total)
    tally, occurred_at = report.tally("stock"), clock.now()
    with Rejects(rejects_path, columns=COLUMNS, language=language) as rejects:
        for number, reason, cells in found.rejected:
            rejects.add(row=number, reason=reason, cells=cells)
        for stretch in found.stretches():
            rows = _resolve(found, stretch, variants, places, rejects)
            if stretch.stop <= done.rows_done:
                tally.unchanged += len(rows)
            else:
                async with database.transaction() as tx:
                    short = await inventory.feed(
                        tx, digest=found.digest, rows=rows, rows_done=stretch.stop, absolute=absolute, by=by,
                        occurred_at=occurred_at,
                    )  # fmt: skip
                if short is None:  # another run of the same file was faster
                    tally.unchanged += len(rows)
                else:
                    refused = [one for one in short if not one.same]
                    for one in refused:
                        rejects.add(row=one.row, reason="below_reserved", cells=("", "", str(one.said)))
                    tally.unchanged += len(short) - len(refused)
                    tally.changed += len(rows) - len(short)
            progress("stock", stretch.stop, total)
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


def _resolve(
    found: StockFile,
    stretch: range,
    variants: Sequence[VariantId | None],
    places: Sequence[LocationId | None],
    rejects: Rejects,
) -> list[FeedRow]:
    """The rows of a stretch that name what we know; the others are rejected."""
    rows = []
    for i in stretch:
        variant_id, location_id = variants[found.sku_of[i]], places[found.location_of[i]]
        if variant_id is None or location_id is None:
            cells = (found.skus[found.sku_of[i]], found.locations[found.location_of[i]], str(found.quantities[i]))
            reason = "unknown_sku" if variant_id is None else "unknown_location"
            rejects.add(row=found.rows[i], reason=reason, cells=cells)
        else:
            rows.append(FeedRow(found.rows[i], variant_id, location_id, found.quantities[i]))
    return rows
