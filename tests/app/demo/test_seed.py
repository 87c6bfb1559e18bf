"""Putting the demo in: whole, once, so that everything adds up and everybody named can sign in."""

import asyncio

from portico.app import verification
from portico.app.demo import catalogue, chain, history, money, network, traced, working
from portico.app.demo.goods import THINGS
from portico.app.demo.people import CUSTOMERS
from portico.app.demo.seed import Seeded, seed, staff_id
from portico.business import api as business
from portico.business.types import LocationKind
from portico.catalog import api as catalog
from portico.catalog.types import Tracking
from portico.customers import api as customers
from portico.fulfillment.types import Progress
from portico.inventory import api as inventory
from portico.orders import api as orders
from portico.orders.types import Head, State
from portico.platform.auth import api as auth
from portico.platform.db import Database, Query, Tx
from portico.pricing import api as pricing

FACTS = Query(int, "select id from platform.fact order by id")
VERSIONS = Query(
    str,
    """
    select 'item' || xmin::text || ctid::text from catalog.item
    union all select 'variant' || xmin::text || ctid::text from catalog.variant
    union all select 'media' || xmin::text || ctid::text from catalog.media
    union all select 'price' || xmin::text || ctid::text from pricing.price
    union all select 'stock' || xmin::text || ctid::text from inventory.stock
    union all select 'movement' || xmin::text || ctid::text from inventory.movement
    union all select 'customer' || xmin::text || ctid::text from customers.customer
    union all select 'order' || xmin::text || ctid::text from orders.order
    union all select 'brand' || xmin::text || ctid::text from business.brand
    union all select 'location' || xmin::text || ctid::text from business.location
    union all select 'till' || xmin::text || ctid::text from business.till
    union all select 'staff' || xmin::text || ctid::text from business.staff
    union all select 'credential' || xmin::text || ctid::text from platform.credential
    order by 1
    """,
)


# Rows that a second seed must not add under ids that lost the race.
STRAYS = Query(
    int,
    """
    select (select count(*) from pricing.tax_rate where market_id not in (select id from business.market))
        + (select count(*) from platform.role_grant where location_id not in (select id from business.location))
    """,
)


async def state(database: Database) -> tuple[list[int], list[str]]:
    async with database.read() as tx:
        return await tx.all(FACTS), await tx.all(VERSIONS)


async def test_a_second_seed_changes_nothing(database: Database) -> None:
    first = await seed(database)
    before = await state(database)
    second = await seed(database)
    assert await state(database) == before
    assert first.fresh and not second.fresh
    assert second.orders_placed == 0
    assert first.logins == second.logins


async def test_two_seeds_at_once_end_as_one(database: Database) -> None:
    both = await asyncio.gather(seed(database), seed(database))
    async with database.read() as tx:
        directory = await business.directory(tx)
        assert len(directory.locations) == len(chain.PLACES)
        assert len(await catalog.all_variant_ids(tx)) == len(catalogue.assortment()) + 1  # the gift card
        assert await inventory.differences(tx) == []
        assert await tx.one(STRAYS) == 0
        placed = len(await every_head(tx))
        assert placed == both[0].orders_placed + both[1].orders_placed == max(one.orders_placed for one in both)
        assert placed > len(chain.MARKETS) * (history.ORDERS_PER_MARKET + history.WAITING_PER_MARKET + network.SENT)
        assert len(await inventory.leases(tx)) == 2 * len(chain.MARKETS)


async def test_everything_is_there_and_adds_up(database: Database) -> None:
    seeded = await seed(database)
    assert (seeded.items, seeded.variants) == (len(THINGS), len(catalogue.assortment()))
    assert await verification.differences(database) == []
    async with database.read() as tx:
        directory = await business.directory(tx)
        assert {one.code for one in directory.channels.values()} == {"web", "pos", "desk", "office", "api", "import"}
        assert all(one.market_id is None for one in directory.channels.values())
        for market in directory.markets.values():
            kinds = [one.kind for one in directory.stores(market.id)]
            assert kinds.count(LocationKind.STORE) == 2 and kinds.count(LocationKind.WAREHOUSE) == 1
        assert len(directory.tills) == 2 * len(chain.STORES)
        await check_prices(database, seeded)
        await check_stock(database)


