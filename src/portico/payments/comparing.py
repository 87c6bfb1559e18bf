"""Our books beside a provider's, movement by movement and day by day: what differs, and why.

The day is that of a zone's clocks. What the provider has on another day than we, or under another sum, is one difference and not
two; what it did at midnight and we learnt of a moment later is looked for a day to either side.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

import msgspec

from portico.payments import comparing_store as store
from portico.payments.comparing_store import Booked, Named
from portico.payments.ports import PaymentProvider
from portico.payments.reconciling import Books, Sum
from portico.payments.types import Lost, OperationKind, OperationState, PaymentId, Transaction, Unreached
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.ids import Id
from portico.platform.refusals import Refused

DAYS_MAX = 31
ROWS_MAX = 20_000
SLACK = timedelta(days=1)


@dataclass(eq=False)
class NoBooks(Refused):
    """The provider does not answer, so that there is nothing to compare with."""

    code, status = "payments.no_books", 409
    final: ClassVar[bool] = False
    provider: str


@dataclass(eq=False)
class TooManyMovements(Refused):
    """More was moved in those days than is compared at once: cut short, what is left off would look like differences."""

    code, status = "payments.too_many_movements", 409
    rows_max: int


class Why(StrEnum):
    """What is the matter with a movement."""

    NOT_THERE = "not_there"  # we wrote it down, and the provider does not know it
    NOT_HERE = "not_here"  # the provider did it to a payment of ours, and we did not ask it to
    STRANGER = "stranger"  # the provider did it, and nobody here knows the payment
    UNDECIDED = "undecided"  # the provider did it; we asked, and have not had the answer yet
    AMOUNT = "amount"  # both have it, with different sums
    OTHER_DAY = "other_day"  # both have it, on different days


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A movement on which the books do not agree. `reference`: the order or checkout that it is for, where that is known."""

    why: Why
    refund: bool
    currency: str
    ours: int | None
    theirs: int | None
    ours_at: datetime | None
    theirs_at: datetime | None
    payment_id: PaymentId | None
    reference: Id | None
    ref: str


class Day(msgspec.Struct, frozen=True):
    """A day of both books: the sums by currency, what differs, and how many movements agree."""

    day: date
    books: tuple[Books, ...]
    differences: tuple[Difference, ...]
    agreeing: int


Pair = tuple[Booked | None, Transaction | None]


def pairs(ours: Sequence[Booked], theirs: Sequence[Transaction]) -> list[Pair]:
    """Each movement of ours with the provider's for it, and those that stand alone. What is open and was not done is none yet."""
    waiting: defaultdict[tuple[bool, str], list[Transaction]] = defaultdict(list)
    for each in sorted(theirs, key=lambda one: one.occurred_at):
        waiting[each.amount < 0, each.ref].append(each)
    found: list[Pair] = []
    for mine in ours:
        same = waiting.get((mine.kind is OperationKind.REFUND, mine.ref or ""), [])
        # Of several refunds with one name the one of the same sum, if there is one.
        other = next((one for one in same if abs(one.amount) == mine.amount), same[0] if same else None)
        if other is not None:
            same.remove(other)
        if other is not None or mine.state is OperationState.SUCCEEDED:
            found.append((mine, other))
    return [*found, *((None, one) for same in waiting.values() for one in same)]


def why(pair: Pair, *, known: bool, zone: ZoneInfo) -> Why | None:
    """What is the matter with a pair; None: the books agree. `known`: the payment is one of ours."""
    mine, other = pair
    if other is None:
        return Why.NOT_THERE
    if mine is None:
        return Why.NOT_HERE if known else Why.STRANGER
    if mine.state is not OperationState.SUCCEEDED:
        return Why.UNDECIDED
    if mine.amount != abs(other.amount) or mine.currency != other.currency:
        return Why.AMOUNT
    return None if _day(mine.at, zone) == _day(other.occurred_at, zone) else Why.OTHER_DAY


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()


