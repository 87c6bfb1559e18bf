"""Walking a wave: who has it, what is scanned on the way, and what of it is done."""

from collections.abc import Sequence

from portico.catalog import api as catalog
from portico.fulfillment.api.picking import finish, scan, start
from portico.fulfillment.api.waves import wave
from portico.fulfillment.events import WaveChanged
from portico.fulfillment.rules import waves as rules
from portico.fulfillment.store import zones as store
from portico.fulfillment.types import (
    Claimed,
    FulfillmentId,
    NothingPicked,
    NothingToPick,
    OnHold,
    Progress,
    Scanned,
    WalkStop,
    Wave,
    WaveId,
    WorkWhole,
    WrongState,
)
from portico.platform.db import Tx
from portico.platform.events import Hand


async def assign_wave(tx: Tx, *, id: WaveId, to: Hand, by: Hand) -> tuple[Wave, list[WorkWhole]]:
    """Hand a wave to somebody, with all of its work that is not picked yet; whoever had it before has it no more.

    What somebody else took out of it by herself stays hers. Locks its work, then the wave. Refuses NotFound, NothingToPick (it
    is done).
    """
    before, works = await wave(tx, id=id, lock=True)
    taken = await tx.maybe(store.ASSIGN_WAVE, id=id, claimed_by=to.actor, claimed_name=to.actor_name)
    if taken is None:
        raise NothingToPick(location_id=before.location_id)
    for one in sorted(works, key=lambda each: each.work.id):
        theirs = one.work.state is Progress.PICKING and one.work.claimed_by not in (before.claimed_by, to.actor)
        if one.work.state in (Progress.OPEN, Progress.PICKING) and not theirs:
            try:
                async with tx.savepoint():
                    await start(tx, id=one.work.id, by=by, take_over=True, to=to)
            except (OnHold, WrongState):  # held back or ended meanwhile: it is not picked by anybody
                continue
    tx.emit([WaveChanged(subject=id, by=by, occurred_at=tx.now, location_id=before.location_id, state="picking")])
    return await wave(tx, id=id)


async def scan_wave(
    tx: Tx, *, id: WaveId, code: str, by: Hand, quantity: int | None = None, lot: str = "", language: str = "en"
) -> Scanned:
    """Count what was scanned for that order of the wave which is due first and still wants it: the answer says which.

    Locks that piece of work. Refuses NotFound, NothingToPick, Claimed (the wave is somebody else's), and what `scan` does.
    """
    found, works = await wave(tx, id=id)
    mine = mine_of(found, works, by)
    scanned = await catalog.scan(tx, code=code)
    wanting = [
        one for one in mine if any(line.variant_id == scanned.variant_id and line.to_pick > 0 for line in one.lines)
    ]
    having = [one for one in mine if any(line.variant_id == scanned.variant_id for line in one.lines)]
    first = (wanting or having or mine)[0]
    return await scan(tx, id=first.work.id, code=code, by=by, quantity=quantity, lot=lot, language=language)


def mine_of(found: Wave, works: Sequence[WorkWhole], by: Hand) -> list[WorkWhole]:
    """The work of a wave that the hand is at. Refuses Claimed, NothingToPick."""
    if found.claimed_by != by.actor:
        raise Claimed(by=found.claimed_name or "—")
    mine = [one for one in works if one.work.state is Progress.PICKING and one.work.claimed_by == by.actor]
    if not mine:
        raise NothingToPick(location_id=found.location_id)
    return mine


async def finish_wave(tx: Tx, *, id: WaveId, by: Hand, shelf: str = "") -> list[FulfillmentId]:
    """End every piece of its work of which all is picked or known to be missing; which ones. The rest stays to be picked, and what
    is missing whole stays for somebody to decide.

    Locks the work in the order of ids. Refuses NotFound, Claimed, NothingToPick (nothing of it is complete).
    """
    found, works = await wave(tx, id=id)
    done: list[FulfillmentId] = []
    for one in sorted(mine_of(found, works, by), key=lambda each: each.work.id):
        if any(line.to_pick for line in one.lines):
            continue
        try:
            async with tx.savepoint():
                await finish(tx, id=one.work.id, by=by, shelf=shelf)
        except NothingPicked:
            continue
        done.append(one.work.id)
    if not done:
        raise NothingToPick(location_id=found.location_id)
    return done


async def walked(tx: Tx, *, found: Wave, works: Sequence[WorkWhole]) -> list[WalkStop]:
    """How a wave is walked: its stops in the order of the place's zones."""
    return rules.walk(works, await tx.all(store.ZONES, location_id=found.location_id))
