"""Thousands of orders in one request, as a marketplace sends them, or a till that was away."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories, Directory
from portico.inventory import api as inventory
from portico.orders import api
from portico.orders.http.placing import NewOrder, own_reference, to_place, unknown_customers
from portico.orders.types import OrderId, PlaceOrder
from portico.payments import instruments
from portico.platform.db import Tx, Undone
from portico.platform.http import Answered, Door
from portico.platform.http.answers import problem
from portico.platform.refusals import Invalid, NotFound, Refused

ORDERS_MAX = 5_000
BYTES_MAX = 16_000_000
CHUNK = 100  # orders of one transaction: some tens of milliseconds for which others wait
TRIES = 3


class NewOrders(msgspec.Struct, frozen=True):
    """Each order bears its sender's own `external_reference`."""

    orders: list[NewOrder]


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an order, by its place in the batch: 201 placed now, 200 there before, else a problem."""

    status: int
    external_reference: str | None
    order_id: OrderId | None = None
    label: str | None = None
    problem: dict[str, Any] | None = None


class BatchAnswers(msgspec.Struct, frozen=True):
    placed: int
    known: int
    refused: int
    items: list[BatchAnswer]


@post("/v1/orders/batch", status_code=200, request_max_body_size=BYTES_MAX)
async def place_batch(door: Door, data: NewOrders) -> Answered[BatchAnswers]:
    """Place up to 5,000 orders, each whole or refused, answered in their places. Needs `orders.place` at the asker's location.

    They are placed a hundred at a time, each hundred in a transaction of its own: a batch that was broken off is sent again, with
    the same references, and each order is there once.
    """
    door.principal.require("orders.place", at=door.principal.location_id)
    if not 0 < len(data.orders) <= ORDERS_MAX:
        raise Invalid(errors=[{"field": "orders", "message": f"1..{ORDERS_MAX}"}])
    if b"\\u0000" in await door.request.body():
        raise Invalid(errors=[{"field": "orders", "message": "\\u0000"}])
    if before := await door.answered():
        return before
    directory = await door.shared(Directories)()
    items: list[BatchAnswer] = []
    for start in range(0, len(data.orders), CHUNK):
        items += await _chunk(door, directory, data.orders[start : start + CHUNK])
    statuses = [one.status for one in items]
    made = BatchAnswers(
        placed=statuses.count(201), known=statuses.count(200), refused=sum(one >= 400 for one in statuses), items=items
    )

    async def remember(tx: Tx) -> BatchAnswers:
        return made

    return await door.write(remember)


async def _chunk(door: Door, directory: Directory, orders: Sequence[NewOrder]) -> list[BatchAnswer]:
    """Some orders in one transaction; done again where somebody with the same reference was faster, or two got in each other's way."""
    for _ in range(TRIES - 1):
        try:
            return await _place(door, directory, orders)
        except Undone:
            continue
    return await _place(door, directory, orders)


async def _place(door: Door, directory: Directory, orders: Sequence[NewOrder]) -> list[BatchAnswer]:
    guessing = await _guessing(door, orders)
    async with door.database.transaction() as tx:
        refused = {**await _refused(tx, door, orders), **guessing}
        named = [(i, one, one.external_reference) for i, one in enumerate(orders) if one.external_reference]
        asks = [(own_reference(door, ref), _Prepare(door, directory, one, refused.get(i))) for i, one, ref in named]
        placed = await api.place_known(tx, asks=asks, directory=directory)
    answers: dict[int, api.Placed | Refused] = {i: one for (i, _, _), one in zip(named, placed, strict=True)}
    missing = Invalid(errors=[{"field": "external_reference", "message": "1..100"}])
    return [_answer(door, one, answers.get(i, missing)) for i, one in enumerate(orders)]


async def _guessing(door: Door, orders: Sequence[NewOrder]) -> dict[int, Refused]:
    """Whose gift cards are none; a batch is no way to try many codes."""
    refused: dict[int, Refused] = {}
    for i, one in enumerate(orders):
        try:
            await instruments.guard(door, one.instruments)
        except Refused as wrong:
            refused[i] = wrong
    return refused


async def _refused(tx: Tx, door: Door, orders: Sequence[NewOrder]) -> dict[int, Refused]:
    """Who names a customer that there is not, or a hold that is not the asker's."""
    strangers = await unknown_customers(tx, orders)
    refused: dict[int, Refused] = {
        i: NotFound(what="customer", id=str(one.customer_id))
        for i, one in enumerate(orders)
        if one.customer_id in strangers
    }
    for i, one in enumerate(orders):
        if one.hold_id and i not in refused:
            try:
                await inventory.holding(tx, hold_id=one.hold_id, owner=door.principal.key)
            except Refused as foreign:
                refused[i] = foreign
    return refused


class _Prepare:
    """One order as the command wants it, or why not; asked only where it is not there yet."""

    def __init__(self, door: Door, directory: Directory, order: NewOrder, refused: Refused | None) -> None:
        self._door, self._directory, self._order, self._refused = door, directory, order, refused

    def __call__(self) -> PlaceOrder | Refused:
        if self._refused:
            return self._refused
        try:
            return to_place(self._door, self._directory, self._order)
        except Refused as refused:
            return refused


def _answer(door: Door, order: NewOrder, one: api.Placed | Refused) -> BatchAnswer:
    if isinstance(one, Refused):
        told = msgspec.json.decode(problem(one, language=door.language).body)
        return BatchAnswer(status=one.status, external_reference=order.external_reference, problem=told)
    return BatchAnswer(
        status=201 if one.new else 200, external_reference=order.external_reference, order_id=one.order_id,
        label=one.label,
    )  # fmt: skip


routes: list[Any] = [place_batch]
