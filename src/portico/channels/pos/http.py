"""Receipts at the till: the order's own, written in the request that shows it."""

from typing import Any

from litestar import Response, get

from portico.business.api import Directories
from portico.documents import api as documents
from portico.documents.answering import rendered
from portico.documents.rendering import Form
from portico.orders import api
from portico.orders.types import OrderId
from portico.platform.http import Door
from portico.platform.refusals import NotFound, Refused


@get("/pos/receipts/{order_id:str}", include_in_schema=False)
async def receipt(door: Door, order_id: str) -> Response[Any]:
    """The receipt of an order, for staff with `orders.read`. What is not paid yet is shown as an order that has none."""
    door.principal.require("orders.read")
    try:
        wanted = OrderId.parse(order_id)
    except ValueError:
        raise NotFound(what="order", id=order_id[:100]) from None
    directory = await door.shared(Directories)()
    async with door.database.transaction() as tx:
        found = await api.order(tx, order_id=wanted)
        try:
            shown = await documents.receipt(tx, order=found, directory=directory, by=door.hand)
        except NotFound:
            raise
        except Refused:
            shown = await documents.slip(tx, order=found, directory=directory)
    return await rendered(door, shown, Form.HTML, copy=door.request.query_params.get("copy") == "1")


routes: list[Any] = [receipt]
