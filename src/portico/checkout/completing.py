"""Completing with a provider outside: a short saga around the one transaction that places the order.

Hold the goods and write down what is asked (one transaction), ask each provider (none), then place the order with what they hold (one
transaction), or let all of it go. Between the steps lies a recovery point, `Progress`: whoever comes next, the buyer who tries
again or a worker, goes on from there. No order is seen before it is paid, and nothing outside is called inside a transaction.
"""

from datetime import datetime, timedelta

import msgspec
import structlog

from portico.business import api as business
from portico.business.api import Directory
from portico.carts import api as carts
from portico.checkout import api, ordering, rules, store
from portico.checkout.standing import announce, choices_of, closed, of_cart, with_buyers
from portico.checkout.types import (
    Busy,
    CheckoutId,
    Complete,
    Completed,
    Head,
    Incomplete,
    Progress,
    State,
)
from portico.orders import api as orders
from portico.orders.types import Order
from portico.payments import api as payments
from portico.payments import performing
from portico.payments.ports import Providers
from portico.payments.types import (
    Declined,
    NothingDue,
    PayAsk,
    Payment,
    PaymentId,
    Tender,
    UnknownHandler,
    is_own,
)
from portico.payments.types import State as PaymentState
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound, Refused

log = structlog.get_logger()

STALE = timedelta(seconds=25)  # longer than a provider is given to answer
PROVING = timedelta(hours=1)  # how long a buyer may take to prove who she is
AT_ONCE = 20

HELD = (PaymentState.AUTHORIZED, PaymentState.CAPTURED)
ENDED = (PaymentState.FAILED, PaymentState.VOIDED)


class Proof(msgspec.Struct, frozen=True):
    """The buyer has still to prove who she is, or to pay on the provider's page, before it can be completed."""

    checkout_id: CheckoutId
    payments: tuple[Payment, ...]


def with_provider(tenders: tuple[Tender, ...]) -> bool:
    """Whether somebody outside is to be asked."""
    return any(not is_own(one.handler) for one in tenders)


async def complete(
    database: Database, providers: Providers, *, ask: Complete, directory: Directory, return_url: str
) -> Order | Proof:
    """Complete a checkout whose tenders name a provider, or go on with what was begun.

    Refuses what `api.complete` refuses, and UnknownHandler, CardNumber, Declined, InProgress (asked, and nobody knows yet).
    """
    async with database.transaction() as tx:
        await _begin(tx, ask, providers, directory, return_url)
    return await go_on(database, providers, checkout_id=ask.checkout_id, by=ask.by)


async def _begin(tx: Tx, ask: Complete, providers: Providers, directory: Directory, return_url: str) -> None:
    """Hold the goods and write down what is to be asked. What was begun already stays as it is."""
    head = await tx.maybe(store.LOCK_ONE, id=ask.checkout_id)
    if head is None:
        raise NotFound(what="checkout", id=str(ask.checkout_id))
    if head.progress is not None:
        return
    if refused := closed(head, tx):
        raise refused
    (cart,) = await carts.lock(tx, ids=[head.cart_id])
    choices = {head.id: (await choices_of(tx, [head.id]))[head.id]}
    head = (await with_buyers(tx, {head.id: head}, {cart.head.id: cart}))[head.id]
    place = ordering.to_place(ask, head, {cart.head.id: cart}, choices, tx)
    if isinstance(place, Refused):
        raise place
    total, currency = await orders.quote(tx, ask=place, directory=directory)
    if not total:
        raise NothingDue()
    pay = PayAsk(
        reference=head.id, due=total, currency=currency, market_id=head.market_id, customer_id=head.customer_id,
        tenders=ask.tenders, by=ask.by, occurred_at=tx.now,
    )  # fmt: skip
    shares = await payments.shares(tx, ask=pay)
    if messages := await api.hold_choices(tx, head, cart, of_cart(choices[head.id], cart), ask.by):
        raise Incomplete(messages=messages)
    tenders = []
    for one, share in shares:
        if not share:
            continue
        payment_id = None
        if not is_own(one.handler):
            if providers.get(one.handler) is None:
                raise UnknownHandler(handler=one.handler)
            payment, _ = await payments.open_payment(
                tx, reference=head.id, handler=one.handler, amount=share, currency=currency, credential=one.credential,
                by=ask.by, return_url=return_url,
            )  # fmt: skip
            payment_id = payment.id
        kept = await payments.unspoken(tx, tender=one)
        tenders.append(msgspec.structs.replace(kept, amount=share, payment_id=payment_id))
    progress = Progress(tenders=tuple(tenders), total=total, language=ask.language, by=ask.by, begun_at=tx.now)
    await _save(tx, head, State.COMPLETE_IN_PROGRESS, progress, ask.by)


async def _save(tx: Tx, head: Head, state: State, progress: Progress | None, by: Hand) -> None:
    text = None if progress is None else msgspec.json.encode(progress, enc_hook=encode_hook).decode()
    await tx.run(store.PROGRESS, id=head.id, state=state, progress=text, now=tx.now, expires_at=tx.now + api.HOLD_LASTS)
    announce(tx, msgspec.structs.replace(head, state=state, version=head.version + 1), by)


