"""Orders over HTTP: whose they are, how a list is paged, what a client's request may be wrong in."""

import httpx
import pytest
from tests.conftest import Served
from tests.world import PIN, World

from portico.platform.db import Database


def api_client(url: str, world: World) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {world.token}"}, timeout=20)


def body(world: World, **more: object) -> dict:
    line = {
        "variant_id": str(world.variants["MUG-1"]),
        "quantity": 1,
        "location_id": str(world.store),
        "method": "collect",
    }
    return {"lines": [line], "payment_term": "on_collection", **more}


async def count(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval('select count(*) from orders."order"')


async def bought(shop: httpx.AsyncClient, world: World, name: str) -> dict:
    """A guest's order, collected at the store and paid there."""
    cart = (await shop.post("/v1/carts", json={})).json()
    cart = (await shop.post(f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants["MUG-1"])})).json()
    checkout = (await shop.post("/v1/checkouts", json={"cart_id": cart["id"]})).json()
    choice = {"line_id": cart["lines"][0]["id"], "method": "collect", "location_id": str(world.store)}
    edit = {
        "fulfillment": [choice], "payment": {"term": "on_collection"},
        "buyer": {"given_name": name, "family_name": "", "email": f"{name}@example.com", "phone": ""},
    }  # fmt: skip
    ready = (await shop.patch(f"/v1/checkouts/{checkout['id']}", json=edit)).json()
    assert ready["state"] == "ready_for_complete", ready
    order = await shop.post(f"/v1/checkouts/{checkout['id']}/complete", json={"expected_total": 1250})
    assert order.status_code == 201, order.text
    return order.json()


async def test_a_list_is_paged_newest_first_and_nothing_twice(url: str, world: World) -> None:
    async with api_client(url, world) as http:
        made = [(await http.post("/v1/orders", json=body(world))).json()["id"] for _ in range(7)]
        seen: list[str] = []
        cursor, pages = None, 0
        while True:
            page = (await http.get("/v1/orders", params={"limit": 3, **({"cursor": cursor} if cursor else {})})).json()
            seen, cursor, pages = seen + [one["id"] for one in page["items"]], page["next_cursor"], pages + 1
            if cursor is None:
                break
            made.append((await http.post("/v1/orders", json=body(world))).json()["id"])  # others buy meanwhile
        assert seen == made[6::-1] and pages == 3
        label = (await http.get(f"/v1/orders/{made[0]}")).json()["label"]
        found = (await http.get("/v1/orders", params={"q": label.lower().replace("-", " ")})).json()["items"]
        assert [one["id"] for one in found] == [made[0]]
        assert (await http.get("/v1/orders", params={"state": "fulfilled"})).json()["items"] == []
        for wrong in ("x", "2026-01-01~ord_" + "0" * 32, "2026-01-01T00:00:00Z~cart_" + "0" * 32):
            assert (await http.get("/v1/orders", params={"cursor": wrong})).status_code == 422


async def test_orders_are_named_for_lists_that_know_only_ids(url: str, world: World) -> None:
    async with api_client(url, world) as http, httpx.AsyncClient(base_url=url) as nobody:
        made = [(await http.post("/v1/orders", json=body(world))).json() for _ in range(2)]
        ids = ",".join([*(one["id"] for one in made), made[0]["id"], "ord_" + "0" * 32])
        named = await http.get("/v1/orders", params={"ids": ids})
        assert named.status_code == 200, named.text
        assert {one["id"]: one["label"] for one in named.json()["items"]} == {one["id"]: one["label"] for one in made}
        assert (await nobody.get("/v1/orders", params={"ids": ids})).status_code == 401
        for wrong in ("lamp", ",".join(["ord_" + f"{i:032x}" for i in range(101)])):
            assert (await http.get("/v1/orders", params={"ids": wrong})).status_code == 422


