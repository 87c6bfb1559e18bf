"""REST routes of the stockroom: policies, deliveries and transfers, counts, leases."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from litestar import delete, get, post, put

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.types import (
    BadLease,
    Count,
    CountHead,
    CountId,
    CountState,
    Found,
    Inbound,
    InboundHead,
    InboundId,
    InboundQuantity,
    Lease,
    LeaseId,
    LeaseLine,
    NewInbound,
    Policy,
    PolicyId,
)
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

POLICIES_MAX = 500


class PolicyEdit(msgspec.Struct, frozen=True):
    """`channel` is a channel's code. What is left out names every variant, location or channel, or says nothing."""

    variant_id: VariantId | None = None
    location_id: LocationId | None = None
    channel: str | None = None
    safety: int | None = None
    share_percent: int | None = None
    excluded: bool | None = None
    low_under: int | None = None


class PolicyEdits(msgspec.Struct, frozen=True):
    policies: list[PolicyEdit]


class PolicyView(msgspec.Struct, frozen=True):
    id: PolicyId
    variant_id: VariantId | None
    location_id: LocationId | None
    channel: str | None
    safety: int | None
    share_percent: int | None
    excluded: bool | None
    low_under: int | None


class PolicyPage(msgspec.Struct, frozen=True):
    items: tuple[PolicyView, ...]
    next_cursor: PolicyId | None


class NewDelivery(msgspec.Struct, frozen=True):
    """From a `supplier`, or from a location of ours, which ships now."""

    location_id: LocationId
    reference: str
    lines: list[InboundQuantity]
    supplier: str = ""
    from_location_id: LocationId | None = None
    expected_on: date | None = None


class Delivered(msgspec.Struct, frozen=True):
    lines: list[InboundQuantity] = []
    close: bool = False


class InboundPage(msgspec.Struct, frozen=True):
    items: tuple[InboundHead, ...]


class NewCount(msgspec.Struct, frozen=True):
    location_id: LocationId
    variant_ids: list[VariantId]
    blind: bool = True
    tolerance: int = 0


class Findings(msgspec.Struct, frozen=True):
    found: list[Found]


class CountedView(msgspec.Struct, frozen=True):
    """`book` and `variance` are None while a blind count is open, but for those who may approve it."""

    variant_id: VariantId
    counted: int | None
    book: int | None
    variance: int | None
    rounds: int


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
    items: tuple[CountHead, ...]


class NewLease(msgspec.Struct, frozen=True):
    """Without `lines` the till is given its part of what sells at its place."""

    hours: float = 24
    lines: list[LeaseLine] | None = None


class LeaseView(msgspec.Struct, frozen=True):
    lease: Lease
    lines: tuple[LeaseLine, ...]


async def _known(tx: Tx, ids: Sequence[VariantId]) -> None:
    """Refuses Invalid where one is nobody's."""
    known = await catalog.variants(tx, ids=list(dict.fromkeys(ids)))
    if unknown := [one for one in ids if one not in known]:
        raise Invalid(errors=[{"field": "variant_id", "message": str(unknown[0])}])


@get("/v1/stock/policies")
async def list_policies(door: Door, cursor: PolicyId | None = None, limit: int = 100) -> Answered[PolicyPage]:
    """Every policy of what channels may promise. Needs `inventory.read`."""
    door.principal.require("inventory.read")
    directory = await door.shared(Directories)()
    rows = max(1, min(limit, POLICIES_MAX - 1))

    async def ask(tx: Tx) -> PolicyPage:
        found = await api.policies(tx, after=cursor, rows_max=rows + 1)
        shown = tuple(_policy(one, directory) for one in found[:rows])
        return PolicyPage(shown, shown[-1].id if len(found) > rows else None)

    return await door.read(ask)


def _policy(one: Policy, directory: Directory) -> PolicyView:
    channel = directory.channel(one.channel_id)
    return PolicyView(
        one.id, one.variant_id, one.location_id, channel.code if channel else None, one.safety, one.share_percent,
        one.excluded, one.low_under,
    )  # fmt: skip


@put("/v1/stock/policies", status_code=200)
async def put_policies(door: Door, data: PolicyEdits) -> Answered[PolicyPage]:
    """Set policies; one for the same variant, location and channel is replaced. Needs `inventory.policies`."""
    door.principal.require("inventory.policies")
    if not 0 < len(data.policies) <= POLICIES_MAX:
        raise Invalid(errors=[{"field": "policies", "message": f"1..{POLICIES_MAX}"}])
    directory = await door.shared(Directories)()
    channels = {one.code: one.id.uuid for one in directory.channels.values()}
    for one in data.policies:
        if one.channel is not None and one.channel not in channels:
            raise Invalid(errors=[{"field": "channel", "message": one.channel[:100]}])
        if one.location_id is not None:
            directory.location(one.location_id)
    made = [
        Policy(
            PolicyId.new(), one.variant_id, one.location_id, channels[one.channel] if one.channel else None, one.safety,
            one.share_percent, one.excluded, one.low_under,
        )
        for one in data.policies
    ]  # fmt: skip

    async def ask(tx: Tx) -> PolicyPage:
        await _known(tx, [one.variant_id for one in made if one.variant_id])
        await api.put_policies(tx, policies=made)
        return PolicyPage(tuple(_policy(one, directory) for one in made), None)

    return await door.write(ask)


