"""axe on every screen: no violation in either theme, on phone and desktop."""

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser

from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, Screen
from tests.browser.screens import FACES, visiting
from tests.payments.stripe_server import StripeServer

pytestmark = pytest.mark.browser

# A color half way between two themes is nobody's choice: what moves is brought to its end, what never ends goes on.
# What follows from a change of theme or size begins a frame later.
_REST = """async () => {
    for (let turn = 0; turn < 3; turn++) {
        await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
        document.getAnimations().forEach((each) => { try { each.finish() } catch {} })
    }
}"""
SIZES = {"phone": PHONE, "desktop": DESKTOP}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("face", FACES)
async def test_no_screen_shuts_anybody_out(
    face: str, theme: str, browser: Browser, demo: Demo, stripe: StripeServer
) -> None:
    found: list[str] = []
    async with visiting(browser, demo, face, size=DESKTOP) as (screen, stops):
        async for stop in stops:
            for size in SIZES:
                found += [f"{face} {stop.name}, {size}: {one}" for one in await check(screen, size, theme)]
    assert not found, "\n".join(found)


async def check(screen: Screen, size: str, theme: str) -> list[str]:
    """What axe has against the screen as it stands, each with its place."""
    width, height = SIZES[size]
    await screen.page.set_viewport_size({"width": width, "height": height})
    await screen.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    await screen.page.evaluate(_REST)
    results = await Axe().run(screen.page)
    return [
        f"{violation['id']} ({violation['impact']}) at {' '.join(map(str, node['target']))}: "
        + "; ".join(one["message"] for one in [*node["any"], *node["all"], *node["none"]][:1])
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


async def test_the_check_finds_what_is_planted(browser: Browser) -> None:
    page = await browser.new_page()
    await page.set_content("<html lang=en><title>x</title><main><h1>x</h1><img src='data:,'></main>")
    assert any("image-alt" in one for one in await check(Screen("planted", page), "phone", "light"))
