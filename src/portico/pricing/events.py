"""Facts about prices. None of them carries a price: who hears them asks again."""

from portico.business.types import MarketId
from portico.platform.events import Fact, announces
from portico.pricing.types.coupons import BatchId
from portico.pricing.types.promotions import State

TOPIC = "prices"


@announces("pricing.prices_changed.v1")
class PricesChanged(Fact, frozen=True, kw_only=True):
    """Prices of a market, its own or a list's: so many of them. The subject is the list, or the market."""

    market_id: MarketId
    prices: int

    def topics(self) -> list[str]:
        return [str(self.subject), TOPIC]


@announces("pricing.list_changed.v1")
class ListChanged(Fact, frozen=True, kw_only=True):
    code: str
    state: str

    def topics(self) -> list[str]:
        return [str(self.subject), TOPIC]


@announces("pricing.promotion_changed.v1")
class PromotionChanged(Fact, frozen=True, kw_only=True):
    code: str
    version: int
    state: State

    def topics(self) -> list[str]:
        return [str(self.subject), TOPIC]


@announces("pricing.carriage_changed.v1")
class CarriageChanged(Fact, frozen=True, kw_only=True):
    """What a market charges for bringing goods; the subject is the market."""

    version: int
    rates: int

    def topics(self) -> list[str]:
        return [str(self.subject), TOPIC]


@announces("pricing.coupons_made.v1")
class CouponsMade(Fact, frozen=True, kw_only=True):
    batch_id: BatchId
    coupons: int
