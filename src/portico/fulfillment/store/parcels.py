"""SQL of parcels, labels and what carriers tell."""

from portico.fulfillment.types import LabelFile, Package, ParcelId, TrackingEvent
from portico.platform.db import Query

COLUMNS = """id, fulfillment_id, number, weight_grams, length_mm, width_mm, height_mm, contents, label, carrier, service,
        carrier_ref, tracking_code, tracking_url, label_type, cost, currency, error, status, status_at, estimated_at"""

PARCELS = Query(
    Package,
    f"""
    select {COLUMNS}
    from fulfillment.parcel
    where id = any(:ids::uuid[]) or (fulfillment_id = any(:fulfillment_ids::uuid[]) and label <> 'void')
    order by fulfillment_id, number
    """,
)
ADD = Query(
    None,
    """
    insert into fulfillment.parcel (id, fulfillment_id, number, weight_grams, length_mm, width_mm, height_mm, contents, label)
    select id, :fulfillment_id, number, weight_grams, length_mm, width_mm, height_mm, contents::jsonb, 'none'
    from unnest(:ids::uuid[], :numbers::int[], :weights::int[], :lengths::int[], :widths::int[], :heights::int[],
        :contents::text[]) as given (id, number, weight_grams, length_mm, width_mm, height_mm, contents)
    """,
)
# Each step of a label is taken by whoever finds it as it was: one statement, and of two at once one finds nothing.
MOVE_LABEL = Query(
    ParcelId,
    """
    update fulfillment.parcel
    set label = :after, error = :error, carrier = coalesce(:carrier, carrier), service = coalesce(:service, service),
        asked_at = case when :after = 'asked' then :now else asked_at end
    where id = :id and label = :before
    returning id
    """,
)
KEEP_REF = Query(None, "update fulfillment.parcel set carrier_ref = :carrier_ref where id = :id and carrier_ref = ''")
KEEP_LABEL = Query(
    ParcelId,
    """
    update fulfillment.parcel
    set label = 'bought', error = '', carrier_ref = :carrier_ref, service = :service, tracking_code = :tracking_code,
        tracking_url = :tracking_url, label_bytes = :label, label_type = :label_type, cost = :cost, currency = :currency
    where id = :id and label = :before
    returning id
    """,
)
LABEL_FILE = Query(
    LabelFile,
    "select label_bytes, label_type from fulfillment.parcel where id = :id and label = 'bought' and label_bytes is not null",
)
PENDING = Query(
    ParcelId,
    """
    select id from fulfillment.parcel
    where label in ('asked', 'sent', 'unknown') and asked_at < :before
    order by asked_at
    limit :rows_max
    """,
)
BY_CODE = Query(
    Package, f"select {COLUMNS} from fulfillment.parcel where tracking_code = any(:codes::text[]) order by id"
)
ADD_EVENTS = Query(
    ParcelId,
    """
    insert into fulfillment.tracking_event (parcel_id, source_id, status, message, place, occurred_at, recorded_at)
    select parcel_id, source_id, status, message, place, occurred_at, :now
    from unnest(:parcel_ids::uuid[], :source_ids::text[], :statuses::text[], :messages::text[], :places::text[],
        :occurred_ats::timestamptz[]) as told (parcel_id, source_id, status, message, place, occurred_at)
    on conflict do nothing
    returning parcel_id
    """,
)
# What happened last is what is known, in whatever order it was told; delivered is delivered.
REFRESH = Query(
    None,
    """
    update fulfillment.parcel
    set status = newest.status, status_at = newest.occurred_at,
        estimated_at = coalesce((select max(e.at) from unnest(:estimated_ids::uuid[], :estimated_ats::timestamptz[])
            as e (id, at) where e.id = parcel.id), estimated_at)
    from (
        select distinct on (parcel_id) parcel_id, status, occurred_at
        from fulfillment.tracking_event
        where parcel_id = any(:ids::uuid[])
        order by parcel_id, status = 'delivered' desc, occurred_at desc, source_id
    ) as newest
    where parcel.id = newest.parcel_id
    """,
)
EVENTS = Query(
    TrackingEvent,
    """
    select parcel_id, status, message, place, occurred_at
    from fulfillment.tracking_event
    where parcel_id = any(:ids::uuid[])
    order by parcel_id, occurred_at desc, source_id
    """,
)
