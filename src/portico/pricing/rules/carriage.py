"""What a basket pays for being brought, and whether rates can be so. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence

from portico.platform import money
from portico.pricing.types.carriage import (
    BROUGHT,
    METHODS,
    RATES_MAX,
    STEPS_MAX,
    BadCarriage,
    CarriageDue,
    CarriageRate,
)
from portico.pricing.types.conditions import Asking

NAMES_MAX = 300
NAME_LENGTH_MAX = 60
COUNTRY = re.compile("[A-Z]{2}")


def due(
    rates: Sequence[CarriageRate], *, methods: Collection[str], country: str, home: str, asking: Asking, amount: int
) -> CarriageDue | None:
    """What goods that come to `amount` pay by these methods: once, and for the dearest of them. None where no rate says anything.

    What is brought to the buyer goes to `country`; all else, and what goes nobody knows where, stays at `home`.
    """
    found = [
        _due(rate, amount)
        for method in sorted(set(methods))
        if (rate := rate_of(rates, method=method, country=(method in BROUGHT and country) or home, asking=asking))
    ]
    return max(found, key=lambda one: one.amount, default=None)


def rate_of(rates: Sequence[CarriageRate], *, method: str, country: str, asking: Asking) -> CarriageRate | None:
    """The rate of a method: one that names the country before one that names the channel, and that before one for all."""
    fit = [one for one in rates if one.method == method and _holds(one, country, asking)]
    return max(fit, key=lambda one: (bool(one.countries), bool(one.channels)), default=None)


def _holds(rate: CarriageRate, country: str, asking: Asking) -> bool:
    here = not rate.channels or asking.channel in rate.channels or asking.channel_kind in rate.channels
    return here and (not rate.countries or country in rate.countries)


def _due(rate: CarriageRate, amount: int) -> CarriageDue:
    reached = [one for one in rate.steps if one.from_amount <= amount]
    free = next((one.from_amount for one in rate.steps if not one.amount), None)
    return CarriageDue(rate, reached[-1].amount, free, max(0, free - amount) if free is not None else 0)


def check(rates: Sequence[CarriageRate], *, tax_categories: Collection[str]) -> None:
    """Refuses BadCarriage. A market that levies no tax at all may name any category."""
    for field, problem in _problems(rates, tax_categories):
        raise BadCarriage(field=field, problem=problem)


def _problems(rates: Sequence[CarriageRate], tax_categories: Collection[str]) -> Iterator[tuple[str, str]]:
    if len(rates) > RATES_MAX:
        yield "rates", f"0..{RATES_MAX}"
    for i, rate in enumerate(rates):
        for field, problem in _of_rate(rate, tax_categories):
            yield f"rates.{i}.{field}", problem
        for j, other in enumerate(rates[:i]):
            if field := _same(rate, other):
                yield f"rates.{i}.{field}", f"= rates.{j}"


def _of_rate(rate: CarriageRate, tax_categories: Collection[str]) -> Iterator[tuple[str, str]]:
    if rate.method not in METHODS:
        yield "method", ", ".join(METHODS)
    if not 0 < len(rate.steps) <= STEPS_MAX:
        yield "steps", f"1..{STEPS_MAX}"
    for i, step in enumerate(rate.steps):
        if i == 0 and step.from_amount:
            yield "steps.0.from_amount", "0"
        if i and not rate.steps[i - 1].from_amount < step.from_amount <= money.AMOUNT_MAX:
            yield f"steps.{i}.from_amount", f"> {rate.steps[i - 1].from_amount}"
        if not 0 <= step.amount <= money.AMOUNT_MAX:
            yield f"steps.{i}.amount", f"0..{money.AMOUNT_MAX}"
        if i and step.amount > rate.steps[i - 1].amount:
            yield f"steps.{i}.amount", f"<= {rate.steps[i - 1].amount}"
    for field, names in (("countries", rate.countries), ("channels", rate.channels)):
        if len(names) > NAMES_MAX or not all(0 < len(one) <= NAME_LENGTH_MAX for one in names):
            yield field, f"0..{NAMES_MAX}"
    if not all(COUNTRY.fullmatch(one) for one in rate.countries):
        yield "countries", "ISO 3166-1"
    if tax_categories and rate.tax_category not in tax_categories:
        yield "tax_category", ", ".join(sorted(tax_categories))


def _same(rate: CarriageRate, other: CarriageRate) -> str:
    """By which field two rates of a method would hold for the same basket with nothing to say which goes first; "" where they do not."""
    if rate.method != other.method:
        return ""
    countries, channels = set(rate.countries) & set(other.countries), set(rate.channels) & set(other.channels)
    if bool(rate.countries) != bool(other.countries) or bool(rate.channels) != bool(other.channels):
        return ""
    if (rate.countries and not countries) or (rate.channels and not channels):
        return ""
    return "countries" if countries else "channels" if channels else "method"
