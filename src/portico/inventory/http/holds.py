"""REST routes of holds that clients make by themselves."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import delete, get, post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.http.asked import known
from portico.inventory.types import HoldId, Holding, HoldLine
from portico.platform.clock import Seconds
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

LINES_MAX = 200


class NewHoldLine(msgspec.Struct, frozen=True):
    """`unit` may be one of the variant's packs."""

    variant_id: VariantId
    location_id: LocationId
    quantity: int
    unit: str | None = None


class NewHold(msgspec.Struct, frozen=True):
    lines: list[NewHoldLine]
    seconds: Seconds = 900


class Longer(msgspec.Struct, frozen=True):
    seconds: Seconds = 900


class HoldView(msgspec.Struct, frozen=True):
    id: HoldId
    expires_at: datetime
    lines: tuple[HoldLine, ...]


@post("/v1/holds", status_code=201)
async def make_hold(door: Door, data: NewHold) -> Answered[HoldView]:
    """Hold stock for a while, all lines or none. Needs `inventory.hold` at every location."""
    door.principal.require("inventory.hold")
    if not 0 < len(data.lines) <= LINES_MAX:
        raise Invalid(errors=[{"field": "lines", "message": f"1..{LINES_MAX}"}])
    directory = await door.shared(Directories)()
    for one in data.lines:
        directory.location(one.location_id)
        door.principal.require("inventory.hold", at=one.location_id.uuid)

    async def ask(tx: Tx) -> HoldView:
        variants = await known(tx, [one.variant_id for one in data.lines])
        lines = [
            HoldLine(
                part.variant_id, one.location_id, part.quantity
            )
            for one in data.lines
            for part in variants[one.variant_id].parts(catalog.steps(variants[one.variant_id], one.quantity, one.unit))
        ]  # fmt: skip
        made = await api.hold(
            tx, lines=lines, lasts=timedelta(seconds=data.seconds), owner=door.principal.key, by=door.hand
        )
        return _view(made, lines)

    return await door.write(ask, status=201)


def _view(found: Holding, lines: list[HoldLine]) -> HoldView:
    return HoldView(found.id, found.expires_at, tuple(lines))


@get("/v1/holds/{hold_id:str}")
async def show_hold(door: Door, hold_id: HoldId) -> Answered[HoldView]:
    """A hold of one's own, with what it still holds."""
    door.principal.require("inventory.hold")

    async def ask(tx: Tx) -> HoldView:
        return _view(*await api.holding(tx, hold_id=hold_id, owner=door.principal.key))

    return await door.read(ask)


@post("/v1/holds/{hold_id:str}/extend", status_code=200)
async def extend_hold(door: Door, hold_id: HoldId, data: Longer) -> Answered[HoldView]:
    """Have a hold of one's own last so long from now. Needs `inventory.hold`."""
    door.principal.require("inventory.hold")

    async def ask(tx: Tx) -> HoldView:
        await api.extend(tx, hold_id=hold_id, lasts=timedelta(seconds=data.seconds), owner=door.principal.key)
        return _view(*await api.holding(tx, hold_id=hold_id, owner=door.principal.key))

    return await door.write(ask)


@delete("/v1/holds/{hold_id:str}", status_code=204)
async def end_hold(door: Door, hold_id: HoldId) -> Answered[None]:
    """Let a hold of one's own go; its units are free again. Needs `inventory.hold`."""
    door.principal.require("inventory.hold")
    return await door.write(lambda tx: api.let_go(tx, hold_id=hold_id, owner=door.principal.key, by=door.hand))


routes: list[Any] = [make_hold, show_hold, extend_hold, end_hold]
