"""What a point is worth: per market, and how much of what is due points may pay there."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from portico.business import api as business
from portico.business.types import MarketId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.loyalty.programmes import running
from portico.loyalty.rules import earning, programmes
from portico.loyalty.store import points as store
from portico.loyalty.types import Burnable, BurnAsk, BurnRule, PointLot, PointsWorth, ProgrammeId, Running
from portico.platform.db import Tx


async def points_worth(tx: Tx, *, market_ids: Sequence[MarketId]) -> dict[MarketId, int]:
    """How many points pay for one minor unit; markets where points pay for nothing are missing."""
    return {one.market_id: one.points_per_minor for one in await tx.all(store.WORTH, market_ids=list(market_ids))}


async def put_points_worth(tx: Tx, *, worths: Sequence[PointsWorth]) -> None:
    await tx.run(
        store.PUT_WORTH,
        market_ids=[one.market_id for one in worths],
        points_per_minors=[one.points_per_minor for one in worths],
    )


async def burnable(tx: Tx, *, asks: Sequence[BurnAsk]) -> list[Burnable | None]:
    """How much of what is due each could pay with points; None in a market where points are worth nothing."""
    if not asks:
        return []
    market_ids = sorted({one.market_id for one in asks})
    worths = await points_worth(tx, market_ids=market_ids)
    runs = await running(tx, market_ids=market_ids)
    lots = await tx.all(store.OPEN_LOTS, customer_ids=sorted({id for one in asks for id in one.customer_ids}))
    channels = await _channels(tx, asks, runs)
    excluding = any(one.terms.burn.categories_excluded for one in runs.values())
    goods = {id for one in asks for id, _ in one.goods} if excluding else set()
    categories = await categories_of(tx, variant_ids=sorted(goods))
    found: list[Burnable | None] = []
    for ask in asks:
        run = runs.get(ask.market_id)
        rule = run.terms.burn if run else BurnRule()
        rate = rule.points_per_minor or worths.get(ask.market_id)
        if rate is None:
            found.append(None)
            continue
        channel = channels.get(ask.channel_id, "") if ask.channel_id else ""
        most = programmes.may_pay(rule, due=ask.due, channel=channel, goods=ask.goods, categories=categories)
        own = set(ask.customer_ids)
        points = sum(
            one.remaining
            for one in lots
            if one.customer_id in own and one.good(at=tx.now) and pays_in(one, run.id if run else None)
        )
        amount = min(points // rate, most)
        if amount * rate < rule.points_min:
            amount = 0
        found.append(Burnable(amount, rate, points, rule.points_min, run.id if run else None))
    return found


def pays_in(lot: PointLot, programme_id: ProgrammeId | None) -> bool:
    """Points of a programme pay where it runs; what was given by hand pays wherever points do."""
    return lot.programme_id is None or lot.programme_id == programme_id


async def _channels(tx: Tx, asks: Sequence[BurnAsk], runs: Mapping[MarketId, Running]) -> dict[UUID, str]:
    """Codes of channels, where a rule asks for them at all."""
    if not any(one.terms.burn.channels for one in runs.values()):
        return {}
    return {id.uuid: one.code for id, one in (await business.directory(tx)).channels.items()}


async def categories_of(tx: Tx, *, variant_ids: Sequence[VariantId]) -> earning.Categories:
    """The category of each, and all above it, by their slugs."""
    if not variant_ids:
        return {}
    above = {one.slug: one.parent_slug for one in await catalog.categories(tx)}
    variants = await catalog.variants(tx, ids=variant_ids)
    heads = await catalog.heads(tx, ids=sorted({one.item_id for one in variants.values()}))
    of_item = {one.id: one.category.slug for one in heads if one.category}
    return {id: _branch(of_item.get(one.item_id), above) for id, one in variants.items()}


def _branch(slug: str | None, above: Mapping[str, str | None]) -> frozenset[str]:
    found: set[str] = set()
    while slug and slug not in found:
        found.add(slug)
        slug = above.get(slug)
    return frozenset(found)
