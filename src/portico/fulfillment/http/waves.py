"""REST routes of waves, delivery runs and arrivals."""

from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.fulfillment import api, views
from portico.fulfillment.http.work import seen_at
from portico.fulfillment.types import ArrivalId, FulfillmentId, RunId, RunWhole, Wave, WaveId, Way, WorkWhole
from portico.fulfillment.views import ArrivalPage, ArrivalView, RunPage, RunView, WavePage, WaveView
from portico.platform.db import Tx
from portico.platform.http import Answered, Door


async def _view(tx: Tx, door: Door, directory: Directory, found: tuple[Wave, list[WorkWhole]]) -> WaveView:
    one, works = found
    return WaveView(
        one, tuple(await views.show(tx, works=works, directory=directory, language=door.language))
    )  # fmt: skip


@get("/v1/waves")
async def list_waves(door: Door, location: LocationId) -> Answered[WavePage]:
    """Waves of a place that are not done. Needs `fulfillment.read` or `fulfillment.pick` there."""
    seen_at(door.principal, location)

    async def ask(tx: Tx) -> WavePage:
        return WavePage(tuple(await api.waves(tx, location_ids=[location])))

    return await door.read(ask)


class NewWave(msgspec.Struct, frozen=True):
    """`fulfillment_ids`, or the `works_max` most urgent; of a zone, those of which something lies there."""

    location_id: LocationId
    zone: str = ""
    ways: list[Way] | None = None
    fulfillment_ids: list[FulfillmentId] | None = None
    works_max: int = 10


@post("/v1/waves", status_code=201)
async def make_wave(door: Door, data: NewWave) -> Answered[WaveView]:
    """Gather open work that is picked together. Needs `fulfillment.pick` there."""
    door.principal.require("fulfillment.pick", at=data.location_id.uuid)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> WaveView:
        found = await api.make_wave(
            tx, location_id=data.location_id, zone=data.zone[:20], ways=data.ways, ids=data.fulfillment_ids,
            works_max=data.works_max, by=door.hand,
        )  # fmt: skip
        return await _view(tx, door, directory, found)

    return await door.write(ask, status=201)


async def _wave_place(door: Door, id: WaveId) -> LocationId:
    async with door.database.read() as tx:
        return (await api.wave(tx, id=id))[0].location_id


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
    list_waves, make_wave, show_wave, claim_wave, list_runs, plan_run, show_delivery, order_stops, list_arrivals, leave_arrival,
]  # fmt: skip
