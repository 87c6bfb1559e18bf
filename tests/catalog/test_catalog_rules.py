"""Codes and words of the catalog, as laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.catalog.rules import codes, cursors, words
from portico.catalog.types import BadBarcode, BadCheckDigit, BadCursor, ItemId

digits = st.text("0123456789", min_size=7, max_size=13).filter(lambda body: len(body) + 1 in codes.GTIN_LENGTHS)


@pytest.mark.parametrize(
    "code",
    [
        "6291041500213",  # the worked example of GS1's own page on check digits
        "40170725",  # an EAN-8
        "036000291452",  # the UPC-A of a well-known tissue box
        "10614141000415",  # a GTIN-14 of the General Specifications
    ],
)
def test_published_codes_bear_their_check_digit(code: str) -> None:
    assert codes.check_digit(code[:-1]) == code[-1]


@given(digits, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(body: str, place: int, step: int) -> None:
    code = body + codes.check_digit(body)
    place %= len(code)
    wrong = code[:place] + str((int(code[place]) + step) % 10) + code[place + 1 :]
    with pytest.raises(BadCheckDigit):
        codes.gtin_14(wrong)


@given(digits)
def test_a_gtin_is_one_code_in_all_its_lengths(body: str) -> None:
    code = body + codes.check_digit(body)
    longer = [code.zfill(length) for length in sorted(codes.GTIN_LENGTHS) if length >= len(code)]
    assert {codes.barcode_key(one)[0] for one in longer} == {code.zfill(14)}


def test_an_isbn_10_is_the_ean_printed_beside_it() -> None:
    assert codes.barcode_key("0-306-40615-2") == ("09780306406157", "isbn")
    assert codes.barcode_key("080442957X") == codes.barcode_key("978-0-8044-2957-3")
    with pytest.raises(BadCheckDigit) as refused:
        codes.barcode_key("0-306-40615-3")
    assert refused.value.expected_digit == "2"


def test_codes_of_our_own_are_compared_without_case() -> None:
    assert codes.barcode_key(" lamp-01 ") == ("LAMP-01", "internal")
    for bad in ("", " ", "с кириллицей", "x" * 65, "a\nb"):
        with pytest.raises(BadBarcode):
            codes.barcode_key(bad)


@given(st.text(max_size=200))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert words.fold(words.fold(text)) == words.fold(text)


@given(st.text(max_size=200))
def test_a_text_is_found_by_its_own_words(text: str) -> None:
    found = words.words(text)
    vector = words.search_vector(strong=[text], weak=[])
    assert all(f"'{word}':" in vector for word in found)


def test_folding_takes_off_case_accents_and_strokes() -> None:
    assert words.fold("CAFÉ Łódź Smørrebrød Straße Ёлка") == "cafe lodz smorrebrod strasse елка"


@given(st.text(max_size=120))
def test_a_slug_is_a_slug_or_nothing(text: str) -> None:
    made = words.slug(text)
    assert made == "" or (words.SLUG.fullmatch(made) and len(made) <= words.SLUG_LENGTH_MAX)


def test_slugs_can_be_read_in_an_address_bar() -> None:
    assert words.slug("Настольная лампа «Дуга», чёрная") == "nastolnaya-lampa-duga-chyornaya"
    assert words.slug("Тайный  подъезд") == "taynyy-podezd"
    assert words.slug("Sillón Niño & Co.") == "sillon-nino-co"
    assert words.slug("灯") == ""


def test_a_text_is_said_in_the_best_language_there_is() -> None:
    assert words.said({"en": "Lamp", "ru": "Лампа"}, "ru") == "Лампа"
    assert words.said({"en": "Lamp", "ru": ""}, "ru") == "Lamp"
    assert words.said({"it": "Lampada"}, "ru") == "Lampada"
    assert words.said({}, "ru") == ""


@given(st.integers(0, cursors.SCORE_MAX - 1), st.binary(min_size=16, max_size=16))
def test_a_cursor_is_read_as_it_was_written(score: int, raw: bytes) -> None:
    assert cursors.read(cursors.write(score, ItemId(raw))) == (score, ItemId(raw))


@given(st.text(min_size=1, max_size=60))
def test_any_other_cursor_is_refused_and_never_a_bug(text: str) -> None:
    try:
        cursors.read(text)
    except BadCursor:
        pass
