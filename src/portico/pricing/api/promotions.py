"""Promotions: made, changed, begun, paused and ended. Each change is a version; orders name the version they had."""

from collections.abc import Sequence

import msgspec

from portico.business.types import MarketId
from portico.catalog import api as catalog
from portico.platform.db import Tx, UniqueViolation
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound
from portico.pricing import events
from portico.pricing.api.naming import name_segments
from portico.pricing.api.standing import restamp
from portico.pricing.rules.checking import check_rule
from portico.pricing.store import promotions as store
from portico.pricing.types.lists import UnknownVariants
from portico.pricing.types.promotions import (
    ACTIVE_MAX,
    BadPromotion,
    Gift,
    Promotion,
    PromotionChanged,
    PromotionCodeTaken,
    PromotionFinal,
    PromotionId,
    PromotionPage,
    Rule,
    State,
    TooManyPromotions,
    Version,
)

PAGE_MAX = 100
VERSIONS_MAX = 200

# Ended is the end: what was agreed under a promotion keeps its name.
FOLLOWS: dict[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.LIVE, State.ENDED}),
    State.LIVE: frozenset({State.PAUSED, State.ENDED}),
    State.PAUSED: frozenset({State.LIVE, State.ENDED}),
    State.ENDED: frozenset(),
}


async def create(tx: Tx, *, market_id: MarketId, rule: Rule, by: Hand, state: State = State.DRAFT) -> Promotion:
    """Make a promotion. Refuses BadPromotion, UnknownVariants, PromotionCodeTaken, TooManyPromotions."""
    await _check(tx, rule)
    id = PromotionId.new()
    if state is State.LIVE:
        await _refuse_too_many(tx, market_id)
    await _put(tx, id=id, market_id=market_id, version=1, state=state, rule=rule, by=by)
    return await promotion(tx, id=id)


async def change(
    tx: Tx, *, id: PromotionId, by: Hand, rule: Rule | None = None, state: State | None = None,
    expected_version: int | None = None,
) -> Promotion:  # fmt: skip
    """Change what a promotion says, or begin, pause or end it. Locks it.

    Refuses NotFound, PromotionChanged, PromotionFinal, BadPromotion, UnknownVariants, PromotionCodeTaken, TooManyPromotions.
    """
    found = await tx.maybe(store.LOCK, id=id)
    if found is None:
        raise NotFound(what="promotion", id=str(id))
    if expected_version not in (None, found.version):
        raise PromotionChanged(version=found.version)
    if found.state is State.ENDED:
        raise PromotionFinal()
    state = state or found.state
    if state is not found.state and state not in FOLLOWS[found.state]:
        raise PromotionFinal()
    rule = rule or found.rule
    if (rule, state) == (found.rule, found.state):
        return await promotion(tx, id=id)
    await _check(tx, rule)
    if state is State.LIVE and found.state is not State.LIVE:
        await _refuse_too_many(tx, found.market_id)
    await _put(tx, id=id, market_id=found.market_id, version=found.version + 1, state=state, rule=rule, by=by)
    return await promotion(tx, id=id)


async def _check(tx: Tx, rule: Rule) -> None:
    check_rule(rule)
    if isinstance(rule.benefit, Gift) and (unknown := await catalog.unknown(tx, ids=[rule.benefit.variant_id])):
        raise UnknownVariants(variant_ids=tuple(unknown))


async def _refuse_too_many(tx: Tx, market_id: MarketId) -> None:
    if await tx.one(store.COUNT_LIVE, market_id=market_id) >= ACTIVE_MAX:
        raise TooManyPromotions()


async def _put(
    tx: Tx, *, id: PromotionId, market_id: MarketId, version: int, state: State, rule: Rule, by: Hand
) -> None:
    codes = () if state is State.ENDED else rule.conditions.segments
    running = state in (State.LIVE, State.PAUSED)
    for problem in await name_segments(tx, used_by=id, label=rule.code, codes=codes, running=running):
        raise BadPromotion(field="conditions.segments", problem=problem)
    try:
        async with tx.savepoint():
            await tx.run(
                store.PUT, id=id, market_id=market_id, code=rule.code, state=state, version=version,
                rule=msgspec.json.encode(rule, enc_hook=encode_hook).decode(), uses_max=rule.caps.uses,
                budget=rule.caps.budget, actor=by.actor, actor_name=by.actor_name, now=tx.now,
            )  # fmt: skip
    except UniqueViolation:
        raise PromotionCodeTaken(given=rule.code) from None
    await restamp(tx, market_ids=[market_id])
    tx.emit(
        [events.PromotionChanged(subject=id, by=by, occurred_at=tx.now, code=rule.code, version=version, state=state)]
    )


async def promotion(tx: Tx, *, id: PromotionId) -> Promotion:
    """Refuses NotFound."""
    found = await tx.all(store.BY_ID, ids=[id])
    if not found:
        raise NotFound(what="promotion", id=str(id))
    return (await _with_effects(tx, found))[0]


async def promotions(
    tx: Tx, *, market_id: MarketId, state: State | None = None, after: PromotionId | None = None, limit: int = 50
) -> PromotionPage:
    """A market's promotions, newest first, a page at a time."""
    limit = max(1, min(limit, PAGE_MAX))
    found = await tx.all(store.LIST, market_id=market_id, state=state, after=after, rows_max=limit + 1)
    shown = await _with_effects(tx, found[:limit])
    return PromotionPage(tuple(shown), shown[-1].id if len(found) > limit else None)


async def _with_effects(tx: Tx, found: Sequence[Promotion]) -> list[Promotion]:
    """With how often each was used, and what it has cost, as orders have it."""
    effects = {one.promotion_id: one for one in await tx.all(store.EFFECTS, ids=[one.id for one in found])}
    return [
        msgspec.structs.replace(one, uses=effects[one.id].orders, spent=effects[one.id].amount)
        if one.id in effects
        else msgspec.structs.replace(one, uses=0, spent=0)
        for one in found
    ]


async def versions(tx: Tx, *, id: PromotionId) -> list[Version]:
    """What a promotion has said, newest first. Refuses NotFound."""
    found = await tx.all(store.VERSIONS, id=id, rows_max=VERSIONS_MAX)
    if not found:
        raise NotFound(what="promotion", id=str(id))
    return found


async def by_code(tx: Tx, *, market_id: MarketId, codes: Sequence[str]) -> dict[str, Promotion]:
    """Promotions of a market by their codes; those that nobody made are missing."""
    return {one.rule.code: one for one in await tx.all(store.BY_CODES, market_id=market_id, codes=list(codes))}
