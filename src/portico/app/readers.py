"""The durable readers: which facts lead to what."""

from portico.business import api as business
from portico.documents import api as documents
from portico.fulfillment import api as fulfillment
from portico.inventory.events import CountShort
from portico.inventory.types import CountId
from portico.orders import api as orders
from portico.orders.events import OrderHandedOver, OrderPaid, OrderPlaced
from portico.orders.types import OrderId
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Reader, Recorded


def readers() -> list[Reader]:
    return [
        Reader("mail", {OrderPlaced: confirm_order}),
        Reader("sending", {CountShort: make_room}),
        Reader("receipts", dict.fromkeys((OrderPlaced, OrderPaid, OrderHandedOver), write_receipt)),
    ]


async def confirm_order(tx: Tx, fact: Recorded) -> None:
    """Have the buyer told by mail, if we know where. The address is the order's to know: the log keeps none."""
    placed = fact.fact()
    if not isinstance(placed, OrderPlaced) or not placed.by_mail:
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


async def write_receipt(tx: Tx, fact: Recorded) -> None:
    """An order that is paid has its receipt, whether anybody asks for it or not."""
    paid = fact.fact()
    await documents.receipts(
        tx, order_ids=[OrderId(paid.subject.bytes)], directory=await business.directory(tx), by=paid.by
    )


async def make_room(tx: Tx, fact: Recorded) -> None:
    """Send orders from elsewhere that a count has shown cannot be sent from there."""
    short = fact.fact()
    if not isinstance(short, CountShort):
        return
    directory = await business.directory(tx)
    await orders.make_room(
        tx,
        count_id=CountId(short.subject.bytes),
        directory=directory,
        network=await fulfillment.network(tx, directory=directory),
        by=short.by,
    )
