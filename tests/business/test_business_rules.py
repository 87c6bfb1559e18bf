"""Opening hours as clocks really go, and distances as the earth is round."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portico.business import rules
from portico.business.types import Hours

MADRID = "Europe/Madrid"
SIESTA = [Hours(day, *period) for day in range(1, 6) for period in ((time(17), time(20, 30)), (time(10), time(14)))]
NIGHT = [Hours(day, time(2, 30), time(6)) for day in range(1, 8)]
HOUR = timedelta(hours=1)


def madrid(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(MADRID), fold=fold).astimezone(UTC)


def is_open(*parts: int) -> bool:
    return rules.is_open(SIESTA, zone=MADRID, at=madrid(*parts))


def opens_next(*parts: int) -> datetime | None:
    return rules.opens_next(SIESTA, zone=MADRID, at=madrid(*parts))


def ready(*parts: int, picking: timedelta = HOUR) -> datetime:
    return rules.ready_to_collect(SIESTA, zone=MADRID, at=madrid(*parts), picking=picking)


def test_open_from_the_first_minute_until_right_before_the_last() -> None:
    assert [is_open(2026, 11, 23, *at) for at in ((9, 59), (10, 0), (13, 59), (14, 0), (16, 59), (17, 0), (20, 30))] == [
        False, True, True, False, False, True, False,
    ]  # fmt: skip
    assert not is_open(2026, 11, 22, 11)  # a Sunday


def test_what_opens_next_is_today_after_the_siesta_or_on_monday() -> None:
    assert opens_next(2026, 11, 23, 14) == madrid(2026, 11, 23, 17)
    assert opens_next(2026, 11, 23, 9, 59) == madrid(2026, 11, 23, 10)
    assert opens_next(2026, 11, 20, 21) == madrid(2026, 11, 23, 10)
    assert rules.opens_next([], zone=MADRID, at=madrid(2026, 11, 23, 9)) is None


def test_a_place_that_opens_once_a_week_opens_in_a_week() -> None:
    monday = [Hours(1, time(10), time(11))]
    assert rules.opens_next(monday, zone=MADRID, at=madrid(2026, 11, 23, 10)) == madrid(2026, 11, 30, 10)


def test_an_open_place_does_not_say_when_it_opens() -> None:
    state = rules.open_state(SIESTA, zone=MADRID, at=madrid(2026, 11, 23, 12))
    assert state.is_open and state.opens_next is None
    closed = rules.open_state(SIESTA, zone=MADRID, at=madrid(2026, 11, 23, 15))
    assert not closed.is_open and closed.opens_next == madrid(2026, 11, 23, 17)


def test_the_next_opening_is_by_the_clocks_of_that_day() -> None:
    """On the Saturday before the clocks change, Monday at ten is another number of hours away."""
    assert opens_next(2026, 3, 27, 21) == datetime(2026, 3, 30, 8, tzinfo=UTC)
    assert opens_next(2026, 10, 23, 21) == datetime(2026, 10, 26, 9, tzinfo=UTC)


def test_an_opening_that_no_clock_shows_is_when_the_clocks_were_put_forward() -> None:
    at = datetime(2026, 3, 28, 12, tzinfo=UTC)
    opens = rules.opens_next(NIGHT, zone=MADRID, at=at)
    assert opens == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert rules.is_open(NIGHT, zone=MADRID, at=opens)


def test_picking_counts_only_opening_hours() -> None:
    assert ready(2026, 11, 23, 11) == madrid(2026, 11, 23, 12)
    assert ready(2026, 11, 23, 13, 30) == madrid(2026, 11, 23, 17, 30)  # half before the siesta, half after
    assert ready(2026, 11, 23, 13) == madrid(2026, 11, 23, 14)
    assert ready(2026, 11, 20, 20) == madrid(2026, 11, 23, 10, 30)  # over the weekend
    assert ready(2026, 11, 22, 3) == madrid(2026, 11, 23, 11)
    assert ready(2026, 11, 23, 10, picking=timedelta(hours=8)) == madrid(2026, 11, 24, 10, 30)


def test_a_place_without_hours_is_always_open() -> None:
    at = madrid(2026, 11, 22, 3)
    assert rules.ready_to_collect([], zone=MADRID, at=at, picking=HOUR) == at + HOUR


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)), st.integers(0, 20 * 60))
def test_goods_are_ready_in_opening_hours_and_after_the_picking(at: datetime, minutes: int) -> None:
    picking = timedelta(minutes=minutes)
    moment = rules.ready_to_collect(SIESTA, zone=MADRID, at=at, picking=picking)
    assert moment >= at + picking
    assert rules.is_open(SIESTA, zone=MADRID, at=moment - timedelta(microseconds=1)) or minutes == 0


def test_distances() -> None:
    puerta_del_sol, retiro, milan = (40.4169, -3.7033), (40.4153, -3.6845), (45.4642, 9.19)
    assert rules.distance_m(puerta_del_sol, puerta_del_sol) == 0
    assert 1_580 < rules.distance_m(puerta_del_sol, retiro) < 1_620
    assert 1_180_000 < rules.distance_m(puerta_del_sol, milan) < 1_195_000
    assert rules.distance_m((0, 179.9), (0, -179.9)) < 23_000  # over the date line, not around the earth
    assert rules.distance_m((0, 0), (0, 180)) == rules.distance_m((90, 0), (-90, 0))
