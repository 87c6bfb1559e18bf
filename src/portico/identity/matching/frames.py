"""Records as columns: each value once, in the form it is compared in, and an array that says which record has which."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from portico.identity.matching import forms
from portico.identity.matching.kinds import Kind

Ints = npt.NDArray[np.int64]
MISSING = -1

FORMS = {Kind.PHONE: forms.phone, Kind.EMAIL: forms.email, Kind.DATE: forms.date, Kind.BIRTH: forms.date, Kind.ID: forms.compact,
          Kind.POSTCODE: forms.compact}  # fmt: skip
# What people write where they have nothing to say.
NOTHING = frozenset(
    {"", "na", "n a", "nan", "null", "none", "nil", "unknown", "unk", "test", "nessuno", "ninguno", "нет"}
)


class Column(msgspec.Struct, frozen=True):
    """`codes[record]` is the place of its value in `values`, or MISSING. `counts` says how many records have each."""

    name: str
    kind: Kind
    codes: Ints
    values: npt.NDArray[Any]
    counts: Ints

    def texts(self, rows: Ints) -> npt.NDArray[Any]:
        return self.values[self.codes[rows]]


class Frame(msgspec.Struct, frozen=True):
    rows: int
    columns: tuple[Column, ...]

    def of(self, *kinds: Kind) -> list[Column]:
        return [one for one in self.columns if one.kind in kinds]


def frame(columns: Mapping[str, Sequence[str] | pa.Array], kinds: Mapping[str, Kind]) -> Frame:
    """Columns of raw text, those that have a kind, in the forms they are compared in."""
    rows = len(next(iter(columns.values()))) if columns else 0
    return Frame(rows, tuple(column(name, kind, columns[name]) for name, kind in kinds.items()))


def column(name: str, kind: Kind, raw: Sequence[str] | pa.Array) -> Column:
    coded = (raw if isinstance(raw, pa.Array) else pa.array(raw, pa.string())).dictionary_encode()
    form = FORMS.get(kind, forms.folded)
    places: dict[str, int] = {}
    again = [MISSING]  # the last place, which is where MISSING leads
    for text in coded.dictionary.to_pylist():
        value = form(text)
        if value in NOTHING or not value.strip("0 "):
            again.insert(-1, MISSING)
        else:
            again.insert(-1, places.setdefault(value, len(places)))
    codes = np.asarray(again, np.int64)[coded.indices.fill_null(len(again) - 1).to_numpy(zero_copy_only=False)]
    counts = np.bincount(codes[codes >= 0], minlength=len(places)).astype(np.int64)
    return Column(name, kind, codes, np.array([*places, ""], object)[:-1] if places else np.array([""], object), counts)
