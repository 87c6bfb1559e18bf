"""Who tries codes of gift cards in vain is slowed down, at every door.

A code has fifteen letters out of thirty-two, seventy-five bits: nobody finds one by trying. Its sixteenth tells whether the others were
read aright, so that a slip of the finger is no try, and is told as what it is. What has not the shape of a code is no try either.
"""

import math
from collections.abc import Sequence

from portico.loyalty import api
from portico.loyalty.rules import codes as rules
from portico.loyalty.types import Mistyped, TooManyTries, UnknownCard
from portico.platform.auth import tries
from portico.platform.auth.types import Kind, Principal
from portico.platform.db import Database

WHAT = "gift_card"


async def check(database: Database, *, codes: Sequence[str], asker: Principal, address: str) -> None:
    """Look whether these are codes of cards at all, in a transaction of its own; wrong ones count, right ones do not.

    Locks what is known of the asker and of the address. Refuses Mistyped, UnknownCard, TooManyTries; cards themselves are not touched.
    """
    tried = [one for one in codes if rules.read_code(one)]
    keys = tries.keys(WHAT, person=_person(asker), address=address)
    if not tried or not keys:
        return
    async with database.transaction() as tx:
        known = await tries.lock(tx, keys=keys)
        if known.rests_until is None:
            found = await api.cards(tx, codes=tried)
            wrong = [one for one in tried if one not in found]
            guessed = sum(rules.fits(rules.plain(one)) for one in wrong)
            if guessed:
                await tries.count(tx, tries=known, wrong=guessed)
        now = tx.now
    if known.rests_until is not None:
        seconds = max(1, math.ceil((known.rests_until - now).total_seconds()))
        raise TooManyTries(until=known.rests_until, seconds=seconds, minutes=math.ceil(seconds / 60))
    if guessed:
        raise UnknownCard()
    if wrong:
        raise Mistyped()


def _person(asker: Principal) -> str | None:
    return None if asker.kind in (Kind.ANONYMOUS, Kind.SYSTEM) else asker.key
