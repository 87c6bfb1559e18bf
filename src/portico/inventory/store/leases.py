"""SQL of leases."""

import msgspec

from portico.catalog.types import VariantId
from portico.inventory.types import Lease, LeaseId, LeaseLine
from portico.platform.db import Query

_COLUMNS = "id, till_id, location_id, issued_at, expires_at, settled_at"

OPEN_LEASE = Query(LeaseId, "select id from inventory.lease where till_id = :till_id and settled_at is null")
ADD_LEASE = Query(
    None,
    """
    insert into inventory.lease (id, till_id, location_id, issued_at, expires_at)
    values (:id, :till_id, :location_id, :now, :expires_at)
    """,
)
LEASES = Query(Lease, f"select {_COLUMNS} from inventory.lease where id = any(:ids::uuid[])")
LOCK_LEASE = Query(Lease, f"select {_COLUMNS} from inventory.lease where id = :id for update")
LEASE = Query(Lease, f"select {_COLUMNS} from inventory.lease where id = :id")
SETTLE = Query(None, "update inventory.lease set settled_at = :now, settled_by = :by where id = :id")
OPEN_AT = Query(
    Lease,
    f"""
    select {_COLUMNS}
    from inventory.lease
    where location_id = :location_id and settled_at is null
    order by issued_at, id
    limit :rows_max
    """,
)
LINES = Query(
    LeaseLine,
    """
    select variant_id, sum(quantity)::bigint
    from inventory.reservation
    where holder = :holder
    group by 1
    order by 1
    """,
)


class Sold(msgspec.Struct, frozen=True):
    variant_id: VariantId
    quantity: int
    available: int


# What a place sold since then, and what is free there now: the measure of what its tills will sell.
SOLD = Query(
    Sold,
    """
    select stock.variant_id, coalesce(sold.quantity, 0)::bigint, greatest(0, stock.on_hand - stock.reserved)
    from inventory.stock
        left join (
            select variant_id, sum(quantity) as quantity
            from inventory.movement
            where from_location_id = :location_id and from_state = 'on_hand' and reason = 'sold' and occurred_at >= :since
            group by 1
        ) as sold using (variant_id)
    where stock.location_id = :location_id and stock.on_hand > stock.reserved
    order by sold.quantity desc nulls last, stock.variant_id
    limit :rows_max
    """,
)
