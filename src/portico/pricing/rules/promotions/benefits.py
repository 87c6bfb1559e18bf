"""What a promotion takes off, given the units that are left for it. Everything is reckoned in runs of equal units, not one by one."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from portico.platform import money
from portico.pricing.rules.promotions.book import Ready, Shelf, Simple
from portico.pricing.types.evaluating import Goods, Spread
from portico.pricing.types.promotions import (
    PPM,
    SETS_MAX,
    AmountOff,
    Bundle,
    BuyGet,
    Gift,
    PercentOff,
    Takes,
    TierBy,
    Tiers,
)


class Use(NamedTuple):
    """So many units of a line are used, and so much is taken off them."""

    line: int
    units: int
    off: int


class Sets(NamedTuple):
    """What a promotion makes of the units left for it: of each of `lines` so many `units` are used, and `off` is taken off them all,
    shared by `weights`. It is shared when a choice has fallen on it; most sets that are thought of are not taken."""

    lines: Sequence[int]
    units: Sequence[int]
    weights: Sequence[int]
    off: int
    spread: Spread

    def uses(self) -> list[Use]:
        return list(map(Use, self.lines, self.units, money.split(self.off, weights=self.weights)))


class Run(NamedTuple):
    price: int
    line: int
    units: int


def share(amount: int, ppm: int) -> int:
    """So many millionths of an amount, half up."""
    return (2 * amount * ppm + PPM) // (2 * PPM)


def of_units(each: int, quantity: int, scale: int) -> int:
    """`each` for every whole unit of a quantity in steps of 10^-scale, half up."""
    if scale == 0:
        return each * quantity
    whole = int(10**scale)
    return (2 * each * quantity + whole) // (2 * whole)


def off_line(benefit: Simple, goods: Goods, quantity: int) -> int:
    """What a simple benefit takes off `quantity` of a line; all of it, where it is weighed or measured."""
    part = goods.amount if quantity == goods.quantity else goods.unit_price * quantity
    if isinstance(benefit, PercentOff):
        return share(part, benefit.ppm)
    each = (
        min(benefit.amount, goods.unit_price)
        if isinstance(benefit, AmountOff)
        else max(0, goods.unit_price - benefit.amount)
    )
    return min(part, of_units(each, quantity, goods.scale))


def reached(benefit: Tiers, shelf: Shelf, lines: Sequence[int]) -> Simple | None:
    """The tier a basket reaches by what it holds of these lines, before any promotion."""
    if benefit.by is TierBy.QUANTITY:
        have = sum([shelf.pieces[i] for i in lines])
    else:
        have = sum([shelf.amounts[i] for i in lines])
    found = None
    for tier in benefit.tiers:
        if have >= tier.at_least:
            found = tier.benefit
    return found


def parts_of(ready: Ready, shelf: Shelf, lines: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The lines that each part of a set may be made of, dearest first. What is weighed or measured makes no sets."""
    found = [one.find(shelf) for one in ready.parts]
    if isinstance(ready.rule.benefit, BuyGet):
        found.insert(0, lines)
    if not shelf.by_piece:
        found = [tuple(i for i in one if shelf.goods[i].scale == 0) for one in found]
    return tuple([tuple(sorted(one, key=shelf.cheapness.__getitem__)) for one in found])


def make_sets(
    ready: Ready, simple: Simple | None, parts: tuple[tuple[int, ...], ...], goods: Sequence[Goods], left: Sequence[int]
) -> Sets | None:
    """As many sets as the units left allow; None where not one can be made, or none would be cheaper. A `simple` benefit that has an end in
    each basket takes units as a set does."""
    benefit, caps = ready.rule.benefit, ready.rule.caps
    sets_max = SETS_MAX if caps.sets_per_basket is None else min(caps.sets_per_basket, SETS_MAX)
    if isinstance(benefit, BuyGet):
        made = (
            _more_of_the_same(benefit, parts[0], goods, left, sets_max)
            if benefit.of is None
            else _something_else(benefit, parts, goods, left, sets_max)
        )
    elif isinstance(benefit, Bundle):
        made = _bundles(benefit, parts, goods, left, sets_max)
    elif isinstance(benefit, Gift):
        made = _gift(benefit, parts[0], goods, left)
    else:
        made = None if simple is None else _capped(simple, parts[0], goods, left)
    if made is None or made.off <= 0:
        return None
    cap = caps.discount_per_basket
    return made if cap is None or made.off <= cap else made._replace(off=cap, spread=Spread.ACROSS)


def _across(used: Mapping[int, int], off: int, goods: Sequence[Goods]) -> Sets:
    """`off` for all the units used, by what they cost."""
    weights = [goods[line].unit_price * units for line, units in used.items()]
    return Sets(tuple(used), tuple(used.values()), weights, off, Spread.ACROSS)


def _each(used: Mapping[int, int], offs: Sequence[int]) -> Sets | None:
    """Each line with what is taken off it."""
    return Sets(tuple(used), tuple(used.values()), offs, sum(offs), Spread.EACH) if used else None


