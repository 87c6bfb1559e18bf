"""Promotions choose the best for the customer: held against trying every choice, and each benefit against counting unit by unit."""

import itertools
import random
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
import pytest
from tests.pricing.baskets import AT, case, item, variant

from portico.platform import money
from portico.pricing.rules.checking import check_rule
from portico.pricing.rules.promotions import Book, evaluate
from portico.pricing.rules.promotions.benefits import make_sets, off_line, share
from portico.pricing.rules.promotions.book import Shelf
from portico.pricing.rules.promotions.choosing import _match
from portico.pricing.rules.promotions.matching import judge
from portico.pricing.rules.promotions.settling import COMPETING_MAX, Match
from portico.pricing.types.conditions import Asking, Conditions, Window
from portico.pricing.types.evaluating import Basket, Goods, Left, Level, Outcome, Why
from portico.pricing.types.promotions import (
    AmountOff,
    BadPromotion,
    Bundle,
    BuyGet,
    Caps,
    Carriage,
    FixedPrice,
    Gift,
    Minimum,
    OrderAmount,
    OrderPercent,
    Part,
    PercentOff,
    Rule,
    Scope,
    Stacking,
    Takes,
    Tier,
    TierBy,
    Tiers,
)


def line(i: int, price: int, quantity: int = 1, *, scale: int = 0, category: str = "c0") -> Goods:
    amount = (2 * price * quantity + 10**scale) // (2 * 10**scale)
    return Goods(variant(i), item(i), (category,), quantity, scale, price, amount)


def basket(*goods: Goods, **more: object) -> Basket:
    return Basket(goods=goods, asking=Asking(at=AT, channel="web", channel_kind="web"), **more)  # type: ignore[arg-type]


def off(rules: Iterable[Rule] | Rule, of: Basket) -> Outcome:
    return evaluate(Book([rules] if isinstance(rules, Rule) else rules), of, explain=True)


def by_line(outcome: Outcome, lines: int) -> list[int]:
    found = [0] * lines
    for one in outcome.taken:
        found[one.line] += one.amount
    return found


LAMPS, MUGS = Scope(categories=("lamps",)), Scope(categories=("mugs",))


@pytest.mark.parametrize(
    ("benefit", "goods", "expected"),
    [
        (PercentOff(200_000), [line(1, 999)], [200]),
        (PercentOff(500_000), [line(1, 1)], [1]),  # half up
        (AmountOff(300), [line(1, 999, 2), line(2, 100)], [600, 100]),
        (FixedPrice(500), [line(1, 999, 2), line(2, 400)], [998, 0]),
        (PercentOff(100_000), [line(1, 2400, 250, scale=3)], [60]),
        (AmountOff(400), [line(1, 2400, 250, scale=3)], [100]),
        (BuyGet(2, 1), [line(1, 300, 3)], [300]),
        (BuyGet(2, 1), [line(1, 900), line(2, 600), line(3, 300)], [150, 100, 50]),
        (BuyGet(2, 1), [line(1, 900, 2)], [0]),
        (BuyGet(1, 1, 500_000), [line(1, 1000, 2), line(2, 500, 2)], [500, 250]),
        (Bundle((Part(Scope(), 3),), 1000), [line(1, 500, 3)], [500]),
        (Bundle((Part(Scope(), 3),), 2000), [line(1, 500, 3)], [0]),
        (Tiers(TierBy.QUANTITY, (Tier(2, PercentOff(100_000)), Tier(3, PercentOff(200_000)))), [line(1, 100, 2), line(2, 100)], [40, 20]),
        (OrderPercent(100_000), [line(1, 999), line(2, 1)], [100, 0]),
        (OrderAmount(300), [line(1, 200), line(2, 50)], [200, 50]),
    ],
)  # fmt: skip
def test_each_benefit(benefit, goods, expected) -> None:  # type: ignore[no-untyped-def]
    outcome = off(Rule(code="p", benefit=benefit), basket(*goods))
    assert by_line(outcome, len(goods)) == expected


def test_another_thing_is_got_for_what_is_bought() -> None:
    half = Rule(code="p", scope=LAMPS, benefit=BuyGet(1, 2, 500_000, of=MUGS))
    goods = [line(1, 5000, category="lamps"), line(2, 1000, 3, category="mugs"), line(3, 800, category="mugs")]
    assert by_line(off(half, basket(*goods)), 3) == [0, 500, 400]  # the two cheapest
    dearest = msgspec.structs.replace(half, benefit=BuyGet(1, 2, 500_000, of=MUGS, takes=Takes.DEAREST))
    assert by_line(off(dearest, basket(*goods)), 3) == [0, 1000, 0]


