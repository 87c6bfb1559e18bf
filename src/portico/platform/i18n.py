"""Four languages from the first string on: one JSON catalog per language, plurals by CLDR's rules.

A message is a text with `{name}` places, or, where it counts something, an object of plural forms:
`{"one": "{count} товар", "few": "{count} товара", "many": "{count} товаров", "other": "{count} товара"}`. Each room
keeps its own in `locales/<language>.json`; a test holds that all have the same keys, places and the forms their
language needs.
"""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency

from portico.platform import money

LANGUAGES = ("en", "es", "it", "ru")
FALLBACK = "en"

Message = str | dict[str, str]


@cache
def catalog(language: str) -> dict[str, Message]:
    """Every room's messages together. Two rooms that say the same key are a mistake."""
    messages: dict[str, Message] = {}
    for folder in _folders():
        found = msgspec.json.decode((folder / f"{language}.json").read_bytes(), type=dict[str, Message])
        if twice := messages.keys() & found.keys():
            raise ValueError(f"{folder}: {sorted(twice)} are said elsewhere too")
        messages.update(found)
    return messages


def _folders() -> list[Path]:
    """`locales/` of the package and of every room, in a fixed order."""
    root = Path(str(resources.files("portico")))
    return sorted(one.parent for one in root.glob("**/locales/en.json"))


@cache
def _locale(language: str) -> Locale:
    # British habits for English: day before month, 24 hours; the markets we ship with are European.
    return Locale.parse("en_GB" if language == "en" else language)


def plural_form(language: str, count: int) -> str:
    """CLDR's category of `count`: one, few, many, other. 21 is `one` in Russian, 3 is `few`, 5 is `many`."""
    return str(_locale(language).plural_form(count))


def text(language: str, key: str, /, **places: Any) -> str:
    """The message `key` in `language`. `count` among the places chooses the plural form. Raises KeyError."""
    message = catalog(language if language in LANGUAGES else FALLBACK)[key]
    if isinstance(message, dict):
        message = message.get(plural_form(language, int(places["count"])), message["other"])
    return message.format_map(_Places(places))


class _Places(dict[str, Any]):
    """A place nobody filled stays readable instead of failing the whole page."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def negotiate(accept_language: str | None, *, fallback: str = FALLBACK) -> str:
    """The best of our languages for an Accept-Language header (RFC 9110, 12.5.4)."""
    best, best_quality = fallback, 0.0
    for part in (accept_language or "")[:200].split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.strip().partition("-")[0].lower()
        try:
            quality = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if language in LANGUAGES and quality > best_quality:
            best, best_quality = language, quality
    return best


def currency(language: str, amount: int, code: str) -> str:
    """1299, EUR -> "€12.99" or "12,99 €", as the language writes it."""
    value = Decimal(amount).scaleb(-money.exponent(code))
    return format_currency(value, code, locale=_locale(language))


def quantity(language: str, value: int, scale: int) -> str:
    """1250 with scale 3 -> "1.25" or "1,25"."""
    from babel.numbers import format_decimal

    return str(format_decimal(Decimal(value).scaleb(-scale), locale=_locale(language)))


def moment(language: str, value: datetime, zone: str) -> str:
    return str(format_datetime(value, "d MMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=_locale(language)))


def clock_time(language: str, value: datetime, zone: str) -> str:
    return str(format_time(value, "HH:mm", tzinfo=ZoneInfo(zone), locale=_locale(language)))


def short_day(language: str, value: date) -> str:
    """ "Tue 2 Dec", as a date stands among other words."""
    return str(format_date(value, "EEE, d MMM" if language == "ru" else "EEE d MMM", locale=_locale(language)))


def day(language: str, value: date) -> str:
    return str(format_date(value, "EEEE d MMMM", locale=_locale(language)))
