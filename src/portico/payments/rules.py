"""Pure decisions about money: what follows what, who pays how much, and to whom it goes back."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.payments.types import (
    CardNumber,
    Event,
    NotEnough,
    OperationState,
    Own,
    Payment,
    RefundMode,
    RefundPolicy,
    State,
    TooMuch,
)
from portico.platform import money
from portico.platform.refusals import Refused

S, E, Op = State, Event, OperationState

FOLLOWS: dict[tuple[State, Event], State] = {
    (S.PENDING, E.ASK_ACTION): S.REQUIRES_ACTION,
    (S.PENDING, E.AUTHORIZE): S.AUTHORIZED,
    (S.PENDING, E.CAPTURE): S.CAPTURED,
    (S.PENDING, E.DECLINE): S.FAILED,
    (S.PENDING, E.LOSE): S.UNKNOWN,
    (S.PENDING, E.VOID): S.VOIDED,
    (S.UNKNOWN, E.ASK_ACTION): S.REQUIRES_ACTION,
    (S.UNKNOWN, E.AUTHORIZE): S.AUTHORIZED,
    (S.UNKNOWN, E.CAPTURE): S.CAPTURED,
    (S.UNKNOWN, E.DECLINE): S.FAILED,
    (S.UNKNOWN, E.LOSE): S.UNKNOWN,
    (S.UNKNOWN, E.VOID): S.VOIDED,
    (S.REQUIRES_ACTION, E.ASK_ACTION): S.REQUIRES_ACTION,
    (S.REQUIRES_ACTION, E.AUTHORIZE): S.AUTHORIZED,
    (S.REQUIRES_ACTION, E.CAPTURE): S.CAPTURED,
    (S.REQUIRES_ACTION, E.DECLINE): S.FAILED,
    (S.REQUIRES_ACTION, E.VOID): S.VOIDED,
    (S.AUTHORIZED, E.AUTHORIZE): S.AUTHORIZED,
    (S.AUTHORIZED, E.CAPTURE_PART): S.PARTLY_CAPTURED,
    (S.AUTHORIZED, E.CAPTURE): S.CAPTURED,
    (S.AUTHORIZED, E.DECLINE): S.FAILED,  # what was held has lapsed
    (S.AUTHORIZED, E.VOID): S.VOIDED,
    (S.PARTLY_CAPTURED, E.CAPTURE_PART): S.PARTLY_CAPTURED,
    (S.PARTLY_CAPTURED, E.CAPTURE): S.CAPTURED,
    (S.PARTLY_CAPTURED, E.VOID): S.CAPTURED,  # the rest is let go
    (S.PARTLY_CAPTURED, E.REFUND_PART): S.PARTLY_CAPTURED,
    (S.PARTLY_CAPTURED, E.REFUND): S.PARTLY_CAPTURED,
    (S.CAPTURED, E.REFUND_PART): S.PARTLY_REFUNDED,
    (S.CAPTURED, E.REFUND): S.REFUNDED,
    (S.PARTLY_REFUNDED, E.REFUND_PART): S.PARTLY_REFUNDED,
    (S.PARTLY_REFUNDED, E.REFUND): S.REFUNDED,
}
FINAL = frozenset({S.REFUNDED, S.VOIDED, S.FAILED})

# What is asked of a provider goes this way; `sent` and not answered is unknown until somebody has asked.
OPERATION_FOLLOWS: dict[OperationState, frozenset[OperationState]] = {
    Op.REQUESTED: frozenset({Op.SENT, Op.SUCCEEDED, Op.FAILED}),
    Op.SENT: frozenset({Op.REQUESTED, Op.UNKNOWN, Op.ACTION, Op.SUCCEEDED, Op.FAILED}),
    Op.UNKNOWN: frozenset({Op.SENT, Op.REQUESTED, Op.ACTION, Op.SUCCEEDED, Op.FAILED}),
    Op.ACTION: frozenset({Op.SENT, Op.SUCCEEDED, Op.FAILED}),
    Op.SUCCEEDED: frozenset(),
    Op.FAILED: frozenset(),
}

# Those whose amount is open pay in this order: what is only good here first, what has change last.
PRIORITY: dict[str, int] = {
    Own.POINTS: 0, Own.GIFT_CARD: 1, Own.STORE_CREDIT: 2, Own.TERMINAL: 4, Own.CASH: 5, Own.INVOICE: 6,
}  # fmt: skip
PROVIDER_PRIORITY = 3
TENDERS_MAX = 20


class Offer(msgspec.Struct, frozen=True):
    """What a tender could give: `amount` exactly, or, where that is open, up to `most`."""

    handler: str
    amount: int | None
    most: int


def share(due: int, offers: Sequence[Offer], *, currency: str) -> list[int] | Refused:
    """How much each pays of what is due: those of a fixed amount that, the others as far as they reach, in their order.

    Refuses NotEnough, TooMuch. Cash beyond its share is change, and no business of this.
    """
    fixed = sum(one.amount for one in offers if one.amount is not None)
    shares = [one.amount or 0 for one in offers]
    short = [one for one in offers if one.amount is not None and one.amount > one.most]
    if fixed > due:
        return TooMuch(due=due, tendered=fixed, currency=currency)
    rest = due - fixed
    opens = [i for i, one in enumerate(offers) if one.amount is None]
    for i in sorted(opens, key=lambda i: (PRIORITY.get(offers[i].handler, PROVIDER_PRIORITY), i)):
        shares[i] = min(rest, max(0, offers[i].most))
        rest -= shares[i]
    if rest or short:
        lacking = sum((one.amount or 0) - max(0, one.most) for one in short)
        return NotEnough(due=due, tendered=due - rest - lacking, currency=currency)
    return shares


def follow(payment: Payment, event: Event) -> State | None:
    """Where a payment goes from here; None where that cannot happen to it."""
    return FOLLOWS.get((payment.state, event))


def share_refund(payments: Sequence[Payment], amount: int, *, policy: RefundPolicy) -> list[tuple[Payment, int]]:
    """To which payments how much goes back; no payment gets more than it brought and has not got back.

    `amount` must not be more than is left of all of them. In proportion: to what is left of each, to the last unit; in order:
    handler after handler as the policy names them, of one handler the newest first.
    """
    able = [one for one in payments if one.left > 0]
    if policy.mode is RefundMode.IN_PROPORTION:
        shares = money.split(amount, weights=[one.left for one in able])
        return [(one, part) for one, part in zip(able, shares, strict=True) if part]
    places: Mapping[str, int] = {handler: i for i, handler in enumerate(policy.handlers)}
    able.sort(key=lambda one: (places.get(one.handler, len(places)), -one.id.uuid.int))
    parts: list[tuple[Payment, int]] = []
    for one in able:
        part = min(amount, one.left)
        if part:
            parts.append((one, part))
        amount -= part
    return parts


def refuse_card_numbers(*texts: str) -> None:
    """Refuses CardNumber where a text holds one: 13 to 19 digits, however they are grouped, that pass the check of Luhn."""
    for text in texts:
        digits = "".join(letter for letter in text if letter.isdigit())
        plain = all(letter.isdigit() or letter in " -." for letter in text.strip())
        if plain and 13 <= len(digits) <= 19 and _luhn(digits):
            raise CardNumber()


def _luhn(digits: str) -> bool:
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if i % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
