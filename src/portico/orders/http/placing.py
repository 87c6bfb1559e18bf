"""Placing orders over HTTP."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from litestar import post

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.fulfillment.types import Destination
from portico.inventory import api as inventory
from portico.inventory.types import HoldId, LeaseId, LotQuantity
from portico.orders import api, views
from portico.orders.types import (
    Allotment,
    Method,
    OrderId,
    PlaceLine,
    PlaceOrder,
    Term,
)
from portico.orders.views import OrderView
from portico.payments import instruments
from portico.payments.instruments import CashTendered, Instrument
from portico.platform import clock
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound, Refused
from portico.pricing.types import CODES_MAX, LineItemId

REFERENCE_LENGTH_MAX = 100


GIFT_MESSAGE_LENGTH_MAX = 500
OFFLINE_MAX = timedelta(days=31)


class NewLine(msgspec.Struct, frozen=True):
    """`backorder`: what is not there may be promised for later, up to its limit. `lots`: which units are carried out.
    What is shipped may leave its location open: it is chosen by the rules of sourcing."""

    variant_id: VariantId
    quantity: int
    location_id: LocationId | None = None
    method: Method = Method.CARRY_OUT
    backorder: bool = False
    lots: list[LotQuantity] = []


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
    codes: list[str] = []
    expected_total: int | None = None
    external_reference: str | None = None
    occurred_at: datetime | None = None
    hold_id: HoldId | None = None
    lease_id: LeaseId | None = None
    destination: Destination | None = None
    instruments: list[Instrument] = []
    gift_message: str = ""
    tags: list[str] = []


Asked = tuple[PlaceOrder, Directory, str]


async def place_and_show(tx: Tx, asks: Sequence[Asked]) -> list[OrderView | Refused]:
    """The hot command behind `POST /v1/orders`: place many, show each."""
    directory, public_url = asks[-1][1], asks[-1][2]
    strangers = await unknown_customers(tx, [ask for ask, _, _ in asks])
    known = [ask for ask, _, _ in asks if ask.customer_id not in strangers]
    answers = await api.place(tx, asks=known, directory=directory) if known else []
    shown = iter(await views.shown(tx, answers, [ask.language for ask in known], directory, public_url))
    return [
        NotFound(what="customer", id=str(ask.customer_id)) if ask.customer_id in strangers else next(shown)
        for ask, _, _ in asks
    ]


async def unknown_customers(tx: Tx, asks: Sequence[PlaceOrder] | Sequence[NewOrder]) -> set[CustomerId | None]:
    """Ids that name nobody; most orders of a till name nobody's either, and cost no query."""
    named = {ask.customer_id for ask in asks if ask.customer_id}
    return set(named - (await customers.briefs(tx, ids=list(named))).keys()) if named else set()


@post("/v1/orders", status_code=201)
async def place_order(door: Door, data: NewOrder) -> Answered[OrderView]:
    """Place an order without a cart. Needs `orders.place` at the asker's location."""
    door.principal.require("orders.place", at=door.principal.location_id)
    directory = await door.shared(Directories)()
    if data.hold_id:  # refused where it is not the asker's
        async with door.database.read() as tx:
            await inventory.holding(tx, hold_id=data.hold_id, owner=door.principal.key)
    ask = to_place(door, directory, data)
    await instruments.guard(door, data.instruments)
    return await door.hot(place_and_show, (ask, directory, door.platform.public_url), status=201)


def to_place(door: Door, directory: Directory, data: NewOrder) -> PlaceOrder:
    """What a request asks for, as the command wants it. Refuses Invalid, NotFound, Forbidden."""
    if not data.lines:
        raise Invalid(errors=[{"field": "lines", "message": "1..200"}])
    for one in data.lines:  # what leaves a shop's door is for those who hand over there
        if one.location_id is None and one.method is not Method.SHIP:
            raise Invalid(errors=[{"field": "location_id", "message": one.method}])
        if one.method is Method.CARRY_OUT and one.location_id:
            door.principal.require("orders.hand_over", at=one.location_id.uuid)
    reference = data.external_reference
    if reference and len(reference) > REFERENCE_LENGTH_MAX:
        raise Invalid(errors=[{"field": "external_reference", "message": f"<= {REFERENCE_LENGTH_MAX}"}])
    return PlaceOrder(
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
        codes=_codes(data.codes),
        expected_total=data.expected_total,
        customer_id=data.customer_id,
        replaces=data.hold_id,
        destination=data.destination,
        draws_on=data.lease_id,
        tenders=instruments.read(door, data.instruments, cash=data.cash),
        gift_message=_gift_message(data.gift_message),
        tags=api.read_tags(data.tags),
        external_ref=own_reference(door, reference) if reference else None,
    )


def _codes(codes: list[str]) -> tuple[str, ...]:
    if len(codes) > CODES_MAX:
        raise Invalid(errors=[{"field": "codes", "message": f"0..{CODES_MAX}"}])
    return tuple(codes)


def own_reference(door: Door, reference: str) -> str:
    """Two clients may choose the same."""
    return f"{door.principal.key}:{reference}"


def _market(door: Door, directory: Directory, data: NewOrder):  # type: ignore[no-untyped-def]
    place = next((one.location_id for one in data.lines if one.location_id), None)
    return directory.market_by_id(directory.location(place).market_id) if place else directory.market()


def _term(door: Door, asked: Term) -> Term:
    """Only another system may say that it was paid elsewhere, as a marketplace does."""
    return Term.NOW if asked is Term.SETTLED_ELSEWHERE and door.principal.kind is not Kind.CLIENT else asked


def _gift_message(text: str) -> str:
    if len(text) > GIFT_MESSAGE_LENGTH_MAX:
        raise Invalid(errors=[{"field": "gift_message", "message": f"<= {GIFT_MESSAGE_LENGTH_MAX}"}])
    return text.strip()


def _occurred(door: Door, moment: datetime | None) -> datetime:
    """When it happened, as the till says; never in the future, and no longer ago than a till may be offline."""
    now = clock.now()
    if moment is None:
        return now
    if moment.tzinfo is None or moment < now - OFFLINE_MAX:
        raise Invalid(errors=[{"field": "occurred_at", "message": "RFC 3339"}])
    return min(moment, now)


routes = [place_order]
