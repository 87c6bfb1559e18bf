"""Time as Portico means it: aware UTC, periods half-open, and a shop's day in the shop's zone."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

SECONDS_MAX = 1_000_000_000  # some thirty years: what can be added to a moment and still be one
# How long something lasts, as a request says it. The rooms refuse what makes no sense to them; this is what is a time at all.
Seconds = Annotated[int, msgspec.Meta(ge=-SECONDS_MAX, le=SECONDS_MAX)]


def now() -> datetime:
    return datetime.now(UTC)


def offset_minutes(moment: datetime, zone: str) -> int:
    """How far `zone` was from UTC at `moment`."""
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


def at_local(day: date, clock_time: time, zone: str) -> datetime:
    """The moment at which `zone`'s clocks show `clock_time` on `day`: the first of two where they are put back, the
    end of the gap where they are put forward over it."""
    place = ZoneInfo(zone)
    local = datetime.combine(day, clock_time, place)
    moment = local.astimezone(UTC)
    if moment.astimezone(place).replace(tzinfo=None) == local.replace(tzinfo=None):
        return moment
    # In a gap, fold 0 reckons with the offset before it and lands behind its end, fold 1 the other way round.
    return _gap_end(local.replace(fold=1).astimezone(UTC), moment, place)


def _gap_end(before: datetime, after: datetime, place: ZoneInfo) -> datetime:
    """The one second between `before` and `after` at which the clocks of `place` are put forward."""
    offset, low, high = before.astimezone(place).utcoffset(), int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, place).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)
