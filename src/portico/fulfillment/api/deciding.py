"""Deciding from where asks are sent, upon stock that has been read: in turn, or together where many want what is scarce."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, MarketId
from portico.catalog.types import VariantId
from portico.fulfillment.rules import batch, sourcing
from portico.fulfillment.rules.arrays import np
from portico.fulfillment.rules.field import Field, Table, Weighed
from portico.fulfillment.rules.whole import WHOLE_MAX
from portico.fulfillment.types import Assignment, Network, Parcel, RuleSet, Solution, SourceAsk, SourceLine

TOGETHER_FROM = 25  # so many asks at once are decided together
SECONDS_EACH, SECONDS_MAX = 0.009, 9.0
UNSERVED_TIMES = 4  # what an ask scores that gets nothing: so many times what one scores that has all to itself

Group = tuple[MarketId, UUID | None]


class Decided(msgspec.Struct, frozen=True):
    """An ask, merged and decided, before anything is held."""

    ask: SourceAsk
    lines: tuple[SourceLine, ...]
    rules: RuleSet
    weighed: Weighed
    solution: Solution | None


def decide_all(
    asks: Sequence[SourceAsk],
    rules: Mapping[MarketId, RuleSet],
    *,
    directory: Directory,
    network: Network,
    tables: Mapping[Group, Table],
    loads: Mapping[LocationId, int],
) -> list[Decided]:
    """Each ask with what those before it leave; of very many, those whose lines can stay whole are decided together first."""
    decided: dict[int, Decided] = {}
    groups: defaultdict[Group, list[int]] = defaultdict(list)
    for i, ask in enumerate(asks):
        groups[ask.market_id, ask.channel_id].append(i)
    for (market_id, channel_id), own in groups.items():
        if len(own) >= TOGETHER_FROM:
            table, field = tables[market_id, channel_id], field_of(directory, network, market_id)
            together = _together(
                [asks[i] for i in own], rules[market_id], field, directory=directory, table=table, loads=loads
            )
            for i, one in zip(own, together, strict=True):
                if one is not None:
                    decided[i] = one
                    _subtract(field, table, one)
    for i, ask in enumerate(asks):
        if i not in decided:
            table = tables[ask.market_id, ask.channel_id]
            decided[i] = weigh(
                ask, rules[ask.market_id], directory=directory, network=network, table=table, loads=loads
            )
            _subtract(field_of(directory, network, ask.market_id), table, decided[i])
    return [decided[i] for i in range(len(asks))]


def _subtract(field: Field, table: Table, one: Decided) -> None:
    for each in assignments(one):
        add_units(field, table, each.variant_id, each.location_id, -each.quantity)


def _together(
    asks: Sequence[SourceAsk],
    rules: RuleSet,
    field: Field,
    *,
    directory: Directory,
    table: Table,
    loads: Mapping[LocationId, int],
) -> list[Decided | None]:
    """Asks of one market and channel at once. None for those that get nothing whole: they may still be split."""
    items: dict[bytes, int] = {}
    for ask in asks:
        for line in ask.lines:
            items.setdefault(line.variant_id.bytes, len(items))
    nothing = np.zeros(len(field.places), dtype=np.int64)
    stock = np.maximum(0, np.vstack([table.get(name, nothing) for name in items]) - rules.body.units_left_min)
    weighed: list[Weighed | None] = []
    orders: list[batch.Order] = []
    for ask in asks:
        lines, _ = sourcing.merged(ask.lines)
        one = _weighed(ask, lines, rules, field, directory=directory, table=table, loads=loads)
        if len(lines) > WHOLE_MAX or not len(one):
            weighed.append(None)
            continue
        weighed.append(one)
        rows = np.array([items[line.variant_id.bytes] for line in lines], dtype=np.intp)
        quantities = np.array([line.quantity for line in lines], dtype=np.int64)
        fixed = np.full(len(field.places), np.inf)
        fixed[one.chosen] = one.fixed
        share = np.minimum(1.0, quantities / np.maximum(1, stock[rows].T))
        orders.append(batch.Order(rows, quantities, fixed, rules.body.weights.margin * share))
    if not orders:
        return [None] * len(asks)
    alone = float(np.mean([one.fixed.min() for one in orders])) + rules.body.weights.split
    settled = batch.together(
        batch.Batch(orders, stock, rules.body.weights.split, rules.body.parcels_max, UNSERVED_TIMES * max(1.0, alone)),
        seconds=min(SECONDS_MAX, SECONDS_EACH * len(orders)),
    )
    chosen = iter(settled.chosen)
    return [
        _decided(ask, rules, one, next(chosen), settled.gap) if one is not None else None
        for ask, one in zip(asks, weighed, strict=True)
    ]


def _decided(
    ask: SourceAsk, rules: RuleSet, weighed: Weighed, parcels: list[tuple[int, int]] | None, gap: float
) -> Decided | None:
    if not parcels:
        return None
    lines, _ = sourcing.merged(ask.lines)
    number = {int(place): i for i, place in enumerate(weighed.chosen)}
    found = tuple(
        Parcel(number[place], tuple((i, line.quantity) for i, line in enumerate(lines) if part >> i & 1))
        for place, part in parcels
    )
    score = rules.body.weights.split * (len(found) - 1) + sum(float(weighed.fixed[one.candidate]) for one in found)
    score += sum(
        sourcing.margin(int(weighed.free[one.candidate, i]), units, rules.body)
        for one in found
        for i, units in one.units
    )
    return Decided(ask, lines, rules, weighed, Solution(found, score, gap, "together"))


def field_of(directory: Directory, network: Network, market_id: MarketId) -> Field:
    return Field.of(network, market_id, directory.stores(market_id))


def add_units(field: Field, table: Table, variant_id: VariantId, location_id: LocationId, units: int) -> None:
    """Count so many more units there, or (negative) fewer."""
    if location_id.bytes in field.index:
        if variant_id.bytes not in table:
            table[variant_id.bytes] = np.zeros(len(field.places), dtype=np.int64)
        table[variant_id.bytes][field.index[location_id.bytes]] += units


def weigh(
    ask: SourceAsk,
    rules: RuleSet,
    *,
    directory: Directory,
    network: Network,
    table: Table,
    loads: Mapping[LocationId, int],
) -> Decided:
    """Who could send what of an ask, and who should."""
    lines, _ = sourcing.merged(ask.lines)
    field = field_of(directory, network, ask.market_id)
    weighed = _weighed(ask, lines, rules, field, directory=directory, table=table, loads=loads)
    quantities = np.array([one.quantity for one in lines], dtype=np.int64)
    solution = sourcing.choose(weighed.fixed, weighed.free, quantities, rules.body)
    return Decided(ask, lines, rules, weighed, solution)


def _weighed(
    ask: SourceAsk,
    lines: Sequence[SourceLine],
    rules: RuleSet,
    field: Field,
    *,
    directory: Directory,
    table: Table,
    loads: Mapping[LocationId, int],
) -> Weighed:
    return Weighed(
        field,
        lines=lines,
        destination=ask.destination,
        rules=rules.body,
        excluded=ask.excluded,
        table=table,
        loads=loads,
        currency=directory.market_by_id(ask.market_id).currency,
        at=ask.occurred_at,
    )


def assignments(one: Decided) -> list[Assignment]:
    """What is sent from where, line by line as they were asked for: merged lines are taken apart again."""
    if one.solution is None:
        return []
    left: defaultdict[tuple[int, int], int] = defaultdict(int)
    for parcel in one.solution.parcels:
        for number, units in parcel.units:
            left[number, parcel.candidate] += units
    _, part_of = sourcing.merged(one.ask.lines)
    found = []
    for line, merged in zip(one.ask.lines, part_of, strict=True):
        wanted = line.quantity
        for parcel in one.solution.parcels:
            used = min(wanted, left[merged, parcel.candidate])
            if used:
                left[merged, parcel.candidate] -= used
                wanted -= used
                place = one.weighed.place(parcel.candidate).id
                found.append(Assignment(line.line_id, line.variant_id, place, used))
    return found
