"""SQL of sourcing rules and decisions."""

import msgspec

from portico.business.types import LocationId
from portico.fulfillment.types import Decision, RuleSet
from portico.platform.db import Query

_RULES = "id, market_id, version, body, made_by, made_at"
# A market's own rules before those of all.
ACTIVE = Query(
    RuleSet,
    f"""
    select {_RULES}
    from fulfillment.rule_set
    where active and (market_id = any(:market_ids::uuid[]) or market_id is null)
    order by market_id nulls last
    """,
)
VERSIONS = Query(
    RuleSet,
    f"""
    select {_RULES}
    from fulfillment.rule_set
    where market_id is not distinct from :market_id
    order by version desc
    limit :rows_max
    """,
)
# One writer of rules at a time: versions count up.
LOCK_RULES = Query(None, "lock table fulfillment.rule_set in share row exclusive mode")
RETIRE = Query(
    None,
    "update fulfillment.rule_set set active = false where active and market_id is not distinct from :market_id",
)
ADD_RULES = Query(
    RuleSet,
    f"""
    insert into fulfillment.rule_set (id, market_id, version, body, active, made_by, made_at)
    select :id, :market_id, coalesce(max(version), 0) + 1, :body::text::jsonb, true, :by, :now
    from fulfillment.rule_set
    where market_id is not distinct from :market_id
    returning {_RULES}
    """,
)
ADD_DECISIONS = Query(
    None,
    """
    insert into fulfillment.decision (id, holder, market_id, rules_version, inputs, outcome, rejected_by, reason,
        actor, decided_at)
    select id, holder, market_id, rules_version, inputs::jsonb, outcome::jsonb, rejected_by, reason, actor, :now
    from unnest(:ids::uuid[], :holders::text[], :market_ids::uuid[], :versions::int[], :inputs::text[], :outcomes::text[],
        :rejected_bys::uuid[], :reasons::text[], :actors::text[])
        as given (id, holder, market_id, rules_version, inputs, outcome, rejected_by, reason, actor)
    """,
)
SUPERSEDE = Query(None, "update fulfillment.decision set superseded_by = :by where id = :id and superseded_by is null")
SUPERSEDE_ALL = Query(
    None,
    "update fulfillment.decision set superseded_by = :by where holder = :holder and id <> :by and superseded_by is null",
)
_DECISION = (
    "id, holder, market_id, rules_version, inputs, outcome, rejected_by, reason, actor, decided_at, superseded_by"
)
LOCK_DECISION = Query(Decision, f"select {_DECISION} from fulfillment.decision where id = :id for update")
OF_HOLDERS = Query(
    Decision,
    f"""
    select {_DECISION}
    from fulfillment.decision
    where holder = any(:holders::text[])
    order by decided_at, id
    """,
)
RENAME = Query(None, "update fulfillment.decision set holder = :holder where holder = :before")
SINCE = Query(
    Decision,
    f"""
    select {_DECISION}
    from fulfillment.decision
    where decided_at >= :since and superseded_by is null and starts_with(holder, 'ord_')
        and (:market_id::uuid is null or market_id = :market_id)
        and (:after::uuid is null or id > :after)
    order by id
    limit :rows_max
    """,
)
LATEST = Query(
    Decision,
    f"""
    select {_DECISION}
    from fulfillment.decision
    where market_id = :market_id and superseded_by is null and starts_with(holder, 'ord_')
        and (:since::timestamptz is null or decided_at >= :since)
    order by decided_at desc, id desc
    limit :rows_max
    """,
)


class LoadRow(msgspec.Struct, frozen=True):
    location_id: LocationId
    orders: int


LOADS = Query(LoadRow, "select location_id, orders from fulfillment.load where day = :day")
# In key order, so that batches that share places queue instead of deadlocking.
ADD_LOADS = Query(
    None,
    """
    insert into fulfillment.load as load (location_id, day, orders)
    select location_id, :day, orders
    from unnest(:location_ids::uuid[], :orders::int[]) as given (location_id, orders)
    order by location_id
    on conflict (location_id, day) do update set orders = greatest(0, load.orders + excluded.orders)
    """,
)
