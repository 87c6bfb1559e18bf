"""Paying over HTTP: a card online from basket to refund, what Stripe tells of its own accord, and that no card's number stays."""

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from tests.conftest import Served
from tests.orders.test_orders_http import api_client
from tests.payments import stripe_server
from tests.payments.stripe_server import StripeServer
from tests.world import PIN, SKUS, World

from portico.app import verification
from portico.platform.db import Database

MUG = SKUS["MUG-1"]
SECRET = "whsec_portico"


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with stripe_server.running() as server:
        yield server


def settings(stripe: StripeServer) -> dict[str, str]:
    return {"stripe_key": stripe_server.KEY, "stripe_url": stripe.url, "stripe_webhook_secret": SECRET}


def shopper(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}, timeout=20)


async def checkout(shop: httpx.AsyncClient, world: World, mugs: int = 2) -> dict:
    cart = (await shop.post("/v1/carts", json={})).json()
    body = {"variant_id": str(world.variants["MUG-1"]), "quantity": mugs}
    cart = (await shop.post(f"/v1/carts/{cart['id']}/lines", json=body)).json()
    found = (await shop.post("/v1/checkouts", json={"cart_id": cart["id"]})).json()
    choice = {"line_id": cart["lines"][0]["id"], "method": "collect", "location_id": str(world.store)}
    ready = await shop.patch(
        f"/v1/checkouts/{found['id']}",
        json={
            "fulfillment": [choice], "payment": {"term": "now"},
            "buyer": {"given_name": "Lucía", "family_name": "Prado", "email": "lucia@example.com", "phone": ""},
        },
    )  # fmt: skip
    assert ready.json()["state"] == "ready_for_complete", ready.text
    return ready.json()


async def complete(shop: httpx.AsyncClient, found: dict, token: str, key: str = "") -> httpx.Response:
    return await shop.post(
        f"/v1/checkouts/{found['id']}/complete", json={"instruments": [{"handler": "stripe", "credential": token}]},
        headers={"Idempotency-Key": key} if key else {},
    )  # fmt: skip


async def eventually(ask, wanted, seconds: float = 15):  # type: ignore[no-untyped-def]
    """What workers do takes its moment."""
    deadline = time.monotonic() + seconds
    while (found := await ask()) != wanted:
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.1)


async def test_a_card_from_basket_to_hand_over_to_refund(
    served: Served, world: World, stripe: StripeServer, database: Database
) -> None:
    async with served(**settings(stripe)) as url, shopper(url) as shop, api_client(url, world) as staff:
        found = await checkout(shop, world)
        token = await stripe.card()
        placed = await complete(shop, found, token, "k1")
        assert placed.status_code == 201, placed.text
        order = placed.json()
        assert (order["due"], order["paid"], order["authorized"], order["payments"][0]["state"]) == (
            0, 0, 2 * MUG, "authorized",
        )  # fmt: skip
        again = await complete(shop, found, token, "k1")
        assert (again.status_code, again.json()["id"]) == (201, order["id"])
        given = await staff.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.store)})
        assert given.status_code == 200, given.text

        async def paid() -> int:
            return (await staff.get(f"/v1/orders/{order['id']}")).json()["paid"]

        await eventually(paid, 2 * MUG)
        back = await staff.post(f"/v1/orders/{order['id']}/refunds", json={"amount": MUG, "reason": "scratched"})
        assert (back.status_code, back.json()["refunds"][0]["to"]) == (201, "stripe"), back.text

        async def refunds() -> list[int]:
            return [one["amount"] for one in await stripe.all("refunds")]

        await eventually(refunds, [MUG])
        whole = {"since": "2020-01-01T00:00:00Z", "before": "2100-01-01T00:00:00Z"}

        async def ours() -> tuple[dict[str, int], dict[str, int]]:
            (euro,) = (await staff.get("/v1/payments/reconciliation/stripe", params=whole)).json()["books"]
            return euro["our_captured"], euro["our_refunded"]

        await eventually(ours, ({"count": 1, "amount": 2 * MUG}, {"count": 1, "amount": MUG}))
        books = await staff.get("/v1/payments/reconciliation/stripe", params=whole)
        assert books.json()["agree"], books.text
        story = (await staff.get(f"/v1/orders/{order['id']}/timeline")).json()["items"]
        assert {"orders.placed.v1", "payments.received.v1", "payments.refunded.v1", "orders.handed_over.v1"} <= {
            one["type"] for one in story
        }
    assert await verification.differences(database) == []


