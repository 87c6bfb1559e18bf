"""Every screen of Portico, and how to get there: what is checked for access and languages, and photographed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser

from tests.browser.demo import Demo
from tests.browser.screen import Screen, opened
from tests.browser.screens.desk import DESK
from tests.browser.screens.office import OFFICE
from tests.browser.screens.shop import CARDS, SHOP
from tests.browser.screens.shop_companies import FIRMS
from tests.browser.screens.stops import Stop
from tests.browser.screens.till import TILL

FACES = ("shop", "pos", "desk", "office")
LANGUAGES = ("en", "es", "it", "ru")


STOPS: dict[str, list[Stop]] = {"shop": SHOP, "pos": TILL, "desk": DESK, "office": OFFICE}
LAST: dict[str, list[Stop]] = {"shop": FIRMS}  # by other people than before


@asynccontextmanager
async def visiting(
    browser: Browser, demo: Demo, face: str, *, size: tuple[int, int], language: str = "en", theme: str = "light"
) -> AsyncIterator[tuple[Screen, AsyncIterator[Stop]]]:
    """A fresh browser at a face, and its screens one after the other; each is shown when it is handed out."""
    async with opened(browser, face, url=demo.url, size=size, language=language, theme=theme) as screen:
        yield screen, _walk(screen, demo, face)


async def _walk(screen: Screen, demo: Demo, face: str) -> AsyncIterator[Stop]:
    cards = CARDS if face == "shop" and demo.takes_cards else []
    for stop in [*STOPS[face], *cards, *LAST.get(face, [])]:
        try:
            await stop.way(screen, demo)
        except Exception as error:
            error.add_note(f"on the way to {face} {stop.name}, at {screen.page.url}")
            raise
        yield stop
