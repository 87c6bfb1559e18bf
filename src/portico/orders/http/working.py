"""Work on orders over HTTP: what is missing, what leaves, who comes."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.fulfillment import api as fulfillment
from portico.fulfillment import views
from portico.fulfillment.api import Networks
from portico.fulfillment.types import FulfillmentId, RunId, RunWhole, WorkWhole
from portico.fulfillment.views import ArrivalView, RunView, WorkView
from portico.orders import api
from portico.orders.types import OrderId
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId


async def _at(door: Door, id: FulfillmentId, permission: str) -> None:
    """Refuses NotFound, and Forbidden where the asker may not at the work's place: where it is, or where it is coming to."""
    door.principal.require(permission)
    async with door.database.read() as tx:
        one = (await fulfillment.work(tx, id=id)).work
    door.principal.require(permission, at=one.place.uuid)


async def _write(door: Door, ask: Callable[[Tx], Awaitable[WorkWhole]]) -> Answered[WorkView]:
    directory = await door.shared(Directories)()

    async def answer(tx: Tx) -> WorkView:
        one = await ask(tx)
        (view,) = await views.show(tx, works=[one], directory=directory, language=door.language, whole=True)
        return view

    return await door.write(answer)


class NewShort(msgspec.Struct, frozen=True):
    """`quantity` in steps."""

    line_id: LineItemId
    variant_id: VariantId
    quantity: int


@post("/v1/fulfillments/{fulfillment_id:str}/shorts", status_code=200)
async def short_work(door: Door, fulfillment_id: FulfillmentId, data: NewShort) -> Answered[WorkView]:
    """So many are not there: sent from elsewhere, where they can be. Needs `fulfillment.pick` there."""
    await _at(door, fulfillment_id, "fulfillment.pick")
    directory = await door.shared(Directories)()
    network = await door.shared(Networks)(directory)
    return await _write(
        door,
        lambda tx: api.pick_short(
            tx, id=fulfillment_id, line_id=data.line_id, variant_id=data.variant_id, quantity=data.quantity,
            directory=directory, network=network, by=door.hand,
        ),
    )  # fmt: skip


@post("/v1/fulfillments/{fulfillment_id:str}/ship", status_code=200)
async def ship_work(door: Door, fulfillment_id: FulfillmentId) -> Answered[WorkView]:
    """Its parcels leave with the carrier. Needs `fulfillment.ship` there."""
    await _at(door, fulfillment_id, "fulfillment.ship")
    return await _write(door, lambda tx: api.ship(tx, id=fulfillment_id, by=door.hand))


class Arrive(msgspec.Struct, frozen=True):
    """With a `shelf` it is ready to be fetched at once."""

    shelf: str = ""


@post("/v1/fulfillments/{fulfillment_id:str}/arrive", status_code=200)
async def arrive_work(door: Door, fulfillment_id: FulfillmentId, data: Arrive) -> Answered[WorkView]:
    """What was sent to a store is there, and waits. Needs `fulfillment.ship` at that store."""
    await _at(door, fulfillment_id, "fulfillment.ship")
    return await _write(door, lambda tx: api.arrive(tx, id=fulfillment_id, shelf=data.shelf, by=door.hand))


@post("/v1/fulfillments/{fulfillment_id:str}/give-up", status_code=200)
async def give_up_work(door: Door, fulfillment_id: FulfillmentId) -> Answered[WorkView]:
    """Nobody came for it: it is for sale again, and the order is canceled and paid back where its market says so. Needs
    `fulfillment.ship` there."""
    await _at(door, fulfillment_id, "fulfillment.ship")
    return await _write(door, lambda tx: api.give_up(tx, id=fulfillment_id, by=door.hand))


async def _run_at(door: Door, id: RunId) -> None:
    door.principal.require("fulfillment.ship")
    async with door.database.read() as tx:
        found = await fulfillment.run(tx, id=id)
    door.principal.require("fulfillment.ship", at=found.run.location_id.uuid)


def _run(ask: Callable[[Tx], Awaitable[RunWhole]]) -> Callable[[Tx], Awaitable[RunView]]:
    async def answer(tx: Tx) -> RunView:
        return (await views.show_runs(tx, runs=[await ask(tx)]))[0]

    return answer


@post("/v1/deliveries/{run_id:str}/leave", status_code=200)
async def leave_run(door: Door, run_id: RunId) -> Answered[RunView]:
    """The run goes out. Needs `fulfillment.ship` there."""
    await _run_at(door, run_id)
    return await door.write(_run(lambda tx: api.leave_run(tx, id=run_id, by=door.hand)))


class StopEnd(msgspec.Struct, frozen=True):
    """`delivered` false: nobody was at home."""

    delivered: bool
    note: str = ""


@post("/v1/deliveries/{run_id:str}/stops/{fulfillment_id:str}", status_code=200)
async def end_stop(door: Door, run_id: RunId, fulfillment_id: FulfillmentId, data: StopEnd) -> Answered[RunView]:
    """At a door: given, or nobody was at home and it comes back. Needs `fulfillment.ship` there."""
    await _run_at(door, run_id)
    return await door.write(
        _run(
            lambda tx: api.end_stop(
                tx, run_id=run_id, fulfillment_id=fulfillment_id, delivered=data.delivered, note=data.note, by=door.hand
            )
        )
    )


class NewArrival(msgspec.Struct, frozen=True):
    """`here`: she is, in `bay` if she says; else on her way, there in so many `minutes`."""

    order_id: OrderId
    location_id: LocationId
    here: bool = False
    bay: str = ""
    vehicle: str = ""
    minutes: int | None = None


@post("/v1/arrivals", status_code=200)
async def come(door: Door, data: NewArrival) -> Answered[ArrivalView]:
    """A buyer says of her own order that she is on her way or here; staff with `orders.read` say it for her."""
    async with door.database.read() as tx:
        found = await api.order(tx, order_id=data.order_id)
    asker = door.principal
    mine = {Kind.CUSTOMER: found.head.customer_id, Kind.GUEST: found.head.guest_id}.get(asker.kind)
    if not (mine and asker.id and mine.bytes == asker.id.bytes):
        if not asker.may("orders.read"):
            raise NotFound(what="order", id=str(data.order_id))
        asker.require("orders.read", at=data.location_id.uuid)

    async def ask(tx: Tx) -> ArrivalView:
        one = await fulfillment.come(
            tx, holder=data.order_id, location_id=data.location_id, here=data.here, bay=data.bay, vehicle=data.vehicle,
            minutes=data.minutes, by=door.hand,
        )  # fmt: skip
        return views.show_arrival(one, at=tx.now)

    return await door.write(ask)


routes: list[Any] = [short_work, ship_work, arrive_work, give_up_work, leave_run, end_stop, come]
