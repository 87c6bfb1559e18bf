"""Promised before it is there: up to a limit, given out in order of promise once it has come."""

import asyncio
from datetime import timedelta

import pytest
from tests.carts.racing import dawdling, line_up, without_lock
from tests.world import ON_HAND, World

from portico.app import verification
from portico.inventory import api
from portico.inventory.store import backorders
from portico.inventory.store import stock as store
from portico.inventory.types import (
    Adjustment,
    Backorder,
    BackorderKind,
    BadBackorder,
    Granted,
    HandOver,
    NotHeld,
    OutOfStock,
    Reason,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId

TODAY = clock.now().date()


def limit(world: World, units: int, **more) -> Backorder:  # type: ignore[no-untyped-def]
    given = {"kind": BackorderKind.BACKORDER, "expected_on": TODAY + timedelta(days=9), **more}
    return Backorder(world.variants["LAMP-1"], world.store, units_max=units, **given)


async def allow(database: Database, world: World, units: int) -> None:
    async with database.transaction() as tx:
        await api.put_backorders(tx, backorders=[limit(world, units)])


def want(world: World, quantity: int, *, backorder: bool = True, **more) -> Want:  # type: ignore[no-untyped-def]
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, quantity, take=False, backorder=backorder)
    return Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now(), **more)


async def allocate(database: Database, *wants: Want):  # type: ignore[no-untyped-def]
    async with database.transaction() as tx:
        return await api.allocate(tx, wants=wants)


async def bring(database: Database, world: World, units: int) -> None:
    async with database.transaction() as tx:
        await api.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=world.variants["LAMP-1"], location_id=world.store, quantity=units,
                    reason=Reason.RECEIVED, reference="", by=world.by, occurred_at=tx.now,
                )
            ],
        )  # fmt: skip


async def promised(database: Database, world: World) -> tuple[int, int]:
    """What is promised ahead, and what is reserved of what is there."""
    async with database.read() as tx:
        (found,) = await api.backorders(tx, variant_id=world.variants["LAMP-1"])
        (level,) = await api.levels(tx, variant_ids=[found.variant_id], location_ids=[world.store])
    return found.promised, level.reserved


async def test_what_is_there_is_given_first_and_the_rest_promised(database: Database, world: World) -> None:
    await allow(database, world, 5)
    first, second = want(world, ON_HAND + 3), want(world, 3)
    one, two = await allocate(database, first, second)
    assert isinstance(one, Granted) and dict(one.backordered) == {first.lines[0].key: 3}
    assert isinstance(two, OutOfStock)
    assert await promised(database, world) == (3, ON_HAND)
    assert await verification.differences(database) == []


async def test_nobody_waits_who_did_not_say_so(database: Database, world: World) -> None:
    await allow(database, world, 5)
    (answer,) = await allocate(database, want(world, ON_HAND + 1, backorder=False))
    assert isinstance(answer, OutOfStock)
    assert await promised(database, world) == (0, 0)


async def test_what_comes_goes_to_who_waited_longest(database: Database, world: World) -> None:
    await allow(database, world, 10)
    first, second = want(world, ON_HAND + 3), want(world, 4)
    await allocate(database, first)
    await allocate(database, second)
    with pytest.raises(NotHeld):
        async with database.transaction() as tx:
            await api.hand_over(
                tx, hand_overs=[HandOver(holder=second.holder, lines=second.lines, by=world.by, occurred_at=tx.now)]
            )
    await bring(database, world, 5)
    assert await promised(database, world) == (2, ON_HAND + 5)
    async with database.pool.acquire() as connection:
        told = await connection.fetch(
            "select subject, (body->>'quantity')::int from platform.fact where type = 'inventory.backorder_filled.v1' order by id"
        )
    assert [tuple(one) for one in told] == [(str(first.holder), 3), (str(second.holder), 2)]
    await bring(database, world, 2)
    async with database.transaction() as tx:
        await api.hand_over(
            tx, hand_overs=[HandOver(holder=second.holder, lines=second.lines, by=world.by, occurred_at=tx.now)]
        )
    assert await promised(database, world) == (0, ON_HAND + 3)
    assert await verification.differences(database) == []


async def test_a_release_gives_to_who_waits_too(database: Database, world: World) -> None:
    await allow(database, world, 10)
    first, second = want(world, ON_HAND), want(world, 4)
    await allocate(database, first, second)
    async with database.transaction() as tx:
        await api.release(tx, holders=[first.holder], by=world.by)
    async with database.transaction() as tx:
        assert await api.fill_waiting(tx) is False
    assert await promised(database, world) == (0, 4)
    async with database.transaction() as tx:
        await api.release(tx, holders=[second.holder], by=world.by)
    assert await promised(database, world) == (0, 0)
    assert await verification.differences(database) == []


async def test_who_waits_may_change_their_mind(database: Database, world: World) -> None:
    await allow(database, world, 4)
    first = want(world, ON_HAND + 4)
    await allocate(database, first)
    (again,) = await allocate(database, want(world, ON_HAND + 2, replaces=first.holder))
    assert isinstance(again, Granted)
    assert await promised(database, world) == (2, ON_HAND)
    assert await verification.differences(database) == []


async def test_no_more_is_promised_than_the_limit_by_many_at_once(database: Database, world: World) -> None:
    await allow(database, world, 7)
    await allocate(database, want(world, ON_HAND))
    answers = await asyncio.gather(*(allocate(database, want(world, 1)) for _ in range(20)))
    assert sum(isinstance(one, Granted) for (one,) in answers) == 7
    assert await promised(database, world) == (7, ON_HAND)


async def test_without_the_lock_more_would_be_promised(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await allow(database, world, 1)
    await allocate(database, want(world, ON_HAND))
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    monkeypatch.setattr(backorders, "AT", dawdling(backorders.AT))  # what is left of the limit is read then
    await line_up(database)
    answers = await asyncio.gather(*(allocate(database, want(world, 1)) for _ in range(2)))
    assert sum(isinstance(one, Granted) for (one,) in answers) == 2


async def test_limits_that_cannot_be(database: Database, world: World) -> None:
    for wrong in (
        [limit(world, -1)],
        [limit(world, 1, expected_on=TODAY - timedelta(days=1))],
        [],
        [limit(world, 1)] * 2,
    ):
        with pytest.raises(BadBackorder):
            async with database.transaction() as tx:
                await api.put_backorders(tx, backorders=wrong)
    async with database.read() as tx:
        assert await api.backorders(tx) == []
