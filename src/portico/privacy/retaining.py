"""What time ends: how long each thing is kept is data; what is over goes in small batches; a dry run counts first."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from uuid_utils import uuid7

from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.personal import House
from portico.platform.refusals import Conflict
from portico.privacy.store import retention as store
from portico.privacy.types import BadRetention, Due, Ran, RetentionRule

log = structlog.get_logger()

DAYS_MAX = 36_500
ROWS_AT_ONCE = 1_000
BATCHES_MAX = 1_000  # of one rule in one run; the rest goes with the next
RUNS_SHOWN = 50


async def rules(tx: Tx, *, house: House) -> list[RetentionRule]:
    """Every rule as it holds now: as somebody set it, or as it comes."""
    changed = {one.code: one for one in await tx.all(store.RULES)}
    found = []
    for one in house.retained.values():
        row = changed.get(one.code)
        found.append(
            RetentionRule(
                code=one.code, keep_days=row.keep_days if row else one.days, keep_days_usual=one.days,
                active=row.active if row else True, version=row.version if row else 0,
                changed_at=row.changed_at if row else None, actor_name=row.actor_name if row else "",
            )
        )  # fmt: skip
    return found


async def put_rule(
    tx: Tx, *, house: House, code: str, keep_days: int, active: bool, version: int, by: Hand
) -> RetentionRule:
    """Say how long something is kept. Of two who do so at once the second is told. Refuses BadRetention, Conflict."""
    _checked(house, code, keep_days)
    made = await tx.maybe(
        store.PUT_RULE, code=code, keep_days=keep_days, active=active, version=version, actor=by.actor,
        actor_name=by.actor_name, now=tx.now,
    )  # fmt: skip
    now = {one.code: one for one in await rules(tx, house=house)}[code]
    if made is None:
        raise Conflict(what="retention", id=code, version=now.version)
    return now


def _checked(house: House, code: str, keep_days: int) -> None:
    one = house.retained.get(code)
    if one is None:
        raise BadRetention(field="code")
    if not one.days_min <= keep_days <= DAYS_MAX:
        raise BadRetention(field="keep_days")


async def due(tx: Tx, *, house: House, days: Mapping[str, int] | None = None) -> list[Due]:
    """A dry run: what each rule would end now, or would with other `days`; nothing is written. Refuses BadRetention."""
    tried = days or {}
    for code, keep_days in tried.items():
        _checked(house, code, keep_days)
    found = []
    for rule in await rules(tx, house=house):
        before = tx.now - timedelta(days=tried.get(rule.code, rule.keep_days))
        found.append(Due(rule.code, before, await tx.one(house.retained[rule.code].count, before=before)))
    return found


async def run(database: Database, *, house: House) -> list[Ran]:
    """Apply every rule that is in use, batch by batch, each a transaction of its own; what was ended is written down."""
    async with database.read() as tx:
        now, known = tx.now, await rules(tx, house=house)
    done = []
    for rule in known:
        if not rule.active:
            continue
        before, rows = now - timedelta(days=rule.keep_days), 0
        for _ in range(BATCHES_MAX):
            async with database.transaction() as tx:
                batch = await tx.one(house.retained[rule.code].sweep, before=before, rows_max=ROWS_AT_ONCE)
            rows += batch
            if batch < ROWS_AT_ONCE:
                break
        if rows:
            async with database.transaction() as tx:
                await tx.run(
                    store.ADD_RUN, id=UUID(bytes=uuid7().bytes), code=rule.code, before=before, rows=rows, now=tx.now
                )
                done.append(Ran(rule.code, before, rows, tx.now))
    return done


async def runs(tx: Tx) -> list[Ran]:
    """What was ended, the newest first."""
    return await tx.all(store.RUNS, rows_max=RUNS_SHOWN)
