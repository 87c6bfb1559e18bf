"""SQL of the work: pieces of it, their lines, how long they took."""

from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.fulfillment.types import FulfillmentId, Learned, Node, Work, WorkLine
from portico.platform.db import Query

COLUMNS = """id, holder, order_label, buyer_name, location_id, destination_id, way, state, earliest, latest, due_at, code,
        hold_reason, shelf, wave_id, claimed_by, claimed_name, opened_at, started_at, picked_at, ready_at, done_at, version"""
LINE_COLUMNS = """fulfillment_id, line_id, variant_id, position, sku, title, unit, scale, tracked, per_unit, asked, picked, short,
        moved, packed, gone, put_back, lots, zone, zone_position"""

FIND = Query(
    Work,
    f"""
    select {COLUMNS}
    from fulfillment.fulfillment
    where id = any(:ids::uuid[]) or holder = any(:holders::text[])
    order by id
    """,
)
LOCK = Query(
    Work,
    f"""
    select {COLUMNS}
    from fulfillment.fulfillment
    where id = any(:ids::uuid[]) or holder = any(:holders::text[])
    order by id
    for update
    """,
)
LINES = Query(
    WorkLine,
    f"""
    select {LINE_COLUMNS}
    from fulfillment.fulfillment_line
    where fulfillment_id = any(:ids::uuid[])
    order by fulfillment_id, zone_position, position, sku, variant_id
    """,
)
# Keyset paging by when it is due. `place`: where it is worked on, or waits.
QUEUE = Query(
    Work,
    f"""
    select {COLUMNS}
    from fulfillment.fulfillment
    where (:location_ids::uuid[] is null
            or (location_id = any(:location_ids) and not (destination_id is not null and state in ('arrived', 'ready')))
            or (destination_id = any(:location_ids) and state in ('shipped', 'arrived', 'ready')))
        and (:states::text[] is null or state = any(:states))
        and (:states::text[] is not null
            or state not in ('delivered', 'handed_over', 'returned', 'not_fetched', 'canceled'))
        and (:ways::text[] is null or way = any(:ways))
        and (:wave_id::uuid is null or wave_id = :wave_id)
        and (:label::text is null or order_label = :label)
        and (:after_at::timestamptz is null or (due_at, id) > (:after_at, :after_id::uuid))
    order by due_at, id
    limit :rows_max
    """,
)


class Counted(msgspec.Struct, frozen=True):
    """So many pieces of work at a place in a state; `late` of them are past their time, `soon` nearly."""

    location_id: LocationId
    state: str
    works: int
    late: int
    soon: int


