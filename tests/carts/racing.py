"""What a race needs to be one: callers that start together."""

import asyncio
import re

from portico.platform.db import Database, Query

CALLERS = 8  # as many as a test's pool has connections
DAWDLE_SECONDS = 0.25
LOCKING = re.compile(r"for update( of \w+)?( skip locked)?")


async def line_up(database: Database) -> None:
    """Open every connection of the pool, so that no caller is late because it had to connect first."""
    await asyncio.gather(*(database.pool.fetchval("select pg_sleep(0.1)") for _ in range(CALLERS)))


def without_lock(query: Query) -> Query:  # type: ignore[type-arg]
    """The same statement without its `for update`: what a control runs to lose the race.

    It sees what it sees and then dawdles, so that everybody has looked before anybody writes, on any machine.
    """
    text, locks = LOCKING.subn("", query.text)
    assert locks == 1
    return _dawdling(query, text)


def dawdling(query: Query) -> Query:  # type: ignore[type-arg]
    """The same statement, which sees what it sees and then dawdles."""
    return _dawdling(query, query.text)


def _dawdling(query: Query, text: str) -> Query:  # type: ignore[type-arg]
    slow = Query(query.row, "")
    Query.every.remove(slow)
    slow.names = query.names
    slow.text = f"""
        with seen as materialized ({text}), dawdled as materialized (select pg_sleep({DAWDLE_SECONDS}))
        select seen.* from seen, dawdled
        """
    return slow
