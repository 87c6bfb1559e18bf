"""A document in words: what every rendering lays out, in the document's own language. Made from the stored snapshot alone."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from portico.business.types import Address
from portico.documents import rules
from portico.documents.types import Document, DocumentType, Line, Party, Place, Snapshot, Tax, Tendered
from portico.platform import i18n
from portico.pricing.types import TotalType

SEAL_LETTERS = 16

Say = Callable[..., str]


class Row(msgspec.Struct, frozen=True):
    label: str
    amount: str
    strong: bool = False


class Item(msgspec.Struct, frozen=True):
    """A line; `off` is what promotions took off it."""

    title: str
    sku: str
    quantity: str
    price: str
    amount: str
    off: tuple[Row, ...] = ()


class Waits(msgspec.Struct, frozen=True):
    heading: str
    address: str
    lines: tuple[str, ...]


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    language: str
    brand: str
    tagline: str
    accent: str
    ink: str
    logo_svg: str
    title: str
    number: str
    copy: str  # empty, or the word for it
    seller: tuple[str, ...]
    place: tuple[str, ...]
    buyer: tuple[str, ...]
    when: str
    served: str
    order: str
    label: str
    url: str
    notes: tuple[str, ...]
    columns: tuple[str, str, str, str]
    buyer_heading: str
    items: tuple[Item, ...]
    totals: tuple[Row, ...]
    taxes: tuple[Row, ...]
    tenders: tuple[Row, ...]
    due: str
    waiting: tuple[Waits, ...]
    thanks: str
    return_with: str
    seal: str


def paper(document: Document, *, public_url: str, copy: bool = False) -> Paper:
    """In words. A document without a number is an order that is still to be paid, and says so."""
    snapshot, language = document.snapshot, document.language
    slip = not document.number

    def say(key: str, **places: object) -> str:
        return i18n.text(language, f"document.{key}", **places)

    def amount(value: int) -> str:
        return i18n.currency(language, value, document.currency)

    return Paper(
        language=language,
        brand=snapshot.look.name,
        tagline=snapshot.look.tagline,
        accent=snapshot.look.accent,
        ink=snapshot.look.ink,
        logo_svg=snapshot.look.logo_svg,
        title=say("title.slip") if slip else title(document),
        number=document.number or snapshot.order_label,
        copy=say("copy") if copy else "",
        seller=_party(snapshot.seller, say),
        place=_place(snapshot.place),
        buyer=_party(snapshot.buyer, say) if snapshot.buyer else (),
        when=i18n.moment(language, document.issued_at, snapshot.time_zone),
        served=_served(snapshot.place, say),
        order=say("order", label=snapshot.order_label),
        label=snapshot.order_label,
        url=public_url + snapshot.order_path,
        notes=_notes(document, snapshot, say),
        columns=(say("column.item"), say("column.quantity"), say("column.price"), say("column.amount")),
        buyer_heading=say("buyer"),
        items=tuple(_item(one, language, document.currency) for one in snapshot.lines),
        totals=tuple(
            Row(i18n.text(language, f"totals.{one.type}"), amount(one.amount), one.type == TotalType.TOTAL)
            for one in snapshot.totals
        ),
        taxes=tuple(_tax(one, say, amount, language) for one in snapshot.taxes if one.amount or one.base),
        tenders=tuple(row for one in snapshot.tenders for row in _tender(one, say, amount)),
        due=_due(document, snapshot, say, amount),
        waiting=tuple(
            Waits(
                say("collect", place=one.place),
                ", ".join(_address(one.address)),
                tuple(
                    f"{_quantity(quantity, scale, unit, language)} × {name}"
                    for name, quantity, scale, unit in one.lines
                ),
            )
            for one in snapshot.waiting
        ),
        thanks=say("thanks"),
        return_with=say("return_with"),
        seal=""
        if slip
        else say("seal", series=document.series, position=document.position, hash=document.hash.hex()[:SEAL_LETTERS]),
    )


def title(document: Document) -> str:
    """By what name it goes in its country, in its language."""
    name = rules.country(document.snapshot.country).receipt if document.type is DocumentType.RECEIPT else document.type
    return i18n.text(document.language, f"document.title.{name}")


def _party(party: Party, say: Say) -> tuple[str, ...]:
    tax_id = say("tax_id", number=party.tax_id) if party.tax_id else ""
    return tuple(one for one in (party.name, tax_id, *_address(party.address)) if one)


def _address(address: Address | None) -> tuple[str, ...]:
    if address is None:
        return ()
    town = f"{address.postal_code} {address.address_locality}".strip()
    return tuple(one for one in (address.street_address, town) if one)


def _place(place: Place) -> tuple[str, ...]:
    return tuple(one for one in (place.name, *_address(place.address), place.phone) if one)


def _served(place: Place, say: Say) -> str:
    if place.till and place.served_by:
        return say("served", till=place.till, name=place.served_by)
    return place.till or place.served_by


def _notes(document: Document, snapshot: Snapshot, say: Say) -> tuple[str, ...]:
    if not document.number:
        return (say("not_a_receipt"),) if snapshot.due else ()
    own = (say("po_number", number=snapshot.po_number),) if snapshot.po_number else ()
    reference = snapshot.reference
    if reference is None:
        return own
    key = "corrects" if document.type is DocumentType.CREDIT_NOTE else "stands_for"
    said = say(key, number=reference.number, date=_day(document, reference.issued_at))
    return (*own, said, say("reason", reason=reference.reason)) if reference.reason else (*own, said)


def _due(document: Document, snapshot: Snapshot, say: Say, amount: Callable[[int], str]) -> str:
    if not snapshot.due:
        return ""
    if snapshot.due_at is None:
        return say("due", amount=amount(snapshot.due))
    return say("due_by", amount=amount(snapshot.due), date=_day(document, snapshot.due_at))


def _day(document: Document, moment: datetime) -> str:
    return i18n.moment(document.language, moment, document.snapshot.time_zone)


def _item(line: Line, language: str, currency: str) -> Item:
    return Item(
        line.title,
        line.sku,
        _quantity(line.quantity, line.scale, line.unit, language),
        i18n.currency(language, line.unit_price, currency),
        i18n.currency(language, line.gross, currency),
        tuple(Row(one.title, i18n.currency(language, -one.amount, currency)) for one in line.off),
    )


def _quantity(value: int, scale: int, unit: str, language: str) -> str:
    key = f"document.unit.{unit}"
    name = i18n.text(language, key) if key in i18n.catalog(language) else ("" if unit == "C62" else unit)
    return f"{i18n.quantity(language, value, scale)} {name}".strip()


def _tax(one: Tax, say: Say, amount: Say, language: str) -> Row:
    rate = f"{one.jurisdiction} {i18n.quantity(language, one.rate_ppm, 4)} %"
    return Row(say("base", rate=rate, base=amount(one.base)), amount(one.amount))


def _tender(one: Tendered, say: Say, amount: Say) -> tuple[Row, ...]:
    known = f"document.tender.{one.handler}" in i18n.catalog(i18n.FALLBACK)
    given = Row(say(f"tender.{one.handler if known else 'other'}"), amount(one.given))
    return (given, Row(say("change"), amount(one.change))) if one.change else (given,)
