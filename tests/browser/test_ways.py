"""Purchases that are sent and driven up to, in the shop and at the till where they are paid and handed over."""

from contextlib import AsyncExitStack

import pytest
from playwright.async_api import Browser, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import PHONE, TABLET, Screen, opened

pytestmark = pytest.mark.browser


async def to_checkout(screen: Screen, slug: str) -> None:
    await people.add_from_item_page(screen, slug)
    await screen.open("/basket")
    await screen.css("form[action='/checkout/begin'] button").click()
    await screen.css("input[name=way]").first.wait_for()


async def say_who(screen: Screen) -> None:
    await screen.css("#given_name").fill("Nerea")
    await screen.css("#email").fill("nerea@example.com")


async def pay_at_till(till: Screen, label: str) -> None:
    """By the code that the buyer shows, whether or not anything of it waits here."""
    await till.id("tab-pickups").click()
    await till.id("pickup-search").fill(label)
    await till.id("pickup").filter(has_text=label).click()
    await till.id("take-cash").click()
    await till.id("key-9").click(click_count=5)
    await till.id("complete").click()
    await expect(till.id("take-cash")).to_have_count(0)


async def test_it_is_sent_to_her_and_paid_at_a_till(browser: Browser, demo: Demo) -> None:
    async with AsyncExitStack() as stack:
        shopper = await stack.enter_async_context(opened(browser, "shopper", url=demo.url, size=PHONE))
        cashier = await stack.enter_async_context(opened(browser, "cashier", url=demo.url, size=TABLET))
        await shopper.open(f"/items/{demo.seeded.walk_slugs[0]}")
        await expect(shopper.css(".glance-lines li")).to_have_count(1)
        await shopper.css("#postal").fill("41001")
        await shopper.css("form[action$='/postal-code'] button").click()
        await expect(shopper.css(".glance-lines")).to_contain_text("Delivered")
        await to_checkout(shopper, demo.seeded.walk_slugs[0])
        await expect(shopper.css("#postal-hint")).to_contain_text("Sevilla")  # nothing is asked for twice
        await expect(shopper.css("input[value^=local_delivery]")).to_have_count(0)  # too far to be driven
        await people.keep_way(shopper, "ship")
        await say_who(shopper)
        await shopper.css("#street_address").fill("Calle Sierpes, 12")
        await shopper.css("#address_locality").fill("Sevilla")
        await people.order(shopper)
        await expect(shopper.css(".parcel")).to_contain_text("Calle Sierpes, 12, 41001 Sevilla")
        await expect(shopper.css(".parcel")).to_contain_text("Arrives:")
        await expect(shopper.css(".summary")).to_contain_text("before we send it")
        label = await shopper.css(".baton-code").inner_text()
        await people.sign_in_at_till(cashier, demo.seeded.till_code, demo.seeded.cashier)
        await pay_at_till(cashier, label)
        await expect(cashier.id("hand-over")).to_have_count(0)  # it is not here
        await expect(shopper.css(".summary")).to_contain_text("Paid")
        assert shopper.problems == [] and cashier.problems == []
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []


async def test_she_drives_up_at_her_time(browser: Browser, demo: Demo) -> None:
    async with AsyncExitStack() as stack:
        shopper = await stack.enter_async_context(opened(browser, "shopper", url=demo.url, size=PHONE))
        cashier = await stack.enter_async_context(opened(browser, "cashier", url=demo.url, size=TABLET))
        await to_checkout(shopper, demo.seeded.walk_slugs[1])
        here = shopper.css(".way", has_text="Madrid Fuencarral").filter(
            has=shopper.css("input[name=way][value^=drive_up]")
        )
        times = here.locator("select")
        await expect(times).to_be_hidden()  # asked for once it is chosen
        await here.locator("input[name=way]").check()
        third = await times.locator("option").nth(2).get_attribute("value") or ""
        said = await times.locator("option").nth(2).inner_text()
        await times.select_option(third)
        await shopper.css("button[formaction='/checkout/hold']").click()
        await expect(shopper.css(".kept")).to_contain_text(f"Come {said}")
        await expect(shopper.css("#street_address")).to_have_count(0)
        await say_who(shopper)
        await people.order(shopper)
        await expect(shopper.css(".parcel")).to_contain_text(f"Come {said}")
        label = await shopper.css(".baton-code").inner_text()
        await people.sign_in_at_till(cashier, demo.seeded.till_code, demo.seeded.cashier)
        await pay_at_till(cashier, label)
        await cashier.id("hand-over").click()
        await expect(shopper.css(".order-state")).to_contain_text("All collected")
        assert shopper.problems == [] and cashier.problems == []
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []


async def test_her_time_runs_out_while_she_types(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "shopper", url=demo.url, size=PHONE) as shopper:
        await shopper.page.clock.install()
        await to_checkout(shopper, demo.seeded.walk_slugs[0])
        await people.keep_way(shopper, "collect")
        await say_who(shopper)
        await expect(shopper.css("portico-kept-until")).to_contain_text("We are keeping this for you until")
        await shopper.page.clock.fast_forward("16:00")
        await expect(shopper.css("portico-kept-until")).to_contain_text("has run out")
        await expect(shopper.css("#given_name")).to_have_value("Nerea")
        await shopper.css(".kept button").click()  # choose again
        await shopper.css("input[name=way]").first.wait_for()
        await expect(shopper.css("#given_name")).to_have_value("Nerea")
        assert shopper.problems == []
