"""Facts: written in the transaction that made them true, and found again by what they are about."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from portico.platform.db import Connection, Query, Tx
from portico.platform.events.places import COLUMNS
from portico.platform.ids import Id, decode_hook, encode_hook


class EventId(Id, prefix="evt"):
    """Names one fact, the same in every reader and on every wire."""

    __slots__ = ()


class Hand(msgspec.Struct, frozen=True, kw_only=True):
    """By whose hand, through which channel and where something was done."""

    actor: str  # "<kind>:<id>"; kinds: staff, customer, guest, client, system
    actor_name: str
    channel_id: UUID | None = None
    location_id: UUID | None = None
    till_id: UUID | None = None
    offset_minutes: int = 0  # of the place's clocks from UTC
    request_id: str = ""

    @property
    def actor_kind(self) -> str:
        return self.actor.partition(":")[0]


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every fact. Subclasses name themselves and add fields; over time they only ever gain fields."""

    type_name: ClassVar[str] = ""
    known: ClassVar[dict[str, type["Fact"]]] = {}

    subject: Id
    by: Hand
    occurred_at: datetime
    customer_id: Id | None = None

    def topics(self) -> list[str]:
        """What a live screen may subscribe to and hear of this fact."""
        return [str(self.subject)] + ([str(self.customer_id)] if self.customer_id else [])


def announces(name: str) -> Callable[[type[Fact]], type[Fact]]:
    """Class decorator: `name` is the fact's type and version on every wire, as in `orders.placed.v1`."""

    def register(kind: type[Fact]) -> type[Fact]:
        if Fact.known.setdefault(name, kind) is not kind:
            raise TypeError(f"two facts are named {name!r}")
        kind.type_name = name
        return kind

    return register


APPEND = """
    insert into platform.fact (generation, event_id, type, subject, topics, customer_id, channel_id, actor, request_id,
        occurred_at, offset_minutes, recorded_at, body)
    select (select max(number) from platform.generation), event_id, type, subject, string_to_array(topics, ' '), customer_id, channel_id, actor, request_id,
        occurred_at, offset_minutes, $11, body::jsonb
    from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::uuid[], $7::text[], $8::text[],
        $9::timestamptz[], $10::smallint[], $12::text[])
        as fact (event_id, type, subject, topics, customer_id, channel_id, actor, request_id, occurred_at,
            offset_minutes, body)
"""


async def append(connection: Connection, facts: Sequence[Fact], *, recorded_at: datetime) -> None:
    """Write facts to the log, in this transaction."""
    await connection.execute(
        APPEND,
        [EventId.new() for _ in facts],
        [one.type_name for one in facts],
        [str(one.subject) for one in facts],
        [" ".join(one.topics()) for one in facts],
        [one.customer_id for one in facts],
        [one.by.channel_id for one in facts],
        [one.by.actor for one in facts],
        [one.by.request_id for one in facts],
        [one.occurred_at for one in facts],
        [one.by.offset_minutes for one in facts],
        recorded_at,
        [msgspec.json.encode(one, enc_hook=encode_hook).decode() for one in facts],
    )


class _Versioned(msgspec.Struct, frozen=True):
    version: int | None = None


class Recorded(msgspec.Struct, frozen=True):
    """A fact as the log keeps it; `body` is the fact's own JSON."""

    generation: int
    xid: int
    id: int
    event_id: EventId
    type: str
    subject: str
    topics: list[str]
    actor: str
    channel_id: UUID | None
    occurred_at: datetime
    recorded_at: datetime
    body: str

    @property
    def version(self) -> int | None:
        """Of the subject, once the fact was true; None where facts of this type do not say."""
        return msgspec.json.decode(self.body, type=_Versioned).version

    def fact(self) -> Fact:
        """The fact itself, as its room declares it."""
        return msgspec.json.decode(self.body, type=Fact.known[self.type], dec_hook=decode_hook)


ABOUT = Query(
    Recorded,
    f"""
    select {COLUMNS}
    from platform.fact
    where subject = any(:subjects::text[])
    order by id desc
    limit :rows_max
    """,
)


async def about(tx: Tx, *, subjects: Sequence[str], rows_max: int) -> list[Recorded]:
    """The newest facts about these subjects, newest first."""
    return await tx.all(ABOUT, subjects=list(subjects), rows_max=rows_max)
