"""Invoices that are owed: for which order, by whom, since when."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portico.companies.types import CompanyId
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.orders import owing_store as store
from portico.orders import rules
from portico.orders.owing_store import Whose
from portico.orders.types import OrderId
from portico.payments import api as payments
from portico.payments.types import Operation, OperationKind, OperationState, Payment
from portico.platform.db import Tx

PAGE_MAX = 100
PEOPLE_MAX, ORDERS_MAX = 50, 1_000
DAY = timedelta(days=1)


class Invoice(msgspec.Struct, frozen=True):
    """An invoice that is not paid in full; `came` is what has come in of it so far, oldest first."""

    payment: Payment
    whose: Whose
    customer: CustomerBrief | None
    came: tuple[Operation, ...]

    @property
    def owed(self) -> int:
        return self.payment.authorized

    def days_late(self, *, at: datetime) -> int:
        """Whole days since it was due; before, those that are left, below zero."""
        return 0 if self.payment.due_at is None else (at - self.payment.due_at) // DAY


class Debtor(msgspec.Struct, frozen=True, kw_only=True):
    """Who owes, in one currency. `customer_id` is None where an order lost its customer."""

    customer_id: CustomerId | None
    name: str
    currency: str
    invoices: int
    owed: int
    overdue: int
    due_at: datetime | None  # the earliest


async def invoices(
    tx: Tx, *, q: str = "", customer_id: CustomerId | None = None, company_id: CompanyId | None = None,
    currency: str | None = None, overdue: bool = False,
    after: payments.AfterDue | None = None, rows_max: int = 25,
) -> list[Invoice]:  # fmt: skip
    """Those that are owed, overdue ones first. `q`: an order's label, or whatever finds a customer."""
    references = None
    if customer_id is not None or company_id is not None or q.strip():
        references = await _of(tx, q.strip(), customer_id, company_id)
    found = await payments.owed(
        tx, references=references, currency=currency, due_before=tx.now if overdue else None, after=after,
        rows_max=min(rows_max, PAGE_MAX + 1),
    )  # fmt: skip
    whose = await _whose(tx, [OrderId(one.reference.bytes) for one in found])
    people = await customers.briefs(tx, ids=list({one.customer_id for one in whose.values() if one.customer_id}))
    came = await payments.operations_of(tx, payment_ids=[one.id for one in found])
    return [
        Invoice(
            one,
            of := whose[OrderId(one.reference.bytes)],
            people.get(of.customer_id) if of.customer_id else None,
            tuple(
                each
                for each in came
                if each.payment_id == one.id
                and each.kind is OperationKind.CAPTURE
                and each.state is OperationState.SUCCEEDED
            ),
        )
        for one in found
    ]


async def _of(tx: Tx, q: str, customer_id: CustomerId | None, company_id: CompanyId | None) -> list[OrderId]:
    """Orders for which something is held: that one by its label, else those of whoever is meant."""
    people = [customer_id] if customer_id else None
    if q:
        label = rules.read_label(q) or q
        by_label = await tx.all(
            store.HELD, label=label, customer_ids=people, company_id=company_id, rows_max=ORDERS_MAX
        )
        if by_label:
            return by_label
        found = [one.id for one in await customers.find(tx, q=q, limit=PEOPLE_MAX)]
        people = found if people is None else [one for one in people if one in found]
    return await tx.all(store.HELD, label=None, customer_ids=people, company_id=company_id, rows_max=ORDERS_MAX)


async def _whose(tx: Tx, ids: Sequence[OrderId]) -> dict[OrderId, Whose]:
    return {one.id: one for one in await tx.all(store.WHOSE, ids=list(set(ids)))}


async def debtors(tx: Tx) -> list[Debtor]:
    """Who owes how much, whose debt has been due longest first."""
    parts = await payments.owed_parts(tx)
    whose = await _whose(tx, [OrderId(one.reference.bytes) for one in parts])
    people = await customers.briefs(tx, ids=list({one.customer_id for one in whose.values() if one.customer_id}))
    found: dict[tuple[CustomerId | None, str, str], Debtor] = {}
    for one in parts:
        of = whose[OrderId(one.reference.bytes)]
        brief = people.get(of.customer_id) if of.customer_id else None
        name = (brief.name if brief else "") or of.buyer_name
        key = (of.customer_id, "" if of.customer_id else name, one.currency)
        late = one.owed if one.due_at and one.due_at < tx.now else 0
        so_far = found.get(key)
        found[key] = Debtor(
            customer_id=of.customer_id, name=so_far.name if so_far else name, currency=one.currency,
            invoices=(so_far.invoices if so_far else 0) + 1, owed=(so_far.owed if so_far else 0) + one.owed,
            overdue=(so_far.overdue if so_far else 0) + late, due_at=so_far.due_at if so_far else one.due_at,
        )  # fmt: skip
    return list(found.values())
