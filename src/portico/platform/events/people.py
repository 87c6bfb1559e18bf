"""What happened to somebody, found in the log, newest first."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.platform.db import Query, Tx
from portico.platform.events.facts import EventId, Recorded
from portico.platform.events.places import COLUMNS
from portico.platform.ids import Id

LOOKED_AT_MAX = 1_000  # facts of one record that one page looks through
NEWEST = 2**63 - 1


class Looked(msgspec.Struct, frozen=True):
    """A fact that was looked at. `last`: no more of this record's were; what lies before it is not known yet."""

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
    wanted: bool
    last: bool

    def recorded(self) -> Recorded:
        return Recorded(
            self.generation, self.xid, self.id, self.event_id, self.type, self.subject, self.topics, self.actor,
            self.channel_id, self.occurred_at, self.recorded_at, self.body,
        )  # fmt: skip


class Stretch(msgspec.Struct, frozen=True):
    """Facts about somebody, newest first; `next` is where the rest begins, None where there is no more."""

    facts: tuple[Recorded, ...]
    next: int | None


# Of each record its index is walked from the newest down, and no further than need be: until the page is full, or so many were looked
# at. The last one looked at is told even where it is not wanted, so that it is known how far that was.
OF_PEOPLE = Query(
    Looked,
    f"""
    select {COLUMNS}, wanted, number = :looked_at_max as last
    from unnest(:people::uuid[]) as whose (person)
        cross join lateral (
            select *
            from (
                select *, row_number() over (order by id desc) as number,
                    type = any(:types::text[]) and (:channels::uuid[] is null or channel_id = any(:channels)) as wanted
                from (
                    select *
                    from platform.fact
                    where customer_id = person and id < :before::bigint
                    order by id desc
                    limit :looked_at_max::bigint
                ) as walked
            ) as looked_at
            where wanted or number = :looked_at_max
            order by id desc
            limit :rows_max
        ) as fact
    order by id desc
    limit :rows_max
    """,
)


async def of_people(
    tx: Tx, *, people: Sequence[Id], types: Sequence[str], channels: Sequence[UUID] | None = None, before: int | None = None,
    rows_max: int, looked_at_max: int = LOOKED_AT_MAX,
) -> Stretch:  # fmt: skip
    """The newest facts about these people (records of one person) of these types and channels, from `before` on."""
    rows = await tx.all(
        OF_PEOPLE, people=list(people), types=list(types), channels=None if channels is None else list(channels),
        before=NEWEST if before is None else before, rows_max=rows_max + 1, looked_at_max=looked_at_max,
    )  # fmt: skip
    # Where one record's walk ended early, the others' older facts wait with it.
    known_from = max((one.id for one in rows if one.last), default=None)
    found = [one for one in rows if one.wanted and (known_from is None or one.id >= known_from)]
    if len(found) > rows_max:
        return Stretch(tuple(one.recorded() for one in found[:rows_max]), found[rows_max - 1].id)
    return Stretch(tuple(one.recorded() for one in found), known_from)
