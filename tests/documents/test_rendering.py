"""What stands on paper: the same words in four languages on every form, and bytes that a printer reads as they were meant."""

import re
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from portico.business.types import Address
from portico.documents import rules
from portico.documents.rendering import Form, render, roll
from portico.documents.types import (
    Amount,
    Document,
    DocumentId,
    DocumentType,
    Line,
    Look,
    Party,
    Place,
    Reference,
    Snapshot,
    Tax,
    Tendered,
    Waiting,
)
from portico.platform import i18n

GOLDEN = Path(__file__).parent / "golden"
URL = "https://shop.example"
WORDS = {
    "en": ("Woollen blanket, sky", "74 Marylebone High Street", "London", "GBP", "GB", "VAT-GB"),
    "es": ("Jarrón de cerámica «Añil»", "Calle de la Constitución, 12", "Alcorcón", "EUR", "ES", "IVA"),
    "it": ("Caffè in grani, città", "Via Solferino, 11", "Milano, perché no", "EUR", "IT", "IVA"),
    "ru": ("Плед шерстяной, небо", "улица Покровка, 17", "Москва", "RUB", "RU", "НДС"),
}


def document(language: str, kind: DocumentType = DocumentType.RECEIPT, **what: object) -> Document:
    title, street, town, currency, country, tax = WORDS[language]
    address = Address(street, town, "101000", country)
    taxes = (Tax(tax, 200_000, 10_000, 2_000),)
    snapshot = Snapshot(
        look=Look("Nidora", "Уют на каждый час" if language == "ru" else "A nest", "#b4532a", "#ffffff", "<svg/>"),
        seller=Party("Nidora S.A.", "A58818501", address), country=country,
        place=Place("Nidora 1", address, "+34910000011", "T1", "Lucía Muñoz"), time_zone="Europe/Madrid",
        order_label="M4K7-Q2PX", order_path="/orders/abc", placed_at=datetime(2026, 11, 28, 9, tzinfo=UTC),
        lines=(
            Line("line_1", title, "TXT-1", 2, 0, "C62", 5_000, 8_333, 1_667, 10_000, taxes),
            Line("line_2", title + " (2)", "TEA-1", 250, 3, "KGM", 8_000, 1_667, 333, 2_000),
        ),
        totals=(Amount("subtotal", 10_000), Amount("tax", 2_000), Amount("total", 12_000)), taxes=taxes,
        taxes_included=True, tenders=(Tendered("cash", 12_000, 15_000, 3_000),),
        waiting=(Waiting("Nidora 2", address, ((title, 1, 0, "C62"),)),),
        **{name: value for name, value in what.items() if name in ("buyer", "reference", "due")},
    )  # fmt: skip
    return Document(
        id=DocumentId(bytes(16)), entity="nidora", series="T-MAD1", position=7, number="T-MAD1-2026-000007", year=2026,
        sequence=7, type=kind, order_id=None, refers_to=None, cause="x", location_id=None, language=language,
        currency=currency, total=12_000, issued_at=datetime(2026, 11, 28, 9, 30, tzinfo=UTC), previous_hash=bytes(32),
        hash=bytes(range(32)), token="t", body=rules.canonical(snapshot),
    )  # fmt: skip


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_receipt_as_text_is_as_it_was(language: str) -> None:
    made = render(document(language), Form.TXT, public_url=URL).decode()
    golden = GOLDEN / f"receipt.{language}.txt"
    assert golden.read_text() == made, f"if this is meant: write it into {golden.name}"
    assert all(len(line) <= 42 for line in made.splitlines())


