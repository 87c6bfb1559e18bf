"""Goods on their way: from a supplier, from another store; in parts, broken, missing, too many; and never twice."""

import asyncio

import pytest
from tests.carts.racing import line_up, without_lock
from tests.world import ON_HAND, World

from portico.app import verification
from portico.business.types import LocationId
from portico.inventory import api
from portico.inventory.store import inbounds as store
from portico.inventory.types import (
    AlreadyAnnounced,
    BadInbound,
    Inbound,
    InboundEnded,
    InboundId,
    InboundQuantity,
    InboundState,
    NewInbound,
    NotThere,
    State,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId


async def announce(database: Database, world: World, quantity: int = 10, **more) -> Inbound:  # type: ignore[no-untyped-def]
    given = {
        "location_id": world.store, "reference": "PO-1", "supplier": "Luz S.L.",
        "lines": (InboundQuantity(world.variants["LAMP-1"], quantity),),
    }  # fmt: skip
    async with database.transaction() as tx:
        return await api.announce(tx, new=NewInbound(**(given | more)), by=world.by)


async def transfer(database: Database, world: World, quantity: int = 10) -> Inbound:
    return await announce(database, world, quantity, supplier="", from_location_id=world.other_store)


async def receive(
    database: Database, world: World, inbound_id: InboundId, quantity: int, damaged: int = 0, *, close: bool = False
) -> Inbound:
    lines = [InboundQuantity(world.variants["LAMP-1"], quantity, damaged)] if quantity else []
    async with database.transaction() as tx:
        return await api.receive(tx, inbound_id=inbound_id, lines=lines, by=world.by, close=close)


async def standing(database: Database, world: World, at: LocationId) -> dict[State, int]:
    async with database.read() as tx:
        (found,) = await api.standing(tx, variant_ids=[world.variants["LAMP-1"]], location_ids=[at])
    return {state: units for state, units in found.counters().items() if units}


async def test_a_supplier_delivers_in_parts_some_broken(database: Database, world: World) -> None:
    made = await announce(database, world)
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND}
    await receive(database, world, made.head.id, 4, damaged=1)
    found = await receive(database, world, made.head.id, 5, close=True)
    (line,) = found.lines
    assert (line.received, line.damaged, line.missing, found.head.state) == (8, 1, 1, InboundState.CLOSED)
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND + 8, State.DAMAGED: 1}
    assert await verification.differences(database) == []


async def test_a_transfer_is_in_transit_until_it_is_received(database: Database, world: World) -> None:
    made = await transfer(database, world)
    assert await standing(database, world, world.other_store) == {State.ON_HAND: ON_HAND - 10}
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND, State.IN_TRANSIT: 10}
    await receive(database, world, made.head.id, 6)
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND + 6, State.IN_TRANSIT: 4}
    await receive(database, world, made.head.id, 1, close=True)  # three were lost on the way
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND + 7}
    async with database.pool.acquire() as connection:
        lost = "select sum(quantity) from inventory.movement where reason = 'lost_in_transit'"
        assert await connection.fetchval(lost) == 3
    assert await verification.differences(database) == []


async def test_more_than_was_shipped_was_found_in_the_box(database: Database, world: World) -> None:
    made = await transfer(database, world, 5)
    await receive(database, world, made.head.id, 7, damaged=1, close=True)
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND + 6, State.DAMAGED: 1}
    assert await verification.differences(database) == []


async def test_what_does_not_come_goes_back_to_the_sender(database: Database, world: World) -> None:
    made = await transfer(database, world)
    await receive(database, world, made.head.id, 4)
    async with database.transaction() as tx:
        ended = await api.cancel(tx, inbound_id=made.head.id, by=world.by)
    assert ended.head.state is InboundState.CANCELED
    assert await standing(database, world, world.other_store) == {State.ON_HAND: ON_HAND - 4}
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND + 4}
    assert await verification.differences(database) == []


async def test_reserved_units_are_not_sent_away(database: Database, world: World) -> None:
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.other_store, ON_HAND - 5, take=False)
    async with database.transaction() as tx:
        await api.allocate(tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())])
    with pytest.raises(NotThere) as refused:
        await transfer(database, world, 6)
    assert (refused.value.there, refused.value.reserved) == (ON_HAND, ON_HAND - 5)
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND}
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.inbound") == 0


async def test_what_has_ended_takes_nothing_more(database: Database, world: World) -> None:
    made = await announce(database, world)
    await receive(database, world, made.head.id, 10, close=True)
    with pytest.raises(InboundEnded):
        await receive(database, world, made.head.id, 1)
    with pytest.raises(InboundEnded):
        async with database.transaction() as tx:
            await api.cancel(tx, inbound_id=made.head.id, by=world.by)
    with pytest.raises(NotFound):
        await receive(database, world, InboundId.new(), 1)
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND + 10}


async def test_a_supplier_announces_a_reference_once(database: Database, world: World) -> None:
    await announce(database, world)
    with pytest.raises(AlreadyAnnounced):
        await announce(database, world)
    await announce(database, world, supplier="Sol S.L.")
    async with database.read() as tx:
        assert len(await api.expected(tx, location_id=world.store)) == 2


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("supplier", {"supplier": ""}),
        ("reference", {"reference": " "}),
        ("reference", {"reference": "x" * 201}),
        ("lines", {"lines": ()}),
        ("quantity", {"quantity": 0}),
        ("quantity", {"quantity": -1}),
    ],
)
async def test_what_cannot_be_announced_is_refused(
    database: Database, world: World, field: str, wrong: dict[str, object]
) -> None:
    with pytest.raises(BadInbound) as refused:
        await announce(database, world, **wrong)  # type: ignore[arg-type]
    assert refused.value.field == field
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.inbound") == 0


@pytest.mark.parametrize(("quantity", "damaged"), [(1, 2), (-1, 0), (1, -1), (10**12, 0)])
async def test_what_cannot_have_come_is_refused(database: Database, world: World, quantity: int, damaged: int) -> None:
    made = await announce(database, world)
    with pytest.raises(BadInbound):
        await receive(database, world, made.head.id, quantity, damaged)
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND}


async def _close_at_once(database: Database, world: World) -> list[object]:
    """Two people close the same delivery, each with all that was announced."""
    made = await announce(database, world)
    await line_up(database)
    return await asyncio.gather(
        *(receive(database, world, made.head.id, 10, close=True) for _ in range(4)), return_exceptions=True
    )


async def test_closed_by_several_at_once_it_is_taken_in_once(database: Database, world: World) -> None:
    answers = await _close_at_once(database, world)
    assert sum(isinstance(one, Inbound) for one in answers) == 1
    assert sum(isinstance(one, InboundEnded) for one in answers) == 3
    assert await standing(database, world, world.store) == {State.ON_HAND: ON_HAND + 10}


async def test_without_its_lock_it_is_taken_in_more_than_once(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    await _close_at_once(database, world)
    assert (await standing(database, world, world.store))[State.ON_HAND] > ON_HAND + 10
