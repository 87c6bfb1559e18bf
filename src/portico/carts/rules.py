"""Pure decisions about carts."""

import secrets
from collections.abc import Sequence

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
    if len(lines) >= LINES_MAX:
        raise CartFull()
    return None


def _line(lines: Sequence[Line], line_id: LineItemId) -> Line:
    for one in lines:
        if one.id == line_id:
            return one
    raise UnknownLine(line_id=line_id)
