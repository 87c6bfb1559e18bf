"""Paying for placed orders, and giving back, over HTTP."""

from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.orders import api, views
from portico.orders.http.showing import may_see, showing
from portico.orders.types import Order, OrderId
from portico.orders.views import OrderView
from portico.payments import api as payments
from portico.payments import instruments, performing
from portico.payments.instruments import Instrument
from portico.payments.ports import Providers
from portico.payments.types import (
    Declined,
    InProgress,
    Own,
    PaymentId,
    State,
    UnknownHandler,
    is_own,
)
from portico.payments.views import RefundView, refund_views
from portico.platform.db import Tx
from portico.platform.http import Answered, Door, Step
from portico.platform.refusals import Invalid

REFERENCE_LENGTH_MAX = 200


class NewPayment(msgspec.Struct, frozen=True):
    """Cash on the counter (`tendered`), or `instruments`; of those at most one a provider's, and then by itself."""

    tendered: int | None = None
    handler: str = "cash"
    instruments: list[Instrument] = []
    return_url: str = ""


class NewRefund(msgspec.Struct, frozen=True):
    """`instead`: `store_credit` or `gift_card`, where it is not to go back to what it was paid with."""

    amount: int
    reason: str
    instead: Own | None = None


class Settlement(msgspec.Struct, frozen=True):
    """What the bank says came in, and its own reference."""

    amount: int
    reference: str = ""


class Settled(msgspec.Struct, frozen=True):
    """The invoice afterwards: `captured` has come in, `owed` has not."""

    payment_id: PaymentId
    state: State
    captured: int
    owed: int


class Refunded(msgspec.Struct, frozen=True):
    order: OrderView
    refunds: tuple[RefundView, ...]


@post("/v1/orders/{order_id:str}/payments", status_code=200)
async def pay_order(door: Door, order_id: OrderId, data: NewPayment) -> Answered[OrderView]:
    """Take all that is due. Staff need `payments.cash` at the till's location for cash and cards there; whose order it is pays with
    what is hers. With a provider the payment may be left with an `action`: the same call again goes on once it is done."""
    given = [*data.instruments]
    if data.tendered is not None:
        given.append(Instrument(handler=data.handler, tendered=data.tendered))
    if not given:
        raise Invalid(errors=[{"field": "instruments", "message": "1.."}])
    tenders = instruments.read(door, given)
    if not door.principal.may("orders.read"):
        async with door.database.read() as tx:
            may_see(door, await api.order(tx, order_id=order_id), str(order_id))
    directory = await door.shared(Directories)()
    if all(is_own(one.handler) for one in tenders):
        return await door.write(
            showing(
                door,
                directory,
                lambda tx: api.pay(tx, order_id=order_id, tenders=tenders, by=door.hand),
                asked=str(order_id),
            )
        )
    if len(tenders) > 1:
        raise Invalid(errors=[{"field": "instruments", "message": "<= 1"}])
    (one,) = tenders
    if door.shared(Providers).get(one.handler) is None:
        raise UnknownHandler(handler=one.handler)
    if data.return_url and not data.return_url.startswith(f"{door.platform.public_url}/"):
        raise Invalid(errors=[{"field": "return_url", "message": door.platform.public_url}])

    async def work() -> Step:
        final = await _ask(door, order_id, one.handler, one.credential, data.return_url)
        async with door.database.read() as tx:
            shown = await showing(door, directory, lambda tx: api.order(tx, order_id=order_id), asked=str(order_id))(tx)
        return Step(shown, final=final)

    return await door.stepwise(work)


async def _ask(door: Door, order_id: OrderId, handler: str, credential: str, return_url: str) -> bool:
    """Ask a provider for what is due, or go on with what was asked; False while the buyer has something to do first."""
    async with door.database.transaction() as tx:
        waiting = [
            one
            for one in await payments.payments_of(tx, references=[order_id])
            if one.handler == handler and one.state in (State.REQUIRES_ACTION, State.UNKNOWN)
        ]
        asked = await payments.asked_for(tx, payment_ids=[one.id for one in waiting])
    if not asked:
        async with door.database.transaction() as tx:
            _, operation = await api.ask_provider(
                tx, order_id=order_id, handler=handler, credential=credential, return_url=return_url, hosted=not credential,
                by=door.hand,
            )  # fmt: skip
        asked = [operation.id]
    found = None
    for one_id in asked:
        found = await performing.perform(door.database, door.shared(Providers), operation_id=one_id, by=door.hand)
    async with door.database.transaction() as tx:
        await api.settle(tx, order_id=order_id, by=door.hand)
        reasons = await payments.operations_of(tx, payment_ids=[found.id]) if found else []
    if found is not None and found.state is State.FAILED:
        raise Declined(handler=handler, error=next((one.error for one in reasons if one.error), ""))
    if found is None or found.state in (State.PENDING, State.UNKNOWN):
        raise InProgress()
    if found.state is State.AUTHORIZED:
        await _capture(door, order_id)
    return found.state is not State.REQUIRES_ACTION


async def _capture(door: Door, order_id: OrderId) -> None:
    """What is paid for an order that is placed already is captured at once, unless its goods are still to go out."""
    async with door.database.transaction() as tx:
        order = await api.order(tx, order_id=order_id)
        if all(line.agreed == line.fulfilled for line in order.lines):
            await api.capture_for(tx, head=order.head, by=door.hand)


@post("/v1/orders/{order_id:str}/refunds", status_code=201)
async def refund_order(door: Door, order_id: OrderId, data: NewRefund) -> Answered[Refunded]:
    """Give money back without goods coming back, as a courtesy. Needs `payments.refund`. The answer tells a new gift card's code,
    and is remembered nowhere."""
    door.principal.require("payments.refund", at=door.principal.location_id)
    if data.instead not in (None, Own.STORE_CREDIT, Own.GIFT_CARD):
        raise Invalid(errors=[{"field": "instead", "message": "store_credit, gift_card"}])
    if not data.reason.strip():
        raise Invalid(errors=[{"field": "reason", "message": "1..500"}])
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Refunded:
        refunds = await api.credit(
            tx, order_id=order_id, amount=data.amount, reason=data.reason[:500], by=door.hand, instead=data.instead
        )
        order: Order = await api.order(tx, order_id=order_id)
        (view,) = await views.show(
            tx, orders=[order], directory=directory, languages=[door.language], public_url=door.platform.public_url
        )
        return Refunded(view, refund_views(refunds))

    return await door.write(ask, status=201, remember=False)


@post("/v1/payments/{payment_id:str}/settlements", status_code=201)
async def settle_invoice(door: Door, payment_id: PaymentId, data: Settlement) -> Answered[Settled]:
    """So much of an invoice has come in by bank. Needs `payments.invoice`."""
    door.principal.require("payments.invoice", at=door.principal.location_id)
    if len(data.reference) > REFERENCE_LENGTH_MAX:
        raise Invalid(errors=[{"field": "reference", "message": f"<= {REFERENCE_LENGTH_MAX}"}])

    async def ask(tx: Tx) -> Settled:
        paid = await api.pay_invoice(
            tx, payment_id=payment_id, amount=data.amount, reference=data.reference, by=door.hand
        )
        return Settled(paid.id, paid.state, paid.captured, paid.authorized)

    return await door.write(ask, status=201)


routes: list[Any] = [pay_order, refund_order, settle_invoice]
