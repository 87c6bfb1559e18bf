"""Every page in every language, for everybody who may come by."""

import re

import httpx
import pytest

from portico.catalog import api as catalog
from portico.catalog.types import NewItem, NewVariant
from portico.platform import i18n
from portico.platform.db import Database
from portico.pricing import api as pricing
from portico.pricing.types import Price
from tests.channels.shop.browser import Browser, Page, browsing
from tests.world import World

HOSTILE = "<script>alert(1)</script>\"'{{7*7}}"


async def order_something(browser: Browser, world: World, sku: str = "LAMP-1") -> Page:
    """Buy one piece by forms; the page of the order."""
    basket = await browser.post("/basket/lines", variant_id=str(world.variants[sku]), quantity="1")
    checkout = await browser.send(basket, "/checkout/begin")
    return await browser.send(checkout, "/checkout", given_name="Lucía", email="lucia@example.com")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
async def test_every_page_speaks_the_language(url: str, world: World, language: str) -> None:
    async with browsing(url, language=language) as browser:
        seen: dict[str, Page] = {}
        for path in (
            "/",
            "/search",
            "/search?q=zzzz",
            "/items/lamp-1",
            "/items/tea-1",
            "/basket",
            "/sign-in",
            "/b/x",
            "/no/page",
        ):
            seen[path] = await browser.get(path)
        seen["no code"] = await browser.post("/b/x")
        seen["basket"] = await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="60")
        seen["bad"] = await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="abc")
        seen["code"] = await browser.post("/basket/hand-over")
        seen["checkout"] = await browser.send(seen["basket"], "/checkout/begin")
        seen["too much"] = await browser.send(seen["checkout"], "/checkout", given_name="L", email="l@example.com")
        seen["refused"] = await browser.send(seen["checkout"], "/checkout")
        line = re.search(r"/basket/lines/(line_\w+|\w+_[0-9a-f]{32})", seen["basket"].html)
        assert line
        await browser.post(line[0], set="2")
        seen["ways"] = await browser.get(str(seen["checkout"].answer.url))
        seen["kept"] = await browser.press(seen["ways"], "/checkout/hold")
        seen["order"] = await browser.send(
            seen["kept"], "/checkout", given_name="L", email="l@example.com", expected_total=""
        )
        seen["account"] = await browser.get("/account")
        seen["sign-in"] = await browser.post("/sign-in", address="l@example.com")
        seen["wrong code"] = await browser.post("/sign-in/code", code="0")
    assert seen["order"].status == 200 and "/orders/" in str(seen["order"].answer.url)
    for name, page in seen.items():
        assert page.answer.headers["content-type"].startswith("text/html"), name
        assert page.language == language, name
        assert page.untranslated() == [], name
    # The words themselves, not English ones in every language.
    assert i18n.text(language, "shop.basket.proceed") in seen["basket"].text
    assert i18n.text(language, "shop.way.title") in seen["checkout"].text
    assert i18n.text(language, "shop.way.none") in seen["checkout"].text


async def test_who_only_reads_gets_no_cookie_and_leaves_no_trace(url: str, world: World, database: Database) -> None:
    async with browsing(url) as browser:
        for path in (
            "/",
            "/search?q=lamp",
            "/items/lamp-1",
            "/basket",
            "/checkout",
            "/account",
            "/sign-in",
            "/b/x",
            "/nothing",
        ):
            assert "set-cookie" not in (await browser.get(path)).answer.headers, path
        assert (
            await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="0")
        ).status == 422
        assert not browser.client.cookies
        async with database.pool.acquire() as connection:
            assert await connection.fetchval("select count(*) from platform.session") == 0
            assert await connection.fetchval("select count(*) from carts.cart") == 0
        await browser.post("/basket/lines", variant_id=str(world.variants["LAMP-1"]), quantity="1")
        assert list(browser.client.cookies) == ["portico_shopper"]


