"""PostgreSQL as Portico uses it: statements as text with typed rows, and one transaction per request.

`Query` is one SQL statement beside the type of its rows. `Tx` is what a command may do with the database: run
queries, announce facts, enqueue jobs. The platform begins and commits; rooms never do.
"""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from enum import Enum
from functools import lru_cache, partial
from types import UnionType
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, Union, cast, get_args, get_origin, overload

import asyncpg
import msgspec

from portico.platform import clock
from portico.platform.ids import Id, decode_hook, encode_hook

if TYPE_CHECKING:
    from portico.platform.events import Fact

Row = TypeVar("Row")
Value = TypeVar("Value")
UniqueViolation = asyncpg.UniqueViolationError  # what rooms may catch, inside a savepoint
Undone = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError)  # what a transaction may be tried again after
Connection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy

CLOSE_SECONDS = 10
COMPOSED_MAX = 500

_NAME = re.compile(r"(?<!:):([a-z_][a-z0-9_]*)")


class Query(Generic[Row]):
    """One SQL statement and the type of its rows; `:name` parameters become $1, $2, ...

    `row` is a msgspec Struct whose fields stand in the order of the columns, or a plain type (`int`, an `Id`) for
    statements of one column, or `None` for statements that return nothing. Ids, enums and JSON columns are made by the
    field's annotation.
    """

    every: ClassVar[list["Query[Any]"]] = []  # one test prepares each against the migrated schema

    @overload
    def __init__(self: "Query[None]", row: None, text: str) -> None: ...
    @overload
    def __init__(self, row: type[Row], text: str) -> None: ...
    def __init__(self, row: Any, text: str) -> None:
        self.row, self.names = row, tuple(dict.fromkeys(_NAME.findall(text)))
        self.text = _NAME.sub(lambda found: f"${self.names.index(found[1]) + 1}", text)
        self.rows_of = _row_maker(row)
        Query.every.append(self)

    @classmethod
    def composed(cls, row: type[Row], text: str) -> "Query[Row]":
        """A statement whose form depends on what is asked, such as a tree of conditions; what is asked is in its parameters all the
        same. The same form is made once, and prepared once by each connection."""
        return cast("Query[Row]", _composed(cast("Hashable", row), text))

    def arguments(self, values: dict[str, Any]) -> list[Any]:
        return [values[name] for name in self.names]


@lru_cache(maxsize=COMPOSED_MAX)
def _composed(row: Any, text: str) -> Query[Any]:
    made: Query[Any] = Query(row, text)
    Query.every.remove(made)
    return made


def _row_maker(row: Any) -> Callable[[Sequence[Any]], list[Any]]:
    """How records become rows: straight into the Struct, through converters only for the fields that need one."""
    if row is None:
        return lambda records: [None] * len(records)
    if not (isinstance(row, type) and issubclass(row, msgspec.Struct)):
        convert = _converter(row)
        return lambda records: [convert(one[0]) if convert else one[0] for one in records]
    fields = [(i, _bare(one.type)) for i, one in enumerate(msgspec.structs.fields(row))]
    wanted = [(i, made, kind) for i, kind in fields if (made := _converter(kind))]
    if not wanted:
        return lambda records: [row(*one) for one in records]
    once = [(i, made) for i, made, _ in wanted]

    def rows_of(records: Sequence[Any]) -> list[Any]:
        converters = once
        if len(records) > 1:
            converters = [(i, _Shared(made).__getitem__ if _is_name(kind) else made) for i, made, kind in wanted]
        rows = []
        for one in records:
            values = list(one)
            for i, convert in converters:
                if values[i] is not None:
                    values[i] = convert(values[i])
            rows.append(row(*values))
        return rows

    return rows_of


def _is_name(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, (Id, Enum))


