"""Locks of fulfillment: each of them removed, its race is lost."""

import asyncio

import asyncpg
import pytest

from portico.fulfillment import api
from portico.fulfillment.store import sourcing as store
from portico.fulfillment.store import work as work_store
from portico.fulfillment.types import Claimed, NothingToPick, Rules, RuleSet, Sourced
from portico.orders import api as orders
from portico.orders.types import Method
from portico.platform.db import Database, Query
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from tests.carts.racing import dawdling, line_up, without_lock
from tests.fulfillment.world import ask, grounds, open_chain, source
from tests.inventory.test_counting import on_hand
from tests.orders.works import OTHER, PICKER, followed, order, packed, work
from tests.world import ON_HAND, World


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


async def _two_pickers(database: Database, world: World) -> list[object]:
    """Both scan the last mug of one line, at the same moment."""
    placed = await order(database, world, Method.COLLECT, ("MUG-1", 1), at=world.store)
    one = await work(database, placed.head.id)
    await line_up(database)

    async def take(by: Hand) -> object:
        async with database.transaction() as tx:
            await api.start(tx, id=one.work.id, by=by)
            return await api.scan(tx, id=one.work.id, code="MUG-1", by=by)

    return await asyncio.gather(take(PICKER), take(OTHER), return_exceptions=True)


async def test_of_two_pickers_one_has_the_line(database: Database, world: World) -> None:
    answers = await _two_pickers(database, world)
    assert sorted(type(one).__name__ for one in answers) == ["Claimed", "Scanned"]


async def test_without_its_lock_both_think_it_is_theirs(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_store, "LOCK", without_lock(work_store.LOCK))
    answers = await _two_pickers(database, world)
    assert not [one for one in answers if isinstance(one, Claimed)]


async def _two_scans(database: Database, world: World) -> list[object]:
    """One person, two devices, and the last mug."""
    placed = await order(database, world, Method.COLLECT, ("MUG-1", 1), at=world.store)
    one = await work(database, placed.head.id)
    async with database.transaction() as tx:
        await api.start(tx, id=one.work.id, by=PICKER)
    await line_up(database)

    async def take() -> object:
        async with database.transaction() as tx:
            return await api.scan(tx, id=one.work.id, code="MUG-1", by=PICKER)

    return await asyncio.gather(take(), take(), return_exceptions=True)


async def test_the_last_unit_is_picked_once(database: Database, world: World) -> None:
    answers = await _two_scans(database, world)
    assert sorted(type(one).__name__ for one in answers) == ["PickedAlready", "Scanned"]


async def test_without_its_lock_it_is_picked_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work_store, "LOCK", without_lock(work_store.LOCK))
    monkeypatch.setattr(work_store, "LINES", dawdling(work_store.LINES))  # what is picked already is read then
    answers = await _two_scans(database, world)
    assert [type(one).__name__ for one in answers] == ["Scanned", "Scanned"]


async def test_of_two_who_claim_a_wave_one_has_it(database: Database, world: World) -> None:
    for _ in range(3):
        await order(database, world, Method.COLLECT, ("MUG-1", 1), at=world.store)
    async with database.transaction() as tx:
        wave, _ = await api.make_wave(tx, location_id=world.store, by=world.by)
    await line_up(database)

    async def claim(by: Hand) -> object:
        async with database.transaction() as tx:
            return await api.claim_wave(tx, id=wave.id, by=by)

    answers = await asyncio.gather(claim(PICKER), claim(OTHER), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["Claimed", "tuple"]
    async with database.read() as tx:
        _, works = await api.wave(tx, id=wave.id)
    assert len({one.work.claimed_by for one in works}) == 1 and len(works) == 3


async def test_who_finishes_the_last_of_a_wave_and_who_hands_it_over_do_not_wait_for_each_other(
    database: Database, world: World
) -> None:
    await order(database, world, Method.COLLECT, ("MUG-1", 1), at=world.store)
    async with database.transaction() as tx:
        wave, (one,) = await api.make_wave(tx, location_id=world.store, by=world.by)
        await api.claim_wave(tx, id=wave.id, by=PICKER)
        await api.scan(tx, id=one.work.id, code="MUG-1", by=PICKER)

    async def hand_over() -> None:
        async with database.transaction() as tx:
            await api.assign_wave(tx, id=wave.id, to=OTHER, by=world.by)

    async with database.transaction() as tx:
        await api.work(tx, id=one.work.id, lock=True)
        handing = asyncio.create_task(hand_over())
        await asyncio.sleep(0.5)
        await api.finish(tx, id=one.work.id, by=PICKER)
    with pytest.raises(NothingToPick):
        await handing


async def test_work_asked_for_at_once_is_opened_once(database: Database, world: World) -> None:
    placed = await order(database, world, Method.COLLECT, at=world.store, follow=False)
    await line_up(database)
    await asyncio.gather(*(followed(database, placed.head.id, world) for _ in range(4)))
    await work(database, placed.head.id)


async def test_of_two_who_ship_one_does(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP, at=world.store)
    one = await packed(database, await work(database, placed.head.id))
    await line_up(database)

    async def ship() -> object:
        async with database.transaction() as tx:
            return await orders.ship(tx, id=one.work.id, by=PICKER)

    answers = await asyncio.gather(ship(), ship(), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["WorkWhole", "WrongState"]
    assert await on_hand(database, world, "MUG-1") == ON_HAND - 2
