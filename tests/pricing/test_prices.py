"""Prices by lists, by time and by promotions: the same on every door unless a rule says otherwise, and what was asked before is known."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
import msgspec
import pytest
from tests.carts.racing import line_up, without_lock
from tests.orders.test_orders import ask, line, placed
from tests.orders.test_orders_http import api_client
from tests.pricing.test_redeeming import HALF, live
from tests.world import PASSWORD, PIN, SKUS, World

from portico.business import api as business
from portico.offers import api as offers
from portico.offers.types import Offer
from portico.platform import clock
from portico.platform.db import Database, Query
from portico.pricing import api
from portico.pricing.store import promotions as store
from portico.pricing.types import Asker, Price
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.coupons import NewBatch
from portico.pricing.types.lists import BadPrice, BadPriceList, ListPrice, ListState, NewPriceList, ScheduledPrice
from portico.pricing.types.promotions import (
    BuyGet,
    OrderPercent,
    PercentOff,
    Promotion,
    PromotionChanged,
    Rule,
)
from portico.pricing.types.promotions import State as PromotionState
from portico.segments import api as segments
from portico.segments.types import NewSegment, OrderCount

MUG = SKUS["MUG-1"]


async def put_list(
    database: Database, world: World, code: str, amount: int, *, at: datetime | None = None, **more: object
) -> None:
    """A live list with a price for mugs."""
    new = NewPriceList(code=code, titles={"en": code}, state=ListState.LIVE, **more)  # type: ignore[arg-type]
    async with database.transaction(now=at) as tx:
        await api.lists.put_list(tx, market_id=world.market_id, new=new, by=world.by)
        prices = [ListPrice(variant_id=world.variants["MUG-1"], amount=amount)]
        await api.lists.put_list_prices(tx, market_id=world.market_id, code=code, prices=prices, by=world.by)


async def mug(database: Database, world: World, *, at: datetime | None = None, **asker: object) -> Offer:
    """A mug as it is shown to whoever asks so."""
    async with database.transaction(now=at) as tx:
        directory = await business.directory(tx)
        found = await offers.offers(
            tx, ids=[world.variants["MUG-1"]], market=directory.market("es"), directory=directory, language="en",
            asker=Asker(**asker),
        )  # fmt: skip
    return found[world.variants["MUG-1"]]


@asynccontextmanager
async def doors(url: str, world: World) -> AsyncIterator[dict[str, httpx.AsyncClient]]:
    """Everybody who may fill a basket: a shopper, a till, the desk, an app."""
    async with (
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as web,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}) as till,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "desk"}) as desk,
        api_client(url, world) as app,
    ):
        await till.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
        signed = await desk.post("/v1/auth/staff/password", json={"email": "agent@example.com", "password": PASSWORD})
        assert signed.status_code in (200, 201), signed.text
        yield {"web": web, "pos": till, "desk": desk, "api": app}


async def filled(http: httpx.AsyncClient, world: World) -> dict:
    cart = (await http.post("/v1/carts", json={})).json()
    for sku, quantity in (("MUG-1", 3), ("LAMP-1", 1), ("TEA-1", 250)):
        added = await http.post(
            f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants[sku]), "quantity": quantity}
        )
        assert added.status_code == 200, added.text
        cart = added.json()
    return cart


async def test_every_door_asks_the_same(url: str, database: Database, world: World) -> None:
    """Basket, item, quote and order, through every channel, with lists and promotions about nobody in particular."""
    await put_list(database, world, "spring", 1100)
    await live(database, world, Rule(code="three", titles={"en": "3 for 2"}, benefit=BuyGet(2, 1)))
    await live(database, world, Rule(code="all", titles={"en": "5 % off"}, benefit=OrderPercent(50_000)))
    totals, shown = set(), set()
    async with doors(url, world) as by_channel:
        for http in by_channel.values():
            cart = await filled(http, world)
            totals.add(next(one["amount"] for one in cart["totals"] if one["type"] == "total"))
            item = (await http.get("/v1/items/mug-1")).json()
            shown.add((item["price_from"], str(item["reduction"])))
        lines = [
            {"variant_id": str(world.variants[sku]), "quantity": quantity, "method": "collect", "location_id": str(world.store)}
            for sku, quantity in (("MUG-1", 3), ("LAMP-1", 1), ("TEA-1", 250))
        ]  # fmt: skip
        for channel in ("pos", "desk", "api"):
            order = await by_channel[channel].post("/v1/orders", json={"lines": lines, "payment_term": "on_collection"})
            assert order.status_code == 201, order.text
            totals.add(order.json()["total"])
        for channel in ("web", "pos", "desk", "office", "api"):
            quote = await by_channel["api"].post("/v1/quotes", json={
                "channel": channel, "lines": [{key: one[key] for key in ("variant_id", "quantity")} for one in lines],
            })  # fmt: skip
            totals.add(next(one["amount"] for one in quote.json()["totals"] if one["type"] == "total"))
    goods = 2 * 1100 + SKUS["LAMP-1"] + 600
    assert len(totals) == 1 and abs(totals.pop() - round(goods * 0.95)) <= 1
    assert shown == {(1100, str({"amount": 1100, "before": 1250, "lowest": 1250, "titles": []}))}


async def test_a_deliberate_price_of_a_channel_is_explained(url: str, database: Database, world: World) -> None:
    await put_list(database, world, "till-only", 990, conditions=Conditions(channels=("pos",)))
    await live(
        database,
        world,
        Rule(
            code="web-only", titles={"en": "Web"}, benefit=PercentOff(100_000), conditions=Conditions(channels=("web",))
        ),
    )
    async with doors(url, world) as by_channel:
        why = {}
        for channel, http in by_channel.items():
            cart = await filled(http, world)
            told = (await http.get(f"/v1/carts/{cart['id']}/why")).json()
            mugs = told["lines"][0]
            why[channel] = (
                mugs["unit_price"],
                mugs["list_code"],
                mugs["own_price"],
                [one["code"] for one in mugs["discounts"]],
            )
        assert why == {
            "web": (MUG, "", MUG, ["web-only"]), "pos": (990, "till-only", MUG, []), "desk": (MUG, "", MUG, []),
            "api": (MUG, "", MUG, []),
        }  # fmt: skip
        told = (await by_channel["pos"].get(f"/v1/carts/{(await filled(by_channel['pos'], world))['id']}/why")).json()
        assert [(one["code"], one["why"]) for one in told["declined"]] == [("web-only", "other_channel")]


async def test_a_shopper_is_not_told_of_what_is_for_others(url: str, database: Database, world: World) -> None:
    secret = Rule(code="secret", titles={"en": "Staff sale"}, benefit=PercentOff(900_000), needs_code=True)
    await live(database, world, secret)
    async with database.transaction() as tx:
        new = NewSegment(code="vip", name="VIP", condition=OrderCount(at_least=9))
        await segments.put(tx, new=new, expected_version=0, by=world.by)
    await live(
        database,
        world,
        msgspec.structs.replace(secret, code="vips", needs_code=False, conditions=Conditions(segments=("vip",))),
    )
    async with doors(url, world) as by_channel:
        told = {}
        for channel in ("web", "desk"):
            cart = await filled(by_channel[channel], world)
            told[channel] = (await by_channel[channel].get(f"/v1/carts/{cart['id']}/why")).json()["declined"]
    assert told["web"] == [] and {one["code"] for one in told["desk"]} == {"secret", "vips"}


async def test_a_coupon_travels_with_the_basket(url: str, database: Database, world: World) -> None:
    promotion = await live(
        database, world, Rule(code="ten", titles={"en": "Ten"}, benefit=OrderPercent(100_000), needs_code=True)
    )
    async with database.transaction() as tx:
        await api.coupons.make(tx, new=NewBatch(promotion_id=promotion.id, code="TEN", uses_max=5), by=world.by)
    async with doors(url, world) as by_channel:
        web, till = by_channel["web"], by_channel["pos"]
        cart = await filled(web, world)
        before = next(one["amount"] for one in cart["totals"] if one["type"] == "total")
        wrong = await web.post(f"/v1/carts/{cart['id']}/coupons", json={"code": "ELEVEN"})
        assert (wrong.status_code, wrong.json()["code"]) == (404, "pricing.unknown_coupon")
        assert (await web.get(f"/v1/carts/{cart['id']}")).json()["version"] == cart["version"]
        cart = (await web.post(f"/v1/carts/{cart['id']}/coupons", json={"code": "ten"})).json()
        assert cart["coupons"] == [{"code": "TEN", "title": "Ten", "why": "", "applied": True, "waits": False}]
        baton = (await web.post(f"/v1/carts/{cart['id']}/batons")).json()
        taken = (await till.post("/v1/batons/claim", json={"code": baton["code"]})).json()
        after = next(one["amount"] for one in taken["totals"] if one["type"] == "total")
        assert taken["coupons"][0]["applied"] and abs(after - before * 0.9) <= 1
        gone = (await till.delete(f"/v1/carts/{cart['id']}/coupons/TEN")).json()
        assert (
            gone["coupons"] == [] and next(one["amount"] for one in gone["totals"] if one["type"] == "total") == before
        )


async def test_who_tries_coupons_in_vain_has_to_wait_and_a_lucky_one_is_not_told(
    url: str, database: Database, world: World
) -> None:
    promotion = await live(
        database, world, Rule(code="ten", titles={"en": "Ten"}, benefit=OrderPercent(100_000), needs_code=True)
    )
    async with database.transaction() as tx:
        for code, uses in (("TEN", 5), ("USED", 1)):
            await api.coupons.make(tx, new=NewBatch(promotion_id=promotion.id, code=code, uses_max=uses), by=world.by)
        await tx.run(Query(None, "update pricing.coupon set uses = 1 where code = 'USED'"))
    async with doors(url, world) as by_channel:
        web = by_channel["web"]
        cart = await filled(web, world)

        async def tried(code: str) -> str:
            answer = await web.post(f"/v1/carts/{cart['id']}/coupons", json={"code": code})
            return answer.json().get("code", "")

        assert [await tried(f"GUESS-{i}") for i in range(4)] == ["pricing.unknown_coupon"] * 4
        assert [await tried("USED") for _ in range(4)] == ["pricing.unknown_coupon"] * 4, "no guess: somebody had it"
        assert await tried("GUESS-5") == "pricing.unknown_coupon"
        assert await tried("TEN") == "auth.too_many_tries"
        assert (await web.get(f"/v1/carts/{cart['id']}")).json()["version"] == cart["version"]


async def test_the_list_of_the_highest_priority_decides_dearer_or_not(database: Database, world: World) -> None:
    await put_list(database, world, "cheap", 900, priority=10)
    assert (await mug(database, world)).price == 900
    await put_list(database, world, "airport", 1900, priority=20, conditions=Conditions(locations=("S1",)))
    assert (await mug(database, world, location_id=world.store)).price == 1900
    assert (await mug(database, world, location_id=world.other_store)).price == 900


async def test_prices_by_quantity_count_all_lines_of_a_variant(url: str, database: Database, world: World) -> None:
    new = NewPriceList(code="bulk", titles={"en": "Bulk"}, state=ListState.LIVE)
    tiers = [
        ListPrice(variant_id=world.variants["MUG-1"], amount=amount, from_quantity=quantity)
        for quantity, amount in ((3, 1000), (6, 800))
    ]
    async with database.transaction() as tx:
        await api.lists.put_list(tx, market_id=world.market_id, new=new, by=world.by)
        await api.lists.put_list_prices(tx, market_id=world.market_id, code="bulk", prices=tiers, by=world.by)
    async with api_client(url, world) as http:
        for quantities, unit in (((2,), MUG), ((3,), 1000), ((3, 2), 1000), ((3, 3), 800)):
            lines = [{"variant_id": str(world.variants["MUG-1"]), "quantity": one} for one in quantities]
            quote = (await http.post("/v1/quotes", json={"lines": lines})).json()
            assert {one["unit_price"] for one in quote["lines"]} == {unit}


async def test_a_price_for_a_time_begins_and_ends_by_itself(database: Database, world: World) -> None:
    now = clock.now()
    monday, friday = now + timedelta(days=3), now + timedelta(days=7)
    prices = [ScheduledPrice(variant_id=world.variants["MUG-1"], amount=777, starts_at=monday, ends_before=friday)]
    async with database.transaction() as tx:
        await api.lists.schedule(tx, market_id=world.market_id, prices=prices, by=world.by)
    for moment, price in ((now, MUG), (monday - timedelta(seconds=1), MUG), (monday, 777), (friday, MUG)):
        assert (await mug(database, world, at=moment)).price == price


async def test_a_new_price_ends_one_that_was_to_hold_for_good(database: Database, world: World) -> None:
    later = clock.now() + timedelta(days=1)
    prices = [ScheduledPrice(variant_id=world.variants["MUG-1"], amount=777, starts_at=later)]
    async with database.transaction() as tx:
        await api.lists.schedule(tx, market_id=world.market_id, prices=prices, by=world.by)
    assert (await mug(database, world, at=later + timedelta(days=1))).price == 777
    async with database.transaction(now=later + timedelta(days=2)) as tx:
        await api.put_prices(tx, prices=[Price(world.variants["MUG-1"], world.market_id, 1500, "EUR")], by=world.by)
    assert (await mug(database, world, at=later + timedelta(days=3))).price == 1500


async def test_a_reduction_says_the_lowest_price_of_thirty_days_before(database: Database, world: World) -> None:
    start = clock.now()
    for days, amount in ((0, 2000), (40, 1600), (45, 1900)):
        async with database.transaction(now=start + timedelta(days=days)) as tx:
            await api.put_prices(
                tx, prices=[Price(world.variants["MUG-1"], world.market_id, amount, "EUR")], by=world.by
            )
    sale = Rule(
        code="sale", titles={"en": "Sale"}, benefit=PercentOff(200_000),
        conditions=Conditions(starts_at=start + timedelta(days=60), ends_before=start + timedelta(days=70)),
    )  # fmt: skip
    async with database.transaction(now=start + timedelta(days=50)) as tx:
        await api.promotions.create(tx, market_id=world.market_id, rule=sale, state=PromotionState.LIVE, by=world.by)
    assert (await mug(database, world, at=start + timedelta(days=59))).reduction is None
    seen = (await mug(database, world, at=start + timedelta(days=65))).reduction
    assert seen is not None and msgspec.structs.astuple(seen) == (1520, 1900, 1600, ("Sale",))
    assert (await mug(database, world, at=start + timedelta(days=70))).reduction is None
    # A sale itself was a price: another one three weeks later is measured against it.
    again = msgspec.structs.replace(
        sale, code="again", benefit=PercentOff(100_000), conditions=Conditions(starts_at=start + timedelta(days=85))
    )
    async with database.transaction(now=start + timedelta(days=84)) as tx:
        await api.promotions.create(tx, market_id=world.market_id, rule=again, state=PromotionState.LIVE, by=world.by)
    seen = (await mug(database, world, at=start + timedelta(days=86))).reduction
    assert seen is not None and (seen.amount, seen.before, seen.lowest) == (1710, 1900, 1520)


async def test_a_price_that_cannot_be_is_refused_and_none_is_set(url: str, database: Database, world: World) -> None:
    good, now = str(world.variants["MUG-1"]), clock.now()
    past = (now - timedelta(days=1)).isoformat()
    async with api_client(url, world) as http:
        for prices, code in (
            ([{"variant_id": good, "amount": 5}, {"variant_id": good, "amount": -1}], "pricing.bad_price"),
            ([{"variant_id": good, "amount": 5}, {"variant_id": good, "amount": 6}], "invalid"),
            (
                [{"variant_id": good, "amount": 5}, {"variant_id": "var_" + "0" * 32, "amount": 6}],
                "pricing.unknown_variants",
            ),
            ([{"variant_id": good, "amount": 5, "starts_at": past}], "pricing.bad_price"),
            ([{"variant_id": good, "amount": 2**53}], "pricing.bad_price"),
            ([], "invalid"),
        ):
            answer = await http.put("/v1/prices", json={"prices": prices})
            assert (answer.status_code, answer.json()["code"]) == (422, code), (prices, answer.text)
        for body in ({"titles": {"en": "\x00"}}, {"titles": {}}, {"titles": {"en": "x"}, "priority": -1}):
            answer = await http.put("/v1/price-lists/x", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "pricing.bad_price_list"), answer.text
        assert (await http.get("/v1/price-lists")).json()["items"] == []
    assert (await mug(database, world)).price == MUG
    with pytest.raises(BadPriceList):
        await put_list(database, world, "own", 1)
    async with database.transaction() as tx:
        twice = [ListPrice(variant_id=world.variants["MUG-1"], amount=one) for one in (1, 2)]
        await api.lists.put_list(
            tx, market_id=world.market_id, new=NewPriceList(code="x", titles={"en": "x"}), by=world.by
        )
        with pytest.raises(BadPrice):
            await api.lists.put_list_prices(tx, market_id=world.market_id, code="x", prices=twice, by=world.by)


async def _two_editors(database: Database, world: World) -> list[Promotion | BaseException]:
    promotion = await live(database, world, HALF)
    await line_up(database)

    async def change(ppm: int) -> Promotion:
        async with database.transaction() as tx:
            rule = msgspec.structs.replace(HALF, benefit=PercentOff(ppm))
            return await api.promotions.change(tx, id=promotion.id, rule=rule, expected_version=1, by=world.by)

    return await asyncio.gather(*(change(ppm) for ppm in (10, 20, 30)), return_exceptions=True)


async def test_of_two_editors_the_second_is_told(database: Database, world: World) -> None:
    answers = await _two_editors(database, world)
    assert sum(isinstance(one, Promotion) for one in answers) == 1
    assert sum(isinstance(one, PromotionChanged) for one in answers) == 2


async def test_without_its_lock_the_second_is_not_told(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    assert not all(isinstance(one, Promotion | PromotionChanged) for one in await _two_editors(database, world))


async def test_history_says_who_asked_what_and_when(url: str, database: Database, world: World) -> None:
    async with api_client(url, world) as http:
        done = await http.put(
            "/v1/prices", json={"prices": [{"variant_id": str(world.variants["MUG-1"]), "amount": 1300}]}
        )
        assert done.json() == {"changed": 1, "scheduled": 0}
        items = (await http.get(f"/v1/prices/{world.variants['MUG-1']}/history")).json()["items"]
    assert [(one["amount"], one["list_code"], one["actor_name"]) for one in items] == [
        (1300, "", "Test"),
        (MUG, "", ""),
    ]


async def _kept(database: Database) -> dict[str, int]:
    """How much there is that a price may leave behind. What other rooms do about the orders meanwhile is theirs."""
    told = "select count(*) from platform.fact where type like 'pricing.%' or type like 'orders.%'"
    kept = (
        "pricing.promotion",
        "pricing.redemption",
        "pricing.coupon",
        'orders."order"',
        "payments.payment",
        "ledger.transfer",
    )
    async with database.pool.acquire() as connection:
        return {
            "facts": await connection.fetchval(told),
            **{one: await connection.fetchval(f"select count(*) from {one}") for one in kept},
        }


async def test_a_promotion_is_tried_on_past_orders_and_nothing_is_written(
    url: str, database: Database, world: World
) -> None:
    """Four orders: with half price on mugs three would have had it, and a budget would have ended with the second."""
    for skus in (("MUG-1",), ("MUG-1", "CUP-1"), ("CUP-1",), ("MUG-1",)):
        await placed(database, ask(world, *(line(world, sku, 2) for sku in skus)))
    before = await _kept(database)
    rule = {
        "code": "half", "titles": {"en": "Half"}, "benefit": {"kind": "percent", "ppm": 500_000},
        "scope": {"variants": [str(world.variants["MUG-1"])]}, "caps": {"budget": 2 * MUG}, "needs_code": True,
        "conditions": {"starts_at": (clock.now() + timedelta(days=9)).isoformat()},
    }  # fmt: skip
    async with api_client(url, world) as http:
        tried = (await http.post("/v1/promotions/dry-run", json={"rule": rule})).json()
        wrong = await http.post("/v1/promotions/dry-run", json={"rule": {**rule, "code": "Ü"}})
    assert (tried["baskets"], tried["hits"], tried["off"], tried["more_off"]) == (4, 3, 3 * MUG, 3 * MUG)
    assert tried["ends_after"] == 3 and [one["off_before"] for one in tried["samples"]] == [0, 0, 0]
    assert (wrong.status_code, wrong.json()["code"]) == (422, "pricing.bad_promotion")
    assert await _kept(database) == before
