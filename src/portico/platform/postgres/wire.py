"""Talking to a server: addresses, and the one question whether it answers."""

import asyncio
import re
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import asyncpg

from portico.platform.postgres.binaries import MAJOR_MIN
from portico.platform.postgres.cluster import DATABASE, PORT, ROLE
from portico.platform.postgres.refusals import Unreachable

T = TypeVar("T")
CONNECT_SECONDS_MAX = 5.0
NOT_READY = (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError, TimeoutError)


def address(directory: Path, password: str, *, database: str = DATABASE) -> str:
    """The URL of a server that listens on a socket in this directory; asyncpg and libpq both read it."""
    return (
        f"postgresql://{ROLE}:{quote(password, safe='')}@/{database}?host={quote(str(directory), safe='/')}&port={PORT}"
    )


def ask_version(directory: Path, password: str) -> str | None:
    """The server's version once it answers a query in our database; None while it does not.

    Makes the database if it is missing: a first start may have been killed before it did. Raises asyncpg's error if the
    server answers and refuses us.
    """
    return outside_any_loop(_ask_version(directory, password))


async def _ask_version(directory: Path, password: str) -> str | None:
    try:
        try:
            return await _query(address(directory, password))
        except asyncpg.InvalidCatalogNameError:
            connection = await asyncpg.connect(
                address(directory, password, database="postgres"), timeout=CONNECT_SECONDS_MAX
            )
            try:
                await connection.execute(f"create database {DATABASE}", timeout=60)
            finally:
                await connection.close(timeout=CONNECT_SECONDS_MAX)
            return await _query(address(directory, password))
    except NOT_READY:
        return None


async def _query(dsn: str) -> str:
    connection = await asyncpg.connect(dsn, timeout=CONNECT_SECONDS_MAX)
    try:
        return str(await connection.fetchval("show server_version", timeout=CONNECT_SECONDS_MAX)).split()[0]
    finally:
        await connection.close(timeout=CONNECT_SECONDS_MAX)


def check_url(url: str) -> str:
    """The version of the server at this URL. Refuses with `Unreachable`; the message never shows the password."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise Unreachable(
            where=f"{parts.scheme or 'no'}://…", reason="a URL of the form postgresql://user@host/database is needed"
        )
    where = re.sub(r"//[^/@]*@", "//", parts._replace(query="").geturl())
    try:
        version = outside_any_loop(_query(url))
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Unreachable(where=where, reason=str(error) or type(error).__name__) from None
    if int(version.split(".")[0]) < MAJOR_MIN:
        raise Unreachable(where=where, reason=f"it is PostgreSQL {version}, and {MAJOR_MIN} or newer is needed")
    return version


def outside_any_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end from code that may or may not be inside an event loop already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
