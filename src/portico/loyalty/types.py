"""Stored value as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from portico.business.types import MarketId
from portico.customers.types import CustomerId
from portico.ledger.types import Account
from portico.platform.ids import Id
from portico.platform.refusals import Refused

POINTS = "POINTS"


class GiftCardId(Id, prefix="gft"):
    __slots__ = ()


class CardState(StrEnum):
    ACTIVE = "active"
    BLOCKED = "blocked"


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


class Issued(msgspec.Struct, frozen=True):
    """A card that was made, with its code: told this once."""

    card: GiftCard
    code: str


class Wallet(msgspec.Struct, frozen=True):
    """What a customer holds: credit per currency in minor units, and points."""

    customer_id: CustomerId
    credit: dict[str, int]
    points: int


class PointsWorth(msgspec.Struct, frozen=True):
    """So many points pay for one minor unit of the market's currency."""

    market_id: MarketId
    points_per_minor: int


def card_account(card_id: GiftCardId, currency: str) -> Account:
    return Account(f"gift_card:{card_id.bytes.hex()}", "gift_card", currency, minimum=0)


def credit_account(customer_id: CustomerId, currency: str) -> Account:
    return Account(f"store_credit:{customer_id.bytes.hex()}:{currency}", "store_credit", currency, minimum=0)


def points_account(customer_id: CustomerId) -> Account:
    return Account(f"points:{customer_id.bytes.hex()}", "points", POINTS, minimum=0)


def issued_account(kind: str, unit: str) -> Account:
    """From where value of a kind comes into the world; how far it is below zero is what was ever given out."""
    return Account(f"issued:{kind}:{unit}", "issued", unit)


@dataclass(eq=False)
class TooManyTries(Refused):
    """Too many codes that are no card's, by this person or from this address. `until` says when the next is looked at, in so many
    `minutes`."""

    code, status = "loyalty.too_many_tries", 429
    final: ClassVar[bool] = False
    until: datetime
    seconds: int
    minutes: int

    def retry_after(self) -> int:
        return self.seconds


@dataclass(eq=False)
class UnknownCard(Refused):
    """No card has this code, or it is not told which: blocked, expired, another currency."""

    code, status = "loyalty.unknown_card", 404


@dataclass(eq=False)
class BadAmount(Refused):
    code, status = "loyalty.bad_amount", 422
    amount: int
    amount_max: int
