"""`portico bench ledger`: transfers per second, in batches, each batch one call and one transaction that is on disk.

The limit is PostgreSQL's own COPY of the same rows: into the table as it is, and into one without its foreign keys, which tells
what those cost. Balances are updated once per account and batch, whatever the number of its transfers.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg

from portico.app import runtime
from portico.lab.bench import report
from portico.lab.bench.place import scratch_database
from portico.ledger import api
from portico.ledger.types import Account, Transfer, Transferred
from portico.platform import clock, postgres
from portico.platform.db import Database, connect

ACCOUNTS = 1_000
TRANSFERS = 100_000
BATCHES = (1, 100, 10_000)
ROUNDS = 3
GOAL = 100_000
SINGLE_MAX = 1_000  # of batches of one, so many are enough


async def bench(*, settings_url: str | None, data: Path, seed: int, say: Callable[[str], None]) -> report.Report:
    server = postgres.running(data_dir=data, database_url=settings_url, join=True)
    found = await asyncio.to_thread(server.__enter__)
    try:
        async with scratch_database(found.dsn) as url:
            await runtime.prepare(url)
            async with connect(url, connections_max=2) as database:
                rows = await _rows(database, seed, say)
        return report.Report("ledger", report.machine(found.version), rows)
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def _rows(database: Database, seed: int, say: Callable[[str], None]) -> list[report.Row]:
    draw = random.Random(seed)
    rates: dict[int, list[float]] = {size: [] for size in BATCHES}
    as_it_is, without_keys = list[float](), list[float]()
    await _run(database, _drawn(draw, ACCOUNTS * 10), ACCOUNTS * 10)  # accounts are open from here on
    async with database.pool.acquire() as connection:
        await connection.execute("create schema bench")
        await connection.execute("create table bench.transfer (like ledger.transfer including all)")
    for _ in range(ROUNDS):
        transfers = _drawn(draw, TRANSFERS)
        for size in BATCHES:
            rates[size].append(await _run(database, transfers[: SINGLE_MAX * size], size))
        async with database.pool.acquire() as connection:
            without_keys.append(await _copy(connection, "bench", TRANSFERS))
            as_it_is.append(await _copy(connection, "ledger", TRANSFERS))
        told = ", ".join(f"{rates[size][-1]:,.0f}/s by {size:,}" for size in BATCHES)
        say(f"{told}; COPY {as_it_is[-1]:,.0f}/s, without foreign keys {without_keys[-1]:,.0f}/s")
    async with database.read() as tx:
        if wrong := await api.differences(tx):
            raise RuntimeError(f"it does not add up: {wrong[0]}")
    limit = statistics.median(as_it_is)
    rows = [
        report.rate(
            f"COPY of {TRANSFERS:,} rows without foreign keys", statistics.median(without_keys), unit="transfers/s"
        ),
        report.rate(f"COPY of {TRANSFERS:,} rows into the table as it is", limit, unit="transfers/s"),
    ]
    rows += [
        report.rate(f"batches of {size:,}", statistics.median(rates[size]), unit="transfers/s", limit=limit)
        for size in BATCHES
    ]
    best = max(statistics.median(one) for one in rates.values())
    return [*rows, report.rate("best batch beside the goal", best, unit="transfers/s", limit=GOAL, goal=1.0)]


def _drawn(draw: random.Random, count: int) -> list[Transfer]:
    accounts = [Account(f"bench:{i}:EUR", "bench", "EUR") for i in range(ACCOUNTS)]
    made = []
    for i in range(count):
        source, target = draw.sample(accounts, 2)
        made.append(
            Transfer(
                source=source, target=target, amount=draw.randint(1, 10_000), reason="bench", reference=f"bench_{i}",
                actor="system:bench", occurred_at=clock.now(),
            )
        )  # fmt: skip
    return made


async def _run(database: Database, transfers: Sequence[Transfer], size: int) -> float:
    began = time.perf_counter()
    for start in range(0, len(transfers), size):
        async with database.transaction() as tx:
            answers = await api.transfer(tx, transfers=transfers[start : start + size])
        if not all(isinstance(one, Transferred) for one in answers):
            raise RuntimeError("a transfer was refused")
    return len(transfers) / (time.perf_counter() - began)


async def _copy(connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", schema: str, rows: int) -> float:
    """Rows per second of COPY alone: the newest transfers again, with ids of their own, undone afterwards for the ledger's sake."""
    found = await connection.fetch(
        f"select gen_random_uuid(), from_account, to_account, amount, unit, reason, reference, actor, occurred_at, recorded_at"
        f" from ledger.transfer order by id desc limit {rows}"
    )
    records = [tuple(one) for one in found]
    transaction = connection.transaction()
    await transaction.start()
    try:
        began = time.perf_counter()
        await connection.copy_records_to_table("transfer", schema_name=schema, records=records)
        return len(records) / (time.perf_counter() - began)
    finally:
        await transaction.rollback()
