"""Returns over HTTP: whose they are, what a preview leaves behind, how an order is found, and the credit note that follows."""

import asyncio

import httpx
from tests.orders.test_orders_http import api_client, bought
from tests.orders.test_working_http import till
from tests.returns.test_returns import MUG, sold
from tests.world import World

from portico.app import verification
from portico.orders.types import Order
from portico.payments.types import Own, Tender
from portico.platform.db import Database


def body(world: World, order: Order | None, **more: object) -> dict:
    named = {"line_id": str(order.lines[0].id)} if order else {"variant_id": str(world.variants["MUG-1"])}
    line = {**named, "quantity": 1, "reason": "changed_mind", "grade": "sellable"}
    found = {"order_id": str(order.head.id)} if order else {}
    return {"lines": [line], "way": "counter", "location_id": str(world.store), **found, **more}


async def count(database: Database) -> int:
    return int(await database.pool.fetchval("select count(*) from returns.return"))


async def test_at_the_till_it_is_seen_first_and_then_done(url: str, database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 2))
    async with till(url) as http:
        asked = {"order": order.head.label.lower(), "reason": "changed_mind"}
        may = await http.post("/v1/returns/eligibility", json=asked)
        (line,) = may.json()["lines"]
        assert (line["left"], line["value"], line["blocks"]) == (2, 2 * MUG, [])
        seen = await http.post("/v1/returns", json=body(world, order, preview=True))
        assert (seen.status_code, seen.json()["head"]["refunded"], await count(database)) == (201, MUG, 0)
        done = await http.post("/v1/returns", json=body(world, order))
        assert (done.status_code, done.json()["head"]["state"]) == (201, "completed"), done.text
        assert [(one["to"], one["amount"]) for one in done.json()["refunds"]] == [("cash", MUG)]
        again = (await http.get(f"/v1/returns/{done.json()['head']['code'].lower()}")).json()
        assert (again["head"]["id"], again["order_label"]) == (done.json()["head"]["id"], order.head.label)
        (listed,) = (await http.get("/v1/returns", params={"order": str(order.head.id)})).json()["items"]
        assert listed["head"]["id"] == again["head"]["id"]
    assert await verification.differences(database) == []


async def test_who_may_not_is_refused_and_nothing_is_written(url: str, database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 2))
    async with till(url) as http, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shop:
        refused = await http.post("/v1/returns", json=body(world, None))
        assert (refused.status_code, refused.json()["permission"]) == (403, "returns.without_receipt")
        elsewhere = await http.post("/v1/returns", json=body(world, order, location_id=str(world.other_store)))
        assert elsewhere.status_code == 403
        assert (await http.put("/v1/return-policies", json={"market": "es", "items": []})).status_code == 403
        assert (await shop.post("/v1/returns", json=body(world, order))).status_code in (401, 403)
        hers = await bought(shop, world, "ada")
        mine = {"lines": [{"line_id": str(order.lines[0].id), "quantity": 1}], "way": "post"}
        theirs = await shop.post("/v1/returns", json={**mine, "order_id": str(order.head.id)})
        assert theirs.status_code == 404
        unfetched = [{"line_id": hers["lines"][0]["id"], "quantity": 1}]
        early = await shop.post("/v1/returns", json={"lines": unfetched, "way": "post", "order_id": hers["id"]})
        assert (early.status_code, early.json()["code"]) == (409, "returns.not_taken")
        assert await count(database) == 0


async def test_whose_order_it_is_asks_by_post(url: str, database: Database, world: World) -> None:
    async with till(url) as http, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shop:
        hers = await bought(shop, world, "ada")
        assert (await http.post(f"/v1/orders/{hers['id']}/payments", json={"tendered": MUG})).status_code == 200
        given = await http.post(f"/v1/orders/{hers['id']}/handovers", json={"location_id": str(world.store)})
        assert given.status_code == 200, given.text
        lines = [{"line_id": hers["lines"][0]["id"], "quantity": 1}]
        made = await shop.post("/v1/returns", json={"lines": lines, "way": "post", "order_id": hers["id"]})
        assert (made.status_code, made.json()["head"]["state"]) == (201, "approved"), made.text
        path = f"/v1/returns/{made.json()['head']['id']}"
        assert (await shop.post(f"{path}/send", json={"reason": "PQ42"})).json()["head"]["state"] == "in_transit"
        assert (await shop.post(f"{path}/approve", json={})).status_code == 403
        assert (await http.post(f"{path}/receive", json={"location_id": str(world.store)})).status_code == 200
        graded = [{"line_id": made.json()["lines"][0]["id"], "grade": "sellable", "quantity": 1}]
        done = (await http.post(f"{path}/grade", json={"lines": graded})).json()
        assert (done["head"]["state"], done["head"]["refunded"]) == ("completed", MUG)
        for _ in range(100):  # a reader writes the credit note
            papers = await http.get(f"/v1/orders/{hers['id']}/documents")
            if any(one["type"] == "credit_note" for one in papers.json()["items"]):
                break
            await asyncio.sleep(0.1)
        else:
            raise AssertionError(papers.text)


async def test_an_order_is_found_by_card_and_day(url: str, database: Database, world: World) -> None:
    card = Tender(handler=Own.TERMINAL, credential="A1", last4="4242")
    order = await sold(database, world, ("MUG-1", 1), tendered=None, tenders=(card,))
    async with till(url) as http:
        on = order.head.placed_at.date().isoformat()
        (found,) = (await http.get("/v1/returns/orders", params={"last4": "4242", "on": on})).json()["items"]
        assert found["label"] == order.head.label
        assert (await http.get("/v1/returns/orders", params={"last4": "4241", "on": on})).json()["items"] == []
        (found,) = (await http.get("/v1/returns/orders", params={"q": order.head.label})).json()["items"]
        assert found["id"] == str(order.head.id)
        assert (await http.get("/v1/returns/orders", params={"last4": "4242"})).status_code == 422


async def test_policies_are_data(url: str, database: Database, world: World) -> None:
    async with api_client(url, world) as http:
        rows = [{"days": 14, "restocking_ppm": 50_000, "postage": 490}, {"category": "books", "final_sale": True}]
        put = await http.put("/v1/return-policies", json={"market": "es", "items": rows})
        assert put.status_code == 200, put.text
        shown = (await http.get("/v1/return-policies", params={"market": "es"})).json()["items"]
        assert [(one["category"], one["days"], one["final_sale"]) for one in shown] == [
            ("", 14, False),
            ("books", 30, True),
        ]
        wrong = await http.put("/v1/return-policies", json={"market": "es", "items": [{"days": -1}]})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "returns.bad_policy")
        assert (await http.get("/v1/return-policies", params={"market": "es"})).json()["items"] == shown
