"""What a promotion takes off, given the units that are left for it. Everything is reckoned in runs of equal units, not one by one."""

from collections.abc import Sequence
from typing import NamedTuple

from portico.platform import money
from portico.pricing.rules.promotions.book import Ready, Shelf
from portico.pricing.types.evaluating import Goods, Spread
from portico.pricing.types.promotions import (
    PPM,
    SETS_MAX,
    AmountOff,
    Bundle,
    BuyGet,
    FixedPrice,
    Gift,
    PercentOff,
    Takes,
    TierBy,
    Tiers,
)

Simple = PercentOff | AmountOff | FixedPrice


class Use(NamedTuple):
    """So many units of a line are used, and so much is taken off them."""

    line: int
    units: int
    off: int


class Sets(NamedTuple):
    """What a promotion makes of the units left for it."""

    uses: tuple[Use, ...]
    off: int
    spread: Spread


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
        have = sum([shelf.goods[i].amount for i in lines])
    found = None
    for tier in benefit.tiers:
        if have >= tier.at_least:
            found = tier.benefit
    return found


def parts_of(ready: Ready, shelf: Shelf, lines: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The lines that each part of a set may be made of, dearest first. What is weighed or measured makes no sets."""
    goods = shelf.goods
    found = [one.find(shelf) for one in ready.parts]
    if isinstance(ready.rule.benefit, BuyGet):
        found.insert(0, lines)
    return tuple(
        tuple(sorted([i for i in one if goods[i].scale == 0], key=shelf.cheapness.__getitem__)) for one in found
    )


def make_sets(
    ready: Ready, simple: Simple | None, parts: tuple[tuple[int, ...], ...], goods: Sequence[Goods], left: Sequence[int]
) -> Sets | None:
    """As many sets as the units left allow; None where not one can be made, or none would be cheaper. A `simple` benefit that has an end in
    each basket takes units as a set does."""
    benefit, caps = ready.rule.benefit, ready.rule.caps
    sets_max = SETS_MAX if caps.sets_per_basket is None else min(caps.sets_per_basket, SETS_MAX)
    if isinstance(benefit, BuyGet):
        made = (
            _more_of_the_same(benefit, _runs(parts[0], goods, left), sets_max)
            if benefit.of is None
            else _something_else(benefit, parts, goods, left, sets_max)
        )
    elif isinstance(benefit, Bundle):
        made = _bundles(benefit, [_runs(one, goods, left) for one in parts], sets_max)
    elif isinstance(benefit, Gift):
        made = _gift(benefit, parts[0], goods, left)
    else:
        made = None if simple is None else _capped(simple, parts[0], goods, left)
    if made is None or made.off <= 0:
        return None
    cap = caps.discount_per_basket
    return (
        made if cap is None or made.off <= cap else _shared(made.uses, cap, goods, weigh_off=made.spread is Spread.EACH)
    )


def _runs(lines: Sequence[int], goods: Sequence[Goods], left: Sequence[int]) -> list[Run]:
    """The units left of these lines, in their order."""
    return [Run(goods[i].unit_price, i, left[i]) for i in lines if left[i]]


def _shared(uses: Sequence[Use], off: int, goods: Sequence[Goods], *, weigh_off: bool = False) -> Sets:
    """`off` shared over what was used, by what it costs; or by what would be taken off it."""
    weights = [one.off if weigh_off else goods[one.line].unit_price * one.units for one in uses]
    shares = money.split(off, weights=weights)
    return Sets(
        tuple(Use(one.line, one.units, part) for one, part in zip(uses, shares, strict=True)), off, Spread.ACROSS
    )


def _more_of_the_same(benefit: BuyGet, runs: Sequence[Run], sets_max: int) -> Sets | None:
    together = benefit.buy + benefit.get
    wanted = min(sum([one.units for one in runs]) // together, sets_max) * together
    at, off, got, used = 0, 0, 0, []
    for one in runs:
        taken = min(one.units, wanted - at)
        if taken <= 0:
            break
        at += taken
        whole, rest = divmod(at, together)
        got_then = whole * benefit.get + max(0, rest - benefit.buy)  # of the first `at` units
        if got_then > got:
            off += (got_then - got) * share(one.price, benefit.ppm)
            got = got_then
        used.append(Run(one.price, one.line, taken))
    if not off:
        return None
    shares = money.split(off, weights=[one.price * one.units for one in used])
    uses = tuple([Use(one.line, one.units, part) for one, part in zip(used, shares, strict=True)])
    return Sets(uses, off, Spread.ACROSS)


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
    uses = tuple(
        Use(line, count, given.get(line, 0) * share(goods[line].unit_price, benefit.ppm))
        for line, count in used.items()
    )
    return Sets(uses, sum(one.off for one in uses), Spread.EACH)


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


def _bundles(benefit: Bundle, parts: Sequence[Sequence[Run]], sets_max: int) -> Sets | None:
    """Set after set of the dearest units left, while that is cheaper than buying them one by one."""
    left = {one.line: one.units for runs in parts for one in runs}
    used: dict[int, int] = {}
    prices = {one.line: one.price for runs in parts for one in runs}
    off = 0
    while sets_max and (one_set := _one_set(benefit, parts, left)):
        worth = sum([prices[line] * count for line, count in one_set.items()])
        if worth <= benefit.amount:
            break
        alike = min(sets_max, *[left[line] // count for line, count in one_set.items()])  # sets of the very same units
        sets_max -= alike
        off += alike * (worth - benefit.amount)
        for line, count in one_set.items():
            left[line] -= alike * count
            used[line] = used.get(line, 0) + alike * count
    if not used:
        return None
    lines = sorted(used)
    shares = money.split(off, weights=[prices[line] * used[line] for line in lines])
    return Sets(
        tuple(Use(line, used[line], part) for line, part in zip(lines, shares, strict=True)), off, Spread.ACROSS
    )


def _one_set(benefit: Bundle, parts: Sequence[Sequence[Run]], left: dict[int, int]) -> dict[int, int] | None:
    taken: dict[int, int] = {}
    for part, runs in zip(benefit.parts, parts, strict=True):
        wanted = part.quantity
        for one in runs:
            if not (there := left[one.line]):
                continue
            count = min(there - taken.get(one.line, 0), wanted)
            if count > 0:
                taken[one.line] = taken.get(one.line, 0) + count
                wanted -= count
            if not wanted:
                break
        if wanted:
            return None
    return taken


def _gift(benefit: Gift, lines: Sequence[int], goods: Sequence[Goods], left: Sequence[int]) -> Sets | None:
    wanted, uses = benefit.quantity, []
    for i in lines:
        count = min(left[i], wanted)
        if count:
            uses.append(Use(i, count, goods[i].unit_price * count))
            wanted -= count
    return Sets(tuple(uses), sum(one.off for one in uses), Spread.EACH) if uses else None


def _capped(benefit: Simple, lines: Sequence[int], goods: Sequence[Goods], left: Sequence[int]) -> Sets | None:
    uses = tuple(Use(i, left[i], off) for i in lines if left[i] and (off := off_line(benefit, goods[i], left[i])))
    return Sets(uses, sum(one.off for one in uses), Spread.EACH) if uses else None
