"""What nobody knows the order of: worth the lowest price that it was really sold for of late, and why is kept and shown."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.orders.test_orders_http import api_client
from tests.orders.test_past_orders import BY
from tests.returns.test_returns import MUG, back, sold, take, written
from tests.world import World

from portico.app import verification
from portico.orders import api as orders
from portico.orders import returning_store
from portico.orders.types import PastLine, PastOrder
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing import api as pricing
from portico.pricing.types import NoPrice, Price
from portico.returns import api, rules
from portico.returns.types import NewLine, Policy, PriceFrom, Return


async def was_sold(
    database: Database, world: World, amount: int, *, days_ago: float, quantity: int = 1, **what: object
) -> None:
    """An order of the past: so many mugs came to `amount` together."""
    at = clock.now() - timedelta(days=days_ago)
    line = PastLine(
        variant_id=world.variants["MUG-1"], public_id="m", sku="MUG-1", title="Mug", quantity=quantity, unit_price=amount,
        net=amount,
    )  # fmt: skip
    given = {
        "external_ref": f"old:{amount}:{days_ago}:{quantity}:{len(what)}", "market_id": world.market_id, "currency": "EUR",
        "taxes_included": True, "placed_at": at, "time_zone": "Europe/Madrid", "language": "es", "lines": (line,), **what,
    }  # fmt: skip
    async with database.transaction() as tx:
        await orders.record_past(tx, orders=[PastOrder(**given)], by=BY)  # type: ignore[arg-type]


async def returned(database: Database, world: World, quantity: int = 1) -> Return:
    return await take(database, world, None, NewLine(variant_id=world.variants["MUG-1"], quantity=quantity))


async def policy(database: Database, world: World, days: int) -> None:
    async with database.transaction() as tx:
        one = Policy(market_id=world.market_id, price_days=days)
        await api.put_policies(tx, market_id=world.market_id, policies=[one])


def why(one: Return) -> tuple[int | None, PriceFrom | None, datetime | None]:
    (line,) = one.lines
    return line.unit_price, line.price_from, line.price_sold_at


async def test_never_sold_it_is_todays_price(database: Database, world: World) -> None:
    done = await returned(database, world, 2)
    assert (done.head.value, why(done)) == (2 * MUG, (MUG, PriceFrom.TODAY, None))


async def test_the_lowest_price_of_late_is_given_and_why_is_kept(database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 3))
    assert why(await returned(database, world)) == (MUG, PriceFrom.LOWEST_SOLD, order.head.placed_at)
    await was_sold(database, world, 2000, days_ago=80, quantity=2)  # 10.00 each
    await was_sold(database, world, 100, days_ago=91)  # too long ago
    await was_sold(database, world, 1100, days_ago=10)
    done = await returned(database, world, 3)
    price, source, sold_at = why(done)
    assert (done.head.value, price, source) == (3 * 1000, 1000, PriceFrom.LOWEST_SOLD)
    assert sold_at and abs(sold_at - (clock.now() - timedelta(days=80))) < timedelta(minutes=1)
    await policy(database, world, 30)
    assert why(await returned(database, world))[0] == 1100
    await policy(database, world, 100)
    assert why(await returned(database, world))[0] == 100
    await policy(database, world, 0)
    assert why(await returned(database, world)) == (MUG, PriceFrom.TODAY, None)
    assert await verification.differences(database) == []


async def test_what_was_taken_off_an_order_counts_and_what_came_back_or_went_elsewhere_does_not(
    database: Database, world: World
) -> None:
    await was_sold(database, world, 1200, days_ago=5, discount=-300)
    assert why(await returned(database, world))[0] == 900
    await was_sold(database, world, 500, days_ago=5, currency="GBP")
    await was_sold(database, world, 400, days_ago=5, market_id=type(world.market_id).new())
    await was_sold(database, world, 0, days_ago=5)  # given away is not sold
    assert why(await returned(database, world))[0] == 900
    async with database.transaction() as tx:
        price = Price(world.variants["MUG-1"], world.market_id, 700, "EUR")
        await pricing.put_prices(tx, prices=[price])
    order = await sold(database, world, ("MUG-1", 1), tendered=700)
    assert why(await returned(database, world))[0] == 700
    await take(database, world, order, back(order))
    assert why(await returned(database, world))[0] == 900  # nobody has it for 7.00


async def test_what_has_no_price_and_was_never_sold_is_refused(database: Database, world: World) -> None:
    await database.pool.execute("delete from pricing.price where variant_id = $1", world.variants["MUG-1"].uuid)
    before = await written(database)
    with pytest.raises(NoPrice):
        await returned(database, world)
    assert await written(database) == before
    await was_sold(database, world, 800, days_ago=3)
    assert why(await returned(database, world)) [:2] == (800, PriceFrom.LOWEST_SOLD)  # fmt: skip


async def test_an_index_serves_it(database: Database, world: World) -> None:
    """However many lines of other items there are, they are not looked at."""
    await sold(database, world, ("MUG-1", 1), ("LAMP-1", 1))
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local enable_seqscan = off")
        statement = await connection.prepare(returning_store.LOWEST.text)
        now = clock.now()
        values: Mapping[str, object] = {
            "variant_ids": [world.variants["MUG-1"].uuid], "sinces": [now], "first_ids": [world.variants["MUG-1"].uuid],
            "lines_max": 10, "market_id": world.market_id.uuid, "currency": "EUR", "now": now,
        }  # fmt: skip
        plan = await statement.explain(*[values[name] for name in returning_store.LOWEST.names])
    assert "line_variant" in str(plan)


async def test_over_http_the_reason_is_shown(url: str, database: Database, world: World) -> None:
    await was_sold(database, world, 950, days_ago=20)
    line = {"variant_id": str(world.variants["MUG-1"]), "quantity": 2, "grade": "sellable"}
    ask = {"lines": [line], "way": "counter", "location_id": str(world.store)}
    async with api_client(url, world) as http, httpx.AsyncClient(base_url=url) as stranger:
        seen = (await http.post("/v1/returns", json={**ask, "preview": True})).json()
        (shown,) = seen["lines"]
        assert (seen["head"]["value"], shown["unit_price"], shown["price_from"]) == (1900, 950, "lowest_sold")
        assert shown["price_sold_at"] and await database.pool.fetchval("select count(*) from returns.return") == 0
        assert (await stranger.post("/v1/returns", json=ask)).status_code in (401, 403)


@given(some.integers(0, 10**9), some.integers(0, 3), some.lists(some.integers(1, 10**6), min_size=1, max_size=5))
def test_parts_are_worth_the_whole_to_a_unit_each(price: int, scale: int, parts: list[int]) -> None:
    whole = rules.worth(price, quantity=sum(parts), scale=scale)
    each = sum(rules.worth(price, quantity=one, scale=scale) for one in parts)
    assert abs(whole - each) <= len(parts) and rules.worth(price, quantity=10**scale, scale=scale) == price
