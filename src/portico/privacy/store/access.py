"""SQL of who looked at whom."""

from portico.platform.db import Query
from portico.privacy.types import Look

ADD = Query(
    None,
    """
    insert into privacy.access (customer_id, actor, actor_name, what, path, channel_id, location_id, request_id, at)
    select *
    from unnest(:customers::uuid[], :actors::text[], :actor_names::text[], :whats::text[], :paths::text[], :channels::uuid[],
        :locations::uuid[], :requests::text[], :ats::timestamptz[])
    """,
)
LIST = Query(
    Look,
    """
    select id, customer_id, actor, actor_name, what, path, channel_id, location_id, at
    from privacy.access
    where (:customers::uuid[] is null or customer_id = any(:customers))
        and (:actor::text is null or actor = :actor)
        and (:since::timestamptz is null or at >= :since)
        and (:until::timestamptz is null or at < :until)
        and (:before::bigint is null or id < :before)
    order by id desc
    limit :rows_max
    """,
)