def test_a_gift_is_offered_until_it_is_in_the_basket() -> None:
    gift = Rule(code="p", benefit=Gift(variant(9)), minimum=Minimum(amount=5000))
    offered = off(gift, basket(line(1, 6000)))
    assert (offered.total, [(one.variant_id, one.quantity) for one in offered.offered]) == (0, [(variant(9), 1)])
    taken = off(gift, basket(line(1, 6000), line(9, 700, 2)))
    assert (by_line(taken, 2), taken.offered) == ([0, 700], ())
    short = off(gift, basket(line(1, 4500), line(9, 700)))  # a gift does not pay for itself
    assert short.total == 0 and short.declined[0].why is Why.MINIMUM and short.declined[0].missing == 500


def test_what_adds_comes_on_top_and_of_what_is_left() -> None:
    rules = [
        Rule(code="a", benefit=PercentOff(200_000)),
        Rule(code="b", benefit=PercentOff(100_000), stacking=Stacking.ADDS),
        Rule(code="c", benefit=OrderPercent(100_000)),
    ]
    outcome = off(rules, basket(line(1, 1000)))
    assert [(one.code, one.amount, one.level) for one in outcome.taken] == [
        ("a", 200, Level.ITEM), ("b", 80, Level.ITEM), ("c", 72, Level.ORDER),
    ]  # fmt: skip


def test_what_stands_alone_is_weighed_against_all_others() -> None:
    rules = [
        Rule(code="a", benefit=PercentOff(100_000)),
        Rule(code="b", benefit=OrderPercent(100_000)),
        Rule(code="solo", benefit=PercentOff(150_000), stacking=Stacking.ALONE),
    ]
    assert {one.code for one in off(rules, basket(line(1, 1000))).taken} == {"a", "b"}
    rules[2] = msgspec.structs.replace(rules[2], benefit=PercentOff(500_000))
    assert {one.code for one in off(rules, basket(line(1, 1000))).taken} == {"solo"}


def test_of_a_group_there_is_one() -> None:
    rules = [
        Rule(code="a", benefit=PercentOff(100_000), scope=LAMPS, group="sale"),
        Rule(code="b", benefit=PercentOff(200_000), scope=MUGS, group="sale"),
    ]
    outcome = off(rules, basket(line(1, 5000, category="lamps"), line(2, 1000, category="mugs")))
    assert [one.code for one in outcome.taken] == ["a"]


def test_a_budget_is_never_overrun_and_the_next_best_comes_in() -> None:
    rules = [
        Rule(code="dear", benefit=PercentOff(500_000), caps=Caps(budget=10_000)),
        Rule(code="fair", benefit=PercentOff(100_000)),
    ]
    full = basket(line(1, 1000), left={"dear": Left(budget=499)})
    assert [(one.code, one.amount) for one in off(rules, full).taken] == [("fair", 100)]
    rich = basket(line(1, 1000), left={"dear": Left(budget=500)})
    assert [(one.code, one.amount) for one in off(rules, rich).taken] == [("dear", 500)]


@pytest.mark.parametrize(
    ("rule", "more", "why"),
    [
        (Rule(code="p", benefit=PercentOff(1), conditions=Conditions(starts_at=AT + timedelta(seconds=1))), {}, Why.NOT_YET),
        (Rule(code="p", benefit=PercentOff(1), conditions=Conditions(ends_before=AT)), {}, Why.OVER),
        (Rule(code="p", benefit=PercentOff(1), conditions=Conditions(windows=(Window(10, 20),))), {}, Why.OTHER_TIME),
        (Rule(code="p", benefit=PercentOff(1), conditions=Conditions(channels=("pos",))), {}, Why.OTHER_CHANNEL),
        (Rule(code="p", benefit=PercentOff(1), conditions=Conditions(locations=("S1",))), {}, Why.OTHER_PLACE),
        (Rule(code="p", benefit=PercentOff(1), conditions=Conditions(segments=("vip",))), {}, Why.OTHER_CUSTOMERS),
        (Rule(code="p", benefit=PercentOff(1), needs_code=True), {}, Why.NEEDS_CODE),
        (Rule(code="p", benefit=PercentOff(1), caps=Caps(uses_per_customer=1)), {}, Why.NEEDS_CUSTOMER),
        (Rule(code="p", benefit=PercentOff(1), caps=Caps(uses=1)), {"left": {"p": Left(uses=0)}}, Why.USED_UP),
        (Rule(code="p", benefit=PercentOff(1), caps=Caps(uses_per_customer=1)), {"known": True, "left": {"p": Left(uses_of_customer=0)}}, Why.USED_BY_HER),
        (Rule(code="p", benefit=PercentOff(1), scope=MUGS), {}, Why.NO_GOODS),
        (Rule(code="p", benefit=PercentOff(1), minimum=Minimum(quantity=5)), {}, Why.MINIMUM),
        (Rule(code="p", benefit=BuyGet(3, 1)), {}, Why.SET_INCOMPLETE),
        (Rule(code="p", benefit=FixedPrice(9999)), {}, Why.NOT_CHEAPER),
        (Rule(code="p", benefit=Carriage(ppm=1_000_000)), {}, Why.NO_GOODS),
    ],
)  # fmt: skip
def test_why_a_basket_does_not_have_a_promotion(rule: Rule, more: dict[str, object], why: Why) -> None:
    outcome = off(rule, basket(line(1, 1000, 2), **more))
    assert not outcome.taken and [one.why for one in outcome.declined] == [why]


