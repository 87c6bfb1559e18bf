"""SQL of orders."""

from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.orders.types import (
    Adjustment,
    Expectation,
    FulfillmentEvent,
    Head,
    Method,
    OrderId,
    OrderLine,
)
from portico.platform.db import Query

HEAD_COLUMNS = """id, label, version, market_id, currency, taxes_included, customer_id, guest_id, buyer_given_name,
        buyer_family_name, buyer_email, buyer_phone, channel_id, location_id, till_id, actor, actor_name, language, link_token,
        external_ref, placed_at, offset_minutes, payment_term, subtotal, items_discount, discount, fulfillment, tax, fee,
        total, paid, state, ship_to, authorized, credited, refunded, gift_message, tags, on_hold, company_id, po_number, carriage"""
LINE_COLUMNS = """id, order_id, position, parent_id, variant_id, public_id, sku, title, unit, scale, unit_price, net, tax,
        gross, ordered, canceled, fulfilled, returned, exchanged, tax_lines, split_from, net_discount, discounts, price_fixed"""


class TaxRow(msgspec.Struct, frozen=True):
    order_id: OrderId
    jurisdiction: str
    rate_ppm: int
    amount: int


class Waiting(msgspec.Struct, frozen=True):
    """How many units of an order wait at a location."""

    order_id: OrderId
    location_id: LocationId
    quantity: int


class Units(msgspec.Struct, frozen=True):
    order_id: OrderId
    quantity: int


class Spent(msgspec.Struct, frozen=True):
    currency: str
    orders: int
    amount: int


EXTERNAL = Query(Head, f'select {HEAD_COLUMNS} from orders."order" where external_ref = any(:external_refs::text[])')
PLACE = Query(
    None,
    """
    with placed as (
        insert into orders."order" (id, label, market_id, currency, taxes_included, customer_id, guest_id, buyer_given_name,
            buyer_family_name, buyer_email, buyer_phone, channel_id, location_id, till_id, actor, actor_name, language,
            cart_id, checkout_id, link_token, external_ref, origin, placed_at, offset_minutes, recorded_at, payment_term,
            subtotal, items_discount, discount, tax, total, paid, authorized, state, destination, ship_to, gift_message, tags, company_id, po_number,
            fulfillment, carriage)
        select id, label, market_id, currency, taxes_included, customer_id, guest_id, given_name, family_name, email, phone,
            channel_id, location_id, till_id, actor, actor_name, language, cart_id, checkout_id, link_token, external_ref,
            origin::jsonb, placed_at, offset_minutes, :now, payment_term, subtotal, items_discount, discount, tax, total, paid, authorized, state,
            destination::jsonb, ship_to::jsonb, gift_message, coalesce(string_to_array(nullif(tags, ''), ' '), '{}'), company_id, po_number,
            fulfillment, carriage::jsonb
        from unnest(:ids::uuid[], :labels::text[], :market_ids::uuid[], :currencies::text[], :taxes_includeds::boolean[],
            :customer_ids::uuid[], :guest_ids::uuid[], :given_names::text[], :family_names::text[], :emails::text[],
            :phones::text[], :channel_ids::uuid[], :location_ids::uuid[], :till_ids::uuid[], :actors::text[],
            :actor_names::text[], :languages::text[], :cart_ids::uuid[], :checkout_ids::uuid[], :link_tokens::text[],
            :external_refs::text[], :origins::text[], :placed_ats::timestamptz[], :offsets::smallint[],
            :payment_terms::text[], :subtotals::bigint[], :items_discounts::bigint[], :discounts::bigint[], :taxes::bigint[], :totals::bigint[], :paids::bigint[],
            :authorizeds::bigint[], :states::text[], :destinations::text[], :ship_tos::text[], :gift_messages::text[],
            :tags::text[], :company_ids::uuid[], :po_numbers::text[],
            :fulfillments::bigint[], :carriages::text[])
            as placed (id, label, market_id, currency, taxes_included, customer_id, guest_id, given_name, family_name,
                email, phone, channel_id, location_id, till_id, actor, actor_name, language, cart_id, checkout_id,
                link_token, external_ref, origin, placed_at, offset_minutes, payment_term, subtotal, items_discount, discount, tax, total, paid,
                authorized, state, destination, ship_to, gift_message, tags, company_id, po_number, fulfillment, carriage)
    ), line as (
        insert into orders.line (id, order_id, position, parent_id, variant_id, public_id, sku, title, unit, scale,
            unit_price, net, tax, gross, ordered, fulfilled, tax_lines, net_discount, discounts)
        select id, order_id, position, parent_id, variant_id, public_id, sku, title, unit, scale, unit_price, net, tax, gross,
            ordered, fulfilled, tax_lines::jsonb, net_discount, discounts::jsonb
        from unnest(:line_ids::uuid[], :line_order_ids::uuid[], :positions::smallint[], :parent_ids::uuid[],
            :variant_ids::uuid[], :public_ids::text[], :skus::text[], :titles::text[], :units::text[], :scales::smallint[],
            :unit_prices::bigint[], :line_nets::bigint[], :line_taxes::bigint[], :line_grosses::bigint[],
            :ordereds::bigint[], :fulfilleds::bigint[], :line_tax_lines::text[], :net_discounts::bigint[], :line_discounts::text[])
            as line (id, order_id, position, parent_id, variant_id, public_id, sku, title, unit, scale, unit_price, net, tax,
                gross, ordered, fulfilled, tax_lines, net_discount, discounts)
    ), tax as (
        insert into orders.tax_line (order_id, jurisdiction, rate_ppm, amount)
        select * from unnest(:tax_order_ids::uuid[], :tax_jurisdictions::text[], :tax_rates::int[], :tax_amounts::bigint[])
    ), promise as (
        insert into orders.expectation (id, order_id, line_id, method, location_id, quantity, fulfilled, earliest, latest)
        select * from unnest(:expectation_ids::uuid[], :expectation_order_ids::uuid[], :expectation_line_ids::uuid[],
            :methods::text[], :expectation_location_ids::uuid[], :quantities::bigint[], :expectation_fulfilleds::bigint[],
            :earliests::timestamptz[], :latests::timestamptz[])
    )
    insert into orders.fulfillment_event (id, order_id, line_id, expectation_id, type, quantity, location_id, actor,
        actor_name, channel_id, occurred_at, recorded_at)
    select id, order_id, line_id, expectation_id, type, quantity, location_id, actor, actor_name, channel_id, occurred_at, :now
    from unnest(:event_ids::uuid[], :event_order_ids::uuid[], :event_line_ids::uuid[], :event_expectation_ids::uuid[],
        :event_types::text[], :event_quantities::bigint[], :event_location_ids::uuid[], :event_actors::text[],
        :event_actor_names::text[], :event_channel_ids::uuid[], :event_occurred_ats::timestamptz[])
        as event (id, order_id, line_id, expectation_id, type, quantity, location_id, actor, actor_name, channel_id, occurred_at)
    """,
)

