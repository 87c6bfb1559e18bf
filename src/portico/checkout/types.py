"""Checkouts as values."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from portico.business.types import Address, LocationId, MarketId
from portico.carts.types import CartId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.fulfillment.types import Destination, Option, SlotOffer
from portico.fulfillment.types.promise import SLOTS_SHOWN
from portico.orders.types import Buyer, Method, OrderId, ShipTo, Term
from portico.payments.types import PaymentId, Tender
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId


class CheckoutId(Id, prefix="chk"):
    __slots__ = ()


class State(StrEnum):
    INCOMPLETE = "incomplete"
    REQUIRES_ESCALATION = "requires_escalation"
    READY_FOR_COMPLETE = "ready_for_complete"
    COMPLETE_IN_PROGRESS = "complete_in_progress"
    COMPLETED = "completed"
    CANCELED = "canceled"


class Choice(msgspec.Struct, frozen=True):
    """How so many of a line reach the buyer; quantity None: all that other choices leave. A promise it was made upon says
    from when to when.
    """

    line_id: LineItemId
    method: Method
    location_id: LocationId
    quantity: int | None = None
    earliest: datetime | None = None
    latest: datetime | None = None


class MessageType(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Message(msgspec.Struct, frozen=True):
    """Something the buyer or the face should know. `target` is the line it is about."""

    type: MessageType
    code: str
    target: LineItemId | None = None


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """What completing with a provider has come to: who asked, what each tender pays, and which payments were asked for it.

    `tenders` have their amounts, and those of providers their `payment_id`.
    """

    tenders: tuple[Tender, ...]
    total: int
    language: str
    by: Hand
    begun_at: datetime

    @property
    def payment_ids(self) -> tuple[PaymentId, ...]:
        return tuple(one.payment_id for one in self.tenders if one.payment_id)


class Head(msgspec.Struct, frozen=True):
    """A checkout's own row."""

    id: CheckoutId
    cart_id: CartId
    state: State
    version: int
    market_id: MarketId
    customer_id: CustomerId | None
    guest_id: UUID | None
    channel_id: UUID | None
    location_id: LocationId | None
    given_name: str
    family_name: str
    email: str
    phone: str
    payment_handler: str
    payment_term: Term | None
    language: str
    created_at: datetime
    updated_at: datetime
    expires_at: datetime
    order_id: OrderId | None
    destination: Destination | None = None
    ship_to: ShipTo | None = None
    progress: Progress | None = None

    @property
    def buyer(self) -> Buyer:
        return Buyer(self.given_name, self.family_name, self.email, self.phone)

    @property
    def open(self) -> bool:
        return self.state not in (State.COMPLETED, State.CANCELED)


class Checkout(msgspec.Struct, frozen=True):
    head: Head
    choices: tuple[Choice, ...]
    messages: tuple[Message, ...] = ()


class Update(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a checkout; None leaves as it is. `address` is where what is sent to the buyer goes."""

    buyer: Buyer | None = None
    choices: tuple[Choice, ...] | None = None
    term: Term | None = None
    address: Address | None = None


class Choose(msgspec.Struct, frozen=True, kw_only=True):
    """An option of a promise, as the buyer was shown it: with the time she chose, and by when she was told to have it."""

    option_id: str
    slot: datetime | None = None
    latest: datetime | None = None
    here: LocationId | None = None
    near: tuple[float, float] | None = None
    destination: Destination | None = None
    address: Address | None = None
    slots_max: int = SLOTS_SHOWN


class Sent(msgspec.Struct, frozen=True):
    """Where what is sent goes, as a choice was made: the point it was reckoned with, and the address or the store there."""

    destination: Destination | None = None
    ship_to: ShipTo | None = None


class Chosen(msgspec.Struct, frozen=True):
    """What was chosen is held until `expires_at`, and the checkout says so."""

    checkout: Checkout
    option: Option
    slot: SlotOffer | None
    expires_at: datetime


class BuyLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    method: Method


class Buy(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase in one step. `may_hand_over` says where whoever asks may give goods away at once."""

    market_id: MarketId
    lines: tuple[BuyLine, ...]
    by: Hand
    language: str
    buyer: Buyer = Buyer()
    term: Term = Term.NOW
    tenders: tuple[Tender, ...] = ()
    expected_total: int | None = None
    customer_id: CustomerId | None = None
    guest_id: UUID | None = None
    may_hand_over: Callable[[LocationId], bool] = lambda location_id: True


class Complete(msgspec.Struct, frozen=True, kw_only=True):
    """Turn a checkout into an order. `expected_total` is what the buyer was shown; another total is refused.
    `may_hand_over` says where whoever completes may give goods away at once.
    """

    checkout_id: CheckoutId
    by: Hand
    language: str
    tenders: tuple[Tender, ...] = ()
    expected_total: int | None = None
    may_hand_over: Callable[[LocationId], bool] = lambda location_id: True
    resumes: bool = False  # the end of what was begun with a provider


@dataclass(eq=False)
class Incomplete(Refused):
    """Something is missing; the messages say what."""

    code, status = "checkout.incomplete", 409
    messages: tuple[Message, ...]


@dataclass(eq=False)
class Completed(Refused):
    """It is an order already; completed is immutable."""

    code, status = "checkout.completed", 409
    order_id: OrderId | None


@dataclass(eq=False)
class Busy(Refused):
    """It is being completed: a provider was asked, and nothing of it changes until that is known."""

    code, status = "checkout.busy", 409
    final: ClassVar[bool] = False


@dataclass(eq=False)
class Canceled(Refused):
    code, status = "checkout.canceled", 409


@dataclass(eq=False)
class Expired(Refused):
    code, status = "checkout.expired", 410


@dataclass(eq=False)
class PromiseEnded(Refused):
    """What was promised is not held any more: by now it may be had only later, or not at all. Choose anew."""

    code, status = "checkout.promise_ended", 410


@dataclass(eq=False)
class BadAddress(Refused):
    """Where it is to be sent cannot be so. `field` names what: too long, or empty."""

    code, status = "checkout.bad_address", 422
    field: str


@dataclass(eq=False)
class TooManyChoices(Refused):
    code, status = "checkout.too_many_choices", 422
    choices_max: int
