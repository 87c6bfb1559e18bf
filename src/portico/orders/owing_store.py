"""SQL of who owes."""

import msgspec

from portico.customers.types import CustomerId
from portico.orders.types import OrderId
from portico.platform.db import Query


class Whose(msgspec.Struct, frozen=True):
    """Whose an order is, as far as a list of debts says it."""

    id: OrderId
    label: str
    customer_id: CustomerId | None
    buyer_given_name: str
    buyer_family_name: str

    @property
    def buyer_name(self) -> str:
        return f"{self.buyer_given_name} {self.buyer_family_name}".strip()


WHOSE = Query(
    Whose,
    """
    select id, label, customer_id, buyer_given_name, buyer_family_name from orders."order" where id = any(:ids::uuid[])
    """,
)
# Of what is held for an order, an invoice is one kind.
HELD = Query(
    OrderId,
    """
    select id
    from orders."order"
    where authorized > 0 and (:label::text is null or label = :label)
        and (:customer_ids::uuid[] is null or customer_id = any(:customer_ids))
        and (:company_id::uuid is null or company_id = :company_id)
    order by placed_at desc, id
    limit :rows_max
    """,
)
