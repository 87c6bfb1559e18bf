"""Stock under concurrency: locks that hold, holds that run out, a ledger that adds up; and what happens without the lock."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from tests.world import ON_HAND, World

from portico.app import verification
from portico.inventory import api
from portico.inventory.rules import sharing
from portico.inventory.store import stock as store
from portico.inventory.types import (
    Adjustment,
    BelowReserved,
    Granted,
    HandOver,
    Key,
    Level,
    NotHeld,
    OutOfStock,
    Reason,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database, Query, Tx
from portico.pricing.types import LineItemId


def want(world: World, *quantities: tuple[str, int], take: bool = True, **more) -> Want:  # type: ignore[no-untyped-def]
    lines = tuple(
        WantLine(LineItemId.new(), world.variants[sku], world.store, quantity, take) for sku, quantity in quantities
    )
    return Want(holder=OrderId.new(), lines=lines, by=world.by, occurred_at=clock.now(), **more)


async def allocate(database: Database, *wants: Want, now=None) -> list[Granted | OutOfStock]:  # type: ignore[no-untyped-def]
    async with database.transaction(now=now) as tx:
        return await api.allocate(tx, wants=wants)


async def level(database: Database, world: World, sku: str = "LAMP-1") -> tuple[int, int]:
    async with database.read() as tx:
        (found,) = await api.levels(tx, variant_ids=[world.variants[sku]], location_ids=[world.store])
    return found.on_hand, found.reserved


async def test_all_lines_or_none(database: Database, world: World) -> None:
    (answer,) = await allocate(database, want(world, ("LAMP-1", 1), ("MUG-1", ON_HAND + 1)))
    assert isinstance(answer, OutOfStock)
    assert [(one.variant_id, one.wanted, one.available) for one in answer.missing] == [
        (world.variants["MUG-1"], ON_HAND + 1, ON_HAND)
    ]
    assert await level(database, world) == (ON_HAND, 0)
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.movement where reason = 'sold'") == 0
        assert (
            await connection.fetchval("select count(*) from platform.fact where type = 'inventory.allocated.v1'") == 0
        )


async def test_first_come_first_served_within_a_batch(database: Database, world: World) -> None:
    answers = await allocate(database, *(want(world, ("LAMP-1", 20)) for _ in range(4)), want(world, ("LAMP-1", 10)))
    assert [isinstance(one, Granted) for one in answers] == [True, True, False, False, True]
    assert await level(database, world) == (0, 0)


async def test_concurrent_wants_of_shared_rows_neither_oversell_nor_deadlock(database: Database, world: World) -> None:
    """Each transaction wants two items, in either order; nobody is refused while there is enough for all."""
    pairs = [("LAMP-1", "MUG-1"), ("MUG-1", "LAMP-1"), ("CUP-1", "LAMP-1"), ("MUG-1", "CUP-1")]
    wants = [want(world, *((sku, 1) for sku in pairs[i % 4])) for i in range(60)]
    answers = await asyncio.gather(*(allocate(database, one) for one in wants))
    assert all(isinstance(one[0], Granted) for one in answers)
    assert [await level(database, world, sku) for sku in ("LAMP-1", "MUG-1", "CUP-1")] == [(5, 0), (5, 0), (20, 0)]
    assert await verification.differences(database) == []


async def _race(database: Database, world: World) -> list[object]:
    return await asyncio.gather(
        *(allocate(database, want(world, ("LAMP-1", 1))) for _ in range(80)), return_exceptions=True
    )


async def test_the_last_units_are_sold_once(database: Database, world: World) -> None:
    answers = await _race(database, world)
    granted = [one for one in answers if isinstance(one, list) and isinstance(one[0], Granted)]
    refused = [one for one in answers if isinstance(one, list) and isinstance(one[0], OutOfStock)]
    assert (len(granted), len(refused)) == (ON_HAND, 30)


async def test_without_its_lock_the_race_is_lost(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: read without `for update`, the same race runs into the database's own check."""
    unlocked = Query(Level, "")
    Query.every.remove(unlocked)
    unlocked.names, unlocked.text = store.LOCK.names, store.LOCK.text.replace("for update of stock", "")
    monkeypatch.setattr(store, "LOCK", unlocked)
    answers = await _race(database, world)
    assert any(isinstance(one, asyncpg.CheckViolationError) for one in answers)