def _more_of_the_same(
    benefit: BuyGet, lines: Sequence[int], goods: Sequence[Goods], left: Sequence[int], sets_max: int
) -> Sets | None:
    together = benefit.buy + benefit.get
    wanted = min(sum([left[i] for i in lines]) // together, sets_max) * together
    at, off, got = 0, 0, 0
    used: dict[int, int] = {}
    for i in lines:
        taken = min(left[i], wanted - at)
        if not taken:
            if at == wanted:
                break
            continue
        used[i] = taken
        at += taken
        whole, rest = divmod(at, together)
        got_then = whole * benefit.get + max(0, rest - benefit.buy)  # of the first `at` units
        if got_then > got:
            off += (got_then - got) * share(goods[i].unit_price, benefit.ppm)
            got = got_then
    return _across(used, off, goods) if off else None


def _runs(lines: Sequence[int], goods: Sequence[Goods], left: Sequence[int]) -> list[Run]:
    """The units left of these lines, in their order."""
    return [Run(goods[i].unit_price, i, left[i]) for i in lines if left[i]]


def _something_else(
    benefit: BuyGet, parts: tuple[tuple[int, ...], ...], goods: Sequence[Goods], left: Sequence[int], sets_max: int
) -> Sets | None:
    """Sets of what is bought, cheapest first, and what is got for it; of the last set not all need be there to be got."""
    bought, got = _runs(parts[0], goods, left)[::-1], _runs(parts[1], goods, left)
    if benefit.takes is Takes.CHEAPEST:
        got = got[::-1]
    in_all = sum(one.units for one in got)
    low, high = 0, min(sets_max, -(-in_all // benefit.get), sum(one.units for one in bought) // benefit.buy)
    while low < high:  # the more sets, the more of both is needed
        sets = (low + high + 1) // 2
        if _take(bought, sets * benefit.buy, besides=_take(got, min(in_all, sets * benefit.get)) or {}) is None:
            high = sets - 1
        else:
            low = sets
    given = _take(got, min(in_all, low * benefit.get)) if low else None
    if not given:
        return None
    paid = _take(bought, low * benefit.buy, besides=given) or {}
    used = {line: given.get(line, 0) + paid.get(line, 0) for line in sorted(given.keys() | paid.keys())}
    return _each(used, [given.get(line, 0) * share(goods[line].unit_price, benefit.ppm) for line in used])


def _take(runs: Sequence[Run], wanted: int, *, besides: dict[int, int] | None = None) -> dict[int, int] | None:
    """Units by line, from the first run on, without those taken already; None where there are too few."""
    taken: dict[int, int] = {}
    for one in runs:
        if not wanted:
            break
        part = min(one.units - (besides.get(one.line, 0) if besides else 0), wanted)
        if part > 0:
            taken[one.line] = part
            wanted -= part
    return None if wanted else taken


def _bundles(
    benefit: Bundle, parts: Sequence[tuple[int, ...]], goods: Sequence[Goods], left: Sequence[int], sets_max: int
) -> Sets | None:
    """Set after set of the dearest units left, while that is cheaper than buying them one by one."""
    rest = {i: left[i] for lines in parts for i in lines if left[i]}
    waiting = [
        [i for i in reversed(lines) if i in rest] for lines in parts
    ]  # the dearest last, to be taken off the end
    used: dict[int, int] = {}
    off = 0
    while sets_max and (one_set := _one_set(benefit, waiting, rest)):
        worth = sum([goods[i].unit_price * count for i, count in one_set.items()])
        if worth <= benefit.amount:
            break
        alike = min(sets_max, *[rest[i] // count for i, count in one_set.items()])  # sets of the very same units
        sets_max -= alike
        off += alike * (worth - benefit.amount)
        for i, count in one_set.items():
            rest[i] -= alike * count
            used[i] = used.get(i, 0) + alike * count
    return _across(dict(sorted(used.items())), off, goods) if used else None


def _one_set(benefit: Bundle, waiting: Sequence[list[int]], rest: Mapping[int, int]) -> dict[int, int] | None:
    """The dearest unit for each place of a bundle; lines of which nothing is left wait no longer."""
    taken: dict[int, int] = {}
    for part, lines in zip(benefit.parts, waiting, strict=True):
        while lines and not rest[lines[-1]]:
            lines.pop()
        wanted = part.quantity
        for i in reversed(lines):
            count = min(rest[i] - taken.get(i, 0), wanted)
            if count > 0:
                taken[i] = taken.get(i, 0) + count
                wanted -= count
            if not wanted:
                break
        if wanted:
            return None
    return taken


def _gift(benefit: Gift, lines: Sequence[int], goods: Sequence[Goods], left: Sequence[int]) -> Sets | None:
    wanted, used = benefit.quantity, {}
    for i in lines:
        if count := min(left[i], wanted):
            used[i] = count
            wanted -= count
    return _each(used, [goods[i].unit_price * count for i, count in used.items()])


def _capped(benefit: Simple, lines: Sequence[int], goods: Sequence[Goods], left: Sequence[int]) -> Sets | None:
    offs = {i: off for i in lines if left[i] and (off := off_line(benefit, goods[i], left[i]))}
    return _each({i: left[i] for i in offs}, list(offs.values()))
