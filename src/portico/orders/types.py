"""Orders as values, and why one cannot be placed or changed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from portico.business.types import Address, LocationId, MarketId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.fulfillment.types import Destination
from portico.inventory.types import LeaseId, LotQuantity
from portico.payments.types import Payment
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId, TaxLine, Total, TotalType

LINES_MAX = 200
QUANTITY_MAX = 1_000_000_000


class OrderId(Id, prefix="ord"):
    __slots__ = ()


class ExpectationId(Id, prefix="exp"):
    __slots__ = ()


class FulfillmentEventId(Id, prefix="ful"):
    __slots__ = ()


class AdjustmentId(Id, prefix="adj"):
    __slots__ = ()


class Method(StrEnum):
    """How goods reach the buyer: taken along, fetched at a counter or at a bay, sent home or to a store, driven out."""

    CARRY_OUT = "carry_out"
    COLLECT = "collect"
    DRIVE_UP = "drive_up"
    SHIP = "ship"
    SHIP_TO_STORE = "ship_to_store"
    LOCAL_DELIVERY = "local_delivery"

    @property
    def fetched(self) -> bool:
        """Whether the buyer comes for it later."""
        return self in (Method.COLLECT, Method.DRIVE_UP)

    @property
    def sent(self) -> bool:
        """Whether any place may send it, a warehouse too."""
        return self in (Method.SHIP, Method.SHIP_TO_STORE, Method.LOCAL_DELIVERY)

    @property
    def brought(self) -> bool:
        """Whether it comes to where the buyer lives: that needs an address."""
        return self in (Method.SHIP, Method.LOCAL_DELIVERY)


class Term(StrEnum):
    """When an order is to be paid."""

    NOW = "now"
    ON_COLLECTION = "on_collection"
    SETTLED_ELSEWHERE = "settled_elsewhere"


class State(StrEnum):
    OPEN = "open"
    PARTLY_FULFILLED = "partly_fulfilled"
    FULFILLED = "fulfilled"
    CANCELED = "canceled"
    RETURNED = "returned"


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


class Buyer(msgspec.Struct, frozen=True):
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""


class ShipTo(msgspec.Struct, frozen=True):
    """Where what is sent goes: to an address, or to a store where the buyer fetches it."""

    address: Address | None = None
    location_id: LocationId | None = None


class PlaceOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to place: all of it, or nothing."""

    order_id: OrderId
    market_id: MarketId
    lines: tuple[PlaceLine, ...]
    by: Hand
    occurred_at: datetime
    language: str
    term: Term = Term.NOW
    tendered: int | None = None  # cash on the counter; needed for Term.NOW unless the total is 0
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
    origin: dict[str, Any] = {}


class OrderLine(msgspec.Struct, frozen=True):
    id: LineItemId
    order_id: OrderId
    position: int
    parent_id: LineItemId | None
    variant_id: VariantId
    public_id: str
    sku: str
    title: str
    unit: str
    scale: int
    unit_price: int
    net: int
    tax: int
    gross: int
    ordered: int
    canceled: int = 0
    fulfilled: int = 0
    returned: int = 0
    exchanged: int = 0


class Expectation(msgspec.Struct, frozen=True):
    """A promise: so many of a line, by this method, there and then."""

    id: ExpectationId
    order_id: OrderId
    line_id: LineItemId
    method: Method
    location_id: LocationId | None
    quantity: int
    fulfilled: int
    earliest: datetime
    latest: datetime | None


class FulfillmentEvent(msgspec.Struct, frozen=True):
    id: FulfillmentEventId
    order_id: OrderId
    line_id: LineItemId
    expectation_id: ExpectationId
    type: str
    quantity: int
    location_id: LocationId | None
    actor: str
    actor_name: str
    channel_id: UUID | None
    occurred_at: datetime


class Adjustment(msgspec.Struct, frozen=True):
    id: AdjustmentId
    order_id: OrderId | None
    line_id: LineItemId | None
    type: str
    status: str
    quantity: int
    amount: int
    currency: str
    reason: str
    occurred_at: datetime


class Head(msgspec.Struct, frozen=True):
    """An order's own row."""

    id: OrderId
    label: str
    version: int
    market_id: MarketId
    currency: str
    taxes_included: bool
    customer_id: CustomerId | None
    guest_id: UUID | None
    buyer_given_name: str
    buyer_family_name: str
    buyer_email: str
    buyer_phone: str
    channel_id: UUID | None
    location_id: LocationId | None
    till_id: UUID | None
    actor: str
    actor_name: str
    language: str
    link_token: str
    external_ref: str | None
    placed_at: datetime
    offset_minutes: int
    payment_term: Term
    subtotal: int
    items_discount: int
    discount: int
    fulfillment: int
    tax: int
    fee: int
    total: int
    paid: int
    state: State
    ship_to: ShipTo | None = None

    @property
    def due(self) -> int:
        return 0 if self.payment_term is Term.SETTLED_ELSEWHERE else max(0, self.total - self.paid)

    @property
    def totals(self) -> tuple[Total, ...]:
        """The components that are not nothing; subtotal and total always."""
        always = (TotalType.SUBTOTAL, TotalType.TAX, TotalType.TOTAL)
        return tuple(Total(kind, amount) for kind in TotalType if (amount := getattr(self, kind)) or kind in always)


class Order(msgspec.Struct, frozen=True):
    """An order with all that belongs to it."""

    head: Head
    lines: tuple[OrderLine, ...]
    taxes: tuple[TaxLine, ...]
    expectations: tuple[Expectation, ...]
    events: tuple[FulfillmentEvent, ...] = ()
    payments: tuple[Payment, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()


class HandOverLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    quantity: int


class PastLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was agreed elsewhere; net + tax == gross, whatever our own prices and taxes would say."""

    variant_id: VariantId
    public_id: str
    sku: str
    title: str
    quantity: int
    unit_price: int
    net: int
    tax: int = 0
    unit: str = "C62"
    scale: int = 0

    @property
    def gross(self) -> int:
        return self.net + self.tax


class PastOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order placed, paid and fulfilled before we knew of it, in the system it was placed in."""

    external_ref: str  # "<source>:<its key>"
    market_id: MarketId
    currency: str
    taxes_included: bool
    placed_at: datetime
    time_zone: str
    language: str
    lines: tuple[PastLine, ...]
    customer_id: CustomerId | None = None
    origin: dict[str, Any] = {}


class PastReturn(msgspec.Struct, frozen=True, kw_only=True):
    """Goods or money that went back before we knew of it. `quantity` is positive; `amount` is what was given back."""

    external_ref: str
    type: str  # return (goods of a line), refund (money), correction
    variant_id: VariantId
    customer_id: CustomerId | None
    quantity: int
    amount: int
    currency: str
    reason: str
    occurred_at: datetime


class Recorded(msgspec.Struct, frozen=True):
    """What recording something past came to: whether it is new here, and the order it belongs to, if any is known."""

    new: bool
    order_id: OrderId | None


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
