"""The work as it follows what was agreed: opened, changed, held, taken back; and what is to be done where."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from portico.business.api import Directory
from portico.business.types import Location, LocationId
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, Variant, VariantId
from portico.fulfillment.api import zones
from portico.fulfillment.events import WorkChanged
from portico.fulfillment.rules import work as rules
from portico.fulfillment.store import work as store
from portico.fulfillment.types import (
    About,
    FulfillmentId,
    Node,
    OnHold,
    Progress,
    Step,
    Wanted,
    WantedLine,
    WaveId,
    Way,
    Work,
    WorkLine,
    WorkWhole,
)
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id, any_id, encode_hook
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId

PAGE_MAX = 200
Key = tuple[LocationId, Way, datetime | None]


async def find(
    tx: Tx, *, ids: Sequence[FulfillmentId] = (), holders: Sequence[Id] = (), lock: bool = False
) -> list[WorkWhole]:
    """Pieces of work with their lines, oldest first; with `lock` nobody else changes them before this transaction ends."""
    query = store.LOCK if lock else store.FIND
    works = await tx.all(query, ids=list(ids), holders=[str(one) for one in holders])
    return await whole(tx, works)


async def whole(tx: Tx, works: Sequence[Work]) -> list[WorkWhole]:
    lines = await tx.all(store.LINES, ids=[one.id for one in works]) if works else []
    return [WorkWhole(one, tuple(each for each in lines if each.fulfillment_id == one.id)) for one in works]


async def work(tx: Tx, *, id: FulfillmentId, lock: bool = False) -> WorkWhole:
    """One piece. Refuses NotFound."""
    found = await find(tx, ids=[id], lock=lock)
    if not found:
        raise NotFound(what="fulfillment", id=str(id))
    return found[0]


async def queue(
    tx: Tx,
    *,
    location_ids: Sequence[LocationId] | None = None,
    states: Sequence[Progress] | None = None,
    ways: Sequence[Way] | None = None,
    wave_id: WaveId | None = None,
    label: str | None = None,
    after: tuple[datetime, FulfillmentId] | None = None,
    rows_max: int = 50,
) -> list[WorkWhole]:
    """What is to be done, what is due first first; without `states`, all that is not over."""
    works = await tx.all(
        store.QUEUE,
        location_ids=None if location_ids is None else list(location_ids),
        states=None if states is None else list(states),
        ways=None if ways is None else list(ways),
        wave_id=wave_id,
        label=label,
        after_at=after[0] if after else None,
        after_id=after[1] if after else None,
        rows_max=min(rows_max, PAGE_MAX + 1),
    )
    return await whole(tx, works)


async def counts(tx: Tx, *, location_ids: Sequence[LocationId] | None = None) -> list[store.Counted]:
    """How much there is to do, by place and state; and how much of it is late."""
    return await tx.all(
        store.COUNTS, location_ids=None if location_ids is None else list(location_ids), now=tx.now,
        soon=tx.now + rules.SOON,
    )  # fmt: skip


async def hand_overs(tx: Tx, *, ids: Sequence[FulfillmentId]) -> list[store.HandedOver]:
    """Who gave what to whom, and on what proof."""
    return await tx.all(store.HAND_OVERS, ids=list(ids))


async def amend(
    tx: Tx, *, holder: Id, about: About, wanted: Sequence[Wanted], directory: Directory, by: Hand, held: str = ""
) -> list[FulfillmentId]:
    """Bring the work for a holder in line with what it is still to get: opened where there is none, changed, taken back.

    Called again with the same, it changes nothing. What is under way or waits for her already counts; what has left with her is
    no longer wanted. `held`: why nothing of it may go on; empty: it may. Locks the holder's work. Answers with the pieces it touched.
    """
    before = await find(tx, holders=[holder], lock=True)
    asked = {(one.location_id, one.way, one.latest): one for one in wanted}
    touched: list[FulfillmentId] = []
    fresh: list[Wanted] = []
    kept: set[Key] = set()
    parts = await _parts(tx, wanted)
    for one in before:
        key = (one.work.location_id, one.work.way, one.work.latest)
        if not _amendable(one.work):
            continue
        want = asked.get(key) if key not in kept else None
        kept.add(key)
        if await _change(tx, one, _still(want, before), parts, by):
            touched.append(one.work.id)
    for key, want in asked.items():
        left = _still(want, before)
        if key not in kept and left:
            fresh.append(msgspec.structs.replace(want, lines=left))
    if held and any(rules.may(one.work.way, one.work.state, Step.HOLD) for one in before):
        await hold_work(tx, holder=holder, reason=held, by=by)
    if not held and any(one.work.state is Progress.ON_HOLD for one in before):
        await release_work(tx, holder=holder, by=by)
    if fresh:
        touched += await _open(tx, holder, about, fresh, parts, directory, by, held)
    return touched


def _amendable(work: Work) -> bool:
    return work.state in rules.AT_WORK or (work.state is Progress.READY and work.way is not Way.SHIP_TO_STORE)


def _still(want: Wanted | None, works: Sequence[WorkWhole]) -> tuple[WantedLine, ...]:
    """What of it is neither under way to her nor was left there by her."""
    if want is None:
        return ()
    elsewhere: Counter[LineItemId] = Counter()
    for one in works:
        same = (one.work.location_id, one.work.way, one.work.latest) == (want.location_id, want.way, want.latest)
        fulfilled = one.work.way is Way.SHIP or one.work.state in (
            Progress.DELIVERED,
            Progress.HANDED_OVER,
            Progress.CANCELED,
        )
        if same and not fulfilled and not _amendable(one.work):
            picked, gone = rules.whole_units(one.lines, "picked"), rules.whole_units(one.lines, "gone")
            elsewhere.update({line: units - gone.get(line, 0) for line, units in picked.items()})
    left = [
        msgspec.structs.replace(one, quantity=one.quantity - elsewhere[one.line_id])
        for one in want.lines
        if one.quantity > elsewhere[one.line_id]
    ]
    return tuple(left)


async def _parts(tx: Tx, wanted: Sequence[Wanted]) -> dict[VariantId, Variant]:
    """What is wanted as the catalog has it, and what bundles are made of."""
    ids = sorted({line.variant_id for one in wanted for line in one.lines})
    found = await catalog.variants(tx, ids=ids) if ids else {}
    inside = sorted({part.variant_id for one in found.values() for part in one.components} - found.keys())
    return {**found, **(await catalog.variants(tx, ids=inside) if inside else {})}


def _fresh_lines(
    id: FulfillmentId, lines: Sequence[WantedLine], variants: dict[VariantId, Variant], first: int = 0
) -> list[WorkLine]:
    made = []
    for position, one in enumerate(lines, first):
        for part in variants[one.variant_id].parts(1):
            variant = variants[part.variant_id]
            made.append(
                WorkLine(
                    fulfillment_id=id, line_id=one.line_id, variant_id=part.variant_id, position=position, sku=variant.sku,
                    title=variant.title, unit=variant.unit, scale=variant.scale,
                    tracked=variant.tracking is not Tracking.NONE, per_unit=part.quantity, asked=one.quantity * part.quantity,
                )
            )  # fmt: skip
    return made


async def _open(
    tx: Tx, holder: Id, about: About, wanted: Sequence[Wanted], variants: dict[VariantId, Variant], directory: Directory,
    by: Hand, held: str,
) -> list[FulfillmentId]:  # fmt: skip
    nodes = {one.location_id: one for one in await tx.all(store.NODES_AT, location_ids=[w.location_id for w in wanted])}
    ids = [FulfillmentId.new() for _ in wanted]
    state = Progress.ON_HOLD if held else Progress.OPEN
    made = await tx.all(
        store.OPEN,
        ids=ids,
        holder=str(holder),
        order_label=about.label,
        buyer_name=about.buyer_name[:200],
        state=state,
        hold_reason=held,
        location_ids=[one.location_id for one in wanted],
        destination_ids=[one.destination_id if one.way is Way.SHIP_TO_STORE else None for one in wanted],
        ways=[one.way for one in wanted],
        earliests=[one.earliest for one in wanted],
        latests=[one.latest for one in wanted],
        due_ats=[
            due_at(one, directory.locations[one.location_id], nodes.get(one.location_id), at=tx.now) for one in wanted
        ],
        codes=[rules.new_code() for _ in wanted],
        now=tx.now,
    )
    opened = [(id, one) for id, one in zip(ids, wanted, strict=True) if id in made]
    lines = [line for id, one in opened for line in _fresh_lines(id, one.lines, variants)]
    places = {id: one.location_id for id, one in opened}
    await put_lines(tx, await zones.zoned(tx, lines=lines, places=places))
    tx.emit(
        WorkChanged(
            subject=id, by=by, occurred_at=tx.now, holder=holder, location_id=one.location_id, way=one.way, state=state
        )
        for id, one in opened
    )
    return made


def due_at(want: Wanted, place: Location, node: Node | None, *, at: datetime) -> datetime:
    """When a place should be done with it: what is fetched, when it was promised from; what is driven out, when its time begins;
    what is sent, before the carrier's van leaves."""
    if want.way in (Way.COLLECT, Way.DRIVE_UP, Way.LOCAL_DELIVERY):
        return max(want.earliest, at)
    node = node or Node(location_id=want.location_id)
    local = at.astimezone(ZoneInfo(place.time_zone))
    day = local.date()
    if local.hour * 60 + local.minute > node.cutoff_minute:
        day += timedelta(days=1)
    for _ in range(7):
        if day.isoweekday() in node.ship_weekdays:
            break
        day += timedelta(days=1)
    minute = min(node.cutoff_minute, 24 * 60 - 1)
    return clock.at_local(
        day, datetime.min.time().replace(hour=minute // 60, minute=minute % 60), place.time_zone
    )  # fmt: skip


async def _change(
    tx: Tx, one: WorkWhole, wanted: Sequence[WantedLine], variants: dict[VariantId, Variant], by: Hand
) -> bool:
    """Ask for what is wanted now; whether that is anything else than before."""
    units = {each.line_id: each.quantity for each in wanted}
    gone, moved = rules.whole_units(one.lines, "gone"), rules.whole_units(one.lines, "moved")
    lines = []
    for line in one.lines:
        target = units.get(line.line_id, 0) + gone[line.line_id] + moved[line.line_id]
        lines.append(rules.asked_anew(line, target * line.per_unit))
    known = {line.line_id for line in one.lines}
    more = _fresh_lines(
        one.work.id, [each for each in wanted if each.line_id not in known], variants, len(known)
    )  # fmt: skip
    changed = [new for new, old in zip(lines, one.lines, strict=True) if new != old]
    if not changed and not more:
        return False
    await put_lines(
        tx, [*changed, *await zones.zoned(tx, lines=more, places={one.work.id: one.work.location_id})]
    )  # fmt: skip
    now = [*lines, *more]
    work = one.work
    for step in _consequences(work, now):
        work = moved_on(work, step, at=tx.now)
    await put(tx, work, by=by, before=one.work)
    return True


def _consequences(work: Work, lines: Sequence[WorkLine]) -> list[Step]:
    """How far it is once something else is asked for."""
    if all(one.asked - one.moved <= one.gone for one in lines):
        if not any(one.gone for one in lines):
            return [Step.CANCEL]
        return [Step.HAND_OVER] if rules.may(work.way, work.state, Step.HAND_OVER) else []
    if not any(one.to_pick for one in lines):
        return []
    if work.state is Progress.PACKED:
        return [Step.UNPACK, Step.REOPEN]
    return [Step.REOPEN] if work.state in (Progress.PICKED, Progress.READY) else []


async def hold_work(tx: Tx, *, holder: Id, reason: str, by: Hand) -> None:
    """Nothing of a holder's goes on until it is released; held twice is held once. Locks its work."""
    for one in await find(tx, holders=[holder], lock=True):
        if rules.may(one.work.way, one.work.state, Step.HOLD):
            work = moved_on(one.work, Step.HOLD, at=tx.now)
            work = msgspec.structs.replace(work, hold_reason=(reason or "manual")[:200])
            await put(tx, work, by=by, before=one.work, step=Step.HOLD)


async def release_work(tx: Tx, *, holder: Id, by: Hand) -> None:
    """It goes on where it was. Locks its work."""
    for one in await find(tx, holders=[holder], lock=True):
        if one.work.state is Progress.ON_HOLD:
            step = rules.resume(one.work.way, one.lines, ready=one.work.ready_at is not None)
            await put(tx, moved_on(one.work, step, at=tx.now), by=by, before=one.work, step=step)


def require_released(works: Iterable[Work]) -> None:
    """Refuses OnHold where one is held."""
    for one in works:
        if one.state is Progress.ON_HOLD:
            raise OnHold(reason=one.hold_reason)


def moved_on(work: Work, step: Step, *, at: datetime) -> Work:
    """The work one step further, with what goes without saying. Refuses OnHold, WrongState."""
    if work.state is Progress.ON_HOLD and step not in (
        Step.CANCEL, Step.RESUME, Step.RESUME_PICKED, Step.RESUME_READY,
    ):  # fmt: skip
        raise OnHold(reason=work.hold_reason)
    state = rules.after(work.way, work.state, step)
    changes: dict[str, object] = {"state": state}
    if state in (Progress.OPEN, Progress.ON_HOLD, Progress.CANCELED):
        changes |= {"claimed_by": "", "claimed_name": "", "wave_id": None, "started_at": None}
    if state is not Progress.ON_HOLD:
        changes["hold_reason"] = ""
    if step is Step.FINISH:
        changes |= {"picked_at": at, "claimed_by": "", "claimed_name": ""}
    if state is Progress.READY and step is not Step.RESUME_READY:
        changes["ready_at"] = at
    if step is Step.REOPEN:
        changes["ready_at"] = None
    if state in rules.FINAL:
        changes["done_at"] = at
    return msgspec.structs.replace(work, **changes)


async def put(tx: Tx, work: Work, *, by: Hand, before: Work, step: Step | None = None) -> Work:
    """Write a piece of work as it now is, and say so."""
    await tx.run(
        store.PUT,
        ids=[work.id],
        states=[work.state],
        hold_reasons=[work.hold_reason],
        shelves=[work.shelf],
        wave_ids=[work.wave_id],
        claimed_bys=[work.claimed_by],
        claimed_names=[work.claimed_name],
        started_ats=[work.started_at],
        picked_ats=[work.picked_at],
        ready_ats=[work.ready_at],
        done_ats=[work.done_at],
    )
    tx.emit(
        [
            WorkChanged(
                subject=work.id, by=by, occurred_at=tx.now, holder=holder_of(work), location_id=work.place, way=work.way,
                state=work.state, step=step, version=before.version + 1,
            )
        ]
    )  # fmt: skip
    return msgspec.structs.replace(work, version=before.version + 1)


def holder_of(work: Work) -> Id:
    """Whose it is."""
    found = any_id(work.holder)
    if found is None:
        raise ValueError(f"{work.holder} names nobody")
    return found


async def put_lines(tx: Tx, lines: Sequence[WorkLine]) -> None:
    if not lines:
        return
    await tx.run(
        store.PUT_LINES,
        fulfillment_ids=[one.fulfillment_id for one in lines],
        line_ids=[one.line_id for one in lines],
        variant_ids=[one.variant_id for one in lines],
        positions=[one.position for one in lines],
        skus=[one.sku for one in lines],
        titles=[one.title for one in lines],
        units=[one.unit for one in lines],
        scales=[one.scale for one in lines],
        trackeds=[one.tracked for one in lines],
        per_units=[one.per_unit for one in lines],
        askeds=[one.asked for one in lines],
        pickeds=[one.picked for one in lines],
        shorts=[one.short for one in lines],
        moveds=[one.moved for one in lines],
        packeds=[one.packed for one in lines],
        gones=[one.gone for one in lines],
        put_backs=[one.put_back for one in lines],
        lots=[msgspec.json.encode(one.lots, enc_hook=encode_hook).decode() for one in lines],
        zones=[one.zone for one in lines],
        zone_positions=[one.zone_position for one in lines],
    )
