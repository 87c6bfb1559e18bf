"""SQL of how much channels may promise."""

from portico.inventory.types import Policy
from portico.platform.db import Query

_COLUMNS = "id, variant_id, location_id, channel_id, safety, share_percent, excluded, low_under, confidence_percent"

# Those of every variant, and those of the variants asked for: few rows in either case.
POLICIES = Query(
    Policy,
    f"""
    select {_COLUMNS}
    from inventory.policy
    where variant_id is null or variant_id = any(:variant_ids::uuid[])
    """,
)
ALL_POLICIES = Query(
    Policy,
    f"select {_COLUMNS} from inventory.policy where :after::uuid is null or id > :after order by id limit :rows_max",
)
PUT_POLICIES = Query(
    None,
    """
    insert into inventory.policy (id, variant_id, location_id, channel_id, safety, share_percent, excluded, low_under,
        confidence_percent)
    select *
    from unnest(:ids::uuid[], :variant_ids::uuid[], :location_ids::uuid[], :channel_ids::uuid[], :safeties::bigint[],
        :share_percents::smallint[], :excludeds::boolean[], :low_unders::bigint[], :confidence_percents::smallint[])
    on conflict (variant_id, location_id, channel_id) do update
    set safety = excluded.safety, share_percent = excluded.share_percent, excluded = excluded.excluded,
        low_under = excluded.low_under, confidence_percent = excluded.confidence_percent
    """,
)
DROP_POLICIES = Query(None, "delete from inventory.policy where id = any(:ids::uuid[])")
