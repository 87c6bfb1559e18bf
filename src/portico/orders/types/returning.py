"""What comes back of an order, and why it cannot."""

from dataclasses import dataclass

import msgspec

from portico.orders.types.order import Head
from portico.payments.types import Refund
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId


class TakeBack(msgspec.Struct, frozen=True):
    """So many of a line come back; `exchanged`: something else is taken in their place."""

    line_id: LineItemId
    quantity: int
    exchanged: bool = False


class TakenBack(msgspec.Struct, frozen=True):
    """The order as it now stands, what was credited for what came back, what was kept of it, and what goes back."""

    head: Head
    value: int
    fee: int
    refunds: tuple[Refund, ...]


@dataclass(eq=False)
class TooManyBack(Refused):
    """More than went out and has not come back."""

    code, status = "orders.too_many_back", 409
    line_id: LineItemId
    left: int
