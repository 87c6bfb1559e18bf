"""Concurrent single calls of a hot command become one transaction; each caller gets its own answer.

While one batch is being written, callers queue; the next batch takes them all, up to `batch_max`. Contention is
cheap this way: two hundred buyers of one item lock its row once. A bug met by a batch is met again one by one, so
that the item that carries it fails alone. The queue is bounded: beyond `waiting_max` callers are refused at once, which
is kinder than an answer that comes after they have left.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from portico.platform.refusals import Overloaded

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")


class Gather(Generic[Ask, Answer]):
    """Call it with one ask; `run` is called with many and answers each, in order.

    `writers` batches may be under way at once: with two, one decides while the other waits for the disk.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Ask]], Awaitable[Sequence[Answer]]],
        *,
        batch_max: int = 128,
        waiting_max: int = 2048,
        writers: int = 1,
    ) -> None:
        self._run, self._batch_max, self._waiting_max = run, batch_max, waiting_max
        self._waiting: deque[tuple[Ask, asyncio.Future[Answer]]] = deque()
        self._idle_writers = writers
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, ask: Ask) -> Answer:
        """Wait for this ask's own answer. Refuses with Overloaded when too many are waiting already."""
        if len(self._waiting) >= self._waiting_max:
            raise Overloaded()
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((ask, answer))
        if self._idle_writers:
            self._idle_writers -= 1
            task = asyncio.create_task(self._write())
            self._tasks.add(task)  # the loop holds tasks only weakly
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _write(self) -> None:
        try:
            await asyncio.sleep(0)  # let callers that are ready in this very turn of the loop join the first batch
            while batch := self._take():
                await self._write_batch(batch)
        finally:
            self._idle_writers += 1

    def _take(self) -> list[tuple[Ask, "asyncio.Future[Answer]"]]:
        batch: list[tuple[Ask, asyncio.Future[Answer]]] = []
        while self._waiting and len(batch) < self._batch_max:
            one = self._waiting.popleft()
            if not one[1].done():  # its caller has left before anything was written
                batch.append(one)
        return batch

    async def _write_batch(self, batch: Sequence[tuple[Ask, "asyncio.Future[Answer]"]]) -> None:
        try:
            answers = await self._run([ask for ask, _ in batch])
            if len(answers) != len(batch):
                raise RuntimeError(f"{len(batch)} asks were given {len(answers)} answers")
        except Exception as bug:
            if len(batch) == 1:
                if not batch[0][1].done():
                    batch[0][1].set_exception(bug)
                return
            for one in batch:
                await self._write_batch([one])
            return
        for (_, waiting), answer in zip(batch, answers, strict=True):
            if not waiting.done():
                waiting.set_result(answer)
