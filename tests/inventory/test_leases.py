"""Leases: a till that is away sells from its own, and nobody else sells that; it settles, and the rest flows back."""

import asyncio
from collections import Counter
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.carts.racing import line_up, without_lock
from tests.world import ON_HAND, World

from portico.app import verification
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.rules import leases, sharing
from portico.inventory.store import stock as store
from portico.inventory.types import (
    BadLease,
    Granted,
    Lease,
    LeaseId,
    LeaseLine,
    LeaseOpen,
    LeaseUnknown,
    OutOfStock,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId

DAY = timedelta(days=1)


async def lease(
    database: Database, world: World, quantity: int, *, till: str = "T1", sku: str = "LAMP-1", lasts: timedelta = DAY
) -> tuple[Lease, list[LeaseLine]]:
    async with database.transaction() as tx:
        return await api.lease(
            tx, till_id=world.tills[till], location_id=world.store, lasts=lasts, by=world.by,
            lines=[LeaseLine(world.variants[sku], quantity)],
        )  # fmt: skip


async def sell(database: Database, world: World, quantity: int, *, of: LeaseId | None = None, now=None) -> object:  # type: ignore[no-untyped-def]
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, quantity, take=True)
    by = msgspec.structs.replace(world.by, till_id=world.tills["T1"].uuid)
    want = Want(holder=OrderId.new(), lines=(line,), by=by, occurred_at=clock.now(), draws_on=of)
    async with database.transaction(now=now) as tx:
        (answer,) = await api.allocate(tx, wants=[want])
    return answer


async def settle(database: Database, world: World, lease_id: LeaseId, *, till: str = "T1") -> Lease:
    async with database.transaction() as tx:
        return await api.settle_lease(tx, till_id=world.tills[till], lease_id=lease_id, by=world.by)


async def level(database: Database, world: World) -> tuple[int, int]:
    async with database.read() as tx:
        (found,) = await api.levels(tx, variant_ids=[world.variants["LAMP-1"]], location_ids=[world.store])
    return found.on_hand, found.reserved


async def test_it_sells_from_its_lease_settles_and_the_rest_flows_back(database: Database, world: World) -> None:
    made, (line,) = await lease(database, world, 10)
    assert line.quantity == 10 and await level(database, world) == (ON_HAND, 10)
    assert isinstance(await sell(database, world, 3, of=made.id), Granted)
    assert isinstance(await sell(database, world, 2, of=made.id), Granted)
    assert await level(database, world) == (ON_HAND - 5, 5)
    async with database.read() as tx:
        found = await api.open_lease(tx, till_id=world.tills["T1"])
    assert found is not None and [one.quantity for one in found[1]] == [5]
    assert (await settle(database, world, made.id)).settled_at is not None
    assert await level(database, world) == (ON_HAND - 5, 0)
    assert await verification.differences(database) == []


async def test_nobody_else_sells_what_is_leased_however_long_the_till_is_away(database: Database, world: World) -> None:
    made, _ = await lease(database, world, 10)
    long_after = made.expires_at + timedelta(days=30)
    assert isinstance(await sell(database, world, ON_HAND - 10, now=long_after), Granted)
    refused = await sell(database, world, 1, now=long_after)
    assert isinstance(refused, OutOfStock)
    async with database.transaction(now=long_after) as tx:
        await api.tidy_expired(tx)
    for _ in range(10):  # what it sold in time, told a month late
        assert isinstance(await sell(database, world, 1, of=made.id, now=long_after), Granted)
    assert isinstance(await sell(database, world, 1, of=made.id, now=long_after), OutOfStock)
    assert await level(database, world) == (0, 0)
    assert await verification.differences(database) == []


async def test_with_a_clock_that_gives_back_it_would_oversell(database: Database, world: World) -> None:
    """The control: if the lease's units were free again when its time is over, what the till sold is sold twice."""
    made, _ = await lease(database, world, 10)
    async with database.pool.acquire() as connection:
        await connection.execute("update inventory.reservation set expires_at = $1", made.expires_at)
    later = made.expires_at + timedelta(hours=1)
    assert isinstance(await sell(database, world, ON_HAND, now=later), Granted)
    refused = await sell(database, world, 1, of=made.id, now=later)  # it has left the shop already
    assert isinstance(refused, OutOfStock)


async def test_beyond_its_lease_it_takes_what_is_free(database: Database, world: World) -> None:
    made, _ = await lease(database, world, 4)
    answer = await sell(database, world, 6, of=made.id)
    assert isinstance(answer, Granted) and [units for _, units in answer.drawn] == [4]
    assert await level(database, world) == (ON_HAND - 6, 0)
    assert await verification.differences(database) == []


async def test_no_more_is_leased_than_is_free(database: Database, world: World) -> None:
    await sell(database, world, ON_HAND - 3)
    _, (line,) = await lease(database, world, 10)
    assert line.quantity == 3
    _, none = await lease(database, world, 10, till="T2")
    assert none == []
    assert await verification.differences(database) == []


