"""An order's whole story: what happened to it, at every door and by every hand, read from the event log; and what was noted on it."""

from datetime import datetime
from uuid import UUID

import msgspec

from portico.fulfillment import api as fulfillment
from portico.orders.finding import head
from portico.orders.holding import notes
from portico.orders.types import OrderId
from portico.platform import events
from portico.platform.db import Tx
from portico.platform.ids import decode_hook

ENTRIES_MAX = 500
ROOMS = ("orders.", "payments.", "fulfillment.", "returns.")
SILENT = frozenset({"orders.noted.v1"})  # the note itself is there


class Line(msgspec.Struct, frozen=True):
    line_id: str = ""
    quantity: int = 0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What of a fact its teller may want to say; which of these are there follows from its type."""

    amount: int | None = None
    currency: str = ""
    handler: str = ""
    reason: str = ""
    error: str = ""
    kind: str = ""
    state: str = ""
    method: str = ""
    status: str = ""
    code: str = ""
    lines: list[Line] | int = 0  # an order that was placed says how many


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened: a fact by its type, or a note, with its text."""

    at: datetime
    type: str
    actor_name: str
    channel_id: UUID | None
    told: Told = Told()
    text: str = ""

    @property
    def quantity(self) -> int:
        return sum(one.quantity for one in self.told.lines) if isinstance(self.told.lines, list) else self.told.lines


class _Body(msgspec.Struct, frozen=True):
    by: events.Hand


async def timeline(tx: Tx, *, order_id: OrderId) -> list[Happening]:
    """Newest first; of a very long story the newest part. Refuses NotFound."""
    await head(tx, order_id)
    works = await fulfillment.find(tx, holders=[order_id])
    subjects = [str(order_id), *(str(one.work.id) for one in works)]
    told = [
        Happening(
            at=one.occurred_at,
            type=one.type,
            actor_name=msgspec.json.decode(one.body, type=_Body, dec_hook=decode_hook).by.actor_name,
            channel_id=one.channel_id,
            told=msgspec.json.decode(one.body, type=Told, dec_hook=decode_hook, strict=False),
        )
        for one in await events.about(tx, subjects=subjects, rows_max=ENTRIES_MAX)
        if one.type.startswith(ROOMS) and one.type not in SILENT
    ]
    noted = [
        Happening(at=one.written_at, type="note", actor_name=one.actor_name, channel_id=None, text=one.text)
        for one in await notes(tx, ids=[order_id])
    ]
    return sorted(told + noted, key=lambda one: one.at, reverse=True)
