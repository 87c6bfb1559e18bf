"""REST routes of returns."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import msgspec
from litestar import get, post, put
from litestar.params import QueryParameter

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.inventory.types import LotQuantity
from portico.orders import api as orders
from portico.orders.types import Order, OrderId
from portico.payments import api as payments
from portico.payments import instruments
from portico.payments.instruments import Instrument
from portico.payments.types import OperationId, Own, PaymentId
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound
from portico.returns import api
from portico.returns.types import (
    TEXT_LENGTH_MAX,
    Eligible,
    Event,
    Head,
    Instead,
    NewLine,
    NewReturn,
    Policy,
    Return,
    ReturnId,
    ReturnLine,
    ReturnLineId,
    ReturnReason,
    State,
    Step,
    Way,
)

GRADES_MAX = 1000
FOUND_MAX = 25
DAY_SLACK = timedelta(hours=36)  # a day, wherever on earth its shop is


class FoundOrder(msgspec.Struct, frozen=True):
    id: OrderId
    label: str
    placed_at: datetime
    location_id: LocationId | None
    total: int
    credited: int
    currency: str


class FoundOrders(msgspec.Struct, frozen=True):
    items: tuple[FoundOrder, ...]


class WhatMayComeBack(msgspec.Struct, frozen=True, kw_only=True):
    """An order by its id or label, and why it would come back, in which way."""

    order: str
    reason: ReturnReason = ReturnReason.CHANGED_MIND
    way: Way = Way.COUNTER


class Eligibility(msgspec.Struct, frozen=True):
    order_id: OrderId
    order_label: str
    currency: str
    lines: tuple[Eligible, ...]


class ReturnAsk(msgspec.Struct, frozen=True, kw_only=True):
    """Goods to take back. With `preview` nothing is changed, and the answer says what would be.

    Over the counter (`counter`) at a `location_id`, each line with its grade, all is done at once; by `post` and as a `claim` it is
    asked for. Without `order_id` the lines name variants. `refund_to`: `store_credit` or `gift_card`, where it is not to go back
    to what it was paid with.
    """

    lines: list[NewLine]
    way: Way = Way.COUNTER
    order_id: OrderId | None = None
    location_id: LocationId | None = None
    customer_id: CustomerId | None = None
    note: str = ""
    override_reason: str = ""
    exchange: list[Instead] = []
    instruments: list[Instrument] = []
    refund_to: Own | None = None
    preview: bool = False


class ReturnRefund(msgspec.Struct, frozen=True):
    """So much goes back to `to`; not `done`: a provider was asked. `card_code` is a new gift card's, told this once."""

    id: OperationId
    payment_id: PaymentId
    to: str
    amount: int
    done: bool
    card_code: str


class ReturnView(msgspec.Struct, frozen=True, kw_only=True):
    """`due` is what an exchange still costs; `card_code` a gift card's for what came back without a receipt, told this once."""

    head: Head
    order_label: str
    lines: tuple[ReturnLine, ...]
    steps: tuple[Step, ...]
    refunds: tuple[ReturnRefund, ...]
    due: int
    card_code: str
    preview: bool


class ReturnPage(msgspec.Struct, frozen=True):
    items: tuple[ReturnView, ...]
    cursor: str | None


class Received(msgspec.Struct, frozen=True):
    location_id: LocationId
    lots: dict[str, list[LotQuantity]] = {}  # by the return's lines, of what is told apart by lot or serial number


class Grades(msgspec.Struct, frozen=True):
    lines: list[api.GradeLine]
    refund_to: Own | None = None


class Approval(msgspec.Struct, frozen=True):
    refund_to: Own | None = None


class Said(msgspec.Struct, frozen=True):
    reason: str = ""


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    category: str = ""
    days: int = 30
    fault_days: int = 1095
    restocking_ppm: int = 0
    postage: int = 0
    final_sale: bool = False
    approve_at_once: bool = True


class PolicyList(msgspec.Struct, frozen=True):
    market: str
    items: tuple[PolicyRow, ...]


class NewPolicies(msgspec.Struct, frozen=True):
    market: str
    items: list[PolicyRow]


class _Undone(Exception):
    """A preview has been made, and is not to stay."""

    def __init__(self, view: ReturnView) -> None:
        super().__init__()
        self.view = view


def _own(door: Door) -> bool:
    return door.principal.kind in (Kind.CUSTOMER, Kind.GUEST)


def _may_see(door: Door, *, customer_id: Any, guest_id: Any, what: str, name: str) -> None:
    """Refuses NotFound to those who may not know that there is such a thing."""
    if door.principal.may("returns.read"):
        return
    owner = {Kind.CUSTOMER: customer_id, Kind.GUEST: guest_id}.get(door.principal.kind)
    if owner is None or door.principal.id is None or owner.bytes != door.principal.id.bytes:
        raise NotFound(what=what, id=name[:100])


def _may_see_order(door: Door, order: Order, name: str) -> None:
    head = order.head
    _may_see(door, customer_id=head.customer_id, guest_id=head.guest_id, what="order", name=name)


