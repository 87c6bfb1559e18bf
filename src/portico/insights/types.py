"""What is shown of what happened."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.platform.refusals import Refused

PAGE_MAX = 100


class TouchKind(StrEnum):
    """Of what sort a touch is: what a reader filters by."""

    ORDER = "order"
    BASKET = "basket"
    PAYMENT = "payment"
    RETURN = "return"
    DOCUMENT = "document"
    VALUE = "value"  # points, store credit, gift cards
    BOOKING = "booking"
    RECORD = "record"
    CONSENT = "consent"
    MESSAGE = "message"
    REQUEST = "request"  # to see all we hold, to be forgotten


class TouchActor(msgspec.Struct, frozen=True):
    """By whose hand: customer, guest, staff, client or system. To herself, who works here has no name."""

    kind: str
    name: str


class TouchChannel(msgspec.Struct, frozen=True):
    id: UUID
    code: str
    kind: str
    name: str


class TouchLink(msgspec.Struct, frozen=True):
    """What it was about: `kind` as its id's prefix says ("ord", "ret", "doc"), and how people call it."""

    kind: str
    id: str
    label: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One touch, as a sentence in its reader's language."""

    id: str  # of the fact
    at: datetime
    type: str
    kind: TouchKind
    text: str
    actor: TouchActor
    channel: TouchChannel | None
    place: str
    link: TouchLink | None


class TimelinePage(msgspec.Struct, frozen=True):
    """Newest first. `next_cursor` goes on from here; there may be one though this page is short: looking takes its time, and a page
    looks only so far back."""

    items: tuple[Entry, ...]
    next_cursor: str | None = None


@dataclass(eq=False)
class BadTimeline(Refused):
    """No such kind, channel or cursor."""

    code, status = "insights.bad_timeline", 422
    field: str
