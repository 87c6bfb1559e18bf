"""Pictures of every screen.

    python -m tests.browser.screenshots DIR [--language en --theme light --size phone --face shop]

Without choices: four languages, both themes, phone and desktop. A picture is `DIR/en/light/phone/shop-01-home.png`.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.browser import chromium
from tests.browser import demo as demos
from tests.browser.screen import DESKTOP, PHONE
from tests.browser.screens import FACES, LANGUAGES, visiting
from tests.conftest import free_port
from tests.payments import local_stripe, stripe_server

SIZES = {"phone": PHONE, "desktop": DESKTOP}
THEMES = ("light", "dark")


async def take(
    directory: Path, *, languages: Sequence[str], themes: Sequence[str], sizes: Sequence[str], faces: Sequence[str]
) -> int:
    """How many pictures were taken. One walk serves every theme; each language and size walks anew."""
    taken = 0
    async with (
        stripe_server.running() as stripe,
        demos.alone(port=free_port(), settings=local_stripe.settings(stripe.direct)) as demo,
        chromium.launched() as browser,
    ):
        for language in languages:
            for size in sizes:
                for face in faces:
                    visit = visiting(browser, demo, face, size=SIZES[size], language=language)
                    async with visit as (screen, stops):
                        number = 0
                        async for stop in stops:
                            number += 1
                            for theme in themes:
                                await screen.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                                path = directory / language / theme / size / f"{face}-{number:02}-{stop.name}.png"
                                await screen.page.screenshot(path=path, full_page=face == "shop", animations="disabled")
                                taken += 1
                    print(f"{language} {size} {face}: {taken} pictures", file=sys.stderr)
    return taken


if __name__ == "__main__":
    if chromium.found() is None:
        sys.exit(chromium.MISSING)
    parser = argparse.ArgumentParser(description="Take pictures of every screen.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("--language", choices=LANGUAGES, action="append")
    parser.add_argument("--theme", choices=THEMES, action="append")
    parser.add_argument("--size", choices=tuple(SIZES), action="append")
    parser.add_argument("--face", choices=FACES, action="append")
    given = parser.parse_args()
    asyncio.run(
        take(
            given.directory,
            languages=given.language or LANGUAGES,
            themes=given.theme or THEMES,
            sizes=given.size or tuple(SIZES),
            faces=given.face or FACES,
        )
    )
