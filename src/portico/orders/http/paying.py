"""Paying for placed orders, and giving back, over HTTP."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.orders import api, views
from portico.orders.http.showing import may_see, showing
from portico.orders.types import Order, OrderId, PaymentRequestId
from portico.orders.views import OrderView
from portico.payments import instruments
from portico.payments.instruments import Instrument
from portico.payments.ports import Providers
from portico.payments.types import (
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


class NewPaymentRequest(msgspec.Struct, frozen=True):
    """`letter` false: only the link, for whoever gives it to her otherwise."""

    letter: bool = True


class RequestedPayment(msgspec.Struct, frozen=True):
    """What she was asked for, by which link, and until when it takes payments. `sent_to` is empty where no letter goes out."""

    id: PaymentRequestId
    url: str
    amount: int
    currency: str
    expires_at: datetime
    sent_to: str


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
    await instruments.guard(door, given)
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
        paid = await api.pay_by_provider(
            door.database, door.shared(Providers), order_id=order_id, handler=one.handler, credential=one.credential,
            return_url=data.return_url, by=door.hand,
        )  # fmt: skip
        async with door.database.read() as tx:
            shown = await showing(door, directory, lambda tx: api.order(tx, order_id=order_id), asked=str(order_id))(tx)
        return Step(shown, final=paid.state is not State.REQUIRES_ACTION)

    return await door.stepwise(work)


@post("/v1/orders/{order_id:str}/payment-requests", status_code=201)
async def request_payment(door: Door, order_id: OrderId, data: NewPaymentRequest) -> Answered[RequestedPayment]:
    """Ask the buyer for what is due: a link where she pays it within a week, and a letter with it in her language. Needs
    `orders.place`. Refuses `payments.nothing_due`, `orders.asked_too_often`."""
    door.principal.require("orders.place", at=door.principal.location_id)

    async def ask(tx: Tx) -> RequestedPayment:
        made = await api.ask_to_pay(tx, order_id=order_id, by=door.hand, letter=data.letter)
        head = (await api.order(tx, order_id=order_id)).head
        return RequestedPayment(
            made.id, f"{door.platform.public_url}/orders/{head.link_token}/pay", made.amount, head.currency,
            made.expires_at, await api.address_of(tx, head=head) if made.by_mail else "",
        )  # fmt: skip

    return await door.write(ask, status=201)


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


routes: list[Any] = [pay_order, request_payment, refund_order, settle_invoice]
