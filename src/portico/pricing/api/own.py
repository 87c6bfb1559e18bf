"""The market's own prices, and the taxes levied there."""

from collections.abc import Mapping, Sequence

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing.events import PricesChanged
from portico.pricing.store import prices as store
from portico.pricing.types import Price, TaxRate

SYSTEM = Hand(actor="system:pricing", actor_name="")


async def prices(
    tx: Tx, *, variant_ids: Sequence[VariantId], market_ids: Sequence[MarketId]
) -> dict[tuple[VariantId, MarketId], Price]:
    """The market's own prices by (variant, market); those that have none are missing from the answer."""
    found = await tx.all(store.PRICES, variant_ids=list(variant_ids), market_ids=list(market_ids))
    return {(one.variant_id, one.market_id): one for one in found}


async def rates(tx: Tx, *, market_ids: Sequence[MarketId]) -> Mapping[MarketId, list[TaxRate]]:
    """Tax rates by market."""
    by_market: dict[MarketId, list[TaxRate]] = {one: [] for one in market_ids}
    for rate in await tx.all(store.RATES, market_ids=list(by_market)):
        by_market[rate.market_id].append(rate)
    return by_market


async def put_prices(tx: Tx, *, prices: Sequence[Price], by: Hand = SYSTEM) -> int:
    """Set the market's own prices from now on; how many were new or other than before. At most one per variant and market in a call."""
    changed = await tx.all(
        store.PUT_PRICES,
        variant_ids=[one.variant_id for one in prices],
        market_ids=[one.market_id for one in prices],
        amounts=[one.amount for one in prices],
        currencies=[one.currency for one in prices],
        actor=by.actor,
        actor_name=by.actor_name,
        now=tx.now,
    )
    if changed:
        touched = sorted({one.market_id for one in prices})
        tx.emit(
            PricesChanged(subject=one, by=by, occurred_at=tx.now, market_id=one, prices=len(changed)) for one in touched
        )
    return len(changed)


async def put_rates(tx: Tx, *, rates: Sequence[TaxRate]) -> None:
    await tx.run(
        store.PUT_RATES,
        market_ids=[one.market_id for one in rates],
        tax_categories=[one.tax_category for one in rates],
        jurisdictions=[one.jurisdiction for one in rates],
        rates_ppm=[one.rate_ppm for one in rates],
    )
