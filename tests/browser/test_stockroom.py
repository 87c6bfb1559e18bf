"""The stockroom by hand: a delivery received by scanner at a till, a count opened, doubted, counted again and approved, numbers
typed and pasted into the grid. What the screens say is checked against the API, and the ledger is added up at the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from portico.app import verification
from portico.app.demo.catalogue import gtin
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, TABLET, Screen, Sight, changing, opened

pytestmark = pytest.mark.browser

LAMP, MUG = "LGT-ALBA-TER", "TBL-BARR-SKY"
UNKNOWN = "9780000000002"


@asynccontextmanager
async def asking(demo: Demo) -> AsyncIterator[httpx.AsyncClient]:
    """The API, as the store's manager has it."""
    async with httpx.AsyncClient(base_url=demo.url, headers={"Portico-Channel": "office"}, timeout=20) as client:
        login = {"email": demo.seeded.manager.name, "password": demo.seeded.manager.secret}
        (await client.post("/v1/auth/staff/password", json=login)).raise_for_status()
        yield client


async def at_store(client: httpx.AsyncClient, demo: Demo, sku: str, till: str = "") -> dict[str, Any]:
    """What stands at the cashier's store of a variant, or at another till's, state by state."""
    page = (await client.get("/v1/stock", params={"q": sku, "market": "es"})).raise_for_status().json()
    row = next(one for one in page["items"] if one["variant"]["sku"] == sku)
    store = (till or demo.seeded.till_code).partition("-")[0]
    return next(one for one in row["locations"] if one["location_code"] == store)


async def all_adds_up(demo: Demo, *screens: Screen, unknown: int = 0) -> None:
    """`unknown`: how many codes were scanned that nobody knows; a browser reports each answer of 404."""
    problems = [one for screen in screens for one in screen.problems]
    strange = [one for one in problems if "404" not in one]
    assert strange == [] and len(problems) == 2 * unknown, problems
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []


async def picked(screen: Screen, sku: str, quantity: str = "") -> None:
    """A line of a delivery or count, by its SKU and Enter."""
    lines = screen.css("[data-testid=picked-lines] li")
    before = await lines.count()
    await screen.id("line-item").fill(sku)
    await screen.id("line-item").press("Enter")
    await expect(lines).to_have_count(before + 1)
    if quantity:
        await screen.id("line-quantity").first.fill(quantity)


def cell(demo: Demo, sku: str) -> str:
    store = demo.seeded.till_code.partition("-")[0]
    return f'[data-testid=stock-line][data-sku="{sku}"] [data-place="{store}"]'


