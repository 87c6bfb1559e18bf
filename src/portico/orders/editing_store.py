"""SQL of changing orders."""

from portico.orders.types import Hold, Note
from portico.platform.db import Query

# The lines as they now are, new ones among them; the order's sums; why, in signed adjustments.
SAVE_EDIT = Query(
    None,
    """
    with changed as (
        update orders.line
        set ordered = now.ordered, canceled = now.canceled, unit_price = now.unit_price, net = now.net, tax = now.tax,
            gross = now.gross, tax_lines = now.tax_lines::jsonb, net_discount = now.net_discount, discounts = now.discounts::jsonb,
            price_fixed = now.price_fixed
        from unnest(:line_ids::uuid[], :ordereds::bigint[], :canceleds::bigint[], :unit_prices::bigint[], :nets::bigint[],
            :taxes::bigint[], :grosses::bigint[], :tax_lines::text[], :net_discounts::bigint[], :discounts::text[],
            :price_fixeds::boolean[])
            as now (id, ordered, canceled, unit_price, net, tax, gross, tax_lines, net_discount, discounts, price_fixed)
        where line.id = now.id
    ), added as (
        insert into orders.line (id, order_id, position, split_from, variant_id, public_id, sku, title, unit, scale, unit_price,
            net, tax, gross, ordered, tax_lines, net_discount, discounts)
        select id, :order_id, position, split_from, variant_id, public_id, sku, title, unit, scale, unit_price, net, tax,
            gross, ordered, tax_lines::jsonb, net_discount, discounts::jsonb
        from unnest(:new_ids::uuid[], :new_positions::smallint[], :new_split_froms::uuid[], :new_variant_ids::uuid[],
            :new_public_ids::text[], :new_skus::text[], :new_titles::text[], :new_units::text[], :new_scales::smallint[],
            :new_unit_prices::bigint[], :new_nets::bigint[], :new_taxes::bigint[], :new_grosses::bigint[],
            :new_ordereds::bigint[], :new_tax_lines::text[], :new_net_discounts::bigint[], :new_discounts::text[])
            as line (id, position, split_from, variant_id, public_id, sku, title, unit, scale, unit_price, net, tax, gross,
                ordered, tax_lines, net_discount, discounts)
    ), adjusted as (
        insert into orders.adjustment (id, order_id, line_id, customer_id, variant_id, type, status, quantity, amount, currency,
            reason, occurred_at, recorded_at)
        select id, :order_id, line_id, :customer_id, variant_id, type, 'completed', quantity, amount, :currency, :reason, :now,
            :now
        from unnest(:adjustment_ids::uuid[], :adjustment_line_ids::uuid[], :adjustment_variant_ids::uuid[],
            :adjustment_types::text[], :adjustment_quantities::bigint[], :adjustment_amounts::bigint[])
            as adjustment (id, line_id, variant_id, type, quantity, amount)
    ), gone as (
        delete from orders.tax_line where order_id = :order_id
    )
    update orders."order"
    set version = version + 1, state = :state, subtotal = :subtotal, items_discount = :items_discount,
        discount = :discount, tax = :tax, total = :total, fulfillment = :fulfillment, carriage = :carriage::text::jsonb,
        ship_to = :ship_to::text::jsonb, gift_message = :gift_message
    where id = :order_id
    """,
)
ADD_TAXES = Query(
    None,
    """
    insert into orders.tax_line (order_id, jurisdiction, rate_ppm, amount)
    select :order_id, jurisdiction, rate_ppm, amount
    from unnest(:jurisdictions::text[], :rates::int[], :amounts::bigint[]) as tax (jurisdiction, rate_ppm, amount)
    """,
)
# What is still promised, as it now is: what has been kept of a promise stays with it.
REPROMISE = Query(
    None,
    """
    with told as (
        select distinct expectation_id as id from orders.fulfillment_event where order_id = :order_id
    ), gone as (
        delete from orders.expectation
        where order_id = :order_id and fulfilled = 0 and not (id = any(:ids::uuid[])) and id not in (select id from told)
    ), kept as (
        update orders.expectation
        set quantity = now.quantity
        from unnest(:ids::uuid[], :quantities::bigint[]) as now (id, quantity)
        where expectation.id = now.id
    ), cut as (
        update orders.expectation
        set quantity = fulfilled
        where order_id = :order_id and not (id = any(:ids::uuid[])) and (fulfilled > 0 or id in (select id from told))
    )
    insert into orders.expectation (id, order_id, line_id, method, location_id, quantity, earliest, latest)
    select id, :order_id, line_id, method, location_id, quantity, earliest, latest
    from unnest(:new_ids::uuid[], :line_ids::uuid[], :methods::text[], :location_ids::uuid[], :new_quantities::bigint[],
        :earliests::timestamptz[], :latests::timestamptz[])
        as fresh (id, line_id, method, location_id, quantity, earliest, latest)
    """,
)
HOLDS = Query(
    Hold,
    """
    select id, order_id, kind, reason, actor, actor_name, placed_at, lifted_at, lifted_by, lifted_by_name
    from orders.hold
    where order_id = any(:ids::uuid[])
    order by order_id, id
    """,
)
HOLD = Query(
    None,
    """
    with held as (
        update orders."order" set on_hold = true, version = version + 1 where id = any(:order_ids::uuid[])
    )
    insert into orders.hold (id, order_id, kind, reason, actor, actor_name, placed_at)
    select id, order_id, :kind, :reason, actor, actor_name, :now
    from unnest(:ids::uuid[], :order_ids::uuid[], :actors::text[], :actor_names::text[])
        as hold (id, order_id, actor, actor_name)
    on conflict do nothing
    """,
)
LIFT = Query(
    None,
    """
    update orders.hold
    set lifted_at = :now, lifted_by = :actor, lifted_by_name = :actor_name
    where order_id = :order_id and kind = :kind and lifted_at is null
    """,
)
LIFTED = Query(
    None,
    """
    update orders."order"
    set version = version + 1,
        on_hold = exists (select from orders.hold where order_id = :order_id and lifted_at is null)
    where id = :order_id
    """,
)
NOTES = Query(
    Note,
    """
    select id, order_id, text, actor, actor_name, written_at
    from orders.note
    where order_id = any(:ids::uuid[])
    order by order_id, written_at, id
    """,
)
WRITE_NOTE = Query(
    None,
    """
    insert into orders.note (id, order_id, text, actor, actor_name, channel_id, written_at)
    values (:id, :order_id, :text, :actor, :actor_name, :channel_id, :now)
    """,
)
TAG = Query(None, 'update orders."order" set tags = :tags::text[], version = version + 1 where id = :order_id')
