"""Codes printed on things. Source: GS1 General Specifications, sections 3.3 (GTIN) and 7.9.1 (check digit);
ISBN: ISO 2108."""

import re

from portico.catalog.types import BadBarcode, BadCheckDigit
from portico.platform.refusals import Refused

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
BARCODE_LENGTH_MAX = 64
PUBLIC_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_DIGITS = re.compile(r"[0-9]+")
_ISBN_10 = re.compile(r"[0-9]{9}[0-9Xx]")
_PRINTABLE = re.compile(r"[!-~](?:[ -~]*[!-~])?")


def check_digit(body: str) -> str:
    """The digit that follows `body` in a GTIN: weights 3, 1, 3, ... from the right, up to the next ten."""
    total = sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(body)))
    return str(-total % 10)


def has_gtin_length(code: str) -> bool:
    return len(code) in GTIN_LENGTHS and _DIGITS.fullmatch(code) is not None


def gtin_14(code: str) -> str:
    """A GTIN of 8, 12, 13 or 14 digits as 14, so that a UPC finds the EAN it is part of. Refuses BadCheckDigit."""
    expected = check_digit(code[:-1])
    if code[-1] != expected:
        raise BadCheckDigit(given=code, expected_digit=expected)
    return code.zfill(14)


def isbn_13(code: str) -> str:
    """An ISBN-10 as the ISBN-13 that is printed as its EAN. Refuses BadCheckDigit."""
    total = sum(int(digit) * weight for digit, weight in zip(code[:9], range(10, 1, -1), strict=True))
    expected = "0123456789X"[-total % 11]
    if code[9].upper() != expected:
        raise BadCheckDigit(given=code, expected_digit=expected)
    body = f"978{code[:9]}"
    return body + check_digit(body)


def barcode_key(code: str) -> tuple[str, str]:
    """What a barcode is compared by, and its kind: gtin, isbn or internal.

    Spaces and hyphens in digits are ignored. Digits of a GTIN's length must bear its check digit (BadCheckDigit);
    anything else printable is a code of our own, compared without regard to case. Refuses BadBarcode.
    """
    digits = code.replace(" ", "").replace("-", "")
    if has_gtin_length(digits):
        key = gtin_14(digits)
        return key, "isbn" if key.startswith(("0978", "0979")) else "gtin"
    if _ISBN_10.fullmatch(digits):
        return isbn_13(digits).zfill(14), "isbn"
    code = code.strip()
    if len(code) > BARCODE_LENGTH_MAX or not _PRINTABLE.fullmatch(code):
        raise BadBarcode(given=code[:BARCODE_LENGTH_MAX])
    return code.upper(), "internal"


def key_or_nothing(code: str) -> str:
    """What a barcode is compared by; "" for what is no barcode."""
    try:
        return barcode_key(code)[0]
    except Refused:
        return ""
