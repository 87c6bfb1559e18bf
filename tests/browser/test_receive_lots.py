"""Lots and serial numbers come in: by scanner and by hand at a till, line by line in the office, and in a count there. What the
screens say is checked against the lots the API has, and the ledger is added up at the end."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Route, expect

from portico.app.demo.catalogue import gtin
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, TABLET, Screen, opened
from tests.browser.test_stockroom import MUG, all_adds_up, asking, at_store

pytestmark = pytest.mark.browser

COFFEE, LAMP = "PAN-MANA-BEA", "LGT-PONT-BLA"
LATER = date.today() + timedelta(days=200)


async def ids(client: httpx.AsyncClient, sku: str) -> str:
    found = (await client.get("/v1/scans", params={"code": sku})).raise_for_status().json()
    return str(found["variant"]["id"])


async def announced(client: httpx.AsyncClient, place: str, reference: str, **quantities: int) -> str:
    """A wholesaler's delivery of so many by name: `coffee` by the gram, `lamps` and `mugs`."""
    skus = {"coffee": COFFEE, "lamps": LAMP, "mugs": MUG}
    lines = [{"variant_id": await ids(client, skus[name]), "quantity": many} for name, many in quantities.items()]
    new = {"location_id": place, "supplier": "Almacenes Sur", "reference": reference, "lines": lines}
    return str((await client.post("/v1/inbounds", json=new)).raise_for_status().json()["head"]["id"])


