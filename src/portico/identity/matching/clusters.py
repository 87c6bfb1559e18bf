"""Who belongs together, from what pairs say: a group grows while the evidence of all its pairs together is for it.

A single strong edge joins two groups only if the other pairs across do not speak against it more than it speaks for it. That is
what keeps a chain of lookalikes from becoming one person (greedy additive contraction; Keuper et al. 2015).
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from portico.identity.matching.frames import Ints

AGAINST_MIN = -12.0  # bits of one pair: even a strong contradiction may be a mistyped record


def components(rows: int, left: Ints, right: Ints) -> Ints:
    """For each record the smallest one that it hangs together with."""
    root = np.arange(rows, dtype=np.int64)
    while len(left):
        low = np.minimum(root[left], root[right])
        before = root.copy()
        np.minimum.at(root, root[left], low)
        np.minimum.at(root, root[right], low)
        root = root[root]
        while not np.array_equal(root, root[root]):
            root = root[root]
        if np.array_equal(before, root):
            break
    return root


def grown(members: Iterable[int], bits: Mapping[tuple[int, int], float]) -> list[list[int]]:
    """The groups of `members`. `bits[a, b]`, a < b: above 0 for being one person, below 0 against it; nothing is 0."""
    near: dict[int, dict[int, float]] = defaultdict(dict)
    for (a, b), worth in bits.items():
        near[a][b] = near[b][a] = max(AGAINST_MIN, worth)
    groups = {one: [one] for one in members}
    heap = [(-worth, a, b) for (a, b), worth in bits.items() if worth > 0]
    heapq.heapify(heap)
    while heap:
        worth, a, b = heapq.heappop(heap)
        if a not in groups or b not in groups or near[a].get(b) != -worth:
            continue
        if len(near[a]) < len(near[b]):
            a, b = b, a
        groups[a] += groups.pop(b)
        for other, more in near.pop(b).items():
            if other == a:
                continue
            summed = near[a].get(other, 0.0) + more
            near[a][other] = near[other][a] = summed
            del near[other][b]
            if summed > 0:
                heapq.heappush(heap, (-summed, a, other))
        del near[a][b]
    return list(groups.values())
