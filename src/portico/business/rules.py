"""Opening hours and distances."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portico.business.types import Hours, OpenState
from portico.platform import clock

EARTH_RADIUS_M = 6_371_008.8  # mean radius, IUGG


def is_open(hours: Sequence[Hours], *, zone: str, at: datetime) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return any(one.weekday == local.isoweekday() and one.opens <= local.time() < one.closes for one in hours)


def opens_next(hours: Sequence[Hours], *, zone: str, at: datetime) -> datetime | None:
    """The first opening after `at`, within eight days; None for a place without hours."""
    today = at.astimezone(ZoneInfo(zone)).date()
    for ahead in range(9):
        day = today + timedelta(days=ahead)
        for one in sorted(hours):
            if one.weekday == day.isoweekday():
                opens = clock.at_local(day, one.opens, zone)
                if opens > at:
                    return opens
    return None


def open_state(hours: Sequence[Hours], *, zone: str, at: datetime) -> OpenState:
    now_open = is_open(hours, zone=zone, at=at)
    return OpenState(now_open, None if now_open else opens_next(hours, zone=zone, at=at))


def ready_to_collect(hours: Sequence[Hours], *, zone: str, at: datetime, picking: timedelta) -> datetime:
    """When goods that take `picking` to put aside can be fetched: in opening hours, counting only those.

    A place without hours is taken to be always open.
    """
    if not hours:
        return at + picking
    left, moment = picking, at
    for _ in range(60):  # two openings a day for a month: a picking time longer than that is a data error
        closes = _closes(hours, zone=zone, at=moment)
        if closes is None:
            opens = opens_next(hours, zone=zone, at=moment)
            if opens is None:
                return at + picking
            moment = opens
        elif moment + left <= closes:
            return moment + left
        else:
            left -= closes - moment
            moment = closes
    return at + picking


def _closes(hours: Sequence[Hours], *, zone: str, at: datetime) -> datetime | None:
    """When the opening that `at` falls into ends; None when closed."""
    local = at.astimezone(ZoneInfo(zone))
    for one in hours:
        if one.weekday == local.isoweekday() and one.opens <= local.time() < one.closes:
            return clock.at_local(local.date(), one.closes, zone)
    return None


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> int:
    """Metres between two (latitude, longitude) points on the sphere, by the haversine formula."""
    (lat_a, lon_a), (lat_b, lon_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h))))
