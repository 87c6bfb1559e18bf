"""A count finds fewer than are reserved: orders are sent from elsewhere, the last that came first; what cannot be stays told."""

import asyncio

import pytest
from tests.fulfillment.world import MADRID, grounds, open_chain
from tests.inventory.test_counting import on_hand
from tests.world import ON_HAND, World

from portico.app import verification
from portico.app.readers import readers
from portico.business.types import LocationId
from portico.inventory import api as inventory
from portico.inventory.types import Count, CountState, Found
from portico.orders import api
from portico.orders.types import Allotment, Method, Order, OrderId, PlaceLine, PlaceOrder, Term
from portico.platform import clock
from portico.platform.db import Database, Query
from portico.platform.events import Reader
from portico.pricing.types import LineItemId


async def place(
    database: Database, world: World, units: int, *, method: Method = Method.SHIP, at: LocationId | None = None
) -> Order:
    """So many mugs, sent from wherever it is best or waiting to be fetched `at` a place."""
    line = PlaceLine(LineItemId.new(), world.variants["MUG-1"], (Allotment(method, at, units),))
    one = PlaceOrder(
        order_id=OrderId.new(), market_id=world.market_id, lines=(line,), by=world.by, occurred_at=clock.now(),
        language="en", term=Term.ON_COLLECTION, destination=MADRID,
    )  # fmt: skip
    directory, _ = await grounds(database)
    async with database.transaction() as tx:
        (placed,) = await api.place(tx, asks=[one], directory=directory)
    assert isinstance(placed, Order), placed
    return placed


async def fetch(database: Database, world: World, units: int, *, at: LocationId) -> OrderId:
    return (await place(database, world, units, method=Method.COLLECT, at=at)).head.id


async def send(database: Database, world: World, units: int) -> OrderId:
    """An order of so many mugs that the store is to send: if the other store was chosen, it says that it cannot."""
    placed = await place(database, world, units)
    (promise,) = placed.expectations
    if promise.location_id != world.store:
        directory, network = await grounds(database)
        async with database.transaction() as tx:
            await api.reject(
                tx, order_id=placed.head.id, location_id=promise.location_id, reason="", directory=directory,
                network=network, by=world.by,
            )  # fmt: skip
    assert await places_of(database, placed.head.id) == {world.store}
    return placed.head.id


async def places_of(database: Database, order_id: OrderId) -> set[object]:
    async with database.read() as tx:
        return {one.location_id for one in (await api.order(tx, order_id=order_id)).expectations}


async def count_mugs(database: Database, world: World, found: int) -> Count:
    """At the store, and believed."""
    mug = world.variants["MUG-1"]
    async with database.transaction() as tx:
        made = await inventory.open_count(
            tx, location_id=world.store, variant_ids=[mug], by=world.by, tolerance=ON_HAND
        )  # fmt: skip
        await inventory.record(tx, count_id=made.head.id, found=[Found(mug, found)], by=world.by)
        return await inventory.approve(tx, count_id=made.head.id, by=world.by)


TO_HEAR = Query(
    int,
    """
    select count(*)
    from platform.fact, platform.reader
    where reader.name = 'sending' and fact.type = 'inventory.count_short.v1'
        and (fact.generation, fact.xid, fact.id) > (reader.generation, reader.xid, reader.id)
    """,
)


async def hear(database: Database) -> None:
    """All that has been announced takes effect; a reader waits for older transactions, those of other tests among them."""
    reader = sending()
    for _ in range(500):
        while await reader.advance(database):
            pass
        async with database.read() as tx:
            if await tx.one(TO_HEAR) == 0:
                return
        await asyncio.sleep(0.02)
    raise AssertionError("the reader has not heard it all")


def sending() -> Reader:
    (reader,) = [one for one in readers() if one.name == "sending"]
    return reader


async def again(database: Database, count: Count) -> Count:
    async with database.read() as tx:
        return await inventory.count(tx, count_id=count.head.id)


@pytest.fixture
async def chain(database: Database, world: World) -> object:
    made = await open_chain(database, world, MUG_1=100)
    await sending().register(database)
    return made.warehouse


async def test_the_last_order_goes_elsewhere_and_the_first_keeps_what_is_there(
    database: Database, world: World, chain: object
) -> None:
    first, second, third = [await send(database, world, 4) for _ in range(3)]
    short = await count_mugs(database, world, 6)  # twelve are reserved
    assert short.head.state is CountState.SHORT
    await hear(database)
    assert (await again(database, short)).head.state is CountState.APPROVED
    assert await on_hand(database, world, "MUG-1") == 6
    assert await places_of(database, first) == {world.store}
    for moved in (second, third):
        assert world.store not in await places_of(database, moved)
    assert await verification.differences(database) == []


async def test_no_more_orders_move_than_must(database: Database, world: World, chain: object) -> None:
    first, second, third = [await send(database, world, 4) for _ in range(3)]
    await count_mugs(database, world, 8)
    await hear(database)
    assert await places_of(database, first) == await places_of(database, second) == {world.store}
    assert world.store not in await places_of(database, third)
    assert await on_hand(database, world, "MUG-1") == 8


async def test_what_is_to_be_fetched_stays_and_the_count_stays_short(
    database: Database, world: World, chain: object
) -> None:
    fetched = await fetch(database, world, 5, at=world.store)
    sent = await send(database, world, 2)
    short = await count_mugs(database, world, 1)  # seven are reserved
    await hear(database)
    assert await places_of(database, fetched) == {world.store}
    assert world.store not in await places_of(database, sent)
    still = await again(database, short)
    assert still.head.state is CountState.SHORT
    assert [each.quantity for one in still.lines for each in one.owed] == [4]
    assert await on_hand(database, world, "MUG-1") == 5
    await hear(database)  # it does not go round in circles
    assert await again(database, still) == still
    assert await verification.differences(database) == []


async def test_where_no_other_place_has_it_all_stays(database: Database, world: World) -> None:
    """Neither the other store nor the warehouse has any left."""
    await open_chain(database, world)
    await sending().register(database)
    order_id = await send(database, world, ON_HAND - 2)
    await fetch(database, world, ON_HAND, at=world.other_store)
    short = await count_mugs(database, world, ON_HAND - 3)
    await hear(database)
    assert await places_of(database, order_id) == {world.store}
    assert (await again(database, short)).head.state is CountState.SHORT
    assert await on_hand(database, world, "MUG-1") == ON_HAND - 2
    assert await verification.differences(database) == []
