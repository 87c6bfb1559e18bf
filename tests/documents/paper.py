"""Orders to write documents of."""

import msgspec
from tests.world import SKUS, World

from portico.business import api as business
from portico.business.types import Address
from portico.documents import api
from portico.documents.types import Document, Party, Seller
from portico.orders import api as orders
from portico.orders.types import Allotment, Method, Order, OrderId, PlaceLine, PlaceOrder
from portico.payments.types import cash
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.pricing.types import LineItemId

BUYER = Party("Ana Ruiz e Hijos S.L.", "B58378431", Address("Gran Vía 1", "Madrid", "28013", "ES"))
OTHER_BUYER = Party("Bar Sol", "B78640570", Address("Sol 3", "Madrid", "28013", "ES"))


def cashier(world: World, till: str = "T1") -> Hand:
    return msgspec.structs.replace(
        world.by, actor=f"staff:{world.cashier.uuid.hex}", actor_name="Cashier Test", location_id=world.store.uuid,
        till_id=world.tills[till].uuid,
    )  # fmt: skip


async def put_seller(
    database: Database, world: World, *, gapless: bool | None = None, tax_id: str = "A58818501"
) -> None:
    address = Address("Calle Mayor 1", "Madrid", "28013", "ES")
    async with database.transaction() as tx:
        await api.put_sellers(tx, sellers=[Seller(world.market_id, "casa", "Casa S.A.", tax_id, address, gapless)])


async def sold(
    tx: Tx, world: World, *, sku: str = "MUG-1", quantity: int = 2, language: str = "es", **what: object
) -> Order:
    """A sale at the till, paid in cash."""
    line = PlaceLine(LineItemId.new(), world.variants[sku], (Allotment(Method.CARRY_OUT, world.store, quantity),))
    given = {
        "order_id": OrderId.new(), "market_id": world.market_id, "lines": (line,), "by": cashier(world),
        "occurred_at": clock.now(), "language": language, "tenders": cash(20 * SKUS[sku] * quantity), **what,
    }  # fmt: skip
    (order,) = await orders.place(tx, asks=[PlaceOrder(**given)], directory=await business.directory(tx))
    assert isinstance(order, Order), order
    return order


async def sale(database: Database, world: World, **what: object) -> Order:
    async with database.transaction() as tx:
        return await sold(tx, world, **what)


async def receipt(database: Database, world: World, order: Order) -> Document:
    async with database.transaction() as tx:
        return await api.receipt(tx, order=order, directory=await business.directory(tx), by=cashier(world))


async def invoice(database: Database, world: World, order: Order, buyer: Party = BUYER) -> Document:
    async with database.transaction() as tx:
        return await api.invoice(
            tx, order=order, buyer=buyer, directory=await business.directory(tx), by=cashier(world)
        )


async def count(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval("select count(*) from documents.document")
