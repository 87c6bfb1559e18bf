"""SQL of what orders are to segments."""

from portico.orders.types import OrderId
from portico.platform.db import Query

OF_CUSTOMERS = Query(
    OrderId, 'select id from orders."order" where customer_id = any(:customer_ids::uuid[]) order by id'
)
