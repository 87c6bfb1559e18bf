"""How a screen is reached, and from where."""

from collections.abc import Awaitable, Callable

import msgspec

from tests.browser.demo import Demo
from tests.browser.screen import Screen

Way = Callable[[Screen, Demo], Awaitable[None]]


class Stop(msgspec.Struct, frozen=True):
    """One screen; `way` leads to it from the stop before it on the same face."""

    name: str
    way: Way


def at(path: str, ready: str) -> Way:
    """By address, until `ready` can be seen."""

    async def way(screen: Screen, demo: Demo) -> None:
        await screen.open(path)
        await screen.css(ready).first.wait_for()

    return way


def press(testid: str, ready: str) -> Way:
    """By pressing the first such thing, until `ready` can be seen."""

    async def way(screen: Screen, demo: Demo) -> None:
        await screen.id(testid).first.click()
        await screen.css(ready).first.wait_for()

    return way


async def dismiss(screen: Screen) -> None:
    """Close whatever dialog is open, and let the page hear that it is: a scan in between would be the dialog's. What is said at
    the edge of a screen is none, and stays."""
    for _ in range(3):
        if await screen.css("dialog[open], [popover]:not([popover=manual]):popover-open").count() == 0:
            await screen.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
            return
        await screen.page.keyboard.press("Escape")
    raise AssertionError(f"{screen.name}: a dialog does not close")


def closing(way: Way) -> Way:
    async def closed(screen: Screen, demo: Demo) -> None:
        await dismiss(screen)
        await way(screen, demo)

    return closed
