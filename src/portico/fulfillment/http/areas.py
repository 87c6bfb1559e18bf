"""REST routes of postal areas."""

from typing import Any

import msgspec
from litestar import get, put

from portico.fulfillment import api
from portico.fulfillment.types import PostalArea, PostalPoint
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

ROWS_MAX = 2_000


class AreaPage(msgspec.Struct, frozen=True):
    items: tuple[PostalArea, ...]


@get("/v1/postal-codes/{country:str}/{code:str}")
async def locate_postal_code(door: Door, country: str, code: str) -> Answered[PostalPoint]:
    """Where a postal code is: what a promise takes as its destination."""

    async def ask(tx: Tx) -> PostalPoint:
        return await api.locate(tx, country=country.upper()[:2], postal_code=code)

    return await door.read(ask)


@get("/v1/network/areas")
async def list_areas(door: Door, country: str, after: str = "") -> Answered[AreaPage]:
    """A country's postal areas, 2,000 at a time: those whose prefix comes after `after`. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")

    async def ask(tx: Tx) -> AreaPage:
        return AreaPage(tuple(await api.areas(tx, country=country, after=after)))

    return await door.read(ask)


@put("/v1/network/areas", status_code=200)
async def put_areas(door: Door, data: AreaPage) -> Answered[AreaPage]:
    """Set where postal codes are, by country and prefix. Needs `fulfillment.manage`."""
    door.principal.require("fulfillment.manage")
    if len(data.items) > ROWS_MAX:
        raise Invalid(errors=[{"field": "items", "message": f"<= {ROWS_MAX}"}])

    async def ask(tx: Tx) -> AreaPage:
        await api.put_areas(tx, areas=data.items)
        return data

    return await door.write(ask)


routes: list[Any] = [locate_postal_code, list_areas, put_areas]
