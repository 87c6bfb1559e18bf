"""Finding orders, one whole or many in short."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from portico.business.types import LocationId
from portico.companies.types import CompanyId
from portico.customers.types import CustomerId
from portico.orders import rules, store
from portico.orders.types import (
    Head,
    Order,
    OrderId,
    State,
)
from portico.payments import api as payments
from portico.payments.types import Payment
from portico.platform.db import Tx
from portico.platform.refusals import NotFound
from portico.pricing.types import TaxLine

PAGE_MAX = 100


async def order(tx: Tx, *, order_id: OrderId) -> Order:
    """One order, whole. Refuses NotFound."""
    return (await _whole(tx, await tx.all(store.FIND, ids=[order_id], label=None, link_token=None), str(order_id)))[0]


async def orders(tx: Tx, *, order_ids: Sequence[OrderId]) -> dict[OrderId, Order]:
    """Many orders, whole, in as many queries as one takes; those that nobody has are missing."""
    heads = await tx.all(store.FIND, ids=list(order_ids), label=None, link_token=None)
    return {one.head.id: one for one in await _whole(tx, heads, "")} if heads else {}


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
    lines = _by_order(await tx.all(store.LINES, ids=ids))
    taxes = _by_order(await tx.all(store.TAXES, ids=ids))
    expectations = _by_order(await tx.all(store.EXPECTATIONS, ids=ids))
    events = _by_order(await tx.all(store.EVENTS, ids=ids))
    adjustments = _by_order(await tx.all(store.ADJUSTMENTS, ids=ids))
    paid: defaultdict[bytes, list[Payment]] = defaultdict(list)
    for one in await payments.payments_of(tx, references=ids):
        paid[one.reference.bytes].append(one)
    return [
        Order(
            head=head,
            lines=tuple(lines[head.id]),
            taxes=tuple(TaxLine(one.jurisdiction, one.rate_ppm, one.amount) for one in taxes[head.id]),
            expectations=tuple(expectations[head.id]),
            events=tuple(events[head.id]),
            payments=tuple(paid[head.id.bytes]),
            adjustments=tuple(adjustments[head.id]),
        )
        for head in heads
    ]


class _Part(Protocol):
    @property
    def order_id(self) -> OrderId | None: ...


Part = TypeVar("Part", bound=_Part)


def _by_order(parts: Sequence[Part]) -> defaultdict[OrderId | None, list[Part]]:
    found: defaultdict[OrderId | None, list[Part]] = defaultdict(list)
    for one in parts:
        found[one.order_id].append(one)
    return found


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
    company_id: CompanyId | None = None,
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
        company_id=company_id,
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


async def spent(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[store.Spent]:
    """What a customer, whose records these are, has ordered so far, per currency."""
    return await tx.all(store.SPENT, customer_ids=list(customer_ids))


async def head(tx: Tx, order_id: OrderId) -> Head:
    """An order's own row, unlocked. Refuses NotFound."""
    found = await tx.all(store.FIND, ids=[order_id], label=None, link_token=None)
    if not found:
        raise NotFound(what="order", id=str(order_id))
    return found[0]


async def lock(tx: Tx, order_id: OrderId) -> Head:
    head = await tx.maybe(store.LOCK, id=order_id)
    if head is None:
        raise NotFound(what="order", id=str(order_id))
    return head
