"""Her phone at the till, a printed card over the counter, a programme put into force: across the faces, on one demo."""

import pytest
from playwright.async_api import Browser, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, TABLET, opened

pytestmark = pytest.mark.browser

CODE = """async () => (await (await fetch('/v1/wallet-codes', { method: 'POST' })).json()).token"""
BATCH = """async () => {
  const response = await fetch('/v1/gift-card-batches', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Portico-Channel': 'office' },
    body: JSON.stringify({ name: 'Walk', market: 'es', cards: 2 }),
  })
  return (await response.json()).codes
}"""
PAYMENTS = """async (id) => (await (await fetch(`/v1/orders/${id}`, { headers: { 'Portico-Channel': 'pos' } })).json()).payments.map((one) => one.handler)"""


async def test_her_phone_pays_once_and_a_card_is_sold_over_the_counter(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "shopper", url=demo.url, size=PHONE) as phone,
        opened(browser, "manager", url=demo.url, size=DESKTOP) as manager,
        opened(browser, "cashier", url=demo.url, size=TABLET) as till,
    ):
        await people.sign_in_as_shopper(phone, demo)
        await phone.open("/wallet")
        await expect(phone.id("points")).to_be_visible()
        await phone.id("show-code").click()
        await phone.css("portico-wallet-code svg").wait_for()
        code = await phone.page.evaluate(CODE)

        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.id("scan").fill(demo.seeded.walk_skus[1])
        await till.id("scan").press("Enter")
        await expect(till.id("line")).to_have_count(1)
        await till.id("scan").fill(code)
        await till.id("scan").press("Enter")
        await expect(till.id("member")).to_be_visible()
        await till.id("pay").click()
        await till.id("tender-wallet").click()
        await till.id("take").click()
        await expect(till.id("taken").locator("li")).to_have_count(1)
        if await till.id("tender-cash").count():
            await till.id("tender-cash").click()
        await till.id("complete").click()
        await till.id("receipt").wait_for()
        order = await till.id("receipt").get_attribute("data-order")
        assert {"gift_card", "store_credit"} & set(await till.page.evaluate(PAYMENTS, order))
        await till.id("new-sale").click()
        await till.id("scan").fill(code)
        await till.id("scan").press("Enter")
        await expect(till.css("[data-testid=toast]").last).to_contain_text("used")

        await people.sign_in_with_password(manager, demo.seeded.manager)
        printed = await manager.page.evaluate(BATCH)
        await till.id("scan").fill("GIFT-CARD")
        await till.id("scan").press("Enter")
        await expect(till.id("line")).to_have_count(1)
        await till.id("pay").click()
        await till.id("complete").click()
        await till.id("sell-cards").wait_for()
        wrong = printed[0][:-1] + ("0" if printed[0][-1] != "0" else "1")
        await till.id("sell-code").fill(wrong)
        await till.id("sell-do").click()
        await till.css("[data-testid=sell-code][aria-invalid]").wait_for()
        await till.id("sell-code").fill(printed[0])
        await till.id("sell-do").click()
        await expect(till.id("sell-cards")).to_contain_text("€50.00")

        await manager.open("/office/loyalty/liability")
        await expect(manager.id("adds-up")).to_contain_text("Adds up")
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []


async def test_a_programme_is_changed_tried_and_put_into_force(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "manager", url=demo.url, size=DESKTOP) as office:
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open("/office/loyalty")
        await office.id("programme").first.click()
        await office.id("rule-points").first.fill("7")
        await office.id("save-programme").click()
        await expect(office.css("[data-testid=toast]").last).to_be_visible()
        await office.id("try-run").click()
        await expect(office.id("tried-points")).not_to_have_text("0")
        await office.id("publish").click()
        await office.id("sure-do").click()
        await office.id("sure").wait_for(state="detached")
        await expect(office.id("rule-points").first).to_have_value("7")
