"""Live screens: the event log's tail, fanned out to whoever listens, and the wake-up that also drives durable readers.

A commit that wrote facts wakes this process at once and, by a NOTIFY sent after the commit and coalesced, every
other process. All also look by themselves every `POLL_SECONDS`, so a lost notice delays and never loses.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager

import asyncpg
import structlog

from portico.platform import telemetry
from portico.platform.db import Database
from portico.platform.events import Fact, Reader, Recorded, Tail

log = structlog.get_logger()

CHANNEL = "portico_facts"
POLL_SECONDS = 0.5
NOTIFY_EVERY_SECONDS = 0.005
# Commits that follow one another within so long are looked at together: a busy process looks so often, not at each commit.
SHOW_EVERY_SECONDS = 0.01
QUEUE_MAX = 1000
STOP_SECONDS = 5
TOPICS_MAX = 200

_Cache = tuple[Callable[[Collection[str]], None], Callable[[], bool]]


class Subscription:
    """One listener's queue. When it overflows the listener is told to start over, rather than kept in memory."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self.queue: asyncio.Queue[Recorded | None] = asyncio.Queue(QUEUE_MAX)

    def put(self, fact: Recorded) -> None:
        try:
            self.queue.put_nowait(fact)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Live:
    """The hub of one process. `readers` are the durable readers this process helps to run."""

    def __init__(self, database: Database, url: str, *, readers: Sequence[Reader] = ()) -> None:
        self._database, self._url, self._readers = database, url, readers
        self._by_topic: defaultdict[str, set[Subscription]] = defaultdict(set)
        self._wakes: list[asyncio.Event] = []
        self._to_notify = asyncio.Event()
        self._hear: dict[str, list[_Cache]] = {}

    def on_fact(
        self, room: str, hear: Callable[[Collection[str]], None], *, if_any: Callable[[], bool] = lambda: True
    ) -> None:
        """Have the topics of every fact that `room` announces passed to `hear`, which must be quick and must not fail: for
        caches. Facts of this process are heard right after their commit, and all again once the log shows them.
        While `if_any` says that nothing is kept, nothing is heard."""
        self._hear.setdefault(room, []).append((hear, if_any))

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Live"]:
        tail = Tail()
        await tail.start(self._database)
        for reader in self._readers:
            await reader.register(self._database)
        self._database.on_commit = self._committed
        tasks = [
            asyncio.create_task(self._keep(self._follow, tail)),
            asyncio.create_task(self._keep(self._exchange_notices)),
        ]
        tasks += [asyncio.create_task(self._keep(self._run_reader, reader)) for reader in self._readers]
        try:
            yield self
        finally:
            self._database.on_commit = lambda facts: None
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=STOP_SECONDS)

    @asynccontextmanager
    async def subscribed(self, topics: frozenset[str]) -> AsyncIterator[Subscription]:
        subscription = Subscription(topics)
        for topic in topics:
            self._by_topic[topic].add(subscription)
        telemetry.streams.add(1)
        try:
            yield subscription
        finally:
            telemetry.streams.add(-1)
            for topic in topics:
                self._by_topic[topic].discard(subscription)
                if not self._by_topic[topic]:
                    del self._by_topic[topic]

    def _committed(self, facts: Sequence[Fact]) -> None:
        for fact in facts:
            self._tell(fact.type_name, fact.topics)
        self._wake_all()
        self._to_notify.set()

    def _wake_all(self) -> None:
        for wake in self._wakes:
            wake.set()

    async def _keep(self, work: Callable[..., object], *arguments: object) -> None:
        """Run `work` for ever: a lost connection or a bug is logged, and it starts again."""
        wake = asyncio.Event()
        self._wakes.append(wake)
        while True:
            try:
                await work(wake, *arguments)  # type: ignore[misc]  # each of ours is a coroutine function
            except asyncio.CancelledError:
                raise
            except Exception as bug:
                log.warning(
                    "live_interrupted", work=getattr(work, "__name__", ""), error=f"{type(bug).__name__}: {bug}"
                )
                await asyncio.sleep(POLL_SECONDS)

    @staticmethod
    async def _rest(wake: asyncio.Event) -> None:
        # Not `wait_for`: on Python 3.11 it swallows a cancellation that comes together with the wake-up.
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await wake.wait()
        except TimeoutError:
            pass
        wake.clear()

    async def _follow(self, wake: asyncio.Event, tail: Tail) -> None:
        while True:
            # Asked of the database is only what somebody here listens to: most facts are nobody's news at the moment.
            rooms = [room for room, caches in self._hear.items() if any(if_any() for _, if_any in caches)]
            for fact in await tail.next(self._database, topics=self._by_topic.keys(), rooms=rooms):
                self._show(fact)
            await self._rest(wake)
            await asyncio.sleep(SHOW_EVERY_SECONDS)

    def _show(self, fact: Recorded) -> None:
        self._tell(fact.type, lambda: fact.topics)
        listeners = {one for topic in fact.topics for one in self._by_topic.get(topic, ())}
        for listener in listeners:
            listener.put(fact)
        if listeners:
            telemetry.facts_shown.add(len(listeners))

    def _tell(self, type_name: str, topics: Callable[[], Collection[str]]) -> None:
        for hear, if_any in self._hear.get(type_name.partition(".")[0], ()):
            if if_any():
                hear(topics())

    async def _run_reader(self, wake: asyncio.Event, reader: Reader) -> None:
        while True:
            if not await reader.advance(self._database):
                await self._rest(wake)
                await asyncio.sleep(reader.rest_seconds)

    async def _exchange_notices(self, wake: asyncio.Event) -> None:
        """One connection of its own: hears other processes, tells them, at most every few milliseconds."""
        connection = await asyncpg.connect(self._url, statement_cache_size=0)
        try:
            me = str(connection.get_server_pid())
            await connection.add_listener(CHANNEL, lambda *notice: None if notice[-1] == me else self._wake_all())
            while True:
                await self._to_notify.wait()
                self._to_notify.clear()
                await connection.execute("select pg_notify($1, $2)", CHANNEL, me)
                await asyncio.sleep(NOTIFY_EVERY_SECONDS)
        finally:
            connection.terminate()
