"""The walk: one purchase across web shop, service desk and two tills, each with a browser of its own."""

import json
import os
import re
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import msgspec
import pytest
from playwright.async_api import Browser, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, TABLET, Lag, Screen, Sight, changing, opened

pytestmark = pytest.mark.browser

LINE = "[data-testid=line]"
SHOP_LINE = "[data-line]"


class Thing(msgspec.Struct, frozen=True):
    """An item of the walk, by the names that the faces and the scanner know it by."""

    slug: str
    title: str
    public_id: str  # in the demo, its SKU
    gtin: str
    price: int


async def things(demo: Demo) -> list[Thing]:
    """The four items that are in stock at every store."""
    found = []
    async with httpx.AsyncClient(base_url=demo.url, headers={"Accept-Language": "en"}) as client:
        for sku, slug in zip(demo.seeded.walk_skus, demo.seeded.walk_slugs, strict=True):
            params = {"code": sku, "market": "es"}
            one = (await client.get("/v1/variants/lookup", params=params)).raise_for_status().json()
            found.append(Thing(slug, one["item_title"], one["public_id"], one["barcodes"][0], one["price"]))
    return found


async def lines(screen: Screen, *wanted: Thing) -> None:
    """The till or the desk shows just these in its basket."""
    await expect(screen.id("line")).to_have_count(len(wanted))
    for one in wanted:
        await expect(screen.css(f'{LINE}[data-variant="{one.public_id}"]')).to_have_count(1)


async def shop_lines(screen: Screen, *wanted: Thing) -> None:
    await expect(screen.css(SHOP_LINE)).to_have_count(len(wanted))
    for one in wanted:
        await expect(screen.css(SHOP_LINE, has_text=one.title)).to_have_count(1)


def euros(amount: int) -> str:
    return f"€{amount // 100}.{amount % 100:02}"


def cents(text: str) -> int:
    return round(float(text.strip().lstrip("€")) * 100)


