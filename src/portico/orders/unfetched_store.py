"""SQL of what nobody comes for."""

from portico.orders.types import CollectPolicy
from portico.platform.db import Query

POLICIES = Query(
    CollectPolicy,
    "select market_id, keep_days, cancels from orders.collect_policy where market_id = any(:market_ids::uuid[])",
)
PUT_POLICY = Query(
    None,
    """
    insert into orders.collect_policy (market_id, keep_days, cancels)
    values (:market_id, :keep_days, :cancels)
    on conflict (market_id) do update
    set keep_days = excluded.keep_days, cancels = excluded.cancels
    """,
)
