"""What is owed on invoices, over HTTP; to say that one was paid is `paying.settle_invoice`."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get

from portico.companies.types import CompanyId
from portico.customers.types import CustomerBrief, CustomerId
from portico.orders import owing
from portico.orders.owing import Debtor, Invoice
from portico.orders.types import OrderId
from portico.payments import api as payments
from portico.payments.types import PaymentId
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid


class CameIn(msgspec.Struct, frozen=True):
    """A part of an invoice that has come in, and the bank's reference for it."""

    amount: int
    reference: str
    actor_name: str
    at: datetime


class InvoiceView(msgspec.Struct, frozen=True, kw_only=True):
    """`owed` of `amount` has not come in. `days_late`: whole days since it was due; below zero, those that are left."""

    payment_id: PaymentId
    order_id: OrderId
    order_label: str
    customer: CustomerBrief | None
    name: str
    currency: str
    exponent: int
    amount: int
    owed: int
    made_at: datetime
    due_at: datetime | None
    days_late: int
    overdue: bool
    came: tuple[CameIn, ...]


class OwedSumView(msgspec.Struct, frozen=True):
    """What is owed in one currency, whatever the list is filtered by."""

    currency: str
    exponent: int
    invoices: int
    owed: int
    overdue_invoices: int
    overdue: int


class InvoicePage(msgspec.Struct, frozen=True):
    items: tuple[InvoiceView, ...]
    sums: tuple[OwedSumView, ...]
    next_cursor: str | None


class DebtorView(msgspec.Struct, frozen=True, kw_only=True):
    """`due_at`: since when the oldest is due, or when."""

    customer_id: CustomerId | None
    name: str
    currency: str
    exponent: int
    invoices: int
    owed: int
    overdue: int
    due_at: datetime | None


class DebtorPage(msgspec.Struct, frozen=True):
    items: tuple[DebtorView, ...]


def _view(one: Invoice, at: datetime) -> InvoiceView:
    payment = one.payment
    return InvoiceView(
        payment_id=payment.id, order_id=one.whose.id, order_label=one.whose.label, customer=one.customer,
        name=(one.customer.name if one.customer else "") or one.whose.buyer_name, currency=payment.currency,
        exponent=money.exponent(payment.currency), amount=payment.amount, owed=one.owed, made_at=payment.occurred_at,
        due_at=payment.due_at, days_late=one.days_late(at=at), overdue=payment.due_at is not None and payment.due_at < at,
        came=tuple(
            CameIn(each.amount, each.reason, each.actor_name, each.resolved_at or each.requested_at) for each in one.came
        ),
    )  # fmt: skip


def _debtor(one: Debtor) -> DebtorView:
    return DebtorView(
        customer_id=one.customer_id, name=one.name, currency=one.currency, exponent=money.exponent(one.currency),
        invoices=one.invoices, owed=one.owed, overdue=one.overdue, due_at=one.due_at,
    )  # fmt: skip


def _after(cursor: str | None) -> payments.AfterDue | None:
    if not cursor:
        return None
    moment, _, id = cursor.replace(" ", "+").partition("~")
    try:
        due_at, payment_id = datetime.fromisoformat(moment), PaymentId.parse(id)
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": "next_cursor"}]) from None
    if due_at.tzinfo is None:
        raise Invalid(errors=[{"field": "cursor", "message": "next_cursor"}])
    return payments.AfterDue(due_at, payment_id)


@get("/v1/payments/owed")
async def list_owed(
    door: Door, q: str = "", customer: CustomerId | None = None, company: CompanyId | None = None,
    currency: str | None = None, overdue: bool = False, cursor: str | None = None, limit: int = 25,
) -> Answered[InvoicePage]:  # fmt: skip
    """Invoices that are not paid in full, what has been due longest first. `q`: an order's label, or whatever finds a customer.
    Needs `payments.read`."""
    door.principal.require("payments.read")
    after, rows = _after(cursor), max(1, min(limit, owing.PAGE_MAX))

    async def ask(tx: Tx) -> InvoicePage:
        found = await owing.invoices(
            tx, q=q[:100], customer_id=customer, company_id=company, currency=currency or None, overdue=overdue, after=after,
            rows_max=rows + 1,
        )  # fmt: skip
        door.shows("invoices", [one.customer.id for one in found[:rows] if one.customer])
        last = found[rows - 1].payment if len(found) > rows else None
        sums = tuple(
            OwedSumView(
                one.currency, money.exponent(one.currency), one.invoices, one.owed, one.overdue_invoices, one.overdue
            )
            for one in await payments.owed_sums(tx)
        )
        return InvoicePage(
            tuple(_view(one, tx.now) for one in found[:rows]), sums,
            f"{last.due_at.isoformat()}~{last.id}" if last and last.due_at else None,
        )  # fmt: skip

    return await door.read(ask)


@get("/v1/payments/owed/debtors")
async def list_debtors(door: Door) -> Answered[DebtorPage]:
    """Who owes on invoices, and how much, whose debt has been due longest first. Needs `payments.read`."""
    door.principal.require("payments.read")

    async def ask(tx: Tx) -> DebtorPage:
        found = await owing.debtors(tx)
        door.shows("debtors", [one.customer_id for one in found])
        return DebtorPage(tuple(_debtor(one) for one in found))

    return await door.read(ask)


routes: list[Any] = [list_owed, list_debtors]
