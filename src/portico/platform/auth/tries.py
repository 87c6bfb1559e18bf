"""Tries at secrets that belong to no account: counted by who tries and from where, in the database, so that all processes count
together. Who tries in vain rests as a credential does, longer each time; what was right is not counted.
"""

import hashlib
import math
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from portico.platform.auth import store
from portico.platform.auth.api import FAILURES_FREE, rest
from portico.platform.auth.types import Kind, Principal, TooManyTries
from portico.platform.db import Database, Tx

FREE_FROM_ADDRESS = 50  # a store's tills, and a household, share one
FORGIVEN_EVERY = timedelta(minutes=15)  # one failure each: whoever mistypes now and then is never stopped
FAILURES_MAX = 10_000


class Key(msgspec.Struct, frozen=True):
    """`what` is tried, and who tries it: a person or session, or an address. So many failures of each are `free`."""

    what: str
    who: str
    free: int

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(f"{self.what}:{self.who}".encode()).digest()


def keys(what: str, *, person: str | None, address: str) -> list[Key]:
    """By whom a try is counted: her and her address; who is nobody yet by the address alone."""
    found = [Key(what, f"address:{address}", FREE_FROM_ADDRESS)] if address else []
    return [Key(what, f"person:{person}", FAILURES_FREE), *found] if person else found


class Tries(msgspec.Struct, frozen=True):
    """What is known of some keys, locked: nobody else tries by them until the transaction ends."""

    keys: tuple[Key, ...]
    failures: tuple[int, ...]
    rests_until: datetime | None


async def lock(tx: Tx, *, keys: Sequence[Key]) -> Tries:
    """Look at what was tried by these keys. Locks their rows in order, so that parallel tries are counted one by one."""
    await tx.run(store.OPEN_TRIES, key_hashes=[one.hash for one in keys], now=tx.now)
    rows = {one.key_hash: one for one in await tx.all(store.LOCK_TRIES, key_hashes=[one.hash for one in keys])}
    failures = tuple(_left(rows[one.hash], tx.now) if one.hash in rows else 0 for one in keys)
    locked = [row.locked_until for row in rows.values() if row.locked_until and row.locked_until > tx.now]
    return Tries(tuple(keys), failures, max(locked, default=None))


def _left(row: store.WrongTry, now: datetime) -> int:
    since = max(now - row.tried_at, timedelta())  # whoever waited for the lock has begun before the try that held it
    return max(0, row.failures - since // FORGIVEN_EVERY)


async def count(tx: Tx, *, tries: Tries, wrong: int) -> None:
    """So many of them were wrong; commit it, whatever else is undone."""
    failures = [min(one + wrong, FAILURES_MAX) for one in tries.failures]
    await tx.run(
        store.COUNT_TRIES,
        key_hashes=[one.hash for one in tries.keys],
        failures=failures,
        locked_untils=[rest(n, now=tx.now, free=one.free) for one, n in zip(tries.keys, failures, strict=True)],
        now=tx.now,
    )


async def guard(
    database: Database, *, what: str, asker: Principal, address: str, wrong: Callable[[Tx], Awaitable[int]]
) -> None:
    """Count how many of what is tried here are wrong, in a transaction of its own: it stays counted, whatever becomes of the rest.

    Who is nobody yet and has no address is not known again, and not counted. Locks what is known of the asker and of the address.
    Refuses TooManyTries, and looks at nothing then.
    """
    person = None if asker.kind in (Kind.ANONYMOUS, Kind.SYSTEM) else asker.key
    tried_by = keys(what, person=person, address=address)
    if not tried_by:
        return
    async with database.transaction() as tx:
        known = await lock(tx, keys=tried_by)
        if known.rests_until is None and (guessed := await wrong(tx)):
            await count(tx, tries=known, wrong=guessed)
        now = tx.now
    if known.rests_until is not None:
        seconds = max(1, math.ceil((known.rests_until - now).total_seconds()))
        raise TooManyTries(until=known.rests_until, seconds=seconds, minutes=math.ceil(seconds / 60))
