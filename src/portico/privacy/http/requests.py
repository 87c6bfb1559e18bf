"""Exports and erasures over HTTP: asked for by herself, or by staff for her."""

from typing import Annotated, Any

import msgspec
from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.personal import Hindrance, House
from portico.privacy import api
from portico.privacy.proving import cursor_of, everywhere, fetched, page_of, prove_again, require
from portico.privacy.types import (
    OPEN,
    PAGE_MAX,
    Erasure,
    ErasureId,
    ErasureState,
    Export,
    ExportId,
    PrivacyPolicy,
)


class Exports(msgspec.Struct, frozen=True):
    items: tuple[Export, ...]


class Erasures(msgspec.Struct, frozen=True):
    """Requests; `customers` names those of whom there is a name still."""

    items: tuple[Erasure, ...]
    customers: dict[str, str]
    next_cursor: str | None = None


class ErasureWhole(msgspec.Struct, frozen=True):
    erasure: Erasure
    hindrances: tuple[Hindrance, ...]


class NewErasure(msgspec.Struct, frozen=True):
    """`gives_up`: points and store credit that are left lapse when she is forgotten, and hinder nothing until then."""

    reason: str = ""
    gives_up: bool = False


class ErasureApproval(msgspec.Struct, frozen=True):
    """`wait`: where something hinders, do it as soon as nothing does."""

    wait: bool = False
    decision: str = ""


class ErasureRefusal(msgspec.Struct, frozen=True):
    decision: str


@post("/v1/customers/{customer_id:str}/exports", status_code=202)
async def ask_export(door: Door, customer_id: CustomerId) -> Answered[Export]:
    """Have all we hold of a person put together; staff with `privacy.export`, or herself. It is kept for a week."""
    require(door, customer_id, "privacy.export", at_one_place=False)

    async def ask(tx: Tx) -> Export:
        return await api.ask_export(tx, customer_id=customer_id, language=door.language, by=door.hand)

    return await door.write(ask, status=202)


@get("/v1/customers/{customer_id:str}/exports")
async def list_exports(door: Door, customer_id: CustomerId) -> Answered[Exports]:
    """The exports that were asked for, newest first; staff with `privacy.export`, or herself."""
    require(door, customer_id, "privacy.export", at_one_place=False)

    async def ask(tx: Tx) -> Exports:
        return Exports(tuple(await api.exports(tx, customer_ids=[customer_id])))

    return await door.read(ask)


@get("/v1/exports/{export_id:str}/file")
async def fetch_export(door: Door, export_id: ExportId) -> Stream:
    """The file, a ZIP of JSON and a page to read. Staff with `privacy.export`; herself within an hour of signing in."""
    return await fetched(door, export_id)


@post("/v1/customers/{customer_id:str}/erasures", status_code=202)
async def ask_erasure(door: Door, customer_id: CustomerId, data: NewErasure) -> Answered[Erasure]:
    """Ask that a person is forgotten; staff with `privacy.export`, or herself. Asked for again it is the same request, to which
    `gives_up` may be added."""
    own = require(door, customer_id, "privacy.export", at_one_place=False)
    if own:
        await prove_again(door)
    house = door.shared(House)

    async def ask(tx: Tx) -> Erasure:
        return await api.ask_erasure(
            tx, house=house, customer_id=customer_id, reason=data.reason, by=door.hand, gives_up=data.gives_up
        )

    return await door.write(ask, status=202)


@get("/v1/privacy/erasures")
async def list_erasures(
    door: Door,
    in_state: Annotated[ErasureState | None, QueryParameter(name="state")] = None,
    customer: CustomerId | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Answered[Erasures]:
    """Who asked to be forgotten, newest first. Needs `privacy.erase`."""
    everywhere(door, "privacy.erase")
    rows, page = max(1, min(limit, PAGE_MAX)), page_of(ErasureId, cursor)

    async def ask(tx: Tx) -> Erasures:
        if customer:
            found = await api.erasures_of(tx, customer_ids=[customer])
        else:
            found = await api.erasures(tx, states=[in_state] if in_state else [], page=page, rows_max=rows + 1)
        shown = found[:rows]
        names = await customers.briefs(tx, ids=[one.customer_id for one in shown])
        door.shows("erasures", list(names))
        return Erasures(
            tuple(shown),
            {str(key): one.name or one.number for key, one in names.items()},
            cursor_of(shown[-1].requested_at, shown[-1].id) if len(found) > rows else None,
        )

    return await door.read(ask)


@get("/v1/privacy/erasures/{erasure_id:str}")
async def show_erasure(door: Door, erasure_id: ErasureId) -> Answered[ErasureWhole]:
    """One request, with what hinders it now. Needs `privacy.erase`."""
    everywhere(door, "privacy.erase")
    house = door.shared(House)

    async def ask(tx: Tx) -> ErasureWhole:
        found = await api.erasure(tx, id=erasure_id)
        door.shows("erasure", [found.customer_id])
        hindered = await api.hindering(tx, house=house, one=found) if found.state in OPEN else []
        return ErasureWhole(found, tuple(hindered))

    return await door.read(ask)


@post("/v1/privacy/erasures/{erasure_id:str}/approve", status_code=200)
async def approve(door: Door, erasure_id: ErasureId, data: ErasureApproval) -> Answered[Erasure]:
    """Forget her. Needs `privacy.erase`. 409 `privacy.not_yet` names what is still open; with `wait` it is done once that has ended."""
    everywhere(door, "privacy.erase")
    house = door.shared(House)
    return await door.write(
        lambda tx: api.approve(tx, house=house, id=erasure_id, wait=data.wait, decision=data.decision, by=door.hand)
    )


@post("/v1/privacy/erasures/{erasure_id:str}/refuse", status_code=200)
async def refuse(door: Door, erasure_id: ErasureId, data: ErasureRefusal) -> Answered[Erasure]:
    """Turn it down, and say why. Needs `privacy.erase`."""
    everywhere(door, "privacy.erase")
    return await door.write(lambda tx: api.refuse(tx, id=erasure_id, decision=data.decision, by=door.hand))


@get("/v1/privacy/policy")
async def show_policy(door: Door) -> Answered[PrivacyPolicy]:
    """How requests are dealt with here. Needs `privacy.manage`."""
    everywhere(door, "privacy.manage")
    return await door.read(lambda tx: api.policy(tx))


routes: list[Any] = [
    ask_export, list_exports, fetch_export, ask_erasure, list_erasures, show_erasure, approve, refuse, show_policy,
]  # fmt: skip
