"""Names, phones, e-mails and numbers, as laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.catalog.rules import codes
from portico.customers import rules
from portico.customers.types import BadEmail, BadName, BadPhone, Contact, ContactKind, NewCustomer


@pytest.mark.parametrize(
    ("given_phone", "region", "stored"),
    [
        ("+34 612 345 678", None, "+34612345678"),
        ("612 34 56 78", None, "+34612345678"),
        ("0034612345678", None, "+34612345678"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("07400 123456", "GB", "+447400123456"),
        ("(202) 456-1111", "US", "+12024561111"),
        ("06 698 12345", "IT", "+390669812345"),
    ],
)
def test_phones_are_stored_in_one_form(given_phone: str, region: str | None, stored: str) -> None:
    assert rules.phone(given_phone, region=region) == stored


@pytest.mark.parametrize("bad", ["", "abc", "123", "+1", "+999999999999999999", "0" * 40])
def test_what_cannot_be_dialled_is_refused(bad: str) -> None:
    with pytest.raises(BadPhone):
        rules.phone(bad)


def test_emails_are_stored_in_lower_case() -> None:
    assert rules.email(" Ana.Ruiz@Example.COM ") == "ana.ruiz@example.com"
    for bad in ("", "ana", "ana@", "@example.com", "a b@example.com", "ana@example..com", "a@b@c.com"):
        with pytest.raises(BadEmail):
            rules.email(bad)


def test_somebody_has_a_name_or_a_contact() -> None:
    with pytest.raises(BadName):
        rules.contacts(NewCustomer())
    with pytest.raises(BadName):
        rules.contacts(NewCustomer(given_name="x" * 101))
    with pytest.raises(BadName):
        rules.contacts(NewCustomer(given_name="Ana\x07"))
    assert rules.contacts(NewCustomer(email="a@example.com")) == (Contact(ContactKind.EMAIL, "a@example.com"),)


@given(st.integers(0, 2**64 - 1))
def test_tills_can_scan_a_loyalty_number(lot: int) -> None:
    number = rules.loyalty_number(lot)
    assert len(number) == rules.LOYALTY_LENGTH and number.startswith(rules.LOYALTY_PREFIX)
    assert codes.barcode_key(number) == (number.zfill(14), "gtin")


@given(st.integers(0, 2**64 - 1), st.sampled_from(["{}", " {} ", "c {}"]))
def test_a_customer_number_is_known_however_it_is_typed(lot: int, spelling: str) -> None:
    number = rules.customer_number(lot)
    assert rules.number_asked(number) == number
    assert rules.number_asked(spelling.format(number.removeprefix("C-").lower())) == number


@given(st.text(max_size=60))
def test_whatever_is_asked_is_never_a_bug(asked: str) -> None:
    rules.phone_asked(asked)
    rules.name_query(asked)
    rules.number_asked(asked)


@given(st.integers(600_000_000, 699_999_999), st.integers(4, 9))
def test_a_phone_is_asked_by_how_it_ends(national: int, known: int) -> None:
    stored = f"+34{national}"
    _, endings = rules.phone_asked(str(national)[-known:])
    assert any(stored[::-1].startswith(one) for one in endings)