@pytest.mark.parametrize(
    ("field", "rule"),
    [
        ("code", Rule(code="Über", benefit=PercentOff(1), titles={"en": "x"})),
        ("titles", Rule(code="a", benefit=PercentOff(1))),
        ("titles.en", Rule(code="a", benefit=PercentOff(1), titles={"en": "x" * 201})),
        ("titles.en", Rule(code="a", benefit=PercentOff(1), titles={"en": "\u202ex\n"})),
        ("benefit.ppm", Rule(code="a", benefit=PercentOff(1_000_001), titles={"en": "x"})),
        ("benefit.amount", Rule(code="a", benefit=AmountOff(0), titles={"en": "x"})),
        ("benefit.buy", Rule(code="a", benefit=BuyGet(0, 1), titles={"en": "x"})),
        ("benefit.parts", Rule(code="a", benefit=Bundle((), 1), titles={"en": "x"})),
        ("benefit.tiers.1.at_least", Rule(code="a", benefit=Tiers(TierBy.QUANTITY, (Tier(2, PercentOff(1)), Tier(2, PercentOff(1)))), titles={"en": "x"})),
        ("stacking", Rule(code="a", benefit=FixedPrice(1), stacking=Stacking.ADDS, titles={"en": "x"})),
        ("caps.budget", Rule(code="a", benefit=PercentOff(1), caps=Caps(budget=0), titles={"en": "x"})),
        ("conditions.windows.0", Rule(code="a", benefit=PercentOff(1), conditions=Conditions(windows=(Window(5, 5),)), titles={"en": "x"})),
        ("conditions.ends_before", Rule(code="a", benefit=PercentOff(1), conditions=Conditions(starts_at=AT, ends_before=AT), titles={"en": "x"})),
        ("benefit", Rule(code="a", benefit=Carriage(), titles={"en": "x"})),
        ("scope", Rule(code="a", benefit=Gift(variant(1)), scope=MUGS, titles={"en": "x"})),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_is_refused_and_says_where(field: str, rule: Rule) -> None:
    with pytest.raises(BadPromotion) as refused:
        check_rule(rule)
    assert refused.value.field == field


def _unit_by_unit(benefit: BuyGet, prices: Sequence[int]) -> int:
    """Three for two and its like, counted the slow way."""
    ordered = sorted(prices, reverse=True)
    together = benefit.buy + benefit.get
    whole = len(ordered) // together * together
    groups = [ordered[i : i + together] for i in range(0, whole, together)]
    return sum(share(price, benefit.ppm) for group in groups for price in group[benefit.buy :])


@pytest.mark.parametrize("seed", range(150))
def test_sets_of_the_same_are_what_counting_unit_by_unit_gives(seed: int) -> None:
    r = random.Random(seed)
    goods = [line(i, r.randint(1, 999), r.randint(1, 9)) for i in range(r.randint(1, 5))]
    benefit = BuyGet(r.randint(1, 3), r.randint(1, 3), r.choice([1_000_000, 500_000, 123_456]))
    prices = [one.unit_price for one in goods for _ in range(one.quantity)]
    assert off(Rule(code="p", benefit=benefit), basket(*goods)).total == _unit_by_unit(benefit, prices)


def _every_choice(rules: Sequence[Rule], of: Basket) -> int:
    """The most that can be taken off, by trying all: every choice of one of each group and of what stands alone, every order of sets, for
    each line every promotion of single units, and every promotion of the order."""
    shelf = Shelf(of.goods)
    matches, book = [], Book(rules)
    for ready in book.rules:
        lines = judge(ready, of, shelf, book.reached_by(shelf))
        if isinstance(lines, tuple) and isinstance(found := _match(ready, lines, shelf), Match):
            matches.append(found)
    best = 0
    for chosen in _allowed(matches):
        best = max(best, _most_of(chosen, of))
    return best


def _allowed(matches: Sequence[Match]) -> Iterable[tuple[Match, ...]]:
    for size in range(len(matches) + 1):
        for chosen in itertools.combinations(matches, size):
            groups = [one.ready.rule.group for one in chosen if one.ready.rule.group]
            alone = any(one.stacking is Stacking.ALONE for one in chosen)
            if len(groups) == len(set(groups)) and not (alone and size > 1):
                yield chosen


def _most_of(chosen: Sequence[Match], of: Basket) -> int:
    """With all of `chosen` in play, each of which may come to nothing."""
    adds = [one for one in chosen if one.stacking is Stacking.ADDS]
    sets = [
        one
        for one in chosen
        if one not in adds and (one.simple is None or one.ready.rule.caps.discount_per_basket is not None)
    ]
    sets = [one for one in sets if not one.ready.of_order and not isinstance(one.ready.rule.benefit, Carriage)]
    singles = [one for one in chosen if one.simple is not None and one not in adds and one not in sets]
    of_order = [one for one in chosen if one.ready.of_order and one not in adds]
    carriage = max(
        (
            _carriage(one.ready.rule.benefit, of.carriage)
            for one in chosen
            if isinstance(one.ready.rule.benefit, Carriage)
        ),
        default=0,
    )
    best = 0
    for size in range(len(sets) + 1):
        for order in itertools.permutations(sets, size):
            left, off = [one.quantity for one in of.goods], [0] * len(of.goods)
            for one in order:
                made = make_sets(one.ready, one.simple, one.parts, of.goods, left)
                for use in made.uses() if made else ():
                    left[use.line] -= use.units
                    off[use.line] += use.off
            choices = [
                [0, *(off_line(one.simple, goods, left[i]) for one in singles if i in one.lines and left[i])]
                for i, goods in enumerate(of.goods)
            ]
            for single in itertools.product(*choices):
                both = [a + b for a, b in zip(off, single, strict=True)]
                best = max(best, _then(both, adds, of_order, of) + carriage)
    return best


def _carriage(benefit: Carriage, amount: int) -> int:
    return share(amount, benefit.ppm) if benefit.amount is None else max(0, amount - benefit.amount)


def _then(off: list[int], adds: Sequence[Match], of_order: Sequence[Match], of: Basket) -> int:
    off = list(off)
    for i, goods in enumerate(of.goods):
        for one in adds:
            if one.ready.of_order or i not in one.lines:
                continue
            rest = goods.amount - off[i]
            off[i] += (
                share(rest, one.simple.ppm)
                if isinstance(one.simple, PercentOff)
                else min(rest, off_line(one.simple, goods, goods.quantity))
            )
    best = 0
    for chosen in [None, *of_order]:
        now = list(off)
        for one in [*([chosen] if chosen else []), *(each for each in adds if each.ready.of_order)]:
            rests = [of.goods[i].amount - now[i] for i in one.lines]
            benefit, cap = one.ready.rule.benefit, one.ready.rule.caps.discount_per_basket
            amount = (
                share(sum(rests), benefit.ppm) if isinstance(benefit, OrderPercent) else min(sum(rests), benefit.amount)
            )
            for i, part in zip(
                one.lines, money.split(amount if cap is None else min(amount, cap), weights=rests), strict=True
            ):
                now[i] += part
        best = max(best, sum(now))
    return best


@pytest.mark.parametrize("seed", range(120))
def test_no_choice_takes_more_off(seed: int) -> None:
    rules, of = case(seed, rules=4, lines=3, plain=True)
    outcome = evaluate(Book(rules), of)
    assert outcome.exact
    assert outcome.total == _every_choice(rules, of)


@pytest.mark.parametrize("seed", range(60))
def test_nothing_costs_less_than_nothing_and_every_use_has_its_units(seed: int) -> None:
    rules, of = case(seed, rules=60, lines=25, variants=40)
    outcome = evaluate(Book(rules), of, explain=True)
    for i, (goods, taken) in enumerate(zip(of.goods, by_line(outcome, len(of.goods)), strict=True)):
        assert 0 <= taken <= goods.amount
        assert all(0 < one.quantity <= goods.quantity and one.amount > 0 for one in outcome.taken if one.line == i)
    for one in rules:
        budget = of.left.get(one.code, Left()).budget
        spent = sum(each.amount for each in outcome.taken if each.code == one.code)
        assert budget is None or spent + (outcome.carriage_off if outcome.carriage_code == one.code else 0) <= budget
    told = {one.code for one in outcome.taken} | {one.code for one in outcome.declined} | {outcome.carriage_code}
    assert told - {""} == {one.code for one in rules}
    assert outcome == evaluate(Book(reversed(rules)), of, explain=True)


def test_more_sets_than_can_be_tried_are_taken_greedily_and_it_is_said() -> None:
    rules = [Rule(code=f"p{i}", benefit=Bundle((Part(Scope(), 2),), 100 + i)) for i in range(COMPETING_MAX + 1)]
    outcome = off(rules, basket(line(1, 100, 4)))
    assert outcome.total == 200 and not outcome.exact
    assert off(rules[:COMPETING_MAX], basket(line(1, 100, 4))).exact
