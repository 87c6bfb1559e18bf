"""SQL of returns."""

from datetime import datetime

import msgspec

from portico.platform.db import Query
from portico.pricing.types import LineItemId
from portico.returns.types import Head, Policy, ReturnId, ReturnLine, Step

_HEAD = """id, code, order_id, market_id, state, way, location_id, customer_id, guest_id, currency, value, fee, refunded, note,
        override_reason, actor, actor_name, requested_at, changed_at"""


class Asked(msgspec.Struct, frozen=True):
    """How many of a line are part of a return under way."""

    line_id: LineItemId
    quantity: int


FIND = Query(Head, f"select {_HEAD} from returns.return where id = any(:ids::uuid[]) or code = :code")
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
    select id, return_id, position, line_id, variant_id, quantity, reason, exchanged, blocks, grades
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
            override_reason, actor, actor_name, requested_at, changed_at)
        values (:id, :code, :order_id, :market_id, 'requested', :way, :location_id, :customer_id, :guest_id, :currency, :note,
            :override_reason, :actor, :actor_name, :now, :now)
    )
    insert into returns.line (id, return_id, position, line_id, variant_id, quantity, reason, exchanged, blocks)
    select id, :id, position, line_id, variant_id, quantity, reason, :exchanged,
        coalesce(string_to_array(nullif(blocks, ''), ' '), '{}')
    from unnest(:line_ids::uuid[], :positions::smallint[], :order_line_ids::uuid[], :variant_ids::uuid[], :quantities::bigint[],
        :reasons::text[], :blocks::text[])
        as line (id, position, line_id, variant_id, quantity, reason, blocks)
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
    select market_id, category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once, active
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
    insert into returns.policy (market_id, category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once,
        active)
    select :market_id, category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once, active
    from unnest(:categories::text[], :days::smallint[], :fault_days::smallint[], :restocking_ppms::int[], :postages::bigint[],
        :final_sales::boolean[], :approve_at_onces::boolean[], :actives::boolean[])
        as policy (category, days, fault_days, restocking_ppm, postage, final_sale, approve_at_once, active)
    on conflict (market_id, category) do update
    set days = excluded.days, fault_days = excluded.fault_days, restocking_ppm = excluded.restocking_ppm,
        postage = excluded.postage, final_sale = excluded.final_sale, approve_at_once = excluded.approve_at_once,
        active = excluded.active
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
