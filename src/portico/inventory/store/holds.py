"""SQL of reservations."""

from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types import Claim, HeldLine, Key, Level, ReservationId
from portico.platform.db import Query


class HeldUntil(msgspec.Struct, frozen=True):
    min: datetime


class Hold(msgspec.Struct, frozen=True):
    id: ReservationId
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    holder: str
    expires_at: datetime | None
    backed: bool


KEYS_OF = Query(
    Key,
    """
    select distinct variant_id, location_id from inventory.reservation where holder = any(:holders::text[])
    """,
)
HOLDS_OF = Query(
    Hold,
    """
    select id, variant_id, location_id, quantity, holder, expires_at, backed
    from inventory.reservation
    where holder = any(:holders::text[])
    order by id
    """,
)
# Of leases, only what the wants are about: a lease may hold thousands of rows.
LEASED_AT = Query(
    Hold,
    """
    select reservation.id, reservation.variant_id, reservation.location_id, reservation.quantity, reservation.holder,
        reservation.expires_at, reservation.backed
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.reservation
            on reservation.variant_id = key.variant_id and reservation.location_id = key.location_id
    where reservation.holder = any(:holders::text[])
    order by reservation.id
    """,
)
# After `ended`: its units are free again, or nobody waits for them any more.
_GIVE_BACK = """given_back as (
        update inventory.backorder
        set promised = backorder.promised - freed.quantity
        from (
            select variant_id, location_id, sum(quantity)::bigint as quantity
            from ended where not backed group by 1, 2
        ) as freed
        where backorder.variant_id = freed.variant_id and backorder.location_id = freed.location_id
    )
    update inventory.stock
    set reserved = stock.reserved - freed.quantity
    from (
        select variant_id, location_id, coalesce(sum(quantity) filter (where backed), 0)::bigint as quantity
        from ended group by 1, 2
    ) as freed
    where stock.variant_id = freed.variant_id and stock.location_id = freed.location_id"""
