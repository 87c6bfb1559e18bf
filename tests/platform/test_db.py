"""Transactions: what is undone takes its facts and jobs along, and a commit is never cancelled half-way."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from portico.platform import clock
from portico.platform.db import Database, Query, Tx
from portico.platform.events import Fact, Hand
from portico.platform.ids import Id

BY = Hand(actor="system:test", actor_name="Test")


class Noted(Fact, frozen=True, kw_only=True):
    """Something to announce; of no room."""

    type_name = "test.noted.v1"


def note(name: int) -> Noted:
    return Noted(subject=Id(UUID(int=name).bytes), by=BY, occurred_at=clock.now())


def query(row: type | None, text: str) -> Query:  # type: ignore[type-arg]
    made = Query(row, text)
    Query.every.remove(made)  # these tables are the test's own
    return made


ADD = query(None, "insert into public.thing (id) values (:id)")
COMMITTING = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'commit%' and state = 'active'"
ALL = query(int, "select id from public.thing order by id")
FACTS = query(str, "select subject from platform.fact order by id")
JOBS = query(str, "select convert_from(payload, 'UTF8') from public.pgqueuer order by id")


@pytest.fixture
async def things(database: Database) -> Database:
    async with database.pool.acquire() as connection:
        await connection.execute("create table public.thing (id int primary key)")
    return database


async def slow_commits(database: Database) -> None:
    """Have each commit that adds a thing take a second and a half."""
    async with database.pool.acquire() as connection:
        await connection.execute(
            """
            create function public.dawdle() returns trigger language plpgsql
                as $$ begin perform pg_sleep(1.5); return null; end $$;
            create constraint trigger dawdle after insert on public.thing deferrable initially deferred
                for each row execute function public.dawdle();
            """
        )


async def seen(database: Database, what: Query) -> list:  # type: ignore[type-arg]
    async with database.read() as tx:
        return await tx.all(what)


async def do(tx: Tx, name: int) -> None:
    await tx.run(ADD, id=name)
    tx.emit([note(name)])
    tx.enqueue("test", name)


def subjects(*names: int) -> list[str]:
    return [f"id_{name:032x}" for name in names]


async def test_a_transaction_is_whole(things: Database) -> None:
    async with things.transaction() as tx:
        await do(tx, 1)
    with pytest.raises(KeyError):
        async with things.transaction() as tx:
            await do(tx, 2)
            raise KeyError
    assert await seen(things, ALL) == [1]
    assert await seen(things, FACTS) == subjects(1)
    assert await seen(things, JOBS) == ["1"]


async def test_a_savepoint_undoes_its_facts_and_jobs_and_nothing_else(things: Database) -> None:
    async with things.transaction() as tx:
        await do(tx, 1)
        with pytest.raises(asyncpg.UniqueViolationError):
            async with tx.savepoint():
                await do(tx, 2)
                await tx.run(ADD, id=1)
        async with tx.savepoint():
            await do(tx, 3)
            with pytest.raises(KeyError):
                async with tx.savepoint():
                    await do(tx, 4)
                    raise KeyError
        await do(tx, 5)
    assert await seen(things, ALL) == [1, 3, 5]
    assert await seen(things, FACTS) == subjects(1, 3, 5)
    assert await seen(things, JOBS) == ["1", "3", "5"]


async def test_a_caller_that_goes_away_before_the_commit_undoes_it(things: Database) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        async with things.transaction() as tx:
            await do(tx, 1)
            begun.set()
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await seen(things, ALL) == [] and await seen(things, FACTS) == []


@pytest.mark.parametrize("times", [1, 3])
async def test_a_caller_that_goes_away_during_the_commit_does_not_cancel_it(things: Database, times: int) -> None:
    await slow_commits(things)
    committing = asyncio.Event()

    async def work() -> None:
        async with things.transaction() as tx:
            await do(tx, 1)
            committing.set()

    task = asyncio.create_task(work())
    await committing.wait()
    while not await things.pool.fetchval(COMMITTING):
        pass
    for _ in range(times):
        await asyncio.sleep(0.05)
        task.cancel()
    assert not task.done()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await seen(things, ALL) == [1] and await seen(things, FACTS) == subjects(1)
    async with things.transaction() as tx:  # the connection went back in order
        await do(tx, 2)
    assert await seen(things, ALL) == [1, 2]


async def test_without_the_shield_the_commit_is_cancelled(things: Database) -> None:
    """The control: asyncpg's own transaction, cancelled in the same moment, is lost."""
    await slow_commits(things)

    async def work() -> None:
        async with things.pool.acquire() as connection, connection.transaction():
            await connection.execute(ADD.text, 1)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.15)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await seen(things, ALL) == []


async def test_a_commit_that_fails_is_told(things: Database) -> None:
    """A constraint looked at only at the end: the caller hears of it, and nothing stays."""
    async with things.pool.acquire() as connection:
        await connection.execute(
            "alter table public.thing add other int references public.thing (id) deferrable initially deferred"
        )
    dangling = query(None, "insert into public.thing (id, other) values (:id, :id + 1)")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with things.transaction() as tx:
            await tx.run(dangling, id=7)
            tx.emit([note(7)])
    assert await seen(things, ALL) == [] and await seen(things, FACTS) == []


async def test_facts_wake_readers_after_the_commit_only(things: Database) -> None:
    woken: list[int] = []
    things.on_commit = lambda facts: woken.append(len(facts))
    async with things.transaction() as tx:
        await tx.run(ADD, id=1)
    assert woken == []
    async with things.transaction() as tx:
        await do(tx, 2)
        assert woken == []
    assert woken == [1]
    with pytest.raises(KeyError):
        async with things.transaction() as tx:
            await do(tx, 3)
            raise KeyError
    assert woken == [1]


async def test_a_snapshot_writes_nothing_and_sees_one_state(things: Database) -> None:
    async with things.snapshot() as tx:
        assert await tx.all(ALL) == []
        async with things.transaction() as other:
            await do(other, 1)
        assert await tx.all(ALL) == []
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tx.run(ADD, id=2)
    assert await seen(things, ALL) == [1]


def test_a_statement_numbers_its_parameters_by_name() -> None:
    made = query(int, "select :a::int + :b::int + :a_1 + :a::bigint")
    assert made.text == "select $1::int + $2::int + $3 + $1::bigint"
    assert made.arguments({"b": 2, "a": 1, "a_1": 3}) == [1, 2, 3]
