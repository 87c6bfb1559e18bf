"""Parcels: packing them, their labels, what carriers tell of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.catalog.types import VariantId
from portico.fulfillment.api.work import find, holder_of, moved_on, put, put_lines, work
from portico.fulfillment.events import LabelChanged, ParcelTracked
from portico.fulfillment.rules import work as rules
from portico.fulfillment.store import parcels as store
from portico.fulfillment.types import (
    BadParcel,
    Bought,
    FulfillmentId,
    Label,
    LabelFile,
    LabelPending,
    LabelStep,
    NewParcel,
    NotAllPacked,
    Package,
    ParcelId,
    ParcelLine,
    Progress,
    Step,
    Tracked,
    TrackingEvent,
    WorkWhole,
    WrongState,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId

PARCELS_MAX = 50
WEIGHT_GRAMS_MAX, SIDE_MM_MAX = 1_000_000, 10_000
PENDING = (Label.ASKED, Label.SENT, Label.UNKNOWN)


async def parcels(
    tx: Tx, *, ids: Sequence[ParcelId] = (), fulfillment_ids: Sequence[FulfillmentId] = ()
) -> list[Package]:  # fmt: skip
    """By their ids, or all of some work that are not void."""
    return await tx.all(store.PARCELS, ids=list(ids), fulfillment_ids=list(fulfillment_ids))


async def parcel(tx: Tx, *, id: ParcelId) -> Package:
    """One. Refuses NotFound."""
    found = await parcels(tx, ids=[id])
    if not found:
        raise NotFound(what="parcel", id=str(id))
    return found[0]


async def pack(tx: Tx, *, id: FulfillmentId, boxes: Sequence[NewParcel], by: Hand) -> WorkWhole:
    """Put what was picked into parcels, all of it; boxes packed before are given up for these.

    Locks the work. Refuses NotFound, OnHold, WrongState, BadParcel, NotAllPacked, LabelPending.
    """
    one = await work(tx, id=id, lock=True)
    before = one.work
    if before.state is Progress.PACKED:
        before = moved_on(before, Step.UNPACK, at=tx.now)
    after = moved_on(before, Step.PACK, at=tx.now)
    if not 0 < len(boxes) <= PARCELS_MAX:
        raise BadParcel(field="parcels")
    for box in boxes:
        if not 0 < box.weight_grams <= WEIGHT_GRAMS_MAX:
            raise BadParcel(field="weight_grams")
        if not all(0 <= side <= SIDE_MM_MAX for side in (box.length_mm, box.width_mm, box.height_mm)):
            raise BadParcel(field="length_mm")
    filled = _filled(one, boxes)
    await _give_up(tx, await parcels(tx, fulfillment_ids=[id]))
    await tx.run(
        store.ADD,
        ids=[ParcelId.new() for _ in boxes],
        fulfillment_id=id,
        numbers=list(range(1, len(boxes) + 1)),
        weights=[box.weight_grams for box in boxes],
        lengths=[box.length_mm for box in boxes],
        widths=[box.width_mm for box in boxes],
        heights=[box.height_mm for box in boxes],
        contents=[msgspec.json.encode(lines, enc_hook=encode_hook).decode() for lines in filled],
    )
    lines = tuple(msgspec.structs.replace(line, packed=line.picked) for line in one.lines)
    await put_lines(tx, lines)
    return WorkWhole(await put(tx, after, by=by, before=one.work, step=Step.PACK), lines)


def _filled(one: WorkWhole, boxes: Sequence[NewParcel]) -> list[tuple[ParcelLine, ...]]:
    """What is in each box; a box of which nothing is said has what is in none."""
    left: Counter[tuple[LineItemId, VariantId]] = Counter({line.key: line.picked for line in one.lines if line.picked})
    for box in boxes:
        for each in box.contents:
            if not 0 < each.quantity <= left[each.line_id, each.variant_id]:
                raise BadParcel(field="contents")
            left[each.line_id, each.variant_id] -= each.quantity
    filled = []
    for box in boxes:
        contents = box.contents
        if not contents:
            contents = tuple(ParcelLine(key[0], key[1], units) for key, units in left.items() if units)
            left.clear()
        if not contents:
            raise BadParcel(field="contents")
        filled.append(contents)
    if over := sum(left.values()):
        raise NotAllPacked(left=over)
    return filled


async def _give_up(tx: Tx, before: Sequence[Package]) -> None:
    for one in before:
        if one.label in PENDING:
            raise LabelPending(state=one.label)
        await step(tx, id=one.id, before=one.label, step=LabelStep.VOID)


def label_after(before: Label, step: LabelStep) -> Label:
    """How far a label is after a step, whatever it is for."""
    return rules.LABELS[before, step]


async def step(
    tx: Tx, *, id: ParcelId, before: Label, step: LabelStep, error: str = "", carrier: str | None = None,
    service: str | None = None,
) -> bool:  # fmt: skip
    """Move a label on, if it is still as it was; of two at once one does."""
    after = label_after(before, step)
    done = await tx.maybe(
        store.MOVE_LABEL,
        id=id,
        before=before,
        after=after,
        error=error[:500],
        carrier=carrier,
        service=service,
        now=tx.now,
    )
    return done is not None


async def ask_label(
    tx: Tx, *, fulfillment_id: FulfillmentId, id: ParcelId, carrier: str, service: str, by: Hand
) -> Package:
    """Ask for a parcel's label: whoever works for us asks the carrier, after this is written. Asked again, it is the same label.

    Locks the work. Refuses NotFound, OnHold, WrongState.
    """
    one = await work(tx, id=fulfillment_id, lock=True)
    found = await parcel(tx, id=id)
    if found.fulfillment_id != fulfillment_id:
        raise NotFound(what="parcel", id=str(id))
    if one.work.state is not Progress.PACKED:
        moved_on(one.work, Step.UNPACK, at=tx.now)  # says why
        raise WrongState(state=one.work.state, step=Step.PACK)
    if found.label in (Label.NONE, Label.FAILED):
        await step(tx, id=id, before=found.label, step=LabelStep.ASK, carrier=carrier, service=service)
        tx.enqueue("label", {"parcel_id": str(id)})
        changed(tx, one, found.number, Label.ASKED, by)
    elif found.label in PENDING:  # whoever works for us looks again
        tx.enqueue("label", {"parcel_id": str(id)})
    return await parcel(tx, id=id)


def changed(tx: Tx, one: WorkWhole, number: int, label: Label, by: Hand) -> None:
    """Say how far a label is."""
    tx.emit(
        [
            LabelChanged(
                subject=one.work.id, by=by, occurred_at=tx.now, holder=holder_of(one.work), location_id=one.work.location_id,
                way=one.work.way, label=label, number=number,
            )
        ]
    )  # fmt: skip


async def keep_ref(tx: Tx, *, id: ParcelId, ref: str) -> None:
    """What the carrier calls the shipment, before its label is paid for: so that it is never bought twice."""
    await tx.run(store.KEEP_REF, id=id, carrier_ref=ref)


async def keep_label(tx: Tx, *, id: ParcelId, before: Label, ref: str, bought: Bought) -> bool:
    """A label has come."""
    assert rules.LABELS[before, LabelStep.ANSWER if before is Label.SENT else LabelStep.FIND] is Label.BOUGHT
    done = await tx.maybe(
        store.KEEP_LABEL, id=id, before=before, carrier_ref=ref, service=bought.service,
        tracking_code=bought.tracking_code, tracking_url=bought.tracking_url, label=bought.label,
        label_type=bought.label_type, cost=bought.cost, currency=bought.currency,
    )  # fmt: skip
    return done is not None


async def label_file(tx: Tx, *, id: ParcelId) -> LabelFile:
    """A label as it is printed. Refuses NotFound."""
    found = await tx.maybe(store.LABEL_FILE, id=id)
    if found is None:
        raise NotFound(what="label", id=str(id))
    return found


async def pending_labels(tx: Tx, *, before: datetime, rows_max: int = 100) -> list[ParcelId]:
    """Labels asked for before then whose end nobody knows."""
    return await tx.all(store.PENDING, before=before, rows_max=rows_max)


async def track(tx: Tx, *, told: Sequence[Tracked], by: Hand) -> list[FulfillmentId]:
    """What a carrier tells of parcels; told again or out of order it comes to the same. Those that have arrived whole.

    Nobody's parcels are passed by. Locks the work of those of which something is new.
    """
    found = {one.tracking_code: one for one in await tx.all(store.BY_CODE, codes=[one.tracking_code for one in told])}
    known = [(found[one.tracking_code], one) for one in told if one.tracking_code in found]
    if not known:
        return []
    works = await find(tx, ids=sorted({parcel.fulfillment_id for parcel, _ in known}), lock=True)
    fresh = await tx.all(
        store.ADD_EVENTS,
        parcel_ids=[parcel.id for parcel, _ in known],
        source_ids=[one.source_id[:200] for _, one in known],
        statuses=[one.status if one.status in rules.STATUSES else "unknown" for _, one in known],
        messages=[one.message[:500] for _, one in known],
        places=[one.place[:200] for _, one in known],
        occurred_ats=[one.occurred_at for _, one in known],
        now=tx.now,
    )
    if not fresh:
        return []
    estimated = [(parcel.id, one.estimated_at) for parcel, one in known if one.estimated_at]
    await tx.run(
        store.REFRESH, ids=sorted(set(fresh)), estimated_ids=[id for id, _ in estimated],
        estimated_ats=[at for _, at in estimated],
    )  # fmt: skip
    touched = {parcel.fulfillment_id for parcel, _ in known if parcel.id in fresh}
    now = await parcels(tx, fulfillment_ids=sorted(touched))
    arrived = []
    for one in works:
        own = [each for each in now if each.fulfillment_id == one.work.id]
        if one.work.id not in touched or not own:
            continue
        newest = max(own, key=lambda each: (each.status_at is not None, each.status_at))
        tx.emit(
            [
                ParcelTracked(
                    subject=one.work.id, by=by, occurred_at=tx.now, holder=holder_of(one.work),
                    location_id=one.work.location_id, way=one.work.way, status=newest.status,
                )
            ]
        )  # fmt: skip
        if all(each.status == "delivered" for each in own):
            arrived.append(one.work.id)
    return arrived


async def tracking(tx: Tx, *, ids: Sequence[ParcelId]) -> list[TrackingEvent]:
    """What carriers told of some parcels, the newest first."""
    return await tx.all(store.EVENTS, ids=list(ids))
