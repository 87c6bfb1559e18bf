"""SQL of lots, earnings and what was drawn."""

from uuid import UUID

import msgspec

from portico.customers.types import CustomerId
from portico.loyalty.types import Draw, Earning, PointLot, PointsWorth, ProgrammeId
from portico.platform.db import Query

WORTH = Query(
    PointsWorth,
    "select market_id, points_per_minor from loyalty.points_worth where market_id = any(:market_ids::uuid[])",
)
PUT_WORTH = Query(
    None,
    """
    insert into loyalty.points_worth (market_id, points_per_minor)
    select * from unnest(:market_ids::uuid[], :points_per_minors::int[])
    on conflict (market_id) do update set points_per_minor = excluded.points_per_minor
    """,
)

_LOT = "id, customer_id, programme_id, earning_id, earned, remaining, cause, reference, made_at, expires_at"

OPEN_LOTS = Query(
    PointLot,
    f"""
    select {_LOT}
    from loyalty.lot
    where customer_id = any(:customer_ids::uuid[]) and remaining > 0
    order by customer_id, expires_at nulls last, made_at, id
    """,
)
ADD_LOTS = Query(
    None,
    """
    insert into loyalty.lot (id, customer_id, programme_id, earning_id, earned, remaining, cause, reference, made_at, expires_at)
    select id, customer_id, programme_id, earning_id, earned, earned, cause, reference, :now, expires_at
    from unnest(:ids::uuid[], :customer_ids::uuid[], :programme_ids::uuid[], :earning_ids::uuid[], :earneds::bigint[],
        :causes::text[], :references::text[], :expires_ats::timestamptz[])
        as lot (id, customer_id, programme_id, earning_id, earned, cause, reference, expires_at)
    """,
)
DRAW_LOTS = Query(
    None,
    """
    update loyalty.lot
    set remaining = lot.remaining - drawn.points
    from (
        select id, sum(points)::bigint as points
        from unnest(:ids::uuid[], :points::bigint[]) as drawn (id, points)
        group by 1
    ) as drawn
    where lot.id = drawn.id
    """,
)
KEEP_DRAWS = Query(
    None,
    """
    insert into loyalty.draw (reference, lot_id, points, drawn_at)
    select reference, lot_id, points, :now
    from unnest(:references::uuid[], :ids::uuid[], :points::bigint[]) as draw (reference, lot_id, points)
    """,
)
DRAWS = Query(
    Draw,
    """
    select draw.reference, lot_id, customer_id, points, given_back, expires_at, programme_id
    from loyalty.draw join loyalty.lot on lot.id = draw.lot_id
    where draw.reference = :reference
    order by lot_id
    """,
)
PUT_BACK = Query(
    None,
    """
    with back as (
        select * from unnest(:ids::uuid[], :points::bigint[], :expires_ats::timestamptz[]) as back (id, points, expires_at)
    ), draws as (
        update loyalty.draw
        set given_back = given_back + back.points
        from back
        where draw.reference = :reference and draw.lot_id = back.id
    )
    update loyalty.lot
    set remaining = lot.remaining + back.points, expires_at = back.expires_at, told_at = null
    from back
    where lot.id = back.id
    """,
)
# Sweeps look here; whose lots they are is locked before anything is done.
LAPSED = Query(
    CustomerId,
    """
    select distinct customer_id
    from (
        select customer_id from loyalty.lot
        where remaining > 0 and expires_at <= :now
        order by expires_at
        limit :rows_max
    ) as lapsed
    """,
)
LAPSING = Query(
    PointLot,
    f"""
    update loyalty.lot
    set told_at = :now
    where id in (
        select lot.id
        from loyalty.lot join unnest(:programme_ids::uuid[], :untils::timestamptz[]) as notice (programme_id, until)
            on notice.programme_id = lot.programme_id
        where remaining > 0 and told_at is null and expires_at > :now and expires_at <= until
        order by expires_at
        limit :rows_max
    ) and told_at is null -- looked at again where somebody else was at it
    returning {_LOT}
    """,
)

_EARNING = "id, programme_id, customer_id, order_id, reference, rule, points, given, due_at, valid_days, earned_at"

PUT_PURCHASES = Query(
    None,
    """
    insert into loyalty.purchase as purchase (order_id, programme_id, version, customer_id, tier, channel, label, currency, spend,
        placed_at)
    select * from unnest(:order_ids::uuid[], :programme_ids::uuid[], :versions::int[], :customer_ids::uuid[], :tiers::text[],
        :channels::text[], :labels::text[], :currencies::text[], :spends::bigint[], :placed_ats::timestamptz[])
    on conflict (order_id) do update set spend = excluded.spend where purchase.spend <> excluded.spend
    """,
)


class PurchaseRow(msgspec.Struct, frozen=True):
    """By which terms an order is counted, and as whose."""

    order_id: UUID
    programme_id: ProgrammeId
    version: int
    customer_id: CustomerId
    tier: str
    label: str


PURCHASES = Query(
    PurchaseRow,
    """
    select order_id, programme_id, version, customer_id, tier, label
    from loyalty.purchase
    where order_id = any(:order_ids::uuid[])
    """,
)
# What it comes to by now. An occasion that was another order's stays that one's; a date once set stays.
PUT_EARNINGS = Query(
    None,
    """
    insert into loyalty.earning as earning (id, programme_id, customer_id, order_id, reference, rule, points, due_at, valid_days,
        earned_at)
    select id, programme_id, customer_id, order_id, reference, rule, points, due_at, valid_days, earned_at
    from unnest(:ids::uuid[], :programme_ids::uuid[], :customer_ids::uuid[], :order_ids::uuid[], :references::text[],
        :rules::text[], :points::bigint[], :due_ats::timestamptz[], :valid_days::int[], :earned_ats::timestamptz[])
        as new (id, programme_id, customer_id, order_id, reference, rule, points, due_at, valid_days, earned_at)
    on conflict (reference, rule) do update
    set points = excluded.points, due_at = coalesce(earning.due_at, excluded.due_at)
    where earning.order_id = excluded.order_id
        and (earning.points <> excluded.points or (earning.due_at is null and excluded.due_at is not null))
    """,
)
EARNINGS = Query(
    Earning,
    f"""
    select {_EARNING}
    from loyalty.earning
    where order_id = any(:order_ids::uuid[]) or id = any(:ids::uuid[])
    order by id
    """,
)
GIVEN = Query(
    None,
    """
    update loyalty.earning
    set given = points
    where id = any(:ids::uuid[])
    """,
)
DUE = Query(
    Earning,
    f"""
    select {_EARNING}
    from loyalty.earning
    where due_at <= :now and points > given
    order by due_at, id
    limit :rows_max
    """,
)
COMING = Query(
    Earning,
    f"""
    select {_EARNING}
    from loyalty.earning
    where customer_id = any(:customer_ids::uuid[]) and points > given
    order by earned_at desc, id desc
    limit :rows_max
    """,
)
BY_ID = Query(Earning, f"select {_EARNING} from loyalty.earning where id = any(:ids::uuid[])")


class Held(msgspec.Struct, frozen=True):
    customer_id: CustomerId
    points: int


HELD = Query(
    Held,
    """
    select customer_id, sum(remaining)::bigint
    from loyalty.lot
    where remaining > 0
    group by 1
    """,
)
