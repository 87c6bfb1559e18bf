"""REST routes of goods on their way."""

from datetime import date, timedelta
from typing import Any

import msgspec
from litestar import get, post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.inventory import api
from portico.inventory.http.asked import in_steps
from portico.inventory.types import Inbound, InboundBrief, InboundId, InboundQuantity, NewInbound
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid


class NewDelivery(msgspec.Struct, frozen=True):
    """From a `supplier`, or from a location of ours, which ships now."""

    location_id: LocationId
    reference: str
    lines: list[InboundQuantity]
    supplier: str = ""
    from_location_id: LocationId | None = None
    expected_on: date | None = None


class Delivered(msgspec.Struct, frozen=True):
    lines: list[InboundQuantity] = []
    close: bool = False


class InboundPage(msgspec.Struct, frozen=True):
    items: tuple[InboundBrief, ...]


@post("/v1/inbounds", status_code=201)
async def announce_inbound(door: Door, data: NewDelivery) -> Answered[Inbound]:
    """Announce a supplier's delivery, or ship to another location. Needs `inventory.receive` where a supplier's goes,
    and where a transfer comes from."""
    sender = data.from_location_id or data.location_id  # who has the goods may send them
    door.principal.require("inventory.receive", at=sender.uuid)
    directory = await door.shared(Directories)()
    directory.location(data.location_id)
    directory.location(sender)
    new = NewInbound(
        location_id=data.location_id,
        lines=tuple(data.lines),
        reference=data.reference,
        supplier=data.supplier,
        from_location_id=data.from_location_id,
        expected_on=data.expected_on,
    )

    async def ask(tx: Tx) -> Inbound:
        if data.expected_on and data.expected_on < tx.now.date() - timedelta(days=1):
            raise Invalid(errors=[{"field": "expected_on", "message": str(data.expected_on)}])
        lines = tuple(await in_steps(tx, data.lines))
        return await api.announce(tx, new=msgspec.structs.replace(new, lines=lines), by=door.hand)

    return await door.write(ask, status=201)


@get("/v1/inbounds")
async def list_inbounds(door: Door, location: LocationId, sent: bool = False) -> Answered[InboundPage]:
    """What is on its way to a location, the earliest first; with `sent`, what it has shipped to others of ours. Needs
    `inventory.read` there."""
    door.principal.require("inventory.read", at=location.uuid)

    async def ask(tx: Tx) -> InboundPage:
        listed = api.sent if sent else api.expected
        return InboundPage(tuple(await listed(tx, location_id=location)))

    return await door.read(ask)


@get("/v1/inbounds/{inbound_id:str}")
async def show_inbound(door: Door, inbound_id: InboundId) -> Answered[Inbound]:
    """One, with its lines. Needs `inventory.read` where it goes."""

    async def ask(tx: Tx) -> Inbound:
        found = await api.inbound(tx, inbound_id=inbound_id)
        door.principal.require("inventory.read", at=found.head.location_id.uuid)
        return found

    door.principal.require("inventory.read")
    return await door.read(ask)


@post("/v1/inbounds/{inbound_id:str}/receive", status_code=200)
async def receive_inbound(door: Door, inbound_id: InboundId, data: Delivered) -> Answered[Inbound]:
    """Take in what has come; with `close` nothing more is expected. Needs `inventory.receive` there."""
    door.principal.require("inventory.receive")

    async def ask(tx: Tx) -> Inbound:
        found = await api.inbound(tx, inbound_id=inbound_id)
        door.principal.require("inventory.receive", at=found.head.location_id.uuid)
        return await api.receive(
            tx, inbound_id=inbound_id, lines=await in_steps(tx, data.lines), by=door.hand, close=data.close
        )

    return await door.write(ask)


@post("/v1/inbounds/{inbound_id:str}/cancel", status_code=200)
async def cancel_inbound(door: Door, inbound_id: InboundId) -> Answered[Inbound]:
    """It will not come; what was shipped goes back to its sender's shelf. Needs `inventory.receive` where it was to go."""
    door.principal.require("inventory.receive")

    async def ask(tx: Tx) -> Inbound:
        found = await api.inbound(tx, inbound_id=inbound_id)
        door.principal.require("inventory.receive", at=found.head.location_id.uuid)
        return await api.cancel(tx, inbound_id=inbound_id, by=door.hand)

    return await door.write(ask)


routes: list[Any] = [announce_inbound, list_inbounds, show_inbound, receive_inbound, cancel_inbound]
