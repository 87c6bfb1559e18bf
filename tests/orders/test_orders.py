"""Orders: placed whole or refused whole, paid, handed over in parts, and never more than there is."""

import asyncio

import msgspec
import pytest
from tests.carts.racing import line_up, without_lock
from tests.world import ON_HAND, SKUS, World

from portico.app import verification
from portico.business import api as business
from portico.catalog.types import VariantId
from portico.inventory import api as inventory
from portico.inventory.types import OutOfStock
from portico.ledger import api as ledger
from portico.orders import api, rules, store
from portico.orders.types import (
    Allotment,
    AlreadyPlaced,
    BadQuantity,
    EmptyOrder,
    HandOverLine,
    Method,
    NothingToHandOver,
    NotPaid,
    Order,
    OrderId,
    PaymentNeeded,
    PlaceLine,
    PlaceOrder,
    State,
    Term,
    TooManyLines,
    TotalChanged,
    UnknownVariant,
    WrongLocation,
)
from portico.payments.types import NotEnough, NothingDue, NoTill, cash
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.platform.money import AMOUNT_MAX
from portico.platform.refusals import NotFound, Refused
from portico.pricing.types import AmountTooLarge, LineItemId

MUG = SKUS["MUG-1"]


def cashier(world: World, till: str = "T1") -> Hand:
    return msgspec.structs.replace(
        world.by, actor=f"staff:{world.cashier.uuid.hex}", location_id=world.store.uuid, till_id=world.tills[till].uuid
    )


def line(world: World, sku: str, quantity: int, method: Method = Method.COLLECT, place=None) -> PlaceLine:  # type: ignore[no-untyped-def]
    return PlaceLine(LineItemId.new(), world.variants[sku], (Allotment(method, place or world.store, quantity),))


def ask(world: World, *lines: PlaceLine, **what: object) -> PlaceOrder:
    given = {
        "order_id": OrderId.new(), "market_id": world.market_id, "lines": lines, "by": cashier(world),
        "occurred_at": clock.now(), "language": "en", "term": Term.ON_COLLECTION, **what,
    }  # fmt: skip
    if "tendered" in given:
        given["tenders"] = (*given.get("tenders", ()), *cash(given.pop("tendered")))  # type: ignore[arg-type, misc]
    return PlaceOrder(**given)  # type: ignore[arg-type]


async def place(database: Database, *asks: PlaceOrder) -> list[Order | Refused]:
    async with database.transaction() as tx:
        return await api.place(tx, asks=asks, directory=await business.directory(tx))


async def placed(database: Database, one: PlaceOrder) -> Order:
    (answer,) = await place(database, one)
    assert isinstance(answer, Order), answer
    return answer


async def pay(database: Database, world: World, order: Order, tendered: int, by: Hand | None = None) -> Order:
    async with database.transaction() as tx:
        return await api.pay_cash(tx, order_id=order.head.id, tendered=tendered, by=by or cashier(world))


async def hand_over(
    database: Database, world: World, order: Order, *parts: tuple[LineItemId, int], place=None
) -> Order:  # type: ignore[no-untyped-def]
    lines = [HandOverLine(*part) for part in parts] or None
    async with database.transaction() as tx:
        return await api.hand_over(
            tx, order_id=order.head.id, location_id=place or world.store, lines=lines, by=cashier(world)
        )


async def read(database: Database, order: Order) -> Order:
    async with database.read() as tx:
        return await api.order(tx, order_id=order.head.id)


async def state_of_things(database: Database, world: World) -> tuple[object, ...]:
    """Everything an order may touch, counted."""
    tables = ('orders."order"', "orders.fulfillment_event", "payments.payment", "ledger.transfer", "platform.fact")
    async with database.read() as tx:
        levels = await inventory.levels(
            tx, variant_ids=list(world.variants.values()), location_ids=[world.store, world.other_store]
        )
    async with database.pool.acquire() as connection:
        counts = [await connection.fetchval(f"select count(*) from {one}") for one in tables]
    return (*counts, sorted((one.key, one.on_hand, one.reserved) for one in levels))


