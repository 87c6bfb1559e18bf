"""Programmes: written as a draft, put into force as a version, ended."""

from collections.abc import Sequence

import msgspec

from portico.business.types import MarketId
from portico.loyalty.events import ProgrammeSet
from portico.loyalty.rules import programmes as rules
from portico.loyalty.store import programmes as store
from portico.loyalty.types import (
    BadTerms,
    MarketTaken,
    Programme,
    ProgrammeChanged,
    ProgrammeEnded,
    ProgrammeId,
    ProgrammeState,
    Running,
    Terms,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound
from portico.pricing import api as pricing
from portico.pricing.types.promotions import State

PROGRAMMES_MAX = 100
MARKETS_MAX = 100


async def programmes(tx: Tx) -> list[Programme]:
    """Every programme, in order of their codes."""
    return await tx.all(store.ALL)


async def programme(tx: Tx, *, code: str) -> Programme:
    """Refuses NotFound."""
    found = await tx.maybe(store.BY_CODE, code=code)
    if found is None:
        raise NotFound(what="programme", id=code[:50])
    return found


async def put_programme(
    tx: Tx,
    *,
    code: str,
    market_ids: Sequence[MarketId],
    terms: Terms,
    currencies: Sequence[str],
    expected: int,
    by: Hand,
) -> Programme:
    """Write a programme's draft: a new one with `expected` 0, else the draft that was looked at. What runs goes on as it did.

    Refuses BadTerms, ProgrammeChanged, ProgrammeEnded.
    """
    rules.check(terms, currencies=currencies)
    if not 0 < len(market_ids) <= MARKETS_MAX or len(set(market_ids)) < len(market_ids):
        raise BadTerms(field="market_ids", why=f"1..{MARKETS_MAX}")
    before = await tx.maybe(store.LOCK, code=code)
    if before and before.state is ProgrammeState.ENDED:
        raise ProgrammeEnded()
    if before is None and len(await tx.all(store.ALL)) >= PROGRAMMES_MAX:
        raise BadTerms(field="code", why=f"<= {PROGRAMMES_MAX}")
    draft = None
    if expected == (before.draft if before else 0):
        draft = await tx.maybe(
            store.PUT, id=ProgrammeId.new(), code=code, market_ids=list(market_ids), terms=_json(terms), now=tx.now,
            actor=by.actor, actor_name=by.actor_name, expected=expected,
        )  # fmt: skip
    if draft is None:
        raise ProgrammeChanged(draft=before.draft if before else 0)
    return await programme(tx, code=code)


async def publish(tx: Tx, *, code: str, expected: int, by: Hand) -> Programme:
    """Put a draft into force as the next version. What was bought before keeps the terms it was bought under.

    Locks the programme. Refuses NotFound, ProgrammeChanged, ProgrammeEnded, MarketTaken; BadTerms where a reward is a coupon of a
    promotion that one of its markets does not have.
    """
    before = await _lock(tx, code, expected)
    await _refuse_unknown_promotions(tx, before)
    await tx.run(store.RUN_IN, id=before.id, market_ids=list(before.market_ids))
    taken = [one for one in await tx.all(store.IN_MARKETS, market_ids=list(before.market_ids)) if one.id != before.id]
    if taken:
        raise MarketTaken(market_id=taken[0].market_id, programme=taken[0].code)
    await tx.run(store.PUBLISH, id=before.id, actor=by.actor, actor_name=by.actor_name, now=tx.now)
    return await _told(tx, code, by)


async def _refuse_unknown_promotions(tx: Tx, found: Programme) -> None:
    named = {i: one.promotion for i, one in enumerate(found.terms.rewards) if one.promotion}
    for market_id in found.market_ids if named else ():
        known = await pricing.promotions.by_code(tx, market_id=market_id, codes=list(named.values()))
        for i, code in named.items():
            if code not in known or known[code].state is State.ENDED:
                raise BadTerms(field=f"rewards[{i}].promotion", why=code)


async def end(tx: Tx, *, code: str, expected: int, by: Hand) -> Programme:
    """From now on nothing is earned. Points that are there pay nowhere but where another programme takes them: none does.

    Locks the programme. Refuses NotFound, ProgrammeChanged, ProgrammeEnded, BadTerms for one that never ran.
    """
    before = await _lock(tx, code, expected)
    if before.state is ProgrammeState.DRAFT:
        raise BadTerms(field="state", why=before.state)
    await tx.run(store.END, id=before.id, now=tx.now)
    return await _told(tx, code, by)


async def _lock(tx: Tx, code: str, expected: int) -> Programme:
    before = await tx.maybe(store.LOCK, code=code)
    if before is None:
        raise NotFound(what="programme", id=code[:50])
    if before.state is ProgrammeState.ENDED:
        raise ProgrammeEnded()
    if before.draft != expected:
        raise ProgrammeChanged(draft=before.draft)
    return before


async def _told(tx: Tx, code: str, by: Hand) -> Programme:
    now = await programme(tx, code=code)
    tx.emit(
        [
            ProgrammeSet(
                subject=now.id, by=by, occurred_at=tx.now, code=now.code, state=now.state, version=now.version or 0
            )
        ]
    )
    return now


async def running(tx: Tx, *, market_ids: Sequence[MarketId]) -> dict[MarketId, Running]:
    """What runs in each market, with the terms that count; markets without a programme are missing."""
    return {
        one.market_id: Running(one.id, one.code, one.version, one.terms)
        for one in await tx.all(store.RUNNING, market_ids=list(market_ids))
    }


async def ever_ran(tx: Tx) -> bool:
    """Whether there is, or was, any programme at all: where there is none, no order is looked at."""
    return await tx.one(store.EVER)


async def counting(tx: Tx) -> dict[ProgrammeId, Running]:
    """Each programme that ever ran, with its latest terms."""
    return {one.id: one for one in await tx.all(store.COUNTING)}


def _json(terms: Terms) -> str:
    return msgspec.json.encode(terms, enc_hook=encode_hook).decode()
