"""Asking the buyer of an order to pay what is due, by its link; and having a provider take it there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portico.customers import api as customers
from portico.orders import asking_store as store
from portico.orders import paying
from portico.orders.events import PaymentRequested
from portico.orders.finding import lock, order
from portico.orders.types import (
    AskedTooOften,
    Head,
    NotPayable,
    OrderId,
    Payable,
    PaymentRequest,
    PaymentRequestId,
)
from portico.orders.types import State as OrderState
from portico.orders.types.asking import REQUESTS_MAX
from portico.payments import api as payments
from portico.payments import performing
from portico.payments.ports import Providers
from portico.payments.types import Declined, InProgress, NothingDue, OperationId, OperationKind, Payment, State
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.privacy.types import Recipient

LASTS = timedelta(days=7)
GOING_ON = (State.PENDING, State.UNKNOWN)


async def ask_to_pay(tx: Tx, *, order_id: OrderId, by: Hand, cause: str = "", letter: bool = True) -> PaymentRequest:
    """Ask the buyer for what is due, for a week, by the order's link; with `letter` and an address a reader of the fact writes to
    her. The same `cause` asks once: the second time it answers with what was asked. Locks the order.

    Refuses NotFound, NothingDue, AskedTooOften.
    """
    head = await lock(tx, order_id)
    before = await asked(tx, order_id=order_id)
    if done := next((one for one in before if one.cause == cause), None):
        return done
    if not head.due:
        raise NothingDue()
    if len(before) >= REQUESTS_MAX:
        raise AskedTooOften(requests_max=REQUESTS_MAX)
    request_id = PaymentRequestId.new()
    made = await tx.one(
        store.ASK, id=request_id, order_id=order_id, cause=cause or str(request_id), amount=head.due,
        by_mail=letter and bool(await address_of(tx, head=head)), actor=by.actor, actor_name=by.actor_name, now=tx.now,
        expires_at=tx.now + LASTS,
    )  # fmt: skip
    tx.emit(
        [
            PaymentRequested(
                subject=order_id, by=by, occurred_at=tx.now, customer_id=head.customer_id, amount=made.amount,
                currency=head.currency, expires_at=made.expires_at, by_mail=made.by_mail,
            )
        ]
    )  # fmt: skip
    return made


async def address_of(tx: Tx, *, head: Head) -> str:
    """Where the buyer of an order can be written to: what she left with it, else what we know of her; empty where nowhere."""
    if head.buyer_email or head.customer_id is None:
        return head.buyer_email
    brief = (await customers.briefs(tx, ids=[head.customer_id])).get(head.customer_id)
    return (brief.email or "") if brief else ""


def recipient(head: Head, *, address: str = "") -> Recipient:
    """The buyer of an order as somebody who is written to: at the address she left with it, or at `address`."""
    whose = (head.customer_id,) if head.customer_id else ()
    return Recipient(address=address or head.buyer_email, customer_ids=whose, given_at=head.placed_at)


async def asked(tx: Tx, *, order_id: OrderId) -> list[PaymentRequest]:
    """Whenever she was asked, oldest first."""
    return await tx.all(store.ASKED, order_id=order_id)


def payable(head: Head, requests: Sequence[PaymentRequest], *, at: datetime) -> Payable:
    """Whether an order can be paid by its link. Who was never asked may pay as long as something is due."""
    if head.state is OrderState.CANCELED:
        return Payable.CANCELED
    if not head.due:
        return Payable.PAID
    return Payable.EXPIRED if requests and requests[-1].expires_at <= at else Payable.OPEN


async def refuse_unpayable(tx: Tx, *, order_id: OrderId) -> None:
    """Refuses NotFound, NotPayable."""
    head = (await order(tx, order_id=order_id)).head
    why = payable(head, await asked(tx, order_id=order_id), at=tx.now)
    if why is not Payable.OPEN:
        raise NotPayable(why=why)


async def pay_by_provider(
    database: Database, providers: Providers, *, order_id: OrderId, handler: str, credential: str, by: Hand, return_url: str = ""
) -> Payment:  # fmt: skip
    """Ask a provider for what is due, or go on with what it was asked. `credential` is its token for what she pays with; none: she
    pays on a page of its own. The payment may be left with an `action`: once that is done, the same call goes on.

    Another token, while something is only waited for from her, is another try: the first is let go. Refuses NotFound, NothingDue,
    Declined, InProgress (asked, and nobody knows yet).
    """
    going_on = await _going_on(database, order_id, handler, credential)
    if not going_on:
        async with database.transaction() as tx:
            _, operation = await paying.ask_provider(
                tx, order_id=order_id, handler=handler, credential=credential, return_url=return_url, hosted=not credential,
                by=by,
            )  # fmt: skip
        going_on = [operation.id]
    found = None
    for operation_id in going_on:
        found = await performing.perform(database, providers, operation_id=operation_id, by=by)
    async with database.transaction() as tx:
        await paying.settle(tx, order_id=order_id, by=by)
        error = await payments.why(tx, payment=found) if found is not None and found.state is State.FAILED else None
    if error is not None:
        raise Declined(handler=handler, error=error)
    if found is None or found.state in GOING_ON:
        raise InProgress()
    if found.state is State.AUTHORIZED:
        await _capture(database, order_id, by)
    return found


async def under_way(tx: Tx, *, order_id: OrderId) -> list[Payment]:
    """What providers were asked for an order and has no end yet, oldest first; not what is being let go."""
    standing = [
        one
        for one in await payments.payments_of(tx, references=[order_id])
        if one.state in (*GOING_ON, State.REQUIRES_ACTION)
    ]
    if not standing:
        return []
    let_go = {
        one.payment_id
        for one in await payments.operations_of(tx, payment_ids=[one.id for one in standing])
        if one.kind is OperationKind.VOID and one.state.open
    }
    return [one for one in standing if one.id not in let_go]


async def _going_on(database: Database, order_id: OrderId, handler: str, credential: str) -> list[OperationId]:
    async with database.read() as tx:
        waiting = [
            one.id
            for one in await under_way(tx, order_id=order_id)
            if one.handler == handler and (one.state in GOING_ON or _same_try(one, credential))
        ]
        return await payments.asked_for(tx, payment_ids=waiting) if waiting else []


def _same_try(one: Payment, credential: str) -> bool:
    return credential in ("", one.details.get("credential"))


async def _capture(database: Database, order_id: OrderId, by: Hand) -> None:
    """What is paid for an order that is placed already is captured at once, unless its goods are still to go out."""
    async with database.transaction() as tx:
        found = await order(tx, order_id=order_id)
        if all(line.agreed == line.fulfilled for line in found.lines):
            await paying.capture_for(tx, head=found.head, by=by)


async def give_up_paying(tx: Tx, *, order_id: OrderId, by: Hand) -> None:
    """She would rather pay otherwise than prove who she is: what was asked is let go. Locks the order, then its payments.

    Refuses NotFound, InProgress.
    """
    await lock(tx, order_id)
    standing = await under_way(tx, order_id=order_id)
    payments.refuse_unknown(standing)
    if standing:
        await payments.void(tx, payment_ids=[one.id for one in standing], by=by, reason="another_way")
