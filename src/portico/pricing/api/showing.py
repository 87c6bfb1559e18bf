"""Prices as they are shown beside goods: by the lists that hold, with the reductions anybody may have and what was asked before."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from portico.business.api import Directory
from portico.business.types import Market
from portico.catalog.types import ItemId, VariantId
from portico.platform.db import Tx
from portico.pricing.api.quoting import Terms, asking, segments_of, terms
from portico.pricing.api.standing import shown as shown_list
from portico.pricing.rules import prior
from portico.pricing.rules.lists import find_price
from portico.pricing.rules.promotions import evaluate
from portico.pricing.store import lists as list_store
from portico.pricing.store import promotions as store
from portico.pricing.types.conditions import Asking
from portico.pricing.types.evaluating import Basket, Goods
from portico.pricing.types.lists import PRIOR_DAYS
from portico.pricing.types.quoting import Asker, QuoteAsk, Reduction, Shown


class ToShow(msgspec.Struct, frozen=True):
    """A variant whose price is shown; `category` is the slug of its item's."""

    variant_id: VariantId
    item_id: ItemId
    category: str | None
    scale: int = 0


async def show(
    tx: Tx, *, variants: Sequence[ToShow], market: Market, directory: Directory, asker: Asker, language: str
) -> dict[VariantId, Shown]:
    """What one unit of each costs, and from what it is reduced."""
    if not variants:
        return {}
    known = await terms(tx, variant_ids=[one.variant_id for one in variants], market_ids=[market.id])
    held = known.standing[market.id]
    ask = QuoteAsk(
        market_id=market.id, lines=(), at=tx.now, channel_id=asker.channel_id, location_id=asker.location_id,
        customer_id=asker.customer_id, company=asker.company,
    )  # fmt: skip
    asked = asking(directory, market, held, ask, await segments_of(tx, [ask], known))
    goods, own = _goods(variants, known, market, asked)
    reductions = await _reductions(tx, goods, own, market, known, asked, language) if goods else {}
    prices = {one.variant_id: one.unit_price for one in goods}
    return {one.variant_id: Shown(prices.get(one.variant_id), reductions.get(one.variant_id)) for one in variants}


def _goods(
    variants: Sequence[ToShow], known: Terms, market: Market, asked: Asking
) -> tuple[list[Goods], dict[VariantId, int]]:
    """One unit of each that has a price, and the market's own prices."""
    held, own, listed = known.standing[market.id], known.own[market.id], known.listed[market.id]
    goods = []
    for one in variants:
        found = find_price(
            own.get(one.variant_id), listed.get(one.variant_id, ()), held.lists, asking=asked, quantity=10**one.scale
        )
        if found is not None:
            categories = held.above.get(one.category, (one.category,)) if one.category else ()
            goods.append(
                Goods(one.variant_id, one.item_id, categories, 10**one.scale, one.scale, found.amount, found.amount)
            )
    return goods, own


async def _reductions(
    tx: Tx,
    goods: Sequence[Goods],
    own: Mapping[VariantId, int],
    market: Market,
    known: Terms,
    asked: Asking,
    language: str,
) -> dict[VariantId, Reduction]:
    held = known.standing[market.id]
    off, titles = [0] * len(goods), defaultdict(list)
    if held.public.rules:
        for taken in evaluate(held.public, Basket(goods=tuple(goods), asking=asked)).taken:
            off[taken.line] += taken.amount
            titles[taken.line].append(held.promotions[taken.code].rule.title(language))
    reduced = [
        i for i, one in enumerate(goods) if one.unit_price - off[i] < max(own.get(one.variant_id, 0), one.unit_price)
    ]
    if not reduced:
        return {}
    pasts = await _pasts(tx, [goods[i] for i in reduced], market)
    found = {}
    for i in reduced:
        one, amount = goods[i], goods[i].unit_price - off[i]
        lowest = prior.lowest_before_reduction(pasts[one.variant_id], asking=asked, amount=amount)
        before = max(own.get(one.variant_id, 0), one.unit_price)
        found[one.variant_id] = Reduction(amount, before, lowest, tuple(titles[i]))
    return found


async def _pasts(tx: Tx, goods: Sequence[Goods], market: Market) -> dict[VariantId, prior.Past]:
    since = tx.now - timedelta(days=2 * PRIOR_DAYS)
    ids = [one.variant_id for one in goods]
    rows = await tx.all(list_store.CHANGES_SINCE, market_id=market.id, variant_ids=ids, since=since)
    versions = await tx.all(store.VERSIONS_SINCE, market_id=market.id, since=since)
    named = sorted({row.list_id for row in rows if row.list_id})
    lists = {row.id: shown_list(row) for row in await tx.all(list_store.BY_ID, ids=named)} if named else {}
    changes: defaultdict[VariantId, list[prior.Change]] = defaultdict(list)
    for row in rows:
        changes[row.variant_id].append(
            prior.Change(row.list_id, row.amount, row.starts_at, row.ends_before, row.changed_at)
        )
    return {one.variant_id: prior.Past(one, changes[one.variant_id], lists, versions) for one in goods}
