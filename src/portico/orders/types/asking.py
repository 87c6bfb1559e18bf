"""Asking a buyer to pay what is due of her order, by a link."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.orders.types.order import OrderId
from portico.platform.ids import Id
from portico.platform.refusals import Refused

REQUESTS_MAX = 20


class PaymentRequestId(Id, prefix="prq"):
    __slots__ = ()


class PaymentRequest(msgspec.Struct, frozen=True):
    """`amount` was due when she was asked; what is due now is what she pays. `by_mail`: a letter goes to the order's address."""

    id: PaymentRequestId
    order_id: OrderId
    cause: str
    amount: int
    by_mail: bool
    actor: str
    actor_name: str
    asked_at: datetime
    expires_at: datetime


class Payable(StrEnum):
    """Whether an order can be paid by its link, and why not."""

    OPEN = "open"
    PAID = "paid"
    CANCELED = "canceled"
    EXPIRED = "expired"


@dataclass(eq=False)
class AskedTooOften(Refused):
    """She was asked so often for this order already: talk to her."""

    code, status = "orders.asked_too_often", 409
    requests_max: int


@dataclass(eq=False)
class NotPayable(Refused):
    """By this link nothing can be paid (any more): `why` is `paid`, `canceled` or `expired`."""

    code, status = "orders.not_payable", 409
    why: Payable
