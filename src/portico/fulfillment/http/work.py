"""REST routes of the work: what is to be done, picking, packing, labels."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post, put
from litestar.params import QueryParameter

from portico.business.api import Directories, Directory
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.fulfillment import api, views
from portico.fulfillment.ports import Carriers
from portico.fulfillment.types import (
    FulfillmentId,
    NewParcel,
    ParcelId,
    Progress,
    Shelved,
    UnknownCarrier,
    Way,
    WorkWhole,
    Zone,
)
from portico.fulfillment.views import QueuePage, QueueView, WorkPage, WorkView
from portico.platform.auth.types import Principal
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound
from portico.pricing.types import LineItemId

ROWS_MAX = 100


def seen_at(principal: Principal, location_id: LocationId | None) -> list[LocationId] | None:
    """At which places the asker may see work: the one asked for, or all of hers. None: everywhere. Refuses Forbidden."""
    if location_id is not None:
        if not principal.may("fulfillment.read", at=location_id.uuid):
            principal.require("fulfillment.pick", at=location_id.uuid)
        return [location_id]
    if not principal.may("fulfillment.read"):
        principal.require("fulfillment.pick")
    places = [principal.places("fulfillment.read"), principal.places("fulfillment.pick")]
    if None in places:
        return None
    return [LocationId(one.bytes) for found in places for one in found or ()]


async def at_work(door: Door, id: FulfillmentId, permission: str) -> WorkWhole:
    """The work, where the asker has the permission at its place. Refuses NotFound, Forbidden."""
    door.principal.require(permission)
    async with door.database.read() as tx:
        one = await api.work(tx, id=id)
    door.principal.require(permission, at=one.work.place.uuid)
    return one


def shown(
    door: Door, directory: Directory, ask: Callable[[Tx], Awaitable[WorkWhole]]
) -> Callable[[Tx], Awaitable[WorkView]]:
    """What `ask` answers, as faces see it."""

    async def answer(tx: Tx) -> WorkView:
        one = await ask(tx)
        (view,) = await views.show(tx, works=[one], directory=directory, language=door.language, whole=True)
        return view

    return answer


@get("/v1/fulfillments")
async def list_work(
    door: Door,
    location: LocationId | None = None,
    in_state: Annotated[str, QueryParameter(name="state")] = "",
    way: str = "",
    q: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> Answered[WorkPage]:
    """What is to be done, what is due first first. `state` and `way`: several, with commas; without a state all that is not over.
    `q`: an order's code. Needs `fulfillment.read` or `fulfillment.pick` at the places."""
    places = seen_at(door.principal, location)
    directory = await door.shared(Directories)()
    states, ways = _several(Progress, in_state, "state"), _several(Way, way, "way")
    after, rows = _after(cursor), max(1, min(limit, ROWS_MAX))

    async def ask(tx: Tx) -> WorkPage:
        found = await api.queue(
            tx, location_ids=places, states=states, ways=ways, label=q.strip().upper() or None, after=after,
            rows_max=rows + 1,
        )  # fmt: skip
        made = await views.show(tx, works=found[:rows], directory=directory, language=door.language)
        last = found[rows - 1].work if len(found) > rows else None
        return WorkPage(tuple(made), f"{last.due_at.isoformat()}~{last.id}" if last else None)

    return await door.read(ask)


def _several(kind: type[Any], text: str, field: str) -> list[Any] | None:
    names = [one for one in text.split(",") if one]
    try:
        return [kind(one) for one in names] or None
    except ValueError:
        raise Invalid(errors=[{"field": field, "message": ",".join(str(one) for one in kind)}]) from None


def _after(cursor: str | None) -> tuple[datetime, FulfillmentId] | None:
    if not cursor:
        return None
    moment, _, id = cursor.partition("~")
    try:
        return datetime.fromisoformat(moment), FulfillmentId.parse(id)
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": "next_cursor"}]) from None


@get("/v1/fulfillments/queues")
async def list_queues(door: Door, location: LocationId | None = None) -> Answered[QueuePage]:
    """How much there is to do, by place and state. Needs `fulfillment.read` or `fulfillment.pick` at the places."""
    places = seen_at(door.principal, location)
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> QueuePage:
        return QueuePage(
            tuple(
                QueueView(
                    one.location_id,
                    directory.locations[one.location_id].name,
                    Progress(one.state),
                    one.works,
                    one.late,
                    one.soon,
                )
                for one in await api.counts(tx, location_ids=places)
                if one.location_id in directory.locations and (places is None or one.location_id in places)
            )
        )

    return await door.read(ask)


