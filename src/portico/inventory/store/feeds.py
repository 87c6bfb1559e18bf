"""SQL of stock files."""

from portico.inventory.types import IdleRow
from portico.platform.db import Query

BEGIN = Query(
    None,
    """
    insert into inventory.feed (digest, file, absolute, rows_total, began_at)
    values (:digest, :file, :absolute, :rows_total, :now)
    on conflict (digest) do nothing
    """,
)
APPLIED = Query(int, "select number from inventory.feed_stretch where digest = :digest")
# Whoever applies the same stretch at the same time waits here, and then finds it applied.
CLAIM = Query(
    None,
    """
    insert into inventory.feed_stretch (digest, number, applied_at) values (:digest, :number, :now)
    on conflict do nothing
    """,
)
# `before` waits for and locks the rows in key order, so what it returns is their newest state; the change is added, not
# set, so that nobody's units are written over. A key that somebody else has just made is in neither `before` nor `made`:
# it comes back as "again".
APPLY = Query(
    IdleRow,
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
        select given.row, given.variant_id, given.location_id, given.movement_id, given.quantity,
            before.variant_id is null as fresh, coalesce(before.on_hand, 0) as on_hand,
            coalesce(before.reserved, 0) as reserved,
            given.quantity - case when :absolute then coalesce(before.on_hand, 0) else 0 end as amount
        from given left join before using (variant_id, location_id)
    ), fits as materialized (
        select * from change where amount <> 0 and on_hand + amount >= reserved
    ), put as (
        update inventory.stock
        set on_hand = stock.on_hand + fits.amount
        from fits
        where not fits.fresh and stock.variant_id = fits.variant_id and stock.location_id = fits.location_id
    ), made as (
        insert into inventory.stock (variant_id, location_id, on_hand)
        select variant_id, location_id, amount from fits where fresh order by 1, 2
        on conflict do nothing
        returning variant_id, location_id
    ), done as (
        select fits.* from fits left join made using (variant_id, location_id)
        where not fits.fresh or made.variant_id is not null
    ), moved as (
        insert into inventory.movement (id, variant_id, from_location_id, from_state, to_location_id, to_state, quantity,
            reason, reference, actor, actor_name, channel_id, occurred_at, recorded_at)
        select movement_id, variant_id,
            case when amount < 0 then location_id end, case when amount < 0 then 'on_hand' else 'unknown' end,
            case when amount > 0 then location_id end, case when amount > 0 then 'on_hand' else 'unknown' end,
            abs(amount), 'fed', :reference, :actor, :actor_name, :channel_id, :occurred_at, :now
        from done
    )
    select row, case when amount = 0 then 'same' else 'short' end, on_hand, reserved
    from change
    where amount = 0 or on_hand + amount < reserved
    union all
    select row, 'again', on_hand, reserved
    from fits
    where fresh and not exists (
        select from made where made.variant_id = fits.variant_id and made.location_id = fits.location_id
    )
    """,
)
