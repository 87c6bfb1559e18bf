"""Sending from elsewhere what a place cannot send."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Network, NoSource, SourceLine
from portico.inventory import api as inventory
from portico.inventory.types import CountId, HeldLine, Key
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
    units: Mapping[LineItemId, int] | None = None,
    reason: str,
    directory: Directory,
    network: Network,
    by: Hand,
) -> None:
    """A location cannot send its part of an order, or a count has shown that it is not there: it is sent from elsewhere.

    All that is still to be sent is decided anew, without that location and those that have rejected before; if no other
    can, all stays as it was. With `line_ids` only these lines are, and the others stay where they are; with `units` only so many
    of each, and what else of them is held there, or elsewhere, stays. Locks the order, the decision, then stock. Refuses NotFound,
    NothingToSend, NoSource.
    """
    head = await tx.maybe(store.LOCK, id=order_id)
    if head is None:
        raise NotFound(what="order", id=str(order_id))
    if units is not None:
        await _reject_part(tx, order_id, location_id, units, reason, directory, network, by)
        return
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


async def _reject_part(
    tx: Tx, order_id: OrderId, location_id: LocationId, units: Mapping[LineItemId, int], reason: str,
    directory: Directory, network: Network, by: Hand,
) -> None:  # fmt: skip
    here = [
        one
        for one in await tx.all(store.TO_DO, id=order_id)
        if one.method is Method.SHIP and one.location_id == location_id and one.line_id in units
    ]
    waits = Counter[LineItemId]()
    for one in here:
        waits[one.line_id] += one.quantity - one.fulfilled
    made = [one for one in await fulfillment.decisions(tx, holders=[order_id]) if one.superseded_by is None]
    if not made or any(not 0 < wanted <= waits[line_id] for line_id, wanted in units.items()):
        raise NothingToSend(location_id=location_id)
    variants = {one.id: one.variant_id for one in await tx.all(store.LINES, ids=[order_id])}
    sourced = await fulfillment.source_again(
        tx, decision_id=made[-1].id, rejected_by=location_id, reason=reason, stays=await _staying(tx, order_id, location_id, units, waits),
        lines=[SourceLine(line_id, variants[line_id], wanted) for line_id, wanted in units.items()], by=by,
        directory=directory, network=network,
    )  # fmt: skip
    less: list[tuple[ExpectationId, int]] = []
    left = Counter(units)
    for one in here:
        if used := min(left[one.line_id], one.quantity - one.fulfilled):
            less.append((one.id, used))
            left[one.line_id] -= used
    parts = [(shipment, each) for shipment in sourced.shipments for each in shipment.lines]
    await tx.run(
        store.SEND_PART,
        order_id=order_id,
        less_ids=[id for id, _ in less],
        less_quantities=[quantity for _, quantity in less],
        ids=[ExpectationId.new() for _ in parts],
        line_ids=[each.line_id for _, each in parts],
        location_ids=[each.location_id for _, each in parts],
        quantities=[each.quantity for _, each in parts],
        earliests=[tx.now for _ in parts],
        latests=[shipment.latest for shipment, _ in parts],
    )


async def _staying(
    tx: Tx, order_id: OrderId, location_id: LocationId, units: Mapping[LineItemId, int], waits: Mapping[LineItemId, int]
) -> list[HeldLine]:
    """What is held of lines of which some units are sent from elsewhere, and stays held where it is."""
    staying = []
    for one in await inventory.held(tx, holder=order_id):
        line_id = LineItemId.of(one.line_id)
        if line_id not in units:
            continue
        if one.location_id == location_id:
            kept = one.quantity * (waits[line_id] - units[line_id]) // waits[line_id]
            one = msgspec.structs.replace(one, quantity=kept)
        if one.quantity:
            staying.append(one)
    return staying


async def make_room(
    tx: Tx, *, count_id: CountId, directory: Directory, network: Network, by: Hand
) -> tuple[OrderId, ...]:
    """A count has found fewer than are reserved: send orders from elsewhere until the rest can be written away.

    Whoever ordered last goes first, so that those who were promised earlier keep what is there; no more are moved than
    need be. What is to be fetched there, or can come from nowhere else, stays, and the count stays short by it.
    Locks the count, then order after order with its decision and stock. Answers with the orders that were moved.
    """
    owed = await inventory.short(tx, count_id=count_id)
    if not owed:
        return ()
    moved = []
    for order_id in _orders_among(await inventory.held_at(tx, keys=list(owed))):
        holding = _units(await inventory.held(tx, holder=order_id))
        if not any(owed[key] > 0 and holding[key] > 0 for key in owed):
            continue
        try:
            async with tx.savepoint():
                await reject(
                    tx, order_id=order_id, location_id=next(iter(owed)).location_id, reason=str(count_id),
                    directory=directory, network=network, by=by,
                )  # fmt: skip
        except (NothingToSend, NoSource):
            continue
        moved.append(order_id)
        owed -= holding - _units(await inventory.held(tx, holder=order_id))
        if not owed:
            break
    if moved:
        await inventory.write_away(tx, count_id=count_id, by=by)
    return tuple(moved)


def _orders_among(held: Iterable[HeldLine]) -> dict[OrderId, None]:
    return dict.fromkeys(OrderId.parse(one.holder) for one in held if one.holder.startswith(f"{OrderId.prefix}_"))


def _units(held: Iterable[HeldLine]) -> Counter[Key]:
    units: Counter[Key] = Counter()
    for one in held:
        units[Key(one.variant_id, one.location_id)] += one.quantity
    return units
