"""Parcels: what is in them, their labels, and what carriers tell of them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import Address
from portico.catalog.types import VariantId
from portico.fulfillment.types.work import FulfillmentId
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId


class ParcelId(Id, prefix="par"):
    __slots__ = ()


class Label(StrEnum):
    """How far a parcel's label is. `SENT`: the carrier was asked and has not answered; `UNKNOWN`: it may have answered, and nobody
    heard it."""

    NONE = "none"
    ASKED = "asked"
    SENT = "sent"
    UNKNOWN = "unknown"
    BOUGHT = "bought"
    FAILED = "failed"
    VOID = "void"


class LabelStep(StrEnum):
    ASK = "ask"
    SEND = "send"
    ANSWER = "answer"
    REFUSE = "refuse"
    LOSE = "lose"
    NOT_SENT = "not_sent"
    FIND = "find"
    MISS = "miss"
    VOID = "void"


class ParcelLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    variant_id: VariantId
    quantity: int


class Package(msgspec.Struct, frozen=True):
    """`carrier` names who makes its label; `carrier_ref` is what the carrier calls the shipment. Costs are minor units."""

    id: ParcelId
    fulfillment_id: FulfillmentId
    number: int
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    contents: tuple[ParcelLine, ...]
    label: Label
    carrier: str
    service: str
    carrier_ref: str
    tracking_code: str
    tracking_url: str
    label_type: str
    cost: int
    currency: str
    error: str
    status: str  # the newest thing known of it: pre_transit, in_transit, out_for_delivery, delivered, ...
    status_at: datetime | None
    estimated_at: datetime | None


class NewParcel(msgspec.Struct, frozen=True, kw_only=True):
    """`contents` empty: all that is not in another parcel."""

    weight_grams: int
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0
    contents: tuple[ParcelLine, ...] = ()


class Contact(msgspec.Struct, frozen=True):
    """Where a parcel comes from or goes to."""

    name: str
    address: Address
    phone: str = ""
    email: str = ""


class LabelAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrier needs to know. `reference` is ours, and the same however often we ask. `service` empty: the cheapest.
    `is_return`: a buyer sends it back, from `sender` to `receiver` as ever."""

    reference: str
    sender: Contact
    receiver: Contact
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    service: str = ""
    note: str = ""
    is_return: bool = False


class Rate(msgspec.Struct, frozen=True):
    """A way to send it: its price in minor units."""

    id: str
    carrier: str
    service: str
    amount: int
    currency: str
    days: int | None = None


class CarrierShipment(msgspec.Struct, frozen=True):
    """What a carrier knows of a parcel: how it could be sent, and, once bought, its label."""

    ref: str
    rates: tuple[Rate, ...] = ()
    bought: "Bought | None" = None


class Bought(msgspec.Struct, frozen=True):
    """A label: its bytes, as they are printed, and by what number the parcel is known from now on."""

    carrier: str
    service: str
    tracking_code: str
    tracking_url: str
    label: bytes
    label_type: str
    cost: int
    currency: str


class Tracked(msgspec.Struct, frozen=True, kw_only=True):
    """Something a carrier tells of a parcel. `source_id` is the carrier's own name of it: told again, it is the same."""

    tracking_code: str
    status: str
    occurred_at: datetime
    source_id: str
    message: str = ""
    place: str = ""
    estimated_at: datetime | None = None


class TrackingEvent(msgspec.Struct, frozen=True):
    parcel_id: ParcelId
    status: str
    message: str
    place: str
    occurred_at: datetime


class LabelFile(msgspec.Struct, frozen=True):
    label: bytes
    label_type: str


@dataclass(eq=False)
class BadParcel(Refused):
    """A parcel cannot be so. `field` names what."""

    code, status = "fulfillment.bad_parcel", 422
    field: str


@dataclass(eq=False)
class NotAllPacked(Refused):
    """Something that was picked is in no parcel."""

    code, status = "fulfillment.not_all_packed", 409
    left: int


@dataclass(eq=False)
class LabelPending(Refused):
    """A carrier has been asked for the label, and its answer is not here."""

    code, status = "fulfillment.label_pending", 409
    state: Label


@dataclass(eq=False)
class UnknownCarrier(Refused):
    """Nobody of that name makes labels here."""

    code, status = "fulfillment.unknown_carrier", 422
    carrier: str


@dataclass(eq=False)
class BadSignature(Refused):
    """What came in a carrier's name is not signed by it."""

    code, status = "fulfillment.bad_signature", 401
