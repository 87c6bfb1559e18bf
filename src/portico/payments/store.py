"""SQL of payments."""

from portico.payments.types import Payment
from portico.platform.db import Query

RECORD = Query(
    None,
    """
    insert into payments.payment (id, reference, handler, amount, tendered, change, currency, location_id, till_id, actor,
        actor_name, channel_id, occurred_at, recorded_at)
    select id, reference, 'cash', amount, tendered, tendered - amount, currency, location_id, till_id, actor, actor_name,
        channel_id, occurred_at, :now
    from unnest(:ids::uuid[], :references::uuid[], :amounts::bigint[], :tendereds::bigint[], :currencies::text[],
        :location_ids::uuid[], :till_ids::uuid[], :actors::text[], :actor_names::text[], :channel_ids::uuid[],
        :occurred_ats::timestamptz[])
        as payment (id, reference, amount, tendered, currency, location_id, till_id, actor, actor_name, channel_id, occurred_at)
    """,
)
OF = Query(
    Payment,
    """
    select id, reference, handler, amount, tendered, change, currency, location_id, till_id, actor, actor_name, channel_id,
        occurred_at
    from payments.payment
    where reference = any(:references::uuid[])
    order by id
    """,
)
