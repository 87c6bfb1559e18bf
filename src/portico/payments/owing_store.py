"""SQL of what is owed on invoices."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.payments.store import PAYMENT_COLUMNS
from portico.payments.types import Payment
from portico.platform.db import Query


class OwedSum(msgspec.Struct, frozen=True):
    """What is owed in one currency: how many invoices, how much, and how much of it is overdue."""

    currency: str
    invoices: int
    owed: int
    overdue_invoices: int
    overdue: int


class OwedPart(msgspec.Struct, frozen=True):
    """What is owed for one thing. `reference` names the order."""

    reference: UUID
    currency: str
    owed: int
    due_at: datetime | None


# What an order owes; invoices of anything else there are none.
_OWED = "handler = 'invoice' and authorized > 0 and reference_kind = 'ord'"
OWED = Query(
    Payment,
    f"""
    select {PAYMENT_COLUMNS}
    from payments.payment
    where {_OWED} and (:references::uuid[] is null or reference = any(:references))
        and (:currency::text is null or currency = :currency)
        and (:due_before::timestamptz is null or due_at < :due_before)
        and (:after_at::timestamptz is null or (due_at, id) > (:after_at, :after_id::uuid))
    order by due_at, id
    limit :rows_max
    """,
)
SUMS = Query(
    OwedSum,
    f"""
    select currency, count(*), sum(authorized)::bigint, count(*) filter (where due_at < :now),
        coalesce(sum(authorized) filter (where due_at < :now), 0)::bigint
    from payments.payment
    where {_OWED}
    group by 1
    order by 1
    """,
)


class OpenOn(msgspec.Struct, frozen=True):
    """What is open on invoices that are in an account of the ledger."""

    account: str
    owed: int


OPEN = Query(
    OpenOn,
    """
    select to_account, sum(authorized)::bigint
    from payments.payment
    where handler = 'invoice' and authorized > 0 and to_account is not null
    group by 1
    """,
)
PARTS = Query(
    OwedPart,
    f"""
    select reference, currency, authorized, due_at
    from payments.payment
    where {_OWED}
    order by due_at, id
    limit :rows_max
    """,
)
