"""What a promotion would have done to the orders of the last days."""

from datetime import timedelta

from portico.business.api import Directory
from portico.business.types import LocationId, Market
from portico.catalog import api as catalog
from portico.orders import carrying, finding, trying_store
from portico.orders.drafting import quote_line
from portico.orders.types import Order
from portico.platform.db import Tx
from portico.pricing import api as pricing
from portico.pricing.types import QuoteAsk, Rule

ORDERS_MAX = 2_000
DAYS_MAX = 365


async def try_promotion(tx: Tx, *, rule: Rule, days: int, market: Market, directory: Directory) -> pricing.Tried:
    """Weigh the newest `ORDERS_MAX` orders of the last `days` with and without a promotion. Writes nothing. Refuses BadPromotion."""
    since = tx.now - timedelta(days=min(max(days, 1), DAYS_MAX))
    ids = await tx.all(trying_store.RECENT, market_id=market.id, since=since, rows_max=ORDERS_MAX)
    found = await finding.orders(tx, order_ids=ids)
    variant_ids = sorted({line.variant_id for one in found.values() for line in one.lines})
    variants = await catalog.variants(tx, ids=variant_ids)
    pasts = [_past(found[id], variants) for id in ids if id in found]
    return await pricing.try_rule(tx, rule=rule, pasts=pasts, market=market, directory=directory)


def _past(order: Order, variants: dict) -> pricing.Past:  # type: ignore[type-arg]
    head = order.head
    lines = [one for one in order.lines if one.ordered and one.variant_id in variants]
    ask = QuoteAsk(
        market_id=head.market_id,
        lines=tuple(quote_line(one.id, variants[one.variant_id], one.ordered) for one in lines),
        at=head.placed_at,
        channel_id=head.channel_id,
        location_id=LocationId(head.location_id.bytes) if head.location_id else None,
        customer_id=head.customer_id,
        methods=(head.carriage.method,) if head.carriage else (),
        country=carrying.country(None, head.ship_to),
    )
    return pricing.Past(id=head.id, label=head.label, ask=ask, prices=tuple(one.unit_price for one in lines))
