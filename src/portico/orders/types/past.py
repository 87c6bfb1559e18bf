"""Orders and returns of the time before, in the systems they were made in."""

from datetime import datetime
from typing import Any

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.orders.types.order import OrderId


class PastLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as it was agreed elsewhere; net + tax == gross, whatever our own prices and taxes would say."""

    variant_id: VariantId
    public_id: str
    sku: str
    title: str
    quantity: int
    unit_price: int
    net: int
    tax: int = 0
    unit: str = "C62"
    scale: int = 0

    @property
    def gross(self) -> int:
        return self.net + self.tax


class PastOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order placed, paid and fulfilled before we knew of it, in the system it was placed in."""

    external_ref: str  # "<source>:<its key>"
    market_id: MarketId
    currency: str
    taxes_included: bool
    placed_at: datetime
    time_zone: str
    language: str
    lines: tuple[PastLine, ...]
    customer_id: CustomerId | None = None
    discount: int = 0  # never above 0
    fulfillment: int = 0  # what sending cost
    origin: dict[str, Any] = {}


class PastReturn(msgspec.Struct, frozen=True, kw_only=True):
    """Goods or money that went back before we knew of it. `quantity` is positive; `amount` is what was given back."""

    external_ref: str
    type: str  # return (goods of a line), refund (money), correction
    variant_id: VariantId
    customer_id: CustomerId | None
    quantity: int
    amount: int
    currency: str
    reason: str
    occurred_at: datetime


class Recorded(msgspec.Struct, frozen=True):
    """What recording something past came to: whether it is new here, and the order it belongs to, if any is known."""

    new: bool
    order_id: OrderId | None
