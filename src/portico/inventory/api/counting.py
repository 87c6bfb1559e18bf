"""Counting what is on the shelf: blind, counted again where it differs, approved."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.inventory.api.locking import columns, lock
from portico.inventory.api.moving import move
from portico.inventory.events import CountChanged, CountClosed
from portico.inventory.rules import confidence, lots
from portico.inventory.store import counts as store
from portico.inventory.store import lots as lot_store
from portico.inventory.store import stock
from portico.inventory.types import (
    BadCount,
    Cause,
    Count,
    CountBrief,
    CountEnded,
    CountHead,
    CountId,
    CountLine,
    CountState,
    CountUnfinished,
    Found,
    Key,
    LotQuantity,
    Move,
    NotThere,
    Outside,
    Spot,
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
    head = await _lock(tx, count_id)
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
        lots=[_json(one.lots) for one in found],
        book_lots=[_json(book_lots[one.variant_id]) for one in found],
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


def _json(lots: Sequence[LotQuantity]) -> str:
    return msgspec.json.encode(lots, enc_hook=encode_hook).decode()


async def approve(tx: Tx, *, count_id: CountId, by: Hand) -> Count:
    """Believe the count: the variances become movements. All of them, or none. Locks the count, then stock rows in key order,
    then what is known of the place's shrink.

    Refuses NotFound, CountEnded, CountUnfinished, and NotThere where fewer would be left than are reserved: those
    orders need another place first.
    """
    head = await _lock(tx, count_id)
    lines = (await count(tx, count_id=count_id)).lines
    uncounted = tuple(one.variant_id for one in lines if one.counted is None)
    to_recount = tuple(one.variant_id for one in lines if one.doubted(tolerance=head.tolerance))
    if uncounted or to_recount:
        raise CountUnfinished(uncounted=uncounted, to_recount=to_recount)
    # All of them first, also those that do not differ: what is learnt of the place is locked after stock, never before.
    await lock(tx, keys=sorted(Key(one.variant_id, head.location_id) for one in lines))
    variances = [each for one in lines for each in _variances(one)]
    for answer in await move(tx, moves=[_as_move(tx, head, by, *each) for each in variances]):
        if isinstance(answer, NotThere):
            raise answer
    await _learn(tx, head, lines)
    return await _end(tx, head, CountState.APPROVED, by, differing=len({variant_id for variant_id, _, _ in variances}))


Variance = tuple[VariantId, int, tuple[LotQuantity, ...]]


def _variances(line: CountLine) -> list[Variance]:
    """What was found too many (positive) or too few of a line; of a tracked variant, lot by lot."""
    if not line.lots and not line.book_lots:
        return [(line.variant_id, line.variance, ())] if line.variance else []
    found = {one.name: one for one in line.lots}
    book = {one.name: one for one in line.book_lots}
    variances: list[Variance] = []
    for name in sorted(found.keys() | book.keys()):
        one = found.get(name) or book[name]
        units = (found[name].quantity if name in found else 0) - (book[name].quantity if name in book else 0)
        if units:
            variances.append((line.variant_id, units, (msgspec.structs.replace(one, quantity=abs(units)),)))
    # Units that the books know and no lot of: nobody found them under any name.
    nameless = (line.book or 0) - sum(one.quantity for one in line.book_lots)
    return [*variances, (line.variant_id, -nameless, ())] if nameless > 0 else variances


def _as_move(
    tx: Tx, head: CountHead, by: Hand, variant_id: VariantId, units: int, lots: tuple[LotQuantity, ...]
) -> Move:
    here = Spot(head.location_id)
    return Move(
        variant_id=variant_id, quantity=abs(units), reason=Cause.COUNTED, reference=str(head.id), by=by,
        occurred_at=tx.now, source=here if units < 0 else Outside.UNKNOWN,
        target=Outside.UNKNOWN if units < 0 else here, lots=lots,
    )  # fmt: skip


async def _learn(tx: Tx, head: CountHead, lines: Sequence[CountLine]) -> None:
    """From what was missing, how fast shelves of this place lose units. Locks what is known of the place."""
    variant_ids = [one.variant_id for one in lines]
    watched = {
        one.variant_id: one
        for one in await tx.all(store.WATCHED, location_id=head.location_id, variant_ids=variant_ids)
    }
    recounts = []
    for one in lines:
        seen = watched[one.variant_id]
        if seen.counted_at is not None:  # without a count before, nobody knows since when units are missing
            days = confidence.days_since(seen.counted_at, now=tx.now)
            activity = confidence.activity(on_hand=one.book or 0, handled=seen.handled, days=days)
            recounts.append(confidence.Recount(max(0, -(one.variance or 0)), activity))
    await tx.run(store.MAKE_SHRINK, location_id=head.location_id, now=tx.now)
    known = await tx.one(store.LOCK_SHRINK, location_id=head.location_id)
    before = confidence.Shrink(known.lost, known.activity)
    learnt = confidence.learn(before, recounts)
    await tx.run(store.LEARN, location_id=head.location_id, lost=learnt.lost, activity=learnt.activity, now=tx.now)
    await tx.run(store.MARK_COUNTED, location_id=head.location_id, variant_ids=variant_ids, now=tx.now)


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


async def open_counts(tx: Tx, *, location_id: LocationId, rows_max: int = 100) -> list[CountBrief]:
    """What is being counted at a location."""
    return await tx.all(store.COUNTS, location_id=location_id, rounds=ROUNDS_TO_BELIEVE, rows_max=min(rows_max, 500))
