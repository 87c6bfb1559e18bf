"""Pure decisions about documents: what a country asks, how they are numbered, hashed and taken back."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portico.documents.types import Amount, CreditLine, DocumentType, Head, Line, Off, Tax
from portico.platform.ids import encode_hook
from portico.pricing.types import TotalType

SERIES = {
    DocumentType.RECEIPT: "T",
    DocumentType.INVOICE: "F",
    DocumentType.CREDIT_NOTE: "R",
    DocumentType.TILL_CLOSE: "Z",
}
NUMBER_DIGITS = 6
CARRIAGE = "carriage"  # the id of the line that says what was charged for bringing the goods


class Country(msgspec.Struct, frozen=True):
    """What a country's law asks of documents. `receipt` says by which name a receipt goes there."""

    gapless: bool = False
    receipt: str = "receipt"


# Spain: RD 1619/2012, art. 6.1.a and 7.1.a (consecutive numbers in each series; facturas simplificadas). Italy: DPR
# 633/1972, art. 21 (progressive numbers); documento commerciale by DM 7 December 2016. Germany: UStG § 14.4.4 and France: CGI
# annexe II, art. 242 nonies A ask for invoices numbered once and in sequence. Elsewhere an order's own label is enough.
COUNTRIES = {
    "ES": Country(gapless=True, receipt="simplified_invoice"),
    "IT": Country(gapless=True, receipt="commercial_document"),
    "DE": Country(gapless=True),
    "FR": Country(gapless=True),
    "PT": Country(gapless=True, receipt="simplified_invoice"),
}


def country(code: str) -> Country:
    return COUNTRIES.get(code, Country())


def series_of(kind: DocumentType, *, place: str | None) -> str:
    """Receipts have a series per place, so that one place's queue is not another's; the rest one per legal entity."""
    letter = SERIES[kind]
    return f"{letter}-{place or 'WEB'}" if kind in (DocumentType.RECEIPT, DocumentType.TILL_CLOSE) else letter


def number(kind: DocumentType, *, series: str, year: int, sequence: int | None, label: str, nth: int) -> str:
    """What stands on the document: counted where the law asks, else made from the order's label."""
    if sequence is not None:
        return f"{series}-{year}-{sequence:0{NUMBER_DIGITS}d}"
    name = label if kind is DocumentType.RECEIPT else f"{SERIES[kind]}-{label}"
    return name if nth == 1 else f"{name}-{nth}"


def first_hash(entity: str, series: str) -> bytes:
    """What the first document of a chain follows."""
    return hashlib.sha256(msgspec.json.encode([entity, series])).digest()


def canonical(value: Any) -> str:
    """JSON with its keys sorted and no spaces: the same value is the same text."""
    return msgspec.json.encode(value, enc_hook=encode_hook, order="sorted").decode()


def digest(head: Head, body: str) -> bytes:
    """SHA-256 over the hash before, everything that says which document this is, and what is printed. The link's token is no
    part of it."""
    told = {
        name: getattr(head, name)
        for name in (
            "entity", "series", "position", "number", "year", "sequence", "type", "order_id", "refers_to", "cause",
            "location_id", "language", "currency", "total", "issued_at",
        )
    }  # fmt: skip
    return hashlib.sha256(b"\n".join((head.previous_hash, canonical(told).encode(), body.encode()))).digest()


class Part(msgspec.Struct, frozen=True):
    """What of an amount falls to the units from `before` up to `after`, of `whole`: parts side by side add up to it."""

    before: int
    after: int
    whole: int

    def of(self, amount: int) -> int:
        return self._up_to(self.after, amount) - self._up_to(self.before, amount)

    def _up_to(self, units: int, amount: int) -> int:
        return (2 * amount * units + self.whole) // (2 * self.whole)


