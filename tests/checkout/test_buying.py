"""Buying in one call: the same records as step by step, once, or none at all."""

import asyncio
from typing import Any

import httpx
import pytest
from tests.conftest import Served
from tests.inventory.test_stockroom_http import at_till
from tests.world import ON_HAND, World

from portico.app import verification
from portico.platform.db import Database

TABLES = ("carts.cart", "carts.change", "checkout.checkout", "checkout.choice", 'orders."order"', "payments.payment")


async def counts(database: Database) -> list[int]:
    async with database.pool.acquire() as connection:
        return [await connection.fetchval(f"select count(*) from {table}") for table in TABLES]


def wanted(world: World, method: str = "carry_out", *, quantity: int = 1, **more: Any) -> dict[str, Any]:
    lines = [
        {
            "variant_id": str(world.variants[sku]),
            "location_id": str(world.store),
            "quantity": quantity,
            "method": method,
        }
        for sku in ("LAMP-1", "MUG-1")
    ]
    return {"lines": lines, **more}


CASH = {"cash": {"tendered": 100_000}}
ANNA = {"given_name": "Anna", "family_name": "", "email": "", "phone": "+34600111222"}


async def test_it_leaves_the_records_of_every_step(served: Served, world: World, database: Database) -> None:
    async with served() as url, at_till(url) as till:
        answer = await till.post("/v1/purchases", json=wanted(world, expected_total=6240, **CASH))
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert (order["state"], order["total"], order["due"], len(order["payments"])) == ("fulfilled", 6240, 0, 1)
    async with database.pool.acquire() as connection:
        history = await connection.fetch("select version, kind, to_quantity from carts.change order by version")
        cart = await connection.fetchrow("select id, version, customer_id, guest_id from carts.cart")
        found = await connection.fetchrow("select id, cart_id, state, order_id from checkout.checkout")
        placed = await connection.fetchrow('select id, cart_id, checkout_id from orders."order"')
        facts = await connection.fetch("select type, subject from platform.fact where type like 'c%.changed.v1'")
    assert [tuple(one) for one in history] == [
        (1, "created", None),
        (2, "added", 1),
        (3, "added", 1),
        (4, "ordered", None),
    ]
    assert (cart["version"], cart["customer_id"], cart["guest_id"]) == (4, None, None)
    assert (found["cart_id"], found["state"], found["order_id"]) == (cart["id"], "completed", placed["id"])
    assert (placed["cart_id"], placed["checkout_id"]) == (cart["id"], found["id"])
    assert sorted(one["type"] for one in facts) == ["carts.changed.v1", "checkout.changed.v1"]
    assert (await counts(database))[:4] == [1, 4, 1, 2]
    assert await verification.differences(database) == []


async def test_a_guest_orders_what_she_will_fetch_and_her_basket_stays(
    http: httpx.AsyncClient, world: World, database: Database
) -> None:
    cart = (await http.post("/v1/carts", json={})).json()
    await http.post(f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants["CUP-1"])})
    body = wanted(world, "collect", buyer=ANNA, payment_term="on_collection")
    order = (await http.post("/v1/purchases", json=body)).json()
    assert (order["state"], order["due"]) == ("open", 6240)
    assert [one["id"] for one in (await http.get("/v1/orders")).json()["items"]] == [order["id"]]
    assert (await http.get(f"/v1/carts/{cart['id']}")).json()["line_count"] == 1


async def test_the_same_request_again_buys_nothing_again(served: Served, world: World, database: Database) -> None:
    """Twins in one batch, retries among new ones, and one key for two things."""
    for gather in (True, False):
        before = (await counts(database))[4]
        async with served(gather=gather) as url, at_till(url) as till:

            async def buy(
                key: str, quantity: int = 1, till: httpx.AsyncClient = till, gather: bool = gather
            ) -> httpx.Response:
                body = wanted(world, quantity=quantity, **CASH)
                return await till.post("/v1/purchases", json=body, headers={"Idempotency-Key": f"{gather}-{key}"})

            first = await asyncio.gather(*(buy("a") for _ in range(4)), buy("b"))
            again = await asyncio.gather(buy("a"), buy("b"), buy("c"), buy("a", 2))
        assert {one.status_code for one in first} == {201} and len({one.json()["id"] for one in first[:4]}) == 1
        assert again[0].json()["id"] == first[0].json()["id"] and again[0].headers["idempotency-replayed"] == "true"
        assert again[1].json()["id"] == first[4].json()["id"]
        assert [one.status_code for one in again] == [201, 201, 201, 422]
        assert (await counts(database))[4] == before + 3
    assert await verification.differences(database) == []


REFUSED = [
    ({"quantity": ON_HAND + 1, "cash": {"tendered": 1_000_000}}, 409, "inventory.out_of_stock"),
    ({"quantity": 0}, 422, "carts.bad_quantity"),
    ({"method": "ship"}, 422, "invalid"),
    ({"expected_total": 1}, 409, "orders.total_changed"),
    ({"cash": {"tendered": 1}}, 409, "payments.not_enough"),
    ({"method": "collect", "payment_term": "on_collection"}, 409, "checkout.incomplete"),
    ({"payment_term": "settled_elsewhere"}, 422, "invalid"),
]


@pytest.mark.parametrize(("wish", "status", "code"), REFUSED)
async def test_a_refusal_leaves_nothing(
    wish: dict[str, Any], status: int, code: str, served: Served, world: World, database: Database
) -> None:
    before = await counts(database)
    async with served() as url, at_till(url) as till:
        answer = await till.post("/v1/purchases", json=wanted(world, **{**CASH, **wish}))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await counts(database) == before


async def test_a_shopper_carries_nothing_out(http: httpx.AsyncClient, world: World, database: Database) -> None:
    before = await counts(database)
    answer = await http.post("/v1/purchases", json=wanted(world, buyer=ANNA, **CASH))
    assert (answer.status_code, answer.json()["code"]) == (403, "auth.forbidden")
    assert await counts(database) == before
