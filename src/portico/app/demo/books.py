"""Orders of the last weeks whose money is to be looked after: paid by card online, with a provider whose books differ from ours in
places, and on invoices, some of which are overdue."""

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
from portico.orders.types import Allotment, Method, Order, OrderId, PlaceLine, PlaceOrder, Term
from portico.payments import api as payments
from portico.payments.types import Outcome, Own, RefundMode, RefundPolicy, Result, Tender
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId
from portico.returns import api as returns
from portico.returns.types import Policy

# For each market, how many days ago a card was charged, and what the provider made of it.
CHARGED = {
    "es": ((1, ""), (1, REFUNDED), (2, UNKNOWN), (4, "")),
    "it": ((1, ""), (2, LESS)),
    "ru": ((1, ""), (3, LATER)),
    "gb": ((2, ""), (4, "")),
}
# For each market, how many days ago an invoice was made, in how many it was due, and which part of it (of ten) has come in.
INVOICED = {
    "es": ((34, 14, 0), (16, 14, 4), (3, 30, 0)),
    "it": ((25, 14, 0),),
    "ru": ((8, 7, 3),),
    "gb": ((20, 30, 0),),
}
POSTAGE = {"RUB": 39_000, "EUR": 490, "GBP": 450}
PLENTY = 6


async def put(
    database: Database, *, directory: Directory, variants: dict[str, VariantId], people: dict[str, list[CustomerId]],
    by: Hand,
) -> int:  # fmt: skip
    """How many orders were placed for it."""
    placed = 0
    async with database.transaction() as tx:
        await _put_policies(tx, directory, by)
    async with database.read() as tx:
        plain = [
            one.id
            for one in (await catalog.variants(tx, ids=list(variants.values()))).values()
            if one.tracking is Tracking.NONE and not one.components and one.scale == 0
        ]
    for market in directory.markets.values():
        store = directory.shops(market.id)[-1]

        async def sell(i: int, tx: Tx, *tenders: Tender, at: Market = market, shop: Location = store) -> Order | None:
            return await _sold(tx, directory, at, shop, plain, people[at.code], by, i, *tenders)

        charged, invoiced = CHARGED.get(market.code, ()), INVOICED.get(market.code, ())
        for i, (days, mistake) in enumerate(charged):
            async with database.transaction(now=clock.now() - timedelta(days=days, hours=1)) as tx:
                if order := await sell(i, tx):
                    await _charge(tx, order, store, by, mistake)
                    placed += 1
        for i, (days, due, tenths) in enumerate(invoiced, len(charged)):
            made = clock.now() - timedelta(days=days, hours=2)
            async with database.transaction(now=made) as tx:
                order = await sell(i, tx, Tender(handler=Own.INVOICE, due_days=due))
                placed += order is not None
            if order and tenths:
                async with database.transaction(now=made + timedelta(days=1)) as tx:
                    part = order.head.total * tenths // 10
                    await orders.pay_invoice(
                        tx, payment_id=order.payments[0].id, amount=part, reference="SEPA 4471", by=by
                    )
    return placed


async def _put_policies(tx: Tx, directory: Directory, by: Hand) -> None:
    """Thirty days and postage for nearly everything, fewer days for food, and a rule of last year's that was put aside. What goes
    back goes to stored value first."""
    for one in directory.markets.values():
        policies = [
            Policy(market_id=one.id, postage=POSTAGE[one.currency]),
            Policy(market_id=one.id, category="food", days=14, restocking_ppm=150_000, approve_at_once=False),
            Policy(market_id=one.id, category="standard", final_sale=True, active=False),
        ]
        await returns.put_policies(tx, market_id=one.id, policies=policies, by=by)
        order = (Own.GIFT_CARD, Own.STORE_CREDIT, CODE, Own.TERMINAL)
        await payments.put_policy(tx, policy=RefundPolicy(one.id, RefundMode.IN_ORDER, order))


async def _sold(
    tx: Tx, directory: Directory, market: Market, store: Location, plain: Sequence[VariantId],
    people: Sequence[CustomerId], by: Hand, i: int, *tenders: Tender,
) -> Order | None:  # fmt: skip
    """One more thing that the store has plenty of; None where it has not."""
    levels = await inventory.levels(tx, variant_ids=plain, location_ids=[store.id])
    there = [one.variant_id for one in levels if one.on_hand - one.reserved >= PLENTY]
    if len(there) <= i:
        return None
    allotted = (Allotment(Method.CARRY_OUT if tenders else Method.COLLECT, store.id, 1),)
    ask = PlaceOrder(
        order_id=OrderId.new(), market_id=market.id, by=by, occurred_at=tx.now, language=market.language, tenders=tenders,
        term=Term.NOW if tenders else Term.ON_COLLECTION, customer_id=people[i % len(people)],
        lines=(PlaceLine(LineItemId.new(), there[i], allotted),),
    )  # fmt: skip
    (order,) = await orders.place(tx, asks=[ask], directory=directory)
    if isinstance(order, Refused):
        raise order
    return order


async def _charge(tx: Tx, order: Order, store: Location, by: Hand, mistake: str) -> None:
    """Held, captured and handed over."""
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
