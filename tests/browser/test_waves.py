"""A wave from the office to the shelf: handed to somebody at her till, walked by scan, its progress seen where it was made."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, opened

pytestmark = pytest.mark.browser


async def test_a_wave_is_handed_over_and_walked(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "till", url=demo.url, size=PHONE) as till,
    ):
        await people.sign_in_with_password(office, demo.seeded.manager)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await office.open("/office/work/waves")
        await office.id("look-wave").first.click()
        options = office.id("hand-to").locator("option")
        await expect(options.filter(has_text=demo.seeded.cashier.person)).to_have_count(1)
        await office.id("hand-to").select_option(label=demo.seeded.cashier.person)
        await office.id("hand-do").click()
        await expect(office.id("toast").last).to_contain_text(demo.seeded.cashier.person)

        await till.open("/pos/work/waves")
        await till.id("wave").first.click()
        stop = till.id("wave-stop").first
        sku = await stop.get_attribute("data-sku") or ""
        progress = office.css("[data-testid=wave-shown] [data-testid=progress]").first
        before = int(await progress.get_attribute("data-done") or 0)
        await people.scan(till, sku)
        await till.css("[data-testid=wave-said].good").wait_for()
        # The rest by hand, as of what bears no code; each is one less to take.
        while await till.id("wave-got").count():
            done = till.css("[data-testid=wave-stop] .count")
            said = await done.all_text_contents()
            await till.id("wave-got").first.click()
            await expect(done).not_to_have_text(said)
        await till.id("wave-shelf").fill("W-1")
        await till.id("wave-finish").click()
        await till.id("list-empty").wait_for()
        await expect(progress).not_to_have_attribute("data-done", str(before))
        assert till.problems + office.problems == []
