"""What she lets us do and what we hold of her, on the shop's own pages, without a script."""

import asyncio
import io
import zipfile
from zoneinfo import ZoneInfo

import pytest

from portico.app import runtime
from portico.customers import api as customers
from portico.loyalty import api as loyalty
from portico.platform.db import Database
from portico.platform.settings import Settings
from portico.privacy import api
from portico.privacy.rules import Linked
from portico.privacy.types import Whom
from tests.bookings.world import at
from tests.channels.shop.browser import browsing
from tests.channels.shop.test_account import fitting, signed_in
from tests.orders.test_itinerary import person
from tests.orders.test_orders import ask, line, placed
from tests.privacy.people import BY, count
from tests.world import World


async def test_preferences_are_kept_as_words_of_hers(url: str, world: World, database: Database) -> None:
    lucia, token = await person(database, world, "lucia")
    async with signed_in(url, token) as browser:
        page = await browser.get("/preferences")
        assert "News and offers" in page.text and "Your orders" in page.text
        saved = await browser.send(page, "/preferences", **{"marketing:email": "yes", "research:email": ""})
        assert "Saved" in saved.text and saved.html.count('class="badge good"') == 1
        again = await browser.send(saved, "/preferences")
        assert "Saved" in again.text
        spoken = await browser.send(again, "/preferences", language="it")
        assert "Saved" in spoken.text
    assert await count(database, "customers.customer", "language = 'it'") == 1
    assert await count(database, "privacy.consent") == 2, "what was left as it was is no new word"
    assert await count(database, "privacy.consent", "purpose = 'research' and not granted") == 1
    async with database.read() as tx:
        said = await api.words(tx, whom=Whom((lucia,)))
    assert said[0].proof.user_agent and said[0].source == "preference_centre" and said[0].version == 1


@pytest.mark.parametrize("language", ["en", "es", "it", "ru"])
async def test_every_page_is_said_in_her_language(url: str, world: World, database: Database, language: str) -> None:
    lucia, token = await person(database, world, "lucia")
    await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=lucia))
    async with signed_in(url, token, language) as browser:
        for path in ("/preferences", "/account/data", "/account/data?forget", "/account/story", "/newsletter"):
            page = await browser.get(path)
            assert page.answer.status_code == 200, path
            assert page.language == language and page.untranslated() == [], path


async def test_by_a_link_nobody_signs_in(url: str, world: World, database: Database, tmp_path) -> None:  # type: ignore[no-untyped-def]
    lucia, _ = await person(database, world, "lucia")
    async with database.read() as tx:
        (contact,) = [one for one in await customers.contacts(tx, ids=[lucia]) if one.kind == "email"]
    secret = runtime.secret(Settings(data=tmp_path))
    token = api.link(secret, whom=Linked(lucia, api.digest(contact.value), "marketing", "email"))
    async with browsing(url) as browser:
        page = await browser.get(f"/preferences/{token}")
        saved = await browser.send(page, f"/preferences/{token}", **{"marketing:email": "yes"})
        assert "Saved" in saved.text
        stop = await browser.get(f"/unsubscribe/{token}")
        done = await browser.send(stop, f"/unsubscribe/{token}")
        assert "You will not be sent this any more" in done.text
        for wrong in (f"/preferences/{token[:-2]}xx", "/unsubscribe/nothing", "/newsletter/nothing"):
            assert (await browser.get(wrong)).answer.status_code == 404, wrong
        service = api.link(secret, whom=Linked(lucia, api.digest(contact.value), "service", "email"))
        assert (await browser.get(f"/preferences/{service}")).answer.status_code == 200
        refused = await browser.client.post(f"/unsubscribe/{service}")
        assert refused.status_code == 404, "what she bought is not hers to stop"
    assert await count(database, "privacy.suppression") == 1
    assert await count(database, "privacy.consent", "source = 'letter'") == 2


