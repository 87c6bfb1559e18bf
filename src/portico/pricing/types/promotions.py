"""Promotions as data: what a rule says, in the shape that Python and the till's TypeScript both read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import ItemId, VariantId
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types.conditions import Conditions

CODE_LENGTH_MAX = 60
TITLE_LENGTH_MAX = 200
SCOPE_MAX = 2_000  # of what a scope names
TIERS_MAX = 20
PARTS_MAX = 10
UNITS_MAX = 100  # of a set: what is bought and got together
SETS_MAX = 1_000  # of one promotion in one basket
ACTIVE_MAX = 5_000  # of one market at a time
PPM = 1_000_000


class PromotionId(Id, prefix="promo"):
    __slots__ = ()


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """Which goods: what any of the names covers, less what is excepted; without names, everything. A category covers those below
    it."""

    variants: tuple[VariantId, ...] = ()
    items: tuple[ItemId, ...] = ()
    categories: tuple[str, ...] = ()
    except_variants: tuple[VariantId, ...] = ()
    except_items: tuple[ItemId, ...] = ()
    except_categories: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        return not (self.variants or self.items or self.categories)


class PercentOff(msgspec.Struct, frozen=True, tag="percent", tag_field="kind"):
    """So many millionths off each unit."""

    ppm: int


class AmountOff(msgspec.Struct, frozen=True, tag="amount", tag_field="kind"):
    """So much off each unit, never more than it costs."""

    amount: int


class FixedPrice(msgspec.Struct, frozen=True, tag="fixed_price", tag_field="kind"):
    """Each unit for so much, where it costs more."""

    amount: int


class TierBy(StrEnum):
    QUANTITY = "quantity"
    AMOUNT = "amount"


class Tier(msgspec.Struct, frozen=True):
    """From so many units, or from so much spent on the goods of the scope."""

    at_least: int
    benefit: PercentOff | AmountOff | FixedPrice


class Tiers(msgspec.Struct, frozen=True, tag="tiers", tag_field="kind"):
    """The last tier that is reached says what each unit costs."""

    by: TierBy
    tiers: tuple[Tier, ...]


class Takes(StrEnum):
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class BuyGet(msgspec.Struct, frozen=True, tag="buy_get", tag_field="kind"):
    """Who buys `buy` units of the scope gets `get` more for so many millionths less: of the same goods, or of `of`.

    Of the same goods sets are made from the dearest unit down, and the cheapest of each set are the ones she gets. Of other goods,
    `takes` says which she gets.
    """

    buy: int
    get: int
    ppm: int = PPM
    of: Scope | None = None
    takes: Takes = Takes.CHEAPEST


class Part(msgspec.Struct, frozen=True):
    scope: Scope
    quantity: int


class Bundle(msgspec.Struct, frozen=True, tag="bundle", tag_field="kind"):
    """All parts together for so much; made of the dearest units there are. One part: "three for ten"."""

    parts: tuple[Part, ...]
    amount: int


class Gift(msgspec.Struct, frozen=True, tag="gift", tag_field="kind"):
    """So many of a variant for nothing, once the minimum is reached. What she has not put in her basket yet is offered to her."""

    variant_id: VariantId
    quantity: int = 1


class OrderPercent(msgspec.Struct, frozen=True, tag="order_percent", tag_field="kind"):
    """So many millionths off what the goods of the scope come to after what was taken off each."""

    ppm: int


class OrderAmount(msgspec.Struct, frozen=True, tag="order_amount", tag_field="kind"):
    """So much off what the goods of the scope come to."""

    amount: int


class Carriage(msgspec.Struct, frozen=True, tag="carriage", tag_field="kind"):
    """Carriage for so many millionths less, or for so much; by these methods, or by any."""

    ppm: int = 0
    amount: int | None = None
    methods: tuple[str, ...] = ()


Benefit = PercentOff | AmountOff | FixedPrice | Tiers | BuyGet | Bundle | Gift | OrderPercent | OrderAmount | Carriage


class Stacking(StrEnum):
    """How a promotion goes with others: the best one of each unit; on top of what else the unit has; or nothing beside it."""

    BEST = "best"
    ADDS = "adds"
    ALONE = "alone"


class Minimum(msgspec.Struct, frozen=True):
    """What has to be in the basket first, at the prices before any promotion. Without a scope: of the promotion's own goods."""

    amount: int = 0
    quantity: int = 0
    scope: Scope | None = None


class Caps(msgspec.Struct, frozen=True):
    """How often, and for how much in all. None: no end."""

    uses: int | None = None
    uses_per_customer: int | None = None
    budget: int | None = None
    sets_per_basket: int | None = None
    discount_per_basket: int | None = None


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A promotion as it is evaluated. Between equals the lower `priority` goes first, then the code that comes first.

    `needs_code`: who has no coupon of it gets nothing. Of one `group` a basket has one at most. A rule that is `public` and needs
    nothing of a basket is shown beside the price of an item.
    """

    code: str
    benefit: Benefit
    titles: dict[str, str] = {}
    scope: Scope = Scope()
    conditions: Conditions = Conditions()
    minimum: Minimum | None = None
    caps: Caps = Caps()
    stacking: Stacking = Stacking.BEST
    group: str = ""
    priority: int = 100
    needs_code: bool = False
    public: bool = True

    def title(self, language: str) -> str:
        return self.titles.get(language) or self.titles.get("en") or self.code

    @property
    def limited(self) -> bool:
        caps = self.caps
        return not (caps.uses is None and caps.uses_per_customer is None and caps.budget is None)


class State(StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


class Promotion(msgspec.Struct, frozen=True):
    """A promotion with its state and how much it has been used. Each change makes a version, and none is lost."""

    id: PromotionId
    market_id: MarketId
    version: int
    state: State
    rule: Rule
    uses: int
    spent: int
    changed_at: datetime
    changed_by: str


class Version(msgspec.Struct, frozen=True):
    promotion_id: PromotionId
    version: int
    state: State
    rule: Rule
    actor: str
    actor_name: str
    changed_at: datetime


class PromotionPage(msgspec.Struct, frozen=True):
    items: tuple[Promotion, ...]
    next_cursor: PromotionId | None = None


@dataclass(eq=False)
class BadPromotion(Refused):
    """A rule that cannot be: `field` says where, `problem` what."""

    code, status = "pricing.bad_promotion", 422
    field: str
    problem: str


@dataclass(eq=False)
class PromotionCodeTaken(Refused):
    """Another promotion has this code."""

    code, status = "pricing.promotion_code_taken", 409
    given: str


@dataclass(eq=False)
class TooManyPromotions(Refused):
    code, status = "pricing.too_many_promotions", 409
    active_max: int = ACTIVE_MAX


@dataclass(eq=False)
class PromotionChanged(Refused):
    """Somebody else has changed it meanwhile: look again."""

    code, status = "pricing.promotion_changed", 409
    version: int


@dataclass(eq=False)
class PromotionFinal(Refused):
    """It has ended; who wants it again makes another."""

    code, status = "pricing.promotion_final", 409


@dataclass(eq=False)
class PromotionEnded(Refused):
    """Somebody else had the last of it: the price is another one now."""

    code, status = "pricing.promotion_ended", 409
    promotion: str
    title: str
