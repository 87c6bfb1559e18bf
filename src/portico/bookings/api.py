"""What others may ask of bookings. `book` is a hot command: it takes many and answers each, in order of arrival."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from portico.bookings import store
from portico.bookings.calendars import check_resources
from portico.bookings.events import Booked, Canceled, Confirmed, Moved, Promoted
from portico.bookings.rules import calendar, sharing
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
    Difference,
    Overcommitted,
    Resource,
    ResourceId,
    ResourceKind,
    Slot,
    SlotFull,
    WaitlistFull,
)
from portico.business.types import LocationId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import NotFound, Refused

RESOURCES_MAX = 2_000
SPAN_MAX = timedelta(days=62)
AGENDA_MAX = 500
PROMOTED_AT_ONCE = 100
KEYS_AT_ONCE = 500
LOOK_AHEAD = timedelta(days=7)  # how far beyond a full slot the next free ones are looked for
SYSTEM = Hand(actor="system:bookings", actor_name="")


async def put_resources(tx: Tx, *, resources: Sequence[Resource]) -> list[Overcommitted]:
    """Set resources, known by their codes, with their whole calendars; special days are added to those there are.

    A calendar that gives less breaks no booking: buckets with more than they would take now are the answer. Refuses
    BadResource.
    """
    check_resources(resources)
    codes = [one.code for one in resources]
    ids = await tx.all(
        store.PUT_RESOURCES,
        ids=[one.id for one in resources],
        codes=codes,
        kinds=[one.kind for one in resources],
        names=[one.name for one in resources],
        location_ids=[one.location_id for one in resources],
        time_zones=[one.time_zone for one in resources],
        units=[one.unit for one in resources],
        bucket_minutes=[one.bucket_minutes for one in resources],
        lead_minutes=[one.lead_minutes for one in resources],
        horizon_days=[one.horizon_days for one in resources],
        hold_seconds_max=[one.hold_seconds_max for one in resources],
        overbook_percents=[one.overbook_percent for one in resources],
        waitlist_maxs=[one.waitlist_max for one in resources],
        actives=[one.active for one in resources],
    )
    await tx.run(store.DROP_OPENINGS, ids=ids)
    openings = [(one.code, each) for one in resources for each in one.openings]
    await tx.run(
        store.PUT_OPENINGS,
        codes=[code for code, _ in openings],
        weekdays=[each.weekday for _, each in openings],
        opens=[each.opens_minute for _, each in openings],
        closes=[each.closes_minute for _, each in openings],
        capacities=[each.capacity for _, each in openings],
    )
    days = [(one.code, each) for one in resources for each in one.special_days]
    await tx.run(
        store.PUT_SPECIAL_DAYS,
        codes=[code for code, _ in days],
        days=[each.day for _, each in days],
        openings=[msgspec.json.encode(each.hours).decode() for _, each in days],
    )
    return await overcommitted(tx, ids=ids)


async def overcommitted(tx: Tx, *, ids: Sequence[ResourceId]) -> list[Overcommitted]:
    """Buckets to come with more bookings than their calendars give them now: somebody must be told."""
    known = {one.id: one for one in await resources(tx, ids=ids)}
    found = []
    for one in await tx.all(store.LARGEST, ids=list(ids), now=tx.now, rows_max=10_000):
        resource = known[one.resource_id]
        span = timedelta(minutes=resource.bucket_minutes)
        there = calendar.buckets(resource, starts_at=one.starts_at, ends_before=one.starts_at + span)
        most = sharing.limit(resource, there[0]) if there and there[0].starts_at == one.starts_at else 0
        if one.taken > most:
            found.append(Overcommitted(one.resource_id, one.starts_at, one.taken, most))
    return found


async def resources(
    tx: Tx,
    *,
    ids: Sequence[ResourceId] | None = None,
    location_ids: Sequence[LocationId] | None = None,
    kinds: Sequence[ResourceKind] | None = None,
    rows_max: int = RESOURCES_MAX,
) -> list[Resource]:
    """Resources with their calendars: those named, or the active ones of some places and kinds, by code."""
    rows = await tx.all(
        store.RESOURCES,
        ids=None if ids is None else list(ids),
        location_ids=None if location_ids is None else list(location_ids),
        kinds=None if kinds is None else list(kinds),
        today=tx.now.date(),
        rows_max=min(rows_max, RESOURCES_MAX),
    )
    return [Resource(**msgspec.structs.asdict(row)) for row in rows]


async def slots(
    tx: Tx, *, resources: Sequence[Resource], starts_at: datetime, ends_before: datetime, quantity: int = 1
) -> list[Slot]:
    """The buckets of resources in a period, from now on, in which so much is free. At most `SPAN_MAX`; refuses BadBooking."""
    if not timedelta() < ends_before - starts_at <= SPAN_MAX:
        raise BadBooking(field="ends_before")
    if quantity < 1:
        raise BadBooking(field="quantity")
    found = await tx.all(
        store.TAKEN,
        resource_ids=[one.id for one in resources],
        starts_at=starts_at,
        ends_before=ends_before,
        now=tx.now,
    )
    taken = {(one.resource_id, one.starts_at): one.taken for one in found}
    made = []
    for one in resources:
        first = max(starts_at, tx.now + timedelta(minutes=one.lead_minutes))
        last = min(ends_before, tx.now + timedelta(days=one.horizon_days))
        for bucket in calendar.buckets(one, starts_at=first, ends_before=last) if one.active else ():
            free = max(0, sharing.limit(one, bucket) - taken.get((one.id, bucket.starts_at), 0))
            if free >= quantity:
                made.append(Slot(one.id, bucket.starts_at, bucket.ends_before, bucket.capacity, free))
    return made


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
    taken = await _lock(tx, keys | {(one.resource_id, one.starts_at) for one in parts})
    given_up: defaultdict[bytes, Counter[BucketKey]] = defaultdict(Counter)
    for one in await tx.all(store.PARTS, ids=moved) if moved else []:
        given_up[one.booking_id.bytes][one.resource_id, one.starts_at] += one.quantity
    served = sharing.share_out([(ask, resource, b) for _, ask, resource, b in ready], taken=taken, given_up=given_up)
    done: list[tuple[Booking, Taking]] = []
    waiting: list[Booking] = []
    room = await _waiting_room(tx, [ask for _, ask, _, _ in ready])
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
    await _write(tx, done, waiting, known, gone, given_up)
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


async def _lock(tx: Tx, keys: Iterable[BucketKey]) -> Counter[BucketKey]:
    """Lock buckets in key order, making those that are not there; what is taken of each, without what ran out."""
    ordered = sorted(keys)
    columns = {"resource_ids": [key[0] for key in ordered], "starts_ats": [key[1] for key in ordered]}
    await tx.run(store.MAKE_BUCKETS, **columns)
    taken = Counter({(one.resource_id, one.starts_at): one.taken for one in await tx.all(store.LOCK, **columns)})
    for one in await tx.all(store.GIVE_BACK_EXPIRED, **columns, now=tx.now):
        taken[one.resource_id, one.starts_at] = one.taken
    return taken


async def _waiting_room(tx: Tx, asks: Sequence[Ask]) -> Counter[ResourceId]:
    """How many more may wait for each resource."""
    ids = sorted({ask.resource_id for ask in asks if ask.waitlist})
    room: Counter[ResourceId] = Counter()
    if ids:
        room.update({one.id: one.waitlist_max for one in await resources(tx, ids=ids)})
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


async def _write(
    tx: Tx,
    done: Sequence[tuple[Booking, Taking]],
    waiting: Sequence[Booking],
    known: dict[ResourceId, Resource],
    moved: Sequence[BookingId],
    given_up: dict[bytes, Counter[BucketKey]],
) -> None:
    changes: Counter[BucketKey] = Counter()
    for booking_id in moved:
        changes.subtract(given_up[booking_id.bytes])
    for _, taking in done:
        for key, units in taking.parts:
            changes[key] += units
    await _change(tx, changes, known)
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


async def _change(tx: Tx, changes: Counter[BucketKey], known: dict[ResourceId, Resource]) -> None:
    """Add to what buckets have taken; what each takes at most today is written beside it, for the database to hold."""
    keys = sorted(key for key, amount in changes.items() if amount)
    if not keys:
        return
    limits = []
    for resource_id, starts_at in keys:
        resource = known.get(resource_id)
        found = (
            calendar.buckets(
                resource, starts_at=starts_at, ends_before=starts_at + timedelta(minutes=resource.bucket_minutes)
            )
            if resource
            else []
        )
        limits.append(
            sharing.limit(resource, found[0]) if resource and found and found[0].starts_at == starts_at else 0
        )
    await tx.run(
        store.CHANGE_BUCKETS,
        resource_ids=[key[0] for key in keys],
        starts_ats=[key[1] for key in keys],
        amounts=[changes[key] for key in keys],
        taken_maxs=limits,
    )


def _fact(one: Booking, ask: Ask, tx: Tx) -> Booked | Moved:
    if ask.moves:
        return Moved(
            subject=one.id, by=ask.by, occurred_at=tx.now, resource_id=one.resource_id, holder=one.holder,
            starts_at=one.starts_at, ends_before=one.ends_before, quantity=one.quantity,
        )  # fmt: skip
    return Booked(
        subject=one.id, by=ask.by, occurred_at=tx.now, resource_id=one.resource_id, holder=one.holder,
        starts_at=one.starts_at, ends_before=one.ends_before, quantity=one.quantity, state=one.state,
    )  # fmt: skip


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
    whole = one.quantity * len(buckets) if resource.unit.value == "places" else one.quantity
    if one.state is not BookingState.HELD or kept < whole:
        raise BookingEnded(booking_id=booking_id)
    state = BookingState.CONFIRMED if seconds is None else BookingState.HELD
    await tx.run(store.SET_STATE, ids=[booking_id], state=state, expires_at=expires_at)
    if seconds is None:
        tx.emit([_about(Confirmed, one, by, tx)])
    return msgspec.structs.replace(one, state=state, expires_at=expires_at)


def _about(kind: type[Confirmed] | type[Canceled], one: Booking, by: Hand, tx: Tx) -> Confirmed | Canceled:
    return kind(
        subject=one.id, by=by, occurred_at=tx.now, resource_id=one.resource_id, holder=one.holder,
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
    waiting = await tx.all(
        store.WAITING, resource_ids=[one.resource_id], now=tx.now, rows_max=PROMOTED_AT_ONCE
    )  # fmt: skip
    known = {each.id: each for each in await resources(tx, ids=[one.resource_id])}
    asked = _asked(waiting, known)
    taken = await _lock(tx, keys | {(r.id, b.starts_at) for _, _, r, buckets in asked for b in buckets})
    changes: Counter[BucketKey] = Counter()
    for part in await tx.all(store.PARTS, ids=[booking_id]):
        changes[part.resource_id, part.starts_at] -= part.quantity
    await _change(tx, changes, known)
    await tx.run(store.DROP_PARTS, ids=[booking_id])
    await tx.run(store.SET_STATE, ids=[booking_id], state=BookingState.CANCELED, expires_at=None)
    tx.emit([_about(Canceled, one, by, tx)])
    taken.update(changes)
    await _promote(tx, [each for each in asked if each[0].id != booking_id], taken, known)
    return msgspec.structs.replace(one, state=BookingState.CANCELED, expires_at=None)


Waiting = tuple[Booking, Ask, Resource, list[Bucket]]


def _asked(waiting: Sequence[Booking], known: dict[ResourceId, Resource]) -> list[Waiting]:
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
    tx: Tx, asked: Sequence[Waiting], taken: Counter[BucketKey], known: dict[ResourceId, Resource]
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
    await _write(tx, done, [], known, [], {})
    tx.emit(
        Promoted(
            subject=one.id, by=SYSTEM, occurred_at=tx.now, resource_id=one.resource_id, holder=one.holder,
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
    waiting = await tx.all(store.WAITING, resource_ids=ids, now=tx.now, rows_max=PROMOTED_AT_ONCE)
    known = {each.id: each for each in await resources(tx, ids=ids)}
    asked = _asked(waiting, known)
    taken = await _lock(tx, {*keys, *((r.id, b.starts_at) for _, _, r, buckets in asked for b in buckets)})
    await _promote(tx, asked, taken, known)
    return len(keys) == KEYS_AT_ONCE


async def differences(tx: Tx) -> list[Difference]:
    """Buckets whose counters are not what their bookings add up to: none, unless something is broken."""
    return await tx.all(store.DIFFERENCES)
