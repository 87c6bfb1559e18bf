"""Offers: facts, price and availability of one market and place, read together."""

from tests.world import ON_HAND, SKUS, World

from portico.business import api as business
from portico.business.types import Market, MarketId
from portico.inventory import api as inventory
from portico.inventory.types import Want, WantLine
from portico.offers import api
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId, Price


async def hold(database: Database, world: World, sku: str, quantity: int) -> None:
    line = WantLine(LineItemId.new(), world.variants[sku], world.store, quantity, take=False)
    async with database.transaction() as tx:
        await inventory.allocate(
            tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())]
        )


async def test_what_is_available_is_what_nobody_holds(database: Database, world: World) -> None:
    await hold(database, world, "MUG-1", 7)
    ids = [world.variants["MUG-1"], world.variants["LAMP-1"]]
    async with database.read() as tx:
        directory = await business.directory(tx)
        ask = {"ids": ids, "market": directory.market("es"), "directory": directory, "language": "en"}
        everywhere = await api.offers(tx, **ask)
        here = await api.offers(tx, **ask, location_id=world.store)
        there = await api.offers(tx, **ask, location_id=world.other_store)
        page = await api.availability(tx, variant_ids=ids[:1], location_ids=[world.store], channel_id=None, staff=False)
        seen_by_staff = await api.availability(
            tx, variant_ids=ids[:1], location_ids=[world.store], channel_id=None, staff=True
        )
    assert [made[ids[0]].available for made in (everywhere, here, there)] == [2 * ON_HAND - 7, ON_HAND - 7, ON_HAND]
    assert [made[ids[1]].available for made in (everywhere, here)] == [2 * ON_HAND, ON_HAND]
    assert (page.items[0].available, page.items[0].on_hand) == (ON_HAND - 7, None)
    assert seen_by_staff.items[0].on_hand == ON_HAND


async def test_each_market_has_its_own_price_or_none(database: Database, world: World) -> None:
    abroad = MarketId.new()
    async with database.transaction() as tx:
        brand = (await business.directory(tx)).brand.id
        await business.put_markets(tx, markets=[Market(abroad, "jp", brand, "日本", "JP", "JPY", "en", True)])
        assert await pricing.put_prices(tx, prices=[Price(world.variants["MUG-1"], abroad, 1980, "JPY")]) == 1
        assert await pricing.put_prices(tx, prices=[Price(world.variants["MUG-1"], abroad, 1980, "JPY")]) == 0
        directory = await business.directory(tx)
        ids = list(world.variants.values())
        here = await api.offers(tx, ids=ids, market=directory.market("es"), directory=directory, language="en")
        there = await api.offers(tx, ids=ids, market=directory.market("jp"), directory=directory, language="en")
    prices = {sku: (here[each].price, there[each].price) for sku, each in world.variants.items()}
    assert prices == {sku: (amount, 1980 if sku == "MUG-1" else None) for sku, amount in SKUS.items()}
    mug = there[world.variants["MUG-1"]]
    assert (mug.currency, mug.exponent, mug.available) == ("JPY", 0, 0)


async def test_a_page_of_items_and_a_page_of_stock_agree(database: Database, world: World) -> None:
    await hold(database, world, "MUG-1", 7)
    async with database.read() as tx:
        directory = await business.directory(tx)
        ask = {"market": directory.market("es"), "directory": directory, "language": "en", "limit": 50}
        items = await api.search(tx, **ask)
        stock = await api.stock(tx, **ask)
    by_item = {one.slug: one.available for one in items.items}
    for row in stock.items:
        assert row.total_available == by_item[row.variant.item_slug] == row.variant.available
        assert row.total_on_hand - row.total_reserved == row.total_available
        assert [one.location_id for one in row.locations] == [world.store, world.other_store]
    assert len(stock.items) == len(SKUS)