async def test_a_delivery_is_announced_received_by_scanner_and_closed(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "grid", url=demo.url, size=DESKTOP) as grid,
        opened(browser, "till", url=demo.url, size=TABLET) as till,
        asking(demo) as client,
    ):
        lamps, mugs = await at_store(client, demo, LAMP), await at_store(client, demo, MUG)
        await people.sign_in_with_password(office, demo.seeded.manager)
        await people.sign_in_with_password(grid, demo.seeded.manager)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.id("tab-stockroom").click()
        await till.live()
        await expect(till.id("inbound")).to_have_count(5)

        # Keys alone: g r goes to the deliveries, and the new one is at the till without a reload.
        await office.page.keyboard.press("g")
        await office.page.keyboard.press("r")
        await office.id("announce").click()
        await office.id("supplier").fill("Forja Arlés")
        await office.id("reference").fill("FA-77")
        await picked(office, LAMP, "4")
        await picked(office, MUG, "2")
        seen = {till: Sight("[data-testid=inbound]", "Forja Arlés")}
        async with changing("announced", office, write="POST /v1/inbounds", seen=seen, lags=[]):
            await office.id("confirm-inbound").click()
        await expect(office.id("inbound-line")).to_have_count(2)

        # By scanner: three whole, one broken, one too many taken back; a code that nobody knows is said aloud.
        await till.id("inbound").filter(has_text="Forja Arlés").click()
        await expect(till.id("receive-line")).to_have_count(2)
        for number in (1, 2, 3, 4):
            await people.scan(till, gtin(LAMP))
            await expect(till.id("figure")).to_have_text(f"{number} / 4")
        await till.id("undo").click()
        await people.scan(till, UNKNOWN)
        await expect(till.css("[data-testid=said][role=alert]")).to_contain_text(UNKNOWN)
        await people.scan(till, gtin("TXT-CAMP-SAG"))
        await expect(till.css("[data-testid=said][role=alert]")).to_contain_text("Not on this delivery")
        await till.id("mode-damaged").click()
        await people.scan(till, gtin(LAMP))
        await expect(till.id("figure")).to_have_text("4 / 4")
        await till.id("mode-whole").click()
        await people.scan(till, f"]d201{gtin(MUG).zfill(14)}3001")  # a GS1 symbol that says one
        await expect(till.id("figure")).to_have_text("1 / 2")

        await grid.open(f"/office/stock?q={LAMP}")
        await expect(grid.css(cell(demo, LAMP))).to_have_attribute("data-value", str(lamps["on_hand"]))
        await grid.live()
        await till.id("close-inbound").click()
        await expect(till.id("close-dialog")).to_contain_text("1 missing")
        await expect(till.id("close-dialog")).to_contain_text("1 damaged")
        seen = {grid: Sight(f'{cell(demo, LAMP)}[data-value="{lamps["on_hand"] + 3}"]')}
        async with changing("closed", till, write="POST /v1/inbounds/[^/]+/receive", seen=seen, lags=[]):
            await till.id("confirm-close").click()
        await expect(till.id("inbound")).to_have_count(5)
        await expect(office.css("main")).to_contain_text("Closed")

        after, then = await at_store(client, demo, LAMP), await at_store(client, demo, MUG)
        assert (after["on_hand"], after["damaged"]) == (lamps["on_hand"] + 3, lamps["damaged"] + 1)
        assert (then["on_hand"], then["damaged"]) == (mugs["on_hand"] + 1, mugs["damaged"])
        inbound_id = office.page.url.rpartition("/")[2].partition("?")[0]
        found = (await client.get(f"/v1/inbounds/{inbound_id}")).json()
        assert found["head"]["state"] == "closed"
        assert sorted((one["announced"], one["received"], one["damaged"]) for one in found["lines"]) == [
            (2, 1, 0), (4, 3, 1),
        ]  # fmt: skip
        await all_adds_up(demo, office, grid, till, unknown=1)


async def test_what_was_scanned_without_a_line_is_booked_once(browser: Browser, demo: Demo) -> None:
    """The answer is lost, the line is lost, the page is loaded anew: the three units come in once."""
    async with opened(browser, "till", url=demo.url, size=PHONE) as till, asking(demo) as client:
        lamps = await at_store(client, demo, LAMP)
        ids = (await client.get("/v1/scans", params={"code": LAMP})).json()["variant"]["id"]
        new = {
            "location_id": lamps["location_id"], "supplier": "Forja Arlés", "reference": "FA-78",
            "lines": [{"variant_id": ids, "quantity": 5}],
        }  # fmt: skip
        made = (await client.post("/v1/inbounds", json=new)).raise_for_status().json()
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.open(f"/pos/stockroom/receive/{made['head']['id']}")
        await expect(till.id("receive-line")).to_have_count(1)
        await till.page.context.set_offline(True)
        await expect(till.id("scan-offline")).to_be_visible()
        for number in (1, 2, 3):
            await people.scan(till, gtin(LAMP))
            await expect(till.id("figure")).to_have_text(f"{number} / 5")
        await till.page.context.set_offline(False)
        await till.open(f"/pos/stockroom/receive/{made['head']['id']}")
        await expect(till.id("receive-line")).to_contain_text("3 / 5")

        # The server takes it in, and nobody hears the answer.
        async def swallow(route: Any) -> None:
            await route.fetch()
            await route.abort("connectionreset")

        pattern = "**/v1/inbounds/*/receive"
        await till.page.route(pattern, swallow)
        await till.id("book").click()
        await expect(till.id("tally-waiting")).to_be_visible()
        await till.page.unroute(pattern)
        await till.open(f"/pos/stockroom/receive/{made['head']['id']}")
        await till.id("tally-waiting").get_by_role("button").click()
        await expect(till.id("tally-waiting")).to_have_count(0)
        await expect(till.id("receive-line")).to_contain_text("3 / 5")
        assert (await at_store(client, demo, LAMP))["on_hand"] == lamps["on_hand"] + 3
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []


