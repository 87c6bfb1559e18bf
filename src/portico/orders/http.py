"""REST routes of orders."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import QueryParameter

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.fulfillment.api import Networks
from portico.fulfillment.types import Destination
from portico.inventory import api as inventory
from portico.inventory.types import HoldId, LeaseId, LotQuantity
from portico.orders import api, sending, views
from portico.orders.types import (
    Allotment,
    HandOverLine,
    Method,
    Order,
    OrderId,
    OrderName,
    PlaceLine,
    PlaceOrder,
    State,
    Term,
)
from portico.orders.views import OrderPage, OrderView
from portico.platform import clock
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound, Refused
from portico.pricing.types import LineItemId

CUSTOMERS_MATCHED_MAX = 50
NAMES_MAX = 100
REFERENCE_LENGTH_MAX = 100
OFFLINE_MAX = timedelta(days=31)


class OrderNames(msgspec.Struct, frozen=True):
    items: tuple[OrderName, ...]


class NewLine(msgspec.Struct, frozen=True):
    """`backorder`: what is not there may be promised for later, up to its limit. `lots`: which units are carried out.
    What is shipped may leave its location open: it is chosen by the rules of sourcing."""

    variant_id: VariantId
    quantity: int
    location_id: LocationId | None = None
    method: Method = Method.CARRY_OUT
    backorder: bool = False
    lots: list[LotQuantity] = []


class CashTendered(msgspec.Struct, frozen=True):
    tendered: int


class NewOrder(msgspec.Struct, frozen=True):
    """An order without a cart, as tills and other systems place it.

    `hold_id` names a hold of the asker's own, which the order uses up; `lease_id` the lease that its till sold from while
    it was away.
    """

    lines: list[NewLine]
    market: str | None = None
    customer_id: CustomerId | None = None
    cash: CashTendered | None = None
    payment_term: Term = Term.NOW
    expected_total: int | None = None
    external_reference: str | None = None
    occurred_at: datetime | None = None
    hold_id: HoldId | None = None
    lease_id: LeaseId | None = None
    destination: Destination | None = None


class NewPayment(msgspec.Struct, frozen=True):
    tendered: int
    handler: str = "cash"


class NewHandOver(msgspec.Struct, frozen=True):
    location_id: LocationId
    lines: list[HandOverLine] | None = None


Asked = tuple[PlaceOrder, Directory, str]


async def place_and_show(tx: Tx, asks: Sequence[Asked]) -> list[OrderView | Refused]:
    """The hot command behind `POST /v1/orders`: place many, show each."""
    directory, public_url = asks[-1][1], asks[-1][2]
    strangers = await _unknown_customers(tx, [ask for ask, _, _ in asks])
    known = [ask for ask, _, _ in asks if ask.customer_id not in strangers]
    answers = await api.place(tx, asks=known, directory=directory) if known else []
    shown = iter(await views.shown(tx, answers, [ask.language for ask in known], directory, public_url))
    return [
        NotFound(what="customer", id=str(ask.customer_id)) if ask.customer_id in strangers else next(shown)
        for ask, _, _ in asks
    ]


async def _unknown_customers(tx: Tx, asks: Sequence[PlaceOrder]) -> set[CustomerId | None]:
    """Ids that name nobody; most orders of a till name nobody's either, and cost no query."""
    named = {ask.customer_id for ask in asks if ask.customer_id}
    return set(named - (await customers.briefs(tx, ids=list(named))).keys()) if named else set()


