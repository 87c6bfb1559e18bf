"""What is owed on invoices, and since when."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.payments import owing_store as store
from portico.payments.owing_store import OwedPart, OwedSum
from portico.payments.types import Payment, PaymentId
from portico.platform.db import Tx
from portico.platform.ids import Id

PARTS_MAX = 5_000


class AfterDue(msgspec.Struct, frozen=True):
    """Where a page of what is owed ended."""

    due_at: datetime
    id: PaymentId


async def owed(
    tx: Tx, *, references: Sequence[UUID | Id] | None = None, currency: str | None = None,
    due_before: datetime | None = None, after: AfterDue | None = None, rows_max: int = 25,
) -> list[Payment]:  # fmt: skip
    """Invoices that are not paid in full, what is due first first: so what is overdue leads."""
    return await tx.all(
        store.OWED, references=None if references is None else list(references), currency=currency, due_before=due_before,
        after_at=after.due_at if after else None, after_id=after.id if after else None, rows_max=rows_max,
    )  # fmt: skip


async def owed_sums(tx: Tx) -> list[OwedSum]:
    """All that is owed, by currency."""
    return await tx.all(store.SUMS, now=tx.now)


async def owed_parts(tx: Tx) -> list[OwedPart]:
    """What is owed for each thing, what is due first first; at most `PARTS_MAX`."""
    return await tx.all(store.PARTS, rows_max=PARTS_MAX)
