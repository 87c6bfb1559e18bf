"""Points follow orders, and so do gift cards that are sent by mail: whatever happened to an order, what counts is how it stands now."""

from collections.abc import Sequence

from portico.app.places import Places
from portico.loyalty.types import Issued
from portico.orders import api as orders
from portico.orders.events import (
    OrderCanceled,
    OrderDelivered,
    OrderEdited,
    OrderHandedOver,
    OrderPaid,
    OrderPlaced,
    OrderReturned,
    OrderShipped,
)
from portico.orders.types import Head, OrderId
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.events import Hand, Recorded
from portico.privacy import api as privacy
from portico.privacy.types import Letter

CHANGES_WHAT_IS_KEPT = (
    OrderPlaced, OrderPaid, OrderHandedOver, OrderShipped, OrderDelivered, OrderEdited, OrderCanceled, OrderReturned,
)  # fmt: skip


class Earning:
    """Each fact may be heard twice, or late: an order is reckoned as it stands, not by what happened to it."""

    BY = Hand(actor="system:loyalty", actor_name="Portico")

    def __init__(self) -> None:
        self._places = Places()

    async def __call__(self, tx: Tx, facts: Sequence[Recorded]) -> None:
        order_ids = sorted({OrderId(one.fact().subject.bytes) for one in facts})
        await orders.earn(tx, order_ids=order_ids, directory=await self._places(tx), by=self.BY)
        for order_id in await orders.with_cards(tx, order_ids=order_ids):
            head, made = await orders.follow_cards(tx, order_id=order_id, by=self.BY)
            await _send(tx, head, made)


async def _send(tx: Tx, head: Head, made: Sequence[Issued]) -> None:
    """The code is told in this letter and nowhere else: we keep its hash."""
    for one in made if head.buyer_email else ():
        places = {
            "label": head.label, "card": one.code,
            "amount": i18n.currency(head.language, one.card.issued_amount, head.currency),
        }  # fmt: skip
        letter = Letter(
            kind="order.gift_card", language=head.language,
            subject=i18n.text(head.language, "mail.gift_card.subject", **places),
            text=i18n.text(head.language, "mail.gift_card.text", **places),
        )  # fmt: skip
        await privacy.write(tx, to=orders.recipient(head), purpose="service", letter=letter)
