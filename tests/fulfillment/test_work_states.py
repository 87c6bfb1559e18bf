"""States of work and labels: each can be reached, none is a trap, and a carrier's label is never bought on a guess."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.catalog.types import VariantId
from portico.fulfillment.rules import work as rules
from portico.fulfillment.types import FulfillmentId, Label, LabelStep, Progress, Step, Way, WorkLine, WrongState
from portico.inventory.types import LotQuantity
from portico.pricing.types import LineItemId

Table = Mapping[tuple[Any, Any], Any]


def reached(table: Table, start: Any) -> set[Any]:
    found, edge = {start}, [start]
    while edge:
        state = edge.pop()
        for (before, _), after in table.items():
            if before == state and after not in found:
                found.add(after)
                edge.append(after)
    return found


def states(table: Table) -> set[Any]:
    return {before for before, _ in table} | set(table.values())


@pytest.mark.parametrize("way", rules.STATES)
def test_each_state_of_work_is_reached_and_none_is_a_trap(way: Way) -> None:
    table = rules.STATES[way]
    assert reached(table, Progress.OPEN) == states(table)
    for state in states(table):
        assert reached(table, state) & rules.FINAL, state
    assert {before for before, _ in table} & rules.FINAL == set(), "what is over is over"


def test_every_state_and_step_is_used_by_some_way() -> None:
    assert set().union(*(states(table) for table in rules.STATES.values())) == set(Progress)
    assert {step for table in rules.STATES.values() for _, step in table} == set(Step)
    assert set(rules.STATES) == set(Way) - {Way.CARRY_OUT, Way.SPLIT}


def test_each_state_of_a_label_is_reached_and_none_is_a_trap() -> None:
    assert reached(rules.LABELS, Label.NONE) == states(rules.LABELS) == set(Label)
    for state in Label:
        assert Label.VOID in reached(rules.LABELS, state)
    assert {step for _, step in rules.LABELS} == set(LabelStep)


def test_a_label_of_which_nobody_knows_is_not_asked_for_again_without_asking_the_carrier() -> None:
    """From `unknown` only what the carrier has said leads on."""
    steps = {step for before, step in rules.LABELS if before is Label.UNKNOWN}
    assert steps == {LabelStep.FIND, LabelStep.MISS, LabelStep.REFUSE}


def test_nothing_leaves_while_it_is_on_hold() -> None:
    for table in rules.STATES.values():
        after = {table[key] for key in table if key[0] is Progress.ON_HOLD}
        assert after <= {Progress.OPEN, Progress.PICKED, Progress.READY, Progress.CANCELED}


def test_a_wrong_step_is_refused() -> None:
    with pytest.raises(WrongState):
        rules.after(Way.SHIP, Progress.OPEN, Step.SHIP)


def line(*, asked: int, picked: int = 0, short: int = 0, moved: int = 0, per_unit: int = 1) -> WorkLine:
    return WorkLine(
        fulfillment_id=FulfillmentId.new(), line_id=LINE, variant_id=VariantId.new(), position=0, sku="S", title="T",
        unit="C62", scale=0, tracked=False, per_unit=per_unit, asked=asked, picked=picked, short=short, moved=moved,
    )  # fmt: skip


LINE = LineItemId.new()


@st.composite
def bundles(draw: st.DrawFn) -> list[WorkLine]:
    """A line of up to three components, each picked so far as it is."""
    units = draw(st.integers(1, 20))
    made = []
    for _ in range(draw(st.integers(1, 3))):
        per_unit = draw(st.integers(1, 4))
        made.append(line(asked=units * per_unit, picked=draw(st.integers(0, units * per_unit)), per_unit=per_unit))
    return made


@given(bundles(), st.data())
def test_what_is_missing_keeps_the_books(lines: list[WorkLine], data: st.DataObject) -> None:
    """picked + short + to pick = asked, whatever is missing; a bundle is given whole or not at all; nothing picked is lost."""
    open_lines = [one for one in lines if one.to_pick]
    if not open_lines:
        return
    one = data.draw(st.sampled_from(open_lines))
    quantity = data.draw(st.integers(1, one.to_pick))
    after = rules.missing(lines, one.key, quantity)
    assert {each.key for each in after} == {each.key for each in lines}
    for new, old in zip(after, lines, strict=True):
        assert new.picked + new.short + new.to_pick == new.asked == old.asked and new.to_pick >= 0
        assert new.picked + new.put_back == old.picked
    assert len({(each.asked - each.short) // each.per_unit for each in after}) == 1


@given(bundles(), st.integers(0, 40))
def test_asking_for_another_number_keeps_the_books(lines: list[WorkLine], units: int) -> None:
    for one in lines:
        after = rules.asked_anew(one, units * one.per_unit)
        assert after.picked >= 0 and after.picked + after.short <= after.asked == units * one.per_unit
        assert after.picked + after.put_back == one.picked
        assert rules.asked_anew(after, after.asked) == after


@given(st.lists(st.integers(1, 5), max_size=5), st.integers(0, 30))
def test_lots_are_split_without_loss(quantities: list[int], units: int) -> None:
    lots = [LotQuantity(each, f"L{i}") for i, each in enumerate(quantities)]
    taken, rest = rules.split_lots(lots, units)
    assert sum(one.quantity for one in taken) == min(units, sum(quantities))
    assert sum(one.quantity for one in (*taken, *rest)) == sum(quantities)


def test_one_slow_order_does_not_make_a_place_slow() -> None:
    assert rules.learned([5, 6, 7, 6, 480]) == 6
    assert rules.learned([]) == 0
