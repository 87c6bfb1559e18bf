"""Postal codes as people write them."""

import re
from collections.abc import Sequence

from portico.fulfillment.types import PostalArea

CODE_LENGTH_MAX = 10
_ANY = re.compile(r"[A-Z0-9]{3,10}")
# Where a country writes them so, as letters and digits alone; elsewhere any will do.
_WRITTEN = {
    country: re.compile(pattern)
    for pattern, countries in (
        (r"\d{5}", "DE ES FI FR IT MX"), (r"\d{6}", "RU KZ BY CN IN"), (r"\d{4}", "AT AU BE BG CH DK HU NO"),
        (r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}", "GB"), (r"\d{4}[A-Z]{2}", "NL"), (r"\d{4}\d{3}", "PT"), (r"\d{2}\d{3}", "PL"),
        (r"\d{5}(?:\d{4})?", "US"), (r"[A-Z]\d[A-Z]\d[A-Z]\d", "CA"),
    )
    for country in countries.split()
}  # fmt: skip


def read(country: str, text: str) -> str | None:
    """ "w1u 5jw" as W1U5JW; None where the country has no such codes."""
    code = re.sub(r"[\s-]", "", text).upper()
    return code if _WRITTEN.get(country, _ANY).fullmatch(code) else None


def written(country: str, code: str) -> str:
    """As an envelope shows it."""
    if country == "GB":
        return f"{code[:-3]} {code[-3:]}"
    return code


def prefixes(code: str) -> list[str]:
    """What an area's prefix may be for this code. One that ends in a letter stands for codes that go on with a digit, as
    W for W1 and not for WC1."""
    return [code[:n] for n in range(1, len(code) + 1) if n == len(code) or code[n - 1].isdigit() or code[n].isdigit()]


def wrong(one: PostalArea) -> str | None:
    """Which field cannot be so."""
    if not re.fullmatch(r"[A-Z]{2}", one.country):
        return "country"
    if not re.fullmatch(r"[A-Z0-9]{1,10}", one.prefix):
        return "prefix"
    if not 0 < len(one.name) <= 100:
        return "name"
    if not -90 <= one.latitude <= 90:
        return "latitude"
    return None if -180 <= one.longitude <= 180 else "longitude"


def named(areas: Sequence[PostalArea]) -> dict[tuple[str, str], PostalArea]:
    """Of a prefix that comes twice the last."""
    return {(one.country, one.prefix): one for one in areas}
