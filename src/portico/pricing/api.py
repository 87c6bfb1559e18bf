"""What others may ask of pricing: prices per market, and lines priced to the last minor unit."""

from collections.abc import Mapping, Sequence

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.platform.db import Tx
from portico.pricing import store
from portico.pricing.rules import price_lines
from portico.pricing.types import Price, TaxRate

__all__ = ["price_lines", "prices", "put_prices", "put_rates", "rates", "terms"]


async def prices(
    tx: Tx, *, variant_ids: Sequence[VariantId], market_ids: Sequence[MarketId]
) -> dict[tuple[VariantId, MarketId], Price]:
    """Prices by (variant, market); those that have none are missing from the answer."""
    found = await tx.all(store.PRICES, variant_ids=list(variant_ids), market_ids=list(market_ids))
    return {(one.variant_id, one.market_id): one for one in found}


async def terms(
    tx: Tx, *, variant_ids: Sequence[VariantId], market_ids: Sequence[MarketId]
) -> tuple[dict[tuple[VariantId, MarketId], Price], dict[MarketId, list[TaxRate]]]:
    """`prices` and `rates` together, in one reading."""
    found: dict[tuple[VariantId, MarketId], Price] = {}
    by_market: dict[MarketId, list[TaxRate]] = {one: [] for one in market_ids}
    for one in await tx.all(store.TERMS, variant_ids=list(variant_ids), market_ids=list(market_ids)):
        if one.variant_id is None:
            rate = TaxRate(one.market_id, one.tax_category or "", one.jurisdiction or "", one.rate_ppm or 0)
            by_market[one.market_id].append(rate)
        else:
            found[one.variant_id, one.market_id] = Price(
                one.variant_id, one.market_id, one.amount or 0, one.currency or ""
            )
    return found, by_market


async def rates(tx: Tx, *, market_ids: Sequence[MarketId]) -> Mapping[MarketId, list[TaxRate]]:
    """Tax rates by market."""
    by_market: dict[MarketId, list[TaxRate]] = {one: [] for one in market_ids}
    for rate in await tx.all(store.RATES, market_ids=list(by_market)):
        by_market[rate.market_id].append(rate)
    return by_market


async def put_prices(tx: Tx, *, prices: Sequence[Price]) -> int:
    """Set prices; how many were new or other than before. At most one price per variant and market in a call."""
    changed = await tx.all(
        store.PUT_PRICES,
        variant_ids=[one.variant_id for one in prices],
        market_ids=[one.market_id for one in prices],
        amounts=[one.amount for one in prices],
        currencies=[one.currency for one in prices],
        now=tx.now,
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