def refused_orders(world: World) -> list[tuple[PlaceOrder, type[Refused]]]:
    mug = line(world, "MUG-1", 1)
    nowhere = type(world.store).new()
    unknown = PlaceLine(LineItemId.new(), VariantId.new(), mug.allotments)
    now = {"term": Term.NOW, "tendered": MUG}
    no_till = msgspec.structs.replace(cashier(world), till_id=None)
    return [
        (ask(world), EmptyOrder),
        (ask(world, *[mug] * 201), TooManyLines),
        (ask(world, line(world, "MUG-1", 0)), BadQuantity),
        (ask(world, line(world, "MUG-1", -1)), BadQuantity),
        (ask(world, line(world, "MUG-1", 10**30)), BadQuantity),
        (ask(world, msgspec.structs.replace(mug, allotments=())), BadQuantity),
        (ask(world, mug, unknown), UnknownVariant),
        (ask(world, mug, line(world, "CUP-1", 1, place=nowhere)), WrongLocation),
        (ask(world, mug, line(world, "LAMP-1", ON_HAND + 1)), OutOfStock),
        (ask(world, mug, expected_total=MUG - 1), TotalChanged),
        (ask(world, mug, term=Term.NOW), PaymentNeeded),
        (ask(world, mug, **{**now, "tendered": MUG - 1}), NotEnough),
        (ask(world, mug, **{**now, "tendered": -MUG}), NotEnough),
        (ask(world, mug, **{**now, "tendered": AMOUNT_MAX + 1}), AmountTooLarge),
        (ask(world, mug, **now, by=no_till), NoTill),
    ]


async def test_a_refused_order_leaves_everything_as_it_was(database: Database, world: World) -> None:
    before = await state_of_things(database, world)
    for one, refusal in refused_orders(world):
        (answer,) = await place(database, one)
        assert type(answer) is refusal, answer
        assert await state_of_things(database, world) == before


async def test_the_refused_of_a_batch_do_not_touch_their_neighbours(database: Database, world: World) -> None:
    refused = refused_orders(world)
    good = [ask(world, line(world, "MUG-1", 1)) for _ in refused]
    answers = await place(
        database, *(one for pair in zip((bad for bad, _ in refused), good, strict=True) for one in pair)
    )
    assert [type(one) for one in answers[::2]] == [kind for _, kind in refused]
    assert all(isinstance(one, Order) for one in answers[1::2])
    assert await verification.differences(database) == []


