"""The office says what delivery costs; the shop asks that, and the till and the receipt say the same."""

import pytest
from playwright.async_api import Browser, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, TABLET, opened
from tests.browser.screens.desk import desk_deliver
from tests.browser.test_ways import pay_at_till, say_who, to_checkout

pytestmark = pytest.mark.browser
CARRIAGE = """async (label) => {
  const ask = async (path) => (await (await fetch(path, { headers: { 'Portico-Channel': 'office' } })).json())
  const { items } = await ask(`/v1/orders?q=${label}`)
  const { carriage, total, paid } = await ask(`/v1/orders/${items[0].id}`)
  return [carriage.amount, carriage.gross, total, paid]
}"""


async def test_a_rate_that_is_set_is_what_is_paid(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "manager", url=demo.url, size=DESKTOP) as manager,
        opened(browser, "shopper", url=demo.url, size=PHONE) as shopper,
        opened(browser, "cashier", url=demo.url, size=TABLET) as cashier,
    ):
        await people.sign_in_with_password(manager, demo.seeded.manager)
        await manager.id("item").first.wait_for()
        await manager.open("/office/prices/delivery")
        rate = manager.id("rate").first
        await rate.get_by_test_id("step-amount").first.fill("12,50")
        await rate.get_by_test_id("step-from").nth(1).fill("200")
        await manager.id("try-delivery-do").click()  # before it holds for anybody
        await expect(manager.id("tried-delivery")).to_contain_text("€12.50")
        await manager.id("save-delivery").click()
        await expect(manager.css("[data-testid=toast]").last).to_contain_text("Rates saved.")
        await expect(manager.id("delivery")).to_contain_text("Version 2")

        await to_checkout(shopper, demo.seeded.walk_slugs[0])
        await people.look_from(shopper, "41001")
        way = shopper.css(".way", has_text="parcel")
        await expect(way).to_contain_text("€12.50")
        await expect(way).to_contain_text("Free from €200.00")
        await people.keep_way(shopper, "ship")
        await expect(shopper.css(".summary")).to_contain_text("€12.50")
        await say_who(shopper)
        await shopper.css("#street_address").fill("Calle Sierpes, 12")
        await shopper.css("#address_locality").fill("Sevilla")
        await people.order(shopper)
        await expect(shopper.css(".summary")).to_contain_text("Delivery")
        label = await shopper.css(".baton-code").inner_text()

        await people.sign_in_at_till(cashier, demo.seeded.till_code, demo.seeded.cashier)
        await pay_at_till(cashier, label)
        amount, gross, total, paid = await manager.page.evaluate(CARRIAGE, label)
        assert (amount, gross, total - gross, paid) == (1250, 1250, 6990, total)
        assert shopper.problems + manager.problems + cashier.problems == []
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []


async def test_an_agent_has_it_sent_for_what_the_way_was_said_to_cost(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "agent", url=demo.url, size=DESKTOP) as agent,
        opened(browser, "manager", url=demo.url, size=DESKTOP) as manager,
    ):
        await people.sign_in_with_password(agent, demo.seeded.agent)
        await people.find_by_phone(agent, demo.seeded.shopper_phone)
        await agent.css("[data-testid=start-basket]:enabled, [data-testid=add-item]").first.wait_for()
        if await agent.id("start-basket").count():
            await agent.id("start-basket").click()
        await agent.id("add-item").fill(demo.seeded.walk_skus[1])
        await agent.id("add-item").press("Enter")
        await expect(agent.id("line")).to_have_count(1)
        await desk_deliver(agent, demo)
        dialog = agent.id("place-dialog")
        await expect(dialog.locator("label.way").first).to_contain_text("€4.90")
        await expect(dialog.get_by_test_id("total")).to_contain_text("€17.80")
        await agent.id("confirm-place").click()
        label = await agent.id("order-label").inner_text()
        await people.sign_in_with_password(manager, demo.seeded.manager)
        await manager.id("item").first.wait_for()
        assert await manager.page.evaluate(CARRIAGE, label) == [490, 490, 1780, 0]
        assert agent.problems == []
