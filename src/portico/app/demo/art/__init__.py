"""Drawings of what the demo sells, made from an item's facts: its kind, its shape, its colours, its size.

`draw` answers one SVG of 800 by 800, without text, script or anything loaded from elsewhere, the same for the same
facts every time.
"""

from collections.abc import Callable

import msgspec

from portico.app.demo.art import furniture, lamps, paper, plants, scents, tableware, textiles, vases
from portico.app.demo.art.paint import Canvas


class Look(msgspec.Struct, frozen=True):
    """What a drawing needs to know. `colour` is #rrggbb; `size` is 1 for the middling one of its kind.

    `accent` is the second colour, of a stripe, a shade's foot, a strap; what it means is up to the kind.
    """

    kind: str
    style: str
    colour: str
    accent: str = "#c79a4b"
    size: float = 1.0
    ground: str = "#f3e9dc"


Draw = Callable[[Look], Canvas]

KINDS: dict[str, Draw] = {
    **lamps.KINDS,
    **vases.KINDS,
    **tableware.KINDS,
    **textiles.KINDS,
    **scents.KINDS,
    **furniture.KINDS,
    **plants.KINDS,
    **paper.KINDS,
}


def draw(look: Look) -> str:
    """The picture of `look`. Raises KeyError for a kind nobody can draw."""
    return KINDS[look.kind](look).svg()
