"""Opening hours and clocks of American stores."""

from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.business.types import Hours
from portico.integrations.shops import hours, zones

DAYS = ("Mon", "Tue", "Wed", "Thurs", "Fri", "Sat", "Sun")


def week(span: str) -> tuple[time, time]:
    (found,) = hours.read(f"Mon: {span}")
    return found.opens, found.closes


@pytest.mark.parametrize(
    ("span", "opens", "closes"),
    [
        ("10-9", time(10), time(21)),
        ("10-9:30", time(10), time(21, 30)),
        ("9:30-9", time(9, 30), time(21)),
        ("12-6", time(12), time(18)),
        ("12:30-5:30", time(12, 30), time(17, 30)),
        ("1-5:30", time(13), time(17, 30)),
        ("10-12", time(10), time(23, 59)),
        ("0-11:59", time(0), time(23, 59)),
        ("10am-9pm", time(10), time(21)),
        ("12am-12am", time(0), time(23, 59)),
        ("8 AM \u2013 1 PM", time(8), time(13)),
        ("9-21", time(9), time(21)),
        ("6-2", time(6), time(14)),
    ],
)
def test_a_span_is_read_as_a_shopper_reads_it(span: str, opens: time, closes: time) -> None:
    assert week(span) == (opens, closes)


def test_a_week_is_in_order_and_a_closed_day_has_no_hours() -> None:
    found = hours.read("Sun: closed; Tuesday: 9-5; Mon: 10-9;")
    assert found == (Hours(1, time(10), time(21)), Hours(2, time(9), time(17)))
    assert hours.read("") == ()


@pytest.mark.parametrize(
    "bad", ["Mon 10-9", "Someday: 10-9", "Mon: 25-9", "Mon: 10-9:75", "Mon: ten-nine", "Mon: 10-9; Mon: 11-8",
            "x" * 501, "Mon: 13pm-2pm", "Mon: 22-9pm"],
)  # fmt: skip
def test_what_cannot_be_read_is_not_guessed(bad: str) -> None:
    with pytest.raises(ValueError):
        hours.read(bad)


@given(st.text(max_size=60))
def test_any_text_is_hours_or_a_value_error(text: str) -> None:
    try:
        found = hours.read(text)
    except ValueError:
        return
    assert all(one.opens < one.closes and 1 <= one.weekday <= 7 for one in found)


@given(
    st.lists(st.sampled_from(range(7)), unique=True),
    st.integers(6, 11),
    st.sampled_from([0, 15, 30, 45]),
    st.integers(1, 11),
    st.sampled_from([0, 15, 30, 45]),
)
def test_morning_to_evening_is_read_back(days: list[int], opens: int, minute: int, closes: int, last: int) -> None:
    text = "; ".join(f"{DAYS[day]}: {opens}:{minute:02}-{closes}:{last:02}" for day in days)
    expected = tuple(Hours(day + 1, time(opens, minute), time(closes + 12, last)) for day in sorted(days))
    assert hours.read(text) == expected


@pytest.mark.parametrize(
    ("state", "latitude", "longitude", "zone"),
    [
        ("TX", 31.76, -106.49, "America/Denver"),  # El Paso
        ("TX", 31.99, -102.08, "America/Chicago"),  # Midland
        ("FL", 30.42, -87.22, "America/Chicago"),  # Pensacola
        ("FL", 30.44, -84.28, "America/New_York"),  # Tallahassee
        ("TN", 36.16, -86.78, "America/Chicago"),  # Nashville
        ("TN", 35.05, -85.31, "America/New_York"),  # Chattanooga
        ("KY", 36.97, -86.48, "America/Chicago"),  # Bowling Green
        ("KY", 38.25, -85.76, "America/Kentucky/Louisville"),
        ("IN", 41.48, -87.33, "America/Chicago"),  # Merrillville
        ("IN", 37.97, -87.57, "America/Chicago"),  # Evansville
        ("IN", 39.47, -87.41, "America/Indiana/Indianapolis"),  # Terre Haute
        ("MI", 42.33, -83.05, "America/Detroit"),
        ("MI", 45.82, -88.07, "America/Chicago"),  # Iron Mountain
        ("SD", 44.08, -103.23, "America/Denver"),  # Rapid City
        ("ND", 46.88, -102.79, "America/Denver"),  # Dickinson
        ("ND", 48.15, -103.62, "America/Chicago"),  # Williston
        ("NE", 41.87, -103.67, "America/Denver"),  # Scottsbluff
        ("KS", 39.35, -101.71, "America/Denver"),  # Goodland
        ("ID", 47.68, -116.78, "America/Los_Angeles"),  # Coeur d'Alene
        ("OR", 44.03, -116.96, "America/Boise"),  # Ontario
        ("AZ", 33.45, -112.07, "America/Phoenix"),
        ("PR", 18.47, -66.11, "America/Puerto_Rico"),
    ],
)
def test_a_city_goes_by_its_own_clocks(state: str, latitude: float, longitude: float, zone: str) -> None:
    assert zones.zone(state, latitude=latitude, longitude=longitude) == zone


def test_every_state_has_clocks_that_exist() -> None:
    assert len(zones.STATES) >= 52
    for state in zones.STATES:
        for latitude in (25.0, 35.0, 45.6, 48.5):
            for longitude in (-70.0, -86.9, -104.95, -118.0):
                ZoneInfo(zones.zone(state, latitude=latitude, longitude=longitude))
