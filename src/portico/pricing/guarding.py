"""Who tries coupons in vain is slowed down, wherever one may be typed: a coupon is money off, and short words are guessed."""

from collections.abc import Sequence

from portico.platform.auth import tries
from portico.platform.auth.types import Principal
from portico.platform.db import Database, Tx
from portico.pricing.api.coupons import read_code
from portico.pricing.store import coupons as store


async def check(database: Database, *, codes: Sequence[str], asker: Principal, address: str) -> None:
    """Count those that nobody ever made; used and lapsed ones are no guess. What each is good for is told elsewhere.

    Locks what is known of the asker and of the address. Refuses TooManyTries.
    """
    tried = [code for one in codes if (code := read_code(one))]

    async def look(tx: Tx) -> int:
        known = set(await tx.all(store.KNOWN, codes=tried))
        return sum(one not in known for one in tried)

    if tried:
        await tries.guard(database, what="coupon", asker=asker, address=address, wrong=look)
