"""The promotions of a market made ready: sorted, and their goods found fast."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from portico.catalog.types import ItemId, VariantId
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.evaluating import Goods
from portico.pricing.types.promotions import Bundle, BuyGet, Carriage, Gift, Rule, Scope

Kinds = tuple[frozenset[bytes], frozenset[bytes], frozenset[str]]  # variants, items, categories


class Reach:
    """A scope as sets, of bare bytes and words, which are compared fast. `find` names the lines of a basket that it covers."""

    __slots__ = ("everything", "excepted", "named")

    def __init__(self, scope: Scope) -> None:
        self.everything = scope.everything
        self.named = _kinds(scope.variants, scope.items, scope.categories)
        self.excepted = _kinds(scope.except_variants, scope.except_items, scope.except_categories)

    def find(self, shelf: "Shelf") -> tuple[int, ...]:
        """The lines, in their order."""
        found = shelf.all if self.everything else shelf.of(self.named)
        if not any(self.excepted):
            return found
        excepted = set(shelf.of(self.excepted))
        return tuple(i for i in found if i not in excepted)


class Shelf:
    """A basket's lines by what they are."""

    __slots__ = ("all", "amount", "goods", "kinds", "lines")

    def __init__(self, goods: Sequence[Goods]) -> None:
        self.goods = goods
        self.all = tuple(range(len(goods)))
        self.amount = sum(one.amount for one in goods)
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

    def of(self, named: Kinds) -> tuple[int, ...]:
        """The lines of which any of these is said."""
        found: list[int] = []
        for names, there, lines in zip(named, self.kinds, self.lines, strict=True):
            if names and (both := names & there):
                for name in both:
                    found += lines[name]
        return tuple(sorted(set(found))) if len(found) > 1 else tuple(found)


def _kinds(variants: Iterable[VariantId], items: Iterable[ItemId], categories: Iterable[str]) -> Kinds:
    return frozenset(one.bytes for one in variants), frozenset(one.bytes for one in items), frozenset(categories)


class Ready:
    """A rule with its scopes made ready. `rank` is its place among those of its market; `for_all`: it asks nothing of who buys, where and
    when; `of_goods`: without any of its goods it is nothing."""

    __slots__ = ("for_all", "minimum", "of_goods", "parts", "rank", "reach", "rule")

    def __init__(self, rule: Rule, rank: int) -> None:
        self.rule, self.rank = rule, rank
        self.for_all = rule.conditions == Conditions() and not (rule.needs_code or rule.limited)
        self.of_goods = not isinstance(rule.benefit, Bundle | Gift | Carriage)
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


class Book:
    """All rules of a market that may hold, in the order in which they go first."""

    __slots__ = ("rules",)

    def __init__(self, rules: Iterable[Rule]) -> None:
        ordered = sorted(rules, key=lambda one: (one.priority, one.code))
        self.rules = tuple(Ready(rule, rank) for rank, rule in enumerate(ordered))
