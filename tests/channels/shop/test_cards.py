"""Paying by card in the shop, by forms and with the tokens that the provider's script makes in a browser."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from portico.app import verification
from portico.app.worker import SYSTEM
from portico.checkout import completing
from portico.integrations.psp.stripe import Stripe
from portico.loyalty import api as loyalty
from portico.payments import performing
from portico.payments.ports import Providers
from portico.platform import clock
from portico.platform.db import Database
from tests.channels.shop.browser import Browser, Page, browsing
from tests.channels.shop.test_buying import BUYER, counts
from tests.channels.shop.test_paying_and_canceling import LAMP, card_of, ready_to_buy
from tests.conftest import Served
from tests.payments import local_stripe, stripe_server
from tests.payments.stripe_server import StripeServer
from tests.world import World


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with stripe_server.running() as server:
        yield server


def settings(server: StripeServer) -> dict[str, str]:
    given = {
        name.removeprefix("PORTICO_").lower(): value for name, value in local_stripe.settings(server.direct).items()
    }
    return {**given, "stripe_url": server.url}


@pytest.fixture
async def url(served: Served, world: World, stripe: StripeServer) -> AsyncIterator[str]:
    """A shop that takes cards."""
    async with served(**settings(stripe)) as address:
        yield address


async def held(server: StripeServer) -> list[int]:
    """The amounts that Stripe itself says are held or were taken."""
    intents = await server.all("payment_intents")
    return [one["amount"] for one in intents if one["status"] in ("requires_capture", "succeeded")]


async def pay(browser: Browser, kept: Page, token: str, **typed: str) -> Page:
    return await browser.send(kept, "/checkout", **BUYER, pay="card", card_token=token, **typed)


def policy(page: Page) -> str:
    return str(page.answer.headers["content-security-policy"])


def secret(page: Page) -> str:
    found = re.search(r'data-secret="([^"]+)"', page.html)
    assert found, page.text
    return found[1]


async def later(database: Database, server: StripeServer) -> None:
    """What a worker does, a while later."""
    asked = Providers([Stripe(key=stripe_server.KEY, url=server.url)])
    for minutes in (1, 2, 3):
        at = clock.now() + timedelta(minutes=minutes)
        await performing.resume(database, asked, by=SYSTEM, now=at)
        await completing.resume(database, asked, by=SYSTEM, now=at)


async def test_a_card_pays_and_only_its_page_may_load_what_is_not_ours(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    async with browsing(url) as browser:
        kept = await ready_to_buy(browser, world)
        assert f"script-src 'self' {stripe.direct};" in policy(kept)
        assert f"connect-src 'self' {stripe.direct};" in policy(kept)
        assert f"frame-src {stripe.direct};" in policy(kept)
        assert "they are not running" in kept.text  # until its script does
        assert kept.form("/checkout").fields["pay"] == "till"
        order = await pay(browser, kept, await stripe.card())
        assert order.status == 200 and "Thank you" in order.text and "Paid: €49.90" in order.text
        for path in ("/", "/basket", order.answer.url.path):
            assert stripe.direct not in policy(await browser.get(path))
    assert await held(stripe) == [LAMP]
    assert await counts(database) == (1, 1)
    assert await verification.differences(database) == []


async def test_what_is_declined_is_told_and_loses_nothing(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    code = await card_of(database, 1000)
    async with browsing(url, language="es") as browser:
        kept = await ready_to_buy(browser, world)
        again = await pay(browser, kept, await stripe.card(stripe_server.DECLINED), gift_code=code)
        assert again.status == 402 and "Su tarjeta fue rechazada" in again.text
        fields = again.form("/checkout").fields
        assert (fields["given_name"], fields["gift_code"], fields["card_token"]) == (BUYER["given_name"], code, "")
        assert "data-chosen" in again.html and "Se lo guardamos hasta las" in again.text
        reloaded = await browser.get(f"/checkout?checkout={fields['checkout']}")
        assert "Su tarjeta fue rechazada" in reloaded.text
        assert reloaded.form("/checkout").fields["given_name"] == BUYER["given_name"]
        assert (await counts(database), await held(stripe)) == ((0, 1), [])  # nothing ordered, still set aside
        async with database.read() as tx:
            assert (await loyalty.card(tx, code=code)).balance == 1000
        order = await pay(browser, again, await stripe.card(), gift_code=code)
        assert order.status == 200 and "Pagado: 49,90" in order.text
    assert (await counts(database), await held(stripe)) == ((1, 1), [LAMP - 1000])
    async with database.read() as tx:
        assert (await loyalty.card(tx, code=code)).balance == 0
    assert await verification.differences(database) == []


async def test_no_card_and_none_needed(url: str, world: World, database: Database, stripe: StripeServer) -> None:
    code = await card_of(database, LAMP)
    async with browsing(url) as browser:
        kept = await ready_to_buy(browser, world)
        without = await pay(browser, kept, "")
        assert without.status == 409 and "Enter your card." in without.text
        number = await pay(browser, kept, "4242 4242 4242 4242")
        assert number.status == 422
        assert (await counts(database))[0] == 0
        order = await pay(browser, kept, "", gift_code=code)  # it pays all of it by itself
        assert order.status == 200 and "Thank you" in order.text
    assert await stripe.all("payment_intents") == []


async def test_what_the_bank_wants_proven_is_done_on_a_page_and_may_be_given_up(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    async with browsing(url) as browser, browsing(url) as stranger:
        kept = await ready_to_buy(browser, world)
        path = f"/checkout?checkout={kept.form('/checkout').fields['checkout']}"
        for success in (None, False, True):
            page = await pay(browser, await browser.get(path), await stripe.card(stripe_server.PROVES))
            assert "wants to make sure that it is you" in page.text and stripe.direct in policy(page)
            fields = {**kept.form("/checkout").fields, "pay": "card", "card_token": await stripe.card()}
            for other in ("/checkout", "/checkout/hold"):  # in another window: nothing changes, nothing is paid twice
                twice = await browser.post(other, **fields)
                assert secret(twice) == secret(page)
            assert secret(await browser.get(path)) == secret(page)
            assert "data-secret" not in (await stranger.get(path)).html
            intent = secret(page).partition("_secret_")[0]
            assert (await counts(database))[0] == 0
            if success is None:
                form = await browser.send(page, "/checkout/pay", stop="1")
                assert "data-secret" not in form.html and "declined" not in form.text
                assert form.form("/checkout").fields["given_name"] == BUYER["given_name"]
                continue
            await stripe.prove(intent, secret(page), success=success)
            done = await browser.send(page, "/checkout/pay")
            assert ("Thank you" if success else "could not confirm that it was you") in done.text
    await later(database, stripe)
    assert (await counts(database), await held(stripe)) == ((1, 1), [LAMP])
    assert await verification.differences(database) == []


@pytest.mark.parametrize("how", ["asked again", "by itself"])
async def test_a_lost_answer_ends_on_a_page_that_asks_again(
    url: str, world: World, database: Database, stripe: StripeServer, how: str
) -> None:
    async with browsing(url) as browser:
        kept, token = await ready_to_buy(browser, world), await stripe.card()
        stripe.wire.loses = lambda request: b"POST" in request
        page = await pay(browser, kept, token)
        assert "has not answered yet" in page.text and "portico-ask-again" in page.html
        assert "has not answered yet" in (await browser.send(page, "/checkout/pay", stop="1")).text
        assert (await counts(database))[0] == 0
        stripe.wire.loses = lambda request: False
        if how == "by itself":
            await later(database, stripe)
            done = await browser.get(f"/checkout?checkout={kept.form('/checkout').fields['checkout']}")
        else:
            done = await browser.send(page, "/checkout/pay")
        assert "Paid: €49.90" in done.text
    assert (await counts(database), await held(stripe)) == ((1, 1), [LAMP])


async def test_a_button_pressed_many_times_pays_once(
    url: str, world: World, database: Database, stripe: StripeServer
) -> None:
    async with browsing(url) as browser:
        kept, token = await ready_to_buy(browser, world), await stripe.card()
        pages = await asyncio.gather(*(pay(browser, kept, token) for _ in range(6)))
        assert all(one.status == 200 for one in pages), [one.status for one in pages]
        path = f"/checkout?checkout={kept.form('/checkout').fields['checkout']}"
        assert "Paid: €49.90" in (await browser.get(path)).text
    await later(database, stripe)
    assert (await counts(database), await held(stripe)) == ((1, 1), [LAMP])
    assert await verification.differences(database) == []


async def test_nobody_there_or_nobody_asked(served: Served, world: World, database: Database) -> None:
    """Without a provider the page offers what there is, and a form that says otherwise pays nothing."""
    async with served() as address, browsing(address) as browser:
        kept = await ready_to_buy(browser, world)
        assert "portico-card" not in kept.html and 'name="pay"' not in kept.html
        order = await pay(browser, kept, "pm_whatever")
        assert "To pay when you collect: €49.90" in order.text
    async with (
        served(stripe_key="sk_test_nobody", stripe_url="http://127.0.0.1:9") as address,
        browsing(address) as browser,
    ):
        assert "portico-card" not in (await ready_to_buy(browser, world)).html  # no key for the browser
