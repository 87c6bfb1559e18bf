"""Durable readers: each fact takes effect once, in the transaction that moves the reader on."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

import msgspec
import structlog

from portico.platform.db import Database, Query, Tx
from portico.platform.events.facts import Fact, Recorded
from portico.platform.events.places import COLUMNS, FACTS_AT_ONCE_MAX, Place, numbers_of

log = structlog.get_logger()


UNWRITTEN_MAX = 1_000  # facts passed by that are looked at again where a process starts anew


ATTEMPTS_MAX = 5


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
    select {COLUMNS}
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
            return await tx.maybe(STRETCH, **numbers_of(self._passed), **self._wanted, facts_max=facts_max)

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
            for fact in await tx.all(NEXT, **numbers_of(place), **until, **self._wanted):
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
            await tx.run(MOVE, name=self.name, **numbers_of(place))
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
