"""Serving: one process with the web application and, unless told otherwise, the worker."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from granian.constants import Interfaces
from granian.server.embed import Server

from portico.app import api, runtime, worker
from portico.fulfillment import api as fulfillment
from portico.payments.ports import PaymentProvider
from portico.platform import telemetry
from portico.platform.db import Database
from portico.platform.http.door import Platform
from portico.platform.settings import Settings

SETTLED_SECONDS = 2
GARBAGE_LOOKED_AT_EVERY = 20_000  # objects made and still alive


@asynccontextmanager
async def serving(
    settings: Settings, database: Database, url: str, *, with_worker: bool = True, more: Sequence[Any] = (),
    providers: Sequence[PaymentProvider] = (),
) -> AsyncIterator[Platform]:  # fmt: skip
    """Answer HTTP for the length of the block. `providers` of payments stand beside those of the settings."""
    async with AsyncExitStack() as stack:
        platform = await stack.enter_async_context(
            runtime.platform(settings, database, url, worker=with_worker, more=providers)
        )
        if with_worker:
            await stack.enter_async_context(worker.running(settings, database, url, more=providers))
        server = Server(
            api.build(platform, more=more),
            address=settings.host,
            port=settings.port,
            interface=Interfaces.ASGINL,
            websockets=False,
            log_enabled=False,
            backlog=2048,
        )
        task = asyncio.create_task(server.serve())
        try:
            await _answering(settings, task)
            settling = asyncio.create_task(_settle())
            stack.callback(settling.cancel)
            yield platform
        finally:
            server.stop()  # type: ignore[no-untyped-call]  # Granian leaves this one untyped
            await asyncio.wait([task], timeout=10)


async def _settle() -> None:
    """What can wait until the first who were waiting are answered."""
    await asyncio.sleep(SETTLED_SECONDS)
    await asyncio.to_thread(fulfillment.load_arrays)
    spare_the_collector()


def spare_the_collector() -> None:
    """What is there once a process serves stays until its end: the garbage collector need not walk it again and again. And
    what answers are made of dies by reference counts, hardly ever in rings: it may look seldom.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_LOOKED_AT_EVERY, 20, 50)


async def _answering(settings: Settings, task: "asyncio.Task[None]") -> None:
    """Wait until the port takes connections. Raises what ended the server where it never does."""
    for _ in range(500):
        if task.done():
            task.result()
            raise OSError(f"cannot listen on {settings.host}:{settings.port}")
        try:
            _, writer = await asyncio.open_connection(settings.host, settings.port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
    raise OSError(f"cannot listen on {settings.host}:{settings.port}")


async def until_stopped(settings: Settings, *, with_worker: bool, ready: Callable[[str], None]) -> None:
    """`portico serve`: run until a signal asks to stop."""
    telemetry.start(settings)
    async with (
        runtime.opened(settings, join=False) as (database, url),
        serving(settings, database, url, with_worker=with_worker) as platform,
    ):
        ready(platform.public_url)
        await stop_signal()


async def stop_signal() -> None:
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    await stop.wait()
