"""What a column of somebody's file holds, told from its name and, where they disagree, from what is in it."""

import re
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from enum import StrEnum

from portico.identity.matching.forms import folded, read_date

SAMPLE = 2_000
MOSTLY = 0.8  # of the values that are there
DISTINCT_MAX = 40  # of a category


class Kind(StrEnum):
    GIVEN = "given_name"
    FAMILY = "family_name"
    NAME = "name"
    STREET = "street"
    HOUSE = "house_number"
    CITY = "city"
    REGION = "region"
    POSTCODE = "postcode"
    PHONE = "phone"
    EMAIL = "email"
    BIRTH = "birth_date"
    DATE = "date"
    ID = "id"
    NUMBER = "number"
    CATEGORY = "category"
    TEXT = "text"


# What those who live together have in common; agreeing in it may mean no more than that.
SHARED = frozenset({Kind.FAMILY, Kind.STREET, Kind.HOUSE, Kind.CITY, Kind.REGION, Kind.POSTCODE, Kind.PHONE})
HOME = frozenset({Kind.STREET, Kind.HOUSE, Kind.PHONE})  # without any of these nobody can be seen to live together
PERSONAL = frozenset({Kind.GIVEN, Kind.NAME, Kind.BIRTH, Kind.ID, Kind.EMAIL})
# Kinds that are known to go together where people are apart: a town and its postcodes, an address and the name in it.
PLACE = frozenset({Kind.STREET, Kind.CITY, Kind.REGION, Kind.POSTCODE})
BOUND = (
    PLACE,
    frozenset({Kind.GIVEN, Kind.FAMILY, Kind.NAME, Kind.EMAIL}),
    frozenset({Kind.TEXT, Kind.CATEGORY, Kind.NUMBER, Kind.DATE, Kind.NAME}),
)

# What people call them. A name of several words is matched by any of these standing in it as a word or, of five letters and
# more, as a part of one; what stands first wins.
_NAMES: tuple[tuple[Kind, str], ...] = (
    (Kind.EMAIL, "email mail correo posta"),
    (Kind.PHONE, "phone tel mobile cell telephone telefono telefon movil cellulare msisdn fax телефон whatsapp"),
    (Kind.BIRTH, "dob birthdate dateofbirth birthday birth born bday nacimiento nascita geburtsdatum рождения naissance"),
    (Kind.DATE, "date fecha data datum дата"),
    (Kind.POSTCODE, "postcode zip zipcode postalcode plz cap postal postleitzahl индекс codpostal"),
    (Kind.GIVEN, "given first fname forename firstname givenname vorname nombre prenom nome имя christian middle mname"),
    (Kind.FAMILY, "family last lname surname sname lastname familyname nachname apellido apellidos cognome фамилия maiden"),
    (Kind.HOUSE, "house housenumber streetnumber stnum civico hausnummer дом"),
    (Kind.STREET, "street address addr road calle via strasse straße indirizzo direccion adresse улица адрес line"),
    (Kind.CITY, "city town suburb municipality locality ciudad citta ort stadt город birthplace place village comune"),
    (Kind.REGION, "state province region county country provincia land paese pais nation регион страна"),
    (Kind.CATEGORY, "gender sex title salutation language sesso genero пол"),
    (Kind.ID, "ssn socsec passport nationalid taxid nif dni codicefiscale nin licence license loyalty card inn инн снилс"),
    (Kind.NAME, "name fullname customer person nombrecompleto nominativo фио artist author authors"),
)  # fmt: skip
# A street's number is called by two words of which each means something else.
_TOGETHER = ((Kind.HOUSE, {"street", "number"}), (Kind.HOUSE, {"house", "number"}), (Kind.ID, {"soc", "sec"}), (Kind.ID, {"national", "id"}),
             (Kind.CITY, {"birth", "place"}), (Kind.CITY, {"place", "of", "birth"}), (Kind.NAME, {"first", "surname"}), (Kind.NAME, {"full", "name"}), (Kind.ID, {"tax", "id"}))  # fmt: skip

_WORDS = re.compile(r"[^\W\d_]+")
_EMAIL = re.compile(r"\S+@\S+")
_PHONE = re.compile(r"\+?[\d ()./\-]{7,20}")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_CODE = re.compile(r"(?=.*\d)[\w./\-]+")


