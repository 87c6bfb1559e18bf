"""What comes back of an order, and why it cannot."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from portico.catalog.types import VariantId
from portico.orders.types.order import Head, OrderId
from portico.payments.types import Refund
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId


class TakeBack(msgspec.Struct, frozen=True):
    """So many of a line come back; `exchanged`: something else is taken in their place."""

    line_id: LineItemId
    quantity: int
    exchanged: bool = False


class TakenBack(msgspec.Struct, frozen=True):
    """The order as it now stands, what was credited for what came back (with `carriage` in it, where all came back), what was kept of
    it, and what goes back."""

    head: Head
    value: int
    fee: int
    refunds: tuple[Refund, ...]
    carriage: int = 0


class SoldFor(msgspec.Struct, frozen=True):
    """What one whole unit was sold for, in minor units, tax and discounts counted in; when, and by which order."""

    variant_id: VariantId
    amount: int
    sold_at: datetime
    order_id: OrderId


@dataclass(eq=False)
class TooManyBack(Refused):
    """More than went out and has not come back."""

    code, status = "orders.too_many_back", 409
    line_id: LineItemId
    left: int
