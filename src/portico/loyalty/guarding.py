"""Who tries codes of gift cards in vain is slowed down, at every door.

A code has sixteen letters out of thirty-two, eighty bits: nobody finds one by trying. It bears no check digit, so that a slip of the
finger is a wrong try like any other; a few are free. What has not the shape of a code is no try.
"""

import math
from collections.abc import Sequence

from portico.loyalty import api, rules
from portico.loyalty.types import TooManyTries, UnknownCard
from portico.platform.auth import tries
from portico.platform.auth.types import Kind, Principal
from portico.platform.db import Database

WHAT = "gift_card"


async def check(database: Database, *, codes: Sequence[str], asker: Principal, address: str) -> None:
    """Look whether these are codes of cards at all, in a transaction of its own; wrong ones count, right ones do not.

    Locks what is known of the asker and of the address. Refuses UnknownCard, TooManyTries; cards themselves are not touched.
    """
    tried = [one for one in codes if rules.read_code(one)]
    keys = tries.keys(WHAT, person=_person(asker), address=address)
    if not tried or not keys:
        return
    async with database.transaction() as tx:
        known = await tries.lock(tx, keys=keys)
        if known.rests_until is None:
            found = await api.cards(tx, codes=tried)
            wrong = sum(one not in found for one in tried)
            if wrong:
                await tries.count(tx, tries=known, wrong=wrong)
        now = tx.now
    if known.rests_until is not None:
        seconds = max(1, math.ceil((known.rests_until - now).total_seconds()))
        raise TooManyTries(until=known.rests_until, seconds=seconds, minutes=math.ceil(seconds / 60))
    if wrong:
        raise UnknownCard()


def _person(asker: Principal) -> str | None:
    return None if asker.kind in (Kind.ANONYMOUS, Kind.SYSTEM) else asker.key
