"""What others may ask of orders."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.inventory import api as inventory
from portico.inventory.types import HandOver, HeldLine, NotHeld, WantLine
from portico.orders import rules, store
from portico.orders.events import OrderHandedOver, OrderPaid
from portico.orders.past import record_past, record_past_returns
from portico.orders.placing import place
from portico.orders.types import (
    Expectation,
    FulfillmentEventId,
    HandOverLine,
    Head,
    NothingToHandOver,
    NotPaid,
    Order,
    OrderId,
    OrderName,
    State,
)
from portico.payments import api as payments
from portico.payments.types import Cash
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId, TaxLine

__all__ = [
    "by_link",
    "differences",
    "find",
    "hand_over",
    "heads",
    "names",
    "order",
    "pay_cash",
    "place",
    "record_past",
    "record_past_returns",
    "spent",
    "units",
    "waiting",
]

PAGE_MAX = 100


async def order(tx: Tx, *, order_id: OrderId) -> Order:
    """One order, whole. Refuses NotFound."""
    return (await _whole(tx, await tx.all(store.FIND, ids=[order_id], label=None, link_token=None), str(order_id)))[0]


async def find(tx: Tx, *, name: str) -> Order:
    """By id, or by its label in any spelling. Refuses NotFound."""
    ids = []
    try:
        ids = [OrderId.parse(name)]
    except ValueError:
        pass
    found = await tx.all(store.FIND, ids=ids, label=None if ids else rules.read_label(name), link_token=None)
    return (await _whole(tx, found, name))[0]


async def by_link(tx: Tx, *, token: str) -> Order:
    """By the unguessable token of its permalink. Refuses NotFound."""
    return (await _whole(tx, await tx.all(store.FIND, ids=[], label=None, link_token=token), "link"))[0]


async def _whole(tx: Tx, heads: Sequence[Head], name: str) -> list[Order]:
    if not heads:
        raise NotFound(what="order", id=name)
    ids = [one.id for one in heads]
    lines = await tx.all(store.LINES, ids=ids)
    taxes = await tx.all(store.TAXES, ids=ids)
    expectations = await tx.all(store.EXPECTATIONS, ids=ids)
    events = await tx.all(store.EVENTS, ids=ids)
    paid = await payments.payments_of(tx, references=ids)
    adjustments = await tx.all(store.ADJUSTMENTS, ids=ids)
    return [
        Order(
            head=one,
            lines=tuple(each for each in lines if each.order_id == one.id),
            taxes=tuple(TaxLine(t.jurisdiction, t.rate_ppm, t.amount) for t in taxes if t.order_id == one.id),
            expectations=tuple(each for each in expectations if each.order_id == one.id),
            events=tuple(each for each in events if each.order_id == one.id),
            payments=tuple(each for each in paid if each.reference == one.id.uuid),
            adjustments=tuple(each for each in adjustments if each.order_id == one.id),
        )
        for one in heads
    ]


class Before(msgspec.Struct, frozen=True):
    """Where a page of orders ended."""

    placed_at: datetime
    id: OrderId


async def heads(
    tx: Tx,
    *,
    label: str | None = None,
    customer_ids: Sequence[CustomerId] | None = None,
    guest_id: UUID | None = None,
    state: State | None = None,
    location_id: LocationId | None = None,
    collect_at: LocationId | None = None,
    before: Before | None = None,
    rows_max: int = 25,
) -> list[Head]:
    """Orders, newest first. `collect_at`: those with goods that wait there."""
    return await tx.all(
        store.LIST,
        label=(rules.read_label(label) or label) if label else None,
        external_ref=label,
        customer_ids=None if customer_ids is None else list(customer_ids),
        guest_id=guest_id,
        state=state,
        location_id=location_id,
        collect_at=collect_at,
        before_at=before.placed_at if before else None,
        before_id=before.id if before else None,
        rows_max=min(rows_max, PAGE_MAX + 1),
    )


async def names(tx: Tx, *, ids: Sequence[OrderId]) -> list[OrderName]:
    """Labels and buyers of orders, for lists that know only ids; unknown ones are missing."""
    return await tx.all(store.NAMES, ids=list(ids))


async def waiting(tx: Tx, *, ids: Sequence[OrderId]) -> dict[OrderId, list[LocationId]]:
    """Where goods of these orders wait to be collected."""
    places: defaultdict[OrderId, list[LocationId]] = defaultdict(list)
    for one in await tx.all(store.WAITING, ids=list(ids)):
        places[one.order_id].append(one.location_id)
    return places


async def units(tx: Tx, *, ids: Sequence[OrderId]) -> dict[OrderId, int]:
    """How many pieces each order has; what is sold by weight or length counts as one."""
    return {one.order_id: one.quantity for one in await tx.all(store.UNITS, ids=list(ids))}


async def spent(tx: Tx, *, customer_id: CustomerId) -> list[store.Spent]:
    """What a customer has ordered so far, per currency."""
    return await tx.all(store.SPENT, customer_id=customer_id)


async def pay_cash(tx: Tx, *, order_id: OrderId, tendered: int, by: Hand) -> Order:
    """Take cash for all that is due. Locks the order. Refuses NotFound, and what payments refuses."""
    head = await _lock(tx, order_id)
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


async def _lock(tx: Tx, order_id: OrderId) -> Head:
    head = await tx.maybe(store.LOCK, id=order_id)
    if head is None:
        raise NotFound(what="order", id=str(order_id))
    return head


async def hand_over(
    tx: Tx, *, order_id: OrderId, location_id: LocationId, lines: Sequence[HandOverLine] | None, by: Hand
) -> Order:
    """Give the buyer what waits at a location: the given lines and quantities, or everything.

    Locks the order, then its stock. Refuses NotFound, NotPaid, NothingToHandOver.
    """
    head = await _lock(tx, order_id)
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
