"""What a basket costs, and why."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.types import LocationId, MarketId
from portico.catalog.types import ItemId, VariantId
from portico.customers.types import CustomerId
from portico.pricing.types.amounts import LineItemId, Priced, PricedLine, TaxLine, Total, TotalType
from portico.pricing.types.evaluating import Declined, Level, Offered, Spread
from portico.pricing.types.promotions import PromotionId

CODES_MAX = 10  # coupons of one basket


class QuoteLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to price. `category` is the slug of its item's."""

    line_id: LineItemId
    variant_id: VariantId
    item_id: ItemId
    category: str | None
    tax_category: str
    quantity: int
    scale: int


class QuoteAsk(msgspec.Struct, frozen=True, kw_only=True):
    """A basket to price: for whom, through which channel, where and when, with which coupons."""

    market_id: MarketId
    lines: tuple[QuoteLine, ...]
    at: datetime
    channel_id: UUID | None = None
    location_id: LocationId | None = None
    customer_id: CustomerId | None = None
    company: str = ""  # the number of the one it is bought for
    codes: tuple[str, ...] = ()
    language: str = "en"
    explain: bool = False
    methods: tuple[str, ...] = ()  # how it is to be had, where that was chosen
    country: str = ""  # where it is brought; "": the market's own


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """So much off `quantity` of a line, in the terms of its unit price: with tax inside where the market's prices have it."""

    promotion_id: PromotionId
    code: str
    title: str
    version: int
    quantity: int
    amount: int
    level: Level
    spread: Spread


class QuotedLine(msgspec.Struct, frozen=True, kw_only=True):
    """`unit_price` is before promotions, by the list `list_code`; None: the variant has no price here. Net, tax and gross are what is
    left after all discounts."""

    line_id: LineItemId
    unit_price: int | None
    list_code: str
    own_price: int | None
    discounts: tuple[Discount, ...]
    net_before: int
    priced: PricedLine

    @property
    def discount(self) -> int:
        return sum(one.amount for one in self.discounts)


class CarriageCharge(msgspec.Struct, frozen=True, kw_only=True):
    """What a basket pays for carriage by `method`: `amount` before promotions, in the terms of its prices; net, tax and gross after. From
    goods of `free_from` on it would be nothing; `missing` is what they lack for that."""

    method: str
    amount: int
    net: int
    tax: int
    gross: int
    tax_lines: tuple[TaxLine, ...]
    discount: Discount | None = None
    free_from: int | None = None
    missing: int = 0

    @property
    def priced(self) -> PricedLine:
        return PricedLine(self.net, self.tax, self.gross, self.tax_lines)


class CouponUse(msgspec.Struct, frozen=True):
    """A coupon in a basket: which promotion it opens; without one, `why` it opens none. `of_carriage`: one about carriage, of which there
    is none before it was chosen how the basket is to be had."""

    code: str
    promotion_id: PromotionId | None
    why: str = ""
    of_carriage: bool = False


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """A basket's price. `declined` is told only where it was asked for; `limited`: some promotion in it has an end."""

    lines: tuple[QuotedLine, ...]
    taxes: tuple[TaxLine, ...]
    totals: tuple[Total, ...]
    coupons: tuple[CouponUse, ...] = ()
    offered: tuple[Offered, ...] = ()
    declined: tuple[Declined, ...] = ()
    exact: bool = True
    limited: bool = False
    carriage: CarriageCharge | None = None

    def amount(self, kind: TotalType) -> int:
        return next((one.amount for one in self.totals if one.type is kind), 0)

    @property
    def total(self) -> int:
        return self.amount(TotalType.TOTAL)

    @property
    def saved(self) -> int:
        return sum(one.discount for one in self.lines) + self.carriage_off

    @property
    def carriage_off(self) -> int:
        return self.carriage.discount.amount if self.carriage and self.carriage.discount else 0

    @property
    def priced(self) -> Priced:
        return Priced(tuple(one.priced for one in self.lines), self.taxes, self.totals)


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks at prices, through which channel and where."""

    channel_id: UUID | None = None
    location_id: LocationId | None = None
    customer_id: CustomerId | None = None
    company: str = ""


class Reduction(msgspec.Struct, frozen=True):
    """An announced reduction of one unit: `amount` is asked now, `before` is the price it is taken from, and `lowest` the lowest of the
    thirty days before it began (Directive 98/6/EC, article 6a). `titles` name the promotions that make it."""

    amount: int
    before: int
    lowest: int
    titles: tuple[str, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """What one unit of a variant costs: `price` by the lists that hold, before promotions; None where it has none."""

    price: int | None
    reduction: Reduction | None = None