@get("/v1/fulfillments/{fulfillment_id:str}")
async def show_work(door: Door, fulfillment_id: FulfillmentId) -> Answered[WorkView]:
    """One piece of work, whole. Needs `fulfillment.read` or `fulfillment.pick` at its place."""
    directory = await door.shared(Directories)()
    seen_at(door.principal, None)

    async def ask(tx: Tx) -> WorkWhole:
        one = await api.work(tx, id=fulfillment_id)
        mine = any(
            door.principal.may(permission, at=place.uuid)
            for permission in ("fulfillment.read", "fulfillment.pick")
            for place in (one.work.location_id, one.work.place)
        )
        if not mine:
            raise NotFound(what="fulfillment", id=str(fulfillment_id))
        return one

    return await door.read(shown(door, directory, ask))


class Start(msgspec.Struct, frozen=True):
    take_over: bool = False


@post("/v1/fulfillments/{fulfillment_id:str}/start", status_code=200)
async def start_work(door: Door, fulfillment_id: FulfillmentId, data: Start) -> Answered[WorkView]:
    """Take it upon oneself; of two at once one does. Needs `fulfillment.pick` there."""
    await at_work(door, fulfillment_id, "fulfillment.pick")
    return await door.write(
        shown(
            door,
            await door.shared(Directories)(),
            lambda tx: api.start(tx, id=fulfillment_id, by=door.hand, take_over=data.take_over),
        )
    )


@post("/v1/fulfillments/{fulfillment_id:str}/pause", status_code=200)
async def pause_work(door: Door, fulfillment_id: FulfillmentId) -> Answered[WorkView]:
    """Leave it to others. Needs `fulfillment.pick` there."""
    await at_work(door, fulfillment_id, "fulfillment.pick")
    return await door.write(
        shown(door, await door.shared(Directories)(), lambda tx: api.pause(tx, id=fulfillment_id, by=door.hand))
    )


class NewScan(msgspec.Struct, frozen=True):
    """`quantity` in steps; None: as many as the code says."""

    code: str
    quantity: int | None = None
    lot: str = ""


class ScannedView(msgspec.Struct, frozen=True):
    line_id: LineItemId
    variant_id: VariantId
    work: WorkView


@post("/v1/fulfillments/{fulfillment_id:str}/scans", status_code=200)
async def scan_work(door: Door, fulfillment_id: FulfillmentId, data: NewScan) -> Answered[ScannedView]:
    """Confirm what was taken from the shelf by its code; another item is refused. Needs `fulfillment.pick` there."""
    await at_work(door, fulfillment_id, "fulfillment.pick")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> ScannedView:
        done = await api.scan(
            tx, id=fulfillment_id, code=data.code[:200], quantity=data.quantity, lot=data.lot[:40], by=door.hand,
            language=door.language,
        )  # fmt: skip
        (view,) = await views.show(tx, works=[done.work], directory=directory, language=door.language, whole=True)
        return ScannedView(done.line.line_id, done.line.variant_id, view)

    return await door.write(ask)


class NewPick(msgspec.Struct, frozen=True):
    line_id: LineItemId
    variant_id: VariantId
    quantity: int
    lot: str = ""
    serial: str = ""


@post("/v1/fulfillments/{fulfillment_id:str}/picks", status_code=200)
async def pick_work(door: Door, fulfillment_id: FulfillmentId, data: NewPick) -> Answered[WorkView]:
    """Confirm what bears no code. Needs `fulfillment.pick` there."""
    await at_work(door, fulfillment_id, "fulfillment.pick")

    async def ask(tx: Tx) -> WorkWhole:
        done = await api.pick(
            tx, id=fulfillment_id, line_id=data.line_id, variant_id=data.variant_id, quantity=data.quantity,
            lot=data.lot[:40], serial=data.serial[:40], by=door.hand,
        )  # fmt: skip
        return done.work

    return await door.write(shown(door, await door.shared(Directories)(), ask))


class Finish(msgspec.Struct, frozen=True):
    shelf: str = ""


@post("/v1/fulfillments/{fulfillment_id:str}/finish", status_code=200)
async def finish_work(door: Door, fulfillment_id: FulfillmentId, data: Finish) -> Answered[WorkView]:
    """All of it is picked, or known to be missing: to be packed, or ready to be fetched. Needs `fulfillment.pick` there."""
    await at_work(door, fulfillment_id, "fulfillment.pick")
    return await door.write(
        shown(
            door,
            await door.shared(Directories)(),
            lambda tx: api.finish(tx, id=fulfillment_id, by=door.hand, shelf=data.shelf),
        )
    )


