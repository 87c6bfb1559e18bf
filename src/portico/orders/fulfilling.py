"""Giving the buyer what waits for her."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api as inventory
from portico.inventory.types import HandOver, HeldLine, NotHeld, WantLine
from portico.orders import rules, store
from portico.orders.events import OrderHandedOver
from portico.orders.finding import lock, order
from portico.orders.types import (
    Expectation,
    FulfillmentEventId,
    HandOverLine,
    NothingToHandOver,
    NotPaid,
    Order,
    OrderId,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing.types import LineItemId


async def hand_over(
    tx: Tx, *, order_id: OrderId, location_id: LocationId, lines: Sequence[HandOverLine] | None, by: Hand
) -> Order:
    """Give the buyer what waits at a location: the given lines and quantities, or everything.

    Locks the order, then its stock. Refuses NotFound, NotPaid, NothingToHandOver.
    """
    head = await lock(tx, order_id)
    if head.due:
        raise NotPaid(due=head.due, currency=head.currency)
    expectations = [
        one
        for one in await tx.all(store.EXPECTATIONS, ids=[order_id])
        if one.method.fetched and one.location_id == location_id and one.fulfilled < one.quantity
    ]
    parts = _parts(expectations, lines)
    if not parts:
        raise NothingToHandOver(location_id=location_id)
    by_line = {one.id: one for one in await tx.all(store.LINES, ids=[order_id])}
    given: defaultdict[LineItemId, int] = defaultdict(int)
    for promise, quantity in parts:
        given[promise.line_id] += quantity
    gone = _gone(given, await inventory.held(tx, holder=order_id), expectations)
    if strays := given.keys() - {one.line_id for one in gone}:
        raise NotHeld(variant_id=by_line[min(strays)].variant_id, location_id=location_id)
    await inventory.hand_over(tx, hand_overs=[HandOver(holder=order_id, lines=gone, by=by, occurred_at=tx.now)])
    after = [msgspec.structs.replace(one, fulfilled=one.fulfilled + given.get(one.id, 0)) for one in by_line.values()]
    await tx.run(
        store.HAND_OVER,
        order_id=order_id,
        state=rules.state(after),
        expectation_ids=[promise.id for promise, _ in parts],
        line_ids=[promise.line_id for promise, _ in parts],
        quantities=[quantity for _, quantity in parts],
        event_ids=[FulfillmentEventId.new() for _ in parts],
        location_id=location_id,
        actor=by.actor,
        actor_name=by.actor_name,
        channel_id=by.channel_id,
        occurred_at=tx.now,
        now=tx.now,
    )
    tx.emit(
        [
            OrderHandedOver(
                subject=order_id, by=by, occurred_at=tx.now, customer_id=head.customer_id, location_id=location_id,
                lines=tuple(HandOverLine(line_id, quantity) for line_id, quantity in given.items()),
            )
        ]
    )  # fmt: skip
    return await order(tx, order_id=order_id)


def _parts(expectations: Sequence[Expectation], lines: Sequence[HandOverLine] | None) -> list[tuple[Expectation, int]]:
    """How much of each promise is kept now; nothing at all where more is asked for than waits."""
    if lines is None:
        return [(one, one.quantity - one.fulfilled) for one in expectations]
    asked: Counter[LineItemId] = Counter()  # a line may be named twice: both together must be there
    for line in lines:
        if line.quantity <= 0:
            return []
        asked[line.line_id] += line.quantity
    parts: list[tuple[Expectation, int]] = []
    for one in expectations:
        used = min(asked[one.line_id], one.quantity - one.fulfilled)
        if used:
            parts.append((one, used))
            asked[one.line_id] -= used
    return [] if any(asked.values()) else parts


def _gone(
    given: Mapping[LineItemId, int], held: Sequence[HeldLine], expectations: Sequence[Expectation]
) -> tuple[WantLine, ...]:
    """What leaves the shelf: of a bundle, as much of each component as was held for so many of it when it was ordered."""
    open_units: Counter[LineItemId] = Counter()
    places = {one.location_id for one in expectations}
    for one in expectations:
        open_units[one.line_id] += one.quantity - one.fulfilled
    parts: Counter[tuple[LineItemId, VariantId, LocationId]] = Counter()
    for hold in held:
        if hold.location_id in places:
            parts[LineItemId.of(hold.line_id), hold.variant_id, hold.location_id] += hold.quantity
    return tuple(
        WantLine(line_id, variant_id, location_id, units * given[line_id] // open_units[line_id], take=True)
        for (line_id, variant_id, location_id), units in parts.items()
        if given.get(line_id)
    )
