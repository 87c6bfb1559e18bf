"""Amounts: net and tax make the gross, parts make the total, rounded once."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.business.types import MarketId
from portico.platform import money
from portico.pricing.rules import amounts as rules
from portico.pricing.types import AmountTooLarge, Priced, TaxRate, ToPrice, TotalType

MARKET = MarketId.new()
VAT = TaxRate(MARKET, "standard", "ES", 210_000)
SALES = [TaxRate(MARKET, "standard", "NY", 40_000), TaxRate(MARKET, "standard", "NYC", 48_750)]

lines = st.builds(
    ToPrice,
    st.integers(1, 10_000_000),
    st.integers(0, 6),
    st.integers(0, 10_000_000),
    st.sampled_from(["standard", "none"]),
)
rates = st.lists(st.integers(0, 1_000_000), max_size=4).map(
    lambda each: [TaxRate(MARKET, "standard", f"J{i}", ppm) for i, ppm in enumerate(each)]
)


def price(quantity: int, unit_price: int, *, scale: int = 0, included: bool = True, of: list[TaxRate] | None = None):  # type: ignore[no-untyped-def]
    return rules.price_line(
        ToPrice(quantity, scale, unit_price, "standard"), rates=[VAT] if of is None else of, taxes_included=included
    )


def total(priced: Priced, kind: TotalType) -> int:
    return next(one.amount for one in priced.totals if one.type is kind)


def test_tax_inside_is_taken_out() -> None:
    one = price(1, 4990)
    assert (one.net, one.tax, one.gross) == (4124, 866, 4990)


def test_tax_on_top_is_added() -> None:
    one = price(3, 1000, included=False)
    assert (one.net, one.tax, one.gross) == (3000, 630, 3630)


def test_several_rates_are_taken_out_together_and_shared() -> None:
    one = price(1, 10_888, of=SALES)
    assert (one.net, one.tax, one.gross) == (10_000, 888, 10_888)
    assert [each.amount for each in one.taxes] == [400, 488]


def test_each_rate_on_top_is_rounded_by_itself() -> None:
    """4 % and 4.875 % of 199: 7.96 and 9.70 are 8 and 10, whatever both together would be."""
    one = price(1, 199, included=False, of=SALES)
    assert [each.amount for each in one.taxes] == [8, 10] and one.tax == 18


def test_half_a_cent_goes_up_once_per_line() -> None:
    assert price(1, 237, scale=1, of=[]).gross == 24  # 23.7
    assert price(5, 237, scale=1, of=[]).gross == 119  # 118.5, and not five times 24
    assert price(250, 2400, scale=3, of=[]).gross == 600  # a quarter of a kilogram


@pytest.mark.parametrize(("currency", "unit_price", "gross"), [("JPY", 1980, 495), ("KWD", 1980, 495)])
def test_minor_units_are_the_currencys_own(currency: str, unit_price: int, gross: int) -> None:
    """A quarter of 1,980 yen is 495 yen, a quarter of 1.980 dinar 0.495: no hundredth is assumed anywhere."""
    one = price(250, unit_price, scale=3, of=[TaxRate(MARKET, "standard", "X", 100_000)])
    assert one.gross == gross and one.net == 450
    assert money.Money(one.gross, currency).decimal in (Decimal("495"), Decimal("0.495"))


@given(st.lists(lines, max_size=20), rates, st.booleans())
def test_everything_adds_up(asked: list[ToPrice], of: list[TaxRate], included: bool) -> None:
    priced = rules.price_lines(asked, rates=of, taxes_included=included)
    for line, one in zip(asked, priced.lines, strict=True):
        assert one.net + one.tax == one.gross
        assert sum(each.amount for each in one.taxes) == one.tax
        assert one.net >= 0 and all(each.amount >= 0 for each in one.taxes)
        exact = Decimal(line.quantity * line.unit_price) / 10**line.scale
        assert (one.gross if included else one.net) == int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
        if line.tax_category == "none":
            assert one.tax == 0 and not one.taxes
    assert total(priced, TotalType.SUBTOTAL) == sum(one.net for one in priced.lines)
    assert (
        total(priced, TotalType.TAX) == sum(one.tax for one in priced.lines) == sum(one.amount for one in priced.taxes)
    )
    assert priced.total == sum(one.amount for one in priced.totals if one.type is not TotalType.TOTAL)
    assert priced.total == sum(one.gross for one in priced.lines)


@given(lines, rates)
def test_tax_inside_is_the_share_of_the_rates(line: ToPrice, of: list[TaxRate]) -> None:
    one = rules.price_line(line, rates=of, taxes_included=True)
    together = sum(rate.rate_ppm for rate in of)
    assert abs(one.net * (1_000_000 + together) - one.gross * 1_000_000) * 2 <= 1_000_000 + together


@given(lines, rates)
def test_tax_on_top_is_each_rate_rounded_half_up(line: ToPrice, of: list[TaxRate]) -> None:
    one = rules.price_line(line, rates=of, taxes_included=False)
    assert [each.amount for each in one.taxes] == [
        (one.net * rate.rate_ppm * 2 + 1_000_000) // 2_000_000 for rate in of
    ]


@pytest.mark.parametrize("included", [True, False])
def test_an_amount_no_browser_could_hold_is_refused(included: bool) -> None:
    assert price(1, money.AMOUNT_MAX, of=[]).gross == money.AMOUNT_MAX
    with pytest.raises(AmountTooLarge):
        price(2, money.AMOUNT_MAX, included=included)
    with pytest.raises(AmountTooLarge):
        price(1_000_000_000, money.AMOUNT_MAX, included=included)
    lots = [ToPrice(1, 0, money.AMOUNT_MAX, "none")] * 2
    with pytest.raises(AmountTooLarge):
        rules.price_lines(lots, rates=[VAT], taxes_included=included)


def test_lines_of_nothing_are_a_total_of_nothing() -> None:
    assert rules.price_lines([], rates=[VAT], taxes_included=True).total == 0
