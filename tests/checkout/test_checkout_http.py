"""Checkouts over HTTP: ten clicks are one order, and nobody completes another's."""

import asyncio

import httpx
from tests.conftest import Served
from tests.world import World

from portico.platform.db import Database


def browser(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}, timeout=20)


async def ready(shop: httpx.AsyncClient, world: World) -> dict:
    cart = (await shop.post("/v1/carts", json={})).json()
    cart = (await shop.post(f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants["MUG-1"])})).json()
    checkout = (await shop.post("/v1/checkouts", json={"cart_id": cart["id"]})).json()
    choice = {"line_id": cart["lines"][0]["id"], "method": "collect", "location_id": str(world.store)}
    edit = {
        "fulfillment": [choice],
        "payment": {"term": "on_collection"},
        "buyer": {"given_name": "Anna", "phone": "+34600111222"},
    }
    found = (await shop.patch(f"/v1/checkouts/{checkout['id']}", json=edit)).json()
    assert found["state"] == "ready_for_complete", found
    return found


async def orders(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval('select count(*) from orders."order"')


async def test_ten_clicks_are_one_order(served: Served, world: World, database: Database) -> None:
    for gather in (True, False):
        async with served(gather=gather) as url, browser(url) as shop:
            before, checkout = await orders(database), await ready(shop, world)
            path = f"/v1/checkouts/{checkout['id']}/complete"
            answers = await asyncio.gather(*(shop.post(path, json={"expected_total": 1250}) for _ in range(10)))
            (order,) = [one.json() for one in answers if one.status_code == 201]
            told = [one.json() for one in answers if one.status_code == 409]
            assert {(one["code"], one["order_id"]) for one in told} == {("checkout.completed", order["id"])}
            assert len(told) == 9 and await orders(database) == before + 1


async def test_nobody_completes_another_s(url: str, world: World, database: Database) -> None:
    async with browser(url) as shop, browser(url) as stranger:
        checkout = await ready(shop, world)
        await stranger.post("/v1/auth/guest")
        path = f"/v1/checkouts/{checkout['id']}"
        answers = [
            await stranger.get(path),
            await stranger.patch(path, json={"payment": {"term": "now"}}),
            await stranger.post(f"{path}/complete", json={}),
            await stranger.post(f"{path}/cancel"),
            await stranger.post("/v1/checkouts", json={"cart_id": checkout["cart_id"]}),
        ]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(404, "not_found")] * 5
        same = (await shop.get(path)).json()
    assert (same["state"], same["version"], await orders(database)) == ("ready_for_complete", checkout["version"], 0)


async def test_a_basket_edited_elsewhere_is_not_completed_unseen(url: str, world: World, database: Database) -> None:
    async with browser(url) as shop:
        checkout = await ready(shop, world)
        mug = {"variant_id": str(world.variants["MUG-1"])}
        await shop.post(f"/v1/carts/{checkout['cart_id']}/lines", json=mug)
        refused = await shop.post(f"/v1/checkouts/{checkout['id']}/complete", json={"expected_total": 1250})
        assert (refused.status_code, refused.json()["code"], refused.json()["total"]) == (
            409,
            "orders.total_changed",
            2500,
        )
        assert await orders(database) == 0
        agreed = await shop.post(f"/v1/checkouts/{checkout['id']}/complete", json={"expected_total": 2500})
        assert agreed.status_code == 201


async def test_what_is_no_choice_is_refused(url: str, world: World) -> None:
    async with browser(url) as shop:
        checkout = await ready(shop, world)
        line = checkout["lines"][0]["id"]
        wrong = [
            {"fulfillment": [{"line_id": line, "method": "collect", "location_id": str(world.store), "quantity": 0}]},
            {"fulfillment": [{"line_id": line, "method": "teleport", "location_id": str(world.store)}]},
            {"payment": {"term": "settled_elsewhere"}},
            {"payment": {"term": "now", "handler": "card"}},
            {"buyer": {"given_name": "x" * 201}},
        ]
        for one in wrong:
            answer = await shop.patch(f"/v1/checkouts/{checkout['id']}", json=one)
            assert answer.status_code == 422, (one, answer.text)
        assert (await shop.get(f"/v1/checkouts/{checkout['id']}")).json()["version"] == checkout["version"]


async def test_a_strangers_attempt_does_not_cost_the_owner_hers(
    served: Served, world: World, database: Database
) -> None:
    """Both in one batch: each is judged by itself."""
    async with served() as url, browser(url) as shop, browser(url) as stranger:
        await stranger.post("/v1/auth/guest")
        checkout = await ready(shop, world)
        path = f"/v1/checkouts/{checkout['id']}/complete"
        asks = [who.post(path, json={"expected_total": 1250}) for who in (stranger, stranger, shop, stranger)]
        answers = await asyncio.gather(*asks)
    assert [one.status_code for one in answers] == [404, 404, 201, 404]
    refused = answers[0].json()
    assert (refused["what"], refused["id"]) == ("checkout", checkout["id"])
    assert checkout["cart_id"] not in answers[0].text
    assert await orders(database) == 1


async def test_a_buyer_is_reached_by_what_she_typed_or_told_that_it_is_wrong(url: str, world: World) -> None:
    async with browser(url) as shop:
        checkout = await ready(shop, world)
        path = f"/v1/checkouts/{checkout['id']}"
        for field, typed in (
            ("email", "a@example.com, b@example.com"), ("email", "a@example.com\nBcc: b@example.com"),
            ("email", "nobody"), ("phone", "123"), ("phone", "call me"),
        ):  # fmt: skip
            refused = await shop.patch(path, json={"buyer": {"given_name": "Anna", field: typed}})
            assert refused.status_code == 422, (field, typed, refused.text)
        same = (await shop.get(path)).json()
        assert (same["version"], same["buyer"]) == (checkout["version"], checkout["buyer"])
        edit = {"buyer": {"given_name": "Anna", "email": " Anna@Example.COM ", "phone": "600 111 222"}}
        buyer = (await shop.patch(path, json=edit)).json()["buyer"]
        assert (buyer["email"], buyer["phone"]) == ("anna@example.com", "+34600111222")


async def test_a_warehouse_hands_nothing_over(url: str, world: World, database: Database) -> None:
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update business.location set kind = 'warehouse' where id = $1", world.other_store.uuid
        )
    async with browser(url) as shop:
        checkout = await ready(shop, world)
        line = checkout["lines"][0]["id"]
        choice = {"line_id": line, "method": "collect", "location_id": str(world.other_store)}
        refused = await shop.patch(f"/v1/checkouts/{checkout['id']}", json={"fulfillment": [choice]})
        assert refused.json()["code"] == "orders.wrong_location"
        page = (await shop.get(f"/v1/carts/{checkout['cart_id']}")).json()
        assert page["lines"][0]["available"] <= 50  # what only the warehouse has is not offered
