"""SQL of promotions: what they say, what they said, and how much they were used."""

from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.db import Query
from portico.pricing.types.promotions import Promotion, PromotionId, Rule, Version

_SHOWN = """
    select promotion.id, promotion.market_id, promotion.version, promotion.state, promotion.rule, coalesce(used.uses, 0),
        coalesce(used.spent, 0), promotion.changed_at, promotion.changed_by
    from pricing.promotion
    left join pricing.promotion_use as used on used.promotion_id = promotion.id
"""
BY_ID = Query(Promotion, f"{_SHOWN} where promotion.id = any(:ids::uuid[])")
BY_CODES = Query(Promotion, f"{_SHOWN} where promotion.market_id = :market_id and promotion.code = any(:codes::text[])")
LIST = Query(
    Promotion,
    f"""{_SHOWN}
    where promotion.market_id = :market_id and (:state::text is null or promotion.state = :state)
        and (:after::uuid is null or promotion.id < :after)
    order by promotion.id desc
    limit :rows_max
    """,
)


class LiveRow(msgspec.Struct, frozen=True):
    id: PromotionId
    version: int
    rule: Rule


LIVE = Query(
    LiveRow,
    "select id, version, rule from pricing.promotion where market_id = :market_id and state = 'live' order by code",
)
LOCK = Query(
    Promotion,
    """
    select id, market_id, version, state, rule, 0::bigint, 0::bigint, changed_at, changed_by
    from pricing.promotion
    where id = :id
    for update
    """,
)
COUNT_LIVE = Query(int, "select count(*)::int from pricing.promotion where market_id = :market_id and state = 'live'")
PUT = Query(
    None,
    """
    with promotion as (
        insert into pricing.promotion as old (id, market_id, code, state, version, rule, changed_at, changed_by)
        values (:id, :market_id, :code, :state, :version, :rule::text::jsonb, :now, :actor_name)
        on conflict (id) do update
            set code = excluded.code, state = excluded.state, version = excluded.version, rule = excluded.rule,
                changed_at = excluded.changed_at, changed_by = excluded.changed_by
        returning id
    ), used as (
        insert into pricing.promotion_use (promotion_id, uses_max, budget)
        select id, :uses_max::bigint, :budget::bigint from promotion
        on conflict (promotion_id) do update
            set uses_max = excluded.uses_max, budget = excluded.budget,
                over = promotion_use.over or coalesce(promotion_use.uses > excluded.uses_max, false)
                    or coalesce(promotion_use.spent > excluded.budget, false)
    )
    insert into pricing.promotion_version (promotion_id, version, state, rule, actor, actor_name, changed_at)
    select id, :version, :state, :rule::text::jsonb, :actor, :actor_name, :now from promotion
    """,
)
VERSIONS = Query(
    Version,
    """
    select promotion_id, version, state, rule, actor, actor_name, changed_at
    from pricing.promotion_version
    where promotion_id = :id
    order by version desc
    limit :rows_max
    """,
)
VERSIONS_NAMED = Query(
    Version,
    """
    select promotion_id, promotion_version.version, state, rule, actor, actor_name, changed_at
    from pricing.promotion_version
    join unnest(:ids::uuid[], :versions::int[]) as asked (id, version)
        on asked.id = promotion_id and asked.version = promotion_version.version
    """,
)
VERSIONS_SINCE = Query(
    Version,
    """
    select promotion_id, version, state, rule, actor, actor_name, changed_at
    from pricing.promotion_version
    where promotion_id in (select id from pricing.promotion where market_id = :market_id) and (
        changed_at > :since or (promotion_id, version) in (
            select promotion_id, max(version) from pricing.promotion_version where changed_at <= :since group by promotion_id
        ))
    order by promotion_id, version
    """,
)


class UseRow(msgspec.Struct, frozen=True):
    """How much a promotion was used; `customer_id`: how often by her."""

    promotion_id: PromotionId
    customer_id: CustomerId | None
    uses: int
    spent: int
    uses_max: int | None
    budget: int | None


class LimitRow(msgspec.Struct, frozen=True):
    """A promotion that has an end, in all or for each customer."""

    promotion_id: PromotionId
    of_customer: int | None


