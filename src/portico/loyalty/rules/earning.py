"""What a purchase earns, by the terms that count for it. Rules add up; each rounds down once, over what it is for."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.loyalty.types import (
    Confirmed,
    EarnedBy,
    EarnRule,
    Earns,
    Purchase,
    PurchaseLine,
    RuleCost,
    Terms,
    Tier,
    TierProgress,
    TriedTerms,
)
from portico.platform import i18n

Categories = Mapping[VariantId, frozenset[str]]
MOST_MAX = 20  # customers that a dry run names


class Wanted(msgspec.Struct, frozen=True):
    """What a rule comes to for a line, an order or an occasion. `met`: what the points wait for has happened."""

    customer_id: CustomerId
    reference: str
    rule: str
    points: int
    met: bool


def applies(rule: EarnRule, purchase: Purchase) -> bool:
    return (
        (not rule.channels or purchase.channel in rule.channels)
        and (rule.starts_at is None or rule.starts_at <= purchase.placed_at)
        and (rule.ends_before is None or purchase.placed_at < rule.ends_before)
        and purchase.kept >= rule.spend_min
        and purchase.kept > 0
    )


def wanted(
    terms: Terms, purchase: Purchase, *, tier: str, categories: Categories, programme: str,
    referred_by: CustomerId | None = None,
) -> list[Wanted]:  # fmt: skip
    """All that is earned by an order as it now stands, lines of nothing left out."""
    found: list[Wanted] = []
    for rule in terms.earn:
        if not applies(rule, purchase):
            continue
        lines = [one for one in purchase.lines if _in(rule, one, categories)]
        match rule.earns:
            case Earns.SPEND:
                found += _by_spend(terms, rule, purchase, lines, tier)
            case Earns.ORDER if any(one.gross for one in lines):
                found.append(_once(terms, rule, purchase, str(purchase.order_id)))
            case Earns.FIRST_ON_CHANNEL if any(one.gross for one in lines):
                reference = f"{programme}:{purchase.customer_id}:{purchase.channel}"
                found.append(_once(terms, rule, purchase, reference))
            case Earns.FRIEND if referred_by:
                found.append(_once(terms, rule, purchase, f"{programme}:{purchase.customer_id}"))
            case Earns.REFERRER if referred_by:
                one = _once(terms, rule, purchase, f"{programme}:{purchase.customer_id}")
                found.append(msgspec.structs.replace(one, customer_id=referred_by))
    return found


def _in(rule: EarnRule, line: PurchaseLine, categories: Categories) -> bool:
    return not rule.categories or not categories.get(line.variant_id, frozenset()).isdisjoint(rule.categories)


def _by_spend(
    terms: Terms, rule: EarnRule, purchase: Purchase, lines: Sequence[PurchaseLine], tier: str
) -> list[Wanted]:
    """Rounded down over all lines together, each having what the sum grew by with it: three times 0.99 earns as 2.97 does."""
    stands = terms.tier(tier)
    percent = stands.earn_percent if stands else 100
    spent = purchase.kept if terms.earns_on_points else purchase.kept - min(purchase.points_paid, purchase.kept)
    gross = before = 0
    found = []
    for line in lines:
        gross += line.gross
        points = gross * spent * rule.points * percent // (purchase.kept * rule.per_minor * 100)
        if points > before:
            met = purchase.paid and (terms.confirmed is Confirmed.PAID or line.fulfilled)
            found.append(Wanted(purchase.customer_id, str(line.line_id), rule.code, points - before, met))
        before = points
    return found


def _once(terms: Terms, rule: EarnRule, purchase: Purchase, reference: str) -> Wanted:
    there = all(one.fulfilled for one in purchase.lines if one.gross)
    met = purchase.paid and (terms.confirmed is Confirmed.PAID or there)
    return Wanted(purchase.customer_id, reference, rule.code, rule.points, met)


def due_at(terms: Terms, *, at: datetime) -> datetime:
    return at + timedelta(days=terms.confirm_days)


def tier_for(terms: Terms, counted: int) -> Tier | None:
    """The highest whose threshold is reached."""
    reached = [one for one in terms.tiers if one.threshold <= counted]
    return max(reached, key=lambda one: one.threshold, default=None)


def next_tier(
    terms: Terms, *, tier: str, until: datetime | None, counted: int, now: datetime
) -> tuple[str, datetime | None]:
    """Where a member stands from now on: up at once, down only when her time is over."""
    reached, stands = tier_for(terms, counted), terms.tier(tier)
    code, threshold = (reached.code, reached.threshold) if reached else ("", -1)
    over = until is None or until <= now
    if stands is not None and threshold <= stands.threshold and not over:
        return tier, until
    ends = now + timedelta(days=terms.tier_days) if threshold > 0 else None
    return code, until if code == tier and not over else ends


def progress(terms: Terms, *, tier: str, until: datetime | None, counted: int, language: str) -> TierProgress:
    stands = terms.tier(tier)
    floor = stands.threshold if stands else -1
    above = min((one for one in terms.tiers if one.threshold > floor), key=lambda one: one.threshold, default=None)
    return TierProgress(
        tier, said(stands.names, language) if stands else "",
        tuple(said(one, language) for one in stands.benefits) if stands else (), until, counted,
        above.code if above else "", said(above.names, language) if above else "",
        max(0, above.threshold - counted) if above else 0,
    )  # fmt: skip


def said(texts: Mapping[str, str], language: str) -> str:
    """In her language, else in the one that everybody falls back to, else in any there is."""
    return texts.get(language) or texts.get(i18n.FALLBACK) or next(iter(texts.values()), "")


def dry_run(
    terms: Terms, purchases: Sequence[Purchase], *, categories: Categories, tiers: Mapping[CustomerId, str],
    worths: Mapping[str, int],
) -> TriedTerms:  # fmt: skip
    """What these terms would have given for purchases that have come to their end. `worths` are points per minor unit by currency."""
    rules: Counter[str] = Counter()
    orders: Counter[str] = Counter()
    people: Counter[CustomerId] = Counter()
    spend: defaultdict[str, int] = defaultdict(int)
    worth: defaultdict[str, int] = defaultdict(int)
    once: set[tuple[str, str]] = set()
    for one in purchases:
        spend[one.currency] += one.kept
        tier = tiers.get(one.customer_id, terms.tiers[0].code if terms.tiers else "")
        named = set()
        for each in wanted(terms, one, tier=tier, categories=categories, programme=""):
            if (each.reference, each.rule) in once:
                continue
            once.add((each.reference, each.rule))
            rules[each.rule] += each.points
            people[each.customer_id] += each.points
            named.add(each.rule)
            if one.currency in worths:
                worth[one.currency] += each.points
        orders.update(named)
    return TriedTerms(
        len(purchases), len({one.customer_id for one in purchases}), dict(spend), rules.total(),
        {currency: points // worths[currency] for currency, points in worth.items()},
        tuple(RuleCost(one.code, orders[one.code], rules[one.code]) for one in terms.earn if one.earns.by_order),
        tuple(EarnedBy(who, points) for who, points in people.most_common(MOST_MAX)),
    )  # fmt: skip
