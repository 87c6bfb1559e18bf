"""How alike two values are, as one of a few grades. The highest grade of each kind is "the same"; MISSING where one has none.

A grade says nothing of what it is worth: that is learnt, per column and grade (`model`).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from portico.identity.matching import forms
from portico.identity.matching.frames import MISSING, Column, Frame, Ints
from portico.identity.matching.kinds import Kind

Grades = npt.NDArray[np.int8]
Floats = npt.NDArray[np.floating[Any]]

WORKERS = 2
AT_ONCE = 1_000_000  # pairs whose texts are in memory together
MANY = 20_000  # pairs from which on threads are worth their start

NAME_CUTS = (0.70, 0.80, 0.87, 0.93)
# Of names: words in common, an initial, in the other column while its own is empty, in each other's column, a short form.
PART, INITIAL, CROSSED, SWAPPED, ALIAS = 5, 6, 7, 8, 9
TEXT_CUTS = (0.45, 0.6, 0.72, 0.82, 0.92)
GRADES = {
    Kind.GIVEN: 11, Kind.FAMILY: 11, Kind.NAME: 9, Kind.STREET: 8, Kind.HOUSE: 4, Kind.CITY: 8, Kind.REGION: 4, Kind.POSTCODE: 5,
    Kind.PHONE: 4, Kind.EMAIL: 6, Kind.DATE: 7, Kind.BIRTH: 7, Kind.ID: 5, Kind.NUMBER: 5, Kind.CATEGORY: 2, Kind.TEXT: 9,
}  # fmt: skip
# Grades below this one grow with likeness, so what they are worth must grow with them too.
RISING = {kind: GRADES[kind] for kind in GRADES} | {
    Kind.GIVEN: PART,
    Kind.FAMILY: PART,
    Kind.NAME: 6,
    Kind.STREET: 6,
    Kind.CITY: 6,
    Kind.TEXT: 9,
}


def compare(one: Frame, left: Ints, other: Frame, right: Ints) -> Grades:
    """The grades of pairs: a row for each column, which both frames have in the same order, and a place for each pair."""
    grades = np.full((len(one.columns), len(left)), MISSING, np.int8)
    for start in range(0, len(left), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        some, a, b = grades[:, part], left[part], right[part]
        for place, (mine, theirs) in enumerate(zip(one.columns, other.columns, strict=True)):
            some[place] = _grades(mine, a, theirs, b)
        _swap(some, one, a, other, b)
    return grades


def _grades(mine: Column, left: Ints, theirs: Column, right: Ints) -> Grades:
    kind = mine.kind
    found = np.full(len(left), MISSING, np.int8)
    a, b = mine.codes[left], theirs.codes[right]
    there = np.flatnonzero((a >= 0) & (b >= 0))
    a, b = a[there], b[there]
    same = a == b if mine is theirs else mine.values[a] == theirs.values[b]
    found[there[same]] = GRADES[kind] - 1
    apart = ~same
    if apart.any():
        found[there[apart]] = _OF_KIND[kind](mine.values[a[apart]], theirs.values[b[apart]])
    return found


def _alike(scorer: Any, a: Sequence[str] | npt.NDArray[Any], b: Sequence[str] | npt.NDArray[Any]) -> Floats:
    workers = WORKERS if len(a) > MANY else 1
    return process.cpdist(a, b, scorer=scorer, dtype=np.float32, workers=workers)


def _graded(alike: Floats, cuts: Sequence[float]) -> Grades:
    return np.searchsorted(np.asarray(cuts, np.float32), alike, side="right").astype(np.int8)


def _name(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    """Of given and family names, each alone."""
    alike = np.maximum(_alike(JaroWinkler.normalized_similarity, a, b), _alike(OSA.normalized_similarity, a, b))
    found = _graded(alike, NAME_CUTS)
    full_a, full_b = [forms.full_form(one) for one in a], [forms.full_form(one) for one in b]
    alias = np.fromiter((x == y for x, y in zip(full_a, full_b, strict=True)), bool, len(a))
    found[alias & (found < len(NAME_CUTS))] = ALIAS
    initial = np.fromiter((1 in (len(x), len(y)) and x[0] == y[0] for x, y in zip(a, b, strict=True)), bool, len(a))
    found[initial] = INITIAL
    spaced = np.fromiter((" " in x or " " in y for x, y in zip(a, b, strict=True)), bool, len(a))
    for i in np.flatnonzero(spaced):
        x, y = a[i], b[i]
        if x.replace(" ", "") == y.replace(" ", ""):
            found[i] = len(NAME_CUTS)
        elif not {one for one in x.split() if len(one) > 2}.isdisjoint(y.split()):
            found[i] = PART
    return found


def _text(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    """Of streets and cities: a few words, in any order, with or without spaces between them."""
    bare_a, bare_b = [one.replace(" ", "") for one in a], [one.replace(" ", "") for one in b]
    alike = np.maximum(_alike(fuzz.ratio, bare_a, bare_b), _alike(fuzz.token_sort_ratio, a, b)) / 100
    found = _graded(alike, TEXT_CUTS)
    part = (_alike(fuzz.token_set_ratio, a, b) >= 100) & (found < len(TEXT_CUTS))
    found[part] = len(TEXT_CUTS) + 1
    return found


def _full_name(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    """Of names in one: words in any order, some left out, one an initial."""
    alike = np.maximum(
        _alike(fuzz.token_sort_ratio, a, b) / 100, _alike(JaroWinkler.normalized_similarity, a, b) - 0.05
    )
    found = _graded(alike, (0.5, 0.65, 0.75, 0.85, 0.93))
    part = (_alike(fuzz.token_set_ratio, a, b) >= 100) & (found < 5)
    found[part] = 7
    for i in np.flatnonzero(found < 5):
        if _same_people(a[i].split(), b[i].split()):
            found[i] = 6
    return found


def _same_people(a: Sequence[str], b: Sequence[str]) -> bool:
    """Every word of the shorter one stands in the longer one, as it is, as a short form or as an initial; one at least in full."""
    a, b = sorted((a, b), key=len)
    left = [forms.full_form(one) for one in b]
    full = 0
    for word in (forms.full_form(one) for one in a):
        hit = next((one for one in left if one == word), None) or next(
            (one for one in left if (len(word) == 1 or len(one) == 1) and one[0] == word[0]), None
        )
        if hit is None:
            return False
        full += hit == word
        left.remove(hit)
    return full > 0 and len(a) > 1


def _long_text(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    """Of free text: words in common, whatever else stands beside them."""
    alike = np.maximum(_alike(fuzz.token_sort_ratio, a, b), _alike(fuzz.token_set_ratio, a, b) * 0.92) / 100
    return _graded(alike, (0.4, 0.5, 0.6, 0.7, 0.8, 0.88, 0.95))


def _edits(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Floats:
    """How many letters were mistyped, left out, put in or exchanged; 4 stands for more."""
    return np.minimum(_alike(OSA.distance, a, b), 4)


def _house(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    found = np.zeros(len(a), np.int8)
    for i, (x, y) in enumerate(zip(a, b, strict=True)):
        mine, theirs = forms.digits(x), forms.digits(y)
        if mine and mine == theirs:
            found[i] = 2
        elif mine and theirs and (sorted(mine) == sorted(theirs) or mine in theirs or theirs in mine):
            found[i] = 1
    found[(found == 0) & (_edits(a, b) <= 1)] = 1
    return found


def _region(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    return _graded(_alike(OSA.normalized_similarity, a, b), (0.6, 0.85))


def _postcode(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    edits = _edits(a, b)
    found = np.where(edits <= 1, 3, np.where(edits <= 2, 1, 0)).astype(np.int8)
    start = np.fromiter((x[:3] == y[:3] for x, y in zip(a, b, strict=True)), bool, len(a))
    found[start & (found < 2)] = 2
    return found


def _phone(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    edits = _edits(a, b)
    found = np.where(edits <= 1, 2, np.where(edits <= 2, 1, 0)).astype(np.int8)
    ending = np.fromiter((x[-7:] == y[-7:] for x, y in zip(a, b, strict=True)), bool, len(a))
    found[ending] = 2
    return found


def _email(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    """Grades: else, alike, two letters off, one letter off, the same before the @, the same."""
    edits = _edits(a, b)
    mine, theirs = [one.partition("@")[0] for one in a], [one.partition("@")[0] for one in b]
    found = (_alike(JaroWinkler.normalized_similarity, mine, theirs) >= 0.92).astype(np.int8)
    found[edits <= 2] = 2
    found[edits <= 1] = 3
    same = np.fromiter((x == y for x, y in zip(mine, theirs, strict=True)), bool, len(a))
    found[same] = 4
    return found


def _date(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    """Grades: else, the year, two letters off, two of year, month and day, day and month exchanged, one letter off, the same."""
    edits = _edits(a, b)
    x, y = (np.ascontiguousarray(one.astype("U8")).view("U1").reshape(-1, 8) for one in (a, b))
    same = x == y
    year, month, day = same[:, :4].all(axis=1), same[:, 4:6].all(axis=1), same[:, 6:].all(axis=1)
    exchanged = (x[:, 4:6] == y[:, 6:]).all(axis=1) & (x[:, 6:] == y[:, 4:6]).all(axis=1)
    only_year = (x[:, 4] == "") | (y[:, 4] == "")
    found = year.astype(np.int8)
    found[edits <= 2] = 2
    found[(month & day) | (year & (month | day)) | (year & only_year)] = 3
    found[year & exchanged & ~only_year] = 4
    found[(edits <= 1) & ~only_year] = 5
    return np.asarray(found, np.int8)


def _id(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    edits = _edits(a, b)
    size = np.fromiter((max(len(x), len(y)) for x, y in zip(a, b, strict=True)), np.int64, len(a))
    found = np.where(edits <= 1, 3, np.where(edits <= 2, 2, np.where(edits <= 3, 1, 0)))
    return np.where(size < 5, np.minimum(found, 1), found).astype(np.int8)


def _number(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    mine, theirs = (np.fromiter((_value(x) for x in one), float, len(one)) for one in (a, b))
    with np.errstate(invalid="ignore"):
        off = np.abs(mine - theirs) / np.maximum(np.maximum(np.abs(mine), np.abs(theirs)), 1)
    return np.where(off <= 0.001, 3, np.where(off <= 0.02, 2, np.where(off <= 0.1, 1, 0))).astype(np.int8)


def _value(text: str) -> float:
    try:
        return float(text.replace(" ", ".", 1).replace(" ", ""))
    except ValueError:
        return float("nan")


def _category(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> Grades:
    return np.zeros(len(a), np.int8)


_OF_KIND = {
    Kind.GIVEN: _name, Kind.FAMILY: _name, Kind.NAME: _full_name, Kind.STREET: _text, Kind.HOUSE: _house, Kind.CITY: _text,
    Kind.REGION: _region, Kind.POSTCODE: _postcode, Kind.PHONE: _phone, Kind.EMAIL: _email, Kind.DATE: _date, Kind.BIRTH: _date, Kind.ID: _id,
    Kind.NUMBER: _number, Kind.CATEGORY: _category, Kind.TEXT: _long_text,
}  # fmt: skip


def _swap(grades: Grades, one: Frame, left: Ints, other: Frame, right: Ints) -> None:
    """A given name where the family name belongs, and the other way round: told once, in the first of the two columns."""
    places = {kind: [i for i, c in enumerate(one.columns) if c.kind is kind] for kind in (Kind.GIVEN, Kind.FAMILY)}
    if not places[Kind.GIVEN] or not places[Kind.FAMILY]:
        return
    given, family = places[Kind.GIVEN][0], places[Kind.FAMILY][0]
    low = np.flatnonzero((grades[given] <= 1) & (grades[family] <= 1))
    if not len(low):
        return
    crossed = np.full((2, len(low)), np.nan, np.float32)
    for row, (mine, theirs) in enumerate(((given, family), (family, given))):
        a, b = one.columns[mine].codes[left[low]], other.columns[theirs].codes[right[low]]
        there = np.flatnonzero((a >= 0) & (b >= 0))
        crossed[row, there] = _alike(
            JaroWinkler.normalized_similarity,
            one.columns[mine].values[a[there]],
            other.columns[theirs].values[b[there]],
        )
    both = ~np.isnan(crossed).any(axis=0)
    told = both & (crossed.min(axis=0) >= 0.8) & (crossed.sum(axis=0) >= 1.8)
    half = ~both & (np.fmax(crossed[0], crossed[1]) >= 0.9)
    for grade, which in ((SWAPPED, told), (CROSSED, half)):
        grades[given, low[which]] = grade
        grades[family, low[which]] = MISSING
