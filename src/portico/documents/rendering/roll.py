"""A document as the bytes a receipt printer wants (ESC/POS): text in its code pages, barcode, QR code, cut, drawer."""

import logging
import os
import tempfile
from functools import cache
from typing import Any

from portico.documents.rendering import plain
from portico.documents.rendering.words import Paper

# Latin with the euro, Cyrillic, and what neither has. The slots are Epson's; others follow them.
CODE_PAGES = {"CP858": 19, "CP866": 17, "CP1252": 16}
# What no page of a printer has, as people write it by hand.
_INSTEAD = str.maketrans(
    {"₽": "руб.", "−": "-", "–": "-", "—": "-", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"', "·": "-", "№": "N"}
)
DRAWER_PIN = 2
BARCODE_HEIGHT = 60


@cache
def _library() -> Any:
    """python-escpos, brought in where somebody prints. On its way in it reads its printers through a slow parser and keeps
    them in a directory that it does not clean up, and sets up logging: it is given a directory that goes, and a logger that is
    set up already."""
    root = logging.getLogger()
    quiet = logging.NullHandler()
    root.addHandler(quiet)
    before, held = os.environ.get("ESCPOS_CAPABILITIES_PICKLE_DIR"), tempfile.tempdir
    try:
        with tempfile.TemporaryDirectory(prefix="portico-") as folder:
            os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = tempfile.tempdir = folder
            from escpos import magicencode, printer

            return printer.Dummy, magicencode
    finally:
        tempfile.tempdir = held
        os.environ.pop("ESCPOS_CAPABILITIES_PICKLE_DIR", None)
        if before is not None:
            os.environ["ESCPOS_CAPABILITIES_PICKLE_DIR"] = before
        root.removeHandler(quiet)


def escpos(paper: Paper, *, columns: int = plain.COLUMNS, drawer: bool = False) -> bytes:
    """The document as bytes to send to a printer as they are; with `drawer`, the cash drawer opens first."""
    dummy, magic = _library()
    printer = dummy(profile="default")
    printer.magic = magic.MagicEncode(printer, encoder=magic.Encoder(dict(CODE_PAGES)))
    printer.hw("INIT")
    if drawer:
        printer.cashdraw(DRAWER_PIN)

    def write(lines: Any, **style: Any) -> None:
        printer.set_with_default(**style)
        for line in lines:
            printer.textln(line.translate(_INSTEAD))

    half = columns // 2
    write(plain.centered(paper.brand, half), bold=True, double_width=True, double_height=True)
    head = list(plain.head(paper, columns))
    write(head[len(plain.centered(paper.brand, columns)) :])
    write(plain.body(paper, columns))
    write([plain.rule(columns)])
    printer.set_with_default(align="center")
    printer.barcode("{B" + paper.label, "CODE128", height=BARCODE_HEIGHT, pos="BELOW", function_type="B")
    printer.ln()
    printer.qr(paper.url, native=True, size=5)
    printer.set_with_default()
    write(plain.centered(paper.return_with, columns))
    write(plain.foot(paper, columns))
    printer.cut(mode="PART")
    return bytes(printer.output)
