"""What a resource and its calendar may be."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from portico.bookings.types import BadResource, Hours, Resource

RESOURCES_MAX = 500
HOURS_MAX = 24  # of one day
CAPACITY_MAX = 100_000
_CODE = re.compile(r"[A-Za-z0-9._-]{1,60}")


def check_resources(resources: Sequence[Resource]) -> None:
    """Refuses BadResource."""
    if not 0 < len(resources) <= RESOURCES_MAX or len({one.code for one in resources}) < len(resources):
        raise BadResource(resource="", field="resources")
    for one in resources:
        if wrong := _wrong(one):
            raise BadResource(resource=one.code[:60], field=wrong)


def _wrong(one: Resource) -> str | None:
    if not _CODE.fullmatch(one.code):
        return "code"
    if not 0 < len(one.name) <= 200:
        return "name"
    try:
        ZoneInfo(one.time_zone)
    except (KeyError, ValueError, OSError):  # a name that no zone has, or that is no name
        return "time_zone"
    if not 5 <= one.bucket_minutes <= 1440 or 1440 % one.bucket_minutes:
        return "bucket_minutes"
    bounds = {
        "lead_minutes": (0, 525_600), "horizon_days": (1, 730), "hold_seconds_max": (10, 604_800),
        "overbook_percent": (0, 100), "waitlist_max": (0, 10_000),
    }  # fmt: skip
    for field, (least, most) in bounds.items():
        if not least <= getattr(one, field) <= most:
            return field
    for weekday in {each.weekday for each in one.openings}:
        if not 1 <= weekday <= 7 or not _in_order([each.hours for each in one.openings if each.weekday == weekday]):
            return "openings"
    if len({each.day for each in one.special_days}) < len(one.special_days):
        return "special_days"
    return None if all(_in_order(each.hours) for each in one.special_days) else "special_days"


def _in_order(hours: Sequence[Hours]) -> bool:
    """Openings of one day that do not overlap."""
    if len(hours) > HOURS_MAX:
        return False
    before = 0
    for one in sorted(hours):
        if not before <= one.opens_minute < one.closes_minute <= 1440 or not 0 <= one.capacity <= CAPACITY_MAX:
            return False
        before = one.closes_minute
    return True
