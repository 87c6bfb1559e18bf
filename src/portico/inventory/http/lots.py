"""REST routes of lots and serial numbers."""

from datetime import date
from typing import Any

import msgspec
from litestar import get

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.types import Lot, Traced
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

ROWS_MAX = 1_000


class LotPage(msgspec.Struct, frozen=True):
    items: tuple[Lot, ...]


class Trace(msgspec.Struct, frozen=True):
    items: tuple[Traced, ...]


@get("/v1/stock/lots")
async def list_lots(
    door: Door,
    variant: VariantId | None = None,
    location: LocationId | None = None,
    expires_before: date | None = None,
    limit: int = 200,
) -> Answered[LotPage]:
    """Lots and serial numbers in stock, what expires first first. Needs `inventory.read`."""
    door.principal.require("inventory.read", at=location.uuid if location else None)

    async def ask(tx: Tx) -> LotPage:
        found = await api.lots(
            tx, variant_id=variant, location_id=location, expires_before=expires_before,
            rows_max=max(1, min(limit, ROWS_MAX)),
        )  # fmt: skip
        return LotPage(tuple(found))

    return await door.read(ask)


@get("/v1/stock/trace")
async def trace_lot(
    door: Door, variant: VariantId, lot: str | None = None, serial: str | None = None
) -> Answered[Trace]:
    """Every movement of a lot or serial number, the first first: for a recall. Needs `inventory.read`."""
    door.principal.require("inventory.read")
    if not (lot or serial):
        raise Invalid(errors=[{"field": "lot", "message": "lot, serial"}])
    return await door.read(lambda tx: _trace(tx, variant, lot, serial))


async def _trace(tx: Tx, variant: VariantId, lot: str | None, serial: str | None) -> Trace:
    return Trace(tuple(await api.trace(tx, variant_id=variant, lot=lot, serial=serial)))


routes: list[Any] = [list_lots, trace_lot]