async def check_prices(database: Database, seeded: Seeded) -> None:
    async with database.read() as tx:
        ids = await catalog.all_variant_ids(tx)
        markets = (await business.directory(tx)).markets
        prices = await pricing.prices(tx, variant_ids=ids, market_ids=list(markets))
        assert len(prices) == (seeded.variants + 1) * len(markets)  # and the gift card
        assert all(one.amount > 0 and one.currency == markets[one.market_id].currency for one in prices.values())
        rates = await pricing.rates(tx, market_ids=list(markets))
        standard = {
            markets[one].code: rate.rate_ppm
            for one, found in rates.items()
            for rate in found
            if rate.tax_category == "standard"
        }
    assert standard == {"es": 210_000, "it": 220_000, "ru": 220_000, "gb": 200_000}


async def check_stock(database: Database) -> None:
    async with database.read() as tx:
        ids = await catalog.all_variant_ids(tx)
        levels = await inventory.levels(tx, variant_ids=ids)
        assert len(levels) == len(ids) * len(chain.PLACES)
        on_hand = [one.on_hand for one in levels]
        assert 0 < sum(one == 0 for one in on_hand) < len(on_hand) / 4
        assert 0 < sum(1 <= one <= 2 for one in on_hand) < len(on_hand) / 4
        promised = await catalog.variant_ids_by_sku(tx, skus=history.PLENTY)
        assert len(promised) == len(history.PLENTY)
        assert all(one.available >= 5 for one in levels if one.variant_id in promised.values())


async def test_customers_have_a_past(database: Database) -> None:
    seeded = await seed(database)
    async with database.read() as tx:
        (shopper,) = await customers.find(tx, q=seeded.shopper_phone)
        assert (shopper.name, shopper.email) == (seeded.shopper.person, seeded.shopper.name)
        bought = await orders.heads(tx, customer_ids=[shopper.id])
        assert bought and all(one.placed_at < tx.now for one in bought)
        everything = await every_head(tx)
        assert len(everything) == seeded.orders_placed
        assert len({one.customer_id for one in everything}) > len(chain.MARKETS)
        waiting = await orders.waiting(tx, ids=[one.id for one in everything])
        before = len(chain.MARKETS) * (history.WAITING_PER_MARKET + traced.AHEAD)
        assert (
            before + 2 * len(chain.MARKETS)
            < len(waiting)
            <= before + (working.WAITING + money.WAITING) * len(chain.MARKETS)
        )
        assert {one.state for one in everything} == {State.OPEN, State.FULFILLED, State.CANCELED, State.RETURNED}
        assert len([one for some in CUSTOMERS.values() for one in some]) == seeded.customers


async def test_those_who_are_named_can_sign_in(database: Database) -> None:
    seeded = await seed(database)
    cashier = staff_id(seeded.cashier.name)
    async with database.transaction() as tx:
        (agent,) = await business.staff(tx, email=seeded.agent.name)
        assert await auth.check_secret(tx, subject_id=cashier.uuid, kind="pin", secret=seeded.cashier.secret) is None
        assert (
            await auth.check_secret(tx, subject_id=agent.id.uuid, kind="password", secret=seeded.agent.secret) is None
        )
        assert await auth.check_secret(tx, subject_id=cashier.uuid, kind="pin", secret="0000") is not None


async def test_every_stockroom_has_something_of_everything(database: Database) -> None:
    await seed(database)
    async with database.read() as tx:
        directory = await business.directory(tx)
        ids = await catalog.all_variant_ids(tx)
        standing = await inventory.standing(tx, variant_ids=ids)
        everywhere = await inventory.policies(tx, rows_max=100)
        for market in chain.MARKETS:
            codes = [one.code for one in chain.STORES if one.market == market.code]
            store, other = (next(one for one in directory.locations.values() if one.code == code) for code in codes)
            here = [one for one in standing if one.location_id == store.id]
            assert sum(one.damaged for one in here) >= 3 and sum(one.to_inspect for one in here) == 1
            assert sum(one.in_transit for one in here) == 9 + 4_000  # of coffee, by the gram
            coming = await inventory.expected(tx, location_id=store.id)
            assert [one.from_location_id is None for one in coming] == [True, True, True, False, False]
            late, today, traced, _, coffee = coming
            lines = (await inventory.inbound(tx, inbound_id=traced.id)).lines
            tracking = (await catalog.variants(tx, ids=[one.variant_id for one in lines])).values()
            assert {one.tracking for one in tracking} == {Tracking.LOT, Tracking.SERIAL}
            (line,) = (await inventory.inbound(tx, inbound_id=coffee.id)).lines
            assert sum(one.quantity for one in line.in_transit) == line.announced == 4_000
            assert (late.arrived, late.lines, today.arrived) == (1, 3, 0)
            assert late.expected_on and today.expected_on and late.expected_on < today.expected_on
            assert [one.location_id for one in await inventory.sent(tx, location_id=store.id)] == [other.id]
            (count,) = await inventory.open_counts(tx, location_id=store.id)
            assert (count.lines, count.counted, count.to_recount) == (8, 4, 1)
            till = directory.till_by_code(f"{store.code}-2")
            found = await inventory.open_lease(tx, till_id=till.id)
            assert found is not None and sum(line.quantity for line in found[1]) == 2 * 4 - 1  # one is sold
            assert len([one for one in everywhere if one.location_id in (store.id, other.id)]) == 4


