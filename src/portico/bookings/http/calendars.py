"""REST routes of what can be booked: resources with their calendars, and what is free of them."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from litestar import get, put
from litestar.params import QueryParameter

from portico.bookings import api
from portico.bookings.types import (
    Hours,
    Opening,
    Overcommitted,
    Resource,
    ResourceId,
    ResourceKind,
    Slot,
    SpecialDay,
    Unit,
)
from portico.business.api import Directories
from portico.business.types import LocationId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door, parse_ids
from portico.platform.refusals import Invalid, NotFound

RESOURCES_MAX = 100
# What a shopper may see: how others work is nobody's affair.
PUBLIC = frozenset(ResourceKind) - {ResourceKind.PICKING}


class BucketHours(msgspec.Struct, frozen=True):
    """Half-open, by the clocks of the place, as HH:MM; 24:00 is the day's end."""

    opens: str
    closes: str
    capacity: int


class OpeningView(msgspec.Struct, frozen=True):
    weekday: int
    opens: str
    closes: str
    capacity: int


class SpecialDayView(msgspec.Struct, frozen=True):
    day: date
    hours: list[BucketHours] = []


class ResourceEdit(msgspec.Struct, frozen=True, kw_only=True):
    """Without a time zone it has that of its location. `openings` replace all there were; special days are added, and days
    `as_usual` are special no longer."""

    code: str
    kind: ResourceKind
    name: str
    location_id: LocationId | None = None
    time_zone: str | None = None
    unit: Unit = Unit.PLACES
    bucket_minutes: int = 60
    lead_minutes: int = 0
    horizon_days: int = 60
    hold_seconds_max: int = 1800
    overbook_percent: int = 0
    waitlist_max: int = 0
    active: bool = True
    openings: list[OpeningView] = []
    special_days: list[SpecialDayView] = []
    as_usual: list[date] = []


class ResourceEdits(msgspec.Struct, frozen=True):
    resources: list[ResourceEdit]


class ResourcesPut(msgspec.Struct, frozen=True):
    overcommitted: tuple[Overcommitted, ...]


class ResourceView(msgspec.Struct, frozen=True, kw_only=True):
    id: ResourceId
    code: str
    kind: ResourceKind
    name: str
    location_id: LocationId | None
    time_zone: str
    unit: Unit
    bucket_minutes: int
    lead_minutes: int
    horizon_days: int
    hold_seconds_max: int
    overbook_percent: int
    waitlist_max: int
    active: bool
    openings: tuple[OpeningView, ...]
    special_days: tuple[SpecialDayView, ...]


class ResourcePage(msgspec.Struct, frozen=True):
    items: tuple[ResourceView, ...]


class Bookable(msgspec.Struct, frozen=True):
    """What a slot is of, as whoever wants to book it sees it."""

    id: ResourceId
    kind: ResourceKind
    name: str
    location_id: LocationId | None
    time_zone: str
    unit: Unit
    bucket_minutes: int


class SlotPage(msgspec.Struct, frozen=True):
    items: tuple[Slot, ...]
    resources: tuple[Bookable, ...]
    as_of: datetime


def _minute(text: str, field: str) -> int:
    """HH:MM as minutes of the day. Refuses Invalid."""
    hours, colon, minutes = text.partition(":")
    if not (colon and len(text) == 5 and hours.isascii() and minutes.isascii() and (hours + minutes).isdigit()):
        raise Invalid(errors=[{"field": field, "message": text[:20]}])
    found = int(hours) * 60 + int(minutes)
    if found > 1440 or int(minutes) > 59:
        raise Invalid(errors=[{"field": field, "message": text[:20]}])
    return found


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _hours(one: BucketHours | OpeningView) -> Hours:
    return Hours(_minute(one.opens, "opens"), _minute(one.closes, "closes"), one.capacity)


def _view(one: Resource) -> ResourceView:
    return ResourceView(
        id=one.id, code=one.code, kind=one.kind, name=one.name, location_id=one.location_id, time_zone=one.time_zone,
        unit=one.unit, bucket_minutes=one.bucket_minutes, lead_minutes=one.lead_minutes, horizon_days=one.horizon_days,
        hold_seconds_max=one.hold_seconds_max, overbook_percent=one.overbook_percent, waitlist_max=one.waitlist_max,
        active=one.active,
        openings=tuple(
            OpeningView(each.weekday, _clock(each.opens_minute), _clock(each.closes_minute), each.capacity)
            for each in one.openings
        ),
        special_days=tuple(
            SpecialDayView(
                each.day, [BucketHours(_clock(h.opens_minute), _clock(h.closes_minute), h.capacity) for h in each.hours]
            )
            for each in one.special_days
        ),
    )  # fmt: skip


