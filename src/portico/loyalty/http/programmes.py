"""REST routes of programmes."""

import re
from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories, Directory
from portico.loyalty import api
from portico.loyalty.types import Programme, ProgrammeId, ProgrammeState, Terms
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class Draft(msgspec.Struct, frozen=True):
    """A programme's draft. `expected` is the number of the draft that was looked at, 0 for a new programme."""

    markets: tuple[str, ...]
    terms: Terms
    expected: int = 0


class Expected(msgspec.Struct, frozen=True):
    expected: int


class ProgrammeView(msgspec.Struct, frozen=True):
    """`terms` as they are being written, changed `draft` times; those of `version` count. `markets` by their codes."""

    id: ProgrammeId
    code: str
    state: ProgrammeState
    markets: tuple[str, ...]
    terms: Terms
    draft: int
    version: int | None
    changed_at: datetime
    actor_name: str


class Programmes(msgspec.Struct, frozen=True):
    items: list[ProgrammeView]


def _view(one: Programme, directory: Directory) -> ProgrammeView:
    codes = (directory.markets[id].code for id in one.market_ids if id in directory.markets)
    return ProgrammeView(
        one.id, one.code, one.state, tuple(codes), one.terms, one.draft, one.version, one.changed_at, one.actor_name
    )


@get("/v1/programmes")
async def list_programmes(door: Door) -> Answered[Programmes]:
    """Every programme, with the terms as they are being written. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")

    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Programmes:
        return Programmes([_view(one, directory) for one in await api.programmes(tx)])

    return await door.read(ask)


@get("/v1/programmes/{code:str}")
async def show_programme(door: Door, code: str) -> Answered[ProgrammeView]:
    """One programme. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> ProgrammeView:
        return _view(await api.programme(tx, code=code), directory)

    return await door.read(ask)


@put("/v1/programmes/{code:str}", status_code=200)
async def put_programme(door: Door, code: str, data: Draft) -> Answered[ProgrammeView]:
    """Write a programme's draft. What runs goes on by the terms that were published. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    if not CODE.fullmatch(code):
        raise Invalid(errors=[{"field": "code", "message": "a-z 0-9 -"}])
    directory = await door.shared(Directories)()
    market_ids = [directory.market(one).id for one in data.markets]
    currencies = sorted({directory.markets[one].currency for one in market_ids})

    async def ask(tx: Tx) -> ProgrammeView:
        made = await api.put_programme(
            tx, code=code, market_ids=market_ids, terms=data.terms, currencies=currencies, expected=data.expected,
            by=door.hand,
        )  # fmt: skip
        return _view(made, directory)

    return await door.write(ask)


@post("/v1/programmes/{code:str}/publish", status_code=200)
async def publish(door: Door, code: str, data: Expected) -> Answered[ProgrammeView]:
    """Put the draft into force. What was bought before keeps the terms it was bought under. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> ProgrammeView:
        return _view(await api.publish(tx, code=code, expected=data.expected, by=door.hand), directory)

    return await door.write(ask)


@post("/v1/programmes/{code:str}/end", status_code=200)
async def end(door: Door, code: str, data: Expected) -> Answered[ProgrammeView]:
    """Nothing is earned from now on. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> ProgrammeView:
        return _view(await api.end(tx, code=code, expected=data.expected, by=door.hand), directory)

    return await door.write(ask)


routes: list[Any] = [list_programmes, show_programme, put_programme, publish, end]
