"""Giving out what was ordered, and why it cannot be."""

from dataclasses import dataclass

import msgspec

from portico.business.types import LocationId, MarketId
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId


class HandOverLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    quantity: int


NOT_FETCHED = "not fetched"  # why an order is canceled that nobody came for


class CollectPolicy(msgspec.Struct, frozen=True):
    """How many days what is ready waits for its buyer, and whether her order is canceled, and paid back, once it is for sale
    again."""

    market_id: MarketId
    keep_days: int = 7
    cancels: bool = True


class SentParcel(msgspec.Struct, frozen=True):
    """By what number a carrier knows a parcel, and where it is followed."""

    carrier: str
    tracking_code: str
    tracking_url: str = ""


@dataclass(eq=False)
class NotPaid(Refused):
    """Goods are handed over once the order is paid."""

    code, status = "orders.not_paid", 409
    due: int
    currency: str


@dataclass(eq=False)
class NothingToSend(Refused):
    """Nothing of this order is still to be sent from there."""

    code, status = "orders.nothing_to_send", 409
    location_id: LocationId


@dataclass(eq=False)
class NothingToHandOver(Refused):
    """Nothing of this order waits at this location, or less than was asked for."""

    code, status = "orders.nothing_to_hand_over", 409
    location_id: LocationId


@dataclass(eq=False)
class BadCollectPolicy(Refused):
    code, status = "orders.bad_collect_policy", 422
    field: str