async def test_one_purchase_crosses_three_channels(browser: Browser, demo: Demo) -> None:
    lamp, plate, cloth, vase = await things(demo)
    about, lags = demo.seeded, list[Lag]()
    async with AsyncExitStack() as stack:
        shopper, agent, cashier, other, office = [
            await stack.enter_async_context(opened(browser, name, url=demo.url, size=size))
            for name, size in (
                ("shopper", PHONE), ("agent", DESKTOP), ("cashier", TABLET), ("other cashier", TABLET), ("office", DESKTOP),
            )
        ]  # fmt: skip
        everybody = (shopper, agent, cashier, other, office)

        # On the web shop she signs in by a code that arrives by mail, and puts two items into her basket.
        await people.sign_in_as_shopper(shopper, demo)
        await people.add_from_item_page(shopper, lamp.slug)
        await people.sign_in_at_till(cashier, about.till_code, about.cashier)
        await people.sign_in_at_till(other, about.other_till_code, pin=about.cashier.secret)
        await people.sign_in_with_password(agent, about.agent)

        # The agent finds her by a phone number written as people say it, and has her basket before her.
        spoken = re.sub(r"^\+34(\d{3})(\d{2})(\d{2})(\d{2})$", r"\1 \2.\3.\4", about.shopper_phone)
        assert spoken != about.shopper_phone
        await people.find_by_phone(agent, spoken)
        await expect(agent.id("customer-name")).to_have_text(about.shopper.person)
        await lines(agent, lamp)
        await agent.live()
        await shopper.open(f"/items/{plate.slug}")
        async with changing(
            "second item in the shop", shopper, write="POST /v1/carts/[^/]+/lines",
            seen={agent: Sight(f'{LINE}[data-variant="{plate.public_id}"]')}, lags=lags,
        ):  # fmt: skip
            await shopper.css("form[data-enhance=add] button").click()
        await expect(shopper.css("[data-count]")).to_have_text("2")
        await lines(agent, lamp, plate)
        await shopper.open("/basket")
        await shop_lines(shopper, lamp, plate)
        await lines(cashier)

        # The agent swaps one; her phone shows it by itself.
        async with changing(
            "swap at the desk", agent, write="PATCH /v1/carts/[^/]+/lines/[^/]+",
            seen={shopper: Sight(SHOP_LINE, cloth.title)}, lags=lags,
        ):  # fmt: skip
            await people.swap(agent, plate.public_id, title=cloth.title, sku=cloth.public_id)
        await shop_lines(shopper, lamp, cloth)
        await lines(agent, lamp, cloth)
        await expect(agent.css("[data-testid=change][data-kind=swapped]")).to_have_count(1)

        # She opens her code; the cashier types its six characters and has the same basket.
        await shopper.css("form[action='/basket/hand-over'] button").click()
        await expect(shopper.css(".qr svg")).to_be_visible()
        code = await shopper.css(".baton-code").inner_text()
        assert re.fullmatch(r"[0-9A-Z]{3}-[0-9A-Z]{3}", code)
        async with changing(
            "code claimed at the till", cashier, write="POST /v1/batons/claim",
            seen={agent: Sight("[data-testid=change][data-kind=handed_over]")}, lags=lags,
        ):  # fmt: skip
            await cashier.id("scan").fill(code.lower())
            await cashier.id("scan").press("Enter")
        await lines(cashier, lamp, cloth)
        await expect(cashier.id("customer-name")).to_have_text(about.shopper.person)
        await shopper.open("/basket")
        await shop_lines(shopper, lamp, cloth)
        await lines(agent, lamp, cloth)

        # A vase from the shelf: the scanner needs no field in focus.
        await cashier.live()
        seen = {shopper: Sight(SHOP_LINE, vase.title), agent: Sight(f'{LINE}[data-variant="{vase.public_id}"]')}
        async with changing("scan at the till", cashier, write="POST /v1/carts/[^/]+/lines", seen=seen, lags=lags):
            await people.scan(cashier, vase.gtin)
        for screen in (cashier, agent):
            await lines(screen, lamp, cloth, vase)
        await shop_lines(shopper, lamp, cloth, vase)

        # The cloth is collected at the other store; she pays all of it in cash.
        # Something is off for who buys as much as she does: each screen says so, and the same.
        total = cents(await shopper.css(".totals .total dd").inner_text())
        assert 0 < total < lamp.price + cloth.price + vase.price
        await cashier.css(f'{LINE}[data-variant="{cloth.public_id}"]').get_by_test_id("way").click()
        there = about.other_till_code.partition("-")[0]
        store = cashier.css(f'[data-testid=store][data-code="{there}"]')
        there_name = (await store.locator(".name").inner_text()).strip()
        await store.click()
        await expect(cashier.css(f'{LINE}[data-variant="{cloth.public_id}"]').get_by_test_id("way")).to_contain_text(
            there_name
        )
        for screen in (cashier, agent):
            await expect(screen.id("total").first).to_contain_text(euros(total))
        await cashier.id("pay").click()
        await expect(cashier.id("due")).to_have_text(euros(total))
        tendered = total + 1234
        for digit in str(tendered):
            await cashier.id(f"key-{digit}").click()
        await expect(cashier.id("tendered")).to_have_text(euros(tendered))
        await expect(cashier.id("change")).to_have_text(euros(1234))
        await people.sign_in_with_password(office, about.manager)
        await office.id("nav-o").click()
        await office.live()
        await other.id("tab-pickups").click()
        await other.live()
        seen = {
            shopper: Sight(SHOP_LINE, gone=True),
            agent: Sight(f"[data-testid=basket] {LINE}", gone=True),
            other: Sight("[data-testid=pickup]", about.shopper.person),
            office: Sight("[data-testid=order]", euros(total)),
        }
        async with changing(
            "order placed at the till", cashier, write="POST /v1/checkouts/[^/]+/complete", seen=seen, lags=lags
        ):
            await cashier.id("complete").click()

        # Change, receipt on the screen and as a page that prints.
        await expect(cashier.id("change-due")).to_have_text(euros(1234))
        label = await cashier.id("order-label").inner_text()
        for one in (lamp, cloth, vase):
            await expect(cashier.id("receipt")).to_contain_text(one.title)
        await expect(cashier.id("collect-later")).to_contain_text(there_name)
        order_id = await cashier.id("receipt").get_attribute("data-order")
        # The print dialog is the machine's, not the page's; nobody is there to close it.
        await cashier.page.context.add_init_script("window.print = () => {}")
        async with cashier.page.context.expect_page() as popup:
            await cashier.id("print").click()
        receipt = Screen("receipt", await popup.value)
        await expect(receipt.css("body")).to_contain_text(label)
        await expect(receipt.css("body")).to_contain_text(euros(total).lstrip("€"))
        assert receipt.problems == []
        await receipt.page.close()

        # Her phone and the desk know the order; the basket is empty everywhere.
        await expect(agent.id("order").filter(has_text=label)).to_have_count(1)
        await shopper.open("/account")
        await expect(shopper.css(".order-list")).to_contain_text(label)
        await shopper.css(".order-list a", has_text=label).click()
        await expect(shopper.css(".parcel")).to_have_count(2)
        await agent.id("order").filter(has_text=label).click()
        await expect(agent.id("order-view")).to_contain_text(label)

        # What she takes along was handed over with the sale: two things at this store, none at the other yet.
        order = agent.id("order-view")
        await expect(order.locator("p", has_text="Handed over")).to_have_count(2)
        await expect(order.locator("p", has_text="Collected")).to_have_count(0)
        await expect(cashier.id("hand-over")).to_have_count(0)
        await cashier.id("new-sale").click()
        await lines(cashier)

        # The third is collected at the other store.
        await other.id("pickup").filter(has_text=label).click()
        async with changing(
            "collected at the other store", other, write="POST /v1/orders/[^/]+/handovers",
            seen={
                shopper: Sight(".order-state", "All collected"),
                agent: Sight("[data-testid=order-view]", "Collected"),
            },
            lags=lags,
        ):  # fmt: skip
            await other.id("hand-over").click()
        await expect(other.id("pickup").filter(has_text=label)).to_have_count(0)

        # The office sees the order, all of it given out.
        await office.id("order-search").fill(label)
        await expect(office.id("order")).to_have_count(1)
        await expect(office.id("order")).to_contain_text(about.shopper.person)
        await office.id("order").get_by_role("link").first.click()
        await expect(office.id("order-view")).to_have_attribute("data-order", order_id or "")
        await expect(office.id("order-view")).to_contain_text(euros(total))

        assert [problem for screen in everybody for problem in screen.problems] == []
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []
    report(lags)


def report(lags: list[Lag]) -> None:
    """Tell how fast the changes travelled. Nothing is asserted of it: other tests run beside this one."""
    print("\nfrom the commit to another screen, in ms: at least (since the answer), at most (since the request)")
    for one in lags:
        print(f"  {one.what:<30}{one.writer:>14} -> {one.reader:<14}{one.from_answer:8.1f}{one.from_request:8.1f}")
    if path := os.environ.get("PORTICO_WALK_REPORT"):
        Path(path).write_text(json.dumps([msgspec.structs.asdict(one) for one in lags], indent=2) + "\n")
