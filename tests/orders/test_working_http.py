"""Work over HTTP: who may, what a scanner is told, the whole way of an order by its readers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from tests.conftest import Served
from tests.orders.test_orders_http import api_client
from tests.orders.works import order, picked, work
from tests.world import PIN, World

from portico.orders.types import Method
from portico.platform.db import Database


@asynccontextmanager
async def till(url: str, code: str = "T1", login: str = "1000") -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as http:
        signed = await http.post("/v1/auth/staff/pin", json={"till_code": code, "staff_number": login, "pin": PIN})
        assert signed.status_code == 200, signed.text
        yield http


async def first(http: httpx.AsyncClient, **params: str) -> dict:
    """The first piece of work, once a reader has opened it."""
    for _ in range(200):
        page = await http.get("/v1/fulfillments", params=params)
        assert page.status_code == 200, page.text
        if page.json()["items"]:
            return page.json()["items"][0]
        await asyncio.sleep(0.05)
    raise AssertionError("no work was opened")


async def test_an_order_placed_over_http_becomes_work_and_is_sent(url: str, world: World) -> None:
    async with api_client(url, world) as http:
        line = {
            "variant_id": str(world.variants["MUG-1"]), "quantity": 2, "location_id": str(world.store), "method": "ship",
        }  # fmt: skip
        placed = await http.post("/v1/orders", json={"lines": [line], "payment_term": "settled_elsewhere"})
        assert placed.status_code == 201, placed.text
        one = await first(http, location=str(world.store))
        assert (one["order_label"], one["state"], one["urgency"]) == (placed.json()["label"], "open", "in_time")
        assert (one["asked"], one["picked"]) == (2, 0) and "code" not in one
        path = f"/v1/fulfillments/{one['id']}"
        assert (await http.post(f"{path}/start", json={})).json()["state"] == "picking"
        wrong = await http.post(f"{path}/scans", json={"code": "CUP-1"})
        assert (wrong.status_code, wrong.json()["code"]) == (409, "fulfillment.wrong_item")
        assert wrong.json()["detail"] == "This is Cup-1. Still wanted: Mug-1."
        scanned = (await http.post(f"{path}/scans", json={"code": "MUG-1", "quantity": 2})).json()
        assert scanned["work"]["picked"] == 2
        assert (await http.post(f"{path}/finish", json={})).json()["state"] == "picked"
        made = (await http.post(f"{path}/parcels", json={"parcels": [{"weight_grams": 700}]})).json()
        parcel = made["parcels"][0]["id"]
        assert (await http.post(f"{path}/parcels/{parcel}/label", json={"carrier": "nobody"})).status_code == 422
        asked = await http.post(f"{path}/parcels/{parcel}/label", json={"carrier": "own"})
        assert asked.status_code == 202, asked.text
        for _ in range(200):
            view = (await http.get(path)).json()
            if view["parcels"][0]["label"] == "bought":
                break
            await asyncio.sleep(0.05)
        assert view["parcels"][0]["label"] == "bought", view
        label = await http.get(f"/v1/parcels/{parcel}/label")
        assert label.content.startswith(b"%PDF") and label.headers["content-type"] == "application/pdf"
        assert (await http.post(f"{path}/ship")).json()["state"] == "shipped"
        order_view = (await http.get(f"/v1/orders/{placed.json()['id']}")).json()
        assert order_view["state"] == "fulfilled"
        queues = (await http.get("/v1/fulfillments/queues")).json()["items"]
        assert [(each["state"], each["works"]) for each in queues] == [("shipped", 1)]


async def test_a_store_sees_and_does_its_own_work_only(url: str, world: World, database: Database) -> None:
    placed = await order(database, world, Method.COLLECT, at=world.store)
    one = await work(database, placed.head.id)
    path = f"/v1/fulfillments/{one.work.id}"
    async with (
        till(url) as mine,
        till(url, "T2", "1001") as theirs,
        httpx.AsyncClient(base_url=url, timeout=20) as nobody,
    ):
        assert (await mine.get(path)).status_code == 200
        assert (await theirs.get(path)).status_code == 404
        assert (await nobody.get(path)).status_code == 401
        assert (await theirs.get("/v1/fulfillments")).json()["items"] == []
        assert (await theirs.get("/v1/fulfillments", params={"location": str(world.store)})).status_code == 403
        for verb, body in (
            ("start", {}),
            ("scans", {"code": "MUG-1"}),
            ("finish", {}),
            ("parcels", {"parcels": []}),
            ("ship", None),
        ):
            assert (await theirs.post(f"{path}/{verb}", json=body)).status_code == 403, verb
            assert (await nobody.post(f"{path}/{verb}", json=body)).status_code == 401, verb
        assert (await work(database, placed.head.id)) == one
        started = await mine.post(f"{path}/start", json={})
        assert started.status_code == 200 and started.json()["claimed_name"]


async def test_a_retry_counts_a_scan_once(url: str, world: World, database: Database) -> None:
    placed = await order(database, world, Method.COLLECT, at=world.store)
    one = await work(database, placed.head.id)
    async with till(url) as http:
        path = f"/v1/fulfillments/{one.work.id}"
        await http.post(f"{path}/start", json={})
        for _ in range(2):
            again = await http.post(f"{path}/scans", json={"code": "MUG-1"}, headers={"Idempotency-Key": "scan-1"})
            assert again.status_code == 200
        assert [line.picked for line in (await work(database, placed.head.id)).lines] == [1]


async def test_who_comes_is_on_the_board_and_gets_hers_by_her_code(url: str, world: World, database: Database) -> None:
    placed = await order(database, world, Method.DRIVE_UP, at=world.store)
    one = await picked(database, await work(database, placed.head.id))
    async with till(url) as http, httpx.AsyncClient(base_url=url, timeout=20) as stranger:
        body = {"order_id": str(placed.head.id), "location_id": str(world.store), "here": True, "bay": "4"}
        assert (await stranger.post("/v1/arrivals", json=body)).status_code == 404
        assert (await http.post("/v1/arrivals", json=body)).status_code == 200
        (here,) = (await http.get("/v1/arrivals", params={"location": str(world.store)})).json()["items"]
        assert (here["state"], here["bay"], here["order_label"]) == ("here", "4", placed.head.label)
        assert here["seconds_waiting"] >= 0
        path = f"/v1/orders/{placed.head.id}/handovers"
        wrong = {"location_id": str(world.store), "proof": {"kind": "code", "code": "12"}}
        assert (await http.post(path, json=wrong)).json()["code"] == "fulfillment.wrong_code"
        right = {"location_id": str(world.store), "proof": {"kind": "code", "code": one.work.code, "handed_to": "Ada"}}
        assert (await http.post(path, json=right)).status_code == 200
        assert (await http.get("/v1/arrivals", params={"location": str(world.store)})).json()["items"] == []
        done = (await http.get(f"/v1/fulfillments/{one.work.id}")).json()
        assert done["hand_overs"][0]["proof"] == "code" and done["state"] == "handed_over"


async def test_the_buyer_is_told_by_mail(served: Served, world: World, database: Database) -> None:
    from portico.app.readers import readers

    placed = await order(database, world, Method.COLLECT, at=world.store)
    one = await picked(database, await work(database, placed.head.id))
    (mail,) = [each for each in readers("https://shop.example") if each.name == "mail"]
    await mail.register(database)
    for _ in range(100):
        await mail.advance(database)
        async with database.pool.acquire() as connection:
            texts = [bytes(row["payload"]).decode() for row in await connection.fetch("select payload from pgqueuer")]
        if any(one.work.code[:3] in text for text in texts):
            break
        await asyncio.sleep(0.05)
    (letter,) = [text for text in texts if one.work.code[:3] in text]
    assert f"{one.work.code[:3]} {one.work.code[3:]}" in letter and "Store 1" in letter
    assert f"https://shop.example/orders/{placed.head.link_token}" in letter


async def test_the_shop_tells_how_far_it_is_and_hears_that_she_comes(
    url: str, world: World, database: Database
) -> None:
    placed = await order(database, world, Method.DRIVE_UP, at=world.store)
    path = f"/orders/{placed.head.link_token}"
    async with httpx.AsyncClient(base_url=url, timeout=20, follow_redirects=False) as shop, till(url) as http:
        page = (await shop.get(path)).text
        assert "Set aside for you." in page and "Waiting for you" not in page
        one = await picked(database, await work(database, placed.head.id))
        page = (await shop.get(path)).text
        assert "Ready for you" in page and page.count("Waiting for you") == 2 and "I’m on my way" in page
        assert one.work.code[:3] + " " + one.work.code[3:] not in page  # whoever holds the link is not the buyer
        origin = {"origin": url}
        said = await shop.post(
            f"{path}/arrivals", data={"location": str(world.store), "say": "here", "bay": "4"}, headers=origin
        )
        assert said.status_code in (302, 303), said.text
        assert "Bay: 4" in (await shop.get(path)).text
        (here,) = (await http.get("/v1/arrivals", params={"location": str(world.store)})).json()["items"]
        assert (here["state"], here["bay"]) == ("here", "4")
        wrong = await shop.post(
            f"{path}/arrivals", data={"location": str(world.other_store), "say": "here"}, headers=origin
        )
        assert wrong.status_code == 409