async def test_who_must_prove_herself_is_told_by_202_and_stripe_tells_when_she_has(
    served: Served, world: World, stripe: StripeServer
) -> None:
    async with served(**settings(stripe)) as url, shopper(url) as shop, api_client(url, world) as staff:
        found = await checkout(shop, world)
        token = await stripe.card(stripe_server.PROVES)
        waiting = await complete(shop, found, token, "k2")
        assert (waiting.status_code, waiting.json()["state"]) == (202, "requires_escalation"), waiting.text
        (action,) = waiting.json()["actions"]
        assert action["action"]["type"] == "confirm"
        busy = await shop.patch(f"/v1/checkouts/{found['id']}", json={"payment": {"term": "on_collection"}})
        assert (busy.status_code, busy.json()["code"]) == (409, "checkout.busy")
        (intent,) = await stripe.all("payment_intents")
        await stripe.tell(f"{url}/v1/payments/webhooks/stripe", SECRET)
        await stripe.prove(intent["id"], action["action"]["client_secret"])
        done = await complete(shop, found, token, "k2")  # the same key: what was not final was not remembered
        assert done.status_code == 201, done.text
        assert (await staff.get(f"/v1/orders/{done.json()['id']}")).json()["authorized"] == 2 * MUG


async def test_what_stripe_tells_is_believed_once_and_only_with_its_signature(
    served: Served, world: World, stripe: StripeServer, database: Database
) -> None:
    event = b'{"id":"evt_9","object":"event","type":"payment_intent.succeeded","created":1,"data":{"object":{"id":"pi_9","object":"payment_intent"}}}'
    async with served(**settings(stripe)) as url, httpx.AsyncClient(base_url=url) as nobody:
        path, at = "/v1/payments/webhooks/stripe", int(time.time())
        proof = hmac.new(SECRET.encode(), b"%d.%s" % (at, event), hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={at},v1={proof}", "Content-Type": "application/json"}
        for again in (False, True):
            heard = await nobody.post(path, content=event, headers=headers)
            assert (heard.status_code, heard.json()) == (200, {"again": again}), heard.text
        forged = await nobody.post(path, content=event + b" ", headers=headers)
        assert (forged.status_code, forged.json()["code"]) == (400, "payments.bad_signature")
        assert (await nobody.post("/v1/payments/webhooks/nobody", content=event)).status_code == 404
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from payments.provider_event") == 1


async def test_no_number_of_a_card_stays_anywhere(
    served: Served,
    world: World,
    stripe: StripeServer,
    database: Database,
    database_url: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Sent where a token belongs, it is refused; and neither the database nor the log nor an answer holds it afterwards."""
    caplog.set_level(logging.DEBUG)
    number = "5555 5555 5555 4444"
    async with (
        served(log_level="debug", **settings(stripe)) as url,
        shopper(url) as shop,
        api_client(url, world) as staff,
    ):
        found = await checkout(shop, world)
        for sent in (number, number.replace(" ", ""), number.replace(" ", "-")):
            refused = await complete(shop, found, sent, f"k{sent[-6:]}{len(sent)}")
            assert (refused.status_code, refused.json()["code"]) == (422, "payments.card_number")
            assert sent not in refused.text
        sale = {
            "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 1, "location_id": str(world.store)}],
            "instruments": [{"handler": "terminal", "credential": number, "last4": "4444"}],
        }
        assert (await staff.post("/v1/orders", json=sale)).json()["code"] == "payments.card_number"
        assert (await complete(shop, found, await stripe.card(), "good")).status_code == 201
    dump = await _dumped(database)
    for text in (dump, caplog.text):
        digits = text.replace(" ", "").replace("-", "")
        assert "5555555555554444" not in digits
        assert "4242424242424242" not in digits
    assert "pm_" in dump  # what is kept is the provider's token: the search does find what is there


async def _dumped(database: Database) -> str:
    """Every row of every table, as text."""
    rows: list[str] = []
    async with database.pool.acquire() as connection:
        tables = await connection.fetch(
            "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE'"
            " and table_schema not in ('pg_catalog', 'information_schema')"
        )
        for schema, table in tables:
            rows += [one[0] for one in await connection.fetch(f'select t::text from "{schema}"."{table}" as t')]
    return "\n".join(rows)


async def test_a_link_is_paid_by_whoever_holds_it_and_then_it_is_picked(
    served: Served, world: World, stripe: StripeServer
) -> None:
    """An agent takes an order on the phone; nobody picks it before it is paid."""
    async with served(**settings(stripe)) as url, api_client(url, world) as staff:
        line = {
            "variant_id": str(world.variants["MUG-1"]), "quantity": 1, "location_id": str(world.store), "method": "collect",
        }  # fmt: skip
        order = (await staff.post("/v1/orders", json={"lines": [line], "payment_term": "by_link"})).json()
        assert (order["on_hold"], order["due"]) == (True, MUG)
        early = await staff.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.store)})
        assert early.status_code == 409
        paid = await staff.post(
            f"/v1/orders/{order['id']}/payments",
            json={"instruments": [{"handler": "stripe", "credential": await stripe.card()}]},
        )
        assert paid.status_code == 200, paid.text

        async def held() -> bool:
            return (await staff.get(f"/v1/orders/{order['id']}")).json()["on_hold"]

        await eventually(held, False)


async def test_an_order_is_changed_with_a_preview_that_changes_nothing(
    served: Served, world: World, database: Database
) -> None:
    async with served() as url, api_client(url, world) as staff:
        line = {
            "variant_id": str(world.variants["MUG-1"]), "quantity": 3, "location_id": str(world.store), "method": "collect",
        }  # fmt: skip
        order = (await staff.post("/v1/orders", json={"lines": [line], "payment_term": "on_collection"})).json()
        path, mug = f"/v1/orders/{order['id']}", order["lines"][0]["id"]
        change = {"reason": "fewer", "quantities": [{"line_id": mug, "quantity": 1}]}
        seen = (await staff.post(f"{path}/edits", json={**change, "preview": True})).json()
        assert (seen["total_before"], seen["order"]["total"], seen["preview"]) == (3 * MUG, MUG, True)
        assert (await staff.get(path)).json()["total"] == 3 * MUG
        done = await staff.post(f"{path}/edits", json={**change, "expected_version": order["version"]})
        assert (done.status_code, done.json()["order"]["total"]) == (200, MUG)
        late = await staff.post(f"{path}/edits", json={**change, "expected_version": order["version"]})
        assert (late.status_code, late.json()["code"]) == (409, "orders.version_changed")
        held = await staff.post(f"{path}/holds", json={"reason": "a look at it"})
        assert held.status_code == 201
        refused = await staff.post(f"{path}/handovers", json={"location_id": str(world.store)})
        assert refused.status_code == 409
        assert (await staff.delete(f"{path}/holds/manual")).status_code == 200
        gone = await staff.post(f"{path}/cancel", json={"reason": "no more"})
        assert gone.json()["order"]["state"] == "canceled"
        async with httpx.AsyncClient(base_url=url) as stranger:
            for act, body in (("edits", change), ("cancel", {}), ("holds", {"reason": "x"}), ("notes", {"text": "x"})):
                assert (await stranger.post(f"{path}/{act}", json=body)).status_code in (401, 403, 404), act
    assert await verification.differences(database) == []


async def test_a_customer_cancels_her_own_until_somebody_picks_it(served: Served, world: World) -> None:
    async with served() as url, shopper(url) as shop, shopper(url) as other:
        found = await checkout(shop, world)
        await shop.patch(f"/v1/checkouts/{found['id']}", json={"payment": {"term": "on_collection"}})
        order = (await shop.post(f"/v1/checkouts/{found['id']}/complete", json={})).json()
        path = f"/v1/orders/{order['id']}/cancel"
        await other.post("/v1/carts", json={})
        assert (await other.post(path, json={})).status_code == 404
        gone = await shop.post(path, json={})
        assert (gone.status_code, gone.json()["order"]["state"]) == (200, "canceled"), gone.text


async def test_a_till_takes_a_gift_card_and_cash_together(served: Served, world: World) -> None:
    async with served() as url, api_client(url, world) as staff:
        card = (await staff.post("/v1/gift-cards", json={"amount": 500, "currency": "EUR"})).json()
        async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "pos"}, timeout=20) as till:
            signed = await till.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN})
            assert signed.status_code in (200, 201), signed.text
            sale = {
                "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 1, "location_id": str(world.store)}],
                "instruments": [
                    {"handler": "gift_card", "credential": card["code"]}, {"handler": "cash", "tendered": 1000},
                ],
            }  # fmt: skip
            sold = await till.post("/v1/orders", json=sale)
            assert sold.status_code == 201, sold.text
            assert [(one["handler"], one["amount"], one["change"]) for one in sold.json()["payments"]] == [
                ("gift_card", 500, 0), ("cash", MUG - 500, 1000 - (MUG - 500)),
            ]  # fmt: skip
            found = await till.post("/v1/gift-cards/lookup", json={"code": card["code"]})
            assert found.json()["balance"] == 0