async def test_a_shopper_sees_her_own_orders_only(url: str, world: World) -> None:
    web = {"Portico-Channel": "web"}
    async with (
        httpx.AsyncClient(base_url=url, headers=web) as anna,
        httpx.AsyncClient(base_url=url, headers=web) as bea,
        httpx.AsyncClient(base_url=url, headers=web) as stranger,
    ):
        hers, others = await bought(anna, world, "anna"), await bought(bea, world, "bea")
        assert [one["id"] for one in (await anna.get("/v1/orders")).json()["items"]] == [hers["id"]]
        assert [
            one["id"] for one in (await anna.get("/v1/orders", params={"q": others["label"]})).json()["items"]
        ] == []
        for name in (others["id"], others["label"]):
            hidden = await anna.get(f"/v1/orders/{name}")
            assert (hidden.status_code, hidden.json()["code"]) == (404, "not_found")
        link = others["permalink_url"].rpartition("/")[2]
        assert (await stranger.get(f"/v1/orders/by-link/{link}")).json()["id"] == others["id"]
        assert (await stranger.get(f"/v1/orders/by-link/{link}x")).status_code == 404
        assert (await stranger.get("/v1/orders")).status_code == 401
        for act in ("payments", "handovers"):
            data = {"tendered": 5000} if act == "payments" else {"location_id": str(world.store)}
            assert (await anna.post(f"/v1/orders/{hers['id']}/{act}", json=data)).status_code == 403


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"lines": []}, 422, "invalid"),
        ({"external_reference": "r" * 101}, 422, "invalid"),
        ({"occurred_at": "2026-11-01T10:00:00"}, 422, "invalid"),
        ({"occurred_at": "2001-01-01T10:00:00Z"}, 422, "invalid"),
        ({"occurred_at": "0001-01-01T00:00:00+14:00"}, 422, "invalid"),
        ({"market": "nowhere"}, 404, "not_found"),
        ({"customer_id": "cus_" + "0" * 32}, 404, "not_found"),
        ({"expected_total": 1}, 409, "orders.total_changed"),
        ({"payment_term": "now", "cash": {"tendered": 5000}}, 409, "payments.no_till"),
        ({"payment_term": "now", "cash": {"tendered": 10**30}}, 409, "payments.no_till"),
    ],
)
async def test_a_wrong_order_is_refused_and_nothing_written(
    url: str, world: World, database: Database, more: dict, status: int, code: str
) -> None:
    async with api_client(url, world) as http:
        answer = await http.post("/v1/orders", json=body(world, **more))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await count(database) == 0


async def test_a_reference_is_the_clients_own(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as http:
        first = await http.post("/v1/orders", json=body(world, external_reference="A-1"))
        again = await http.post("/v1/orders", json=body(world, external_reference="A-1"))
        # Two long references that begin alike are two references.
        longer = [await http.post("/v1/orders", json=body(world, external_reference="B" * 99 + end)) for end in "12"]
    assert first.status_code == 201
    assert (again.status_code, again.json()["code"], again.json()["order_id"]) == (
        409, "orders.already_placed", first.json()["id"],
    )  # fmt: skip
    assert [one.status_code for one in longer] == [201, 201]
    assert await count(database) == 3


async def test_a_cashier_hands_over_at_her_own_store_only(served: Served, world: World) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}) as till:
        await till.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
        order = (await till.post("/v1/orders", json=body(world))).json()
        elsewhere = await till.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.other_store)})
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "auth.forbidden")
        unpaid = await till.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.store)})
        assert (unpaid.status_code, unpaid.json()["code"], unpaid.json()["due"]) == (409, "orders.not_paid", 1250)
        assert (await till.post(f"/v1/orders/{order['id']}/payments", json={"tendered": 2000})).status_code == 200
        twice = [{"line_id": order["lines"][0]["id"], "quantity": 1}] * 2
        more = await till.post(
            f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.store), "lines": twice}
        )
        assert (more.status_code, more.json()["code"]) == (409, "orders.nothing_to_hand_over")
        done = await till.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.store)})
        assert done.json()["state"] == "fulfilled"


