"""Moves between states and places: nothing vanishes, nothing goes below zero, what is reserved stays on the shelf."""

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carts.racing import line_up, without_lock
from tests.world import ON_HAND, World

from portico.app import verification
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.rules import moving
from portico.inventory.store import stock as store
from portico.inventory.types import (
    BadQuantity,
    Key,
    Move,
    Moved,
    NotThere,
    Outside,
    Reason,
    Spot,
    Standing,
    State,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.pricing.types import LineItemId


def move(
    world: World, source: Spot | Outside, target: Spot | Outside, quantity: int = 1, *, sku: str = "LAMP-1"
) -> Move:
    return Move(
        variant_id=world.variants[sku], quantity=quantity, source=source, target=target, reason=Reason.CORRECTION,
        reference="test", by=world.by, occurred_at=clock.now(),
    )  # fmt: skip


async def carry_out(database: Database, *moves: Move) -> list[Moved | NotThere]:
    async with database.transaction() as tx:
        return await api.move(tx, moves=moves)


async def standing(database: Database, world: World, *, at: LocationId | None = None) -> dict[State, int]:
    async with database.read() as tx:
        found = await api.standing(tx, variant_ids=[world.variants["LAMP-1"]], location_ids=[at or world.store])
    return {state: units for state, units in found[0].counters().items() if units}


async def movements(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval("select count(*) from inventory.movement where reference = 'test'")


async def test_units_go_through_every_state_and_are_all_accounted_for(database: Database, world: World) -> None:
    here, there = world.store, world.other_store
    answers = await carry_out(
        database,
        move(world, Spot(here), Spot(here, State.PICKED), 5),
        move(world, Spot(here, State.PICKED), Spot(there, State.IN_TRANSIT), 4),
        move(world, Spot(there, State.IN_TRANSIT), Spot(there), 3),
        move(world, Outside.CUSTOMER, Spot(here, State.TO_INSPECT), 2),
        move(world, Spot(here, State.TO_INSPECT), Spot(here, State.DAMAGED), 1),
        move(world, Spot(here, State.DAMAGED), Outside.SCRAP, 1),
    )
    assert all(isinstance(one, Moved) for one in answers)
    assert await standing(database, world) == {State.ON_HAND: ON_HAND - 5, State.PICKED: 1, State.TO_INSPECT: 1}
    assert await standing(database, world, at=there) == {State.ON_HAND: ON_HAND + 3, State.IN_TRANSIT: 1}
    assert await verification.differences(database) == []


async def test_what_is_not_there_is_refused_and_the_others_are_moved(database: Database, world: World) -> None:
    answers = await carry_out(
        database,
        move(world, Spot(world.store, State.DAMAGED), Outside.SCRAP),
        move(world, Spot(world.store), Spot(world.store, State.DAMAGED), 2),
        move(world, Spot(world.store, State.DAMAGED), Outside.SCRAP, 3),
    )
    assert [type(one) for one in answers] == [NotThere, Moved, NotThere]
    assert isinstance(answers[2], NotThere) and (answers[2].wanted, answers[2].there) == (3, 2)
    assert await standing(database, world) == {State.ON_HAND: ON_HAND - 2, State.DAMAGED: 2}
    assert await movements(database) == 1
    assert await verification.differences(database) == []


async def test_reserved_units_do_not_leave_the_shelf(database: Database, world: World) -> None:
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, ON_HAND - 1, take=False)
    async with database.transaction() as tx:
        await api.allocate(tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())])
    (refused,) = await carry_out(database, move(world, Spot(world.store), Spot(world.store, State.DAMAGED), 2))
    assert isinstance(refused, NotThere)
    assert (refused.there, refused.reserved) == (ON_HAND, ON_HAND - 1)
    assert await standing(database, world) == {State.ON_HAND: ON_HAND}
    assert await movements(database) == 0


@pytest.mark.parametrize("quantity", [0, -1])
async def test_a_quantity_is_one_step_or_more(database: Database, world: World, quantity: int) -> None:
    good = move(world, Spot(world.store), Spot(world.store, State.DAMAGED))
    with pytest.raises(BadQuantity):
        await carry_out(database, good, move(world, Spot(world.store), Outside.SCRAP, quantity))
    assert await standing(database, world) == {State.ON_HAND: ON_HAND}
    assert await movements(database) == 0


async def _take_turns(database: Database, world: World) -> list[object]:
    """Each of forty wants two of the fifty on the shelf: 25 get them."""
    await line_up(database)
    to_scrap = move(world, Spot(world.store), Outside.SCRAP, 2)
    return await asyncio.gather(*(carry_out(database, to_scrap) for _ in range(40)), return_exceptions=True)


async def test_many_at_once_move_what_is_there_and_no_more(database: Database, world: World) -> None:
    answers = await _take_turns(database, world)
    assert sum(isinstance(one[0], Moved) for one in answers) == ON_HAND // 2  # type: ignore[index]
    assert sum(isinstance(one[0], NotThere) for one in answers) == 40 - ON_HAND // 2  # type: ignore[index]
    assert await verification.differences(database) == []


async def test_without_its_lock_the_database_has_to_refuse(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: all see the fifty, and only the check of the table stops them."""
    monkeypatch.setattr(store, "LOCK_STATES", without_lock(store.LOCK_STATES))
    answers = await _take_turns(database, world)
    assert any(isinstance(one, Exception) for one in answers)


LOCATIONS = [LocationId.new() for _ in range(2)]
VARIANT = VariantId.new()
spots = st.builds(Spot, st.sampled_from(LOCATIONS), st.sampled_from(State))
places = st.one_of(spots, st.sampled_from(Outside))


@st.composite
def some_moves(draw: st.DrawFn) -> Move:
    source, target = draw(places), draw(places)
    if not isinstance(source, Spot) and not isinstance(target, Spot):
        source = draw(spots)
    return Move(
        variant_id=VARIANT, quantity=draw(st.integers(1, 20)), source=source, target=target, reason=Reason.CORRECTION,
        reference="", by=Hand(actor="system:test", actor_name=""), occurred_at=clock.now(),
    )  # fmt: skip


@given(st.lists(some_moves(), max_size=30), st.integers(0, 10), st.integers(0, 10))
def test_what_changes_is_what_was_moved(moves: list[Move], on_hand: int, reserved: int) -> None:
    """Per state: before, plus what came, minus what went, is after; and nothing is ever below zero or below reserved."""
    reserved = min(reserved, on_hand)
    before = {Key(VARIANT, place): Standing(VARIANT, place, reserved, on_hand, 1, 2, 3, 4) for place in LOCATIONS}
    answers, changes = moving.carry_out(moves, standing=before)
    expected: Counter[tuple[LocationId, State]] = Counter()
    for one, answer in zip(moves, answers, strict=True):
        if isinstance(answer, Moved):
            for spot, sign in ((one.source, -1), (one.target, 1)):
                if isinstance(spot, Spot):
                    expected[spot.location_id, spot.state] += sign * one.quantity
    for key, was in before.items():
        for state, units in was.counters().items():
            assert changes[key][state] == expected[key.location_id, state]
            assert units + changes[key][state] >= (reserved if state is State.ON_HAND else 0)
