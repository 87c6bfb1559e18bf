"""Orders that were paid by card online in the last days, with a provider whose books differ from ours in places."""

from collections.abc import Sequence
from datetime import timedelta

from portico.app.demo import practice
from portico.app.demo.practice import CODE, LATER, LESS, REFUNDED, UNKNOWN
from portico.business.api import Directory
from portico.business.types import Location, Market
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.customers.types import CustomerId
from portico.inventory import api as inventory
from portico.orders import api as orders
from portico.orders.types import Allotment, Method, OrderId, PlaceLine, PlaceOrder, Term
from portico.payments import api as payments
from portico.payments.types import Outcome, Result
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

# For each market, how many days ago a card was charged, and what the provider made of it.
CHARGED = {
    "es": ((1, ""), (1, REFUNDED), (2, UNKNOWN), (4, "")),
    "it": ((1, ""), (2, LESS)),
    "ru": ((1, ""), (3, LATER)),
    "gb": ((2, ""), (4, "")),
}
PLENTY = 6


async def put(
    database: Database, *, directory: Directory, variants: dict[str, VariantId], people: dict[str, list[CustomerId]],
    by: Hand,
) -> int:  # fmt: skip
    """How many orders were placed for it."""
    placed = 0
    async with database.read() as tx:
        plain = [
            one.id
            for one in (await catalog.variants(tx, ids=list(variants.values()))).values()
            if one.tracking is Tracking.NONE and not one.components and one.scale == 0
        ]
    for market in directory.markets.values():
        store = directory.shops(market.id)[-1]
        for i, (days, mistake) in enumerate(CHARGED.get(market.code, ())):
            async with database.transaction(now=clock.now() - timedelta(days=days, hours=1)) as tx:
                placed += await _charged(tx, directory, market, store, plain, people[market.code], by, i, mistake)
    return placed


async def _charged(
    tx: Tx, directory: Directory, market: Market, store: Location, plain: Sequence[VariantId],
    people: Sequence[CustomerId], by: Hand, i: int, mistake: str,
) -> int:  # fmt: skip
    levels = await inventory.levels(tx, variant_ids=plain, location_ids=[store.id])
    there = [one.variant_id for one in levels if one.on_hand - one.reserved >= PLENTY]
    if len(there) <= i:
        return 0
    allotted = (Allotment(Method.COLLECT, store.id, 1),)
    ask = PlaceOrder(
        order_id=OrderId.new(), market_id=market.id, by=by, occurred_at=tx.now, language=market.language,
        term=Term.ON_COLLECTION, customer_id=people[i % len(people)],
        lines=(PlaceLine(LineItemId.new(), there[i], allotted),),
    )  # fmt: skip
    (order,) = await orders.place(tx, asks=[ask], directory=directory)
    if isinstance(order, Refused):
        raise order
    _, operation = await orders.ask_provider(
        tx, order_id=order.head.id, handler=CODE, credential="tok_practice", return_url="", hosted=False, by=by
    )
    ref = practice.name(operation.payment_id.uuid.hex, mistake)
    held = Outcome(result=Result.AUTHORIZED, ref=ref, brand="visa", last4="4242")
    await payments.record(tx, operation_id=operation.id, outcome=held, by=by)
    await orders.settle(tx, order_id=order.head.id, by=by)
    for one in await payments.capture(tx, reference=order.head.id, amount=None, by=by, reason="paid"):
        await payments.record(tx, operation_id=one.id, outcome=Outcome(result=Result.CAPTURED, ref=ref), by=by)
    await orders.settle(tx, order_id=order.head.id, by=by)
    await orders.hand_over(tx, order_id=order.head.id, location_id=store.id, lines=None, by=by)
    return 1
