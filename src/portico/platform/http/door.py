"""The door a request came through: who asks, by which channel, in which language; and how handlers read and write.

A handler declares a `door: Door`, decodes its input, and makes one call: `door.read(...)`, `door.write(...)` or
`door.hot(...)`. Reading takes no transaction of its own; writing is one transaction that also stores the answer under
the request's Idempotency-Key; a hot write shares its transaction with others of its kind.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from litestar import Request, Response

from portico.platform import clock, idempotency, telemetry
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind, Principal, SessionId
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.gather import Gather
from portico.platform.http.answers import json_bytes, problem, response
from portico.platform.http.looks import PATH_LENGTH_MAX, Seen, Watcher
from portico.platform.idempotency import Answer, Attempt, KeyReused
from portico.platform.ids import Id
from portico.platform.kept import Kept
from portico.platform.live import Live
from portico.platform.refusals import Refused
from portico.platform.settings import Settings

WATCHED = frozenset({Kind.STAFF, Kind.CLIENT})  # who sees others than themselves

COOKIE_SHOPPER, COOKIE_STAFF, COOKIE_LANGUAGE = "portico_shopper", "portico_staff", "portico_language"

TRIES = 3
LOOKING_BATCHES = 16  # how many look for their keys first, once one was found taken

Value = TypeVar("Value")
Ask = TypeVar("Ask")

HotCommand = Callable[[Tx, Sequence[Ask]], Awaitable[Sequence[Any]]]


class Doorway(msgspec.Struct, frozen=True):
    """A channel as the platform needs to know it."""

    id: UUID
    code: str
    kind: str
    name: str


class Platform(msgspec.Struct):
    """What every request of a process shares. `url` is the database's, for work that needs connections of its own. `watch` keeps who
    was shown whom."""

    database: Database
    url: str
    settings: Settings
    live: Live
    secret: str
    public_url: str
    kept: Kept
    hot: "dict[Any, Hot[Any]]" = {}
    shared: dict[type, Any] = {}
    watch: Watcher | None = None


class Step(msgspec.Struct, frozen=True):
    """What work that asks somebody outside has come to. `final`: asking again would be told the same."""

    value: Any
    status: int = 200
    final: bool = True


class Door:
    """One request's view of the platform."""

    __slots__ = (
        "_seen",
        "address",
        "cookies",
        "doorway",
        "hand",
        "keep_as",
        "language",
        "platform",
        "principal",
        "request",
    )

    def __init__(
        self, *, platform: Platform, request: "Request[Any, Any, Any]", principal: Principal, doorway: Doorway,
        language: str, hand: Hand, keep_as: Hashable | None = None, address: str = "",
    ) -> None:  # fmt: skip
        self.address = address
        self.keep_as = keep_as
        self.platform, self.request, self.principal = platform, request, principal
        self.doorway, self.language, self.hand = doorway, language, hand
        self.cookies: list[tuple[str, str | None, int]] = []
        self._seen: list[Seen] = []

    @property
    def database(self) -> Database:
        return self.platform.database

    def shared(self, kind: type[Value]) -> Value:
        """What the application shares among its requests, by type: the rooms' caches."""
        return self.platform.shared[kind]  # type: ignore[no-any-return]

    async def read(self, ask: Callable[[Tx], Awaitable[Value]]) -> Response[Any]:
        """Answer 200 with what `ask` finds; 204 if it finds None."""
        async with self.database.read() as tx:
            found = await ask(tx)
        await self.watched()
        if found is None:
            return Response(b"", status_code=204)
        return Response(json_bytes(found), media_type="application/json")

    def shows(self, what: str, people: Iterable[Id | None]) -> None:
        """Say whom the answer shows, and what of them. It is kept where somebody who works here, or a program, asks."""
        found = tuple(dict.fromkeys(one for one in people if one is not None))
        if found and self.principal.kind in WATCHED:
            path = self.request.scope["path"][:PATH_LENGTH_MAX]
            self._seen.append(Seen(found, what, path, self.hand, clock.now()))

    async def watched(self) -> None:
        """Have it kept whom this request was shown. `read` does so by itself; what answers in another way calls it before."""
        if self._seen and self.platform.watch is not None:
            seen, self._seen = self._seen, []
            await self.platform.watch(seen)

    async def read_often(self, ask: Callable[[Tx], Awaitable[tuple[Value, Collection[str]]]]) -> Response[Any]:
        """`read`, for what shoppers ask again and again: `ask` also says which topics the answer is about. Until a fact with one
        of them comes, and for `KEPT_SECONDS` at most, the entrance gives it to whoever asks the same in the same way.
        """
        kept, mark = self.platform.kept, self.platform.kept.begin()
        try:
            async with self.database.read() as tx:
                found, topics = await ask(tx)
            body = json_bytes(found)
            if self.keep_as is not None:
                kept.put(self.keep_as, body, topics=topics, mark=mark)
        finally:
            kept.end(mark)
        return Response(body, media_type="application/json")

    async def write(
        self, ask: Callable[[Tx], Awaitable[Value]], *, status: int = 200, remember: bool = True
    ) -> Response[Any]:
        """Run one command in one transaction and answer with its value.

        With an Idempotency-Key the answer is stored in that transaction, and a retry is given it again. A refusal
        undoes the transaction and is stored too, so that a retry is told the same; server errors are not.
        `remember=False` is for answers that carry a secret.
        """
        one = await self._attempt() if remember else None
        try:
            return response(await self._write_patiently(ask, one, status))
        except Refused as refused:
            self.cookies.clear()  # nothing came of it: no session either
            answer = problem(refused, language=self.language)
            if one is not None and refused.status < 500:
                answer = await self._store_late(one, answer)
            return response(answer)

    async def _write_patiently(self, ask: Callable[[Tx], Awaitable[Value]], one: Attempt | None, status: int) -> Answer:
        """Try again what was undone through no fault of its own: a deadlock, or a twin with the same key that was faster
        and whose answer is there now."""
        for _ in range(TRIES - 1):
            try:
                return await self._write_once(ask, one, status)
            except asyncpg.DeadlockDetectedError:
                continue
            except idempotency.KeyTaken:
                continue
        return await self._write_once(ask, one, status)

    async def _write_once(self, ask: Callable[[Tx], Awaitable[Value]], one: Attempt | None, status: int) -> Answer:
        async with self.database.transaction() as tx:
            if one is not None:
                (before,) = await idempotency.find(tx, attempts=[one])
                if isinstance(before, KeyReused):
                    return problem(before, language=self.language)
                if before is not None:
                    return before
            value = await ask(tx)
            answer = Answer(204, b"") if value is None else Answer(status, json_bytes(value))
            if one is not None:
                await idempotency.keep(tx, answers=[(one, answer)])
            return answer

    async def _store_late(self, one: Attempt, answer: Answer) -> Answer:
        try:
            async with self.database.transaction() as tx:
                (before,) = await idempotency.find(tx, attempts=[one])
                if before is None:
                    await idempotency.keep(tx, answers=[(one, answer)])
                    return answer
                return problem(before, language=self.language) if isinstance(before, KeyReused) else before
        except idempotency.KeyTaken:  # a twin was faster; both were refused, or the next retry finds its answer
            return answer

    async def stepwise(self, work: "Callable[[], Awaitable[Step]]") -> Response[Any]:
        """Answer with what `work` comes to, which asks somebody outside between transactions of its own.

        Its answer is remembered under the request's key once it is known. A retry before that comes to `work` again, which goes on
        from what it has written itself; what is not final is not remembered.
        """
        if before := await self.answered():
            return before
        one = await self._attempt()
        try:
            step = await work()
            answer, final = Answer(step.status, json_bytes(step.value)), step.final
        except Refused as refused:
            answer, final = problem(refused, language=self.language), refused.final and refused.status < 500
        return response(await self._store_late(one, answer) if one is not None and final else answer)

    async def answered(self) -> Response[Any] | None:
        """The answer that this very request was given before, for work that is done in steps of its own and remembered by its
        last; None if it is new. Refuses a key that was used for another."""
        one = await self._attempt()
        if one is None:
            return None
        async with self.database.read() as tx:
            (before,) = await idempotency.find(tx, attempts=[one])
        if isinstance(before, KeyReused):
            raise before
        return response(before) if before else None

    async def hot(self, command: "HotCommand[Ask]", ask: Ask, *, status: int = 200) -> Response[Any]:
        """Run one item of a hot command: gathered with its neighbours, each with its own answer."""
        one = _Hot(ask, await self._attempt(), status, self.language)
        hot = self.platform.hot.get(command)
        if hot is None:
            hot = self.platform.hot[command] = Hot(self.platform, command)
        return response(await hot(one))

    async def _attempt(self) -> Attempt | None:
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        return idempotency.attempt(
            principal=self.principal.key,
            operation=self.request.method,
            path=self.request.url.path,
            key=key,
            body=await self.request.body(),
        )

    async def known(self) -> Principal:
        """Who asks; an unknown browser becomes a guest, known again by a cookie from now on."""
        if self.principal.kind is Kind.ANONYMOUS:
            async with self.database.transaction() as tx:
                opened = await auth.open_session(tx, kind=Kind.GUEST, subject_id=SessionId.new().uuid, name="")
                self.principal = await auth.recognise_session(tx, token=opened.token) or self.principal
            self.set_cookie(COOKIE_SHOPPER, opened.token, seconds=int(auth.SESSION_LASTS[Kind.GUEST].total_seconds()))
            self.hand = msgspec.structs.replace(self.hand, actor=self.principal.key)
        return self.principal

    def set_cookie(self, name: str, value: str | None, *, seconds: int = 0) -> None:
        """Have the answer set (or, with None, end) a cookie; the entrance writes it."""
        self.cookies.append((name, value, seconds))


