"""A chain's list of stores in JSON: an array of objects with id, name, type, address, coordinates, hours, services.

Known in the wild from the open data of a large American electronics chain. Read whole and checked before anything is
written; a store whose hours cannot be read is refused by name rather than opened at a guess.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import msgspec

from portico.business.types import Address, Hours
from portico.integrations.shops import hours, zones
from portico.integrations.shops.broken import (
    BadValue,
    EmptyFile,
    Formula,
    NotATable,
    Repeated,
    TooLarge,
    Truncated,
    WrongEncoding,
    shown,
)
from portico.integrations.shops.reading import check_file, is_formula

BYTES_MAX = 256 * 1024**2
STORES_MAX = 100_000
EXPECTED = "a JSON list of stores"
SOURCE = "stores"
_POSTAL_CODE = re.compile(r"[0-9]{5}(?:-[0-9]{4})?")
_ZEROS_LOST = re.compile(r"[0-9]{3,4}")  # New England's codes after a spreadsheet has taken them for numbers


class _Place(msgspec.Struct):
    lat: float
    lon: float


class _Raw(msgspec.Struct):
    id: int | str
    name: str
    address: str
    city: str
    state: str
    zip: str
    location: _Place
    hours: str
    type: str = ""
    address2: str | None = None
    services: list[str] = []


class Store(msgspec.Struct, frozen=True):
    """A store as the file tells of it; `row` counts the list's entries from 1."""

    row: int
    key: str
    name: str
    address: Address
    latitude: float
    longitude: float
    time_zone: str
    hours: tuple[Hours, ...]
    capabilities: tuple[str, ...]


def read(path: Path) -> list[Store]:
    """All stores, or a refusal that names the entry and the field: NotReadable, EmptyFile, TooLarge, WrongEncoding,
    Truncated, NotATable, BadValue, Repeated."""
    check_file(path)
    if path.stat().st_size > BYTES_MAX:
        raise TooLarge(file=path.name, limit=BYTES_MAX)
    raw = path.read_bytes()
    try:
        raw.decode()
    except UnicodeDecodeError as bad:
        raise WrongEncoding(file=path.name, row=raw.count(b"\n", 0, bad.start) + 1) from None
    if not raw.strip():
        raise EmptyFile(file=path.name)
    try:
        entries = msgspec.json.decode(raw.removeprefix(b"\xef\xbb\xbf"), type=list[msgspec.Raw])
    except msgspec.DecodeError as bad:
        if "truncated" in str(bad):
            raise Truncated(file=path.name, row=raw.count(b"\n") + 1) from None
        raise NotATable(file=path.name, expected=EXPECTED) from None
    if not entries:
        raise EmptyFile(file=path.name)
    if len(entries) > STORES_MAX:
        raise TooLarge(file=path.name, limit=STORES_MAX)
    return _checked([_store(path.name, i, entry) for i, entry in enumerate(entries, 1)], path.name)


def _checked(stores: Sequence[Store], file: str) -> list[Store]:
    first: dict[str, int] = {}
    for one in stores:
        if first.setdefault(one.key, one.row) != one.row:
            raise Repeated(file=file, row=one.row, column="id", value=one.key, first_row=first[one.key])
    return list(stores)


def _store(file: str, row: int, entry: msgspec.Raw) -> Store:
    try:
        raw = msgspec.json.decode(entry, type=_Raw)
    except msgspec.DecodeError as bad:
        found = re.search(r"`\$\.?([^`]*)`$|field `([^`]*)`$", str(bad))
        column = next((one for one in found.groups() if one), "") if found else ""
        raise BadValue(file=file, row=row, column=column, value="", expected=str(bad)) from None

    def bad_value(column: str, value: object, expected: str) -> BadValue:
        return BadValue(file=file, row=row, column=column, value=shown(str(value)), expected=expected)

    key = str(raw.id).strip()
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,30}", key):
        raise bad_value("id", raw.id, "letters, digits, dots and hyphens, at most 30")
    if not raw.name.strip() or len(raw.name) > 200 or not raw.name.isprintable():
        raise bad_value("name", raw.name, "a name of at most 200 characters")
    for column, text in (("name", raw.name), ("address", raw.address), ("city", raw.city)):
        if is_formula(text):
            raise Formula(file=file, row=row, column=column, value=shown(text))
    if raw.state not in zones.STATES:
        raise bad_value("state", raw.state, "the two letters of a state of the USA")
    postal_code = raw.zip.strip().zfill(5) if _ZEROS_LOST.fullmatch(raw.zip.strip()) else raw.zip.strip()
    if not _POSTAL_CODE.fullmatch(postal_code):
        raise bad_value("zip", raw.zip, "five digits")
    if not -90 <= raw.location.lat <= 90:
        raise bad_value("location.lat", raw.location.lat, "a latitude from -90 to 90")
    if not -180 <= raw.location.lon <= 180:
        raise bad_value("location.lon", raw.location.lon, "a longitude from -180 to 180")
    try:
        week = hours.read(raw.hours)
    except ValueError as bad:
        raise bad_value("hours", str(bad), "hours such as Mon: 10-9:30; Tue: 10-9") from None
    return Store(
        row=row,
        key=key,
        name=raw.name.strip(),
        address=Address(
            street_address=", ".join(one.strip() for one in (raw.address, raw.address2 or "") if one.strip()),
            address_locality=raw.city.strip(),
            postal_code=postal_code,
            address_country="US",
            address_region=raw.state,
        ),
        latitude=raw.location.lat,
        longitude=raw.location.lon,
        time_zone=zones.zone(raw.state, latitude=raw.location.lat, longitude=raw.location.lon),
        hours=week,
        capabilities=_capabilities(raw),
    )


def _capabilities(raw: _Raw) -> tuple[str, ...]:
    """Services, and the kind of store, as words: "Geek Squad Services" becomes geek-squad-services."""
    said = [f"format {raw.type}"] if raw.type else []
    plain = (unicodedata.normalize("NFKD", one).encode("ascii", "ignore").decode() for one in [*said, *raw.services])
    folded = ("-".join(re.findall(r"[a-z0-9]+", one.lower())) for one in plain)
    return tuple(dict.fromkeys(one[:60] for one in folded if one))[:100]
