"""The best places for lines that stay whole, exactly: dynamic programming over the subsets of lines.

What a place scores for a set of lines is a fixed part and a part per line; a place that lacks a line scores infinity for
every set that holds it. The best place of each set is found for all sets at once, one line after the other doubling what
is known. The best way to cut all lines into sets is then found from small sets to large: a set is cut by the part that
holds its first line, and the rest has been solved before. Sets are numbers whose bits are lines. With n lines and m places
that is m * 2^n + 3^n / 2 steps of numpy.
"""

from functools import lru_cache

from portico.fulfillment.rules.arrays import Floats, Rows, np

WHOLE_MAX = 12


def best_cut(fixed: Floats, per_line: Floats, *, split: float, parcels_max: int) -> tuple[float, list[tuple[int, int]]]:
    """The least sum of scores for all lines, and by whom: (place, set of lines) for each parcel.

    `fixed` is [places], `per_line` [places, lines], infinite where a place lacks the line. `split` is added for each parcel
    beyond the first. Infinite, with no parcels, if there is no way.
    """
    lines = per_line.shape[1]
    best, place = best_place(fixed, per_line)
    everything = (1 << lines) - 1
    if parcels_max == 1 or lines == 1:
        total = float(best[everything])
        return (total, [(int(place[everything]), everything)]) if np.isfinite(total) else (total, [])
    score, cuts = _cut(best, lines, split, min(parcels_max, lines))
    total = float(score[everything])
    if not np.isfinite(total):
        return total, []
    parcels, rest, depth = list[tuple[int, int]](), everything, len(cuts) - 1
    while rest:
        part = int(cuts[depth][rest])
        parcels.append((int(place[part]), part))
        rest &= ~part
        depth = max(0, depth - 1) if len(cuts) > 1 else 0
    return total, _together(parcels)


def best_place(fixed: Floats, per_line: Floats) -> tuple[Floats, Rows]:
    """For each set of lines, the least score of any place that has them all, and which place that is."""
    places, lines = per_line.shape
    scores = np.empty((1 << lines, places))
    scores[0] = fixed
    for i in range(lines):
        size = 1 << i
        np.add(scores[:size], per_line[:, i], out=scores[size : 2 * size])
    place = scores.argmin(axis=1)
    return scores[np.arange(1 << lines), place], place


def _cut(best: Floats, lines: int, split: float, parcels_max: int) -> tuple[Floats, list[Rows]]:
    """The least score of each set in at most so many parcels, and the part that holds its first line, for each number of
    parcels allowed. Where as many are allowed as there are lines, one pass from small sets to large is enough."""
    if parcels_max >= lines:
        score, part = np.full(1 << lines, np.inf), np.zeros(1 << lines, dtype=np.intp)
        score[0] = -split
        for sets, parts in _layers(lines):
            offers = best[parts] + score[sets[:, None] ^ parts] + split
            chosen = offers.argmin(axis=1)
            rows = np.arange(len(sets))
            score[sets], part[sets] = offers[rows, chosen], parts[rows, chosen]
        return score, [part]
    score, cuts = best.copy(), [np.arange(1 << lines)]
    score[0] = -split
    for _ in range(parcels_max - 1):
        after, part = score.copy(), cuts[-1].copy()
        for sets, parts in _layers(lines):
            offers = best[parts] + score[sets[:, None] ^ parts] + split
            chosen = offers.argmin(axis=1)
            rows = np.arange(len(sets))
            after[sets], part[sets] = offers[rows, chosen], parts[rows, chosen]
        score = after
        score[0] = -split
        cuts.append(part)
    return score, cuts


@lru_cache(maxsize=WHOLE_MAX + 1)
def _layers(lines: int) -> list[tuple[Rows, Rows]]:
    """Sets by how many lines they hold, and for each its parts that hold its first line."""
    layers = []
    for size in range(1, lines + 1):
        sets = [one for one in range(1 << lines) if one.bit_count() == size]
        parts = []
        for one in sets:
            first = one & -one
            rest, part, own = one ^ first, one ^ first, []
            while True:
                own.append(part | first)
                if not part:
                    break
                part = (part - 1) & rest
            parts.append(own)
        layers.append((np.array(sets, dtype=np.intp), np.array(parts, dtype=np.intp)))
    return layers


def _together(parcels: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Parts of the same place are one parcel: never worse, since what is fixed is paid once."""
    by_place: dict[int, int] = {}
    for place, part in parcels:
        by_place[place] = by_place.get(place, 0) | part
    return sorted(by_place.items())
