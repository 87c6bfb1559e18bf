"""A warehouse and a carrier beside the two stores, for tests of fulfillment."""

from datetime import time

import msgspec

from portico.business import api as business
from portico.business.api import Directory
from portico.business.types import Address, Hours, Location, LocationId, LocationKind, SpecialHours
from portico.fulfillment import api
from portico.fulfillment.types import (
    Band,
    CarrierService,
    Destination,
    Network,
    Node,
    SourceAsk,
    Sourced,
    SourceLine,
)
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId
from tests.world import World

MADRID = Destination(40.42, -3.70, "ES")
BARCELONA = Destination(41.39, 2.17, "ES")
BANDS = (Band(50_000, 390, 1, 1), Band(400_000, 490, 1, 2), Band(2_000_000, 690, 2, 3))
CARRIER = CarrierService(code="CORREO", name="Correo", countries=("ES",), currency="EUR", bands=BANDS, calendar="ES")


class Chain(msgspec.Struct):
    world: World
    warehouse: LocationId


async def open_chain(database: Database, world: World, **stock: int) -> Chain:
    """Both stores ship too; the warehouse is in Barcelona, and has what `stock` says (MUG_1=10)."""
    warehouse = LocationId.new()
    async with database.transaction() as tx:
        await business.put_locations(
            tx,
            locations=[
                Location(
                    id=warehouse, code="W", kind=LocationKind.WAREHOUSE, name="Warehouse", market_id=world.market_id,
                    address=Address("Zona Franca 1", "Barcelona", "08040", "ES"), latitude=41.35, longitude=2.13,
                    time_zone="Europe/Madrid", capabilities=("ship",),
                )
            ],
        )  # fmt: skip
        await api.put_services(tx, services=[CARRIER])
        await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=world.variants[sku.replace("_", "-")], location_id=warehouse, quantity=units,
                    reason=Reason.RECEIVED, reference="", by=world.by, occurred_at=tx.now,
                )
                for sku, units in stock.items()
            ],
        )  # fmt: skip
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update business.location set capabilities = '{carry_out,collect,ship,drive_up,local_delivery,ship_to_store}'"
            " where kind = 'store'"
        )
    return Chain(world, warehouse)


async def grounds(database: Database) -> tuple[Directory, Network]:
    async with database.read() as tx:
        directory = await business.directory(tx)
        return directory, await api.network(tx, directory=directory)


def ask(world: World, *lines: tuple[str, int], **more) -> SourceAsk:  # type: ignore[no-untyped-def]
    given = {
        "holder": OrderId.new(), "destination": MADRID, "market_id": world.market_id, "channel_id": None, "by": world.by,
        "lines": tuple(SourceLine(LineItemId.new(), world.variants[sku], quantity) for sku, quantity in lines),
        "occurred_at": clock.now(), **more,
    }  # fmt: skip
    return SourceAsk(**given)


async def source(database: Database, *asks: SourceAsk) -> list[Sourced | Refused]:
    directory, network = await grounds(database)
    async with database.transaction() as tx:
        return await api.source(tx, asks=asks, directory=directory, network=network)


__all__ = ["Hours", "Node", "SpecialHours", "time"]
