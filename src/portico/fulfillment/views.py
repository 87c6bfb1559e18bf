"""Work as the faces see it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.fulfillment import api
from portico.fulfillment.types import (
    Arrival,
    ArrivalId,
    FulfillmentId,
    Label,
    Package,
    ParcelId,
    ParcelLine,
    Progress,
    Run,
    RunId,
    RunWhole,
    TrackingEvent,
    Urgency,
    WalkStop,
    Wave,
    WaveId,
    Way,
    WorkLine,
    WorkWhole,
)
from portico.platform.db import Tx
from portico.pricing.types import LineItemId


class WorkLineView(msgspec.Struct, frozen=True, kw_only=True):
    """`to_pick` are neither picked nor known to be missing; `put_back` were picked and are no longer wanted."""

    line_id: LineItemId
    variant_id: VariantId
    sku: str
    title: str
    image_url: str | None
    barcodes: tuple[str, ...]
    unit: str
    scale: int
    tracked: bool
    asked: int
    picked: int
    short: int
    moved: int
    packed: int
    gone: int
    to_pick: int
    put_back: int
    lots: tuple[str, ...]
    zone: str


class ParcelView(msgspec.Struct, frozen=True, kw_only=True):
    id: ParcelId
    number: int
    weight_grams: int
    length_mm: int
    width_mm: int
    height_mm: int
    contents: tuple[ParcelLine, ...]
    label: Label
    carrier: str
    service: str
    tracking_code: str
    tracking_url: str
    label_type: str
    cost: int
    currency: str
    error: str
    status: str
    status_at: datetime | None
    estimated_at: datetime | None
    events: tuple[TrackingEvent, ...]


class HandOverView(msgspec.Struct, frozen=True):
    proof: str
    handed_to: str
    signed: bool
    actor_name: str
    at: datetime


class WorkView(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work. `asked` and `picked` count pieces, whatever is sold by weight or length as one; `seconds_left` is below zero
    once it is late. Of the code that its buyer shows nothing is said here: she shows it."""

    id: FulfillmentId
    order_id: str
    order_label: str
    buyer_name: str
    location_id: LocationId
    location_name: str
    destination_id: LocationId | None
    destination_name: str
    place_id: LocationId
    way: Way
    state: Progress
    urgency: Urgency
    seconds_left: int
    earliest: datetime
    latest: datetime | None
    due_at: datetime
    hold_reason: str
    shelf: str
    wave_id: WaveId | None
    claimed_by: str
    claimed_name: str
    opened_at: datetime
    started_at: datetime | None
    ready_at: datetime | None
    done_at: datetime | None
    version: int
    asked: int
    picked: int
    short: int
    lines: tuple[WorkLineView, ...]
    parcels: tuple[ParcelView, ...]
    hand_overs: tuple[HandOverView, ...]


class WorkPage(msgspec.Struct, frozen=True):
    items: tuple[WorkView, ...]
    next_cursor: str | None


class QueueView(msgspec.Struct, frozen=True):
    """How much there is to do at a place, and how much of it is late or nearly."""

    location_id: LocationId
    location_name: str
    state: Progress
    works: int
    late: int
    soon: int


class QueuePage(msgspec.Struct, frozen=True):
    items: tuple[QueueView, ...]


class WaveView(msgspec.Struct, frozen=True):
    """A wave, its work, and the stops of the walk in the order of the place's shelves."""

    wave: Wave
    works: tuple[WorkView, ...]
    stops: tuple[WalkStop, ...]


class WavePage(msgspec.Struct, frozen=True):
    items: tuple[Wave, ...]


class DeliveryStopView(msgspec.Struct, frozen=True, kw_only=True):
    fulfillment_id: FulfillmentId
    order_id: str
    order_label: str
    buyer_name: str
    position: int
    state: str
    note: str
    at: datetime | None


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    id: RunId
    location_id: LocationId
    state: str
    driver: str
    made_at: datetime
    left_at: datetime | None
    done_at: datetime | None
    stops: tuple[DeliveryStopView, ...]


class RunPage(msgspec.Struct, frozen=True):
    items: tuple[RunView, ...]


class ArrivalView(msgspec.Struct, frozen=True, kw_only=True):
    """`seconds_waiting`: since she said that she is here."""

    id: ArrivalId
    location_id: LocationId
    order_id: str
    order_label: str
    buyer_name: str
    state: str
    bay: str
    vehicle: str
    expected_at: datetime | None
    here_at: datetime | None
    seconds_waiting: int | None


class ArrivalPage(msgspec.Struct, frozen=True):
    items: tuple[ArrivalView, ...]


