"""The promotions of a market made ready: sorted, and their goods found fast."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from portico.catalog.types import ItemId, VariantId
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.evaluating import Goods
from portico.pricing.types.promotions import (
    AmountOff,
    Benefit,
    Bundle,
    BuyGet,
    Carriage,
    FixedPrice,
    Gift,
    OrderAmount,
    OrderPercent,
    PercentOff,
    Rule,
    Scope,
    Stacking,
)

Simple = PercentOff | AmountOff | FixedPrice
Kinds = tuple[frozenset[bytes], frozenset[bytes], frozenset[str]]  # variants, items, categories


class Reach:
    """A scope as sets, of bare bytes and words, which are compared fast. `find` names the lines of a basket that it covers."""

    __slots__ = ("everything", "excepted", "excepts", "named")

    def __init__(self, scope: Scope) -> None:
        self.everything = scope.everything
        self.named = _kinds(scope.variants, scope.items, scope.categories)
        self.excepted = _kinds(scope.except_variants, scope.except_items, scope.except_categories)
        self.excepts = any(self.excepted)

    def find(self, shelf: "Shelf") -> tuple[int, ...]:
        """The lines, in their order."""
        return self.but(shelf, shelf.all if self.everything else shelf.of(self.named))

    def but(self, shelf: "Shelf", found: tuple[int, ...]) -> tuple[int, ...]:
        """Those of the lines that are not excepted."""
        if not self.excepts:
            return found
        excepted = set(shelf.of(self.excepted))
        return tuple(i for i in found if i not in excepted)


class Shelf:
    """A basket's lines by what they are."""

    __slots__ = ("all", "amount", "amounts", "by_piece", "cheapness", "goods", "kinds", "lines", "pieces")

    def __init__(self, goods: Sequence[Goods]) -> None:
        self.goods = goods
        self.cheapness = [-one.unit_price for one in goods]
        self.by_piece = all(one.scale == 0 for one in goods)
        self.pieces = [units(one.quantity, one.scale) for one in goods]
        self.all = tuple(range(len(goods)))
        self.amounts = [one.amount for one in goods]
        self.amount = sum(self.amounts)
        self.lines: tuple[defaultdict[object, list[int]], ...] = (
            defaultdict(list),
            defaultdict(list),
            defaultdict(list),
        )
        by_variant, by_item, by_category = self.lines
        for i, one in enumerate(goods):
            by_variant[one.variant_id.bytes].append(i)
            by_item[one.item_id.bytes].append(i)
            for category in one.categories:
                by_category[category].append(i)
        self.kinds = tuple(frozenset(one) for one in self.lines)

    def of_variant(self, variant_id: VariantId) -> Sequence[int]:
        return self.lines[0].get(variant_id.bytes, ())

    def of(self, named: Kinds) -> tuple[int, ...]:
        """The lines of which any of these is said."""
        found: list[int] = []
        for names, there, lines in zip(named, self.kinds, self.lines, strict=True):
            if names and (both := names & there):
                for name in both:
                    found += lines[name]
        return tuple(sorted(set(found))) if len(found) > 1 else tuple(found)


def units(quantity: int, scale: int) -> int:
    """How many pieces a line counts for: what is weighed or measured is one."""
    return quantity if scale == 0 else 1


def _kinds(variants: Iterable[VariantId], items: Iterable[ItemId], categories: Iterable[str]) -> Kinds:
    return frozenset(one.bytes for one in variants), frozenset(one.bytes for one in items), frozenset(categories)


def strength(benefit: Benefit) -> int:
    """Of two benefits of a kind the one with more takes more off the same units."""
    if isinstance(benefit, PercentOff | OrderPercent):
        return benefit.ppm
    if isinstance(benefit, FixedPrice):
        return -benefit.amount
    return benefit.amount if isinstance(benefit, AmountOff | OrderAmount) else 0


class Ready:
    """A rule with its scopes made ready. `rank` is its place among those of its market; `for_all`: it asks nothing of who buys, where and
    when; `of_goods`: without any of its goods it is nothing; `of_order`: about what goods come to, `makes_sets`: about several units
    together, `simple` about each by itself. `plain`: it takes its benefit off and that is all, so that a better one of its kind for the same lines always beats it."""

    __slots__ = (
        "for_all",
        "makes_sets",
        "minimum",
        "of_goods",
        "of_order",
        "parts",
        "plain",
        "rank",
        "reach",
        "rule",
        "simple",
        "strength",
    )

    def __init__(self, rule: Rule, rank: int) -> None:
        self.rule, self.rank = rule, rank
        self.for_all = rule.conditions == Conditions() and not (rule.needs_code or rule.limited)
        self.of_goods = not isinstance(rule.benefit, Bundle | Gift | Carriage)
        self.of_order = isinstance(rule.benefit, OrderPercent | OrderAmount)
        self.simple = rule.benefit if isinstance(rule.benefit, Simple) else None
        self.strength = strength(rule.benefit)
        self.makes_sets = isinstance(rule.benefit, BuyGet | Bundle | Gift)
        self.plain = not (
            self.makes_sets
            or isinstance(rule.benefit, Carriage)
            or rule.limited
            or rule.group
            or rule.caps.discount_per_basket
            or rule.stacking is Stacking.ADDS
        )
        self.reach = Reach(rule.scope)
        self.minimum = Reach(rule.minimum.scope) if rule.minimum and rule.minimum.scope else self.reach
        benefit = rule.benefit
        self.parts: tuple[Reach, ...] = ()
        if isinstance(benefit, Bundle):
            self.parts = tuple(Reach(one.scope) for one in benefit.parts)
        elif isinstance(benefit, BuyGet) and benefit.of is not None:
            self.parts = (Reach(benefit.of),)
        elif isinstance(benefit, Gift):
            self.parts = (Reach(Scope(variants=(benefit.variant_id,))),)


ReachedBy = Mapping[int, tuple[int, ...]]  # by the rank of a rule the lines that its scope names


class Book:
    """All rules of a market that may hold, in the order in which they go first; and by each name which of them name it, so that a basket
    costs what it holds and not what there is."""

    __slots__ = ("_named", "_unnamed", "rules")

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=lambda one: (one.priority, one.code))
        self.rules = tuple(Ready(rule, rank) for rank, rule in enumerate(ordered))
        self._named: tuple[dict[object, list[int]], ...] = ({}, {}, {})
        for one in self.rules:
            if not one.reach.everything:
                for names, ranks in zip(one.reach.named, self._named, strict=True):
                    for name in names:
                        ranks.setdefault(name, []).append(one.rank)
        # What is for everything, or for a basket without its own goods in it.
        self._unnamed = frozenset(one.rank for one in self.rules if one.reach.everything or not one.of_goods)

    def reached_by(self, shelf: Shelf) -> ReachedBy:
        """The lines of a basket that each rule's scope names; rules that name none of them are missing."""
        found: dict[int, tuple[int, ...]] = {}
        several: set[int] = set()
        for ranks, lines in zip(self._named, shelf.lines, strict=True):
            for name, listed in lines.items():
                there = tuple(listed)
                for rank in ranks.get(name, ()):
                    if rank in found:
                        found[rank] += there
                        several.add(rank)
                    else:
                        found[rank] = there
        for rank in several:
            found[rank] = tuple(sorted(set(found[rank])))
        return found

    def likely(self, reached_by: ReachedBy) -> list[Ready]:
        """The rules that may be for a basket, in their order."""
        return [self.rules[rank] for rank in sorted(self._unnamed.union(reached_by))]
