"""What is asked of a payment provider, and what it answers."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

import msgspec

from portico.payments.types.payment import Action, OperationId, OperationKind, PaymentId
from portico.platform.refusals import Refused


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a provider, whole. `key` tells it from every other: sent twice, it is done once.

    `credential` is a token of the provider's for whatever the buyer pays with; never a card number. `return_url` is where she
    comes back to after having proven who she is. `provider_ref` names the payment at the provider, once it is known there.
    """

    key: OperationId
    kind: OperationKind
    payment_id: PaymentId
    amount: int
    currency: str
    credential: str = ""
    provider_ref: str | None = None
    return_url: str = ""
    description: str = ""
    hosted: bool = False  # the buyer is to pay on a page of the provider's: pay by link


class Result(StrEnum):
    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    ACTION = "action"
    DECLINED = "declined"
    VOIDED = "voided"
    REFUNDED = "refunded"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an ask. `error` is the provider's code for why not; `ref` names the payment, or of a refund the refund."""

    result: Result
    ref: str | None = None
    action: Action | None = None
    error: str = ""
    brand: str = ""
    last4: str = ""


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something a provider tells of its own accord, its signature proven: `key` is the ask that it is about, `ref` names the
    payment there. It is a hint to ask, and no more."""

    id: str
    type: str
    key: OperationId | None
    ref: str | None


class InBrowser(msgspec.Struct, frozen=True, kw_only=True):
    """What a buyer's browser needs so that a provider's own script can take a card there; its number never comes to us.

    `key` is meant to be seen. `scripts`, `frames` and `connects` are the origins that the page's policy has to allow, and only
    on pages where cards are taken.
    """

    handler: str
    script_url: str
    key: str
    scripts: tuple[str, ...]
    frames: tuple[str, ...]
    connects: tuple[str, ...]


class Transaction(msgspec.Struct, frozen=True):
    """Money that moved at a provider, as its books say: positive came in for us, negative went back.

    `ref` is what an outcome named it by: of what came in the payment, of what went back the refund. `payment_ref`: the payment
    in either case, where the provider says it.
    """

    ref: str
    amount: int
    currency: str
    occurred_at: datetime
    payment_ref: str = ""


class Lost(Exception):
    """Sent and not answered: it may have been done. Whether it was is to be asked, never guessed."""


class Unreached(Exception):
    """It surely never came there: nothing happened, and it may be tried again."""


@dataclass(eq=False)
class Declined(Refused):
    """The provider, or the bank behind it, says no."""

    code, status = "payments.declined", 402
    handler: str
    error: str


@dataclass(eq=False)
class BadSignature(Refused):
    """Not the provider's own word."""

    code, status = "payments.bad_signature", 400


@dataclass(eq=False)
class InProgress(Refused):
    """Asked, and not answered yet: nobody knows whether it was paid. It is being asked again."""

    code, status = "payments.in_progress", 409
    final: ClassVar[bool] = False


@dataclass(eq=False)
class MoreThanPaid(Refused):
    """More is to be given back than was paid and has not gone back yet."""

    code, status = "payments.more_than_paid", 409
    amount: int
    left: int
    currency: str


@dataclass(eq=False)
class MoreThanOwed(Refused):
    """More is to have come in of an invoice than is owed on it."""

    code, status = "payments.more_than_owed", 409
    amount: int
    left: int
    currency: str


class RefundMode(StrEnum):
    IN_PROPORTION = "in_proportion"
    IN_ORDER = "in_order"
