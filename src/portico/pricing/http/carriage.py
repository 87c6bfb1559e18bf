"""REST routes of what a market charges for bringing goods."""

from typing import Any

import msgspec
from litestar import get, post, put

from portico.business.api import Directories
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.api import carriage as api
from portico.pricing.http.lists import market_named
from portico.pricing.types.carriage import CarriageRate, CarriageRates


class CarriageEdit(msgspec.Struct, frozen=True):
    """All of a market's rates, as they are to be. `expected_version` is what the editor has seen, 0 where none were ever set."""

    rates: list[CarriageRate]
    expected_version: int
    market: str | None = None


class CarriageVersions(msgspec.Struct, frozen=True):
    items: tuple[CarriageRates, ...]


class CarriageTry(msgspec.Struct, frozen=True):
    """Goods that come to `amount`, brought to `country` ("": the market's own), bought through `channel` (its code). `rates` as they
    might be; without them, as they are."""

    amount: int
    country: str = ""
    channel: str = ""
    rates: list[CarriageRate] | None = None
    market: str | None = None


class CarriageTried(msgspec.Struct, frozen=True):
    """Of the methods that cost something or are said to be free; of others nothing is said, and nothing charged."""

    currency: str
    taxes_included: bool
    items: tuple[api.TriedCarriage, ...]


@get("/v1/carriage")
async def show_carriage(door: Door, market: str | None = None) -> Answered[CarriageRates]:
    """A market's rates of carriage. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, market)
    return await door.read(lambda tx: api.carriage(tx, market_id=found.id))


@get("/v1/carriage/versions")
async def list_carriage(door: Door, market: str | None = None) -> Answered[CarriageVersions]:
    """What was set before and by whom, newest first. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, market)

    async def ask(tx: Tx) -> CarriageVersions:
        return CarriageVersions(tuple(await api.versions(tx, market_id=found.id)))

    return await door.read(ask)


@put("/v1/carriage")
async def put_carriage(door: Door, data: CarriageEdit) -> Answered[CarriageRates]:
    """Set a market's rates of carriage, all of them. Orders that were placed stay as they are. Needs `pricing.manage`."""
    door.principal.require("pricing.manage")
    found = await market_named(door, data.market)
    return await door.write(
        lambda tx: api.put(
            tx, market_id=found.id, rates=data.rates, expected_version=data.expected_version, by=door.hand
        )
    )


@post("/v1/carriage/try", status_code=200)
async def try_carriage(door: Door, data: CarriageTry) -> Answered[CarriageTried]:
    """What a basket would pay for each method, by rates as they are or might be. Writes nothing. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, data.market)
    directory = await door.shared(Directories)()
    if not 0 <= data.amount <= money.AMOUNT_MAX:
        raise Invalid(errors=[{"field": "amount", "message": f"0..{money.AMOUNT_MAX}"}])

    async def ask(tx: Tx) -> CarriageTried:
        items = await api.tried(
            tx, market=found, rates=data.rates, amount=data.amount, country=data.country.upper(), channel=data.channel,
            directory=directory,
        )  # fmt: skip
        return CarriageTried(found.currency, found.taxes_included, tuple(items))

    return await door.read(ask)


routes: list[Any] = [show_carriage, list_carriage, put_carriage, try_carriage]
