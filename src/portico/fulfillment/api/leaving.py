"""Goods leave: sent, handed over, driven out; or nobody comes for them."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from portico.business.types import LocationId
from portico.fulfillment.api import learning
from portico.fulfillment.api.packing import PENDING, parcels
from portico.fulfillment.api.picking import SHELF_LENGTH_MAX, announce_ready
from portico.fulfillment.api.work import find, holder_of, moved_on, put, put_lines, work
from portico.fulfillment.events import ArrivalChanged, NotFetched, WorkDelivered
from portico.fulfillment.rules import work as rules
from portico.fulfillment.store import runs as run_store
from portico.fulfillment.store import work as store
from portico.fulfillment.types import (
    FulfillmentId,
    Given,
    LabelPending,
    Left,
    NothingPicked,
    Package,
    Progress,
    Proof,
    Step,
    Way,
    Work,
    WorkLine,
    WorkWhole,
    WrongCode,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.pricing.types import LineItemId


class HandOverId(Id, prefix="hov"):
    __slots__ = ()


async def ship(tx: Tx, *, id: FulfillmentId, by: Hand) -> tuple[WorkWhole, list[Package], tuple[Left, ...]]:
    """The parcels leave with the carrier. Answers with what leaves the shelf. Locks the work.

    Refuses NotFound, OnHold, WrongState, LabelPending, NothingPicked.
    """
    one = await work(tx, id=id, lock=True)
    after = moved_on(one.work, Step.SHIP, at=tx.now)
    boxes = await parcels(tx, fulfillment_ids=[id])
    for box in boxes:
        if box.label in PENDING:
            raise LabelPending(state=box.label)
    left, lines = _all_gone(one)
    await put_lines(tx, lines)
    return WorkWhole(await put(tx, after, by=by, before=one.work, step=Step.SHIP), lines), boxes, left


def _all_gone(one: WorkWhole) -> tuple[tuple[Left, ...], tuple[WorkLine, ...]]:
    """All that was picked and is still there leaves. What is sent to a store has not reached its buyer: it is not `gone`."""
    left = tuple(
        Left(line.line_id, line.variant_id, line.picked - line.gone, line.lots)
        for line in one.lines
        if line.picked > line.gone
    )
    if not left:
        raise NothingPicked()
    if one.work.way is Way.SHIP_TO_STORE:
        return left, one.lines
    return left, tuple(msgspec.structs.replace(line, gone=line.picked) for line in one.lines)


async def arrive(tx: Tx, *, id: FulfillmentId, by: Hand, shelf: str = "") -> WorkWhole:
    """What was sent to a store is there; with a `shelf` it waits there to be fetched. Locks the work.
    Refuses NotFound, WrongState."""
    one = await work(tx, id=id, lock=True)
    now = one
    if one.work.state is not Progress.ARRIVED or not shelf:
        arrived = moved_on(one.work, Step.ARRIVE, at=tx.now)
        now = WorkWhole(await put(tx, arrived, by=by, before=one.work, step=Step.ARRIVE), one.lines)
    if not shelf:
        return now
    ready = moved_on(now.work, Step.MAKE_READY, at=tx.now)
    ready = msgspec.structs.replace(ready, shelf=shelf.strip()[:SHELF_LENGTH_MAX])
    now = WorkWhole(await put(tx, ready, by=by, before=now.work, step=Step.MAKE_READY), one.lines)
    announce_ready(tx, now, by)
    return now


def check_code(works: Sequence[Work], proof: Proof | None) -> None:
    """Refuses WrongCode where a code is given that is none of theirs."""
    if proof is not None and proof.kind == "code":
        given = "".join(proof.code.split())
        if not works or given not in {one.code for one in works}:
            raise WrongCode()


async def hand_over(
    tx: Tx, *, holder: Id, location_id: LocationId, given: Sequence[Given], by: Hand, proof: Proof | None = None
) -> tuple[Left, ...]:
    """Units of an order's lines are given to whoever came for them. Answers with the lots that were picked for her, where those are
    told apart. Locks the holder's work. Refuses OnHold, WrongCode.

    Work that nobody has begun is done with it too: somebody went and took it from the shelf.
    """
    works = [
        one
        for one in await find(tx, holders=[holder], lock=True)
        if one.work.place == location_id
        and one.work.way in (Way.COLLECT, Way.DRIVE_UP, Way.SHIP_TO_STORE)
        and (one.work.state in rules.FETCHABLE or one.work.state is Progress.ON_HOLD)
    ]
    for one in works:
        if one.work.state is Progress.ON_HOLD:
            moved_on(one.work, Step.HAND_OVER, at=tx.now)  # refuses
    check_code([one.work for one in works], proof)
    wanted: Counter[LineItemId] = Counter()
    for each in given:
        wanted[each.line_id] += each.quantity
    left: list[Left] = []
    done: list[FulfillmentId] = []
    for one in sorted(works, key=lambda each: each.work.state is not Progress.READY):
        took, lines = _take(one, wanted)
        if lines == one.lines:
            continue
        left += took if one.work.way is not Way.SHIP_TO_STORE else []
        await put_lines(tx, lines)
        after = one.work
        if all(line.gone >= line.asked - line.short for line in lines):
            after = moved_on(one.work, Step.HAND_OVER, at=tx.now)
        await put(tx, after, by=by, before=one.work, step=Step.HAND_OVER if after is not one.work else None)
        done.append(one.work.id)
    proof = proof or Proof()
    await tx.run(
        store.ADD_HAND_OVER, ids=[HandOverId.new() for _ in done], fulfillment_ids=done, proof=proof.kind,
        handed_to=proof.handed_to, signature=proof.signature, actor=by.actor, actor_name=by.actor_name, now=tx.now,
    )  # fmt: skip
    if done:
        await served(tx, holder=holder, location_id=location_id, by=by)
    return tuple(left)


def _take(one: WorkWhole, wanted: Counter[LineItemId]) -> tuple[list[Left], tuple[WorkLine, ...]]:
    """Of what is wanted, as much as this work has; `wanted` is what is still wanted after it."""
    able = {
        line_id: units - rules.whole_units(one.lines, "gone")[line_id]
        for line_id, units in _deliverable(one.lines).items()
    }
    taken = {line_id: min(wanted[line_id], units) for line_id, units in able.items()}
    for line_id, units in taken.items():
        wanted[line_id] -= units
    left, lines = [], []
    for line in one.lines:
        steps = taken[line.line_id] * line.per_unit
        lots, rest = rules.split_lots(line.lots, steps)
        if steps:
            left.append(Left(line.line_id, line.variant_id, steps, lots))
        gone = line.gone + steps
        lines.append(msgspec.structs.replace(line, gone=gone, picked=max(line.picked, gone), lots=rest))
    return left, tuple(lines)


def _deliverable(lines: Sequence[WorkLine]) -> dict[LineItemId, int]:
    units: dict[LineItemId, int] = {}
    for one in lines:
        able = (one.asked - one.short) // one.per_unit
        units[one.line_id] = min(able, units.get(one.line_id, able))
    return units


async def served(tx: Tx, *, holder: Id, location_id: LocationId, by: Hand, left: bool = False) -> None:
    """Whoever waited outside has got hers, or has left; how long she waited is learned from."""
    state = "left" if left else "served"
    one = await tx.maybe(run_store.SERVE, holder=str(holder), location_id=location_id, state=state, now=tx.now)
    if one is None:
        return
    if one.here_at is not None and not left:
        await learning.took(tx, location_id=location_id, kind="wait", seconds=(tx.now - one.here_at).total_seconds())
    tx.emit(
        [
            ArrivalChanged(
                subject=one.id,
                by=by,
                occurred_at=tx.now,
                holder=holder,
                location_id=location_id,
                state=state,
                bay=one.bay,
            )
        ]
    )


async def deliver(tx: Tx, *, id: FulfillmentId, by: Hand) -> tuple[WorkWhole, tuple[Left, ...]] | None:
    """It has been brought; told again it is the same, and None. What was driven out by us leaves our shelf now, what a carrier
    brought left it before. Locks the work. Refuses NotFound, WrongState."""
    one = await work(tx, id=id, lock=True)
    if one.work.state is Progress.DELIVERED:
        return None
    after = moved_on(one.work, Step.DELIVER, at=tx.now)
    left, lines = _all_gone(one) if one.work.way is Way.LOCAL_DELIVERY else ((), one.lines)
    await put_lines(tx, [new for new, old in zip(lines, one.lines, strict=True) if new != old])
    done = WorkWhole(await put(tx, after, by=by, before=one.work, step=Step.DELIVER), lines)
    tx.emit(
        [
            WorkDelivered(
                subject=id, by=by, occurred_at=tx.now, holder=holder_of(one.work), location_id=one.work.location_id,
                way=one.work.way,
            )
        ]
    )  # fmt: skip
    return done, left


async def send_back(tx: Tx, *, id: FulfillmentId, by: Hand) -> WorkWhole:
    """The carrier brings it back. Locks the work. Refuses NotFound, WrongState."""
    one = await work(tx, id=id, lock=True)
    after = moved_on(one.work, Step.SEND_BACK, at=tx.now)
    return WorkWhole(await put(tx, after, by=by, before=one.work, step=Step.SEND_BACK), one.lines)


async def not_fetched(
    tx: Tx, *, keep_days: Mapping[LocationId, int] | None = None, rows_max: int = 100
) -> list[FulfillmentId]:
    """What has waited for somebody to fetch it for more days than its place keeps things, or than a week."""
    kept = keep_days or {}
    return await tx.all(
        store.NOT_FETCHED, now=tx.now, location_ids=list(kept), days=list(kept.values()), otherwise=rules.KEEP_DAYS,
        rows_max=rows_max,
    )  # fmt: skip


async def give_up(tx: Tx, *, id: FulfillmentId, by: Hand) -> tuple[WorkWhole, tuple[Left, ...]]:
    """Nobody came for it: what is left of it is no longer hers. Answers with what goes back. Locks the work.
    Refuses NotFound, WrongState."""
    one = await work(tx, id=id, lock=True)
    after = moved_on(one.work, Step.NO_SHOW, at=tx.now)
    back = tuple(
        Left(line.line_id, line.variant_id, line.picked - line.gone, line.lots)
        for line in one.lines
        if line.picked > line.gone
    )
    lines = tuple(
        msgspec.structs.replace(line, put_back=line.put_back + line.picked - line.gone, lots=()) for line in one.lines
    )
    await put_lines(tx, lines)
    done = WorkWhole(await put(tx, after, by=by, before=one.work, step=Step.NO_SHOW), lines)
    tx.emit(
        [
            NotFetched(
                subject=id, by=by, occurred_at=tx.now, holder=holder_of(one.work), location_id=one.work.place,
                way=one.work.way, line_ids=tuple(dict.fromkeys(each.line_id for each in back)),
            )
        ]
    )  # fmt: skip
    return done, back