@post("/v1/orders", status_code=201)
async def place_order(door: Door, data: NewOrder) -> Answered[OrderView]:
    """Place an order without a cart. Needs `orders.place` at the asker's location."""
    door.principal.require("orders.place", at=door.principal.location_id)
    directory = await door.shared(Directories)()
    if not data.lines:
        raise Invalid(errors=[{"field": "lines", "message": "1..200"}])
    for one in data.lines:  # what leaves a shop's door is for those who hand over there
        if one.location_id is None and one.method is not Method.SHIP:
            raise Invalid(errors=[{"field": "location_id", "message": one.method}])
        if one.method is Method.CARRY_OUT and one.location_id:
            door.principal.require("orders.hand_over", at=one.location_id.uuid)
    if data.hold_id:  # refused where it is not the asker's
        async with door.database.read() as tx:
            await inventory.holding(tx, hold_id=data.hold_id, owner=door.principal.key)
    reference = data.external_reference
    if reference and len(reference) > REFERENCE_LENGTH_MAX:
        raise Invalid(errors=[{"field": "external_reference", "message": f"<= {REFERENCE_LENGTH_MAX}"}])
    ask = PlaceOrder(
        order_id=OrderId.new(),
        market_id=(directory.market(data.market) if data.market else _market(door, directory, data)).id,
        lines=tuple(
            PlaceLine(
                LineItemId.new(),
                one.variant_id,
                (Allotment(one.method, one.location_id, one.quantity, one.backorder),),
                lots=tuple(one.lots),
            )
            for one in data.lines
        ),
        by=door.hand,
        occurred_at=_occurred(door, data.occurred_at),
        language=door.language,
        term=_term(door, data.payment_term),
        tendered=data.cash.tendered if data.cash else None,
        expected_total=data.expected_total,
        customer_id=data.customer_id,
        replaces=data.hold_id,
        destination=data.destination,
        draws_on=data.lease_id,
        external_ref=f"{door.principal.key}:{reference}" if reference else None,
    )
    return await door.hot(place_and_show, (ask, directory, door.platform.public_url), status=201)


def _market(door: Door, directory: Directory, data: NewOrder):  # type: ignore[no-untyped-def]
    place = next((one.location_id for one in data.lines if one.location_id), None)
    return directory.market_by_id(directory.location(place).market_id) if place else directory.market()


def _term(door: Door, asked: Term) -> Term:
    """Only another system may say that it was paid elsewhere, as a marketplace does."""
    return Term.NOW if asked is Term.SETTLED_ELSEWHERE and door.principal.kind is not Kind.CLIENT else asked


def _occurred(door: Door, moment: datetime | None) -> datetime:
    """When it happened, as the till says; never in the future, and no longer ago than a till may be offline."""
    now = clock.now()
    if moment is None:
        return now
    if moment.tzinfo is None or moment < now - OFFLINE_MAX:
        raise Invalid(errors=[{"field": "occurred_at", "message": "RFC 3339"}])
    return min(moment, now)


