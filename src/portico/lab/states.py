"""Pictures of states, drawn from the tables that decide: `{(STATE, STEP): STATE}` becomes a Mermaid diagram in `docs/states/`.

A room that has such a table adds a line to `TABLES`; `portico lab states` writes the pictures, and a test fails where one is not
what its table says.
"""

from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from portico.fulfillment.rules import work
from portico.fulfillment.types import Label, Progress, Way
from portico.orders import rules as orders
from portico.orders.types import State as OrderState
from portico.payments import rules as payments
from portico.payments.types import State as PaymentState
from portico.returns.rules import FOLLOWS as RETURNS
from portico.returns.types import State as ReturnState

Table = Mapping[tuple[Enum, Enum], Enum]


class Picture(msgspec.Struct, frozen=True):
    """A table, where it begins, and what is said above it."""

    title: str
    table: Any
    start: Any
    text: str


TABLES: dict[str, Picture] = {
    **{
        f"fulfillment_{way}": Picture(f"Fulfillment work: {way.replace('_', ' ')}", table, Progress.OPEN, text)
        for (way, table), text in zip(
            ((way, table) for way, table in work.STATES.items() if way is not Way.DRIVE_UP),
            (
                "What is sent to the buyer's address.",
                "What is sent to a store and fetched there.",
                "What one of us drives out.",
                "What is fetched at a counter, or at a bay.",
            ),
            strict=True,
        )
    },
    "order": Picture(
        "An order, and each of its lines",
        orders.FOLLOWS,
        OrderState.OPEN,
        "Read from counters, never set: see `orders.rules.state`.",
    ),
    "payment": Picture(
        "A payment",
        payments.FOLLOWS,
        PaymentState.PENDING,
        "What is paid at once begins where it ends, as captured; an invoice begins as authorized.",
    ),
    "label": Picture(
        "A parcel's label", work.LABELS, Label.NONE, "From unknown only what the carrier itself has said leads on."
    ),
    "return": Picture(
        "A return", RETURNS, ReturnState.REQUESTED, "Over the counter it is one step; a claim brings nothing back."
    ),
}


def final(table: Table) -> set[Enum]:
    """States that nothing leads out of."""
    return set(table.values()) - {before for before, _ in table}


def mermaid(picture: Picture) -> str:
    """The table as a Mermaid state diagram. Steps between the same two states share an arrow."""
    arrows: dict[tuple[Enum, Enum], list[str]] = {}
    for (before, step), after in picture.table.items():
        arrows.setdefault((before, after), []).append(str(step.value).replace("_", " "))
    lines = ["stateDiagram-v2", f"    [*] --> {picture.start.value}"]
    lines += [f"    {a.value} --> {b.value}: {', '.join(steps)}" for (a, b), steps in arrows.items()]
    lines += [f"    {one.value} --> [*]" for one in sorted(final(picture.table), key=lambda each: str(each.value))]
    return "\n".join(lines)


def page(picture: Picture) -> str:
    """One file of `docs/states`."""
    return (
        f"# {picture.title}\n\n{picture.text} Drawn from the table itself: `portico lab states` writes this file.\n\n"
        f"```mermaid\n{mermaid(picture)}\n```\n"
    )


def pages(pictures: Mapping[str, Picture] = TABLES) -> dict[str, str]:
    """Every file and what is in it."""
    index = [
        "# States\n",
        "Drawn from the tables that decide; `portico lab states` writes them, a test holds them to it.\n",
    ]
    index += [f"- [{one.title}]({name}.md)" for name, one in pictures.items()]
    return {f"{name}.md": page(one) for name, one in pictures.items()} | {"README.md": "\n".join(index) + "\n"}


def write(folder: Path) -> Iterable[Path]:
    """Write all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = folder / name
        path.write_text(text, "utf-8")
        yield path
