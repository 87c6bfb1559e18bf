"""For whom, where and when a price list or a promotion holds, and who is asking."""

from datetime import datetime

import msgspec

MINUTES_OF_A_WEEK = 7 * 24 * 60


class Window(msgspec.Struct, frozen=True):
    """A stretch of the week by the clocks of the place: minutes since Monday 00:00, `[starts, ends_before)`."""

    starts: int
    ends_before: int


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What is empty holds for all; all that is not must hold. Channels are named by their code or their kind, places by their code,
    segments and groups of customers by theirs, companies that buy by their numbers."""

    channels: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    companies: tuple[str, ...] = ()
    starts_at: datetime | None = None
    ends_before: datetime | None = None
    windows: tuple[Window, ...] = ()


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for a price, through which channel and where, when. `minute_of_week` is by the clocks of the place."""

    at: datetime
    minute_of_week: int = 0
    channel: str = ""
    channel_kind: str = ""
    location: str = ""
    segments: frozenset[str] = frozenset()
    company: str = ""  # for which she buys
