"""Bundles are sold as one: what is free of them is what their components leave, and components leave the shelf."""

import msgspec
import pytest
from tests.orders.test_orders import ask, hand_over, line, pay, place, placed
from tests.world import ON_HAND, World

from portico.app import verification
from portico.business import api as business
from portico.catalog import api as catalog
from portico.catalog.types import NewComponent, NewItem, NewVariant, Put, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import OutOfStock
from portico.offers import api as offers
from portico.orders.types import Order, State
from portico.platform.db import Database
from portico.pricing import api as pricing
from portico.pricing.types import Price


async def bundle(database: Database, world: World, sku: str, **components: int) -> VariantId:
    parts = tuple(NewComponent(name.replace("_", "-"), quantity) for name, quantity in components.items())
    item = NewItem(slug=sku.lower(), titles={"en": sku}, variants=(NewVariant(sku=sku, components=parts),))
    async with database.transaction() as tx:
        (put,) = await catalog.put_items(tx, items=[item], by=world.by)
        assert isinstance(put, Put), put
        await pricing.put_prices(tx, prices=[Price(put.variant_ids[sku], world.market_id, 5000, "EUR")])
    world.variants[sku] = put.variant_ids[sku]
    return put.variant_ids[sku]


@pytest.fixture
def own(world: World) -> World:
    """The retailer, with room for bundles of this test's own."""
    return msgspec.structs.replace(world, variants=dict(world.variants))


async def free(database: Database, world: World, *skus: str) -> list[int]:
    async with database.read() as tx:
        directory = await business.directory(tx)
        found = await offers.offers(
            tx, ids=[world.variants[sku] for sku in skus], market=directory.market(), directory=directory, language="en",
            location_id=world.store,
        )  # fmt: skip
    return [found[world.variants[sku]].available for sku in skus]


async def test_bundles_share_their_components(database: Database, own: World) -> None:
    await bundle(database, own, "TABLE-SET", LAMP_1=1, MUG_1=6)
    await bundle(database, own, "TEA-SET", MUG_1=2, CUP_1=2)
    assert await free(database, own, "TABLE-SET", "TEA-SET") == [ON_HAND // 6, ON_HAND // 2]
    await placed(database, ask(own, line(own, "TABLE-SET", 4)))
    assert await free(database, own, "TABLE-SET", "TEA-SET", "MUG-1", "LAMP-1") == [4, 13, ON_HAND - 24, ON_HAND - 4]
    both = ask(own, line(own, "TEA-SET", 10), line(own, "TABLE-SET", 1), line(own, "MUG-1", 1))
    (refused,) = await place(database, both)
    assert isinstance(refused, OutOfStock) and refused.missing[0].variant_id == own.variants["MUG-1"]
    assert await free(database, own, "MUG-1", "CUP-1") == [ON_HAND - 24, ON_HAND]
    assert await verification.differences(database) == []


async def test_a_bundle_is_handed_over_in_parts_as_it_was_ordered(database: Database, own: World) -> None:
    await bundle(database, own, "TABLE-SET", LAMP_1=1, MUG_1=6)
    order = await placed(database, ask(own, line(own, "TABLE-SET", 3), line(own, "CUP-1", 2)))
    await bundle(database, own, "TABLE-SET", LAMP_1=1, MUG_1=2)  # sold otherwise from now on
    await pay(database, own, order, order.head.total)
    part = await hand_over(database, own, order, (order.lines[0].id, 1))
    assert part.head.state is State.PARTLY_FULFILLED
    async with database.read() as tx:
        levels = await inventory.levels(
            tx, variant_ids=[own.variants["MUG-1"], own.variants["LAMP-1"]], location_ids=[own.store]
        )
    assert {(one.on_hand, one.reserved) for one in levels} == {(ON_HAND - 6, 12), (ON_HAND - 1, 2)}
    whole = await hand_over(database, own, order)
    assert isinstance(whole, Order) and whole.head.state is State.FULFILLED
    assert await verification.differences(database) == []