async def test_one_lease_at_a_time_and_only_the_tills_own(database: Database, world: World) -> None:
    made, _ = await lease(database, world, 10)
    with pytest.raises(LeaseOpen) as told:
        await lease(database, world, 5)
    assert told.value.lease_id == made.id and await level(database, world) == (ON_HAND, 10)
    with pytest.raises(LeaseUnknown):
        await settle(database, world, made.id, till="T2")
    assert await level(database, world) == (ON_HAND, 10)
    await settle(database, world, made.id)
    with pytest.raises(LeaseUnknown):
        await settle(database, world, made.id)
    assert (await lease(database, world, 5))[1][0].quantity == 5


async def test_asked_for_twice_at_once_it_is_given_once(database: Database, world: World) -> None:
    await line_up(database)
    answers = await asyncio.gather(*(lease(database, world, 10) for _ in range(8)), return_exceptions=True)
    assert Counter(type(one) for one in answers) == {tuple: 1, LeaseOpen: 7}
    assert await level(database, world) == (ON_HAND, 10)
    assert await verification.differences(database) == []


async def _lease_and_sell_at_once(database: Database, world: World) -> list[object]:
    """A till leases all there is while others sell."""
    await line_up(database)
    return await asyncio.gather(
        lease(database, world, ON_HAND), *(sell(database, world, 10) for _ in range(5)), return_exceptions=True
    )


async def test_leased_and_sold_at_once_never_more_than_there_is(database: Database, world: World) -> None:
    answers = await _lease_and_sell_at_once(database, world)
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, OutOfStock)]
    on_hand, reserved = await level(database, world)
    assert 0 <= reserved <= on_hand
    assert await verification.differences(database) == []


async def test_without_its_lock_the_database_has_to_refuse(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    answers = await _lease_and_sell_at_once(database, world)
    assert any(isinstance(one, Exception) and not isinstance(one, OutOfStock) for one in answers)


@pytest.mark.parametrize(
    ("field", "quantity", "lasts"),
    [("quantity", 0, DAY), ("quantity", -1, DAY), ("lasts", 1, timedelta(0)), ("lasts", 1, timedelta(days=8))],
)
async def test_the_impossible_is_refused(
    database: Database, world: World, field: str, quantity: int, lasts: timedelta
) -> None:
    with pytest.raises(BadLease) as refused:
        await lease(database, world, quantity, lasts=lasts)
    assert refused.value.field == field
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.lease") == 0
    assert await level(database, world) == (ON_HAND, 0)


async def test_what_sells_fast_is_leased_more(database: Database, world: World) -> None:
    await sell(database, world, 20)
    async with database.read() as tx:
        found = await api.suggest_lease(tx, location_id=world.store, lasts=7 * DAY, tills=1)
    sizes = {one.variant_id: one.quantity for one in found}
    assert sizes[world.variants["LAMP-1"]] > sizes[world.variants["MUG-1"]] == 1
    assert found[0].variant_id == world.variants["LAMP-1"]


@given(st.floats(0, 1e4), st.floats(0.01, 7), st.integers(0, 10_000), st.integers(1, 50))
def test_leases_of_all_tills_leave_half_of_what_is_free(per_day: float, days: float, free: int, tills: int) -> None:
    size = leases.lease_size(sold_per_day=per_day, days=days, free=free, tills=tills)
    assert 0 <= size * tills <= free / 2
    assert leases.lease_size(sold_per_day=per_day, days=days, free=free + 100 * tills, tills=tills) >= size


VARIANT = VariantId.new()


@given(st.integers(0, 30), st.integers(0, 30), st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=12))
def test_in_one_batch_a_lease_is_drawn_on_once(free: int, leased: int, asked: list[tuple[int, bool]]) -> None:
    """Whoever draws on it and whoever does not: never more goes out than there is, and its units go to its own till."""
    from portico.business.types import LocationId
    from portico.inventory.types import Key
    from portico.platform.events import Hand

    place, lease_id = LocationId.new(), LeaseId.new()
    key = Key(VARIANT, place)
    wants = [
        Want(
            holder=OrderId.new(), lines=(WantLine(LineItemId.new(), VARIANT, place, units, take=True),),
            by=Hand(actor="system:test", actor_name=""), occurred_at=clock.now(), draws_on=lease_id if own else None,
        )
        for units, own in asked
    ]  # fmt: skip
    answers = sharing.share_out(wants, sharing.Stocked(free={key: free}, leased={lease_id.bytes: {key: leased}}))
    gone = sum(units for (units, _), one in zip(asked, answers, strict=True) if isinstance(one, Granted))
    drawn = sum(units for one in answers if isinstance(one, Granted) for _, units in one.drawn)
    others = sum(
        units for (units, own), one in zip(asked, answers, strict=True) if isinstance(one, Granted) and not own
    )
    assert gone <= free + leased and drawn <= leased and others <= free and gone - drawn <= free
