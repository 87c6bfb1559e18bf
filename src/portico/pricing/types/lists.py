"""Price lists: deliberate prices for some channels, places, customers, quantities and times."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types.conditions import Conditions

LIST_PRICES_MAX = 10_000  # of one call
LISTS_MAX = 1_000  # live ones of a market
HISTORY_MAX = 500
PRIOR_DAYS = 30  # Directive 98/6/EC, article 6a(2)


class PriceListId(Id, prefix="plist"):
    __slots__ = ()


class ListState(StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    ENDED = "ended"


class PriceList(msgspec.Struct, frozen=True, kw_only=True):
    """Of the lists whose conditions hold, the one of the highest `priority` says the price, be it lower or higher than the market's own."""

    id: PriceListId
    market_id: MarketId
    code: str
    titles: dict[str, str]
    conditions: Conditions
    priority: int
    state: ListState
    version: int
    changed_at: datetime
    prices: int = 0

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("en") or self.code


class NewPriceList(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it should be, known by its code."""

    code: str
    titles: dict[str, str] = {}
    conditions: Conditions = Conditions()
    priority: int = 100
    state: ListState = ListState.DRAFT


class ListPrice(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit costs by a list, from so many on, in `[starts_at, ends_before)`. `amount` None takes the price away."""

    variant_id: VariantId
    amount: int | None
    from_quantity: int = 0
    starts_at: datetime | None = None
    ends_before: datetime | None = None


class ScheduledPrice(msgspec.Struct, frozen=True, kw_only=True):
    """The market's own price of a variant: from now on, or in `[starts_at, ends_before)`."""

    variant_id: VariantId
    amount: int
    starts_at: datetime | None = None
    ends_before: datetime | None = None


class PriceChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a price was set to, by whom; `list_code` is "" for the market's own. `amount` None: it was taken away."""

    variant_id: VariantId
    list_code: str
    from_quantity: int
    amount: int | None
    starts_at: datetime | None
    ends_before: datetime | None
    actor_name: str
    changed_at: datetime


class Listed(msgspec.Struct, frozen=True):
    """A price by a list, as it is weighed against others."""

    list_id: PriceListId
    variant_id: VariantId
    from_quantity: int
    starts_at: datetime | None
    ends_before: datetime | None
    amount: int


class Found(msgspec.Struct, frozen=True):
    """The price before any promotion, and which list said so: "" is the market's own. `own` is the market's own, where it has one."""

    amount: int
    list_code: str = ""
    own: int | None = None


@dataclass(eq=False)
class BadPriceList(Refused):
    code, status = "pricing.bad_price_list", 422
    field: str
    problem: str


@dataclass(eq=False)
class BadPrice(Refused):
    """An amount below nothing or above what a browser counts exactly, or a period that ends before it begins; `index` says which."""

    code, status = "pricing.bad_price", 422
    index: int
    field: str


@dataclass(eq=False)
class UnknownVariants(Refused):
    """Nobody has these variants."""

    code, status = "pricing.unknown_variants", 422
    variant_ids: tuple[VariantId, ...]


@dataclass(eq=False)
class TooManyLists(Refused):
    code, status = "pricing.too_many_lists", 409
    lists_max: int = LISTS_MAX
