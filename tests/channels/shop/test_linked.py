"""Paying an order by its link, what a buyer is asked for after an edit, and what the page says where nothing can be paid."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from portico.app import verification
from portico.platform.db import Database
from tests.channels.shop.browser import Browser, Page, browsing
from tests.channels.shop.test_cards import held, later, policy, secret, settings
from tests.conftest import Served
from tests.orders.test_orders_http import api_client, body
from tests.payments import stripe_server
from tests.payments.stripe_server import StripeServer
from tests.world import SKUS, World

MUG = SKUS["MUG-1"]
HER = {"given_name": "Lucía", "family_name": "Prado", "email": "lucia@example.com"}


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with stripe_server.running() as server:
        yield server


@pytest.fixture
async def url(served: Served, world: World, stripe: StripeServer) -> AsyncIterator[str]:
    async with served(**settings(stripe)) as address:
        yield address


async def by_link(staff: httpx.AsyncClient, world: World, **more: object) -> dict:
    her = (await staff.get("/v1/customers", params={"q": HER["email"]})).json()["items"]
    her_id = her[0]["id"] if her else (await staff.post("/v1/customers", json=HER)).json()["id"]
    made = await staff.post(
        "/v1/orders", json={**body(world), "payment_term": "by_link", "customer_id": her_id, **more}
    )
    assert made.status_code == 201, made.text
    return made.json()


async def ask(staff: httpx.AsyncClient, order: dict, **more: object) -> httpx.Response:
    return await staff.post(f"/v1/orders/{order['id']}/payment-requests", json=more)


def page_of(order: dict) -> str:
    return "/" + order["permalink_url"].partition("//")[2].partition("/")[2] + "/pay"


async def pay(browser: Browser, page: Page, token: str) -> Page:
    return await browser.send(page, page.answer.url.path, card_token=token)


async def requests(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return int(await connection.fetchval("select count(*) from orders.payment_request"))


async def until_asked(database: Database, count: int) -> None:
    """Readers wait for the oldest transaction of the whole cluster, and that may be another test's."""
    for _ in range(1_200):
        if await requests(database) == count:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(await requests(database))


