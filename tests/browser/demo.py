"""Portico as a newcomer starts it: `portico demo`, a process of its own, on a database of its own."""

import asyncio
import html
import os
import re
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec

from portico.app import runtime
from portico.app.demo.seed import Seeded, seed
from portico.platform import postgres
from portico.platform.db import connect

# With it a test writes the links that a letter would bear.
SECRET = "a-secret-that-only-the-browser-tests-have"
_CODE = r"\b\d{6}\b"
START_SECONDS, STOP_SECONDS, MAIL_SECONDS = 60, 20, 20


class Demo(msgspec.Struct, frozen=True):
    """A running demo: where it answers, what is in it."""

    url: str
    database_url: str
    seeded: Seeded
    takes_cards: bool = False

    async def code_sent_to(self, address: str, *, after: str | None = None) -> str:
        """The newest one-time code for `address`; with `after`, the next one that is sent."""
        return await self._sent_to(address, _CODE, after=after)

    async def last_code(self, address: str) -> str | None:
        """The newest one that has been sent already, if any was."""
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as client:
            return await self._newest(client, address, _CODE)

    async def link_sent_to(self, address: str, path: str) -> str:
        """The newest link for `address` that leads to a page below `path`, without its host."""
        return await self._sent_to(address, rf"(?<=\d){re.escape(path)}[\w.~-]+")

    async def _sent_to(self, address: str, pattern: str, *, after: str | None = None) -> str:
        async with httpx.AsyncClient(base_url=self.url, timeout=5) as client:
            for _ in range(MAIL_SECONDS * 20):
                found = await self._newest(client, address, pattern)
                if found and found != after:
                    return found
                await asyncio.sleep(0.05)
        raise TimeoutError(f"nothing for {address} like {pattern} arrived within {MAIL_SECONDS} s")

    async def _newest(self, client: httpx.AsyncClient, address: str, pattern: str) -> str | None:
        """Read where a newcomer reads it: on the page of the demo's mailbox."""
        page = html.unescape((await client.get("/demo/mail")).text)
        for letter in page.split("<article>")[1:]:  # newest first
            if address in letter and (found := re.search(pattern, letter.partition("<pre>")[2])):
                return found[0]
        return None


async def prepare(database_url: str) -> Seeded:
    """Migrate and seed a database, so that the demos of many tests can begin on copies of it."""
    await runtime.prepare(database_url)
    async with connect(database_url, connections_max=4) as database:
        return await seed(database)


@asynccontextmanager
async def running(
    *, port: int, data: Path, database_url: str, seeded: Seeded, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Demo]:
    """Start `portico demo` on a seeded database and end it, by its process id, after the block."""
    url = f"http://127.0.0.1:{port}"
    data.mkdir(parents=True, exist_ok=True)
    log = data / "demo.log"
    arguments = ["demo", "--port", str(port), "--data", str(data), "--database-url", database_url]
    # A test signs in and reads faster, and from fewer addresses, than any person does.
    limits = {"PORTICO_REQUESTS_PER_MINUTE": "0", "PORTICO_SIGN_INS_PER_MINUTE": "0", "PORTICO_SECRET": SECRET}
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "portico", *arguments,
            stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output, env={**os.environ, **limits, **(settings or {})}, cwd=data,
        )  # fmt: skip
        try:
            await _answering(url, process, log)
            yield Demo(url, database_url, seeded, takes_cards=bool(settings))
        finally:
            await _end(process)


@asynccontextmanager
async def alone(*, port: int, settings: Mapping[str, str] | None = None) -> AsyncIterator[Demo]:
    """A demo with a database server of its own, for tools that are run by hand."""
    with tempfile.TemporaryDirectory(prefix="portico-browser-") as directory:
        data = Path(directory)
        data.chmod(0o755)  # started by root, the database runs as somebody else, who must get through to it
        server = postgres.running(data_dir=data, join=False)
        found = await asyncio.to_thread(server.__enter__)
        try:
            seeded = await prepare(found.dsn)
            given = {"port": port, "data": data / "demo", "database_url": found.dsn, "seeded": seeded}
            async with running(**given, settings=settings) as demo:
                yield demo
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)


async def _answering(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with httpx.AsyncClient(base_url=url, timeout=2) as client:
        for _ in range(START_SECONDS * 20):
            if process.returncode is not None:
                break
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    said = await asyncio.to_thread(log.read_text, errors="replace")
    raise RuntimeError(f"portico demo does not answer at {url}; it said:\n{said[-4000:]}")


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise TimeoutError(f"portico demo was still there {STOP_SECONDS} s after it was asked to stop") from None
