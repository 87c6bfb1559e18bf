"""Calendars, bookings, carriers, holidays and orders that cannot be sent, by hand in the office. What the screens say is
checked against the API; what is wrong is said at the field it is about."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from portico.app import verification
from portico.platform.db import connect
from tests.browser import people
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, Screen, Sight, changing, opened
from tests.browser.test_stockroom import asking

pytestmark = pytest.mark.browser


async def all_adds_up(demo: Demo, *screens: Screen, refused: tuple[str, ...] = ()) -> None:
    """`refused` are the answers that were provoked; a browser reports each of them as an error."""
    strange = [one for screen in screens for one in screen.problems if not any(code in one for code in refused)]
    assert strange == []
    async with connect(demo.database_url, connections_max=2) as database:
        assert await verification.differences(database) == []


async def said(screen: Screen, testid: str) -> str:
    """What stands at a field as wrong."""
    field = screen.id(testid).first
    await expect(field).to_have_attribute("aria-invalid", "true")
    note = await field.get_attribute("aria-describedby") or ""
    return await screen.page.locator(f'[id="{note}"]').inner_text()


def in_days(days: int) -> str:
    """A day to come that is no Sunday."""
    day = datetime.now(UTC).date() + timedelta(days=days)
    return (day + timedelta(days=1) if day.isoweekday() == 7 else day).isoformat()


def clocks_forward() -> str:
    """The next day on which Madrid has no half past two at night."""
    today = datetime.now(UTC).date()
    days = [date(year, 3, 31) for year in (today.year, today.year + 1)]
    return next(
        sunday.isoformat() for day in days if (sunday := day - timedelta(days=day.isoweekday() % 7)) > today
    )  # fmt: skip


async def resource_of(client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    found = (await client.get("/v1/resources", params={"resting": True})).raise_for_status().json()
    return next(one for one in found["items"] if one["code"] == code)


async def caller(screen: Screen, name: str) -> None:
    await screen.id("find-customer").fill(name)
    await screen.id("find-customer-option").first.click()
    await screen.id("whom").wait_for()


async def ask_for(screen: Screen, day: str, begins: str, until: str) -> None:
    await screen.id("book-day").fill(day)
    await screen.id("book-from").fill(begins)
    await screen.id("book-until").fill(until)


async def test_a_calendar_is_made_and_what_is_wrong_is_said_at_its_field(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open("/office/times/calendars")
        await office.id("add-resource").click()
        await office.id("resource-overbook").fill("101")
        await office.id("save-resource").click()
        assert await said(office, "resource-name") == "This is needed."
        assert "Letters, digits" in await said(office, "resource-code")
        assert await said(office, "resource-overbook") == "A whole number from 0 to 100."
        await office.id("resource-code").fill("FITTING")
        await office.id("resource-name").fill("Fitting room")
        await office.id("resource-overbook").fill("50")
        for field, wrong in (("lead", "soon"), ("horizon", "0"), ("hold", "1.5"), ("waitlist", "-1")):
            before = await office.id(f"resource-{field}").input_value()
            await office.id(f"resource-{field}").fill(wrong)
            assert "A whole number" in await said(office, f"resource-{field}"), field
            await office.id(f"resource-{field}").fill(before)
        monday = office.css("[data-testid=week] [data-day='1']")
        await monday.get_by_test_id("opens").fill("22:00")
        await expect(monday).to_contain_text("It must close after it opens.")
        await monday.get_by_test_id("opens").fill("10:00")
        await monday.get_by_test_id("capacity").fill("two")
        await expect(monday).to_contain_text("How much it takes")
        for each in await office.css("[data-testid=week] [data-testid=capacity]").all():
            await each.fill("2")
        await office.id("add-special").click()
        await office.id("save-resource").click()
        assert await office.css("[data-testid=special-days]").inner_text() != ""
        await expect(office.id("special-days")).to_contain_text("Choose the day.")
        await office.id("special-day").fill(in_days(20))
        await office.id("resource-waitlist").fill("1")
        await office.id("save-resource").click()
        await expect(office.css("[data-testid=resource-row][data-code=FITTING][aria-current]")).to_be_visible()
        made = await resource_of(client, "FITTING")
        assert (made["overbook_percent"], made["waitlist_max"], made["bucket_minutes"]) == (50, 1, 60)
        assert [one["hours"] for one in made["special_days"]] == [[]]
        assert {one["capacity"] for one in made["openings"]} == {2}

        # A day becomes as usual again, and the calendar rests.
        await office.id("special-days").get_by_label("Remove").first.click()
        await office.id("resource-active").uncheck()
        await office.id("save-resource").click()
        await expect(office.css("[data-testid=resource-row][data-code=FITTING]")).to_contain_text("Resting")
        made = await resource_of(client, "FITTING")
        assert made["special_days"] == [] and made["active"] is False
        await all_adds_up(demo, office)


async def test_a_caller_is_booked_moved_confirmed_and_canceled(browser: Browser, demo: Demo) -> None:
    store, day = demo.seeded.till_code.partition("-")[0], in_days(6)
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "other", url=demo.url, size=DESKTOP) as other,
        asking(demo) as client,
    ):
        advice = await resource_of(client, f"{store}-appointment")
        await people.sign_in_with_password(office, demo.seeded.manager)
        await people.sign_in_with_password(other, demo.seeded.manager)
        for screen in (office, other):
            await screen.open(f"/office/times?resource={advice['id']}&from={day}")
            await screen.id("slots").wait_for()
        await other.live()

        # By hand for a caller; another screen shows it without a reload.
        await office.id("book").click()
        await office.id("confirm-book").click()
        assert await said(office, "book-from") == "This is needed."
        await expect(office.id("book-dialog")).to_contain_text("Choose whom it is for.")
        await caller(office, "Elena")
        await ask_for(office, clocks_forward(), "02:30", "03:30")
        await office.id("confirm-book").click()
        assert "there is no such time" in await said(office, "book-from")
        await ask_for(office, day, "11:10", "12:00")
        await office.id("confirm-book").click()
        assert "they begin every 60 minutes" in await said(office, "book-from")
        await ask_for(office, day, "11:00", "10:00")
        await office.id("confirm-book").click()
        assert await said(office, "book-until") == "It must end after it begins."
        await ask_for(office, in_days(300), "11:00", "12:00")
        await office.id("confirm-book").click()
        assert "more than 60 days ahead" in await said(office, "book-until")
        await ask_for(office, "2020-01-01", "11:00", "12:00")
        await office.id("confirm-book").click()
        assert "Past, or too soon" in await said(office, "book-from")
        await ask_for(office, day, "11:00", "12:00")
        await office.id("book-quantity").fill("none")
        assert "A whole number" in await said(office, "book-quantity")
        await office.id("book-quantity").fill("1")
        await office.id("book-note").fill("x" * 201)
        assert await said(office, "book-note") == "At most 200 characters."
        await office.id("book-note").fill("Brings the plan")
        seen = {other: Sight("[data-testid=agenda]", "Brings the plan")} if await other.id("agenda").count() else {}
        await office.id("confirm-book").click()
        mine = office.id("booking").filter(has_text="Brings the plan")
        await expect(mine).to_contain_text("Confirmed")
        assert not seen
        await expect(other.id("booking").filter(has_text="Brings the plan")).to_be_visible()

        # It is full now: refused at the field, with what is free next; then somebody waits.
        await office.css("[data-testid=slot][data-time='11:00']").first.click()
        await caller(office, "Hugo")
        await office.id("confirm-book").click()
        assert "Not enough is free" in await said(office, "book-from")
        await expect(office.id("next-free").get_by_role("button")).not_to_have_count(0)
        await office.id("book-wait").check()
        await office.id("confirm-book").click()
        waits = office.css("[data-testid=booking][data-state=waiting]")
        await expect(waits).to_contain_text("number 1 in line")

        # Moved away, its time goes to who waits: held, confirmed, canceled.
        await mine.get_by_test_id("move").click()
        await ask_for(office, day, "13:00", "14:00")
        await office.id("confirm-book").click()
        await expect(mine).to_contain_text("13:00")
        agenda = f"/v1/resources/{advice['id']}/agenda"
        period = {"from": datetime.now(UTC).isoformat(), "until": (datetime.now(UTC) + timedelta(days=9)).isoformat()}
        states = [one["state"] for one in (await client.get(agenda, params=period)).json()["items"]]
        assert "waiting" in states  # a booking that moves gives its time up; who waits is served when one is canceled
        await mine.get_by_test_id("cancel").click()
        await office.id("confirm-cancel").click()
        await expect(mine).to_have_count(0)

        # Only held: confirmed by hand.
        await office.css("[data-testid=slot][data-time='16:00']").first.click()
        await caller(office, "Elena")
        await office.id("book-hold").check()
        await office.id("confirm-book").click()
        held = office.css("[data-testid=booking][data-state=held]")
        await held.get_by_test_id("confirm").click()
        await expect(held).to_have_count(0)
        await all_adds_up(demo, office, other, refused=("409", "422"))


async def test_carriers_and_holidays_are_edited(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        await people.sign_in_with_password(office, demo.seeded.director)
        await office.open("/office/places/carriers")
        await office.id("add-carrier").click()
        await office.id("carrier-code").fill("es-standard")
        await office.id("carrier-countries").fill("Spain")
        await office.id("collects").get_by_label("Monday").uncheck()
        await office.id("save-carrier").click()
        assert await said(office, "carrier-code") == "This code is taken."
        assert await said(office, "carrier-name") == "This is needed."
        assert "two letters" in await said(office, "carrier-countries")
        assert "An amount of this currency" in await said(office, "band-cost")
        await office.id("carrier-code").fill("es-night")
        await office.id("carrier-name").fill("Noche")
        await office.id("carrier-countries").fill("es, PT")
        await office.id("carrier-calendar").fill("ES")
        await office.id("band-far").fill("300")
        await office.id("band-cost").fill("12,345")
        assert "An amount of this currency" in await said(office, "band-cost")
        await office.id("band-cost").fill("12,5")
        await office.id("band-least").fill("3")
        assert "At least is more than at most" in await said(office, "band-least")
        await office.id("band-least").fill("0")
        await office.id("band-most").fill("1")
        await office.id("add-band").click()
        await office.id("band-far").last.fill("100")
        await expect(office.id("bands")).to_contain_text("Each distance must be longer")
        await office.id("band-far").last.fill("900")
        await office.id("save-carrier").click()
        await expect(office.css("[data-testid=carrier-row][data-code=es-night][aria-current]")).to_be_visible()
        services = (await client.get("/v1/network/carriers")).json()["items"]
        night = next(one for one in services if one["code"] == "es-night")
        assert night["countries"] == ["ES", "PT"] and night["collects"] == [2, 3, 4, 5]
        assert [(one["up_to_m"], one["cost"]) for one in night["bands"]] == [(300_000, 1250), (900_000, 1250)]

        await office.id("tab-holidays").click()
        day = in_days(40)
        await office.id("add-holiday").click()
        assert await said(office, "holiday-day") == "This is needed."
        await office.id("holiday-day").fill("2020-01-01")
        assert await said(office, "holiday-day") == "This day is past."
        await office.id("holiday-day").fill(day)
        await office.id("holiday-name").fill("San Isidro")
        await office.id("holiday-calendar").fill("not a code")
        assert "Letters, digits" in await said(office, "holiday-calendar")
        await office.id("holiday-calendar").fill("")
        await office.id("add-holiday").click()
        row = office.css(f"[data-testid=holiday][data-day='{day}']")
        await row.get_by_test_id("closed-places").click()
        await office.id("closed-dialog").get_by_text("Everybody").click()
        await office.id("save-closed").click()
        await expect(row.get_by_test_id("closed-places")).to_have_text("3 of 3")
        places = (await client.get("/v1/locations", params={"limit": 500})).json()["items"]
        closed = [one for one in places if any(each["day"] == day for each in one["special_hours"])]
        assert {one["address"]["address_country"] for one in closed} == {"ES"} and len(closed) == 3
        await row.get_by_test_id("drop-holiday").click()
        await expect(row).to_have_count(0)
        await all_adds_up(demo, office)


async def test_an_order_that_cannot_be_sent_goes_from_elsewhere_and_says_why(browser: Browser, demo: Demo) -> None:
    async with (
        opened(browser, "office", url=demo.url, size=DESKTOP) as office,
        opened(browser, "other", url=demo.url, size=DESKTOP) as other,
        asking(demo) as client,
    ):
        found = (await client.get("/v1/orders", params={"state": "open", "limit": 100})).json()["items"]
        for brief in found:
            order = (await client.get(f"/v1/orders/{brief['id']}")).json()
            story = await client.get(f"/v1/sourcing/decisions/{brief['id']}")
            told = story.json()["items"] if story.status_code == 200 else []
            if (
                len(told) == 1
                and len(order["lines"]) == 1
                and [one["lines_possible"] for one in told[0]["scored"]] == [1] * 3
            ):
                break
        else:
            raise AssertionError("no order of the demo could go from elsewhere")
        before = order["lines"][0]["fulfillment"][0]["location_name"]
        for screen in (office, other):
            await people.sign_in_with_password(screen, demo.seeded.director)
            await screen.open(f"/office/orders/{order['id']}")
            await expect(screen.css("[data-testid=score][data-used=true]")).to_contain_text(before)
        await expect(office.id("decision")).to_have_count(1)
        await expect(office.id("score")).to_have_count(3)
        await other.live()
        await office.id("reject").click()
        await office.id("confirm-reject").click()
        assert "Say why" in await said(office, "reject-reason")
        await office.id("reason-damaged").click()
        seen = {other: Sight("[data-testid=decision]", f"{before} could not send it: Damaged")}
        async with changing("rejected", office, write="POST /v1/orders/[^/]+/reject", seen=seen, lags=[]):
            await office.id("confirm-reject").click()
        now = (await client.get(f"/v1/orders/{order['id']}")).json()["lines"][0]["fulfillment"][0]["location_name"]
        assert now != before
        await expect(office.id("rejected")).to_contain_text(now)
        await office.id("reject-close").click()
        await expect(office.id("decision")).to_have_count(2)
        await expect(office.id("left-out").first).to_contain_text(before)

        # Until nobody is left: it stays where it is, and the screen says why.
        for _ in range(3):
            await office.id("reject").click()
            await office.id("reason-not_there").click()
            await office.id("confirm-reject").click()
            await office.css("[data-testid=rejected], [data-testid=stays]").first.wait_for()
            if await office.id("stays").count():
                break
            await office.id("reject-close").click()
        await expect(office.id("stays")).to_contain_text("It stays at")
        await expect(office.id("stays")).to_contain_text("Nobody else has enough of")
        await all_adds_up(demo, office, other, refused=("409",))


async def test_movements_are_told_by_label_and_filtered(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office, asking(demo) as client:
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open("/office/movements?reason=sold")
        link = office.id("movement-reference").first
        await expect(link).to_have_text(re.compile(r"^\w{4}-\w{4}"))  # its id at first, until the names are there
        label = (await link.inner_text()).partition(" ")[0]
        (brief,) = (await client.get("/v1/orders", params={"q": label})).json()["items"]
        await link.click()
        await expect(office.css("[data-testid=order-view] h1")).to_have_text(brief["label"])
        await office.open("/office/movements")
        await office.id("movement-state").select_option("in_transit")
        await expect(office.id("movement").first).to_contain_text("in transit")
        assert "in transit" in await office.id("movement").last.inner_text()
        store = demo.seeded.till_code.partition("-")[0]
        places = (await client.get("/v1/locations", params={"limit": 500})).json()["items"]
        place = next(one for one in places if one["code"] == store)
        await office.id("movement-place").select_option(place["id"])
        await expect(office.id("movement").first).to_contain_text(f"{place['name']} · in transit")
        await office.id("movement-item").fill(demo.seeded.walk_skus[0])
        await office.id("movement-item-option").first.click()
        await office.css("[data-testid=variant], [data-testid=movement-variant]").first.wait_for()
        if await office.id("variant").count():
            await office.id("variant").first.click()
        await expect(office.id("movement-variant")).to_be_visible()
        await all_adds_up(demo, office)


async def test_new_sending_rules_are_tried_on_past_orders(browser: Browser, demo: Demo) -> None:
    async with opened(browser, "office", url=demo.url, size=DESKTOP) as office:
        await people.sign_in_with_password(office, demo.seeded.manager)
        await office.open("/office/sending")
        await office.id("weight-cost").fill("0")
        await office.id("weight-per_km").fill("30")
        await office.id("dry-run").click()
        await expect(office.id("replay")).to_contain_text("of 5 orders would be sent otherwise")
        for figure in ("sourced", "split", "parcels", "cost", "days", "distance_m"):
            await expect(office.id(f"figure-{figure}")).to_be_visible()
        await expect(office.id("examples").get_by_role("link").first).not_to_have_text("…")
        await office.id("scope").select_option("since")
        await office.id("since").fill((datetime.now(UTC).date() + timedelta(days=2)).isoformat())
        assert await said(office, "since") == "This day is still to come."
        await office.id("since").fill((datetime.now(UTC).date() - timedelta(days=2)).isoformat())
        await office.id("dry-run").click()
        await expect(office.id("replay")).to_contain_text("of 5 orders would be sent otherwise")
        await all_adds_up(demo, office)
