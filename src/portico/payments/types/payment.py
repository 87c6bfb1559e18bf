"""A payment, and what may become of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from portico.platform.ids import Id


class PaymentId(Id, prefix="pay"):
    __slots__ = ()


class OperationId(Id, prefix="pop"):
    __slots__ = ()


class Own(StrEnum):
    """Tenders that need nobody outside; every other handler is a provider's."""

    CASH = "cash"
    TERMINAL = "terminal"  # a card machine beside the till, that knows nothing of us
    GIFT_CARD = "gift_card"
    STORE_CREDIT = "store_credit"
    POINTS = "points"
    INVOICE = "invoice"


WALLET = "wallet"  # what a code on a phone opens: her cards and her credit, each a tender of its own

_OWN = frozenset({*Own, WALLET})


def is_own(handler: str) -> bool:
    """Whether a tender is taken without asking anybody outside."""
    return handler in _OWN


class State(StrEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    UNKNOWN = "unknown"
    AUTHORIZED = "authorized"
    PARTLY_CAPTURED = "partly_captured"
    CAPTURED = "captured"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to a payment."""

    ASK_ACTION = "ask_action"
    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    CAPTURE_PART = "capture_part"
    DECLINE = "decline"
    LOSE = "lose"
    VOID = "void"
    REFUND = "refund"
    REFUND_PART = "refund_part"


class ActionType(StrEnum):
    REDIRECT = "redirect"
    CONFIRM = "confirm"  # in the buyer's browser, by the provider's own script and `client_secret`


class Action(msgspec.Struct, frozen=True):
    """What the buyer has still to do: prove who she is, or pay on the provider's page."""

    type: ActionType
    url: str = ""
    client_secret: str = ""


class Payment(msgspec.Struct, frozen=True):
    """`amount` is what was asked of the tender, in minor units; `tendered - change == amount`.

    `captured` came in, `authorized` is held and may still come in, `refunding` and `refunded` go and went back. Where value
    moved in the ledger, `from_account` gave `units_per_minor` units for each minor unit to `to_account`.
    """

    id: PaymentId
    reference: UUID
    handler: str
    amount: int
    tendered: int
    change: int
    currency: str
    location_id: UUID | None
    till_id: UUID | None
    actor: str
    actor_name: str
    channel_id: UUID | None
    occurred_at: datetime
    state: State = State.CAPTURED
    authorized: int = 0
    captured: int = 0
    refunding: int = 0
    refunded: int = 0
    from_account: str | None = None
    to_account: str | None = None
    unit: str | None = None
    units_per_minor: int = 1
    details: dict[str, Any] = {}
    provider_ref: str | None = None
    action: Action | None = None
    due_at: datetime | None = None
    reference_kind: str = "ord"

    @property
    def subject(self) -> Id:
        """What it pays for: an order, or a checkout that has none yet."""
        return Id.kinds[self.reference_kind](self.reference.bytes)

    @property
    def own(self) -> bool:
        return is_own(self.handler)

    @property
    def left(self) -> int:
        """What could still be given back."""
        return self.captured - self.refunding - self.refunded


class OperationKind(StrEnum):
    AUTHORIZE = "authorize"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"


class OperationState(StrEnum):
    """`requested` is written, `sent` may have reached the provider, `unknown` was sent and not answered."""

    REQUESTED = "requested"
    SENT = "sent"
    UNKNOWN = "unknown"
    ACTION = "action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        return self in (OperationState.REQUESTED, OperationState.SENT, OperationState.UNKNOWN)


class Operation(msgspec.Struct, frozen=True):
    """Something asked of a payment's provider, or a refund. Its id is the key under which the provider knows it."""

    id: OperationId
    payment_id: PaymentId
    kind: OperationKind
    amount: int
    state: OperationState
    provider_ref: str | None
    error: str
    attempts: int
    reason: str
    cause: str
    actor: str
    actor_name: str
    requested_at: datetime
    tried_at: datetime | None
    resolved_at: datetime | None
