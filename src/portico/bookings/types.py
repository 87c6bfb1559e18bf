"""Capacity as values. Periods are half-open; moments are UTC; openings are minutes of a day by a resource's own clocks."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import msgspec

from portico.business.types import LocationId
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused

ASKS_MAX = 200
QUANTITY_MAX = 100_000
NOTE_LENGTH_MAX = 200


class ResourceId(Id, prefix="res"):
    __slots__ = ()


class BookingId(Id, prefix="bkg"):
    __slots__ = ()


class ResourceKind(StrEnum):
    """What is done: goods fetched at a desk or at a bay, driven out, picked; people received, fed, entertained."""

    PICKUP = "pickup"
    DRIVE_UP = "drive_up"
    DELIVERY = "delivery"
    PICKING = "picking"
    APPOINTMENT = "appointment"
    KITCHEN = "kitchen"
    EVENT = "event"


class Unit(StrEnum):
    """How capacity is counted. Places are taken in every bucket of a booking; labour minutes are spread over them."""

    PLACES = "places"
    LABOUR_MINUTES = "labour_minutes"


class BookingState(StrEnum):
    HELD = "held"
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    CANCELED = "canceled"


class Hours(msgspec.Struct, frozen=True, order=True):
    """Open from `opens_minute` until right before `closes_minute` of a day, with so much capacity per bucket."""

    opens_minute: int
    closes_minute: int
    capacity: int


class Opening(msgspec.Struct, frozen=True, order=True):
    """`Hours` of every such weekday; Monday is 1."""

    weekday: int
    opens_minute: int
    closes_minute: int
    capacity: int

    @property
    def hours(self) -> Hours:
        return Hours(self.opens_minute, self.closes_minute, self.capacity)


class SpecialDay(msgspec.Struct, frozen=True):
    """A date with hours of its own; none at all: closed."""

    day: date
    hours: tuple[Hours, ...] = ()


class Resource(msgspec.Struct, frozen=True):
    """Something with capacity. Buckets are `bucket_minutes` long, cut from each opening on. Bookings begin at least
    `lead_minutes` and at most `horizon_days` from now; holds last at most `hold_seconds_max`; `overbook_percent` of a
    bucket's capacity may be booked beyond it; at most `waitlist_max` wait.
    """

    id: ResourceId
    code: str
    kind: ResourceKind
    name: str
    time_zone: str
    location_id: LocationId | None = None
    unit: Unit = Unit.PLACES
    bucket_minutes: int = 60
    lead_minutes: int = 0
    horizon_days: int = 60
    hold_seconds_max: int = 1800
    overbook_percent: int = 0
    waitlist_max: int = 0
    active: bool = True
    openings: tuple[Opening, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()


class Bucket(msgspec.Struct, frozen=True, order=True):
    """A stretch of time that takes so much."""

    starts_at: datetime
    ends_before: datetime
    capacity: int


class Slot(msgspec.Struct, frozen=True):
    """A bucket of a resource, how much of it is free, overbooking included, and how much is taken."""

    resource_id: ResourceId
    starts_at: datetime
    ends_before: datetime
    capacity: int
    free: int
    taken: int


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Book `quantity` of a resource for a period of whole buckets, for `holder`: until `expires_at`, or for good (None).

    `moves` names a booking of the same holder that becomes this one, or stays as it is if this is refused. `waitlist`: if it
    is full, wait.
    """

    resource_id: ResourceId
    starts_at: datetime
    ends_before: datetime
    quantity: int
    holder: Id
    by: Hand
    expires_at: datetime | None = None
    moves: BookingId | None = None
    waitlist: bool = False
    note: str = ""


class Booking(msgspec.Struct, frozen=True):
    id: BookingId
    resource_id: ResourceId
    starts_at: datetime
    ends_before: datetime
    quantity: int
    holder: str
    state: BookingState
    expires_at: datetime | None
    note: str
    actor: str
    booked_at: datetime

    def running(self, at: datetime) -> bool:
        """Whether it still takes capacity."""
        return self.state is BookingState.CONFIRMED or (
            self.state is BookingState.HELD and (self.expires_at is None or self.expires_at > at)
        )


class Overcommitted(msgspec.Struct, frozen=True):
    """A bucket with more bookings than a changed calendar gives it."""

    resource_id: ResourceId
    starts_at: datetime
    taken: int
    capacity: int


class Difference(msgspec.Struct, frozen=True):
    """A bucket whose counter is not what its bookings add up to."""

    resource_id: ResourceId
    starts_at: datetime
    stored: int
    added_up: int


@dataclass(eq=False)
class TooManyBookings(Refused):
    """One customer has as many bookings to come as she may have."""

    code, status = "bookings.too_many", 409
    bookings_max: int


@dataclass(eq=False)
class SlotFull(Refused):
    """Not so much is free in that period. `free` is what is; `next_starts` are the next beginnings at which it would be."""

    code, status = "bookings.slot_full", 409
    resource_id: ResourceId
    free: int
    next_starts: tuple[datetime, ...]


@dataclass(eq=False)
class NoSuchSlot(Refused):
    """The resource has no such period: it is closed then, or buckets begin and end otherwise. `field` names which end."""

    code, status = "bookings.no_such_slot", 422
    field: str
    given: str


@dataclass(eq=False)
class NoSuchTime(Refused):
    """By the clocks of the place there is no such time: they are put forward over it."""

    code, status = "bookings.no_such_time", 422
    field: str
    given: str


@dataclass(eq=False)
class BadBooking(Refused):
    """Too much, too long, too soon, too late. `field` names what."""

    code, status = "bookings.bad_booking", 422
    field: str


@dataclass(eq=False)
class BadResource(Refused):
    """A resource, or its calendar, cannot be so. `field` names what."""

    code, status = "bookings.bad_resource", 422
    resource: str
    field: str


@dataclass(eq=False)
class BookingEnded(Refused):
    """It ran out or was canceled, and its time may be somebody else's."""

    code, status = "bookings.booking_ended", 410
    booking_id: BookingId


@dataclass(eq=False)
class WaitlistFull(Refused):
    code, status = "bookings.waitlist_full", 409
    resource_id: ResourceId