FIND = Query(
    Head,
    f"""
    select {HEAD_COLUMNS}
    from orders."order"
    where id = any(:ids::uuid[]) or label = :label or link_token = :link_token
    """,
)
LOCK = Query(Head, f'select {HEAD_COLUMNS} from orders."order" where id = :id for update')
LINES = Query(
    OrderLine,
    f"select {LINE_COLUMNS} from orders.line where order_id = any(:ids::uuid[]) order by order_id, position, id",
)
TAXES = Query(
    TaxRow,
    """
    select order_id, jurisdiction, rate_ppm, amount
    from orders.tax_line
    where order_id = any(:ids::uuid[])
    order by order_id, jurisdiction, rate_ppm
    """,
)
EXPECTATIONS = Query(
    Expectation,
    """
    select id, order_id, line_id, method, location_id, quantity, fulfilled, earliest, latest
    from orders.expectation
    where order_id = any(:ids::uuid[]) and quantity > 0
    order by order_id, id
    """,
)


class ToCome(msgspec.Struct, frozen=True):
    """What of an order comes in the same way, from the same place, at the same time."""

    order_id: OrderId
    label: str
    method: Method
    location_id: LocationId | None
    earliest: datetime
    latest: datetime | None
    lines: int


TO_COME = Query(
    ToCome,
    """
    select placed.id, placed.label, expectation.method, expectation.location_id, expectation.earliest, expectation.latest,
        count(distinct expectation.line_id)
    from orders."order" as placed join orders.expectation on expectation.order_id = placed.id
    where (placed.customer_id = any(:customer_ids::uuid[]) or placed.guest_id = :guest_id)
        and placed.state in ('open', 'partly_fulfilled') and expectation.fulfilled < expectation.quantity
    group by 1, 2, 3, 4, 5, 6
    order by expectation.earliest, placed.id
    limit :rows_max
    """,
)
EVENTS = Query(
    FulfillmentEvent,
    """
    select id, order_id, line_id, expectation_id, type, quantity, location_id, actor, actor_name, channel_id, occurred_at
    from orders.fulfillment_event
    where order_id = any(:ids::uuid[])
    order by order_id, id
    """,
)
ADJUSTMENTS = Query(
    Adjustment,
    """
    select id, order_id, line_id, type, status, quantity, amount, currency, reason, occurred_at
    from orders.adjustment
    where order_id = any(:ids::uuid[])
    order by order_id, occurred_at, id
    """,
)
# Keyset paging, newest first. A label or a reference is found whole; a person by her ids.
LIST = Query(
    Head,
    f"""
    select {HEAD_COLUMNS}
    from orders."order"
    where (:label::text is null or label = :label or external_ref = :external_ref)
        and (:ids::uuid[] is null or id = any(:ids))
        and (:customer_ids::uuid[] is null or customer_id = any(:customer_ids))
        and (:state::text is null or state = :state)
        and (:location_id::uuid is null or location_id = :location_id)
        and (:guest_id::uuid is null or guest_id = :guest_id)
        and (:company_id::uuid is null or company_id = :company_id)
        and (:collect_at::uuid is null or id in (
            select order_id from orders.expectation
            where method in ('collect', 'drive_up') and fulfilled < quantity and expectation.location_id = :collect_at))
        and (:before_at::timestamptz is null or (placed_at, id) < (:before_at, :before_id::uuid))
    order by placed_at desc, id desc
    limit :rows_max
    """,
)
WAITING = Query(
    Waiting,
    """
    select order_id, location_id, sum(quantity - fulfilled)::bigint
    from orders.expectation
    where order_id = any(:ids::uuid[]) and method in ('collect', 'drive_up') and fulfilled < quantity and location_id is not null
    group by 1, 2
    order by 1, 2
    """,
)
UNITS = Query(
    Units,
    """
    select order_id, sum(case when scale = 0 then ordered else 1 end)::bigint
    from orders.line
    where order_id = any(:ids::uuid[])
    group by 1
    """,
)
SPENT = Query(
    Spent,
    """
    select currency, count(*), sum(total)::bigint
    from orders."order"
    where customer_id = any(:customer_ids::uuid[])
    group by 1
    order by 3 desc
    """,
)
SPENT_FOR = Query(
    int,
    """
    select coalesce(sum(total), 0)::bigint
    from orders."order"
    where company_id = :company_id and placed_at >= :since and currency = :currency and customer_id = any(:customer_ids::uuid[])
    """,
)
CREDIT = Query(
    None,
    """
    with credited as (
        update orders."order" set credited = credited + :amount, version = version + 1 where id = :id
    )
    insert into orders.adjustment (id, order_id, customer_id, type, status, quantity, amount, currency, reason, occurred_at,
        recorded_at)
    values (:adjustment_id, :id, :customer_id, 'refund', 'completed', 0, -:amount::bigint, :currency, :reason, :now, :now)
    """,
)
SETTLE = Query(
    None,
    """
    update orders."order"
    set paid = :paid, authorized = :authorized, refunded = :refunded, version = version + 1
    where id = :id
    """,
)
# Promises that are not kept yet are taken back, those kept in part are cut to what was; others take their place.
SEND_OTHERWISE = Query(
    None,
    """
    with gone as (
        delete from orders.expectation where id = any(:gone_ids::uuid[]) and fulfilled = 0
    ), cut as (
        update orders.expectation set quantity = fulfilled where id = any(:gone_ids::uuid[]) and fulfilled > 0
    ), changed as (
        update orders."order" set version = version + 1 where id = :order_id
    )
    insert into orders.expectation (id, order_id, line_id, method, location_id, quantity, earliest, latest)
    select id, :order_id, line_id, 'ship', location_id, quantity, earliest, latest
    from unnest(:ids::uuid[], :line_ids::uuid[], :location_ids::uuid[], :quantities::bigint[], :earliests::timestamptz[],
        :latests::timestamptz[])
        as fresh (id, line_id, location_id, quantity, earliest, latest)
    """,
)
# What of a promise is sent from elsewhere: promises are cut, or taken back where nothing is left of them.
SEND_PART = Query(
    None,
    """
    with less as (
        select id, quantity from unnest(:less_ids::uuid[], :less_quantities::bigint[]) as less (id, quantity)
    ), gone as (
        delete from orders.expectation using less where expectation.id = less.id and expectation.quantity = less.quantity
    ), cut as (
        update orders.expectation
        set quantity = expectation.quantity - less.quantity
        from less
        where expectation.id = less.id and expectation.quantity > less.quantity
    ), changed as (
        update orders."order" set version = version + 1 where id = :order_id
    )
    insert into orders.expectation (id, order_id, line_id, method, location_id, quantity, earliest, latest)
    select id, :order_id, line_id, 'ship', location_id, quantity, earliest, latest
    from unnest(:ids::uuid[], :line_ids::uuid[], :location_ids::uuid[], :quantities::bigint[], :earliests::timestamptz[],
        :latests::timestamptz[])
        as fresh (id, line_id, location_id, quantity, earliest, latest)
    """,
)
TO_DO = Query(
    Expectation,
    """
    select id, order_id, line_id, method, location_id, quantity, fulfilled, earliest, latest
    from orders.expectation
    where order_id = :id and method <> 'carry_out' and fulfilled < quantity and location_id is not null
    order by id
    """,
)
# What happened and makes nothing fulfilled: it left for a store, it has come.
TELL = Query(
    None,
    """
    insert into orders.fulfillment_event (id, order_id, line_id, expectation_id, type, quantity, location_id, actor,
        actor_name, channel_id, occurred_at, recorded_at)
    select id, :order_id, line_id, expectation_id, :type, quantity, :location_id, :actor, :actor_name, :channel_id, :now, :now
    from unnest(:ids::uuid[], :line_ids::uuid[], :expectation_ids::uuid[], :quantities::bigint[])
        as event (id, line_id, expectation_id, quantity)
    """,
)
HAND_OVER = Query(
    None,
    """
    with promise as (
        update orders.expectation
        set fulfilled = expectation.fulfilled + given.quantity
        from unnest(:expectation_ids::uuid[], :quantities::bigint[]) as given (id, quantity)
        where expectation.id = given.id
    ), line as (
        update orders.line
        set fulfilled = line.fulfilled + given.quantity
        from (
            select id, sum(quantity)::bigint as quantity
            from unnest(:line_ids::uuid[], :quantities::bigint[]) as given (id, quantity)
            group by 1
        ) as given
        where line.id = given.id
    ), placed as (
        update orders."order" set version = version + 1, state = :state where id = :order_id
    )
    insert into orders.fulfillment_event (id, order_id, line_id, expectation_id, type, quantity, location_id, actor,
        actor_name, channel_id, occurred_at, recorded_at)
    select id, :order_id, line_id, expectation_id, :type, quantity, :location_id, :actor, :actor_name, :channel_id,
        :occurred_at, :now
    from unnest(:event_ids::uuid[], :line_ids::uuid[], :expectation_ids::uuid[], :quantities::bigint[])
        as event (id, line_id, expectation_id, quantity)
    """,
)


