"""What others may ask of payments."""

from collections.abc import Sequence
from uuid import UUID

from portico.payments import store
from portico.payments.closing import close_till, closes, move_cash, report
from portico.payments.operating import capture, open_payment, record, refuse_unknown, void
from portico.payments.refunding import policy, put_policy, refund
from portico.payments.rules import refuse_card_numbers
from portico.payments.taking import Plan, granted, plan, take
from portico.payments.types import Operation, Payment, PaymentId
from portico.platform.db import Tx
from portico.platform.ids import Id

__all__ = [
    "Plan", "capture", "close_till", "closes", "granted", "heard", "move_cash", "open_payment", "operations_of", "payments", "payments_of",
    "plan", "policy", "put_policy", "record", "refund", "refuse_card_numbers", "refuse_unknown", "report", "take", "void",
]  # fmt: skip


async def payments_of(tx: Tx, *, references: Sequence[UUID | Id]) -> list[Payment]:
    """What was paid, or tried to be, for each of these; oldest first."""
    return await tx.all(store.OF, references=list(references))


async def payments(tx: Tx, *, ids: Sequence[PaymentId]) -> list[Payment]:
    return await tx.all(store.FIND, ids=list(ids))


async def operations_of(tx: Tx, *, payment_ids: Sequence[PaymentId]) -> list[Operation]:
    """What was asked of providers for these, and what went back; oldest first."""
    return await tx.all(store.OPERATIONS_OF, payment_ids=list(payment_ids))


async def heard(tx: Tx, *, provider: str, event_id: str, type: str) -> bool:
    """Note that a provider told something; False where it was told before."""
    return await tx.maybe(store.HEARD, provider=provider, event_id=event_id, type=type, now=tx.now) is not None
