"""Filter, score, allocate, split: from where an order is sent, by a merchant's rules."""

import math
from collections.abc import Sequence

from portico.fulfillment.rules import split, whole
from portico.fulfillment.rules.arrays import Floats, Ints, np
from portico.fulfillment.types import (
    BadAsk,
    BadRules,
    Candidate,
    Parcel,
    Problem,
    Rules,
    Scored,
    Solution,
    SourceAsk,
    SourceLine,
    Weights,
)
from portico.fulfillment.types.sourcing import LINES_MAX, QUANTITY_MAX

WEIGHT_MAX = 1e9
PLACES_MAX = 2_000


def check_rules(rules: Rules) -> None:
    """Refuses BadRules."""
    for field in Weights.__struct_fields__:
        value = getattr(rules.weights, field)
        if not (math.isfinite(value) and 0 <= value <= WEIGHT_MAX):
            raise BadRules(field=f"weights.{field}")
    if not rules.kinds or set(rules.kinds) - {"store", "warehouse"}:
        raise BadRules(field="kinds")
    if rules.distance_m_max is not None and rules.distance_m_max < 0:
        raise BadRules(field="distance_m_max")
    if not 0 <= rules.units_left_min <= QUANTITY_MAX:
        raise BadRules(field="units_left_min")
    if not 0 < rules.load_max <= 10:
        raise BadRules(field="load_max")
    if not 1 <= rules.parcels_max <= 50:
        raise BadRules(field="parcels_max")
    if not 10 <= rules.time_limit_ms <= 60_000:
        raise BadRules(field="time_limit_ms")
    if len(rules.excluded) > PLACES_MAX:
        raise BadRules(field="excluded")


def check_ask(ask: SourceAsk) -> BadAsk | None:
    if not 0 < len(ask.lines) <= LINES_MAX:
        return BadAsk(field="lines")
    if any(not 0 < one.quantity <= QUANTITY_MAX for one in ask.lines):
        return BadAsk(field="quantity")
    return check_point(ask.destination.latitude, ask.destination.longitude)


def check_point(latitude: float, longitude: float) -> BadAsk | None:
    if not (math.isfinite(latitude) and -90 <= latitude <= 90):
        return BadAsk(field="latitude")
    if not (math.isfinite(longitude) and -180 <= longitude <= 180):
        return BadAsk(field="longitude")
    return None


def merged(lines: Sequence[SourceLine]) -> tuple[tuple[SourceLine, ...], list[int]]:
    """Lines of the same variant as one, and for each line which of those it is part of: they share one stock."""
    order: dict[bytes, int] = {}
    summed: list[SourceLine] = []
    part_of = []
    for one in lines:
        at = order.setdefault(one.variant_id.bytes, len(summed))
        if at == len(summed):
            summed.append(one)
        else:
            summed[at] = SourceLine(summed[at].line_id, one.variant_id, summed[at].quantity + one.quantity)
        part_of.append(at)
    return tuple(summed), part_of


def terms(candidate: Candidate, rules: Rules) -> dict[str, float]:
    """What a place scores for a parcel, whatever is in it."""
    weights = rules.weights
    return {
        "cost": weights.cost * candidate.cost,
        "distance": weights.per_km * candidate.distance_m / 1000,
        "days": weights.per_day * candidate.days,
        "load": weights.load * candidate.load,
    }


def margin(free: int, quantity: int, rules: Rules) -> float:
    """What taking so many of so few free units scores: everything for the last one."""
    return rules.weights.margin * min(1.0, quantity / free) if free > 0 else math.inf


def solve(problem: Problem, rules: Rules) -> Solution | None:
    """The best choice of places for all lines; None if there is no way.

    Lines stay whole where they can: proven best for up to `whole.WHOLE_MAX` of them. Otherwise, where rules let lines
    split, parts of them come from several places; the best that is found within the time, and its gap.
    """
    if not problem.candidates:
        return None
    quantities = np.array(problem.quantities, dtype=np.int64)
    free = np.array([one.free for one in problem.candidates], dtype=np.int64).reshape(-1, len(quantities))
    return choose(np.array([sum(terms(one, rules).values()) for one in problem.candidates]), free, quantities, rules)


def choose(fixed: Floats, free: Ints, quantities: Ints, rules: Rules) -> Solution | None:
    """`solve`, of places as arrays: what each scores whatever is in the parcel, and what it has of each line."""
    if not len(fixed):
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.minimum(1.0, quantities / free)
    per_line = np.where(free > 0, rules.weights.margin * share, np.inf)
    whole_only = np.where(free >= quantities, per_line, np.inf)
    if len(quantities) <= whole.WHOLE_MAX:
        score, parcels = whole.best_cut(
            fixed, whole_only, split=rules.weights.split, parcels_max=rules.parcels_max
        )  # fmt: skip
        if parcels:
            return Solution(_whole_parcels(parcels, quantities), score, 0.0, "whole")
    elif np.isfinite(whole_only).any(axis=0).all():
        found = _by_program(fixed, whole_only, free, quantities, rules, whole_lines=True)
        if found:
            return found
    return _by_program(fixed, per_line, free, quantities, rules, whole_lines=False) if rules.line_splits else None


def _whole_parcels(parcels: Sequence[tuple[int, int]], quantities: Ints) -> tuple[Parcel, ...]:
    return tuple(
        Parcel(place, tuple((i, units) for i, units in enumerate(quantities.tolist()) if part >> i & 1))
        for place, part in parcels
    )


def _by_program(
    fixed: Floats, per_line: Floats, free: Ints, quantities: Ints, rules: Rules, *, whole_lines: bool
) -> Solution | None:
    score, gap, sent = split.best_split(
        fixed, per_line, free, quantities, split=rules.weights.split, parcels_max=rules.parcels_max,
        whole=whole_lines, seconds=rules.time_limit_ms / 1000,
    )  # fmt: skip
    if not sent:
        return None
    by_place: dict[int, list[tuple[int, int]]] = {}
    for place, line, units in sent:
        by_place.setdefault(place, []).append((line, units))
    parcels = tuple(Parcel(place, tuple(units)) for place, units in sorted(by_place.items()))
    return Solution(parcels, score, gap, "whole, searched" if whole_lines else "split")


def scored(problem: Problem, rules: Rules, solution: Solution | None) -> list[Scored]:
    """What each place scores for as many whole lines as it could send alone: most lines first, then the least score."""
    used = {one.candidate for one in solution.parcels} if solution else set()
    found = []
    for i, one in enumerate(problem.candidates):
        own = terms(one, rules)
        possible = [
            (free, quantity) for free, quantity in zip(one.free, problem.quantities, strict=True) if free >= quantity
        ]
        own["margin"] = sum(margin(free, quantity, rules) for free, quantity in possible)
        rounded = {name: round(value, 2) for name, value in own.items()}
        found.append(Scored(one.location_id, len(possible), round(sum(own.values()), 2), rounded, i in used))
    return sorted(found, key=lambda one: (-one.lines_possible, one.total, one.location_id.bytes))
