"""Accounts and transfers."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from portico.platform.ids import Id
from portico.platform.refusals import Refused


class TransferId(Id, prefix="trf"):
    __slots__ = ()


class Account(msgspec.Struct, frozen=True):
    """Where value lies. `code` names it for ever; with a `minimum`, its balance may not fall below. `unit` is a currency, or
    `POINTS`."""

    code: str
    kind: str
    unit: str
    minimum: int | None = None


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """`amount` minor units (or points) from one account to another; zero-sum by its form."""

    source: Account
    target: Account
    amount: int
    reason: str
    reference: str
    actor: str
    occurred_at: datetime


class Balance(msgspec.Struct, frozen=True):
    code: str
    unit: str
    balance: int
    minimum: int | None


class Transferred(msgspec.Struct, frozen=True):
    id: TransferId


@dataclass(eq=False)
class BelowMinimum(Refused):
    """The account does not hold that much."""

    code, status = "ledger.below_minimum", 409
    account: str
    balance: int
    amount: int


class Difference(msgspec.Struct, frozen=True):
    """An account whose balance is not what its transfers add up to."""

    account: str
    stored: int
    added_up: int


class Entry(msgspec.Struct, frozen=True):
    """A transfer as it was made."""

    id: TransferId
    from_account: str
    to_account: str
    amount: int
    unit: str
    reason: str
    reference: str
    actor: str
    occurred_at: datetime


class Flow(msgspec.Struct, frozen=True):
    """All that ever came into an account for one reason, and all that went."""

    account: str
    unit: str
    reason: str
    came: int
    went: int


class Turnover(msgspec.Struct, frozen=True):
    """What passed through an account for one reason: how often, how much came in, and how much went out."""

    account: str
    unit: str
    reason: str
    transfers: int
    came: int
    went: int
