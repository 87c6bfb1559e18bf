"""Many orders on scarce shared stock, decided together.

Decided one after the other, the first orders take what only the last ones could have used. Together it is a large assignment
problem, solved by column generation (Dantzig and Wolfe; Barnhart et al., "Branch-and-price", 1998): a column is one way to
send one order. The linear program over the columns known so far gives each unit of stock a price; for each order the best
way at these prices is found exactly (`whole`), and is a new column if it improves on what is known. The dual values bound
the best there is from below (Farley; Lasdon). What the program leaves in fractions is settled in turn at those prices, then by integer
programs over the columns of a few orders at a time, and polished: each order in turn is decided again with what the others leave.
"""

import random
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from portico.fulfillment.rules import whole
from portico.fulfillment.rules.arrays import Floats, Ints, Rows, np

ROUNDS_MAX = 40
POLISH_ROUNDS = 3
CLOSE = 0.005  # the bound is near enough to the program's optimum: more columns would tell little
COLUMNS_SHARE = 0.45  # of the time
NEIGHBOURS = 60
GUESSES = 5  # of the prices of stock, before any program has told them
GUESSED_PRICE = 200.0
SLICE_SECONDS = 0.4


class Order(msgspec.Struct):
    """An order of the batch: `items` are rows of the stock table, `fixed` [places] and `per_line` [places, lines] as for
    one order; stock is the table's affair."""

    items: Rows
    quantities: Ints
    fixed: Floats
    per_line: Floats


class Batch(msgspec.Struct):
    """`stock` [items, places]; `unserved` is what an order scores that gets nothing."""

    orders: list[Order]
    stock: Ints
    split: float
    parcels_max: int
    unserved: float


class Settled(msgspec.Struct):
    """Who sends what of each order: (place, set of lines), or None. `bound`: no choice scores less than that."""

    chosen: list[list[tuple[int, int]] | None]
    score: float
    bound: float

    @property
    def gap(self) -> float:
        return (self.score - self.bound) / self.bound if self.bound > 0 else 0.0


Column = tuple[int, float, tuple[tuple[int, int], ...]]


def greedy(batch: Batch) -> Settled:
    """Sequential, the naive way: each order in turn gets its best of what is left."""
    left = batch.stock.copy()
    chosen: list[list[tuple[int, int]] | None] = []
    total = 0.0
    for one in batch.orders:
        score, parcels = _best(one, batch, left, None)
        if parcels and score < batch.unserved:
            _take(one, parcels, left, 1)
            total += score
            chosen.append(parcels)
        else:
            total += batch.unserved
            chosen.append(None)
    return Settled(chosen, total, 0.0)


def together(batch: Batch, *, seconds: float, seed: int = 1) -> Settled:
    """All orders at once, in bounded time; never worse than sequential."""
    import scipy.optimize  # noqa: F401  # before the clock starts: the first time it takes as long as a search may

    began = time.monotonic()
    in_turn = greedy(batch)
    best, alone = in_turn.chosen, _alone(batch)
    if in_turn.score - alone <= CLOSE * alone:
        return Settled(best, in_turn.score, alone)  # there is enough for all: nobody stands in another's way
    draw = random.Random(seed)
    columns = list(dict.fromkeys([*_columns(batch, best), *_first_ways(batch, draw)]))
    known = {(i, parcels) for i, _, parcels in columns}
    bound, prices = alone, np.zeros(batch.stock.shape)
    for _ in range(ROUNDS_MAX):
        duals, prices, value = _relaxed(batch, columns)
        fresh, reduced = _price(batch, duals, prices, known)
        bound = max(bound, value + reduced)
        if not fresh or value - bound <= CLOSE * value or time.monotonic() - began > seconds * COLUMNS_SHARE:
            break
        columns += fresh
        known.update((i, parcels) for i, _, parcels in fresh)
    best = min((best, _in_turn_at_prices(batch, prices)), key=lambda one: _total(batch, one))
    best = _polish(batch, best, until=began + seconds)
    best = _improve(batch, best, columns, prices, until=began + seconds, draw=draw)
    return Settled(best, _total(batch, best), bound)


def _alone(batch: Batch) -> float:
    """What all would score if each had all the stock to itself: no choice scores less."""
    total = 0.0
    for one in batch.orders:
        score, parcels = _best(one, batch, batch.stock, None)
        total += min(score, batch.unserved) if parcels else batch.unserved
    return total


Chosen = list[list[tuple[int, int]] | None]


def _columns(batch: Batch, chosen: Chosen) -> list[Column]:
    return [
        (i, _score(one, parcels, batch), tuple(parcels))
        for i, (one, parcels) in enumerate(zip(batch.orders, chosen, strict=True))
        if parcels
    ]


