"""What carriers tell us, over HTTP: their webhooks, verified on the bytes as they came."""

from typing import Any

from litestar import Request, Response, post

from portico.fulfillment.ports import Carriers
from portico.fulfillment.types import UnknownCarrier
from portico.orders import api as orders
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.http import Door
from portico.returns.api import labels as returned

SIGNATURE_HEADERS = ("x-hmac-signature",)


@post("/v1/carriers/{code:str}/events", status_code=200)
async def hear_carrier(door: Door, request: Request[Any, Any, Any], code: str) -> Response[Any]:
    """Tracking events, in whatever order and however often. Signed by the carrier; told again, nothing changes."""
    carrier = door.shared(Carriers).by_code.get(code)
    if carrier is None:
        raise UnknownCarrier(carrier=code[:40])
    signature = next((found for one in SIGNATURE_HEADERS if (found := request.headers.get(one))), None)
    told = carrier.heard(await request.body(), signature)
    by = Hand(actor=f"client:{code}", actor_name=code)

    async def ask(tx: Tx) -> dict[str, int]:
        await orders.track(tx, told=told, by=by)
        await returned.track(tx, told=told, by=by)
        return {"heard": len(told)}

    return await door.write(ask, remember=False)


routes: list[Any] = [hear_carrier]