COUNTS = Query(
    Counted,
    """
    select case when destination_id is not null and state in ('arrived', 'ready') then destination_id else location_id end,
        state, count(*),
        count(*) filter (where due_at < :now::timestamptz),
        count(*) filter (where due_at between :now::timestamptz and :soon::timestamptz)
    from fulfillment.fulfillment
    where state not in ('delivered', 'handed_over', 'returned', 'not_fetched', 'canceled')
        and (:location_ids::uuid[] is null or location_id = any(:location_ids) or destination_id = any(:location_ids))
    group by 1, 2
    order by 1, 2
    """,
)
OPEN = Query(
    FulfillmentId,
    """
    insert into fulfillment.fulfillment (id, holder, order_label, buyer_name, location_id, destination_id, way, state, earliest,
        latest, due_at, code, hold_reason, opened_at)
    select id, :holder, :order_label, :buyer_name, location_id, destination_id, way, :state, earliest, latest, due_at, code,
        :hold_reason, :now
    from unnest(:ids::uuid[], :location_ids::uuid[], :destination_ids::uuid[], :ways::text[], :earliests::timestamptz[],
        :latests::timestamptz[], :due_ats::timestamptz[], :codes::text[])
        as fresh (id, location_id, destination_id, way, earliest, latest, due_at, code)
    on conflict do nothing
    returning id
    """,
)
# A line is written as it now is, whatever it was.
PUT_LINES = Query(
    None,
    """
    insert into fulfillment.fulfillment_line (fulfillment_id, line_id, variant_id, position, sku, title, unit, scale, tracked,
        per_unit, asked, picked, short, moved, packed, gone, put_back, lots, zone, zone_position)
    select fulfillment_id, line_id, variant_id, position, sku, title, unit, scale, tracked, per_unit, asked, picked, short,
        moved, packed, gone, put_back, lots::jsonb, zone, zone_position
    from unnest(:fulfillment_ids::uuid[], :line_ids::uuid[], :variant_ids::uuid[], :positions::int[], :skus::text[],
        :titles::text[], :units::text[], :scales::smallint[], :trackeds::boolean[], :per_units::bigint[], :askeds::bigint[],
        :pickeds::bigint[], :shorts::bigint[], :moveds::bigint[], :packeds::bigint[], :gones::bigint[], :put_backs::bigint[],
        :lots::text[], :zones::text[], :zone_positions::int[])
        as given (fulfillment_id, line_id, variant_id, position, sku, title, unit, scale, tracked, per_unit, asked, picked,
            short, moved, packed, gone, put_back, lots, zone, zone_position)
    on conflict (fulfillment_id, line_id, variant_id) do update
    set asked = excluded.asked, picked = excluded.picked, short = excluded.short, moved = excluded.moved,
        packed = excluded.packed, gone = excluded.gone, put_back = excluded.put_back, lots = excluded.lots,
        zone = excluded.zone, zone_position = excluded.zone_position
    """,
)
PUT = Query(
    None,
    """
    update fulfillment.fulfillment
    set state = given.state, hold_reason = given.hold_reason, shelf = given.shelf, wave_id = given.wave_id,
        claimed_by = given.claimed_by, claimed_name = given.claimed_name, started_at = given.started_at,
        picked_at = given.picked_at, ready_at = given.ready_at, done_at = given.done_at, version = version + 1
    from unnest(:ids::uuid[], :states::text[], :hold_reasons::text[], :shelves::text[], :wave_ids::uuid[],
        :claimed_bys::text[], :claimed_names::text[], :started_ats::timestamptz[], :picked_ats::timestamptz[],
        :ready_ats::timestamptz[], :done_ats::timestamptz[])
        as given (id, state, hold_reason, shelf, wave_id, claimed_by, claimed_name, started_at, picked_at, ready_at, done_at)
    where fulfillment.id = given.id
    """,
)
NODES_AT = Query(
    Node,
    """
    select node.location_id, pick_minutes_order, pick_minutes_line, orders_per_day, cutoff_minute, ship_weekdays,
        handling_cost, delivery_radius_m, delivery_cost
    from fulfillment.node
    where node.location_id = any(:location_ids::uuid[])
    """,
)
ADD_HAND_OVER = Query(
    None,
    """
    insert into fulfillment.hand_over (id, fulfillment_id, proof, handed_to, signature, actor, actor_name, at)
    select id, fulfillment_id, :proof, :handed_to, :signature, :actor, :actor_name, :now
    from unnest(:ids::uuid[], :fulfillment_ids::uuid[]) as given (id, fulfillment_id)
    """,
)


class HandedOver(msgspec.Struct, frozen=True):
    """Who gave it to whom, and on what proof."""

    fulfillment_id: FulfillmentId
    proof: str
    handed_to: str
    signed: bool
    actor_name: str
    at: datetime


HAND_OVERS = Query(
    HandedOver,
    """
    select fulfillment_id, proof, handed_to, signature <> '', actor_name, at
    from fulfillment.hand_over
    where fulfillment_id = any(:ids::uuid[])
    order by at, id
    """,
)
NOT_FETCHED = Query(
    FulfillmentId,
    """
    select id
    from fulfillment.fulfillment
    left join unnest(:location_ids::uuid[], :days::int[]) as kept (location_id, days)
        on kept.location_id = coalesce(fulfillment.destination_id, fulfillment.location_id)
    where state = 'ready' and ready_at < :now::timestamptz - make_interval(days => coalesce(kept.days, :otherwise::int))
    order by ready_at
    limit :rows_max
    """,
)
ADD_TIME = Query(
    None,
    """
    insert into fulfillment.service_time (id, location_id, kind, minutes, lines, at)
    values (:id, :location_id, :kind, :minutes, :lines, :now)
    """,
)


class Took(msgspec.Struct, frozen=True):
    kind: str
    minutes: float
    lines: int


TOOK = Query(
    Took,
    """
    (select kind, minutes, lines from fulfillment.service_time
        where location_id = :location_id and kind = 'pick' order by at desc, id desc limit :rows_max)
    union all
    (select kind, minutes, lines from fulfillment.service_time
        where location_id = :location_id and kind = 'wait' order by at desc, id desc limit :rows_max)
    """,
)
PUT_LEARNED = Query(
    None,
    """
    insert into fulfillment.learned (location_id, pick_minutes_order, picks, wait_minutes, waits)
    values (:location_id, :pick_minutes_order, :picks, :wait_minutes, :waits)
    on conflict (location_id) do update
    set pick_minutes_order = excluded.pick_minutes_order, picks = excluded.picks, wait_minutes = excluded.wait_minutes,
        waits = excluded.waits
    """,
)
LEARNED = Query(Learned, "select location_id, pick_minutes_order, picks, wait_minutes, waits from fulfillment.learned")


class ZoneItem(msgspec.Struct, frozen=True):
    location_id: LocationId
    subject: str
    zone: str
    position: int
