"""Picking: who is at it, what was scanned, what is missing."""

import msgspec

from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.fulfillment.api import learning, zones
from portico.fulfillment.api.work import holder_of, moved_on, put, put_lines, work
from portico.fulfillment.events import PickedShort, WorkReady
from portico.fulfillment.rules import work as rules
from portico.fulfillment.store import zones as zone_store
from portico.fulfillment.types import (
    Claimed,
    FulfillmentId,
    NotAllPicked,
    NothingPicked,
    OnHold,
    PickedAlready,
    Progress,
    Scanned,
    Step,
    TooMany,
    WhichLot,
    WorkLine,
    WorkWhole,
    WrongItem,
    WrongState,
)
from portico.inventory.types import LotQuantity
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId

SHELF_LENGTH_MAX = 40


async def start(tx: Tx, *, id: FulfillmentId, by: Hand, take_over: bool = False, to: Hand | None = None) -> WorkWhole:
    """Take a piece of work upon oneself, or give it `to` somebody; to do so again changes nothing. Locks it. Refuses NotFound,
    OnHold, WrongState, Claimed by somebody else, unless it is taken over."""
    who = to or by
    one = await work(tx, id=id, lock=True)
    if one.work.state is Progress.PICKING:
        if one.work.claimed_by == who.actor:
            return one
        if not take_over:
            raise Claimed(by=one.work.claimed_name)
        mine = msgspec.structs.replace(one.work, claimed_by=who.actor, claimed_name=who.actor_name)
        return WorkWhole(await put(tx, mine, by=by, before=one.work), one.lines)
    begun = msgspec.structs.replace(
        moved_on(one.work, Step.START, at=tx.now), claimed_by=who.actor, claimed_name=who.actor_name, started_at=tx.now
    )  # fmt: skip
    lines = await zones.zoned(tx, lines=one.lines, places={id: one.work.location_id})
    await put_lines(tx, [new for new, old in zip(lines, one.lines, strict=True) if new != old])
    return WorkWhole(await put(tx, begun, by=by, before=one.work, step=Step.START), tuple(lines))


async def pause(tx: Tx, *, id: FulfillmentId, by: Hand) -> WorkWhole:
    """Leave it to whoever comes; what was picked stays picked. Locks it. Refuses NotFound, Claimed, WrongState."""
    one = await _mine(tx, id, by)
    return WorkWhole(
        await put(tx, moved_on(one.work, Step.PAUSE, at=tx.now), by=by, before=one.work, step=Step.PAUSE), one.lines
    )


async def _mine(tx: Tx, id: FulfillmentId, by: Hand) -> WorkWhole:
    """Work that the hand is at, locked."""
    one = await work(tx, id=id, lock=True)
    if one.work.state is Progress.ON_HOLD:
        raise OnHold(reason=one.work.hold_reason)
    if one.work.state is not Progress.PICKING:
        raise WrongState(state=one.work.state, step=Step.FINISH)
    if one.work.claimed_by != by.actor:
        raise Claimed(by=one.work.claimed_name)
    return one


async def scan(
    tx: Tx, *, id: FulfillmentId, code: str, by: Hand, quantity: int | None = None, lot: str = "", language: str = "en"
) -> Scanned:
    """Count what was scanned: a barcode, GTIN, GS1 symbol, SKU. `quantity` in steps; None: as many as the code says.

    Locks the work. Refuses NotFound, OnHold, Claimed, WrongState, UnknownCode, WrongItem, PickedAlready, TooMany, WhichLot.
    """
    one = await _mine(tx, id, by)
    scanned = await catalog.scan(tx, code=code)
    mine = [line for line in one.lines if line.variant_id == scanned.variant_id]
    if not mine:
        wanted = [line.variant_id for line in one.lines if line.to_pick]
        names = await catalog.variants(tx, ids=sorted({scanned.variant_id, *wanted}), language=language)
        raise WrongItem(
            scanned=names[scanned.variant_id].title, wanted=", ".join(names[id].title for id in dict.fromkeys(wanted))
        )
    steps = quantity or scanned.quantity * 10 ** mine[0].scale
    line = next((each for each in mine if each.to_pick >= steps), None) or max(mine, key=lambda each: each.to_pick)
    named = LotQuantity(steps, lot or scanned.lot, scanned.serial, scanned.expires_on)
    return await _count(tx, one, line, steps, named, by)


async def pick(
    tx: Tx, *, id: FulfillmentId, line_id: LineItemId, variant_id: VariantId, quantity: int, by: Hand, lot: str = "",
    serial: str = "",
) -> Scanned:  # fmt: skip
    """Count what bears no code. Locks the work. Refuses as `scan` does."""
    one = await _mine(tx, id, by)
    return await _count(
        tx, one, _line(one, line_id, variant_id), quantity, LotQuantity(quantity, lot, serial), by
    )  # fmt: skip


def _line(one: WorkWhole, line_id: LineItemId, variant_id: VariantId) -> WorkLine:
    for each in one.lines:
        if each.key == (line_id, variant_id):
            return each
    raise NotFound(what="line", id=str(line_id))


