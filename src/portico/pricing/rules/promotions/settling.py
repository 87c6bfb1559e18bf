"""What a set of promotions takes off together: first of units, then on top of that, then of the order, then of carriage."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from portico.platform import money
from portico.pricing.rules.promotions.benefits import (
    Sets,
    make_sets,
    off_line,
    share,
)
from portico.pricing.rules.promotions.book import Ready, Simple
from portico.pricing.rules.promotions.matching import NOTHING_LIMITS
from portico.pricing.types.evaluating import (
    Basket,
    Level,
    Outcome,
    Spread,
    Taken,
)
from portico.pricing.types.promotions import (
    AmountOff,
    Carriage,
    OrderAmount,
    OrderPercent,
    PercentOff,
    Stacking,
)

# Tuples made once: a union written where it is asked is made anew each time.
OF_ORDER = (OrderPercent, OrderAmount)
PERCENT, AMOUNT = (PercentOff, OrderPercent), (AmountOff, OrderAmount)
COMPETING_MAX = 5  # sets for the same lines: 326 orders in which some of them may come


class Match(NamedTuple):
    """A promotion that is for this basket. `simple` is its benefit for single units; None where it makes sets or is about the order.
    `strength` tells which of two of the same kind takes more off the same units."""

    ready: Ready
    rank: int
    lines: tuple[int, ...]
    simple: Simple | None
    strength: int = 0
    parts: tuple[tuple[int, ...], ...] = ()

    @property
    def stacking(self) -> Stacking:
        return self.ready.rule.stacking


def too_dear(match: Match, off: int, basket: Basket) -> bool:
    budget = basket.left.get(match.ready.rule.code, NOTHING_LIMITS).budget
    return budget is not None and off > budget


class Settling:
    """One set of promotions that may go together, worked out on one basket."""

    def __init__(self, matches: Sequence[Match], basket: Basket) -> None:
        self.goods, self.basket = basket.goods, basket
        self.sets: list[Match] = []
        self.of_order: list[Match] = []
        self.carriage: list[Match] = []
        self.singles: dict[int, list[Match]] = {}
        self.adds: dict[int, list[Match]] = {}
        self.known: dict[tuple[int, int], tuple[Match | None, int]] = {}  # what `_single` has found
        self.exact = True
        for one in matches:
            benefit = one.ready.rule.benefit
            if isinstance(benefit, Carriage):
                self.carriage.append(one)
            elif one.ready.of_order:
                self.of_order.append(one)
            elif one.simple is None or one.ready.rule.caps.discount_per_basket is not None:
                self.sets.append(one)
            else:
                by_line = self.adds if one.stacking is Stacking.ADDS else self.singles
                for i in one.lines:
                    by_line.setdefault(i, []).append(one)
        self.singles = {i: _best_of_each_kind(ones) for i, ones in self.singles.items()}

    def outcome(self) -> Outcome:
        left = [one.quantity for one in self.goods]
        made: list[tuple[Match, Sets]] = []
        for competing in _competing(self.sets):
            made += self._choose_sets(competing, left)
        taken: list[Taken] = []
        off = [0] * len(self.goods)
        for match, sets in made:
            _use(sets, left, off)
            taken += [
                Taken(match.ready.rule.code, use.line, use.units, use.off, Level.ITEM, sets.spread)
                for use in sets.uses()
                if use.off
            ]
        for i in sorted(self.singles.keys() | self.adds.keys()):
            taken += self._single_and_added(i, left[i], off)
        taken += self._order(off)
        carriage_code, carriage_off = self._carriage()
        return Outcome(tuple(taken), carriage_off, carriage_code, exact=self.exact)

    def _single(self, line: int, left: int) -> tuple[Match | None, int]:
        """The best for the units of a line that no set has taken."""
        if (found := self.known.get((line, left))) is not None:
            return found
        best, most = None, 0
        if left:
            for one in self.singles.get(line, ()):
                assert one.simple is not None
                off = off_line(one.simple, self.goods[line], left)
                if off > most or (off == most and best is not None and one.rank < best.rank):
                    best, most = one, off
        self.known[line, left] = best, most
        return best, most

    def _added(self, line: int, off: int) -> Iterable[tuple[Match, int]]:
        """What adds to what a line has, one after the other, each of what is then left of it."""
        goods = self.goods[line]
        for one in self.adds.get(line, ()):
            rest = goods.amount - off
            more = (
                share(rest, one.simple.ppm)
                if isinstance(one.simple, PercentOff)
                else min(rest, off_line(one.simple, goods, goods.quantity))  # type: ignore[arg-type]
            )
            if more:
                yield one, more
                off += more

    def _single_and_added(self, line: int, left: int, off: list[int]) -> Iterable[Taken]:
        best, most = self._single(line, left)
        if best is not None:
            off[line] += most
            yield Taken(best.ready.rule.code, line, left, most, Level.ITEM, Spread.EACH)
        for one, more in self._added(line, off[line]):
            off[line] += more
            yield Taken(one.ready.rule.code, line, self.goods[line].quantity, more, Level.ITEM, Spread.EACH)

    def _worth(self, lines: Sequence[int], left: Sequence[int], off: Sequence[int]) -> int:
        """What these lines have taken off in all, when sets have taken `off` and leave `left`."""
        return sum([self._worth_of_line(i, left[i], off[i]) for i in lines])

    def _worth_of_line(self, line: int, left: int, off: int) -> int:
        off += self._single(line, left)[1]
        return off + sum(more for _, more in self._added(line, off)) if line in self.adds else off

    def _choose_sets(self, competing: Sequence[Match], left: Sequence[int]) -> list[tuple[Match, Sets]]:
        if len(competing) > COMPETING_MAX:
            self.exact = False
            return self._greedily(competing, left)
        lines = sorted({i for one in competing for i in one.lines})
        best: list[tuple[Match, Sets]] = []
        most = self._worth(lines, left, [0] * len(self.goods))
        seen: set[tuple[frozenset[int], tuple[int, ...], tuple[int, ...]]] = set()

        def go_on(made: list[tuple[Match, Sets]], left: Sequence[int], off: Sequence[int]) -> None:
            nonlocal best, most
            for one in competing:
                if any(one is before for before, _ in made):
                    continue
                sets = self._affordable(one, left)
                if sets is None:
                    continue
                left_then, off_then = list(left), list(off)
                _use(sets, left_then, off_then)
                so_far = [*made, (one, sets)]
                key = (
                    frozenset(match.rank for match, _ in so_far),
                    tuple(left_then[i] for i in lines),
                    tuple(off_then[i] for i in lines),
                )
                if key in seen:
                    continue
                seen.add(key)
                worth = self._worth(lines, left_then, off_then)
                if worth > most:
                    best, most = so_far, worth
                go_on(so_far, left_then, off_then)

        go_on([], left, [0] * len(self.goods))
        return best

    def _greedily(self, competing: Sequence[Match], left: Sequence[int]) -> list[tuple[Match, Sets]]:
        """Each where it still gains something, those first that by themselves take the most off."""
        alone = [(sets, one) for one in competing if (sets := self._affordable(one, left))]
        alone.sort(key=lambda each: (-each[0].off, each[1].rank))
        left, off = list(left), [0] * len(self.goods)
        made: list[tuple[Match, Sets]] = []
        used: set[int] = set()
        for whole, one in alone:
            now = whole if used.isdisjoint(one.lines) else self._affordable(one, left)
            if now is None:
                continue
            gain = sum(
                [
                    self._worth_of_line(i, left[i] - units, off[i] + more) - self._worth_of_line(i, left[i], off[i])
                    for i, units, more in now.uses()
                ]
            )
            if gain > 0:
                _use(now, left, off)
                used.update(now.lines)
                made.append((one, now))
        return made

    def _affordable(self, one: Match, left: Sequence[int]) -> Sets | None:
        sets = make_sets(one.ready, one.simple, one.parts, self.goods, left)
        return None if sets is None or too_dear(one, sets.off, self.basket) else sets

    def _order(self, off: list[int]) -> Iterable[Taken]:
        """Off what goods come to: the best one, and then what adds to it."""
        best, most = None, 0
        for one in self.of_order:
            if one.stacking is not Stacking.ADDS and (each := self._of_order(one, off)) > most:
                best, most = one, each
        for one in [*([best] if best else []), *(each for each in self.of_order if each.stacking is Stacking.ADDS)]:
            amount = self._of_order(one, off)
            rests = [self.goods[i].amount - off[i] for i in one.lines]
            for i, part in zip(one.lines, money.split(amount, weights=rests) if amount else (), strict=False):
                if part:
                    off[i] += part
                    yield Taken(one.ready.rule.code, i, self.goods[i].quantity, part, Level.ORDER, Spread.ACROSS)

    def _of_order(self, one: Match, off: Sequence[int]) -> int:
        benefit, cap = one.ready.rule.benefit, one.ready.rule.caps.discount_per_basket
        assert isinstance(benefit, OF_ORDER)
        rest = sum(self.goods[i].amount - off[i] for i in one.lines)
        amount = share(rest, benefit.ppm) if isinstance(benefit, OrderPercent) else min(rest, benefit.amount)
        amount = amount if cap is None else min(amount, cap)
        return 0 if too_dear(one, amount, self.basket) else amount

    def _carriage(self) -> tuple[str, int]:
        """The best one off what bringing the goods costs."""
        best, most = "", 0
        for one in self.carriage:
            benefit = one.ready.rule.benefit
            assert isinstance(benefit, Carriage)
            carriage = self.basket.carriage
            off = share(carriage, benefit.ppm) if benefit.amount is None else max(0, carriage - benefit.amount)
            if off > most and not too_dear(one, off, self.basket):
                best, most = one.ready.rule.code, off
        return best, most


def _use(sets: Sets, left: list[int], off: list[int]) -> None:
    """Take the units of sets from those left, and note what is off."""
    for line, units, more in sets.uses():
        left[line] -= units
        off[line] += more


def _best_of_each_kind(matches: Sequence[Match]) -> list[Match]:
    """Of the promotions of single units of a line, the best percentage, the best amount, the best price: none else can win, but for one
    whose budget the best would overrun."""
    if len(matches) == 1:
        return list(matches)
    best: dict[type, Match] = {}
    for one in matches:
        kind = type(one.simple)
        if kind not in best or one.strength > best[kind].strength:
            best[kind] = one
    return list(best.values())


def _competing(sets: Sequence[Match]) -> list[list[Match]]:
    """Promotions of sets apart by the lines they are about: those of one list share some, those of two share none."""
    apart: list[tuple[set[int], list[Match]]] = []
    for one in sets:
        lines, together, others = set(one.lines), [one], []
        for each in apart:
            if each[0].isdisjoint(one.lines):
                others.append(each)
            else:
                each[0].update(lines)
                each[1].extend(together)
                lines, together = each
        apart = [*others, (lines, together)]
    return [sorted(together, key=attrgetter("rank")) for _, together in apart]
