"""SQL of lots and serial numbers. Their stock rows are locked by whoever changes them."""

from portico.inventory.types import Lot, Traced
from portico.platform.db import Query

_COLUMNS = "lot.variant_id, lot.location_id, lot.state, lot.lot, lot.serial, lot.expires_on, lot.quantity"

LOTS_AT = Query(
    Lot,
    f"""
    select {_COLUMNS}
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.lot on lot.variant_id = key.variant_id and lot.location_id = key.location_id
    order by lot.variant_id, lot.location_id, lot.state, lot.expires_on nulls last, lot.lot, lot.serial
    """,
)
LOTS = Query(
    Lot,
    f"""
    select {_COLUMNS}
    from inventory.lot
    where (:variant_id::uuid is null or lot.variant_id = :variant_id)
        and (:location_id::uuid is null or lot.location_id = :location_id)
        and (:expires_before::date is null or lot.expires_on < :expires_before)
    order by lot.expires_on nulls last, lot.variant_id, lot.location_id, lot.state, lot.lot, lot.serial
    limit :rows_max
    """,
)
MARK_TRACKED = Query(
    None,
    """
    update inventory.stock
    set tracked = true
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
    where stock.variant_id = key.variant_id and stock.location_id = key.location_id and not stock.tracked
    """,
)
# First what leaves, so that a serial number is never in two places at once.
DECREASE = Query(
    None,
    """
    with change as (
        select *
        from unnest(:variant_ids::uuid[], :location_ids::uuid[], :states::text[], :lots::text[], :serials::text[],
            :quantities::bigint[]) as change (variant_id, location_id, state, lot, serial, quantity)
    ), gone as (
        delete from inventory.lot
        using change
        where (lot.variant_id, lot.location_id, lot.state, lot.lot, lot.serial)
                = (change.variant_id, change.location_id, change.state, change.lot, change.serial)
            and lot.quantity = change.quantity
    )
    update inventory.lot
    set quantity = lot.quantity - change.quantity
    from change
    where (lot.variant_id, lot.location_id, lot.state, lot.lot, lot.serial)
            = (change.variant_id, change.location_id, change.state, change.lot, change.serial)
        and lot.quantity <> change.quantity
    """,
)
INCREASE = Query(
    None,
    """
    insert into inventory.lot as lot (variant_id, location_id, state, lot, serial, expires_on, quantity, received_at)
    select variant_id, location_id, state, lot, serial, expires_on, quantity, :now
    from unnest(:variant_ids::uuid[], :location_ids::uuid[], :states::text[], :lots::text[], :serials::text[],
        :expires_ons::date[], :quantities::bigint[])
        as change (variant_id, location_id, state, lot, serial, expires_on, quantity)
    on conflict (variant_id, location_id, state, lot, serial) do update
    set quantity = lot.quantity + excluded.quantity, expires_on = coalesce(lot.expires_on, excluded.expires_on)
    """,
)
NOTE = Query(
    None,
    """
    insert into inventory.movement_lot (movement_id, variant_id, lot, serial, expires_on, quantity)
    select *
    from unnest(:movement_ids::uuid[], :variant_ids::uuid[], :lots::text[], :serials::text[], :expires_ons::date[],
        :quantities::bigint[])
    """,
)
TRACE = Query(
    Traced,
    """
    select part.movement_id, part.lot, part.serial, part.expires_on, part.quantity, movement.from_location_id,
        movement.from_state, movement.to_location_id, movement.to_state, movement.reason, movement.reference,
        movement.actor_name, movement.occurred_at
    from inventory.movement_lot as part join inventory.movement on movement.id = part.movement_id
    where part.variant_id = :variant_id and (:lot::text is null or part.lot = :lot)
        and (:serial::text is null or part.serial = :serial)
    order by part.movement_id
    limit :rows_max
    """,
)
