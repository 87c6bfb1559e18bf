"""Counting: blind, again where it differs, approved; sales during a count are no variance."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from tests.carts.racing import line_up, without_lock
from tests.inventory.tracked import make
from tests.world import ON_HAND, World

from portico.app import verification
from portico.catalog.types import Tracking, VariantId
from portico.inventory import api
from portico.inventory.store import counts as store
from portico.inventory.store import stock
from portico.inventory.types import (
    BadCount,
    Count,
    CountEnded,
    CountId,
    CountState,
    CountUnfinished,
    Found,
    Key,
    LotQuantity,
    Move,
    Outside,
    Reason,
    Spot,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId

SKUS = ("LAMP-1", "MUG-1")


async def begin(database: Database, world: World, *, skus: Sequence[str] = SKUS, tolerance: int = 0) -> CountId:
    async with database.transaction() as tx:
        made = await api.open_count(
            tx, location_id=world.store, variant_ids=[world.variants[one] for one in skus], by=world.by,
            tolerance=tolerance,
        )  # fmt: skip
    return made.head.id


async def record(database: Database, world: World, count_id: CountId, **found: int) -> Count:
    async with database.transaction() as tx:
        return await api.record(
            tx, count_id=count_id, by=world.by,
            found=[Found(world.variants[f"{name.upper()}-1"], units) for name, units in found.items()],
        )  # fmt: skip


async def approve(database: Database, world: World, count_id: CountId) -> Count:
    async with database.transaction() as tx:
        return await api.approve(tx, count_id=count_id, by=world.by)


async def claim(
    database: Database, world: World, quantity: int, *, take: bool, seconds: float | None = None
) -> OrderId:
    """Who took or holds the lamps; held for so many seconds, or for good."""
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, quantity, take)
    expires_at = None if seconds is None else clock.now() + timedelta(seconds=seconds)
    want = Want(
        holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now(), expires_at=expires_at
    )  # fmt: skip
    async with database.transaction() as tx:
        await api.allocate(tx, wants=[want])
    return OrderId(want.holder.bytes)


async def on_hand(database: Database, world: World, sku: str = "LAMP-1") -> int:
    async with database.read() as tx:
        (found,) = await api.levels(tx, variant_ids=[world.variants[sku]], location_ids=[world.store])
    return found.on_hand


async def test_what_differs_is_counted_twice_and_then_believed(database: Database, world: World) -> None:
    count_id = await begin(database, world)
    await record(database, world, count_id, lamp=ON_HAND - 3, mug=ON_HAND)
    with pytest.raises(CountUnfinished) as unfinished:
        await approve(database, world, count_id)
    assert unfinished.value.to_recount == (world.variants["LAMP-1"],)
    await record(database, world, count_id, lamp=ON_HAND - 2)
    done = await approve(database, world, count_id)
    assert done.head.state is CountState.APPROVED
    assert (await on_hand(database, world), await on_hand(database, world, "MUG-1")) == (ON_HAND - 2, ON_HAND)
    assert await verification.differences(database) == []


async def test_within_the_tolerance_once_is_enough(database: Database, world: World) -> None:
    count_id = await begin(database, world, skus=["LAMP-1"], tolerance=2)
    await record(database, world, count_id, lamp=ON_HAND + 2)
    await approve(database, world, count_id)
    assert await on_hand(database, world) == ON_HAND + 2


async def test_sales_after_the_counting_are_no_variance(database: Database, world: World) -> None:
    count_id = await begin(database, world, skus=["LAMP-1"], tolerance=1)
    await claim(database, world, 5, take=True)
    found = await record(database, world, count_id, lamp=ON_HAND - 5)
    assert [one.variance for one in found.lines] == [0]
    await claim(database, world, 7, take=True)
    await approve(database, world, count_id)
    assert await on_hand(database, world) == ON_HAND - 12
    assert await verification.differences(database) == []


async def test_uncounted_is_not_zero(database: Database, world: World) -> None:
    count_id = await begin(database, world)
    await record(database, world, count_id, lamp=ON_HAND)
    with pytest.raises(CountUnfinished) as unfinished:
        await approve(database, world, count_id)
    assert unfinished.value.uncounted == (world.variants["MUG-1"],)
    assert await on_hand(database, world, "MUG-1") == ON_HAND


async def test_what_somebody_holds_is_not_written_away_and_nobody_is_promised_more(
    database: Database, world: World
) -> None:
    """Ten are held, nine were found: what is free is gone at once, the tenth is owed until somebody lets go."""
    holder = await claim(database, world, 10, take=False)
    count_id = await begin(database, world)
    for _ in range(2):
        await record(database, world, count_id, lamp=9, mug=ON_HAND - 1)
    short = await approve(database, world, count_id)
    assert short.head.state is CountState.SHORT and short.head.closed_at is None
    assert {one.variant_id: one.owed for one in short.lines} == {
        world.variants["LAMP-1"]: (LotQuantity(1),),
        world.variants["MUG-1"]: (),
    }
    assert (await on_hand(database, world), await on_hand(database, world, "MUG-1")) == (10, ON_HAND - 1)
    async with database.read() as tx:
        assert [one.id for one in await api.open_counts(tx, location_id=world.store)] == [count_id]
        assert await api.short(tx, count_id=count_id) == {Key(world.variants["LAMP-1"], world.store): 1}
    with pytest.raises(CountEnded):
        await record(database, world, count_id, lamp=10)
    assert (await approve(database, world, count_id)).lines == short.lines
    async with database.transaction() as tx:
        await api.release(tx, holders=[holder], by=world.by)
    assert (await approve(database, world, count_id)).head.state is CountState.APPROVED
    assert (await on_hand(database, world), await on_hand(database, world, "MUG-1")) == (9, ON_HAND - 1)
    assert await verification.differences(database) == []


async def test_what_a_short_count_owes_may_turn_up(database: Database, world: World) -> None:
    await claim(database, world, 10, take=False)
    count_id = await begin(database, world, skus=["LAMP-1"], tolerance=ON_HAND)
    await record(database, world, count_id, lamp=9)
    await approve(database, world, count_id)
    async with database.transaction() as tx:
        assert (await api.cancel_count(tx, count_id=count_id, by=world.by)).head.state is CountState.CANCELED
    assert await on_hand(database, world) == 10
    with pytest.raises(CountEnded):
        await approve(database, world, count_id)


async def test_a_hold_that_ran_out_keeps_nothing_on_a_shelf(database: Database, world: World) -> None:
    await claim(database, world, 10, take=False, seconds=-1)
    count_id = await begin(database, world, skus=["LAMP-1"], tolerance=ON_HAND)
    await record(database, world, count_id, lamp=0)
    assert (await approve(database, world, count_id)).head.state is CountState.APPROVED
    assert await on_hand(database, world) == 0
    assert await verification.differences(database) == []


async def test_a_lot_that_somebody_holds_is_owed_by_its_name(database: Database, world: World) -> None:
    """Of lot A two are missing, of lot B one is too many; four of five are held."""
    cream = await make(database, world, Tracking.LOT)
    lots = (LotQuantity(4, "A"), LotQuantity(1, "B"))
    move = Move(
        variant_id=cream, quantity=5, source=Outside.SUPPLIER, target=Spot(world.store), reason=Reason.RECEIVED,
        reference="", by=world.by, occurred_at=clock.now(), lots=lots,
    )  # fmt: skip
    async with database.transaction() as tx:
        await api.move(tx, moves=[move])
        want = Want(
            holder=(holder := OrderId.new()), lines=(WantLine(LineItemId.new(), cream, world.store, 4, False),),
            by=world.by, occurred_at=tx.now,
        )  # fmt: skip
        await api.allocate(tx, wants=[want])
        made = await api.open_count(tx, location_id=world.store, variant_ids=[cream], by=world.by, tolerance=9)
        found = Found(cream, 3, (LotQuantity(1, "A"), LotQuantity(2, "B")))
        await api.record(tx, count_id=made.head.id, found=[found], by=world.by)
        short = await api.approve(tx, count_id=made.head.id, by=world.by)
    assert short.lines[0].owed == (LotQuantity(1, "A"),)
    assert await lots_of(database, world, cream) == {"A": 2, "B": 2}
    async with database.transaction() as tx:
        await api.release(tx, holders=[holder], by=world.by)
        done = await api.approve(tx, count_id=made.head.id, by=world.by)
    assert done.head.state is CountState.APPROVED
    assert await lots_of(database, world, cream) == {"A": 1, "B": 2}
    assert await verification.differences(database) == []


async def lots_of(database: Database, world: World, variant_id: VariantId) -> dict[str, int]:
    async with database.read() as tx:
        found = await api.lots(tx, variant_id=variant_id, location_id=world.store)
    return {one.lot: one.quantity for one in found}


async def test_what_has_ended_stays_so(database: Database, world: World) -> None:
    count_id = await begin(database, world, skus=["LAMP-1"])
    async with database.transaction() as tx:
        assert (await api.cancel_count(tx, count_id=count_id, by=world.by)).head.state is CountState.CANCELED
    with pytest.raises(CountEnded):
        await record(database, world, count_id, lamp=1)
    with pytest.raises(CountEnded):
        await approve(database, world, count_id)
    with pytest.raises(NotFound):
        await approve(database, world, CountId.new())
    assert await on_hand(database, world) == ON_HAND
    async with database.read() as tx:
        assert await api.open_counts(tx, location_id=world.store) == []


async def test_what_cannot_be_counted_is_refused(database: Database, world: World) -> None:
    count_id = await begin(database, world, skus=["LAMP-1"])
    for wrong in ({"lamp": -1}, {"lamp": 10**12}, {"mug": 1}, {}):
        with pytest.raises(BadCount):
            await record(database, world, count_id, **wrong)
    for skus, tolerance in (((), 0), (("LAMP-1", "LAMP-1"), 0), (("LAMP-1",), -1)):
        with pytest.raises(BadCount):
            await begin(database, world, skus=skus, tolerance=tolerance)
    async with database.read() as tx:
        assert [one.counted for one in (await api.count(tx, count_id=count_id)).lines] == [None]


async def _approve_at_once(database: Database, world: World) -> list[object]:
    count_id = await begin(database, world, skus=["LAMP-1"], tolerance=10)
    await record(database, world, count_id, lamp=ON_HAND - 10)
    await line_up(database)
    return await asyncio.gather(*(approve(database, world, count_id) for _ in range(4)), return_exceptions=True)


async def test_approved_at_once_it_counts_once(database: Database, world: World) -> None:
    answers = await _approve_at_once(database, world)
    assert sum(isinstance(one, CountEnded) for one in answers) == 3
    assert await on_hand(database, world) == ON_HAND - 10


async def test_without_its_lock_it_counts_more_than_once(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    await _approve_at_once(database, world)
    assert await on_hand(database, world) < ON_HAND - 10


async def _count_while_selling(database: Database, world: World) -> int:
    """One counts an untouched shelf of fifty less what is sold at that very moment; the variance that comes of it."""
    count_id = await begin(database, world, skus=["LAMP-1"], tolerance=100)
    await line_up(database)

    async def look() -> None:
        async with database.transaction() as tx:
            (level,) = await tx.all(
                stock.LOCK, variant_ids=[world.variants["LAMP-1"]], location_ids=[world.store]
            )  # whoever counts looks at the shelf itself: nobody takes anything from under her hands
            await api.record(tx, count_id=count_id, found=[Found(level.variant_id, level.on_hand)], by=world.by)

    await asyncio.gather(look(), *(claim(database, world, 1, take=True) for _ in range(6)))
    async with database.read() as tx:
        (line,) = (await api.count(tx, count_id=count_id)).lines
    return line.variance or 0


async def test_the_books_are_read_when_the_finding_is_written(database: Database, world: World) -> None:
    assert await _count_while_selling(database, world) == 0
    assert await on_hand(database, world) == ON_HAND - 6