async def test_the_network_sends_promises_and_keeps_times(database: Database) -> None:
    await seed(database)
    async with database.pool.acquire() as connection:
        sent = await connection.fetchval("select count(*) from fulfillment.decision where superseded_by is null")
        rejected = await connection.fetch("select reason from fulfillment.decision where rejected_by is not null")
        days = await connection.fetchval("select count(distinct calendar) from fulfillment.holiday")
        states = await connection.fetch("select state, count(*) from bookings.booking group by 1")
        assert await connection.fetchval("select count(*) from inventory.backorder") == 3 * len(chain.MARKETS)
    assert sent == network.SENT * len(chain.MARKETS)
    assert {one["reason"] for one in rejected} == set(network.NOT_THERE.values()) and days == len(chain.MARKETS)
    assert {one["state"] for one in states} == {"confirmed", "waiting"}
    assert await verification.differences(database) == []


async def test_goods_can_be_traced_and_tills_have_leases(database: Database) -> None:
    await seed(database)
    async with database.read() as tx:
        directory = await business.directory(tx)
        coffee = await catalog.lookup(tx, code="PAN-MANA-BEA")
        lamp = await catalog.lookup(tx, code="LGT-PONT-BLA")
        for market in chain.MARKETS:
            first = next(one for one in chain.STORES if one.market == market.code)
            store = next(one for one in directory.locations.values() if one.code == first.code)
            lots = await inventory.lots(tx, variant_id=coffee, location_id=store.id)
            assert any(one.expires_on and one.expires_on < tx.now.date() for one in lots)  # one is past its date
            roasted = next(one for one in lots if one.lot.endswith("R"))
            ways = [
                (one.from_state, one.to_state) for one in await inventory.trace(tx, variant_id=coffee, lot=roasted.lot)
            ]
            assert (
                ("supplier", "on_hand") in ways
                and ("on_hand", "customer") in ways
                and ("on_hand", "in_transit") in ways
                and ("in_transit", "on_hand") in ways
            )
            assert all(one.serial for one in await inventory.lots(tx, variant_id=lamp, location_id=store.id))
            overdue, open_lease = await inventory.leases(tx, location_ids=[store.id])
            assert (open_lease.drawn, overdue.drawn) == (1, 0) and overdue.expires_at < tx.now < open_lease.expires_at
            assert overdue.lines > 0
        moved = await inventory.movements(tx, variant_id=lamp)
        assert any(one.to_state == "customer" for one in moved)
        waiting = [one for one in await inventory.backorders(tx) if one.promised > 0]
        assert [one.promised for one in waiting] == [3] * len(chain.MARKETS)
    assert await verification.differences(database) == []


async def test_every_state_of_work_is_shown(database: Database) -> None:
    """Of `picking` to `not_fetched`, at some store; `arrived` passes at once, and `returned` is somebody's bad luck."""
    await seed(database)
    async with database.pool.acquire() as connection:
        found = {row["state"] for row in await connection.fetch("select distinct state from fulfillment.fulfillment")}
        here = await connection.fetchval(
            "select count(*) from fulfillment.arrival where state in ('here', 'on_the_way')"
        )
    assert found == set(Progress) - {Progress.ARRIVED, Progress.RETURNED}
    assert here >= 2


async def every_head(tx: Tx) -> list[Head]:
    """All orders there are, page by page."""
    found: list[Head] = []
    while page := await orders.heads(
        tx, rows_max=100, before=orders.Before(found[-1].placed_at, found[-1].id) if found else None
    ):
        found += page
    return found
