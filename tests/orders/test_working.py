"""The work behind orders, through the api: opened once, followed, picked, packed, sent, fetched, given up."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fulfillment.world import grounds, open_chain
from tests.inventory.test_counting import on_hand
from tests.orders.works import (
    OTHER,
    PICKER,
    again,
    followed,
    order,
    packed,
    picked,
    seen,
    shipped,
    work,
    works,
)
from tests.world import ON_HAND, World

from portico.app import verification
from portico.catalog import api as catalog
from portico.catalog.types import NewComponent, NewItem, NewVariant
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import (
    Claimed,
    NewParcel,
    NotAllPacked,
    NotAllPicked,
    OnHold,
    PickedAlready,
    Progress,
    Proof,
    TooMany,
    Tracked,
    Way,
    WorkWhole,
    WrongCode,
    WrongItem,
    WrongState,
)
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.orders import api
from portico.orders.types import HandOverLine, HoldKind, Method, NothingToHandOver, NotPaid, State
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing import api as pricing
from portico.pricing.types import Price

WAYS = [Method.COLLECT, Method.DRIVE_UP, Method.SHIP, Method.LOCAL_DELIVERY]


async def make_set(database: Database, world: World) -> None:
    """A bundle of one lamp and two mugs."""
    async with database.transaction() as tx:
        (made,) = await catalog.put_items(
            tx,
            items=[
                NewItem(
                    slug="set-1", titles={"en": "Set"},
                    variants=(NewVariant(sku="SET-1", components=(NewComponent("LAMP-1", 1), NewComponent("MUG-1", 2))),),
                )
            ],
            by=world.by,
        )  # fmt: skip
        world.variants["SET-1"] = made.variant_ids["SET-1"]  # type: ignore[union-attr]
        await pricing.put_prices(tx, prices=[Price(world.variants["SET-1"], world.market_id, 3000, "EUR")])


@pytest.mark.parametrize("method", WAYS)
async def test_work_is_opened_once_however_often_it_is_asked_for(
    database: Database, world: World, method: Method
) -> None:
    placed = await order(database, world, method, ("MUG-1", 2), ("CUP-1", 1), at=world.store)
    one = await work(database, placed.head.id)
    assert one.work.state is Progress.OPEN and one.work.way is Way(method)
    assert [(line.sku, line.asked) for line in one.lines] == [("MUG-1", 2), ("CUP-1", 1)]
    assert one.work.order_label == placed.head.label and one.work.buyer_name == "Ada Byron"
    assert await followed(database, placed.head.id, world) == []
    assert await work(database, placed.head.id) == one


async def test_what_is_carried_out_is_no_work(database: Database, world: World) -> None:
    placed = await order(database, world, Method.CARRY_OUT, at=world.store)
    assert await works(database, placed.head.id) == []


async def test_a_bundle_is_picked_by_its_parts(database: Database, world: World) -> None:
    await make_set(database, world)
    placed = await order(database, world, Method.COLLECT, ("SET-1", 3), at=world.store)
    one = await work(database, placed.head.id)
    assert sorted((line.sku, line.asked, line.per_unit) for line in one.lines) == [("LAMP-1", 3, 1), ("MUG-1", 6, 2)]
    await picked(database, one)
    async with database.transaction() as tx:
        await api.hand_over(tx, order_id=placed.head.id, location_id=world.store, lines=None, by=PICKER)
    assert (await seen(database, placed.head.id)).head.state is State.FULFILLED
    assert await on_hand(database, world, "MUG-1") == ON_HAND - 6
    assert (await again(database, one)).work.state is Progress.HANDED_OVER
    assert await verification.differences(database) == []


async def test_what_was_scanned_is_compared_with_what_is_wanted(database: Database, world: World) -> None:
    placed = await order(database, world, Method.COLLECT, ("MUG-1", 2), at=world.store)
    one = await work(database, placed.head.id)
    async with database.transaction() as tx:
        await fulfillment.start(tx, id=one.work.id, by=PICKER)
        await fulfillment.scan(tx, id=one.work.id, code="mug-1", by=PICKER)
    for code, quantity, refusal in (("CUP-1", None, WrongItem), ("MUG-1", 2, TooMany)):
        with pytest.raises(refusal) as told:
            async with database.transaction() as tx:
                await fulfillment.scan(tx, id=one.work.id, code=code, quantity=quantity, by=PICKER)
        if refusal is WrongItem:
            assert (told.value.scanned, told.value.wanted) == ("Cup-1", "Mug-1")
    with pytest.raises(NotAllPicked):
        async with database.transaction() as tx:
            await fulfillment.finish(tx, id=one.work.id, by=PICKER)
    with pytest.raises(Claimed):
        async with database.transaction() as tx:
            await fulfillment.scan(tx, id=one.work.id, code="MUG-1", by=OTHER)
    assert [line.picked for line in (await again(database, one)).lines] == [1]
    async with database.transaction() as tx:
        await fulfillment.scan(tx, id=one.work.id, code="MUG-1", by=PICKER)
    with pytest.raises(PickedAlready):
        async with database.transaction() as tx:
            await fulfillment.scan(tx, id=one.work.id, code="MUG-1", by=PICKER)


async def test_a_collection_is_picked_ready_and_fetched_by_its_code(database: Database, world: World) -> None:
    placed = await order(database, world, Method.COLLECT, at=world.store)
    one = await picked(database, await work(database, placed.head.id), shelf="B7")
    assert (one.work.state, one.work.shelf) == (Progress.READY, "B7")
    wrong = Proof("code", "000000" if one.work.code != "000000" else "111111")
    with pytest.raises(WrongCode):
        async with database.transaction() as tx:
            await api.hand_over(
                tx, order_id=placed.head.id, location_id=world.store, lines=None, by=PICKER, proof=wrong
            )
    assert (await seen(database, placed.head.id)).head.state is State.OPEN
    right = Proof("code", f"{one.work.code[:3]} {one.work.code[3:]}", "Ada", "M0 0L9 9")
    async with database.transaction() as tx:
        await api.hand_over(tx, order_id=placed.head.id, location_id=world.store, lines=None, by=PICKER, proof=right)
        (given,) = await fulfillment.hand_overs(tx, ids=[one.work.id])
    assert (given.proof, given.handed_to, given.signed, given.actor_name) == ("code", "Ada", True, "Pia Picker")
    assert (await again(database, one)).work.state is Progress.HANDED_OVER
    assert await followed(database, placed.head.id, world) == []


async def test_part_is_fetched_and_the_rest_waits(database: Database, world: World) -> None:
    placed = await order(database, world, Method.COLLECT, ("MUG-1", 5), at=world.store)
    one = await picked(database, await work(database, placed.head.id))
    (line,) = placed.lines
    async with database.transaction() as tx:
        await api.hand_over(
            tx, order_id=placed.head.id, location_id=world.store, lines=[HandOverLine(line.id, 2)], by=PICKER
        )
    now = await again(database, one)
    assert (now.work.state, now.lines[0].gone) == (Progress.READY, 2)
    assert await followed(database, placed.head.id, world) == []
    async with database.transaction() as tx:
        await api.hand_over(tx, order_id=placed.head.id, location_id=world.store, lines=None, by=PICKER)
    assert (await again(database, one)).work.state is Progress.HANDED_OVER


async def test_what_was_missing_is_told_and_the_rest_is_given(database: Database, world: World) -> None:
    placed = await order(database, world, Method.COLLECT, ("MUG-1", 3), ("CUP-1", 1), at=world.store)
    one = await work(database, placed.head.id)
    directory, network = await grounds(database)
    mug = one.lines[0]
    async with database.transaction() as tx:
        await fulfillment.start(tx, id=one.work.id, by=PICKER)
        await fulfillment.scan(tx, id=one.work.id, code="MUG-1", quantity=2, by=PICKER)
        await fulfillment.scan(tx, id=one.work.id, code="CUP-1", by=PICKER)
        await api.pick_short(
            tx, id=one.work.id, line_id=mug.line_id, variant_id=mug.variant_id, quantity=1, directory=directory,
            network=network, by=PICKER,
        )  # fmt: skip
        ready = await fulfillment.finish(tx, id=one.work.id, by=PICKER)
    assert ready.work.state is Progress.READY
    async with database.transaction() as tx:
        await api.hand_over(tx, order_id=placed.head.id, location_id=world.store, lines=None, by=PICKER)
    now = await seen(database, placed.head.id)
    assert (now.head.state, [line.fulfilled for line in now.lines]) == (State.PARTLY_FULFILLED, [2, 1])
    assert (await again(database, one)).work.state is Progress.HANDED_OVER
    with pytest.raises(NothingToHandOver):
        async with database.transaction() as tx:
            await api.hand_over(
                tx, order_id=placed.head.id, location_id=world.store, lines=[HandOverLine(mug.line_id, 2)], by=PICKER
            )


async def test_what_is_missing_of_a_parcel_comes_from_elsewhere_and_the_rest_goes(
    database: Database, world: World
) -> None:
    chain = await open_chain(database, world, MUG_1=100)
    placed = await order(database, world, Method.SHIP, ("MUG-1", 4))
    one = await work(database, placed.head.id)
    here = one.work.location_id
    directory, network = await grounds(database)
    (line,) = one.lines
    async with database.transaction() as tx:
        await fulfillment.start(tx, id=one.work.id, by=PICKER)
        await fulfillment.scan(tx, id=one.work.id, code="MUG-1", quantity=3, by=PICKER)
        now = await api.pick_short(
            tx, id=one.work.id, line_id=line.line_id, variant_id=line.variant_id, quantity=1, directory=directory,
            network=network, by=PICKER,
        )  # fmt: skip
    assert [(each.picked, each.short, each.moved, each.asked) for each in now.lines] == [(3, 1, 1, 4)]
    promises = (await seen(database, placed.head.id)).expectations
    assert sorted((each.location_id == here, each.quantity) for each in promises) == [(False, 1), (True, 3)]
    async with database.read() as tx:
        held = await inventory.held(tx, holder=placed.head.id)
    assert sorted((each.location_id == here, each.quantity) for each in held) == [(False, 1), (True, 3)]
    await followed(database, placed.head.id, world)
    assert len(await works(database, placed.head.id)) == 2
    assert (await again(database, one)).lines == now.lines
    async with database.transaction() as tx:
        await fulfillment.finish(tx, id=one.work.id, by=PICKER)
        await fulfillment.pack(tx, id=one.work.id, boxes=[NewParcel(weight_grams=500)], by=PICKER)
        await api.ship(tx, id=one.work.id, by=PICKER)
    assert (await seen(database, placed.head.id)).head.state is State.PARTLY_FULFILLED
    (rest,) = [each for each in await works(database, placed.head.id) if each.work.id != one.work.id]
    await shipped(database, rest)
    assert (await seen(database, placed.head.id)).head.state is State.FULFILLED
    assert await verification.differences(database) == []
    assert chain.warehouse


async def test_work_follows_to_where_it_is_sent_from_instead(database: Database, world: World) -> None:
    await open_chain(database, world, MUG_1=100)
    placed = await order(database, world, Method.SHIP, ("MUG-1", 4))
    one = await work(database, placed.head.id)
    directory, network = await grounds(database)
    async with database.transaction() as tx:
        await api.reject(
            tx, order_id=placed.head.id, location_id=one.work.location_id, reason="closed", directory=directory,
            network=network, by=world.by,
        )  # fmt: skip
    await followed(database, placed.head.id, world)
    now = {each.work.state: each for each in await works(database, placed.head.id)}
    assert set(now) == {Progress.CANCELED, Progress.OPEN}
    assert now[Progress.CANCELED].work.id == one.work.id
    assert now[Progress.OPEN].work.location_id != one.work.location_id


async def test_parcels_hold_all_that_was_picked(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP, ("MUG-1", 3), at=world.store)
    one = await picked(database, await work(database, placed.head.id))
    (line,) = one.lines
    part = fulfillment_part(line, 2)
    with pytest.raises(NotAllPacked):
        async with database.transaction() as tx:
            await fulfillment.pack(tx, id=one.work.id, boxes=[NewParcel(weight_grams=1, contents=(part,))], by=PICKER)
    async with database.transaction() as tx:
        await fulfillment.pack(
            tx, id=one.work.id, by=PICKER,
            boxes=[NewParcel(weight_grams=400, contents=(part,)), NewParcel(weight_grams=200)],
        )  # fmt: skip
        boxes = await fulfillment.parcels(tx, fulfillment_ids=[one.work.id])
    assert [sum(each.quantity for each in box.contents) for box in boxes] == [2, 1]
    assert [each.packed for each in (await again(database, one)).lines] == [3]


def fulfillment_part(line, quantity: int):  # type: ignore[no-untyped-def]
    from portico.fulfillment.types import ParcelLine

    return ParcelLine(line.line_id, line.variant_id, quantity)


async def test_what_is_shipped_leaves_the_shelf_and_is_told(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP, ("MUG-1", 3), at=world.store)
    one = await shipped(database, await work(database, placed.head.id))
    assert one.work.state is Progress.SHIPPED
    assert await on_hand(database, world, "MUG-1") == ON_HAND - 3
    now = await seen(database, placed.head.id)
    assert now.head.state is State.FULFILLED
    assert [(each.type, each.quantity, each.actor_name) for each in now.events] == [("shipped", 3, "Pia Picker")]
    async with database.pool.acquire() as connection:
        types = [one["type"] for one in await connection.fetch("select type from platform.fact order by id")]
    assert "orders.shipped.v1" in types
    assert await followed(database, placed.head.id, world) == []
    assert await verification.differences(database) == []


@pytest.mark.parametrize("why", ["unpaid", "held"])
async def test_nothing_is_shipped_unpaid_or_on_hold(database: Database, world: World, why: str) -> None:
    placed = await order(database, world, Method.SHIP, ("MUG-1", 3), at=world.store, paid=why != "unpaid")
    one = await packed(database, await work(database, placed.head.id))
    if why == "held":
        async with database.transaction() as tx:
            await fulfillment.hold_work(tx, holder=placed.head.id, reason="fraud", by=world.by)
            await fulfillment.hold_work(tx, holder=placed.head.id, reason="fraud", by=world.by)
    with pytest.raises(NotPaid if why == "unpaid" else OnHold):
        async with database.transaction() as tx:
            await api.ship(tx, id=one.work.id, by=PICKER)
    assert await on_hand(database, world, "MUG-1") == ON_HAND
    assert (await seen(database, placed.head.id)).events == ()
    if why == "held":
        async with database.transaction() as tx:
            await fulfillment.release_work(tx, holder=placed.head.id, by=world.by)
        assert (await again(database, one)).work.state is Progress.PICKED
        async with database.transaction() as tx:
            await fulfillment.pack(tx, id=one.work.id, boxes=[NewParcel(weight_grams=500)], by=PICKER)
            await api.ship(tx, id=one.work.id, by=PICKER)


async def test_what_is_on_hold_is_not_picked_nor_handed_over(database: Database, world: World) -> None:
    placed = await order(database, world, Method.COLLECT, at=world.store)
    one = await work(database, placed.head.id)
    async with database.transaction() as tx:
        await fulfillment.hold_work(tx, holder=placed.head.id, reason="payment", by=world.by)
    for attempt in ("start", "hand_over"):
        with pytest.raises(OnHold):
            async with database.transaction() as tx:
                if attempt == "start":
                    await fulfillment.start(tx, id=one.work.id, by=PICKER)
                else:
                    await api.hand_over(tx, order_id=placed.head.id, location_id=world.store, lines=None, by=PICKER)
    assert await on_hand(database, world, "MUG-1") == ON_HAND
    async with database.transaction() as tx:
        await fulfillment.release_work(tx, holder=placed.head.id, by=world.by)
    await picked(database, one)


async def test_fewer_are_asked_for_and_what_was_picked_too_many_goes_back(database: Database, world: World) -> None:
    """As an edit of the order leaves it: its promise is less, or nothing."""
    placed = await order(database, world, Method.COLLECT, ("MUG-1", 3), at=world.store)
    one = await work(database, placed.head.id)
    async with database.transaction() as tx:
        await fulfillment.start(tx, id=one.work.id, by=PICKER)
        await fulfillment.scan(tx, id=one.work.id, code="MUG-1", quantity=3, by=PICKER)
    await promise(database, placed.head.id, 2)
    await followed(database, placed.head.id, world)
    (line,) = (await again(database, one)).lines
    assert (line.asked, line.picked, line.put_back) == (2, 2, 1)
    await picked(database, await again(database, one))
    await promise(database, placed.head.id, 4)
    await followed(database, placed.head.id, world)
    now = await again(database, one)
    assert (now.work.state, now.lines[0].asked, now.lines[0].picked) == (Progress.OPEN, 4, 2)
    await promise(database, placed.head.id, 0)
    await followed(database, placed.head.id, world)
    assert (await again(database, one)).work.state is Progress.CANCELED


async def promise(database: Database, order_id, units: int) -> None:  # type: ignore[no-untyped-def]
    async with database.pool.acquire() as connection:
        if units:
            await connection.execute(
                "update orders.expectation set quantity = $2 where order_id = $1", order_id.uuid, units
            )
        else:
            await connection.execute("delete from orders.expectation where order_id = $1", order_id.uuid)


async def test_what_is_sent_to_a_store_is_fetched_there(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP_TO_STORE, at=world.store, to=world.other_store)
    one = await work(database, placed.head.id)
    with pytest.raises(NothingToHandOver):
        async with database.transaction() as tx:
            await api.hand_over(tx, order_id=placed.head.id, location_id=world.other_store, lines=None, by=PICKER)
    await shipped(database, one)
    assert await on_hand(database, world, "MUG-1") == ON_HAND - 2
    assert (await seen(database, placed.head.id)).head.state is State.OPEN
    assert await followed(database, placed.head.id, world) == []
    async with database.transaction() as tx:
        there = await api.arrive(tx, id=one.work.id, by=OTHER, shelf="C3")
    assert (there.work.state, there.work.place) == (Progress.READY, world.other_store)
    async with database.transaction() as tx:
        await api.hand_over(
            tx, order_id=placed.head.id, location_id=world.other_store, lines=None, by=OTHER,
            proof=Proof("code", there.work.code),
        )  # fmt: skip
    now = await seen(database, placed.head.id)
    assert now.head.state is State.FULFILLED
    assert [each.type for each in now.events] == ["sent_to_store", "arrived", "collected"]
    assert (await again(database, one)).work.state is Progress.HANDED_OVER
    assert await verification.differences(database) == []


async def test_what_nobody_fetches_is_for_sale_again(database: Database, world: World) -> None:
    placed = await order(database, world, Method.COLLECT, at=world.store)
    one = await picked(database, await work(database, placed.head.id))
    async with database.transaction() as tx:
        assert not await api.sweep_not_fetched(tx)
    async with database.transaction(now=clock.now() + timedelta(days=8)) as tx:
        assert await api.sweep_not_fetched(tx)
    assert (await again(database, one)).work.state is Progress.NOT_FETCHED
    async with database.read() as tx:
        assert await inventory.held(tx, holder=placed.head.id) == []
    assert await on_hand(database, world, "MUG-1") == ON_HAND
    assert await followed(database, placed.head.id, world) == []
    async with database.transaction(now=clock.now() + timedelta(days=8)) as tx:
        assert not await api.sweep_not_fetched(tx)
    assert await verification.differences(database) == []


async def test_what_nobody_fetches_at_a_store_it_was_sent_to_stays_there(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP_TO_STORE, at=world.store, to=world.other_store)
    one = await shipped(database, await work(database, placed.head.id))
    async with database.transaction() as tx:
        await api.arrive(tx, id=one.work.id, by=OTHER, shelf="C3")
        await api.give_up(tx, id=one.work.id, by=OTHER)
    assert await on_hand(database, world, "MUG-1") == ON_HAND - 2
    async with database.read() as tx:
        levels = await inventory.levels(tx, variant_ids=[world.variants["MUG-1"]])
    assert {each.location_id: each.on_hand for each in levels}[world.other_store] == ON_HAND + 2
    assert await verification.differences(database) == []


async def test_a_run_brings_some_and_takes_some_back(database: Database, world: World) -> None:
    made = [await order(database, world, Method.LOCAL_DELIVERY, at=world.store) for _ in range(2)]
    first, second = [await packed(database, await work(database, one.head.id)) for one in made]
    async with database.transaction() as tx:
        run = await fulfillment.plan_run(
            tx, location_id=world.store, ids=[first.work.id, second.work.id], driver="Dana", by=PICKER
        )
        await fulfillment.order_stops(tx, id=run.run.id, ids=[second.work.id, first.work.id], by=PICKER)
        out = await api.leave_run(tx, id=run.run.id, by=PICKER)
    assert [stop.fulfillment_id for stop in out.stops] == [second.work.id, first.work.id]
    assert (await again(database, first)).work.state is Progress.OUT_FOR_DELIVERY
    assert await on_hand(database, world, "MUG-1") == ON_HAND
    async with database.transaction() as tx:
        await api.end_stop(
            tx, run_id=run.run.id, fulfillment_id=second.work.id, delivered=False, note="no answer", by=PICKER
        )
    async with database.transaction() as tx:
        done = await api.end_stop(
            tx, run_id=run.run.id, fulfillment_id=first.work.id, delivered=True, note="", by=PICKER
        )
    assert done.run.state == "done"
    assert (await again(database, first)).work.state is Progress.DELIVERED
    assert (await again(database, second)).work.state is Progress.PACKED
    assert await on_hand(database, world, "MUG-1") == ON_HAND - 2
    assert (await seen(database, made[0].head.id)).head.state is State.FULFILLED
    async with database.transaction() as tx:  # tomorrow, again
        await fulfillment.plan_run(tx, location_id=world.store, ids=[second.work.id], driver="", by=PICKER)
    assert await verification.differences(database) == []


async def test_an_unpaid_order_is_not_driven_out(database: Database, world: World) -> None:
    placed = await order(database, world, Method.LOCAL_DELIVERY, at=world.store, paid=False)
    one = await packed(database, await work(database, placed.head.id))
    async with database.transaction() as tx:
        run = await fulfillment.plan_run(tx, location_id=world.store, ids=[one.work.id], driver="", by=PICKER)
    with pytest.raises(NotPaid):
        async with database.transaction() as tx:
            await api.leave_run(tx, id=run.run.id, by=PICKER)
    assert (await again(database, one)).work.state is Progress.PACKED


async def test_who_drives_up_is_seen_and_her_wait_is_learned_from(database: Database, world: World) -> None:
    placed = await order(database, world, Method.DRIVE_UP, at=world.store)
    await picked(database, await work(database, placed.head.id))
    start = clock.now()

    async def comes(after: int, **more: object):  # type: ignore[no-untyped-def]
        async with database.transaction(now=start + timedelta(minutes=after)) as tx:
            return await fulfillment.come(
                tx,
                holder=placed.head.id,
                location_id=world.store,
                by=world.by,
                **more,  # type: ignore[arg-type]
            )

    on_way = await comes(0, here=False, minutes=10, vehicle="red van")
    here = await comes(12, here=True, bay="4")
    assert (on_way.state, here.state, here.bay, here.vehicle, here.id) == (
        "on_the_way", "here", "4", "red van", on_way.id,
    )  # fmt: skip
    assert (await comes(13, here=False)).state == "here"
    async with database.transaction(now=start + timedelta(minutes=15)) as tx:
        await api.hand_over(tx, order_id=placed.head.id, location_id=world.store, lines=None, by=PICKER)
        assert await fulfillment.arrivals(tx, location_ids=[world.store]) == []
        learned = (await fulfillment.learned(tx))[world.store]
    assert (learned.wait_minutes, learned.waits, learned.picks) == (3, 1, 1)


async def test_promises_learn_from_how_long_picking_took(database: Database, world: World) -> None:
    from portico.fulfillment.api import learning

    async with database.transaction() as tx:
        for minutes in [9] * 19:
            await learning.took(tx, location_id=world.store, kind="pick", seconds=60 * (minutes + 5), lines=1)
    _, network = await grounds(database)
    assert fulfillment.node(network, world.store).minutes_order == 30  # too few to believe
    async with database.transaction() as tx:
        await learning.took(tx, location_id=world.store, kind="pick", seconds=60 * 600, lines=1)
    _, network = await grounds(database)
    node = fulfillment.node(network, world.store)
    assert (node.learned_minutes_order, node.learned_from, node.minutes_order) == (9, 20, 9)


def told(code: str, status: str, minutes: int) -> Tracked:
    at = clock.now() + timedelta(minutes=minutes)
    return Tracked(
        tracking_code=code, status=status, occurred_at=at, source_id=f"{minutes} {status}", place="Madrid, ES"
    )


async def test_tracking_comes_in_any_order_and_more_than_once(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP, at=world.store)
    one = await shipped(database, await work(database, placed.head.id))
    async with database.pool.acquire() as connection:
        await connection.execute("update fulfillment.parcel set tracking_code = 'T1', carrier = 'X'")
    news = [told("T1", "delivered", 3), told("T1", "in_transit", 1), told("T1", "out_for_delivery", 2)]
    for _ in range(2):
        for each in [*news, told("T9", "delivered", 1)]:
            async with database.transaction() as tx:
                await api.track(tx, told=[each], by=world.by)
    async with database.read() as tx:
        (box,) = await fulfillment.parcels(tx, fulfillment_ids=[one.work.id])
        events = await fulfillment.tracking(tx, ids=[box.id])
    assert box.status == "delivered"
    assert [each.status for each in events] == ["delivered", "out_for_delivery", "in_transit"]
    assert (await again(database, one)).work.state is Progress.DELIVERED
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from platform.fact where type = 'orders.delivered.v1'") == 1


async def test_a_wave_gathers_what_is_urgent_by_zone_and_is_walked_in_order(database: Database, world: World) -> None:
    from portico.fulfillment.types import Shelved, Zone

    async with database.transaction() as tx:
        await fulfillment.put_zones(
            tx,
            location_id=world.store,
            zones=[Zone("A", "Front", 1), Zone("B", "Back", 2)],
            items=[Shelved(str(world.variants["MUG-1"]), "B"), Shelved(str(world.variants["CUP-1"]), "A")],
        )
    both = await order(database, world, Method.COLLECT, ("MUG-1", 1), ("CUP-1", 1), at=world.store)
    cups = await order(database, world, Method.COLLECT, ("CUP-1", 1), at=world.store)
    assert [line.sku for line in (await work(database, both.head.id)).lines] == ["CUP-1", "MUG-1"]
    async with database.transaction() as tx:
        wave, members = await fulfillment.make_wave(tx, location_id=world.store, zone="B", by=PICKER)
    assert [one.work.holder for one in members] == [str(both.head.id)]
    async with database.transaction() as tx:
        _, members = await fulfillment.claim_wave(tx, id=wave.id, by=PICKER)
    assert [one.work.state for one in members] == [Progress.PICKING]
    with pytest.raises(Claimed):
        async with database.transaction() as tx:
            await fulfillment.claim_wave(tx, id=wave.id, by=OTHER)
    await picked(database, await work(database, both.head.id))
    async with database.read() as tx:
        found, _ = await fulfillment.wave(tx, id=wave.id)
    assert found.state == "done"
    assert (await work(database, cups.head.id)).work.wave_id is None


async def test_what_is_due_first_is_first_and_late_is_said(database: Database, world: World) -> None:
    made = [await order(database, world, Method.COLLECT, at=world.store) for _ in range(3)]
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update fulfillment.fulfillment set due_at = now() - interval '5 minutes' where holder = $1",
            str(made[2].head.id),
        )
    async with database.read() as tx:
        queue = await fulfillment.queue(tx, location_ids=[world.store])
        (counted,) = await fulfillment.counts(tx, location_ids=[world.store])
        elsewhere = await fulfillment.queue(tx, location_ids=[world.other_store])
    assert queue[0].work.holder == str(made[2].head.id) and len(queue) == 3
    assert (counted.works, counted.late) == (3, 1)
    assert elsewhere == []


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_the_books_add_up_whatever_is_found_and_fetched(
    database: Database, world: World, data: st.DataObject
) -> None:
    """picked + short = asked; given + left = ordered; what is held is what is still to be given."""
    units = data.draw(st.integers(1, 6))
    async with database.transaction() as tx:
        await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=world.variants["CUP-1"], location_id=world.store, quantity=units, reason=Reason.RECEIVED,
                    reference="", by=world.by, occurred_at=tx.now,
                )
            ],
        )  # fmt: skip
    placed = await order(database, world, Method.COLLECT, ("CUP-1", units), at=world.store)
    one: WorkWhole = await work(database, placed.head.id)
    found = data.draw(st.integers(1, units))
    directory, network = await grounds(database)
    (line,) = one.lines
    async with database.transaction() as tx:
        await fulfillment.start(tx, id=one.work.id, by=PICKER)
        await fulfillment.scan(tx, id=one.work.id, code="CUP-1", quantity=found, by=PICKER)
        if found < units:
            await api.pick_short(
                tx, id=one.work.id, line_id=line.line_id, variant_id=line.variant_id, quantity=units - found,
                directory=directory, network=network, by=PICKER,
            )  # fmt: skip
        one = await fulfillment.finish(tx, id=one.work.id, by=PICKER)
    assert all(each.picked + each.short == each.asked for each in one.lines)
    given_now = data.draw(st.integers(1, found))
    async with database.transaction() as tx:
        await api.hand_over(
            tx,
            order_id=placed.head.id,
            location_id=world.store,
            lines=[HandOverLine(line.line_id, given_now)],
            by=PICKER,
        )
        held = sum(each.quantity for each in await inventory.held(tx, holder=placed.head.id))
    (after,) = (await seen(database, placed.head.id)).lines
    assert after.fulfilled == given_now and held == units - given_now
    assert (await again(database, one)).work.state is (Progress.HANDED_OVER if given_now == found else Progress.READY)
    assert await verification.differences(database) == []


async def test_wrong_steps_are_refused_and_change_nothing(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP, at=world.store)
    one = await work(database, placed.head.id)
    for attempt in (
        lambda tx: api.ship(tx, id=one.work.id, by=PICKER),
        lambda tx: fulfillment.pack(tx, id=one.work.id, boxes=[NewParcel(weight_grams=1)], by=PICKER),
        lambda tx: api.give_up(tx, id=one.work.id, by=PICKER),
        lambda tx: api.arrive(tx, id=one.work.id, by=PICKER),
        lambda tx: fulfillment.scan(tx, id=one.work.id, code="MUG-1", by=PICKER),
    ):
        with pytest.raises(WrongState):
            async with database.transaction() as tx:
                await attempt(tx)
    assert await again(database, one) == one


async def test_work_follows_holds_and_cancellations(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP, ("MUG-1", 3), ("CUP-1", 1), at=world.store)
    one = await picked(database, await work(database, placed.head.id))
    async with database.transaction() as tx:
        await api.hold(tx, order_id=placed.head.id, kind=HoldKind.FRAUD, reason="look", by=world.by)
    for _ in range(2):
        await followed(database, placed.head.id, world)
    assert (await again(database, one)).work.state is Progress.ON_HOLD
    async with database.transaction() as tx:
        await api.lift(tx, order_id=placed.head.id, kind=HoldKind.FRAUD, by=world.by)
    await followed(database, placed.head.id, world)
    assert (await again(database, one)).work.state is Progress.PICKED
    directory, _ = await grounds(database)
    async with database.transaction() as tx:
        await api.cancel(
            tx, order_id=placed.head.id, lines=[HandOverLine(placed.lines[0].id, 2)], reason="less", directory=directory,
            by=world.by,
        )  # fmt: skip
    await followed(database, placed.head.id, world)
    now = await again(database, one)
    assert [(line.sku, line.asked, line.picked, line.put_back) for line in now.lines] == [
        ("MUG-1", 1, 1, 2),
        ("CUP-1", 1, 1, 0),
    ]
    async with database.transaction() as tx:
        await api.cancel(tx, order_id=placed.head.id, lines=None, reason="all", directory=directory, by=world.by)
    await followed(database, placed.head.id, world)
    assert (await again(database, one)).work.state is Progress.CANCELED
    assert await verification.differences(database) == []
