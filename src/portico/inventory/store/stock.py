"""SQL of stock rows and the movements that explain them."""

from datetime import date, datetime

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types import BackorderKind, Difference, FreeUnits, Level, Movement, Standing
from portico.platform.db import Query

# Units of lots past their date, of which only tracked rows are asked.
EXPIRED = """case when stock.tracked then coalesce((
            select sum(lot.quantity)::bigint
            from inventory.lot
            where (lot.variant_id, lot.location_id, lot.state) = (stock.variant_id, stock.location_id, 'on_hand')
                and lot.expires_on < :today::date), 0) else 0 end"""

# Locks follow the sort, so wants that share keys queue instead of deadlocking. A join, not `in (select ...)`: after
# waiting for a row PostgreSQL checks the condition again on its new version, and a subquery that was made unique
# loses the row there.
LOCK = Query(
    Level,
    """
    select stock.variant_id, stock.location_id, stock.on_hand, stock.reserved, 0::bigint, stock.tracked
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.stock
            on stock.variant_id = key.variant_id and stock.location_id = key.location_id
    order by stock.variant_id, stock.location_id
    for update of stock
    """,
)
# A statement of its own, once the rows are locked: in `LOCK` it would see the lots as they were before it waited.
EXPIRED_AT = Query(
    Level,
    f"""
    select stock.variant_id, stock.location_id, stock.on_hand, stock.reserved,
        {EXPIRED}, stock.tracked
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.stock
            on stock.variant_id = key.variant_id and stock.location_id = key.location_id
    """,
)
MAKE_ROWS = Query(
    None,
    """
    insert into inventory.stock (variant_id, location_id)
    select distinct variant_id, location_id
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
    where not exists (
        select from inventory.stock
        where stock.variant_id = key.variant_id and stock.location_id = key.location_id
    )
    order by 1, 2
    on conflict do nothing
    """,
)
# `changes` come summed up per row; a movement is written for each move.
MOVE = Query(
    None,
    """
    with stock as (
        update inventory.stock
        set on_hand = stock.on_hand + change.on_hand, picked = stock.picked + change.picked,
            in_transit = stock.in_transit + change.in_transit, to_inspect = stock.to_inspect + change.to_inspect,
            damaged = stock.damaged + change.damaged
        from unnest(:variant_ids::uuid[], :location_ids::uuid[], :on_hands::bigint[], :pickeds::bigint[],
            :in_transits::bigint[], :to_inspects::bigint[], :damageds::bigint[])
            as change (variant_id, location_id, on_hand, picked, in_transit, to_inspect, damaged)
        where stock.variant_id = change.variant_id and stock.location_id = change.location_id
    )
    insert into inventory.movement (id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity,
        reason, reference, actor, actor_name, channel_id, occurred_at, recorded_at)
    select id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity, reason, reference, actor,
        actor_name, channel_id, occurred_at, :now
    from unnest(:movement_ids::uuid[], :moved_variant_ids::uuid[], :from_location_ids::uuid[], :from_states::text[],
        :to_location_ids::uuid[], :to_states::text[], :quantities::bigint[], :reasons::text[], :references::text[],
        :actors::text[], :actor_names::text[], :channel_ids::uuid[], :occurred_ats::timestamptz[])
        as moved (id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity, reason, reference,
            actor, actor_name, channel_id, occurred_at)
    """,
)
# A row for each state.
STATES = "('on_hand', on_hand), ('picked', picked), ('in_transit', in_transit), ('to_inspect', to_inspect), ('damaged', damaged)"
LOCK_STATES = Query(
    Standing,
    """
    select stock.variant_id, stock.location_id, stock.reserved, stock.on_hand, stock.picked, stock.in_transit,
        stock.to_inspect, stock.damaged, 0::bigint, stock.tracked
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.stock
            on stock.variant_id = key.variant_id and stock.location_id = key.location_id
    order by stock.variant_id, stock.location_id
    for update of stock
    """,
)
STANDINGS = Query(
    Standing,
    f"""
    select stock.variant_id, stock.location_id, stock.reserved - coalesce((
            select sum(reservation.quantity)::bigint
            from inventory.reservation
            where (reservation.variant_id, reservation.location_id) = (stock.variant_id, stock.location_id)
                and reservation.expires_at <= :now and reservation.backed), 0),
        stock.on_hand, stock.picked, stock.in_transit, stock.to_inspect, stock.damaged,
        {EXPIRED}, stock.tracked
    from inventory.stock
    where stock.variant_id = any(:variant_ids::uuid[])
        and (:everywhere::boolean or stock.location_id = any(:location_ids::uuid[]))
    order by stock.variant_id, stock.location_id
    """,
)
# Holds that ran out are counted as free, whether or not anyone has tidied them up.
LEVELS = Query(
    Level,
    f"""
    select stock.variant_id, stock.location_id, stock.on_hand, stock.reserved - coalesce((
            select sum(reservation.quantity)::bigint
            from inventory.reservation
            where (reservation.variant_id, reservation.location_id) = (stock.variant_id, stock.location_id)
                and reservation.expires_at <= :now and reservation.backed), 0),
        {EXPIRED}, stock.tracked
    from inventory.stock
    where stock.variant_id = any(:variant_ids::uuid[])
        and (:everywhere::boolean or stock.location_id = any(:location_ids::uuid[]))
    """,
)


class Shelf(msgspec.Struct, frozen=True):
    """A level, and what tells how sure it is."""

    variant_id: VariantId
    location_id: LocationId
    on_hand: int
    reserved: int
    expired: int
    tracked: bool
    handled: int
    counted_at: datetime | None
    kind: BackorderKind | None
    units_max: int | None
    expected_on: date | None
    promised: int | None


