"""One key, one effect: retries, twins at the same instant, other bodies, other askers."""

import asyncio
from uuid import uuid4

import httpx
import pytest
from tests.conftest import Served
from tests.world import World

from portico.platform.db import Database


def body(world: World, sku: str = "LAMP-1", quantity: int = 1) -> dict:
    line = {
        "variant_id": str(world.variants[sku]),
        "quantity": quantity,
        "location_id": str(world.store),
        "method": "collect",
    }
    return {"lines": [line], "payment_term": "on_collection"}


def client(url: str, world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {world.token}"}, timeout=20)


async def orders(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval('select count(*) from orders."order"')


@pytest.fixture(params=[True, False], ids=["gathered", "one-by-one"])
async def address(request: pytest.FixtureRequest, served: Served, world: World):
    async with served(gather=request.param) as found:
        yield found


async def test_a_retry_is_given_the_first_answer(address: str, world: World, database: Database) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    async with client(address, world) as http:
        first = await http.post("/v1/orders", json=body(world), headers=key)
        again = await http.post("/v1/orders", json=body(world), headers=key)
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert again.headers["idempotency-replayed"] == "true" and "idempotency-replayed" not in first.headers
    assert await orders(database) == 1


async def test_twins_at_the_same_instant_place_one_order(address: str, world: World, database: Database) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    async with client(address, world) as http:
        answers = await asyncio.gather(*(http.post("/v1/orders", json=body(world), headers=key) for _ in range(20)))
    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert await orders(database) == 1


async def test_the_same_key_with_another_body_is_refused(address: str, world: World, database: Database) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    async with client(address, world) as http:
        await http.post("/v1/orders", json=body(world), headers=key)
        other = await http.post("/v1/orders", json=body(world, quantity=2), headers=key)
    assert other.status_code == 422 and other.json()["code"] == "idempotency.key_reused"
    assert await orders(database) == 1


async def test_the_same_request_in_another_spelling_is_the_same(address: str, world: World, database: Database) -> None:
    key = {"Idempotency-Key": uuid4().hex, "Content-Type": "application/json"}
    one = body(world)
    async with client(address, world) as http:
        first = await http.post("/v1/orders", json=one, headers=key)
        spaced = '{ "payment_term": "on_collection", "lines": ' + __import__("json").dumps(one["lines"], indent=3) + "}"
        again = await http.post("/v1/orders", content=spaced, headers=key)
    assert again.json()["id"] == first.json()["id"]
    assert await orders(database) == 1


async def test_a_refusal_is_remembered_and_a_new_key_tries_again(
    address: str, world: World, database: Database
) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    async with client(address, world) as http:
        first = await http.post("/v1/orders", json=body(world, quantity=51), headers=key)
        assert first.status_code == 409 and first.json()["code"] == "inventory.out_of_stock"
        stock = {
            "variant_id": str(world.variants["LAMP-1"]),
            "location_id": str(world.store),
            "quantity": 10,
            "reason": "found",
        }
        assert (await http.post("/v1/stock/adjustments", json=stock)).status_code == 200
        again = await http.post("/v1/orders", json=body(world, quantity=51), headers=key)
        assert again.content == first.content
        assert (
            await http.post("/v1/orders", json=body(world, quantity=51), headers={"Idempotency-Key": uuid4().hex})
        ).status_code == 201
    assert await orders(database) == 1


async def test_a_key_belongs_to_its_asker(address: str, world: World) -> None:
    """Two guests may choose the same key and body; each has her own basket."""
    key = {"Idempotency-Key": "same-key-everywhere", "Portico-Channel": "web"}
    async with httpx.AsyncClient(base_url=address) as one, httpx.AsyncClient(base_url=address) as other:
        carts = [(await http.post("/v1/carts", json={}, headers=key)).json()["id"] for http in (one, other)]
    assert carts[0] != carts[1]


@pytest.mark.parametrize("key", ["", "x" * 256, "ключ".encode()], ids=["empty", "long", "not-ascii"])
async def test_a_malformed_key_is_refused_and_nothing_written(
    url: str, world: World, database: Database, key: str | bytes
) -> None:
    async with client(url, world) as http:
        answer = await http.post("/v1/orders", json=body(world), headers={"Idempotency-Key": key})
    assert answer.status_code == 400 and answer.json()["code"] == "idempotency.key_malformed"
    assert await orders(database) == 0


async def test_a_key_whose_time_is_over_is_a_new_one(address: str, world: World, database: Database) -> None:
    """Whether or not anybody has swept it up."""
    key = {"Idempotency-Key": uuid4().hex}
    async with client(address, world) as http:
        first = await http.post("/v1/orders", json=body(world), headers=key)
        async with database.pool.acquire() as connection:
            await connection.execute("update platform.answer set expires_at = now() - interval '1 second'")
        second = await http.post("/v1/orders", json=body(world), headers=key)
        third = await http.post("/v1/orders", json=body(world), headers=key)
    assert [one.status_code for one in (first, second, third)] == [201] * 3
    assert first.json()["id"] != second.json()["id"] == third.json()["id"]
    assert await orders(database) == 2
