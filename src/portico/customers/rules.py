"""Names, phones, e-mails and numbers. Pure: random choices come in as arguments."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from portico.customers.types import (
    DIGITS_ASKED_MIN,
    NAME_LENGTH_MAX,
    BadEmail,
    BadName,
    BadPhone,
    Contact,
    ContactKind,
    NewCustomer,
)
from portico.platform import i18n

# Where a number written without its country may be at home; the first that makes a valid number is taken.
REGIONS = ("ES", "IT", "RU", "GB")
ADDRESS_LENGTH_MAX = 254
WORDS_ASKED_MAX = 6

# People read codes to each other on the phone: no 0 and O, no 1 and I and L, no U that becomes a V.
SPOKEN = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 7

# GS1 keeps 20-29 for codes that a company gives out inside its own walls; tills read them as any EAN-13.
REFERENCE_LENGTH_MAX = 200
LOYALTY_PREFIX = "29"
LOYALTY_LENGTH = 13

_WORD = re.compile(r"[^\W_]+")
_DIGITS = re.compile(r"[0-9]+")
_PHONE_LIKE = re.compile(r"[+0-9 ()./\-\u00a0\u2010-\u2015]+")


def phone(given: str, *, region: str | None = None) -> str:
    """A phone number in E.164. Without a `+` it may be in the national form of `region`. Refuses BadPhone."""
    found = _phone(given.strip()[:50], region)
    if found is None:
        raise BadPhone(given=given[:50])
    return found


@lru_cache(maxsize=10_000)
def _phone(given: str, region: str | None) -> str | None:
    given = f"+{given[2:]}" if given.startswith("00") else given
    for country in (region, *REGIONS):
        try:
            parsed = phonenumbers.parse(given, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(parsed):
            return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    return None


def email(given: str) -> str:
    """An e-mail address in lower case, its domain in ASCII. Whether it exists, nobody is asked. Refuses BadEmail."""
    try:
        found = validate_email(given.strip(), check_deliverability=False)
    except EmailNotValidError:
        raise BadEmail(given=given[:ADDRESS_LENGTH_MAX]) from None
    return f"{found.local_part}@{found.ascii_domain or found.domain}".lower()


def address(given: str, *, region: str | None = None) -> Contact:
    """An e-mail address or a phone number, whichever it is. Refuses BadEmail or BadPhone."""
    if "@" in given:
        return Contact(ContactKind.EMAIL, email(given))
    return Contact(ContactKind.PHONE, phone(given, region=region))


def contacts(new: NewCustomer) -> tuple[Contact, ...]:
    """The ways to reach a new customer. Refuses BadPhone, BadEmail; BadName for somebody without name or contact."""
    for field, text in (("given_name", new.given_name), ("family_name", new.family_name)):
        if len(text) > NAME_LENGTH_MAX or not text.isprintable():
            raise BadName(field=field)
    if new.external_ref and len(new.external_ref) > REFERENCE_LENGTH_MAX:
        raise BadName(field="external_ref")
    found = []
    if new.phone and new.phone.strip():
        found.append(Contact(ContactKind.PHONE, phone(new.phone, region=new.region)))
    if new.email and new.email.strip():
        found.append(Contact(ContactKind.EMAIL, email(new.email)))
    if not found and not (new.given_name.strip() or new.family_name.strip() or new.external_ref):
        raise BadName(field="given_name")
    return tuple(found)


def full_name(given_name: str, family_name: str) -> str:
    return f"{given_name} {family_name}".strip()


def fold(text: str) -> str:
    """Without case and accents, so that "Muñoz" is found as "munoz" and "Семён" as "семен"."""
    apart = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return "".join(one for one in apart if not unicodedata.combining(one))


def search_vector(*texts: str) -> str:
    """A `tsvector` literal of the folded words, made here so that it is the same under every server locale."""
    words = dict.fromkeys(word[:50] for text in texts for word in _WORD.findall(fold(text)))
    return " ".join(f"'{word}':{i}" for i, word in enumerate(words, 1))


def name_query(asked: str) -> str:
    """A `tsquery` that every word of `asked` must match as a beginning; "" if there is no word in it."""
    return " & ".join(f"'{word[:50]}':*" for word in _WORD.findall(fold(asked))[:WORDS_ASKED_MAX])


def phone_asked(asked: str) -> tuple[list[str], list[str]]:
    """How `asked` may be a phone: numbers it may be in full, in the national form of several countries; and what a
    stored number, read backwards, would begin with. Both empty where there are letters in it or too few digits."""
    digits = "".join(_DIGITS.findall(asked))
    if not _PHONE_LIKE.fullmatch(asked) or len(digits) < DIGITS_ASKED_MIN:
        return [], []
    wholes = [found for region in (None, *REGIONS) if (found := _phone(asked.strip()[:50], region)) is not None]
    without_trunk = digits.lstrip("0")  # a national form begins with a zero that the stored one does not have
    endings = {digits, without_trunk} if len(without_trunk) >= DIGITS_ASKED_MIN else {digits}
    return sorted(set(wholes)), sorted(one[::-1] for one in endings)


def language(asked: str) -> str:
    """One of ours; the fallback for a language we do not speak yet."""
    return asked if asked in i18n.LANGUAGES else i18n.FALLBACK


def check_digit(body: str) -> str:
    """As in an EAN-13, so that any till's scanner reads a loyalty card (GS1 General Specifications, 7.9.1)."""
    return str(-sum(int(digit) * (3 if i % 2 == 0 else 1) for i, digit in enumerate(reversed(body))) % 10)


def loyalty_number(lot: int) -> str:
    """Thirteen digits out of a random number: the in-company prefix, ten digits, the check digit."""
    body = f"{LOYALTY_PREFIX}{lot % 10**10:010d}"
    return body + check_digit(body)


def customer_number(lot: int) -> str:
    """A code to say on the phone, "C-" and seven characters, out of a random number."""
    code = ""
    for _ in range(NUMBER_LENGTH):
        lot, place = divmod(lot, len(SPOKEN))
        code += SPOKEN[place]
    return f"C-{code}"


def number_asked(asked: str) -> str:
    """A customer number as it may be typed: small letters, no hyphen, spaces. "" if it is none."""
    code = asked.upper().replace(" ", "").removeprefix("C-")
    code = code.removeprefix("C") if len(code) > NUMBER_LENGTH else code
    return f"C-{code}" if len(code) == NUMBER_LENGTH and set(code) <= set(SPOKEN) else ""