def _first_ways(batch: Batch, draw: random.Random) -> list[Column]:
    """Some ways of each order, with nobody else there, and at guessed prices: dear is what is asked for more than is there."""
    wanted = np.zeros(len(batch.stock))
    for order in batch.orders:
        np.add.at(wanted, order.items, order.quantities)
    scarce = np.clip(wanted / np.maximum(1, batch.stock.sum(axis=1)), 0, 2)
    ways: list[Column] = []
    for guess in range(GUESSES):
        noise = np.array([[draw.random() for _ in range(batch.stock.shape[1])] for _ in range(batch.stock.shape[0])])
        prices = noise * (scarce * guess * GUESSED_PRICE)[:, None]
        for i, order in enumerate(batch.orders):
            _, parcels = _best(order, batch, batch.stock, prices if guess else None)
            if parcels:
                ways.append((i, _score(order, parcels, batch), tuple(parcels)))
    return ways


def _in_turn_at_prices(batch: Batch, prices: Floats) -> Chosen:
    """Each order in turn, but at the prices of stock: none takes for a trifle what another needs. Those with the fewest
    ways go first."""
    left = batch.stock.copy()
    chosen: Chosen = [None] * len(batch.orders)
    ways = [int((one.quantities <= batch.stock[one.items].T).sum(axis=0).min()) for one in batch.orders]
    for i in sorted(range(len(batch.orders)), key=lambda i: (ways[i], -len(batch.orders[i].items))):
        order = batch.orders[i]
        _, parcels = _best(order, batch, left, prices)
        if parcels and _score(order, parcels, batch) < batch.unserved:
            _take(order, parcels, left, 1)
            chosen[i] = parcels
    return chosen


def _improve(
    batch: Batch, chosen: Chosen, columns: Sequence[Column], prices: Floats, *, until: float, draw: random.Random
) -> Chosen:
    """Again and again some orders that compete for the same stock give up what they have and are decided together, by an
    integer program over the ways known of them (large neighbourhood search, Shaw 1998). Those with nothing come first."""
    best = list(chosen)
    left = batch.stock.copy()
    for order, parcels in zip(batch.orders, best, strict=True):
        _take(order, parcels or (), left, 1)
    ways: list[dict[tuple[tuple[int, int], ...], float]] = [{} for _ in batch.orders]
    for i, score, way in columns:
        ways[i][way] = score
    by_item: dict[int, list[int]] = {}
    for i, order in enumerate(batch.orders):
        for item in order.items:
            by_item.setdefault(int(item), []).append(i)
    while time.monotonic() < until - SLICE_SECONDS:
        hungry = [i for i, one in enumerate(best) if one is None]
        first = draw.choice(hungry) if hungry and draw.random() < 0.8 else draw.randrange(len(best))
        rivals = sorted({i for item in batch.orders[first].items for i in by_item[int(item)]} - {first})
        chosen_few = [first, *draw.sample(rivals, min(len(rivals), NEIGHBOURS))]
        before = sum(_score(batch.orders[i], own, batch) if (own := best[i]) else batch.unserved for i in chosen_few)
        for i in chosen_few:
            _take(batch.orders[i], best[i] or (), left, -1)
        for i in chosen_few:
            for at in (None, prices, prices * draw.uniform(0.3, 2.0)):
                _, parcels = _best(batch.orders[i], batch, left, at)
                if parcels:
                    ways[i][tuple(parcels)] = _score(batch.orders[i], parcels, batch)
        part = Batch([batch.orders[i] for i in chosen_few], left, batch.split, batch.parcels_max, batch.unserved)
        known = [(k, score, parcels) for k, i in enumerate(chosen_few) for parcels, score in ways[i].items()]
        found = _whole_numbers(part, known, SLICE_SECONDS)
        if found is not None and _total(part, found) < before - 1e-6:
            for i, parcels in zip(chosen_few, found, strict=True):
                best[i] = parcels
        for i in chosen_few:
            _take(batch.orders[i], best[i] or (), left, 1)
    return best


def _best(order: Order, batch: Batch, left: Ints, prices: Floats | None) -> tuple[float, list[tuple[int, int]]]:
    """The best way to send one order of what is left, at the prices of stock, if any."""
    there = order.quantities <= left[order.items].T
    per_line = np.where(there, order.per_line, np.inf)
    if prices is not None:
        per_line = per_line + (prices[order.items].T * order.quantities)
    return whole.best_cut(order.fixed, per_line, split=batch.split, parcels_max=batch.parcels_max)


def _score(order: Order, parcels: Sequence[tuple[int, int]], batch: Batch) -> float:
    """What a way to send an order scores, without the prices of stock."""
    total = batch.split * (len(parcels) - 1)
    for place, part in parcels:
        total += order.fixed[place]
        total += sum(order.per_line[place, line] for line in range(len(order.items)) if part >> line & 1)
    return float(total)


def _take(order: Order, parcels: Sequence[tuple[int, int]], left: Ints, sign: int) -> None:
    for place, part in parcels:
        for line in range(len(order.items)):
            if part >> line & 1:
                left[order.items[line], place] -= sign * order.quantities[line]