# Only while the stock rows are locked: a hold that ran out is given back by whoever needs its units first.
DROP_EXPIRED = Query(
    Level,
    f"""
    with ended as (
        delete from inventory.reservation
        using unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        where reservation.variant_id = key.variant_id
            and reservation.location_id = key.location_id
            and reservation.expires_at <= :now
        returning reservation.variant_id, reservation.location_id, reservation.quantity, reservation.backed
    ), {_GIVE_BACK}
    returning stock.variant_id, stock.location_id, stock.on_hand, stock.reserved, 0::bigint, stock.tracked
    """,
)
ALLOCATE = Query(
    None,
    """
    with stock as (
        update inventory.stock
        set on_hand = stock.on_hand - change.taken, reserved = stock.reserved + change.held,
            handled = stock.handled + change.taken
        from unnest(:variant_ids::uuid[], :location_ids::uuid[], :taken::bigint[], :held::bigint[])
            as change (variant_id, location_id, taken, held)
        where stock.variant_id = change.variant_id and stock.location_id = change.location_id
    ), waiting as (
        update inventory.backorder
        set promised = backorder.promised + change.waiting
        from unnest(:waiting_variant_ids::uuid[], :waiting_location_ids::uuid[], :waiting::bigint[])
            as change (variant_id, location_id, waiting)
        where backorder.variant_id = change.variant_id and backorder.location_id = change.location_id
    ), given_up as (
        delete from inventory.reservation where id = any(:given_up::uuid[])
    ), less as (
        update inventory.reservation
        set quantity = reservation.quantity - less.quantity
        from unnest(:less_ids::uuid[], :less_quantities::bigint[]) as less (id, quantity)
        where reservation.id = less.id
    ), moved as (
        insert into inventory.movement (id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity,
            reason, reference, actor, actor_name, channel_id, occurred_at, recorded_at)
        select id, variant_id, location_id, 'on_hand', null, 'customer', quantity, 'sold', reference, actor, actor_name,
            channel_id, occurred_at, :now
        from unnest(:movement_ids::uuid[], :moved_variant_ids::uuid[], :moved_location_ids::uuid[],
            :moved_quantities::bigint[], :references::text[], :actors::text[], :actor_names::text[],
            :channel_ids::uuid[], :occurred_ats::timestamptz[])
            as moved (id, variant_id, location_id, quantity, reference, actor, actor_name, channel_id, occurred_at)
    )
    insert into inventory.reservation (id, variant_id, location_id, quantity, holder, line_id, expires_at, reserved_at,
        backed)
    select id, variant_id, location_id, quantity, holder, line_id, expires_at, :now, backed
    from unnest(:hold_ids::uuid[], :hold_variant_ids::uuid[], :hold_location_ids::uuid[], :hold_quantities::bigint[],
        :holders::text[], :line_ids::uuid[], :expires_ats::timestamptz[], :backeds::boolean[])
        as hold (id, variant_id, location_id, quantity, holder, line_id, expires_at, backed)
    """,
)
HOLD = Query(
    None,
    """
    with stock as (
        update inventory.stock
        set reserved = stock.reserved + change.quantity
        from unnest(:variant_ids::uuid[], :location_ids::uuid[], :quantities::bigint[])
            as change (variant_id, location_id, quantity)
        where stock.variant_id = change.variant_id and stock.location_id = change.location_id
    )
    insert into inventory.reservation (id, variant_id, location_id, quantity, holder, line_id, reserved_at)
    select id, variant_id, location_id, quantity, :holder, line_id, :now
    from unnest(:ids::uuid[], :variant_ids::uuid[], :location_ids::uuid[], :quantities::bigint[], :line_ids::uuid[])
        as hold (id, variant_id, location_id, quantity, line_id)
    """,
)
RELEASE = Query(
    VariantId,
    f"""
    with ended as (
        delete from inventory.reservation where id = any(:ids::uuid[])
        returning variant_id, location_id, quantity, backed
    ), {_GIVE_BACK}
    returning stock.variant_id
    """,
)
EXPIRED_KEYS = Query(
    Level,
    """
    select distinct variant_id, location_id, 0::bigint, 0::bigint, 0::bigint, false
    from inventory.reservation
    where expires_at <= :now
    order by 1, 2
    limit :keys_max
    """,
)
HELD_LINES = Query(
    HeldLine,
    """
    select id, holder, line_id, variant_id, location_id, quantity
    from inventory.reservation
    where holder = any(:holders::text[]) and backed
    order by id
    """,
)
HELD_AT = Query(
    HeldLine,
    """
    select id, holder, line_id, reservation.variant_id, reservation.location_id, quantity
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.reservation
            on reservation.variant_id = key.variant_id and reservation.location_id = key.location_id
    where backed
    order by reserved_at desc, id desc
    limit :rows_max
    """,
)
ALL_HELD = Query(
    HeldLine,
    """
    select id, holder, line_id, variant_id, location_id, quantity
    from inventory.reservation
    where holder = :holder
    order by id
    """,
)
CLAIMS = Query(
    Claim,
    """
    select id, variant_id, location_id, quantity, holder, reserved_at, expires_at, not backed
    from inventory.reservation
    where variant_id = :variant_id and (:location_id::uuid is null or location_id = :location_id)
        and (expires_at is null or expires_at > :now) and (:before::uuid is null or id < :before)
    order by id desc
    limit :rows_max
    """,
)
HELD_UNTIL = Query(
    HeldUntil,
    "select min(expires_at) from inventory.reservation where holder = :holder having count(expires_at) > 0",
)
HAND_OVER = Query(
    None,
    """
    with stock as (
        update inventory.stock
        set on_hand = stock.on_hand - change.quantity, reserved = stock.reserved - change.quantity,
            handled = stock.handled + change.quantity
        from unnest(:variant_ids::uuid[], :location_ids::uuid[], :quantities::bigint[])
            as change (variant_id, location_id, quantity)
        where stock.variant_id = change.variant_id and stock.location_id = change.location_id
    ), gone as (
        delete from inventory.reservation where id = any(:gone::uuid[])
    ), less as (
        update inventory.reservation
        set quantity = reservation.quantity - less.quantity
        from unnest(:less_ids::uuid[], :less_quantities::bigint[]) as less (id, quantity)
        where reservation.id = less.id
    )
    insert into inventory.movement (id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity,
        reason, reference, actor, actor_name, channel_id, occurred_at, recorded_at)
    select id, variant_id, location_id, 'on_hand', null, 'customer', quantity, 'collected', reference, actor, actor_name,
        channel_id, occurred_at, :now
    from unnest(:movement_ids::uuid[], :moved_variant_ids::uuid[], :moved_location_ids::uuid[],
        :moved_quantities::bigint[], :references::text[], :actors::text[], :actor_names::text[], :channel_ids::uuid[],
        :occurred_ats::timestamptz[])
        as moved (id, variant_id, location_id, quantity, reference, actor, actor_name, channel_id, occurred_at)
    """,
)
