"""Orders as the faces see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portico.bookings.types import ResourceKind
from portico.business.api import Directory
from portico.business.types import LocationId
from portico.business.views import LocationView, location_view
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.companies import api as companies
from portico.companies.types import CompanyBrief, CompanyId
from portico.customers import api as customers
from portico.customers.types import CustomerBrief
from portico.orders import api
from portico.orders.itinerary import Stop, StopKind, StopState
from portico.orders.types import (
    AdjustmentId,
    Expectation,
    ExpectationId,
    FulfillmentEventId,
    Head,
    Method,
    Order,
    OrderCarriage,
    OrderId,
    OrderLine,
    ShipTo,
    State,
    Term,
)
from portico.payments.types import Action, PaymentId
from portico.payments.types import State as PaymentState
from portico.platform import i18n, money
from portico.platform.db import Tx
from portico.platform.refusals import Refused
from portico.pricing.types import Discount, LineItemId, TaxLine, TotalType


class OrderChannel(msgspec.Struct, frozen=True):
    code: str
    kind: str
    name: str


class OrderTotal(msgspec.Struct, frozen=True):
    type: TotalType
    amount: int
    label: str


class LineFulfillment(msgspec.Struct, frozen=True):
    method: Method
    location_id: LocationId | None
    location_name: str
    quantity: int
    fulfilled: int


class OrderLineView(msgspec.Struct, frozen=True, kw_only=True):
    id: LineItemId
    variant_id: VariantId
    public_id: str
    sku: str
    title: str
    image_url: str | None
    unit: str
    scale: int
    unit_price: int
    net: int
    tax: int
    gross: int
    ordered: int
    canceled: int
    fulfilled: int
    returned: int
    exchanged: int
    discounts: tuple[Discount, ...]
    fulfillment: tuple[LineFulfillment, ...]


class PromisedLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    quantity: int


class ExpectationView(msgspec.Struct, frozen=True):
    id: ExpectationId
    method: Method
    location: LocationView | None
    earliest: datetime
    latest: datetime | None
    lines: tuple[PromisedLine, ...]


class StopView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of an itinerary. `quantity`: how many lines of the order `title` come then and so, or how much of what
    is called `title` is booked."""

    kind: StopKind
    id: str
    title: str
    state: StopState
    starts_at: datetime
    ends_before: datetime | None
    quantity: int
    location: LocationView | None
    method: Method | None
    resource_kind: ResourceKind | None


class Itinerary(msgspec.Struct, frozen=True):
    items: tuple[StopView, ...]


def itinerary(stops: Sequence[Stop], *, directory: Directory, at: datetime) -> Itinerary:
    places = {
        one.id: location_view(one, market_code=directory.markets[one.market_id].code, at=at)
        for one in directory.locations.values()
        if any(stop.location_id == one.id for stop in stops)
    }
    return Itinerary(
        tuple(
            StopView(
                kind=one.kind, id=one.id, title=one.title, state=one.state, starts_at=one.starts_at,
                ends_before=one.ends_before, quantity=one.quantity, method=one.method, resource_kind=one.resource_kind,
                location=places.get(one.location_id) if one.location_id else None,
            )
            for one in stops
        )
    )  # fmt: skip


class FulfillmentEventView(msgspec.Struct, frozen=True):
    id: FulfillmentEventId
    type: str
    line_id: LineItemId
    quantity: int
    location_name: str
    actor: str
    channel: OrderChannel | None
    occurred_at: datetime


class PaymentView(msgspec.Struct, frozen=True):
    id: PaymentId
    handler: str
    amount: int
    tendered: int
    change: int
    currency: str
    occurred_at: datetime
    till_code: str | None
    actor: str
    state: PaymentState
    authorized: int
    captured: int
    refunding: int
    refunded: int
    last4: str
    action: Action | None


class AdjustmentView(msgspec.Struct, frozen=True):
    id: AdjustmentId
    line_id: LineItemId | None
    type: str
    status: str
    quantity: int
    amount: int
    reason: str
    occurred_at: datetime


class OrderBrief(msgspec.Struct, frozen=True, kw_only=True):
    id: OrderId
    label: str
    placed_at: datetime
    state: State
    channel: OrderChannel | None
    customer: CustomerBrief | None
    customer_name: str
    currency: str
    exponent: int
    total: int
    due: int
    quantity_count: int
    collect_location_ids: tuple[LocationId, ...]


class OrderPage(msgspec.Struct, frozen=True):
    items: tuple[OrderBrief, ...]
    next_cursor: str | None


