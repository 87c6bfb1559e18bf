"""SQL of coupons."""

from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.db import Query
from portico.pricing.types.coupons import BatchId, CouponBatch
from portico.pricing.types.promotions import PromotionId

MAKE_BATCH = Query(
    None,
    """
    insert into pricing.coupon_batch (id, promotion_id, coupons, uses_max, ends_before, actor, actor_name, made_at)
    values (:id, :promotion_id, :coupons, :uses_max, :ends_before, :actor, :actor_name, :now)
    """,
)
COLUMNS = ("code", "promotion_id", "batch_id", "customer_id", "uses_max")
KNOWN = Query(str, "select code from pricing.coupon where code = any(:codes::text[])")


class CouponRow(msgspec.Struct, frozen=True):
    code: str
    promotion_id: PromotionId
    customer_id: CustomerId | None
    uses: int
    uses_max: int
    ends_before: datetime | None


_COUPONS = """
    select coupon.code, coupon.promotion_id, coupon.customer_id, coupon.uses, coupon.uses_max, coupon_batch.ends_before
    from pricing.coupon
    join pricing.coupon_batch on coupon_batch.id = coupon.batch_id
    where coupon.code = any(:codes::text[])
"""
FIND = Query(CouponRow, _COUPONS)
LOCK = Query(CouponRow, f"{_COUPONS} order by coupon.code for update of coupon")
USE = Query(
    None,
    """
    update pricing.coupon
    set uses = coupon.uses + asked.more
    from (
        select code, sum(more) as more
        from unnest(:codes::text[], :mores::int[]) as one (code, more)
        group by code
    ) as asked
    where coupon.code = asked.code
    """,
)
BATCHES = Query(
    CouponBatch,
    """
    select coupon_batch.id, promotion_id, coupons, uses_max, ends_before, actor_name, made_at,
        (select coalesce(sum(uses), 0) from pricing.coupon where batch_id = coupon_batch.id)::bigint
    from pricing.coupon_batch
    where promotion_id = :promotion_id
    order by made_at desc, id desc
    limit :rows_max
    """,
)


class CodeRow(msgspec.Struct, frozen=True):
    code: str
    uses: int
    uses_max: int


CODES = Query(
    CodeRow,
    """
    select code, uses, uses_max
    from pricing.coupon
    where batch_id = :batch_id and code > :after
    order by code
    limit :rows_max
    """,
)
BATCH_OF = Query(BatchId, "select id from pricing.coupon_batch where id = :id")
