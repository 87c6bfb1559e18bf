"""REST routes of files: what `portico import stock` does, for a system that sends its stock over the wire."""

import asyncio
import csv
import itertools
import re
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec
from litestar import post
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from portico.business.types import LocationId
from portico.integrations.shops import stock_import
from portico.integrations.shops.report import Report
from portico.platform.db import connect
from portico.platform.http import Answered, Door, json_bytes
from portico.platform.http.answers import response
from portico.platform.idempotency import Answer
from portico.platform.refusals import Invalid

BYTES_MAX = 256 * 1024 * 1024
REJECTS_SHOWN_MAX = 1_000
NAME = re.compile(r"\w[\w .()-]{0,99}")


class Mode(StrEnum):
    """Whether a quantity is what is on hand, or by how much that changed."""

    ABSOLUTE = "absolute"
    DELTA = "delta"


class RejectedRow(msgspec.Struct, frozen=True):
    """`row` counts the lines of the file from 1, the header's; `reason` is a word, `explanation` a sentence."""

    row: int
    reason: str
    explanation: str
    sku: str
    location: str
    quantity: str


class StockFileReport(msgspec.Struct, frozen=True):
    """`read` rows are `changed`, `unchanged` (also what was applied before) or `rejected`; the first of these are told."""

    read: int
    changed: int
    unchanged: int
    rejected: int
    reasons: dict[str, int]
    rejects: tuple[RejectedRow, ...]
    seconds: float


@dataclass
class CsvBody(Operation):
    """The file itself, as it is."""

    def __post_init__(self) -> None:
        text = OpenAPIMediaType(schema=Schema(type=OpenAPIType.STRING, description=stock_import.EXPECTED))
        self.request_body = RequestBody(content={"text/csv": text}, required=True)


@post("/v1/stock/files", status_code=200, request_max_body_size=BYTES_MAX, operation_class=CsvBody)
async def feed_stock(door: Door, mode: Mode = Mode.ABSOLUTE, name: str = "stock.csv") -> Answered[StockFileReport]:
    """Apply a stock file (CSV: sku, location, quantity in steps of the unit), up to a million rows; every row is applied or
    told. A file is applied once: sent again after a line that broke, it goes on where it stopped. Needs `inventory.adjust` at
    each of its locations.
    """
    door.principal.require("inventory.adjust")
    if not NAME.fullmatch(name):
        raise Invalid(errors=[{"field": "name", "message": "letters, digits, spaces and . _ - ( ), at most 100"}])

    def allowed(location_id: LocationId) -> None:
        door.principal.require("inventory.adjust", at=location_id.uuid)

    folder = door.platform.settings.data / "files"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as own:
        path, rejects = Path(own) / name, Path(own) / ".rejects"
        with path.open("wb") as file:
            async for chunk in door.request.stream():
                file.write(chunk)

        async def apply() -> Report:
            async with connect(door.platform.url, connections_max=stock_import.WRITERS + 1) as database:
                return await stock_import.run(
                    database, path, absolute=mode is Mode.ABSOLUTE, rejects_path=rejects,
                    language=door.language, by=door.hand, allowed=allowed,
                )  # fmt: skip

        # In a thread with a loop of its own, so that nobody's till waits while a million rows are read.
        report = await asyncio.to_thread(asyncio.run, apply())
        shown = await asyncio.to_thread(_rejected, rejects)
    tally = report.tally("stock")
    told = StockFileReport(
        report.read, tally.changed, tally.unchanged, report.rejected, report.reasons, shown, report.seconds
    )
    return response(Answer(200, json_bytes(told)))


def _rejected(path: Path) -> tuple[RejectedRow, ...]:
    with path.open(encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        return tuple(RejectedRow(int(row), *told) for row, *told in itertools.islice(rows, REJECTS_SHOWN_MAX))


routes: list[Any] = [feed_stock]
