"""The event log: facts written in the transaction that made them true, and readers that miss none.

Commit order is not id order: a fact with a small id may become visible after one with a larger id. Every row
therefore keeps the transaction that wrote it (`xid`), and a place in the log is `(generation, xid, id)`:

- a durable `Reader` takes only facts of transactions older than every one still running
  (`pg_snapshot_xmin`), in that order, and moves its place in the transaction in which it acts on them;
- the live `Tail` wants each fact at once: it takes all it can see from its place on, and remembers
  which it has shown until the transactions that were running have ended.

`generation` counts clusters: transaction ids start anew in a restored database, so `open_generation` moves on.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import ClassVar
from uuid import UUID

import msgspec
import structlog

from portico.platform.db import Connection, Database, Query, Tx
from portico.platform.ids import Id, decode_hook, encode_hook

log = structlog.get_logger()

FACTS_AT_ONCE_MAX = 500
UNWRITTEN_MAX = 1_000  # facts passed by that are looked at again where a process starts anew
ATTEMPTS_MAX = 5


class EventId(Id, prefix="evt"):
    """Names one fact, the same in every reader and on every wire."""

    __slots__ = ()


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """By whose hand, through which channel and where something was done."""

    actor: str  # "<kind>:<id>"; kinds: staff, customer, guest, client, system
    actor_name: str
    channel_id: UUID | None = None
    location_id: UUID | None = None
    till_id: UUID | None = None
    offset_minutes: int = 0  # of the place's clocks from UTC
    request_id: str = ""

    @property
    def actor_kind(self) -> str:
        return self.actor.partition(":")[0]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every fact. Subclasses name themselves and add fields; over time they only ever gain fields."""

    type_name: ClassVar[str] = ""
    known: ClassVar[dict[str, type["Fact"]]] = {}

    subject: Id
    by: Hand
    occurred_at: datetime
    customer_id: Id | None = None

    def topics(self) -> list[str]:
        """What a live screen may subscribe to and hear of this fact."""
        return [str(self.subject)] + ([str(self.customer_id)] if self.customer_id else [])


def announces(name: str) -> Callable[[type[Fact]], type[Fact]]:
    """Class decorator: `name` is the fact's type and version on every wire, as in `orders.placed.v1`."""

    def register(kind: type[Fact]) -> type[Fact]:
        if Fact.known.setdefault(name, kind) is not kind:
            raise TypeError(f"two facts are named {name!r}")
        kind.type_name = name
        return kind

    return register


APPEND = """
    insert into platform.fact (generation, event_id, type, subject, topics, customer_id, channel_id, actor, request_id,
        occurred_at, offset_minutes, recorded_at, body)
    select (select max(number) from platform.generation), event_id, type, subject, string_to_array(topics, ' '), customer_id, channel_id, actor, request_id,
        occurred_at, offset_minutes, $11, body::jsonb
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
        $9::timestamptz[], $10::smallint[], $12::text[])
        as fact (event_id, type, subject, topics, customer_id, channel_id, actor, request_id, occurred_at,
            offset_minutes, body)
"""


async def append(connection: Connection, facts: Sequence[Fact], *, recorded_at: datetime) -> None:
    """Write facts to the log, in this transaction."""
    await connection.execute(
        APPEND,
        [EventId.new() for _ in facts],
        [one.type_name for one in facts],
        [str(one.subject) for one in facts],
        [" ".join(one.topics()) for one in facts],
        [one.customer_id for one in facts],
        [one.by.channel_id for one in facts],
        [one.by.actor for one in facts],
        [one.by.request_id for one in facts],
        [one.occurred_at for one in facts],
        [one.by.offset_minutes for one in facts],
        recorded_at,
        [msgspec.json.encode(one, enc_hook=encode_hook).decode() for one in facts],
    )


class _Versioned(msgspec.Struct, frozen=True):
    version: int | None = None


class Recorded(msgspec.Struct, frozen=True):
    """A fact as the log keeps it; `body` is the fact's own JSON."""

    generation: int
    xid: int
    id: int
    event_id: EventId
    type: str
    subject: str
    topics: list[str]
    actor: str
    channel_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    body: str

    @property
    def version(self) -> int | None:
        """Of the subject, once the fact was true; None where facts of this type do not say."""
        return msgspec.json.decode(self.body, type=_Versioned).version

    def fact(self) -> Fact:
        """The fact itself, as its room declares it."""
        return msgspec.json.decode(self.body, type=Fact.known[self.type], dec_hook=decode_hook)


