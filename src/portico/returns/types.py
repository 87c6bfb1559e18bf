"""Returns as values, and why something does not come back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import LocationId, MarketId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.fulfillment.types import Label
from portico.inventory.types import LotQuantity
from portico.orders.types import OrderId
from portico.payments.types import Own, Refund, Tender
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

LINES_MAX = 200
TEXT_LENGTH_MAX = 500


class ReturnId(Id, prefix="ret"):
    __slots__ = ()


class ReturnLineId(Id, prefix="rtl"):
    __slots__ = ()


class State(StrEnum):
    REQUESTED = "requested"
    APPROVED = "approved"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELED = "canceled"


class Event(StrEnum):
    TAKE = "take"  # over the counter: seen, graded and settled in one step
    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    SEND = "send"
    RECEIVE = "receive"
    GRADE = "grade"
    GRANT = "grant"  # a claim: nothing comes back


class Way(StrEnum):
    COUNTER = "counter"
    POST = "post"
    CLAIM = "claim"  # what was sent never arrived


class ReturnReason(StrEnum):
    CHANGED_MIND = "changed_mind"
    DAMAGED = "damaged"
    WRONG_ITEM = "wrong_item"
    NOT_AS_DESCRIBED = "not_as_described"
    LATE = "late"
    MISSING_PARCEL = "missing_parcel"
    OTHER = "other"

    @property
    def ours(self) -> bool:
        """Whether it is the seller's fault: no fee is kept, and a final sale is none."""
        return self not in (ReturnReason.CHANGED_MIND, ReturnReason.OTHER)


class Grade(StrEnum):
    """In what condition it is, which says where it goes: onto the shelf, aside, to be looked at, away, or back to the buyer."""

    SELLABLE = "sellable"
    DAMAGED = "damaged"
    QUARANTINE = "quarantine"
    DISCARD = "discard"
    SEND_BACK = "send_back"  # not accepted: nothing is credited


class Block(StrEnum):
    """Why something may not come back. Somebody may decide otherwise where the policy says no; facts stay facts."""

    NOTHING_LEFT = "nothing_left"
    NOT_MISSING = "not_missing"
    WINDOW_OVER = "window_over"
    FINAL_SALE = "final_sale"
    NOT_BY_POST = "not_by_post"

    @property
    def can_be_overridden(self) -> bool:
        return self in (Block.WINDOW_OVER, Block.FINAL_SALE, Block.NOT_BY_POST)


class Policy(msgspec.Struct, frozen=True):
    """What a market takes back, of a category (the variants' tax category) or, with "", of whatever no other policy names.

    `days` run from when the buyer had it, `fault_days` where it is the seller's fault. `restocking_ppm` of its worth is kept,
    and `postage` of a return by post; neither where the fault is ours. Where it may come `by_post`, `carrier` makes the label, with
    that `service` or the cheapest; it goes to `send_to`, or to where it came from. A parcel weighs `parcel_grams` where nobody
    has weighed it. Without a receipt it is worth the lowest price of the last `price_days`.
    """

    market_id: MarketId
    category: str = ""
    days: int = 30
    fault_days: int = 1095
    restocking_ppm: int = 0
    postage: int = 0
    final_sale: bool = False
    approve_at_once: bool = True
    by_post: bool = True
    carrier: str = "own"
    service: str = ""
    parcel_grams: int = 1000
    send_to: LocationId | None = None
    price_days: int = 90
    active: bool = True  # one that was put aside decides nothing


class PolicySet(msgspec.Struct, frozen=True):
    """A market's policies; `version` 0: nobody has set any yet."""

    version: int
    policies: tuple[Policy, ...]
    changed_at: datetime | None = None
    actor_name: str = ""


class PriceFrom(StrEnum):
    """Why something without a receipt is worth that much."""

    LOWEST_SOLD = "lowest_sold"
    TODAY = "today"  # it was not sold of late


class Graded(msgspec.Struct, frozen=True):
    grade: Grade
    quantity: int


class ReturnLine(msgspec.Struct, frozen=True):
    id: ReturnLineId
    return_id: ReturnId
    position: int
    line_id: LineItemId | None
    variant_id: VariantId
    quantity: int
    reason: ReturnReason
    exchanged: bool
    blocks: tuple[Block, ...]  # what the policy said against it when it was decided
    grades: tuple[Graded, ...]
    unit_price: int | None = None  # without a receipt: for one whole unit, and why; minor units
    price_from: PriceFrom | None = None
    price_sold_at: datetime | None = None


