"""SQL of returns."""

from datetime import datetime

import msgspec

from portico.fulfillment.types import LabelFile
from portico.platform.db import Query
from portico.pricing.types import LineItemId
from portico.returns.types import Head, Policy, ReturnId, ReturnLabel, ReturnLine, Step

_HEAD = """id, code, order_id, market_id, state, way, location_id, customer_id, guest_id, currency, value, fee, refunded, note,
        override_reason, actor, actor_name, requested_at, changed_at, link_token"""
_LABEL = """return_id, label, carrier, service, weight_grams, send_to, carrier_ref, tracking_code, tracking_url, cost, currency,
        error"""


class Asked(msgspec.Struct, frozen=True):
    """How many of a line are part of a return under way."""

    line_id: LineItemId
    quantity: int


FIND = Query(
    Head,
    f"""
    select {_HEAD}
    from returns.return
    where id = any(:ids::uuid[]) or code = :code or link_token = :link_token
        or id in (select return_id from returns.label where tracking_code = nullif(:code, ''))
    """,
)
OF_ORDER = Query(
    Head, f"select {_HEAD} from returns.return where order_id = any(:order_ids::uuid[]) order by requested_at, id"
)
LIST = Query(
    Head,
    f"""
    select {_HEAD}
    from returns.return
    where (:order_id::uuid is null or order_id = :order_id)
        and (:customer_id::uuid is null or customer_id = :customer_id)
        and (:guest_id::uuid is null or guest_id = :guest_id)
        and (:location_id::uuid is null or location_id = :location_id)
        and (:state::text is null or state = :state)
        and (:before_at::timestamptz is null or (changed_at, id) < (:before_at, :before_id::uuid))
    order by changed_at desc, id desc
    limit :rows_max
    """,
)
LINES = Query(
    ReturnLine,
    """
    select id, return_id, position, line_id, variant_id, quantity, reason, exchanged, blocks, grades, unit_price,
        price_from, price_sold_at
    from returns.line
    where return_id = any(:ids::uuid[])
    order by return_id, position
    """,
)
STEPS = Query(
    Step,
    """
    select return_id, number, event, state, reason, actor, actor_name, location_id, at
    from returns.step
    where return_id = any(:ids::uuid[])
    order by return_id, number
    """,
)
ASKED = Query(
    Asked,
    """
    select line.line_id, sum(line.quantity)::bigint
    from returns.return join returns.line on line.return_id = return.id
    where return.order_id = :order_id and return.state in ('requested', 'approved', 'in_transit', 'received')
        and line.line_id is not null
    group by 1
    """,
)
ADD = Query(
    None,
    """
    with made as (
        insert into returns.return (id, code, order_id, market_id, state, way, location_id, customer_id, guest_id, currency, note,
            override_reason, actor, actor_name, requested_at, changed_at, link_token)
        values (:id, :code, :order_id, :market_id, 'requested', :way, :location_id, :customer_id, :guest_id, :currency, :note,
            :override_reason, :actor, :actor_name, :now, :now, :link_token)
    )
    insert into returns.line (id, return_id, position, line_id, variant_id, quantity, reason, exchanged, blocks, unit_price,
        price_from, price_sold_at)
    select id, :id, position, line_id, variant_id, quantity, reason, :exchanged,
        coalesce(string_to_array(nullif(blocks, ''), ' '), '{}'), unit_price, price_from, price_sold_at
    from unnest(:line_ids::uuid[], :positions::smallint[], :order_line_ids::uuid[], :variant_ids::uuid[], :quantities::bigint[],
        :reasons::text[], :blocks::text[], :unit_prices::bigint[], :price_froms::text[], :price_sold_ats::timestamptz[])
        as line (id, position, line_id, variant_id, quantity, reason, blocks, unit_price, price_from, price_sold_at)
    """,
)
GO_ON = Query(
    ReturnId,
    """
    with stepped as (
        insert into returns.step (return_id, number, event, state, reason, actor, actor_name, location_id, at)
        select :id, coalesce(max(number), 0) + 1, :event, :state, :reason, :actor, :actor_name, :location_id, :now
        from returns.step
        where return_id = :id
    )
    update returns.return
    set state = :state, location_id = coalesce(:location_id, location_id), value = :value, fee = :fee, refunded = :refunded,
        changed_at = :now
    where id = :id and state = :before
    returning id
    """,
)
GRADE = Query(
    None,
    """
    update returns.line
    set grades = now.grades::jsonb
    from unnest(:ids::uuid[], :grades::text[]) as now (id, grades)
    where line.id = now.id
    """,
)
POLICIES = Query(
    Policy,
    """
    select market_id, category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once, by_post, carrier,
        service, parcel_grams, send_to, price_days, active
    from returns.policy
    where market_id = :market_id
    order by category
    """,
)
PUT_POLICIES = Query(
    None,
    """
    with gone as (
        delete from returns.policy where market_id = :market_id and not (category = any(:categories::text[]))
    )
    insert into returns.policy (market_id, category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once, by_post,
        carrier, service, parcel_grams, send_to, price_days, active)
    select :market_id, category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once, by_post, carrier, service,
        parcel_grams, send_to, price_days, active
    from unnest(:categories::text[], :days::smallint[], :fault_days::smallint[], :restocking_ppms::int[], :postages::bigint[],
        :final_sales::boolean[], :approve_at_onces::boolean[], :by_posts::boolean[], :carriers::text[], :services::text[],
        :parcel_grams::int[], :send_tos::uuid[], :price_days::smallint[], :actives::boolean[])
        as policy (category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once, by_post, carrier, service,
            parcel_grams, send_to, price_days, active)
    on conflict (market_id, category) do update
    set days = excluded.days, fault_days = excluded.fault_days, restocking_ppm = excluded.restocking_ppm,
        postage = excluded.postage, final_sale = excluded.final_sale, approve_at_once = excluded.approve_at_once,
        by_post = excluded.by_post, carrier = excluded.carrier, service = excluded.service,
        parcel_grams = excluded.parcel_grams, send_to = excluded.send_to, price_days = excluded.price_days, active = excluded.active
    """,
)
LABELS = Query(ReturnLabel, f"select {_LABEL} from returns.label where return_id = any(:ids::uuid[])")
ASK_LABEL = Query(
    ReturnId,
    """
    insert into returns.label (return_id, label, carrier, service, weight_grams, send_to, asked_at)
    values (:id, 'asked', :carrier, :service, :weight_grams, :send_to, :now)
    on conflict (return_id) do update
    set label = 'asked', carrier = excluded.carrier, service = excluded.service, carrier_ref = '', error = '', asked_at = :now
    where label.label = 'failed'
    returning return_id
    """,
)
MOVE_LABEL = Query(
    ReturnId,
    """
    update returns.label
    set label = :after, error = :error
    where return_id = :id and label = :before
    returning return_id
    """,
)
KEEP_REF = Query(None, "update returns.label set carrier_ref = :carrier_ref where return_id = :id and carrier_ref = ''")
KEEP_LABEL = Query(
    ReturnId,
    """
    update returns.label
    set label = 'bought', error = '', carrier_ref = :carrier_ref, service = :service, tracking_code = :tracking_code,
        tracking_url = :tracking_url, label_bytes = :label, label_type = :label_type, cost = :cost, currency = :currency
    where return_id = :id and label = :before
    returning return_id
    """,
)
LABEL_FILE = Query(
    LabelFile, "select label_bytes, label_type from returns.label where return_id = :id and label = 'bought'"
)
TRACKED = Query(
    Head,
    f"""
    select {_HEAD}
    from returns.return
    where id in (select return_id from returns.label where tracking_code = any(:codes::text[])) and state = 'approved'
    order by id
    """,
)


class PolicyVersion(msgspec.Struct, frozen=True):
    version: int
    changed_at: datetime
    actor_name: str


POLICY_VERSION = Query(
    PolicyVersion, "select version, changed_at, actor_name from returns.policy_version where market_id = :market_id"
)
# One statement decides which of two is the second: `expected` 0 is the first ever, and null asks nothing.
NEXT_VERSION = Query(
    int,
    """
    insert into returns.policy_version as kept (market_id, version, changed_at, actor, actor_name)
    values (:market_id, 1, :now, :actor, :actor_name)
    on conflict (market_id) do update
    set version = kept.version + 1, changed_at = excluded.changed_at, actor = excluded.actor, actor_name = excluded.actor_name
    where :expected::int is null or kept.version = :expected
    returning version
    """,
)
