"""A real browser pays by card: with the script of a server that speaks Stripe's protocol, which then says what it charged."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Route, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, Screen, opened
from tests.payments.stripe_server import DECLINED, GOOD, PROVES, StripeServer

pytestmark = pytest.mark.browser


async def to_payment(screen: Screen, demo: Demo) -> None:
    """From an item to the payment, with a name."""
    await people.add_from_item_page(screen, demo.seeded.walk_slugs[0])
    await screen.open("/basket")
    await screen.css("form[action='/checkout/begin'] button").click()
    await people.keep_way(screen, "collect")
    await screen.css("#given_name").fill("Nerea")
    await screen.css("#email").fill("nerea@example.com")


async def pay(screen: Screen) -> None:
    await screen.css("main .button.primary").last.click()


async def charged(stripe: StripeServer) -> list[int]:
    intents = await stripe.all("payment_intents")
    return [one["amount"] for one in intents if one["status"] in ("requires_capture", "succeeded")]


async def no_number_left(demo: Demo, data: Path) -> None:
    """In no column of any table and no line of a log: what a browser has typed for its provider never came to us."""
    logged = (data / "demo.log").read_text(errors="replace")
    assert not any(number in logged for number in (GOOD, DECLINED, PROVES))
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []
        async with database.pool.acquire() as connection:
            tables = await connection.fetch(
                "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
            )
            for schema, table in tables:
                found = await connection.fetchval(
                    f'select count(*) from "{schema}"."{table}" as row where row::text ~ $1',
                    "4242424242424242|4000000000000341|4000000000003220",
                )
                assert found == 0, f"{schema}.{table}"


async def test_a_card_is_declined_another_proven_and_paid_once(
    browser: Browser, demo: Demo, stripe: StripeServer, tmp_path: Path
) -> None:
    async with opened(browser, "shopper", url=demo.url, size=PHONE) as shopper:
        sent: list[str] = []
        shopper.page.on(
            "request", lambda request: sent.append(request.post_data or "") if demo.url in request.url else None
        )
        await to_payment(shopper, demo)
        await expect(shopper.css("[data-card-missing]")).to_have_count(0)
        await expect(shopper.css("[data-card-fields]")).to_be_hidden()
        await shopper.css("input[name=pay][value=card]").check()
        await expect(shopper.css("[data-card-fields]")).to_be_visible()
        await pay(shopper)
        await expect(shopper.css("[data-card-error]")).to_have_text("Enter your card.")
        assert await charged(stripe) == []
        await people.type_card(shopper, DECLINED)
        await pay(shopper)
        await expect(shopper.css("[data-card-error]")).to_contain_text("Your card was declined")
        await expect(shopper.css("input[name=pay][value=card]")).to_be_checked()
        await expect(shopper.css("#given_name")).to_have_value("Nerea")
        await expect(shopper.css("portico-kept-until")).to_be_visible()
        shopper.problems.clear()  # that it was declined is answered with 402, which a console calls an error

        await people.type_card(shopper, PROVES)
        await pay(shopper)
        await shopper.css("text=Fail authentication").click()
        await expect(shopper.css("[data-card-error]")).to_contain_text("could not confirm that it was you")
        await people.type_card(shopper, PROVES)
        await pay(shopper)
        await shopper.css("text=Complete authentication").wait_for()
        await shopper.page.reload()  # in the middle of it
        await shopper.css("[data-prove]").click()  # by itself it is done once
        await shopper.css("text=Complete authentication").click()
        await shopper.css(".order-state").wait_for()
        await expect(shopper.css(".summary")).to_contain_text("Paid: €69.90")
        assert await charged(stripe) == [6_990]
        assert not any(number in body for body in sent for number in (DECLINED, PROVES))
        assert shopper.problems == []
    await no_number_left(demo, tmp_path)


async def test_it_is_pressed_twice_and_charged_once(
    browser: Browser, demo: Demo, stripe: StripeServer, tmp_path: Path
) -> None:
    async with opened(browser, "shopper", url=demo.url, size=DESKTOP) as shopper:
        await to_payment(shopper, demo)
        await shopper.css("input[name=pay][value=card]").check()
        await people.type_card(shopper, GOOD)
        await shopper.css(".summary .button.primary").dblclick()
        await shopper.css(".order-state").wait_for()
        path = shopper.page.url
        await shopper.page.go_back()
        await shopper.page.reload()
        assert shopper.page.url.partition("?")[0] in (
            path.partition("?")[0],
            f"{demo.url}/basket",
            f"{demo.url}/checkout",
        )
        assert shopper.problems == []
    assert await charged(stripe) == [6_990]
    await no_number_left(demo, tmp_path)


async def test_a_lost_answer_resolves_by_itself(browser: Browser, demo: Demo, stripe: StripeServer) -> None:
    async with opened(browser, "shopper", url=demo.url, size=PHONE) as shopper:
        await to_payment(shopper, demo)
        await shopper.css("input[name=pay][value=card]").check()
        await people.type_card(shopper, GOOD)
        stripe.wire.loses = lambda request: b"POST" in request
        await pay(shopper)
        await shopper.css("portico-ask-again").wait_for()
        stripe.wire.loses = lambda request: False
        await shopper.css(".order-state").wait_for()  # nobody pressed anything
        assert shopper.problems == []
    assert await charged(stripe) == [6_990]


async def test_where_the_script_does_not_come_the_page_says_so(
    browser: Browser, demo: Demo, stripe: StripeServer
) -> None:
    async def nobody(route: Route) -> None:
        await route.abort()

    async with opened(browser, "shopper", url=demo.url, size=PHONE) as shopper:
        await shopper.page.route(f"{stripe.direct}/**", nobody)
        await to_payment(shopper, demo)
        await expect(shopper.css("[data-card-missing]")).to_contain_text("You can pay in any of the other ways")
        await expect(shopper.css("input[name=pay][value=card]")).to_be_disabled()
        await people.order(shopper)
        await expect(shopper.css(".summary")).to_contain_text("To pay when you collect")
    assert await charged(stripe) == []


async def test_a_script_from_elsewhere_does_not_run(browser: Browser, demo: Demo, stripe: StripeServer) -> None:
    """The policy of the page with a card on it lets the provider's script in, and no other."""
    async with opened(browser, "shopper", url=demo.url, size=PHONE) as shopper:
        await to_payment(shopper, demo)
        add = """(src) => new Promise((done) => {
          const tag = Object.assign(document.createElement('script'), { src })
          tag.onload = () => done('ran')
          tag.onerror = () => done('refused')
          document.head.append(tag)
        })"""
        elsewhere = stripe.wire.url  # the same server by another address
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{elsewhere}/js.stripe.com/v3/")).status_code == 200
        assert await shopper.page.evaluate(add, f"{elsewhere}/js.stripe.com/v3/") == "refused"
        assert await shopper.page.evaluate(add, f"{stripe.direct}/js.stripe.com/v3/") == "ran"
        await shopper.open("/basket")
        assert await shopper.page.evaluate(add, f"{stripe.direct}/js.stripe.com/v3/") == "refused"


