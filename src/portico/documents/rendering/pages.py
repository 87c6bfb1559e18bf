"""A document as a PDF: A4, the brand's colour, a font with Latin and Cyrillic embedded."""

import io
import threading
from functools import cache
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any

from portico.documents.rendering.words import Paper, Row

FONTS = {"Paper": "Inter-Regular.ttf", "Paper-Bold": "Inter-Bold.ttf"}
SOFT = "#555555"
one_at_a_time = threading.Lock()  # the library keeps which letters a font has used while a page is drawn


def fonts_folder() -> Path:
    """Where the build puts the fonts of papers."""
    return Path(str(resources.files("portico"))) / "static" / "dist" / "papers"


@cache
def typefaces() -> None:
    """Make the fonts of papers known to the library, once."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in FONTS.items():
        pdfmetrics.registerFont(TTFont(name, str(fonts_folder() / file)))
    pdfmetrics.registerFontFamily("Paper", normal="Paper", bold="Paper-Bold", italic="Paper", boldItalic="Paper-Bold")


def pdf(paper: Paper) -> bytes:
    """Same document, same bytes. The library is brought in by the first who asks."""
    with one_at_a_time:
        typefaces()
        return _build(paper)


def _build(paper: Paper) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate, Spacer

    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=22 * mm, invariant=1,
        title=f"{paper.title} {paper.number}", author=paper.seller[0] if paper.seller else paper.brand,
        lang=paper.language, creator="Portico",
    )  # fmt: skip
    gap = Spacer(1, 6 * mm)
    story = [_letterhead(paper, document.width), gap, _parties(paper, document.width), gap]
    story += [_text(one) for one in paper.notes]
    story += [gap, _items(paper, document.width), Spacer(1, 3 * mm), _sums(paper, document.width), gap]
    story += _rest(paper)

    def seal(canvas: Any, page: Any) -> None:
        canvas.setFont("Paper", 7)
        canvas.setFillColor(SOFT)
        canvas.drawString(20 * mm, 12 * mm, f"{paper.title} {paper.number}   {paper.seal}")
        canvas.drawRightString(A4[0] - 20 * mm, 12 * mm, str(page.page))
        if paper.copy:
            canvas.setFont("Paper-Bold", 12)
            canvas.drawRightString(A4[0] - 20 * mm, A4[1] - 13 * mm, paper.copy)

    document.build(story, onFirstPage=seal, onLaterPages=seal)
    return out.getvalue()


def _text(words: str, *, size: float = 9, bold: bool = False, color: str = "#111111", right: bool = False) -> Any:
    from reportlab.lib.enums import TA_LEFT, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    style = ParagraphStyle(
        "one", fontName="Paper-Bold" if bold else "Paper", fontSize=size, leading=size * 1.4, textColor=color,
        alignment=TA_RIGHT if right else TA_LEFT,
    )  # fmt: skip
    return Paragraph(escape(words), style)


def _table(cells: list[list[Any]], widths: list[float], *more: Any, repeat: int = 0) -> Any:
    from reportlab.platypus import Table, TableStyle

    style = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), *more]
    return Table(cells, colWidths=widths, style=TableStyle(style), repeatRows=repeat)


def _letterhead(paper: Paper, width: float) -> Any:
    brand = _text(paper.brand, size=18, bold=True, color=paper.ink)
    title = _text(paper.title, size=13, bold=True, color=paper.ink, right=True)
    return _table(
        [[brand, title]],
        [width * 0.5, width * 0.5],
        ("BACKGROUND", (0, 0), (-1, -1), paper.accent),
        ("LEFTPADDING", (0, 0), (-1, -1), 10),
        ("RIGHTPADDING", (0, 0), (-1, -1), 10),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 8),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 10),
    )


def _parties(paper: Paper, width: float) -> Any:
    seller = [_text(one, bold=i == 0) for i, one in enumerate(paper.seller)]
    seller += [_text(one, color=SOFT) for one in paper.place if one not in paper.seller]
    which = [_text(paper.number, size=12, bold=True, right=True), _text(paper.when, right=True)]
    which += [_text(one, color=SOFT, right=True) for one in (paper.order, paper.served) if one]
    if paper.buyer:
        which += [_text(f"{paper.buyer_heading}:", color=SOFT, right=True)]
        which += [_text(one, bold=i == 0, right=True) for i, one in enumerate(paper.buyer)]
    return _table([[seller, which]], [width * 0.5, width * 0.5])


def _items(paper: Paper, width: float) -> Any:
    rows: list[list[Any]] = [[_text(one, size=8, color=SOFT, right=i > 0) for i, one in enumerate(paper.columns)]]
    rows += [
        [
            [
                _text(one.title),
                _text(one.sku, size=7.5, color=SOFT),
                *(_text(f"{row.label} {row.amount}", size=7.5, color=SOFT) for row in one.off),
            ],
            _text(one.quantity, right=True),
            _text(one.price, right=True),
            _text(one.amount, right=True),
        ]
        for one in paper.items
    ]
    line = ("LINEBELOW", (0, 0), (-1, -1), 0.4, "#cccccc")
    return _table(rows, [width * 0.46, width * 0.16, width * 0.19, width * 0.19], line, repeat=1)


def _sums(paper: Paper, width: float) -> Any:
    rows = [*paper.totals, *paper.taxes, *paper.tenders]
    cells = [["", _cell(one, right=False), _cell(one, right=True)] for one in rows]
    return _table(cells, [width * 0.3, width * 0.48, width * 0.22], ("TOPPADDING", (0, 0), (-1, -1), 1))


def _cell(row: Row, *, right: bool) -> Any:
    return _text(row.amount if right else row.label, size=12 if row.strong else 9, bold=row.strong, right=right)


def _rest(paper: Paper) -> list[Any]:
    from reportlab.graphics.barcode import code128
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing
    from reportlab.lib.units import mm
    from reportlab.platypus import Spacer

    parts: list[Any] = [_text(paper.due, size=11, bold=True)] if paper.due else []
    for waits in paper.waiting:
        parts += [_text(waits.heading, bold=True), _text(waits.address, color=SOFT)]
        parts += [_text(one) for one in waits.lines]
    code = Drawing(26 * mm, 26 * mm)
    code.add(QrCodeWidget(paper.url, barWidth=26 * mm, barHeight=26 * mm))
    bars = code128.Code128(paper.label, barHeight=11 * mm, barWidth=0.33 * mm)
    bars.hAlign = "LEFT"
    beside = [bars, Spacer(1, 1 * mm), _text(f"{paper.label} · {paper.return_with}", size=8, color=SOFT)]
    beside += [_text(paper.thanks, bold=True)] + ([_text(paper.tagline, color=SOFT)] if paper.tagline else [])
    return [*parts, Spacer(1, 4 * mm), _table([[code, beside]], [30 * mm, 120 * mm])]