class OrderDifference(msgspec.Struct, frozen=True):
    """An order whose stored figure is not what its parts add up to."""

    what: str
    order_id: OrderId
    stored: int
    added_up: int


DIFFERENCES = Query(
    OrderDifference,
    """
    with line as (
        select order_id, sum(net + net_discount)::bigint as net, sum(tax)::bigint as tax
        from orders.line
        group by 1
    )
    select 'subtotal', id, subtotal, coalesce(line.net, 0)
    from orders."order" left join line on line.order_id = id
    where subtotal <> coalesce(line.net, 0)
    union all
    select 'tax', id, "order".tax, coalesce(line.tax, 0) + coalesce((carriage->>'tax')::bigint, 0)
    from orders."order" left join line on line.order_id = id
    where "order".tax <> coalesce(line.tax, 0) + coalesce((carriage->>'tax')::bigint, 0)
    union all
    select 'carriage', id, fulfillment, (carriage->>'net')::bigint
    from orders."order"
    where fulfillment <> (carriage->>'net')::bigint
    union all
    select 'fulfilled', line.order_id, line.fulfilled, coalesce(event.quantity, 0)
    from orders.line
        left join (
            select line_id, sum(quantity)::bigint as quantity
            from orders.fulfillment_event
            where type in ('handed_over', 'collected', 'shipped', 'delivered')
            group by 1
        ) as event on event.line_id = line.id
    where line.fulfilled <> coalesce(event.quantity, 0)
        and line.order_id not in (select id from orders."order" where payment_term = 'settled_elsewhere')
    order by 1, 2
    """,
)


class Paid(msgspec.Struct, frozen=True):
    id: OrderId
    paid: int
    authorized: int
    refunded: int


PAID = Query(
    Paid,
    """
    select id, paid, authorized, refunded
    from orders."order"
    where paid > 0 or authorized > 0 or refunded > 0
    order by id
    """,
)
