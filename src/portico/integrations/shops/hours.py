"""Opening hours as American store lists write them: "Mon: 10-9:30; Tue: 10-9; ...; Sun: closed"."""

import re
from datetime import time

from portico.business.types import Hours

WEEKDAYS = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
END_OF_DAY = time(23, 59)
TEXT_LENGTH_MAX = 500
EARLIEST_OPENING_HOUR = 6  # an opening hour below this, noon counted as 12, is taken for the afternoon

_DAY = re.compile(r"\s*([A-Za-z]{3,9})\.?\s*:\s*(.*?)\s*")
_SPAN = re.compile(
    r"(\d{1,2})(?::(\d{2}))?\s*([ap]m?)?\s*[-\u2013]\s*(\d{1,2})(?::(\d{2}))?\s*([ap]m?)?", re.IGNORECASE
)


def read(text: str) -> tuple[Hours, ...]:
    """The hours of a week, in order. Raises ValueError with what cannot be read.

    Without am and pm, a store opens in the morning, at noon, or in the early afternoon, and closes after that: "10-9"
    is 10:00 to 21:00, "12-6" is 12:00 to 18:00, "0-11:59" is the whole day. Midnight as a closing time is 23:59,
    because a day's hours end within the day.
    """
    if len(text) > TEXT_LENGTH_MAX:
        raise ValueError("too long")
    found: dict[int, Hours] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        day = _DAY.fullmatch(part)
        weekday = WEEKDAYS.get(day[1][:3].lower()) if day else None
        if day is None or weekday is None or weekday in found:
            raise ValueError(part.strip())
        if day[2].lower() in ("closed", ""):
            continue
        span = _SPAN.fullmatch(day[2])
        if span is None:
            raise ValueError(part.strip())
        found[weekday] = _hours(weekday, span, part.strip())
    return tuple(found[weekday] for weekday in sorted(found))


def _hours(weekday: int, span: re.Match[str], part: str) -> Hours:
    opens = _clock(span[1], span[2], span[3], part)
    closes = _clock(span[4], span[5], span[6], part)
    if not span[3] and 0 < opens.hour < EARLIEST_OPENING_HOUR and not span[6]:
        opens = opens.replace(hour=opens.hour + 12)
    if not span[6] and (closes.hour < 12 or int(span[4]) == 12):
        closes = END_OF_DAY if int(span[4]) == 12 else closes.replace(hour=closes.hour + 12)
    if closes == time(0, 0):
        closes = END_OF_DAY
    if opens >= closes:
        raise ValueError(part)
    return Hours(weekday, opens, closes)


def _clock(hour: str, minute: str | None, half: str | None, part: str) -> time:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:
            raise ValueError(part)
        hours = hours % 12 + (12 if half.lower().startswith("p") else 0)
    if hours == 24 and minutes == 0:
        hours = 0
    if hours > 23 or minutes > 59:
        raise ValueError(part)
    return time(hours, minutes)
