"""Who gets which time, when there is not enough for all."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from portico.bookings.rules import calendar
from portico.bookings.types import (
    NOTE_LENGTH_MAX,
    QUANTITY_MAX,
    Ask,
    BadBooking,
    Bucket,
    NoSuchSlot,
    Resource,
    ResourceId,
    Unit,
)
from portico.platform.refusals import Refused

BUCKETS_MAX = 200  # of one booking
NEXT_MAX = 5

BucketKey = tuple[ResourceId, datetime]


class Taking(msgspec.Struct, frozen=True):
    """What a booking takes of each bucket."""

    parts: tuple[tuple[BucketKey, int], ...]


class Short(msgspec.Struct, frozen=True):
    """So much is free in the whole period, and no more."""

    free: int


def limit(resource: Resource, bucket: Bucket) -> int:
    """How much a bucket takes, overbooking included."""
    return bucket.capacity + bucket.capacity * resource.overbook_percent // 100


def limit_at(resource: Resource, starts_at: datetime) -> int:
    """How much the bucket that begins then takes; 0 where the calendar has none."""
    span = timedelta(minutes=resource.bucket_minutes)
    there = calendar.buckets(resource, starts_at=starts_at, ends_before=starts_at + span)
    return limit(resource, there[0]) if there and there[0].starts_at == starts_at else 0


def check(ask: Ask, resource: Resource, *, now: datetime) -> Refused | list[Bucket]:
    """The buckets an ask is about, or why there are none."""
    if not 0 < ask.quantity <= QUANTITY_MAX:
        return BadBooking(field="quantity")
    if len(ask.note) > NOTE_LENGTH_MAX:
        return BadBooking(field="note")
    if ask.ends_before <= ask.starts_at:
        return BadBooking(field="ends_before")
    if ask.starts_at < now + timedelta(minutes=resource.lead_minutes):
        return BadBooking(field="starts_at")
    if ask.ends_before > now + timedelta(days=resource.horizon_days):
        return BadBooking(field="ends_before")
    if ask.expires_at is not None and not now < ask.expires_at <= now + timedelta(seconds=resource.hold_seconds_max):
        return BadBooking(field="expires_at")
    found = calendar.buckets(resource, starts_at=ask.starts_at, ends_before=ask.ends_before)
    if len(found) > BUCKETS_MAX:
        return BadBooking(field="ends_before")
    if not found or found[0].starts_at != ask.starts_at:
        return NoSuchSlot(field="starts_at", given=ask.starts_at.isoformat())
    if found[-1].ends_before != ask.ends_before:
        return NoSuchSlot(field="ends_before", given=ask.ends_before.isoformat())
    if resource.unit is Unit.PLACES:
        for before, after in pairwise(found):
            if before.ends_before != after.starts_at:
                return NoSuchSlot(field="ends_before", given=before.ends_before.isoformat())
    return found


def take(ask: Ask, resource: Resource, buckets: Sequence[Bucket], taken: Mapping[BucketKey, int]) -> Taking | Short:
    """What an ask takes of its buckets: places in each of them, or labour as early as there is any."""
    free = [max(0, limit(resource, one) - taken.get((resource.id, one.starts_at), 0)) for one in buckets]
    keys = [(resource.id, one.starts_at) for one in buckets]
    if resource.unit is Unit.PLACES:
        least = min(free)
        if least < ask.quantity:
            return Short(least)
        return Taking(tuple((key, ask.quantity) for key in keys))
    if sum(free) < ask.quantity:
        return Short(sum(free))
    parts, left = [], ask.quantity
    for key, units in zip(keys, free, strict=True):
        used = min(left, units)
        if used:
            parts.append((key, used))
            left -= used
    return Taking(tuple(parts))


def next_starts(
    ask: Ask, resource: Resource, taken: Mapping[BucketKey, int], *, until: datetime
) -> tuple[datetime, ...]:
    """The next beginnings after the one asked for at which the same could be booked."""
    lasts = ask.ends_before - ask.starts_at
    found = []
    for one in calendar.buckets(resource, starts_at=ask.starts_at, ends_before=until):
        if one.starts_at <= ask.starts_at:
            continue
        later = msgspec.structs.replace(ask, starts_at=one.starts_at, ends_before=one.starts_at + lasts)
        within = calendar.buckets(resource, starts_at=later.starts_at, ends_before=later.ends_before)
        whole = bool(within) and within[-1].ends_before == later.ends_before and within[0].starts_at == later.starts_at
        if whole and isinstance(take(later, resource, within, taken), Taking):
            found.append(one.starts_at)
        if len(found) == NEXT_MAX:
            break
    return tuple(found)


def share_out(
    asks: Sequence[tuple[Ask, Resource, Sequence[Bucket]]],
    *,
    taken: Mapping[BucketKey, int],
    given_up: Mapping[bytes, Mapping[BucketKey, int]],
) -> list[Taking | Short]:
    """Serve asks in order of arrival: all buckets of one or none. A booking that is moved gives up what it took, if the ask
    is served."""
    left = Counter(taken)
    answers: list[Taking | Short] = []
    for ask, resource, buckets in asks:
        own = given_up.get(ask.moves.bytes, {}) if ask.moves else {}
        left.subtract(own)
        answer = take(ask, resource, buckets, left)
        if isinstance(answer, Taking):
            for key, units in answer.parts:
                left[key] += units
        else:
            left.update(own)
        answers.append(answer)
    return answers