def kinds_of(columns: Mapping[str, Sequence[str]], *, unique: Container[str] = ()) -> dict[str, Kind]:
    """The kind of each column that says anything about who somebody is. `unique` are those in which no two rows have the same
    and none has nothing: a number of the row says nothing, an address of somebody's own does."""
    found: dict[str, Kind] = {}
    for name, values in columns.items():
        there = [one for one in values if one.strip()]
        if there and not (name in unique and _numbers_rows(there)):
            found[name] = kind_of(name, there)
    names = [one for one, kind in found.items() if kind is Kind.NAME]
    whole = [one for one in names if _tells_again(one, found, columns)]
    return {name: kind for name, kind in found.items() if name not in whole}


def kind_of(name: str, values: Sequence[str]) -> Kind:
    """What `values`, none of them empty, are; `name` decides where they could be several things."""
    step = max(1, len(values) // SAMPLE)
    sample = [one.strip() for one in values[::step][:SAMPLE]]
    called = called_kind(name)
    if _share(sample, lambda one: _EMAIL.fullmatch(one) is not None) > MOSTLY:
        return Kind.EMAIL
    if called not in (Kind.ID, Kind.PHONE, Kind.POSTCODE, Kind.HOUSE) and _share(sample, _is_date) > MOSTLY:
        return Kind.BIRTH if called is Kind.BIRTH else Kind.DATE
    numbers = _share(sample, lambda one: _NUMBER.fullmatch(one) is not None)
    if (
        called in (Kind.BIRTH, Kind.DATE)
        and numbers < MOSTLY
        and _share(sample, lambda one: any(c.isdigit() for c in one)) < MOSTLY
    ):
        called = None
    if called in (Kind.GIVEN, Kind.FAMILY, Kind.NAME, Kind.CITY) and numbers > MOSTLY:
        called = None
    if called is Kind.CATEGORY and len(set(sample)) > DISTINCT_MAX:
        called = None
    if called is not None and called is not Kind.EMAIL:
        if called in (Kind.GIVEN, Kind.FAMILY) and _words_each(sample) > 3:
            return Kind.NAME
        return Kind.TEXT if called in (Kind.NAME, Kind.STREET) and _words_each(sample) > 8 else called
    distinct = Counter(sample)
    if len(distinct) <= min(DISTINCT_MAX, len(sample) / 10):
        return Kind.CATEGORY
    if _share(sample, lambda one: _PHONE.fullmatch(one) is not None and not one.isdigit()) > MOSTLY:
        return Kind.PHONE
    if numbers > MOSTLY:
        return Kind.ID if _share(sample, lambda one: one.isdigit() and len(one) >= 6) > MOSTLY else Kind.NUMBER
    if _share(sample, lambda one: _CODE.fullmatch(one) is not None) > MOSTLY:
        return Kind.ID
    return Kind.TEXT


def called_kind(name: str) -> Kind | None:
    """What a column is called, in the languages of those who send us files."""
    words = [folded(one) for one in _WORDS.findall(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " "))]
    whole = "".join(words)
    for kind, both in _TOGETHER:
        if both <= set(words):
            return kind
    for kind, known in _NAMES:
        for one in map(folded, known.split()):
            if one in words or one == whole or (len(one) >= 5 and one in whole and kind is not Kind.NAME):
                return kind
    return None


def _numbers_rows(there: Sequence[str]) -> bool:
    return _share(there[:SAMPLE], lambda one: _CODE.fullmatch(one.strip()) is not None and not _is_date(one)) > MOSTLY


def _tells_again(name: str, kinds: Mapping[str, Kind], columns: Mapping[str, Sequence[str]]) -> bool:
    """Whether a full name is put together of names that have columns of their own: it would count twice."""
    parts = [one for one, kind in kinds.items() if kind in (Kind.GIVEN, Kind.FAMILY)]
    if not parts:
        return False
    rows = [i for i, one in enumerate(columns[name]) if one and any(columns[part][i] for part in parts)][:SAMPLE]
    again = sum(
        all(folded(columns[part][i]) in folded(columns[name][i]) for part in parts if columns[part][i]) for i in rows
    )
    return again > 0.6 * len(rows)


def _share(values: Sequence[str], test: Callable[[str], bool]) -> float:
    return sum(1 for one in values if test(one)) / len(values)


def _words_each(values: Sequence[str]) -> float:
    return sum(len(one.split()) for one in values) / len(values)


def _is_date(text: str) -> bool:
    return read_date(text) != ""
