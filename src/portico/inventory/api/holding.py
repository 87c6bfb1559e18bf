"""Holds that clients make by themselves: for so long, extended by their owner, stolen by nobody."""

from collections.abc import Sequence
from datetime import timedelta

from portico.inventory.api.allocating import allocate, lock_held, release
from portico.inventory.store import holdings as store
from portico.inventory.types import (
    BadHold,
    HoldEnded,
    HoldId,
    Holding,
    HoldLine,
    LotNotThere,
    OutOfStock,
    ReservationId,
    Want,
    WantLine,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound

LINES_MAX = 200
QUANTITY_MAX = 1_000_000_000
LASTS_MIN, LASTS_MAX = timedelta(seconds=10), timedelta(hours=2)
LIVES_MAX = timedelta(hours=24)  # however often it is extended


async def hold(tx: Tx, *, lines: Sequence[HoldLine], lasts: timedelta, owner: str, by: Hand) -> Holding:
    """Hold all lines or none. Locks stock rows in key order. Refuses BadHold, OutOfStock."""
    if not 0 < len(lines) <= LINES_MAX:
        raise BadHold(field="lines")
    if any(not 0 < one.quantity <= QUANTITY_MAX for one in lines):
        raise BadHold(field="quantity")
    _check_lasts(lasts)
    hold_id, expires_at = HoldId.new(), tx.now + lasts
    want = Want(
        holder=hold_id,
        lines=tuple(
            WantLine(ReservationId.new(), one.variant_id, one.location_id, one.quantity, take=False) for one in lines
        ),
        by=by,
        occurred_at=tx.now,
        expires_at=expires_at,
    )
    (answer,) = await allocate(tx, wants=[want])
    if isinstance(answer, OutOfStock | LotNotThere):
        raise answer
    await tx.run(store.ADD, id=hold_id, owner=owner, lines=len(lines), now=tx.now, expires_at=expires_at)
    return Holding(hold_id, owner, len(lines), tx.now, expires_at)


def _check_lasts(lasts: timedelta) -> None:
    if not LASTS_MIN <= lasts <= LASTS_MAX:
        raise BadHold(field="seconds")


async def extend(tx: Tx, *, hold_id: HoldId, lasts: timedelta, owner: str) -> Holding:
    """Have a hold last `lasts` from now. One that ran out goes on only if nobody has used its units yet.

    Locks its stock rows in key order: nobody gives its units away meanwhile. Refuses NotFound (somebody else's too), HoldEnded, BadHold.
    """
    _check_lasts(lasts)
    found = await _own(tx, hold_id, owner)
    expires_at = tx.now + lasts
    if expires_at > found.made_at + LIVES_MAX:
        raise BadHold(field="seconds")
    await lock_held(tx, holders=[hold_id])
    if await tx.one(store.EXTEND, id=hold_id, holder=str(hold_id), expires_at=expires_at) != found.lines:
        raise HoldEnded(hold_id=hold_id)
    return Holding(hold_id, owner, found.lines, found.made_at, expires_at)


async def let_go(tx: Tx, *, hold_id: HoldId, owner: str, by: Hand) -> None:
    """End a hold; its units are free again. Refuses NotFound, for somebody else's too."""
    await _own(tx, hold_id, owner)
    await release(tx, holders=[hold_id], by=by)
    await tx.run(store.DROP, id=hold_id)


async def _own(tx: Tx, hold_id: HoldId, owner: str) -> Holding:
    found = await tx.maybe(store.FIND, id=hold_id)
    if found is None or found.owner != owner:
        raise NotFound(what="hold", id=str(hold_id))
    return found


async def holding(tx: Tx, *, hold_id: HoldId, owner: str) -> tuple[Holding, list[HoldLine]]:
    """A hold of one's own, with what it still holds: nothing, once it ran out. Refuses NotFound."""
    found = await _own(tx, hold_id, owner)
    lines = await tx.all(store.LINES, holder=str(hold_id)) if found.expires_at > tx.now else []
    return found, lines


async def sweep_holdings(tx: Tx) -> bool:
    """Forget holds that ran out long ago; never more to do at once."""
    await tx.run(store.DROP_ENDED, before=tx.now - LIVES_MAX)
    return False
