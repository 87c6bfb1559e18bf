"""Paying for an order that is already placed, and giving back what is owed."""

from collections.abc import Sequence

import msgspec

from portico.catalog.types import VariantId
from portico.orders import store
from portico.orders.buying_for import account_of
from portico.orders.events import OrderPaid
from portico.orders.finding import lock, order
from portico.orders.holding import lift_if_held
from portico.orders.types import AdjustmentId, Head, HoldKind, Order, OrderId
from portico.payments import api as payments
from portico.payments.types import NothingDue, Operation, Own, PayAsk, Payment, PaymentId, Refund, State, Tender, cash
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import NotFound


async def pay(tx: Tx, *, order_id: OrderId, tenders: Sequence[Tender], by: Hand) -> Order:
    """Take all that is due with tenders of our own. Locks the order, then ledger accounts.

    Refuses NotFound, NothingDue, BelowMinimum, and what `payments.plan` refuses.
    """
    head = await lock(tx, order_id)
    if not head.due:
        raise NothingDue()
    ask = PayAsk(
        reference=head.id, due=head.due, currency=head.currency, market_id=head.market_id, customer_id=head.customer_id,
        tenders=tuple(tenders), by=by, occurred_at=tx.now, goods=await _goods(tx, head, tenders),
        on_account=await account_of(tx, head) if any(one.handler == Own.INVOICE for one in tenders) else None,
    )  # fmt: skip
    await payments.take(tx, plans=[payments.granted(await payments.plan(tx, asks=[ask]))])
    after = await let_go(tx, head=await settle(tx, order_id=order_id, by=by), reason="paid_otherwise", by=by)
    if after.on_hold and not after.due:
        await lift_if_held(tx, order_id=order_id, kind=HoldKind.PAYMENT, by=by)
    return await order(tx, order_id=order_id)


async def _goods(tx: Tx, head: Head, tenders: Sequence[Tender]) -> tuple[tuple[VariantId, int], ...]:
    """What it is for, where somebody pays with points: not everything may be paid so."""
    if not any(one.handler == Own.POINTS for one in tenders):
        return ()
    return tuple((one.variant_id, one.gross) for one in await tx.all(store.LINES, ids=[head.id]))


async def pay_cash(tx: Tx, *, order_id: OrderId, tendered: int, by: Hand) -> Order:
    """Take cash for all that is due."""
    return await pay(tx, order_id=order_id, tenders=cash(tendered), by=by)


async def settle(tx: Tx, *, order_id: OrderId, by: Hand) -> Head:
    """Have the order say what its payments add up to: captured, held, given back. Locks the order. Refuses NotFound.

    Whoever changes its payments calls this; where a provider tells something of its own accord, a reader of its fact does.
    """
    head = await lock(tx, order_id)
    return await _settled(tx, head, await payments.payments_of(tx, references=[order_id]), by)


async def _settled(tx: Tx, head: Head, found: Sequence[Payment], by: Hand) -> Head:
    """The order, locked, as these payments of it add up."""
    paid, refunded = sum(one.captured for one in found), sum(one.refunded + one.refunding for one in found)
    authorized = sum(one.authorized for one in found)
    if (paid, authorized, refunded) == (head.paid, head.authorized, head.refunded):
        return head
    await tx.run(store.SETTLE, id=head.id, paid=paid, authorized=authorized, refunded=refunded)
    if paid > head.paid:
        tx.emit(
            [
                OrderPaid(
                    subject=head.id, by=by, occurred_at=tx.now, customer_id=head.customer_id, amount=paid - head.paid,
                    currency=head.currency,
                )
            ]
        )  # fmt: skip
    return msgspec.structs.replace(head, paid=paid, authorized=authorized, refunded=refunded, version=head.version + 1)


async def ask_provider(
    tx: Tx, *, order_id: OrderId, handler: str, credential: str, return_url: str, hosted: bool, by: Hand
) -> tuple[Payment, Operation]:
    """Write down that a provider is to be asked for what is due; whoever calls asks it once this is committed.

    What was asked before for this order and waits for its buyer is let go: it is paid once. Locks the order, then its payments.
    Refuses NotFound, NothingDue, InProgress (somebody is asking at this moment, or an earlier answer was lost), CardNumber.
    """
    head = await lock(tx, order_id)
    before = await payments.payments_of(tx, references=[order_id])
    payments.refuse_unknown(before)
    head = await _settled(tx, head, before, by)  # what has just come in may not stand in the order yet
    if not head.due:
        raise NothingDue()
    idle = [one.id for one in before if one.state is State.REQUIRES_ACTION]
    if idle:
        await payments.void(tx, payment_ids=idle, by=by, reason="another_try")
    return await payments.open_payment(
        tx, reference=order_id, handler=handler, amount=head.due, currency=head.currency, credential=credential, by=by,
        return_url=return_url, hosted=hosted, description=head.label,
    )  # fmt: skip


