"""Lots and serial numbers: what expires first leaves first, what is past its date is not for sale, a number is in one place."""

import asyncio
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.inventory import tracked
from tests.world import World

from portico.app import verification
from portico.business.types import LocationId
from portico.catalog.types import Tracking, VariantId
from portico.inventory import api
from portico.inventory.rules.lots import Shelf
from portico.inventory.types import (
    Adjustment,
    BadInbound,
    BadLot,
    Found,
    Granted,
    HandOver,
    Inbound,
    InboundQuantity,
    Key,
    Lot,
    LotNeeded,
    LotNotThere,
    LotQuantity,
    NewInbound,
    OutOfStock,
    Reason,
    SerialTaken,
    State,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

TODAY = clock.now().date()
SOON, LATER, PAST = TODAY + timedelta(days=3), TODAY + timedelta(days=90), TODAY - timedelta(days=1)


async def put(database: Database, world: World, variant: VariantId, *lots: LotQuantity) -> None:
    async with database.transaction() as tx:
        await api.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=variant, location_id=world.store, quantity=sum(one.quantity for one in lots),
                    reason=Reason.RECEIVED, reference="", by=world.by, occurred_at=tx.now, lots=lots,
                )
            ],
        )  # fmt: skip


async def sell(
    database: Database, world: World, variant: VariantId, quantity: int, *lots: LotQuantity, take: bool = True
):  # type: ignore[no-untyped-def]
    line = WantLine(LineItemId.new(), variant, world.store, quantity, take, lots=lots)
    one = Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())
    async with database.transaction() as tx:
        (answer,) = await api.allocate(tx, wants=[one])
    return one, answer


async def there(database: Database, variant: VariantId, at: LocationId) -> dict[tuple[str, str, State], int]:
    async with database.read() as tx:
        found = await api.lots(tx, variant_id=variant, location_id=at)
    return {(one.lot, one.serial, one.state): one.quantity for one in found}


