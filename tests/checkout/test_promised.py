"""What a checkout was promised: given back with it, refused when it ran out; and where it goes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.conftest import Served
from tests.fulfillment.world import open_chain
from tests.world import World

from portico.app import verification
from portico.bookings import api as bookings
from portico.bookings.types import Opening, Resource, ResourceId, ResourceKind
from portico.platform.db import Database

HOME = {"latitude": 40.42, "longitude": -3.7, "country": "ES"}
STREET = {
    "street_address": "Calle de Ayala 45", "address_locality": "Madrid", "postal_code": "28001", "address_country": "ES",
}  # fmt: skip
BUYER = {"given_name": "Ana", "family_name": "", "email": "ana@example.com", "phone": ""}


@pytest.fixture
async def shop(served: Served, world: World, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """A shopper's browser; both stores ship, and the first has one bay."""
    await open_chain(database, world, MUG_1=10)
    async with database.transaction() as tx:
        bay = Resource(
            id=ResourceId.new(), code="BAY", kind=ResourceKind.DRIVE_UP, name="Bay", location_id=world.store,
            time_zone="Europe/Madrid", openings=tuple(Opening(day, 0, 1440, 1) for day in range(1, 8)),
        )  # fmt: skip
        await bookings.put_resources(tx, resources=[bay])
    headers = {"Portico-Channel": "web"}
    async with served() as url, httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as client:
        yield client


async def chosen(shop: httpx.AsyncClient, world: World, way: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """The path of a checkout that holds the first such way, and what it answered."""
    cart = (await shop.post("/v1/carts", json={})).json()
    await shop.post(f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants["MUG-1"])})
    path = f"/v1/checkouts/{(await shop.post('/v1/checkouts', json={'cart_id': cart['id']})).json()['id']}"
    ways = (await shop.post(f"{path}/promises", json={"destination": HOME})).json()["options"]
    option = next(one for one in ways if one["way"] == way and (one["slots"] or way != "drive_up"))
    slot = option["slots"][0]["starts_at"] if option["slots"] else None
    answer = await shop.post(
        f"{path}/promise", json={"option_id": option["id"], "slot": slot, "destination": HOME, **more}
    )
    assert answer.status_code == 200, answer.text
    return path, answer.json()


async def held(database: Database) -> tuple[int, int, int]:
    """Units, times and orders."""
    async with database.pool.acquire() as connection:
        return (
            await connection.fetchval("select coalesce(sum(reserved), 0)::int from inventory.stock"),
            await connection.fetchval("select count(*) from bookings.booking where state <> 'canceled'"),
            await connection.fetchval('select count(*) from orders."order"'),
        )


async def test_a_canceled_checkout_gives_its_time_back(
    shop: httpx.AsyncClient, world: World, database: Database
) -> None:
    path, answer = await chosen(shop, world, "drive_up")
    assert await held(database) == (1, 1, 0)
    assert answer["checkout"]["held_until"] == answer["expires_at"]
    canceled = await shop.post(f"{path}/cancel")
    assert canceled.json()["held_until"] is None and await held(database) == (0, 0, 0)
    assert await verification.differences(database) == []


async def test_what_ran_out_is_not_ordered(shop: httpx.AsyncClient, world: World, database: Database) -> None:
    path, _ = await chosen(shop, world, "ship", address=STREET)
    ready = await shop.patch(path, json={"buyer": BUYER, "payment": {"term": "on_collection"}})
    assert ready.json()["state"] == "ready_for_complete", ready.text
    async with database.pool.acquire() as connection:
        await connection.execute("update inventory.reservation set expires_at = now() - interval '1 second'")
    refused = await shop.post(f"{path}/complete", json={})
    assert (refused.status_code, refused.json()["code"]) == (410, "checkout.promise_ended")
    assert (await held(database))[2] == 0
    assert (await shop.get(path)).json()["state"] == "ready_for_complete"


@pytest.mark.parametrize(
    ("address", "field"),
    [
        (STREET | {"address_country": "IT"}, "address_country"),
        (STREET | {"street_address": "x" * 201}, "street_address"),
        (STREET | {"address_region": "x" * 201}, "address_region"),
    ],
)
async def test_an_address_that_cannot_be_leaves_all_as_it_was(
    shop: httpx.AsyncClient, world: World, database: Database, address: dict[str, str], field: str
) -> None:
    path, _ = await chosen(shop, world, "ship", address=STREET)
    before = (await shop.get(path)).json()
    refused = await shop.patch(path, json={"address": address, "buyer": BUYER})
    assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
        422,
        "checkout.bad_address",
        field,
    )
    assert (await shop.get(path)).json() == before


@pytest.mark.parametrize("field", ["street_address", "address_locality", "postal_code"])
async def test_half_an_address_is_none(shop: httpx.AsyncClient, world: World, field: str) -> None:
    path, _ = await chosen(shop, world, "ship", address=STREET | {field: " "})
    ready = await shop.patch(path, json={"buyer": BUYER, "payment": {"term": "on_collection"}})
    assert [one["code"] for one in ready.json()["messages"]] == ["address_missing"]
    refused = await shop.post(f"{path}/complete", json={})
    assert (refused.status_code, refused.json()["code"]) == (409, "checkout.incomplete")


async def test_who_fetches_it_after_all_leaves_no_address(
    shop: httpx.AsyncClient, world: World, database: Database
) -> None:
    path, answer = await chosen(shop, world, "ship", address=STREET)
    assert answer["checkout"]["ship_to"]["address"]["postal_code"] == "28001"
    way = f"collect~{world.store}"
    answer = (
        await shop.post(f"{path}/promise", json={"option_id": way, "destination": HOME, "address": STREET})
    ).json()
    assert answer["checkout"]["ship_to"] is None
    await shop.patch(path, json={"buyer": BUYER, "payment": {"term": "on_collection"}})
    order = (await shop.post(f"{path}/complete", json={})).json()
    assert order["ship_to"] is None and order["expectations"][0]["method"] == "collect"
    async with database.pool.acquire() as connection:
        assert await connection.fetchval('select destination from orders."order"') is None


async def test_her_own_time_is_among_those_she_may_choose(
    shop: httpx.AsyncClient, world: World, database: Database
) -> None:
    path, answer = await chosen(shop, world, "drive_up")
    same = {"option_id": answer["option"]["id"], "slot": answer["slot"]["starts_at"], "destination": HOME}
    again = await shop.post(f"{path}/promise", json=same)
    assert again.status_code == 200 and again.json()["slot"]["starts_at"] == same["slot"], again.text
    assert await held(database) == (1, 1, 0)
    assert await verification.differences(database) == []
