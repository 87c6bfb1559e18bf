"""SQL of goods that come back."""

from portico.orders.types import SoldFor
from portico.platform.db import Query

TAKE_BACK = Query(
    None,
    """
    with line as (
        update orders.line
        set returned = now.returned, exchanged = now.exchanged
        from unnest(:line_ids::uuid[], :returneds::bigint[], :exchangeds::bigint[]) as now (id, returned, exchanged)
        where line.id = now.id and (line.returned, line.exchanged) <> (now.returned, now.exchanged)
    ), adjusted as (
        insert into orders.adjustment (id, order_id, line_id, customer_id, type, status, quantity, amount, currency, reason,
            occurred_at, recorded_at)
        select id, :order_id, line_id, :customer_id, type, 'completed', quantity, amount, :currency, :reason, :now, :now
        from unnest(:adjustment_ids::uuid[], :adjustment_line_ids::uuid[], :adjustment_types::text[],
            :adjustment_quantities::bigint[], :adjustment_amounts::bigint[])
            as adjustment (id, line_id, type, quantity, amount)
    )
    update orders."order"
    set version = version + 1, state = :state, credited = credited + :value, fee = fee + :fee, total = total + :fee,
        carriage = :carriage::text::jsonb
    where id = :order_id
    """,
)
# What a line's units were sold for is its gross, less its share of what was taken off the order as a whole.
LOWEST = Query(
    SoldFor,
    """
    select distinct on (wanted.variant_id) wanted.variant_id, sold.amount, "order".placed_at, "order".id
    from unnest(:variant_ids::uuid[], :sinces::timestamptz[], :first_ids::uuid[]) as wanted (variant_id, since, first_id)
    cross join lateral (
        select line.order_id, line.gross, line.net_discount, line.scale, line.ordered - line.canceled as agreed
        from orders.line
        where line.variant_id = wanted.variant_id and line.order_id >= wanted.first_id
            and line.fulfilled > line.returned + line.exchanged and line.gross > 0
        order by line.order_id desc
        limit :lines_max
    ) as line
    join orders."order" on "order".id = line.order_id
    cross join lateral (
        select round(
            case
                when "order".items_discount + "order".discount + line.net_discount = 0 then line.gross
                else (
                    select line.gross + line.gross * ("order".items_discount + "order".discount + sum(each.net_discount)) / sum(each.gross)
                    from orders.line as each
                    where each.order_id = line.order_id
                )
            end * 10::numeric ^ line.scale / line.agreed
        )::bigint as amount
    ) as sold
    where "order".market_id = :market_id and "order".currency = :currency and "order".placed_at >= wanted.since
        and "order".placed_at <= :now and sold.amount > 0
    order by wanted.variant_id, sold.amount, "order".placed_at desc, "order".id
    """,
)
