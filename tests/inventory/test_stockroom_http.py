"""The stockroom over HTTP: who may do what where, what is told of a blind count, and bad input."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from tests.conftest import Served
from tests.world import ON_HAND, PASSWORD, PIN, World

from portico.app import verification
from portico.platform.db import Database


@asynccontextmanager
async def at_till(url: str, till: str = "T1", number: str = "1000") -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as client:
        signed_in = await client.post(
            "/v1/auth/staff/pin", json={"till_code": till, "staff_number": number, "pin": PIN}
        )
        assert signed_in.status_code == 200
        yield client


@asynccontextmanager
async def in_office(url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "office"}, timeout=20) as client:
        signed_in = await client.post(
            "/v1/auth/staff/password", json={"email": "manager@example.com", "password": PASSWORD}
        )
        assert signed_in.status_code == 200
        yield client


async def free(http: httpx.AsyncClient, world: World, at: str | None = None) -> dict[str, int]:
    found = await http.get(
        "/v1/availability",
        params={"variants": str(world.variants["LAMP-1"]), "locations": at or str(world.store)},
    )
    (row,) = found.json()["items"]
    return row


async def test_a_delivery_from_announcement_to_shelf(served: Served, world: World, database: Database) -> None:
    lamp = str(world.variants["LAMP-1"])
    new = {
        "location_id": str(world.store), "supplier": "Luz S.L.", "reference": "PO-1",
        "lines": [{"variant_id": lamp, "quantity": 10}],
    }  # fmt: skip
    async with served() as url, at_till(url) as here, at_till(url, "T2", "1001") as there:
        made = await here.post("/v1/inbounds", json=new)
        assert made.status_code == 201, made.text
        path = f"/v1/inbounds/{made.json()['head']['id']}"
        came = {"lines": [{"variant_id": lamp, "quantity": 9, "damaged": 1}], "close": True}
        elsewhere = await there.post(f"{path}/receive", json=came)
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "auth.forbidden")
        assert (await free(here, world))["on_hand"] == ON_HAND
        taken = await here.post(f"{path}/receive", json=came)
        assert taken.status_code == 200 and taken.json()["lines"][0]["received"] == 8
        assert (await free(here, world))["on_hand"] == ON_HAND + 8
        again = await here.post(f"{path}/receive", json=came)
        assert (again.status_code, again.json()["code"]) == (409, "inventory.inbound_ended")
        listed = await here.get("/v1/inbounds", params={"location": str(world.store)})
        assert listed.json()["items"] == []
    assert await verification.differences(database) == []


async def test_a_blind_count_tells_nothing_until_it_is_approved(
    served: Served, world: World, database: Database
) -> None:
    lamp = str(world.variants["LAMP-1"])
    async with served() as url, at_till(url) as till, in_office(url) as office:
        made = await till.post("/v1/counts", json={"location_id": str(world.store), "variant_ids": [lamp]})
        assert made.status_code == 201, made.text
        path = f"/v1/counts/{made.json()['id']}"
        for _ in range(2):
            told = await till.post(f"{path}/found", json={"found": [{"variant_id": lamp, "quantity": 48}]})
            assert told.json()["lines"] == [
                {
                    "variant_id": lamp,
                    "counted": 48,
                    "book": None,
                    "variance": None,
                    "rounds": told.json()["lines"][0]["rounds"],
                    "recount": told.json()["lines"][0]["rounds"] == 1,
                    "owed": 0,
                }
            ]
        assert (await office.get(path)).json()["lines"][0]["variance"] == -2
        refused = await till.post(f"{path}/approve")
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.forbidden")
        assert (await free(office, world))["on_hand"] == ON_HAND
        assert (await office.post(f"{path}/approve")).json()["state"] == "approved"
        assert (await free(office, world))["on_hand"] == 48
        assert (await till.get(path)).json()["lines"][0]["book"] == ON_HAND
    assert await verification.differences(database) == []


async def test_lists_say_how_far_things_have_come(served: Served, world: World, database: Database) -> None:
    lamp, mug = str(world.variants["LAMP-1"]), str(world.variants["MUG-1"])
    here, there = str(world.store), str(world.other_store)
    async with served() as url, at_till(url) as till, in_office(url) as office:
        made = await till.post("/v1/counts", json={"location_id": here, "variant_ids": [lamp, mug]})
        path = f"/v1/counts/{made.json()['id']}"

        async def progress() -> tuple[int, int, int]:
            (one,) = (await till.get("/v1/counts", params={"location": here})).json()["items"]
            return one["lines"], one["counted"], one["to_recount"]

        assert await progress() == (2, 0, 0)
        await till.post(f"{path}/found", json={"found": [{"variant_id": lamp, "quantity": ON_HAND - 1}]})
        assert await progress() == (2, 1, 1)
        found = [{"variant_id": lamp, "quantity": ON_HAND - 1}, {"variant_id": mug, "quantity": ON_HAND}]
        await till.post(f"{path}/found", json={"found": found})
        assert await progress() == (2, 2, 0)

        lines = [{"variant_id": lamp, "quantity": 3}, {"variant_id": mug, "quantity": 2}]
        new = {"location_id": there, "from_location_id": here, "reference": "T-1", "lines": lines}
        shipped = (await office.post("/v1/inbounds", json=new)).json()
        came = {"lines": [{"variant_id": lamp, "quantity": 3, "damaged": 1}]}
        await office.post(f"/v1/inbounds/{shipped['head']['id']}/receive", json=came)
        for params in ({"location": there}, {"location": here, "sent": True}):
            (one,) = (await office.get("/v1/inbounds", params=params)).json()["items"]
            assert one["id"] == shipped["head"]["id"]
            assert (one["lines"], one["arrived"]) == (2, 1)
        for params in ({"location": here}, {"location": there, "sent": True}):
            assert (await office.get("/v1/inbounds", params=params)).json()["items"] == []
    assert await verification.differences(database) == []
    async with database.pool.acquire() as connection:
        told = await connection.fetch(
            "select body ->> 'counted' as counted from platform.fact where type = 'inventory.count_changed.v1' order by id"
        )
    assert [one["counted"] for one in told] == ["0", "1", "2"]


async def test_a_lease_is_the_tills_own(served: Served, world: World, database: Database) -> None:
    lamp = str(world.variants["LAMP-1"])
    async with served() as url, at_till(url) as till, at_till(url, "T2", "1001") as other, in_office(url) as office:
        assert (await till.get("/v1/leases/current")).status_code == 204
        made = await till.post("/v1/leases", json={"hours": 8, "lines": [{"variant_id": lamp, "quantity": 5}]})
        assert made.status_code == 201, made.text
        assert made.json()["lines"] == [{"variant_id": lamp, "quantity": 5}]
        lease_id = made.json()["lease"]["id"]
        assert (await free(till, world))["available"] == ON_HAND - 5
        assert (await other.post(f"/v1/leases/{lease_id}/settle")).status_code == 404
        assert (await office.post("/v1/leases", json={})).json()["code"] == "inventory.bad_lease"
        assert (await till.get("/v1/leases/current")).json()["lines"] == [{"variant_id": lamp, "quantity": 5}]
        assert (await till.post(f"/v1/leases/{lease_id}/settle")).json()["settled_at"]
        assert (await free(till, world))["available"] == ON_HAND
        suggested = await till.post("/v1/leases", json={"hours": 8})
        assert suggested.status_code == 201 and len(suggested.json()["lines"]) == len(world.variants)
    assert await verification.differences(database) == []


async def test_policies_are_the_managers(served: Served, world: World) -> None:
    edit = {"policies": [{"location_id": str(world.store), "channel": "web", "safety": 5}]}
    async with served() as url, at_till(url) as till, in_office(url) as office:
        refused = await till.put("/v1/stock/policies", json=edit)
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.forbidden")
        made = await office.put("/v1/stock/policies", json=edit)
        assert made.status_code == 200, made.text
        (listed,) = (await office.get("/v1/stock/policies")).json()["items"]
        assert (listed["channel"], listed["safety"], listed["variant_id"]) == ("web", 5, None)
        line = {
            "variant_id": str(world.variants["LAMP-1"]), "quantity": ON_HAND - 4, "location_id": str(world.store),
            "method": "collect",
        }  # fmt: skip
        order = {"lines": [line], "payment_term": "on_collection"}
        web = {"Portico-Channel": "web", "Authorization": f"Bearer {world.token}"}
        async with httpx.AsyncClient(base_url=url, headers=web) as shop:
            short = await shop.post("/v1/orders", json=order)
            assert (short.status_code, short.json()["code"]) == (409, "inventory.out_of_stock")
            assert (await office.delete(f"/v1/stock/policies/{listed['id']}")).status_code == 204
            assert (await shop.post("/v1/orders", json=order)).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/v1/inbounds", {"lines": [{"variant_id": "LAMP", "quantity": -1}]}, "inventory.bad_inbound"),
        ("POST", "/v1/inbounds", {"lines": [{"variant_id": "var_" + "0" * 32, "quantity": 1}]}, "invalid"),
        ("POST", "/v1/inbounds", {"expected_on": "1999-01-01"}, "invalid"),
        ("POST", "/v1/inbounds", {"expected_on": "soon"}, "invalid"),
        ("POST", "/v1/inbounds", {"lines": [{"variant_id": "LAMP", "quantity": 1.5}]}, "invalid"),
        ("POST", "/v1/counts", {"variant_ids": []}, "inventory.bad_count"),
        ("POST", "/v1/counts", {"location_id": "loc_" + "0" * 32}, "not_found"),
        ("PUT", "/v1/stock/policies", {"policies": [{"share_percent": 101}]}, "inventory.bad_policy"),
        ("PUT", "/v1/stock/policies", {"policies": [{"channel": "smoke signals", "safety": 1}]}, "invalid"),
        ("PUT", "/v1/stock/policies", {"policies": [{"safety": 10**30}]}, "invalid"),
        ("PUT", "/v1/stock/policies", {"policies": []}, "invalid"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_written(
    served: Served, world: World, database: Database, method: str, path: str, body: dict, code: str
) -> None:
    lamp = str(world.variants["LAMP-1"])
    given = {
        "location_id": str(world.store), "supplier": "Luz S.L.", "reference": "PO-1", "variant_ids": [lamp],
        "lines": [{"variant_id": lamp, "quantity": 1}],
    } | body  # fmt: skip
    for line in given["lines"]:
        line["variant_id"] = lamp if line["variant_id"] == "LAMP" else line["variant_id"]
    async with served() as url, in_office(url) as office:
        refused = await office.request(method, path, json=given)
        assert (refused.status_code >= 400, refused.json()["code"]) == (True, code), refused.text
    async with database.pool.acquire() as connection:
        for table in ("inbound", "count", "policy"):
            assert await connection.fetchval(f"select count(*) from inventory.{table}") == 0


async def test_who_signs_in_learns_where_she_may_what(served: Served, world: World) -> None:
    async with served() as url, in_office(url) as office, at_till(url) as till:
        everywhere, here = (await office.get("/v1/me")).json(), (await till.get("/v1/me")).json()
    assert "bookings.manage" in everywhere["permissions"] and everywhere["permissions_at"] == {}
    assert here["permissions_at"].keys() == set(here["permissions"])
    assert here["permissions_at"]["bookings.book"] == [str(world.store)]
