"""The server that benchmarks ask over HTTP."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil


@asynccontextmanager
async def server(url: str, folder: Path, *, gather: bool = True) -> AsyncIterator[tuple[int, int]]:
    """`portico serve` in a process of its own, as it comes, but for the limit on requests: its port, and its process id."""
    port = await asyncio.to_thread(_free_port)
    environment = os.environ | {
        "PORTICO_GATHER": str(gather).lower(),
        "PORTICO_REQUESTS_PER_MINUTE": "0",
        "PORTICO_LOG_LEVEL": "warning",
        "PORTICO_DATABASE_URL": url,
        "PORTICO_DATA": str(folder / "data"),
        "PORTICO_PORT": str(port),
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "portico", "serve", env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await _listening(port, process)
        yield port, process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), 30)


def _free_port() -> int:
    import socket

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def _listening(port: int, process: asyncio.subprocess.Process) -> None:
    for _ in range(600):
        if process.returncode is not None:
            raise RuntimeError(f"the server ended with status {process.returncode}")
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise RuntimeError("the server did not come up")


def database_seconds(url: str) -> float:
    """CPU seconds that the backends at work on a database have used so far."""
    name, spent = urlsplit(url).path.lstrip("/"), 0.0
    for one in psutil.process_iter(["cmdline", "cpu_times"]):
        title = " ".join(one.info["cmdline"] or ())
        if title.startswith("postgres:") and name in title and one.info["cpu_times"]:
            spent += one.info["cpu_times"].user + one.info["cpu_times"].system
    return spent
