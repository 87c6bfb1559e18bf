"""People as other systems list them: which column says what, by what it is called in four languages, and what a row says.

Pure. `people_import.py` hands what was read to the rooms.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from portico.customers.types import NewCustomer
from portico.identity import api as identity
from portico.identity.types import BadAttribute, PersonAttribute, Told
from portico.integrations.shops.orders import Bad
from portico.integrations.shops.reading import Row
from portico.platform.refusals import Refused

REFERENCE_LENGTH_MAX = 100
# What a column may be called: our own name first, then what shops and registers call it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "reference": ("reference", "external_ref", "id", "customer id", "customer_id", "ref", "customer number", "código", "codice", "номер"),
    "name": ("name", "full name", "full_name", "display name", "nombre completo", "nominativo", "фио"),
    "given_name": ("given_name", "first name", "first_name", "firstname", "forename", "nombre", "nome", "имя", "billing first name"),
    "family_name": ("family_name", "last name", "last_name", "lastname", "surname", "apellidos", "apellido", "cognome", "фамилия", "billing last name"),
    "phone": ("phone", "telephone", "mobile", "phone number", "billing phone", "teléfono", "telefono", "móvil", "cellulare", "телефон"),
    "email": ("email", "e-mail", "email address", "billing email", "correo", "posta", "почта"),
    "language": ("language", "locale", "idioma", "lingua", "язык"),
    "country": ("country", "country code", "default address country code", "billing country", "país", "paese", "страна"),
    "birth_date": ("birth_date", "birthday", "birth date", "date of birth", "dob", "fecha de nacimiento", "data di nascita", "дата рождения"),
    "street": ("street", "address", "address1", "address 1", "default address address1", "dirección", "calle", "indirizzo", "via", "улица", "адрес"),
    "house_number": ("house_number", "house number", "número", "civico", "дом"),
    "city": ("city", "town", "default address city", "billing city", "ciudad", "città", "город"),
    "region": ("region", "province", "state", "default address province code", "provincia", "регион"),
    "postcode": ("postcode", "zip", "postal code", "default address zip", "código postal", "cap", "индекс"),
    "tax_id": ("tax_id", "nif", "dni", "codice fiscale", "инн", "vat", "tax id"),
    "loyalty_number": ("loyalty_number", "loyalty number", "card number", "tarjeta", "tessera", "карта"),
}  # fmt: skip
_TOLD = {name: Told(name) for name in COLUMNS if name in set(Told)}
_KEPT_ON_RECORD = (Told.GIVEN_NAME, Told.FAMILY_NAME)
_SPELLING = re.compile(r"[\s_\-]+")


class ReadPerson(msgspec.Struct, frozen=True):
    """Somebody as a row tells of her. `told` repeats phone and e-mail: they may be somebody else's to be reached by."""

    row: int
    new: NewCustomer
    told: tuple[PersonAttribute, ...]
    cells: tuple[str, ...]  # the row as it was


def columns_of(columns: Sequence[str], *, given: Mapping[str, str]) -> dict[str, str]:
    """Our names of the columns that are there, and theirs; `given` wins."""
    spelt = {_SPELLING.sub(" ", one).strip().casefold(): one for one in columns}
    found = dict(given)
    for ours, names in COLUMNS.items():
        theirs = next((spelt[key] for name in names if (key := _SPELLING.sub(" ", name).casefold()) in spelt), None)
        if theirs is not None and theirs not in found.values():
            found.setdefault(ours, theirs)
    return found


def read_person(row: Row, columns: Mapping[str, str], *, source: str, region: str | None, today: date) -> ReadPerson:
    """Raises Bad for the first cell that does not hold what its column is for, or a row that says nothing."""
    cell = {ours: row.get(theirs) for ours, theirs in columns.items()}
    given, family = cell.get("given_name", ""), cell.get("family_name", "")
    if not given and not family and cell.get("name"):
        given, _, family = cell["name"].partition(" ")
    reference = cell.get("reference", "")
    if len(reference) > REFERENCE_LENGTH_MAX or not reference.isprintable():
        raise Bad(row.number, columns["reference"], "bad_reference")
    country = cell.get("country", "")
    told = _told(
        row,
        columns,
        {**cell, "given_name": given, "family_name": family},
        country if len(country) == 2 else region,
        today,
    )
    known = {one.kind: one.value for one in told}
    if not any((given, family, known.get(Told.PHONE), known.get(Told.EMAIL), reference)):
        raise Bad(row.number, "", "nobody")
    new = NewCustomer(
        given_name=given, family_name=family, phone=known.get(Told.PHONE), email=known.get(Told.EMAIL),
        language=cell.get("language", "")[:2].lower() or "en", region=region, loyalty=False,
        external_ref=f"{source}:{reference or f'row-{row.number}'}",
    )  # fmt: skip
    return ReadPerson(row.number, new, told, tuple(row.cells.values()))


def _told(
    row: Row, columns: Mapping[str, str], cell: Mapping[str, str], region: str | None, today: date
) -> tuple[PersonAttribute, ...]:
    asked = [(name, kind) for name, kind in _TOLD.items() if cell.get(name)]
    found = []
    for name, kind in asked:
        value = cell[name]
        if kind is Told.COUNTRY and len(value) != 2:
            continue  # a country's name says nothing that anything here is decided by
        if kind is Told.BIRTH_DATE:
            value = _iso(value)
        try:
            (one,) = identity.check_attributes([PersonAttribute(kind=kind, value=value)], today=today, region=region)
        except (BadAttribute, Refused):
            raise Bad(row.number, columns.get(name, columns.get("name", name)), f"bad_{name}") from None
        found.append(one)
    return tuple(found)


def _iso(value: str) -> str:
    """31/12/1990 and 31.12.1990 as well as 1990-12-31."""
    parts = re.split(r"[/.\-]", value)
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts) and len(parts[2]) == 4:
        return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}"
    return value