async def test_what_expires_first_leaves_first(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    await put(database, world, cream, LotQuantity(5, "B", expires_on=LATER), LotQuantity(2, "A", expires_on=SOON))
    assert isinstance((await sell(database, world, cream, 3))[1], Granted)
    assert await there(database, cream, world.store) == {("B", "", State.ON_HAND): 4}
    held, _ = await sell(database, world, cream, 2, take=False)
    async with database.transaction() as tx:
        await api.hand_over(
            tx, hand_overs=[HandOver(holder=held.holder, lines=held.lines, by=world.by, occurred_at=tx.now)]
        )
    assert await there(database, cream, world.store) == {("B", "", State.ON_HAND): 2}
    assert await verification.differences(database) == []


async def test_a_lot_past_its_date_is_on_hand_and_not_for_sale(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    await put(database, world, cream, LotQuantity(5, "OLD", expires_on=PAST), LotQuantity(2, "NEW", expires_on=TODAY))
    async with database.read() as tx:
        (level,) = await api.levels(tx, variant_ids=[cream])
        (promisable,) = await api.promisable(tx, variant_ids=[cream], channel_id=None)
    assert (level.on_hand, level.expired, level.available, promisable.available) == (7, 5, 2, 2)
    _, refused = await sell(database, world, cream, 3)
    assert isinstance(refused, OutOfStock) and refused.missing[0].available == 2
    _, named = await sell(database, world, cream, 1, LotQuantity(1, "OLD"))
    assert isinstance(named, LotNotThere) and named.expired
    assert isinstance((await sell(database, world, cream, 2))[1], Granted)
    assert await there(database, cream, world.store) == {("OLD", "", State.ON_HAND): 5}


async def test_a_lot_that_is_named_is_the_one_that_leaves(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    await put(database, world, cream, LotQuantity(2, "A", expires_on=SOON), LotQuantity(2, "B", expires_on=LATER))
    assert isinstance((await sell(database, world, cream, 1, LotQuantity(1, "B")))[1], Granted)
    _, refused = await sell(database, world, cream, 2, LotQuantity(2, "B"))
    assert isinstance(refused, LotNotThere) and refused.there == 1
    assert await there(database, cream, world.store) == {("A", "", State.ON_HAND): 2, ("B", "", State.ON_HAND): 1}


async def test_what_comes_in_must_say_its_lot(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    wrong: list[tuple[tuple[LotQuantity, ...], int, type[Refused]]] = [
        ((), 3, LotNeeded),
        ((LotQuantity(2, "A"),), 3, BadLot),
        ((LotQuantity(3, "A" * 21),), 3, BadLot),
        ((LotQuantity(1, "A", serial="1"), LotQuantity(2, "A")), 3, BadLot),
        ((LotQuantity(1, "A"), LotQuantity(2, "A")), 3, BadLot),
    ]
    for lots, quantity, kind in wrong:
        with pytest.raises(kind):
            async with database.transaction() as tx:
                await api.adjust(
                    tx,
                    adjustments=[
                        Adjustment(
                            variant_id=cream, location_id=world.store, quantity=quantity, reason=Reason.FOUND,
                            reference="", by=world.by, occurred_at=tx.now, lots=lots,
                        )
                    ],
                )  # fmt: skip
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.stock where variant_id = $1", cream) == 0
        assert await connection.fetchval("select count(*) from inventory.lot") == 0


async def test_a_serial_number_is_in_one_place(database: Database, world: World) -> None:
    phone = await tracked.make(database, world, Tracking.SERIAL)
    await put(database, world, phone, LotQuantity(1, serial="S1"), LotQuantity(1, serial="S2"))
    with pytest.raises(SerialTaken):
        await put(database, world, phone, LotQuantity(1, serial="S1"))
    assert isinstance((await sell(database, world, phone, 1, LotQuantity(1, serial="S1")))[1], Granted)
    _, twice = await sell(database, world, phone, 1, LotQuantity(1, serial="S1"))
    assert isinstance(twice, LotNotThere)
    await put(database, world, phone, LotQuantity(1, serial="S1"))  # it comes back
    async with database.read() as tx:
        story = await api.trace(tx, variant_id=phone, serial="S1")
    assert [(one.from_state, one.to_state) for one in story] == [
        ("supplier", "on_hand"), ("on_hand", "customer"), ("supplier", "on_hand"),
    ]  # fmt: skip
    assert await verification.differences(database) == []


async def test_buyers_of_one_serial_number_are_served_once(database: Database, world: World) -> None:
    phone = await tracked.make(database, world, Tracking.SERIAL)
    await put(database, world, phone, *(LotQuantity(1, serial=f"S{i}") for i in range(5)))
    answers = await asyncio.gather(
        *(sell(database, world, phone, 1, LotQuantity(1, serial="S3")) for _ in range(8))
    )  # fmt: skip
    assert sum(isinstance(answer, Granted) for _, answer in answers) == 1
    assert await verification.differences(database) == []


async def test_lots_travel(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    await put(database, world, cream, LotQuantity(4, "A", expires_on=SOON), LotQuantity(4, "B", expires_on=LATER))
    async with database.transaction() as tx:
        made = await api.announce(
            tx,
            new=NewInbound(
                location_id=world.other_store, from_location_id=world.store, reference="T",
                lines=(InboundQuantity(cream, 6),),
            ),
            by=world.by,
        )  # fmt: skip
    assert await there(database, cream, world.other_store) == {
        ("A", "", State.IN_TRANSIT): 4, ("B", "", State.IN_TRANSIT): 2,
    }  # fmt: skip
    lots = (LotQuantity(4, "A"), LotQuantity(1, "B"))
    async with database.transaction() as tx:
        await api.receive(
            tx,
            inbound_id=made.head.id,
            lines=[InboundQuantity(cream, 5, damaged=1, lots=lots)],
            by=world.by,
            close=True,
        )
    assert await there(database, cream, world.other_store) == {
        ("A", "", State.ON_HAND): 4, ("B", "", State.DAMAGED): 1,
    }  # fmt: skip
    assert await verification.differences(database) == []


async def shipped(
    database: Database, world: World, variant: VariantId, *lots: LotQuantity, reference: str = "T"
) -> Inbound:
    """On their way from the store to the other one."""
    new = NewInbound(
        location_id=world.other_store, from_location_id=world.store, reference=reference,
        lines=(InboundQuantity(variant, sum(one.quantity for one in lots), lots=lots),),
    )  # fmt: skip
    async with database.transaction() as tx:
        return await api.announce(tx, new=new, by=world.by)


async def came(
    database: Database, world: World, made: Inbound, *lots: LotQuantity, damaged: int = 0, close: bool = False
) -> Inbound:
    units = sum(one.quantity for one in lots)
    lines = [InboundQuantity(made.lines[0].variant_id, units, damaged=damaged, lots=lots)] if lots else []
    async with database.transaction() as tx:
        return await api.receive(tx, inbound_id=made.head.id, lines=lines, by=world.by, close=close)


async def test_a_transfer_tells_which_lots_are_still_to_come(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    a, b = LotQuantity(4, "A", expires_on=SOON), LotQuantity(2, "B", expires_on=LATER)
    await put(database, world, cream, b, a)
    made = await shipped(database, world, cream, b, a)
    assert made.lines[0].in_transit == (a, b)
    found = await came(database, world, made, LotQuantity(3, "A"), LotQuantity(1, "A"), damaged=1)
    assert found.lines[0].in_transit == (b,)
    assert await there(database, cream, world.other_store) == {
        ("A", "", State.ON_HAND): 3, ("A", "", State.DAMAGED): 1, ("B", "", State.IN_TRANSIT): 2,
    }  # fmt: skip
    assert (await came(database, world, made, close=True)).lines[0].in_transit == ()
    assert await verification.differences(database) == []


async def test_a_lot_that_nobody_shipped_was_found_and_one_that_was_is_lost(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    a, b = LotQuantity(2, "A", expires_on=SOON), LotQuantity(2, "B", expires_on=LATER)
    await put(database, world, cream, a, b)
    made = await shipped(database, world, cream, a, b)
    # Of A one too many, one C in the place of a B, and the other B broken.
    await came(
        database, world, made, LotQuantity(3, "A"), LotQuantity(1, "C"), LotQuantity(1, "B"), damaged=1, close=True
    )
    assert await there(database, cream, world.other_store) == {
        ("A", "", State.ON_HAND): 3, ("C", "", State.ON_HAND): 1, ("B", "", State.DAMAGED): 1,
    }  # fmt: skip
    async with database.read() as tx:
        lost = [one for one in await api.trace(tx, variant_id=cream, lot="B") if one.reason == "lost_in_transit"]
    assert [one.quantity for one in lost] == [1]
    assert await verification.differences(database) == []


async def test_what_is_taken_in_unnamed_is_of_that_transfer(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    a, b = LotQuantity(2, "A", expires_on=SOON), LotQuantity(2, "B", expires_on=LATER)
    await put(database, world, cream, a, b)
    first = await shipped(database, world, cream, a)
    other = await shipped(database, world, cream, b, reference="T-2")
    async with database.transaction() as tx:
        lines = [InboundQuantity(cream, 2)]
        await api.receive(tx, inbound_id=other.head.id, lines=lines, by=world.by, close=True)
    assert await there(database, cream, world.other_store) == {
        ("A", "", State.IN_TRANSIT): 2, ("B", "", State.ON_HAND): 2,
    }  # fmt: skip
    async with database.transaction() as tx:
        await api.cancel(tx, inbound_id=first.head.id, by=world.by)
    assert await there(database, cream, world.store) == {("A", "", State.ON_HAND): 2}
    assert await verification.differences(database) == []


async def test_a_serial_number_that_was_shipped_is_known_without_its_lot(database: Database, world: World) -> None:
    phone = await tracked.make(database, world, Tracking.SERIAL)
    one, other = LotQuantity(1, "L", serial="S1"), LotQuantity(1, "L", serial="S2")
    await put(database, world, phone, one, other)
    made = await shipped(database, world, phone, one)
    with pytest.raises(SerialTaken):  # it stands on another shelf: nothing is taken in
        await came(database, world, made, LotQuantity(1, serial="S1"), LotQuantity(1, "L", serial="S2"))
    assert await there(database, phone, world.other_store) == {("L", "S1", State.IN_TRANSIT): 1}
    await came(database, world, made, LotQuantity(1, serial="S1"), close=True)
    assert await there(database, phone, world.other_store) == {("L", "S1", State.ON_HAND): 1}
    assert await verification.differences(database) == []


async def test_of_a_delivery_no_lot_is_of_no_units(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    new = NewInbound(
        location_id=world.store, supplier="Luz", reference="D", lines=(InboundQuantity(cream, 3),),
    )  # fmt: skip
    async with database.transaction() as tx:
        made = await api.announce(tx, new=new, by=world.by)
    with pytest.raises(BadInbound):
        await came(database, world, made, LotQuantity(3, "A"), LotQuantity(0, "B"))
    assert await there(database, cream, world.store) == {}
    await came(database, world, made, LotQuantity(3, "A"), LotQuantity(1, "A"), damaged=1, close=True)
    assert await there(database, cream, world.store) == {("A", "", State.ON_HAND): 3, ("A", "", State.DAMAGED): 1}


async def test_a_count_of_lots_books_each(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    await put(database, world, cream, LotQuantity(4, "A", expires_on=SOON), LotQuantity(4, "B", expires_on=LATER))
    async with database.transaction() as tx:
        opened = await api.open_count(tx, location_id=world.store, variant_ids=[cream], by=world.by, tolerance=10)
    with pytest.raises(LotNeeded):
        async with database.transaction() as tx:
            await api.record(tx, count_id=opened.head.id, found=[Found(cream, 8)], by=world.by)
    lots = (LotQuantity(3, "A"), LotQuantity(4, "B"), LotQuantity(1, "C", expires_on=LATER))
    async with database.transaction() as tx:
        await api.record(tx, count_id=opened.head.id, found=[Found(cream, 8, lots)], by=world.by)
        await api.approve(tx, count_id=opened.head.id, by=world.by)
    assert await there(database, cream, world.store) == {
        ("A", "", State.ON_HAND): 3, ("B", "", State.ON_HAND): 4, ("C", "", State.ON_HAND): 1,
    }  # fmt: skip
    assert await verification.differences(database) == []


async def test_units_from_before_tracking_began_are_sold_too(database: Database, world: World) -> None:
    cream = await tracked.make(database, world, Tracking.NONE)
    async with database.transaction() as tx:
        await api.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=cream, location_id=world.store, quantity=3, reason=Reason.RECEIVED, reference="",
                    by=world.by, occurred_at=tx.now,
                )
            ],
        )  # fmt: skip
    assert await tracked.make(database, world, Tracking.LOT) == cream
    await put(database, world, cream, LotQuantity(2, "A", expires_on=SOON))
    assert isinstance((await sell(database, world, cream, 4))[1], Granted)
    assert await there(database, cream, world.store) == {}
    assert await verification.differences(database) == []


KEY = Key(VariantId.new(), LocationId.new())
dates = st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(st.dictionaries(st.text("ABC", min_size=1, max_size=3), st.tuples(st.integers(1, 9), dates)), st.integers(0, 40))
def test_drawing_takes_what_is_asked_in_order_of_expiry(lots: dict[str, tuple[int, date | None]], asked: int) -> None:
    today = date(2026, 6, 1)
    rows = [
        Lot(KEY.variant_id, KEY.location_id, State.ON_HAND, name, "", expires_on, units)
        for name, (units, expires_on) in lots.items()
    ]
    taken = Shelf(rows).draw(KEY, State.ON_HAND, asked, today=today)
    assert sum(one.quantity for one in taken) == min(asked, sum(units for units, _ in lots.values()))
    good = [one for one in taken if one.expires_on is None or one.expires_on >= today]
    assert [one.expires_on or date.max for one in good] == sorted(one.expires_on or date.max for one in good)
    past = [one for one in taken if one not in good]
    left = {name: units - sum(one.quantity for one in taken if one.lot == name) for name, (units, _) in lots.items()}
    if past:  # only once nothing fit for sale is left
        assert all(left[name] == 0 for name, (_, day) in lots.items() if day is None or day >= today)
