"""Our own label: a page with both addresses and a bar code, for a van of our own or a carrier that takes any label.

Nobody outside is asked, so nothing can be unknown: the same parcel gives the same number and the same page, however often.
"""

import asyncio
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from portico.documents.rendering.pages import one_at_a_time, typefaces
from portico.fulfillment.types import BadSignature, Bought, CarrierShipment, Contact, LabelAsk, Rate, Tracked

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
WIDTH_MM, HEIGHT_MM, MARGIN_MM = 100, 150, 6


class OwnLabel:
    code = "own"

    async def create(self, ask: LabelAsk) -> CarrierShipment:
        return CarrierShipment(ask.reference, (Rate("own", "own", "", 0, ""),))

    async def buy(self, ask: LabelAsk, shipment: CarrierShipment, rate: Rate) -> Bought:
        number = number_of(ask.reference)
        return Bought("own", "", number, "", await asyncio.to_thread(page, ask, number), "application/pdf", 0, "")

    async def find(self, reference: str) -> CarrierShipment | None:
        return None

    def heard(self, body: bytes, signature: str | None) -> Sequence[Tracked]:
        raise BadSignature()


def number_of(reference: str) -> str:
    """A parcel's number: P, eleven letters that make it, and one that a slip of the hand changes."""
    value = UUID(reference.rpartition("_")[2]).int & (2**55 - 1)
    letters = "".join(LETTERS[value >> shift & 31] for shift in range(50, -1, -5))
    return f"P{letters}{LETTERS[value % 31]}"


def page(ask: LabelAsk, number: str) -> bytes:
    """The label as PDF, 100 by 150 mm, as label printers have it. Takes some milliseconds: ask for it in a thread."""
    with one_at_a_time:
        typefaces()
        return _page(ask, number)


def _page(ask: LabelAsk, number: str) -> bytes:
    from reportlab.graphics.barcode import code128
    from reportlab.lib.units import mm
    from reportlab.pdfgen.canvas import Canvas

    regular, bold = "Paper", "Paper-Bold"
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH_MM * mm, HEIGHT_MM * mm), invariant=1)
    canvas.setTitle(number)
    top = HEIGHT_MM * mm - MARGIN_MM * mm
    y = _block(canvas, _lines(ask.sender), regular, 8, top)
    canvas.line(MARGIN_MM * mm, y, (WIDTH_MM - MARGIN_MM) * mm, y)
    y = _block(canvas, _lines(ask.receiver), bold, 13, y - 6 * mm)
    if ask.note:
        _block(canvas, [ask.note], regular, 9, y - 2 * mm)
    bars = code128.Code128(number, barHeight=28 * mm, barWidth=0.42 * mm, quiet=False)
    bars.drawOn(canvas, (WIDTH_MM * mm - bars.width) / 2, 22 * mm)
    canvas.setFont(bold, 14)
    canvas.drawCentredString(WIDTH_MM * mm / 2, 13 * mm, f"{number[:5]} {number[5:9]} {number[9:]}")
    canvas.setFont(regular, 8)
    canvas.drawRightString((WIDTH_MM - MARGIN_MM) * mm, 6 * mm, f"{ask.weight_grams / 1000:.2f} kg")
    canvas.save()
    return out.getvalue()


def _lines(one: Contact) -> list[str]:
    place = one.address
    town = f"{place.postal_code} {place.address_locality}".strip()
    return [each for each in (one.name, place.street_address, town, place.address_country, one.phone) if each]


def _block(canvas: Any, lines: Sequence[str], font: str, size: int, y: float) -> float:
    """Lines from `y` downwards, cut to the width; where they end."""
    from reportlab.lib.units import mm
    from reportlab.lib.utils import simpleSplit

    canvas.setFont(font, size)
    for line in lines:
        for part in simpleSplit(line, font, size, (WIDTH_MM - 2 * MARGIN_MM) * mm)[:3]:
            y -= size * 1.35
            canvas.drawString(MARGIN_MM * mm, y, part)
    return y - 3 * float(mm)
