"""SQL of goods on their way."""

from portico.inventory.types import Coming, InboundBrief, InboundHead, InboundLine
from portico.platform.db import Query

_HEAD = (
    "id, location_id, from_location_id, supplier, reference, state, expected_on, announced_by, announced_at, closed_at"
)

ADD = Query(
    None,
    """
    with head as (
        insert into inventory.inbound (id, location_id, from_location_id, supplier, reference, state, expected_on,
            announced_by, announced_at)
        values (:id, :location_id, :from_location_id, :supplier, :reference, 'expected', :expected_on, :by, :now)
    )
    insert into inventory.inbound_line (inbound_id, variant_id, announced)
    select :id, variant_id, announced
    from unnest(:variant_ids::uuid[], :announced::bigint[]) as line (variant_id, announced)
    """,
)
LOCK = Query(InboundHead, f"select {_HEAD} from inventory.inbound where id = :id for update")
HEAD = Query(InboundHead, f"select {_HEAD} from inventory.inbound where id = :id")
# What a movement of this inbound brought into transit, less what one took out of it again.
LINES = Query(
    InboundLine,
    """
    with moved as (
        select part.variant_id, part.lot, part.serial, max(part.expires_on) as expires_on,
            sum(case movement.to_state when 'in_transit' then part.quantity else -part.quantity end)::bigint as quantity
        from inventory.movement join inventory.movement_lot as part on part.movement_id = movement.id
        where movement.reference = :reference and 'in_transit' in (movement.from_state, movement.to_state)
        group by 1, 2, 3
    ), transit as (
        select variant_id, jsonb_agg(
            jsonb_build_object('quantity', quantity, 'lot', lot, 'serial', serial, 'expires_on', expires_on)
            order by expires_on nulls last, lot, serial
        ) as lots
        from moved
        where quantity > 0
        group by 1
    )
    select inbound_id, variant_id, announced, received, damaged, coalesce(transit.lots, '[]')
    from inventory.inbound_line left join transit using (variant_id)
    where inbound_id = :id
    order by variant_id
    """,
)
RECEIVE = Query(
    None,
    """
    update inventory.inbound_line
    set received = inbound_line.received + came.received, damaged = inbound_line.damaged + came.damaged
    from unnest(:variant_ids::uuid[], :received::bigint[], :damaged::bigint[]) as came (variant_id, received, damaged)
    where inbound_line.inbound_id = :id and inbound_line.variant_id = came.variant_id
    """,
)
END = Query(None, "update inventory.inbound set state = :state, closed_at = :now where id = :id")
_BRIEF = f"""
    select {_HEAD}, progress.lines, progress.arrived
    from inventory.inbound, lateral (
        select count(*), count(*) filter (where line.received + line.damaged >= line.announced)
        from inventory.inbound_line as line
        where line.inbound_id = inbound.id
    ) as progress (lines, arrived)"""
SENT = Query(
    InboundBrief,
    f"""{_BRIEF}
    where state = 'expected' and from_location_id = :location_id
    order by expected_on nulls last, id
    limit :rows_max
    """,
)
EXPECTED = Query(
    InboundBrief,
    f"""{_BRIEF}
    where state = 'expected' and location_id = :location_id
    order by expected_on nulls last, id
    limit :rows_max
    """,
)
COMING = Query(
    Coming,
    """
    select inbound.id, inbound.location_id, inbound.from_location_id, inbound.supplier, inbound.reference,
        inbound.expected_on, line.announced - line.received - line.damaged
    from inventory.inbound join inventory.inbound_line as line on line.inbound_id = inbound.id
    where inbound.state = 'expected' and line.variant_id = :variant_id
        and line.announced > line.received + line.damaged
    order by inbound.expected_on nulls last, inbound.id
    limit :rows_max
    """,
)
