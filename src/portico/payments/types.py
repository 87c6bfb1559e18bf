"""Payments as values."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class PaymentId(Id, prefix="pay"):
    __slots__ = ()


class Cash(msgspec.Struct, frozen=True, kw_only=True):
    """Cash laid on the counter for what is due of `reference`. The change is what it exceeds the amount by."""

    reference: Id
    amount: int
    tendered: int
    currency: str
    by: Hand
    occurred_at: datetime


class Payment(msgspec.Struct, frozen=True):
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


@dataclass(eq=False)
class NotEnough(Refused):
    """Less cash than is due."""

    code, status = "payments.not_enough", 409
    due: int
    tendered: int
    currency: str


@dataclass(eq=False)
class NothingDue(Refused):
    code, status = "payments.nothing_due", 409


@dataclass(eq=False)
class NoTill(Refused):
    """Cash goes into a till's drawer: only somebody signed in at a till can take it."""

    code, status = "payments.no_till", 409
