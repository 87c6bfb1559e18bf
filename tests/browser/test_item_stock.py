"""One item's stock on a page of its own, tills' leases, and a count that is opened at the till: by hand, checked against the API."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Route, expect

from portico.app.demo.catalogue import gtin
from portico.platform import clock
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, TABLET, Sight, changing, opened
from tests.browser.test_stockroom import LAMP, MUG, UNKNOWN, all_adds_up, asking, at_store

pytestmark = pytest.mark.browser

COFFEE, ARC_LAMP, CUSHION = "PAN-MANA-BEA", "LGT-PONT-BLA", "TXT-CAMP-SAG"


async def whole(client: httpx.AsyncClient, sku: str) -> dict[str, Any]:
    return (await client.get(f"/v1/stock/variants/{sku}")).raise_for_status().json()


async def test_a_name_in_the_grid_leads_to_the_items_stock_which_stays_current(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "till", url=demo.url, size=TABLET) as till,
        asking(demo) as client,
    ):
        store = demo.seeded.till_code.partition("-")[0]
        lamps = await at_store(client, demo, LAMP)
        await people.sign_in_with_password(office, demo.seeded.manager)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await office.open(f"/office/stock?q={LAMP}")
        # Keys alone: left of the first number stands the name; up and down stay among names; Enter opens.
        await office.css('[data-cell="1:0"]').click()
        await office.page.keyboard.press("ArrowLeft")
        await expect(office.css('[data-name="1"]')).to_be_focused()
        await office.page.keyboard.press("ArrowUp")
        await expect(office.css('[data-name="0"]')).to_be_focused()
        await office.page.keyboard.press("ArrowRight")
        await expect(office.css('[data-cell="0:0"]')).to_be_focused()
        await office.page.keyboard.press("ArrowLeft")
        sku = await office.css("[data-testid=stock-line]").first.get_attribute("data-sku") or ""
        await office.page.keyboard.press("Enter")
        await expect(office.css("h1")).to_be_visible()
        await expect(office.id("item-stock")).to_contain_text(sku)

        await office.open(f"/office/items/{demo.seeded.walk_slugs[0]}")
        await office.id("to-stock").click()
        row = office.css(f'[data-testid=standing-row][data-place="{store}"]')
        await expect(row.locator("[data-figure=on_hand]")).to_have_attribute("data-value", str(lamps["on_hand"]))
        found = await whole(client, LAMP)
        here = next(one for one in found["locations"] if one["location_code"] == store)
        await expect(row.locator("[data-figure=confidence]")).to_contain_text(
            f"{round(here['confidence'] * 100)} % sure"
        )
        await expect(office.id("total-on_hand")).to_have_attribute("data-value", str(found["total"]["on_hand"]))
        held = (await client.get("/v1/stock/holdings", params={"variant": found["variant"]["id"]})).json()["items"]
        if held:
            await expect(office.id("holder")).to_have_count(len(held))
        await office.live()

        # Sold at the till: the office sees it without a reload, the movement with the order's own label among it.
        await till.id("scan").fill(LAMP)
        await till.id("scan").press("Enter")
        await expect(till.id("line")).to_have_count(1)
        await till.id("pay").click()
        sight = f'[data-place="{store}"] [data-figure=on_hand][data-value="{lamps["on_hand"] - 1}"]'
        async with changing(
            "sold", till, write="POST /v1/checkouts/[^/]+/complete", seen={office: Sight(sight)}, lags=[]
        ):
            await till.id("complete").click()
        order = await till.id("receipt").get_attribute("data-order")
        label = (await client.get(f"/v1/orders/{order}")).json()["label"]
        await expect(office.id("last-movements").get_by_test_id("movement").first).to_contain_text(label)

        # One place only, by pressing its name; the address keeps it.
        await row.get_by_role("button").click()
        await expect(office.id("standing-row")).to_have_count(1)
        assert f"place={here['location_id']}" in office.page.url
        await all_adds_up(demo, office, till)


async def test_limits_on_promises_ahead_are_set_and_ended(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "other", url=demo.url, size=PHONE) as other,
        asking(demo) as client,
    ):
        await people.sign_in_with_password(office, demo.seeded.manager)
        await people.sign_in_with_password(other, demo.seeded.merchandiser)
        variant = (await whole(client, CUSHION))["variant"]["id"]
        await office.open(f"/office/stock/{CUSHION}")
        await other.open(f"/office/stock/{variant}")
        await expect(other.id("item-stock")).to_contain_text("Nothing may be promised ahead")
        await other.live()

        async def limits() -> list[tuple[int, str, str]]:
            page = (await client.get("/v1/stock/backorders", params={"variant": variant})).json()["items"]
            return [(one["units_max"], one["expected_on"], one["kind"]) for one in page]

        # Each field says what is wrong with it, and nothing is written until all are right.
        await office.id("add-ahead").click()
        await office.id("save-ahead").click()
        dialog = office.id("ahead-dialog")
        for words in ("Choose a place", "A whole number from 0", "Say when it is expected"):
            await expect(dialog).to_contain_text(words)
        for wrong in ("-1", "1.5", "many", "1000000001"):
            await office.id("ahead-units").fill(wrong)
            await expect(dialog).to_contain_text("A whole number from 0")
        await office.id("ahead-units").fill("7")
        await expect(dialog).not_to_contain_text("A whole number from 0")
        await office.id("ahead-day").fill("2020-01-01")
        await expect(dialog).to_contain_text("That day is past")
        await office.id("save-ahead").click()
        assert await limits() == []
        day = (clock.now() + timedelta(days=20)).date().isoformat()
        await office.id("ahead-day").fill(day)
        await office.id("ahead-kind").select_option("preorder")
        await office.id("ahead-place").select_option(label="Madrid Fuencarral")
        seen = {other: Sight("[data-testid=ahead-limit]", "7")}
        async with changing("limit", office, write="PUT /v1/stock/backorders", seen=seen, lags=[]):
            await office.id("save-ahead").click()
        assert await limits() == [(7, day, "preorder")]

        await office.id("edit-ahead").click()
        await expect(office.id("ahead-place")).to_be_disabled()
        await office.id("ahead-units").fill("0")
        await office.id("save-ahead").click()
        await expect(office.id("ahead-row")).to_have_count(0)
        assert await limits() == [(0, day, "preorder")]
        await all_adds_up(demo, office, other)


async def test_a_lot_is_traced_from_the_roaster_to_the_buyer(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        await people.sign_in_with_password(office, demo.seeded.manager)
        variant = (await whole(client, COFFEE))["variant"]["id"]
        lots = (await client.get("/v1/stock/lots", params={"variant": variant, "limit": 1000})).json()["items"]
        await office.open(f"/office/stock/{COFFEE}")
        await expect(office.id("lot").first).to_contain_text("Past its date")
        roasted = next(one["lot"] for one in lots if one["lot"].startswith("ES"))
        await office.css(f'[data-testid=lot][data-name="{roasted}"]').first.get_by_test_id("trace").click()
        steps = office.id("traced").get_by_test_id("movement")
        told = (await client.get("/v1/stock/trace", params={"variant": variant, "lot": roasted})).json()["items"]
        await expect(steps).to_have_count(len(told))
        await expect(steps.first).to_contain_text("supplier")
        sold = next(one for one in told if one["to_state"] == "customer")
        label = (await client.get(f"/v1/orders/{sold['reference']}")).json()["label"]
        await steps.filter(has_text="customer").get_by_role("link", name=label).click()
        await office.page.wait_for_url(f"**/orders/{sold['reference']}")

        # One that is not there is said so; a name that no barcode can hold is not asked for.
        await office.open(f"/office/stock/{ARC_LAMP}")
        await office.id("trace-name").fill("NO-SUCH")
        await office.id("trace-go").click()
        await expect(office.id("trace-dialog")).to_contain_text("Nothing moved under this name")
        await office.page.keyboard.press("Escape")
        await office.id("trace-name").fill("X" * 21)
        await office.id("trace-go").click()
        await expect(office.id("item-stock")).to_contain_text("20 characters at most")
        await expect(office.id("trace-dialog")).to_have_count(0)
        await all_adds_up(demo, office)


async def test_a_lease_that_will_not_come_back_is_given_up_for_a_reason(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "other", url=demo.url, size=PHONE) as other,
        asking(demo) as client,
    ):
        await people.sign_in_with_password(office, demo.seeded.manager)
        await people.sign_in_with_password(other, demo.seeded.merchandiser)
        await office.id("nav-s").click()
        await office.id("tab-leases").click()
        await other.open("/office/stock/leases")
        # The manager sees her own store's; who is of no place sees all, what is overdue first.
        await expect(office.id("lease")).to_have_count(2)
        await expect(other.id("lease")).to_have_count(8)
        await other.live()
        overdue = office.css("[data-testid=lease][data-overdue=true]")
        running = office.css("[data-testid=lease][data-overdue=false]")
        await expect(running).to_contain_text("sold of 1 of 4")
        await running.get_by_test_id("lease-lines").click()
        await expect(office.id("leased-line")).to_have_count(4)
        await expect(office.id("leased-sold").first).to_have_text("1")
        await expect(running.get_by_test_id("abandon")).to_have_count(0)

        (lease,) = [one for one in (await client.get("/v1/leases")).json()["items"] if one["overdue"]]
        lines = (await client.get(f"/v1/leases/{lease['id']}")).json()["lines"]
        variant = {"variant": lines[0]["variant_id"]}

        async def holders() -> set[str]:
            page = await client.get("/v1/stock/holdings", params=variant)
            return {one["holder"] for one in page.json()["items"]}

        assert lease["id"] in await holders()
        await overdue.get_by_test_id("abandon").click()
        await office.id("confirm-abandon").click()
        await expect(office.id("abandon-dialog")).to_contain_text("Say why, in a few words")
        await office.id("abandon-note").fill("x" * 201)
        await expect(office.id("abandon-dialog")).to_contain_text("200 characters at most")
        await office.id("abandon-note").fill("Till stolen")
        seen = {other: Sight(f"[data-testid=lease][data-till={lease['till_code']}][data-overdue=true]", gone=True)}
        async with changing("abandoned", office, write="POST /v1/leases/[^/]+/abandon", seen=seen, lags=[]):
            await office.id("confirm-abandon").click()
        await expect(overdue).to_have_count(0)
        assert lease["id"] not in await holders()
        await office.id("leases-settled").click()
        await expect(office.id("lease")).to_contain_text("Till stolen")
        await all_adds_up(demo, office, other)


async def test_a_count_is_opened_at_the_till_by_scanner_alone(browser: Browser, demo: Demo) -> None:
    """On a phone: the first scan begins it, on the stockroom's own page. The answer to opening is lost once, and no second count
    is opened."""
    async with opened(browser, "till", url=demo.url, size=PHONE) as till, asking(demo) as client:
        lamps = await at_store(client, demo, LAMP)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.id("tab-stockroom").click()
        await expect(till.id("count")).to_have_count(1)
        await people.scan(till, gtin(LAMP))
        await expect(till.id("figure")).to_have_text("1")
        for number in range(2, lamps["on_hand"] + 1):
            await people.scan(till, gtin(LAMP))
            await expect(till.id("figure")).to_have_text(str(number))
        await people.scan(till, UNKNOWN)
        await expect(till.css("[data-testid=said][role=alert]")).to_contain_text(UNKNOWN)
        await people.scan(till, gtin(MUG))
        await people.scan(till, gtin(CUSHION))
        await expect(till.id("new-line")).to_have_count(3)
        await till.css(f'li:has([data-sku="{CUSHION}"])').get_by_test_id("remove-line").click()
        # A lamp with a number of its own: asked for where the code says none, and counted once only.
        await people.scan(till, gtin(ARC_LAMP))
        await till.id("known-lot").first.click()
        await expect(till.id("figure")).to_have_text("1")
        serial = await arc_lamp(client, lamps["location_id"])
        await people.scan(till, f"]d201{gtin(ARC_LAMP).zfill(14)}21{serial}")
        await expect(till.id("said")).to_contain_text("counted already")

        # What was scanned is kept while somebody looks elsewhere.
        await till.id("tab-stockroom").click()
        await till.id("resume-count").click()
        await expect(till.id("new-count-lines")).to_have_attribute("data-count", "3")

        async def swallow(route: Route) -> None:
            await route.fetch()
            await route.abort("connectionreset")

        await till.page.route("**/v1/counts", swallow)
        await till.id("open-new-count").click()
        await expect(till.id("tally-waiting")).to_be_visible(timeout=15_000)
        await till.page.unroute("**/v1/counts")
        await till.id("tally-waiting").get_by_role("button").click()
        await expect(till.id("shelf-line")).to_have_count(3)
        count_id = till.page.url.rpartition("/")[2]
        place = {"location": lamps["location_id"]}
        assert len((await client.get("/v1/counts", params=place)).json()["items"]) == 2
        made = (await client.get(f"/v1/counts/{count_id}")).json()
        assert made["blind"] and made["state"] == "open"
        found = {line["variant_id"]: (line["counted"], line["variance"]) for line in made["lines"]}
        names = {LAMP: lamps["on_hand"], MUG: 1, ARC_LAMP: 1}
        for sku, counted in names.items():
            assert found[(await whole(client, sku))["variant"]["id"]][0] == counted
        await expect(till.css(f'[data-testid=shelf-line][data-sku="{LAMP}"]')).to_contain_text("Counted already")
        await expect(till.css(f'[data-testid=shelf-line][data-sku="{MUG}"]')).to_contain_text("Count again")
        till.problems.clear()  # a code that nobody knows, and an answer that was lost on purpose
        await all_adds_up(demo, till)


async def arc_lamp(client: httpx.AsyncClient, location_id: str) -> str:
    variant = (await whole(client, ARC_LAMP))["variant"]["id"]
    page = await client.get("/v1/stock/lots", params={"variant": variant, "location": location_id})
    return next(one["serial"] for one in page.json()["items"] if one["state"] == "on_hand")


async def test_a_count_from_a_list_finds_what_is_gone_and_can_be_given_up(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "till", url=demo.url, size=TABLET) as till, asking(demo) as client:
        lamps = await at_store(client, demo, LAMP)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.id("tab-stockroom").click()
        await till.id("new-count").click()
        await till.id("by-list").click()
        await people.scan(till, gtin(LAMP))
        await people.scan(till, gtin(LAMP))
        await expect(till.id("said")).to_contain_text("On the list already")
        await till.id("add-category").click()
        await till.css("[data-testid=category][data-slug=pantry]").click()
        await expect(till.id("new-line").nth(1)).to_be_visible()
        lines = int(await till.id("new-count-lines").get_attribute("data-count") or 0)
        await till.id("open-new-count").click()
        await expect(till.id("shelf-line")).to_have_count(lines)
        count_id = till.page.url.rpartition("/")[2]
        made = (await client.get(f"/v1/counts/{count_id}")).json()
        assert all(line["counted"] is None for line in made["lines"])

        # None of the lamps, and of the coffee some of one lot.
        await till.css(f'[data-testid=shelf-line][data-sku="{LAMP}"]').click()
        await till.id("set-number").click()
        await till.css(f'[data-testid=shelf-line][data-sku="{COFFEE}"]').click()
        await till.id("known-lot").last.click()
        for digit in "750":
            await till.id(f"key-{digit}").click()
        await till.id("set-number").click()
        await till.id("save-count").click()
        await expect(till.css(f'[data-testid=shelf-line][data-sku="{LAMP}"]')).to_contain_text("Count again")
        lines_now = (await client.get(f"/v1/counts/{count_id}")).json()["lines"]
        lamp, coffee = [
            next(line for line in lines_now if line["variant_id"] == found["variant"]["id"])
            for found in (await whole(client, LAMP), await whole(client, COFFEE))
        ]
        assert (lamp["counted"], lamp["variance"]) == (0, -lamps["on_hand"])
        assert coffee["counted"] == 750

        await till.id("give-up").click()
        await till.id("confirm-give-up").click()
        await expect(till.css(".foot")).to_contain_text("Given up")
        assert (await client.get(f"/v1/counts/{count_id}")).json()["state"] == "canceled"
        assert (await at_store(client, demo, LAMP))["on_hand"] == lamps["on_hand"]
        await all_adds_up(demo, till)
