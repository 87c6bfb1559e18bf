"""Stock files: many rows at a time, absolute or as changes, applied once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.inventory.api.allocating import columns
from portico.inventory.events import StockFed
from portico.inventory.store import feeds as store
from portico.inventory.store import stock
from portico.inventory.types import FeedProgress, FeedRow, Key, MovementId, ShortRow
from portico.platform.db import Tx
from portico.platform.events import Hand


async def begin_feed(tx: Tx, *, digest: str, file: str, absolute: bool, rows_total: int) -> FeedProgress:
    """Note that a file is being applied. The same file again goes on where it stopped; at its end, nothing is left."""
    await tx.run(store.BEGIN, digest=digest, file=file, absolute=absolute, rows_total=rows_total, now=tx.now)
    return await tx.one(store.LOCK_PROGRESS, digest=digest)


async def feed(
    tx: Tx, *, digest: str, rows: Sequence[FeedRow], rows_done: int, absolute: bool, by: Hand, occurred_at: datetime
) -> list[ShortRow] | None:
    """Apply a stretch of a file: what is on hand becomes `quantity` (absolute), or changes by it.

    Several rows of one key count as the last (absolute) or as their sum. Returns the rows that moved nothing; None where
    this stretch was applied already (`rows_done` is how many rows of the file are done after it). Locks the feed, then
    stock rows in key order.
    """
    progress = await tx.one(store.LOCK_PROGRESS, digest=digest)
    if progress.rows_done >= rows_done:
        return None
    given, together = _merge(rows, absolute=absolute)
    found: list[ShortRow] = []
    if given:
        keys = [one.key for one in given]
        await tx.run(stock.MAKE_ROWS, **columns(keys))
        reference = f"feed:{digest[:16]}"
        found = await tx.all(
            store.APPLY,
            rows=[one.row for one in given],
            **columns(keys),
            quantities=[one.quantity for one in given],
            movement_ids=[MovementId.new() for _ in given],
            absolute=absolute,
            reference=reference,
            actor=by.actor,
            actor_name=by.actor_name,
            channel_id=by.channel_id,
            occurred_at=occurred_at,
            now=tx.now,
        )
        tx.emit(
            [
                StockFed(
                    subject=given[0].location_id, by=by, occurred_at=occurred_at, reference=reference, rows=len(given),
                    absolute=absolute,
                )
            ]
        )  # fmt: skip
    await tx.run(store.ADVANCE, digest=digest, rows_done=rows_done, now=tx.now)
    return [msgspec.structs.replace(one, row=row) for one in found for row in together[one.row]]


def _merge(rows: Sequence[FeedRow], *, absolute: bool) -> tuple[list[FeedRow], dict[int, list[int]]]:
    """One row per key, in key order; and which rows of the file each stands for, by its own number."""
    by_key: dict[Key, FeedRow] = {}
    numbers: defaultdict[Key, list[int]] = defaultdict(list)
    for one in rows:
        before = by_key.get(one.key)
        quantity = one.quantity + (before.quantity if before and not absolute else 0)
        by_key[one.key] = FeedRow(one.row, one.variant_id, one.location_id, quantity)
        numbers[one.key].append(one.row)
    return [by_key[key] for key in sorted(by_key)], {one.row: numbers[key] for key, one in by_key.items()}