def credited(
    lines: Sequence[Line], *, wanted: Sequence[CreditLine] | None, before: dict[str, int]
) -> list[Line] | None:
    """The lines of a credit note: what is wanted of each (None: all that is left), as negative amounts. None if more is
    wanted than is left, or nothing. `before`: how much of each line earlier credit notes took back."""
    asked: dict[str, int] = {}
    for one in wanted or ():
        if one.quantity <= 0:
            return None
        asked[one.line_id] = asked.get(one.line_id, 0) + one.quantity
    if asked.keys() - {one.id for one in lines}:
        return None
    made = []
    for line in lines:
        gone = before.get(line.id, 0)
        quantity = line.quantity - gone if wanted is None else asked.get(line.id, 0)
        if gone + quantity > line.quantity:
            return None
        if quantity:
            made.append(_credit_line(line, Part(gone, gone + quantity, line.quantity), quantity))
    return made or None


def _credit_line(line: Line, part: Part, quantity: int) -> Line:
    """Tax by jurisdiction is shared out first: what is on the note adds up to what stood on the document."""
    taxes = tuple(Tax(one.jurisdiction, one.rate_ppm, -part.of(one.base), -part.of(one.amount)) for one in line.taxes)
    net, tax = -part.of(line.net), sum(one.amount for one in taxes) if taxes else -part.of(line.tax)
    off = tuple(Off(one.title, -part.of(one.amount)) for one in line.off)
    return msgspec.structs.replace(line, quantity=-quantity, net=net, tax=tax, gross=net + tax, taxes=taxes, off=off)


def added(
    lines: Mapping[str, tuple[int, int]], *, stands: Mapping[str, int], back: Mapping[str, int]
) -> dict[str, int]:
    """How many of each line are agreed and on no document. `lines`: how many are agreed, and how many of them have come back;
    `stands`: how many were documented, and `back`: how many of those were taken back.

    What was taken back because it came back was sold all the same; what was taken back beyond that was canceled.
    """
    found = {}
    for id, (agreed, returned) in lines.items():
        canceled = max(0, back.get(id, 0) - returned)
        if (more := agreed - (stands.get(id, 0) - canceled)) > 0:
            found[id] = more
    return found


def parts(lines: Sequence[Line], wanted: Mapping[str, int]) -> list[Line]:
    """So many of each line, the last ones of it: with what was documented before, amounts add up to the line."""
    made = []
    for line in lines:
        if units := min(wanted.get(line.id, 0), line.quantity):
            taken = _credit_line(line, Part(line.quantity - units, line.quantity, line.quantity), units)
            made.append(_turned(taken))
    return made


def _turned(line: Line) -> Line:
    """A credit note's line as one of a receipt."""
    taxes = tuple(Tax(one.jurisdiction, one.rate_ppm, -one.base, -one.amount) for one in line.taxes)
    off = tuple(Off(one.title, -one.amount) for one in line.off)
    return msgspec.structs.replace(
        line, quantity=-line.quantity, net=-line.net, tax=-line.tax, gross=-line.gross, taxes=taxes, off=off
    )


def add_up(lines: Sequence[Line]) -> tuple[tuple[Amount, ...], tuple[Tax, ...], int]:
    """Totals, taxes and the total of lines that stand alone, as those of a credit note do."""
    net, tax = sum(one.net for one in lines), sum(one.tax for one in lines)
    brought = sum(one.net for one in lines if one.id == CARRIAGE)
    totals = (
        Amount(TotalType.SUBTOTAL, net - brought),
        *((Amount(TotalType.FULFILLMENT, brought),) if brought else ()),
        Amount(TotalType.TAX, tax),
        Amount(TotalType.TOTAL, net + tax),
    )
    return totals, tax_summary(lines), net + tax


def tax_summary(lines: Sequence[Line]) -> tuple[Tax, ...]:
    """Bases and taxes of lines, by jurisdiction and rate."""
    sums: dict[tuple[str, int], list[int]] = {}
    for one in (each for line in lines for each in line.taxes):
        both = sums.setdefault((one.jurisdiction, one.rate_ppm), [0, 0])
        both[0] += one.base
        both[1] += one.amount
    return tuple(Tax(name, rate, base, amount) for (name, rate), (base, amount) in sorted(sums.items()))
