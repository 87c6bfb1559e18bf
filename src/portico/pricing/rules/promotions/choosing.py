"""Which promotions together take the most off.

First the goods: of each unit the best promotion, where sets (buy x get y, bundles, gifts) and single units compete for it. Sets that
compete for the same lines are tried in every order while they are no more than `COMPETING_MAX`; more are taken greedily, and the
outcome says so. Then what adds to what a line has, then the order as a whole, then carriage. Of a group one goes at most, and what
stands alone is weighed against all the others together.

Taking more off a line never makes the rest take so much less off that the whole is less: a percentage of what is left loses less than
what was gained, and an amount likewise. So the most off the goods is the most in all, as long as promotions of the order are about the
same goods.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import attrgetter

from portico.pricing.rules.promotions.benefits import (
    make_sets,
    off_line,
    parts_of,
    reached,
)
from portico.pricing.rules.promotions.book import Book, Ready, Shelf, strength
from portico.pricing.rules.promotions.matching import judge
from portico.pricing.rules.promotions.settling import Match, Settling, too_dear
from portico.pricing.types.evaluating import (
    Basket,
    Declined,
    Goods,
    Offered,
    Outcome,
    Why,
)
from portico.pricing.types.promotions import (
    Carriage,
    Gift,
    Stacking,
    Tiers,
)

GROUPINGS_MAX = 64
ALONE_MAX = 50


def evaluate(book: Book, basket: Basket, *, explain: bool = False) -> Outcome:
    """What the promotions of a book take off a basket. With `explain`, why it does not have each of the others."""
    shelf = Shelf(basket.goods)
    matches: list[Match] = []
    declined: list[Declined] = []
    reached_by = book.reached_by(shelf)
    for ready in book.rules if explain else book.likely(reached_by):
        lines = judge(ready, basket, shelf, reached_by)
        found = lines if isinstance(lines, Declined) else _match(ready, lines, shelf)
        if isinstance(found, Match):
            matches.append(found)
        elif explain:
            declined.append(found)
    if not matches:
        return Outcome(declined=tuple(declined))
    best = _best(_best_of_alike(matches), basket)
    offered = tuple(_still_to_take(matches, basket.goods))
    if explain:
        declined += _not_chosen(matches, best, basket.goods)
    return Outcome(
        taken=best.taken, carriage_off=best.carriage_off, carriage_code=best.carriage_code, offered=offered,
        declined=tuple(declined), exact=best.exact,
    )  # fmt: skip


def _match(ready: Ready, lines: tuple[int, ...], shelf: Shelf) -> Match | Declined:
    benefit = ready.rule.benefit
    if ready.makes_sets:
        parts = parts_of(ready, shelf, lines)
        if not isinstance(benefit, Gift) and not all(parts):
            return Declined(ready.rule.code, Why.SET_INCOMPLETE)
        return Match(ready, ready.rank, tuple(sorted({i for part in parts for i in part})), None, 0, parts)
    if not isinstance(benefit, Tiers):
        return Match(ready, ready.rank, lines, ready.simple, ready.strength, (lines,) if ready.simple else ())
    simple = reached(benefit, shelf, lines)
    if simple is None:
        return Declined(ready.rule.code, Why.MINIMUM)
    return Match(ready, ready.rank, lines, simple, strength(simple), (lines,))


def _best_of_alike(matches: Sequence[Match]) -> list[Match]:
    """Without those that another of the same kind, for the very same lines, beats whatever else is in the basket."""
    kept: dict[tuple[object, ...], Match] = {}
    others: list[Match] = []
    for one in matches:
        if not one.ready.plain:
            others.append(one)
            continue
        key = (type(one.simple or one.ready.rule.benefit), one.stacking, one.lines)
        if key not in kept or one.strength > kept[key].strength:
            kept[key] = one
    return sorted([*others, *kept.values()], key=attrgetter("rank"))


def _best(matches: Sequence[Match], basket: Basket) -> Outcome:
    together = [one for one in matches if one.stacking is not Stacking.ALONE]
    alone = [one for one in matches if one.stacking is Stacking.ALONE]
    best, exact = Outcome(), len(alone) <= ALONE_MAX
    most = 0
    for choice in [*_groupings(together), *([one] for one in alone[:ALONE_MAX])]:
        if len(choice) == 1 and _at_most(choice[0], basket) <= most:
            continue
        found = _within_budgets(choice, basket)
        exact &= found.exact
        if found.total > most:
            best, most = found, found.total
    if len(_members(together)) and not _all_groupings(together):
        exact = False
    return Outcome(best.taken, best.carriage_off, best.carriage_code, exact=exact)


def _at_most(one: Match, basket: Basket) -> int:
    """What a promotion by itself could take off, or more: to see soon that it is not worth working out."""
    goods = basket.goods
    if one.simple is not None:
        return sum(off_line(one.simple, goods[i], goods[i].quantity) for i in one.lines)
    return basket.carriage if isinstance(one.ready.rule.benefit, Carriage) else sum(goods[i].amount for i in one.lines)


def _members(matches: Sequence[Match]) -> list[list[Match]]:
    """Those of each group, where a group has several."""
    groups: defaultdict[str, list[Match]] = defaultdict(list)
    for one in matches:
        if one.ready.rule.group:
            groups[one.ready.rule.group].append(one)
    return [groups[name] for name in sorted(groups) if len(groups[name]) > 1]


def _all_groupings(matches: Sequence[Match]) -> bool:
    count = 1
    for group in _members(matches):
        count *= len(group)
    return count <= GROUPINGS_MAX


def _groupings(matches: Sequence[Match]) -> Iterable[list[Match]]:
    """Every way to have one of each group, at most `GROUPINGS_MAX`, those that go first first."""
    groups = _members(matches)
    if not groups:
        return [list(matches)] if matches else []
    free = [one for one in matches if not any(one in group for group in groups)]
    ways = itertools.islice(itertools.product(*groups), GROUPINGS_MAX)
    return [sorted([*free, *way], key=attrgetter("rank")) for way in ways]


def _within_budgets(matches: Sequence[Match], basket: Basket) -> Outcome:
    """The best that costs no promotion more than is left of its budget: what would be too dear is left out, last first."""
    while True:
        found = Settling(matches, basket).outcome()
        if not basket.left:
            return found
        spent: defaultdict[str, int] = defaultdict(int)
        for one in found.taken:
            spent[one.code] += one.amount
        if found.carriage_code:
            spent[found.carriage_code] += found.carriage_off
        dear = [one for one in matches if too_dear(one, spent[one.ready.rule.code], basket)]
        if not dear:
            return found
        matches = [one for one in matches if one is not dear[-1]]


def _still_to_take(matches: Iterable[Match], goods: Sequence[Goods]) -> Iterable[Offered]:
    """Gifts she may have and does not hold yet."""
    for one in matches:
        benefit = one.ready.rule.benefit
        if isinstance(benefit, Gift):
            missing = benefit.quantity - sum(goods[i].quantity for i in one.lines)
            if missing > 0:
                yield Offered(one.ready.rule.code, benefit.variant_id, missing)


def _not_chosen(matches: Sequence[Match], best: Outcome, goods: Sequence[Goods]) -> Iterable[Declined]:
    """Those that would have been for this basket, and have nothing in it."""
    chosen = {one.code for one in best.taken} | {best.carriage_code}
    whole = [one.quantity for one in goods]
    for one in matches:
        code = one.ready.rule.code
        if code in chosen:
            continue
        if one.parts and one.stacking is not Stacking.ADDS:
            made = make_sets(one.ready, one.simple, one.parts, goods, whole)
            if made is None:
                is_set = one.ready.makes_sets
                yield Declined(code, Why.SET_INCOMPLETE if is_set else Why.NOT_CHEAPER)
                continue
        yield Declined(code, Why.OTHERS_BETTER)
