"""What became of every row: the figures of an import, and the file of those that were not taken."""

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import msgspec

from portico.platform import i18n


class Progress(Protocol):
    """Told how far an import is; `total` is None where nobody knows yet."""

    def __call__(self, step: str, done: int, total: int | None) -> None: ...


def silent(step: str, done: int, total: int | None) -> None:
    """Nobody watches."""


class Tally(msgspec.Struct):
    """Of one kind of thing: how many are new, how many were there already."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0


class Report(msgspec.Struct, kw_only=True):
    """`read == imported + rejected`, always. `notes` are for a person: what was decided where the file does not say."""

    source: str
    file: str
    read: int = 0
    imported: int = 0
    rejected: int = 0
    reasons: dict[str, int] = {}
    things: dict[str, Tally] = {}
    rejects_file: str | None = None
    notes: list[str] = []
    seconds: float = 0.0

    @property
    def adds_up(self) -> bool:
        return self.read == self.imported + self.rejected == self.imported + sum(self.reasons.values())

    @property
    def changed_nothing(self) -> bool:
        return not any(one.new or one.changed for one in self.things.values())

    def tally(self, thing: str) -> Tally:
        return self.things.setdefault(thing, Tally())


class Rejects:
    """The rows that were not taken: number, reason, a sentence, and the row as it was. Counted always, and written as
    CSV where a path is given; a cell that a spreadsheet would run is written as text."""

    def __init__(self, path: Path | None, *, columns: Sequence[str], language: str = i18n.FALLBACK) -> None:
        self.path, self._columns, self._language = path, list(columns), language
        self.reasons: Counter[str] = Counter()
        self._stream = path.open("w", encoding="utf-8", newline="") if path else None
        self._writer = csv.writer(self._stream) if self._stream else None
        if self._writer:
            self._writer.writerow(["row", "reason", "explanation", *self._columns])

    def add(self, *, row: int, reason: str, cells: Sequence[object]) -> None:
        """`reason` is a word of the catalog `imports.rejected.<reason>`."""
        self.reasons[reason] += 1
        if self._writer:
            sentence = i18n.text(self._language, f"imports.rejected.{reason}")
            self._writer.writerow([row, reason, sentence, *(_harmless(one) for one in cells)])

    @property
    def count(self) -> int:
        return self.reasons.total()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream:
            self._stream.close()


def _harmless(cell: object) -> str:
    text = "" if cell is None else str(cell)
    if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        try:
            float(text)
        except ValueError:
            return f"'{text}"
    return text
