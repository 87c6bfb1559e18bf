"""Sending from elsewhere what a place cannot send."""

from collections import Counter
from collections.abc import Sequence

from portico.business.api import Directory
from portico.business.types import LocationId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Network, SourceLine
from portico.orders import store
from portico.orders.types import ExpectationId, Method, NothingToSend, OrderId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId


async def reject(
    tx: Tx,
    *,
    order_id: OrderId,
    location_id: LocationId,
    line_ids: Sequence[LineItemId] | None = None,
    reason: str,
    directory: Directory,
    network: Network,
    by: Hand,
) -> None:
    """A location cannot send its part of an order, or a count has shown that it is not there: it is sent from elsewhere.

    All that is still to be sent is decided anew, without that location and those that have rejected before; if no other
    can, all stays as it was. With `line_ids` only these lines are, and the others stay where they are. Locks the order, the decision, then stock. Refuses NotFound, NothingToSend, NoSource.
    """
    head = await tx.maybe(store.LOCK, id=order_id)
    if head is None:
        raise NotFound(what="order", id=str(order_id))
    waiting = [
        one
        for one in await tx.all(store.EXPECTATIONS, ids=[order_id])
        if one.method is Method.SHIP and one.fulfilled < one.quantity and (line_ids is None or one.line_id in line_ids)
    ]
    made = [one for one in await fulfillment.decisions(tx, holders=[order_id]) if one.superseded_by is None]
    if not made or not any(one.location_id == location_id for one in waiting):
        raise NothingToSend(location_id=location_id)
    left: Counter[LineItemId] = Counter()
    for one in waiting:
        left[one.line_id] += one.quantity - one.fulfilled
    variants = {one.id: one.variant_id for one in await tx.all(store.LINES, ids=[order_id])}
    sourced = await fulfillment.source_again(
        tx, decision_id=made[-1].id, rejected_by=location_id, reason=reason,
        lines=[SourceLine(line_id, variants[line_id], units) for line_id, units in left.items()], by=by,
        directory=directory, network=network,
    )  # fmt: skip
    parts = [(shipment, each) for shipment in sourced.shipments for each in shipment.lines]
    await tx.run(
        store.SEND_OTHERWISE,
        order_id=order_id,
        gone_ids=[one.id for one in waiting],
        ids=[ExpectationId.new() for _ in parts],
        line_ids=[each.line_id for _, each in parts],
        location_ids=[each.location_id for _, each in parts],
        quantities=[each.quantity for _, each in parts],
        earliests=[tx.now for _ in parts],
        latests=[shipment.latest for shipment, _ in parts],
    )
