"""REST routes of the network: places, carriers, holidays."""

from typing import Any

import msgspec
from litestar import get, put

from portico.business.api import Directories
from portico.fulfillment import api
from portico.fulfillment.types import CarrierService, Holiday, Node
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

ROWS_MAX = 2_000


class NodePage(msgspec.Struct, frozen=True):
    items: tuple[Node, ...]


class ServicePage(msgspec.Struct, frozen=True):
    items: tuple[CarrierService, ...]


class HolidayPage(msgspec.Struct, frozen=True):
    items: tuple[Holiday, ...]


class HolidayEdits(msgspec.Struct, frozen=True):
    add: tuple[Holiday, ...] = ()
    drop: tuple[Holiday, ...] = ()


def _bounded(rows: int, field: str) -> None:
    if rows > ROWS_MAX:
        raise Invalid(errors=[{"field": field, "message": f"<= {ROWS_MAX}"}])


@get("/v1/network/nodes")
async def list_nodes(door: Door) -> Answered[NodePage]:
    """How each location fulfils; those of which nothing is said as most do. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")
    directory = await door.shared(Directories)()
    network = await door.shared(api.Networks)(directory)

    async def ask(tx: Tx) -> NodePage:
        return NodePage(tuple(api.node(network, one) for one in directory.locations))

    return await door.read(ask)


@put("/v1/network/nodes", status_code=200)
async def put_nodes(door: Door, data: NodePage) -> Answered[NodePage]:
    """Set how locations fulfil. Needs `fulfillment.manage` at each."""
    door.principal.require("fulfillment.manage")
    _bounded(len(data.items), "items")
    directory = await door.shared(Directories)()
    for one in data.items:
        door.principal.require("fulfillment.manage", at=directory.location(one.location_id).id.uuid)

    async def ask(tx: Tx) -> NodePage:
        await api.put_nodes(tx, nodes=data.items)
        return data

    answer = await door.write(ask)
    door.shared(api.Networks).forget()
    return answer


@get("/v1/network/carriers")
async def list_carriers(door: Door) -> Answered[ServicePage]:
    """Who carries what where, for how much. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")
    network = await door.shared(api.Networks)(await door.shared(Directories)())

    async def ask(tx: Tx) -> ServicePage:
        return ServicePage(network.services)

    return await door.read(ask)


@put("/v1/network/carriers", status_code=200)
async def put_carriers(door: Door, data: ServicePage) -> Answered[ServicePage]:
    """Set carriers' services, by code. Needs `fulfillment.manage`."""
    door.principal.require("fulfillment.manage")
    _bounded(len(data.items), "items")

    async def ask(tx: Tx) -> ServicePage:
        await api.put_services(tx, services=data.items)
        return data

    answer = await door.write(ask)
    door.shared(api.Networks).forget()
    return answer


@get("/v1/network/holidays")
async def list_holidays(door: Door) -> Answered[HolidayPage]:
    """Days to come on which those of a calendar do not work. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")

    async def ask(tx: Tx) -> HolidayPage:
        return HolidayPage(tuple(await api.holidays(tx)))

    return await door.read(ask)


@put("/v1/network/holidays", status_code=200)
async def put_holidays(door: Door, data: HolidayEdits) -> Answered[HolidayPage]:
    """Add holidays and take others away. Needs `fulfillment.manage`."""
    door.principal.require("fulfillment.manage")
    _bounded(len(data.add) + len(data.drop), "add")

    async def ask(tx: Tx) -> HolidayPage:
        await api.put_holidays(tx, holidays=data.add, gone=data.drop)
        return HolidayPage(tuple(await api.holidays(tx)))

    answer = await door.write(ask)
    door.shared(api.Networks).forget()
    return answer


routes: list[Any] = [list_nodes, put_nodes, list_carriers, put_carriers, list_holidays, put_holidays]
