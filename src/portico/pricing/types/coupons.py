"""Coupons: words or codes that open a promotion, for one use each or for many."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types.promotions import PromotionId

BATCH_MAX = 1_000_000
CODE_LETTERS = 12  # of thirty: whoever tries a billion finds none of a million


class BatchId(Id, prefix="cpb"):
    __slots__ = ()


class NewBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Coupons to make: `count` random ones that begin with `prefix`, or the one word `code`."""

    promotion_id: PromotionId
    count: int = 1
    prefix: str = ""
    code: str | None = None
    uses_max: int = 1
    ends_before: datetime | None = None
    customer_id: CustomerId | None = None


class CouponBatch(msgspec.Struct, frozen=True):
    id: BatchId
    promotion_id: PromotionId
    coupons: int
    uses_max: int
    ends_before: datetime | None
    made_by: str
    made_at: datetime
    uses: int


class Coupon(msgspec.Struct, frozen=True):
    code: str
    uses: int
    uses_max: int


class CouponPage(msgspec.Struct, frozen=True):
    items: tuple[Coupon, ...]
    next_cursor: str | None


@dataclass(eq=False)
class BadBatch(Refused):
    code, status = "pricing.bad_batch", 422
    field: str
    problem: str


@dataclass(eq=False)
class CouponTaken(Refused):
    """This word opens a promotion already."""

    code, status = "pricing.coupon_taken", 409
    given: str


@dataclass(eq=False)
class UnknownCoupon(Refused):
    """No coupon of this market says this, or it is no longer good: `why` is `unknown`, `over`, `used`, `of_another`."""

    code, status = "pricing.unknown_coupon", 404
    given: str
    why: str


@dataclass(eq=False)
class TooManyCoupons(Refused):
    code, status = "pricing.too_many_coupons", 409
    coupons_max: int


@dataclass(eq=False)
class CouponUsed(Refused):
    """Somebody else has used it meanwhile."""

    code, status = "pricing.coupon_used", 409
    given: str
