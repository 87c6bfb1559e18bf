"""Migrations: once, in order, whole or not at all, whoever starts at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from portico.app.rooms import ROOMS
from portico.platform import migrate
from portico.platform.migrate import Migration, MigrationChanged, MigrationUnknown

ONE = Migration("fruit", "0001_fruit.sql", "create schema fruit; create table fruit.apple (id int);")
TWO = Migration("fruit", "0002_pear.sql", "create table fruit.pear (id int); select pg_sleep(0.2);")
BROKEN = Migration("fruit", "0003_broken.sql", "create table fruit.plum (id int); create tabel fruit.oops;")


@pytest.fixture
async def empty(server_url: str) -> AsyncIterator[str]:
    """A database without anything in it."""
    name, base = f"test_{uuid4().hex}", server_url.partition("?")
    url = f"{base[0].rpartition('/')[0]}/{name}{base[1]}{base[2]}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f'create database "{name}"')
        yield url
        await admin.execute(f'drop database if exists "{name}" with (force)')
    finally:
        await admin.close()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url, statement_cache_size=0)
    try:
        yield connection
    finally:
        await connection.close()


async def run(url: str, *known: Migration, dry_run: bool = False) -> list[str]:
    async with connected(url) as connection:
        return [one.name for one in await migrate._migrate(connection, known, dry_run=dry_run)]


async def tables(url: str) -> list[str]:
    async with connected(url) as connection:
        found = await connection.fetch("select tablename from pg_tables where schemaname = 'fruit' order by 1")
    return [row["tablename"] for row in found]


async def test_each_file_is_applied_once(empty: str) -> None:
    assert await run(empty, ONE) == [ONE.name]
    assert await run(empty, ONE, TWO) == [TWO.name]
    assert await run(empty, ONE, TWO) == []
    assert await tables(empty) == ["apple", "pear"]


async def test_a_file_that_was_applied_and_changed_is_refused(empty: str) -> None:
    await run(empty, ONE)
    with pytest.raises(MigrationChanged) as refused:
        await run(empty, Migration(ONE.room, ONE.name, ONE.text + " "), TWO)
    assert (refused.value.room, refused.value.name) == (ONE.room, ONE.name)
    assert await tables(empty) == ["apple"]


async def test_a_database_that_knows_more_than_we_do_is_refused(empty: str) -> None:
    await run(empty, ONE, TWO)
    with pytest.raises(MigrationUnknown) as refused:
        await run(empty, ONE)
    assert refused.value.name == TWO.name
    assert await tables(empty) == ["apple", "pear"]


async def test_a_dry_run_leaves_nothing(empty: str) -> None:
    assert await run(empty, ONE, TWO, dry_run=True) == [ONE.name, TWO.name]
    assert await tables(empty) == []
    async with connected(empty) as connection:
        assert await connection.fetchval("select to_regclass('platform.migration')") is None
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await run(empty, ONE, BROKEN, dry_run=True)
    assert await run(empty, ONE) == [ONE.name]


async def test_a_failing_file_leaves_nothing_of_its_batch(empty: str) -> None:
    await run(empty, ONE)
    with pytest.raises(asyncpg.PostgresSyntaxError):
        await run(empty, ONE, TWO, BROKEN)
    assert await tables(empty) == ["apple"]
    assert await run(empty, ONE, TWO) == [TWO.name]


async def test_several_at_once_apply_once(empty: str) -> None:
    """The very first start, by four processes in the same moment, register and all."""
    applied = await asyncio.gather(*(run(empty, ONE, TWO) for _ in range(4)))
    assert sorted(applied) == [[], [], [], [ONE.name, TWO.name]]
    async with connected(empty) as connection:
        assert await connection.fetchval("select count(*) from platform.migration") == 2


class Unlocked:
    """A connection that leaves the table's lock out."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    async def execute(self, statement: str, *values: Any) -> str:
        return "" if statement.startswith("lock table") else await self._connection.execute(statement, *values)


async def test_without_the_lock_two_at_once_collide(empty: str) -> None:
    """The control: the same start, once the register is there, without the lock."""
    await run(empty)

    async def unlocked() -> object:
        async with connected(empty) as connection:
            return await migrate._migrate(Unlocked(connection), [ONE, TWO], dry_run=False)  # type: ignore[arg-type]

    answers = await asyncio.gather(*(unlocked() for _ in range(4)), return_exceptions=True)
    assert any(isinstance(one, asyncpg.PostgresError) for one in answers)


async def test_the_house_is_migrated_from_nothing_and_then_up_to_date(empty: str) -> None:
    applied = await migrate.migrate(empty, rooms=ROOMS)
    assert {one.room for one in applied} <= set(ROOMS) and len(applied) >= 10
    assert await migrate.migrate(empty, rooms=ROOMS) == []
