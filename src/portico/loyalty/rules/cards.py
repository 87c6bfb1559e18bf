"""How long a gift card is good, and what is owed by month."""

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from portico.ledger.types import Flow
from portico.loyalty.types import CardKind, CardMonth, Liability, LiabilityLine

# What the law of a country leaves a card at the least, in months; NEVER: it may not lapse. A retailer's own policy may say more.
NEVER = 0
MONTHS_MIN: dict[str, int] = {"US": 60, "IE": 60, "AU": 36, "DE": 36, "CA": NEVER}
MONTHS_MAX = 1200
AGES = ((3, "0-3"), (12, "3-12"), (24, "12-24"))  # months a card is old, and how that is called
OLDEST = "24+"


def months_min(country: str) -> int | None:
    """What the law of a country leaves a card at the least; NEVER: it may not lapse; None: it says nothing."""
    return MONTHS_MIN.get(country)


def may_lapse_after(country: str, months: int | None) -> bool:
    least = months_min(country)
    if months is None:
        return True
    return least != NEVER and (least or 1) <= months <= MONTHS_MAX


def lapses_at(sold_at: datetime, months: int | None) -> datetime | None:
    """So many months later, on the same day of the month or its last."""
    if months is None:
        return None
    count = sold_at.month - 1 + months
    year, month = sold_at.year + count // 12, count % 12 + 1
    day = min(sold_at.day, calendar.monthrange(year, month)[1])
    return sold_at.replace(year=year, month=month, day=day)


def age(month: date, *, at: date) -> str:
    months = (at.year - month.year) * 12 + at.month - month.month
    return next((name for most, name in AGES if months < most), OLDEST)


def liability(
    months: Mapping[str, CardMonth], flows: Sequence[Flow], *, at: date, ever: Mapping[tuple[CardKind, str], int]
) -> Liability:
    """What is owed: each account's flows, added up by when its card was sold. `ever` is what was issued, by the accounts that it came from."""
    lines: defaultdict[tuple[CardKind, str, date], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for one in flows:
        card = months[one.account]
        sums = lines[card.kind, one.unit, card.month]
        match one.reason:
            case "issue":
                sums[0] += one.came
            case "expired":
                sums[2] += one.went
            case "void":
                sums[3] += one.went
            case _:  # spent, less what was given back
                sums[1] += one.went - one.came
    cards: defaultdict[tuple[CardKind, str, date], int] = defaultdict(int)
    units = {one.account: one.unit for one in flows}
    for account, card in months.items():
        if account in units:
            cards[card.kind, units[account], card.month] += 1
    found = tuple(
        LiabilityLine(
            kind, currency, month, age(month, at=at), cards[kind, currency, month], issued, redeemed, expired, voided,
            issued - redeemed - expired - voided,
        )
        for (kind, currency, month), (issued, redeemed, expired, voided) in sorted(lines.items())
    )  # fmt: skip
    added: defaultdict[tuple[CardKind, str], int] = defaultdict(int)
    for line in found:
        added[line.kind, line.currency] += line.issued
    apart = {key: ever.get(key, 0) - added.get(key, 0) for key in ever.keys() | added.keys()}
    return Liability(found, sum(abs(one) for one in apart.values()))