async def show(
    tx: Tx, *, works: Sequence[WorkWhole], directory: Directory, language: str, whole: bool = False
) -> list[WorkView]:
    """Pieces of work; `whole` with their parcels and to whom they were given."""
    ids = [one.work.id for one in works]
    variants = await catalog.variants(
        tx, ids=sorted({line.variant_id for one in works for line in one.lines}), language=language
    )
    parcels = await api.parcels(tx, fulfillment_ids=ids) if whole and ids else []
    events = await api.tracking(tx, ids=[one.id for one in parcels]) if parcels else []
    given = await api.hand_overs(tx, ids=ids) if whole and ids else []

    def line(one: WorkLine) -> WorkLineView:
        variant = variants.get(one.variant_id)
        return WorkLineView(
            line_id=one.line_id, variant_id=one.variant_id, sku=one.sku, title=variant.title if variant else one.title,
            image_url=variant.image_url if variant else None, barcodes=variant.barcodes if variant else (), unit=one.unit,
            scale=one.scale, tracked=one.tracked, asked=one.asked, picked=one.picked, short=one.short, moved=one.moved,
            packed=one.packed, gone=one.gone, to_pick=one.to_pick, put_back=one.put_back,
            lots=tuple(each.serial or each.lot for each in one.lots), zone=one.zone,
        )  # fmt: skip

    def name(location_id: LocationId | None) -> str:
        found = directory.locations.get(location_id) if location_id else None
        return found.name if found else ""

    return [
        WorkView(
            id=one.work.id, order_id=one.work.holder, order_label=one.work.order_label, buyer_name=one.work.buyer_name,
            location_id=one.work.location_id, location_name=name(one.work.location_id),
            destination_id=one.work.destination_id, destination_name=name(one.work.destination_id),
            place_id=one.work.place, way=one.work.way, state=one.work.state,
            urgency=api.urgency(one.work.due_at, at=tx.now), seconds_left=int((one.work.due_at - tx.now).total_seconds()),
            earliest=one.work.earliest, latest=one.work.latest, due_at=one.work.due_at, hold_reason=one.work.hold_reason,
            shelf=one.work.shelf, wave_id=one.work.wave_id, claimed_by=one.work.claimed_by,
            claimed_name=one.work.claimed_name, opened_at=one.work.opened_at, started_at=one.work.started_at,
            ready_at=one.work.ready_at, done_at=one.work.done_at, version=one.work.version,
            asked=_pieces(one, "asked"), picked=_pieces(one, "picked"), short=_pieces(one, "short"),
            lines=tuple(line(each) for each in one.lines),
            parcels=tuple(_parcel(each, events) for each in parcels if each.fulfillment_id == one.work.id),
            hand_overs=tuple(
                HandOverView(each.proof, each.handed_to, each.signed, each.actor_name, each.at)
                for each in given
                if each.fulfillment_id == one.work.id
            ),
        )
        for one in works
    ]  # fmt: skip


def _pieces(one: WorkWhole, counted: str) -> int:
    """Pieces; what is weighed or measured is one, once all of it is."""
    total = 0
    for line in one.lines:
        steps = getattr(line, counted)
        total += steps if line.scale == 0 else int(steps >= line.asked and steps > 0)
    return total


def _parcel(one: Package, events: Sequence[TrackingEvent]) -> ParcelView:
    return ParcelView(
        id=one.id, number=one.number, weight_grams=one.weight_grams, length_mm=one.length_mm, width_mm=one.width_mm,
        height_mm=one.height_mm, contents=one.contents, label=one.label, carrier=one.carrier, service=one.service,
        tracking_code=one.tracking_code, tracking_url=one.tracking_url, label_type=one.label_type, cost=one.cost,
        currency=one.currency, error=one.error, status=one.status, status_at=one.status_at, estimated_at=one.estimated_at,
        events=tuple(each for each in events if each.parcel_id == one.id),
    )  # fmt: skip


async def show_runs(tx: Tx, *, runs: Sequence[RunWhole]) -> list[RunView]:
    """Delivery runs with whose each stop is."""
    ids = [stop.fulfillment_id for one in runs for stop in one.stops]
    works = {one.work.id: one.work for one in await api.find(tx, ids=ids)} if ids else {}

    def view(run: Run, one: RunWhole) -> RunView:
        return RunView(
            id=run.id, location_id=run.location_id, state=run.state, driver=run.driver, made_at=run.made_at,
            left_at=run.left_at, done_at=run.done_at,
            stops=tuple(
                DeliveryStopView(
                    fulfillment_id=stop.fulfillment_id, order_id=works[stop.fulfillment_id].holder,
                    order_label=works[stop.fulfillment_id].order_label, buyer_name=works[stop.fulfillment_id].buyer_name,
                    position=stop.position, state=stop.state, note=stop.note, at=stop.at,
                )
                for stop in one.stops
            ),
        )  # fmt: skip

    return [view(one.run, one) for one in runs]


def show_arrival(one: Arrival, *, at: datetime) -> ArrivalView:
    return ArrivalView(
        id=one.id, location_id=one.location_id, order_id=one.holder, order_label=one.order_label,
        buyer_name=one.buyer_name, state=one.state, bay=one.bay, vehicle=one.vehicle, expected_at=one.expected_at,
        here_at=one.here_at, seconds_waiting=int((at - one.here_at).total_seconds()) if one.here_at else None,
    )  # fmt: skip
