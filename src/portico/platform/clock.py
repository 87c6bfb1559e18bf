"""Time as Portico means it: aware UTC, periods half-open, and a shop's day in the shop's zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


def offset_minutes(moment: datetime, zone: str) -> int:
    """How far `zone` was from UTC at `moment`."""
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return int(offset.total_seconds() // 60)


def at_local(day: date, clock_time: time, zone: str) -> datetime:
    """The moment at which `zone`'s clocks show `clock_time` on `day`; in a gap, the moment the gap ends."""
    local = datetime.combine(day, clock_time, ZoneInfo(zone))
    moment = local.astimezone(UTC)
    if moment.astimezone(ZoneInfo(zone)).time() != clock_time:  # clocks were put forward over it
        moment = datetime.combine(day, clock_time, ZoneInfo(zone)).replace(fold=1).astimezone(UTC)
    return moment