@delete("/v1/stock/policies/{policy_id:str}", status_code=204)
async def drop_policy(door: Door, policy_id: PolicyId) -> Answered[None]:
    """End a policy; one that is not there has ended already. Needs `inventory.policies`."""
    door.principal.require("inventory.policies")

    async def ask(tx: Tx) -> None:
        await api.drop_policies(tx, ids=[policy_id])

    return await door.write(ask)


@post("/v1/inbounds", status_code=201)
async def announce_inbound(door: Door, data: NewDelivery) -> Answered[Inbound]:
    """Announce a supplier's delivery, or ship to another location. Needs `inventory.receive` where it goes, and where it
    comes from."""
    door.principal.require("inventory.receive", at=data.location_id.uuid)
    directory = await door.shared(Directories)()
    directory.location(data.location_id)
    if data.from_location_id:
        directory.location(data.from_location_id)
        door.principal.require("inventory.receive", at=data.from_location_id.uuid)
    new = NewInbound(
        location_id=data.location_id,
        lines=tuple(data.lines),
        reference=data.reference,
        supplier=data.supplier,
        from_location_id=data.from_location_id,
        expected_on=data.expected_on,
    )

    async def ask(tx: Tx) -> Inbound:
        if data.expected_on and data.expected_on < tx.now.date() - timedelta(days=1):
            raise Invalid(errors=[{"field": "expected_on", "message": str(data.expected_on)}])
        await _known(tx, [one.variant_id for one in data.lines])
        return await api.announce(tx, new=new, by=door.hand)

    return await door.write(ask, status=201)


@get("/v1/inbounds")
async def list_inbounds(door: Door, location: LocationId) -> Answered[InboundPage]:
    """What is on its way to a location, the earliest first. Needs `inventory.read` there."""
    door.principal.require("inventory.read", at=location.uuid)

    async def ask(tx: Tx) -> InboundPage:
        return InboundPage(tuple(await api.expected(tx, location_id=location)))

    return await door.read(ask)


@get("/v1/inbounds/{inbound_id:str}")
async def show_inbound(door: Door, inbound_id: InboundId) -> Answered[Inbound]:
    """One, with its lines. Needs `inventory.read` where it goes."""

    async def ask(tx: Tx) -> Inbound:
        found = await api.inbound(tx, inbound_id=inbound_id)
        door.principal.require("inventory.read", at=found.head.location_id.uuid)
        return found

    door.principal.require("inventory.read")
    return await door.read(ask)


@post("/v1/inbounds/{inbound_id:str}/receive", status_code=200)
async def receive_inbound(door: Door, inbound_id: InboundId, data: Delivered) -> Answered[Inbound]:
    """Take in what has come; with `close` nothing more is expected. Needs `inventory.receive` there."""
    door.principal.require("inventory.receive")

    async def ask(tx: Tx) -> Inbound:
        found = await api.inbound(tx, inbound_id=inbound_id)
        door.principal.require("inventory.receive", at=found.head.location_id.uuid)
        return await api.receive(tx, inbound_id=inbound_id, lines=data.lines, by=door.hand, close=data.close)

    return await door.write(ask)


@post("/v1/inbounds/{inbound_id:str}/cancel", status_code=200)
async def cancel_inbound(door: Door, inbound_id: InboundId) -> Answered[Inbound]:
    """It will not come; what was shipped goes back to its sender's shelf. Needs `inventory.receive` where it was to go."""
    door.principal.require("inventory.receive")

    async def ask(tx: Tx) -> Inbound:
        found = await api.inbound(tx, inbound_id=inbound_id)
        door.principal.require("inventory.receive", at=found.head.location_id.uuid)
        return await api.cancel(tx, inbound_id=inbound_id, by=door.hand)

    return await door.write(ask)


def _count(door: Door, found: Count) -> CountView:
    head = found.head
    seeing = (
        not head.blind
        or head.state is not CountState.OPEN
        or door.principal.may("inventory.adjust", at=head.location_id.uuid)
    )
    lines = tuple(
        CountedView(
            one.variant_id, one.counted, one.book if seeing else None, one.variance if seeing else None, one.rounds
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
        await _known(tx, data.variant_ids)
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
    """Believe the count: the books become what was found. Needs `inventory.adjust` there."""
    door.principal.require("inventory.adjust")

    async def ask(tx: Tx) -> CountView:
        await _own_count(door, tx, count_id, "inventory.adjust")
        return _count(door, await api.approve(tx, count_id=count_id, by=door.hand))

    return await door.write(ask)


@post("/v1/counts/{count_id:str}/cancel", status_code=200)
async def cancel_count(door: Door, count_id: CountId) -> Answered[CountView]:
    """Forget a count. Needs `inventory.count` there."""
    door.principal.require("inventory.count")

    async def ask(tx: Tx) -> CountView:
        await _own_count(door, tx, count_id, "inventory.count")
        return _count(door, await api.cancel_count(tx, count_id=count_id, by=door.hand))

    return await door.write(ask)


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
            await _known(tx, [one.variant_id for one in lines])
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


routes: list[Any] = [
    list_policies, put_policies, drop_policy, announce_inbound, list_inbounds, show_inbound, receive_inbound,
    cancel_inbound, open_count, list_counts, show_count, record_count, approve_count, cancel_count, open_lease, show_lease,
    settle_lease,
]  # fmt: skip
