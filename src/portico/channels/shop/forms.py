"""What arrives by forms and addresses: text, bounded and clean."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from portico.platform.http import Door
from portico.platform.ids import Id
from portico.platform.refusals import NotFound

FIELD_LENGTH_MAX = 500
TOTAL_DIGITS_MAX = 16
Known = TypeVar("Known", bound=Id)
# Marks that turn the direction of all that follows: a sentence that repeats what was typed would be read backwards.
_TURNS = dict.fromkeys(map(ord, "\0\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))


def clean(text: str) -> str:
    """Without the zero characters that no text column takes and the marks that turn text around, and not longer than any field
    of ours."""
    return text.translate(_TURNS)[:FIELD_LENGTH_MAX].strip()


async def read(door: Door) -> dict[str, str]:
    """The fields of a posted form; of a name that comes twice the last, as the pressed button comes last."""
    return {name: clean(value) for name, value in (await door.request.form()).multi_items() if isinstance(value, str)}


def total(typed: Mapping[str, str]) -> int | None:
    """The total that a page of ours showed, in minor units, as its form sends it back; None for anything else."""
    text = typed.get("expected_total", "")
    return int(text) if text.isdecimal() and len(text) <= TOTAL_DIGITS_MAX else None


def parsed(kind: type[Known], text: str) -> Known:
    """An id as an address or a form of ours names it. Refuses NotFound."""
    try:
        return kind.parse(text)
    except ValueError:
        raise NotFound(what=kind.prefix, id=text[:60]) from None


def moment(text: str) -> datetime | None:
    """A moment as a form of ours sends it back; None for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def local(path: str | None, otherwise: str = "/") -> str:
    """`path` if it leads to a page of ours, so that nobody is sent away by a link that was given to her."""
    if not path or not path.startswith("/") or path.startswith("//") or "\\" in path or not path.isprintable():
        return otherwise
    found = urlsplit(path)
    return otherwise if found.scheme or found.netloc else path[:FIELD_LENGTH_MAX]
