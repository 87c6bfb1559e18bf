"""What each grade of likeness is worth (Fellegi and Sunter 1969), learnt without being told who is who.

`m` is how often two records of one person have a grade, `u` how often two people's have it. The evidence of a pair is the sum of
log2(m / u) over what both records tell; what one of them does not tell is no evidence. "The same" counts by how common the value
is: two called Zbigniew tell more than two called Maria. Columns that go together (a city and its postcodes) are not counted as
if they did not. `m` is found by expectation maximisation over candidates, `u` from pairs drawn at random.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from portico.identity.matching.clusters import components
from portico.identity.matching.comparing import AT_ONCE, GRADES, RISING, Grades, compare
from portico.identity.matching.frames import Column, Frame, Ints
from portico.identity.matching.kinds import BOUND, HOME, PERSONAL, PLACE, SHARED, Kind

ROUNDS = 25
TRAINED_ON_MAX = 300_000  # candidates
DRAWN = 300_000  # pairs at random
FLOOR = 2e-6  # of m and u: nothing is impossible
EVIDENCE_MIN = -9.0  # of one column: a wrong date alone never outweighs all else
HOUSEHOLD_MIN = 0.02  # of the prior: there are households everywhere
HOUSEHOLD_MAX = 1e4
# With one column alone that is somebody's own, one who misspelt it and another of the house cannot be told apart by learning.
HOUSEHOLD_MAX_OF_ONE = 0.02
SURE = 3.0  # bits from which on two records are taken for one person while it is still being learnt
AGREES = 1.0  # bits from which on a column speaks for one person
TOGETHER_MIN = 1.5  # how much more often than by chance two columns agree, from which on they go together

# How often one person's records may contradict each other at most, and up to which grade that is. Without it, learning may settle
# on the next best thing that goes together in a file: households, or towns.
CONTRADICT_MAX = {
    Kind.GIVEN: (1, 0.2), Kind.FAMILY: (1, 0.25), Kind.NAME: (1, 0.2), Kind.BIRTH: (2, 0.2), Kind.ID: (0, 0.3), Kind.PHONE: (0, 0.5),
    Kind.EMAIL: (0, 0.5), Kind.STREET: (1, 0.5), Kind.HOUSE: (0, 0.5), Kind.CITY: (1, 0.5), Kind.POSTCODE: (0, 0.5),
}  # fmt: skip

Floats = npt.NDArray[np.floating[Any]]


class Feature(msgspec.Struct, frozen=True):
    """A column, and what its grades are worth."""

    name: str
    kind: Kind
    m: tuple[float, ...]
    u: tuple[float, ...]

    @property
    def worth(self) -> Floats:
        return _worth(self.m, self.u)


@lru_cache(maxsize=512)
def _worth(m: tuple[float, ...], u: tuple[float, ...]) -> Floats:
    return np.asarray(np.clip(np.log2(np.array(m) / np.array(u)), EVIDENCE_MIN, None))


class Bond(msgspec.Struct, frozen=True):
    """Two columns that agree together more often than by chance. Where both do, the later one gives back so many bits, of the
    strongest of its bonds."""

    one: int
    other: int
    bits: float


class Model(msgspec.Struct, frozen=True):
    """`prior` is the chance that two records drawn at random are of one person, `household` that they are of two who live together."""

    features: tuple[Feature, ...]
    bonds: tuple[Bond, ...]
    prior: float
    household: float

    def evidence(self, grades: Grades, shares: Floats) -> Floats:
        """Bits for each pair, column by column. `shares`: of "the same", how common the value is; 0 where it is not told."""
        found = np.zeros(grades.shape, np.float32)
        for place, feature in enumerate(self.features):
            worth = np.append(feature.worth, 0.0).astype(np.float32)  # MISSING is the last place
            found[place] = worth[grades[place]]
            top = (grades[place] == len(feature.m) - 1) & (shares[place] > 0)
            found[place, top] = np.log2(feature.m[-1] / shares[place, top])
        for place, bonds in self._given_back().items():
            agrees = np.flatnonzero(found[place] > AGREES)
            most = np.zeros(len(agrees), np.float32)
            for bond in bonds:
                np.maximum(most, bond.bits * (found[bond.one, agrees] > AGREES), out=most)
            found[place, agrees] = np.maximum(0, found[place, agrees] - most)
        return found

    def bits(self, grades: Grades, shares: Floats) -> Floats:
        """The evidence of each pair and the prior together: above 0 it is likelier than not that both are one person."""
        return self.classes(grades, shares)[0]

    def classes(self, grades: Grades, shares: Floats) -> tuple[Floats, Floats]:
        """The log odds of one person, and the chance of two who live together, of each pair.

        Who live together agree in what they share as one person does, and differ in what is their own as strangers do. So
        what is shared speaks for one person only as far as it is not as likely of a household.
        """
        return self.classes_of(self.evidence(grades, shares))

    def classes_of(self, evidence: Floats) -> tuple[Floats, Floats]:
        """The same, of evidence that is reckoned already."""
        shared, own = np.zeros(evidence.shape[1]), np.zeros(evidence.shape[1])
        for place, feature in enumerate(self.features):
            if feature.kind in SHARED:
                shared += evidence[place]
            else:
                own += evidence[place]
        others = 1 - self.prior - self.household
        together = self.household * np.exp2(np.clip(shared, -60, 200))
        bits = np.log2(self.prior) + shared + own - np.log2(others + together)
        return bits, (1 - chance(bits)) * together / (others + together)

    def _given_back(self) -> dict[int, list[Bond]]:
        """The bonds of each column with earlier ones, later columns first: what is given back is reckoned from evidence in full."""
        found: dict[int, list[Bond]] = {}
        for bond in sorted(self.bonds, key=lambda one: -one.other):
            found.setdefault(bond.other, []).append(bond)
        return found


def chance(bits: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp2(-np.clip(bits, -60, 60))))


def common(frame: Frame, left: Ints, grades: Grades) -> Floats:
    """Of pairs that have the same value, the share of records that have it."""
    found = np.zeros(grades.shape, np.float32)
    for place, column in enumerate(frame.columns):
        top = np.flatnonzero(grades[place] == GRADES[column.kind] - 1)
        told = max(1, int(column.counts.sum()))
        found[place, top] = column.counts[column.codes[left[top]]] / told
    return found


def score(model: Model, frame: Frame, left: Ints, grades: Grades) -> tuple[Floats, Floats]:
    """Of pairs within one frame, the bits for one person and the chance of a household."""
    bits, near = np.empty(len(left)), np.empty(len(left))
    for start in range(0, len(left), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        bits[part], near[part] = model.classes(grades[:, part], common(frame, left[part], grades[:, part]))
    return bits, near


class Trained(msgspec.Struct, frozen=True):
    """`frame` counts for each value the people who have it, not the records. `grades` and `bits` are the candidates'."""

    model: Model
    frame: Frame
    grades: Grades
    bits: Floats