SHELVES = Query(
    Shelf,
    f"""
    select stock.variant_id, stock.location_id, stock.on_hand, stock.reserved - coalesce((
            select sum(reservation.quantity)::bigint
            from inventory.reservation
            where (reservation.variant_id, reservation.location_id) = (stock.variant_id, stock.location_id)
                and reservation.expires_at <= :now and reservation.backed), 0),
        {EXPIRED}, stock.tracked, stock.handled, stock.counted_at,
        backorder.kind, backorder.units_max, backorder.expected_on, backorder.promised
    from inventory.stock
        left join inventory.backorder
            on (backorder.variant_id, backorder.location_id) = (stock.variant_id, stock.location_id)
    where stock.variant_id = any(:variant_ids::uuid[])
        and (:everywhere::boolean or stock.location_id = any(:location_ids::uuid[]))
    """,
)


# For very many places: what ran out is added up once for all of them.
FREE = Query(
    FreeUnits,
    f"""
    select stock.variant_id, stock.location_id,
        stock.on_hand - stock.reserved + coalesce(ended.quantity, 0) - {EXPIRED} as quantity
    from inventory.stock
        left join (
            select variant_id, location_id, sum(quantity)::bigint as quantity
            from inventory.reservation
            where variant_id = any(:variant_ids::uuid[]) and expires_at <= :now and backed
            group by 1, 2
        ) as ended using (variant_id, location_id)
    where stock.variant_id = any(:variant_ids::uuid[]) and stock.on_hand > 0
        and stock.on_hand - stock.reserved + coalesce(ended.quantity, 0) > 0
    """,
)
_MOVEMENT = """id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity, reason, reference, actor,
        actor_name, channel_id, occurred_at"""
# Of one side, both the place and the state.
_FILTERED = """(:before::uuid is null or id < :before)
        and (((:location_id::uuid is null or from_location_id = :location_id) and (:state::text is null or from_state = :state))
            or ((:location_id::uuid is null or to_location_id = :location_id) and (:state::text is null or to_state = :state)))
        and (:reason::text is null or reason = :reason)"""
MOVEMENTS = Query(
    Movement,
    f"""
    select {_MOVEMENT}
    from inventory.movement
    where variant_id = :variant_id and {_FILTERED}
    order by id desc
    limit :rows_max
    """,
)
# By the primary key, backwards: ids are ordered by time.
LATEST_MOVEMENTS = Query(
    Movement,
    f"""
    select {_MOVEMENT}
    from inventory.movement
    where id >= :since and {_FILTERED}
    order by id desc
    limit :rows_max
    """,
)
DIFFERENCES = Query(
    Difference,
    f"""
    with moved as (
        select variant_id, location_id, state, sum(quantity)::bigint as quantity
        from (
            select variant_id, to_location_id as location_id, to_state as state, quantity
            from inventory.movement
            where to_location_id is not null
            union all
            select variant_id, from_location_id, from_state, -quantity
            from inventory.movement
            where from_location_id is not null
        ) as side
        group by 1, 2, 3
    ), standing as (
        select variant_id, location_id, counter.state, counter.quantity
        from inventory.stock, lateral (values {STATES}) as counter (state, quantity)
    ), held as (
        select variant_id, location_id, coalesce(sum(quantity) filter (where backed), 0)::bigint as quantity,
            coalesce(sum(quantity) filter (where not backed), 0)::bigint as waiting
        from inventory.reservation
        group by 1, 2
    ), tracked as (
        select variant_id, location_id, state, lot, serial, sum(quantity)::bigint as quantity
        from (
            select movement.variant_id, to_location_id as location_id, to_state as state, lot, serial, part.quantity
            from inventory.movement_lot as part join inventory.movement on movement.id = part.movement_id
            where to_location_id is not null
            union all
            select movement.variant_id, from_location_id, from_state, lot, serial, -part.quantity
            from inventory.movement_lot as part join inventory.movement on movement.id = part.movement_id
            where from_location_id is not null
        ) as side
        group by 1, 2, 3, 4, 5
    ), of_lots as (
        select variant_id, location_id, state, sum(quantity)::bigint as quantity from inventory.lot group by 1, 2, 3
    )
    select state, variant_id, location_id, coalesce(standing.quantity, 0), coalesce(moved.quantity, 0)
    from standing full join moved using (variant_id, location_id, state)
    where coalesce(standing.quantity, 0) <> coalesce(moved.quantity, 0)
    union all
    select 'reserved', variant_id, location_id, coalesce(stock.reserved, 0), coalesce(held.quantity, 0)
    from inventory.stock full join held using (variant_id, location_id)
    where coalesce(stock.reserved, 0) <> coalesce(held.quantity, 0)
    union all
    select 'backordered', variant_id, location_id, coalesce(backorder.promised, 0), coalesce(held.waiting, 0)
    from inventory.backorder full join held using (variant_id, location_id)
    where coalesce(backorder.promised, 0) <> coalesce(held.waiting, 0)
    union all
    select 'lot ' || concat_ws(' ', nullif(lot, ''), nullif(serial, '')) || ', ' || state, variant_id, location_id,
        coalesce(lot.quantity, 0), coalesce(tracked.quantity, 0)
    from inventory.lot full join tracked using (variant_id, location_id, state, lot, serial)
    where coalesce(lot.quantity, 0) <> coalesce(tracked.quantity, 0)
    union all
    select 'lots of ' || state, variant_id, location_id, of_lots.quantity, standing.quantity
    from of_lots join standing using (variant_id, location_id, state)
    where of_lots.quantity > standing.quantity
    order by 1, 2, 3
    """,
)
