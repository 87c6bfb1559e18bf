"""When goods leave and arrive: opening hours, cut-offs, weekdays, holidays, all by the clocks of the place."""

from collections.abc import Set
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portico.business import api as business
from portico.business.types import Location
from portico.fulfillment.types import CarrierService, Node
from portico.platform import clock

DAYS_MAX = 60  # further than that nothing is promised
DELIVERED_FROM, DELIVERED_BY = time(8), time(20)


def ready_at(location: Location, node: Node, *, lines: int, at: datetime) -> datetime:
    """When an order of so many lines is picked, if somebody begins now: only opening hours count."""
    picking = timedelta(minutes=node.minutes_order + node.pick_minutes_line * lines)
    return business.ready_to_collect(
        location.hours, zone=location.time_zone, at=at, picking=picking, special=location.special_hours
    )


def leaves_on(node: Node, service: CarrierService, *, ready: datetime, zone: str, holidays: Set[date]) -> date | None:
    """The day on which the carrier takes what is ready then: that day before the cut-off of place and carrier, or the next on
    which both work. None if there is none in `DAYS_MAX`."""
    local = ready.astimezone(ZoneInfo(zone))
    day = local.date()
    if local.hour * 60 + local.minute > min(node.cutoff_minute, service.cutoff_minute):
        day += timedelta(days=1)
    weekdays = set(node.ship_weekdays) & set(service.collects)
    for _ in range(DAYS_MAX):
        if day.isoweekday() in weekdays and day not in holidays:
            return day
        day += timedelta(days=1)
    return None


def arrives_on(service: CarrierService, *, leaves: date, days: int, holidays: Set[date]) -> date | None:
    """The day on which it is brought, so many of the carrier's days after it left."""
    weekdays, day, left = set(service.delivers), leaves, days
    for _ in range(DAYS_MAX):
        if left <= 0 and day.isoweekday() in weekdays and day not in holidays and (day > leaves or days == 0):
            return day
        day += timedelta(days=1)
        if day.isoweekday() in weekdays and day not in holidays:
            left -= 1
    return None


def delivered(day: date, zone: str) -> tuple[datetime, datetime]:
    """From when until when somebody may ring the bell on a day, by the clocks of `zone`."""
    return clock.at_local(day, DELIVERED_FROM, zone), clock.at_local(day, DELIVERED_BY, zone)
