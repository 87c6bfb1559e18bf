"""Her account: what is to come, in order of time; a booking is given up there, and nobody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from portico.bookings.types import Booking, Resource, ResourceKind
from portico.platform.db import Database
from portico.platform.http.door import COOKIE_SHOPPER
from tests.bookings.test_self_service import booked
from tests.bookings.world import ask as book_ask
from tests.bookings.world import book, put
from tests.channels.shop.browser import Browser, browsing
from tests.orders.test_itinerary import person
from tests.orders.test_orders import ask, line, placed
from tests.world import World


@asynccontextmanager
async def signed_in(url: str, token: str, language: str = "en") -> AsyncIterator[Browser]:
    async with browsing(url, language=language) as browser:
        browser.client.cookies.set(COOKIE_SHOPPER, token)
        yield browser


async def fitting(database: Database, world: World) -> Resource:
    return await put(database, world, code="FIT", kind=ResourceKind.APPOINTMENT, name="Fitting")


async def test_what_is_to_come_stands_first(url: str, world: World, database: Database) -> None:
    lucia, token = await person(database, world, "lucia")
    order = await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=lucia))
    (one,) = await book(database, book_ask(world, await fitting(database, world), holder=lucia))
    assert isinstance(one, Booking)
    async with signed_in(url, token) as browser:
        account = await browser.get("/account")
        assert "Coming up" in account.text and f"Collect at Store 1 · {order.head.label}" in account.text
        assert account.text.index(order.head.label) < account.text.index("Fitting") < account.text.index("Orders")
        after = await browser.send(account, f"/account/bookings/{one.id}/cancel")
        assert after.answer.url.path == "/account" and "Fitting" not in after.text
    assert await booked(database) == 0


@pytest.mark.parametrize("language", ["es", "it", "ru"])
async def test_it_is_said_in_her_language(url: str, world: World, database: Database, language: str) -> None:
    lucia, token = await person(database, world, "lucia")
    await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=lucia))
    await book(database, book_ask(world, await fitting(database, world), holder=lucia))
    async with signed_in(url, token, language) as browser:
        account = await browser.get("/account")
        assert account.language == language and account.untranslated() == []


async def test_nobody_else_gives_it_up(url: str, world: World, database: Database) -> None:
    lucia, _ = await person(database, world, "lucia")
    _, his = await person(database, world, "marco")
    (one,) = await book(database, book_ask(world, await fitting(database, world), holder=lucia))
    assert isinstance(one, Booking)
    async with signed_in(url, his) as marco, browsing(url) as stranger:
        assert (await marco.post(f"/account/bookings/{one.id}/cancel")).status == 404
        assert (await marco.post("/account/bookings/nonsense/cancel")).status == 404
        assert (await stranger.post(f"/account/bookings/{one.id}/cancel")).answer.url.path == "/sign-in"
    assert await booked(database) == 1