def _refund_to(value: Own | None) -> Own | None:
    if value not in (None, Own.STORE_CREDIT, Own.GIFT_CARD):
        raise Invalid(errors=[{"field": "refund_to", "message": "store_credit, gift_card"}])
    return value


def _view(found: Return, label: str, *, preview: bool = False) -> ReturnView:
    refunds = tuple(
        ReturnRefund(one.id, one.payment_id, one.to, one.amount, one.done, "" if preview else one.card_code)
        for one in found.refunds
    )
    return ReturnView(
        head=found.head, order_label=label, lines=found.lines, steps=found.steps, refunds=refunds, due=found.due,
        card_code="" if preview else found.card_code, preview=preview,
    )  # fmt: skip


async def _views(tx: Tx, found: list[Return]) -> list[ReturnView]:
    heads = await orders.heads(tx, ids=[one.head.order_id for one in found if one.head.order_id], rows_max=api.PAGE_MAX)
    labels = {one.id: one.label for one in heads}
    return [_view(one, labels.get(one.head.order_id, "") if one.head.order_id else "") for one in found]


async def _label(tx: Tx, order_id: OrderId | None) -> str:
    return (await orders.heads(tx, ids=[order_id], rows_max=1))[0].label if order_id else ""


@post("/v1/returns/eligibility", status_code=200)
async def show_eligible(door: Door, data: WhatMayComeBack) -> Answered[Eligibility]:
    """What of an order may come back, until when, and why the rest may not; staff with `returns.read`, or whose order it is."""
    if not _own(door):
        door.principal.require("returns.read")

    async def ask(tx: Tx) -> Eligibility:
        order = await orders.find(tx, name=data.order)
        _may_see_order(door, order, data.order)
        lines = await api.eligible(tx, order=order, reason=data.reason, way=data.way)
        return Eligibility(order.head.id, order.head.label, order.head.currency, tuple(lines))

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
        heads = await orders.heads(tx, ids=ids, label=label, customer_ids=people, rows_max=FOUND_MAX)
        return FoundOrders(
            tuple(
                FoundOrder(one.id, one.label, one.placed_at, one.location_id, one.total, one.credited, one.currency)
                for one in heads
            )
        )

    return await door.read(ask)


@post("/v1/returns", status_code=201)
async def make_return(door: Door, data: ReturnAsk) -> Answered[ReturnView]:
    """Take goods back, or ask to. Over the counter it needs `returns.take` at that location; without a receipt
    `returns.without_receipt`; against the policy `returns.override` and a reason. Whose order it is may ask by post, and claim."""
    asker = door.principal
    place = data.location_id.uuid if data.location_id else None
    own = _own(door)
    if own and (data.way is Way.COUNTER or data.override_reason or data.order_id is None or data.refund_to):
        asker.require("returns.take", at=place)
    if not own:
        asker.require("returns.take", at=place)
    if data.order_id is None:
        asker.require("returns.without_receipt", at=place)
    tenders = instruments.read(door, data.instruments) if data.instruments else ()
    directory = await door.shared(Directories)()
    new = NewReturn(
        lines=tuple(data.lines), way=data.way, order_id=data.order_id, location_id=data.location_id,
        customer_id=data.customer_id, note=data.note, override_reason=data.override_reason, exchange=tuple(data.exchange),
        tenders=tenders, instead=_refund_to(data.refund_to),
    )  # fmt: skip
    may_override = asker.may("returns.override", at=place)

    async def make(tx: Tx) -> Return:
        if own and data.order_id:
            _may_see_order(door, await orders.order(tx, order_id=data.order_id), str(data.order_id))
        if data.way is Way.COUNTER:
            return await api.take(tx, new=new, directory=directory, by=door.hand, may_override=may_override)
        return await api.request(tx, new=new, by=door.hand, may_override=may_override)

    async def ask(tx: Tx) -> ReturnView:
        try:
            async with tx.savepoint():
                found = await make(tx)
                shown = _view(found, await _label(tx, found.head.order_id), preview=data.preview)
                if data.preview:
                    raise _Undone(shown)
                return shown
        except _Undone as made:
            return made.view

    return await door.write(ask, status=201, remember=not data.preview)


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
        shown = tuple(await _views(tx, found[:rows]))
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
        _may_see(
            door, customer_id=found.head.customer_id, guest_id=found.head.guest_id, what="return", name=name
        )  # fmt: skip
        return (await _views(tx, [found]))[0]

    return await door.read(ask)


async def _stepping(
    door: Door, change: Callable[[Tx], Awaitable[Return]], *, at: LocationId | None = None, decides: bool = False
) -> Answered[ReturnView]:
    door.principal.require("returns.take", at=at.uuid if at else door.principal.location_id)

    async def ask(tx: Tx) -> ReturnView:
        found = await change(tx)
        if found.head.location_id:  # whose return it is by now; another store's is not hers to step
            door.principal.require("returns.take", at=found.head.location_id.uuid)
        if decides and found.head.way is Way.CLAIM:
            door.principal.require("returns.override", at=door.principal.location_id)
        return _view(found, await _label(tx, found.head.order_id))

    return await door.write(ask)


