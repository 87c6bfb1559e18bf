"""What a basket pays for being brought, and which rates cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portico.platform import clock
from portico.pricing.rules import carriage as rules
from portico.pricing.types import CarriageRate, CarriageStep
from portico.pricing.types.carriage import METHODS, BadCarriage
from portico.pricing.types.conditions import Asking


def rate(method: str = "ship", *steps: tuple[int, int], **what: object) -> CarriageRate:
    return CarriageRate(method=method, steps=tuple(CarriageStep(*one) for one in steps or [(0, 490)]), **what)  # type: ignore[arg-type]


def due(*rates: CarriageRate, methods: tuple[str, ...] = ("ship",), country: str = "", amount: int = 3000, channel: str = "web") -> tuple[str, int] | None:  # fmt: skip
    asking = Asking(at=clock.now(), channel=channel, channel_kind=channel)
    found = rules.due(rates, methods=methods, country=country, home="IT", asking=asking, amount=amount)
    return (found.rate.method, found.amount) if found else None


TIERED = rate("ship", (0, 490), (5000, 250), (10000, 0))


@pytest.mark.parametrize(
    ("amount", "charged", "free_from", "missing"),
    [
        (0, 490, 10000, 10000),
        (4999, 490, 10000, 5001),
        (5000, 250, 10000, 5000),
        (10000, 0, 10000, 0),
        (12000, 0, 10000, 0),
    ],
)
def test_the_step_that_was_reached_says_what_it_costs(amount: int, charged: int, free_from: int, missing: int) -> None:
    found = rules.due([TIERED], methods=["ship"], country="", home="IT", asking=Asking(at=clock.now()), amount=amount)
    assert found is not None and (found.amount, found.free_from, found.missing) == (charged, free_from, missing)


def test_without_a_rate_nothing_is_charged() -> None:
    assert due() is None
    assert due(rate("ship"), methods=("carry_out", "collect")) is None
    assert due(rate("ship"), methods=()) is None


def test_a_rate_that_names_the_country_goes_first_then_one_that_names_the_channel() -> None:
    everywhere, web = rate("ship", (0, 490)), rate("ship", (0, 390), channels=("web",))
    abroad, abroad_web = rate("ship", (0, 990), countries=("FR", "DE")), rate("ship", (0, 890), countries=("FR",), channels=("web",))  # fmt: skip
    for rates in ([everywhere, web, abroad, abroad_web], [abroad_web, abroad, web, everywhere]):
        assert due(*rates, country="FR") == ("ship", 890)
        assert due(*rates, country="DE") == ("ship", 990)
        assert due(*rates, country="ES") == ("ship", 390)
        assert due(*rates, country="ES", channel="pos") == ("ship", 490)


def test_what_is_not_brought_to_her_stays_at_home() -> None:
    rates = [rate("collect", (0, 100), countries=("IT",)), rate("ship", (0, 490), countries=("IT",))]
    assert due(*rates, methods=("collect",), country="FR") == ("collect", 100)
    assert due(*rates, methods=("ship",), country="FR") is None
    assert due(*rates, methods=("ship",)) == ("ship", 490)


def test_a_basket_had_in_several_ways_pays_once_for_the_dearest() -> None:
    rates = [rate("collect", (0, 100)), rate("ship", (0, 490)), rate("ship_to_store", (0, 200))]
    assert due(*rates, methods=("collect", "ship_to_store", "ship")) == ("ship", 490)
    assert due(*rates, methods=("collect", "carry_out")) == ("collect", 100)


@given(
    steps=some.lists(some.integers(0, 900), min_size=1, max_size=6),
    amounts=some.lists(some.integers(0, 6000), min_size=2, max_size=2),
)
def test_dearer_goods_never_pay_more(steps: list[int], amounts: list[int]) -> None:
    one = rate("ship", *((i * 1000, amount) for i, amount in enumerate(sorted(steps, reverse=True))))
    rules.check([one], tax_categories=["standard"])
    less, more = sorted(amounts)
    first, second = due(one, amount=less), due(one, amount=more)
    assert first is not None and second is not None and first[1] >= second[1]


@pytest.mark.parametrize(
    ("field", "rates"),
    [
        ("rates.0.method", [rate("carry_out")]),
        ("rates.0.steps", [CarriageRate(method="ship", steps=())]),
        ("rates.0.steps.0.from_amount", [rate("ship", (100, 490))]),
        ("rates.0.steps.1.from_amount", [rate("ship", (0, 490), (0, 0))]),
        ("rates.0.steps.0.amount", [rate("ship", (0, -1))]),
        ("rates.0.steps.1.amount", [rate("ship", (0, 490), (5000, 500))]),
        ("rates.0.countries", [rate("ship", countries=("it",))]),
        ("rates.0.countries", [rate("ship", countries=("",))]),
        ("rates.0.channels", [rate("ship", channels=("x" * 61,))]),
        ("rates.0.tax_category", [rate("ship", tax_category="luxury")]),
        ("rates.1.method", [rate("ship"), rate("ship")]),
        ("rates.1.countries", [rate("ship", countries=("IT", "FR")), rate("ship", countries=("FR",))]),
        ("rates.1.channels", [rate("ship", channels=("web",)), rate("ship", channels=("web", "pos"))]),
        ("rates", [rate(method, countries=(f"{a}{b}",)) for method in METHODS for a in "ABCDE" for b in "ABCDE"]),
    ],
)
def test_rates_that_cannot_be_are_named_by_their_field(field: str, rates: list[CarriageRate]) -> None:
    with pytest.raises(BadCarriage) as refused:
        rules.check(rates, tax_categories=["standard", "food"])
    assert refused.value.field == field


def test_rates_for_different_baskets_stand_side_by_side() -> None:
    rules.check(
        [
            rate("ship"), rate("collect"), rate("ship", countries=("FR",)), rate("ship", countries=("DE",)),
            rate("ship", channels=("web",)), rate("ship", countries=("FR",), channels=("web",)), rate("ship", channels=("pos",)),
        ],
        tax_categories=[],
    )  # fmt: skip
