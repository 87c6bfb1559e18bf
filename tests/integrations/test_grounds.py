"""What an import stands on: the market that is there, or a new one, and never the wrong currency."""

import asyncio

import pytest

from portico.business.types import Market
from portico.integrations.shops import grounds
from portico.integrations.shops.broken import NoMarket
from portico.platform.db import Database
from tests.world import World


async def market(database: Database, **wanted: str) -> Market:
    async with database.transaction() as tx:
        return await grounds.market(tx, **wanted)


async def test_a_market_that_fits_is_taken(database: Database, world: World) -> None:
    assert (await market(database)).id == world.market_id
    assert (await market(database, currency="EUR")).id == world.market_id
    assert (await market(database, currency="EUR", country="ES")).id == world.market_id
    assert (await market(database, code="es")).id == world.market_id


async def test_a_market_that_is_missing_is_made_once(database: Database, world: World) -> None:
    made = await market(database, currency="GBP", country="GB")
    assert (made.code, made.currency, made.id != world.market_id) == ("gb", "GBP", True)
    assert (await market(database, currency="GBP", country="GB")).id == made.id
    other = await market(database, currency="USD", country="ES")  # the code of Spain's own market is taken
    assert (other.code, other.currency) == ("es-usd", "USD")


async def test_a_currency_is_never_guessed(database: Database) -> None:
    for wanted in ({}, {"code": "es"}, {"currency": "EUR"}):
        with pytest.raises(NoMarket):
            await market(database, **wanted)


async def test_two_imports_into_an_empty_house_share_one_market(database: Database) -> None:
    made = await asyncio.gather(*(market(database, currency="GBP", country="GB") for _ in range(4)))
    assert len({one.id for one in made}) == 1
