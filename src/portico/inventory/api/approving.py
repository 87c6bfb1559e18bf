"""Believing a count: what differs becomes movements, and what cannot yet is owed."""

from collections import Counter
from collections.abc import Sequence

from portico.inventory.api.allocating import give_back_expired
from portico.inventory.api.counting import as_json, count, end, lock_count
from portico.inventory.api.moving import move
from portico.inventory.events import CountShort
from portico.inventory.rules import confidence
from portico.inventory.rules import counting as rules
from portico.inventory.store import counts as store
from portico.inventory.types import (
    Cause,
    Count,
    CountHead,
    CountId,
    CountLine,
    CountState,
    CountUnfinished,
    Key,
    Move,
    NotThere,
    Outside,
    Spot,
)
from portico.platform.db import Tx
from portico.platform.events import Hand


async def approve(tx: Tx, *, count_id: CountId, by: Hand) -> Count:
    """Believe the count: the variances become movements. Locks the count, then stock rows in key order, then what is known of
    the place's shrink.

    Where fewer were found than are reserved, nothing that somebody holds is taken from her: what is free is written away, so
    that nobody is promised it any more, the rest is owed, and the count is `short`. That is announced, so that orders are
    sent from elsewhere; approving again writes away what is free by then. Refuses NotFound, CountEnded, CountUnfinished.
    """
    done = await write_away(tx, count_id=count_id, by=by)
    if done.head.state is CountState.SHORT:
        owed = tuple(one.variant_id for one in done.lines if one.owed)
        tx.emit(
            [
                CountShort(
                    subject=count_id, by=by, occurred_at=tx.now, location_id=done.head.location_id, variant_ids=owed
                )
            ]
        )
    return done


async def short(tx: Tx, *, count_id: CountId) -> Counter[Key]:
    """How many units of what a believed count still owes. Locks the count."""
    head = await tx.maybe(store.LOCK, id=count_id)
    if head is None or head.state is not CountState.SHORT:
        return Counter()
    lines = (await count(tx, count_id=count_id)).lines
    return Counter(
        {Key(one.variant_id, head.location_id): sum(each.quantity for each in one.owed) for one in lines if one.owed}
    )


async def write_away(tx: Tx, *, count_id: CountId, by: Hand) -> Count:
    """Book what differs as far as nobody holds it; what is left is owed. As `approve`, and announces no shortage."""
    head = await lock_count(tx, count_id, CountState.OPEN, CountState.SHORT)
    lines = (await count(tx, count_id=count_id)).lines
    first = head.state is CountState.OPEN
    if first:
        _refuse_unfinished(head, lines)
    # All of them first, also those that do not differ: what is learnt of the place is locked after stock, never before.
    levels = await give_back_expired(tx, keys=[Key(one.variant_id, head.location_id) for one in lines])
    free = {one.variant_id: one.on_hand - one.reserved for one in levels}
    held = {one.variant_id: one.reserved for one in levels}
    differing = [each for one in lines for each in (rules.variances(one) if first else rules.owed(one))]
    booked, owed = rules.believe(differing, free=free, held=held)
    for answer in await move(tx, moves=[_as_move(tx, head, by, one) for one in booked]):
        if isinstance(answer, NotThere):
            raise answer
    if first:
        await _learn(tx, head, lines)
    if not owed:
        differing_count = sum(bool(rules.variances(one)) for one in lines)
        return await end(tx, head, CountState.APPROVED, by, differing=differing_count)
    variant_ids = [one.variant_id for one in lines if first or one.owed]
    await tx.run(
        store.OWE, id=head.id, variant_ids=variant_ids, owed=[as_json(owed.get(one, ())) for one in variant_ids]
    )
    return await count(tx, count_id=count_id)


def _refuse_unfinished(head: CountHead, lines: Sequence[CountLine]) -> None:
    uncounted = tuple(one.variant_id for one in lines if one.counted is None)
    to_recount = tuple(one.variant_id for one in lines if one.doubted(tolerance=head.tolerance))
    if uncounted or to_recount:
        raise CountUnfinished(uncounted=uncounted, to_recount=to_recount)


def _as_move(tx: Tx, head: CountHead, by: Hand, one: rules.Variance) -> Move:
    here = Spot(head.location_id)
    return Move(
        variant_id=one.variant_id, quantity=abs(one.units), reason=Cause.COUNTED, reference=str(head.id), by=by,
        occurred_at=tx.now, source=here if one.units < 0 else Outside.UNKNOWN,
        target=Outside.UNKNOWN if one.units < 0 else here, lots=(one.lot,) if one.lot else (),
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