class _Hot(msgspec.Struct, Generic[Ask]):
    ask: Ask
    attempt: Attempt | None
    status: int
    language: str


class Hot(Generic[Ask]):
    """A hot command behind HTTP: gathers, keeps keys, renders each answer."""

    def __init__(self, platform: Platform, command: "HotCommand[Ask]") -> None:
        settings = platform.settings
        self._database, self._command = platform.database, command
        self._looking = 0
        self._gather: Gather[_Hot[Ask], Answer] | None = None
        if settings.gather:
            self._gather = Gather(
                self._run, batch_max=settings.gather_batch_max, waiting_max=settings.gather_waiting_max, writers=2
            )

    async def __call__(self, one: "_Hot[Ask]") -> Answer:
        if self._gather is None:
            return (await self._run([one]))[0]
        return await self._gather(one)

    async def _run(self, batch: Sequence["_Hot[Ask]"]) -> list[Answer]:
        telemetry.batches.record(len(batch))
        looking = self._looking > 0
        self._looking -= looking
        try:
            return await self._run_once(batch, look=looking)
        except (idempotency.KeyTaken, asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            # Somebody asks again, and her answer is there; or two short codes were the same.
            self._looking = LOOKING_BATCHES
            return await self._run_once(batch, look=True)

    async def _run_once(self, batch: Sequence["_Hot[Ask]"], *, look: bool) -> list[Answer]:
        async with self._database.transaction() as tx:
            answers, fresh, twins = await self._look(tx, batch, look=look)
            values = await self._command(tx, [batch[i].ask for i in fresh]) if fresh else []
            for i, value in zip(fresh, values, strict=True):
                one = batch[i]
                refused = isinstance(value, Refused)
                answers[i] = problem(value, language=one.language) if refused else Answer(one.status, json_bytes(value))
            kept = [(batch[i].attempt, answers[i]) for i in fresh]
            await idempotency.keep(
                tx, answers=[(one, answer) for one, answer in kept if one is not None and answer is not None]
            )
        for i, original in twins.items():
            answers[i] = answers[original]
        return [answer for answer in answers if answer is not None]

    async def _look(
        self, tx: Tx, batch: Sequence["_Hot[Ask]"], *, look: bool
    ) -> tuple[list[Answer | None], list[int], dict[int, int]]:
        """Who of the batch is new, who has been answered before, and who repeats a neighbour in this very batch.

        Nearly every key is new: whether one is not shows when its answer is to be kept, and then all is done again with a
        look at the answers first (`look`), as are the next batches, because whoever asks again seldom does so alone.
        """
        answers: list[Answer | None] = [None] * len(batch)
        keyed = [i for i, one in enumerate(batch) if one.attempt is not None]
        attempts = [a for one in batch if (a := one.attempt) is not None]
        found = await idempotency.find(tx, attempts=attempts) if look and attempts else [None] * len(attempts)
        first: dict[tuple[str, str, str, str], int] = {}
        twins: dict[int, int] = {}
        for i, before in zip(keyed, found, strict=True):
            attempt = batch[i].attempt
            assert attempt is not None
            if isinstance(before, KeyReused):
                answers[i] = problem(before, language=batch[i].language)
            elif before is not None:
                answers[i] = before
            elif (original := first.setdefault(attempt.scope, i)) != i:
                twin = batch[original].attempt
                if twin is not None and twin.canonical_hash == attempt.canonical_hash:
                    twins[i] = original
                else:
                    answers[i] = problem(KeyReused(), language=batch[i].language)
        fresh = [i for i in range(len(batch)) if answers[i] is None and i not in twins]
        return answers, fresh, twins