async def test_her_copy_and_her_wish(url: str, world: World, database: Database) -> None:
    lucia, token = await person(database, world, "lucia")
    _, other = await person(database, world, "marco")
    order = await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=lucia))
    async with signed_in(url, token) as browser, signed_in(url, other) as marco:
        page = await browser.send(await browser.get("/account/data"), "/account/data/copies")
        for _ in range(200):
            if await count(database, "privacy.export", "state = 'made'"):
                break
            await asyncio.sleep(0.05)
        page = await browser.get("/account/data")
        path = page.html.partition("/account/data/copies/")[2].partition('"')[0]
        file = await browser.client.get(f"/account/data/copies/{path}")
        assert "customers/customer.json" in zipfile.ZipFile(io.BytesIO(file.content)).namelist()
        assert (await marco.client.get(f"/account/data/copies/{path}")).status_code == 404
        first = await browser.send(page, "/account/data/forget")
        assert "I am sure" in first.text and order.head.label in first.text, "what is open is named before she asks"
        asked = await browser.send(first, "/account/data/forget", sure="yes")
        assert "We are looking at it" in asked.text
        (path_back,) = [one.action for one in asked.forms if one.action.endswith("/withdraw")]
        back = await browser.send(asked, path_back)
        assert "You took it back" in back.text
        await database.pool.execute("update platform.session set created_at = created_at - interval '2 hours'")
        stale = await browser.client.get(f"/account/data/copies/{path}", follow_redirects=True)
        assert stale.url.path == "/sign-in", "she proves anew who she is"
    assert await count(database, "customers.customer", "erased_at is not null") == 0


async def test_what_she_holds_is_given_up_with_a_word_of_hers(url: str, world: World, database: Database) -> None:
    lucia, token = await person(database, world, "lucia")
    async with database.transaction() as tx:
        await loyalty.grant_points(tx, customer_id=lucia, points=50, reason="sorry", reference="", by=BY)
    async with signed_in(url, token) as browser:
        first = await browser.get("/account/data?forget")
        assert "You still hold value with us (points)" in first.text and "I give up the points" in first.text
        asked = await browser.send(first, "/account/data/forget", sure="yes", gives_up="")
        assert "We are looking at it" in asked.text and "You still hold value with us (points)" in asked.text
        unsure = await browser.send(asked, "/account/data/forget")
        assert "I give up the points" in unsure.text, "a box that is not ticked gives nothing up"
        assert await count(database, "privacy.erasure", "gives_up") == 0
        given = await browser.send(await browser.get("/account/data"), "/account/data/forget", sure="yes")
        assert "You still hold value" not in given.text and not given.untranslated()
    assert await count(database, "privacy.erasure", "gives_up and state = 'requested'") == 1


async def test_what_hinders_is_said_in_the_time_of_her_clock(url: str, world: World, database: Database) -> None:
    resource = await fitting(database, world)
    _, token = await person(database, world, "lucia")
    async with signed_in(url, token) as browser:
        page = await browser.get(f"/times?what={resource.id}")
        await browser.send(page, "/times", time=at(10).isoformat())
        asked = await browser.get("/account/data?forget")
    local = at(10).astimezone(ZoneInfo("Europe/Madrid"))
    assert f"You have booked for {local.day} {local:%b %Y, %H:%M}" in asked.text


@pytest.mark.parametrize("typed", ["", " ", "\u202e", "reader@nowhere", "two@example.com,words"])
async def test_what_is_no_address_is_told_at_its_field_and_stays(url: str, database: Database, typed: str) -> None:
    async with browsing(url) as browser:
        page = await browser.send(await browser.get("/newsletter"), "/newsletter", email=typed)
        assert page.answer.status_code == 422 and 'id="email-error"' in page.html and "\u202e" not in page.html
        stays = typed.strip(" \u202e")
        assert f'value="{stays}"' in page.html
        assert ("Type your e-mail address." in page.text) is (stays == "")
    assert await count(database, "privacy.opt_in") == 0


async def test_her_story_names_nobody_of_us(url: str, world: World, database: Database) -> None:
    lucia, token = await person(database, world, "lucia")
    order = await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=lucia))
    async with signed_in(url, token) as browser, browsing(url) as stranger:
        page = await browser.get("/account/story")
        assert (
            f"Order {order.head.label} placed" in page.text
            and world.by.actor_name not in page.text.partition("<main")[2]
        )
        assert (await stranger.get("/account/story")).answer.url.path == "/sign-in"
