"""Hours of the week as the office types them are the very minutes that a rule keeps, there and back."""

import random
from pathlib import Path
from typing import Any

import hatch_build
from tests.node import answer

from portico.pricing.types.conditions import MINUTES_OF_A_WEEK

WEEK_TS = Path(hatch_build.UI) / "src" / "office" / "prices" / "week.ts"
DAY = 24 * 60
CASES = 400


def window(starts: int, ends: int) -> dict[str, int]:
    return {"starts": starts, "ends_before": ends}


def minutes(windows: list[dict[str, int]]) -> set[int]:
    return {minute for one in windows for minute in range(one["starts"], one["ends_before"])}


def typed(windows: list[list[dict[str, int]]]) -> list[list[dict[str, Any]]]:
    return answer(WEEK_TS, "hoursOf", "given.map(hoursOf)", windows)  # type: ignore[no-any-return]


def kept(hours: list[list[dict[str, Any]]]) -> list[list[dict[str, int]]]:
    return answer(WEEK_TS, "windowsOf", "given.map(windowsOf)", hours)  # type: ignore[no-any-return]


def test_what_a_rule_keeps_is_what_is_typed_again() -> None:
    r = random.Random(20_261_129)
    cases = []
    for _ in range(CASES):
        moments = [r.choice((r.randrange(MINUTES_OF_A_WEEK), r.randrange(8) * DAY)) for _ in range(2 * r.randint(0, 6))]
        pairs = [sorted(moments[i : i + 2]) for i in range(0, len(moments), 2)]
        cases.append([window(a, b) for a, b in pairs if a < b])
    again = kept(typed(cases))
    assert [minutes(one) for one in again] == [minutes(one) for one in cases]
    assert all(0 <= one["starts"] < one["ends_before"] <= MINUTES_OF_A_WEEK for each in again for one in each)
    assert kept(typed(again)) == again, "saved once more, nothing changes"


def test_hours_are_told_as_a_person_would() -> None:
    friday, sunday = 4 * DAY, 6 * DAY
    cases = [
        ([window(day * DAY + 1020, day * DAY + 1140) for day in range(5)], [{"days": [1, 2, 3, 4, 5], "from": "17:00", "until": "19:00"}]),
        ([window(friday + 1320, friday + DAY + 120)], [{"days": [5], "from": "22:00", "until": "02:00"}]),
        ([window(0, 120), window(sunday + 1320, sunday + DAY)], [{"days": [7], "from": "22:00", "until": "02:00"}]),
        ([window(5 * DAY, 7 * DAY)], [{"days": [6, 7], "from": "00:00", "until": "00:00"}]),
        ([], []),
    ]  # fmt: skip
    assert typed([windows for windows, _ in cases]) == [hours for _, hours in cases]
    back = kept([hours for _, hours in cases])
    assert [minutes(one) for one in back] == [minutes(windows) for windows, _ in cases]


def test_hours_that_cannot_stand_are_named() -> None:
    fine = {"days": [1], "from": "09:00", "until": "10:00"}
    cases = [
        ([fine], None),
        ([{**fine, "days": []}], "days"),
        ([{**fine, "from": ""}], "times"),
        ([{**fine, "until": "25:00"}], "times"),
        ([{**fine, "days": [1, 2, 3, 4, 5, 6]}] * 9, "many"),
    ]
    assert answer(WEEK_TS, "wrongHours", "given.map(wrongHours)", [hours for hours, _ in cases]) == [
        why for _, why in cases
    ]
