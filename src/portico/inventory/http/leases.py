"""REST routes of leases."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from litestar import get, post
from litestar.openapi.datastructures import ResponseSpec

from portico.business.api import Directories, Directory
from portico.business.types import LocationId, TillId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.api.leasing import ABANDONED_AFTER
from portico.inventory.http.asked import known
from portico.inventory.types import BadLease, Lease, LeaseBrief, LeaseId, LeaseLine
from portico.platform.db import Tx
from portico.platform.http import Answered, Door

LEASES_MAX = 500


class NewLease(msgspec.Struct, frozen=True):
    """Without `lines` the till is given its part of what sells at its place."""

    hours: float = 24
    lines: list[LeaseLine] | None = None


class Abandonment(msgspec.Struct, frozen=True):
    """Why the till will not return."""

    note: str = ""


class TillLease(msgspec.Struct, frozen=True, kw_only=True):
    """A lease in a list. `overdue`: its time is over and the till has not settled; from `abandonable_at` on somebody who may
    gives up on it. Of `lines` variants some of `drawn` were sold."""

    id: LeaseId
    till_id: TillId
    till_code: str
    till_name: str
    location_id: LocationId
    issued_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    overdue: bool
    abandonable_at: datetime
    abandonable: bool
    note: str
    lines: int
    drawn: int


class LeasePage(msgspec.Struct, frozen=True):
    items: tuple[TillLease, ...]
    next_cursor: LeaseId | None


class LeasedLineView(msgspec.Struct, frozen=True):
    variant_id: VariantId
    leased: int
    sold: int
    left: int
    returned: int


class LeasedView(msgspec.Struct, frozen=True):
    lease: TillLease
    lines: tuple[LeasedLineView, ...]


class LeaseView(msgspec.Struct, frozen=True):
    lease: Lease
    lines: tuple[LeaseLine, ...]


@post("/v1/leases", status_code=201)
async def open_lease(door: Door, data: NewLease) -> Answered[LeaseView]:
    """What this till may sell while it is away. For whoever is signed in at a till, with `till.use` there."""
    door.principal.require("till.use", at=door.principal.location_id)
    directory = await door.shared(Directories)()
    till = directory.till(door.principal.till_id)
    if till is None:
        raise BadLease(field="till")
    if not 0 < data.hours <= 24 * 7:
        raise BadLease(field="hours")
    lasts = timedelta(hours=data.hours)
    tills = sum(one.location_id == till.location_id for one in directory.tills.values())

    async def ask(tx: Tx) -> LeaseView:
        lines = data.lines
        if lines is None:
            lines = await api.suggest_lease(tx, location_id=till.location_id, lasts=lasts, tills=tills)
        else:
            await known(tx, [one.variant_id for one in lines])
        made, given = await api.lease(
            tx, till_id=till.id, location_id=till.location_id, lines=lines, lasts=lasts, by=door.hand
        )
        return LeaseView(made, tuple(given))

    return await door.write(ask, status=201)


@get("/v1/leases/current", responses={204: ResponseSpec(None, description="This till has no open lease.")})
async def show_lease(door: Door) -> Answered[LeaseView]:
    """The lease that this till has not settled, with what is left of it; 204 if there is none."""
    door.principal.require("till.use", at=door.principal.location_id)
    directory = await door.shared(Directories)()
    till = directory.till(door.principal.till_id)
    if till is None:
        raise BadLease(field="till")

    async def ask(tx: Tx) -> LeaseView | None:
        found = await api.open_lease(tx, till_id=till.id)
        return LeaseView(found[0], tuple(found[1])) if found else None

    return await door.read(ask)


@post("/v1/leases/{lease_id:str}/settle", status_code=200)
async def settle_lease(door: Door, lease_id: LeaseId) -> Answered[Lease]:
    """This till has told all it sold: what is left flows back."""
    door.principal.require("till.use", at=door.principal.location_id)
    directory = await door.shared(Directories)()
    till = directory.till(door.principal.till_id)
    if till is None:
        raise BadLease(field="till")
    return await door.write(lambda tx: api.settle_lease(tx, till_id=till.id, lease_id=lease_id, by=door.hand))


@post("/v1/leases/{lease_id:str}/abandon", status_code=200)
async def abandon_lease(door: Door, lease_id: LeaseId, data: Abandonment | None = None) -> Answered[Lease]:
    """Give back what a till that will not return still leases, a day after its lease ended. Needs `inventory.adjust` there."""
    door.principal.require("inventory.adjust")
    note = data.note if data else ""

    async def ask(tx: Tx) -> Lease:
        found, _ = await api.leased(tx, lease_id=lease_id)
        door.principal.require("inventory.adjust", at=found.location_id.uuid)
        return await api.abandon_lease(tx, lease_id=lease_id, by=door.hand, note=note)

    return await door.write(ask)


@get("/v1/leases")
async def list_leases(
    door: Door,
    location: LocationId | None = None,
    settled: bool = False,
    cursor: LeaseId | None = None,
    limit: int = 100,
) -> Answered[LeasePage]:
    """What tills lease and have not settled, what ended the longest ago first; or what they have `settled`, the last first.
    Needs `inventory.read` at the location; without one, those of every location where it is granted are told."""
    door.principal.require("inventory.read", at=location.uuid if location else None)
    directory = await door.shared(Directories)()
    where = door.principal.places("inventory.read")
    places = None if where is None else [LocationId(one.bytes) for one in where]
    if location is not None:
        places = [directory.location(location).id]
    rows = max(1, min(limit, LEASES_MAX))

    async def ask(tx: Tx) -> LeasePage:
        found = await api.leases(tx, location_ids=places, settled=settled, after=cursor, rows_max=rows + 1)
        shown = tuple(_of_till(one, directory, tx.now) for one in found[:rows])
        return LeasePage(shown, shown[-1].id if len(found) > rows else None)

    return await door.read(ask)


@get("/v1/leases/{lease_id:str}")
async def show_any_lease(door: Door, lease_id: LeaseId) -> Answered[LeasedView]:
    """One, with what it was given, what was sold of it and what is left. Needs `inventory.read` at its location."""
    door.principal.require("inventory.read")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> LeasedView:
        found, lines = await api.leased(tx, lease_id=lease_id)
        door.principal.require("inventory.read", at=found.location_id.uuid)
        told = tuple(LeasedLineView(one.variant_id, one.leased, one.sold, one.left, one.returned) for one in lines)
        return LeasedView(_of_till(found, directory, tx.now), told)

    return await door.read(ask)


def _of_till(one: LeaseBrief, directory: Directory, now: datetime) -> TillLease:
    till = directory.till(one.till_id.uuid)
    abandonable_at = one.expires_at + ABANDONED_AFTER
    return TillLease(
        id=one.id, till_id=one.till_id, till_code=till.code if till else "", till_name=till.name if till else "",
        location_id=one.location_id, issued_at=one.issued_at, expires_at=one.expires_at, settled_at=one.settled_at,
        overdue=one.settled_at is None and one.expires_at <= now, abandonable_at=abandonable_at,
        abandonable=one.settled_at is None and abandonable_at <= now, note=one.note, lines=one.lines, drawn=one.drawn,
    )  # fmt: skip


routes: list[Any] = [abandon_lease, list_leases, open_lease, settle_lease, show_any_lease, show_lease]