async def test_the_office_sends_a_link_and_the_buyer_pays_there(
    browser: Browser, demo: Demo, stripe: StripeServer, tmp_path: Path
) -> None:
    async with (
        opened(browser, "shopper", url=demo.url, size=PHONE) as shopper,
        opened(browser, "manager", url=demo.url, size=DESKTOP) as office,
    ):
        await to_payment(shopper, demo)
        await people.order(shopper)  # to be paid at the till, she thinks
        label = await shopper.css(".baton-code").inner_text()
        await people.sign_in_with_password(office, demo.seeded.manager)
        order = await office.page.evaluate(
            "async (q) => (await (await fetch(`/v1/orders?q=${q}`, { headers: { 'Portico-Channel': 'office' } })).json()).items[0].id",
            label,
        )
        await office.open(f"/office/orders/{order}")
        await office.id("pay-link").click()
        await office.id("pay-link-do").click()
        link = await office.id("pay-link-url").input_value()
        await expect(office.id("pay-link-dialog")).to_contain_text("nerea@example.com")
        await shopper.page.goto(link)
        await expect(shopper.css("main")).to_contain_text("This link takes your payment until")
        await people.type_card(shopper, GOOD)
        await shopper.css("[data-needs-card]").click()
        await expect(shopper.css(".notice.good")).to_contain_text("Everything is paid")
        await expect(office.id("pay-link")).to_have_count(0)  # the office hears of it
        assert shopper.problems == office.problems == []
    assert await charged(stripe) == [6_990]
    await no_number_left(demo, tmp_path)
