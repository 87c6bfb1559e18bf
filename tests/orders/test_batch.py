"""Thousands of orders in one request: each answered in its place, each there once however often it is sent and broken off."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from tests.conftest import Served, free_port
from tests.orders.test_orders_http import api_client, body, count
from tests.world import ON_HAND, PIN, World

from portico.app import verification
from portico.orders.http import batch
from portico.platform.db import Database


def orders(world: World, many: int, sku: str = "MUG-1", name: str = "M", **more: object) -> dict:
    made = [body(world, external_reference=f"{name}-{i}", **more) for i in range(many)]
    for one in made:
        one["lines"][0]["variant_id"] = str(world.variants[sku])
    return {"orders": made}


async def references(database: Database) -> list[str]:
    async with database.pool.acquire() as connection:
        return [one[0].rpartition(":")[2] for one in await connection.fetch('select external_ref from orders."order"')]


async def test_each_is_answered_in_its_place_and_sent_again_it_is_the_same(
    url: str, world: World, database: Database
) -> None:
    given = orders(world, 5)
    given["orders"][1]["lines"][0]["variant_id"] = "var_" + "0" * 32
    given["orders"][2]["external_reference"] = None
    given["orders"][3] = {**given["orders"][0]}  # the same twice
    given["orders"][4]["customer_id"] = "cus_" + "0" * 32
    async with api_client(url, world) as http:
        first = (await http.post("/v1/orders/batch", json=given)).json()
        assert [one["status"] for one in first["items"]] == [201, 404, 422, 200, 404]
        codes = [one["problem"] and one["problem"]["code"] for one in first["items"]]
        assert codes == [None, "orders.unknown_variant", "invalid", None, "not_found"]
        assert (first["placed"], first["known"], first["refused"]) == (1, 1, 3)
        assert first["items"][3]["order_id"] == first["items"][0]["order_id"]
        async with database.pool.acquire() as connection:  # another price by now, and another moment
            await connection.execute("update pricing.price set amount = amount + 1")
        given["orders"][0] |= {"expected_total": 1250, "occurred_at": "2001-01-01T00:00:00Z"}
        again = (await http.post("/v1/orders/batch", json=given)).json()
        assert [one["status"] for one in again["items"]][:1] == [200]
        assert again["items"][0]["order_id"] == first["items"][0]["order_id"]
        assert (await http.get(f"/v1/orders/{first['items'][0]['label']}")).status_code == 200
    assert await count(database) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"orders": []},
        {"orders": [{"lines": [], "external_reference": "a\0b"}]},
        {},
        {"orders": [{}] * 5001},
        {"orders": 1},
    ],
)
async def test_a_batch_that_is_none_is_refused_whole(url: str, world: World, database: Database, wrong: dict) -> None:
    async with api_client(url, world) as http:
        assert (await http.post("/v1/orders/batch", json=wrong)).status_code == 422
        with contextlib.suppress(httpx.TransportError):  # the server hangs up on what is too long
            long = await http.post("/v1/orders/batch", content=b" " * (batch.BYTES_MAX + 1))
            assert long.status_code == 413
    async with httpx.AsyncClient(base_url=url) as nobody:
        assert (await nobody.post("/v1/orders/batch", json={"orders": [{"lines": []}]})).status_code == 401
    assert await count(database) == 0


async def test_more_than_there_is_is_refused_to_the_last(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as http:
        made = (await http.post("/v1/orders/batch", json=orders(world, ON_HAND + 7))).json()
    assert (made["placed"], made["refused"]) == (ON_HAND, 7)
    assert [one["status"] for one in made["items"]] == [201] * ON_HAND + [409] * 7
    assert await verification.differences(database) == []


async def test_a_key_answers_a_batch_again_and_no_other(url: str, world: World, database: Database) -> None:
    key = {"idempotency-key": "b-1"}
    async with api_client(url, world) as http:
        first = await http.post("/v1/orders/batch", json=orders(world, 3), headers=key)
        again = await http.post("/v1/orders/batch", json=orders(world, 3), headers=key)
        other = await http.post("/v1/orders/batch", json=orders(world, 4), headers=key)
    assert again.json() == first.json() and again.headers["idempotency-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.key_reused")
    assert await count(database) == 3


async def test_the_sales_of_a_till_that_was_away(url: str, world: World, database: Database) -> None:
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
        await till.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
        lease = {
            "location_id": str(world.store),
            "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 6}],
        }
        taken = await till.post("/v1/leases", json=lease)
        assert taken.status_code == 201, taken.text
        given = orders(
            world, 4, payment_term="now", cash={"tendered": 2000}, occurred_at="2026-11-20T10:00:00Z",
            lease_id=taken.json()["lease"]["id"],
        )  # fmt: skip
        for one in given["orders"]:
            one["lines"][0]["method"] = "carry_out"
        given["orders"][3]["occurred_at"] = "2001-01-01T00:00:00Z"
        made = [await till.post("/v1/orders/batch", json=given) for _ in range(2)]
        assert [one["status"] for one in made[0].json()["items"]] == [201, 201, 201, 422], made[0].text
        assert [one["status"] for one in made[1].json()["items"]] == [200, 200, 200, 422]
        elsewhere = orders(world, 1, name="E", payment_term="now", cash={"tendered": 2000})
        elsewhere["orders"][0]["lines"][0] |= {"method": "carry_out", "location_id": str(world.other_store)}
        (refused,) = (await till.post("/v1/orders/batch", json=elsewhere)).json()["items"]
        assert (refused["status"], refused["problem"]["code"]) == (403, "auth.forbidden")
    assert await count(database) == 3
    assert await verification.differences(database) == []


async def test_a_marketplace_says_that_it_was_paid_there(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as http:
        given = orders(world, 2, payment_term="settled_elsewhere")
        made = (await http.post("/v1/orders/batch", json=given)).json()
        assert made["placed"] == 2
        order = (await http.get(f"/v1/orders/{made['items'][0]['order_id']}")).json()
        assert (order["payment_term"], order["due"]) == ("settled_elsewhere", 0)


async def test_two_who_send_the_same_at_once_place_each_once(url: str, world: World, database: Database) -> None:
    given = orders(world, 40)
    async with api_client(url, world) as http:
        made = await asyncio.gather(*(http.post("/v1/orders/batch", json=given) for _ in range(4)))
    ids = [[one["order_id"] for one in answer.json()["items"]] for answer in made]
    assert all(one == ids[0] for one in ids) and len(set(ids[0])) == 40
    assert sum(answer.json()["placed"] for answer in made) == 40 == await count(database)


async def plenty(database: Database) -> None:
    async with database.pool.acquire() as connection:
        await connection.execute("update inventory.stock set on_hand = 1000000")


async def test_a_batch_whose_sender_left_is_sent_again(url: str, world: World, database: Database) -> None:
    await plenty(database)
    given = orders(world, 700)
    async with api_client(url, world) as http:
        sending = asyncio.create_task(http.post("/v1/orders/batch", json=given, timeout=60))
        while await count(database) < 100:  # noqa: ASYNC110 - the server is what is waited for
            await asyncio.sleep(0.01)
        sending.cancel()  # she hangs up in the middle of it
        await asyncio.wait([sending])
        made = (await http.post("/v1/orders/batch", json=given, timeout=60)).json()
    assert made["placed"] + made["known"] == 700 == await count(database)
    assert sorted(await references(database)) == sorted(one["external_reference"] for one in given["orders"])


async def test_a_batch_whose_server_was_killed_is_sent_again(
    served: Served, world: World, database: Database, database_url: str, tmp_path: Path
) -> None:
    """kill -9 between its transactions: what was placed stays, what was not is placed by the second time, each once."""
    await plenty(database)
    given, port = orders(world, 1500), free_port()
    environment = {**os.environ, "PORTICO_DATA": str(tmp_path / "killed"), "PORTICO_DATABASE_URL": database_url}
    server = subprocess.Popen(  # noqa: ASYNC220 - it starts at once
        [sys.executable, "-m", "portico", "serve", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        async with api_client(f"http://127.0.0.1:{port}", world) as http:
            for _ in range(200):
                try:
                    await http.get("/readyz")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
            sending = asyncio.create_task(http.post("/v1/orders/batch", json=given, timeout=60))
            while await count(database) < 200:  # noqa: ASYNC110 - another process is what is waited for
                await asyncio.sleep(0.01)
            os.killpg(server.pid, signal.SIGKILL)
            with pytest.raises(httpx.TransportError):
                await sending
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    before = await count(database)
    assert 200 <= before < 1500
    async with served() as url, api_client(url, world) as http:
        made = (await http.post("/v1/orders/batch", json=given, timeout=60)).json()
    assert (made["placed"], made["known"], made["refused"]) == (1500 - before, before, 0)
    assert sorted(await references(database)) == sorted(one["external_reference"] for one in given["orders"])
