"""Our books beside a provider's, and what is still owed on invoices."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.ledger import api as ledger
from portico.ledger.types import Account, Transfer
from portico.payments import on_account, operating, rules, store
from portico.payments.events import PaymentReceived, PaymentVoided
from portico.payments.ports import PaymentProvider
from portico.payments.types import (
    Event,
    MoreThanOwed,
    NothingDue,
    Operation,
    OperationId,
    OperationKind,
    OperationState,
    Own,
    Payment,
    PaymentId,
    State,
)
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import NotFound

PAGE_MAX = 100


class Sum(msgspec.Struct, frozen=True):
    """So many movements, and what they come to in minor units."""

    count: int = 0
    amount: int = 0


class Books(msgspec.Struct, frozen=True):
    """What came in and what went back in one currency, in our books and in the provider's."""

    currency: str
    our_captured: Sum
    their_captured: Sum
    our_refunded: Sum
    their_refunded: Sum

    @property
    def agree(self) -> bool:
        return self.our_captured == self.their_captured and self.our_refunded == self.their_refunded


class Page(msgspec.Struct, frozen=True):
    """Payments, newest first; `after` names where the next page begins."""

    items: tuple[Payment, ...]
    after: PaymentId | None


async def reconcile(database: Database, provider: PaymentProvider, *, since: datetime, before: datetime) -> list[Books]:
    """What we wrote down of `[since, before)` beside what the provider's books say. Raises Lost or Unreached where it does not
    answer; nothing is written."""
    async with database.read() as tx:
        ours = await tx.all(store.MOVED, handler=provider.code, since=since, before=before)
    theirs = await provider.transactions(since=since, before=before)
    sums: defaultdict[str, dict[str, Sum]] = defaultdict(dict)
    for one in ours:
        sums[one.currency][f"our_{one.kind}"] = Sum(one.count, one.amount)
    for each in theirs:
        kind = "their_captured" if each.amount > 0 else "their_refunded"
        so_far = sums[each.currency].get(kind, Sum())
        sums[each.currency][kind] = Sum(so_far.count + 1, so_far.amount + abs(each.amount))
    kinds = ("our_captured", "their_captured", "our_refunded", "their_refunded")
    return [Books(currency, *(found.get(kind, Sum()) for kind in kinds)) for currency, found in sorted(sums.items())]


async def listed(tx: Tx, *, state: State | None, handler: str | None, after: PaymentId | None, rows_max: int) -> Page:
    """Payments by their state and tender: what is not known yet, what is still owed on invoices, what failed."""
    rows = min(rows_max, PAGE_MAX)
    found = await tx.all(store.LISTED, state=state, handler=handler, after=after, rows_max=rows + 1)
    return Page(tuple(found[:rows]), found[rows - 1].id if len(found) > rows else None)


async def settle_invoice(tx: Tx, *, payment_id: PaymentId, amount: int, reference: str, by: Hand) -> Payment:
    """So much of an invoice has come in, as the bank says. Locks the payment, then ledger accounts.

    Refuses NotFound, NothingDue (no invoice, or paid already), MoreThanOwed.
    """
    found = await tx.all(store.LOCK, ids=[payment_id])
    if not found:
        raise NotFound(what="payment", id=str(payment_id))
    payment = found[0]
    if payment.handler != Own.INVOICE or not payment.authorized:
        raise NothingDue()
    if not 0 < amount <= payment.authorized:
        raise MoreThanOwed(amount=amount, left=payment.authorized, currency=payment.currency)
    state = rules.follow(payment, Event.CAPTURE if amount == payment.authorized else Event.CAPTURE_PART)
    assert state is not None  # an invoice that is owed can be paid
    after = msgspec.structs.replace(
        payment, state=state, authorized=payment.authorized - amount, captured=payment.captured + amount
    )
    operation = Operation(
        OperationId.new(), payment_id, OperationKind.CAPTURE, amount, OperationState.SUCCEEDED, None, "", 0, reference, "",
        by.actor, by.actor_name, tx.now, None, tx.now,
    )  # fmt: skip
    await operating.write(tx, [operation], by=by, reason=reference, cause="")
    await operating.save(tx, after)
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=Account(f"invoices:takings:{payment.currency}", "takings", payment.currency),
                target=Account(f"bank:{payment.currency}", "bank", payment.currency),
                amount=amount, reason="invoice_paid", reference=str(payment.subject), actor=by.actor, occurred_at=tx.now,
            ),
            *on_account.no_longer_owed(payment, amount, reason="invoice_paid", by=by, tx=tx),
        ],
    )  # fmt: skip
    tx.emit(
        [
            PaymentReceived(
                subject=payment.subject, by=by, occurred_at=tx.now, handler=payment.handler, amount=amount,
                currency=payment.currency, payment_id=payment.id,
            )
        ]
    )  # fmt: skip
    return after


async def owe_less(tx: Tx, *, reference: Id, by: int, hand: Hand) -> int:
    """An order has become cheaper: its invoices are owed for so much less, the newest first. How much less it came to.

    Locks the payments, then ledger accounts.
    """
    left, transfers = by, list[Transfer]()
    for one in reversed(await tx.all(store.LOCK_OF, reference=reference)):
        less = min(left, one.authorized) if one.handler == Own.INVOICE else 0
        if not less:
            continue
        left -= less
        transfers += on_account.no_longer_owed(one, less, reason="invoice_less", by=hand, tx=tx)
        await operating.save(tx, _owed_less(one, less))
        if less == one.authorized and not one.captured:
            tx.emit([PaymentVoided(subject=one.subject, by=hand, occurred_at=tx.now, **operating.told(one))])
    await ledger.transfer_all(tx, transfers=transfers)
    return by - left


def _owed_less(payment: Payment, less: int) -> Payment:
    """What is left of an invoice: owed for less, or ended, paid as far as it was."""
    rest = payment.authorized - less
    state = payment.state
    if not rest:
        state = rules.follow(payment, Event.VOID) or State.VOIDED
    return msgspec.structs.replace(payment, authorized=rest, state=state)


def agreeing(books: Sequence[Books]) -> bool:
    return all(one.agree for one in books)
