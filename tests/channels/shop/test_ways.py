"""Every way to get a basket by forms alone: sent, driven up to, brought, split; kept, run out, taken by somebody else."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from portico.app import verification
from portico.bookings import api as bookings
from portico.bookings.types import Opening, Resource, ResourceId, ResourceKind
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Node, PostalArea
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Policy, PolicyId, Reason
from portico.platform import i18n
from portico.platform.db import Database
from tests.channels.shop.browser import Browser, Page, browsing
from tests.channels.shop.test_buying import BUYER, counts
from tests.conftest import Served
from tests.fulfillment.world import open_chain
from tests.pricing.test_carriage import FREE, set_rates
from tests.pricing.test_carriage_rules import rate
from tests.pricing.test_redeeming import coupons, live
from tests.world import ON_HAND, World

STREET = {"street_address": "Calle de Ayala, 45", "address_locality": "Madrid"}


@pytest.fixture
async def chain(served: Served, world: World, database: Database) -> AsyncIterator[str]:
    """The two stores ship, have bays at the first, and drive out; the post knows Madrid and Barcelona."""
    await open_chain(database, world, LAMP_1=20, CUP_1=20)
    async with database.transaction() as tx:
        await inventory.put_policies(tx, policies=[Policy(PolicyId.new(), confidence_percent=0)])
        await fulfillment.put_nodes(tx, nodes=[Node(world.store, delivery_radius_m=5_000, delivery_cost=250)])
        await fulfillment.put_areas(
            tx,
            areas=[
                PostalArea("ES", "28", "Madrid", 40.42, -3.7), PostalArea("ES", "08", "Barcelona", 41.39, 2.17),
                PostalArea("ES", "51", "Ceuta", 35.89, -5.31),
            ],
        )  # fmt: skip
        bays = Resource(
            id=ResourceId.new(), code="BAY", kind=ResourceKind.DRIVE_UP, name="Bays", location_id=world.store,
            time_zone="Europe/Madrid", openings=tuple(Opening(day, 0, 1440, 1) for day in range(1, 8)),
        )  # fmt: skip
        await bookings.put_resources(tx, resources=[bays])
    async with served() as url:
        yield url


async def checkout(browser: Browser, world: World, *skus: str) -> Page:
    for sku in skus or ("LAMP-1",):
        basket = await browser.post("/basket/lines", variant_id=str(world.variants[sku]), quantity="1")
    return await browser.send(basket, "/checkout/begin")


async def near(browser: Browser, page: Page, postal: str = "28004") -> Page:
    return await browser.press(page, "/checkout/ways", postal=postal)


async def booked(database: Database) -> list[tuple[str, str]]:
    async with database.pool.acquire() as connection:
        rows = await connection.fetch(
            "select state, holder from bookings.booking where state <> 'canceled' order by id"
        )
    return [(one["state"], one["holder"][:3]) for one in rows]


async def test_it_is_sent_to_an_address(chain: str, world: World, database: Database) -> None:
    async with browsing(chain) as browser:
        page = await checkout(browser, world)
        assert "Enter your postal code to see when." in page.text
        page = await near(browser, page)
        assert "For 28004, Madrid" in page.text and "We do not charge for delivery." in page.text
        kept = await browser.press(page, "/checkout/hold", way="ship")
        assert "Delivered to you" in kept.text and "Arrives:" in kept.text and "28004" in kept.text
        assert "pay straight away and the dates hold" in kept.text and await counts(database) == (0, 1)
        refused = await browser.send(kept, "/checkout", **BUYER, street_address="", address_locality="Madrid")
        assert refused.status == 422 and "Enter street and number." in refused.text
        assert refused.form("/checkout").fields["address_locality"] == "Madrid"
        assert (await counts(database))[0] == 0
        order = await browser.send(refused, "/checkout", **STREET)
        assert "Thank you" in order.text and "Calle de Ayala, 45, 28004 Madrid" in order.text
        assert "To pay at a till before we send it: €49.90" in order.text and "From " in order.text
        assert "Set aside" in (await browser.get("/account")).text
    async with browsing(chain) as stranger:  # the link shows goods and sums, and not where she lives
        seen = await stranger.get(order.answer.url.path)
        assert "Ayala" not in seen.text and "The address is shown to the buyer only." in seen.text
    assert await verification.differences(database) == []


async def test_what_it_costs_is_said_before_it_is_chosen(chain: str, world: World, database: Database) -> None:
    await set_rates(database, world, rate("ship", (0, 490), (6000, 0)), rate("local_delivery", (0, 690)))
    promotion = await live(database, world, FREE)
    await coupons(database, world, promotion, code="HOMEFREE", uses_max=5)
    async with browsing(chain) as browser:
        basket = await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="1")
        assert "Home delivery €4.90. €10.10 more and it is free." in basket.text
        page = await near(browser, await browser.send(basket, "/checkout/begin"))
        assert "We do not charge for delivery." not in page.text and "Free from €60.00" in page.text
        assert "€6.90" in page.text and "Delivery is added once you have chosen it." in page.text
        kept = await browser.press(page, "/checkout/hold", way="ship")
        assert "€54.80" in kept.text
        order = await browser.send(kept, "/checkout", **BUYER, **STREET)
        assert "Thank you" in order.text and "€54.80" in order.text and "€4.90" in order.text
        basket = await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="1")
        basket = await browser.post("/basket/coupons", code="HOMEFREE")
        assert "Counts once delivery is chosen." in basket.text
        page = await near(browser, await browser.send(basket, "/checkout/begin"))
        kept = await browser.press(page, "/checkout/hold", way="ship")
        assert "instead of €4.90: Free delivery" in kept.text
        order = await browser.send(kept, "/checkout", **BUYER, **STREET)
        assert "Thank you" in order.text and "instead of €4.90: Free delivery" in order.text
    totals = await database.pool.fetch('select total, fulfillment from orders."order" order by placed_at')
    assert [(one["total"], one["fulfillment"]) for one in totals] == [(5480, 405), (4990, 0)]
    assert await verification.differences(database) == []


async def test_a_bay_is_booked_and_let_go(chain: str, world: World, database: Database) -> None:
    async with browsing(chain) as browser:
        page = await checkout(browser, world)
        way = f"drive_up~{world.store}"
        fields = page.form("/checkout").fields
        first = fields[f"slot_{way}"]
        later = (datetime.fromisoformat(first) + timedelta(hours=3)).isoformat()
        kept = await browser.press(page, "/checkout/hold", way=way, **{f"slot_{way}": later})
        assert "Drive-up at Store 1" in kept.text and "Come " in kept.text
        assert await booked(database) == [("held", "chk")]
        again = await browser.press(kept, "/checkout/ways", **BUYER)  # she would rather have another way
        fields = again.form("/checkout").fields
        assert again.status == 200 and (fields["given_name"], fields["way"]) == ("Lucía", way)
        assert datetime.fromisoformat(fields[f"slot_{way}"]) == datetime.fromisoformat(later)
        assert await booked(database) == [("held", "chk")]  # until she has it
        other = await browser.press(again, "/checkout/hold", way=f"collect~{world.store}")
        assert "Collect at Store 1" in other.text and await booked(database) == []
        again = await browser.press(other, "/checkout/ways")
        order = await browser.send(again, "/checkout", **BUYER, way=way, **{f"slot_{way}": later})
        assert "Drive-up at Store 1" in order.text and "Come " in order.text
    assert await booked(database) == [("confirmed", "ord")]
    assert await verification.differences(database) == []


async def test_a_time_that_somebody_else_has_taken(chain: str, world: World, database: Database) -> None:
    way = f"drive_up~{world.store}"
    async with browsing(chain) as browser, browsing(chain) as faster:
        mine, hers = await checkout(browser, world), await checkout(faster, world)
        assert "keeping this for you" in (await faster.press(hers, "/checkout/hold", way=way)).text
        late = await browser.press(mine, "/checkout/hold", way=way)
        assert late.status == 409 and "This time, or this date, is no longer free." in late.text
        assert late.form("/checkout").fields["way"] == way
        assert await counts(database) == (0, 1) and len(await booked(database)) == 1
        ordered = await browser.send(mine, "/checkout", **BUYER, way=way)
        assert ordered.status == 409 and ordered.form("/checkout").fields["given_name"] == "Lucía"
        assert await counts(database) == (0, 1) and len(await booked(database)) == 1
        assert "Thank you" in (await browser.send(ordered, "/checkout")).text  # at the next free time


async def test_what_ran_out_is_said_and_nothing_typed_is_lost(chain: str, world: World, database: Database) -> None:
    async with browsing(chain) as browser:
        page = await near(browser, await checkout(browser, world))
        kept = await browser.press(page, "/checkout/hold", way="ship")
        async with database.pool.acquire() as connection:
            await connection.execute("update inventory.reservation set expires_at = now() - interval '1 minute'")
        refused = await browser.send(kept, "/checkout", **BUYER, **STREET)
        assert refused.status == 410 and "The time we kept this for you has run out." in refused.text
        fields = refused.form("/checkout").fields
        assert {**BUYER, **STREET}.items() <= fields.items()
        assert (await counts(database))[0] == 0
        assert fields["way"] == "ship"  # as she had it
        looked = await browser.get(str(page.answer.url))
        assert "The time we kept this for you has run out." in looked.text
        done = await browser.send(refused, "/checkout", way="ship")
        assert "Calle de Ayala, 45, 28004 Madrid" in done.text


async def test_a_basket_that_changed_is_promised_anew(chain: str, world: World, database: Database) -> None:
    async with browsing(chain) as browser:
        kept = await browser.press(await checkout(browser, world), "/checkout/hold")
        await browser.post("/basket/lines", variant_id=str(world.variants["MUG-1"]), quantity="1")
        refused = await browser.send(kept, "/checkout", **BUYER, expected_total="6240")
        assert refused.status == 409 and "Your basket has changed." in refused.text
        assert refused.form("/checkout").fields["given_name"] == "Lucía" and (await counts(database))[0] == 0
        assert "Thank you" in (await browser.send(refused, "/checkout")).text


@pytest.mark.parametrize("postal", ["99999", "2800", "W1U 5JW", "<script>", "28004" * 20])
async def test_no_such_postal_code(chain: str, world: World, database: Database, postal: str) -> None:
    async with browsing(chain) as browser:
        page = await checkout(browser, world)
        for way in ("/checkout/ways", "/checkout/hold", "/checkout"):
            refused = await browser.press(page, way, postal=postal, **(BUYER if way == "/checkout" else {}))
            assert refused.status == 422 and "We know no postal code" in refused.text
            assert refused.form("/checkout").fields["postal"] == postal
        assert "portico_postal" not in browser.client.cookies and await counts(database) == (0, 0)


async def test_another_postal_code_is_looked_at_before_anything_is_ordered(
    chain: str, world: World, database: Database
) -> None:
    async with browsing(chain) as browser:
        page = await near(browser, await checkout(browser, world))
        moved = await browser.send(page, "/checkout", **BUYER, way="ship", postal="08001")
        assert moved.status == 200 and "For 08001, Barcelona" in moved.text and await counts(database) == (0, 0)
        assert moved.form("/checkout").fields["given_name"] == "Lucía"
        gone = await near(browser, moved, "")
        assert "portico_postal" not in browser.client.cookies and "Enter your postal code" in gone.text


async def test_where_nothing_goes_and_what_nobody_has(chain: str, world: World, database: Database) -> None:
    async with database.pool.acquire() as connection:
        await connection.execute("update fulfillment.carrier_service set active = false")
    async with database.transaction() as tx:
        gone = [
            Adjustment(
                variant_id=world.variants["MUG-1"], location_id=place, quantity=-ON_HAND, reason=Reason.LOST,
                reference="", by=world.by, occurred_at=tx.now,
            )
            for place in (world.store, world.other_store)
        ]  # fmt: skip
        await inventory.adjust(tx, adjustments=gone)
    async with browsing(chain) as browser:
        page = await near(browser, await checkout(browser, world), "51001")
        assert "No carrier we work with goes there." in page.text
        none = await checkout(browser, world, "MUG-1")
        assert "We cannot get all of this to you at present." in none.text and "Continue" not in none.text
        for path in ("/checkout/hold", "/checkout"):
            refused = await browser.press(none, path, way="ship", **BUYER, **STREET)
            assert refused.status == 409 and await counts(database) == (0, 0)


async def test_part_is_collected_and_part_is_sent(chain: str, world: World, database: Database) -> None:
    async with database.transaction() as tx:
        gone = [
            Adjustment(
                variant_id=world.variants["CUP-1"], location_id=place, quantity=-ON_HAND, reason=Reason.LOST,
                reference="", by=world.by, occurred_at=tx.now,
            )
            for place in (world.store, world.other_store)
        ]  # fmt: skip
        await inventory.adjust(tx, adjustments=gone)
    async with browsing(chain) as browser:
        page = await near(browser, await checkout(browser, world, "MUG-1", "CUP-1"))
        way = next(one for one in (f"split~{world.store}", f"split~{world.other_store}") if one in page.html)
        kept = await browser.press(page, "/checkout/hold", way=way)
        assert "Collect at Store" in kept.text and "Delivered to you" in kept.text
        assert "You pay the whole order at the till" in kept.text
        order = await browser.send(kept, "/checkout", **BUYER, **STREET)
        assert (
            "Collect at Store" in order.text and "Calle de Ayala, 45" in order.text and "From Warehouse" in order.text
        )
    async with database.pool.acquire() as connection:
        rows = await connection.fetch("select method, earliest, latest from orders.expectation order by method")
    collected, sent = rows
    assert (collected["method"], sent["method"]) == ("collect", "ship") and collected["earliest"] < sent["earliest"]
    assert await verification.differences(database) == []


async def test_it_is_sent_to_a_store_and_no_address_is_kept(chain: str, world: World, database: Database) -> None:
    async with database.transaction() as tx:
        gone = [
            Adjustment(
                variant_id=world.variants["CUP-1"], location_id=place, quantity=-ON_HAND, reason=Reason.LOST,
                reference="", by=world.by, occurred_at=tx.now,
            )
            for place in (world.store, world.other_store)
        ]  # fmt: skip
        await inventory.adjust(tx, adjustments=gone)
    async with browsing(chain) as browser:
        page = await near(browser, await checkout(browser, world, "CUP-1"))
        await browser.press(page, "/checkout/hold", way="ship")
        kept = await browser.press(page, "/checkout/hold", way=f"ship_to_store~{world.other_store}")
        assert "Sent to Store 2, for you to collect" in kept.text and "street_address" not in kept.html
        order = await browser.send(kept, "/checkout", **BUYER)
        assert "Sent to Store 2, for you to collect" in order.text and "From Warehouse" in order.text
    async with database.pool.acquire() as connection:
        row = await connection.fetchrow('select destination, ship_to::text from orders."order"')
    assert row["destination"] is None and str(world.other_store) in row["ship_to"] and "28004" not in row["ship_to"]


async def test_an_item_and_a_basket_say_how_soon(chain: str, world: World, database: Database) -> None:
    async with browsing(chain) as browser:
        item = await browser.get("/items/lamp-1")
        assert "When you can have it" in item.text and "at Store" in item.text and "Delivered" not in item.text
        bad = await browser.send(item, "/items/lamp-1/postal-code", postal="99999")
        assert bad.status == 422 and "We know no postal code 99999" in bad.text
        seen = await browser.send(bad, "/items/lamp-1/postal-code", postal="28004")
        assert seen.answer.url.path == "/items/lamp-1" and "Delivered" in seen.text and "For 28004, Madrid" in seen.text
        basket = await browser.send(seen, "/basket/lines")
        assert "Delivered" in basket.text and "at Store" in basket.text
        async with database.pool.acquire() as connection:
            assert await connection.fetchval("select count(*) from checkout.checkout") == 0


@pytest.mark.parametrize("near", ["95_0", "0_181", "nan_nan", "inf_0", "x", "40.42_-3.70"])
async def test_wherever_a_browser_says_it_is(chain: str, world: World, near: str) -> None:
    async with browsing(chain) as browser:
        browser.client.cookies.set("portico_near", near)
        assert (await browser.get("/items/lamp-1")).status == 200
        assert "Collect in store" in (await checkout(browser, world)).text


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_every_way_in_every_language(chain: str, world: World, language: str) -> None:
    async with browsing(chain, language=language) as browser:
        page = await near(browser, await checkout(browser, world))
        pages = [await browser.get("/items/lamp-1"), await browser.get("/basket"), page]
        ways = ("ship", f"drive_up~{world.store}", f"local_delivery~{world.store}", f"collect~{world.store}")
        pages += [await browser.press(page, "/checkout/hold", way=way) for way in ways]
        pages.append(await browser.press(pages[-1], "/checkout/ways"))
        pages.append(await browser.press(pages[-1], "/checkout/ways", postal="99999"))
        pages.append(await browser.send(pages[-2], "/checkout", **BUYER, **STREET, way="ship"))
    assert "/orders/" in str(pages[-1].answer.url)
    for one in pages:
        assert one.language == language and one.untranslated() == [], one.answer.url