async def test_a_hold_that_ran_out_does_not_count_and_needs_no_sweeper(database: Database, world: World) -> None:
    soon = clock.now() + timedelta(minutes=15)
    (held,) = await allocate(database, want(world, ("LAMP-1", ON_HAND), take=False, expires_at=soon))
    assert isinstance(held, Granted)
    assert await level(database, world) == (ON_HAND, ON_HAND)
    (refused,) = await allocate(database, want(world, ("LAMP-1", 1)))
    assert isinstance(refused, OutOfStock)
    (granted,) = await allocate(database, want(world, ("LAMP-1", 1)), now=soon)
    assert isinstance(granted, Granted)
    assert await level(database, world) == (ON_HAND - 1, 0)
    assert await verification.differences(database) == []


async def test_tidying_gives_back_what_ran_out_and_nothing_else(database: Database, world: World) -> None:
    soon = clock.now() + timedelta(minutes=15)
    await allocate(database, want(world, ("LAMP-1", 3), take=False, expires_at=soon))
    await allocate(database, want(world, ("MUG-1", 2), take=False))
    async with database.transaction(now=soon) as tx:
        await api.tidy_expired(tx)
    assert (await level(database, world), await level(database, world, "MUG-1")) == ((ON_HAND, 0), (ON_HAND, 2))
    assert await verification.differences(database) == []


async def test_an_order_uses_up_the_hold_of_its_checkout(database: Database, world: World) -> None:
    hold = want(world, ("LAMP-1", ON_HAND), take=False, expires_at=clock.now() + timedelta(minutes=15))
    await allocate(database, hold)
    (answer,) = await allocate(database, want(world, ("LAMP-1", ON_HAND), replaces=hold.holder))
    assert isinstance(answer, Granted)
    assert await level(database, world) == (0, 0)
    assert await verification.differences(database) == []


async def test_a_refused_order_leaves_the_hold_where_it_was(database: Database, world: World) -> None:
    hold = want(world, ("LAMP-1", 5), take=False)
    await allocate(database, hold)
    (answer,) = await allocate(database, want(world, ("LAMP-1", ON_HAND + 1), replaces=hold.holder))
    assert isinstance(answer, OutOfStock)
    assert await level(database, world) == (ON_HAND, 5)


async def test_handing_over_takes_no_more_than_is_held(database: Database, world: World) -> None:
    held = want(world, ("LAMP-1", 3), take=False)
    await allocate(database, held)
    line = held.lines[0]

    async def hand_over(tx: Tx, quantity: int) -> None:
        part = WantLine(line.line_id, line.variant_id, line.location_id, quantity, True)
        await api.hand_over(
            tx, hand_overs=[HandOver(holder=held.holder, lines=(part,), by=world.by, occurred_at=clock.now())]
        )

    async with database.transaction() as tx:
        await hand_over(tx, 2)
    assert await level(database, world) == (ON_HAND - 2, 1)
    with pytest.raises(NotHeld):
        async with database.transaction() as tx:
            await hand_over(tx, 2)
    assert await level(database, world) == (ON_HAND - 2, 1)
    assert await verification.differences(database) == []


async def test_what_is_reserved_cannot_be_written_off(database: Database, world: World) -> None:
    await allocate(database, want(world, ("LAMP-1", 40), take=False))
    one = Adjustment(
        variant_id=world.variants["LAMP-1"], location_id=world.store, quantity=-11, reason=Reason.LOST, reference="count",
        by=world.by, occurred_at=clock.now(),
    )  # fmt: skip
    async with database.transaction() as tx:
        (answer,) = await api.adjust(tx, adjustments=[one])
    assert isinstance(answer, BelowReserved)
    assert await level(database, world) == (ON_HAND, 40)
    assert await verification.differences(database) == []


async def test_the_ledger_notices_a_balance_that_was_tampered_with(database: Database, world: World) -> None:
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update inventory.stock set on_hand = on_hand + 1 where variant_id = $1", world.variants["MUG-1"]
        )
    found = await verification.differences(database)
    assert {(one.room, one.what, one.stored - one.added_up) for one in found} == {("inventory", "on_hand", 1)}
    assert len(found) == 2  # at both stores


def test_sharing_out_counts_a_line_that_stands_twice(world: World) -> None:
    twice = want(world, ("LAMP-1", 3), ("LAMP-1", 3))
    key = Key(world.variants["LAMP-1"], world.store)
    (answer,) = sharing.share_out([twice], sharing.Stocked(free={key: 5}))
    assert isinstance(answer, OutOfStock) and answer.missing[0].wanted == 6