class _Shared(dict[Any, Any]):
    """Ids and enums of one answer by what they are made from: many rows name the same few, and each is made once."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__()
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        made = self[value] = self._convert(value)
        return made


def _bare(kind: Any) -> Any:
    """The type of a value that may be None."""
    if get_origin(kind) in (Union, UnionType):
        kinds = [one for one in get_args(kind) if one is not type(None)]
        return kinds[0] if len(kinds) == 1 else None
    return kind


def _converter(kind: Any) -> Callable[[Any], Any] | None:
    kind = _bare(kind)
    if get_origin(kind) in (list, tuple, Sequence):
        return _list_converter(get_origin(kind), get_args(kind)[0])
    if get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        decoder = msgspec.json.Decoder(kind, dec_hook=decode_hook)
        return decoder.decode
    if isinstance(kind, type) and issubclass(kind, Id):
        return kind.of
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return None


def _list_converter(outer: Any, inner: Any) -> Callable[[Any], Any] | None:
    """PostgreSQL arrays arrive as lists, JSON columns as text; the annotation is the same for both."""
    make, each = (tuple if outer is tuple else list), _converter(inner)
    decoder = msgspec.json.Decoder(list[inner], dec_hook=decode_hook)

    def convert(value: Any) -> Any:
        if isinstance(value, str):
            return make(decoder.decode(value))
        return make(each(one) for one in value) if each else make(value)

    return convert


class _Tried(Exception):
    """What was tried is known, and is not to stay."""


class Tx:
    """One transaction, as a command sees it."""

    __slots__ = ("_connection", "_facts", "_jobs", "now", "seen")

    def __init__(self, connection: Connection, *, now: datetime) -> None:
        self._connection, self.now = connection, now
        # What was read and need not be read again before this ends; whoever changes it drops it.
        self.seen: dict[object, Any] = {}
        self._facts: list[Fact] = []
        self._jobs: list[tuple[str, bytes]] = []

    async def all(self, query: Query[Row], **values: Any) -> list[Row]:
        return query.rows_of(await self._connection.fetch(query.text, *query.arguments(values)))

    async def maybe(self, query: Query[Row], **values: Any) -> Row | None:
        record = await self._connection.fetchrow(query.text, *query.arguments(values))
        return None if record is None else query.rows_of([record])[0]

    async def one(self, query: Query[Row], **values: Any) -> Row:
        found = await self.maybe(query, **values)
        if found is None:
            raise LookupError(f"no row for {query.names} in: {query.text}")
        return found

    async def run(self, query: Query[Any], **values: Any) -> int:
        """Run for effect; the number of rows it touched."""
        status = await self._connection.execute(query.text, *query.arguments(values))
        return int(status.rpartition(" ")[2]) if status[-1:].isdigit() else 0

    async def copy(self, table: str, *, columns: Sequence[str], records: Iterable[Sequence[Any]]) -> None:
        """Load many rows by COPY; `table` is `schema.table`."""
        schema, _, name = table.partition(".")
        await self._connection.copy_records_to_table(name, schema_name=schema, columns=columns, records=records)

    def emit(self, facts: "Iterable[Fact]") -> None:
        """Announce facts; they are written to the event log with this transaction or not at all."""
        self._facts.extend(facts)

    def enqueue(self, job: str, payload: Any) -> None:
        """Have the worker run `job` once this transaction is committed."""
        self._jobs.append((job, msgspec.json.encode(payload, enc_hook=encode_hook)))

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what happens inside if it raises, facts and jobs included; the transaction itself goes on."""
        facts, jobs = len(self._facts), len(self._jobs)
        try:
            async with self._connection.transaction():
                yield
        except BaseException:
            del self._facts[facts:], self._jobs[jobs:]
            self.seen.clear()
            raise

    async def tried(self, work: Callable[[], Awaitable[Value]]) -> Value:
        """What `work` would come to: all of it is done, and undone again. What it refuses is refused."""
        found: list[Value] = []
        with contextlib.suppress(_Tried):
            async with self.savepoint():
                found.append(await work())
                raise _Tried
        return found[0]

    async def flush(self) -> "Sequence[Fact]":
        """Write what was announced, and say what it was. Called by the platform, right before the commit."""
        from portico.platform import events, jobs

        if self._jobs:
            await jobs.enqueue(self._connection, self._jobs)
        if self._facts:
            await events.append(self._connection, self._facts, recorded_at=self.now)
        return self._facts


class Database:
    """A pool of connections. `on_commit` is called with the facts of each commit that wrote some, right after it."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool
        self.on_commit: Callable[[Sequence[Fact]], None] = lambda facts: None

    @asynccontextmanager
    async def transaction(self, *, now: datetime | None = None) -> AsyncIterator[Tx]:
        """Begin, and commit if the body ends well.

        The commit is shielded: a caller that goes away never cancels it half-way, because PostgreSQL would report a
        commit that waits for a standby as done when its client cancels it.
        """
        async with self.pool.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            tx = Tx(connection, now=now or clock.now())
            try:
                yield tx
                facts = await tx.flush()
            except BaseException:
                await asyncio.shield(transaction.rollback())
                raise
            await _uncancelled(transaction.commit(), then=partial(self.on_commit, facts) if facts else None)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[Tx]:
        """A read-only transaction: every statement inside sees one and the same state."""
        async with (
            self.pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            yield Tx(connection, now=clock.now())

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Tx]:
        """Single reads, each its own statement: cheaper than a snapshot, and nothing may be written."""
        async with self.pool.acquire() as connection:
            yield Tx(connection, now=clock.now())


async def _uncancelled(work: Any, *, then: Callable[[], None] | None) -> None:
    """Wait for `work` to its end, whatever happens to the waiting task, call `then`, and only now let a cancellation through."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as reason:
            if task.done():
                break
            cancelled = reason
    task.result()
    if then:
        then()
    if cancelled:
        raise cancelled


async def _prepare_connection(connection: Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        # Text is JSON already: whoever writes through this connection, as the job queue does, may have encoded it.
        encoder=lambda value: (
            value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=encode_hook).decode()
        ),
        decoder=lambda text: text,  # the row type decodes it, once, into what it is
    )


async def _keep_session(connection: Connection) -> None:
    """Nothing here sets session state, so the pool need not pay a round trip to reset it after each use."""


@asynccontextmanager
async def connect(
    url: str, *, connections_max: int = 10, statement_cache: bool = True, timeout_seconds: float = 30
) -> AsyncIterator[Database]:
    """Open a pool. `statement_cache=False` suits a PgBouncer in transaction mode."""
    pool = await asyncpg.create_pool(
        url,
        min_size=1,
        max_size=connections_max,
        init=_prepare_connection,
        reset=_keep_session,
        command_timeout=timeout_seconds,
        statement_cache_size=1024 if statement_cache else 0,
        server_settings={"application_name": "portico", "timezone": "UTC"},
    )
    try:
        yield Database(pool)
    finally:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:  # somebody still holds a connection; what it had not committed was never promised
            pool.terminate()
