"""Amounts of money: integer minor units and a currency that knows its exponent.

The exponents are ISO 4217's, as CLDR (Babel) carries them. An amount beyond 2**53 - 1 is refused: JSON readers
in browsers would silently change it.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import msgspec
from babel.numbers import get_currency_precision

AMOUNT_MAX = 2**53 - 1


@cache
def exponent(currency: str) -> int:
    """Digits behind the point: 2 for EUR, 0 for JPY, 3 for KWD."""
    return get_currency_precision(currency)


def round_half_up(value: Decimal) -> int:
    """118.5 -> 119, -118.5 -> -119. Python's own default would give 118."""
    return int(value.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def bounded(amount: int) -> int:
    """`amount` itself; raises OverflowError where a browser could not hold it exactly."""
    if not -AMOUNT_MAX <= amount <= AMOUNT_MAX:
        raise OverflowError(f"{amount} minor units are more than 2^53-1")
    return amount


def split(amount: int, *, weights: Sequence[int]) -> list[int]:
    """Share `amount` out by `weights`; the shares add up to it exactly.

    Largest remainders get the residual units, earlier shares first among equals. Weights are not negative; all
    zero means equal weights.
    """
    if not weights:
        return []
    total = sum(weights)
    if total == 0:
        weights, total = [1] * len(weights), len(weights)
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    shares = [size * weight // total for weight in weights]
    rest = size - sum(shares)
    if not rest:
        return [sign * one for one in shares]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in by_remainder[:rest]:
        shares[i] += 1
    return [sign * share for share in shares]


class Money(msgspec.Struct, frozen=True):
    """An amount in minor units of `currency`."""

    amount: int
    currency: str

    def __add__(self, other: "Money") -> "Money":
        return Money(bounded(self.amount + self._same(other)), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(bounded(self.amount - self._same(other)), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount, self.currency)

    def split(self, parts: int) -> list["Money"]:
        """`parts` amounts, as equal as they can be, that add back to this one."""
        return [Money(share, self.currency) for share in split(self.amount, weights=[1] * parts)]

    @property
    def decimal(self) -> Decimal:
        return Decimal(self.amount).scaleb(-exponent(self.currency))

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} is not {self.currency}")
        return other.amount