class NewParcels(msgspec.Struct, frozen=True):
    parcels: list[NewParcel]


@post("/v1/fulfillments/{fulfillment_id:str}/parcels", status_code=200)
async def pack_work(door: Door, fulfillment_id: FulfillmentId, data: NewParcels) -> Answered[WorkView]:
    """Put what was picked into parcels: all of it, and anew. Needs `fulfillment.pick` there."""
    await at_work(door, fulfillment_id, "fulfillment.pick")
    return await door.write(
        shown(
            door,
            await door.shared(Directories)(),
            lambda tx: api.pack(tx, id=fulfillment_id, boxes=data.parcels, by=door.hand),
        )
    )


class NewLabel(msgspec.Struct, frozen=True):
    """`service` empty: the cheapest there is."""

    carrier: str
    service: str = ""


@post("/v1/fulfillments/{fulfillment_id:str}/parcels/{parcel_id:str}/label", status_code=202)
async def ask_label(
    door: Door, fulfillment_id: FulfillmentId, parcel_id: ParcelId, data: NewLabel
) -> Answered[WorkView]:  # fmt: skip
    """Ask for a parcel's label; it comes a moment later. Needs `fulfillment.ship` there."""
    await at_work(door, fulfillment_id, "fulfillment.ship")
    if data.carrier not in door.shared(Carriers).by_code:
        raise UnknownCarrier(carrier=data.carrier[:40])

    async def ask(tx: Tx) -> WorkWhole:
        await api.ask_label(
            tx,
            fulfillment_id=fulfillment_id,
            id=parcel_id,
            carrier=data.carrier,
            service=data.service[:100],
            by=door.hand,
        )
        return await api.work(tx, id=fulfillment_id)

    return await door.write(shown(door, await door.shared(Directories)(), ask), status=202)


@get("/v1/parcels/{parcel_id:str}/label", response_headers=[])
async def show_label(door: Door, parcel_id: ParcelId) -> Response[bytes]:
    """A label as it is printed. Needs `fulfillment.ship` at the work's place."""
    door.principal.require("fulfillment.ship")
    async with door.database.read() as tx:
        parcel = await api.parcel(tx, id=parcel_id)
        one = await api.work(tx, id=parcel.fulfillment_id)
        door.principal.require("fulfillment.ship", at=one.work.location_id.uuid)
        file = await api.label_file(tx, id=parcel_id)
    return Response(file.label, media_type=file.label_type, headers={"cache-control": "private, no-store"})


class CarrierPage(msgspec.Struct, frozen=True):
    items: tuple[str, ...]


@get("/v1/fulfillments/carriers")
async def list_label_makers(door: Door) -> Answered[CarrierPage]:
    """Who makes labels here. Needs `fulfillment.ship`."""
    door.principal.require("fulfillment.ship")

    async def ask(tx: Tx) -> CarrierPage:
        return CarrierPage(tuple(door.shared(Carriers).by_code))

    return await door.read(ask)


class ZonesView(msgspec.Struct, frozen=True):
    zones: tuple[Zone, ...]
    items: tuple[Shelved, ...]


@get("/v1/zones")
async def list_zones(door: Door, location: LocationId) -> Answered[ZonesView]:
    """The parts of a place as they are walked, and what lies in them. Needs `fulfillment.read` or `fulfillment.pick` there."""
    seen_at(door.principal, location)

    async def ask(tx: Tx) -> ZonesView:
        found, items = await api.zones(tx, location_id=location)
        return ZonesView(tuple(found), tuple(items))

    return await door.read(ask)


@put("/v1/zones", status_code=200)
async def put_zones(door: Door, location: LocationId, data: ZonesView) -> Answered[ZonesView]:
    """Set them, whole. `subject`: a variant's id, or a category's slug. Needs `fulfillment.manage` there."""
    directory = await door.shared(Directories)()
    door.principal.require("fulfillment.manage", at=directory.location(location).id.uuid)

    async def ask(tx: Tx) -> ZonesView:
        await api.put_zones(tx, location_id=location, zones=data.zones, items=data.items)
        return data

    return await door.write(ask)


routes: list[Any] = [
    list_work, list_queues, list_label_makers, show_work, start_work, pause_work, scan_work, pick_work, finish_work, pack_work,
    ask_label, show_label, list_zones, put_zones,
]  # fmt: skip
