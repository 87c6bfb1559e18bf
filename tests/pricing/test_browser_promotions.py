"""The till's own code chooses the same promotions as the server, on vectors made at random: run by the Node that builds it."""

import random
from pathlib import Path
from typing import Any

import hatch_build
import msgspec
from tests.node import answer
from tests.pricing.baskets import case

from portico.platform.ids import encode_hook
from portico.pricing.rules.promotions import Book, evaluate
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.evaluating import Basket, Outcome
from portico.pricing.types.promotions import PercentOff, Rule

PROMOTIONS = Path(hatch_build.UI) / "src" / "platform" / "promotions" / "choosing.ts"
CASES = 1_500


def plain(value: object) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value, enc_hook=encode_hook))


def in_browser_code(cases: list[tuple[list[Rule], Basket]]) -> list[Any]:
    given = plain(cases)
    return answer(PROMOTIONS, "evaluate", "given.map(([rules, basket]) => evaluate(rules, basket, true))", given)  # type: ignore[no-any-return]


def told(outcome: Outcome) -> Any:
    found = plain(outcome)
    found["taken"].sort(key=lambda one: (one["line"], one["code"]))
    return found


def test_the_till_chooses_as_the_server_does() -> None:
    r = random.Random(20_261_128)
    cases = []
    for seed in range(CASES):
        small = r.random() < 0.7
        rules, lines = (r.randint(1, 8), r.randint(1, 5)) if small else (r.randint(20, 80), r.randint(5, 30))
        cases.append(case(seed, rules=rules, lines=lines, variants=8 if small else 40))
    cases.append(_huge(*case(7, rules=6, lines=4)))
    for i, ((rules, basket), theirs) in enumerate(zip(cases, in_browser_code(cases), strict=True)):
        theirs["taken"].sort(key=lambda one: (one["line"], one["code"]))
        assert theirs == told(evaluate(Book(rules), basket, explain=True)), f"case {i}"


def test_whose_company_it_is_decides_alike() -> None:
    """For the people of the companies that a promotion names, and for nobody else: exactly so, not by how numbers begin."""
    asking = ["", "B-2", "B-22", "b-2", "B-3"]
    named: list[tuple[str, ...]] = [(), ("B-2",), ("B-22", "B-3"), ("B-4",)]
    rule, basket = Rule(code="p", benefit=PercentOff(100_000)), case(1, rules=1, lines=1, plain=True)[1]
    lamp = msgspec.structs.replace(basket.goods[0], quantity=1, scale=0, unit_price=4990, amount=4990)
    cases = [
        (
            [msgspec.structs.replace(rule, conditions=Conditions(companies=names))],
            msgspec.structs.replace(basket, goods=(lamp,), asking=msgspec.structs.replace(basket.asking, company=who)),
        )
        for names in named
        for who in asking
    ]
    theirs = in_browser_code(cases)
    ours = [told(evaluate(Book(rules), basket, explain=True)) for rules, basket in cases]
    expected = [not names or who in names for names in named for who in asking]
    assert [bool(one["taken"]) for one in ours] == expected
    assert [bool(one["taken"]) for one in theirs] == expected


def _huge(rules: list[Rule], basket: Basket) -> tuple[list[Rule], Basket]:
    """Amounts at the edge of what a browser counts exactly."""
    goods = tuple(
        msgspec.structs.replace(one, unit_price=2**45 + i, scale=0, quantity=5, amount=(2**45 + i) * 5)
        for i, one in enumerate(basket.goods)
    )
    return rules, msgspec.structs.replace(basket, goods=goods)