def by_day(found: Iterable[Pair], *, named: dict[str, Named], first: date, days: int, zone: ZoneInfo) -> list[Day]:
    """The days of `[first, first + days)`, newest first. A difference stands on every day that it makes differ."""
    wanted = {first + timedelta(days=i) for i in range(days)}
    sums: defaultdict[date, dict[str, dict[str, Sum]]] = defaultdict(lambda: defaultdict(dict))
    differences: defaultdict[date, list[Difference]] = defaultdict(list)
    agreeing: defaultdict[date, int] = defaultdict(int)

    def add(day: date, currency: str, kind: str, amount: int) -> None:
        so_far = sums[day][currency].get(kind, Sum())
        sums[day][currency][kind] = Sum(so_far.count + 1, so_far.amount + amount)

    for pair in found:
        mine, other = pair
        refund = mine.kind is OperationKind.REFUND if mine else bool(other and other.amount < 0)
        kind = "refunded" if refund else "captured"
        on = set()
        if mine and mine.state is OperationState.SUCCEEDED:
            add(_day(mine.at, zone), mine.currency, f"our_{kind}", mine.amount)
            on.add(_day(mine.at, zone))
        if other:
            add(_day(other.occurred_at, zone), other.currency, f"their_{kind}", abs(other.amount))
            on.add(_day(other.occurred_at, zone))
        payment = named.get(other.payment_ref) if other and not mine else None
        reason = why(pair, known=payment is not None, zone=zone)
        for day in on:
            if reason is None:
                agreeing[day] += 1
            else:
                differences[day].append(_difference(reason, pair, payment, refund=refund))
    kinds = ("our_captured", "their_captured", "our_refunded", "their_refunded")
    return [
        Day(
            day,
            tuple(
                Books(currency, *(of.get(kind, Sum()) for kind in kinds)) for currency, of in sorted(sums[day].items())
            ),
            tuple(differences[day]),
            agreeing[day],
        )
        for day in sorted(wanted, reverse=True)
    ]


def _difference(reason: Why, pair: Pair, payment: Named | None, *, refund: bool) -> Difference:
    mine, other = pair
    known = mine or payment
    currency = mine.currency if mine else other.currency if other else ""
    return Difference(
        why=reason, refund=refund, currency=currency, ours=mine.amount if mine else None,
        theirs=abs(other.amount) if other else None, ours_at=mine.at if mine else None,
        theirs_at=other.occurred_at if other else None,
        payment_id=mine.payment_id if mine else payment.id if payment else None,
        reference=Id.kinds[known.reference_kind](known.reference.bytes) if known else None,
        ref=other.ref if other else (mine.ref or "") if mine else "",
    )  # fmt: skip


async def booked(tx: Tx, *, handler: str, since: datetime, before: datetime) -> list[Booked]:
    """What a provider was asked to move in `[since, before)`, and did or may have done; oldest first. Refuses TooManyMovements."""
    found = await tx.all(store.BOOKED, handler=handler, since=since, before=before, rows_max=ROWS_MAX + 1)
    if len(found) > ROWS_MAX:
        raise TooManyMovements(rows_max=ROWS_MAX)
    return found


async def compare(database: Database, provider: PaymentProvider, *, first: date, days: int, zone: str) -> list[Day]:
    """Both books, day by day, newest first; `days` of them from `first` on, as clocks of `zone` tell them.

    The provider is asked outside of any transaction, and nothing is written. Refuses NoBooks where it does not answer, and
    TooManyMovements.
    """
    since = clock.at_local(first, time(), zone) - SLACK
    before = clock.at_local(first + timedelta(days=days), time(), zone) + SLACK
    try:
        theirs = await provider.transactions(since=since, before=before)
    except (Lost, Unreached) as silent:
        raise NoBooks(provider=provider.code) from silent
    async with database.read() as tx:
        ours = await booked(tx, handler=provider.code, since=since, before=before)
        refs = sorted({one.payment_ref for one in theirs if one.payment_ref})
        named = {one.ref: one for one in await tx.all(store.NAMED, handler=provider.code, refs=refs)}
    return by_day(pairs(ours, theirs), named=named, first=first, days=days, zone=ZoneInfo(zone))
