"""Every way to get a basket: where, when, for how much, and why."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.bookings.types import ResourceId
from portico.business.types import LocationId, MarketId
from portico.catalog.types import VariantId
from portico.fulfillment.types.sourcing import Destination
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import CarriageCharge

SLOTS_SHOWN, SLOTS_MAX = 6, 200


class Way(StrEnum):
    """How goods reach the buyer. `SPLIT`: some fetched now, the rest sent."""

    CARRY_OUT = "carry_out"
    COLLECT = "collect"
    DRIVE_UP = "drive_up"
    SHIP = "ship"
    SHIP_TO_STORE = "ship_to_store"
    LOCAL_DELIVERY = "local_delivery"
    SPLIT = "split"


class WayReason(StrEnum):
    """Because a way is as it is promised, or is not there."""

    IN_STOCK = "in_stock"
    PICKED_BY = "picked_by"
    PICKERS_BUSY = "pickers_busy"
    NEXT_SLOT = "next_slot"
    NO_SLOT = "no_slot"
    OPENS_LATER = "opens_later"
    CLOSED = "closed"
    LEAVES_ON = "leaves_on"
    NEAREST = "nearest"
    NOT_SURE = "not_sure"
    EXPECTED_ON = "expected_on"
    SPLIT_LINES = "split_lines"
    NO_STOCK = "no_stock"
    NO_CARRIER = "no_carrier"
    TOO_FAR = "too_far"
    NO_PLACE = "no_place"
    BUSY = "busy"
    NO_DESTINATION = "no_destination"


class Because(msgspec.Struct, frozen=True):
    """A reason, and what it is about: a place, a day, a moment."""

    code: WayReason
    location_id: LocationId | None = None
    on: date | None = None
    at: datetime | None = None


class PromiseLine(msgspec.Struct, frozen=True):
    line_id: Id
    variant_id: VariantId
    quantity: int


class PromiseAsk(msgspec.Struct, frozen=True, kw_only=True):
    """How can these lines be had? `here`: the store she stands in; `destination`: where she would have them sent; `near`:
    around where she would fetch them, else around the destination. Of the times to choose from, the first `slots_max`."""

    lines: tuple[PromiseLine, ...]
    market_id: MarketId
    channel_id: UUID | None
    by: Hand
    occurred_at: datetime
    here: LocationId | None = None
    destination: Destination | None = None
    near: tuple[float, float] | None = None
    replaces: Id | None = None
    slots_max: int = SLOTS_SHOWN


class Part(msgspec.Struct, frozen=True):
    """So many units of a line from a place, by this way, from when to when."""

    line_id: Id
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    way: Way
    backorder: bool = False
    earliest: datetime | None = None
    latest: datetime | None = None


class SlotOffer(msgspec.Struct, frozen=True):
    """A time to come, or to be brought it, that can still be booked."""

    resource_id: ResourceId
    starts_at: datetime
    ends_before: datetime
    free: int


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One way: had from `earliest`, at the latest by `latest`; `cost` is what carriage costs us, in minor units, and `carriage` what
    the buyer is charged, where a basket was asked for. `id` is the same as long as the way is."""

    id: str
    way: Way
    location_id: LocationId | None
    distance_m: int | None
    earliest: datetime
    latest: datetime
    cost: int
    currency: str
    parcels: int
    parts: tuple[Part, ...]
    slots: tuple[SlotOffer, ...] = ()
    why: tuple[Because, ...] = ()
    confidence: float = 1.0
    gap: float = 0.0
    carriage: CarriageCharge | None = None


class NotOffered(msgspec.Struct, frozen=True):
    """A way that is not there, and why."""

    way: Way
    why: Because


class Promise(msgspec.Struct, frozen=True):
    """Every way there is, the soonest first, and those there are not."""

    options: tuple[Option, ...]
    not_offered: tuple[NotOffered, ...]
    as_of: datetime


class HeldPromise(msgspec.Struct, frozen=True):
    """An option whose goods, and time if any, are held until `expires_at`."""

    option: Option
    slot: SlotOffer | None
    expires_at: datetime


@dataclass(eq=False)
class OptionGone(Refused):
    """It cannot be had like this any more, or only later than was said. `options` are the ways there are now."""

    code, status = "fulfillment.option_gone", 409
    option_id: str
    options: tuple[Option, ...]
