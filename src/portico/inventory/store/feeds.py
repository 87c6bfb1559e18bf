"""SQL of stock files."""

from portico.inventory.types import FeedProgress, ShortRow
from portico.platform.db import Query

BEGIN = Query(
    None,
    """
    insert into inventory.feed (digest, file, absolute, rows_total, began_at, moved_at)
    values (:digest, :file, :absolute, :rows_total, :now, :now)
    on conflict (digest) do nothing
    """,
)
LOCK_PROGRESS = Query(
    FeedProgress, "select digest, rows_total, rows_done from inventory.feed where digest = :digest for update"
)
ADVANCE = Query(None, "update inventory.feed set rows_done = :rows_done, moved_at = :now where digest = :digest")
# `before` waits for and locks the rows in key order, so what it returns is their newest state; the change is added, not
# set, so that nobody's units are written over.
APPLY = Query(
    ShortRow,
    """
    with given as materialized (
        select *
        from unnest(:rows::bigint[], :variant_ids::uuid[], :location_ids::uuid[], :quantities::bigint[],
            :movement_ids::uuid[]) as given (row, variant_id, location_id, quantity, movement_id)
    ), before as materialized (
        select stock.variant_id, stock.location_id, stock.on_hand, stock.reserved
        from given join inventory.stock
            on stock.variant_id = given.variant_id and stock.location_id = given.location_id
        order by stock.variant_id, stock.location_id
        for update of stock
    ), change as materialized (
        select given.row, given.variant_id, given.location_id, given.quantity as said, before.on_hand, before.reserved,
            given.movement_id, given.quantity - case when :absolute then before.on_hand else 0 end as amount
        from given join before using (variant_id, location_id)
    ), fits as (
        select * from change where amount <> 0 and on_hand + amount >= reserved
    ), put as (
        update inventory.stock
        set on_hand = stock.on_hand + fits.amount
        from fits
        where stock.variant_id = fits.variant_id and stock.location_id = fits.location_id
    ), moved as (
        insert into inventory.movement (id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity,
            reason, reference, actor, actor_name, channel_id, occurred_at, recorded_at)
        select movement_id, variant_id,
            case when amount < 0 then location_id end, case when amount < 0 then 'on_hand' else 'unknown' end,
            case when amount > 0 then location_id end, case when amount > 0 then 'on_hand' else 'unknown' end,
            abs(amount), 'fed', :reference, :actor, :actor_name, :channel_id, :occurred_at, :now
        from fits
    )
    select row, said, on_hand, reserved, amount = 0 from change where amount = 0 or on_hand + amount < reserved
    """,
)
