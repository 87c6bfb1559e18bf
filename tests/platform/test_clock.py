"""Clocks that are put forward and back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.platform import clock

FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)  # Europe: 02:00 -> 03:00, and 03:00 -> 02:00


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize("shown", [time(2), time(2, 30), time(2, 59, 59)])
def test_a_time_that_no_clock_shows_is_the_moment_the_gap_ends(shown: time) -> None:
    assert clock.at_local(FORWARD, shown, "Europe/Madrid") == utc(2026, 3, 29, 1)


def test_around_the_gap_the_clocks_are_right() -> None:
    assert clock.at_local(FORWARD, time(1, 59), "Europe/Madrid") == utc(2026, 3, 29, 0, 59)
    assert clock.at_local(FORWARD, time(3), "Europe/Madrid") == utc(2026, 3, 29, 1)


def test_a_gap_of_half_an_hour_ends_after_half_an_hour() -> None:
    assert clock.at_local(date(2026, 10, 4), time(2, 20), "Australia/Lord_Howe") == utc(2026, 10, 3, 15, 30)


def test_a_gap_at_midnight_ends_at_one() -> None:
    assert clock.at_local(date(2026, 9, 6), time(0), "America/Santiago") == utc(2026, 9, 6, 4)


def test_a_time_that_is_shown_twice_is_meant_the_first_time() -> None:
    assert clock.at_local(BACK, time(2, 30), "Europe/Madrid") == utc(2026, 10, 25, 0, 30)
    assert clock.at_local(BACK, time(3), "Europe/Madrid") == utc(2026, 10, 25, 2)


@given(
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.times(),
    st.sampled_from(["Europe/Madrid", "Europe/London", "Europe/Moscow", "America/Santiago", "Asia/Kathmandu", "UTC"]),
)
def test_the_moment_shows_the_time_asked_for_or_ends_a_gap(day: date, shown: time, zone: str) -> None:
    moment = clock.at_local(day, shown, zone)
    local = moment.astimezone(ZoneInfo(zone))
    if (local.date(), local.time()) != (day, shown):
        before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone))
        assert before.replace(tzinfo=None) < datetime.combine(day, shown) < local.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [("Europe/Madrid", 60, 120), ("Europe/London", 0, 60), ("Europe/Moscow", 180, 180), ("Asia/Kathmandu", 345, 345),
     ("America/New_York", -300, -240)],
)  # fmt: skip
def test_the_offset_is_the_places_at_that_moment(zone: str, winter: int, summer: int) -> None:
    assert clock.offset_minutes(utc(2026, 1, 15, 12), zone) == winter
    assert clock.offset_minutes(utc(2026, 7, 15, 12), zone) == summer
