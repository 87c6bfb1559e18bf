"""A network in which things go wrong: with leases nothing is sold twice, without them it is; the same seed, the same world."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.lab.network.report import calibration, simulate
from portico.lab.network.world import Network, Plan, Tally, run

SMALL = Plan(stores=4, days=12)


@settings(max_examples=12, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0, 0.4),
    st.floats(0, 0.4),
    st.floats(0, 290),
    st.floats(0.2, 20),
    st.integers(1, 4),
)
def test_with_leases_nothing_is_sold_twice(
    seed: int, lost: float, repeated: float, skew: float, cut_hours: float, tills: int
) -> None:
    plan = Plan(
        seed=seed, stores=3, days=8, tills=tills, lost=lost, repeated=repeated, skew_seconds=skew, cut_hours=cut_hours,
        cuts_per_day=3, units=4,
    )  # fmt: skip
    network = Network(plan)
    tally = network.run()
    assert tally.oversold == 0, plan
    assert all(one.on_hand >= one.held.total() >= 0 for one in network.shelves.values())


def test_without_leases_it_is() -> None:
    found = [run(msgspec.structs.replace(SMALL, seed=seed, leases=False)).oversold for seed in range(5)]
    assert sum(found) > 0, found


def test_the_same_seed_is_the_same_world() -> None:
    once, again, other = run(SMALL), run(SMALL), run(msgspec.structs.replace(SMALL, seed=2))
    assert msgspec.to_builtins(once) == msgspec.to_builtins(again) != msgspec.to_builtins(other)


def test_keeping_units_back_by_what_is_known_cancels_less_and_sells_more() -> None:
    """Against the fixed buffer that cancels as little."""
    lines = {one.policy: one for one in simulate(Plan(seed=3, stores=6, days=30), control=False).lines}
    dynamic = next(one for name, one in lines.items() if name.startswith("dynamic"))
    assert dynamic.canceled < lines["fixed buffer of 0"].canceled
    as_sure = [one for name, one in lines.items() if name.startswith("fixed") and one.accuracy >= dynamic.accuracy]
    assert all(dynamic.promised > one.promised for one in as_sure)


def test_forecasts_are_compared_with_what_came() -> None:
    tally = Tally(forecasts=[(0.9, True)] * 9 + [(0.9, False)] + [(0.2, False)] * 8 + [(0.2, True)] * 2)
    assert tally.brier == pytest.approx((9 * 0.01 + 0.81 + 8 * 0.04 + 2 * 0.64) / 20)
    bins = calibration(tally)
    assert sum(one.forecasts for one in bins) == 20 and bins[0].said == pytest.approx(0.2)