class OrderView(msgspec.Struct, frozen=True, kw_only=True):
    """`paid` came in, `authorized` is held by others, `credited` is the worth of what came back, `refunded` went back."""

    id: OrderId
    label: str
    version: int
    placed_at: datetime
    state: State
    channel: OrderChannel | None
    customer: CustomerBrief | None
    customer_name: str
    currency: str
    exponent: int
    total: int
    due: int
    quantity_count: int
    collect_location_ids: tuple[LocationId, ...]
    payment_term: Term
    paid: int
    authorized: int
    credited: int
    refunded: int
    on_hold: bool
    gift_message: str
    tags: tuple[str, ...]
    ship_to: ShipTo | None
    permalink_url: str
    receipt_url: str
    taxes_included: bool
    placed_by: str
    location_id: LocationId | None
    lines: tuple[OrderLineView, ...]
    totals: tuple[OrderTotal, ...]
    tax_lines: tuple[TaxLine, ...]
    expectations: tuple[ExpectationView, ...]
    fulfillment_events: tuple[FulfillmentEventView, ...]
    payments: tuple[PaymentView, ...]
    adjustments: tuple[AdjustmentView, ...]
    company: CompanyBrief | None
    po_number: str
    carriage: OrderCarriage | None


def _channel(directory: Directory, channel_id: Any) -> OrderChannel | None:
    found = directory.channel(channel_id)
    return OrderChannel(found.code, found.kind, found.name) if found else None


def _customer_name(head: Head, brief: CustomerBrief | None) -> str:
    return brief.name if brief else f"{head.buyer_given_name} {head.buyer_family_name}".strip()


async def show(
    tx: Tx, *, orders: Sequence[Order], directory: Directory, languages: Sequence[str], public_url: str
) -> list[OrderView]:
    """Orders in full, each in its reader's language; two queries for all of them."""
    customer_ids = {one.head.customer_id for one in orders if one.head.customer_id}
    briefs = await customers.briefs(tx, ids=list(customer_ids)) if customer_ids else {}
    variant_ids = sorted({line.variant_id for one in orders for line in one.lines})
    images = {key: one.image_url for key, one in (await catalog.variants(tx, ids=variant_ids)).items()}
    company_ids = {one.head.company_id for one in orders if one.head.company_id}
    bought_for = await companies.briefs(tx, ids=list(company_ids)) if company_ids else {}
    return [
        _show(one, directory, briefs, bought_for, images, language, public_url)
        for one, language in zip(orders, languages, strict=True)
    ]


def _show(
    order: Order,
    directory: Directory,
    briefs: dict[Any, CustomerBrief],
    bought_for: dict[CompanyId, CompanyBrief],
    images: dict[VariantId, str | None],
    language: str,
    public_url: str,
) -> OrderView:
    head = order.head
    brief = briefs.get(head.customer_id) if head.customer_id else None
    waiting = {one.location_id for one in order.expectations if one.method.fetched and one.fulfilled < one.quantity}
    return OrderView(
        id=head.id,
        label=head.label,
        version=head.version,
        placed_at=head.placed_at,
        state=head.state,
        channel=_channel(directory, head.channel_id),
        customer=brief,
        customer_name=_customer_name(head, brief),
        currency=head.currency,
        exponent=money.exponent(head.currency),
        total=head.total,
        due=head.due,
        quantity_count=sum(line.ordered if line.scale == 0 else 1 for line in order.lines),
        collect_location_ids=tuple(sorted(one for one in waiting if one)),
        payment_term=head.payment_term,
        paid=head.paid,
        authorized=head.authorized,
        credited=head.credited,
        refunded=head.refunded,
        on_hold=head.on_hold,
        gift_message=head.gift_message,
        tags=head.tags,
        ship_to=head.ship_to,
        permalink_url=f"{public_url}/orders/{head.link_token}",
        receipt_url=f"{public_url}/pos/receipts/{head.id}",
        taxes_included=head.taxes_included,
        placed_by=head.actor_name,
        location_id=head.location_id,
        lines=tuple(_line(line, order.expectations, directory, images) for line in order.lines),
        totals=tuple(OrderTotal(one.type, one.amount, i18n.text(language, f"totals.{one.type}")) for one in head.totals),
        tax_lines=order.taxes,
        expectations=_expectations(order, directory),
        fulfillment_events=tuple(
            FulfillmentEventView(
                one.id, one.type, one.line_id, one.quantity, _name(directory, one.location_id), one.actor_name,
                _channel(directory, one.channel_id), one.occurred_at,
            )
            for one in order.events
        ),
        payments=tuple(
            PaymentView(
                one.id, one.handler, one.amount, one.tendered, one.change, one.currency, one.occurred_at,
                till.code if (till := directory.till(one.till_id)) else None, one.actor_name, one.state, one.authorized,
                one.captured, one.refunding, one.refunded, str(one.details.get("last4", "")), one.action,
            )
            for one in order.payments
        ),
        adjustments=tuple(
            AdjustmentView(
                one.id, one.line_id, one.type, one.status, one.quantity, one.amount, one.reason, one.occurred_at
            )
            for one in order.adjustments
        ),
        company=bought_for.get(head.company_id) if head.company_id else None,
        po_number=head.po_number,
        carriage=head.carriage,
    )  # fmt: skip