async def test_a_transfer_is_shipped_and_received_with_differences(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        there_till = demo.seeded.other_till_code
        here, there = await at_store(client, demo, LAMP), await at_store(client, demo, LAMP, there_till)
        await people.sign_in_with_password(office, demo.seeded.merchandiser)
        await office.open(f"/office/transfers?place={here['location_id']}")
        await office.id("announce").click()
        await office.id("ship-to").select_option(there["location_id"])
        await office.id("reference").fill("T-1")
        await picked(office, LAMP, "3")
        await office.id("confirm-inbound").click()
        line = office.id("inbound-line")
        await expect(line).to_contain_text("3 still to come")
        on_its_way = await at_store(client, demo, LAMP, there_till)
        assert (await at_store(client, demo, LAMP))["on_hand"] == here["on_hand"] - 3
        assert on_its_way["in_transit"] == there["in_transit"] + 3 and on_its_way["on_hand"] == there["on_hand"]

        await line.get_by_test_id("now-whole").fill("1")
        await line.get_by_test_id("now-damaged").fill("1")
        await line.get_by_test_id("now-damaged").press("Tab")
        await office.id("close-inbound").click()
        for difference in ("1 missing", "1 damaged"):
            await expect(office.id("close-dialog")).to_contain_text(difference)
        await office.id("confirm-close").click()
        await expect(line).to_contain_text("1 missing")
        after = await at_store(client, demo, LAMP, there_till)
        assert after["in_transit"] == there["in_transit"]
        assert (after["on_hand"], after["damaged"]) == (there["on_hand"] + 1, there["damaged"] + 1)
        await all_adds_up(demo, office)


async def test_a_blind_count_is_opened_doubted_counted_again_and_approved(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "till", url=demo.url, size=TABLET) as till,
        asking(demo) as client,
    ):
        lamps, mugs = await at_store(client, demo, LAMP), await at_store(client, demo, MUG)
        await people.sign_in_with_password(office, demo.seeded.manager)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await office.id("nav-c").click()
        await office.id("open-count").click()
        await picked(office, LAMP)
        await picked(office, MUG)
        await expect(office.id("count-lines")).to_have_attribute("data-count", "2")
        await office.id("confirm-count").click()
        await expect(office.id("count-line")).to_have_count(2)
        await office.live()
        count_id = office.page.url.rpartition("/")[2].partition("?")[0]

        await till.id("tab-stockroom").click()
        await till.id("count").filter(has_text="2 items").click()
        await expect(till.id("shelf-line")).to_have_count(2)
        fewer = lamps["on_hand"] - 2
        for _ in range(fewer):
            await people.scan(till, gtin(LAMP))
        await expect(till.id("figure")).to_have_text(str(fewer))
        # Nothing of what the books say is anywhere on the screen of who counts.
        assert await till.css(f"text=/\\b{lamps['on_hand']}\\b/").count() == 0
        await till.id("shelf-line").filter(has_text=MUG).click()
        for digit in str(mugs["on_hand"]):
            await till.id(f"key-{digit}").click()
        await till.id("set-number").click()
        seen = {office: Sight("[data-testid=progress][data-done='2'][data-all='2']")}
        async with changing("counted", till, write="POST /v1/counts/[^/]+/found", seen=seen, lags=[]):
            await till.id("save-count").click()
        lamp_line = till.id("shelf-line").filter(has_text=LAMP)
        await expect(lamp_line).to_contain_text("Count again")
        await expect(office.id("approve")).to_be_disabled()
        await expect(office.id("count-line").filter(has_text=LAMP).get_by_test_id("variance")).to_have_text("-2")

        # Somebody looks again, and finds the same.
        await lamp_line.click()
        for digit in str(fewer):
            await till.id(f"key-{digit}").click()
        await till.id("set-number").click()
        await till.id("save-count").click()
        await expect(lamp_line).to_contain_text("Counted already")
        assert (await at_store(client, demo, LAMP))["on_hand"] == lamps["on_hand"]
        await expect(office.id("approve")).to_be_enabled()
        await office.id("approve").click()
        await expect(office.id("approve-dialog")).to_contain_text(f"{lamps['on_hand']} → {fewer}")
        seen = {till: Sight(".foot", "Approved")}
        async with changing("approved", office, write="POST /v1/counts/[^/]+/approve", seen=seen, lags=[]):
            await office.id("confirm-approve").click()
        assert (await at_store(client, demo, LAMP))["on_hand"] == fewer
        assert (await at_store(client, demo, MUG))["on_hand"] == mugs["on_hand"]
        assert (await client.get(f"/v1/counts/{count_id}")).json()["state"] == "approved"
        await all_adds_up(demo, office, till)


