"""Fixtures of the browser tests: one Chromium and one running demo per test, on a database of the test's own."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Browser

from portico.app.demo.seed import Seeded
from tests.browser import chromium
from tests.browser import demo as demos
from tests.browser.demo import Demo
from tests.conftest import _administer, _named, free_port
from tests.payments import local_stripe, stripe_server
from tests.payments.stripe_server import StripeServer


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Without a browser these tests are skipped, each by its name; where one is required they fail."""
    if item.get_closest_marker("browser") is None or chromium.found():
        return
    if os.environ.get("PORTICO_BROWSER_REQUIRED") == "1":
        pytest.fail(f"{chromium.MISSING}, and PORTICO_BROWSER_REQUIRED=1", pytrace=False)
    # The name is part of the reason: pytest would fold equal reasons into one line without names.
    pytest.skip(f"{item.name}: {chromium.MISSING}")


@pytest.fixture(scope="session")
def seeded(server_url: str) -> Iterator[tuple[str, Seeded]]:
    """The name of a database with the demo in it, and what it says of itself."""
    name = f"demo_{os.getpid()}"

    async def prepare() -> Seeded:
        await _administer(server_url, f'create database "{name}"')
        return await demos.prepare(_named(server_url, name))

    yield name, asyncio.run(prepare())
    asyncio.run(_administer(server_url, f'drop database if exists "{name}" with (force)'))


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    """A Stripe of the test's own, on this machine."""
    async with stripe_server.running() as server:
        yield server


@pytest.fixture
def taking_cards(request: pytest.FixtureRequest) -> dict[str, str]:
    """What the test's demo is told, so that it takes cards where the test has a Stripe."""
    if "stripe" not in request.fixturenames:
        return {}
    server: StripeServer = request.getfixturevalue("stripe")
    return {**local_stripe.settings(server.direct), "PORTICO_STRIPE_URL": server.url}


@pytest.fixture
async def demo(
    server_url: str, seeded: tuple[str, Seeded], tmp_path: Path, taking_cards: dict[str, str]
) -> AsyncIterator[Demo]:
    """`portico demo`, running on a fresh copy of the seeded database."""
    template, about = seeded
    name = f"demo_{uuid4().hex}"
    await _administer(server_url, f'create database "{name}" template "{template}"')
    try:
        url = _named(server_url, name)
        async with demos.running(
            port=free_port(), data=tmp_path, database_url=url, seeded=about, settings=taking_cards
        ) as running:
            yield running
    finally:
        await _administer(server_url, f'drop database if exists "{name}" with (force)')


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium.launched() as launched:
        yield launched
