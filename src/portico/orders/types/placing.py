"""Orders to place, and why one cannot be."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from portico.business.types import LocationId, MarketId
from portico.catalog.types import VariantId
from portico.companies.types import CompanyId
from portico.customers.types import CustomerId
from portico.fulfillment.types import Destination
from portico.inventory.types import LeaseId, LotQuantity
from portico.orders.types.order import Buyer, Method, OrderId, ShipTo, Term
from portico.payments.types import Tender
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

LINES_MAX = 200


QUANTITY_MAX = 1_000_000_000


class Allotment(msgspec.Struct, frozen=True):
    """So many of a line, by this method, from this location; `backorder`: they may be promised before they are there.

    What is shipped may leave the location open: it is then chosen by the rules of sourcing. A promise that was made says
    from when to when.
    """

    method: Method
    location_id: LocationId | None
    quantity: int
    backorder: bool = False
    earliest: datetime | None = None
    latest: datetime | None = None


class PlaceLine(msgspec.Struct, frozen=True):
    """`lots` names which units a customer carries out, where that is known."""

    line_id: LineItemId
    variant_id: VariantId
    allotments: tuple[Allotment, ...]
    parent_id: LineItemId | None = None
    lots: tuple[LotQuantity, ...] = ()

    @property
    def quantity(self) -> int:
        return sum(one.quantity for one in self.allotments)


class PlaceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to place: all of it, or nothing."""

    order_id: OrderId
    market_id: MarketId
    lines: tuple[PlaceLine, ...]
    by: Hand
    occurred_at: datetime
    language: str
    term: Term = Term.NOW
    tenders: tuple[Tender, ...] = ()  # needed for Term.NOW unless the total is 0
    codes: tuple[str, ...] = ()  # coupons
    expected_total: int | None = None  # what the buyer was shown; another total is refused
    customer_id: CustomerId | None = None
    guest_id: UUID | None = None
    buyer: Buyer = Buyer()
    cart_id: Id | None = None
    checkout_id: Id | None = None
    replaces: Id | None = None  # whose holds this order uses up
    draws_on: LeaseId | None = None  # the lease of the till that sold it while it was away
    destination: Destination | None = None  # of what is shipped from a place still to be chosen
    ship_to: ShipTo | None = None
    external_ref: str | None = None
    company_id: CompanyId | None = None  # for which she buys
    po_number: str = ""
    approved: bool = False  # somebody of the company who may has approved it
    gift_message: str = ""
    tags: tuple[str, ...] = ()
    origin: dict[str, Any] = {}


@dataclass(eq=False)
class EmptyOrder(Refused):
    code, status = "orders.empty", 422


@dataclass(eq=False)
class TooManyLines(Refused):
    code, status = "orders.too_many_lines", 422
    lines_max: int = LINES_MAX


@dataclass(eq=False)
class BadQuantity(Refused):
    code, status = "orders.bad_quantity", 422
    quantity: int
    quantity_max: int = QUANTITY_MAX


@dataclass(eq=False)
class UnknownVariant(Refused):
    code, status = "orders.unknown_variant", 404
    variant_id: VariantId


@dataclass(eq=False)
class NoDestination(Refused):
    """Something is to be sent, and nobody said where to."""

    code, status = "orders.no_destination", 422


@dataclass(eq=False)
class WrongLocation(Refused):
    """The location does not exist, or sells in another market than the order's."""

    code, status = "orders.wrong_location", 409
    location_id: LocationId


@dataclass(eq=False)
class CarryOutUnpaid(Refused):
    """What leaves the shop at once is paid at once."""

    code, status = "orders.carry_out_unpaid", 409


@dataclass(eq=False)
class PaymentNeeded(Refused):
    """The order is to be paid now, and nothing was tendered."""

    code, status = "orders.payment_needed", 409
    due: int
    currency: str


@dataclass(eq=False)
class TotalChanged(Refused):
    """The price is another one than the buyer was shown."""

    code, status = "orders.total_changed", 409
    expected: int
    total: int
    currency: str


@dataclass(eq=False)
class AlreadyPlaced(Refused):
    """An order with this reference of the client's own exists."""

    code, status = "orders.already_placed", 409
    external_ref: str
    order_id: OrderId
