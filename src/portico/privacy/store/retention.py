"""SQL of how long things are kept."""

from datetime import datetime

import msgspec

from portico.platform.db import Query
from portico.privacy.types import Ran


class RuleRow(msgspec.Struct, frozen=True):
    code: str
    keep_days: int
    active: bool
    version: int
    changed_at: datetime
    actor_name: str


RULES = Query(RuleRow, "select code, keep_days, active, version, changed_at, actor_name from privacy.retention")
PUT_RULE = Query(
    int,
    """
    insert into privacy.retention (code, keep_days, active, actor, actor_name, changed_at)
    select :code, :keep_days, :active, :actor, :actor_name, :now
    where :version = 0 or exists (select from privacy.retention where code = :code)
    on conflict (code) do update
    set keep_days = excluded.keep_days, active = excluded.active, version = retention.version + 1, actor = excluded.actor,
        actor_name = excluded.actor_name, changed_at = excluded.changed_at
    where retention.version = :version
    returning version
    """,
)
ADD_RUN = Query(
    None, "insert into privacy.retention_run (id, code, before, rows, at) values (:id, :code, :before, :rows, :now)"
)
RUNS = Query(Ran, "select code, before, rows, at from privacy.retention_run order by at desc, id desc limit :rows_max")
