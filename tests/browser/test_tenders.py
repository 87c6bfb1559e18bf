"""A sale at the till that is paid with a gift card in part, and the rest in cash."""

import pytest
from playwright.async_api import Browser, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import TABLET, opened

pytestmark = pytest.mark.browser

NEW_CARD = """async (amount) => {
  const response = await fetch('/v1/gift-cards', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Portico-Channel': 'office', 'Idempotency-Key': crypto.randomUUID() },
    body: JSON.stringify({ amount, currency: 'EUR' }),
  })
  return (await response.json()).code
}"""


async def test_part_by_gift_card_and_the_rest_in_cash(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "manager", url=demo.url, size=TABLET) as manager,
        opened(browser, "cashier", url=demo.url, size=TABLET) as till,
    ):
        await people.sign_in_with_password(manager, demo.seeded.manager)
        code = await manager.page.evaluate(NEW_CARD, 2_000)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.id("scan").fill(demo.seeded.walk_skus[0])
        await till.id("scan").press("Enter")
        await expect(till.id("line")).to_have_count(1)
        await till.id("pay").click()
        await expect(till.id("complete")).to_be_enabled()
        await till.id("tender-gift_card").click()
        await expect(till.id("complete")).to_be_disabled()  # not silently in cash
        await till.id("gift-code").fill(code)
        await till.id("take").click()
        await expect(till.id("taken").locator("li")).to_have_count(1)
        await expect(till.id("taken")).to_contain_text("€20.00")
        await expect(till.id("due")).to_have_text("€49.90")
        await till.id("complete").click()
        await till.id("receipt").wait_for()
        order = await till.id("receipt").get_attribute("data-order")
        shown = await till.page.evaluate(
            "async (id) => (await fetch(`/v1/orders/${id}`, { headers: { 'Portico-Channel': 'pos' } })).json()", order
        )
        assert sorted((one["handler"], one["amount"]) for one in shown["payments"]) == [
            ("cash", 4_990),
            ("gift_card", 2_000),
        ]
        assert shown["due"] == 0 and shown["paid"] == shown["total"] == 6_990
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []
