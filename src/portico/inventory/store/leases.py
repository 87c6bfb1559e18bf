"""SQL of leases."""

import msgspec

from portico.catalog.types import VariantId
from portico.inventory.types import Lease, LeaseBrief, LeasedLine, LeaseId, LeaseLine
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
ADD_LINES = Query(
    None,
    """
    insert into inventory.lease_line (lease_id, variant_id, leased)
    select :id, variant_id, quantity from unnest(:variant_ids::uuid[], :quantities::bigint[]) as line (variant_id, quantity)
    """,
)
# Before its reservations are released: what is left is what goes back.
SETTLE = Query(
    None,
    """
    with given_back as (
        update inventory.lease_line
        set returned = held.quantity
        from (
            select variant_id, sum(quantity)::bigint as quantity
            from inventory.reservation
            where holder = :holder
            group by 1
        ) as held
        where lease_line.lease_id = :id and lease_line.variant_id = held.variant_id
    )
    update inventory.lease set settled_at = :now, settled_by = :by, note = :note where id = :id
    """,
)
_PROGRESS = """lateral (
        select count(*), count(*) filter (where line.leased > line.returned + coalesce(held.quantity, 0))
        from inventory.lease_line as line
            left join (
                select variant_id, sum(quantity)::bigint as quantity
                from inventory.reservation
                where holder = 'lse_' || replace(lease.id::text, '-', '')
                group by 1
            ) as held using (variant_id)
        where line.lease_id = lease.id
    ) as progress (lines, drawn)"""
_BRIEF = f"{_COLUMNS}, note, progress.lines, progress.drawn"
OPEN_LEASES = Query(
    LeaseBrief,
    f"""
    select {_BRIEF}
    from inventory.lease, {_PROGRESS}
    where settled_at is null and (:location_ids::uuid[] is null or location_id = any(:location_ids))
        and (:after::uuid is null
            or (expires_at, id) > (select before.expires_at, before.id from inventory.lease as before where before.id = :after))
    order by expires_at, id
    limit :rows_max
    """,
)
ENDED_LEASES = Query(
    LeaseBrief,
    f"""
    select {_BRIEF}
    from inventory.lease, {_PROGRESS}
    where settled_at is not null and (:location_ids::uuid[] is null or location_id = any(:location_ids))
        and (:after::uuid is null
            or (settled_at, id) < (select before.settled_at, before.id from inventory.lease as before where before.id = :after))
    order by settled_at desc, id desc
    limit :rows_max
    """,
)
BRIEF = Query(LeaseBrief, f"select {_BRIEF} from inventory.lease, {_PROGRESS} where id = :id")
LEASED = Query(
    LeasedLine,
    """
    select line.variant_id, line.leased, coalesce(held.quantity, 0), line.returned
    from inventory.lease_line as line
        left join (
            select variant_id, sum(quantity)::bigint as quantity
            from inventory.reservation
            where holder = :holder
            group by 1
        ) as held using (variant_id)
    where line.lease_id = :id
    order by (line.leased > line.returned + coalesce(held.quantity, 0)) desc, line.variant_id
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
