"""Counting what is on the shelf: blind, and again where it differs."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.inventory.api.locking import columns, lock
from portico.inventory.events import CountChanged, CountClosed
from portico.inventory.rules import lots
from portico.inventory.store import counts as store
from portico.inventory.store import lots as lot_store
from portico.inventory.store import stock
from portico.inventory.types import (
    BadCount,
    Count,
    CountBrief,
    CountEnded,
    CountHead,
    CountId,
    CountState,
    Found,
    Key,
    LotQuantity,
    State,
)
from portico.inventory.types.work import ROUNDS_TO_BELIEVE
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound

LINES_MAX = 2_000
QUANTITY_MAX = 1_000_000_000
ROUNDS_MAX = 20


async def open_count(
    tx: Tx,
    *,
    location_id: LocationId,
    variant_ids: Sequence[VariantId],
    by: Hand,
    blind: bool = True,
    tolerance: int = 0,
) -> Count:
    """Begin to count some variants at a location. `blind`: whoever counts is not told what the books say.

    A variant that differs by more than `tolerance` is counted twice before it is believed. Refuses BadCount.
    """
    if not 0 < len(variant_ids) <= LINES_MAX or len(set(variant_ids)) < len(variant_ids):
        raise BadCount(field="variant_ids")
    if not 0 <= tolerance <= QUANTITY_MAX:
        raise BadCount(field="tolerance")
    count_id = CountId.new()
    await tx.run(stock.MAKE_ROWS, **columns(sorted(Key(one, location_id) for one in variant_ids)))
    await tx.run(
        store.OPEN, id=count_id, location_id=location_id, blind=blind, tolerance=tolerance, by=by.actor, now=tx.now,
        variant_ids=list(variant_ids),
    )  # fmt: skip
    return await _changed(tx, count_id, by)


async def record(tx: Tx, *, count_id: CountId, found: Sequence[Found], by: Hand) -> Count:
    """What was found on the shelf just now, picked goods not among it. Counting again replaces what was found before.

    Locks the count, then stock rows in key order: the books are read at the moment that the finding is written.
    Refuses NotFound, CountEnded, BadCount.
    """
    head = await lock_count(tx, count_id)
    before = {one.variant_id: one for one in (await count(tx, count_id=count_id)).lines}
    if not found or len({one.variant_id for one in found}) < len(found):
        raise BadCount(field="found")
    for one in found:
        if one.variant_id not in before or before[one.variant_id].rounds >= ROUNDS_MAX:
            raise BadCount(field=f"variant_id: {one.variant_id}")
        if not 0 <= one.quantity <= QUANTITY_MAX:
            raise BadCount(field="quantity")
    tracking = await catalog.tracked(tx, ids=[one.variant_id for one in found])
    for one in found:
        if one.quantity or one.lots:
            kind = tracking.get(one.variant_id, Tracking.NONE)
            if refused := lots.check(one.variant_id, kind, one.quantity, one.lots):
                raise refused
    keys = sorted(Key(one.variant_id, head.location_id) for one in found)
    books = {level.variant_id: level.on_hand for level in await lock(tx, keys=keys)}
    book_lots: defaultdict[VariantId, list[LotQuantity]] = defaultdict(list)
    for lot in await tx.all(lot_store.LOTS_AT, **columns(keys)) if tracking else ():
        if lot.state is State.ON_HAND:
            book_lots[lot.variant_id].append(LotQuantity(lot.quantity, lot.lot, lot.serial, lot.expires_on))
    await tx.run(
        store.RECORD,
        id=count_id,
        by=by.actor,
        now=tx.now,
        variant_ids=[one.variant_id for one in found],
        quantities=[one.quantity for one in found],
        books=[books[one.variant_id] for one in found],
        lots=[as_json(one.lots) for one in found],
        book_lots=[as_json(book_lots[one.variant_id]) for one in found],
    )
    return await _changed(tx, count_id, by)


async def _changed(tx: Tx, count_id: CountId, by: Hand) -> Count:
    now = await count(tx, count_id=count_id)
    tx.emit(
        [
            CountChanged(
                subject=count_id, by=by, occurred_at=tx.now, location_id=now.head.location_id, lines=len(now.lines),
                counted=sum(one.counted is not None for one in now.lines),
            )
        ]
    )  # fmt: skip
    return now


def as_json(lots: Sequence[LotQuantity]) -> str:
    return msgspec.json.encode(lots, enc_hook=encode_hook).decode()


async def cancel_count(tx: Tx, *, count_id: CountId, by: Hand) -> Count:
    """Forget the count; of a short one, what it still owes: it was found after all. Refuses NotFound, CountEnded."""
    head = await lock_count(tx, count_id, CountState.OPEN, CountState.SHORT)
    return await end(tx, head, CountState.CANCELED, by, differing=0)


async def end(tx: Tx, head: CountHead, state: CountState, by: Hand, *, differing: int) -> Count:
    await tx.run(store.END, id=head.id, state=state, by=by.actor, now=tx.now)
    tx.emit(
        [
            CountClosed(
                subject=head.id, by=by, occurred_at=tx.now, location_id=head.location_id, state=state,
                differing=differing,
            )
        ]
    )  # fmt: skip
    return await count(tx, count_id=head.id)


async def lock_count(tx: Tx, count_id: CountId, *states: CountState) -> CountHead:
    """In one of the states, open unless others are named. Refuses NotFound, CountEnded."""
    head = await tx.maybe(store.LOCK, id=count_id)
    if head is None:
        raise NotFound(what="count", id=str(count_id))
    if head.state not in (states or (CountState.OPEN,)):
        raise CountEnded(count_id=count_id, state=head.state)
    return head


async def count(tx: Tx, *, count_id: CountId) -> Count:
    """One, with its lines. Refuses NotFound."""
    head = await tx.maybe(store.HEAD, id=count_id)
    if head is None:
        raise NotFound(what="count", id=str(count_id))
    return Count(head, tuple(await tx.all(store.LINES, id=count_id)))


async def open_counts(tx: Tx, *, location_id: LocationId, rows_max: int = 100) -> list[CountBrief]:
    """What is being counted at a location."""
    return await tx.all(store.COUNTS, location_id=location_id, rounds=ROUNDS_TO_BELIEVE, rows_max=min(rows_max, 500))
