"""One record against a few, while somebody waits: the same grades and the same model as for a file, on arrays of a few places."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

import msgspec
import numpy as np

from portico.identity.matching.comparing import AT_ONCE, GRADES, Grades, compare
from portico.identity.matching.frames import MISSING, Column, Frame, Ints
from portico.identity.matching.kinds import Kind
from portico.identity.matching.model import Floats, Model

PRIOR_MAX = 1e-3  # of two records of a small shop, drawn at random
OTHERS_EXPECTED = 1_000  # records from which on what they say of a value counts more than what was learnt
COMMON_SHARE_MIN = 1e-4  # what fewer people have is as rare as the rest of its kind


class Weights(msgspec.Struct, frozen=True):
    """A model, of how many records it was learnt, and how common the common values are, by column. `rare`: how common the others."""

    model: Model
    records: int
    common: dict[str, dict[str, float]]
    rare: dict[str, float]
    origin: str = ""


def weights_of(model: Model, frame: Frame, origin: str) -> Weights:
    """What a model needs to be used without the records it was learnt from."""
    common: dict[str, dict[str, float]] = {}
    rare: dict[str, float] = {}
    for column in frame.columns:
        shares = column.counts / max(1, int(column.counts.sum()))
        often = np.flatnonzero(shares >= COMMON_SHARE_MIN)
        seldom = shares[shares < COMMON_SHARE_MIN]
        # Two people in a row, say, have the same rare value this often: by chance, not on average of the values.
        rare[column.name] = (
            float((seldom**2).sum() / max(float(seldom.sum()), 1e-12)) if len(seldom) else COMMON_SHARE_MIN
        )
        common[column.name] = (
            {str(column.values[place]): round(float(shares[place]), 6) for place in often}
            if len(often) < 20_000
            else {}
        )
    return Weights(model, frame.rows, common, rare, origin)


@cache
def shipped() -> Weights:
    """Weights to begin with, learnt from people that were made up (`portico identity train --generated`)."""
    found = resources.files("portico.identity.matching").joinpath("weights.json").read_bytes()
    return msgspec.json.decode(found, type=Weights)


class Scored(msgspec.Struct, frozen=True):
    """For each candidate the bits of one person; for each column and candidate what it says, and its grade."""

    bits: Floats
    evidence: Floats
    grades: Grades


class Scorer:
    """Weights, among so many people. Learnt of few and used among many, a likeness is worth less: more are alike by chance."""

    def __init__(self, weights: Weights, *, people: int) -> None:
        model = weights.model
        scale = min(max(2, weights.records) / max(2, people), PRIOR_MAX / max(model.prior, model.household, 1e-12))
        self.model = msgspec.structs.replace(model, prior=model.prior * scale, household=model.household * scale)
        self._weights = weights
        self.kinds = [(one.name, one.kind) for one in model.features]

    def score(self, asker: Mapping[str, str | None], candidates: Sequence[Mapping[str, str | None]]) -> Scored:
        """Values are in the forms they are compared in (`frames.column`), by the name of their column; None where none is told."""
        one = self._frame([asker])
        few = self._frame(candidates)
        places = np.arange(len(candidates))
        left = np.zeros(len(candidates), np.int64)
        grades = compare(one, left, few, places)
        shares = np.zeros(grades.shape, np.float32)
        for row, (name, kind) in enumerate(self.kinds):
            top = grades[row] == GRADES[kind] - 1
            if top.any():
                shares[row, top] = self._weights.common[name].get(asker[name] or "", self._weights.rare[name])
        evidence = self.model.evidence(grades, shares)
        return Scored(self.model.classes_of(evidence)[0], evidence, grades)

    def score_pairs(self, frame: Frame, left: Ints, right: Ints) -> Scored:
        """Pairs of one frame, whose columns are those of the model. How common a value is, its records say as far as they are many."""
        grades = compare(frame, left, frame, right)
        bits, evidence = np.empty(len(left)), np.zeros(grades.shape, np.float32)
        for start in range(0, len(left), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            shares = self._shares(frame, left[part], grades[:, part])
            evidence[:, part] = self.model.evidence(grades[:, part], shares)
            bits[part] = self.model.classes_of(evidence[:, part])[0]
        return Scored(bits, evidence, grades)

    def _shares(self, frame: Frame, left: Ints, grades: Grades) -> Floats:
        shares = np.zeros(grades.shape, np.float32)
        for row, column in enumerate(frame.columns):
            top = np.flatnonzero(grades[row] == GRADES[column.kind] - 1)
            others = column.counts[column.codes[left[top]]] - 1  # beside one of the two
            expected = self._weights.rare[column.name] * OTHERS_EXPECTED
            shares[row, top] = (others + expected) / (int(column.counts.sum()) + OTHERS_EXPECTED)
        return shares

    def _frame(self, records: Sequence[Mapping[str, str | None]]) -> Frame:
        return Frame(
            len(records), tuple(_column(name, kind, [one[name] for one in records]) for name, kind in self.kinds)
        )


_NONE = np.empty(0, np.int64)


def _column(name: str, kind: Kind, values: Sequence[str | None]) -> Column:
    codes = np.fromiter((place if value else MISSING for place, value in enumerate(values)), np.int64, len(values))
    return Column(name, kind, codes, np.array([value or "" for value in values], object), _NONE)