def train(frame: Frame, left: Ints, right: Ints, *, seed: int = 1) -> Trained:
    """A model of these records, from their candidates."""
    draw = np.random.default_rng(seed)
    grades = compare(frame, left, frame, right)
    total = frame.rows * (frame.rows - 1) / 2
    some = (
        np.arange(len(left)) if len(left) <= TRAINED_ON_MAX else draw.choice(len(left), TRAINED_ON_MAX, replace=False)
    )
    few, scale = grades[:, some], len(left) / max(1, len(some))
    one, other = _drawn(draw, frame.rows, int(min(DRAWN, total)))
    apart = compare(frame, one, frame, other)
    model, counted = _started(frame, apart), frame
    # Until it is known who is who, every record is somebody's: a town and its postcodes must not look like people from the start.
    alone = np.arange(frame.rows, dtype=np.int64)
    towns = tuple(one for one in _bonds(frame, alone, alone) if _are_places(frame, one))
    model = Model(model.features, towns, model.prior, model.household)
    personal = sum(column.kind in PERSONAL for column in frame.columns)
    household_max = HOUSEHOLD_MAX if personal > 1 else HOUSEHOLD_MAX_OF_ONE
    for counting in (False, True):
        if counting:  # by now it is roughly known who is who
            bits, near = score(model, counted, left, grades)
            sure, home = bits > SURE, (bits > 0) | (near > 0.5)
            person = components(frame.rows, left[sure], right[sure])
            bonds = _bonds(frame, person, components(frame.rows, left[home], right[home]))
            counted = by_people(frame, person)
            model = Model(model.features, bonds, model.prior, model.household)
        shares, apart_shares = common(counted, left[some], few), common(counted, one, apart)
        for _ in range(ROUNDS):
            (bits, near), (apart_bits, apart_near) = model.classes(few, shares), model.classes(apart, apart_shares)
            likely, unlikely = chance(bits), np.maximum(0, 1 - chance(apart_bits) - apart_near)
            prior = float(np.clip(likely.sum() * scale / max(1.0, total), 1e-12, 0.4))
            household = (
                float(np.clip(near.sum() * scale / max(1.0, total), HOUSEHOLD_MIN * prior, household_max * prior))
                if model.household
                else 0.0
            )
            features = tuple(
                _learnt(column, few[place], likely, apart[place], unlikely)
                for place, column in enumerate(frame.columns)
            )
            settled = abs(np.log(prior / model.prior)) < 1e-3
            model = Model(features, model.bonds, prior, household)
            if settled:
                break
    return Trained(model, counted, grades, score(model, counted, left, grades)[0])


def by_people(frame: Frame, person: Ints) -> Frame:
    """The same records; of each value it counts how many people have it."""
    return Frame(
        frame.rows,
        tuple(
            msgspec.structs.replace(one, counts=_people(one.codes, person, len(one.values))) for one in frame.columns
        ),
    )