@get("/v1/orders")
async def list_orders(
    door: Door,
    q: str = "",
    customer: CustomerId | None = None,
    in_state: Annotated[State | None, QueryParameter(name="state")] = None,
    location: LocationId | None = None,
    collect_at: LocationId | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> Answered[OrderPage]:
    """Orders, newest first; customers see their own. `q`: a label, a reference, or whatever finds a customer."""
    directory = await door.shared(Directories)()
    own = door.principal.kind is Kind.CUSTOMER
    guest_id = door.principal.id if door.principal.kind is Kind.GUEST else None
    if not own and guest_id is None:
        door.principal.require("orders.read")
    before = _before(cursor)
    rows = max(1, min(limit, api.PAGE_MAX))

    async def ask(tx: Tx) -> OrderPage:
        customer_ids = [customer] if customer else None
        label = q.strip() or None
        if own and door.principal.id:
            customer_ids = [CustomerId(door.principal.id.bytes)]
        elif label and not customer_ids and guest_id is None and not await api.heads(tx, label=label, rows_max=1):
            customer_ids = [one.id for one in await customers.find(tx, q=label, limit=CUSTOMERS_MATCHED_MAX)]
            label = None
        found = await api.heads(
            tx, label=label, customer_ids=customer_ids, guest_id=guest_id, state=in_state, location_id=location,
            collect_at=collect_at, before=before, rows_max=rows + 1,
        )  # fmt: skip
        shown = await views.briefs(tx, heads=found[:rows], directory=directory)
        last = found[rows - 1] if len(found) > rows else None
        return OrderPage(tuple(shown), f"{last.placed_at.isoformat()}~{last.id}" if last else None)

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


@get("/v1/orders/names")
async def list_order_names(door: Door, ids: str) -> Answered[OrderNames]:
    """Labels and buyers of up to 100 orders by id; those that nobody has are left out. Needs `orders.read`."""
    door.principal.require("orders.read")
    asked = [one for one in ids.split(",") if one]
    if len(asked) > NAMES_MAX:
        raise Invalid(errors=[{"field": "ids", "message": f"<= {NAMES_MAX}"}])
    try:
        wanted = [OrderId.parse(one) for one in dict.fromkeys(asked)]
    except ValueError as wrong:
        raise Invalid(errors=[{"field": "ids", "message": str(wrong)}]) from None

    async def ask(tx: Tx) -> OrderNames:
        return OrderNames(tuple(await api.names(tx, ids=wanted)))

    return await door.read(ask)


@get("/v1/orders/{name:str}")
async def show_order(door: Door, name: str) -> Answered[OrderView]:
    """One order by id or label; staff with `orders.read`, or whose it is."""
    return await door.read(
        _showing(door, await door.shared(Directories)(), lambda tx: api.find(tx, name=name), asked=name)
    )


@get("/v1/orders/by-link/{token:str}")
async def show_order_by_link(door: Door, token: str) -> Answered[OrderView]:
    """One order by the unguessable token of its permalink; whoever holds the link may see it."""
    directory = await door.shared(Directories)()
    return await door.read(_showing(door, directory, lambda tx: api.by_link(tx, token=token), asked=None))


def _showing(
    door: Door, directory: Directory, find: Callable[[Tx], Awaitable[Order]], *, asked: str | None
) -> Callable[[Tx], Awaitable[OrderView]]:
    """`asked` is the name by which the order was asked for; None where holding its link is enough."""

    async def ask(tx: Tx) -> OrderView:
        found = await find(tx)
        if asked is not None:
            _may_see(door, found, asked)
        (view,) = await views.show(
            tx, orders=[found], directory=directory, languages=[door.language], public_url=door.platform.public_url
        )
        return view if asked is not None else views.for_link_holders(view)

    return ask


def _may_see(door: Door, order: Order, asked: str) -> None:
    """Refuses NotFound to those who may not know that there is such an order; it names no more than they did."""
    asker = door.principal
    if asker.may("orders.read"):
        return
    owner = {Kind.CUSTOMER: order.head.customer_id, Kind.GUEST: order.head.guest_id}.get(asker.kind)
    if owner is None or asker.id is None or owner.bytes != asker.id.bytes:
        raise NotFound(what="order", id=asked)


@post("/v1/orders/{order_id:str}/payments", status_code=200)
async def pay_order(door: Door, order_id: OrderId, data: NewPayment) -> Answered[OrderView]:
    """Take cash for all that is due. Needs `payments.cash` at the till's location."""
    door.principal.require("payments.cash", at=door.principal.location_id)
    if data.handler != "cash":
        raise Invalid(errors=[{"field": "handler", "message": "cash"}])
    directory = await door.shared(Directories)()
    return await door.write(
        _showing(
            door,
            directory,
            lambda tx: api.pay_cash(tx, order_id=order_id, tendered=data.tendered, by=door.hand),
            asked=str(order_id),
        )
    )


@post("/v1/orders/{order_id:str}/handovers", status_code=200)
async def hand_over_order(door: Door, order_id: OrderId, data: NewHandOver) -> Answered[OrderView]:
    """Give the buyer what waits at a location. Needs `orders.hand_over` there."""
    door.principal.require("orders.hand_over", at=data.location_id.uuid)
    directory = await door.shared(Directories)()
    return await door.write(
        _showing(
            door,
            directory,
            lambda tx: api.hand_over(
                tx, order_id=order_id, location_id=data.location_id, lines=data.lines, by=door.hand
            ),
            asked=str(order_id),
        )
    )


class Rejection(msgspec.Struct, frozen=True):
    location_id: LocationId
    reason: str = ""


@post("/v1/orders/{order_id:str}/reject", status_code=200)
async def reject_order(door: Door, order_id: OrderId, data: Rejection) -> Answered[OrderView]:
    """A location cannot send its part: it is sent from elsewhere, or all stays as it was. Needs `orders.hand_over` there."""
    door.principal.require("orders.hand_over", at=data.location_id.uuid)
    directory = await door.shared(Directories)()
    network = await door.shared(Networks)(directory)

    async def rejected(tx: Tx) -> Order:
        await sending.reject(
            tx, order_id=order_id, location_id=data.location_id, reason=data.reason[:200], directory=directory,
            network=network, by=door.hand,
        )  # fmt: skip
        return await api.order(tx, order_id=order_id)

    return await door.write(_showing(door, directory, rejected, asked=str(order_id)))


routes = [
    reject_order,
    place_order,
    list_orders,
    list_order_names,
    show_order,
    show_order_by_link,
    pay_order,
    hand_over_order,
]