def _said(reason: str) -> str:
    if len(reason) > TEXT_LENGTH_MAX:
        raise Invalid(errors=[{"field": "reason", "message": f"<= {TEXT_LENGTH_MAX}"}])
    return reason


@post("/v1/returns/{return_id:str}/approve", status_code=200)
async def approve_return(door: Door, return_id: ReturnId, data: Approval) -> Answered[ReturnView]:
    """Let it come. Needs `returns.take`; a claim is granted by that, and its money goes back: it needs `returns.override` besides."""
    instead = _refund_to(data.refund_to)
    return await _stepping(
        door, lambda tx: api.approve(tx, return_id=return_id, by=door.hand, instead=instead), decides=True
    )


@post("/v1/returns/{return_id:str}/reject", status_code=200)
async def reject_return(door: Door, return_id: ReturnId, data: Said) -> Answered[ReturnView]:
    """It is not to come. Needs `returns.take`."""
    reason = _said(data.reason)
    return await _stepping(
        door, lambda tx: api.step(tx, return_id=return_id, event=Event.REJECT, by=door.hand, reason=reason)
    )


@post("/v1/returns/{return_id:str}/send", status_code=200)
async def send_return(door: Door, return_id: ReturnId, data: Said) -> Answered[ReturnView]:
    """It is on its way; `reason` may be the number it can be followed by. Needs `returns.take`, or it is the asker's own."""
    return await _step_own(door, return_id, Event.SEND, _said(data.reason))


@post("/v1/returns/{return_id:str}/cancel", status_code=200)
async def cancel_return(door: Door, return_id: ReturnId, data: Said) -> Answered[ReturnView]:
    """It does not come after all. Needs `returns.take`, or it is the asker's own."""
    return await _step_own(door, return_id, Event.CANCEL, _said(data.reason))


async def _step_own(door: Door, return_id: ReturnId, event: Event, reason: str) -> Answered[ReturnView]:
    own = _own(door)
    if not own:
        door.principal.require("returns.take", at=door.principal.location_id)

    async def ask(tx: Tx) -> ReturnView:
        if own:
            head = (await api.find(tx, name=str(return_id))).head
            _may_see(door, customer_id=head.customer_id, guest_id=head.guest_id, what="return", name=str(return_id))
        found = await api.step(tx, return_id=return_id, event=event, by=door.hand, reason=reason)
        return _view(found, await _label(tx, found.head.order_id))

    return await door.write(ask)


@post("/v1/returns/{return_id:str}/receive", status_code=200)
async def receive_return(door: Door, return_id: ReturnId, data: Received) -> Answered[ReturnView]:
    """It has come, and waits to be looked at. Needs `returns.take` at that location."""
    directory = await door.shared(Directories)()
    try:
        lots = {ReturnLineId.parse(name): each for name, each in data.lots.items()}
    except ValueError:
        raise Invalid(errors=[{"field": "lots", "message": "by line"}]) from None
    return await _stepping(
        door,
        lambda tx: api.receive(
            tx, return_id=return_id, location_id=data.location_id, directory=directory, by=door.hand, lots=lots
        ),
        at=data.location_id,
    )


@post("/v1/returns/{return_id:str}/grade", status_code=200)
async def grade_return(door: Door, return_id: ReturnId, data: Grades) -> Answered[ReturnView]:
    """In what condition every unit is: where it goes, and what is given back. Needs `returns.take`."""
    if len(data.lines) > GRADES_MAX:
        raise Invalid(errors=[{"field": "lines", "message": f"<= {GRADES_MAX}"}])
    instead = _refund_to(data.refund_to)
    return await _stepping(
        door, lambda tx: api.grade(tx, return_id=return_id, grades=data.lines, by=door.hand, instead=instead)
    )


@get("/v1/return-policies")
async def show_policies(door: Door, market: str) -> Answered[PolicyList]:
    """What a market takes back. Needs `returns.read`."""
    door.principal.require("returns.read")
    found = (await door.shared(Directories)()).market(market)

    async def ask(tx: Tx) -> PolicyList:
        return _policies(found.code, await api.policies(tx, market_id=found.id))

    return await door.read(ask)


@put("/v1/return-policies", status_code=200)
async def put_policies(door: Door, data: NewPolicies) -> Answered[PolicyList]:
    """These and no others. Needs `returns.manage`."""
    door.principal.require("returns.manage")
    found = (await door.shared(Directories)()).market(data.market)
    rows = [Policy(market_id=found.id, **msgspec.structs.asdict(one)) for one in data.items]

    async def ask(tx: Tx) -> PolicyList:
        await api.put_policies(tx, market_id=found.id, policies=rows)
        return _policies(found.code, rows)

    return await door.write(ask)


def _policies(market: str, found: list[Policy]) -> PolicyList:
    rows = [msgspec.structs.asdict(one) for one in found]
    return PolicyList(market, tuple(PolicyRow(**{k: v for k, v in one.items() if k != "market_id"}) for one in rows))


routes: list[Any] = [
    show_eligible, find_orders, make_return, list_returns, show_return, approve_return, reject_return, send_return, cancel_return,
    receive_return, grade_return, show_policies, put_policies,
]  # fmt: skip
