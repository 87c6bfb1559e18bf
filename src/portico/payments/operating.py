"""Asking providers: what is asked is written before it is sent, and what came of it after; in between lies the world.

A payment's provider is never called inside a transaction. An operation that was sent and not answered is `unknown`, and stays so
until the provider itself has said what became of it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from portico.ledger import api as ledger
from portico.ledger.types import Account, Transfer
from portico.payments import on_account, rules, store, taking
from portico.payments.events import (
    PaymentAuthorized,
    PaymentFailed,
    PaymentReceived,
    PaymentRefunded,
    PaymentVoided,
    RefundFailed,
)
from portico.payments.types import (
    Ask,
    Event,
    InProgress,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    Outcome,
    Payment,
    PaymentId,
    Result,
    State,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id, encode_hook

JOB = "payment"


class Perform(msgspec.Struct, frozen=True):
    """A job: ask the provider what the operation says."""

    operation_id: OperationId


async def open_payment(
    tx: Tx, *, reference: Id, handler: str, amount: int, currency: str, credential: str, by: Hand,
    return_url: str = "", hosted: bool = False, description: str = "",
) -> tuple[Payment, Operation]:  # fmt: skip
    """Write down that a provider is to be asked for `amount`; nothing is sent yet. Refuses CardNumber."""
    rules.refuse_card_numbers(credential)
    payment = Payment(
        id=PaymentId.new(), reference=reference.uuid, reference_kind=reference.prefix, handler=handler, amount=amount, tendered=amount, change=0,
        currency=currency, location_id=by.location_id, till_id=by.till_id, actor=by.actor, actor_name=by.actor_name,
        channel_id=by.channel_id, occurred_at=tx.now, state=State.PENDING, unit=currency,
        from_account=takings(handler, currency).code, to_account=clearing(handler, currency).code,
        details={"credential": credential, "return_url": return_url, "hosted": hosted, "description": description},
    )  # fmt: skip
    await tx.run(store.RECORD, **taking.columns([payment]), now=tx.now)
    (operation,) = await request(
        tx, payments=[(payment, amount)], kind=OperationKind.AUTHORIZE, by=by, reason="", job=False
    )
    return payment, operation


def takings(handler: str, currency: str) -> Account:
    return Account(f"provider:{handler}:takings:{currency}", "takings", currency)


def clearing(handler: str, currency: str) -> Account:
    """What a provider owes us."""
    return Account(f"provider:{handler}:clearing:{currency}", "clearing", currency)


async def request(
    tx: Tx, *, payments: Sequence[tuple[Payment, int]], kind: OperationKind, by: Hand, reason: str, cause: str = "",
    job: bool = True,
) -> list[Operation]:  # fmt: skip
    """Write down what providers are to be asked; a job asks them once this is committed, unless whoever calls does it."""
    operations = [
        Operation(
            OperationId.new(), payment.id, kind, amount, OperationState.REQUESTED, None, "", 0, reason, cause, by.actor,
            by.actor_name, tx.now, None, None,
        )
        for payment, amount in payments
    ]  # fmt: skip
    await write(tx, operations, by=by, reason=reason, cause=cause)
    if job:
        for one in operations:
            tx.enqueue(JOB, Perform(one.id))
    return operations


async def write(tx: Tx, operations: Sequence[Operation], *, by: Hand, reason: str, cause: str) -> None:
    await tx.run(
        store.REQUEST,
        ids=[one.id for one in operations],
        payment_ids=[one.payment_id for one in operations],
        kinds=[one.kind for one in operations],
        amounts=[one.amount for one in operations],
        states=[one.state for one in operations],
        provider_refs=[one.provider_ref for one in operations],
        reason=reason,
        cause=cause,
        actor=by.actor,
        actor_name=by.actor_name,
        now=tx.now,
    )


async def capture(tx: Tx, *, reference: Id, amount: int | None, by: Hand, reason: str) -> list[Operation]:
    """Have what providers hold for `reference` captured: all of it, or `amount` of it together and the rest let go.

    Locks the payments. What is being captured already is left to that.
    """
    held = [
        one for one in await tx.all(store.LOCK_OF, reference=reference) if one.state is State.AUTHORIZED and not one.own
    ]
    busy = {one.payment_id for one in await _open(tx, held) if one.kind is not OperationKind.REFUND}
    rest = sum(one.authorized for one in held) if amount is None else amount
    parts: list[tuple[Payment, int]] = []
    for one in held:
        part = min(rest, one.authorized)
        rest -= part
        if part and one.id not in busy:
            parts.append((one, part))
    return await request(tx, payments=parts, kind=OperationKind.CAPTURE, by=by, reason=reason) if parts else []


async def void(tx: Tx, *, payment_ids: Sequence[PaymentId], by: Hand, reason: str, job: bool = True) -> list[Operation]:
    """Let go what is held, or what was only asked for. Locks what was asked first, then the payments; those that have ended are
    passed by.

    An invoice ends at once, and so does what was never sent. What was sent and not answered is voided once it is known.
    """
    unsent = {
        one.payment_id
        for one in await tx.all(store.LOCK_AUTHORIZE, payment_ids=list(payment_ids))
        if one.state is OperationState.REQUESTED
    }
    ended: list[Payment] = []
    parts: list[tuple[Payment, int]] = []
    for one in await tx.all(store.LOCK, ids=list(payment_ids)):
        if (one.state, Event.VOID) not in rules.FOLLOWS:
            continue
        if one.own or one.id in unsent:
            ended.append(one)
        else:
            parts.append((one, one.authorized or one.amount))
    await tx.run(store.END_AUTHORIZE, payment_ids=[one.id for one in ended], now=tx.now)
    for one in ended:
        await save(tx, msgspec.structs.replace(one, state=State.VOIDED, authorized=0))
        tx.emit([PaymentVoided(subject=one.subject, by=by, occurred_at=tx.now, **told(one))])
    owed = [
        each for one in ended for each in on_account.no_longer_owed(one, one.authorized, reason=reason, by=by, tx=tx)
    ]
    await ledger.transfer_all(tx, transfers=owed)
    return await request(tx, payments=parts, kind=OperationKind.VOID, by=by, reason=reason, job=job) if parts else []


async def _open(tx: Tx, payments: Sequence[Payment]) -> list[Operation]:
    found = await tx.all(store.OPERATIONS_OF, payment_ids=[one.id for one in payments]) if payments else []
    return [one for one in found if one.state.open]


async def save(tx: Tx, payment: Payment, **details: Any) -> None:
    await tx.run(
        store.SAVE,
        id=payment.id,
        state=payment.state,
        authorized=payment.authorized,
        captured=payment.captured,
        refunding=payment.refunding,
        refunded=payment.refunded,
        provider_ref=payment.provider_ref,
        action=None if payment.action is None else msgspec.json.encode(payment.action).decode(),
        details=msgspec.json.encode(details, enc_hook=encode_hook).decode(),
    )


async def tried(tx: Tx, *, operation_id: OperationId, stale: datetime) -> tuple[Operation, Ask] | None:
    """Mark an operation as sent, and say what it was before and what to send. Locks the operation.

    None where it has ended, and where another has sent it since `stale` and is waiting for its answer.
    """
    operation = await tx.maybe(store.LOCK_OPERATION, id=operation_id)
    if operation is None or not (operation.state.open or operation.state is OperationState.ACTION):
        return None
    if operation.state is OperationState.SENT and operation.tried_at and operation.tried_at > stale:
        return None
    (payment,) = await tx.all(store.FIND, ids=[operation.payment_id])
    await tx.run(store.TRIED, id=operation_id, state=OperationState.SENT, now=tx.now)
    return operation, Ask(
        key=operation.id, kind=operation.kind, payment_id=payment.id, amount=operation.amount, currency=payment.currency,
        credential=payment.details.get("credential", ""), provider_ref=payment.provider_ref,
        return_url=payment.details.get("return_url", ""), description=payment.details.get("description", ""),
        hosted=payment.details.get("hosted", False),
    )  # fmt: skip


async def untried(tx: Tx, *, operation_id: OperationId) -> None:
    """It surely never got there: as if it had not been sent."""
    operation = await tx.maybe(store.LOCK_OPERATION, id=operation_id)
    if operation is not None and operation.state is OperationState.SENT:
        await _resolve(tx, operation, OperationState.REQUESTED)


async def lose(tx: Tx, *, operation_id: OperationId) -> None:
    """It was sent, and nobody knows what came of it."""
    operation = await tx.maybe(store.LOCK_OPERATION, id=operation_id)
    if operation is None or not operation.state.open:
        return
    await _resolve(tx, operation, OperationState.UNKNOWN)
    if operation.kind is OperationKind.AUTHORIZE:
        (payment,) = await tx.all(store.LOCK, ids=[operation.payment_id])
        if state := rules.follow(payment, Event.LOSE):
            await save(tx, msgspec.structs.replace(payment, state=state))


async def _resolve(
    tx: Tx, operation: Operation, state: OperationState, *, ref: str | None = None, error: str = ""
) -> None:
    await tx.run(store.RESOLVE, id=operation.id, state=state, provider_ref=ref, error=error[:500], now=tx.now)


async def record(tx: Tx, *, operation_id: OperationId, outcome: Outcome, by: Hand) -> Payment | None:
    """Write down what a provider says became of an operation. What is known already changes nothing.

    Locks the operation, then its payment, then ledger accounts. None where there is no such operation.
    """
    operation = await tx.maybe(store.LOCK_OPERATION, id=operation_id)
    if operation is None:
        return None
    (payment,) = await tx.all(store.LOCK, ids=[operation.payment_id])
    if not (operation.state.open or operation.state is OperationState.ACTION):
        return payment
    apply = {
        OperationKind.AUTHORIZE: _authorized, OperationKind.CAPTURE: _captured, OperationKind.VOID: _voided,
        OperationKind.REFUND: _refunded,
    }[operation.kind]  # fmt: skip
    return await apply(tx, operation, payment, outcome, by)


def told(payment: Payment) -> dict[str, Any]:
    return {
        "payment_id": payment.id, "handler": payment.handler, "amount": payment.amount, "currency": payment.currency,
    }  # fmt: skip


async def _authorized(tx: Tx, operation: Operation, payment: Payment, outcome: Outcome, by: Hand) -> Payment:
    if outcome.result is Result.ACTION:
        await _resolve(tx, operation, OperationState.ACTION, ref=outcome.ref)
        return await _go(tx, payment, Event.ASK_ACTION, outcome, action=outcome.action)
    if outcome.result in (Result.DECLINED, Result.VOIDED):
        await _resolve(tx, operation, OperationState.FAILED, ref=outcome.ref, error=outcome.error)
        tx.emit(
            [PaymentFailed(subject=payment.subject, by=by, occurred_at=tx.now, error=outcome.error, **told(payment))]
        )
        event = Event.DECLINE if outcome.result is Result.DECLINED else Event.VOID
        return await _go(tx, payment, event, outcome, action=None)
    await _resolve(tx, operation, OperationState.SUCCEEDED, ref=outcome.ref)
    if outcome.result is Result.CAPTURED:
        await _move(tx, payment, payment.amount, "provider_sale", by)
        return await _go(tx, payment, Event.CAPTURE, outcome, captured=payment.amount, action=None)
    tx.emit([PaymentAuthorized(subject=payment.subject, by=by, occurred_at=tx.now, **told(payment))])
    return await _go(tx, payment, Event.AUTHORIZE, outcome, authorized=payment.amount, action=None)


async def _captured(tx: Tx, operation: Operation, payment: Payment, outcome: Outcome, by: Hand) -> Payment:
    """What was captured came in; what was held beyond it is let go."""
    if outcome.result is not Result.CAPTURED:
        await _resolve(tx, operation, OperationState.FAILED, error=outcome.error)
        tx.emit(
            [PaymentFailed(subject=payment.subject, by=by, occurred_at=tx.now, error=outcome.error, **told(payment))]
        )
        lapsed = outcome.result in (Result.DECLINED, Result.VOIDED) and payment.state is State.AUTHORIZED
        return await _go(tx, payment, Event.DECLINE, outcome, authorized=0) if lapsed else payment
    await _resolve(tx, operation, OperationState.SUCCEEDED, ref=outcome.ref)
    await _move(tx, payment, operation.amount, "provider_sale", by)
    captured = payment.captured + operation.amount
    return await _go(tx, payment, Event.CAPTURE, outcome, captured=captured, authorized=0)


async def _voided(tx: Tx, operation: Operation, payment: Payment, outcome: Outcome, by: Hand) -> Payment:
    if outcome.result is not Result.VOIDED:
        await _resolve(tx, operation, OperationState.FAILED, error=outcome.error or outcome.result)
        return payment
    await _resolve(tx, operation, OperationState.SUCCEEDED, ref=outcome.ref)
    tx.emit([PaymentVoided(subject=payment.subject, by=by, occurred_at=tx.now, **told(payment))])
    return await _go(tx, payment, Event.VOID, outcome, authorized=0, action=None)


async def _refunded(tx: Tx, operation: Operation, payment: Payment, outcome: Outcome, by: Hand) -> Payment:
    refunding = payment.refunding - operation.amount
    about = told(payment) | {"amount": operation.amount}
    if outcome.result is not Result.REFUNDED:
        await _resolve(tx, operation, OperationState.FAILED, ref=outcome.ref, error=outcome.error)
        tx.emit([RefundFailed(subject=payment.subject, by=by, occurred_at=tx.now, error=outcome.error, **about)])
        after = msgspec.structs.replace(payment, refunding=refunding)
        await save(tx, after)
        return after
    await _resolve(tx, operation, OperationState.SUCCEEDED, ref=outcome.ref)
    await _move(tx, payment, -operation.amount, "provider_refund", by)
    tx.emit([PaymentRefunded(subject=payment.subject, by=by, occurred_at=tx.now, reason=operation.reason, **about)])
    refunded = payment.refunded + operation.amount
    event = Event.REFUND if refunded == payment.captured else Event.REFUND_PART
    return await _go(tx, payment, event, Outcome(result=outcome.result), refunding=refunding, refunded=refunded)


async def _go(tx: Tx, payment: Payment, event: Event, outcome: Outcome, **changes: Any) -> Payment:
    """Follow the table; what cannot follow is a provider that contradicts itself: a bug, and said loudly."""
    state = rules.follow(payment, event)
    if state is None:
        raise RuntimeError(f"{payment.id} is {payment.state}: {event} cannot happen to it")
    details = {name: text for name, text in (("brand", outcome.brand), ("last4", outcome.last4)) if text}
    after = msgspec.structs.replace(
        payment,
        state=state,
        provider_ref=payment.provider_ref or outcome.ref,
        details=payment.details | details,
        **changes,
    )
    await save(tx, after, **details)
    return after


async def _move(tx: Tx, payment: Payment, amount: int, reason: str, by: Hand) -> None:
    """Money that came in (or, negative, went back) by a provider."""
    source, target = takings(payment.handler, payment.currency), clearing(payment.handler, payment.currency)
    if amount < 0:
        source, target = target, source
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=source, target=target, amount=abs(amount), reason=reason, reference=str(payment.subject),
                actor=by.actor, occurred_at=tx.now,
            )
        ],
    )  # fmt: skip
    if amount > 0:
        tx.emit(
            [
                PaymentReceived(
                    subject=payment.subject, by=by, occurred_at=tx.now, handler=payment.handler, amount=amount,
                    currency=payment.currency, payment_id=payment.id,
                )
            ]
        )  # fmt: skip


def refuse_unknown(payments: Sequence[Payment]) -> None:
    """Refuses InProgress where of one of these nobody knows yet what came of it: it is being asked, or the answer was lost."""
    if any(one.state in (State.PENDING, State.UNKNOWN) for one in payments):
        raise InProgress()
