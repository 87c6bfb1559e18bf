"""A whole file at once: candidates, a model of them, the threshold that fits, groups."""

import msgspec
import numpy as np

from portico.identity.matching import blocking, clusters
from portico.identity.matching.comparing import compare
from portico.identity.matching.frames import Frame, Ints
from portico.identity.matching.model import Floats, Model, chance, score, train

GROUP_MAX = 400  # records that hang together, up to which every pair among them is compared


class Linked(msgspec.Struct, frozen=True):
    """`person[record]` is the first record of the group it is in. `bits` are of the candidates, threshold taken off."""

    person: Ints
    model: Model
    left: Ints
    right: Ints
    bits: Floats
    threshold: float


def link(frame: Frame, *, seed: int = 1) -> Linked:
    left, right = blocking.candidates(frame)
    trained = train(frame, left, right, seed=seed)
    threshold = best_threshold(trained.bits)
    bits = trained.bits - threshold
    person = grouped(trained.frame, trained.model, left, right, bits, threshold)
    return Linked(person, trained.model, left, right, bits, threshold)


def best_threshold(bits: Floats) -> float:
    """The bits from which on taking pairs gives the best F1 to be expected, if chances are what the model says: those of half
    the F1 itself (Lipton, Elkan and Naryanaswamy 2014)."""
    ordered = np.sort(bits[bits > -10])[::-1]
    if not len(ordered):
        return 0.0
    likely = chance(ordered)
    right = np.cumsum(likely)
    f1 = float((2 * right / (np.arange(1, len(ordered) + 1) + right[-1])).max())
    return float(np.log2(f1 / 2 / (1 - f1 / 2)))


def grouped(frame: Frame, model: Model, left: Ints, right: Ints, bits: Floats, threshold: float) -> Ints:
    """Groups of records; pairs that hang together by others and were no candidates are compared too."""
    strong = bits > 0
    root = clusters.components(frame.rows, left[strong], right[strong])
    person = np.arange(frame.rows, dtype=np.int64)
    sizes = np.bincount(root, minlength=frame.rows)
    pairs = sizes[root[left]] == 2
    pairs &= strong
    person[np.maximum(left[pairs], right[pairs])] = np.minimum(left[pairs], right[pairs])
    inside = (root[left] == root[right]) & (sizes[root[left]] > 2)
    left, right, bits = left[inside], right[inside], bits[inside]
    known = (left << 32) | right
    one, other = _all_pairs(root, sizes, frame.rows)
    fresh = ~np.isin((one << 32) | other, known, assume_unique=True)
    one, other = one[fresh], other[fresh]
    if len(one):
        grades = compare(frame, one, frame, other)
        more = score(model, frame, one, grades)[0] - threshold
        left, right, bits = np.r_[left, one], np.r_[right, other], np.r_[bits, more]
    order = np.argsort(root[left], kind="stable")
    left, right, bits = left[order], right[order], bits[order]
    if not len(left):
        return person
    starts = np.flatnonzero(np.r_[True, root[left][1:] != root[left][:-1]])
    ends = np.r_[starts[1:], len(left)]
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        worth = dict(
            zip(
                zip(left[start:end].tolist(), right[start:end].tolist(), strict=True),
                bits[start:end].tolist(),
                strict=True,
            )
        )
        members = sorted({place for pair in worth for place in pair})
        for group in clusters.grown(members, worth):
            person[group] = min(group)
    return person


def _all_pairs(root: Ints, sizes: Ints, rows: int) -> tuple[Ints, Ints]:
    mine = np.flatnonzero((sizes[root] > 2) & (sizes[root] <= GROUP_MAX))
    keys = blocking._pairs(root[mine] + 1, GROUP_MAX)
    one, other = mine[keys >> 32], mine[keys & 0xFFFFFFFF]
    return one, other
