"""Gift cards and credit as values."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.ledger.types import Account
from portico.platform.ids import Id
from portico.platform.refusals import Refused

BATCH_MAX = 5_000


class GiftCardId(Id, prefix="gft"):
    __slots__ = ()


class CardBatchId(Id, prefix="gfb"):
    __slots__ = ()


class CardState(StrEnum):
    """Printed cards hold nothing until they are sold. What was left on an expired or void one is nobody's any more."""

    PRINTED = "printed"
    ACTIVE = "active"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    VOID = "void"


class CardKind(StrEnum):
    """Sold as a card, or given for points."""

    CARD = "card"
    VOUCHER = "voucher"


class GiftCard(msgspec.Struct, frozen=True):
    """A card; `balance` in minor units of its currency."""

    id: GiftCardId
    last4: str
    currency: str
    issued_amount: int
    state: CardState
    customer_id: CustomerId | None
    expires_at: datetime | None
    issued_at: datetime
    kind: CardKind = CardKind.CARD
    batch_id: CardBatchId | None = None
    activated_at: datetime | None = None
    balance: int = 0

    @property
    def account(self) -> Account:
        return card_account(self.id, self.currency)

    def good(self, *, at: datetime) -> bool:
        return self.state is CardState.ACTIVE and (self.expires_at is None or at < self.expires_at)


class NewCard(msgspec.Struct, frozen=True, kw_only=True):
    amount: int
    currency: str
    customer_id: CustomerId | None = None
    expires_at: datetime | None = None
    kind: CardKind = CardKind.CARD


class Issued(msgspec.Struct, frozen=True):
    """A card that was made, with its code: told this once."""

    card: GiftCard
    code: str


class CardBatch(msgspec.Struct, frozen=True):
    """Cards that were printed together. `amount` None: whoever sells one says how much. `sold` of them hold something."""

    id: CardBatchId
    name: str
    market_id: MarketId
    currency: str
    amount: int | None
    cards: int
    sold: int
    actor_name: str
    made_at: datetime


class Printed(msgspec.Struct, frozen=True):
    """A batch with the codes that are to be printed: told this once."""

    batch: CardBatch
    codes: tuple[str, ...]


class CardPolicy(msgspec.Struct, frozen=True):
    """For how many months a card is good that is sold in a market; None: for ever."""

    market_id: MarketId
    valid_months: int | None


class CardProduct(msgspec.Struct, frozen=True):
    """A variant that is a gift card: sent by mail, or a printed one that is handed over."""

    variant_id: VariantId
    by_mail: bool


class CardSale(msgspec.Struct, frozen=True):
    """The card that was sold as one unit of a line."""

    line_id: UUID
    unit: int
    card_id: GiftCardId
    order_id: UUID
    sold_at: datetime


class CardMonth(msgspec.Struct, frozen=True):
    """When a card was sold, to the month."""

    kind: CardKind
    month: date


class LiabilityLine(msgspec.Struct, frozen=True):
    """What was issued in a month, and what has become of it by now; `open` is owed still."""

    kind: CardKind
    currency: str
    month: date
    age: str
    cards: int
    issued: int
    redeemed: int
    expired: int
    voided: int
    open: int


class Liability(msgspec.Struct, frozen=True):
    """What we owe on cards. `difference` is by how much the lines miss what the ledger says was ever issued: 0."""

    lines: tuple[LiabilityLine, ...]
    difference: int


class Wallet(msgspec.Struct, frozen=True):
    """What a person holds: credit per currency in minor units, points, and cards that are hers. `owed` points are settled first."""

    customer_id: CustomerId
    credit: dict[str, int]
    points: int
    cards: tuple[GiftCard, ...] = ()
    owed: int = 0


def card_account(card_id: GiftCardId, currency: str) -> Account:
    return Account(f"gift_card:{card_id.bytes.hex()}", "gift_card", currency, minimum=0)


def credit_account(customer_id: CustomerId, currency: str) -> Account:
    return Account(f"store_credit:{customer_id.bytes.hex()}:{currency}", "store_credit", currency, minimum=0)


def issued_account(kind: str, unit: str) -> Account:
    """From where value of a kind comes into the world; how far it is below zero is what was ever given out."""
    return Account(f"issued:{kind}:{unit}", "issued", unit)


def lapsed_account(reason: str, unit: str, *, kind: str = "gift_card") -> Account:
    """Where goes what is left of a kind of value that has expired, was given up, or was taken out of the world."""
    return Account(f"{reason}:{kind}:{unit}", reason, unit)


@dataclass(eq=False)
class UnknownCard(Refused):
    """No card has this code, or it is not told which: blocked, expired, another currency."""

    code, status = "loyalty.unknown_card", 404


@dataclass(eq=False)
class Mistyped(Refused):
    """The last letter does not fit the others: misread or mistyped. Nobody's try is counted."""

    code, status = "loyalty.mistyped", 422


@dataclass(eq=False)
class NotForSale(Refused):
    """The card was sold before, is blocked, or is of another market."""

    code, status = "loyalty.not_for_sale", 409
    state: CardState


@dataclass(eq=False)
class NoCardDue(Refused):
    """The line is not of gift cards, is not paid, or each of its units has its card."""

    code, status = "loyalty.no_card_due", 409


@dataclass(eq=False)
class BadPolicy(Refused):
    """The law of the country lets a card be good for longer than that."""

    code, status = "loyalty.bad_policy", 422
    country: str
    months_min: int


@dataclass(eq=False)
class BadAmount(Refused):
    code, status = "loyalty.bad_amount", 422
    amount: int
    amount_max: int
