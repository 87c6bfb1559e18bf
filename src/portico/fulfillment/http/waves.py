"""REST routes of waves, delivery runs and arrivals."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post, put

from portico.business import api as business
from portico.business.api import Directories, Directory
from portico.business.types import LocationId, StaffId
from portico.catalog.types import VariantId
from portico.fulfillment import api, views
from portico.fulfillment.http.work import Finish, NewScan, seen_at
from portico.fulfillment.types import ArrivalId, FulfillmentId, RunId, RunWhole, Wave, WaveId, Way, WorkWhole
from portico.fulfillment.views import ArrivalPage, ArrivalView, RunPage, RunView, WavePage, WaveView
from portico.platform.auth import api as auth
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.types import LineItemId


async def _view(tx: Tx, door: Door, directory: Directory, found: tuple[Wave, list[WorkWhole]]) -> WaveView:
    one, works = found
    shown = tuple(await views.show(tx, works=works, directory=directory, language=door.language))
    titles = {line.variant_id: line.title for work in shown for line in work.lines}
    stops = await api.walked(tx, found=one, works=works)
    return WaveView(
        one,
        shown,
        tuple(msgspec.structs.replace(stop, title=titles.get(stop.variant_id, stop.title)) for stop in stops),
    )


@get("/v1/waves")
async def list_waves(door: Door, location: LocationId) -> Answered[WavePage]:
    """Waves of a place that are not done. Needs `fulfillment.read` or `fulfillment.pick` there."""
    seen_at(door.principal, location)

    async def ask(tx: Tx) -> WavePage:
        return WavePage(tuple(await api.waves(tx, location_ids=[location])))

    return await door.read(ask)


class NewWave(msgspec.Struct, frozen=True):
    """`fulfillment_ids`, or the `works_max` most urgent; of a zone, those of which something lies there; with `due_before`, those
    that are due until then."""

    location_id: LocationId
    zone: str = ""
    ways: list[Way] | None = None
    fulfillment_ids: list[FulfillmentId] | None = None
    due_before: datetime | None = None
    works_max: int = 10


@post("/v1/waves", status_code=201)
async def make_wave(door: Door, data: NewWave) -> Answered[WaveView]:
    """Gather open work that is picked together. Needs `fulfillment.pick` there."""
    door.principal.require("fulfillment.pick", at=data.location_id.uuid)
    if data.due_before is not None and data.due_before.tzinfo is None:
        raise Invalid(errors=[{"field": "due_before", "message": "RFC 3339"}])
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> WaveView:
        found = await api.make_wave(
            tx, location_id=data.location_id, zone=data.zone[:20], ways=data.ways, ids=data.fulfillment_ids,
            due_before=data.due_before, works_max=data.works_max, by=door.hand,
        )  # fmt: skip
        return await _view(tx, door, directory, found)

    return await door.write(ask, status=201)


async def _wave_place(door: Door, id: WaveId) -> LocationId:
    async with door.database.read() as tx:
        return (await api.wave(tx, id=id))[0].location_id


class Picker(msgspec.Struct, frozen=True):
    """Somebody whom a wave can be handed to."""

    id: StaffId
    number: str
    name: str


class PickerPage(msgspec.Struct, frozen=True):
    items: tuple[Picker, ...]


async def _pickers(tx: Tx, location_id: LocationId) -> list[Picker]:
    ids = await auth.staff_who_may(tx, permission="fulfillment.pick", location_id=location_id.uuid)
    return [
        Picker(one.id, one.number, one.name) for one in await business.staff(tx, ids=[StaffId(id.bytes) for id in ids])
    ]


@get("/v1/waves/pickers")
async def list_pickers(door: Door, location: LocationId) -> Answered[PickerPage]:
    """Who may pick at a place. Needs `fulfillment.manage` there."""
    door.principal.require("fulfillment.manage", at=location.uuid)

    async def ask(tx: Tx) -> PickerPage:
        return PickerPage(tuple(await _pickers(tx, location)))

    return await door.read(ask)


@get("/v1/waves/{wave_id:str}")
async def show_wave(door: Door, wave_id: WaveId) -> Answered[WaveView]:
    """A wave and its work. Needs `fulfillment.read` or `fulfillment.pick` there."""
    seen_at(door.principal, None)
    seen_at(door.principal, await _wave_place(door, wave_id))
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> WaveView:
        return await _view(tx, door, directory, await api.wave(tx, id=wave_id))

    return await door.read(ask)


@post("/v1/waves/{wave_id:str}/claim", status_code=200)
async def claim_wave(door: Door, wave_id: WaveId) -> Answered[WaveView]:
    """Take a wave and its open work upon oneself; of two at once one does. Needs `fulfillment.pick` there."""
    door.principal.require("fulfillment.pick")
    door.principal.require("fulfillment.pick", at=(await _wave_place(door, wave_id)).uuid)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> WaveView:
        return await _view(tx, door, directory, await api.claim_wave(tx, id=wave_id, by=door.hand))

    return await door.write(ask)


class HandTo(msgspec.Struct, frozen=True):
    staff_id: StaffId


@post("/v1/waves/{wave_id:str}/assign", status_code=200)
async def assign_wave(door: Door, wave_id: WaveId, data: HandTo) -> Answered[WaveView]:
    """Hand a wave and what of it is not picked yet to somebody who may pick there; whoever had it has it no more. Needs
    `fulfillment.manage` there."""
    door.principal.require("fulfillment.manage")
    place = await _wave_place(door, wave_id)
    door.principal.require("fulfillment.manage", at=place.uuid)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> WaveView:
        who = next((one for one in await _pickers(tx, place) if one.id == data.staff_id), None)
        if who is None:
            raise Invalid(errors=[{"field": "staff_id", "message": "fulfillment.pick"}])
        to = Hand(actor=f"staff:{who.id.uuid.hex}", actor_name=who.name)
        return await _view(tx, door, directory, await api.assign_wave(tx, id=wave_id, to=to, by=door.hand))

    return await door.write(ask)


class ScannedForWave(msgspec.Struct, frozen=True):
    """For which order it counted, so that it can be put with the rest of that."""

    fulfillment_id: FulfillmentId
    order_label: str
    line_id: LineItemId
    variant_id: VariantId
    wave: WaveView


@post("/v1/waves/{wave_id:str}/scans", status_code=200)
async def scan_in_wave(door: Door, wave_id: WaveId, data: NewScan) -> Answered[ScannedForWave]:
    """Confirm what was taken from the shelf, for that order of the wave which is due first and still wants it. Needs
    `fulfillment.pick` there."""
    door.principal.require("fulfillment.pick")
    door.principal.require("fulfillment.pick", at=(await _wave_place(door, wave_id)).uuid)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> ScannedForWave:
        done = await api.scan_wave(
            tx, id=wave_id, code=data.code[:200], quantity=data.quantity, lot=data.lot[:40], by=door.hand,
            language=door.language,
        )  # fmt: skip
        view = await _view(tx, door, directory, await api.wave(tx, id=wave_id))
        work = done.work.work
        return ScannedForWave(work.id, work.order_label, done.line.line_id, done.line.variant_id, view)

    return await door.write(ask)


@post("/v1/waves/{wave_id:str}/finish", status_code=200)
async def finish_wave(door: Door, wave_id: WaveId, data: Finish) -> Answered[WaveView]:
    """End every piece of work of a wave of which all is picked or known to be missing. Needs `fulfillment.pick` there."""
    door.principal.require("fulfillment.pick")
    door.principal.require("fulfillment.pick", at=(await _wave_place(door, wave_id)).uuid)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> WaveView:
        await api.finish_wave(tx, id=wave_id, by=door.hand, shelf=data.shelf)
        return await _view(tx, door, directory, await api.wave(tx, id=wave_id))

    return await door.write(ask)


@get("/v1/deliveries")
async def list_runs(door: Door, location: LocationId) -> Answered[RunPage]:
    """Delivery runs of a place that are not done. Needs `fulfillment.read` or `fulfillment.pick` there."""
    seen_at(door.principal, location)

    async def ask(tx: Tx) -> RunPage:
        return RunPage(tuple(await views.show_runs(tx, runs=await api.runs(tx, location_ids=[location]))))

    return await door.read(ask)


class NewRun(msgspec.Struct, frozen=True):
    """What is driven out together, in the order of the stops."""

    location_id: LocationId
    fulfillment_ids: list[FulfillmentId]
    driver: str = ""


async def show_run(tx: Tx, one: RunWhole) -> RunView:
    return (await views.show_runs(tx, runs=[one]))[0]


async def run_place(door: Door, id: RunId, permission: str) -> None:
    """Refuses NotFound, Forbidden."""
    door.principal.require(permission)
    async with door.database.read() as tx:
        found = await api.run(tx, id=id)
    door.principal.require(permission, at=found.run.location_id.uuid)


@post("/v1/deliveries", status_code=201)
async def plan_run(door: Door, data: NewRun) -> Answered[RunView]:
    """Plan a run of packed orders. Needs `fulfillment.ship` there."""
    door.principal.require("fulfillment.ship", at=data.location_id.uuid)

    async def ask(tx: Tx) -> RunView:
        made = await api.plan_run(
            tx, location_id=data.location_id, ids=data.fulfillment_ids, driver=data.driver or door.hand.actor_name,
            by=door.hand,
        )  # fmt: skip
        return await show_run(tx, made)

    return await door.write(ask, status=201)


@get("/v1/deliveries/{run_id:str}")
async def show_delivery(door: Door, run_id: RunId) -> Answered[RunView]:
    """A delivery run and its stops. Needs `fulfillment.ship` there."""
    await run_place(door, run_id, "fulfillment.ship")

    async def ask(tx: Tx) -> RunView:
        return await show_run(tx, await api.run(tx, id=run_id))

    return await door.read(ask)


class StopOrder(msgspec.Struct, frozen=True):
    fulfillment_ids: list[FulfillmentId]


@put("/v1/deliveries/{run_id:str}/stops", status_code=200)
async def order_stops(door: Door, run_id: RunId, data: StopOrder) -> Answered[RunView]:
    """The stops in another order, all of them. Needs `fulfillment.ship` there."""
    await run_place(door, run_id, "fulfillment.ship")

    async def ask(tx: Tx) -> RunView:
        return await show_run(tx, await api.order_stops(tx, id=run_id, ids=data.fulfillment_ids, by=door.hand))

    return await door.write(ask)


@get("/v1/arrivals")
async def list_arrivals(door: Door, location: LocationId) -> Answered[ArrivalPage]:
    """Who is here, the longest first, and who is on her way. Needs `fulfillment.read` or `fulfillment.pick` there."""
    seen_at(door.principal, location)

    async def ask(tx: Tx) -> ArrivalPage:
        found = await api.arrivals(tx, location_ids=[location])
        return ArrivalPage(tuple(views.show_arrival(one, at=tx.now) for one in found))

    return await door.read(ask)


@post("/v1/arrivals/{arrival_id:str}/leave", status_code=200)
async def leave_arrival(door: Door, arrival_id: ArrivalId) -> Answered[ArrivalView]:
    """Whoever waited has left without her goods. Needs `fulfillment.pick` there."""
    door.principal.require("fulfillment.pick")
    async with door.database.read() as tx:
        found, _ = await api.arrival(tx, id=arrival_id)
    door.principal.require("fulfillment.pick", at=found.location_id.uuid)

    async def ask(tx: Tx) -> ArrivalView:
        one, holder = await api.arrival(tx, id=arrival_id)
        await api.served(tx, holder=holder, location_id=one.location_id, by=door.hand, left=True)
        one, _ = await api.arrival(tx, id=arrival_id)
        return views.show_arrival(one, at=tx.now)

    return await door.write(ask)


routes: list[Any] = [
    list_waves, list_pickers, make_wave, show_wave, claim_wave, assign_wave, scan_in_wave, finish_wave,
    list_runs, plan_run, show_delivery, order_stops, list_arrivals, leave_arrival,
]  # fmt: skip
