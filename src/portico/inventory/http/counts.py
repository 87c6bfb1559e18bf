"""REST routes of counts."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.http.asked import known
from portico.inventory.types import Count, CountBrief, CountId, CountState, Found
from portico.platform.db import Tx
from portico.platform.http import Answered, Door


class NewCount(msgspec.Struct, frozen=True):
    location_id: LocationId
    variant_ids: list[VariantId]
    blind: bool = True
    tolerance: int = 0


class Findings(msgspec.Struct, frozen=True):
    found: list[Found]


class CountedView(msgspec.Struct, frozen=True):
    """`book` and `variance` are None while a blind count is open, but for those who may approve it. `recount`: it differs by
    more than the tolerance and was counted once; that much is told to everybody who counts. `owed`: found too few of, and not
    written away yet, since orders hold them."""

    variant_id: VariantId
    counted: int | None
    book: int | None
    variance: int | None
    rounds: int
    recount: bool
    owed: int


class CountView(msgspec.Struct, frozen=True):
    id: CountId
    location_id: LocationId
    state: CountState
    blind: bool
    tolerance: int
    opened_at: datetime
    closed_at: datetime | None
    lines: tuple[CountedView, ...]


class CountPage(msgspec.Struct, frozen=True):
    items: tuple[CountBrief, ...]


def _count(door: Door, found: Count) -> CountView:
    head = found.head
    seeing = (
        not head.blind
        or head.state is not CountState.OPEN
        or door.principal.may("inventory.adjust", at=head.location_id.uuid)
    )
    lines = tuple(
        CountedView(
            one.variant_id,
            one.counted,
            one.book if seeing else None,
            one.variance if seeing else None,
            one.rounds,
            one.doubted(tolerance=head.tolerance),
            sum(each.quantity for each in one.owed),
        )
        for one in found.lines
    )
    return CountView(
        head.id, head.location_id, head.state, head.blind, head.tolerance, head.opened_at, head.closed_at, lines
    )


@post("/v1/counts", status_code=201)
async def open_count(door: Door, data: NewCount) -> Answered[CountView]:
    """Begin to count some variants at a location. Needs `inventory.count` there."""
    door.principal.require("inventory.count", at=data.location_id.uuid)
    (await door.shared(Directories)()).location(data.location_id)

    async def ask(tx: Tx) -> CountView:
        await known(tx, data.variant_ids)
        return _count(
            door,
            await api.open_count(
                tx, location_id=data.location_id, variant_ids=data.variant_ids, by=door.hand, blind=data.blind,
                tolerance=data.tolerance,
            ),
        )  # fmt: skip

    return await door.write(ask, status=201)


@get("/v1/counts")
async def list_counts(door: Door, location: LocationId) -> Answered[CountPage]:
    """What is being counted at a location. Needs `inventory.count` there."""
    door.principal.require("inventory.count", at=location.uuid)

    async def ask(tx: Tx) -> CountPage:
        return CountPage(tuple(await api.open_counts(tx, location_id=location)))

    return await door.read(ask)


async def _own_count(door: Door, tx: Tx, count_id: CountId, permission: str) -> Count:
    found = await api.count(tx, count_id=count_id)
    door.principal.require(permission, at=found.head.location_id.uuid)
    return found


@get("/v1/counts/{count_id:str}")
async def show_count(door: Door, count_id: CountId) -> Answered[CountView]:
    """One, with what was found. Needs `inventory.count` there."""
    door.principal.require("inventory.count")

    async def ask(tx: Tx) -> CountView:
        return _count(door, await _own_count(door, tx, count_id, "inventory.count"))

    return await door.read(ask)


@post("/v1/counts/{count_id:str}/found", status_code=200)
async def record_count(door: Door, count_id: CountId, data: Findings) -> Answered[CountView]:
    """Say what was found on the shelf just now; again, where it is counted again. Needs `inventory.count` there."""
    door.principal.require("inventory.count")

    async def ask(tx: Tx) -> CountView:
        await _own_count(door, tx, count_id, "inventory.count")
        return _count(door, await api.record(tx, count_id=count_id, found=data.found, by=door.hand))

    return await door.write(ask)


@post("/v1/counts/{count_id:str}/approve", status_code=200)
async def approve_count(door: Door, count_id: CountId) -> Answered[CountView]:
    """Believe the count: the books become what was found; `short` while orders hold more, which are then sent from elsewhere.
    Approve a short one again to write away what has become free. Needs `inventory.adjust` there."""
    door.principal.require("inventory.adjust")

    async def ask(tx: Tx) -> CountView:
        await _own_count(door, tx, count_id, "inventory.adjust")
        return _count(door, await api.approve(tx, count_id=count_id, by=door.hand))

    return await door.write(ask)


@post("/v1/counts/{count_id:str}/cancel", status_code=200)
async def cancel_count(door: Door, count_id: CountId) -> Answered[CountView]:
    """Forget a count, or what a short one still owes. Needs `inventory.count` there."""
    door.principal.require("inventory.count")

    async def ask(tx: Tx) -> CountView:
        await _own_count(door, tx, count_id, "inventory.count")
        return _count(door, await api.cancel_count(tx, count_id=count_id, by=door.hand))

    return await door.write(ask)


routes: list[Any] = [open_count, list_counts, show_count, record_count, approve_count, cancel_count]
