"""Programmes that several people put into force at once."""

import asyncio

import asyncpg
import pytest
from tests.carts.racing import line_up, without_lock
from tests.loyalty.members import live
from tests.world import World

from portico.loyalty import api
from portico.loyalty.store import programmes as store
from portico.loyalty.types import Programme
from portico.platform.db import Database


async def _published_by_many(database: Database, world: World) -> list[object]:
    await live(database, world)

    async def publish() -> Programme:
        async with database.transaction() as tx:
            return await api.publish(tx, code="club", expected=1, by=world.by)

    await line_up(database)
    return await asyncio.gather(*(publish() for _ in range(4)), return_exceptions=True)


async def test_versions_follow_each_other(database: Database, world: World) -> None:
    answers = await _published_by_many(database, world)
    assert sorted(one.version or 0 for one in answers if isinstance(one, Programme)) == [2, 3, 4, 5]


async def test_without_its_lock_two_write_the_same_version(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    answers = await _published_by_many(database, world)
    assert any(isinstance(one, asyncpg.UniqueViolationError) for one in answers)
