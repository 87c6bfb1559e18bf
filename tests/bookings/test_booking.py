"""Booked once and never twice: races, holds that run out, labour that is spread, waiting lists, moves."""

import asyncio
from datetime import timedelta

import msgspec
import pytest

from portico.app import verification
from portico.bookings import api, store
from portico.bookings.api import changing
from portico.bookings.types import (
    BadBooking,
    BadResource,
    Booking,
    BookingEnded,
    BookingState,
    NoSuchSlot,
    Opening,
    ResourceId,
    SlotFull,
    SpecialDay,
    Unit,
    WaitlistFull,
)
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import NotFound, Refused
from tests.bookings.world import EVERY_DAY, ask, at, book, free, put, replace
from tests.carts.racing import line_up, without_lock
from tests.world import World


async def count(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval("select count(*) from bookings.booking where state <> 'canceled'")


async def test_a_bucket_is_filled_and_no_more(database: Database, world: World) -> None:
    counter = await put(database, world)
    answers = await asyncio.gather(*(book(database, ask(world, counter)) for _ in range(25)))
    booked = [one for (one,) in answers if isinstance(one, Booking)]
    refused = [one for (one,) in answers if isinstance(one, SlotFull)]
    assert (len(booked), len(refused)) == (10, 15)
    assert refused[0].free == 0 and refused[0].next_starts[0] == at(11)
    assert (await free(database, counter)).get(at(10)) is None and (await free(database, counter))[at(11)] == 10
    assert await verification.differences(database) == []


async def test_without_the_lock_it_would_be_booked_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = await put(database, world, openings=tuple(Opening(day, 540, 1020, 2) for day in range(1, 8)))
    await book(database, ask(world, counter))  # its bucket is there, and takes one more
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    await line_up(database)
    answers = await asyncio.gather(*(book(database, ask(world, counter)) for _ in range(2)), return_exceptions=True)
    assert any("CheckViolation" in type(one).__name__ for one in answers)  # the database is the last to refuse


async def test_bookings_over_the_same_buckets_never_deadlock(database: Database, world: World) -> None:
    counter = await put(database, world)
    other = await put(database, world, code="PICKUP-2")
    asks = [
        (ask(world, counter, hours=3), ask(world, other, hours=3)) if i % 2 else
        (ask(world, other, hours=3), ask(world, counter, starts=at(9), hours=3))
        for i in range(12)
    ]  # fmt: skip
    answers = await asyncio.gather(*(book(database, *pair) for pair in asks))
    assert all(isinstance(one, Booking | SlotFull) for pair in answers for one in pair)
    assert await verification.differences(database) == []


async def test_a_booking_of_several_buckets_is_whole_or_none(database: Database, world: World) -> None:
    counter = await put(database, world)
    await book(database, ask(world, counter, 9, starts=at(11)))
    (refused,) = await book(database, ask(world, counter, 2, hours=3))
    assert isinstance(refused, SlotFull) and refused.free == 1
    assert await count(database) == 1
    (made,) = await book(database, ask(world, counter, 1, hours=3))
    assert isinstance(made, Booking)
    assert [(await free(database, counter)).get(at(hour)) for hour in (10, 11, 12, 13)] == [9, None, 9, 10]


async def test_a_hold_that_ran_out_needs_no_sweeper(database: Database, world: World) -> None:
    counter = await put(database, world)
    soon = clock.now() + timedelta(minutes=10)
    (held,) = await book(database, ask(world, counter, 10, expires_at=soon))
    assert isinstance(held, Booking) and held.state is BookingState.HELD
    assert isinstance((await book(database, ask(world, counter)))[0], SlotFull)
    assert (await free(database, counter, now=soon))[at(10)] == 10
    (made,) = await book(database, ask(world, counter, 10), now=soon)
    assert isinstance(made, Booking)
    with pytest.raises(BookingEnded):
        async with database.transaction(now=soon) as tx:
            await api.confirm(tx, booking_id=held.id, by=world.by)
    async with database.transaction(now=soon) as tx:
        assert await api.sweep_expired(tx) is False
    assert await verification.differences(database) == []


async def test_a_hold_is_extended_and_confirmed(database: Database, world: World) -> None:
    counter = await put(database, world)
    soon = clock.now() + timedelta(minutes=10)
    (held,) = await book(database, ask(world, counter, 10, expires_at=soon))
    assert isinstance(held, Booking)
    async with database.transaction(now=soon + timedelta(minutes=1)) as tx:  # it ran out, and nobody came
        again = await api.extend(tx, booking_id=held.id, seconds=600, by=world.by)
    assert again.expires_at == soon + timedelta(minutes=11)
    async with database.transaction() as tx:
        assert (await api.confirm(tx, booking_id=held.id, by=world.by)).state is BookingState.CONFIRMED
    assert isinstance((await book(database, ask(world, counter), now=soon + timedelta(hours=1)))[0], SlotFull)


async def test_labour_is_spread_as_early_as_there_is_any(database: Database, world: World) -> None:
    pickers = await put(
        database, world, code="PICKING", unit=Unit.LABOUR_MINUTES,
        openings=tuple(Opening(day, 540, 1020, 60) for day in range(1, 8)),
    )  # fmt: skip
    await book(database, ask(world, pickers, 50))
    (made,) = await book(database, ask(world, pickers, 80, hours=3))
    assert isinstance(made, Booking)
    assert [(await free(database, pickers)).get(at(hour)) for hour in (10, 11, 12)] == [None, None, 50]
    (short,) = await book(database, ask(world, pickers, 51, hours=3))
    assert isinstance(short, SlotFull) and short.free == 50
    assert await verification.differences(database) == []


async def test_overbooking_is_a_part_beyond_capacity(database: Database, world: World) -> None:
    bay = await put(database, world, overbook_percent=20)
    answers = await book(database, *(ask(world, bay) for _ in range(14)))
    assert sum(isinstance(one, Booking) for one in answers) == 12


async def test_who_waits_longest_is_next(database: Database, world: World) -> None:
    counter = await put(database, world, waitlist_max=2)
    (first,) = await book(database, ask(world, counter, 10))
    assert isinstance(first, Booking)
    waiting = [(await book(database, ask(world, counter, units, waitlist=True)))[0] for units in (7, 3)]
    assert all(isinstance(one, Booking) and one.state is BookingState.WAITING for one in waiting)
    assert isinstance((await book(database, ask(world, counter, waitlist=True)))[0], WaitlistFull)
    async with database.transaction() as tx:
        await api.cancel(tx, booking_id=first.id, by=world.by)
        found = {one.id: one for one in await api.bookings(tx, ids=[one.id for one in waiting])}  # type: ignore[union-attr]
    assert {one.state for one in found.values()} == {BookingState.HELD}
    async with database.pool.acquire() as connection:
        told = await connection.fetch(
            "select subject from platform.fact where type = 'bookings.promoted.v1' order by id"
        )
    assert [one["subject"] for one in told] == [str(one.id) for one in waiting]  # type: ignore[union-attr]
    assert await verification.differences(database) == []


async def test_a_crowd_that_waits_for_another_time_is_not_in_the_way(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changing, "PROMOTED_AT_ONCE", 2)
    counter = await put(database, world, waitlist_max=9)
    noon, three = await book(database, ask(world, counter, 10), ask(world, counter, 10, starts=at(15)))
    assert isinstance(noon, Booking) and isinstance(three, Booking)
    await book(database, *(ask(world, counter, waitlist=True) for _ in range(3)))
    (mine,) = await book(database, ask(world, counter, starts=at(15), waitlist=True))
    async with database.transaction() as tx:
        await api.cancel(tx, booking_id=three.id, by=world.by)
        (found,) = await api.bookings(tx, ids=[mine.id])  # type: ignore[union-attr]
    assert found.state is BookingState.HELD
    assert await verification.differences(database) == []


async def test_a_hold_that_runs_out_promotes_too(database: Database, world: World) -> None:
    counter = await put(database, world, waitlist_max=5)
    soon = clock.now() + timedelta(minutes=10)
    await book(database, ask(world, counter, 10, expires_at=soon))
    (waits,) = await book(database, ask(world, counter, 10, waitlist=True))
    async with database.transaction(now=soon) as tx:
        await api.sweep_expired(tx)
        (found,) = await api.bookings(tx, ids=[waits.id])  # type: ignore[union-attr]
    assert found.state is BookingState.HELD and found.expires_at == soon + timedelta(seconds=counter.hold_seconds_max)
    assert await verification.differences(database) == []


async def test_a_move_keeps_the_old_time_unless_it_gets_the_new(database: Database, world: World) -> None:
    counter = await put(database, world)
    mine = ask(world, counter, 6)
    (made,) = await book(database, mine)
    assert isinstance(made, Booking)
    await book(database, ask(world, counter, 6, starts=at(14)))
    (refused,) = await book(database, replace(mine, starts_at=at(14), ends_before=at(15), moves=made.id))
    assert isinstance(refused, SlotFull)
    (moved,) = await book(database, replace(mine, starts_at=at(10), ends_before=at(12), moves=made.id, quantity=9))
    assert isinstance(moved, Booking) and moved.id == made.id
    assert [(await free(database, counter)).get(at(hour)) for hour in (10, 11, 14)] == [1, 1, 4]
    (stranger,) = await book(database, ask(world, counter, moves=made.id))
    assert isinstance(stranger, NotFound)
    assert await verification.differences(database) == []


async def test_canceling_at_once_frees_once(database: Database, world: World) -> None:
    counter = await put(database, world)
    (made,) = await book(database, ask(world, counter, 4))
    assert isinstance(made, Booking)

    async def cancel() -> Booking:
        async with database.transaction() as tx:
            return await api.cancel(tx, booking_id=made.id, by=world.by)

    answers = await asyncio.gather(*(cancel() for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Booking) for one in answers) == 1
    assert sum(isinstance(one, BookingEnded) for one in answers) == 3
    assert (await free(database, counter))[at(10)] == 10
    assert await verification.differences(database) == []


async def test_without_its_lock_a_booking_is_canceled_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = await put(database, world)
    (made,) = await book(database, ask(world, counter, 4))
    assert isinstance(made, Booking)
    monkeypatch.setattr(store, "LOCK_BOOKINGS", without_lock(store.LOCK_BOOKINGS))
    await line_up(database)

    async def cancel() -> Booking:
        async with database.transaction() as tx:
            return await api.cancel(tx, booking_id=made.id, by=world.by)

    answers = await asyncio.gather(*(cancel() for _ in range(2)), return_exceptions=True)
    assert sum(isinstance(one, Booking) for one in answers) == 2


async def test_a_smaller_calendar_breaks_no_booking(database: Database, world: World) -> None:
    counter = await put(database, world)
    await book(database, ask(world, counter, 8))
    async with database.transaction() as tx:
        (fresh,) = await api.resources(tx, ids=[counter.id])
        less = msgspec.structs.replace(fresh, openings=tuple(Opening(day, 540, 1020, 5) for day in range(1, 8)))
        (over,) = await api.put_resources(tx, resources=[less])
    assert (over.starts_at, over.taken, over.capacity) == (at(10), 8, 5)
    assert isinstance((await book(database, ask(world, counter)))[0], SlotFull)
    assert isinstance((await book(database, ask(world, counter, starts=at(11))))[0], Booking)


async def test_what_cannot_be_booked(database: Database, world: World) -> None:
    counter = await put(
        database, world, lead_minutes=60, horizon_days=30, special_days=(SpecialDay(at(10, days=5).date()),)
    )
    wrong: list[tuple[dict, type[Refused], str | None]] = [
        ({"quantity": 0}, BadBooking, "quantity"),
        ({"quantity": 10**9}, BadBooking, "quantity"),
        ({"starts": at(10, days=-1)}, BadBooking, "starts_at"),
        ({"starts": at(10, days=40)}, BadBooking, "ends_before"),
        ({"hours": -1}, BadBooking, "ends_before"),
        ({"starts": at(10, 30)}, NoSuchSlot, "starts_at"),
        ({"hours": 1.5}, NoSuchSlot, "ends_before"),
        ({"starts": at(8)}, NoSuchSlot, "starts_at"),
        ({"starts": at(10, days=5)}, NoSuchSlot, "starts_at"),
        ({"expires_at": clock.now() + timedelta(days=2)}, BadBooking, "expires_at"),
        ({"note": "x" * 1000}, BadBooking, "note"),
        ({"resource_id": ResourceId.new()}, NotFound, None),
    ]
    for more, kind, field in wrong:
        (answer,) = await book(database, ask(world, counter, **more))
        assert isinstance(answer, kind), (more, answer)
        assert field is None or answer.field == field, (more, answer)  # type: ignore[attr-defined]
    assert await count(database) == 0


async def test_calendars_that_cannot_be(database: Database, world: World) -> None:
    for more, field in (
        ({"bucket_minutes": 7}, "bucket_minutes"), ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"openings": (*EVERY_DAY, Opening(1, 600, 700, 1))}, "openings"), ({"overbook_percent": 101}, "overbook_percent"),
        ({"openings": (Opening(1, 600, 1500, 1),)}, "openings"), ({"code": "no blanks"}, "code"),
    ):  # fmt: skip
        with pytest.raises(BadResource) as refused:
            await put(database, world, **more)
        assert refused.value.field == field
    async with database.read() as tx:
        assert await api.resources(tx) == []


async def test_the_ledger_notices_a_counter_that_was_tampered_with(database: Database, world: World) -> None:
    counter = await put(database, world)
    await book(database, ask(world, counter, 4))
    async with database.pool.acquire() as connection:
        await connection.execute("update bookings.bucket set taken = 3")
    (found,) = await verification.differences(database)
    assert (found.room, found.stored, found.added_up) == ("bookings", 3, 4)
