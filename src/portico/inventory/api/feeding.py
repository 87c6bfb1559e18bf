"""Stock files: many rows at a time, absolute or as changes, each stretch applied once."""

from collections.abc import Sequence
from datetime import datetime

from portico.inventory.events import StockFed
from portico.inventory.store import feeds as store
from portico.inventory.types import FeedRow, Idle, IdleRow, MovementId
from portico.platform.db import Tx
from portico.platform.events import Hand


async def begin_feed(tx: Tx, *, digest: str, file: str, absolute: bool, rows_total: int) -> set[int]:
    """Note that a file is being applied. Returns the numbers of its stretches that have been already."""
    await tx.run(store.BEGIN, digest=digest, file=file, absolute=absolute, rows_total=rows_total, now=tx.now)
    return set(await tx.all(store.APPLIED, digest=digest))


async def feed(
    tx: Tx, *, digest: str, number: int, rows: Sequence[FeedRow], absolute: bool, by: Hand, occurred_at: datetime
) -> list[IdleRow] | None:
    """Apply one stretch of a file: what is on hand becomes `quantity` (absolute), or changes by it.

    Each key stands in one row. Returns the rows that moved nothing; None where this stretch was
    applied already. Locks the stretch, then stock rows in key order.
    """
    if not await tx.run(store.CLAIM, digest=digest, number=number, now=tx.now):
        return None
    if not rows:
        return []
    reference = f"feed:{digest[:16]}"
    tx.emit(
        [
            StockFed(
                subject=rows[0].location_id, by=by, occurred_at=occurred_at, reference=reference, rows=len(rows),
                absolute=absolute,
            )
        ]
    )  # fmt: skip
    idle: list[IdleRow] = []
    left = rows
    while left:
        found = await tx.all(
            store.APPLY,
            rows=[one.row for one in left],
            variant_ids=[one.variant_id for one in left],
            location_ids=[one.location_id for one in left],
            quantities=[one.quantity for one in left],
            movement_ids=[MovementId.new() for _ in left],
            absolute=absolute,
            reference=reference,
            actor=by.actor,
            actor_name=by.actor_name,
            channel_id=by.channel_id,
            occurred_at=occurred_at,
            now=tx.now,
        )
        again = {one.row for one in found if one.why is Idle.AGAIN}
        idle += [one for one in found if one.why is not Idle.AGAIN]
        left = [one for one in left if one.row in again]
    return idle
