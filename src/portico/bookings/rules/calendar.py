"""Openings cut into buckets, on the clocks of the place, whatever is done to them.

A day is cut by what its clocks show. Where they are put forward, what lies in the gap is no part of any bucket; where they
are put back, what they show twice is two buckets. So the buckets of a day are always as long together as the place is
really open.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from portico.bookings.types import Bucket, Hours, NoSuchTime, Resource, Unit
from portico.platform import clock

MINUTE = timedelta(minutes=1)
DAY_MINUTES = 1440
_MIDNIGHT = datetime.min.time()


def hours_of(resource: Resource, day: date) -> tuple[Hours, ...]:
    """When it is open on a day of its own zone."""
    for special in resource.special_days:
        if special.day == day:
            return special.hours
    return tuple(one.hours for one in resource.openings if one.weekday == day.isoweekday())


def buckets(resource: Resource, *, starts_at: datetime, ends_before: datetime) -> list[Bucket]:
    """The buckets of a resource that lie wholly within a period, in order."""
    zone = ZoneInfo(resource.time_zone)
    day, last = starts_at.astimezone(zone).date(), ends_before.astimezone(zone).date()
    found = []
    while day <= last:
        found += [
            one
            for one in _of_day(
                day, hours_of(resource, day), resource.time_zone, resource.bucket_minutes,
                resource.unit is Unit.LABOUR_MINUTES,
            )
            if starts_at <= one.starts_at and one.ends_before <= ends_before
        ]  # fmt: skip
        day += timedelta(days=1)
    return found


@lru_cache(maxsize=20_000)
def _of_day(day: date, hours: tuple[Hours, ...], zone: str, bucket_minutes: int, scaled: bool) -> tuple[Bucket, ...]:
    begins = clock.at_local(day, _MIDNIGHT, zone)
    ends = clock.at_local(day + timedelta(days=1), _MIDNIGHT, zone)
    if ends - begins == timedelta(days=1) and _same_offset(begins, ends, zone):
        pieces = [
            (begins + timedelta(minutes=low), begins + timedelta(minutes=high), one.capacity)
            for one in sorted(hours)
            for low, high in _cuts(one, bucket_minutes)
        ]
    else:
        pieces = list(_pieces_by_the_minute(begins, ends, hours, zone, bucket_minutes))
    made = []
    for low, high, capacity in pieces:
        # Half an hour has half the hands of an hour: labour is capacity by time, a place is a place.
        share = (high - low) / MINUTE / bucket_minutes if scaled else 1.0
        made.append(Bucket(low, high, int(capacity * share)))
    return tuple(made)


def _same_offset(begins: datetime, ends: datetime, zone: str) -> bool:
    """A day of 24 hours may hold two changes; none is known that does, but the middle of the day is cheap to ask."""
    noon = begins + (ends - begins) / 2
    offset = clock.offset_minutes(begins, zone)
    return offset == clock.offset_minutes(noon, zone) == clock.offset_minutes(ends, zone)


def _cuts(hours: Hours, bucket_minutes: int) -> Iterable[tuple[int, int]]:
    """An opening in buckets from its beginning on; the last may be shorter."""
    for low in range(hours.opens_minute, hours.closes_minute, bucket_minutes):
        yield low, min(low + bucket_minutes, hours.closes_minute)


def _pieces_by_the_minute(
    begins: datetime, ends: datetime, hours: tuple[Hours, ...], zone: str, bucket_minutes: int
) -> Iterable[tuple[datetime, datetime, int]]:
    """On a day on which the clocks are changed: every minute that really passes is put into the bucket its clocks show."""
    place = ZoneInfo(zone)
    bucket_of = {
        minute: (low, one.capacity)
        for one in hours
        for low, high in _cuts(one, bucket_minutes)
        for minute in range(low, high)
    }
    moment, began, now_in = begins, begins, None
    while moment < ends:
        local = moment.astimezone(place)
        found = bucket_of.get(local.hour * 60 + local.minute)
        key = (found, local.utcoffset()) if found else None
        if key != now_in:
            if now_in and now_in[0]:
                yield began, moment, now_in[0][1]
            began, now_in = moment, key
        moment += MINUTE
    if now_in and now_in[0]:
        yield began, ends, now_in[0][1]


def moment(text: str, *, zone: str, field: str) -> datetime:
    """A time as people and programs write it: RFC 3339 with an offset, or by the clocks of the place without one (the first
    of two where it comes twice). Refuses NoSuchTime for what the clocks of the place are put forward over, whichever way it
    is written, and ValueError for what is no time.
    """
    given = datetime.fromisoformat(text)
    place = ZoneInfo(zone)
    wall = given.replace(tzinfo=None)
    local = wall.replace(tzinfo=place)
    in_gap = local.astimezone(UTC).astimezone(place).replace(tzinfo=None) != wall
    if given.tzinfo is None:
        if in_gap:
            raise NoSuchTime(field=field, given=text)
        return local.astimezone(UTC)
    # Written with an offset that the place has on neither side of the gap, it is some other place's time: a moment as any.
    offsets = {local.replace(fold=fold).utcoffset() for fold in (0, 1)}
    if in_gap and given.utcoffset() in offsets:
        raise NoSuchTime(field=field, given=text)
    return given.astimezone(UTC)
