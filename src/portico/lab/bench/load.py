"""A load of callers over HTTP/1.1: each sends its next request when it has the answer to the last.

Bare on purpose: a benchmark on two cores must not spend one of them on a comfortable client.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

SAMPLED_EVERY = 50


class Seen:
    """What all callers saw: answers by status, latencies in seconds, the last answer that was none we want, and the body of
    every fiftieth."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.latencies: list[float] = []
        self.odd = b""
        self.samples: list[bytes] = []


class _Caller(asyncio.Protocol):
    """One keep-alive connection."""

    def __init__(self, request: Callable[[], bytes], until: float, seen: "Seen") -> None:
        self._request, self._until, self._seen = request, until, seen
        self._buffer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(self._request())  # type: ignore[attr-defined]  # a TCP transport writes

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < head_end + 4 + length:
            return
        status, now = int(head[9:12]), time.perf_counter()
        if status >= 300:
            self._seen.odd = self._buffer[: head_end + 4 + length]
        if len(self._seen.latencies) % SAMPLED_EVERY == 0:
            self._seen.samples.append(self._buffer[head_end + 4 : head_end + 4 + length])
        self._buffer = self._buffer[head_end + 4 + length :]
        self._seen.statuses[status] += 1
        self._seen.latencies.append(now - self._began)
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


async def run(host: str, port: int, *, callers: Sequence[Callable[[], bytes]], seconds: float) -> tuple[float, Seen]:
    """Answers per second, and what was seen. One caller per request function."""
    seen = Seen()
    loop, began = asyncio.get_running_loop(), time.perf_counter()
    made = [
        await loop.create_connection(lambda one=one: _Caller(one, began + seconds, seen), host, port)  # type: ignore[misc]
        for one in callers
    ]
    await asyncio.wait_for(asyncio.gather(*(caller.done for _, caller in made)), seconds + 60)
    return seen.statuses.total() / (time.perf_counter() - began), seen


async def ask(host: str, port: int, request: bytes) -> tuple[int, bytes]:
    """One request on a connection of its own: the answer's status and body."""
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        return int(head[9:12]), await reader.readexactly(int(length or 0))
    finally:
        writer.close()
