"""Returns as the faces see them, and who may see which."""

from datetime import datetime
from typing import Any

import msgspec

from portico.business.types import LocationId
from portico.fulfillment.types import Label
from portico.orders import api as orders
from portico.orders.types import Order, OrderId
from portico.payments.types import Own
from portico.payments.views import RefundView, refund_views
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Invalid, NotFound
from portico.returns import api
from portico.returns.types import (
    Eligible,
    Head,
    Return,
    ReturnLine,
    Step,
)


class FoundOrder(msgspec.Struct, frozen=True):
    id: OrderId
    label: str
    placed_at: datetime
    location_id: LocationId | None
    total: int
    credited: int
    currency: str
    exponent: int


class FoundOrders(msgspec.Struct, frozen=True):
    items: tuple[FoundOrder, ...]


class Eligibility(msgspec.Struct, frozen=True):
    order_id: OrderId
    order_label: str
    currency: str
    exponent: int
    lines: tuple[Eligible, ...]


class LabelView(msgspec.Struct, frozen=True):
    """How far a label is; `cost` is minor units of `currency`."""

    state: Label
    carrier: str
    service: str
    tracking_code: str
    tracking_url: str
    cost: int
    currency: str
    error: str


class ReturnView(msgspec.Struct, frozen=True, kw_only=True):
    """`due` is what an exchange still costs; `card_code` a gift card's for what came back without a receipt, told this once; `carriage`
    what of its value was paid for carriage, told with the step that gives it back. `label` is that of a return by post."""

    head: Head
    order_label: str
    lines: tuple[ReturnLine, ...]
    steps: tuple[Step, ...]
    refunds: tuple[RefundView, ...]
    due: int
    carriage: int
    card_code: str
    preview: bool
    label: LabelView | None


class ReturnPage(msgspec.Struct, frozen=True):
    items: tuple[ReturnView, ...]
    cursor: str | None


def asks_for_her_own(door: Door) -> bool:
    return door.principal.kind in (Kind.CUSTOMER, Kind.GUEST)


def may_see(door: Door, *, customer_id: Any, guest_id: Any, what: str, name: str) -> None:
    """Refuses NotFound to those who may not know that there is such a thing."""
    if door.principal.may("returns.read"):
        return
    owner = {Kind.CUSTOMER: customer_id, Kind.GUEST: guest_id}.get(door.principal.kind)
    if owner is None or door.principal.id is None or owner.bytes != door.principal.id.bytes:
        raise NotFound(what=what, id=name[:100])


def may_see_order(door: Door, order: Order, name: str) -> None:
    head = order.head
    may_see(door, customer_id=head.customer_id, guest_id=head.guest_id, what="order", name=name)


def refund_target(value: Own | None) -> Own | None:
    if value not in (None, Own.STORE_CREDIT, Own.GIFT_CARD):
        raise Invalid(errors=[{"field": "refund_to", "message": "store_credit, gift_card"}])
    return value


def return_view(found: Return, label: str, *, preview: bool = False) -> ReturnView:
    return ReturnView(
        head=found.head, order_label=label, lines=found.lines, steps=found.steps,
        refunds=refund_views(found.refunds, told=not preview), due=found.due,
        carriage=found.carriage, card_code="" if preview else found.card_code, preview=preview, label=_label_view(found),
    )  # fmt: skip


def _label_view(found: Return) -> LabelView | None:
    one = found.label
    if one is None:
        return None
    return LabelView(
        one.label, one.carrier, one.service, one.tracking_code, one.tracking_url, one.cost, one.currency, one.error
    )


async def return_views(tx: Tx, found: list[Return]) -> list[ReturnView]:
    heads = await orders.heads(tx, ids=[one.head.order_id for one in found if one.head.order_id], rows_max=api.PAGE_MAX)
    labels = {one.id: one.label for one in heads}
    return [return_view(one, labels.get(one.head.order_id, "") if one.head.order_id else "") for one in found]


async def label_of(tx: Tx, order_id: OrderId | None) -> str:
    return (await orders.heads(tx, ids=[order_id], rows_max=1))[0].label if order_id else ""
