"""The durable readers: which facts lead to what."""

from portico.orders import api as orders
from portico.orders.events import OrderPlaced
from portico.orders.types import OrderId
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Reader, Recorded


def readers() -> list[Reader]:
    return [Reader("mail", {OrderPlaced: confirm_order})]


async def confirm_order(tx: Tx, fact: Recorded) -> None:
    """Have the buyer told by mail, if we know where. The address is the order's to know: the log keeps none."""
    placed = fact.fact()
    if not isinstance(placed, OrderPlaced):
        return
    order = await orders.order(tx, order_id=OrderId(placed.subject.bytes))
    if order.head.buyer_email:
        total = i18n.currency(placed.language, placed.total, placed.currency)
        tx.enqueue(
            "mail",
            {
                "to": order.head.buyer_email,
                "subject": i18n.text(placed.language, "mail.order.subject", label=placed.label),
                "text": i18n.text(placed.language, "mail.order.text", label=placed.label, total=total),
            },
        )
