"""What others may ask of orders."""

from collections import defaultdict
from uuid import UUID

from portico.orders import store
from portico.orders.batch import Placed, place_known
from portico.orders.finding import PAGE_MAX, Before, by_link, find, heads, order, spent, units, waiting
from portico.orders.fulfilling import hand_over
from portico.orders.past import record_past, record_past_returns
from portico.orders.paying import pay_cash
from portico.orders.placing import place
from portico.orders.sending import make_room, reject
from portico.payments import api as payments
from portico.platform.db import Tx

__all__ = [
    "PAGE_MAX",
    "Before",
    "Placed",
    "by_link",
    "differences",
    "find",
    "hand_over",
    "heads",
    "make_room",
    "order",
    "pay_cash",
    "place",
    "place_known",
    "record_past",
    "record_past_returns",
    "reject",
    "spent",
    "units",
    "waiting",
]


async def differences(tx: Tx) -> list[store.OrderDifference]:
    """Orders whose stored figures are not what their parts add up to."""
    found = await tx.all(store.DIFFERENCES)
    paid = await tx.all(store.PAID)
    received: defaultdict[UUID, int] = defaultdict(int)
    for one in await payments.payments_of(tx, references=[each.order_id for each in paid]):
        received[one.reference] += one.amount
    found += [
        store.OrderDifference("paid", each.order_id, each.quantity, received[each.order_id.uuid])
        for each in paid
        if received[each.order_id.uuid] != each.quantity
    ]
    return found
