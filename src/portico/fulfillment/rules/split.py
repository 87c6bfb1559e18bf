"""The best places for lines that may come from several, or that are too many to try every set: a mixed integer program.

`q[p, l]` units of line l from place p, `y[p]` whether p sends a parcel (and `x[p, l]` whether it sends any of l, where lines stay
whole). Solved by HiGHS, through scipy, in bounded time: the best that was found, and by how much it may miss the best there is.
"""

from typing import Any

from portico.fulfillment.rules.arrays import Floats, Ints, np


def best_split(
    fixed: Floats,
    per_line: Floats,
    free: Ints,
    quantities: Ints,
    *,
    split: float,
    parcels_max: int,
    whole: bool,
    seconds: float,
) -> tuple[float, float, list[tuple[int, int, int]]]:
    """The least score found, its gap (0: proven best), and who sends what: (place, line, units).

    `per_line` [places, lines] is the score of sending all of a line from a place; a part of it scores in proportion. With
    `whole` a line comes from one place. Infinite, with nothing, if there is no way.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_matrix

    pairs = [
        (p, line)
        for p in range(per_line.shape[0])
        for line in range(per_line.shape[1])
        if free[p, line] > 0 and np.isfinite(per_line[p, line]) and (not whole or free[p, line] >= quantities[line])
    ]
    if {line for _, line in pairs} != set(range(per_line.shape[1])):
        return np.inf, 0.0, []
    places = sorted({p for p, _ in pairs})
    column = {p: len(pairs) + i for i, p in enumerate(places)}
    width = len(pairs) + len(places)
    # As many units as a line has are 1: whole lines are then binary, parts are steps of one unit.
    step = np.array([1.0 if whole else 1.0 / quantities[line] for _, line in pairs])
    cost = np.concatenate([
        np.array([per_line[p, line] for p, line in pairs]) * step, np.array([fixed[p] + split for p in places])
    ])  # fmt: skip
    rows: list[tuple[int, int, float]] = []
    low, high = list[float](), list[float]()

    def constrain(terms: list[tuple[int, float]], least: float, most: float) -> None:
        rows.extend((len(low), at, weight) for at, weight in terms)
        low.append(least)
        high.append(most)

    for line in range(per_line.shape[1]):
        target = 1.0 if whole else float(quantities[line])
        constrain([(i, 1.0) for i, (_, one) in enumerate(pairs) if one == line], target, target)
    for i, (p, line) in enumerate(pairs):
        most = 1.0 if whole else float(min(free[p, line], quantities[line]))
        constrain([(i, 1.0), (column[p], -most)], -np.inf, 0.0)
    constrain([(column[p], 1.0) for p in places], 0.0, float(parcels_max))
    upper = [1.0 if whole else float(min(free[p, line], quantities[line])) for p, line in pairs] + [1.0] * len(places)
    matrix = csr_matrix(
        ([w for _, _, w in rows], ([r for r, _, _ in rows], [c for _, c, _ in rows])), shape=(len(low), width)
    )
    found: Any = milp(
        c=cost,
        integrality=np.ones(width),
        bounds=Bounds(np.zeros(width), np.array(upper)),
        constraints=LinearConstraint(matrix, np.array(low), np.array(high)),
        options={"time_limit": seconds, "mip_rel_gap": 1e-6},
    )
    if found.x is None:
        return np.inf, 0.0, []
    sent = [
        (p, line, int(quantities[line]) if whole else units)
        for i, (p, line) in enumerate(pairs)
        if (units := round(float(found.x[i]))) > 0
    ]
    gap = float(found.mip_gap) if found.mip_gap is not None else 0.0
    return float(found.fun) - split, 0.0 if gap < 1e-5 else gap, sent
