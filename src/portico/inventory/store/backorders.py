"""SQL of what is promised before it is there."""

from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.types import Backorder, Key, ReservationId
from portico.platform.db import Query

_COLUMNS = "variant_id, location_id, kind, units_max, expected_on, promised"

# Only while the stock rows of the same keys are locked.
AT = Query(
    Backorder,
    f"""
    select {_COLUMNS}
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.backorder using (variant_id, location_id)
    """,
)
PUT = Query(
    None,
    """
    insert into inventory.backorder (variant_id, location_id, kind, units_max, expected_on)
    select *
    from unnest(:variant_ids::uuid[], :location_ids::uuid[], :kinds::text[], :units_maxs::bigint[], :expected_ons::date[])
    on conflict (variant_id, location_id) do update
    set kind = excluded.kind, units_max = excluded.units_max, expected_on = excluded.expected_on
    """,
)
ALL = Query(
    Backorder,
    f"""
    select {_COLUMNS}
    from inventory.backorder
    where (:variant_id::uuid is null or variant_id = :variant_id)
        and (:location_id::uuid is null or location_id = :location_id)
    order by expected_on, variant_id, location_id
    limit :rows_max
    """,
)
# Keys where somebody waits and something is free.
FILLABLE = Query(
    Key,
    """
    select stock.variant_id, stock.location_id
    from inventory.backorder join inventory.stock using (variant_id, location_id)
    where backorder.promised > 0 and stock.on_hand > stock.reserved
    order by 1, 2
    limit :keys_max
    """,
)
WAITING_AT = Query(
    Key,
    """
    select key.variant_id, key.location_id
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.backorder using (variant_id, location_id)
    where backorder.promised > 0
    """,
)


class Waiting(msgspec.Struct, frozen=True):
    id: ReservationId
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    holder: str
    expires_at: datetime | None


WAITING = Query(
    Waiting,
    """
    select reservation.id, reservation.variant_id, reservation.location_id, reservation.quantity, reservation.holder,
        reservation.expires_at
    from unnest(:variant_ids::uuid[], :location_ids::uuid[]) as key (variant_id, location_id)
        join inventory.reservation
            on reservation.variant_id = key.variant_id and reservation.location_id = key.location_id
    where not reservation.backed and (reservation.expires_at is null or reservation.expires_at > :now)
    order by reservation.reserved_at, reservation.id
    """,
)
# Units that have come are given to who waited: whole reservations change sides, of the last one a part is cut off.
FILL = Query(
    None,
    """
    with stock as (
        update inventory.stock
        set reserved = stock.reserved + change.quantity
        from unnest(:variant_ids::uuid[], :location_ids::uuid[], :quantities::bigint[])
            as change (variant_id, location_id, quantity)
        where stock.variant_id = change.variant_id and stock.location_id = change.location_id
    ), backorder as (
        update inventory.backorder
        set promised = backorder.promised - change.quantity
        from unnest(:variant_ids::uuid[], :location_ids::uuid[], :quantities::bigint[])
            as change (variant_id, location_id, quantity)
        where backorder.variant_id = change.variant_id and backorder.location_id = change.location_id
    ), whole as (
        update inventory.reservation set backed = true where id = any(:whole_ids::uuid[])
    ), rest as (
        update inventory.reservation
        set quantity = reservation.quantity - part.quantity
        from unnest(:part_ids::uuid[], :part_quantities::bigint[]) as part (id, quantity)
        where reservation.id = part.id
    )
    insert into inventory.reservation (id, variant_id, location_id, quantity, holder, line_id, expires_at, reserved_at)
    select part.new_id, variant_id, location_id, part.quantity, holder, line_id, expires_at, reserved_at
    from unnest(:part_ids::uuid[], :part_quantities::bigint[], :new_ids::uuid[]) as part (id, quantity, new_id)
        join inventory.reservation on reservation.id = part.id
    """,
)