async def test_numbers_are_typed_copied_and_pasted_into_the_grid(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open(f"/office/stock?q={LAMP}")
        lamps = await at_store(client, demo, LAMP)
        lines = office.id("stock-line")
        await expect(lines).to_have_count(3)
        skus = [await one.get_attribute("data-sku") or "" for one in await lines.all()]
        keys = office.page.keyboard
        lamp_cell = office.css(cell(demo, LAMP))

        # A digit begins, Escape gives up, Enter keeps: the number on hand, whatever it was.
        await lamp_cell.click()
        await keys.press("9")
        await keys.press("Escape")
        await expect(lamp_cell).to_have_attribute("data-value", str(lamps["on_hand"]))
        await keys.type("25")
        await keys.press("Enter")
        await expect(lamp_cell).to_have_attribute("data-value", "25")
        assert (await at_store(client, demo, LAMP))["on_hand"] == 25

        # The dry run says what a block would do, and nothing is done until it is agreed to.
        before = [await at_store(client, demo, sku) for sku in skus]
        await lamp_cell.click()
        await people.paste(office, f"{before[0]['on_hand'] + 4}\nmany\n{before[2]['on_hand']}\n8")
        dry = office.id("dry-run")
        for name, number in (("changes", 1), ("same", 1), ("faults", 1)):
            await expect(dry).to_have_attribute(f"data-{name}", str(number))
        await expect(dry).to_contain_text("1 cell outside the grid")
        assert [await at_store(client, demo, sku) for sku in skus] == before
        await office.id("apply-paste").click()
        await expect(lamp_cell).to_have_attribute("data-value", str(before[0]["on_hand"] + 4))
        after = [await at_store(client, demo, sku) for sku in skus]
        assert [one["on_hand"] for one in after] == [before[0]["on_hand"] + 4, *(one["on_hand"] for one in before[1:])]

        # A copied block is what a spreadsheet reads.
        await lamp_cell.click()
        await keys.press("Shift+ArrowDown")
        copied = await office.page.evaluate(
            """() => {
              const clipboardData = new DataTransfer()
              document.activeElement.dispatchEvent(new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true }))
              return clipboardData.getData('text/plain')
            }"""
        )
        assert copied == "\n".join(str(one["on_hand"]) for one in after[:2])

        # A reason that only adds does not take away.
        await office.id("grid-reason").select_option("received")
        await lamp_cell.click()
        await keys.type(str(after[0]["on_hand"] - 1))
        await keys.press("Enter")
        await expect(office.id("toast").filter(has_text="only goes the other way")).to_have_count(1)
        assert (await at_store(client, demo, LAMP))["on_hand"] == after[0]["on_hand"]
        await all_adds_up(demo, office)


async def test_a_selling_rule_is_added_edited_and_deleted(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.id("nav-p").click()
        rules = office.id("rule")
        await expect(rules.first).to_be_visible()
        before = await rules.count()

        async def safeties() -> list[int]:
            page = (await client.get("/v1/stock/policies", params={"limit": 400})).json()["items"]
            return [one["safety"] for one in page if one["channel"] == "pos" and one["safety"] is not None]

        assert await safeties() == []
        await office.id("add-rule").click()
        await office.id("rule-channel").select_option("pos")
        await expect(office.id("save-rule")).to_be_disabled()
        await office.id("rule-safety").fill("2")
        await office.id("save-rule").click()
        await expect(rules).to_have_count(before + 1)
        assert await safeties() == [2]
        mine = rules.filter(has_text="2 kept back")
        await mine.get_by_test_id("edit-rule").click()
        await office.id("rule-safety").fill("3")
        await office.id("save-rule").click()
        await expect(rules.filter(has_text="3 kept back")).to_have_count(1)
        assert await safeties() == [3]
        await rules.filter(has_text="3 kept back").get_by_test_id("drop-rule").click()
        await expect(rules).to_have_count(before)
        assert await safeties() == []
        await all_adds_up(demo, office)