def read_roll(raw: bytes) -> str:
    """What a printer would put on paper: it keeps a code page and writes with that."""
    pages = {number: name for name, number in roll.CODE_PAGES.items()}
    page, i, out = "cp437", 0, []
    while i < len(raw):
        if raw[i] == 0x1B and raw[i + 1] == 0x74:  # ESC t n: another code page
            page, i = pages[raw[i + 2]].lower(), i + 3
        elif raw[i] == 0x1B and raw[i + 1] == 0x40:  # ESC @
            i += 2
        elif raw[i] == 0x1B and raw[i + 1] in (0x61, 0x45, 0x47, 0x2D, 0x4D, 0x21, 0x7B, 0x32, 0x64, 0x20):
            i += 2 if raw[i + 1] == 0x32 else 3
        elif raw[i] == 0x1B and raw[i + 1] == 0x70:  # ESC p: the drawer
            i, out = i + 5, [*out, "<drawer>"]
        elif raw[i] == 0x1D and raw[i + 1] == 0x6B:  # GS k m n: a barcode
            length = raw[i + 3]
            out.append(f"<barcode {raw[i + 4 : i + 4 + length].decode()}>")
            i += 4 + length
        elif raw[i] == 0x1D and raw[i + 1] == 0x28:  # GS ( k: a QR code
            length = raw[i + 3] + 256 * raw[i + 4]
            data = raw[i + 5 : i + 5 + length]
            out += [f"<qr {data[3:].decode()}>"] if data[:3] == b"1P0" else []
            i += 5 + length
        elif raw[i] == 0x1D and raw[i + 1] == 0x56:  # GS V: cut
            i, out = i + (4 if raw[i + 2] in (65, 66) else 3), [*out, "<cut>"]
        elif raw[i] == 0x1D:
            i += 3
        else:
            out.append(raw[i : i + 1].decode(page))
            i += 1
    return "".join(out)


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_printer_reads_what_was_meant(language: str) -> None:
    title, street, town, currency, *_ = WORDS[language]
    paper = read_roll(render(document(language), Form.ESCPOS, public_url=URL, drawer=True))
    for words in (title, street, town, "Lucía Muñoz", i18n.text(language, "document.thanks"), "T-MAD1-2026-000007"):
        assert words.replace("—", "-") in paper, (words, paper)
    amount = i18n.currency(language, 12_000, currency).replace("\N{NO-BREAK SPACE}", " ").replace("₽", "руб.")
    assert amount in paper and "?" not in paper
    assert "<barcode {BM4K7-Q2PX>" in paper and "<qr https://shop.example/orders/abc>" in paper
    assert paper.index("<drawer>") < paper.index("Nidora") and paper.endswith("<cut>")
    assert "<drawer>" not in read_roll(render(document(language), Form.ESCPOS, public_url=URL))


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_a_pdf_has_its_letters_and_its_fonts_with_it(language: str) -> None:
    made = document(
        language, DocumentType.INVOICE, buyer=Party("Ana & Söhne", "B58378431", Address("Sol 1", "Madrid", "28013", "ES")),
        reference=Reference("T-MAD1-2026-000006", datetime(2026, 11, 28, 9, tzinfo=UTC), "daño <b>leve</b>"),
    )  # fmt: skip
    raw = render(made, Form.PDF, public_url=URL)
    assert raw == render(made, Form.PDF, public_url=URL)  # a reprint is the same
    reader = PdfReader(BytesIO(raw))
    text = re.sub(r"\s+", " ", "".join(page.extract_text() for page in reader.pages).replace("\N{NO-BREAK SPACE}", " "))
    title, street, *_ = WORDS[language]
    for words in (
        title, street, "Ana & Söhne", "B58378431", "T-MAD1-2026-000006", "daño <b>leve</b>", "Nidora S.A.",
        i18n.text(language, "document.title.invoice"),
        i18n.currency(language, 12_000, made.currency).replace("\N{NO-BREAK SPACE}", " "),
    ):  # fmt: skip
        assert words in text, (words, text)
    fonts = [font.get_object() for font in reader.pages[0]["/Resources"]["/Font"].values()]
    used = {
        str(one["/BaseFont"]) for one in fonts if "/FontDescriptor" in one and "/FontFile2" in one["/FontDescriptor"]
    }
    assert any("Inter" in one for one in used), used


def test_many_lines_go_over_to_the_next_page_with_their_heading() -> None:
    made = document("es")
    line = made.snapshot.lines[0]
    long = msgspec.structs.replace(made.snapshot, lines=tuple([line] * 80))
    reader = PdfReader(
        BytesIO(render(msgspec.structs.replace(made, body=rules.canonical(long)), Form.PDF, public_url=URL))
    )
    assert len(reader.pages) >= 3
    assert all("Artículo" in page.extract_text() for page in list(reader.pages)[:2])


@pytest.mark.parametrize("form", Form)
def test_a_copy_says_so(form: Form) -> None:
    made = document("es")
    if form is Form.PDF:
        say = [
            PdfReader(BytesIO(render(made, form, public_url=URL, copy=copy))).pages[0].extract_text()
            for copy in (True, False)
        ]
    else:
        say = [render(made, form, public_url=URL, copy=copy).decode(errors="replace") for copy in (True, False)]
    assert "COPIA" in say[0] and "COPIA" not in say[1]


def test_a_page_shows_names_as_names() -> None:
    made = document("en", buyer=Party("<script>alert(1)</script>"))
    page = render(made, Form.HTML, public_url=URL).decode()
    assert "<script>" not in page and "&lt;script&gt;" in page and "#b4532a" in page and 'lang="en"' in page
