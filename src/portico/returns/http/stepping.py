"""How a return goes on, over HTTP."""

from collections.abc import Awaitable, Callable

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.inventory.types import LotQuantity
from portico.payments.types import Own
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.returns import api
from portico.returns.http.showing import ReturnView, asks_for_her_own, label_of, may_see, refund_target, return_view
from portico.returns.types import (
    TEXT_LENGTH_MAX,
    Event,
    Return,
    ReturnId,
    ReturnLineId,
    Way,
)

GRADES_MAX = 1000


class Received(msgspec.Struct, frozen=True):
    location_id: LocationId
    lots: dict[str, list[LotQuantity]] = {}  # by the return's lines, of what is told apart by lot or serial number


class Grades(msgspec.Struct, frozen=True):
    lines: list[api.GradeLine]
    refund_to: Own | None = None


class Approval(msgspec.Struct, frozen=True):
    refund_to: Own | None = None


class Said(msgspec.Struct, frozen=True):
    reason: str = ""


async def _stepping(
    door: Door, change: Callable[[Tx], Awaitable[Return]], *, at: LocationId | None = None, decides: bool = False
) -> Answered[ReturnView]:
    door.principal.require("returns.take", at=at.uuid if at else door.principal.location_id)

    async def ask(tx: Tx) -> ReturnView:
        found = await change(tx)
        if found.head.location_id:  # whose return it is by now; another store's is not hers to step
            door.principal.require("returns.take", at=found.head.location_id.uuid)
        if decides and found.head.way is Way.CLAIM:
            door.principal.require("returns.override", at=door.principal.location_id)
        return return_view(found, await label_of(tx, found.head.order_id))

    return await door.write(ask)


def _said(reason: str) -> str:
    if len(reason) > TEXT_LENGTH_MAX:
        raise Invalid(errors=[{"field": "reason", "message": f"<= {TEXT_LENGTH_MAX}"}])
    return reason


@post("/v1/returns/{return_id:str}/approve", status_code=200)
async def approve_return(door: Door, return_id: ReturnId, data: Approval) -> Answered[ReturnView]:
    """Let it come. Needs `returns.take`; a claim is granted by that, and its money goes back: it needs `returns.override` besides."""
    instead = refund_target(data.refund_to)
    return await _stepping(
        door, lambda tx: api.approve(tx, return_id=return_id, by=door.hand, instead=instead), decides=True
    )


@post("/v1/returns/{return_id:str}/reject", status_code=200)
async def reject_return(door: Door, return_id: ReturnId, data: Said) -> Answered[ReturnView]:
    """It is not to come. Needs `returns.take`."""
    reason = _said(data.reason)
    return await _stepping(
        door, lambda tx: api.step(tx, return_id=return_id, event=Event.REJECT, by=door.hand, reason=reason)
    )


@post("/v1/returns/{return_id:str}/send", status_code=200)
async def send_return(door: Door, return_id: ReturnId, data: Said) -> Answered[ReturnView]:
    """It is on its way; `reason` may be the number it can be followed by. Needs `returns.take`, or it is the asker's own."""
    return await _step_own(door, return_id, Event.SEND, _said(data.reason))


@post("/v1/returns/{return_id:str}/cancel", status_code=200)
async def cancel_return(door: Door, return_id: ReturnId, data: Said) -> Answered[ReturnView]:
    """It does not come after all. Needs `returns.take`, or it is the asker's own."""
    return await _step_own(door, return_id, Event.CANCEL, _said(data.reason))


async def _step_own(door: Door, return_id: ReturnId, event: Event, reason: str) -> Answered[ReturnView]:
    own = asks_for_her_own(door)
    if not own:
        door.principal.require("returns.take", at=door.principal.location_id)

    async def ask(tx: Tx) -> ReturnView:
        if own:
            head = (await api.find(tx, name=str(return_id))).head
            may_see(door, customer_id=head.customer_id, guest_id=head.guest_id, what="return", name=str(return_id))
        found = await api.step(tx, return_id=return_id, event=event, by=door.hand, reason=reason)
        return return_view(found, await label_of(tx, found.head.order_id))

    return await door.write(ask)


@post("/v1/returns/{return_id:str}/receive", status_code=200)
async def receive_return(door: Door, return_id: ReturnId, data: Received) -> Answered[ReturnView]:
    """It has come, and waits to be looked at. Needs `returns.take` at that location."""
    directory = await door.shared(Directories)()
    try:
        lots = {ReturnLineId.parse(name): each for name, each in data.lots.items()}
    except ValueError:
        raise Invalid(errors=[{"field": "lots", "message": "by line"}]) from None
    return await _stepping(
        door,
        lambda tx: api.receive(
            tx, return_id=return_id, location_id=data.location_id, directory=directory, by=door.hand, lots=lots
        ),
        at=data.location_id,
    )


@post("/v1/returns/{return_id:str}/grade", status_code=200)
async def grade_return(door: Door, return_id: ReturnId, data: Grades) -> Answered[ReturnView]:
    """In what condition every unit is: where it goes, and what is given back. Needs `returns.take`."""
    if len(data.lines) > GRADES_MAX:
        raise Invalid(errors=[{"field": "lines", "message": f"<= {GRADES_MAX}"}])
    instead = refund_target(data.refund_to)
    return await _stepping(
        door, lambda tx: api.grade(tx, return_id=return_id, grades=data.lines, by=door.hand, instead=instead)
    )


routes = [
    approve_return, reject_return, send_return, cancel_return, receive_return, grade_return,
]  # fmt: skip
