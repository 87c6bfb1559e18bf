"""Finding orders, one whole or many in short."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from portico.business.types import LocationId
from portico.customers.types import CustomerId
from portico.orders import rules, store
from portico.orders.types import (
    Head,
    Order,
    OrderId,
    State,
)
from portico.payments import api as payments
from portico.platform.db import Tx
from portico.platform.refusals import NotFound
from portico.pricing.types import TaxLine

PAGE_MAX = 100


async def order(tx: Tx, *, order_id: OrderId) -> Order:
    """One order, whole. Refuses NotFound."""
    return (await _whole(tx, await tx.all(store.FIND, ids=[order_id], label=None, link_token=None), str(order_id)))[0]


async def whole(tx: Tx, *, ids: Sequence[OrderId]) -> list[Order]:
    """Many orders, whole; those that there are not are left out. In no order."""
    heads = await tx.all(store.FIND, ids=list(ids), label=None, link_token=None) if ids else []
    return await _whole(tx, heads, "") if heads else []


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
    by_order: defaultdict[tuple[int, bytes], list[Any]] = defaultdict(list)
    kinds: tuple[Sequence[Any], ...] = (lines, taxes, expectations, events, adjustments)
    for kind, rows in enumerate(kinds):
        for row in rows:
            if row.order_id:
                by_order[kind, row.order_id.bytes].append(row)
    for payment in paid:
        by_order[5, payment.reference.bytes].append(payment)
    return [
        Order(
            head=one,
            lines=tuple(by_order[0, one.id.bytes]),
            taxes=tuple(TaxLine(t.jurisdiction, t.rate_ppm, t.amount) for t in by_order[1, one.id.bytes]),
            expectations=tuple(by_order[2, one.id.bytes]),
            events=tuple(by_order[3, one.id.bytes]),
            payments=tuple(by_order[5, one.id.bytes]),
            adjustments=tuple(by_order[4, one.id.bytes]),
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
    ids: Sequence[OrderId] | None = None,
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
        ids=None if ids is None else list(ids),
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


async def lock(tx: Tx, order_id: OrderId) -> Head:
    head = await tx.maybe(store.LOCK, id=order_id)
    if head is None:
        raise NotFound(what="order", id=str(order_id))
    return head
