"""Paying for an order that is already placed."""

from portico.orders import store
from portico.orders.events import OrderPaid
from portico.orders.finding import lock, order
from portico.orders.types import (
    Order,
    OrderId,
)
from portico.payments import api as payments
from portico.payments.types import Cash
from portico.platform.db import Tx
from portico.platform.events import Hand


async def pay_cash(tx: Tx, *, order_id: OrderId, tendered: int, by: Hand) -> Order:
    """Take cash for all that is due. Locks the order. Refuses NotFound, and what payments refuses."""
    head = await lock(tx, order_id)
    cash = Cash(
        reference=head.id, amount=head.due, tendered=tendered, currency=head.currency, by=by, occurred_at=tx.now
    )
    refused = payments.check(cash)
    if refused:
        raise refused
    await payments.record_cash(tx, taken=[cash])
    await tx.run(store.PAY, id=head.id, amount=head.due)
    tx.emit(
        [
            OrderPaid(
                subject=head.id, by=by, occurred_at=tx.now, customer_id=head.customer_id, amount=head.due,
                currency=head.currency,
            )
        ]
    )  # fmt: skip
    return await order(tx, order_id=order_id)
