"""Every screen of every face: it shuts nobody out, in either theme and size, and speaks four languages in the room of a phone."""

import pytest
from playwright.async_api import Browser

from tests.browser import axe, words
from tests.browser.demo import Demo
from tests.browser.screen import DESKTOP, PHONE, Screen
from tests.browser.screens import FACES, LANGUAGES, visiting
from tests.payments.stripe_server import StripeServer

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("face", FACES)
async def test_it_shuts_nobody_out(face: str, browser: Browser, demo: Demo, stripe: StripeServer) -> None:
    found: list[str] = []
    async with visiting(browser, demo, face, size=DESKTOP) as (screen, stops):
        async for stop in stops:
            width, height = PHONE
            await screen.page.set_viewport_size({"width": width, "height": height})
            said = await words.wrong(screen, "en")
            found += [f"{face} {stop.name}, {one}" for one in [*said, *await axe.found_on(screen)]]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
async def test_it_speaks_the_language(language: str, browser: Browser, demo: Demo, stripe: StripeServer) -> None:
    found: list[str] = []
    for face in FACES:
        async with visiting(browser, demo, face, size=PHONE, language=language) as (screen, stops):
            async for stop in stops:
                found += [f"{face} {stop.name}: {one}" for one in await words.wrong(screen, language)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("<img src='data:,'>", "phone, light: image-alt"),
        ("<style>@media (prefers-color-scheme: dark) { p { color: #bbb } }</style><p>Pale</p>", "desktop, dark: color-contrast"),
    ],
)  # fmt: skip
async def test_what_shuts_out_is_found(page: str, expected: str, browser: Browser) -> None:
    planted = await browser.new_page()
    await planted.set_content(f"<html lang=en><title>x</title><main><h1>x</h1>{page}</main>")
    assert any(one.startswith(expected) for one in await axe.found_on(Screen("planted", planted)))


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>pos.pay</p>", "bare key"),
        ("<p>Ahora en {code}</p>", "nothing filled in"),
        ("<p>Sign in</p>", "English left"),
        ("<button aria-label='Sign in'></button>", "English left"),
        ("<p style='width: 500px'>Hola</p>", "too wide"),
    ],
)
async def test_what_is_said_wrong_is_found(markup: str, expected: str, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": PHONE[0], "height": PHONE[1]})
    await page.set_content(f"<html lang=es><title>Hola</title><body style='margin: 0'>{markup}")
    assert [one for one in await words.wrong(Screen("planted", page), "es") if one.startswith(expected)]
