"""What of whom an answer shows to somebody who is not herself: kept, before the answer goes out, by whoever keeps such things."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import msgspec

from portico.platform.events.facts import Hand
from portico.platform.ids import Id

PATH_LENGTH_MAX = 300


class Seen(msgspec.Struct, frozen=True):
    """`people` that were shown by `hand`'s request; `what` of them, as in "orders"; `path` says where."""

    people: tuple[Id, ...]
    what: str
    path: str
    hand: Hand
    at: datetime


Watcher = Callable[[Sequence[Seen]], Awaitable[None]]
