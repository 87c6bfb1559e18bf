"""One person or two: decided by keyboard in the office, undone at once, and taken apart on her page."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, opened

pytestmark = pytest.mark.browser


async def test_pairs_are_joined_kept_apart_and_undone(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office:
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open("/office/people")
        await office.id("pair").wait_for()
        before = await office.id("review").count()
        assert before >= 2 and await office.id("evidence").count() >= 3
        first = await office.id("pair").get_attribute("data-id") or ""
        await office.page.keyboard.press("ArrowDown")
        await expect(office.id("pair")).not_to_have_attribute("data-id", first)
        await office.page.keyboard.press("ArrowUp")
        await expect(office.id("pair")).to_have_attribute("data-id", first)
        await office.page.keyboard.press("m")
        await expect(office.id("review")).to_have_count(before - 1)
        await office.id("undo-merge").click()
        await expect(office.id("undo-bar")).to_have_count(0)
        # Taken apart, it is decided: the pair does not come back by itself.
        await expect(office.id("review")).to_have_count(before - 1)
        await office.page.keyboard.press("a")
        await expect(office.id("review")).to_have_count(before - 2)

        await office.open("/office/people/find")
        await office.id("find-customer").fill("Morozova")
        await office.page.get_by_role("option").first.click()
        await office.id("person-name").wait_for()
        await office.id("tab-records").click()
        await office.id("unmerge").click()
        await office.id("confirm-unmerge").click()
        await office.css("[data-testid=unmerge-reason][aria-invalid]").wait_for()
        await office.id("unmerge-reason").fill("two people")
        await office.id("confirm-unmerge").click()
        await expect(office.id("unmerge")).to_have_count(0)
        assert office.problems == []
