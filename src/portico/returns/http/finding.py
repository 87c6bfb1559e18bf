"""What may come back, and returns that are there, over HTTP."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from portico.business.types import LocationId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.payments import api as payments
from portico.platform import money
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.returns import api
from portico.returns.http.showing import (
    Eligibility,
    FoundOrder,
    FoundOrders,
    ReturnPage,
    ReturnView,
    asks_for_her_own,
    may_see,
    may_see_order,
    return_views,
)
from portico.returns.types import (
    ReturnId,
    ReturnReason,
    State,
    Way,
)

FOUND_MAX = 25


DAY_SLACK = timedelta(hours=36)  # a day, wherever on earth its shop is


class WhatMayComeBack(msgspec.Struct, frozen=True, kw_only=True):
    """An order by its id or label, and why it would come back, in which way."""

    order: str
    reason: ReturnReason = ReturnReason.CHANGED_MIND
    way: Way = Way.COUNTER


@post("/v1/returns/eligibility", status_code=200)
async def show_eligible(door: Door, data: WhatMayComeBack) -> Answered[Eligibility]:
    """What of an order may come back, until when, and why the rest may not; staff with `returns.read`, or whose order it is."""
    if not asks_for_her_own(door):
        door.principal.require("returns.read")

    async def ask(tx: Tx) -> Eligibility:
        order = await orders.find(tx, name=data.order)
        may_see_order(door, order, data.order)
        lines = await api.eligible(tx, order=order, reason=data.reason, way=data.way)
        head = order.head
        return Eligibility(head.id, head.label, head.currency, money.exponent(head.currency), tuple(lines))

    return await door.read(ask)


@get("/v1/returns/orders")
async def find_orders(
    door: Door, q: str = "", last4: str = "", on: date | None = None, customer: CustomerId | None = None
) -> Answered[FoundOrders]:
    """Orders that something may come back of, newest first: by label, reference or whatever finds a customer (`q`), by `customer`,
    or by the last four digits of the card and the day (`on`, give or take one). Needs `returns.read`."""
    door.principal.require("returns.read")
    if bool(last4) != (on is not None) or (last4 and not (len(last4) == 4 and last4.isdecimal())):
        raise Invalid(errors=[{"field": "last4", "message": "1234, on"}])
    if not (q.strip() or last4 or customer):
        raise Invalid(errors=[{"field": "q", "message": "1.."}])

    async def ask(tx: Tx) -> FoundOrders:
        ids = None
        people = [customer] if customer else None
        label = q.strip() or None
        if on is not None:
            noon = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
            paid = await payments.by_card(
                tx, last4=last4, since=noon - DAY_SLACK, until=noon + DAY_SLACK, rows_max=FOUND_MAX
            )
            ids = [OrderId.of(one.reference) for one in paid]
        elif label and not people and not await orders.heads(tx, label=label, rows_max=1):
            people, label = [one.id for one in await customers.find(tx, q=label, limit=FOUND_MAX)], None
        if people:
            people = await identity.every_record(tx, ids=people)
        heads = await orders.heads(tx, ids=ids, label=label, customer_ids=people, rows_max=FOUND_MAX)
        return FoundOrders(
            tuple(
                FoundOrder(
                    one.id,
                    one.label,
                    one.placed_at,
                    one.location_id,
                    one.total,
                    one.credited,
                    one.currency,
                    money.exponent(one.currency),
                )
                for one in heads
            )
        )

    return await door.read(ask)


@get("/v1/returns")
async def list_returns(
    door: Door, order: OrderId | None = None, customer: CustomerId | None = None, location: LocationId | None = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None, cursor: str | None = None, limit: int = 25,
) -> Answered[ReturnPage]:  # fmt: skip
    """Returns, what moved last first; customers and guests see their own, others need `returns.read`."""
    asker = door.principal
    own = CustomerId(asker.id.bytes) if asker.kind is Kind.CUSTOMER and asker.id else None
    guest_id = asker.id if asker.kind is Kind.GUEST else None
    if own is None and guest_id is None:
        asker.require("returns.read")
    rows = max(1, min(limit, api.PAGE_MAX))

    async def ask(tx: Tx) -> ReturnPage:
        found = await api.listed(
            tx, order_id=order, customer_id=own or (None if guest_id else customer), guest_id=guest_id, location_id=location,
            state=in_state, before=_before(cursor), rows_max=rows + 1,
        )  # fmt: skip
        last = found[rows - 1].head if len(found) > rows else None
        shown = tuple(await return_views(tx, found[:rows]))
        door.shows("returns", [one.head.customer_id for one in found[:rows]])
        return ReturnPage(shown, f"{last.changed_at.isoformat()}~{last.id}" if last else None)

    return await door.read(ask)


def _before(cursor: str | None) -> api.Before | None:
    if cursor is None:
        return None
    moment, _, name = cursor.replace(" ", "+").partition("~")
    try:
        changed_at, return_id = datetime.fromisoformat(moment), ReturnId.parse(name)
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": cursor[:100]}]) from None
    if changed_at.tzinfo is None:
        raise Invalid(errors=[{"field": "cursor", "message": cursor[:100]}])
    return api.Before(changed_at, return_id)


@get("/v1/returns/{name:str}")
async def show_return(door: Door, name: str) -> Answered[ReturnView]:
    """One return by its id or the code on its label; staff with `returns.read`, or whose it is."""

    async def ask(tx: Tx) -> ReturnView:
        found = await api.find(tx, name=name)
        may_see(
            door, customer_id=found.head.customer_id, guest_id=found.head.guest_id, what="return", name=name
        )  # fmt: skip
        door.shows("return", [found.head.customer_id])
        return (await return_views(tx, [found]))[0]

    return await door.read(ask)


routes = [show_eligible, find_orders, list_returns, show_return]
