"""Waves: work that is picked together, in one walk."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.business.types import LocationId
from portico.fulfillment.api.picking import start
from portico.fulfillment.api.work import find, queue
from portico.fulfillment.events import WaveChanged
from portico.fulfillment.store import work as work_store
from portico.fulfillment.store import zones as store
from portico.fulfillment.types import (
    Claimed,
    FulfillmentId,
    NothingToPick,
    Progress,
    Wave,
    WaveId,
    Way,
    Work,
    WorkWhole,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound

WORKS_MAX = 50


async def waves(tx: Tx, *, location_ids: Sequence[LocationId]) -> list[Wave]:
    """Those of some places that are not done, oldest first."""
    return await tx.all(store.WAVES, ids=[], location_ids=list(location_ids))


async def wave(tx: Tx, *, id: WaveId, lock: bool = False) -> tuple[Wave, list[WorkWhole]]:
    """One, and its work in the order of when it is due. Refuses NotFound.

    With `lock` the work is locked: before the wave itself, as whoever finishes the last of it does.
    """
    if lock:
        members = await queue(tx, wave_id=id, states=list(Progress), rows_max=WORKS_MAX)
        await tx.all(work_store.LOCK, ids=[one.work.id for one in members], holders=[])
    found = await tx.maybe(store.WAVES, ids=[id], location_ids=None)
    if found is None:
        raise NotFound(what="wave", id=str(id))
    return found, await queue(tx, wave_id=id, states=list(Progress), rows_max=WORKS_MAX)


async def make_wave(
    tx: Tx,
    *,
    location_id: LocationId,
    by: Hand,
    zone: str = "",
    ways: Sequence[Way] | None = None,
    ids: Sequence[FulfillmentId] | None = None,
    due_before: datetime | None = None,
    works_max: int = 10,
) -> tuple[Wave, list[WorkWhole]]:
    """Gather open work of a place: those named, or the most urgent, by zone, way and when it is due if asked for. Locks it. Refuses
    NothingToPick."""
    chosen = list(ids or []) or await tx.all(
        store.TO_WAVE, location_id=location_id, zone=zone, ways=None if ways is None else list(ways), due_before=due_before,
        rows_max=max(1, min(works_max, WORKS_MAX)),
    )  # fmt: skip
    works = [
        one.work
        for one in await find(tx, ids=chosen[:WORKS_MAX], lock=True)
        if one.work.state is Progress.OPEN and one.work.wave_id is None and one.work.location_id == location_id
    ]
    if not works:
        raise NothingToPick(location_id=location_id)
    id = WaveId.new()
    await tx.run(store.ADD_WAVE, id=id, location_id=location_id, zone=zone, now=tx.now)
    await _put_all(tx, [msgspec.structs.replace(one, wave_id=id) for one in works])
    tx.emit([WaveChanged(subject=id, by=by, occurred_at=tx.now, location_id=location_id, state="open")])
    return await wave(tx, id=id)


async def _put_all(tx: Tx, works: Sequence[Work]) -> None:
    await tx.run(
        work_store.PUT,
        ids=[one.id for one in works],
        states=[one.state for one in works],
        hold_reasons=[one.hold_reason for one in works],
        shelves=[one.shelf for one in works],
        wave_ids=[one.wave_id for one in works],
        claimed_bys=[one.claimed_by for one in works],
        claimed_names=[one.claimed_name for one in works],
        started_ats=[one.started_at for one in works],
        picked_ats=[one.picked_at for one in works],
        ready_ats=[one.ready_at for one in works],
        done_ats=[one.done_at for one in works],
    )


async def claim_wave(tx: Tx, *, id: WaveId, by: Hand) -> tuple[Wave, list[WorkWhole]]:
    """Take a wave and all its open work upon oneself; of two at once one does. Refuses NotFound, Claimed."""
    found, works = await wave(tx, id=id, lock=True)
    if await tx.maybe(store.CLAIM_WAVE, id=id, claimed_by=by.actor, claimed_name=by.actor_name) is None:
        found, _ = await wave(tx, id=id)
        raise Claimed(by=found.claimed_name)
    for one in sorted(works, key=lambda each: each.work.id):
        if one.work.state is Progress.OPEN:
            try:
                async with tx.savepoint():
                    await start(tx, id=one.work.id, by=by)
            except Claimed:  # somebody took it by itself meanwhile, and has it
                continue
    tx.emit([WaveChanged(subject=id, by=by, occurred_at=tx.now, location_id=found.location_id, state="picking")])
    return await wave(tx, id=id)
