"""SQL of orders that promotions are tried on."""

from portico.orders.types import OrderId
from portico.platform.db import Query

RECENT = Query(
    OrderId,
    """
    select id
    from orders."order"
    where placed_at >= :since and market_id = :market_id and payment_term <> 'settled_elsewhere'
    order by placed_at desc, id desc
    limit :rows_max
    """,
)
