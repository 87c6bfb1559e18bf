"""A write and its answer, stored in one transaction under the caller's key.

Scoped by principal, operation and path (DOMAIN: two clients may choose the same key). A row keeps a hash of the body's
raw bytes and one of its canonical JSON: the same request in another spelling is the same request; the same key with
another body is refused. Server errors are never stored, so a retry after one tries again. Answers live 48 hours.

A request in flight is the uncommitted row of its own transaction: a second one with the same key meets the unique
key when it stores its answer, is undone whole, and finds the first one's answer when it looks again.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import msgspec

from portico.platform.db import Query, Tx
from portico.platform.refusals import Refused

KEPT_FOR = timedelta(hours=48)
KEY_LENGTH_MAX = 255


@dataclass(eq=False)
class KeyReused(Refused):
    """This key was used before, for a different request. A new attempt needs a new key."""

    code, status = "idempotency.key_reused", 422


@dataclass(eq=False)
class KeyMalformed(Refused):
    code, status = "idempotency.key_malformed", 400
    length_max: int = KEY_LENGTH_MAX


class KeyTaken(Exception):
    """A twin with the same key has stored its answer meanwhile."""


class Attempt(msgspec.Struct, frozen=True):
    """One request, as far as telling it from others goes."""

    principal: str
    operation: str
    path: str
    key: str
    body_hash: bytes
    canonical_hash: bytes

    @property
    def scope(self) -> tuple[str, str, str, str]:
        return self.principal, self.operation, self.path, self.key


class Answer(msgspec.Struct, frozen=True):
    """What was sent back: status, the headers that belong to it, and the body's bytes."""

    status: int
    body: bytes
    headers: dict[str, str] = {}
    replayed: bool = False


def attempt(*, principal: str, operation: str, path: str, key: str, body: bytes) -> Attempt:
    """Describe a request. Refuses a key that is empty, too long or not printable ASCII."""
    if not 0 < len(key) <= KEY_LENGTH_MAX or not key.isascii() or not key.isprintable():
        raise KeyMalformed()
    return Attempt(principal, operation, path, key, hashlib.sha256(body).digest(), _canonical_hash(body))


def _canonical_hash(body: bytes) -> bytes:
    """Of the JSON with its keys sorted and no spaces; of the bytes themselves where they are not JSON."""
    try:
        body = msgspec.json.encode(msgspec.json.decode(body), order="sorted") if body else b""
    except (msgspec.DecodeError, RecursionError):
        pass
    return hashlib.sha256(body).digest()


class _Stored(msgspec.Struct, frozen=True):
    principal: str
    operation: str
    path: str
    key: str
    body_hash: bytes
    canonical_hash: bytes
    status: int
    headers: dict[str, str]
    body: bytes


FIND = Query(
    _Stored,
    """
    select principal, operation, path, key, body_hash, canonical_hash, status, headers, body
    from unnest(:principals::text[], :operations::text[], :paths::text[], :keys::text[])
            as wanted (principal, operation, path, key)
        join platform.answer using (principal, operation, path, key)
    where expires_at > :now
    """,
)
KEEP = Query(
    None,
    """
    insert into platform.answer as kept (principal, operation, path, key, body_hash, canonical_hash, status, headers, body,
        stored_at, expires_at)
    select principal, operation, path, key, body_hash, canonical_hash, status, headers::jsonb, body, :now, :expires_at
    from unnest(:principals::text[], :operations::text[], :paths::text[], :keys::text[], :body_hashes::bytea[],
        :canonical_hashes::bytea[], :statuses::smallint[], :headers::text[], :bodies::bytea[])
        as answer (principal, operation, path, key, body_hash, canonical_hash, status, headers, body)
    on conflict (principal, operation, path, key) do update
    set body_hash = excluded.body_hash, canonical_hash = excluded.canonical_hash, status = excluded.status,
        headers = excluded.headers, body = excluded.body, stored_at = excluded.stored_at, expires_at = excluded.expires_at
    where kept.expires_at <= excluded.stored_at
    """,
)
SWEEP = Query(
    None,
    """
    delete from platform.answer
    where (principal, operation, path, key) in (
        select principal, operation, path, key from platform.answer where expires_at <= :now limit :rows_max)
    """,
)


async def find(tx: Tx, *, attempts: Sequence[Attempt]) -> list[Answer | KeyReused | None]:
    """For each attempt: the answer it was given before, a refusal if its key belongs to another request, or None."""
    stored = await tx.all(
        FIND,
        principals=[one.principal for one in attempts],
        operations=[one.operation for one in attempts],
        paths=[one.path for one in attempts],
        keys=[one.key for one in attempts],
        now=tx.now,
    )
    by_scope = {(one.principal, one.operation, one.path, one.key): one for one in stored}
    return [_judge(one, by_scope.get(one.scope)) for one in attempts]


def _judge(one: Attempt, stored: _Stored | None) -> Answer | KeyReused | None:
    if stored is None:
        return None
    if one.body_hash != stored.body_hash and one.canonical_hash != stored.canonical_hash:
        return KeyReused()
    return Answer(stored.status, stored.body, stored.headers, replayed=True)


async def keep(tx: Tx, *, answers: Sequence[tuple[Attempt, Answer]]) -> None:
    """Store answers in the transaction that earned them; one whose time is over gives way to the new one.

    Raises KeyTaken where another request with the same key was faster: the caller undoes its work and looks again.
    """
    if not answers:
        return
    kept = await tx.run(
        KEEP,
        principals=[one.principal for one, _ in answers],
        operations=[one.operation for one, _ in answers],
        paths=[one.path for one, _ in answers],
        keys=[one.key for one, _ in answers],
        body_hashes=[one.body_hash for one, _ in answers],
        canonical_hashes=[one.canonical_hash for one, _ in answers],
        statuses=[answer.status for _, answer in answers],
        headers=[msgspec.json.encode(answer.headers).decode() for _, answer in answers],
        bodies=[answer.body for _, answer in answers],
        now=tx.now,
        expires_at=tx.now + KEPT_FOR,
    )
    if kept < len(answers):
        raise KeyTaken


async def sweep(tx: Tx, *, rows_max: int = 10_000) -> int:
    """Forget answers whose time is over; how many."""
    return await tx.run(SWEEP, now=tx.now, rows_max=rows_max)
