"""REST routes of payments: what providers tell, a till's cash and the close of its day, how refunds are shared."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories
from portico.business.types import TillId
from portico.payments import api, performing
from portico.payments.ports import Providers
from portico.payments.types import CashMove, RefundMode, RefundPolicy, TillClose, TillReport
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound

OPENED_BEFORE = timedelta(days=400)  # how far back a till that was never closed is looked at
HANDLERS_MAX = 20


class Drawer(msgspec.Struct, frozen=True):
    """What a drawer should hold now."""

    till_id: TillId
    currency: str
    expected: int


class Counted(msgspec.Struct, frozen=True):
    """What was counted in the drawer, blind: what should be there is told with the answer."""

    counted: int
    currency: str | None = None


class NewPolicy(msgspec.Struct, frozen=True):
    mode: RefundMode
    handlers: list[str] = []


class Closes(msgspec.Struct, frozen=True):
    items: tuple[TillClose, ...]


class Received(msgspec.Struct, frozen=True):
    """`again`: it was told before, and changed nothing."""

    again: bool


def _till(door: Door, directory: Any, till_id: TillId, permission: str) -> tuple[Hand, str]:
    """By whose hand a till's cash moves, and in which currency. Refuses NotFound, Forbidden."""
    till = directory.tills.get(till_id)
    if till is None:
        raise NotFound(what="till", id=str(till_id))
    door.principal.require(permission, at=till.location_id.uuid)
    market = directory.market_by_id(directory.location(till.location_id).market_id)
    by = msgspec.structs.replace(door.hand, location_id=till.location_id.uuid, till_id=till_id.uuid)
    return by, market.currency


@post("/v1/tills/{till_id:str}/cash", status_code=201)
async def move_cash(door: Door, till_id: TillId, data: CashMove) -> Answered[Drawer]:
    """Put cash into a drawer or take it out without a sale: change, a drop into the safe, petty cash. Needs `payments.cash` there."""
    by, currency = _till(door, await door.shared(Directories)(), till_id, "payments.cash")
    if data.currency != currency:
        raise Invalid(errors=[{"field": "currency", "message": currency}])

    async def ask(tx: Tx) -> Drawer:
        return Drawer(till_id, currency, await api.move_cash(tx, till_id=till_id.uuid, move=data, by=by))

    return await door.write(ask, status=201)


@get("/v1/tills/{till_id:str}/report")
async def show_report(door: Door, till_id: TillId) -> Answered[TillReport]:
    """What passed through a till since its last close; asking changes nothing. Needs `payments.close` there."""
    _, currency = _till(door, await door.shared(Directories)(), till_id, "payments.close")
    since = clock.now() - OPENED_BEFORE
    return await door.read(lambda tx: api.report(tx, till_id=till_id.uuid, currency=currency, opened_at=since))


@post("/v1/tills/{till_id:str}/closes", status_code=201)
async def close_till(door: Door, till_id: TillId, data: Counted) -> Answered[TillClose]:
    """Close a till's day with what was counted. Needs `payments.close` there."""
    by, currency = _till(door, await door.shared(Directories)(), till_id, "payments.close")
    if data.currency not in (None, currency):
        raise Invalid(errors=[{"field": "currency", "message": currency}])
    since = clock.now() - OPENED_BEFORE
    return await door.write(
        lambda tx: api.close_till(
            tx, till_id=till_id.uuid, currency=currency, counted=data.counted, opened_at=since, by=by
        ),
        status=201,
    )  # fmt: skip


@get("/v1/tills/{till_id:str}/closes")
async def list_closes(door: Door, till_id: TillId) -> Answered[Closes]:
    """The newest closes of a till, newest first. Needs `payments.close` there."""
    _till(door, await door.shared(Directories)(), till_id, "payments.close")

    async def ask(tx: Tx) -> Closes:
        return Closes(tuple(await api.closes(tx, till_ids=[till_id.uuid])))

    return await door.read(ask)


@get("/v1/refund-policies/{market:str}")
async def show_policy(door: Door, market: str) -> Answered[RefundPolicy]:
    """How what goes back is shared among tenders. Needs `payments.manage`."""
    door.principal.require("payments.manage")
    found = (await door.shared(Directories)()).market(market)
    return await door.read(lambda tx: api.policy(tx, market_id=found.id))


@put("/v1/refund-policies/{market:str}", status_code=200)
async def put_policy(door: Door, market: str, data: NewPolicy) -> Answered[RefundPolicy]:
    """Needs `payments.manage`."""
    door.principal.require("payments.manage")
    found = (await door.shared(Directories)()).market(market)
    if len(data.handlers) > HANDLERS_MAX or len(set(data.handlers)) < len(data.handlers):
        raise Invalid(errors=[{"field": "handlers", "message": f"<= {HANDLERS_MAX}"}])
    policy = RefundPolicy(found.id, data.mode, tuple(data.handlers))

    async def ask(tx: Tx) -> RefundPolicy:
        await api.put_policy(tx, policy=policy)
        return policy

    return await door.write(ask)


@post("/v1/payments/webhooks/{provider:str}", status_code=200)
async def hear(door: Door, provider: str) -> Answered[Received]:
    """What a provider tells of its own accord, its signature proven on the bytes as they came. It is a hint to ask the provider,
    no more: told twice, late or out of order, it changes nothing that is not so."""
    found = door.shared(Providers).get(provider)
    if found is None:
        raise NotFound(what="provider", id=provider[:40])
    event = found.heard(await door.request.body(), {key.lower(): value for key, value in door.request.headers.items()})
    by = Hand(actor=f"provider:{provider}", actor_name=provider)
    async with door.database.transaction() as tx:
        fresh = await api.heard(tx, provider=provider, event_id=event.id, type=event.type)
        open_ = await api.open_operations(tx, handler=provider, key=event.key, ref=event.ref)
    for operation_id in open_:
        await performing.perform(door.database, door.shared(Providers), operation_id=operation_id, by=by)

    async def ask(tx: Tx) -> Received:
        return Received(again=not fresh)

    return await door.read(ask)


routes: list[Any] = [move_cash, show_report, close_till, list_closes, show_policy, put_policy, hear]
