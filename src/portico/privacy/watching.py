"""Who looked at whom: written before what was seen goes out, many looks in one transaction.

An answer about a person waits for the row that says who was given it. So nothing is lost: not by a process that is killed, not at
its end; what was not written was not shown. Looks of the same moment share a commit, so that a busy office costs few.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.db import Database, Tx
from portico.platform.gather import Gather
from portico.platform.http.looks import Seen
from portico.privacy.store import access as store
from portico.privacy.types import PAGE_MAX, Look


class Watch:
    """Keeps what was seen. Call it with what one request has shown; it returns once that is written."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._gather: Gather[Sequence[Seen], None] = Gather(self._write, batch_max=256, waiting_max=10_000)

    async def __call__(self, seen: Sequence[Seen]) -> None:
        await self._gather(seen)

    async def _write(self, batch: Sequence[Sequence[Seen]]) -> list[None]:
        async with self._database.transaction() as tx:
            await note(tx, seen=[one for seen in batch for one in seen])
        return [None] * len(batch)


async def note(tx: Tx, *, seen: Sequence[Seen]) -> None:
    """Write who was shown whom, in this transaction."""
    rows = [(one, who) for one in seen for who in one.people]
    if rows:
        await tx.run(
            store.ADD,
            customers=[who for _, who in rows],
            actors=[one.hand.actor for one, _ in rows],
            actor_names=[one.hand.actor_name for one, _ in rows],
            whats=[one.what for one, _ in rows],
            paths=[one.path for one, _ in rows],
            channels=[one.hand.channel_id for one, _ in rows],
            locations=[one.hand.location_id for one, _ in rows],
            requests=[one.hand.request_id for one, _ in rows],
            ats=[one.at for one, _ in rows],
        )


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which looks are asked for: at these people, by this actor, in this time; `before` goes on from a look that was seen."""

    customer_ids: tuple[CustomerId, ...] = ()
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


async def looks(tx: Tx, *, asked: Asked, rows_max: int = PAGE_MAX) -> list[Look]:
    """Who looked at whom, the newest first."""
    return await tx.all(
        store.LIST, customers=list(asked.customer_ids) or None, actor=asked.actor, since=asked.since, until=asked.until,
        before=asked.before, rows_max=rows_max,
    )  # fmt: skip