class Step(msgspec.Struct, frozen=True):
    return_id: ReturnId
    number: int
    event: str
    state: State
    reason: str
    actor: str
    actor_name: str
    location_id: LocationId | None
    at: datetime


class Head(msgspec.Struct, frozen=True):
    """A return's own row."""

    id: ReturnId
    code: str
    order_id: OrderId | None
    market_id: MarketId
    state: State
    way: Way
    location_id: LocationId | None
    customer_id: CustomerId | None
    guest_id: UUID | None
    currency: str
    value: int
    fee: int
    refunded: int
    note: str
    override_reason: str
    actor: str
    actor_name: str
    requested_at: datetime
    changed_at: datetime
    link_token: str


class ReturnLabel(msgspec.Struct, frozen=True):
    """How far the label of a return by post is. `cost` is minor units of `currency`."""

    return_id: ReturnId
    label: Label
    carrier: str
    service: str
    weight_grams: int
    send_to: LocationId | None
    carrier_ref: str
    tracking_code: str
    tracking_url: str
    cost: int
    currency: str
    error: str


class Return(msgspec.Struct, frozen=True):
    """A return, whole; `refunds` are those of the step just made, with the codes of gift cards made for them; `due` is what an
    exchange still costs, `card_code` the card for goods without a receipt, `carriage` what of its value was paid for carriage."""

    head: Head
    lines: tuple[ReturnLine, ...]
    steps: tuple[Step, ...] = ()
    refunds: tuple[Refund, ...] = ()
    due: int = 0
    card_code: str = ""
    label: ReturnLabel | None = None
    carriage: int = 0


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """So many come back, of a line of the order or, without a receipt, of a variant. `grade` is said over the counter."""

    quantity: int
    line_id: LineItemId | None = None
    variant_id: VariantId | None = None
    reason: ReturnReason = ReturnReason.CHANGED_MIND
    grade: Grade = Grade.SELLABLE
    lots: tuple[LotQuantity, ...] = ()


class Instead(msgspec.Struct, frozen=True):
    """What is taken along in place of what came back."""

    variant_id: VariantId
    quantity: int


class NewReturn(msgspec.Struct, frozen=True, kw_only=True):
    """Goods to take back. `order_id` None: there is no receipt. `exchange` is taken along at once, and `tenders` pay what it
    costs more. Asked for again under the same `id` it is the same return."""

    lines: tuple[NewLine, ...]
    way: Way = Way.COUNTER
    order_id: OrderId | None = None
    market_id: MarketId | None = None
    location_id: LocationId | None = None
    customer_id: CustomerId | None = None
    note: str = ""
    override_reason: str = ""
    exchange: tuple[Instead, ...] = ()
    tenders: tuple[Tender, ...] = ()
    instead: Own | None = None
    id: ReturnId | None = None


class Eligible(msgspec.Struct, frozen=True, kw_only=True):
    """What of a line may come back, and until when; `value` of all that is left. `until` None: the days do not run yet, as the
    buyer does not have it."""

    line_id: LineItemId
    variant_id: VariantId
    title: str
    sku: str
    scale: int
    left: int
    missing: int
    until: datetime | None
    value: int
    fee: int
    blocks: tuple[Block, ...]


@dataclass(eq=False)
class NotTaken(Refused):
    """The policy is against it, line by line; `overridable`: somebody who may can decide otherwise, and say why."""

    code, status = "returns.not_taken", 409
    lines: dict[str, tuple[Block, ...]]
    overridable: bool


@dataclass(eq=False)
class WrongStep(Refused):
    """That is not what comes next."""

    code, status = "returns.wrong_step", 409
    state: State
    event: Event


@dataclass(eq=False)
class BadReturn(Refused):
    """It names nothing, or too much, or what does not go together."""

    code, status = "returns.bad_return", 422
    field: str


@dataclass(eq=False)
class BadGrades(Refused):
    """Every unit has one grade."""

    code, status = "returns.bad_grades", 422
    quantity: int


@dataclass(eq=False)
class BadPolicy(Refused):
    """`row`: which of them, from 0 on."""

    code, status = "returns.bad_policy", 422
    field: str
    row: int = 0


@dataclass(eq=False)
class PoliciesChanged(Refused):
    """Somebody else has changed them meanwhile: look again."""

    code, status = "returns.policies_changed", 409
    version: int


@dataclass(eq=False)
class NoLabel(Refused):
    """It has no label to print: it does not come by post, it has come, or its carrier will not make one."""

    code, status = "returns.no_label", 409
    state: State
