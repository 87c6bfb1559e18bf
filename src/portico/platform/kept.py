"""Answers a process keeps for a moment, so that what many ask at once is read once.

Each is kept with the topics it is about. A fact with one of them ends it: at once where this process committed the fact,
with the next notice where another did. Whatever no fact tells (a hold that runs out, a price that an import set) ends
it after `KEPT_SECONDS`. An answer whose reading had begun before such a fact is not kept at all: it may not know it.
"""

import time
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Hashable

KEPT_SECONDS = 5.0
ANSWERS_MAX = 5_000
BYTES_MAX = 32 * 1024 * 1024


class Mark:
    """A reading that is under way, and what was told meanwhile."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        self.told: set[str] = set()


class _Answer:
    __slots__ = ("body", "topics", "until")

    def __init__(self, body: bytes, topics: Collection[str], until: float) -> None:
        self.body, self.topics, self.until = body, topics, until


class Kept:
    """The kept answers of one process, those asked for longest ago given up first."""

    def __init__(self, *, seconds: float = KEPT_SECONDS) -> None:
        self._seconds = seconds
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._by_topic: defaultdict[str, set[Hashable]] = defaultdict(set)
        self._reading: set[Mark] = set()
        self._bytes = 0

    def __bool__(self) -> bool:
        """Whether facts matter to it at the moment."""
        return bool(self._answers or self._reading)

    def get(self, key: Hashable) -> bytes | None:
        found = self._answers.get(key)
        if found is None:
            return None
        if found.until <= time.monotonic():
            self._drop(key)
            return None
        self._answers.move_to_end(key)
        return found.body

    def begin(self) -> Mark:
        """Call it before the reading; `end` it whatever comes of it."""
        mark = Mark()
        self._reading.add(mark)
        return mark

    def end(self, mark: Mark) -> None:
        self._reading.discard(mark)

    def put(self, key: Hashable, body: bytes, *, topics: Collection[str], mark: Mark) -> None:
        """Keep an answer, unless a fact has come that it is about since its reading began."""
        if not mark.told.isdisjoint(topics):
            return
        self._drop(key)
        self._answers[key] = _Answer(body, topics, time.monotonic() + self._seconds)
        self._bytes += len(body)
        for topic in topics:
            self._by_topic[topic].add(key)
        while len(self._answers) > ANSWERS_MAX or self._bytes > BYTES_MAX:
            self._drop(next(iter(self._answers)))

    def forget(self, topics: Collection[str]) -> None:
        """A fact was told."""
        for mark in self._reading:
            mark.told.update(topics)
        for topic in topics:
            for key in tuple(self._by_topic.get(topic, ())):
                self._drop(key)

    def _drop(self, key: Hashable) -> None:
        found = self._answers.pop(key, None)
        if found is None:
            return
        self._bytes -= len(found.body)
        for topic in found.topics:
            keys = self._by_topic[topic]
            keys.discard(key)
            if not keys:
                del self._by_topic[topic]
