"""Documents on a screen, on a page and on a roll of paper: four forms of one stored snapshot."""

from enum import StrEnum

from portico.documents.rendering import pages, plain, roll, screen, words
from portico.documents.types import Document

__all__ = ["COLUMNS", "MEDIA", "Form", "render", "title"]

COLUMNS = plain.COLUMNS
title = words.title


class Form(StrEnum):
    HTML = "html"
    PDF = "pdf"
    ESCPOS = "escpos"
    TXT = "txt"


MEDIA = {
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.ESCPOS: "application/octet-stream",
    Form.TXT: "text/plain; charset=utf-8",
}


def render(
    document: Document,
    form: Form,
    *,
    public_url: str,
    copy: bool = False,
    columns: int = COLUMNS,
    drawer: bool = False,
    pdf_url: str = "",
) -> bytes:
    """One form of a document. Takes some milliseconds of processor time: ask for it in a thread."""
    paper = words.paper(document, public_url=public_url, copy=copy)
    match form:
        case Form.HTML:
            return screen.html(paper, pdf_url=pdf_url).encode()
        case Form.PDF:
            return pages.pdf(paper)
        case Form.ESCPOS:
            return roll.escpos(paper, columns=columns, drawer=drawer)
        case Form.TXT:
            return plain.text(paper, columns=columns).encode()
