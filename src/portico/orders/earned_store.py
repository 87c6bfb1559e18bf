"""SQL of what orders are to loyalty."""

from portico.orders.types import OrderId
from portico.platform.db import Query

LATELY = Query(
    OrderId,
    """
    select id
    from orders."order"
    where market_id = any(:market_ids::uuid[]) and customer_id is not null and placed_at > :since and state <> 'canceled'
    order by placed_at desc, id desc
    limit :rows_max
    """,
)
WITH_VARIANTS = Query(
    OrderId,
    """
    select distinct order_id
    from orders.line
    where order_id = any(:order_ids::uuid[]) and variant_id = any(:variant_ids::uuid[])
    order by order_id
    """,
)
