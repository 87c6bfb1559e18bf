"""Giving money back: to the tenders it came from, never more than they brought."""

from collections.abc import Sequence

import msgspec

from portico.business.types import MarketId
from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Account, Transfer
from portico.loyalty import api as loyalty
from portico.loyalty.types import POINTS, NewCard
from portico.payments import operating, rules, store, taking
from portico.payments.events import PaymentRefunded
from portico.payments.types import (
    Event,
    MoreThanPaid,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    Own,
    Payment,
    PolicyChanged,
    Refund,
    RefundPolicy,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id


async def refund(
    tx: Tx, *, reference: Id, amount: int, market_id: MarketId, customer_id: CustomerId | None, reason: str, cause: str,
    by: Hand, instead: Own | None = None,
) -> list[Refund]:  # fmt: skip
    """Give `amount` of what was paid for `reference` back, shared among its tenders as the market's policy says.

    Our own tenders have it at once; a provider's is asked for, and counted as going back until it says so. Cash goes back from
    the drawer of the till of whoever gives it; where there is none, and with `instead`, it becomes store credit of the customer,
    or a gift card where nobody is known. Locks the payments, then ledger accounts. Refuses MoreThanPaid, BelowMinimum (the
    drawer does not hold that much).
    """
    payments = await tx.all(store.LOCK_OF, reference=reference)
    left = sum(one.left for one in payments)
    if not 0 < amount <= left:
        currency = payments[0].currency if payments else ""
        raise MoreThanPaid(amount=amount, left=left, currency=currency)
    found = await tx.maybe(store.POLICIES, market_ids=[market_id])
    parts = rules.share_refund(payments, amount, policy=found or RefundPolicy(market_id))
    refunds = []
    for payment, part in parts:
        to = _to(payment, customer_id, by, instead)
        if to == payment.handler and not payment.own:
            refunds.append(await _ask_back(tx, payment, part, reason, cause, by))
        else:
            refunds.append(await _give_back(tx, payment, part, to, customer_id, reason, cause, by))
    return refunds


def _to(payment: Payment, customer_id: CustomerId | None, by: Hand, instead: Own | None) -> str:
    """Where a part goes: to its own tender where that can take it from here."""
    if instead in (Own.STORE_CREDIT, Own.GIFT_CARD):
        return Own.STORE_CREDIT if instead is Own.STORE_CREDIT and customer_id else Own.GIFT_CARD
    if payment.handler in (Own.CASH, Own.TERMINAL) and by.till_id is None:
        return Own.STORE_CREDIT if customer_id else Own.GIFT_CARD
    return payment.handler


async def _ask_back(tx: Tx, payment: Payment, part: int, reason: str, cause: str, by: Hand) -> Refund:
    (operation,) = await operating.request(
        tx, payments=[(payment, part)], kind=OperationKind.REFUND, by=by, reason=reason, cause=cause
    )
    await operating.save(tx, msgspec.structs.replace(payment, refunding=payment.refunding + part))
    return Refund(operation.id, payment.id, payment.handler, payment.handler, part, done=False)


async def _give_back(
    tx: Tx, payment: Payment, part: int, to: str, customer_id: CustomerId | None, reason: str, cause: str, by: Hand
) -> Refund:
    """What we hold ourselves goes back in this transaction."""
    operation = Operation(
        OperationId.new(), payment.id, OperationKind.REFUND, part, OperationState.SUCCEEDED, None, "", 0, reason, cause,
        by.actor, by.actor_name, tx.now, None, tx.now,
    )  # fmt: skip
    await operating.write(tx, [operation], by=by, reason=reason, cause=cause)
    code = ""
    if to == Own.POINTS and payment.from_account and payment.to_account:
        await loyalty.give_back(
            tx, reference=payment.id, about=str(payment.subject), points=part * payment.units_per_minor,
            source=Account(payment.to_account, "redeemed", POINTS), customer_id=_holder(payment.from_account),
            reason=f"{payment.handler}_refund", by=by,
        )  # fmt: skip
    elif to == payment.handler:
        await ledger.transfer_all(tx, transfers=_back(payment, part, by, tx))
    elif to == Own.STORE_CREDIT and customer_id:
        await loyalty.grant_credit(
            tx, customer_id=customer_id, amount=part, currency=payment.currency, reason="refund",
            reference=str(payment.subject), by=by,
        )  # fmt: skip
    else:
        (issued,) = await loyalty.issue(
            tx, cards=[NewCard(amount=part, currency=payment.currency, customer_id=customer_id)], by=by
        )
        code = issued.code
    refunded = payment.refunded + part
    event = Event.REFUND if refunded == payment.captured else Event.REFUND_PART
    state = rules.follow(payment, event)
    if state is None:
        raise RuntimeError(f"{payment.id} is {payment.state}: nothing goes back")
    await operating.save(tx, msgspec.structs.replace(payment, state=state, refunded=refunded))
    tx.emit(
        [
            PaymentRefunded(
                subject=payment.subject, by=by, occurred_at=tx.now, customer_id=customer_id, payment_id=payment.id,
                handler=to, amount=part, currency=payment.currency, reason=reason,
            )
        ]
    )  # fmt: skip
    return Refund(operation.id, payment.id, payment.handler, to, part, done=True, card_code=code)


def _holder(account: str) -> CustomerId:
    """Whose points an account holds."""
    return CustomerId.parse(account.partition(":")[2])


def _back(payment: Payment, part: int, by: Hand, tx: Tx) -> Sequence[Transfer]:
    """The way it came; cash and a terminal's slips out of the till where it is given back, wherever it was taken."""
    currency = payment.currency
    match payment.handler:
        case Own.CASH:
            source, target = taking.drawer(by.till_id, currency), taking.takings(by.till_id, currency)
        case Own.TERMINAL:
            source, target = taking.terminal(by.till_id, currency), taking.takings(by.till_id, currency)
        case Own.INVOICE:  # it came through a bank, and goes back so
            return ()
        case _ if payment.from_account and payment.to_account and payment.unit:
            minimum = 0 if payment.handler in (Own.GIFT_CARD, Own.STORE_CREDIT) else None
            source = Account(payment.to_account, "redeemed", payment.unit)
            target = Account(payment.from_account, payment.handler, payment.unit, minimum=minimum)
        case _:
            return ()
    return (
        Transfer(
            source=source, target=target, amount=part * payment.units_per_minor, reason=f"{payment.handler}_refund",
            reference=str(payment.subject), actor=by.actor, occurred_at=tx.now,
        ),
    )  # fmt: skip


async def policy(tx: Tx, *, market_id: MarketId) -> RefundPolicy:
    return await tx.maybe(store.POLICIES, market_ids=[market_id]) or RefundPolicy(market_id)


async def policies(tx: Tx, *, market_ids: Sequence[MarketId]) -> dict[MarketId, RefundPolicy]:
    """That of each market: the one it set, or in proportion."""
    set_ = {one.market_id: one for one in await tx.all(store.POLICIES, market_ids=list(market_ids))}
    return {id: set_.get(id) or RefundPolicy(id) for id in market_ids}


async def put_policy(tx: Tx, *, policy: RefundPolicy, expected: int | None = None) -> RefundPolicy:
    """Set a market's. `expected` is the version it was made from; without it nobody else's change matters. Refuses PolicyChanged."""
    version = await tx.maybe(
        store.PUT_POLICY,
        market_id=policy.market_id,
        mode=policy.mode,
        handlers=list(policy.handlers),
        expected=expected,
    )
    if version is None or (expected is not None and version != expected + 1):
        kept = await tx.maybe(store.POLICIES, market_ids=[policy.market_id])
        raise PolicyChanged(version=kept.version if version is None and kept else 0)
    return msgspec.structs.replace(policy, version=version)


async def shared(
    tx: Tx, *, reference: Id, amount: int | None, policies: Sequence[RefundPolicy]
) -> list[list[tuple[Payment, int]]]:
    """How `amount` of what was paid for `reference`, or all of it, would be shared under each of these: every payment of which
    something is left with its part, 0 among them. Nothing is changed. Refuses MoreThanPaid."""
    able = [one for one in await tx.all(store.OF, references=[reference]) if one.left > 0]
    left = sum(one.left for one in able)
    wanted = left if amount is None else amount
    if not 0 < wanted <= left:
        raise MoreThanPaid(amount=wanted, left=left, currency=able[0].currency if able else "")
    parts = [{one.id: part for one, part in rules.share_refund(able, wanted, policy=each)} for each in policies]
    return [[(one, each.get(one.id, 0)) for one in able] for each in parts]