async def test_a_location_of_another_market_is_refused(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        abroad = msgspec.structs.replace(directory.location(world.other_store), market_id=type(world.market_id).new())
        directory = msgspec.structs.replace(directory, locations={**directory.locations, world.other_store: abroad})
        one = ask(world, line(world, "MUG-1", 1, place=world.other_store))
        (answer,) = await api.place(tx, asks=[one], directory=directory)
    assert isinstance(answer, WrongLocation)


async def test_carried_out_and_paid_it_is_done(database: Database, world: World) -> None:
    lamp, tea = line(world, "LAMP-1", 2, Method.CARRY_OUT), line(world, "TEA-1", 250, Method.CARRY_OUT)
    order = await placed(database, ask(world, lamp, tea, term=Term.NOW, tendered=20_000, expected_total=10_580))
    assert (order.head.state, order.head.due, order.head.total) == (State.FULFILLED, 0, 2 * 4990 + 600)
    assert [(one.amount, one.tendered, one.change) for one in order.payments] == [(10_580, 20_000, 9_420)]
    assert {(one.rate_ppm, one.amount) for one in order.taxes} == {(210_000, 1732), (100_000, 55)}
    assert (await read(database, order)).lines == order.lines
    assert await verification.differences(database) == []


async def test_a_reference_names_one_order_for_ever(database: Database, world: World) -> None:
    twice = [ask(world, line(world, "MUG-1", 1), external_ref="till:7") for _ in range(2)]
    first, second = await place(database, *twice)
    (third,) = await place(database, ask(world, line(world, "CUP-1", 1), external_ref="till:7"))
    assert isinstance(first, Order)
    for answer in (second, third):
        assert isinstance(answer, AlreadyPlaced) and answer.order_id == first.head.id
    assert (await state_of_things(database, world))[0] == 1


async def test_a_reference_refused_for_want_of_stock_may_be_tried_again(database: Database, world: World) -> None:
    (refused,) = await place(database, ask(world, line(world, "MUG-1", ON_HAND + 1), external_ref="till:8"))
    assert isinstance(refused, OutOfStock)
    assert await placed(database, ask(world, line(world, "MUG-1", 1), external_ref="till:8"))


async def test_what_is_refused_is_not_said_to_be_placed_to_whoever_sends_it_twice(
    database: Database, world: World
) -> None:
    twice = [ask(world, line(world, "MUG-1", ON_HAND + 1), external_ref="till:9") for _ in range(2)]
    assert all(isinstance(one, OutOfStock) for one in await place(database, *twice))
    assert (await state_of_things(database, world))[0] == 0


async def test_paid_on_collection_then_handed_over(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 2)))
    before = await state_of_things(database, world)
    with pytest.raises(NotPaid):
        await hand_over(database, world, order)
    with pytest.raises(NotEnough):
        await pay(database, world, order, 2 * MUG - 1)
    with pytest.raises(NoTill):
        await pay(database, world, order, 2 * MUG, by=world.by)
    assert await state_of_things(database, world) == before
    paid = await pay(database, world, order, 3000)
    assert (paid.head.due, paid.payments[0].change, paid.head.version) == (0, 500, 2)
    with pytest.raises(NothingDue):
        await pay(database, world, order, 3000)
    done = await hand_over(database, world, order)
    assert (done.head.state, done.lines[0].fulfilled) == (State.FULFILLED, 2)
    async with database.read() as tx:
        drawer = await ledger.balances(tx, codes=[f"till:{world.tills['T1'].uuid.hex}:drawer:EUR"])
    assert list(drawer.values()) == [2 * MUG]
    assert await verification.differences(database) == []


async def both_places(database: Database, world: World) -> Order:
    """Three mugs and a lamp wait here, two mugs of the same line at the other store; all is paid."""
    split = PlaceLine(
        LineItemId.new(),
        world.variants["MUG-1"],
        (Allotment(Method.COLLECT, world.store, 3), Allotment(Method.COLLECT, world.other_store, 2)),
    )
    order = await placed(database, ask(world, split, line(world, "LAMP-1", 1)))
    return await pay(database, world, order, order.head.due)


async def test_handed_over_in_parts(database: Database, world: World) -> None:
    order = await both_places(database, world)
    mug, lamp = (one.id for one in order.lines)
    order = await hand_over(database, world, order, (mug, 1))
    assert order.head.state is State.PARTLY_FULFILLED
    order = await hand_over(database, world, order, (mug, 1), (mug, 1))  # the same line twice in one request
    assert [(one.line_id, one.quantity) for one in order.events] == [(mug, 1), (mug, 2)]
    async with database.read() as tx:
        waiting = (await api.waiting(tx, ids=[order.head.id]))[order.head.id]
    assert set(waiting) == {world.store, world.other_store}
    order = await hand_over(database, world, order)  # the rest of this place
    assert [one.fulfilled for one in order.lines] == [3, 1] and order.head.state is State.PARTLY_FULFILLED
    order = await hand_over(database, world, order, place=world.other_store)
    assert [one.fulfilled for one in order.lines] == [5, 1] and order.head.state is State.FULFILLED
    assert sum(one.quantity for one in order.events if one.line_id == lamp) == 1
    assert await verification.differences(database) == []


