"""An order, whole: what was agreed and what became of it."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import Address, LocationId, MarketId
from portico.catalog.types import VariantId
from portico.companies.types import CompanyId
from portico.customers.types import CustomerId
from portico.payments.types import Payment
from portico.platform.ids import Id
from portico.pricing.types import Discount, Level, LineItemId, TaxLine, Total, TotalType


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
    BY_LINK = "by_link"  # on a page whose link the buyer is sent; nothing goes out before
    SETTLED_ELSEWHERE = "settled_elsewhere"


class State(StrEnum):
    OPEN = "open"
    PARTLY_FULFILLED = "partly_fulfilled"
    FULFILLED = "fulfilled"
    CANCELED = "canceled"
    RETURNED = "returned"


class Buyer(msgspec.Struct, frozen=True):
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    phone: str = ""


class ShipTo(msgspec.Struct, frozen=True):
    """Where what is sent goes: to an address, or to a store where the buyer fetches it."""

    address: Address | None = None
    location_id: LocationId | None = None


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
    tax_lines: tuple[TaxLine, ...] = ()
    split_from: LineItemId | None = None
    net_discount: int = 0
    discounts: tuple[Discount, ...] = ()
    price_fixed: bool = False  # named by hand: no promotion changes it

    def taken_off(self, level: Level) -> int:
        """What promotions of the goods, or of the order, took off it; in the terms of its unit price."""
        return sum(one.amount for one in self.discounts if one.level is level)

    @property
    def discount(self) -> int:
        return sum(one.amount for one in self.discounts)

    @property
    def agreed(self) -> int:
        """What is ordered still; its net, tax and gross are of so much."""
        return self.ordered - self.canceled


class OrderCarriage(msgspec.Struct, frozen=True, kw_only=True):
    """What bringing the goods by `method` is charged: `amount` before promotions, in the terms of unit prices; net, tax and gross are of
    what is agreed of it, which is nothing once it was `canceled`. `returned`: its price was given back with all the goods."""

    method: Method
    amount: int
    net: int
    tax: int
    gross: int
    tax_lines: tuple[TaxLine, ...] = ()
    discount: Discount | None = None
    canceled: bool = False
    returned: bool = False

    @property
    def agreed(self) -> int:
        """One, as of a line; nothing once it was canceled."""
        return 0 if self.canceled else 1

    @property
    def off(self) -> int:
        return self.discount.amount if self.discount and not self.canceled else 0


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
    authorized: int = 0
    credited: int = 0
    refunded: int = 0
    gift_message: str = ""
    tags: tuple[str, ...] = ()
    on_hold: bool = False
    company_id: CompanyId | None = None  # for which it was bought
    po_number: str = ""
    carriage: OrderCarriage | None = None

    @property
    def balance(self) -> int:
        """What is still to be paid; negative: what is owed back. What came back as goods is `credited`, as money `refunded`.

        More than all of it is never credited, so that no more is owed back than was paid."""
        if self.payment_term is Term.SETTLED_ELSEWHERE:
            return 0
        return max(0, self.total - self.credited) - (self.paid - self.refunded)

    @property
    def due(self) -> int:
        """What is neither paid nor held for us by somebody who will pay it."""
        return max(0, self.balance - self.authorized)

    @property
    def owed_back(self) -> int:
        return max(0, -self.balance)

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
