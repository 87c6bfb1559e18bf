"""Locks of fulfillment: each of them removed, its race is lost."""

import asyncio

import asyncpg
import pytest

from portico.fulfillment import api
from portico.fulfillment.store import sourcing as store
from portico.fulfillment.types import Rules, RuleSet, Sourced
from portico.platform.db import Database, Query
from portico.platform.refusals import NotFound
from tests.carts.racing import line_up, without_lock
from tests.fulfillment.world import ask, grounds, open_chain, source
from tests.world import World


async def _reject_at_once(database: Database, world: World) -> list[object]:
    await open_chain(database, world, MUG_1=100)
    mine = ask(world, ("MUG-1", 3))
    (first,) = await source(database, mine)
    assert isinstance(first, Sourced)
    directory, network = await grounds(database)
    await line_up(database)

    async def again() -> Sourced:
        async with database.transaction() as tx:
            return await api.source_again(
                tx, decision_id=first.decision_id, rejected_by=first.shipments[0].location_id, reason="gone",
                lines=mine.lines, by=world.by, directory=directory, network=network,
            )  # fmt: skip

    return await asyncio.gather(*(again() for _ in range(2)), return_exceptions=True)


async def test_a_decision_is_made_again_once(database: Database, world: World) -> None:
    answers = await _reject_at_once(database, world)
    assert sorted(type(one).__name__ for one in answers) == ["NotFound", "Sourced"]


async def test_without_its_lock_it_is_made_again_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_DECISION", without_lock(store.LOCK_DECISION))
    answers = await _reject_at_once(database, world)
    assert not [one for one in answers if isinstance(one, NotFound)]


async def _put_at_once(database: Database, world: World) -> list[object]:
    await line_up(database)

    async def put(parcels: int) -> RuleSet:
        async with database.transaction() as tx:
            return await api.put_rules(tx, market_id=None, rules=Rules(parcels_max=parcels), by=world.by)

    return await asyncio.gather(*(put(n) for n in (1, 2, 3, 4)), return_exceptions=True)


async def test_rules_put_at_once_are_versions_one_after_the_other(database: Database, world: World) -> None:
    answers = await _put_at_once(database, world)
    assert sorted(one.version for one in answers if isinstance(one, RuleSet)) == [1, 2, 3, 4]


async def test_without_the_lock_two_are_the_same_version(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = Query(None, "select pg_sleep(0.2)")
    Query.every.remove(unlocked)
    monkeypatch.setattr(store, "LOCK_RULES", unlocked)
    answers = await _put_at_once(database, world)
    assert any(isinstance(one, asyncpg.UniqueViolationError) for one in answers)
