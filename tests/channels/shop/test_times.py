"""Booking a time in the shop, with forms alone: what, when, and what became free or was taken meanwhile."""

import pytest

from portico.bookings.api import self_service
from portico.bookings.types import Booking, ResourceKind
from portico.platform.db import Database
from tests.bookings.test_self_service import booked
from tests.bookings.world import ask as book_ask
from tests.bookings.world import at, book, put
from tests.channels.shop.browser import browsing
from tests.channels.shop.test_account import fitting, signed_in
from tests.orders.test_itinerary import person
from tests.world import World


async def test_from_what_to_when_to_the_account(url: str, world: World, database: Database) -> None:
    resource = await fitting(database, world)
    await put(database, world)  # a pickup window, which is no affair of this page
    _, token = await person(database, world, "lucia")
    async with browsing(url) as stranger:
        page = await stranger.get("/times")
        assert "Fitting" in page.text and "Counter" not in page.text and "asked to sign in" in page.text
        asked = await stranger.send(page, "/times", time=at(10).isoformat())
        assert asked.answer.url.path == "/sign-in"
    assert await booked(database) == 0
    async with signed_in(url, token) as browser:
        page = await browser.get(f"/times?what={resource.id}")
        account = await browser.send(page, "/times", time=at(10).isoformat())
        assert account.answer.url.path == "/account" and "Fitting" in account.text
    assert await booked(database) == 1


async def test_what_was_taken_meanwhile_is_said_and_nothing_booked(url: str, world: World, database: Database) -> None:
    resource = await fitting(database, world)
    _, token = await person(database, world, "lucia")
    async with signed_in(url, token) as browser:
        page = await browser.get("/times")
        (other,) = await book(database, book_ask(world, resource, quantity=10))
        assert isinstance(other, Booking)
        for time in (at(10).isoformat(), at(3).isoformat(), "now"):
            answer = await browser.send(page, "/times", time=time)
            assert answer.status in (409, 422) and "no longer free" in answer.text
        assert "Please choose a time" in (await browser.send(page, "/times")).text
        assert (await browser.post("/times", what="res_" + "0" * 32, time=at(11).isoformat())).status == 404
        assert (await browser.get("/times?what=nonsense")).status == 404
    assert await booked(database) == 1


async def test_no_more_than_anybody_needs(
    url: str, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_service, "BOOKINGS_EACH_MAX", 1)
    await fitting(database, world)
    _, token = await person(database, world, "lucia")
    async with signed_in(url, token) as browser:
        page = await browser.get("/times")
        await browser.send(page, "/times", time=at(10).isoformat())
        again = await browser.send(page, "/times", time=at(11).isoformat())
        assert again.status == 409 and "1 booking" in again.text
    assert await booked(database) == 1


@pytest.mark.parametrize("language", ["en", "es", "it", "ru"])
async def test_it_is_said_in_her_language(url: str, world: World, database: Database, language: str) -> None:
    async with browsing(url, language=language) as browser:
        assert (await browser.get("/times")).untranslated() == []  # nothing there
        await put(database, world, code="E", kind=ResourceKind.EVENT, name="Evening")
        page = await browser.get("/times")
        assert page.language == language and page.untranslated() == [] and "Evening" in page.text