@pytest.mark.parametrize("parts", [(4,), (2, 2), (3, 1), (1, 3), (0,), (-1,), (-1, 2), (10**30,)])
async def test_more_than_waits_is_not_handed_over(database: Database, world: World, parts: tuple[int, ...]) -> None:
    order = await both_places(database, world)
    before = await state_of_things(database, world)
    with pytest.raises(NothingToHandOver):
        await hand_over(database, world, order, *((order.lines[0].id, quantity) for quantity in parts))
    assert await state_of_things(database, world) == before and await read(database, order) == order


async def test_what_does_not_wait_there_is_not_handed_over(database: Database, world: World) -> None:
    order = await both_places(database, world)
    mug, lamp = (one.id for one in order.lines)
    for parts, where in [
        (((lamp, 1),), world.other_store),
        (((LineItemId.new(), 1),), None),
        (((mug, 1), (lamp, 2)), None),
    ]:
        with pytest.raises(NothingToHandOver):
            await hand_over(database, world, order, *parts, place=where)
    with pytest.raises(NotFound):
        async with database.transaction() as tx:
            await api.hand_over(tx, order_id=OrderId.new(), location_id=world.store, lines=None, by=cashier(world))
    assert await read(database, order) == order


async def _hand_over_at_once(database: Database, world: World) -> list[Order]:
    """Of several orders the mugs and the lamp are handed over by two cashiers in the same moment."""
    orders = []
    for _ in range(4):
        order = await placed(database, ask(world, line(world, "MUG-1", 1), line(world, "LAMP-1", 1)))
        orders.append(await pay(database, world, order, order.head.due))
    await line_up(database)
    await asyncio.gather(*(hand_over(database, world, order, (part.id, 1)) for order in orders for part in order.lines))
    return [await read(database, order) for order in orders]


async def test_two_cashiers_at_once_agree_on_what_is_left(database: Database, world: World) -> None:
    assert {one.head.state for one in await _hand_over_at_once(database, world)} == {State.FULFILLED}
    assert await verification.differences(database) == []


async def test_without_its_lock_an_order_forgets_that_it_is_done(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    assert State.PARTLY_FULFILLED in {one.head.state for one in await _hand_over_at_once(database, world)}


async def test_paid_by_two_tills_at_once_it_is_paid_once(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 1)))
    await line_up(database)
    answers = await asyncio.gather(*(pay(database, world, order, 2000) for _ in range(8)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["NothingDue"] * 7 + ["Order"]
    assert (await read(database, order)).head.paid == MUG
    assert await verification.differences(database) == []


@pytest.mark.parametrize("written", ["M4K7-Q2PX", "m4k7q2px", " m4k7 q2px "])
def test_a_label_is_read_as_people_write_it(written: str) -> None:
    assert rules.read_label(written) == "M4K7-Q2PX"


def test_letters_that_look_like_figures_are_figures() -> None:
    assert rules.read_label("il0o-ABCD") == "1100-ABCD"
    for wrong in ("", "M4K7-Q2P", "M4K7-Q2PXX", "M4K7-Q2PU", "М4К7-Q2PX"):
        assert rules.read_label(wrong) is None
    assert all(rules.read_label(one.lower()) == one for one in (rules.new_label() for _ in range(200)))


async def test_found_by_id_by_label_and_by_link(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 1)))
    async with database.read() as tx:
        for name in (str(order.head.id), order.head.label, order.head.label.lower().replace("-", "")):
            assert (await api.find(tx, name=name)).head == order.head
        assert (await api.by_link(tx, token=order.head.link_token)).head == order.head
        for name in ("", "ZZZZ-ZZZZ", str(OrderId.new()), "cart_" + "0" * 32):
            with pytest.raises(NotFound):
                await api.find(tx, name=name)
        for token in ("", order.head.link_token[:-1], order.head.label):
            with pytest.raises(NotFound):
                await api.by_link(tx, token=token)
