"""Buckets: locked in key order, changed, and written with the bookings that take from them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from portico.bookings import store
from portico.bookings.rules import sharing
from portico.bookings.rules.sharing import BucketKey, Taking
from portico.bookings.types import Booking, BookingId, Resource, ResourceId
from portico.platform.db import Tx


async def lock(tx: Tx, keys: Iterable[BucketKey]) -> Counter[BucketKey]:
    """Lock buckets in key order, making those that are not there; what is taken of each, without what ran out."""
    ordered = sorted(keys)
    columns = {"resource_ids": [key[0] for key in ordered], "starts_ats": [key[1] for key in ordered]}
    await tx.run(store.MAKE_BUCKETS, **columns)
    taken = Counter({(one.resource_id, one.starts_at): one.taken for one in await tx.all(store.LOCK, **columns)})
    for one in await tx.all(store.GIVE_BACK_EXPIRED, **columns, now=tx.now):
        taken[one.resource_id, one.starts_at] = one.taken
    return taken


async def write(
    tx: Tx,
    done: Sequence[tuple[Booking, Taking]],
    waiting: Sequence[Booking],
    known: Mapping[ResourceId, Resource],
    moved: Sequence[BookingId],
    given_up: Mapping[bytes, Counter[BucketKey]],
) -> None:
    """Write what is booked (`done`) and who waits; bookings that moved have their old time back first. Buckets are locked."""
    changes: Counter[BucketKey] = Counter()
    for booking_id in moved:
        changes.subtract(given_up[booking_id.bytes])
    for _, taking in done:
        for key, units in taking.parts:
            changes[key] += units
    await change(tx, changes, known)
    if moved:
        await tx.run(store.DROP_PARTS, ids=list(moved))
    rows = [*(one for one, _ in done), *waiting]
    await tx.run(
        store.PUT_BOOKINGS,
        ids=[one.id for one in rows],
        resource_ids=[one.resource_id for one in rows],
        starts_ats=[one.starts_at for one in rows],
        ends_befores=[one.ends_before for one in rows],
        quantities=[one.quantity for one in rows],
        holders=[one.holder for one in rows],
        states=[one.state for one in rows],
        expires_ats=[one.expires_at for one in rows],
        notes=[one.note for one in rows],
        actors=[one.actor for one in rows],
        now=tx.now,
    )
    parts = [(one, key, units) for one, taking in done for key, units in taking.parts]
    await tx.run(
        store.ADD_PARTS,
        booking_ids=[one.id for one, _, _ in parts],
        resource_ids=[key[0] for _, key, _ in parts],
        starts_ats=[key[1] for _, key, _ in parts],
        quantities=[units for _, _, units in parts],
        expires_ats=[one.expires_at for one, _, _ in parts],
    )


async def change(tx: Tx, changes: Counter[BucketKey], known: Mapping[ResourceId, Resource]) -> None:
    """Add to what buckets have taken; what each takes at most today is written beside it, for the database to hold."""
    keys = sorted(key for key, amount in changes.items() if amount)
    if not keys:
        return
    limits = [sharing.limit_at(known[key[0]], key[1]) if key[0] in known else 0 for key in keys]
    await tx.run(
        store.CHANGE_BUCKETS,
        resource_ids=[key[0] for key in keys],
        starts_ats=[key[1] for key in keys],
        amounts=[changes[key] for key in keys],
        taken_maxs=limits,
    )
