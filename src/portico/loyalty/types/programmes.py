"""A programme: its terms as data, who is in it, what points buy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import msgspec

from portico.business.types import MarketId
from portico.catalog.types import Texts, VariantId
from portico.customers.types import CustomerId
from portico.loyalty.types.cards import GiftCardId
from portico.platform.ids import Id
from portico.platform.refusals import Refused

NAME_LENGTH_MAX = 80
RULES_MAX = 50
TIERS_MAX = 10
REWARDS_MAX = 100
POINTS_MAX = 100_000_000  # of one rule, one tier, one reward
DAYS_MAX = 3660
PERCENT_MAX = 1000


class ProgrammeId(Id, prefix="prg"):
    __slots__ = ()


class RewardTakenId(Id, prefix="rwd"):
    __slots__ = ()


class ProgrammeState(StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    ENDED = "ended"


class Earns(StrEnum):
    """For what a rule gives points: for each so much spent, for an order, or for an occasion."""

    SPEND = "spend"
    ORDER = "order"
    FIRST_ON_CHANNEL = "first_on_channel"
    SIGN_UP = "sign_up"
    BIRTHDAY = "birthday"
    REFERRER = "referrer"
    FRIEND = "friend"

    @property
    def by_order(self) -> bool:
        return self in (Earns.SPEND, Earns.ORDER, Earns.FIRST_ON_CHANNEL)


class EarnRule(msgspec.Struct, frozen=True, kw_only=True):
    """`points` for what `earns` says; by spend, for every `per_minor` minor units. Rules add up: twice as much for a category is a
    second rule for it. `channels` and `categories` that are not named are all; `spend_min` is of the whole order."""

    code: str
    names: Texts
    earns: Earns
    points: int
    per_minor: int = 0
    channels: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    spend_min: int = 0
    starts_at: datetime | None = None
    ends_before: datetime | None = None


class BurnRule(msgspec.Struct, frozen=True, kw_only=True):
    """How points pay. `channels` none: on all; `share_percent_max` of what an order comes to; what is in `categories_excluded` is
    paid otherwise. `points_per_minor` None: what the market says a point is worth."""

    channels: tuple[str, ...] = ()
    points_min: int = 0
    share_percent_max: int = 100
    categories_excluded: tuple[str, ...] = ()
    points_per_minor: int | None = None


class TierBy(StrEnum):
    POINTS = "points"
    SPEND = "spend"


class Tier(msgspec.Struct, frozen=True, kw_only=True):
    """From `threshold` points or minor units in the days that the terms say. `earn_percent`: 150 is half as much again."""

    code: str
    names: Texts
    threshold: int
    earn_percent: int = 100
    benefits: tuple[Texts, ...] = ()


class RewardKind(StrEnum):
    """An amount becomes stored value that pays like a gift card. The others need a promotion, by its code: a coupon of it."""

    AMOUNT = "amount"
    ITEM = "item"
    DELIVERY = "delivery"


class Reward(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    names: Texts
    kind: RewardKind
    points: int
    amount: int = 0
    currency: str = ""
    variant_id: VariantId | None = None
    promotion: str = ""
    valid_days: int | None = None
    tier: str = ""  # from which tier on; none: everybody


class Confirmed(StrEnum):
    """When points become hers: once it is paid, or once the goods have reached her; `confirm_days` later."""

    PAID = "paid"
    FULFILLED = "fulfilled"


class Overdrawn(StrEnum):
    """What becomes of points that are taken back after they were spent: the next ones settle it, or it is forgiven."""

    SETTLE = "settle"
    FORGIVE = "forgive"


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """All that a programme says. Periods are in days; `valid_days` None: points do not lapse."""

    names: Texts
    units: Texts
    earn: tuple[EarnRule, ...] = ()
    burn: BurnRule = BurnRule()
    tiers: tuple[Tier, ...] = ()
    tier_by: TierBy = TierBy.POINTS
    tier_days: int = 365
    rewards: tuple[Reward, ...] = ()
    valid_days: int | None = 365
    notice_days: int = 30
    give_back_days: int = 30
    confirmed: Confirmed = Confirmed.FULFILLED
    confirm_days: int = 14
    overdrawn: Overdrawn = Overdrawn.SETTLE
    earns_on_points: bool = False
    joins_by_buying: bool = True
    referrals_max: int = 10  # of one member in `tier_days`

    def rule(self, code: str) -> EarnRule | None:
        return next((one for one in self.earn if one.code == code), None)

    def tier(self, code: str) -> Tier | None:
        return next((one for one in self.tiers if one.code == code), None)

    def reward(self, code: str) -> Reward | None:
        return next((one for one in self.rewards if one.code == code), None)


class Programme(msgspec.Struct, frozen=True):
    """`terms` as they are being written, changed `draft` times; those of `version` count."""

    id: ProgrammeId
    code: str
    state: ProgrammeState
    market_ids: tuple[MarketId, ...]
    terms: Terms
    draft: int
    version: int | None
    changed_at: datetime
    actor_name: str


class Running(msgspec.Struct, frozen=True):
    """A programme where it runs, with the terms that count."""

    id: ProgrammeId
    code: str
    version: int
    terms: Terms


class Member(msgspec.Struct, frozen=True):
    programme_id: ProgrammeId
    customer_id: CustomerId
    tier: str
    tier_until: datetime | None
    referral_code: str
    referred_by: CustomerId | None
    birth_month: int | None
    birth_day: int | None
    joined_at: datetime


class TierProgress(msgspec.Struct, frozen=True):
    """Where she stands: `counted` in the last days; `missing` to the next tier, which is empty at the top."""

    tier: str
    name: str
    benefits: tuple[str, ...]
    until: datetime | None
    counted: int
    next: str
    next_name: str
    missing: int


class RewardTaken(msgspec.Struct, frozen=True):
    """A reward she has: a voucher that pays (`card_id`), or a coupon."""

    id: RewardTakenId
    programme_id: ProgrammeId
    customer_id: CustomerId
    reward: str
    points: int
    card_id: GiftCardId | None
    promotion: str | None
    coupon_code: str | None
    taken_at: datetime
    expires_at: datetime | None
    returned_at: datetime | None


class RuleCost(msgspec.Struct, frozen=True):
    rule: str
    purchases: int
    points: int


class EarnedBy(msgspec.Struct, frozen=True):
    customer_id: CustomerId
    points: int


class TriedTerms(msgspec.Struct, frozen=True):
    """What terms would have given for these purchases, and what that is worth in minor units where points are worth something."""

    purchases: int
    customers: int
    spend: Mapping[str, int]
    points: int
    worth: Mapping[str, int]
    rules: tuple[RuleCost, ...]
    most: tuple[EarnedBy, ...]


@dataclass(eq=False)
class BadTerms(Refused):
    """Terms that cannot be: `field` says where, `why` what."""

    code, status = "loyalty.bad_terms", 422
    field: str
    why: str


@dataclass(eq=False)
class ProgrammeChanged(Refused):
    """Somebody has changed it since you looked."""

    code, status = "loyalty.programme_changed", 409
    draft: int


@dataclass(eq=False)
class ProgrammeEnded(Refused):
    code, status = "loyalty.programme_ended", 409


@dataclass(eq=False)
class MarketTaken(Refused):
    """Another programme runs in this market: end it first."""

    code, status = "loyalty.market_taken", 409
    market_id: MarketId
    programme: str


@dataclass(eq=False)
class NoProgramme(Refused):
    """No programme runs in this market."""

    code, status = "loyalty.no_programme", 409


@dataclass(eq=False)
class UnknownReward(Refused):
    code, status = "loyalty.unknown_reward", 404
    reward: str


@dataclass(eq=False)
class RewardOfTier(Refused):
    """This reward is for a higher tier."""

    code, status = "loyalty.reward_of_tier", 409
    tier: str


@dataclass(eq=False)
class PromotionOver(Refused):
    """The promotion that this reward is a coupon of does not run."""

    code, status = "loyalty.promotion_over", 409
    promotion: str


@dataclass(eq=False)
class BadReferral(Refused):
    """A code that is nobody's, one's own, or comes too late: only who has bought nothing yet is a new friend."""

    code, status = "loyalty.bad_referral", 409


@dataclass(eq=False)
class BadBirthday(Refused):
    """Not a day of the year, or already told: the office may change it."""

    code, status = "loyalty.bad_birthday", 422
