"""Giving the buyer what waits for her."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Given, Left, Progress, Proof, WorkWhole
from portico.inventory import api as inventory
from portico.inventory.types import HandOver, HeldLine, NotHeld, WantLine
from portico.orders import rules, store
from portico.orders.events import OrderHandedOver
from portico.orders.finding import lock, order
from portico.orders.holding import refuse_held
from portico.orders.paying import capture_for
from portico.orders.types import (
    Expectation,
    FulfillmentEventId,
    HandOverLine,
    Head,
    Method,
    NothingToHandOver,
    NotPaid,
    Order,
    OrderId,
    OrderLine,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing.types import LineItemId


async def hand_over(
    tx: Tx,
    *,
    order_id: OrderId,
    location_id: LocationId,
    lines: Sequence[HandOverLine] | None,
    by: Hand,
    proof: Proof | None = None,
) -> Order:
    """Give the buyer what waits at a location: the given lines and quantities, or everything.

    Without `lines`, and where it has been picked, that is what was found. What was sent to this store is handed over once it is
    there. Locks the order, its work, then its stock. Refuses NotFound, NotPaid, NothingToHandOver, OnHold, WrongCode.
    """
    head = await lock(tx, order_id)
    await require_free(tx, head)
    works = await fulfillment.find(tx, holders=[order_id], lock=True)
    expectations = [
        one
        for one in await tx.all(store.EXPECTATIONS, ids=[order_id])
        if _waits(one, works, location_id) and one.fulfilled < one.quantity
    ]
    if lines is None:
        lines = _found(works, expectations, location_id)
    parts = _parts(expectations, lines)
    if not parts:
        raise NothingToHandOver(location_id=location_id)
    by_line = {one.id: one for one in await tx.all(store.LINES, ids=[order_id])}
    given: defaultdict[LineItemId, int] = defaultdict(int)
    shelved: defaultdict[LineItemId, int] = defaultdict(int)
    for promise, quantity in parts:
        given[promise.line_id] += quantity
        if promise.method is not Method.SHIP_TO_STORE:
            shelved[promise.line_id] += quantity
    left = await fulfillment.hand_over_work(
        tx, holder=order_id, location_id=location_id, by=by, proof=proof,
        given=[Given(line_id, quantity) for line_id, quantity in given.items()],
    )  # fmt: skip
    gone = _gone(shelved, await inventory.held(tx, holder=order_id), expectations, left)
    if strays := shelved.keys() - {one.line_id for one in gone}:
        raise NotHeld(variant_id=by_line[min(strays)].variant_id, location_id=location_id)
    if gone:
        await inventory.hand_over(tx, hand_overs=[HandOver(holder=order_id, lines=gone, by=by, occurred_at=tx.now)])
    await fulfil(tx, head, list(by_line.values()), parts, type="collected", location_id=location_id, by=by)
    tx.emit(
        [
            OrderHandedOver(
                subject=order_id, by=by, occurred_at=tx.now, customer_id=head.customer_id, location_id=location_id,
                lines=tuple(HandOverLine(line_id, quantity) for line_id, quantity in given.items()),
            )
        ]
    )  # fmt: skip
    return await order(tx, order_id=order_id)


async def require_free(tx: Tx, head: Head) -> None:
    """Goods go out once they are paid for, or somebody has promised to pay, and nothing holds them back. Refuses NotPaid, OnHold."""
    if head.due:
        raise NotPaid(due=head.due, currency=head.currency)
    await refuse_held(tx, head=head)


def _waits(one: Expectation, works: Sequence[WorkWhole], location_id: LocationId) -> bool:
    """Whether it is to be fetched there: what was sent to a store, once it is."""
    if one.method.fetched:
        return one.location_id == location_id
    return one.method is Method.SHIP_TO_STORE and any(
        each.work.destination_id == location_id
        and each.work.location_id == one.location_id
        and each.work.state in (Progress.ARRIVED, Progress.READY)
        and any(line.line_id == one.line_id for line in each.lines)
        for each in works
    )


def _found(
    works: Sequence[WorkWhole], expectations: Sequence[Expectation], location_id: LocationId
) -> list[HandOverLine] | None:
    """What waits for her without what was not found; None where nobody has looked for it."""
    short: Counter[LineItemId] = Counter()
    for one in works:
        if one.work.place == location_id and one.work.state in (Progress.READY, Progress.ARRIVED):
            short.update(
                {line: units - one_less for line, units, one_less in _unfound(one) if units > one_less}
            )  # fmt: skip
    if not short:
        return None
    waits: Counter[LineItemId] = Counter()
    for each in expectations:
        waits[each.line_id] += each.quantity - each.fulfilled
    return [HandOverLine(line, units - short[line]) for line, units in waits.items() if units > short[line]]


def _unfound(one: WorkWhole) -> list[tuple[LineItemId, int, int]]:
    """Of each line, how many units were asked for, and how many of them can be given."""
    asked, picked = fulfillment.whole_units(one.lines, "asked"), fulfillment.whole_units(one.lines, "picked")
    return [(line, units, picked[line]) for line, units in asked.items()]


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
    given: Mapping[LineItemId, int],
    held: Sequence[HeldLine],
    expectations: Sequence[Expectation],
    left: Sequence[Left],
) -> tuple[WantLine, ...]:
    """What leaves the shelf: of a bundle, as much of each component as was held for so many of it when it was ordered. Where the
    units that were picked are known, these."""
    open_units: Counter[LineItemId] = Counter()
    shelves = [one for one in expectations if one.method is not Method.SHIP_TO_STORE]
    places = {one.location_id for one in shelves}
    for one in shelves:
        open_units[one.line_id] += one.quantity - one.fulfilled
    parts: Counter[tuple[LineItemId, VariantId, LocationId]] = Counter()
    for hold in held:
        if hold.location_id in places:
            parts[LineItemId.of(hold.line_id), hold.variant_id, hold.location_id] += hold.quantity
    lots = {(one.line_id, one.variant_id): one.lots for one in left}
    return tuple(
        WantLine(
            line_id, variant_id, location_id, units * given[line_id] // open_units[line_id], take=True,
            lots=lots.get((line_id, variant_id), ()),
        )
        for (line_id, variant_id, location_id), units in parts.items()
        if given.get(line_id)
    )  # fmt: skip


async def fulfil(
    tx: Tx,
    head: Head,
    lines: Sequence[OrderLine],
    parts: Sequence[tuple[Expectation, int]],
    *,
    type: str,
    location_id: LocationId,
    by: Hand,
    occurred_at: datetime | None = None,
) -> None:
    """Write that so much of each promise was kept; what others hold for the order is captured now that goods go out."""
    given: Counter[LineItemId] = Counter()
    for promise, quantity in parts:
        given[promise.line_id] += quantity
    after = [msgspec.structs.replace(one, fulfilled=one.fulfilled + given[one.id]) for one in lines]
    await tx.run(
        store.HAND_OVER,
        order_id=head.id,
        state=rules.state(after),
        type=type,
        expectation_ids=[promise.id for promise, _ in parts],
        line_ids=[promise.line_id for promise, _ in parts],
        quantities=[quantity for _, quantity in parts],
        event_ids=[FulfillmentEventId.new() for _ in parts],
        location_id=location_id,
        actor=by.actor,
        actor_name=by.actor_name,
        channel_id=by.channel_id,
        occurred_at=occurred_at or tx.now,
        now=tx.now,
    )
    await capture_for(tx, head=head, by=by)
