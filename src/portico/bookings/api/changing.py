"""What becomes of bookings: confirmed, held for longer, canceled; whose turn it is then."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from portico.bookings import store
from portico.bookings.api.buckets import change, lock, write
from portico.bookings.api.resources import resources
from portico.bookings.events import Canceled, Confirmed, Promoted, customer_of
from portico.bookings.rules import calendar, sharing
from portico.bookings.rules.sharing import BucketKey, Taking
from portico.bookings.types import (
    Ask,
    BadBooking,
    Booking,
    BookingEnded,
    BookingId,
    BookingState,
    Bucket,
    Resource,
    ResourceId,
    Unit,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import NotFound

AGENDA_MAX = 500
PROMOTED_AT_ONCE = 100
KEYS_AT_ONCE = 500
SYSTEM = Hand(actor="system:bookings", actor_name="")


async def bookings(
    tx: Tx, *, ids: Sequence[BookingId] | None = None, holders: Sequence[Id] | None = None
) -> list[Booking]:
    """Bookings by id, or those of some holders that are not canceled."""
    if ids is not None:
        return await tx.all(store.BOOKINGS, ids=list(ids))
    return await tx.all(store.OF_HOLDERS, holders=[str(one) for one in holders or ()])


async def agenda(
    tx: Tx, *, resource_id: ResourceId, starts_at: datetime, ends_before: datetime, rows_max: int = AGENDA_MAX
) -> list[Booking]:
    """What is booked and who waits in a period, in order of time."""
    return await tx.all(
        store.AGENDA, resource_id=resource_id, starts_at=starts_at, ends_before=ends_before, now=tx.now,
        rows_max=min(rows_max, AGENDA_MAX),
    )  # fmt: skip


async def confirm(tx: Tx, *, booking_id: BookingId, by: Hand) -> Booking:
    """Take for good what is held. Locks the booking, then its buckets. Refuses NotFound, BookingEnded."""
    return await _keep(tx, booking_id, None, by)


async def extend(tx: Tx, *, booking_id: BookingId, seconds: int, by: Hand) -> Booking:
    """Hold for so long from now. One that ran out goes on only while nobody has used its time.

    Locks the booking, then its buckets. Refuses NotFound, BookingEnded, BadBooking.
    """
    return await _keep(tx, booking_id, seconds, by)


async def _keep(tx: Tx, booking_id: BookingId, seconds: int | None, by: Hand) -> Booking:
    one = await _lock_booking(tx, booking_id)
    (resource,) = await resources(tx, ids=[one.resource_id])
    if seconds is not None and not 0 < seconds <= resource.hold_seconds_max:
        raise BadBooking(field="seconds")
    if one.state is BookingState.CONFIRMED:
        return one
    parts = await tx.all(store.PARTS, ids=[booking_id])
    expires_at = None if seconds is None else tx.now + timedelta(seconds=seconds)
    # A lock alone: what ran out, and is still there, is this booking's as long as nobody needed it.
    await tx.all(
        store.LOCK,
        resource_ids=[part.resource_id for part in parts],
        starts_ats=[part.starts_at for part in parts],
    )
    kept = await tx.one(store.KEEP_PARTS, id=booking_id, expires_at=expires_at)
    buckets = calendar.buckets(resource, starts_at=one.starts_at, ends_before=one.ends_before)
    whole = one.quantity * len(buckets) if resource.unit is Unit.PLACES else one.quantity
    if one.state is not BookingState.HELD or kept < whole:
        raise BookingEnded(booking_id=booking_id)
    state = BookingState.CONFIRMED if seconds is None else BookingState.HELD
    await tx.run(store.SET_STATE, ids=[booking_id], state=state, expires_at=expires_at)
    if seconds is None:
        tx.emit([_about(Confirmed, one, by, tx)])
    return msgspec.structs.replace(one, state=state, expires_at=expires_at)


def _about(kind: type[Confirmed] | type[Canceled], one: Booking, by: Hand, tx: Tx) -> Confirmed | Canceled:
    return kind(
        subject=one.id, by=by, occurred_at=tx.now, resource_id=one.resource_id,
            holder=one.holder, customer_id=customer_of(one.holder),
        starts_at=one.starts_at, ends_before=one.ends_before, quantity=one.quantity,
    )  # fmt: skip


async def _lock_booking(tx: Tx, booking_id: BookingId) -> Booking:
    found = await tx.maybe(store.LOCK_BOOKINGS, ids=[booking_id])
    if found is None:
        raise NotFound(what="booking", id=str(booking_id))
    if found.state is BookingState.CANCELED:
        raise BookingEnded(booking_id=booking_id)
    return found


async def cancel(tx: Tx, *, booking_id: BookingId, by: Hand) -> Booking:
    """Give its time back; who waits longest for it and fits has it next, held for as long as holds may last.

    Locks the booking, then buckets in key order. Refuses NotFound, BookingEnded.
    """
    one = await _lock_booking(tx, booking_id)
    keys = {(part.resource_id, part.starts_at) for part in await tx.all(store.PARTS, ids=[booking_id])}
    waiting = await _waiting(tx, keys)
    known = {each.id: each for each in await resources(tx, ids=[one.resource_id])}
    asked = _asked(waiting, known)
    taken = await lock(tx, keys | {(r.id, b.starts_at) for _, _, r, buckets in asked for b in buckets})
    changes: Counter[BucketKey] = Counter()
    for part in await tx.all(store.PARTS, ids=[booking_id]):
        changes[part.resource_id, part.starts_at] -= part.quantity
    await change(tx, changes, known)
    await tx.run(store.DROP_PARTS, ids=[booking_id])
    await tx.run(store.SET_STATE, ids=[booking_id], state=BookingState.CANCELED, expires_at=None)
    tx.emit([_about(Canceled, one, by, tx)])
    taken.update(changes)
    await _promote(tx, [each for each in asked if each[0].id != booking_id], taken, known)
    return msgspec.structs.replace(one, state=BookingState.CANCELED, expires_at=None)


async def _waiting(tx: Tx, freed: Collection[BucketKey]) -> list[Booking]:
    """Who waits for any of these buckets, the longest first."""
    return await tx.all(
        store.WAITING, resource_ids=[key[0] for key in freed], starts_ats=[key[1] for key in freed], now=tx.now,
        rows_max=PROMOTED_AT_ONCE,
    )  # fmt: skip


Waiting = tuple[Booking, Ask, Resource, list[Bucket]]


def _asked(waiting: Sequence[Booking], known: Mapping[ResourceId, Resource]) -> list[Waiting]:
    """What those who wait ask for, in the order in which they began to."""
    asked = []
    for one in waiting:
        resource = known[one.resource_id]
        found = calendar.buckets(resource, starts_at=one.starts_at, ends_before=one.ends_before)
        if found and found[0].starts_at == one.starts_at and found[-1].ends_before == one.ends_before:
            ask = Ask(
                resource_id=one.resource_id, starts_at=one.starts_at, ends_before=one.ends_before, quantity=one.quantity,
                holder=one.id, by=SYSTEM,
            )  # fmt: skip
            asked.append((one, ask, resource, found))
    return asked


async def _promote(
    tx: Tx, asked: Sequence[Waiting], taken: Counter[BucketKey], known: Mapping[ResourceId, Resource]
) -> None:
    """Give what is free to who waits, in order; their buckets are locked."""
    answers = sharing.share_out(
        [(ask, resource, buckets) for _, ask, resource, buckets in asked], taken=taken, given_up={}
    )
    done: list[tuple[Booking, Taking]] = []
    for (one, _, resource, _), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Taking):
            expires_at = min(one.starts_at, tx.now + timedelta(seconds=resource.hold_seconds_max))
            done.append((msgspec.structs.replace(one, state=BookingState.HELD, expires_at=expires_at), answer))
    if not done:
        return
    await write(tx, done, [], known, [], {})
    tx.emit(
        Promoted(
            subject=one.id, by=SYSTEM, occurred_at=tx.now, resource_id=one.resource_id,
            holder=one.holder, customer_id=customer_of(one.holder),
            starts_at=one.starts_at, ends_before=one.ends_before, quantity=one.quantity,
            expires_at=one.expires_at or tx.now,
        )
        for one, _ in done
    )  # fmt: skip


async def agreed(tx: Tx, *, before: Id, holder: Id, by: Hand) -> None:
    """What was held for a checkout is its order's, for good. Refuses BookingEnded where a time has been lost."""
    for one in await bookings(tx, holders=[before]):
        await confirm(tx, booking_id=one.id, by=by)
        await tx.run(store.RENAME, id=one.id, holder=str(holder))


async def sweep_expired(tx: Tx) -> bool:
    """Give back parts that ran out, and their time to who waits; correctness does not need it. Whether there may be more."""
    keys = [
        (one.resource_id, one.starts_at) for one in await tx.all(store.EXPIRED_KEYS, now=tx.now, keys_max=KEYS_AT_ONCE)
    ]
    if not keys:
        return False
    ids = sorted({key[0] for key in keys})
    waiting = await _waiting(tx, keys)
    known = {each.id: each for each in await resources(tx, ids=ids)}
    asked = _asked(waiting, known)
    taken = await lock(tx, {*keys, *((r.id, b.starts_at) for _, _, r, buckets in asked for b in buckets)})
    await _promote(tx, asked, taken, known)
    return len(keys) == KEYS_AT_ONCE
