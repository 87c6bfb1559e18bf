"""Fixtures: a real PostgreSQL per test run, a fresh database per test, the real application over HTTP.

All workers of a parallel run share one server (whoever leaves last stops it); each worker migrates one template
database, and each test's own is copied from it, which takes some tens of milliseconds.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import msgspec
import pytest

from portico.app import runtime, serve
from portico.platform import postgres
from portico.platform.db import Database, connect
from portico.platform.settings import Settings
from tests.world import World, build_world

TEMPLATE_NAME = f"template_{os.getpid()}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pg", choices=["auto", "system", "wheel"], default=os.environ.get("PORTICO_TEST_PG") or "auto")


# All of it is plain HTTP: reading the machine's certificates anew for each client takes 40 ms of every test.
httpx.AsyncClient.__init__.__kwdefaults__["verify"] = False


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[str]:
    """The server of this test run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    choice = postgres.Choice(request.config.getoption("--pg"))
    with postgres.running(data_dir=shared / "portico", choice=choice, join=True) as server:
        yield server.dsn


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """The name of a database that has every migration and no data."""

    async def prepare() -> None:
        await _administer(server_url, f'create database "{TEMPLATE_NAME}"')
        await runtime.prepare(_named(server_url, TEMPLATE_NAME))

    asyncio.run(prepare())
    yield TEMPLATE_NAME
    asyncio.run(_administer(server_url, f'drop database if exists "{TEMPLATE_NAME}" with (force)'))


@pytest.fixture(scope="session")
def furnished(server_url: str, template: str) -> Iterator[tuple[str, World]]:
    """The name of a database with the small retailer in it, and who she is: made once, copied for each test."""
    name = f"{template}_furnished"

    async def prepare() -> World:
        await _administer(server_url, f'create database "{name}" template "{template}"')
        async with connect(_named(server_url, name), connections_max=2) as database:
            return await build_world(database)

    yield name, asyncio.run(prepare())
    asyncio.run(_administer(server_url, f'drop database if exists "{name}" with (force)'))


@pytest.fixture
def original(request: pytest.FixtureRequest, template: str) -> str:
    """Which database the test's own is a copy of."""
    return str(request.getfixturevalue("furnished")[0]) if "world" in request.fixturenames else template


@pytest.fixture
async def database_url(server_url: str, original: str) -> AsyncIterator[str]:
    """A fresh, migrated database: empty, or with the small retailer where the test asks for the world."""
    name = f"test_{uuid4().hex}"
    await _administer(server_url, f'create database "{name}" template "{original}"')
    yield _named(server_url, name)
    await _administer(server_url, f'drop database if exists "{name}" with (force)')


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with connect(database_url, connections_max=8) as opened:
        yield opened


@pytest.fixture
def world(database: Database, furnished: tuple[str, World]) -> World:
    """A small retailer: two stores, two tills, a few items with prices and stock, staff who can sign in. What a test adds to it is
    that test's alone."""
    made = furnished[1]
    return msgspec.structs.replace(made, variants=dict(made.variants), tills=dict(made.tills))


def _named(url: str, name: str) -> str:
    head, _, tail = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{tail}" if tail else "")


async def _administer(url: str, statement: str) -> None:
    connection = await asyncpg.connect(_named(url, "postgres"))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


Served = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def served(database: Database, database_url: str, tmp_path: Path) -> Served:
    """Start the real server on the test's database: `async with served(gather=False) as url`."""

    @asynccontextmanager
    async def start(**settings: object) -> AsyncIterator[str]:
        given = Settings(
            **{"data": tmp_path, "port": free_port(), "requests_per_minute": 0, "sign_ins_per_minute": 0, **settings}
        )
        async with serve.serving(given, database, database_url):
            yield f"http://127.0.0.1:{given.port}"

    return start


@pytest.fixture
async def url(served: Served, world: World) -> AsyncIterator[str]:
    """The address of a running server with the small world in it."""
    async with served() as address:
        yield address


@pytest.fixture
async def http(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A shopper's browser that holds no page yet: a client with its own cookies."""
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}, timeout=20) as client:
        yield client
