"""Changing orders over HTTP."""

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.fulfillment.api import Networks
from portico.fulfillment.types import Proof
from portico.orders import api
from portico.orders.http.showing import showing
from portico.orders.types import (
    HandOverLine,
    Order,
    OrderId,
)
from portico.orders.views import OrderView
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.types import LineItemId


class NewHandOver(msgspec.Struct, frozen=True):
    """`proof`: the code she was sent, or a document with her name; without it nobody asked."""

    location_id: LocationId
    lines: list[HandOverLine] | None = None
    proof: Proof | None = None


@post("/v1/orders/{order_id:str}/handovers", status_code=200)
async def hand_over_order(door: Door, order_id: OrderId, data: NewHandOver) -> Answered[OrderView]:
    """Give the buyer what waits at a location. Needs `orders.hand_over` there."""
    door.principal.require("orders.hand_over", at=data.location_id.uuid)
    if data.proof is not None and data.proof.malformed:
        raise Invalid(errors=[{"field": "proof", "message": "code, name"}])
    directory = await door.shared(Directories)()
    return await door.write(
        showing(
            door,
            directory,
            lambda tx: api.hand_over(
                tx, order_id=order_id, location_id=data.location_id, lines=data.lines, proof=data.proof, by=door.hand
            ),
            asked=str(order_id),
        )
    )


class Rejection(msgspec.Struct, frozen=True):
    """`lines` are those that cannot be sent from there; None: none of them can."""

    location_id: LocationId
    reason: str = ""
    lines: list[LineItemId] | None = None


@post("/v1/orders/{order_id:str}/reject", status_code=200)
async def reject_order(door: Door, order_id: OrderId, data: Rejection) -> Answered[OrderView]:
    """A location cannot send its part: it is sent from elsewhere, or all stays as it was. Needs `orders.hand_over` there."""
    door.principal.require("orders.hand_over", at=data.location_id.uuid)
    directory = await door.shared(Directories)()
    network = await door.shared(Networks)(directory)

    async def rejected(tx: Tx) -> Order:
        await api.reject(
            tx, order_id=order_id, location_id=data.location_id, line_ids=data.lines, reason=data.reason[:200],
            directory=directory, network=network, by=door.hand,
        )  # fmt: skip
        return await api.order(tx, order_id=order_id)

    return await door.write(showing(door, directory, rejected, asked=str(order_id)))


routes = [reject_order, hand_over_order]
