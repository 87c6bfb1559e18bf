"""Payments as the faces see them."""

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from portico.payments.comparing import Day, Why
from portico.payments.reconciling import Books, Sum
from portico.payments.types import OperationId, PaymentId, Refund
from portico.platform import money


class RefundView(msgspec.Struct, frozen=True):
    """So much goes back to `to`; not `done`: a provider was asked. `card_code` is a new gift card's, told this once."""

    id: OperationId
    payment_id: PaymentId
    to: str
    amount: int
    done: bool
    card_code: str


def refund_views(refunds: Sequence[Refund], *, told: bool = True) -> tuple[RefundView, ...]:
    """`told` False: of what was only tried, no card's code is told."""
    return tuple(
        RefundView(one.id, one.payment_id, one.to, one.amount, one.done, one.card_code if told else "")
        for one in refunds
    )


class BooksView(msgspec.Struct, frozen=True):
    """What came in and went back in one currency: ours, theirs, and whether they agree."""

    currency: str
    exponent: int
    our_captured: Sum
    their_captured: Sum
    our_refunded: Sum
    their_refunded: Sum
    agree: bool


class DifferenceView(msgspec.Struct, frozen=True):
    """A movement on which the books do not agree, and why. `reference`: its order or checkout; `ref`: its name at the provider.

    `ours` and `theirs` are what each has for it, None where it has none.
    """

    why: Why
    refund: bool
    currency: str
    exponent: int
    ours: int | None
    theirs: int | None
    ours_at: datetime | None
    theirs_at: datetime | None
    payment_id: PaymentId | None
    reference: str | None
    ref: str


class DayView(msgspec.Struct, frozen=True):
    """`left_off` differences are not told one by one; `agreeing` movements stand in both books alike."""

    day: date
    books: tuple[BooksView, ...]
    differences: tuple[DifferenceView, ...]
    left_off: int
    agreeing: int
    agree: bool


class ComparedDays(msgspec.Struct, frozen=True):
    """A provider's days beside ours, newest first, as it answered at `asked_at`."""

    provider: str
    zone: str
    asked_at: datetime
    items: tuple[DayView, ...]


def books_view(one: Books) -> BooksView:
    return BooksView(
        one.currency, money.exponent(one.currency), one.our_captured, one.their_captured, one.our_refunded,
        one.their_refunded, one.agree,
    )  # fmt: skip


DIFFERENCES_MAX = 100


def day_view(one: Day) -> DayView:
    shown = tuple(
        DifferenceView(
            each.why, each.refund, each.currency, money.exponent(each.currency), each.ours, each.theirs, each.ours_at,
            each.theirs_at, each.payment_id, str(each.reference) if each.reference else None, each.ref,
        )
        for each in one.differences[:DIFFERENCES_MAX]
    )  # fmt: skip
    books = tuple(books_view(each) for each in one.books)
    return DayView(one.day, books, shown, len(one.differences) - len(shown), one.agreeing, not one.differences)