async def test_hostile_words_stay_words(url: str, world: World, database: Database) -> None:
    async with database.transaction() as tx:
        item = NewItem(
            slug="hostile", titles={"en": HOSTILE}, descriptions={"en": HOSTILE}, variants=(NewVariant(sku="HOSTILE"),)
        )
        (put,) = await catalog.put_items(tx, items=[item], by=world.by)
        variant = put.variant_ids["HOSTILE"]  # type: ignore[union-attr]
        await pricing.put_prices(tx, prices=[Price(variant, world.market_id, 100, "EUR")])
    async with browsing(url) as browser:
        pages = [
            await browser.get("/items/hostile"),
            await browser.get(f"/search?q={HOSTILE}&category={HOSTILE}&at={HOSTILE}"),
            await browser.get(f"/{HOSTILE}"),
            await browser.get(f"/sign-in?next={HOSTILE}"),
            basket := await browser.post("/basket/lines", variant_id=str(variant), quantity="1"),
            checkout := await browser.send(basket, "/checkout/begin"),
            await browser.send(checkout, "/checkout", given_name=HOSTILE, email=HOSTILE, phone=HOSTILE),
            await browser.post("/sign-in", address=HOSTILE),
        ]
    for page in pages:
        assert "<script>alert" not in page.html and "49" not in re.findall(r"\"'(\d+)", page.html)
        assert "\"'{{" not in page.html  # a quote that would end an attribute
    assert HOSTILE in pages[0].text and HOSTILE in pages[1].text


@pytest.mark.parametrize("path", ["/items/nothing", "/orders/nothing", "/nothing", "/nothing/at/all", "/search/x"])
async def test_what_is_not_there_is_a_page_to_a_browser_and_a_document_to_a_program(url: str, path: str) -> None:
    async with browsing(url) as browser:
        page = await browser.get(path)
    assert page.status == 404 and page.language == "en" and "This page does not exist" in page.text
    async with httpx.AsyncClient(base_url=url) as program:
        answer = await program.get(path)
    assert answer.status_code == 404 and answer.headers["content-type"] == "application/problem+json"


async def test_search_keeps_its_filters_in_the_address(url: str, world: World) -> None:
    async with browsing(url) as browser:
        found = await browser.get(f"/search?q=mug&at={world.store}")
        assert "Mug-1" in found.text and "Lamp-1" not in found.text
        fields = next(one for one in found.forms if "at" in one.fields).fields
        assert fields == {"q": "mug", "category": "", "at": str(world.store)}
        assert "Nothing found" in (await browser.get("/search?q=piano")).text
        assert (await browser.get("/search?cursor=nonsense")).status == 422
        assert (await browser.get("/search?q=%00&category=%00&at=%00")).status == 200


async def test_language_market_and_store_are_chosen_by_forms(url: str, world: World) -> None:
    async with browsing(url) as browser:
        home = await browser.get("/items/lamp-1?v=x")
        russian = await browser.send(home, "/language", language="ru")
        assert russian.language == "ru" and str(russian.answer.url).endswith("/items/lamp-1?v=x")
        mine = await browser.send(russian, "/store", location=str(world.other_store))
        assert mine.html.index("Store 2") < mine.html.index("Calle Mayor") or 'class="is-mine"' in mine.html
        before = browser.client.cookies["portico_store"]
        for next_path in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
            answer = await browser.client.post(
                "/language", data={"language": "xx", "next": next_path}, follow_redirects=False
            )
            assert (answer.status_code, answer.headers["location"]) == (303, "/")
        await browser.post("/store", location="loc_nonsense")
        assert browser.client.cookies["portico_store"] == before


async def test_an_item_tells_machines_what_it_is(url: str, world: World) -> None:
    async with browsing(url) as browser:
        page = await browser.get("/items/lamp-1")
    data = httpx.Response(200, text=re.search(r'ld\+json">(.*?)</script>', page.html, re.S)[1]).json()  # type: ignore[index]
    assert data["@type"] == "Product" and data["sku"] == "LAMP-1"
    assert (data["offers"]["price"], data["offers"]["priceCurrency"]) == ("49.90", "EUR")
    assert data["offers"]["availability"] == "https://schema.org/InStock"
    assert f'<link rel="canonical" href="{url}/items/lamp-1">' in page.html
