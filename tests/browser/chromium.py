"""The browser of this machine, driven by Playwright. None is ever downloaded."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"no Chromium on this machine (looked for {', '.join(NAMES)} on PATH)"
# As root there is no sandbox; the rest keeps the browser from calling home in the middle of a measurement.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    # Several screens are open at once and all are looked at: none may be slowed down for lying behind another.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
LAUNCH_MS, ACTION_MS = 30_000, 10_000

# Expectations have a patience of their own, half as long as that of actions: too short on a busy machine.
expect.set_options(timeout=ACTION_MS)


def found() -> str | None:
    """Where the browser is."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """A browser for the length of the block. Raises `FileNotFoundError` where there is none."""
    path = found()
    if path is None:
        raise FileNotFoundError(MISSING)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS, timeout=LAUNCH_MS)
        try:
            yield browser
        finally:
            await browser.close()
