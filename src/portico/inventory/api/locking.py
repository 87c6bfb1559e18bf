"""Locking stock rows, in the one order that every command follows."""

from collections.abc import Sequence

from portico.inventory.store import stock
from portico.inventory.types import Key, Level, Standing
from portico.platform.db import Tx


def columns(keys: Sequence[Key]) -> dict[str, list[object]]:
    return {"variant_ids": [key.variant_id for key in keys], "location_ids": [key.location_id for key in keys]}


async def lock(tx: Tx, *, keys: Sequence[Key]) -> list[Level]:
    """Lock the rows of these keys, in key order; keys that never had stock are missing from the answer."""
    levels = await tx.all(stock.LOCK, **columns(keys))
    return await fresh(tx, levels=levels)


async def fresh(tx: Tx, *, levels: Sequence[Level]) -> list[Level]:
    """Levels that are locked, with how many units of each are past their date."""
    keys = [level.key for level in levels if level.tracked]
    if not keys:
        return list(levels)
    expired = {one.key: one for one in await tx.all(stock.EXPIRED_AT, **columns(keys), today=tx.now.date())}
    return [expired.get(level.key, level) for level in levels]


async def lock_states(tx: Tx, *, keys: Sequence[Key]) -> dict[Key, Standing]:
    """Like `lock`, state by state."""
    return {one.key: one for one in await tx.all(stock.LOCK_STATES, **columns(keys), today=tx.now.date())}
