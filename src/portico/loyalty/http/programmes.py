"""REST routes of programmes."""

import re
from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories
from portico.loyalty import api
from portico.loyalty.types import Programme, Terms
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


class Programmes(msgspec.Struct, frozen=True):
    items: list[Programme]


@get("/v1/programmes")
async def list_programmes(door: Door) -> Answered[Programmes]:
    """Every programme, with the terms as they are being written. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")

    async def ask(tx: Tx) -> Programmes:
        return Programmes(await api.programmes(tx))

    return await door.read(ask)


@get("/v1/programmes/{code:str}")
async def show_programme(door: Door, code: str) -> Answered[Programme]:
    """One programme. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    return await door.read(lambda tx: api.programme(tx, code=code))


@put("/v1/programmes/{code:str}", status_code=200)
async def put_programme(door: Door, code: str, data: Draft) -> Answered[Programme]:
    """Write a programme's draft. What runs goes on by the terms that were published. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    if not CODE.fullmatch(code):
        raise Invalid(errors=[{"field": "code", "message": "a-z 0-9 -"}])
    directory = await door.shared(Directories)()
    market_ids = [directory.market(one).id for one in data.markets]
    currencies = sorted({directory.markets[one].currency for one in market_ids})
    return await door.write(
        lambda tx: api.put_programme(
            tx, code=code, market_ids=market_ids, terms=data.terms, currencies=currencies, expected=data.expected,
            by=door.hand,
        )
    )  # fmt: skip


@post("/v1/programmes/{code:str}/publish", status_code=200)
async def publish(door: Door, code: str, data: Expected) -> Answered[Programme]:
    """Put the draft into force. What was bought before keeps the terms it was bought under. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    return await door.write(lambda tx: api.publish(tx, code=code, expected=data.expected, by=door.hand))


@post("/v1/programmes/{code:str}/end", status_code=200)
async def end(door: Door, code: str, data: Expected) -> Answered[Programme]:
    """Nothing is earned from now on. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    return await door.write(lambda tx: api.end(tx, code=code, expected=data.expected, by=door.hand))


routes: list[Any] = [list_programmes, show_programme, put_programme, publish, end]
