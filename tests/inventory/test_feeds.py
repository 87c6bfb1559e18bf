"""A stock file meets a sale: what it says becomes true, whoever writes meanwhile."""

import asyncio
import copy

import pytest
from tests.carts.racing import LOCKING, line_up
from tests.inventory.test_counting import on_hand
from tests.world import World

from portico.app import verification
from portico.inventory import api
from portico.inventory.store import feeds as store
from portico.inventory.types import FeedRow, Want, WantLine
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId

WRITTEN = 77


async def _feed_during_a_sale(database: Database, world: World) -> int:
    """The file says how many there are while five are being sold; what is on hand after both."""
    await line_up(database)
    selling, feeding = asyncio.Event(), asyncio.Event()
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, 5, take=True)

    async def sell() -> None:
        async with database.transaction() as tx:
            want = Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())
            await api.allocate(tx, wants=[want])
            selling.set()
            await feeding.wait()
            await asyncio.sleep(0.3)  # so that the file is at the row that is being sold from

    async def feed() -> None:
        await selling.wait()
        row = FeedRow(1, world.variants["LAMP-1"], world.store, WRITTEN)
        async with database.transaction() as tx:
            feeding.set()
            await api.feed(
                tx, digest="digest", number=0, rows=[row], absolute=True, by=world.by, occurred_at=clock.now()
            )  # fmt: skip

    async with database.transaction() as tx:
        await api.begin_feed(tx, digest="digest", file="stock.csv", absolute=True, rows_total=1)
    await asyncio.gather(sell(), feed())
    assert await verification.differences(database) == []
    return await on_hand(database, world)


async def test_what_a_file_says_is_so_though_units_are_sold_meanwhile(database: Database, world: World) -> None:
    assert await _feed_during_a_sale(database, world) == WRITTEN


async def test_without_its_lock_a_file_counts_from_what_it_saw_before(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlocked = copy.copy(store.APPLY)
    unlocked.text, locks = LOCKING.subn("", store.APPLY.text)
    assert locks == 1
    monkeypatch.setattr(store, "APPLY", unlocked)
    assert await _feed_during_a_sale(database, world) == WRITTEN - 5
