"""GS1 symbols at the scanner: what they say, however they are marked, and what they cannot say."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.catalog.rules import codes, gs1
from portico.catalog.types import BadCheckDigit, BadScan

TODAY = date(2026, 11, 22)
GTIN = "09506000134352"


def read(text: str) -> gs1.Scanned | None:
    return gs1.read(text, today=TODAY)


def test_every_identifier_is_understood() -> None:
    told = gs1.Scanned(GTIN, lot="AB-12", expires_on=date(2027, 2, 28), internal_variant="07", serial="S/1", count=24)
    raw = f"01{GTIN}17270200200710AB-12\x1d21S/1\x1d3024"
    printed = f"(01){GTIN}(17)270200(20)07(10)AB-12(21)S/1(30)24"
    for text in (f"]C1{raw}", f"]d2{raw}", f"]Q3{raw}", raw, f"\x1d{raw}", printed, f" {printed}\n"):
        assert read(text) == told, text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "5901234123457",
        "036000291452",
        "LAMP-1",
        "01",
        "0112345",
        "(see note)",
        "https://x.es/01/1",
        "]C1",
        "x" * 600,
    ],
)
def test_what_is_no_symbol_is_left_alone(text: str) -> None:
    assert read(text) is None


def test_unknown_identifiers_are_passed_over() -> None:
    assert read(f"]C1240SKU9\x1d01{GTIN}91anything\x1d10L1") == gs1.Scanned(GTIN, lot="L1")
    assert read(f"]C1310200150001{GTIN}") == gs1.Scanned(GTIN)  # net weight: a length of its own
    assert read("]C110L1") is None  # no item is named


@pytest.mark.parametrize(
    ("text", "identifier"),
    [
        (f"]C101{GTIN}17271301", "17"),
        (f"]C101{GTIN}17270230", "17"),
        (f"]C101{GTIN}17 70101", "17"),
        (f"]C101{GTIN}1727", "17"),
        ("]C1010950600013435", "01"),
        (f"]C101{GTIN}30many", "30"),
        (f"]C101{GTIN}10" + "x" * 21, "10"),
        (f"(01){GTIN}(10)", None),
        (f"]C101{GTIN}10A\x1d10B", "10"),
    ],
)
def test_what_cannot_be_is_refused_by_its_identifier(text: str, identifier: str | None) -> None:
    if identifier is None:
        assert read(text) is None
        return
    with pytest.raises(BadScan) as refused:
        read(text)
    assert refused.value.identifier == identifier


def test_a_wrong_check_digit_is_refused_where_a_symbol_names_it() -> None:
    with pytest.raises(BadCheckDigit):
        read(f"]C101{GTIN[:-1]}3")
    assert read(f"01{GTIN[:-1]}3") is None  # unmarked, it may be anything


@pytest.mark.parametrize(("text", "year"), [("260101", 2026), ("770101", 1977), ("760101", 2076), ("000101", 2000)])
def test_the_year_is_the_nearest(text: str, year: int) -> None:
    found = read(f"]C101{GTIN}17{text}")
    assert found is not None and found.expires_on == date(year, 1, 1)


@given(
    st.from_regex(r"[0-9]{13}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9/_.-]{1,20}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9/_.-]{1,20}", fullmatch=True),
    st.dates(date(1980, 1, 1), date(2075, 12, 31)),
    st.integers(0, 99_999_999),
)
def test_what_is_written_is_read(body: str, lot: str, serial: str, expires: date, count: int) -> None:
    gtin = body + codes.check_digit(body)
    text = f"]d201{gtin}17{expires:%y%m%d}10{lot}\x1d21{serial}\x1d37{count}"
    assert read(text) == gs1.Scanned(gtin, lot=lot, expires_on=expires, serial=serial, count=count)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    for given_text in (text, f"]C1{text}", f"01{GTIN}{text}"):
        try:
            read(given_text)
        except (BadScan, BadCheckDigit):
            pass
