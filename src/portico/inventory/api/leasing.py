"""Leases: what a till may sell while it is away."""

from collections.abc import Sequence
from datetime import timedelta

from portico.business.types import LocationId, TillId
from portico.inventory.api.allocating import release
from portico.inventory.api.locking import columns, lock
from portico.inventory.events import LeaseChanged
from portico.inventory.rules.leases import lease_size
from portico.inventory.store import holds
from portico.inventory.store import leases as store
from portico.inventory.types import (
    BadLease,
    Key,
    Lease,
    LeaseBrief,
    LeasedLine,
    LeaseId,
    LeaseLine,
    LeaseLineId,
    LeaseOpen,
    LeaseUnknown,
    ReservationId,
)
from portico.platform.db import Tx, UniqueViolation
from portico.platform.events import Hand
from portico.platform.refusals import NotFound

LINES_MAX = 5_000
ROWS_MAX = 501
NOTE_LENGTH_MAX = 200
LASTS_MIN, LASTS_MAX = timedelta(minutes=5), timedelta(days=7)
ABANDONED_AFTER = timedelta(days=1)
VELOCITY_OVER = timedelta(days=28)


async def suggest_lease(tx: Tx, *, location_id: LocationId, lasts: timedelta, tills: int) -> list[LeaseLine]:
    """What one of the place's tills should lease: its part of what sells there, the fastest first."""
    sold = await tx.all(store.SOLD, location_id=location_id, since=tx.now - VELOCITY_OVER, rows_max=LINES_MAX)
    lines = [
        LeaseLine(
            one.variant_id,
            lease_size(
                sold_per_day=one.quantity / (VELOCITY_OVER / timedelta(days=1)),
                days=lasts / timedelta(days=1),
                free=one.available,
                tills=tills,
            ),
        )
        for one in sold
    ]
    return [line for line in lines if line.quantity > 0]


async def lease(
    tx: Tx, *, till_id: TillId, location_id: LocationId, lines: Sequence[LeaseLine], lasts: timedelta, by: Hand
) -> tuple[Lease, list[LeaseLine]]:
    """Give a till what it may sell while it is away: of each line as many as are free, which may be fewer or none.

    No clock gives the units back: until the lease is settled they are the till's, so that whatever it sold in time is
    covered. Locks stock rows in key order. Refuses LeaseOpen, BadLease.
    """
    _check(lines, lasts)
    if open_lease := await tx.maybe(store.OPEN_LEASE, till_id=till_id):
        raise LeaseOpen(lease_id=open_lease)
    lease_id = LeaseId.new()
    try:
        async with tx.savepoint():
            await tx.run(
                store.ADD_LEASE, id=lease_id, till_id=till_id, location_id=location_id, now=tx.now,
                expires_at=tx.now + lasts,
            )  # fmt: skip
    except UniqueViolation:  # the till asked twice at once
        raise LeaseOpen(lease_id=await tx.one(store.OPEN_LEASE, till_id=till_id)) from None
    wanted = {Key(line.variant_id, location_id): line.quantity for line in lines}
    levels = await lock(tx, keys=sorted(wanted))
    given = [(level.key, units) for level in levels if (units := min(wanted[level.key], level.available)) > 0]
    await tx.run(
        holds.HOLD,
        **columns([key for key, _ in given]),
        quantities=[units for _, units in given],
        ids=[ReservationId.new() for _ in given],
        line_ids=[LeaseLineId.new() for _ in given],
        holder=str(lease_id),
        now=tx.now,
    )
    await tx.run(
        store.ADD_LINES, id=lease_id, variant_ids=[key.variant_id for key, _ in given],
        quantities=[units for _, units in given],
    )  # fmt: skip
    made = await tx.one(store.LEASE, id=lease_id)
    tx.emit([_fact(made, by, tx)])
    return made, [LeaseLine(key.variant_id, units) for key, units in given]


