"""The checker of histories: what happened one after the other is explained in any overlap; what could not have is not."""

from hypothesis import given
from hypothesis import strategies as st

from portico.lab.stock.history import Call, explains


def call(began: float, ended: float, delta: int, *, granted: bool = True, told: int | None = None) -> Call:
    return Call(began, ended, delta, granted, told)


def test_two_cannot_both_have_the_last_one() -> None:
    both = [call(0, 10, -1), call(1, 9, -1)]
    assert explains(both, free=1) is None
    assert explains(both, free=2) is not None


def test_a_refusal_needs_a_moment_at_which_it_was_right() -> None:
    refused = call(5, 6, -1, granted=False)
    assert explains([call(0, 1, 1), refused], free=0) is None  # it was there, and stayed
    assert explains([call(0, 5.5, 1), refused], free=0) == [1, 0]  # it came too late for her
    assert explains([call(0, 1, -1), call(7, 8, 1), refused], free=1) == [0, 2, 1]


def test_what_a_refusal_tells_must_be_so() -> None:
    calls = [call(0, 1, -3), call(2, 3, -3, granted=False, told=2)]
    assert explains(calls, free=5) == [0, 1]
    assert explains([calls[0], call(2, 3, -3, granted=False, told=1)], free=5) is None


def test_up_to_gives_what_there_is() -> None:
    assert explains([Call(0, 1, -2, True, up_to=5)], free=2) == [0]
    assert explains([Call(0, 1, -2, True, up_to=5)], free=3) is None


@given(
    st.integers(0, 6),
    st.lists(st.tuples(st.integers(-4, 4), st.floats(0, 3), st.floats(0, 3)), max_size=40),
    st.integers(0, 39),
)
def test_what_happened_in_some_order_is_explained_and_a_lie_is_not(
    free: int, deeds: list[tuple[int, float, float]], liar: int
) -> None:
    state, calls = free, []
    for moment, (delta, before, after) in enumerate(deeds):
        granted = state + delta >= 0
        calls.append(call(moment - before, moment + after, delta, granted=granted, told=None if granted else state))
        state += delta if granted else 0
    assert explains(calls, free=free) is not None
    told = [i for i, one in enumerate(calls) if one.told is not None]
    if told:  # a refusal that spoke of more free units than there ever were
        i = told[liar % len(told)]
        ever = free + sum(max(0, one.delta) for one in calls)
        lie = call(calls[i].began, calls[i].ended, calls[i].delta, granted=False, told=ever + 1)
        assert explains([*calls[:i], lie, *calls[i + 1 :]], free=free) is None
