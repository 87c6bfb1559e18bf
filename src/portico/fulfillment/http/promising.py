"""REST routes of promises."""

from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.fulfillment import api
from portico.fulfillment.types import Destination, Promise, PromiseAsk, PromiseLine
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.types import LineItemId

LINES_MAX = 200


class AskedLine(msgspec.Struct, frozen=True):
    """`unit` may be one of the variant's packs; `line_id` is the asker's own name for it, if it has one."""

    variant_id: VariantId
    quantity: int
    line_id: LineItemId | None = None
    unit: str | None = None


class Point(msgspec.Struct, frozen=True):
    latitude: float
    longitude: float


class NewPromise(msgspec.Struct, frozen=True):
    """`here` is the store she stands in, `near` around where she would fetch it, `destination` where she would have it sent."""

    lines: list[AskedLine]
    market: str | None = None
    here: LocationId | None = None
    near: Point | None = None
    destination: Destination | None = None


@post("/v1/promises", status_code=200)
async def ask_promise(door: Door, data: NewPromise) -> Answered[Promise]:
    """Every way to get a basket: where, from when to when, at what cost, in how many parcels, and why."""
    directory = await door.shared(Directories)()
    network = await door.shared(api.Networks)(directory)
    if not 0 < len(data.lines) <= LINES_MAX:
        raise Invalid(errors=[{"field": "lines", "message": f"1..{LINES_MAX}"}])
    channel = directory.channel(door.doorway.id)
    own = directory.market_by_id(channel.market_id) if channel and channel.market_id else directory.market()
    market = directory.market(data.market) if data.market else own

    async def ask(tx: Tx) -> Promise:
        variant_ids = [one.variant_id for one in data.lines]
        if unknown := await catalog.unknown(tx, ids=variant_ids):
            raise Invalid(errors=[{"field": "variant_id", "message": str(unknown[0])}])
        quantities = [one.quantity for one in data.lines]
        if any(one.unit for one in data.lines):
            variants = await catalog.variants(tx, ids=variant_ids)
            quantities = [catalog.steps(variants[one.variant_id], one.quantity, one.unit) for one in data.lines]
        asked = PromiseAsk(
            lines=tuple(
                PromiseLine(one.line_id or LineItemId.new(), one.variant_id, quantity)
                for one, quantity in zip(data.lines, quantities, strict=True)
            ),
            market_id=market.id,
            channel_id=door.doorway.id,
            by=door.hand,
            occurred_at=clock.now(),
            here=data.here,
            near=(data.near.latitude, data.near.longitude) if data.near else None,
            destination=data.destination,
        )
        return await api.promise(tx, ask=asked, directory=directory, network=network)

    return await door.read(ask)


routes: list[Any] = [ask_promise]
