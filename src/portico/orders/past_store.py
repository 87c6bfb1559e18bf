"""SQL for orders of the past: many rows at once, each known by the key it has in the system it comes from."""

from datetime import datetime

import msgspec

from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.orders.types import OrderId
from portico.platform.db import Query
from portico.pricing.types import LineItemId

# Whoever comes second with the same key, in this call or in another process, adds nothing and gets no row back.
RECORD = Query(
    OrderId,
    """
    insert into orders."order" (id, label, market_id, currency, taxes_included, customer_id, channel_id, actor,
        actor_name, language, link_token, external_ref, origin, placed_at, offset_minutes, recorded_at, payment_term,
        subtotal, tax, discount, fulfillment, total, state)
    select id, label, market_id, currency, taxes_included, customer_id, :channel, :actor, :actor_name, language,
        link_token, external_ref, origin::jsonb, placed_at, offset_minutes, :now, 'settled_elsewhere', subtotal, tax, discount,
        fulfillment, subtotal + tax + discount + fulfillment, 'fulfilled'
    from unnest(:ids::uuid[], :labels::text[], :market_ids::uuid[], :currencies::text[], :taxes_includeds::boolean[],
        :customer_ids::uuid[], :languages::text[], :link_tokens::text[], :external_refs::text[], :origins::text[],
        :placed_ats::timestamptz[], :offsets::smallint[], :subtotals::bigint[], :taxes::bigint[],
        :discounts::bigint[], :fulfillments::bigint[])
        as past (id, label, market_id, currency, taxes_included, customer_id, language, link_token, external_ref,
            origin, placed_at, offset_minutes, subtotal, tax, discount, fulfillment)
    on conflict (external_ref) do nothing
    returning id
    """,
)


class KnownOrder(msgspec.Struct, frozen=True):
    external_ref: str
    id: OrderId


KNOWN = Query(
    KnownOrder,
    """
    select external_ref, id
    from orders."order"
    where external_ref = any(:external_refs::text[])
    """,
)

LINE_COLUMNS = (
    "id", "order_id", "position", "variant_id", "public_id", "sku", "title", "unit", "scale", "unit_price", "net",
    "tax", "gross", "ordered", "fulfilled",
)  # fmt: skip


class KnownReturn(msgspec.Struct, frozen=True):
    external_ref: str
    order_id: OrderId | None


KNOWN_RETURNS = Query(
    KnownReturn,
    """
    select external_ref, order_id
    from orders.adjustment
    where external_ref = any(:external_refs::text[])
    """,
)

# Whoever changes an order's lines holds its row first.
LOCK_OF_CUSTOMERS = Query(
    OrderId,
    """
    select id
    from orders."order"
    where customer_id = any(:customer_ids::uuid[]) and payment_term = 'settled_elsewhere'
    order by id
    for update
    """,
)


class Bought(msgspec.Struct, frozen=True):
    """A line of which something may still go back: `left` in steps of the line's scale."""

    line_id: LineItemId
    order_id: OrderId
    customer_id: CustomerId
    variant_id: VariantId
    placed_at: datetime
    left: int


BOUGHT = Query(
    Bought,
    """
    select line.id, line.order_id, "order".customer_id, line.variant_id, "order".placed_at,
        line.fulfilled - line.returned - line.exchanged
    from orders."order"
    join orders.line on line.order_id = "order".id
    where "order".customer_id = any(:customer_ids::uuid[]) and "order".payment_term = 'settled_elsewhere'
        and (customer_id, line.variant_id) in (select * from unnest(:pair_customers::uuid[], :pair_variants::uuid[]))
        and line.fulfilled > line.returned + line.exchanged
    order by "order".placed_at desc, line.id
    """,
)
RECORD_ADJUSTMENTS = Query(
    None,
    """
    insert into orders.adjustment (id, order_id, line_id, customer_id, variant_id, type, status, quantity, amount,
        currency, reason, external_ref, occurred_at, recorded_at)
    select id, order_id, line_id, customer_id, variant_id, type, 'completed', quantity, amount, currency, reason,
        external_ref, occurred_at, :now
    from unnest(:ids::uuid[], :order_ids::uuid[], :line_ids::uuid[], :customer_ids::uuid[], :variant_ids::uuid[],
        :types::text[], :quantities::bigint[], :amounts::bigint[], :currencies::text[], :reasons::text[],
        :external_refs::text[], :occurred_ats::timestamptz[])
        as past (id, order_id, line_id, customer_id, variant_id, type, quantity, amount, currency, reason, external_ref,
            occurred_at)
    on conflict (external_ref) do nothing
    """,
)
COUNT_RETURNED = Query(
    None,
    """
    with went_back as (
        select line_id, sum(quantity)::bigint as quantity
        from unnest(:line_ids::uuid[], :quantities::bigint[]) as went_back (line_id, quantity)
        group by line_id
    )
    update orders.line
    set returned = returned + went_back.quantity
    from went_back
    where line.id = went_back.line_id
    """,
)
SETTLE_STATES = Query(
    None,
    """
    update orders."order"
    set version = version + 1,
        state = case
            when exists (select from orders.line where order_id = "order".id and returned < fulfilled) then state
            else 'returned'
        end
    where id = any(:ids::uuid[])
    """,
)