ABOUT = Query(
    Recorded,
    """
    select generation, xid::text::bigint, id, event_id, type, subject, topics, actor, channel_id, occurred_at, recorded_at, body
    from platform.fact
    where subject = any(:subjects::text[])
    order by id desc
    limit :rows_max
    """,
)


async def about(tx: Tx, *, subjects: Sequence[str], rows_max: int) -> list[Recorded]:
    """The newest facts about these subjects, newest first."""
    return await tx.all(ABOUT, subjects=list(subjects), rows_max=rows_max)


class Place(msgspec.Struct, frozen=True, order=True):
    generation: int = 0
    xid: int = 0
    id: int = 0


_COLUMNS = """generation, xid::text::bigint, id, event_id, type, subject, topics, actor, channel_id, occurred_at,
        recorded_at, body"""

REGISTER_READER = Query(
    None,
    """
    insert into platform.reader (name) values (:name)
    on conflict (name) do nothing
    """,
)
PLACE_OF = Query(Place, "select generation, xid::text::bigint, id from platform.reader where name = :name")
CLAIM_READER = Query(
    Place,
    """
    select generation, xid::text::bigint, id
    from platform.reader
    where name = :name
    for update skip locked
    """,
)


class Stretch(msgspec.Struct, frozen=True):
    """Facts behind a place that are final: where the last of them lies, how many they are, whether any is for the reader."""

    generation: int
    xid: int
    id: int
    facts: int
    concerned: bool


# A reader that cares for facts of a type only where they say so names the field: a fact without it is looked at.
_CONCERNED = """exists (
            select from unnest(:types::text[], :only_ifs::text[]) as wanted (type, only_if)
            where wanted.type = fact.type and (only_if is null or body ->> only_if is distinct from 'false'))"""
STRETCH = Query(
    Stretch,
    f"""
    select generation, xid::text::bigint, id, count(*) over (), bool_or(concerned) over ()
    from (
        select generation, xid, id, {_CONCERNED} as concerned
        from platform.fact
        where (generation, xid, id) > (:generation::smallint, :xid::text::xid8, :id::bigint)
            and (generation < (select max(number) from platform.generation)
                or xid < pg_snapshot_xmin(pg_current_snapshot()))
        order by generation, xid, id
        limit :facts_max
    ) as stretch
    order by generation desc, xid desc, id desc
    limit 1
    """,
)
NEXT = Query(
    Recorded,
    f"""
    select {_COLUMNS}
    from (
        select *
        from platform.fact
        where (generation, xid, id) > (:generation::smallint, :xid::text::xid8, :id::bigint)
            and (generation, xid, id) <= (:last_generation::smallint, :last_xid::text::xid8, :last_id::bigint)
        order by generation, xid, id
        limit :facts_max
    ) as fact
    where {_CONCERNED}
    order by generation, xid, id
    """,
)
MOVE = Query(
    None,
    """
    update platform.reader
    set generation = :generation, xid = :xid::text::xid8, id = :id, moved_at = now()
    where name = :name
    """,
)
PARK = Query(
    None,
    """
    insert into platform.parked_fact (reader, fact_id, error) values (:reader, :fact_id, :error)
    on conflict (reader, fact_id) do nothing
    """,
)
HORIZON = Query(
    Place,
    """
    select (select max(number) from platform.generation), pg_snapshot_xmin(pg_current_snapshot())::text::bigint, 0
    """,
)


class Visible(Recorded, frozen=True):
    """`number` counts the facts looked at; the last that one look holds is there even if nobody wanted it."""

    number: int
    wanted: bool