def _people(codes: Ints, person: Ints, values: int) -> Ints:
    there = codes >= 0
    held = np.unique(codes[there] * len(person) + person[there]) // len(person)
    return np.bincount(held, minlength=values).astype(np.int64)


def _drawn(draw: np.random.Generator, rows: int, count: int) -> tuple[Ints, Ints]:
    if rows < 2:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    one = draw.integers(0, rows, count)
    return one, (one + draw.integers(1, rows, count)) % rows


def _started(frame: Frame, apart: Grades) -> Model:
    """Before anything is learnt: one person's records mostly say the same, and one record in four has a twin."""
    features = []
    for place, column in enumerate(frame.columns):
        size = GRADES[column.kind]
        u = _shares(apart[place], np.ones(apart.shape[1]), size)
        m = np.full(size, 0.2 / (size - 1))
        m[-1] = 0.8
        if size > 3:
            m[0] = 0.05
        if column.kind is Kind.CATEGORY or u[-1] > 0.2:
            m = 0.6 * m + 0.4 * u
        features.append(Feature(column.name, column.kind, tuple((m / m.sum()).tolist()), tuple(u.tolist())))
    prior = min(0.1, 0.5 / max(2, frame.rows))
    kinds = {column.kind for column in frame.columns}
    return Model(tuple(features), (), prior, prior / 10 if kinds & HOME and kinds & PERSONAL else 0.0)


def _learnt(
    column: Column, few: npt.NDArray[np.int8], likely: Floats, apart: npt.NDArray[np.int8], unlikely: Floats
) -> Feature:
    size = GRADES[column.kind]
    m, u = _shares(few, likely, size), _shares(apart, unlikely, size)
    if column.kind in CONTRADICT_MAX:
        upto, most = CONTRADICT_MAX[column.kind]
        if (share := m[: upto + 1].sum()) > most:
            m[: upto + 1] *= most / share
            m[upto + 1 :] *= (1 - most) / max(1 - share, FLOOR)
    _rise(m, u, RISING[column.kind])
    return Feature(column.name, column.kind, tuple(m.tolist()), tuple(u.tolist()))


def _shares(grades: npt.NDArray[np.int8], weights: Floats, size: int) -> Floats:
    there = grades >= 0
    counts = np.bincount(grades[there], weights=weights[there], minlength=size) + 0.3
    return np.asarray(np.maximum(counts / counts.sum(), FLOOR))


def _rise(m: Floats, u: Floats, upto: int) -> None:
    """More alike is never worth less: neighbours that say otherwise share what they are worth."""
    groups: list[list[int]] = []
    for grade in range(upto):
        groups.append([grade])
        while len(groups) > 1 and m[groups[-1]].sum() / u[groups[-1]].sum() < m[groups[-2]].sum() / u[groups[-2]].sum():
            groups[-2:] = [groups[-2] + groups[-1]]
    for group in groups:
        ratio = m[group].sum() / u[group].sum()
        m[group] = u[group] * ratio


def _bonds(frame: Frame, person: Ints, home: Ints) -> tuple[Bond, ...]:
    """The columns that go together where people are apart; of places, where they do not even live together."""
    found: list[Bond] = []
    for one, mine in enumerate(frame.columns):
        for other in range(one + 1, len(frame.columns)):
            theirs = frame.columns[other]
            if not any(mine.kind in group and theirs.kind in group for group in BOUND):
                continue
            apart = home if {mine.kind, theirs.kind} <= PLACE else person
            there = (mine.codes >= 0) & (theirs.codes >= 0)
            both = np.where(there, mine.codes * len(theirs.values) + theirs.codes, -1)
            codes = np.unique(both, return_inverse=True)[1] - (0 if there.all() else 1)
            counts = _people(codes.astype(np.int64), apart, int(codes.max(initial=0)) + 1)
            together, pairs = _collisions(counts), float((counts * (counts - 1) / 2).sum())
            alone = [_collisions(_people(one.codes, apart, len(one.values))) for one in (mine, theirs)]
            expected = max(alone[0] * alone[1], 1e-12)
            # Fewer than a few pairs of strangers who agree in both tell nothing.
            if pairs > 30 and together > TOGETHER_MIN * expected:
                found.append(Bond(one, other, float(np.log2(together / expected))))
    return tuple(found)


def _are_places(frame: Frame, bond: Bond) -> bool:
    return {frame.columns[bond.one].kind, frame.columns[bond.other].kind} <= PLACE


def _collisions(counts: Ints) -> float:
    """How likely two people have the same."""
    told = float(counts.sum())
    return float((counts * (counts - 1.0)).sum()) / max(1.0, told * (told - 1))


def readable(model: Model) -> Mapping[str, list[float]]:
    return {one.name: [round(float(bits), 1) for bits in one.worth] for one in model.features}
