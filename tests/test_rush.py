"""The rush: fifty units, two hundred buyers at once, through HTTP, in three forms. Fifty are sold, nobody waits for ever."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from portico.app import verification
from portico.inventory import api as inventory
from portico.platform.db import Database
from tests.conftest import Served
from tests.world import ON_HAND, PIN, World

BUYERS = 200
SECONDS_MAX = 300.0


@asynccontextmanager
async def cashier(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A till's client with room for every buyer at once."""
    limits = httpx.Limits(max_connections=BUYERS, max_keepalive_connections=BUYERS)
    async with httpx.AsyncClient(
        base_url=url, headers={"Portico-Channel": "pos"}, timeout=SECONDS_MAX, limits=limits
    ) as client:
        answer = await client.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
        assert answer.status_code == 200, answer.text
        yield client


async def fill(client: httpx.AsyncClient, world: World) -> str:
    """A basket with one lamp, ready to be paid; the checkout's id."""
    cart = (await client.post("/v1/carts", json={})).json()
    body = {"variant_id": str(world.variants["LAMP-1"]), "quantity": 1}
    cart = (await client.post(f"/v1/carts/{cart['id']}/lines", json=body)).json()
    checkout = (await client.post("/v1/checkouts", json={"cart_id": cart["id"]})).json()
    choice = {"line_id": cart["lines"][0]["id"], "method": "carry_out", "location_id": str(world.store)}
    answer = await client.patch(f"/v1/checkouts/{checkout['id']}", json={"fulfillment": [choice]})
    assert answer.json()["state"] == "ready_for_complete", answer.text
    return str(checkout["id"])


async def pay(client: httpx.AsyncClient, checkout_id: str) -> httpx.Response:
    return await client.post(f"/v1/checkouts/{checkout_id}/complete", json={"cash": {"tendered": 5000}})


async def whole_purchases(client: httpx.AsyncClient, world: World) -> list[httpx.Response]:
    async def buy() -> httpx.Response:
        return await pay(client, await fill(client, world))

    return await asyncio.gather(*(buy() for _ in range(BUYERS)))


async def ready_baskets(client: httpx.AsyncClient, world: World) -> list[httpx.Response]:
    ready = await asyncio.gather(*(fill(client, world) for _ in range(BUYERS)))
    return await asyncio.gather(*(pay(client, one) for one in ready))


async def eight_at_a_time(client: httpx.AsyncClient, world: World) -> list[httpx.Response]:
    turn = asyncio.Semaphore(8)

    async def buy() -> httpx.Response:
        async with turn:
            return await pay(client, await fill(client, world))

    return await asyncio.gather(*(buy() for _ in range(BUYERS)))


@pytest.mark.parametrize("rush", [whole_purchases, ready_baskets, eight_at_a_time])
@pytest.mark.parametrize("gather", [True, False], ids=["gathered", "one-by-one"])
async def test_fifty_units_and_two_hundred_buyers(
    rush, gather: bool, served: Served, world: World, database: Database
) -> None:
    async with served(gather=gather) as url, cashier(url) as client:
        answers = await asyncio.wait_for(rush(client, world), SECONDS_MAX)
    codes = Counter(one.status_code if one.status_code == 201 else one.json()["code"] for one in answers)
    assert codes == {201: ON_HAND, "inventory.out_of_stock": BUYERS - ON_HAND}
    async with database.read() as tx:
        (level,) = await inventory.levels(tx, variant_ids=[world.variants["LAMP-1"]], location_ids=[world.store])
    assert (level.on_hand, level.reserved) == (0, 0)
    assert await verification.differences(database) == []
