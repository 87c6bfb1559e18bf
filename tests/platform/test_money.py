"""Money: shares that add back, halves that go up, amounts a browser could not hold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.platform import money
from portico.platform.money import AMOUNT_MAX, Money

amounts = st.integers(-AMOUNT_MAX, AMOUNT_MAX)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [("118.5", 119), ("119.5", 120), ("118.49", 118), ("-118.5", -119), ("0.5", 1), ("-0.5", -1), ("0.4999", 0)],
)
def test_halves_are_rounded_away_from_zero(exact: str, rounded: int) -> None:
    assert money.round_half_up(Decimal(exact)) == rounded


@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=40))
def test_shares_add_back_and_none_is_off_by_a_unit_or_more(amount: int, weights: list[int]) -> None:
    shares = money.split(amount, weights=weights)
    assert sum(shares) == amount
    total = sum(weights)
    for share, weight in zip(shares, weights, strict=True):
        assert total == 0 or abs(share * total - amount * weight) < total
        assert share == 0 or weight > 0 or total == 0


@given(amounts, st.integers(1, 50))
def test_parts_are_as_equal_as_they_can_be_and_the_first_get_the_rest(amount: int, parts: int) -> None:
    found = [one.amount for one in Money(amount, "EUR").split(parts)]
    assert sum(found) == amount and max(found) - min(found) <= 1
    assert found == sorted(found, key=abs, reverse=True)


def test_splitting_into_nothing_is_nothing() -> None:
    assert money.split(5, weights=[]) == []


@given(amounts, amounts)
def test_a_sum_is_exact_or_refused(a: int, b: int) -> None:
    one, other = Money(a, "EUR"), Money(b, "EUR")
    if abs(a + b) > AMOUNT_MAX:
        with pytest.raises(OverflowError):
            one + other
    else:
        assert (one + other).amount == a + b
        assert one + other - other == one


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="USD is not EUR"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("currency", "exponent", "shown"), [("EUR", 2, "12.34"), ("JPY", 0, "1234"), ("KWD", 3, "1.234")]
)
def test_a_currency_knows_its_exponent(currency: str, exponent: int, shown: str) -> None:
    assert money.exponent(currency) == exponent
    assert Money(1234, currency).decimal == Decimal(shown)
