"""Tries at secrets that belong to no account: counted by who tries and from where, in the database, so that all processes count
together. Who tries in vain rests as a credential does, longer each time; what was right is not counted.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portico.platform.auth import store
from portico.platform.auth.api import FAILURES_FREE, rest
from portico.platform.db import Tx

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
