"""Which pairs are worth a look: those that agree, roughly, in two things, or in one thing that few have.

Each column gives signals, a rough form of its value each. Two signals of different columns, together, are a key; so is a signal
alone where few share it. Records with the same key are candidates, if they are not too many.
"""

from collections.abc import Callable, Sequence
from itertools import combinations

import msgspec
import numpy as np
import numpy.typing as npt

from portico.identity.matching import forms
from portico.identity.matching.frames import Column, Frame, Ints
from portico.identity.matching.kinds import Kind

GROUP_MAX = 60  # records with one key, beyond which it says nothing
GROUP_MAX_OF_MANY = 20
FEW = 2_000  # records of which every pair is compared
MANY = 200_000  # records from which on only main signals are paired and groups are kept small
PAIRS_MAX = 4_000_000  # of a file of fewer, as keys give them: the same pair by many keys counts as often
PAIRS_EACH = 30  # expected candidates per record, of many, at most
PAIRS_EACH_OF_ONE_KEY = 3

_ODD = np.int64(-7046029254386353131)  # 2**64 / golden ratio, as signed: spreads hashes before they are added


def _first(value: str) -> str:
    return forms.sound(forms.full_form(value.split(" ", 1)[0]))


def _ending(value: str) -> str:
    return value.replace(" ", "")[-3:]


def _last_word(value: str) -> str:
    return forms.sound(value.rsplit(" ", 1)[-1])


def _both_ends(value: str) -> str:
    words = value.split()
    return " ".join(sorted({forms.sound(forms.full_form(one)) for one in (words[0], words[-1])}))


def _longest(value: str) -> str:
    return forms.sound(max(value.split(), key=len))


def _local(value: str) -> str:
    return value.partition("@")[0]


def _letters(value: str) -> str:
    return forms.sound("".join(one for one in _local(value) if one.isalpha()))


def _whole(value: str) -> str:
    return value


# What stands first is the column's main signal.
SIGNALS: dict[Kind, tuple[Callable[[str], str], ...]] = {
    Kind.GIVEN: (_first, _ending),
    Kind.FAMILY: (_first, _ending),
    Kind.NAME: (_both_ends, _last_word, _first),
    Kind.STREET: (_longest, lambda one: one[:6]),
    Kind.HOUSE: (_whole,),
    Kind.CITY: (_first, _ending),
    Kind.REGION: (_whole,),
    Kind.POSTCODE: (_whole,),
    Kind.PHONE: (lambda one: one[-7:], lambda one: one[-4:]),
    Kind.EMAIL: (_local, _letters),
    Kind.DATE: (_whole, lambda one: one[:6], lambda one: one[4:], lambda one: one[:4]),
    Kind.BIRTH: (_whole, lambda one: one[:6], lambda one: one[4:], lambda one: one[:4]),
    Kind.ID: (_whole, lambda one: one[:4], lambda one: one[-4:]),
    Kind.NUMBER: (_whole,),
    Kind.CATEGORY: (_whole,),
    Kind.TEXT: (_longest, lambda one: one[:5], _last_word),
}


class Signal(msgspec.Struct, frozen=True):
    column: int
    main: bool
    name: bool  # of a given or family name: which of the two it is makes no difference
    hashes: Ints  # of each record; 0 where it has none
    agreement: float  # how likely two records share it


def signals(frame: Frame) -> list[Signal]:
    found = []
    for place, column in enumerate(frame.columns):
        for rank, rough in enumerate(SIGNALS[column.kind]):
            named = column.kind in (Kind.GIVEN, Kind.FAMILY)
            salt = f"n{rank}" if named else f"{place}.{rank}"
            hashes = _hashed(column, rough, salt)
            found.append(Signal(place, rank == 0, named, hashes, _agreement(hashes)))
    return found


def _hashed(column: Column, rough: Callable[[str], str], salt: str) -> Ints:
    values = [text and rough(text) for text in column.values]
    of_value = np.fromiter((hash((salt, one)) if one else 0 for one in values), np.int64, len(values))
    return np.where(column.codes >= 0, of_value[column.codes], 0)


def _agreement(hashes: Ints) -> float:
    counts = np.unique(hashes[hashes != 0], return_counts=True)[1].astype(float)
    return float((counts * (counts - 1)).sum()) / max(1.0, float(len(hashes)) ** 2)


def candidates(frame: Frame) -> tuple[Ints, Ints]:
    """Pairs of records to compare, the earlier one first, each once."""
    if frame.rows <= FEW:
        one, other = np.triu_indices(frame.rows, 1)
        return one.astype(np.int64), other.astype(np.int64)
    many = frame.rows >= MANY
    every = [one for one in signals(frame) if one.main or not many]
    keys: list[tuple[Signal, ...]] = [(one,) for one in every]
    keys += [both for both in combinations(every, 2) if both[0].column != both[1].column]
    expected = {id(key): frame.rows * float(np.prod([one.agreement for one in key])) / 2 for key in keys}
    keys.sort(key=lambda one: expected[id(one)])
    size_max = GROUP_MAX_OF_MANY if many else GROUP_MAX
    found: list[Ints] = []
    waiting, total = 0, 0
    for key in keys:
        if many and expected[id(key)] > PAIRS_EACH_OF_ONE_KEY:
            break
        pairs = _pairs(_together(key), size_max)
        found.append(pairs)
        waiting += len(pairs)
        if waiting > 20_000_000:  # the same pair is found by many keys
            found = [np.unique(np.concatenate(found))]
            waiting = 0
        total += len(pairs)
        if total > (PAIRS_EACH * frame.rows if many else PAIRS_MAX):
            break
    both = np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
    return both >> 32, both & 0xFFFFFFFF


def _together(key: Sequence[Signal]) -> Ints:
    if len(key) == 1:
        return key[0].hashes
    one, other = key
    with np.errstate(over="ignore"):
        mixed = one.hashes + other.hashes if one.name and other.name else one.hashes * _ODD + other.hashes
    return np.where((one.hashes != 0) & (other.hashes != 0), mixed, 0)


def _pairs(hashes: Ints, size_max: int) -> Ints:
    """Pairs within groups of 2 to `size_max`, as the earlier record's place shifted by 32 bits, plus the later one's."""
    rows = np.flatnonzero(hashes)
    order = rows[np.argsort(hashes[rows], kind="stable")]
    ordered = hashes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(ordered) else np.empty(0, np.int64)
    sizes = np.diff(np.r_[starts, len(ordered)])
    fit = (sizes > 1) & (sizes <= size_max)
    starts, sizes = starts[fit], sizes[fit]
    found: list[npt.NDArray[np.int64]] = []
    for step in range(1, int(sizes.max(initial=1))):
        long = sizes > step
        starts, sizes = starts[long], sizes[long]
        reach = sizes - step
        first = np.repeat(starts, reach) + _counted(reach)
        found.append((order[first] << 32) | order[first + step])
    return np.concatenate(found) if found else np.empty(0, np.int64)


def _counted(sizes: Ints) -> Ints:
    """0, 1, ... within each group."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if len(ends) else 0, dtype=np.int64) - np.repeat(ends - sizes, sizes)
