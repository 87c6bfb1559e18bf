"""Showing orders over HTTP, and who may see which."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.companies.types import CompanyId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api, views
from portico.orders.itinerary import itinerary
from portico.orders.types import (
    Order,
    OrderId,
    State,
)
from portico.orders.views import OrderPage, OrderView
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door, parse_ids
from portico.platform.refusals import Invalid, NotFound

CUSTOMERS_MATCHED_MAX = 50


@get("/v1/orders")
async def list_orders(
    door: Door,
    q: str = "",
    ids: str = "",
    customer: CustomerId | None = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    location: LocationId | None = None,
    collect_at: LocationId | None = None,
    company: CompanyId | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> Answered[OrderPage]:
    """Orders, newest first; customers see their own. `q`: a label, a reference, or whatever finds a customer; `ids`: up to
    100 of them."""
    directory = await door.shared(Directories)()
    own = door.principal.kind is Kind.CUSTOMER
    guest_id = door.principal.id if door.principal.kind is Kind.GUEST else None
    if not own and guest_id is None:
        door.principal.require("orders.read")
    before = _before(cursor)
    wanted = parse_ids(OrderId, ids, field="ids")
    rows = max(1, min(limit, api.PAGE_MAX))

    async def ask(tx: Tx) -> OrderPage:
        customer_ids = [customer] if customer else None
        label = q.strip() or None
        if own and door.principal.id:
            customer_ids = list(await identity.own_records(tx, id=CustomerId(door.principal.id.bytes)))
        elif label and not customer_ids and guest_id is None and not await api.heads(tx, label=label, rows_max=1):
            customer_ids = [one.id for one in await customers.find(tx, q=label, limit=CUSTOMERS_MATCHED_MAX)]
            label = None
        if not own and customer_ids:
            customer_ids = await identity.every_record(tx, ids=customer_ids)
        found = await api.heads(
            tx, ids=wanted or None, label=label, customer_ids=customer_ids, guest_id=guest_id, state=in_state, location_id=location,
            collect_at=collect_at, company_id=company, before=before, rows_max=rows + 1,
        )  # fmt: skip
        shown = await views.briefs(tx, heads=found[:rows], directory=directory)
        door.shows("orders", [one.customer_id for one in found[:rows]])
        last = found[rows - 1] if len(found) > rows else None
        return OrderPage(tuple(shown), f"{last.placed_at.isoformat()}~{last.id}" if last else None)

    return await door.read(ask)


@get("/v1/itinerary")
async def show_itinerary(door: Door, customer: CustomerId | None = None) -> Answered[views.Itinerary]:
    """What is to come, in the order of time: orders to fetch and to receive, and what is booked. Customers and guests see their
    own; of a `customer` staff with `orders.read` and `bookings.read`."""
    directory = await door.shared(Directories)()
    asker = door.principal
    own = CustomerId(asker.id.bytes) if asker.kind is Kind.CUSTOMER and asker.id else None
    guest_id = asker.id if asker.kind is Kind.GUEST else None
    if own is None and guest_id is None:
        asker.require("orders.read")
        asker.require("bookings.read")
        if customer is None:
            raise Invalid(errors=[{"field": "customer", "message": "whose"}])

    async def ask(tx: Tx) -> views.Itinerary:
        if own:
            people = list(await identity.own_records(tx, id=own))
        else:
            people = await identity.every_record(tx, ids=[customer]) if customer and not guest_id else []
        stops = await itinerary(tx, customer_ids=people, guest_id=guest_id)
        door.shows("itinerary", people)
        return views.itinerary(stops, directory=directory, at=tx.now)

    return await door.read(ask)


def _before(cursor: str | None) -> api.Before | None:
    if cursor is None:
        return None
    moment, _, name = cursor.replace(" ", "+").partition("~")
    try:
        placed_at, order_id = datetime.fromisoformat(moment), OrderId.parse(name)
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": cursor[:100]}]) from None
    if placed_at.tzinfo is None:
        raise Invalid(errors=[{"field": "cursor", "message": cursor[:100]}])
    return api.Before(placed_at, order_id)


@get("/v1/orders/{name:str}")
async def show_order(door: Door, name: str) -> Answered[OrderView]:
    """One order by id or label; staff with `orders.read`, or whose it is."""
    return await door.read(
        showing(door, await door.shared(Directories)(), lambda tx: api.find(tx, name=name), asked=name)
    )


@get("/v1/orders/by-link/{token:str}")
async def show_order_by_link(door: Door, token: str) -> Answered[OrderView]:
    """One order by the unguessable token of its permalink; whoever holds the link may see it."""
    directory = await door.shared(Directories)()
    return await door.read(showing(door, directory, lambda tx: api.by_link(tx, token=token), asked=None))


def showing(
    door: Door, directory: Directory, find: Callable[[Tx], Awaitable[Order]], *, asked: str | None
) -> Callable[[Tx], Awaitable[OrderView]]:
    """`asked` is the name by which the order was asked for; None where holding its link is enough."""

    async def ask(tx: Tx) -> OrderView:
        found = await find(tx)
        if asked is not None:
            may_see(door, found, asked)
            door.shows("order", [found.head.customer_id])
        (view,) = await views.show(
            tx, orders=[found], directory=directory, languages=[door.language], public_url=door.platform.public_url
        )
        return view if asked is not None else views.for_link_holders(view)

    return ask


def may_see(door: Door, order: Order, asked: str) -> None:
    """Refuses NotFound to those who may not know that there is such an order; it names no more than they did."""
    asker = door.principal
    if asker.may("orders.read"):
        return
    owner = {Kind.CUSTOMER: order.head.customer_id, Kind.GUEST: order.head.guest_id}.get(asker.kind)
    if owner is None or asker.id is None or owner.bytes != asker.id.bytes:
        raise NotFound(what="order", id=asked)


routes = [show_itinerary, list_orders, show_order, show_order_by_link]