async def go_on(database: Database, providers: Providers, *, checkout_id: CheckoutId, by: Hand) -> Order | Proof:
    """Go on from where it stands: ask what was not asked, ask again what was not answered, then place the order or let all go."""
    async with database.read() as tx:
        head = await tx.one(store.FIND, ids=[checkout_id])
        if head.state is State.COMPLETED and head.order_id:
            return await orders.order(tx, order_id=head.order_id)
        if head.progress is None:
            raise closed(head, tx) or Busy()
        asked = await payments.asked_for(tx, payment_ids=head.progress.payment_ids)
    for operation_id in asked:
        await performing.perform(database, providers, operation_id=operation_id, by=by)
    async with database.read() as tx:
        standing = await payments.payments(tx, ids=head.progress.payment_ids)
    if lost := next((one for one in standing if one.state in ENDED), None):
        await _let_go(database, checkout_id, by, reason="declined")
        raise Declined(handler=lost.handler, error=await _why(database, lost.id))
    payments.refuse_unknown(standing)
    if any(one.state is PaymentState.REQUIRES_ACTION for one in standing):
        return await _ask_proof(database, checkout_id, tuple(standing), by)
    return await _place(database, checkout_id, head.progress)


async def _ask_proof(database: Database, checkout_id: CheckoutId, standing: tuple[Payment, ...], by: Hand) -> Proof:
    async with database.transaction() as tx:
        head = await tx.one(store.LOCK_ONE, id=checkout_id)
        if head.progress is not None and head.state is State.COMPLETE_IN_PROGRESS:
            await _save(tx, head, State.REQUIRES_ESCALATION, head.progress, by)
    return Proof(checkout_id, standing)


async def _place(database: Database, checkout_id: CheckoutId, progress: Progress) -> Order:
    """Place the order with what is held; if it cannot be placed after all, all that is held is let go."""
    ask = Complete(
        checkout_id=checkout_id, by=progress.by, language=progress.language, tenders=progress.tenders,
        expected_total=progress.total, resumes=True,
    )  # fmt: skip
    try:
        async with database.transaction() as tx:
            (answer,) = await ordering.complete(tx, asks=[ask], directory=await business.directory(tx))
            if isinstance(answer, Refused):
                raise answer
            return answer
    except Completed as before:  # somebody else went on with it, and was faster
        if before.order_id is None:
            raise
        async with database.read() as tx:
            return await orders.order(tx, order_id=before.order_id)
    except Refused:
        await _let_go(database, checkout_id, progress.by, reason="not_placed")
        raise


async def _let_go(database: Database, checkout_id: CheckoutId, by: Hand, *, reason: str) -> None:
    async with database.transaction() as tx:
        head = await tx.one(store.LOCK_ONE, id=checkout_id)
        if head.progress is not None:
            await _undo(tx, head, head.progress, by, reason=reason)


async def _undo(tx: Tx, head: Head, progress: Progress, by: Hand, *, reason: str) -> None:
    """Let go what providers hold for it, and have the checkout as it was before: open, its goods held a while longer."""
    await payments.void(tx, payment_ids=progress.payment_ids, by=by, reason=reason)
    cart = await carts.cart(tx, cart_id=head.cart_id)
    choices = of_cart((await choices_of(tx, [head.id]))[head.id], cart)
    lacking = rules.judge(head, lines=cart.lines, choices=choices)
    await _save(tx, head, State.INCOMPLETE if lacking else State.READY_FOR_COMPLETE, None, by)


async def under_way(tx: Tx, *, checkout_id: CheckoutId) -> tuple[Payment, ...] | None:
    """What providers were asked for a checkout that is being completed; None where nobody is asked. Refuses NotFound."""
    head = await tx.maybe(store.FIND, ids=[checkout_id])
    if head is None:
        raise NotFound(what="checkout", id=str(checkout_id))
    return tuple(await payments.payments(tx, ids=head.progress.payment_ids)) if head.progress else None


async def give_up(database: Database, *, checkout_id: CheckoutId, by: Hand) -> None:
    """She would rather pay in another way than prove who she is: what was asked is let go, and the checkout is open again with
    its goods still held. Nothing, where nothing is under way.

    Locks the checkout, then its payments. Refuses InProgress: what was sent and not answered has to be known first.
    """
    async with database.transaction() as tx:
        head = await tx.one(store.LOCK_ONE, id=checkout_id)
        if head.progress is None:
            return
        payments.refuse_unknown(await payments.payments(tx, ids=head.progress.payment_ids))
        await _undo(tx, head, head.progress, by, reason="another_way")


async def _why(database: Database, payment_id: PaymentId) -> str:
    async with database.read() as tx:
        return next((one.error for one in await payments.operations_of(tx, payment_ids=[payment_id]) if one.error), "")


async def resume(database: Database, providers: Providers, *, by: Hand, now: datetime | None = None) -> int:
    """Go on with checkouts that nobody has ended. How many were looked at."""
    now = now or clock.now()
    async with database.transaction() as tx:
        heads = await tx.all(store.UNDER_WAY, stale=now - STALE, rows_max=AT_ONCE)
        await tx.run(store.TOUCH, ids=[one.id for one in heads], now=now)
    for head in heads:
        begun_at = head.progress.begun_at if head.progress else now
        try:
            found = await go_on(database, providers, checkout_id=head.id, by=by)
            if isinstance(found, Proof) and now - begun_at > PROVING:
                await _let_go(database, head.id, by, reason="not_proven")
        except Refused as refused:
            log.info("checkout_not_completed", checkout=str(head.id), why=refused.code)
    return len(heads)
