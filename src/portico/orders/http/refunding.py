"""Where an order's money would go back to, over HTTP."""

from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.orders import api
from portico.orders.types import OrderId
from portico.payments import api as payments
from portico.payments.types import PaymentId, RefundMode, RefundPolicy
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

HANDLERS_MAX = 20


class WhatIfRefunded(msgspec.Struct, frozen=True, kw_only=True):
    """A policy to try on an order, by its id or label: of `amount`, or of all that could still go back."""

    mode: RefundMode
    handlers: list[str] = []
    order: str
    amount: int | None = None


class TriedShare(msgspec.Struct, frozen=True):
    """What of a payment could go back (`left`), what would under the policy as it is `now`, and under this one."""

    payment_id: PaymentId
    handler: str
    left: int
    now: int
    would: int


class TriedRefund(msgspec.Struct, frozen=True, kw_only=True):
    order_id: OrderId
    order_label: str
    currency: str
    exponent: int
    amount: int
    shares: tuple[TriedShare, ...]


@post("/v1/refund-policies/{market:str}/check", status_code=200)
async def check_refund_policy(door: Door, market: str, data: WhatIfRefunded) -> Answered[TriedRefund]:
    """How a refund of an order would be shared under this policy, beside how it is now. Nothing is changed. Needs
    `payments.manage`."""
    door.principal.require("payments.manage")
    found = (await door.shared(Directories)()).market(market)
    if len(data.handlers) > HANDLERS_MAX or len(set(data.handlers)) < len(data.handlers):
        raise Invalid(errors=[{"field": "handlers", "message": f"<= {HANDLERS_MAX}"}])
    tried = RefundPolicy(found.id, data.mode, tuple(data.handlers))

    async def ask(tx: Tx) -> TriedRefund:
        order = await api.find(tx, name=data.order)
        if order.head.market_id != found.id:
            raise Invalid(errors=[{"field": "order", "message": found.code}])
        as_is = await payments.policy(tx, market_id=found.id)
        now, would = await payments.shared(
            tx, reference=order.head.id, amount=data.amount, policies=[as_is, tried]
        )  # fmt: skip
        return TriedRefund(
            order_id=order.head.id, order_label=order.head.label, currency=order.head.currency,
            exponent=money.exponent(order.head.currency), amount=sum(part for _, part in would),
            shares=tuple(
                TriedShare(one.id, one.handler, one.left, part, other)
                for (one, part), (_, other) in zip(now, would, strict=True)
            ),
        )  # fmt: skip

    return await door.read(ask)


routes: list[Any] = [check_refund_policy]