# The limit stands inside, before anything is chosen: so it is a walk along the index from a place on, however many facts
# there are. With the choice beside it PostgreSQL would rather read the whole table.
VISIBLE = Query(
    Visible,
    f"""
    select {_COLUMNS}, number, wanted
    from (
        select *, row_number() over (order by generation, xid, id) as number,
            :topics::text[] is null or topics && :topics or split_part(type, '.', 1) = any(:rooms::text[]) as wanted
        from (
            select *
            from platform.fact
            where (generation, xid) >= (:generation::smallint, :xid::text::xid8)
            order by generation, xid, id
            limit :facts_max
        ) as fact
    ) as looked_at
    where wanted or number = :facts_max
    order by number
    """,
)
OPEN_GENERATION = Query(
    None,
    """
    insert into platform.generation (number)
    select max(number) + 1
    from platform.generation
    having exists (
        select from platform.fact
        where generation = (select max(number) from platform.generation)
            and xid >= pg_snapshot_xmax(pg_current_snapshot())
    )
    """,
)

Handler = Callable[[Tx, Recorded], Awaitable[None]]
ManyHandler = Callable[[Tx, Sequence[Recorded]], Awaitable[None]]
_Handle = Callable[[Tx, Recorded], Awaitable[bool]]


class Reader:
    """A durable reader: each fact takes effect once, in the transaction that moves the reader's place.

    Several processes may run the same reader: one at a time holds its row, the others find nothing to do. Facts that are no
    concern of it are passed by without writing anything: how far is kept in memory, and on disk now and then. A fact whose
    handler keeps failing is parked with its error after `ATTEMPTS_MAX` tries, so that it does not stop those behind it.

    What costs less for many at once has a handler in `many`: it is given all its facts of a stretch, in order, after `handlers`
    were given theirs; and one alone where some handler failed. `rest_seconds` lie between two stretches, so that there are many.
    `only_if` names a field of a fact that, where it is false, makes the fact no concern of this reader.
    """

    def __init__(
        self,
        name: str,
        handlers: Mapping[type[Fact], Handler],
        *,
        many: Mapping[type[Fact], ManyHandler] | None = None,
        only_if: Mapping[type[Fact], str] | None = None,
        rest_seconds: float = 0.05,
    ) -> None:
        self.name, self.rest_seconds = name, rest_seconds
        self.handlers = {kind.type_name: handler for kind, handler in handlers.items()}
        self._many = {kind.type_name: handler for kind, handler in (many or {}).items()}
        self.handlers |= {name: partial(_alone, handler) for name, handler in self._many.items()}
        flags = {kind.type_name: field for kind, field in (only_if or {}).items()}
        self._wanted = {"types": list(self.handlers), "only_ifs": [flags.get(name) for name in self.handlers]}
        self._failures: dict[int, int] = {}
        self._passed, self._unwritten = Place(), 0

    async def register(self, database: Database) -> None:
        async with database.transaction() as tx:
            await tx.run(REGISTER_READER, name=self.name)

    async def advance(self, database: Database, *, facts_max: int = FACTS_AT_ONCE_MAX) -> int:
        """Handle what has come since; how many facts were passed.

        What is for this reader is handled in one transaction; only where a handler fails is it done again, each fact in a
        savepoint of its own. What is not, the database passes by: it is not even read out.
        """
        stretch = await self._look(database, facts_max)
        if stretch is None:
            return 0
        last = Place(stretch.generation, stretch.xid, stretch.id)
        if not stretch.concerned and self._unwritten + stretch.facts <= UNWRITTEN_MAX:
            self._passed, self._unwritten = last, self._unwritten + stretch.facts
            return stretch.facts
        try:
            moved = await self._advance(database, last, facts_max, self._trust, self._many)
        except _HandlerFailed:
            moved = await self._advance(database, last, facts_max, self._handle, {})
        return stretch.facts if moved else 0

    async def _look(self, database: Database, facts_max: int) -> Stretch | None:
        """What has come since; where this process has not read yet, since the place on disk. None: nothing."""
        async with database.read() as tx:
            if self._passed == Place():
                self._passed = await tx.maybe(PLACE_OF, name=self.name) or Place()
            return await tx.maybe(STRETCH, **_at(self._passed), **self._wanted, facts_max=facts_max)

    async def _advance(
        self, database: Database, last: Place, facts_max: int, handle: "_Handle", many: Mapping[str, ManyHandler]
    ) -> bool:
        """Handle what is for this reader up to `last`, as far as no other process has; false where one is at it now."""
        together: defaultdict[ManyHandler, list[Recorded]] = defaultdict(list)
        async with database.transaction() as tx:
            place = await tx.maybe(CLAIM_READER, name=self.name)
            if place is None:
                return False
            start = place = max(place, self._passed)
            until = {
                "last_generation": last.generation,
                "last_xid": str(last.xid),
                "last_id": last.id,
                "facts_max": facts_max,
            }
            for fact in await tx.all(NEXT, **_at(place), **until, **self._wanted):
                if fact.type in many:
                    together[many[fact.type]].append(fact)
                elif not await handle(tx, fact):
                    break
                place = Place(fact.generation, fact.xid, fact.id)
            else:
                place = max(place, last)
            for handler, facts in together.items():
                try:
                    await handler(tx, facts)
                except Exception as bug:
                    raise _HandlerFailed from bug
            await tx.run(MOVE, name=self.name, **_at(place))
        self._passed, self._unwritten = place, 0
        return place > start

    async def _trust(self, tx: Tx, fact: Recorded) -> bool:
        try:
            await self.handlers[fact.type](tx, fact)
        except Exception as bug:
            raise _HandlerFailed from bug
        return True

    async def _handle(self, tx: Tx, fact: Recorded) -> bool:
        """True once the fact is done with: handled, or parked."""
        try:
            async with tx.savepoint():
                await self.handlers[fact.type](tx, fact)
        except Exception as bug:
            attempts = self._failures[fact.id] = self._failures.get(fact.id, 0) + 1
            log.exception("fact_handler_failed", reader=self.name, fact=fact.id, type=fact.type, attempts=attempts)
            if attempts < ATTEMPTS_MAX:
                return False
            await tx.run(PARK, reader=self.name, fact_id=fact.id, error=f"{type(bug).__name__}: {bug}"[:2000])
        self._failures.pop(fact.id, None)
        return True


