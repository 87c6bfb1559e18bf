"""The label of a return by post, over HTTP."""

import msgspec
from litestar import Response, get, post

from portico.fulfillment.ports import Carriers
from portico.fulfillment.types import UnknownCarrier
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound
from portico.returns import api
from portico.returns.finding import SERVICE_LENGTH_MAX
from portico.returns.http.showing import ReturnView, label_of, may_see, return_view


class ReturnLabelAsk(msgspec.Struct, frozen=True):
    """Who is to make it, and which service of theirs; what is left out is as the policy says."""

    carrier: str | None = None
    service: str | None = None


@post("/v1/returns/{name:str}/label", status_code=202)
async def ask_return_label(door: Door, name: str, data: ReturnLabelAsk) -> Answered[ReturnView]:
    """Ask for it anew, by the return's id or code, after its carrier would not make it or has not answered; one that is there
    stays. Needs `returns.take`."""
    door.principal.require("returns.take", at=door.principal.location_id)
    if data.carrier is not None and data.carrier not in door.shared(Carriers).by_code:
        raise UnknownCarrier(carrier=data.carrier[:40])
    if data.service is not None and len(data.service) > SERVICE_LENGTH_MAX:
        raise Invalid(errors=[{"field": "service", "message": f"<= {SERVICE_LENGTH_MAX}"}])

    async def ask(tx: Tx) -> ReturnView:
        asked = await api.find(tx, name=name)
        found = await api.labels.ask_again(tx, return_id=asked.head.id, carrier=data.carrier, service=data.service)
        return return_view(found, await label_of(tx, found.head.order_id))

    return await door.write(ask, status=202)


@get("/v1/returns/{name:str}/label", response_headers=[])
async def show_return_label(door: Door, name: str) -> Response[bytes]:
    """As it is printed, by the return's id or code; staff with `returns.read`, or whose it is. Not found while it is being made."""
    async with door.database.read() as tx:
        found = await api.find(tx, name=name)
        may_see(door, customer_id=found.head.customer_id, guest_id=found.head.guest_id, what="return", name=name)
        file = await api.labels.file(tx, found=found)
    if file is None:
        raise NotFound(what="label", id=name[:100])
    return Response(file.label, media_type=file.label_type, headers={"cache-control": "private, no-store"})


routes = [ask_return_label, show_return_label]
