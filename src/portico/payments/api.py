"""Taking money. Cash moves in the ledger from the till's takings into its drawer."""

from collections.abc import Sequence
from uuid import UUID

from portico.ledger import api as ledger
from portico.ledger.types import Account, Transfer
from portico.payments import store
from portico.payments.events import PaymentReceived
from portico.payments.types import Cash, NotEnough, NothingDue, NoTill, Payment, PaymentId
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.ids import Id
from portico.pricing.types import AmountTooLarge


def check(cash: Cash) -> NotEnough | NothingDue | NoTill | AmountTooLarge | None:
    """Why this cash cannot be taken; None if it can."""
    if cash.by.till_id is None:
        return NoTill()
    if cash.amount <= 0:
        return NothingDue()
    if cash.tendered < cash.amount:
        return NotEnough(due=cash.amount, tendered=cash.tendered, currency=cash.currency)
    if cash.tendered > money.AMOUNT_MAX:
        return AmountTooLarge(amount=money.AMOUNT_MAX)
    return None


async def record_cash(tx: Tx, *, taken: Sequence[Cash]) -> list[Payment]:
    """Record cash that `check` has found good: payments, and the transfers that put it into the drawers."""
    if not taken:
        return []
    payments = [_payment(one) for one in taken]
    await tx.run(
        store.RECORD,
        ids=[one.id for one in payments],
        references=[one.reference for one in payments],
        amounts=[one.amount for one in payments],
        tendereds=[one.tendered for one in payments],
        currencies=[one.currency for one in payments],
        location_ids=[one.location_id for one in payments],
        till_ids=[one.till_id for one in payments],
        actors=[one.actor for one in payments],
        actor_names=[one.actor_name for one in payments],
        channel_ids=[one.channel_id for one in payments],
        occurred_ats=[one.occurred_at for one in payments],
        now=tx.now,
    )
    await ledger.transfer(tx, transfers=[_transfer(cash) for cash in taken])
    tx.emit(
        PaymentReceived(
            subject=cash.reference, by=cash.by, occurred_at=cash.occurred_at, handler="cash", amount=cash.amount,
            currency=cash.currency,
        )
        for cash in taken
    )  # fmt: skip
    return payments


def _payment(cash: Cash) -> Payment:
    return Payment(
        id=PaymentId.new(),
        reference=cash.reference.uuid,
        handler="cash",
        amount=cash.amount,
        tendered=cash.tendered,
        change=cash.tendered - cash.amount,
        currency=cash.currency,
        location_id=cash.by.location_id,
        till_id=cash.by.till_id,
        actor=cash.by.actor,
        actor_name=cash.by.actor_name,
        channel_id=cash.by.channel_id,
        occurred_at=cash.occurred_at,
    )


def _transfer(cash: Cash) -> Transfer:
    till = cash.by.till_id.hex if cash.by.till_id else "none"
    return Transfer(
        source=Account(f"till:{till}:takings:{cash.currency}", "takings", cash.currency),
        target=Account(f"till:{till}:drawer:{cash.currency}", "drawer", cash.currency, minimum=0),
        amount=cash.amount,
        reason="cash_sale",
        reference=str(cash.reference),
        actor=cash.by.actor,
        occurred_at=cash.occurred_at,
    )


async def payments_of(tx: Tx, *, references: Sequence[UUID | Id]) -> list[Payment]:
    return await tx.all(store.OF, references=list(references))
