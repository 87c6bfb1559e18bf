"""Promotions of an order that is changed: those it was placed with, as they were then, on what is agreed of it now."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId
from portico.catalog.types import Variant, VariantId
from portico.orders.drafting import quote_line
from portico.orders.types import AddLine, Head, Order, OrderLine, State
from portico.platform.db import Tx
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId, PromotionId, QuoteAsk


async def discount_anew(
    tx: Tx, before: Order, lines: Mapping[LineItemId, OrderLine], variants: Mapping[VariantId, Variant]
) -> list[OrderLine]:
    """The lines with what the order's promotions take off them now. Three for two is not that for the two that are left of it.

    Which promotions an order has was settled when it was placed: none comes in later, and none is asked again whether it still runs.
    A line whose price was named by hand has that price, and nothing off it.
    """
    had = await pricing.redeemed(tx, order_id=before.head.id)
    kept = [msgspec.structs.replace(one, discounts=()) if one.price_fixed else one for one in lines.values()]
    old = {one.id: one for one in before.lines}
    if not had or all(one.id in old and _same(one, old[one.id]) for one in kept):
        return kept
    agreed = [one for one in kept if one.agreed and not one.price_fixed]
    discounts = await pricing.discount_again(
        tx,
        lines=[(quote_line(one.id, variants[one.variant_id], one.agreed), one.unit_price) for one in agreed],
        promotions=had,
        language=before.head.language,
    )
    return [
        one if one.price_fixed else msgspec.structs.replace(one, discounts=discounts.get(one.id, ())) for one in kept
    ]


def _same(one: OrderLine, old: OrderLine) -> bool:
    return (one.agreed, one.unit_price, one.price_fixed) == (old.agreed, old.unit_price, old.price_fixed)


async def revise(tx: Tx, before: Order, after: Head, lines: Sequence[OrderLine]) -> None:
    """Have promotions know what an order has of them now; all of it comes back where it was canceled before anything went out."""
    carriage = before.head.carriage
    had = any(line.discounts for line in (*before.lines, *lines)) or (carriage and carriage.discount)
    if not had and after.state is not State.CANCELED:
        return
    amounts: Counter[PromotionId] = Counter()
    for line in lines:
        for one in line.discounts:
            amounts[one.promotion_id] += one.amount
    if after.carriage and after.carriage.discount:
        amounts[after.carriage.discount.promotion_id] += after.carriage.off
    await pricing.revise(tx, order_id=after.id, amounts=amounts, canceled=after.state is State.CANCELED)


async def prices(
    tx: Tx, head: Head, variants: Mapping[VariantId, Variant], adds: Sequence[AddLine], directory: Directory
) -> dict[VariantId, int]:
    """Today's prices of what is added, by the lists that hold for who bought, where and through which channel."""
    known = [one for one in adds if one.variant_id in variants]
    ask = QuoteAsk(
        market_id=head.market_id,
        lines=tuple(quote_line(LineItemId.new(), variants[one.variant_id], max(1, one.quantity)) for one in known),
        at=tx.now,
        channel_id=head.channel_id,
        location_id=LocationId(head.location_id.bytes) if head.location_id else None,
        customer_id=head.customer_id,
    )
    (quoted,) = await pricing.quote(tx, asks=[ask], directory=directory)
    if isinstance(quoted, Refused):
        raise quoted
    found = zip(known, quoted.lines, strict=True)
    return {one.variant_id: line.unit_price for one, line in found if line.unit_price is not None}
