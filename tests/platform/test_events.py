"""The event log: nothing is skipped, nothing is handled twice, whatever the order of commits."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import pytest

from portico.platform import clock
from portico.platform.db import Database, Query, Tx
from portico.platform.events import (
    ATTEMPTS_MAX,
    Fact,
    Hand,
    Place,
    Reader,
    Recorded,
    Tail,
    announces,
    open_generation,
    readers,
)
from portico.platform.ids import Id

BY = Hand(actor="system:test", actor_name="Test")


class ThingId(Id, prefix="thing"):
    __slots__ = ()


@announces("tests.happened.v1")
class Happened(Fact, frozen=True, kw_only=True):
    number: int


@announces("tests.said.v1")
class Said(Fact, frozen=True, kw_only=True):
    loud: bool


@announces("tests.elsewhere.v1")
class Elsewhere(Fact, frozen=True, kw_only=True):
    """No concern of the reader."""


def happened(number: int) -> Happened:
    return Happened(subject=ThingId.new(), by=BY, occurred_at=clock.now(), number=number)


async def announce(database: Database, *numbers: int) -> None:
    async with database.transaction() as tx:
        tx.emit([happened(one) for one in numbers])


class Notes:
    """A handler that notes what it has handled, in the transaction it was given."""

    WRITE = Query(None, "insert into public.note (number) values (:number)")
    READ = Query(int, "select number from public.note order by at")

    def __init__(self, database: Database) -> None:
        self.database = database
        self.reader = Reader("notes", {Happened: self.handle})
        self.fails: set[int] = set()
        self.attempts: list[int] = []

    async def start(self) -> "Notes":
        async with self.database.pool.acquire() as connection:
            await connection.execute(
                "create table public.note (number int not null, at int generated always as identity)"
            )
        await self.reader.register(self.database)
        return self

    async def handle(self, tx: Tx, fact: Recorded) -> None:
        found = fact.fact()
        assert isinstance(found, Happened)
        self.attempts.append(found.number)
        await tx.run(self.WRITE, number=found.number)
        if found.number in self.fails:
            raise RuntimeError("cannot handle this one")

    async def until(self, *numbers: int) -> None:
        """Read on until exactly these are noted: a transaction anywhere in the cluster, another test's too, may delay a
        durable reader, and never makes it skip."""
        for _ in range(200):
            while await self.reader.advance(self.database):
                pass
            if len(await self.noted()) >= len(numbers):
                break
            await asyncio.sleep(0.05)
        assert sorted(await self.noted()) == sorted(numbers)

    async def noted(self) -> list[int]:
        async with self.database.read() as tx:
            return await tx.all(self.READ)


@pytest.fixture
async def notes(database: Database) -> Notes:
    return await Notes(database).start()


# The statements above are declared for this file alone: their table exists only here.
Query.every.remove(Notes.WRITE)
Query.every.remove(Notes.READ)


async def test_a_fact_that_commits_late_is_not_skipped(database: Database, notes: Notes) -> None:
    async with AsyncExitStack() as stack:
        late = await stack.enter_async_context(database.transaction())
        late.emit([happened(1)])
        await late.flush()  # its id is taken now, its commit comes after the other's
        late._facts.clear()
        await announce(database, 2)
        await notes.reader.advance(database)
        assert await notes.noted() == []  # 2 waits until 1 can no longer come before it
    await notes.until(1, 2)


async def test_a_reader_that_goes_by_id_alone_would_skip_it(database: Database) -> None:
    """The control: the same late commit is lost to whoever remembers only the highest id."""
    highest = Query(int, "select coalesce(max(id), 0) from platform.fact where id > :after")
    Query.every.remove(highest)
    async with AsyncExitStack() as stack:
        late = await stack.enter_async_context(database.transaction())
        late.emit([happened(1)])
        await late.flush()
        late._facts.clear()
        await announce(database, 2)
        async with database.read() as tx:
            seen = await tx.one(highest, after=0)
    async with database.read() as tx:
        assert await tx.one(highest, after=seen) == 0  # 1 is there by now, and below


async def test_many_readers_handle_each_fact_once(database: Database, notes: Notes) -> None:
    await asyncio.gather(*(announce(database, *range(i * 5, i * 5 + 5)) for i in range(20)))
    others = [Reader("notes", {Happened: notes.handle}) for _ in range(4)]
    for _ in range(30):
        await asyncio.gather(*(one.advance(database, facts_max=7) for one in [notes.reader, *others]))
    await notes.until(*range(100))


async def pass_elsewhere(database: Database, reader: Reader, facts: int) -> None:
    """So many facts are announced that are not for the reader, and passed by it."""
    async with database.transaction() as tx:
        tx.emit([Elsewhere(subject=ThingId.new(), by=BY, occurred_at=clock.now()) for _ in range(facts)])
    passed = 0
    for _ in range(200):
        passed += await reader.advance(database)
        if passed >= facts:
            break
        await asyncio.sleep(0.05)
    assert passed == facts


async def on_disk(database: Database) -> Place:
    async with database.read() as tx:
        return await tx.one(readers.PLACE_OF, name="notes")


async def test_what_is_no_concern_of_a_reader_is_passed_by_without_writing(database: Database, notes: Notes) -> None:
    before = await on_disk(database)
    await pass_elsewhere(database, notes.reader, 5)
    assert await on_disk(database) == before
    await announce(database, 1)
    await notes.until(1)
    assert await on_disk(database) > before
    anew = Reader("notes", {Happened: notes.handle})  # as after a restart: it knows only what is on disk
    await pass_elsewhere(database, anew, 5)
    await announce(database, 2)
    await notes.until(1, 2)
    await anew.advance(database)
    assert notes.attempts == [1, 2]


async def test_its_place_on_disk_does_not_fall_far_behind(
    database: Database, notes: Notes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "UNWRITTEN_MAX", 5)
    before = await on_disk(database)
    await pass_elsewhere(database, notes.reader, 5)
    await pass_elsewhere(database, notes.reader, 1)
    assert await on_disk(database) > before


async def test_a_failing_fact_is_tried_again_then_parked_and_undone(database: Database, notes: Notes) -> None:
    notes.fails, attempts = {2}, notes.attempts
    await announce(database, 1, 2, 3)
    await notes.until(1, 3)  # what 2 had written was undone with it, each of the five times
    assert attempts.count(2) == 2 * ATTEMPTS_MAX  # each time trusted first, then alone
    async with database.pool.acquire() as connection:
        parked = await connection.fetch("select reader, error from platform.parked_fact")
    assert [(one["reader"], one["error"]) for one in parked] == [("notes", "RuntimeError: cannot handle this one")]


async def test_a_fact_that_says_it_is_no_concern_is_passed_by_unread(database: Database, notes: Notes) -> None:
    heard: list[bool] = []

    async def hear(tx: Tx, fact: Recorded) -> None:
        heard.append(fact.fact().loud)  # type: ignore[attr-defined]

    notes.reader = Reader("notes", {Said: hear, Happened: notes.handle}, only_if={Said: "loud"})
    async with database.transaction() as tx:
        tx.emit(Said(subject=ThingId.new(), by=BY, occurred_at=clock.now(), loud=loud) for loud in (False, True, False))
    await announce(database, 1)
    await notes.until(1)
    assert heard == [True]


async def test_what_costs_less_together_is_handled_together(database: Database, notes: Notes) -> None:
    stretches: list[list[int]] = []

    async def handle(tx: Tx, facts: Sequence[Recorded]) -> None:
        numbers = [one.fact().number for one in facts]  # type: ignore[attr-defined]
        stretches.append(numbers)
        for number in numbers:
            await tx.run(Notes.WRITE, number=number)
        if notes.fails.intersection(numbers):
            raise RuntimeError("cannot handle one of these")

    notes.reader = Reader("notes", {}, many={Happened: handle})
    await announce(database, 1, 2, 3)
    await notes.until(1, 2, 3)
    assert stretches == [[1, 2, 3]]
    notes.fails = {5}
    await announce(database, 4, 5, 6)
    await notes.until(1, 2, 3, 4, 6)  # one alone where they failed together; what cannot be handled is parked
    assert stretches[1] == [4, 5, 6] and stretches.count([5]) == ATTEMPTS_MAX and stretches[-1] == [6]


async def test_the_tail_shows_each_fact_at_once_and_once(database: Database) -> None:
    tail = Tail()
    await announce(database, 0)
    await tail.start(database)
    shown: list[int] = []

    async def look() -> None:
        shown.extend(one.fact().number for one in await tail.next(database))  # type: ignore[attr-defined]

    async with AsyncExitStack() as stack:
        late = await stack.enter_async_context(database.transaction())
        late.emit([happened(1)])
        await late.flush()
        late._facts.clear()
        await announce(database, 2)
        await look()
        assert shown == [2]  # at once, although an older transaction is still running
        await look()
        assert shown == [2]
    await look()
    await announce(database, 3)
    await look()
    await look()
    assert shown == [2, 1, 3]


async def test_what_is_rolled_back_is_never_announced(database: Database, notes: Notes) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            tx.emit([happened(1)])
            await tx.flush()
            raise RuntimeError("changed my mind")
    await announce(database, 2)
    await notes.until(2)


async def test_a_restored_log_is_read_on(database: Database, notes: Notes) -> None:
    """In a new cluster transaction ids begin anew: old facts seem to come from the future."""
    await announce(database, 1)
    async with database.pool.acquire() as connection:
        await connection.execute("update platform.fact set xid = '9000000000'")
    await announce(database, 2)
    await notes.until(2)  # without a new generation the old fact hangs in the future
    await open_generation(database)
    await announce(database, 3)
    await notes.until(1, 2, 3)


async def test_the_tail_passes_nobody_who_is_still_writing(database: Database) -> None:
    """More facts than one reading holds, and before them one who commits last: she is shown as well."""
    tail = Tail()
    await tail.start(database)
    shown: list[int] = []
    async with AsyncExitStack() as stack:
        late = await stack.enter_async_context(database.transaction())
        late.emit([happened(0)])
        await late.flush()
        late._facts.clear()
        for number in range(1, 8):
            await announce(database, number)
        for _ in range(6):
            shown += [one.fact().number for one in await tail.next(database, facts_max=3)]  # type: ignore[attr-defined]
        assert sorted(shown) == list(range(1, 8))
    for _ in range(6):
        shown += [one.fact().number for one in await tail.next(database, facts_max=3)]  # type: ignore[attr-defined]
    assert sorted(shown) == list(range(8))
