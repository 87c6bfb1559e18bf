"""SQL of asking buyers to pay."""

from portico.orders.types import PaymentRequest
from portico.platform.db import Query

ASK = Query(
    PaymentRequest,
    """
    insert into orders.payment_request (id, order_id, cause, amount, by_mail, actor, actor_name, asked_at, expires_at)
    values (:id, :order_id, :cause, :amount, :by_mail, :actor, :actor_name, :now, :expires_at)
    on conflict (order_id, cause) do nothing
    returning id, order_id, cause, amount, by_mail, actor, actor_name, asked_at, expires_at
    """,
)
ASKED = Query(
    PaymentRequest,
    """
    select id, order_id, cause, amount, by_mail, actor, actor_name, asked_at, expires_at
    from orders.payment_request
    where order_id = :order_id
    order by asked_at, id
    """,
)