async def _count(tx: Tx, one: WorkWhole, line: WorkLine, quantity: int, named: LotQuantity, by: Hand) -> Scanned:
    if line.to_pick <= 0:
        raise PickedAlready(title=line.title)
    if not 0 < quantity <= line.to_pick:
        raise TooMany(title=line.title, quantity_max=line.to_pick)
    lots = line.lots
    if line.tracked:
        if not named.lot and not named.serial:
            raise WhichLot(title=line.title)
        if named.serial and any(each.serial == named.serial for each in lots):
            raise PickedAlready(title=line.title)
        lots = rules.with_lot(lots, named)
    counted = msgspec.structs.replace(line, picked=line.picked + quantity, lots=lots)
    await put_lines(tx, [counted])
    lines = tuple(counted if each.key == counted.key else each for each in one.lines)
    return Scanned(counted, WorkWhole(await put(tx, one.work, by=by, before=one.work), lines))


async def short(
    tx: Tx, *, id: FulfillmentId, line_id: LineItemId, variant_id: VariantId, quantity: int, by: Hand
) -> tuple[WorkWhole, int]:
    """So many are not there. Answers with the work, and how many units of the order's line it can no longer give.

    Locks the work. Refuses NotFound, OnHold, Claimed, WrongState, TooMany.
    """
    one = await _mine(tx, id, by)
    line = _line(one, line_id, variant_id)
    if not 0 < quantity <= line.to_pick:
        raise TooMany(title=line.title, quantity_max=line.to_pick)
    before = _possible(one, line_id)
    changed = rules.missing(one.lines, line.key, quantity)
    await put_lines(tx, changed)
    by_key = {each.key: each for each in changed}
    now = WorkWhole(
        await put(tx, one.work, by=by, before=one.work), tuple(by_key.get(each.key, each) for each in one.lines)
    )
    return now, before - _possible(now, line_id)


def _possible(one: WorkWhole, line_id: LineItemId) -> int:
    return min((each.asked - each.short) // each.per_unit for each in one.lines if each.line_id == line_id)


async def found_short(
    tx: Tx, *, one: WorkWhole, line_id: LineItemId, variant_id: VariantId, quantity: int, moved: int, by: Hand
) -> WorkWhole:
    """What is missing has been told: `moved` units of the order's line are sent from elsewhere now."""
    lines = tuple(
        msgspec.structs.replace(each, moved=each.moved + moved * each.per_unit)
        if moved and each.line_id == line_id
        else each
        for each in one.lines
    )
    await put_lines(tx, [new for new, old in zip(lines, one.lines, strict=True) if new != old])
    tx.emit(
        [
            PickedShort(
                subject=one.work.id, by=by, occurred_at=tx.now, holder=holder_of(one.work), location_id=one.work.location_id,
                way=one.work.way, line_id=line_id, variant_id=variant_id, quantity=quantity, moved=moved,
            )
        ]
    )  # fmt: skip
    return WorkWhole(one.work, lines)


async def finish(tx: Tx, *, id: FulfillmentId, by: Hand, shelf: str = "") -> WorkWhole:
    """All of it is picked or known to be missing: it is to be packed, or waits at `shelf` to be fetched.

    Where all of it is missing and comes from elsewhere, the work is over; where none of it comes from anywhere, that is for
    somebody to decide. Locks it. Refuses NotFound, OnHold, Claimed, WrongState, NotAllPicked, NothingPicked.
    """
    one = await _mine(tx, id, by)
    if left := sum(each.to_pick for each in one.lines):
        raise NotAllPicked(to_pick=left)
    if not any(each.picked for each in one.lines):
        if any(each.short > each.moved for each in one.lines):
            raise NothingPicked()
        return WorkWhole(
            await put(tx, moved_on(one.work, Step.CANCEL, at=tx.now), by=by, before=one.work, step=Step.CANCEL),
            one.lines,
        )
    after = moved_on(one.work, Step.FINISH, at=tx.now)
    after = msgspec.structs.replace(after, shelf=shelf.strip()[:SHELF_LENGTH_MAX])
    finished = await put(tx, after, by=by, before=one.work, step=Step.FINISH)
    if finished.state is Progress.READY:
        announce_ready(tx, WorkWhole(finished, one.lines), by)
    if one.work.started_at is not None:
        await learning.took(
            tx, location_id=one.work.location_id, kind="pick", seconds=(tx.now - one.work.started_at).total_seconds(),
            lines=len(one.lines),
        )  # fmt: skip
    if one.work.wave_id is not None:
        await tx.all(zone_store.END_WAVES, ids=[one.work.wave_id], now=tx.now)
    return WorkWhole(finished, one.lines)


def announce_ready(tx: Tx, one: WorkWhole, by: Hand) -> None:
    tx.emit(
        [
            WorkReady(
                subject=one.work.id, by=by, occurred_at=tx.now, holder=holder_of(one.work), location_id=one.work.place,
                way=one.work.way,
            )
        ]
    )  # fmt: skip
