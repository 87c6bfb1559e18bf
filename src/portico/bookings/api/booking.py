"""Booking: a hot command that takes many asks and answers each, in order of arrival."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from portico.bookings import store
from portico.bookings.api.buckets import lock, write
from portico.bookings.api.resources import resources
from portico.bookings.events import Booked, Moved, customer_of
from portico.bookings.rules import sharing
from portico.bookings.rules.sharing import BucketKey, Short, Taking
from portico.bookings.types import (
    ASKS_MAX,
    Ask,
    BadBooking,
    Booking,
    BookingEnded,
    BookingId,
    BookingState,
    Bucket,
    Resource,
    ResourceId,
    SlotFull,
    WaitlistFull,
)
from portico.platform.db import Tx
from portico.platform.refusals import NotFound, Refused

LOOK_AHEAD = timedelta(days=7)  # how far beyond a full slot the next free ones are looked for


async def book(tx: Tx, *, asks: Sequence[Ask]) -> list[Booking | Refused]:
    """Book each ask whole or refuse it whole, in order of arrival: places in every bucket of its period, or labour minutes
    over them as early as there is any. A full one waits, if it asks to.

    Locks bookings that move, then buckets in key order. Answers may refuse: NotFound, BadBooking, NoSuchSlot, SlotFull,
    WaitlistFull, BookingEnded.
    """
    if len(asks) > ASKS_MAX:
        raise BadBooking(field="asks")
    known = {one.id: one for one in await resources(tx, ids=sorted({ask.resource_id for ask in asks})) if one.active}
    moved = sorted({ask.moves for ask in asks if ask.moves})
    before = {one.id: one for one in await tx.all(store.LOCK_BOOKINGS, ids=moved)} if moved else {}
    answers: list[Booking | Refused | None] = [_refused(ask, known, before, tx) for ask in asks]
    ready: list[tuple[int, Ask, Resource, list[Bucket]]] = []
    for i, ask in enumerate(asks):
        if answers[i] is None:
            found = sharing.check(ask, known[ask.resource_id], now=tx.now)
            if isinstance(found, Refused):
                answers[i] = found
            else:
                ready.append((i, ask, known[ask.resource_id], found))
    if not ready:
        return [one for one in answers if one is not None]
    parts = await tx.all(store.PARTS, ids=moved) if moved else []
    keys = {(resource.id, one.starts_at) for _, _, resource, buckets in ready for one in buckets}
    taken = await lock(tx, keys | {(one.resource_id, one.starts_at) for one in parts})
    # Read again: what ran out of them has just been given back.
    given_up: defaultdict[bytes, Counter[BucketKey]] = defaultdict(Counter)
    for one in await tx.all(store.PARTS, ids=moved) if moved else []:
        given_up[one.booking_id.bytes][one.resource_id, one.starts_at] += one.quantity
    served = sharing.share_out([(ask, resource, b) for _, ask, resource, b in ready], taken=taken, given_up=given_up)
    done: list[tuple[Booking, Taking]] = []
    waiting: list[Booking] = []
    room = await _waiting_room(tx, [ask for _, ask, _, _ in ready], known)
    for (i, ask, resource, _), answer in zip(ready, served, strict=True):
        if isinstance(answer, Taking):
            state = BookingState.CONFIRMED if ask.expires_at is None else BookingState.HELD
            made = _booking(ask, state, tx)
            done.append((made, answer))
            answers[i] = made
        elif ask.waitlist and room[ask.resource_id] > 0 and not ask.moves:
            room[ask.resource_id] -= 1
            made = msgspec.structs.replace(_booking(ask, BookingState.WAITING, tx), expires_at=None)
            waiting.append(made)
            answers[i] = made
        elif ask.waitlist and resource.waitlist_max:
            answers[i] = WaitlistFull(resource_id=ask.resource_id)
        else:
            answers[i] = await _full(tx, ask, resource, answer)
    gone = [one for one in moved if any(booking.id == one for booking, _ in done)]
    await write(tx, done, waiting, known, gone, given_up)
    tx.emit(_fact(one, ask, tx) for one, ask in zip(answers, asks, strict=True) if isinstance(one, Booking))
    return [one for one in answers if one is not None]


def _refused(ask: Ask, known: dict[ResourceId, Resource], before: dict[BookingId, Booking], tx: Tx) -> Refused | None:
    if ask.resource_id not in known:
        return NotFound(what="resource", id=str(ask.resource_id))
    if ask.moves:
        old = before.get(ask.moves)
        if old is None or old.holder != str(ask.holder):
            return NotFound(what="booking", id=str(ask.moves))
        if not old.running(tx.now):
            return BookingEnded(booking_id=ask.moves)
    return None


async def _waiting_room(tx: Tx, asks: Sequence[Ask], known: Mapping[ResourceId, Resource]) -> Counter[ResourceId]:
    """How many more may wait for each resource."""
    ids = sorted({ask.resource_id for ask in asks if ask.waitlist})
    room = Counter({one: known[one].waitlist_max for one in ids})
    if ids:
        for one in await tx.all(store.WAITING_COUNT, resource_ids=ids, now=tx.now):
            room[one.resource_id] -= one.taken
    return room


def _booking(ask: Ask, state: BookingState, tx: Tx) -> Booking:
    return Booking(
        ask.moves or BookingId.new(), ask.resource_id, ask.starts_at, ask.ends_before, ask.quantity, str(ask.holder), state,
        ask.expires_at, ask.note, ask.by.actor, tx.now,
    )  # fmt: skip


async def _full(tx: Tx, ask: Ask, resource: Resource, short: Short) -> SlotFull:
    until = min(ask.starts_at + LOOK_AHEAD, tx.now + timedelta(days=resource.horizon_days))
    found = await tx.all(
        store.TAKEN, resource_ids=[resource.id], starts_at=ask.starts_at, ends_before=until, now=tx.now
    )
    taken = {(one.resource_id, one.starts_at): one.taken for one in found}
    return SlotFull(resource.id, short.free, sharing.next_starts(ask, resource, taken, until=until))


def _fact(one: Booking, ask: Ask, tx: Tx) -> Booked | Moved:
    if ask.moves:
        return Moved(
            subject=one.id, by=ask.by, occurred_at=tx.now, resource_id=one.resource_id,
            holder=one.holder, customer_id=customer_of(one.holder),
            starts_at=one.starts_at, ends_before=one.ends_before, quantity=one.quantity,
        )  # fmt: skip
    return Booked(
        subject=one.id, by=ask.by, occurred_at=tx.now, resource_id=one.resource_id,
            holder=one.holder, customer_id=customer_of(one.holder),
        starts_at=one.starts_at, ends_before=one.ends_before, quantity=one.quantity, state=one.state,
    )  # fmt: skip
