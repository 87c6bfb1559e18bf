"""GS1 element strings: what a scanner reads out of a GS1-128, DataMatrix, QR or DataBar symbol.

Source: GS1 General Specifications, sections 3 (application identifiers), 7.8 (processing of element strings: predefined
lengths, the separator FNC1, sent as ASCII 29) and 7.12 (the century of a year of two digits).
"""

import calendar
import re
from datetime import date

import msgspec

from portico.catalog.rules import codes
from portico.catalog.types import BadScan

SEPARATOR = "\x1d"
LENGTH_MAX = 500

# Symbology identifiers (ISO/IEC 15424) of symbols that carry element strings.
_SYMBOLOGIES = ("]C1", "]d2", "]Q3", "]e0", "]J1")
_BRACKETED = re.compile(r"(?:\([0-9]{2,4}\)[^()]+)+")
_BRACKET = re.compile(r"\(([0-9]{2,4})\)([^()]+)")
# Element strings that begin so have a length of their own, identifier included, and need no separator.
_LENGTHS = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "11": 8, "12": 8, "13": 8, "14": 8, "15": 8, "16": 8, "17": 8,
    "18": 8, "19": 8, "20": 4, "31": 10, "32": 10, "33": 10, "34": 10, "35": 10, "36": 10, "41": 16,
}  # fmt: skip
# What is read, and what it may look like. Letters are those of the GS1 character set 82.
_VALUES = {
    "01": re.compile(r"[0-9]{14}"),
    "10": re.compile(r"[!-~]{1,20}"),
    "17": re.compile(r"[0-9]{6}"),
    "20": re.compile(r"[0-9]{2}"),
    "21": re.compile(r"[!-~]{1,20}"),
    "30": re.compile(r"[0-9]{1,8}"),
    "37": re.compile(r"[0-9]{1,8}"),
}


class Scanned(msgspec.Struct, frozen=True):
    """What a symbol says: which item (GTIN of 14 digits), its lot, expiry, internal variant, serial, and how many."""

    gtin: str
    lot: str | None = None
    expires_on: date | None = None
    internal_variant: str | None = None
    serial: str | None = None
    count: int | None = None


def read(text: str, *, today: date) -> Scanned | None:
    """What an element string says; None where the text is none, as a plain barcode or a SKU is not.

    Accepts the form with brackets that is printed below symbols as well. Refuses BadScan, naming the identifier, and
    BadCheckDigit for its GTIN.
    """
    text = text.strip(" \r\n\t")
    if not 0 < len(text) <= LENGTH_MAX:
        return None
    if _BRACKETED.fullmatch(text):
        elements = _BRACKET.findall(text)
    elif text.startswith(_SYMBOLOGIES):
        elements = _split(text[3:])
    elif SEPARATOR in text or _begins_with_gtin(text):
        elements = _split(text)
    else:
        return None
    return _understood(elements, today)


def _begins_with_gtin(text: str) -> bool:
    """Without any mark: only what begins with an identified GTIN whose check digit is right."""
    body = text[2:16]
    if not (text.startswith("01") and _VALUES["01"].fullmatch(body)):
        return False
    return codes.check_digit(body[:-1]) == body[-1]


def _split(text: str) -> list[tuple[str, str]]:
    """Identifiers and values, in the order of the symbol; what nobody knows is passed over up to its separator."""
    elements = []
    rest = text.lstrip(SEPARATOR)
    while rest:
        identifier = rest[:2]
        if identifier in _LENGTHS:
            element, rest = rest[: _LENGTHS[identifier]], rest[_LENGTHS[identifier] :]
            if len(element) < _LENGTHS[identifier] or SEPARATOR in element:
                raise BadScan(identifier=identifier, given=element[2:])
            rest = rest.removeprefix(SEPARATOR)
        else:
            element, _, rest = rest.partition(SEPARATOR)
        elements.append((identifier, element[2:]))
    return elements


def _understood(elements: list[tuple[str, str]], today: date) -> Scanned | None:
    found: dict[str, str] = {}
    for identifier, value in elements:
        if identifier in _VALUES:
            if not _VALUES[identifier].fullmatch(value) or found.get(identifier, value) != value:
                raise BadScan(identifier=identifier, given=value[:20])
            found[identifier] = value
    if "01" not in found:
        return None
    how_many = found.get("30") or found.get("37")
    return Scanned(
        gtin=codes.gtin_14(found["01"]),
        lot=found.get("10"),
        expires_on=_date(found["17"], today) if "17" in found else None,
        internal_variant=found.get("20"),
        serial=found.get("21"),
        count=int(how_many) if how_many else None,
    )


def _date(text: str, today: date) -> date:
    """YYMMDD; a day of 00 is the last of the month. The year is the one within 50 years of now (7.12)."""
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    century = today.year // 100 * 100
    distance = year - today.year % 100
    year += century - 100 if distance >= 51 else century + 100 if distance <= -50 else century
    try:
        return date(year, month, day or calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        raise BadScan(identifier="17", given=text) from None