async def _alone(handler: ManyHandler, tx: Tx, fact: Recorded) -> None:
    await handler(tx, [fact])


class _HandlerFailed(Exception):
    """A handler failed while it was trusted; what the transaction did is undone."""


class Tail:
    """The live end of the log: every fact as soon as it can be seen, once each, none skipped. Keeps no place on disk."""

    def __init__(self) -> None:
        self._place: Place | None = None
        self._shown: dict[int, Place] = {}

    async def start(self, database: Database) -> None:
        """Begin at the present: facts visible now are counted as shown."""
        async with database.read() as tx:
            self._place = await tx.one(HORIZON)
        await self.next(database)

    async def next(
        self,
        database: Database,
        *,
        topics: Collection[str] | None = None,
        rooms: Collection[str] = (),
        facts_max: int = 10_000,
    ) -> list[Recorded]:
        """What has come since: all of it, or only facts with one of `topics` and those that one of `rooms` announced."""
        if self._place is None:
            raise RuntimeError("a tail is started before it is read")
        async with database.read() as tx:
            # The horizon is taken first: whatever lies before it is certain to be among the facts read after it.
            horizon = await tx.one(HORIZON)
            found = await tx.all(
                VISIBLE,
                generation=self._place.generation,
                xid=str(self._place.xid),
                topics=None if topics is None else list(topics),
                rooms=list(rooms),
                facts_max=facts_max,
            )
        full = bool(found) and found[-1].number == facts_max
        fresh: list[Recorded] = [one for one in found if one.wanted and one.id not in self._shown]
        self._shown.update((one.id, Place(one.generation, one.xid, one.id)) for one in fresh)
        # More than one reading holds: go on from the last transaction seen, whose facts may be cut in two; but never
        # beyond the horizon, before which somebody may still be writing.
        last = Place(found[-1].generation, found[-1].xid) if full else horizon
        place, self._place = self._place, min(last, horizon)
        self._shown = {key: shown for key, shown in self._shown.items() if shown >= self._place}
        if full and self._place == place:
            return fresh + await self.next(database, topics=topics, rooms=rooms, facts_max=facts_max * 2)
        return fresh


def _at(place: Place) -> dict[str, int | str]:
    return {"generation": place.generation, "xid": str(place.xid), "id": place.id}


async def open_generation(database: Database) -> None:
    """Begin a new generation where the log holds transaction ids that this cluster has not reached.

    That is so after a dump was restored into a new cluster. Called once at every start, after the migrations.
    """
    async with database.transaction() as tx:
        await tx.run(OPEN_GENERATION)
