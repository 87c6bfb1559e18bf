"""What others may ask of payments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.loyalty import api as loyalty
from portico.loyalty.types import GiftCardId
from portico.payments import store
from portico.payments.closing import close_till, closes, move_cash, report
from portico.payments.on_account import differences
from portico.payments.operating import capture, open_payment, record, refuse_unknown, void
from portico.payments.owing import AfterDue, owed, owed_parts, owed_sums
from portico.payments.reconciling import listed, owe_less, reconcile, settle_invoice
from portico.payments.refunding import policies, policy, put_policy, refund, shared
from portico.payments.rules import refuse_card_numbers
from portico.payments.taking import Plan, granted, plan, shares, take
from portico.payments.types import (
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    Own,
    Payment,
    PaymentId,
    State,
    Tender,
)
from portico.platform.db import Tx
from portico.platform.ids import Id, any_id

__all__ = [
    "AfterDue",
    "Plan",
    "asked_for",
    "by_card",
    "capture",
    "close_till",
    "closes",
    "declined",
    "differences",
    "granted",
    "heard",
    "listed",
    "move_cash",
    "open_operations",
    "open_payment",
    "operations_of",
    "owe_less",
    "owed",
    "owed_parts",
    "owed_sums",
    "payments",
    "payments_of",
    "plan",
    "policies",
    "policy",
    "put_policy",
    "reconcile",
    "record",
    "refund",
    "refuse_card_numbers",
    "refuse_unknown",
    "report",
    "settle_invoice",
    "shared",
    "shares",
    "take",
    "unspoken",
    "void",
    "why",
]  # fmt: skip


async def payments_of(tx: Tx, *, references: Sequence[UUID | Id]) -> list[Payment]:
    """What was paid, or tried to be, for each of these; oldest first."""
    return await tx.all(store.OF, references=list(references))


async def declined(tx: Tx, *, reference: UUID | Id) -> str | None:
    """Why a provider said no when it was last asked for this, in its own code; None where it did not."""
    tried = await payments_of(tx, references=[reference])
    return await why(tx, payment=tried[-1]) if tried and tried[-1].state is State.FAILED else None


async def why(tx: Tx, *, payment: Payment) -> str:
    """What a provider said of a payment that came to nothing, in its own code."""
    return next((one.error for one in await operations_of(tx, payment_ids=[payment.id]) if one.error), "")


async def by_card(tx: Tx, *, last4: str, since: datetime, until: datetime, rows_max: int) -> list[Payment]:
    """What was paid for orders with a card that ends so, from then until then; newest first."""
    return await tx.all(store.BY_CARD, last4=last4, since=_first(since), until=_first(until), rows_max=rows_max)


def _first(at: datetime) -> PaymentId:
    """The smallest id of a moment."""
    return PaymentId((int(at.timestamp() * 1000) << 80).to_bytes(16, "big"))


async def payments(tx: Tx, *, ids: Sequence[PaymentId]) -> list[Payment]:
    return await tx.all(store.FIND, ids=list(ids))


async def operations_of(tx: Tx, *, payment_ids: Sequence[PaymentId]) -> list[Operation]:
    """What was asked of providers for these, and what went back; oldest first."""
    return await tx.all(store.OPERATIONS_OF, payment_ids=list(payment_ids))


async def heard(tx: Tx, *, provider: str, event_id: str, type: str) -> bool:
    """Note that a provider told something; False where it was told before."""
    return await tx.maybe(store.HEARD, provider=provider, event_id=event_id, type=type, now=tx.now) is not None


async def asked_for(tx: Tx, *, payment_ids: Sequence[PaymentId]) -> list[OperationId]:
    """What was asked to have these authorized and has no end yet, proofs that are waited for among them."""
    return [
        one.id
        for one in await operations_of(tx, payment_ids=payment_ids)
        if one.kind is OperationKind.AUTHORIZE and (one.state.open or one.state is OperationState.ACTION)
    ]


async def unspoken(tx: Tx, *, tender: Tender) -> Tender:
    """A tender as it may be kept: a gift card by its id, so that its code is written nowhere; a provider's token with its payment."""
    if tender.handler == Own.GIFT_CARD:
        own = any_id(tender.credential)
        card_id = own if isinstance(own, GiftCardId) else (await loyalty.card(tx, code=tender.credential)).id
        return msgspec.structs.replace(tender, credential="", card_id=card_id)
    return tender if tender.handler == Own.TERMINAL else msgspec.structs.replace(tender, credential="")


async def open_operations(tx: Tx, *, handler: str, key: OperationId | None, ref: str | None) -> list[OperationId]:
    """What is still open of a payment that a provider has told something about."""
    return await tx.all(store.OPEN_FOR, handler=handler, key=key, ref=ref)
