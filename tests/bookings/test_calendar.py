"""Openings cut into buckets on any clocks of the world."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portico.bookings.rules import calendar
from portico.bookings.types import Hours, NoSuchTime, Opening, Resource, ResourceId, ResourceKind, SpecialDay

ZONES = [
    "Europe/Madrid",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "America/St_Johns",
]
zones = st.sampled_from(ZONES)
days = st.dates(date(2026, 1, 1), date(2028, 12, 31))


def resource(zone: str, *hours: Hours, bucket_minutes: int = 60) -> Resource:
    openings = tuple(
        Opening(day, one.opens_minute, one.closes_minute, one.capacity) for day in range(1, 8) for one in hours
    )
    return Resource(
        id=ResourceId.new(), code="R", kind=ResourceKind.PICKUP, name="R", time_zone=zone,
        bucket_minutes=bucket_minutes, openings=openings,
    )  # fmt: skip


def of_day(one: Resource, day: date) -> list[calendar.Bucket]:
    zone = ZoneInfo(one.time_zone)
    begins = datetime(day.year, day.month, day.day, tzinfo=zone) - timedelta(hours=3)
    found = calendar.buckets(
        one, starts_at=begins.astimezone(UTC), ends_before=begins.astimezone(UTC) + timedelta(hours=33)
    )
    return [bucket for bucket in found if bucket.starts_at.astimezone(zone).date() == day]


def open_minutes(one: Resource, day: date, hours: list[Hours]) -> set[datetime]:
    """The reference: minutes of the world at which the clocks of the place show an open time of that day."""
    zone = ZoneInfo(one.time_zone)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    found = set()
    for _ in range(60 * 56):
        local = moment.astimezone(zone)
        minute = local.hour * 60 + local.minute
        if local.date() == day and any(each.opens_minute <= minute < each.closes_minute for each in hours):
            found.add(moment)
        moment += timedelta(minutes=1)
    return found


CHANGES = {
    "Europe/Madrid": [date(2027, 3, 28), date(2027, 10, 31)],
    "America/New_York": [date(2027, 3, 14), date(2027, 11, 7)],
    "Australia/Lord_Howe": [date(2027, 4, 4), date(2027, 10, 3)],
    "Africa/Cairo": [date(2027, 4, 30), date(2027, 10, 28), date(2027, 10, 29)],
}


@settings(max_examples=60, deadline=None)
@given(st.data(), zones, st.sampled_from([5, 15, 30, 45, 60, 90, 120, 1440]))
def test_buckets_tile_what_is_really_open(data: st.DataObject, zone: str, bucket_minutes: int) -> None:
    day = data.draw(days | st.sampled_from(CHANGES.get(zone, [date(2027, 1, 1)])))
    cuts = sorted(data.draw(st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True)))
    hours = [Hours(low, high, 4) for low, high in zip(cuts[::2], cuts[1::2], strict=False)]
    one = resource(zone, *hours, bucket_minutes=bucket_minutes)
    found = of_day(one, day)
    seen: set[datetime] = set()
    for bucket in found:
        assert timedelta(0) < bucket.ends_before - bucket.starts_at <= timedelta(minutes=bucket_minutes)
        moment = bucket.starts_at
        while moment < bucket.ends_before:
            assert moment not in seen
            seen.add(moment)
            moment += timedelta(minutes=1)
    assert seen == open_minutes(one, day, hours)


def test_the_hour_that_comes_twice_is_two_buckets_and_the_one_left_out_is_none() -> None:
    night = resource("Europe/Madrid", Hours(0, 240, 4))
    assert [one.starts_at.hour for one in of_day(night, date(2027, 3, 28))] == [23, 0, 1]
    assert len(of_day(night, date(2027, 10, 31))) == 5
    assert len(of_day(night, date(2027, 6, 1))) == 4


def test_special_days_replace_their_weekday() -> None:
    one = resource("Europe/Madrid", Hours(540, 1020, 4))
    closed, short = date(2027, 12, 25), date(2027, 12, 24)
    from msgspec.structs import replace

    one = replace(one, special_days=(SpecialDay(closed), SpecialDay(short, (Hours(540, 720, 1),))))
    assert of_day(one, closed) == []
    assert [bucket.capacity for bucket in of_day(one, short)] == [1, 1, 1]
    assert len(of_day(one, date(2027, 12, 26))) == 8


@pytest.mark.parametrize("text", ["2027-03-28T02:30", "2027-03-28T02:30:00+01:00", "2027-03-28T02:00:00+02:00"])
def test_a_time_in_the_gap_is_no_time(text: str) -> None:
    with pytest.raises(NoSuchTime) as refused:
        calendar.moment(text, zone="Europe/Madrid", field="starts_at")
    assert (refused.value.field, refused.value.given) == ("starts_at", text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-03-28T01:59", "2027-03-28T00:59:00+00:00"),
        ("2027-03-28T03:00", "2027-03-28T01:00:00+00:00"),
        ("2027-03-28T02:30:00+00:00", "2027-03-28T02:30:00+00:00"),
        ("2027-03-28T02:30:00-05:00", "2027-03-28T07:30:00+00:00"),
        ("2027-10-31T02:30", "2027-10-31T00:30:00+00:00"),
        ("2027-10-31T02:30:00+01:00", "2027-10-31T01:30:00+00:00"),
    ],
)
def test_times_that_are(text: str, moment: str) -> None:
    assert calendar.moment(text, zone="Europe/Madrid", field="starts_at").isoformat() == moment