async def test_what_is_taken_along_is_paid_at_once(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as http:
        given = body(world)
        given["lines"][0]["method"] = "carry_out"
        refused = await http.post("/v1/orders", json=given)
    assert (refused.status_code, refused.json()["code"]) == (409, "orders.carry_out_unpaid")
    assert await count(database) == 0


async def test_goods_leave_a_store_by_the_hands_of_that_store_only(
    served: Served, world: World, database: Database
) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}) as till:
        await till.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
        elsewhere = {"variant_id": str(world.variants["MUG-1"]), "quantity": 1, "location_id": str(world.other_store)}
        sale = {"lines": [elsewhere], "cash": {"tendered": 2000}}
        refused = await till.post("/v1/orders", json=sale)
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.forbidden")
        cart = (await till.post("/v1/carts", json={})).json()
        path = f"/v1/carts/{cart['id']}/lines"
        cart = (await till.post(path, json={"variant_id": str(world.variants["MUG-1"])})).json()
        checkout = (await till.post("/v1/checkouts", json={"cart_id": cart["id"]})).json()
        choice = {"line_id": cart["lines"][0]["id"], "method": "carry_out", "location_id": str(world.other_store)}
        edit = {"fulfillment": [choice], "payment": {"term": "now"}}
        refused = await till.patch(f"/v1/checkouts/{checkout['id']}", json=edit)
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.forbidden")
        assert await count(database) == 0
        choice["location_id"] = sale["lines"][0]["location_id"] = str(world.store)  # type: ignore[index]
        assert (await till.patch(f"/v1/checkouts/{checkout['id']}", json=edit)).status_code == 200
        assert (await till.post("/v1/orders", json=sale)).status_code == 201


async def test_whoever_did_not_put_the_goods_aside_does_not_give_them_away_by_completing(
    served: Served, world: World, database: Database
) -> None:
    """Chosen at one store's till, completed at another's: the goods are still the first store's."""
    async with (
        served() as url,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}) as here,
        httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}) as there,
    ):
        await here.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
        await there.post("/v1/auth/staff/pin", json={"till_code": "T2", "staff_number": "1001", "pin": PIN})
        cart = (await here.post("/v1/carts", json={})).json()
        path = f"/v1/carts/{cart['id']}/lines"
        cart = (await here.post(path, json={"variant_id": str(world.variants["MUG-1"])})).json()
        checkout = (await here.post("/v1/checkouts", json={"cart_id": cart["id"]})).json()
        choice = {"line_id": cart["lines"][0]["id"], "method": "carry_out", "location_id": str(world.store)}
        path = f"/v1/checkouts/{checkout['id']}"
        await here.patch(path, json={"fulfillment": [choice], "payment": {"term": "now"}})
        refused = await there.post(f"{path}/complete", json={"cash": {"tendered": 2000}})
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.forbidden")
        assert await count(database) == 0
        assert (await here.post(f"{path}/complete", json={"cash": {"tendered": 2000}})).status_code == 201


async def test_a_link_shows_goods_and_sums_but_no_person(url: str, world: World) -> None:
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shop:
        order = await bought(shop, world, "Anna")
        assert order["customer_name"] == "Anna"
        async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as anybody:
            link = order["permalink_url"].rpartition("/")[2]
            seen = await anybody.get(f"/v1/orders/by-link/{link}")
            assert (seen.json()["total"], seen.json()["customer"]) == (order["total"], None)
            assert "Anna" not in seen.text and "anna@" not in seen.text.lower()


async def test_a_refusal_does_not_tell_a_stranger_the_label(url: str, world: World) -> None:
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shop:
        order = await bought(shop, world, "Anna")
        async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as stranger:
            await stranger.post("/v1/auth/guest")
            refused = await stranger.get(f"/v1/orders/{order['id']}")
            assert refused.status_code == 404 and refused.json()["id"] == order["id"]
            assert order["label"] not in refused.text
