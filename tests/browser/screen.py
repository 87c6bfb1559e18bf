"""One screen of one person: a browser context of her own, what went wrong on it, and when it showed what."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import msgspec
from playwright.async_api import Browser, ConsoleMessage, Error, Locator, Page, Request, Response, expect

from tests.browser.chromium import ACTION_MS

PHONE, TABLET, DESKTOP = (390, 844), (1024, 768), (1440, 900)
LIVE_SECONDS_MAX = 2.0  # what "live, without a reload" may mean on a busy machine; how fast it is, is measured

# Resolves with the wall clock, in milliseconds, at which the document came to show (or no longer show) something. It
# lives in the document: a reload ends it, so an answer also proves that there was none.
_WATCH = """({ selector, text, gone, id }) => {
  const now = () => performance.timeOrigin + performance.now()
  const shown = () => [...document.querySelectorAll(selector)].some((each) => each.textContent.includes(text))
  const sights = (window.porticoSights ??= new Map())
  if (shown() !== gone) throw new Error(`already so before the change: ${selector} ${text}`)
  sights.set(id, new Promise((seen) => {
    const observer = new MutationObserver(() => {
      if (shown() === gone) return
      observer.disconnect()
      seen(now())
    })
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
  }))
}"""
_SEEN = "(id) => window.porticoSights?.get(id) ?? Promise.reject(new Error('the page was loaded anew'))"


class Sight(msgspec.Struct, frozen=True):
    """Something to be seen: an element with a text in it, or, `gone`, none such any more."""

    selector: str
    text: str = ""
    gone: bool = False


class Lag(msgspec.Struct, frozen=True):
    """How long a change took from one screen to another, in milliseconds.

    The commit lies between the request and its answer, so the true figure lies between the two: `from_answer` is the
    least it can be (below zero: shown before the writer had its own answer), `from_request` the most.
    """

    what: str
    writer: str
    reader: str
    from_answer: float
    from_request: float


class Screen:
    """A page and its owner's name. `problems` gathers whatever a person with the developer tools open would see."""

    def __init__(self, name: str, page: Page) -> None:
        self.name, self.page = name, page
        self.problems: list[str] = []
        self.writes: list[tuple[Request, float, float]] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(f"{name}: {error}"))
        page.on("requestfailed", self._on_failed)
        page.on("response", self._on_response)

    def id(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def css(self, selector: str, *, has_text: str | None = None) -> Locator:
        return self.page.locator(selector, has_text=has_text)

    async def open(self, path: str) -> None:
        await self.page.goto(path, wait_until="load")

    async def live(self) -> None:
        """Wait until the face hears the stream of facts."""
        await expect(self.id("sync")).to_have_attribute("data-state", "live")

    def _on_console(self, message: ConsoleMessage) -> None:
        # A policy that is broken, an uncaught refusal, a missing file: all of them arrive here as errors.
        if message.type == "error":
            self.problems.append(f"{self.name}: {message.text} ({message.location.get('url', '')})")

    def _on_failed(self, request: Request) -> None:
        # Leaving a page and typing on in a search box end requests that nobody waits for any more.
        if request.failure != "net::ERR_ABORTED":
            self.problems.append(f"{self.name}: {request.method} {request.url} {request.failure}")

    def _on_response(self, response: Response) -> None:
        request = response.request
        if response.status >= 400:
            self.problems.append(f"{self.name}: {request.method} {response.url} answered {response.status}")
        if request.method in ("POST", "PATCH", "PUT", "DELETE"):
            timing = request.timing
            began = timing["startTime"]
            self.writes.append((request, began + max(0, timing["requestStart"]), began + timing["responseStart"]))


@asynccontextmanager
async def opened(browser: Browser, name: str, *, url: str, size: tuple[int, int], language: str = "en-GB",
                 theme: str = "light", market: str = "es") -> AsyncIterator[Screen]:  # fmt: skip
    """A person's own browser: cookies, storage and stream are nobody else's. `url` is where Portico answers."""
    context = await browser.new_context(
        base_url=url,
        viewport={"width": size[0], "height": size[1]},
        locale=language,
        timezone_id="Europe/Madrid",
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        has_touch=size[0] < TABLET[0],
    )
    context.set_default_timeout(ACTION_MS)
    await context.add_cookies([{"name": "portico_market", "value": market, "url": url}])
    try:
        screen = Screen(name, await context.new_page())
        try:
            yield screen
        except Exception as error:
            error.add_note(await _seen(screen))
            raise
    finally:
        await context.close()


async def _seen(screen: Screen) -> str:
    """What stood on the screen when a test failed there."""
    try:
        text = await screen.page.locator("body").inner_text(timeout=2000)
    except Error as error:
        text = str(error)
    return f"{screen.name} at {screen.page.url}, problems {screen.problems}:\n{text[:4000]}"


@asynccontextmanager
async def changing(
    what: str, writer: Screen, *, write: str, seen: Mapping[Screen, Sight], lags: list[Lag]
) -> AsyncIterator[None]:
    """The block makes `writer` send one write (a path's pattern, as `POST /v1/carts/.+/lines`); every other screen
    must come to show its sight by itself. Fails where one does not within `LIVE_SECONDS_MAX` of the answer, or was
    loaded anew, or showed it before.
    """
    names = {screen: f"{what} {len(lags)} {screen.name}" for screen in seen}
    for screen, sight in seen.items():
        await screen.page.evaluate(_WATCH, {**msgspec.structs.asdict(sight), "id": names[screen]})
    method, _, pattern = write.partition(" ")
    before = len(writer.writes)
    yield
    _, asked, answered = await _written(writer, before, method, pattern)
    for screen in seen:
        try:
            at = await asyncio.wait_for(screen.page.evaluate(_SEEN, names[screen]), LIVE_SECONDS_MAX + 1)
        except TimeoutError:
            raise AssertionError(f"{what}: {screen.name} does not show {seen[screen]}") from None
        assert at - answered < LIVE_SECONDS_MAX * 1000, f"{what}: {screen.name} took {at - answered:.0f} ms"
        lags.append(Lag(what, writer.name, screen.name, round(at - answered, 1), round(at - asked, 1)))


async def _written(writer: Screen, before: int, method: str, pattern: str) -> tuple[Request, float, float]:
    """The write that was asked for, once it has been answered."""
    for _ in range(ACTION_MS // 10):
        for one in writer.writes[before:]:
            if one[0].method == method and re.search(f"{pattern}$", one[0].url):
                return one
        await asyncio.sleep(0.01)
    raise AssertionError(
        f"{writer.name} sent no {method} {pattern}; sent: {[(w[0].method, w[0].url) for w in writer.writes[before:]]}"
    )
