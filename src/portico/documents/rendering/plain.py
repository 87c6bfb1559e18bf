"""A document as plain text of a fixed width: for e-mail, for screens without pictures, and what a roll of paper shows."""

import textwrap
from collections.abc import Iterator

from portico.documents.rendering.words import Paper, Row

COLUMNS = 42
_SPACES = str.maketrans({"\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


def text(paper: Paper, *, columns: int = COLUMNS) -> str:
    """Lines no wider than `columns`, ending in a line break."""
    return "\n".join([*head(paper, columns), *body(paper, columns), *foot(paper, columns)]) + "\n"


def head(paper: Paper, columns: int) -> Iterator[str]:
    own = paper.order if paper.label != paper.number else ""
    for block in (
        (paper.brand, *paper.place), paper.seller, (paper.title, paper.number, paper.copy),
        (paper.when, paper.served, own),
    ):  # fmt: skip
        for one in filter(None, block):
            yield from centered(one, columns)
        if block is not paper.seller or paper.seller:
            yield ""
    if paper.buyer:
        yield rule(columns)
        yield from wrapped(f"{paper.buyer_heading}: {paper.buyer[0]}", columns)
        for one in paper.buyer[1:]:
            yield from wrapped(one, columns)
    for one in paper.notes:
        yield from wrapped(one, columns)


def body(paper: Paper, columns: int) -> Iterator[str]:
    yield rule(columns)
    for item in paper.items:
        yield from pair(item.title, item.amount, columns)
        yield from wrapped(f"  {item.quantity} × {item.price} · {item.sku}", columns)
        for off in item.off:
            yield from wrapped(f"  {off.label} {off.amount}", columns)
    yield rule(columns)
    for row in (*paper.totals, *paper.taxes):
        yield from pair(row.label, row.amount, columns)
    if paper.tenders:
        yield rule(columns)
        yield from rows(paper.tenders, columns)
    if paper.due:
        yield rule(columns)
        yield from wrapped(paper.due, columns)
    for waits in paper.waiting:
        yield rule(columns)
        for one in (waits.heading, waits.address, *waits.lines):
            yield from wrapped(one, columns)


def foot(paper: Paper, columns: int) -> Iterator[str]:
    yield rule(columns)
    for one in (paper.thanks, paper.tagline):
        if one:
            yield from centered(one, columns)
    if paper.seal:
        yield from centered(paper.seal, columns)


def rows(all_rows: tuple[Row, ...], columns: int) -> Iterator[str]:
    for row in all_rows:
        yield from pair(row.label, row.amount, columns)


def rule(columns: int) -> str:
    return "-" * columns


def wrapped(line: str, columns: int) -> list[str]:
    """Cut at blanks; an amount and its currency stay together, as the blank between them asks."""
    indent = " " * (len(line) - len(line.lstrip(" ")))
    return [one.translate(_SPACES) for one in textwrap.wrap(line, columns, subsequent_indent=indent)] or [""]


def centered(line: str, columns: int) -> list[str]:
    return [one.center(columns).rstrip() for one in wrapped(line, columns)]


def pair(label: str, amount: str, columns: int) -> list[str]:
    """A label on the left and an amount on the right of its last line."""
    amount = amount.translate(_SPACES)
    left = wrapped(label, columns - len(amount) - 1)
    return [*left[:-1], f"{left[-1]}{amount:>{columns - len(left[-1])}}"]