def _program(batch: Batch, columns: Sequence[Column]) -> tuple[Floats, Any, Floats, list[tuple[int, int]]]:
    """Costs, matrix and right-hand sides of: each order once, by a column or not at all; no more than there is."""
    from scipy.sparse import csr_matrix

    orders, width = len(batch.orders), len(columns)
    cells: dict[tuple[int, int], int] = {}
    rows, cols, data = list[int](), list[int](), list[float]()
    for j, (i, _, parcels) in enumerate(columns):
        rows.append(i)
        cols.append(j)
        data.append(1.0)
        order = batch.orders[i]
        for place, part in parcels:
            for line in range(len(order.items)):
                if part >> line & 1:
                    cell = cells.setdefault((int(order.items[line]), place), len(cells))
                    rows.append(orders + cell)
                    cols.append(j)
                    data.append(float(order.quantities[line]))
    for i in range(orders):
        rows.append(i)
        cols.append(width + i)
        data.append(1.0)
    matrix = csr_matrix((data, (rows, cols)), shape=(orders + len(cells), width + orders))
    cost = np.array([score for _, score, _ in columns] + [batch.unserved] * orders)
    names = list(cells)
    right = np.array([float(batch.stock[item, place]) for item, place in names])
    return cost, matrix, right, names


def _relaxed(batch: Batch, columns: Sequence[Column]) -> tuple[Floats, Floats, float]:
    """The linear program over the columns known: the value of each order, the price of each unit of stock, and its optimum."""
    from scipy.optimize import linprog

    cost, matrix, right, names = _program(batch, columns)
    orders = len(batch.orders)
    found: Any = linprog(
        cost,
        A_eq=matrix[:orders],
        b_eq=np.ones(orders),
        A_ub=matrix[orders:],
        b_ub=right,
        bounds=(0, None),
        method="highs",
    )
    prices = np.zeros(batch.stock.shape)
    for (item, place), marginal in zip(names, found.ineqlin.marginals, strict=True):
        prices[item, place] = max(0.0, -float(marginal))
    return np.asarray(found.eqlin.marginals), prices, float(found.fun)


def _price(
    batch: Batch, duals: Floats, prices: Floats, known: set[tuple[int, tuple[tuple[int, int], ...]]]
) -> tuple[list[Column], float]:
    """For each order the best way at these prices, where it is new and better; and the sum of what they are better by, which
    with the optimum known so far bounds the best there is."""
    fresh: list[Column] = []
    reduced = 0.0
    for i, order in enumerate(batch.orders):
        score, parcels = _best(order, batch, batch.stock, prices)
        gain = score - duals[i] if parcels else np.inf
        if gain < -1e-6:
            reduced += float(gain)
            column = tuple(parcels)
            if (i, column) not in known:
                fresh.append((i, _score(order, parcels, batch), column))
    return fresh, reduced


def _whole_numbers(batch: Batch, columns: Sequence[Column], seconds: float) -> Chosen | None:
    """The best choice of whole columns that is found in the time; None if none is."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    cost, matrix, right, _ = _program(batch, columns)
    orders = len(batch.orders)
    low = np.concatenate([np.ones(orders), np.full(len(right), -np.inf)])
    found: Any = milp(
        c=cost,
        integrality=np.ones(len(cost)),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, low, np.concatenate([np.ones(orders), right])),
        options={"time_limit": seconds, "mip_rel_gap": 0.002},
    )
    if found.x is None:
        return None
    chosen: Chosen = [None] * orders
    for j, (i, _, parcels) in enumerate(columns):
        if found.x[j] > 0.5:
            chosen[i] = list(parcels)
    return chosen


def _total(batch: Batch, chosen: Sequence[list[tuple[int, int]] | None]) -> float:
    return sum(
        _score(order, parcels, batch) if parcels else batch.unserved
        for order, parcels in zip(batch.orders, chosen, strict=True)
    )


def _polish(batch: Batch, chosen: Chosen, *, until: float) -> Chosen:
    """Decide each order again with what the others leave, those without anything first."""
    left = batch.stock.copy()
    for order, parcels in zip(batch.orders, chosen, strict=True):
        _take(order, parcels or (), left, 1)
    better = list(chosen)
    for _ in range(POLISH_ROUNDS):
        changed = False
        for i in sorted(range(len(better)), key=lambda i: better[i] is not None):
            if time.monotonic() > until:
                return better
            order, own = batch.orders[i], better[i]
            _take(order, own or (), left, -1)
            before = _score(order, own, batch) if own else batch.unserved
            score, parcels = _best(order, batch, left, None)
            if parcels and score < before - 1e-9:
                better[i], changed = parcels, True
            _take(order, better[i] or (), left, 1)
        if not changed:
            break
    return better
