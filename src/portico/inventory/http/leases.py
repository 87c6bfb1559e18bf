"""REST routes of leases."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import get, post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.inventory import api
from portico.inventory.http.asked import known
from portico.inventory.types import BadLease, Lease, LeaseId, LeaseLine
from portico.platform.db import Tx
from portico.platform.http import Answered, Door


class NewLease(msgspec.Struct, frozen=True):
    """Without `lines` the till is given its part of what sells at its place."""

    hours: float = 24
    lines: list[LeaseLine] | None = None


class LeasePage(msgspec.Struct, frozen=True):
    items: tuple[Lease, ...]


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


@get("/v1/leases/current")
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
async def abandon_lease(door: Door, lease_id: LeaseId) -> Answered[Lease]:
    """Give back what a till that will not return still leases, a day after its lease ended. Needs `inventory.adjust` there."""
    door.principal.require("inventory.adjust")

    async def ask(tx: Tx) -> Lease:
        found = await api.abandon_lease(tx, lease_id=lease_id, by=door.hand)
        door.principal.require("inventory.adjust", at=found.location_id.uuid)
        return found

    return await door.write(ask)


@get("/v1/leases")
async def list_leases(door: Door, location: LocationId) -> Answered[LeasePage]:
    """What tills of a location lease and have not settled. Needs `inventory.read` there."""
    door.principal.require("inventory.read", at=location.uuid)

    async def ask(tx: Tx) -> LeasePage:
        return LeasePage(tuple(await api.open_leases(tx, location_id=location)))

    return await door.read(ask)


routes: list[Any] = [abandon_lease, list_leases, open_lease, show_lease, settle_lease]
