"""SQL of carriage rates."""

from portico.platform.db import Query
from portico.pricing.types.carriage import CarriageRates

_COLUMNS = "market_id, version, rates, actor_name, changed_at"
NEWEST = Query(
    CarriageRates, f"select {_COLUMNS} from pricing.carriage where market_id = :market_id order by version desc limit 1"
)
VERSIONS = Query(
    CarriageRates,
    f"select {_COLUMNS} from pricing.carriage where market_id = :market_id order by version desc limit :rows_max",
)
# Of two who change the same version one does: the other finds its number taken.
PUT = Query(
    CarriageRates,
    f"""
    insert into pricing.carriage (market_id, version, rates, actor, actor_name, changed_at)
    values (:market_id, :version, :rates::text::jsonb, :actor, :actor_name, :now)
    on conflict do nothing
    returning {_COLUMNS}
    """,
)