def _name(directory: Directory, location_id: LocationId | None) -> str:
    found = directory.locations.get(location_id) if location_id else None
    return found.name if found else ""


def _line(
    line: OrderLine,
    expectations: Sequence[Expectation],
    directory: Directory,
    images: dict[VariantId, str | None],
) -> OrderLineView:
    return OrderLineView(
        id=line.id, variant_id=line.variant_id, public_id=line.public_id, sku=line.sku, title=line.title,
        image_url=images.get(line.variant_id), unit=line.unit, scale=line.scale, unit_price=line.unit_price, net=line.net,
        tax=line.tax, gross=line.gross, ordered=line.ordered, canceled=line.canceled, fulfilled=line.fulfilled,
        returned=line.returned, exchanged=line.exchanged, discounts=line.discounts,
        fulfillment=tuple(
            LineFulfillment(one.method, one.location_id, _name(directory, one.location_id), one.quantity, one.fulfilled)
            for one in expectations
            if one.line_id == line.id
        ),
    )  # fmt: skip


def _expectations(order: Order, directory: Directory) -> tuple[ExpectationView, ...]:
    """Promises of the same method, place and time belong together: one parcel of lines each."""
    together: dict[tuple[Any, ...], list[Expectation]] = {}
    for one in order.expectations:
        together.setdefault((one.method, one.location_id, one.earliest, one.latest), []).append(one)
    views = []
    for (method, location_id, earliest, latest), ones in together.items():
        place = directory.locations.get(location_id)
        view = (
            location_view(place, market_code=directory.markets[place.market_id].code, at=order.head.placed_at)
            if place
            else None
        )
        lines = tuple(PromisedLine(one.line_id, one.quantity) for one in ones)
        views.append(ExpectationView(ones[0].id, method, view, earliest, latest, lines))
    return tuple(views)


async def shown(
    tx: Tx, answers: Sequence[Order | Refused], languages: Sequence[str], directory: Directory, public_url: str
) -> list[OrderView | Refused]:
    """Orders as views, refusals as they are."""
    placed = [(i, one) for i, one in enumerate(answers) if isinstance(one, Order)]
    made = await show(
        tx,
        orders=[one for _, one in placed],
        directory=directory,
        languages=[languages[i] for i, _ in placed],
        public_url=public_url,
    )
    by_place = {i: view for (i, _), view in zip(placed, made, strict=True)}
    return [one if isinstance(one, Refused) else by_place[i] for i, one in enumerate(answers)]


def for_link_holders(view: OrderView) -> OrderView:
    """Without who bought and who served: a link is passed on, the order's goods and sums with it, but no person."""
    return msgspec.structs.replace(
        view,
        customer=None,
        customer_name="",
        ship_to=ShipTo(location_id=view.ship_to.location_id) if view.ship_to else None,
        placed_by="",
        fulfillment_events=tuple(msgspec.structs.replace(one, actor="") for one in view.fulfillment_events),
        payments=tuple(msgspec.structs.replace(one, actor="", last4="", action=None) for one in view.payments),
        gift_message="",
        tags=(),
        company=None,
        po_number="",
    )


async def briefs(tx: Tx, *, heads: Sequence[Head], directory: Directory) -> list[OrderBrief]:
    """Orders as they stand in a list."""
    ids = [one.id for one in heads]
    waiting, units = await api.waiting(tx, ids=ids), await api.units(tx, ids=ids)
    owners = await customers.briefs(tx, ids=list({one.customer_id for one in heads if one.customer_id}))
    return [
        OrderBrief(
            id=one.id,
            label=one.label,
            placed_at=one.placed_at,
            state=one.state,
            channel=_channel(directory, one.channel_id),
            customer=(owner := owners.get(one.customer_id) if one.customer_id else None),
            customer_name=_customer_name(one, owner),
            currency=one.currency,
            exponent=money.exponent(one.currency),
            total=one.total,
            due=one.due,
            quantity_count=units.get(one.id, 0),
            collect_location_ids=tuple(waiting[one.id]) if one.id in waiting else (),
        )
        for one in heads
    ]