async def test_whoever_holds_the_link_pays_what_is_due_once(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    async with api_client(url, world) as staff, browsing(url) as browser, browsing(url, language="it") as other:
        order = await by_link(staff, world)
        asked = await ask(staff, order)
        assert asked.status_code == 201, asked.text
        assert (asked.json()["amount"], asked.json()["sent_to"]) == (MUG, HER["email"])
        path = page_of(order)
        assert asked.json()["url"].endswith(path)
        page = await browser.get(path)
        assert "€12.50" in page.text and "This link takes your payment until" in page.text
        assert stripe.direct in policy(page) and HER["given_name"] not in page.text
        no = await pay(browser, page, await stripe.card(stripe_server.DECLINED))
        assert no.status == 402 and "Your card was declined" in no.text
        assert "Your card was declined" in (await browser.get(path)).text
        none = await pay(browser, page, "")
        assert none.status == 409 and "Enter your card." in none.text
        token = await stripe.card()
        done = await asyncio.gather(*(pay(browser, page, token) for _ in range(5)))
        assert all(one.status == 200 for one in done)
        await later(database, stripe)
        assert "Everything is paid" in (await browser.get(path)).text
        assert stripe.direct not in policy(await browser.get(path))
        paid = await other.post(path, card_token=await stripe.card())  # whoever comes late pays nothing
        assert "È tutto pagato" in paid.text and "data-card-token" not in paid.html
        shown = (await staff.get(f"/v1/orders/{order['id']}")).json()
        assert (shown["due"], shown["authorized"]) == (0, MUG)
    assert await held(stripe) == [MUG]
    assert await verification.differences(database) == []


async def test_another_card_while_a_proof_is_waited_for_is_another_try(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    async with api_client(url, world) as staff, browsing(url) as browser:
        order = await by_link(staff, world)
        path = page_of(order)
        first = await browser.get(path)
        proof = await pay(browser, first, await stripe.card(stripe_server.PROVES))
        assert secret(proof)
        assert secret(await browser.get(path)) == secret(proof)
        form = await browser.send(proof, path, stop="1")
        assert "data-secret" not in form.html and "portico-card" in form.html
        again = await pay(browser, form, await stripe.card(stripe_server.PROVES))
        assert secret(again) != secret(proof)
        await stripe.prove(secret(again).partition("_secret_")[0], secret(again))
        done = await browser.send(again, path)
        assert "Everything is paid" in done.text
    await later(database, stripe)
    assert await held(stripe) == [MUG]


async def test_a_lost_answer_is_waited_for_and_paid_once(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    async with api_client(url, world) as staff, browsing(url) as browser:
        path = page_of(await by_link(staff, world))
        page = await browser.get(path)
        stripe.wire.loses = lambda request: b"POST" in request
        waits = await pay(browser, page, await stripe.card())
        assert "has not answered yet" in waits.text
        assert "has not answered yet" in (await browser.get(path)).text
        stripe.wire.loses = lambda request: False
        twice = await pay(browser, page, await stripe.card())  # another card goes on with the first
        assert "Everything is paid" in twice.text
    assert await held(stripe) == [MUG]


async def test_a_link_that_ended_takes_nothing(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    async with api_client(url, world) as staff, browsing(url) as browser:
        order, canceled = await by_link(staff, world), await by_link(staff, world)
        assert (await ask(staff, order)).status_code == 201
        pages = [await browser.get(page_of(one)) for one in (order, canceled)]
        await until_asked(database, 3)  # each when it was placed, and one by the office
        async with database.pool.acquire() as connection:
            await connection.execute(
                "update orders.payment_request set asked_at = now() - interval '8 days', expires_at = now() - interval '1 day'"
            )
        gone = await staff.post(f"/v1/orders/{canceled['id']}/cancel", json={"reason": "changed her mind"})
        assert gone.status_code < 300, gone.text
        for page, said in zip(
            pages, ("This link has expired. €12.50 is still to be paid", "This order was canceled"), strict=True
        ):
            assert said in (await pay(browser, page, await stripe.card())).text
        assert await stripe.all("payment_intents") == []
        refused = await ask(staff, canceled)
        assert (refused.status_code, refused.json()["code"]) == (409, "payments.nothing_due")
        assert (await browser.get("/orders/nonsense/pay")).status == 404
        assert (await ask(staff, order)).status_code == 201  # a new link, which is the same address
        assert "Everything is paid" in (await pay(browser, pages[0], await stripe.card())).text
    assert await held(stripe) == [MUG]


async def test_she_is_asked_so_often_and_no_more(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as staff:
        order = await by_link(staff, world)
        for _ in range(20):
            await ask(staff, order, letter=False)
        before = await requests(database)
        refused = await ask(staff, order)
        assert (refused.status_code, refused.json()["code"]) == (409, "orders.asked_too_often")
        assert await requests(database) == before == 20


async def test_an_edit_that_makes_it_dearer_asks_for_the_difference_once(
    served: Served, world: World, database: Database, stripe: StripeServer
) -> None:
    async with served(**settings(stripe)) as url, api_client(url, world) as staff, browsing(url) as browser:
        order = await by_link(staff, world)
        path = page_of(order)
        assert "Everything is paid" in (await pay(browser, await browser.get(path), await stripe.card())).text
        more = {"reason": "two more", "quantities": [{"line_id": order["lines"][0]["id"], "quantity": 3}]}
        edited = await staff.post(f"/v1/orders/{order['id']}/edits", json=more)
        assert edited.status_code < 300, edited.text
        await until_asked(database, 2)  # when it was placed, and now
        assert "Still to pay: €25.00" in (await browser.get(path.removesuffix("/pay"))).text
        page = await browser.get(path)
        assert "€25.00" in page.text
        assert "Everything is paid" in (await pay(browser, page, await stripe.card())).text
    assert sorted(await held(stripe)) == [MUG, 2 * MUG]
    assert await verification.differences(database) == []
