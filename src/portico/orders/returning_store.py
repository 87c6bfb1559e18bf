"""SQL of goods that come back."""

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
    set version = version + 1, state = :state, credited = credited + :value, fee = fee + :fee, total = total + :fee
    where id = :order_id
    """,
)
