"""Counting what is on the shelf: blind, counted again where it differs, approved."""

from collections.abc import Sequence

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.api.allocating import columns
from portico.inventory.api.moving import move
from portico.inventory.events import CountClosed
from portico.inventory.store import counts as store
from portico.inventory.store import stock
from portico.inventory.types import (
    BadCount,
    Cause,
    Count,
    CountEnded,
    CountHead,
    CountId,
    CountState,
    CountUnfinished,
    Found,
    Key,
    Move,
    NotThere,
    Outside,
    Spot,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
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
    return await count(tx, count_id=count_id)


async def record(tx: Tx, *, count_id: CountId, found: Sequence[Found], by: Hand) -> Count:
    """What was found on the shelf just now, picked goods not among it. Counting again replaces what was found before.

    Locks the count, then stock rows in key order: the books are read at the moment that the finding is written.
    Refuses NotFound, CountEnded, BadCount.
    """
    head = await _lock(tx, count_id)
    before = {one.variant_id: one for one in (await count(tx, count_id=count_id)).lines}
    if not found or len({one.variant_id for one in found}) < len(found):
        raise BadCount(field="found")
    for one in found:
        if one.variant_id not in before or before[one.variant_id].rounds >= ROUNDS_MAX:
            raise BadCount(field=f"variant_id: {one.variant_id}")
        if not 0 <= one.quantity <= QUANTITY_MAX:
            raise BadCount(field="quantity")
    keys = sorted(Key(one.variant_id, head.location_id) for one in found)
    books = {level.variant_id: level.on_hand for level in await tx.all(stock.LOCK, **columns(keys))}
    await tx.run(
        store.RECORD,
        id=count_id,
        by=by.actor,
        now=tx.now,
        variant_ids=[one.variant_id for one in found],
        quantities=[one.quantity for one in found],
        books=[books[one.variant_id] for one in found],
    )
    return await count(tx, count_id=count_id)


async def approve(tx: Tx, *, count_id: CountId, by: Hand) -> Count:
    """Believe the count: the variances become movements. All of them, or none.

    Refuses NotFound, CountEnded, CountUnfinished, and NotThere where fewer would be left than are reserved: those
    orders need another place first.
    """
    head = await _lock(tx, count_id)
    lines = (await count(tx, count_id=count_id)).lines
    uncounted = tuple(one.variant_id for one in lines if one.counted is None)
    to_recount = tuple(
        one.variant_id for one in lines if one.variance and abs(one.variance) > head.tolerance and one.rounds < 2
    )
    if uncounted or to_recount:
        raise CountUnfinished(uncounted=uncounted, to_recount=to_recount)
    here = Spot(head.location_id)
    moves = [
        Move(
            variant_id=one.variant_id, quantity=abs(one.variance), reason=Cause.COUNTED, reference=str(count_id), by=by,
            occurred_at=tx.now, source=here if one.variance < 0 else Outside.UNKNOWN,
            target=Outside.UNKNOWN if one.variance < 0 else here,
        )
        for one in lines
        if one.variance
    ]  # fmt: skip
    for answer in await move(tx, moves=moves):
        if isinstance(answer, NotThere):
            raise answer
    variant_ids = [one.variant_id for one in lines]
    await tx.run(store.MARK_COUNTED, location_id=head.location_id, variant_ids=variant_ids, now=tx.now)
    return await _end(tx, head, CountState.APPROVED, by, differing=len(moves))


async def cancel_count(tx: Tx, *, count_id: CountId, by: Hand) -> Count:
    """Forget the count; the books stay as they are. Refuses NotFound, CountEnded."""
    return await _end(tx, await _lock(tx, count_id), CountState.CANCELED, by, differing=0)


async def _end(tx: Tx, head: CountHead, state: CountState, by: Hand, *, differing: int) -> Count:
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


async def _lock(tx: Tx, count_id: CountId) -> CountHead:
    head = await tx.maybe(store.LOCK, id=count_id)
    if head is None:
        raise NotFound(what="count", id=str(count_id))
    if head.state is not CountState.OPEN:
        raise CountEnded(count_id=count_id, state=head.state)
    return head


async def count(tx: Tx, *, count_id: CountId) -> Count:
    """One, with its lines. Refuses NotFound."""
    head = await tx.maybe(store.HEAD, id=count_id)
    if head is None:
        raise NotFound(what="count", id=str(count_id))
    return Count(head, tuple(await tx.all(store.LINES, id=count_id)))


async def open_counts(tx: Tx, *, location_id: LocationId, rows_max: int = 100) -> list[CountHead]:
    """What is being counted at a location."""
    return await tx.all(store.COUNTS, location_id=location_id, rows_max=min(rows_max, 500))
