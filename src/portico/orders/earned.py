"""What orders are to loyalty: what their buyers keep of them, and which of their lines are gift cards."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from portico.business.api import Directory
from portico.catalog.types import VariantId
from portico.loyalty import api as loyalty
from portico.loyalty.types import (
    CardProduct,
    GiftCard,
    Issued,
    NoCardDue,
    Programme,
    Purchase,
    PurchaseLine,
    TriedTerms,
)
from portico.orders import earned_store as own_store
from portico.orders import store
from portico.orders.finding import lock
from portico.orders.types import Head, OrderId, OrderLine
from portico.payments import api as payments
from portico.payments.types import Own, Payment
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing.types import LineItemId

DAYS_MAX = 365
TRIED_MAX = 10_000  # orders of one dry run, the newest


async def earn(tx: Tx, *, order_ids: Sequence[OrderId], directory: Directory, by: Hand) -> None:
    """Have these orders have earned what they should have by now. Said again, it changes nothing. Locks points accounts."""
    if not await loyalty.ever_ran(tx):
        return
    found = await purchases(tx, order_ids=order_ids, directory=directory)
    await loyalty.follow(tx, purchases=found, by=by)


async def purchases(tx: Tx, *, order_ids: Sequence[OrderId], directory: Directory) -> list[Purchase]:
    """Orders of known customers as loyalty sees them, in the order in which they were placed. A gift card earns nothing: what is
    bought with it does."""
    heads = await tx.all(store.FIND, ids=list(order_ids), label=None, link_token=None)
    heads = sorted((one for one in heads if one.customer_id), key=lambda one: (one.placed_at, one.id))
    ids = [one.id for one in heads]
    lines: defaultdict[OrderId, list[OrderLine]] = defaultdict(list)
    for line in await tx.all(store.LINES, ids=ids):
        lines[line.order_id].append(line)
    paid: defaultdict[bytes, list[Payment]] = defaultdict(list)
    for one in await payments.payments_of(tx, references=ids):
        paid[one.reference.bytes].append(one)
    variant_ids = sorted({line.variant_id for each in lines.values() for line in each})
    products = await loyalty.products(tx, variant_ids=variant_ids) if variant_ids else {}
    return [_purchase(one, lines[one.id], paid[one.id.bytes], products, directory) for one in heads]


def _purchase(
    head: Head, lines: Sequence[OrderLine], paid: Sequence[Payment], products: Mapping[VariantId, CardProduct],
    directory: Directory,
) -> Purchase:  # fmt: skip
    assert head.customer_id is not None
    channel = directory.channel(head.channel_id)
    return Purchase(
        order_id=head.id,
        label=head.label,
        market_id=head.market_id,
        channel=channel.code if channel else "",
        customer_id=head.customer_id,
        currency=head.currency,
        placed_at=head.placed_at,
        paid=head.balance <= 0,
        points_paid=sum(one.captured - one.refunded for one in paid if one.handler == Own.POINTS),
        lines=tuple(_line(one) for one in lines if one.variant_id not in products),
    )


def _line(line: OrderLine) -> PurchaseLine:
    kept = kept_of(line)
    return PurchaseLine(
        line_id=line.id,
        variant_id=line.variant_id,
        gross=line.gross * kept // line.agreed if line.agreed else 0,
        fulfilled=line.fulfilled >= line.agreed,
    )


def kept_of(line: OrderLine) -> int:
    """How many of a line the buyer has, or will have."""
    return max(0, line.agreed - line.returned - line.exchanged)


async def dry_run(tx: Tx, *, programme: Programme, days: int, directory: Directory) -> TriedTerms:
    """What a programme's draft would have given for the orders of the last days, as they stand by now. Nothing is changed."""
    ids = await tx.all(
        own_store.LATELY, market_ids=list(programme.market_ids), since=tx.now - timedelta(days=days), rows_max=TRIED_MAX
    )
    found = [one for one in await purchases(tx, order_ids=ids, directory=directory) if one.kept]
    named = any(one.categories for one in programme.terms.earn)
    variant_ids = sorted({line.variant_id for one in found for line in one.lines}) if named else []
    worths = await loyalty.points_worth(tx, market_ids=list(programme.market_ids))
    members = await loyalty.members(tx, customer_ids=[one.customer_id for one in found])
    return loyalty.dry_run(
        programme.terms,
        found,
        categories=await loyalty.categories_of(tx, variant_ids=variant_ids),
        tiers={one.customer_id: one.tier for one in members if one.programme_id == programme.id},
        worths={directory.markets[id].currency: worth for id, worth in worths.items()},
    )


async def sell_card(tx: Tx, *, order_id: OrderId, line_id: LineItemId, code: str, by: Hand) -> GiftCard:
    """Have a printed card hold what one unit of a paid line came to. Locks the order, then the card.

    Refuses NotFound, NoCardDue, UnknownCard, NotForSale.
    """
    head = await lock(tx, order_id)
    line = next((one for one in await tx.all(store.LINES, ids=[order_id]) if one.id == line_id), None)
    product = (await loyalty.products(tx, variant_ids=[line.variant_id])).get(line.variant_id) if line else None
    if line is None or product is None or product.by_mail or head.balance > 0 or not kept_of(line):
        raise NoCardDue()
    return await loyalty.sell_printed(
        tx, code=code, line_id=line.id, order_id=order_id, market_id=head.market_id, units=kept_of(line),
        amount=line.gross // line.agreed, currency=head.currency, by=by,
    )  # fmt: skip


async def with_cards(tx: Tx, *, order_ids: Sequence[OrderId]) -> list[OrderId]:
    """Which of these have lines of gift cards."""
    products = await loyalty.products(tx)
    if not products:
        return []
    return await tx.all(own_store.WITH_VARIANTS, order_ids=list(order_ids), variant_ids=list(products))


async def follow_cards(tx: Tx, *, order_id: OrderId, by: Hand) -> tuple[Head, list[Issued]]:
    """Cards that are sent by mail are made once their order is paid, one for each unit; cards of units that came back pay for nothing
    any more. Said again, it changes nothing. Locks the order. Answers with what is to be sent."""
    products = await loyalty.products(tx)
    head = await lock(tx, order_id)
    made: list[Issued] = []
    sold = await loyalty.sales(tx, order_ids=[order_id.uuid])
    for line in await tx.all(store.LINES, ids=[order_id]):
        kept, product = kept_of(line), products.get(line.variant_id)
        gone = [one.card_id for one in sold if one.line_id == line.id.uuid and one.unit > kept]
        if gone:
            await loyalty.take_out(tx, ids=gone, by=by)
        if product and product.by_mail and kept and head.balance <= 0:
            made += await loyalty.sell_new(
                tx, line_id=line.id, order_id=order_id, market_id=head.market_id, units=kept,
                amount=line.gross // line.agreed, currency=head.currency, by=by,
            )  # fmt: skip
    return head, made
