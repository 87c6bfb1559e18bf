"""Who tries codes of gift cards in vain is slowed down, at every door.

A code has fifteen letters out of thirty-two, seventy-five bits: nobody finds one by trying. Its sixteenth tells whether the others were
read aright, so that a slip of the finger is no try, and is told as what it is. What has not the shape of a code is no try either.
"""

from collections.abc import Sequence

from portico.loyalty import api
from portico.loyalty.rules import codes as rules
from portico.loyalty.types import Mistyped, UnknownCard
from portico.platform.auth import tries
from portico.platform.auth.types import Principal
from portico.platform.db import Database, Tx


async def check(database: Database, *, codes: Sequence[str], asker: Principal, address: str) -> None:
    """Look whether these are codes of cards at all, in a transaction of its own; wrong ones count, right ones do not.

    Locks what is known of the asker and of the address. Refuses Mistyped, UnknownCard, TooManyTries; cards themselves are not touched.
    """
    tried, wrong, guessed = [one for one in codes if rules.read_code(one)], [""][:0], 0

    async def look(tx: Tx) -> int:
        nonlocal wrong, guessed
        found = await api.cards(tx, codes=tried)
        wrong = [one for one in tried if one not in found]
        guessed = sum(rules.fits(rules.plain(one)) for one in wrong)
        return guessed

    if tried:
        await tries.guard(database, what="gift_card", asker=asker, address=address, wrong=look)
    if guessed:
        raise UnknownCard()
    if wrong:
        raise Mistyped()
