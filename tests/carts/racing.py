"""What a race needs to be one: callers that start together."""

import asyncio

from portico.platform.db import Database, Query

CALLERS = 8  # as many as a test's pool has connections


async def line_up(database: Database) -> None:
    """Open every connection of the pool, so that no caller is late because it had to connect first."""
    await asyncio.gather(*(database.pool.fetchval("select pg_sleep(0.1)") for _ in range(CALLERS)))


def without_lock(query: Query) -> Query:  # type: ignore[type-arg]
    """The same statement without its `for update`: what a control runs to lose the race."""
    unlocked = Query(query.row, "")
    Query.every.remove(unlocked)
    unlocked.names, unlocked.text = query.names, query.text.replace("for update", "")
    assert unlocked.text != query.text
    return unlocked
