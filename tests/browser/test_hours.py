"""A promotion's hours of the week are typed in the office, kept by the server, and typed again the same."""

import pytest
from playwright.async_api import Browser, expect

from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, opened

pytestmark = pytest.mark.browser
WINDOWS = """async (code) => {
  const ask = async (path) => (await (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json())
  const { items } = await ask('/v1/promotions?market=es&limit=100')
  return items.find((one) => one.rule.code === code).rule.conditions.windows.map((one) => [one.starts, one.ends_before])
}"""
DAY = 24 * 60


async def test_a_happy_hour_is_longer_and_on_fewer_days(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "manager", url=demo.url, size=DESKTOP) as manager:
        await people.sign_in_with_password(manager, demo.seeded.manager)
        await manager.id("item").first.wait_for()
        await manager.open("/office/prices")
        happy = manager.id("promotion-row").filter(has_text="happy-hour")
        await happy.click()
        await expect(manager.id("week-from")).to_have_value("17:00")
        days = manager.id("week-days").get_by_role("checkbox")
        await expect(manager.id("save-promotion")).to_be_disabled()
        await days.nth(0).uncheck()
        await manager.id("week-until").fill("20:30")
        await manager.id("add-hours").click()
        late = manager.css("[data-testid=week-hours] [role=group]").last
        for day in range(5):
            await late.get_by_role("checkbox").nth(day).uncheck()
        await late.get_by_role("checkbox").nth(6).check()
        await late.get_by_test_id("week-from").fill("23:00")
        await late.get_by_test_id("week-until").fill("01:00")
        await manager.id("save-promotion").click()
        await expect(manager.css("[data-testid=toast]").last).to_contain_text("saved")
        kept = await manager.page.evaluate(WINDOWS, "happy-hour")
        workdays = [[day * DAY + 17 * 60, day * DAY + 20 * 60 + 30] for day in range(1, 5)]
        assert kept == [[0, 60], *workdays, [6 * DAY + 23 * 60, 7 * DAY]]

        await manager.page.reload()
        await happy.click()
        await expect(manager.id("week-from")).to_have_count(2)
        await expect(manager.id("week-from").last).to_have_value("23:00")
        await expect(manager.id("save-promotion")).to_be_disabled()
        assert manager.problems == []
