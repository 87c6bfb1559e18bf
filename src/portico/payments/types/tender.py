"""What a buyer pays with, and why it cannot be taken."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.companies.types import CompanyId
from portico.customers.types import CustomerId
from portico.loyalty.types import GiftCardId, WalletCodeId
from portico.payments.types.payment import Own, PaymentId
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class Tender(msgspec.Struct, frozen=True, kw_only=True):
    """One of the things an order is paid with. `amount` None: whatever the others leave.

    `tendered` is the cash on the counter; `credential` a gift card's code, or what a card terminal printed as its approval
    code, or its id where it is the buyer's own; a wallet's is what a code on her phone came to when it was scanned; `payment_id` a payment that a provider holds already. `last4` is of the card that a terminal took.
    """

    handler: str
    amount: int | None = None
    tendered: int | None = None
    credential: str = ""
    last4: str = ""
    payment_id: PaymentId | None = None
    due_days: int | None = None
    card_id: GiftCardId | None = None  # a gift card whose code has been told before
    companies_only: bool = False  # an invoice that whoever asks may have a company owe, and nobody else
    claim_id: WalletCodeId | None = None  # the code on a phone that opened this
    holder: CustomerId | None = None  # of store credit, where it is another record of the buyer's than the one who buys


def cash(tendered: int | None) -> tuple[Tender, ...]:
    """Cash on the counter as the one tender; none where nothing lies there."""
    return () if tendered is None else (Tender(handler=Own.CASH, tendered=tendered),)


class OnAccount(msgspec.Struct, frozen=True):
    """A company buys on account: how much more it may owe, and in how many days it pays."""

    company_id: CompanyId
    left: int
    days: int


class PayAsk(msgspec.Struct, frozen=True, kw_only=True):
    """So much is due of `reference`, and these are to pay for all of it."""

    reference: Id
    due: int
    currency: str
    market_id: MarketId
    customer_id: CustomerId | None
    tenders: tuple[Tender, ...]
    by: Hand
    occurred_at: datetime
    on_account: OnAccount | None = None
    goods: tuple[tuple[VariantId, int], ...] = ()  # what it is for, and what each comes to, where that is known
    records: tuple[CustomerId, ...] = ()  # all that she has proven to be hers, once they were looked up

    @property
    def customer_ids(self) -> tuple[CustomerId, ...]:
        """The records of the one person who pays with what she holds, the one who buys first."""
        return self.records or ((self.customer_id,) if self.customer_id else ())


@dataclass(eq=False)
class NotEnough(Refused):
    """Less than is due, all tenders together."""

    code, status = "payments.not_enough", 409
    due: int
    tendered: int
    currency: str


@dataclass(eq=False)
class TooMuch(Refused):
    """More than is due; only cash is given change for."""

    code, status = "payments.too_much", 409
    due: int
    tendered: int
    currency: str


@dataclass(eq=False)
class NothingDue(Refused):
    code, status = "payments.nothing_due", 409


@dataclass(eq=False)
class NoTill(Refused):
    """Cash goes into a till's drawer, and a card machine stands beside one: only somebody signed in at a till can take them."""

    code, status = "payments.no_till", 409


@dataclass(eq=False)
class NoCustomer(Refused):
    """Credit, points and invoices are somebody's: the order needs its customer."""

    code, status = "payments.no_customer", 409
    handler: str


@dataclass(eq=False)
class UnknownHandler(Refused):
    """Nobody here takes that, or not in this way."""

    code, status = "payments.unknown_handler", 422
    handler: str


@dataclass(eq=False)
class NotGood(Refused):
    """The card is blocked, has expired, or holds another currency; points are worth nothing in this market."""

    code, status = "payments.not_good", 409
    handler: str


@dataclass(eq=False)
class NotHeld(Refused):
    """The provider's payment that was named is not held for this: it was used, ended, or is another's."""

    code, status = "payments.not_held", 409
    payment_id: PaymentId


@dataclass(eq=False)
class CardNumber(Refused):
    """That is the number of a card. It has no place here: neither stored nor logged."""

    code, status = "payments.card_number", 422


@dataclass(eq=False)
class TooManyTenders(Refused):
    code, status = "payments.too_many_tenders", 422
    tenders_max: int
