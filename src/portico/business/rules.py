"""Opening hours and distances."""

import math
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from portico.business.types import EARTH_RADIUS_M, Hours, LocationEdit, OpenState, SpecialHours
from portico.platform import clock

AHEAD_DAYS = 21  # the longest that a place may be closed and still be one that opens again


def hours_of(hours: Sequence[Hours], special: Sequence[SpecialHours], day: date) -> list[tuple[time, time]]:
    """When a place opens and closes on a day, in order: as on its weekday, unless the day is special."""
    for one in special:
        if one.day == day:
            return [(one.opens, one.closes)] if one.opens is not None and one.closes is not None else []
    return sorted((one.opens, one.closes) for one in hours if one.weekday == day.isoweekday())


def is_open(
    hours: Sequence[Hours], *, zone: str, at: datetime, special: Sequence[SpecialHours] = ()
) -> bool:  # fmt: skip
    local = at.astimezone(ZoneInfo(zone))
    return any(opens <= local.time() < closes for opens, closes in hours_of(hours, special, local.date()))


def opens_next(
    hours: Sequence[Hours], *, zone: str, at: datetime, special: Sequence[SpecialHours] = ()
) -> datetime | None:
    """The first opening after `at`, within `AHEAD_DAYS`; None for a place without hours."""
    today = at.astimezone(ZoneInfo(zone)).date()
    for ahead in range(AHEAD_DAYS):
        day = today + timedelta(days=ahead)
        for opens, _ in hours_of(hours, special, day):
            moment = clock.at_local(day, opens, zone)
            if moment > at:
                return moment
    return None


def open_state(
    hours: Sequence[Hours], *, zone: str, at: datetime, special: Sequence[SpecialHours] = ()
) -> OpenState:  # fmt: skip
    now_open = is_open(hours, zone=zone, at=at, special=special)
    return OpenState(now_open, None if now_open else opens_next(hours, zone=zone, at=at, special=special))


def ready_to_collect(
    hours: Sequence[Hours], *, zone: str, at: datetime, picking: timedelta, special: Sequence[SpecialHours] = ()
) -> datetime:
    """When goods that take `picking` to put aside can be fetched: in opening hours, counting only those.

    A place without hours is taken to be always open.
    """
    if not hours:
        return at + picking
    left, moment = picking, at
    for _ in range(60):  # two openings a day for a month: a picking time longer than that is a data error
        closes = closes_next(hours, zone=zone, at=moment, special=special)
        if closes is None:
            opens = opens_next(hours, zone=zone, at=moment, special=special)
            if opens is None:
                return at + picking
            moment = opens
        elif moment + left <= closes:
            return moment + left
        else:
            left -= closes - moment
            moment = closes
    return at + picking


def closes_next(
    hours: Sequence[Hours], *, zone: str, at: datetime, special: Sequence[SpecialHours] = ()
) -> datetime | None:
    """When the opening that `at` falls into ends; None when closed."""
    local = at.astimezone(ZoneInfo(zone))
    for opens, closes in hours_of(hours, special, local.date()):
        if opens <= local.time() < closes:
            return clock.at_local(local.date(), closes, zone)
    return None


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> int:
    """Metres between two (latitude, longitude) points on the sphere, by the haversine formula."""
    (lat_a, lon_a), (lat_b, lon_b) = ((math.radians(x), math.radians(y)) for x, y in (a, b))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h))))


CAPABILITIES = ("carry_out", "collect", "drive_up", "ship", "ship_to_store", "local_delivery")


def wrong_edit(edit: LocationEdit) -> str | None:
    """The field of an edit that cannot be so; None if all can."""
    if not 0 < len(edit.name.strip()) <= 200:
        return "name"
    if not (math.isfinite(edit.latitude) and -90 <= edit.latitude <= 90):
        return "latitude"
    if not (math.isfinite(edit.longitude) and -180 <= edit.longitude <= 180):
        return "longitude"
    if edit.phone is not None and len(edit.phone) > 40:
        return "phone"
    if set(edit.capabilities) - set(CAPABILITIES) or len(set(edit.capabilities)) < len(edit.capabilities):
        return "capabilities"
    for weekday in {one.weekday for one in edit.hours}:
        own = sorted((one.opens, one.closes) for one in edit.hours if one.weekday == weekday)
        overlap = any(before[1] > after[0] for before, after in pairwise(own))
        if not 1 <= weekday <= 7 or overlap or any(opens >= closes for opens, closes in own):
            return "hours"
    days = {one.day for one in edit.special_hours}
    if len(days) < len(edit.special_hours) or len(days) > 100:
        return "special_hours"
    for one in edit.special_hours:
        if (one.opens is None) != (one.closes is None) or len(one.reason) > 200:
            return "special_hours"
        if one.opens is not None and one.closes is not None and one.opens >= one.closes:
            return "special_hours"
    return None