LIMITS = Query(
    LimitRow,
    """
    select id, (rule->'caps'->>'uses_per_customer')::bigint
    from pricing.promotion
    where id = any(:promotion_ids::uuid[]) and (rule->'caps'->>'uses' is not null or rule->'caps'->>'budget' is not null
        or rule->'caps'->>'uses_per_customer' is not null)
    """,
)
USES = Query(
    UseRow,
    """
    select promotion_id, null::uuid, uses, spent, uses_max, budget
    from pricing.promotion_use
    where promotion_id = any(:promotion_ids::uuid[])
    union all
    select promotion_id, customer_id, uses, 0, null, null
    from pricing.customer_use
    where customer_id = any(:customer_ids::uuid[]) and promotion_id = any(:promotion_ids::uuid[])
    """,
)
LOCK_USES = Query(
    UseRow,
    """
    select promotion_id, null::uuid, uses, spent, uses_max, budget
    from pricing.promotion_use
    where promotion_id = any(:promotion_ids::uuid[])
    order by promotion_id
    for update
    """,
)
OPEN_CUSTOMER_USES = Query(
    None,
    """
    insert into pricing.customer_use (promotion_id, customer_id)
    select promotion_id, customer_id
    from unnest(:promotion_ids::uuid[], :customer_ids::uuid[]) as asked (promotion_id, customer_id)
    order by customer_id, promotion_id
    on conflict do nothing
    """,
)
LOCK_CUSTOMER_USES = Query(
    UseRow,
    """
    select customer_use.promotion_id, customer_use.customer_id, uses, 0::bigint, null::bigint, null::bigint
    from pricing.customer_use
    join unnest(:promotion_ids::uuid[], :customer_ids::uuid[]) as asked (promotion_id, customer_id)
        on asked.customer_id = customer_use.customer_id and asked.promotion_id = customer_use.promotion_id
    order by customer_use.customer_id, customer_use.promotion_id
    for update of customer_use
    """,
)
COUNT_USES = Query(
    None,
    """
    update pricing.promotion_use
    set uses = promotion_use.uses + asked.uses, spent = promotion_use.spent + asked.spent,
        over = promotion_use.over or asked.over
    from (
        select promotion_id, sum(one.uses) as uses, sum(one.spent) as spent, bool_or(one.over) as over
        from unnest(:promotion_ids::uuid[], :mores::bigint[], :spents::bigint[], :overs::boolean[])
            as one (promotion_id, uses, spent, over)
        group by promotion_id
    ) as asked
    where asked.promotion_id = promotion_use.promotion_id
    """,
)
COUNT_CUSTOMER_USES = Query(
    None,
    """
    update pricing.customer_use
    set uses = customer_use.uses + asked.more
    from (
        select promotion_id, customer_id, sum(more) as more
        from unnest(:promotion_ids::uuid[], :customer_ids::uuid[], :mores::bigint[]) as one (promotion_id, customer_id, more)
        group by promotion_id, customer_id
    ) as asked
    where asked.promotion_id = customer_use.promotion_id and asked.customer_id = customer_use.customer_id
    """,
)


class RedemptionRow(msgspec.Struct, frozen=True):
    promotion_id: PromotionId
    version: int
    customer_id: CustomerId | None
    coupon: str | None
    amount: int
    released_at: datetime | None


REDEEM = Query(
    None,
    """
    insert into pricing.redemption (order_id, promotion_id, version, customer_id, coupon, amount, currency, redeemed_at)
    select *
    from unnest(:order_ids::uuid[], :promotion_ids::uuid[], :versions::int[], :customer_ids::uuid[], :coupons::text[],
        :amounts::bigint[], :currencies::text[], :redeemed_ats::timestamptz[])
    """,
)
# Whoever changes what an order has of promotions holds the order.
REDEMPTIONS = Query(
    RedemptionRow,
    """
    select promotion_id, version, customer_id, coupon, amount, released_at
    from pricing.redemption
    where order_id = :order_id
    order by promotion_id
    """,
)
SET_REDEMPTIONS = Query(
    None,
    """
    update pricing.redemption
    set amount = asked.amount, released_at = case when :released then :now::timestamptz end
    from unnest(:promotion_ids::uuid[], :amounts::bigint[]) as asked (promotion_id, amount)
    where redemption.order_id = :order_id and redemption.promotion_id = asked.promotion_id
    """,
)


class Effect(msgspec.Struct, frozen=True):
    """What a promotion has done in a currency."""

    promotion_id: PromotionId
    currency: str
    orders: int
    customers: int
    amount: int


EFFECTS = Query(
    Effect,
    """
    select promotion_id, currency, count(*), count(distinct customer_id), sum(amount)::bigint
    from pricing.redemption
    where promotion_id = any(:ids::uuid[]) and released_at is null
    group by promotion_id, currency
    """,
)
