"""A company buys: somebody asks above her limit, a colleague approves, it is owed on the company's invoice, and is paid."""

import asyncio
import re

import pytest
from playwright.async_api import Browser, Locator, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, Screen, opened
from tests.browser.screens.shop_companies import ADMIN, BUYER, COLLEAGUE

pytestmark = pytest.mark.browser

COMPANY, TAX_ID, PO = "Estudio Lago S.L.", "B58378431", "PO-7731"
LAMP = 61_51  # at the company's price
# Its invoice is written by a reader of facts, a moment later.
_INVOICE = """async (id) => {
  for (;;) {
    const { items } = await (await fetch(`/v1/orders/${id}/documents`, { headers: { 'Portico-Channel': 'office' } })).json()
    const invoice = items.find((one) => one.type === 'invoice')
    if (invoice) return invoice.url
    await new Promise((done) => setTimeout(done, 50))
  }
}"""
INVOICE_SECONDS = 10


async def cents(figure: Locator) -> int:
    return int(re.sub(r"\D", "", await figure.inner_text()))


async def invoice_of(office: Screen, order: str) -> str:
    async with asyncio.timeout(INVOICE_SECONDS):
        return str(await office.page.evaluate(_INVOICE, order))


def euros(amount: int) -> str:
    return f"€{amount / 100:,.2f}"


async def asks(shop: Screen, demo: Demo) -> str:
    """The path of what she asks for."""
    await people.sign_in_at_shop(shop, demo, BUYER)
    await people.add_from_item_page(shop, demo.seeded.walk_slugs[0])
    await shop.open("/basket")
    await people.buy_for(shop, "Myself")
    await expect(shop.css(".summary")).to_contain_text("€69.90")
    await people.buy_for(shop, COMPANY, po=PO)
    await expect(shop.css(".summary")).to_contain_text(euros(LAMP))
    await shop.css("form[action='/checkout/begin'] button").click()
    await people.keep_way(shop, "collect")
    await shop.css(".summary button.primary").click()
    await expect(shop.css("[role=alert]")).to_contain_text("€60.00")
    await shop.css("#note").fill("for the hall")
    await shop.css("button[formaction='/checkout/approval']").click()
    await expect(shop.id("request-state")).to_have_text("Waiting")
    await expect(shop.css("[data-count]")).to_have_text("0")
    return shop.page.url.partition(demo.url)[2]


async def test_asked_approved_owed_and_paid(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "buyer", url=demo.url, size=PHONE) as buyer,
        opened(browser, "admin", url=demo.url, size=DESKTOP) as admin,
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
    ):
        await people.sign_in_with_password(office, demo.seeded.director)
        await office.open("/office/companies")
        await office.id("company").filter(has_text=COMPANY).click()
        await office.id("open-invoices").wait_for()
        before = await cents(office.id("owes"))

        path = await asks(buyer, demo)
        await expect(office.id("owes")).to_have_text(euros(before))  # what is only asked for is not owed

        await people.sign_in_at_shop(admin, demo, ADMIN)
        await admin.open(path)
        await expect(admin.css("main")).to_contain_text("for the hall")
        await expect(admin.css("main")).to_contain_text(PO)
        await admin.css("button[value=approve]").click()
        await expect(admin.id("request-state")).to_have_text("Approved")

        await expect(office.id("owes")).to_have_text(euros(before + LAMP))  # live, without a reload
        bought = office.id("open-invoices").locator("li").filter(has_text=euros(LAMP))
        order = (await bought.get_by_role("link").get_attribute("href") or "").rpartition("/")[2]
        await admin.page.goto(await invoice_of(office, order))
        for words in (COMPANY, TAX_ID, PO, "Calle de Atocha 27"):
            await expect(admin.css("body")).to_contain_text(words)

        await bought.get_by_test_id("pay-invoice").click()
        await office.id("owed-reference").fill("SEPA 7731")
        await office.id("owed-do").click()
        await expect(office.id("owes")).to_have_text(euros(before))
        await expect(bought).to_have_count(0)

        await buyer.open(path)
        await expect(buyer.id("request-state")).to_have_text("Approved")
        await buyer.css(".notice.good a").click()
        await buyer.css(".order-state").wait_for()
        assert office.problems + admin.problems == []
    async with connect(demo.database_url) as database:
        assert await verification.differences(database) == []


async def test_a_colleague_is_invited_joins_and_is_let_go(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "admin", url=demo.url, size=DESKTOP) as admin,
        opened(browser, "colleague", url=demo.url, size=PHONE) as colleague,
    ):
        await people.sign_in_at_shop(admin, demo, ADMIN)
        await admin.open("/account/company")
        await admin.css("[data-testid=invite] input[name=email]").fill(COLLEAGUE)
        await admin.css("[data-testid=invite] input[name=per_order]").fill("25,50")
        await admin.css("[data-testid=invite] button").click()
        await admin.id("invited").wait_for()

        await people.sign_in_at_shop(colleague, demo, COLLEAGUE)
        await colleague.css("a[href='/account/company']").click()
        await colleague.css("[data-testid=invitation] button").click()
        await expect(colleague.css("main h2").first).to_have_text(COMPANY)
        await expect(colleague.css("aside")).to_contain_text("€25.50")
        assert await colleague.id("colleagues").count() == 0, "who only buys sees nobody else's limits"

        await admin.open("/account/company")
        hers = admin.css("[data-testid=colleagues] details").filter(has_text="€25.50")
        await hers.locator("summary").click()
        await hers.locator("button[name=drop]").click()
        await expect(hers).to_have_count(0)
        await colleague.open("/account")
        await expect(colleague.css("a[href='/account/company']")).to_have_count(0)
        assert admin.problems == colleague.problems == []