def _check(lines: Sequence[LeaseLine], lasts: timedelta) -> None:
    if not LASTS_MIN <= lasts <= LASTS_MAX:
        raise BadLease(field="lasts")
    if len(lines) > LINES_MAX or len({line.variant_id for line in lines}) < len(lines):
        raise BadLease(field="lines")
    if any(line.quantity < 1 for line in lines):
        raise BadLease(field="quantity")


async def settle_lease(tx: Tx, *, till_id: TillId, lease_id: LeaseId, by: Hand) -> Lease:
    """The till has told everything it sold: what is left of its lease flows back. Refuses LeaseUnknown.

    Locks the lease, then stock rows in key order.
    """
    found = await tx.maybe(store.LOCK_LEASE, id=lease_id)
    if found is None or found.till_id != till_id or found.settled_at is not None:
        raise LeaseUnknown(lease_id=lease_id)
    return await _end(tx, found, by)


async def _end(tx: Tx, found: Lease, by: Hand, note: str = "") -> Lease:
    """The lease is locked."""
    await tx.run(store.SETTLE, id=found.id, holder=str(found.id), by=by.actor, note=note, now=tx.now)
    await release(tx, holders=[found.id], by=by)
    settled = await tx.one(store.LEASE, id=found.id)
    tx.emit([_fact(settled, by, tx, note)])
    return settled


async def abandon_lease(tx: Tx, *, lease_id: LeaseId, by: Hand, note: str = "") -> Lease:
    """Give back what a till that will not return still leases, once its lease has ended by more than a day.

    What it sold and never told is then no longer covered: a decision for somebody who knows that it is lost, and `note` says
    why. Locks the lease, then stock rows in key order. Refuses LeaseUnknown, LeaseOpen where it may still come back, BadLease.
    """
    if len(note) > NOTE_LENGTH_MAX:
        raise BadLease(field="note")
    found = await tx.maybe(store.LOCK_LEASE, id=lease_id)
    if found is None or found.settled_at is not None:
        raise LeaseUnknown(lease_id=lease_id)
    if tx.now < found.expires_at + ABANDONED_AFTER:
        raise LeaseOpen(lease_id=lease_id)
    return await _end(tx, found, by, note.strip())


def _fact(lease: Lease, by: Hand, tx: Tx, note: str = "") -> LeaseChanged:
    return LeaseChanged(
        subject=lease.id, by=by, occurred_at=tx.now, till_id=lease.till_id, location_id=lease.location_id,
        settled=lease.settled_at is not None, note=note,
    )  # fmt: skip


async def open_lease(tx: Tx, *, till_id: TillId) -> tuple[Lease, list[LeaseLine]] | None:
    """The lease a till has not settled, with what is left of it; None if it has none."""
    lease_id = await tx.maybe(store.OPEN_LEASE, till_id=till_id)
    if lease_id is None:
        return None
    return await tx.one(store.LEASE, id=lease_id), await tx.all(store.LINES, holder=str(lease_id))


async def leases(
    tx: Tx,
    *,
    location_ids: Sequence[LocationId] | None = None,
    settled: bool = False,
    after: LeaseId | None = None,
    rows_max: int = 100,
) -> list[LeaseBrief]:
    """Those at some locations (None: at all) that are open, what ended the longest ago first; or those that are `settled`, the
    last first."""
    return await tx.all(
        store.ENDED_LEASES if settled else store.OPEN_LEASES,
        location_ids=None if location_ids is None else list(location_ids), after=after,
        rows_max=min(rows_max, ROWS_MAX),
    )  # fmt: skip


async def leased(tx: Tx, *, lease_id: LeaseId) -> tuple[LeaseBrief, list[LeasedLine]]:
    """One, with what it was given, sold and gave back; what was sold of first. Refuses NotFound."""
    found = await tx.maybe(store.BRIEF, id=lease_id)
    if found is None:
        raise NotFound(what="lease", id=str(lease_id))
    return found, await tx.all(store.LEASED, id=lease_id, holder=str(lease_id))
