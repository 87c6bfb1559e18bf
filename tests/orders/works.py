"""Orders of every way, and the work behind them, for tests."""

from collections.abc import Sequence

import msgspec
from tests.fulfillment.world import MADRID, grounds
from tests.world import World

from portico.business.types import Address, LocationId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import FulfillmentId, NewParcel, WorkWhole
from portico.orders import api
from portico.orders.types import Allotment, Buyer, Method, Order, OrderId, PlaceLine, PlaceOrder, ShipTo, Term
from portico.payments.types import cash
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.pricing.types import LineItemId

HOME = ShipTo(address=Address("Calle Luna 3", "Madrid", "28004", "ES"))
PICKER = Hand(actor="staff:picker", actor_name="Pia Picker")
OTHER = Hand(actor="staff:other", actor_name="Otto Other")


async def order(
    database: Database,
    world: World,
    method: Method,
    *wants: tuple[str, int],
    at: LocationId | None = None,
    to: LocationId | None = None,
    paid: bool = True,
    follow: bool = True,
) -> Order:
    """So many of some SKUs; what is shipped without a place goes from wherever it is best."""
    wants = wants or (("MUG-1", 2),)
    prices = {"LAMP-1": 4990, "MUG-1": 1250, "CUP-1": 990, "SET-1": 3000}
    one = PlaceOrder(
        order_id=OrderId.new(),
        market_id=world.market_id,
        lines=tuple(
            PlaceLine(LineItemId.new(), world.variants[sku], (Allotment(method, at, units),)) for sku, units in wants
        ),
        by=msgspec.structs.replace(world.by, till_id=world.tills["T1"].uuid, location_id=world.store.uuid),
        occurred_at=clock.now(),
        language="en",
        term=Term.NOW if paid else Term.ON_COLLECTION,
        tenders=cash(sum(prices[sku] * units for sku, units in wants)) if paid else (),
        destination=MADRID if method is Method.SHIP and at is None else None,
        ship_to=ShipTo(location_id=to) if to else HOME if method.brought else None,
        buyer=Buyer("Ada", "Byron", "ada@example.com", "+34600000000"),
    )
    directory, _ = await grounds(database)
    async with database.transaction() as tx:
        (placed,) = await api.place(tx, asks=[one], directory=directory)
    assert isinstance(placed, Order), placed
    if follow:
        await followed(database, placed.head.id, world)
    return placed


async def followed(database: Database, order_id: OrderId, world: World) -> list[FulfillmentId]:
    directory, _ = await grounds(database)
    async with database.transaction() as tx:
        return await api.follow(tx, order_id=order_id, directory=directory, by=world.by)


async def works(database: Database, order_id: OrderId) -> list[WorkWhole]:
    async with database.read() as tx:
        return await fulfillment.find(tx, holders=[order_id])


async def work(database: Database, order_id: OrderId) -> WorkWhole:
    (one,) = await works(database, order_id)
    return one


async def again(database: Database, one: WorkWhole) -> WorkWhole:
    async with database.read() as tx:
        return await fulfillment.work(tx, id=one.work.id)


async def seen(database: Database, order_id: OrderId) -> Order:
    async with database.read() as tx:
        return await api.order(tx, order_id=order_id)


async def picked(database: Database, one: WorkWhole, *, by: Hand = PICKER, shelf: str = "A1") -> WorkWhole:
    """All of it, one scan of its SKU per unit."""
    async with database.transaction() as tx:
        await fulfillment.start(tx, id=one.work.id, by=by)
        for line in one.lines:
            for _ in range(line.to_pick):
                await fulfillment.scan(tx, id=one.work.id, code=line.sku, by=by)
        return await fulfillment.finish(tx, id=one.work.id, by=by, shelf=shelf)


async def packed(
    database: Database, one: WorkWhole, boxes: Sequence[NewParcel] = (NewParcel(weight_grams=800),)
) -> WorkWhole:
    await picked(database, one)
    async with database.transaction() as tx:
        return await fulfillment.pack(tx, id=one.work.id, boxes=boxes, by=PICKER)


async def shipped(database: Database, one: WorkWhole) -> WorkWhole:
    await packed(database, one)
    async with database.transaction() as tx:
        return await api.ship(tx, id=one.work.id, by=PICKER)