async def there(client: httpx.AsyncClient, sku: str, place: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Lots and numbers at a place, by name and state."""
    query = {"variant": await ids(client, sku), "location": place, "limit": 1000}
    page = (await client.get("/v1/stock/lots", params=query)).raise_for_status().json()["items"]
    return {(one["serial"] or one["lot"], one["state"]): one for one in page}


def line(screen: Screen, sku: str, kind: str = "receive-line"):  # type: ignore[no-untyped-def]
    return screen.css(f'[data-testid={kind}][data-sku="{sku}"]')


def symbol(sku: str, rest: str) -> str:
    return f"]d201{gtin(sku).zfill(14)}{rest}"


async def test_a_till_receives_lots_and_numbers(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "till", url=demo.url, size=TABLET) as till, asking(demo) as client:
        place = (await at_store(client, demo, MUG))["location_id"]
        inbound = await announced(client, place, "AS-1", coffee=3_000, lamps=3, mugs=2)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.open(f"/pos/stockroom/receive/{inbound}")
        await expect(till.id("receive-line")).to_have_count(3)

        # A symbol that says all is taken in under it; a plain code of the same thing asks.
        await people.scan(till, symbol(COFFEE, f"17{LATER:%y%m%d}10L-ONE"))
        await expect(till.id("said")).to_contain_text("L-ONE")
        await people.scan(till, gtin(COFFEE))
        await till.id("lot-take").click()
        await expect(till.id("lot-name")).to_have_attribute("aria-invalid", "true")
        await till.id("lot-name").fill("X" * 21)
        await expect(till.id("lot-dialog")).to_contain_text("20 characters at most")
        await till.id("lot-name").fill("L-TWO")
        await till.id("lot-expires").fill(f"{LATER:%Y-%m-%d}")
        await till.id("lot-take").click()
        await expect(till.id("figure")).to_contain_text("2 / 3")
        await expect(line(till, COFFEE)).to_contain_text("L-ONE")
        await expect(line(till, COFFEE)).to_contain_text("L-TWO")
        # Some of a lot came broken; what was too much is taken back.
        await till.id("mode-damaged").click()
        await people.scan(till, symbol(COFFEE, "10L-TWO"))
        await people.scan(till, symbol(COFFEE, "10L-TWO"))
        await expect(till.id("said")).to_contain_text("1 kg too many")
        await till.id("undo").click()
        await expect(line(till, COFFEE)).to_contain_text("3 / 3")

        # A number is one lamp's: scanned twice it is told, whole or broken.
        await people.scan(till, symbol(LAMP, "21SN-901"))
        await till.id("mode-whole").click()
        await people.scan(till, symbol(LAMP, "21SN-901"))
        await expect(till.id("said")).to_contain_text("SN-901 was scanned already")
        await people.scan(till, symbol(LAMP, "21SN-902"))
        await people.scan(till, symbol(LAMP, "21WRONG"))
        await line(till, LAMP).click()
        await till.id("taken-lot").filter(has_text="WRONG").get_by_test_id("forget-lot").click()
        await till.id("lot-name").fill("SN-901")
        await till.id("lot-take").click()
        await expect(till.id("said")).to_contain_text("SN-901 was scanned already")
        await expect(line(till, LAMP)).to_contain_text("2 / 3")
        await people.scan(till, gtin(MUG))

        before = await there(client, COFFEE, place)
        await till.id("close-inbound").click()
        for words in ("1 missing", "1 kg damaged"):
            await expect(till.id("close-dialog")).to_contain_text(words)
        await till.id("confirm-close").click()
        await expect(till.id("close-dialog")).to_have_count(0)
        await expect(till.id("new-count")).to_be_visible()
        coffee, lamps = await there(client, COFFEE, place), await there(client, LAMP, place)
        assert ("L-ONE", "on_hand") not in before
        for name in (("L-ONE", "on_hand"), ("L-TWO", "on_hand"), ("L-TWO", "damaged")):
            assert (coffee[name]["quantity"], coffee[name]["expires_on"]) == (1_000, LATER.isoformat())
        assert ("SN-901", "damaged") in lamps and ("SN-902", "on_hand") in lamps and ("WRONG", "on_hand") not in lamps
        await all_adds_up(demo, till)


async def test_lots_tallied_without_a_line_are_booked_once(browser: Browser, demo: Demo) -> None:
    """On a phone: without a connection the plain code and a typed number are enough; the answer is lost, and asked for again."""
    async with opened(browser, "till", url=demo.url, size=PHONE) as till, asking(demo) as client:
        place = (await at_store(client, demo, MUG))["location_id"]
        inbound = await announced(client, place, "AS-2", coffee=2_000, lamps=2)
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.open(f"/pos/stockroom/receive/{inbound}")
        await expect(till.id("receive-line")).to_have_count(2)
        await till.page.context.set_offline(True)
        await expect(till.id("scan-offline")).to_be_visible()
        for number in ("SN-911", "SN-912"):
            await people.scan(till, gtin(LAMP))
            await till.id("lot-name").fill(number)
            await till.id("lot-name").press("Enter")
        await expect(line(till, LAMP)).to_contain_text("2 / 2")
        await people.scan(till, gtin(COFFEE))
        await till.id("lot-name").fill("L-OFF")
        await till.id("lot-take").click()
        await till.page.context.set_offline(False)
        await till.open(f"/pos/stockroom/receive/{inbound}")
        await expect(till.id("receive-line").first).to_be_visible()  # scans before that are nobody's
        await expect(line(till, LAMP)).to_contain_text("SN-911 · SN-912")
        # By hand: how many of a lot there are.
        await line(till, COFFEE).click()
        await till.id("lot-name").fill("L-OFF")
        await till.id("lot-take").click()
        for digit in "1750":
            await till.id(f"key-{digit}").click()
        await till.id("set-number").click()
        await expect(line(till, COFFEE)).to_contain_text("1.75 / 2")

        async def swallow(route: Route) -> None:
            await route.fetch()
            await route.abort("connectionreset")

        await till.page.route("**/v1/inbounds/*/receive", swallow)
        await till.id("book").click()
        await expect(till.id("tally-waiting")).to_be_visible(timeout=15_000)
        await till.page.unroute("**/v1/inbounds/*/receive")
        await till.open(f"/pos/stockroom/receive/{inbound}")
        await expect(till.id("receive-line").first).to_be_visible()  # scans before that are nobody's
        await till.id("tally-waiting").get_by_role("button").click()
        await expect(till.id("tally-waiting")).to_have_count(0)
        await expect(line(till, LAMP)).to_contain_text("Complete")
        coffee, lamps = await there(client, COFFEE, place), await there(client, LAMP, place)
        assert coffee["L-OFF", "on_hand"]["quantity"] == 1_750
        assert {("SN-911", "on_hand"), ("SN-912", "on_hand")} <= set(lamps)

        # A number that is in stock is refused by the server, which says why; the tally is as it was, to be put right.
        await people.scan(till, symbol(LAMP, "21SN-911"))
        await till.id("book").click()
        await expect(till.id("toast").filter(has_text="SN-911")).to_have_count(1)
        await line(till, LAMP).click()
        await till.id("forget-lot").click()
        till.problems.clear()  # lines that were lost on purpose, and an answer of 409
        await all_adds_up(demo, till)


async def test_the_office_takes_in_lots_line_by_line(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        place = (await at_store(client, demo, MUG))["location_id"]
        inbound = await announced(client, place, "AS-3", coffee=3_000, lamps=3, mugs=2)
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open(f"/office/receiving/{inbound}")
        await expect(office.id("inbound-line")).to_have_count(3)
        await office.id("as-announced").click()
        await expect(office.id("toast").filter(has_text="2 items need their lots")).to_have_count(1)
        await expect(line(office, MUG, "inbound-line").get_by_test_id("now-whole")).to_have_value("2")

        await line(office, COFFEE, "inbound-line").get_by_test_id("enter-lots").click()
        row = office.id("lot-row")
        await expect(row).to_have_count(1)
        await row.get_by_test_id("row-whole").fill("many")
        await expect(office.id("lot-editor")).to_contain_text("Not a number here")
        await row.get_by_test_id("row-whole").fill("1.5")
        await office.id("lots-done").click()
        await expect(office.id("lot-editor")).to_contain_text("Scan or type the lot")
        await row.get_by_test_id("row-lot").fill("O-ONE")
        await row.get_by_test_id("row-expires").fill(f"{LATER:%Y-%m-%d}")
        await office.id("add-lot").click()
        await row.nth(1).get_by_test_id("row-lot").fill("O-ONE")
        await office.id("lots-done").click()
        await expect(office.id("lot-editor")).to_contain_text("O-ONE is there twice")
        await row.nth(1).get_by_test_id("row-lot").fill("O-TWO")
        await expect(office.id("lot-editor")).to_contain_text("How many?")
        await row.nth(1).get_by_test_id("row-whole").fill("0.5")
        await row.nth(1).get_by_test_id("row-damaged").fill("0.25")
        await expect(office.id("lot-total")).to_contain_text("2.25 of 3 kg")
        await office.id("lots-done").click()
        coffee = line(office, COFFEE, "inbound-line")
        await expect(coffee).to_contain_text("O-ONE: 1.5 kg")
        await expect(coffee).to_contain_text("0.75 kg still to come")

        await line(office, LAMP, "inbound-line").get_by_test_id("enter-lots").click()
        await office.id("serials-whole").fill(f"SN-921\nSN-922\n\nSN-921\n{'9' * 21}")
        await expect(office.id("lot-fault")).to_have_count(2)
        await office.id("lots-done").click()
        await expect(office.id("lot-editor")).to_be_visible()
        await office.id("serials-whole").fill(f"SN-921\n{symbol(LAMP, '21SN-922')}")
        await office.id("serials-damaged").fill("SN-923")
        await office.id("lots-done").click()
        await expect(line(office, LAMP, "inbound-line")).to_contain_text("SN-923 (damaged)")
        await office.id("close-inbound").click()
        await expect(office.id("close-dialog")).to_contain_text("0.75 kg missing")
        await office.id("confirm-close").click()
        await expect(office.css("main")).to_contain_text("Closed")
        stock, lamps = await there(client, COFFEE, place), await there(client, LAMP, place)
        assert stock["O-ONE", "on_hand"]["quantity"] == 1_500 and stock["O-TWO", "damaged"]["quantity"] == 250
        assert stock["O-ONE", "on_hand"]["expires_on"] == LATER.isoformat()
        assert {("SN-921", "on_hand"), ("SN-922", "on_hand"), ("SN-923", "damaged")} <= set(lamps)
        await all_adds_up(demo, office)


async def test_a_transfer_offers_what_was_shipped(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "till", url=demo.url, size=PHONE) as till,
        asking(demo) as client,
    ):
        here = (await at_store(client, demo, MUG))["location_id"]
        page = (await client.get("/v1/inbounds", params={"location": here})).json()["items"]
        inbound = next(one["id"] for one in page if one["from_location_id"] and one["lines"] == 1)
        shipped = (await client.get(f"/v1/inbounds/{inbound}")).json()["lines"][0]["in_transit"]
        lot, before = shipped[0]["lot"], (await there(client, COFFEE, here)).get((shipped[0]["lot"], "on_hand"))
        assert sum(one["quantity"] for one in shipped) == 4_000
        await people.sign_in_at_till(till, demo.seeded.till_code, demo.seeded.cashier)
        await till.open(f"/pos/stockroom/receive/{inbound}")
        await expect(till.id("receive-line").first).to_be_visible()  # scans before that are nobody's
        await people.scan(till, gtin(COFFEE))
        await expect(till.id("known-lot")).to_have_count(1)
        await till.id("known-lot").click()
        await expect(till.id("figure")).to_contain_text("1 / 4")
        await till.id("book").click()
        await expect(till.id("toast").filter(has_text="Taken in")).to_have_count(1)

        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open(f"/office/transfers/{inbound}")
        await office.id("as-announced").click()
        await expect(office.id("inbound-line")).to_contain_text(f"{lot}: 3 kg")
        await office.css("button", has_text="Undo").click()
        await office.id("enter-lots").click()
        await office.id("as-shipped").click()
        await expect(office.id("row-whole")).to_have_value("3")
        await office.id("row-whole").fill("2.5")
        await office.id("row-damaged").fill("0.25")
        await office.id("lots-done").click()
        await office.id("close-inbound").click()
        await office.id("confirm-close").click()
        await expect(office.css("main")).to_contain_text("Closed")
        after = await there(client, COFFEE, here)
        assert after[lot, "on_hand"]["quantity"] == (before["quantity"] if before else 0) + 3_500
        assert after[lot, "damaged"]["quantity"] == 250
        assert (lot, "in_transit") not in after
        await all_adds_up(demo, office, till)


async def test_the_office_counts_lot_by_lot(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        place = (await at_store(client, demo, MUG))["location_id"]
        coffee, lamps = await there(client, COFFEE, place), await there(client, LAMP, place)
        shelf = sorted(one["lot"] for (_, state), one in coffee.items() if state == "on_hand")
        variants = [await ids(client, sku) for sku in (COFFEE, LAMP)]
        opening = {"location_id": place, "variant_ids": variants, "blind": True, "tolerance": 100_000}
        count = (await client.post("/v1/counts", json=opening)).raise_for_status().json()["id"]
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open(f"/office/counts/{count}")
        await expect(office.id("count-line")).to_have_count(2)
        await line(office, COFFEE, "count-line").get_by_test_id("enter-lots").click()
        rows = office.id("lot-row")
        await expect(rows).to_have_count(len(shelf))
        assert sorted([await one.input_value() for one in await office.id("row-lot").all()]) == shelf
        await rows.first.get_by_test_id("row-whole").fill("0.5")
        await office.id("add-lot").click()
        await rows.last.get_by_test_id("row-lot").fill("FOUND")
        await rows.last.get_by_test_id("row-whole").fill("2")
        await expect(office.id("lot-total")).to_contain_text("2.5 kg")
        await office.id("lots-done").click()
        await expect(line(office, COFFEE, "count-line").get_by_test_id("enter-lots")).to_contain_text("2.5 kg")

        await line(office, LAMP, "count-line").get_by_test_id("enter-lots").click()
        numbers = [name for name, state in lamps if state == "on_hand"]
        await office.id("serials-whole").fill("\n".join(numbers))
        await office.id("lots-done").click()
        await expect(line(office, LAMP, "count-line")).to_contain_text("As the books say")
        await office.id("approve").click()
        await office.id("confirm-approve").click()
        await expect(office.css("main")).to_contain_text("Approved")
        after = await there(client, COFFEE, place)
        assert after["FOUND", "on_hand"]["quantity"] == 2_000
        await all_adds_up(demo, office)
