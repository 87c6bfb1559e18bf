"""What a race needs to be one: callers that start together."""

import asyncio
import re
import zlib

from portico.platform.db import Database, Query

CALLERS = 8  # as many as a test's pool has connections
DAWDLE_SECONDS = 0.25
PATIENCE = 50  # looks, ten milliseconds apart, for a second caller
LOCKING = re.compile(r"for update( of \w+)?( skip locked)?")


async def line_up(database: Database) -> None:
    """Open every connection of the pool, so that no caller is late because it had to connect first."""
    await asyncio.gather(*(database.pool.fetchval("select pg_sleep(0.1)") for _ in range(CALLERS)))


def without_lock(query: Query) -> Query:  # type: ignore[type-arg]
    """The same statement without its `for update`: what a control runs to lose the race.

    It sees what it sees, waits until a second caller has looked as well, and then dawdles, so that nobody writes before others
    have looked, on any machine.
    """
    text, locks = LOCKING.subn("", query.text)
    assert locks == 1
    return _dawdling(query, text)


def dawdling(query: Query) -> Query:  # type: ignore[type-arg]
    """The same statement, which sees what it sees, waits for a second caller who does, and then dawdles."""
    return _dawdling(query, query.text)


def _dawdling(query: Query, text: str) -> Query:  # type: ignore[type-arg]
    slow = Query(query.row, "")
    Query.every.remove(slow)
    slow.names = query.names
    key = zlib.crc32(text.encode())
    slow.text = f"""
        with recursive
        seen as materialized ({text}),
        here as materialized (select pg_advisory_xact_lock_shared({key} + 0 * looked.rows) from (select count(*) as rows from seen) as looked),
        waiting (look, others) as (
            select 0, (select count(*) from here)
            union all
            select look + 1, (
                select count(distinct pid) from pg_locks, pg_sleep(0.01 + 0 * look)
                where locktype = 'advisory' and objid = {key}::oid
                    and database = (select oid from pg_database where datname = current_database())
            )
            from waiting
            where look < {PATIENCE} and others < 2
        ),
        dawdled as materialized (select pg_sleep({DAWDLE_SECONDS} + 0 * waited.looks) from (select count(*) as looks from waiting) as waited)
        select seen.* from seen, dawdled
        """
    return slow
