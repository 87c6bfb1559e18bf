"""The walk: one purchase that crosses three channels and four places, over HTTP."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from portico.app import verification
from portico.app.demo.mailbox import Mailbox, mailbox
from portico.platform.db import Database
from tests.conftest import Served
from tests.world import PASSWORD, PIN, World


def client(url: str, channel: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers={"Portico-Channel": channel}, timeout=20)


def ok(answer: httpx.Response) -> dict:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


class Post:
    """What the worker has mailed, over SMTP to a server of our own."""

    def __init__(self, mails: Mailbox) -> None:
        self.mails = mails

    async def code(self, to: str) -> str:
        """The newest one-time code mailed to an address."""
        for _ in range(200):
            for one in reversed(self.mails.messages):
                if to in one.to and (found := re.search(r"\b(\d{6})\b", one.text)):
                    return found[1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"no code was mailed to {to}")


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with mailbox(tmp_path / "mail") as mails:
        yield Post(mails)


@pytest.fixture
async def url(served: Served, world: World, post: Post) -> AsyncIterator[str]:
    async with served(smtp_url=post.mails.url) as address:
        yield address


async def test_one_purchase_crosses_three_channels(url: str, world: World, database: Database, post: Post) -> None:
    async with (
        client(url, "web") as shop,
        client(url, "desk") as desk,
        client(url, "pos") as till,
        client(url, "pos") as other,
    ):
        # On the web shop: two items, as a guest; then she signs in.
        cart = ok(await shop.post("/v1/carts", json={}))
        for sku in ("LAMP-1", "MUG-1"):
            cart = ok(
                await shop.post(
                    f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants[sku]), "quantity": 1}
                )
            )
        assert [line["variant"]["sku"] for line in cart["lines"]] == ["LAMP-1", "MUG-1"]

        # At the desk: the agent enters her, finds her by phone in another spelling, gives her the basket she has.
        ok(await desk.post("/v1/auth/staff/password", json={"email": "agent@example.com", "password": PASSWORD}))
        person = ok(
            await desk.post(
                "/v1/customers",
                json={
                    "given_name": "Lucía",
                    "family_name": "Prado",
                    "phone": "+34 600 111 222",
                    "email": "lucia@example.com",
                    "language": "es",
                },
            )
        )
        assert (await shop.post("/v1/auth/customer/code", json={"address": "lucia@example.com"})).status_code == 202
        me = ok(
            await shop.post(
                "/v1/auth/customer/verify",
                json={"address": "lucia@example.com", "code": await post.code("lucia@example.com")},
            )
        )
        assert me["customer"]["id"] == person["id"]
        found = ok(await desk.get("/v1/customers", params={"q": "600 111 222"}))["items"]
        assert [one["id"] for one in found] == [person["id"]]
        whole = ok(await desk.get(f"/v1/customers/{person['id']}"))
        assert whole["current_cart_id"] == cart["id"]
        seen = ok(await desk.get(f"/v1/carts/{cart['id']}"))
        mug = next(line for line in seen["lines"] if line["variant"]["sku"] == "MUG-1")

        # The agent swaps the mug for a cup; the line keeps its id, the shopper sees it.
        swapped = ok(
            await desk.patch(
                f"/v1/carts/{cart['id']}/lines/{mug['id']}", json={"variant_id": str(world.variants["CUP-1"])}
            )
        )
        cup = next(line for line in swapped["lines"] if line["variant"]["sku"] == "CUP-1")
        assert cup["id"] == mug["id"]
        mine = ok(await shop.get("/v1/carts/current"))
        assert mine["version"] == swapped["version"]
        assert mine["last_change"]["kind"] == "swapped" and mine["last_change"]["channel"]["code"] == "desk"

        # She shows her code at the till.
        baton = ok(await shop.post(f"/v1/carts/{cart['id']}/batons"))
        me = ok(await till.post("/v1/auth/staff/pin", json={"till_code": "T1", "staff_number": "1000", "pin": PIN}))
        taken = ok(await till.post("/v1/batons/claim", json={"code": baton["code"].lower()}))
        assert taken["id"] == cart["id"] and taken["customer"]["id"] == person["id"]
        again = await till.post("/v1/batons/claim", json={"code": baton["code"]})
        assert again.status_code == 410 and again.json()["code"] == "baton.used"

        # One more item from the shelf; lamp and mug go with her, the cup is collected at another store.
        full = ok(
            await till.post(
                f"/v1/carts/{cart['id']}/lines", json={"variant_id": str(world.variants["MUG-1"]), "quantity": 1}
            )
        )
        checkout = ok(await till.post("/v1/checkouts", json={"cart_id": cart["id"]}))
        choices = [
            {
                "line_id": line["id"],
                "method": "collect" if line["id"] == cup["id"] else "carry_out",
                "location_id": str(world.other_store if line["id"] == cup["id"] else world.store),
            }
            for line in full["lines"]
        ]
        ready = ok(
            await till.patch(
                f"/v1/checkouts/{checkout['id']}", json={"fulfillment": choices, "payment": {"term": "now"}}
            )
        )
        assert ready["state"] == "ready_for_complete", ready["messages"]
        assert ready["due_now"] == 4990 + 1250 + 990
        order = ok(await till.post(f"/v1/checkouts/{checkout['id']}/complete", json={"cash": {"tendered": 8000}}))
        assert order["total"] == 7230 and order["due"] == 0 and order["payments"][0]["change"] == 770
        assert order["state"] == "partly_fulfilled"
        assert sum(one["amount"] for one in order["totals"] if one["type"] != "total") == 7230
        assert ok(await shop.get("/v1/carts/current"))["lines"] == []
        assert ok(await shop.get(f"/v1/orders/{order['id']}"))["label"] == order["label"]

        # Stock says so at once: two gone here, one held there.
        stock = ok(
            await desk.get(
                "/v1/availability",
                params={"variants": str(world.variants["CUP-1"]), "locations": f"{world.store},{world.other_store}"},
            )
        )["items"]
        assert [one["available"] for one in stock] == [50, 49]

        # The cup is collected at the other store.
        ok(await other.post("/v1/auth/staff/pin", json={"till_code": "T2", "staff_number": "1001", "pin": PIN}))
        waiting = ok(await other.get("/v1/orders", params={"collect_at": str(world.other_store)}))["items"]
        assert [one["id"] for one in waiting] == [order["id"]]
        done = ok(await other.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.other_store)}))
        assert done["state"] == "fulfilled"
        assert [one["type"] for one in done["fulfillment_events"]] == ["handed_over", "handed_over", "collected"]
        twice = await other.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.other_store)})
        assert twice.status_code == 409 and twice.json()["code"] == "orders.nothing_to_hand_over"

    assert await verification.differences(database) == []
