"""Cards over HTTP, and what the readers bring about: codes told once, policies within the law, points and mailed cards of an order."""

import asyncio
from uuid import UUID

import httpx
import pytest
from tests.conftest import Served
from tests.loyalty.members import balance, live, rows, somebody
from tests.orders.test_orders_http import api_client
from tests.world import SKUS, World

from portico.app import verification
from portico.loyalty import api
from portico.platform.db import Database

MUG = SKUS["MUG-1"]


def order_body(world: World, customer_id: str, **more: object) -> dict[str, object]:
    line = {
        "variant_id": str(world.variants["MUG-1"]), "quantity": 2, "location_id": str(world.store), "method": "collect",
    }  # fmt: skip
    return {"lines": [line], "payment_term": "now", "customer_id": customer_id, **more}


async def paid_order(staff: httpx.AsyncClient, world: World, customer_id: str) -> dict:  # type: ignore[type-arg]
    card = (await staff.post("/v1/gift-cards", json={"amount": 2 * MUG, "currency": "EUR"})).json()
    instruments = [{"handler": "gift_card", "credential": card["code"]}]
    order = await staff.post("/v1/orders", json=order_body(world, customer_id, instruments=instruments))
    assert order.status_code == 201, order.text
    return order.json()  # type: ignore[no-any-return]


async def test_a_batch_tells_its_codes_once_and_each_is_sold_for_a_paid_line(
    url: str, world: World, database: Database
) -> None:
    who = await somebody(database, world)
    mug = str(world.variants["MUG-1"])
    async with api_client(url, world) as staff:
        assert (await staff.put(f"/v1/gift-card-products/{mug}", json={"by_mail": False})).status_code == 200
        made = await staff.post("/v1/gift-card-batches", json={"name": "Осень", "market": "es", "cards": 3})
        assert made.status_code == 201 and len(set(made.json()["codes"])) == 3
        (row,) = (await staff.get("/v1/gift-card-batches")).json()["items"]
        assert (row["name"], row["market"], row["cards"], row["sold"], "codes" in row) == ("Осень", "es", 3, 0, False)
        code = made.json()["codes"][0]
        looked = await staff.post("/v1/gift-cards/lookup", json={"code": code})
        assert (looked.json()["state"], looked.json()["balance"]) == ("printed", 0)
        order = await paid_order(staff, world, str(who))
        sale = {"line_id": order["lines"][0]["id"], "code": code}
        sold = await staff.post(f"/v1/orders/{order['id']}/gift-cards", json=sale)
        assert (sold.status_code, sold.json()["balance"]) == (200, MUG), sold.text
        again = await staff.post(f"/v1/orders/{order['id']}/gift-cards", json=sale)
        assert (again.status_code, again.json()["code"]) == (409, "loyalty.not_for_sale")
        blocked = await staff.post(f"/v1/gift-card-batches/{row['id']}/block")
        assert blocked.json() == {"cards": 2}
        report = (await staff.get("/v1/gift-cards/liability")).json()
        assert report["difference"] == 0 and sum(one["open"] for one in report["lines"]) == MUG
        assert (await staff.delete(f"/v1/gift-card-products/{mug}")).status_code == 204
        assert (await staff.get("/v1/gift-card-products")).json() == {"items": []}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " ", "market": "es", "cards": 1}, "name"),
        ({"name": "x" * 300, "market": "es", "cards": 1}, "name"),
        ({"name": "a\u0000b", "market": "es", "cards": 1}, "name"),
        ({"name": "a\u202eb", "market": "es", "cards": 1}, "name"),
        ({"name": "x", "market": "es", "cards": 0}, "cards"),
        ({"name": "x", "market": "es", "cards": 10**12}, "cards"),
    ],
)
async def test_a_batch_that_cannot_be_is_refused(
    url: str, world: World, database: Database, body: dict[str, object], field: str
) -> None:
    async with api_client(url, world) as staff:
        before = await rows(database)
        answer = await staff.post("/v1/gift-card-batches", json=body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
        assert await rows(database) == before


async def test_a_policy_says_what_the_law_leaves(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as staff:
        (before,) = (await staff.get("/v1/gift-card-policies")).json()["items"]
        assert before == {"market": "es", "country": "ES", "valid_months": None, "months_min": None}
        assert (await staff.put("/v1/gift-card-policies/es", json={"valid_months": 24})).json()["valid_months"] == 24
        count = await rows(database)
        for months in (0, -1, 1201, 10**12):
            answer = await staff.put("/v1/gift-card-policies/es", json={"valid_months": months})
            assert (answer.status_code, answer.json()["code"]) == (422, "loyalty.bad_policy")
        assert await rows(database) == count
        assert (await staff.put("/v1/gift-card-policies/es", json={"valid_months": None})).status_code == 200


async def eventually(condition) -> None:  # type: ignore[no-untyped-def]
    for _ in range(200):
        if await condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come to be")


async def test_points_and_mailed_cards_follow_an_order_by_themselves(
    served: Served, world: World, database: Database
) -> None:
    await live(database, world)
    who = await somebody(database, world)
    async with database.transaction() as tx:
        await api.put_product(tx, variant_id=world.variants["CUP-1"], by_mail=True)
    async with served() as url, api_client(url, world) as staff:
        order = await paid_order(staff, world, str(who))

        async def earned() -> bool:
            return await balance(database, who) == 2 * MUG // 100

        await eventually(earned)
        cup = {
            "variant_id": str(world.variants["CUP-1"]),
            "quantity": 2,
            "location_id": str(world.store),
            "method": "collect",
        }
        card = (await staff.post("/v1/gift-cards", json={"amount": 5000, "currency": "EUR"})).json()
        buyer = {"given_name": "L", "family_name": "", "email": "l@example.com", "phone": ""}
        asked = order_body(
            world,
            str(who),
            lines=[cup],
            instruments=[{"handler": "gift_card", "credential": card["code"]}],
            buyer=buyer,
        )
        gift = (await staff.post("/v1/orders", json=asked)).json()

        async def mailed() -> bool:
            async with database.read() as tx:
                return len(await api.sales(tx, order_ids=[UUID(gift["id"].partition("_")[2])])) == 2

        await eventually(mailed)
        line = {"line_id": order["lines"][0]["id"], "quantity": 1}
        canceled = await staff.post(f"/v1/orders/{order['id']}/cancel", json={"reason": "x", "lines": [line]})
        assert canceled.status_code == 200, canceled.text

        async def taken_back() -> bool:
            return await balance(database, who) == MUG // 100

        await eventually(taken_back)
    assert await verification.differences(database) == []