@get("/v1/resources")
async def list_resources(
    door: Door, location: LocationId | None = None, kind: ResourceKind | None = None, resting: bool = False
) -> Answered[ResourcePage]:
    """What can be booked, with its calendar; `resting`: what is not active as well. Needs `bookings.read`."""
    door.principal.require("bookings.read")

    async def ask(tx: Tx) -> ResourcePage:
        found = await api.resources(
            tx, location_ids=[location] if location else None, kinds=[kind] if kind else None, resting=resting
        )  # fmt: skip
        return ResourcePage(tuple(_view(one) for one in found))

    return await door.read(ask)


@put("/v1/resources", status_code=200)
async def put_resources(door: Door, data: ResourceEdits) -> Answered[ResourcesPut]:
    """Set what can be booked, by code; answers with the hours that a smaller calendar leaves overcommitted. Needs
    `bookings.manage` at each location."""
    door.principal.require("bookings.manage")
    directory = await door.shared(Directories)()
    made = []
    for one in data.resources:
        place = directory.location(one.location_id) if one.location_id else None
        door.principal.require("bookings.manage", at=place.id.uuid if place else None)
        zone = one.time_zone or (place.time_zone if place else None)
        if zone is None:
            raise Invalid(errors=[{"field": "time_zone", "message": "time_zone, location_id"}])
        made.append(
            Resource(
                id=ResourceId.new(), code=one.code, kind=one.kind, name=one.name, location_id=one.location_id,
                time_zone=zone, unit=one.unit, bucket_minutes=one.bucket_minutes, lead_minutes=one.lead_minutes,
                horizon_days=one.horizon_days, hold_seconds_max=one.hold_seconds_max,
                overbook_percent=one.overbook_percent, waitlist_max=one.waitlist_max, active=one.active,
                openings=tuple(
                    Opening(
                        each.weekday, _minute(each.opens, "opens"), _minute(each.closes, "closes"), each.capacity
                    )
                    for each in one.openings
                ),
                special_days=tuple(
                    SpecialDay(each.day, tuple(_hours(hour) for hour in each.hours)) for each in one.special_days
                ),
            )
        )  # fmt: skip

    async def ask(tx: Tx) -> ResourcesPut:
        as_usual = [(one.code, day) for one in data.resources for day in one.as_usual]
        return ResourcesPut(tuple(await api.put_resources(tx, resources=made, as_usual=as_usual)))

    return await door.write(ask)


@get("/v1/slots")
async def list_slots(
    door: Door,
    since: Annotated[datetime, QueryParameter(name="from")],
    until: datetime,
    resources: str = "",
    location: LocationId | None = None,
    kind: ResourceKind | None = None,
    quantity: int = 1,
) -> Answered[SlotPage]:
    """What is free in a period, of up to 100 resources, or of those of a location and kind. With `quantity` 0 also what is
    full."""
    if since.tzinfo is None or until.tzinfo is None:
        raise Invalid(errors=[{"field": "from" if since.tzinfo is None else "until", "message": "RFC 3339"}])
    ids = parse_ids(ResourceId, resources, field="resources", most=RESOURCES_MAX)
    if not (ids or location):
        raise Invalid(errors=[{"field": "resources", "message": f"1..{RESOURCES_MAX}"}])

    async def ask(tx: Tx) -> SlotPage:
        known = await api.resources(
            tx, ids=ids or None, location_ids=[location] if location else None, kinds=[kind] if kind else None,
            rows_max=RESOURCES_MAX,
        )  # fmt: skip
        if missing := set(ids) - {one.id for one in known}:
            raise NotFound(what="resource", id=str(min(missing)))
        shown = [one for one in known if one.kind in PUBLIC or door.principal.may("bookings.read")]
        found = await api.slots(tx, resources=shown, starts_at=since, ends_before=until, quantity=quantity)
        of = tuple(
            Bookable(one.id, one.kind, one.name, one.location_id, one.time_zone, one.unit, one.bucket_minutes)
            for one in shown
        )
        return SlotPage(tuple(found), of, tx.now)

    return await door.read(ask)


routes: list[Any] = [list_resources, put_resources, list_slots]
