"""Jobs on PgQueuer: enqueued in the caller's transaction, run by a worker after the commit, retried on failure."""

from collections.abc import Sequence

import asyncpg
from pgqueuer import AsyncpgDriver, Queries

from portico.platform.db import Connection

PRIORITY = 0


async def install(url: str) -> None:
    """Create PgQueuer's tables, or bring those of an older version up to date."""
    connection = await asyncpg.connect(url)
    try:
        queries = Queries(AsyncpgDriver(connection))
        async with connection.transaction():
            # Held to the commit: two first starts at once make the tables once.
            await connection.execute("lock table platform.migration in exclusive mode")
            installed = await queries.schema_is_installed()
            if not installed:
                await queries.install()
        if installed:
            await queries.upgrade()  # takes a lock of its own, and its statements cannot share a transaction
    finally:
        await connection.close()


async def enqueue(connection: Connection, jobs: Sequence[tuple[str, bytes]]) -> None:
    """Add jobs in the transaction that `connection` is in: they exist if and only if it commits."""
    queries = Queries(AsyncpgDriver(connection))  # type: ignore[arg-type]  # a pooled connection does as well
    await queries.enqueue([name for name, _ in jobs], [body for _, body in jobs], [PRIORITY] * len(jobs))
