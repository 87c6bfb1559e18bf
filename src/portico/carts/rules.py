"""Pure decisions about carts."""

import secrets
from collections.abc import Sequence

import msgspec

from portico.carts.types import (
    LINES_MAX,
    QUANTITY_MAX,
    BadQuantity,
    CartFull,
    Edit,
    Line,
    UnknownLine,
)
from portico.pricing.types import LineItemId

# Crockford's alphabet: no I, L, O, U, so that a code survives the telephone.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 6


def new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def read_code(text: str) -> str | None:
    """A code as people type it: small letters, hyphen or spaces, O for 0, I or L for 1. None if it is none."""
    code = text.upper().translate(str.maketrans("OIL", "011", " -"))
    return code if len(code) == CODE_LENGTH and set(code) <= set(LETTERS) else None


def show_code(code: str) -> str:
    return f"{code[:3]}-{code[3:]}"


def check(edit: Edit, lines: Sequence[Line]) -> Line | None:
    """The line an edit is about (None: a new one). Refuses BadQuantity, CartFull, UnknownLine."""
    if edit.quantity is not None and not (0 if edit.line_id else 1) <= edit.quantity <= QUANTITY_MAX:
        raise BadQuantity(quantity=edit.quantity)
    if edit.line_id is not None:
        return _line(lines, edit.line_id)
    same = [one for one in lines if one.variant_id == edit.variant_id and one.parent_id is None]
    if same and edit.parent_id is None:
        if same[0].quantity + (edit.quantity or 1) > QUANTITY_MAX:
            raise BadQuantity(quantity=same[0].quantity + (edit.quantity or 1))
        return same[0]
    if edit.parent_id is not None:  # an add-on belongs to a line that stands for itself
        _line([one for one in lines if one.parent_id is None], edit.parent_id)
    if len(lines) >= LINES_MAX:
        raise CartFull()
    return None


def check_lines(lines: Sequence[Line]) -> None:
    """Lines that come all at once. Refuses BadQuantity, CartFull."""
    if len(lines) > LINES_MAX:
        raise CartFull()
    for one in lines:
        if not 1 <= one.quantity <= QUANTITY_MAX:
            raise BadQuantity(quantity=one.quantity)


class Merge(msgspec.Struct, frozen=True):
    """How one cart takes in the lines of another: lines of its own with their new quantities, lines that are in these
    now, and lines that move over as they are."""

    raised: dict[LineItemId, int]
    joined: tuple[LineItemId, ...]
    moved: tuple[LineItemId, ...]


def merge(giving: Sequence[Line], taking: Sequence[Line]) -> Merge:
    """The same variant twice becomes one line; a line with add-ons moves together with them.

    Signing in must never fail for a full basket: a quantity stops at its limit, and lines that find no room stay.
    """
    with_add_ons = {one.parent_id for one in giving if one.parent_id}
    own = {one.variant_id: one for one in reversed(taking) if one.parent_id is None}
    raised: dict[LineItemId, int] = {}
    joined: list[LineItemId] = []
    families: dict[LineItemId, list[LineItemId]] = {}
    for one in giving:
        same = own.get(one.variant_id) if one.parent_id is None and one.id not in with_add_ons else None
        if same is not None:
            raised[same.id] = min(QUANTITY_MAX, raised.get(same.id, same.quantity) + one.quantity)
            joined.append(one.id)
        else:
            families.setdefault(one.parent_id or one.id, []).append(one.id)
    moved: list[LineItemId] = []
    for family in families.values():
        if len(taking) + len(moved) + len(family) <= LINES_MAX:
            moved += family
    return Merge(raised, tuple(joined), tuple(moved))


def _line(lines: Sequence[Line], line_id: LineItemId) -> Line:
    for one in lines:
        if one.id == line_id:
            return one
    raise UnknownLine(line_id=line_id)
