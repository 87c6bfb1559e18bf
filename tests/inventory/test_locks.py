"""Locks that the other tests do not take away: each of them removed, its race is lost."""

import asyncio
from datetime import timedelta

import pytest
from tests.carts.racing import line_up, without_lock
from tests.world import ON_HAND, World

from portico.inventory import api
from portico.inventory.store import counts, leases
from portico.inventory.types import Found, Lease, LeaseLine, LeaseUnknown
from portico.platform import clock
from portico.platform.db import Database


async def _settle_at_once(database: Database, world: World) -> list[object]:
    async with database.transaction() as tx:
        made, _ = await api.lease(
            tx, till_id=world.tills["T1"], location_id=world.store, lines=[LeaseLine(world.variants["LAMP-1"], 5)],
            lasts=timedelta(hours=1), by=world.by,
        )  # fmt: skip
    await line_up(database)

    async def settle() -> Lease:
        async with database.transaction() as tx:
            return await api.settle_lease(tx, till_id=world.tills["T1"], lease_id=made.id, by=world.by)

    return await asyncio.gather(*(settle() for _ in range(3)), return_exceptions=True)


async def test_a_lease_is_settled_once(database: Database, world: World) -> None:
    answers = await _settle_at_once(database, world)
    assert sorted(type(one).__name__ for one in answers) == ["Lease", "LeaseUnknown", "LeaseUnknown"]


async def test_without_its_lock_it_is_settled_more_than_once(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "LOCK_LEASE", without_lock(leases.LOCK_LEASE))
    answers = await _settle_at_once(database, world)
    assert sum(isinstance(one, Lease) for one in answers) > 1
    assert not [one for one in answers if isinstance(one, LeaseUnknown)] or len(answers) > 1


async def _learn_at_once(database: Database, world: World) -> float:
    """Two shelves of a place, each five units short, approved at the same moment: how much the place is known to lose."""
    long_ago = clock.now() - timedelta(days=30)
    made = []
    for sku, missing, at in (("LAMP-1", 0, long_ago), ("MUG-1", 0, long_ago), ("LAMP-1", 5, None), ("MUG-1", 5, None)):
        async with database.transaction(now=at) as tx:
            opened = await api.open_count(
                tx, location_id=world.store, variant_ids=[world.variants[sku]], by=world.by, tolerance=100
            )
            found = [Found(world.variants[sku], ON_HAND - missing)]
            await api.record(tx, count_id=opened.head.id, found=found, by=world.by)
            if at:
                await api.approve(tx, count_id=opened.head.id, by=world.by)
            else:
                made.append(opened.head.id)
    await line_up(database)

    async def approve(count_id) -> None:  # type: ignore[no-untyped-def]
        async with database.transaction() as tx:
            await api.approve(tx, count_id=count_id, by=world.by)

    await asyncio.gather(*(approve(one) for one in made))
    return float(await database.pool.fetchval("select lost from inventory.shrink"))


async def test_what_two_counts_teach_is_learnt_twice(database: Database, world: World) -> None:
    assert await _learn_at_once(database, world) == pytest.approx(10)


async def test_without_its_lock_one_of_them_is_forgotten(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counts, "LOCK_SHRINK", without_lock(counts.LOCK_SHRINK))
    assert await _learn_at_once(database, world) == pytest.approx(5)
