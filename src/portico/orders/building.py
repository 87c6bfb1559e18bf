"""Pure: what was drafted, as the order it becomes."""

import secrets
from datetime import datetime

from portico.business.api import Directory
from portico.business.types import Location, LocationId
from portico.orders import carrying, rules
from portico.orders.drafting import Draft
from portico.orders.types import (
    Allotment,
    Expectation,
    ExpectationId,
    FulfillmentEvent,
    FulfillmentEventId,
    Head,
    Method,
    Order,
    OrderLine,
    PlaceLine,
    PlaceOrder,
    Term,
)
from portico.platform import clock
from portico.pricing.types import TotalType


def place_of(one: Allotment) -> LocationId:
    """Of an allotment whose place has been chosen."""
    assert one.location_id is not None
    return one.location_id


def order(draft: Draft, directory: Directory) -> Order:
    """The order as it will stand in the tables."""
    ask, quoted = draft.ask, draft.quoted
    lines = tuple(_line(draft, i) for i in range(len(ask.lines)))
    expectations = tuple(_expectation(ask, line, one, directory) for line in ask.lines for one in line.allotments)
    events = tuple(_event(ask, one) for one in expectations if one.method is Method.CARRY_OUT)
    place = directory.locations.get(place_of(ask.lines[0].allotments[0]))
    head = Head(
        id=ask.order_id,
        label=rules.new_label(),
        version=1,
        market_id=ask.market_id,
        currency=draft.currency,
        taxes_included=draft.taxes_included,
        customer_id=ask.customer_id,
        guest_id=ask.guest_id,
        buyer_given_name=ask.buyer.given_name,
        buyer_family_name=ask.buyer.family_name,
        buyer_email=ask.buyer.email,
        buyer_phone=ask.buyer.phone,
        channel_id=ask.by.channel_id,
        location_id=LocationId(ask.by.location_id.bytes) if ask.by.location_id else None,
        till_id=ask.by.till_id,
        actor=ask.by.actor,
        actor_name=ask.by.actor_name,
        language=ask.language,
        link_token=secrets.token_urlsafe(16),
        external_ref=ask.external_ref,
        placed_at=ask.occurred_at,
        offset_minutes=clock.offset_minutes(ask.occurred_at, place.time_zone) if place else 0,
        payment_term=ask.term,
        subtotal=quoted.amount(TotalType.SUBTOTAL),
        items_discount=quoted.amount(TotalType.ITEMS_DISCOUNT),
        discount=quoted.amount(TotalType.DISCOUNT),
        fulfillment=quoted.amount(TotalType.FULFILLMENT),
        tax=quoted.amount(TotalType.TAX),
        fee=0,
        total=quoted.total,
        paid=sum(one.payment.captured for one in draft.plan),
        authorized=sum(one.payment.authorized for one in draft.plan),
        gift_message=ask.gift_message,
        tags=ask.tags,
        on_hold=ask.term is Term.BY_LINK and quoted.total > 0,
        state=rules.state(lines),
        ship_to=ask.ship_to,
        company_id=ask.company_id,
        po_number=ask.po_number,
        carriage=carrying.agreed(quoted.carriage),
    )
    return Order(head, lines, quoted.taxes, expectations, events)


def _line(draft: Draft, i: int) -> OrderLine:
    line, variant, quoted = draft.ask.lines[i], draft.variants[i], draft.quoted.lines[i]
    priced = quoted.priced
    return OrderLine(
        id=line.line_id,
        order_id=draft.ask.order_id,
        position=i,
        parent_id=line.parent_id,
        variant_id=line.variant_id,
        public_id=variant.public_id,
        sku=variant.sku,
        title=variant.title,
        unit=variant.unit,
        scale=variant.scale,
        unit_price=quoted.unit_price or 0,
        net=priced.net,
        tax=priced.tax,
        gross=priced.gross,
        ordered=line.quantity,
        fulfilled=sum(one.quantity for one in line.allotments if one.method is Method.CARRY_OUT),
        tax_lines=priced.taxes,
        net_discount=quoted.net_before - priced.net,
        discounts=quoted.discounts,
    )


def _expectation(ask: PlaceOrder, line: PlaceLine, one: Allotment, directory: Directory) -> Expectation:
    earliest, latest = _promise(one, directory.locations[place_of(one)], at=ask.occurred_at)
    return Expectation(
        id=ExpectationId.new(),
        order_id=ask.order_id,
        line_id=line.line_id,
        method=one.method,
        location_id=one.location_id,
        quantity=one.quantity,
        fulfilled=one.quantity if one.method is Method.CARRY_OUT else 0,
        earliest=earliest,
        latest=latest,
    )


def _promise(one: Allotment, location: Location, *, at: datetime) -> tuple[datetime, datetime | None]:
    """From when to when the goods can be had: as was promised, at once when carried out, else once they are picked."""
    if one.method is Method.CARRY_OUT:
        return at, at
    if one.earliest is not None:
        return one.earliest, one.latest
    return rules.promise(location, at=at)


def _event(ask: PlaceOrder, one: Expectation) -> FulfillmentEvent:
    return FulfillmentEvent(
        id=FulfillmentEventId.new(),
        order_id=ask.order_id,
        line_id=one.line_id,
        expectation_id=one.id,
        type="handed_over",
        quantity=one.quantity,
        location_id=one.location_id,
        actor=ask.by.actor,
        actor_name=ask.by.actor_name,
        channel_id=ask.by.channel_id,
        occurred_at=ask.occurred_at,
    )
