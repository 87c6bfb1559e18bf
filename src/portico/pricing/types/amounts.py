"""Prices, and the totals they add up to."""

from dataclasses import dataclass
from enum import StrEnum

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.platform.ids import Id
from portico.platform.refusals import Refused


class LineItemId(Id, prefix="line"):
    """Names a line from cart to checkout to order to return; declared here, on the lowest floor that knows lines."""

    __slots__ = ()


class Price(msgspec.Struct, frozen=True):
    """What one unit of a variant costs in a market; with or without tax as the market says."""

    variant_id: VariantId
    market_id: MarketId
    amount: int
    currency: str


class TaxRate(msgspec.Struct, frozen=True):
    """A tax of `rate_ppm` millionths, levied by a jurisdiction."""

    market_id: MarketId
    tax_category: str
    jurisdiction: str
    rate_ppm: int


class ToPrice(msgspec.Struct, frozen=True):
    """A line to price: `quantity` in steps of 10^-scale, `unit_price` for one whole unit, less `discount` on the whole line."""

    quantity: int
    scale: int
    unit_price: int
    tax_category: str
    discount: int = 0


class TaxLine(msgspec.Struct, frozen=True):
    jurisdiction: str
    rate_ppm: int
    amount: int


class PricedLine(msgspec.Struct, frozen=True):
    """net + tax == gross."""

    net: int
    tax: int
    gross: int
    taxes: tuple[TaxLine, ...]


class TotalType(StrEnum):
    SUBTOTAL = "subtotal"
    ITEMS_DISCOUNT = "items_discount"
    DISCOUNT = "discount"
    FULFILLMENT = "fulfillment"
    TAX = "tax"
    FEE = "fee"
    TOTAL = "total"


class Total(msgspec.Struct, frozen=True):
    """A typed, signed component; all but `total` add up to `total`."""

    type: TotalType
    amount: int


class Priced(msgspec.Struct, frozen=True):
    """Lines with their amounts, in the order asked, and what they add up to."""

    lines: tuple[PricedLine, ...]
    taxes: tuple[TaxLine, ...]
    totals: tuple[Total, ...]

    def amount(self, kind: TotalType) -> int:
        return next((one.amount for one in self.totals if one.type is kind), 0)

    @property
    def total(self) -> int:
        return self.amount(TotalType.TOTAL)


@dataclass(eq=False)
class NoPrice(Refused):
    """The variant has no price in this market, so nobody can promise one."""

    code, status = "pricing.no_price", 409
    variant_id: VariantId
    market: str


@dataclass(eq=False)
class AmountTooLarge(Refused):
    code, status = "pricing.amount_too_large", 422
    amount: int