async def pay_invoice(tx: Tx, *, payment_id: PaymentId, amount: int, reference: str, by: Hand) -> Payment:
    """So much of an order's invoice has come in. Locks the order, then its payment. Refuses NotFound, NothingDue, MoreThanOwed."""
    found = await payments.payments(tx, ids=[payment_id])
    if not found or found[0].reference_kind != OrderId.prefix:
        raise NotFound(what="payment", id=str(payment_id))
    order_id = OrderId(found[0].reference.bytes)
    await lock(tx, order_id)
    paid = await payments.settle_invoice(tx, payment_id=payment_id, amount=amount, reference=reference, by=by)
    await settle(tx, order_id=order_id, by=by)
    return paid


async def capture_for(tx: Tx, *, head: Head, by: Hand) -> None:
    """Goods go out: what others hold for the order is captured, as much of it as the order comes to by now.

    What was held for more is let go. A job asks the providers once this is committed.
    """
    if head.authorized and head.balance > 0:
        await payments.capture(tx, reference=head.id, amount=head.balance, by=by, reason="fulfilled")


async def refund(
    tx: Tx, *, order_id: OrderId, amount: int, reason: str, cause: str, by: Hand, instead: Own | None = None
) -> list[Refund]:
    """Give back `amount` of what was paid, to the tenders it came from. Locks the order, then its payments.

    Refuses NotFound, MoreThanPaid, BelowMinimum.
    """
    head = await lock(tx, order_id)
    refunds = await payments.refund(
        tx, reference=head.id, amount=amount, market_id=head.market_id, customer_id=head.customer_id, reason=reason,
        cause=cause, by=by, instead=instead,
    )  # fmt: skip
    await settle(tx, order_id=order_id, by=by)
    return refunds


async def credit(
    tx: Tx, *, order_id: OrderId, amount: int, reason: str, by: Hand, instead: Own | None = None
) -> list[Refund]:
    """Give money back though no goods come back: what is owed first, and as a courtesy what goes beyond it.

    Locks the order, then its payments. Refuses NotFound, MoreThanPaid, BelowMinimum.
    """
    head = await lock(tx, order_id)
    beyond = amount - head.owed_back
    if beyond > 0:
        await tx.run(
            store.CREDIT, id=order_id, amount=beyond, adjustment_id=AdjustmentId.new(), customer_id=head.customer_id,
            currency=head.currency, reason=reason, now=tx.now,
        )  # fmt: skip
    return await refund(
        tx, order_id=order_id, amount=amount, reason=reason, cause=str(order_id), by=by, instead=instead
    )


async def square(tx: Tx, *, head: Head, reason: str, cause: Id, by: Hand, instead: Own | None = None) -> list[Refund]:
    """After an order has become cheaper: what nobody owes any more is let go, and what is owed back goes back.

    `head` is the order as it now stands, locked.
    """
    head = await let_go(tx, head=head, reason=reason, by=by)
    if not head.owed_back:
        return []
    return await refund(
        tx, order_id=head.id, amount=head.owed_back, reason=reason, cause=str(cause), by=by, instead=instead
    )


async def let_go(tx: Tx, *, head: Head, reason: str, by: Hand) -> Head:
    """What others hold for an order that nobody owes anything of any more goes back to whom it is held from: what was paid
    otherwise meanwhile, and what became cheaper. What only waits for its buyer is not waited for. `head` is the order, locked."""
    if head.authorized > max(0, head.balance):
        await payments.owe_less(tx, reference=head.id, by=head.authorized - max(0, head.balance), hand=by)
        head = await settle(tx, order_id=head.id, by=by)
    if head.balance > 0:
        return head
    idle = (State.AUTHORIZED, State.REQUIRES_ACTION)
    held = [one.id for one in await payments.payments_of(tx, references=[head.id]) if one.state in idle]
    if not held:
        return head
    await payments.void(tx, payment_ids=held, by=by, reason=reason)
    return await settle(tx, order_id=head.id, by=by)
