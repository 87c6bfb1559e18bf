"""Goods come back: the order, the stock and the money move together, or nothing does."""

import asyncio
import random
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.carts.racing import dawdling, line_up, without_lock
from tests.orders.test_editing import cancel, drawer
from tests.orders.test_orders import MUG, ask, cashier, hand_over, line, placed, read
from tests.orders.works import order as sent_order
from tests.orders.works import shipped, work
from tests.payments.test_tenders import customer, gift_card
from tests.world import ON_HAND, SKUS, World

from portico.app import verification
from portico.business import api as business
from portico.inventory import api as inventory
from portico.orders import api as orders
from portico.orders import store as orders_store
from portico.orders.types import Method, Order, Term, TooManyBack
from portico.orders.types import State as OrderState
from portico.payments.types import Own, Tender, cash
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId
from portico.returns import api, rules, store
from portico.returns.types import (
    BadGrades,
    BadReturn,
    Block,
    Event,
    Grade,
    Instead,
    NewLine,
    NewReturn,
    NotTaken,
    Policy,
    Return,
    ReturnReason,
    State,
    Way,
    WrongStep,
)

LAMP = SKUS["LAMP-1"]


async def sold(database: Database, world: World, *wants: tuple[str, int], **what: object) -> Order:
    """An order that was paid in cash and taken along."""
    lines = [line(world, sku, units) for sku, units in wants]
    total = sum(SKUS[sku] * units for sku, units in wants)
    given = {"term": Term.NOW, "tendered": total, **what}
    order = await placed(database, ask(world, *lines, **given))
    return await hand_over(database, world, order)


async def take(
    database: Database,
    world: World,
    order: Order | None,
    *lines: NewLine,
    may_override: bool = False,
    at=None,
    **what: object,
) -> Return:  # type: ignore[no-untyped-def]
    new = NewReturn(
        lines=lines, order_id=order.head.id if order else None, location_id=world.store, **what  # type: ignore[arg-type]
    )  # fmt: skip
    async with database.transaction(now=at) as tx:
        directory = await business.directory(tx)
        return await api.take(tx, new=new, directory=directory, by=cashier(world), may_override=may_override)


async def request(database: Database, world: World, order: Order, *lines: NewLine, way: Way = Way.POST) -> Return:
    async with database.transaction() as tx:
        return await api.request(tx, new=NewReturn(lines=lines, order_id=order.head.id, way=way), by=cashier(world))


async def standing(database: Database, world: World, sku: str) -> dict[str, int]:
    async with database.read() as tx:
        (one,) = await inventory.standing(tx, variant_ids=[world.variants[sku]], location_ids=[world.store])
    return {state.value: units for state, units in one.counters().items()}


async def written(database: Database) -> list[object]:
    tables = (
        "returns.return", "returns.line", "returns.step", "ledger.transfer", "platform.fact", "inventory.movement",
        "orders.adjustment", "payments.operation",
    )  # fmt: skip
    async with database.pool.acquire() as connection:
        counts: list[object] = [await connection.fetchval(f"select count(*) from {one}") for one in tables]
        rows = await connection.fetch('select id, version, credited, refunded from orders."order" order by id')
    return [*counts, *rows]


def back(order: Order, quantity: int = 1, i: int = 0, **what: object) -> NewLine:
    return NewLine(line_id=order.lines[i].id, quantity=quantity, **what)  # type: ignore[arg-type]


async def test_over_the_counter_it_is_one_step(database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 3), ("LAMP-1", 1))
    before = await drawer(database, world)
    done = await take(
        database, world, order, back(order, 2), back(order, 1, 1, grade=Grade.DAMAGED, reason=ReturnReason.DAMAGED)
    )
    assert (done.head.state, done.head.value, done.head.fee, done.head.refunded) == (
        State.COMPLETED, 2 * MUG + LAMP, 0, 2 * MUG + LAMP,
    )  # fmt: skip
    assert [(one.to, one.amount, one.done) for one in done.refunds] == [("cash", 2 * MUG + LAMP, True)]
    assert await drawer(database, world) == before - 2 * MUG - LAMP
    after = await read(database, order)
    assert [(one.returned, one.exchanged) for one in after.lines] == [(2, 0), (1, 0)]
    assert (after.head.credited, after.head.refunded, after.head.balance) == (2 * MUG + LAMP, 2 * MUG + LAMP, 0)
    assert [(one.type, one.quantity, one.amount) for one in after.adjustments] == [
        ("return", -2, -2 * MUG), ("return", -1, -LAMP),
    ]  # fmt: skip
    assert (await standing(database, world, "MUG-1"))["on_hand"] == ON_HAND - 1
    lamps = await standing(database, world, "LAMP-1")
    assert (lamps["on_hand"], lamps["damaged"]) == (ON_HAND - 1, 1)
    await take(database, world, order, back(order, 1))
    assert (await read(database, order)).head.state is OrderState.RETURNED
    assert await verification.differences(database) == []


@pytest.mark.parametrize("grade", [Grade.QUARANTINE, Grade.DISCARD])
async def test_what_is_not_sold_again_goes_aside_or_away(database: Database, world: World, grade: Grade) -> None:
    order = await sold(database, world, ("MUG-1", 1))
    await take(database, world, order, back(order, grade=grade))
    now = await standing(database, world, "MUG-1")
    assert (now["on_hand"], now["to_inspect"]) == (ON_HAND - 1, 1 if grade is Grade.QUARANTINE else 0)
    assert await verification.differences(database) == []


async def test_what_is_refused_leaves_everything_as_it_was(database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 2))
    later = clock.now() + timedelta(days=31)
    stranger = NewLine(line_id=LineItemId.new(), quantity=1)
    before = await written(database)
    cases: list[tuple[type[Refused], tuple[NewLine, ...], dict[str, object]]] = [
        (NotTaken, (back(order, 3),), {}),
        (NotTaken, (back(order, 2), back(order, 1)), {}),
        (NotTaken, (back(order, 3),), {"may_override": True, "override_reason": "because"}),
        (NotTaken, (back(order),), {"at": later}),
        (NotTaken, (back(order),), {"at": later, "may_override": True}),
        (NotTaken, (back(order),), {"at": later, "override_reason": "because"}),
        (BadReturn, (stranger,), {}),
        (BadReturn, (), {}),
        (BadReturn, (back(order, reason=ReturnReason.MISSING_PARCEL),), {}),
        (BadGrades, (back(order, grade=Grade.SEND_BACK),), {}),
        (Refused, (back(order, 0),), {}),
        (Refused, (back(order),), {"exchange": (Instead(world.variants["LAMP-1"], ON_HAND + 1),)}),
    ]  # fmt: skip
    for refusal, lines, what in cases:
        with pytest.raises(refusal):
            await take(database, world, order, *lines, **what)  # type: ignore[arg-type]
        assert await written(database) == before, (refusal, what)
    late = await take(database, world, order, back(order), at=later, may_override=True, override_reason="a regular")
    assert (late.head.override_reason, late.lines[0].blocks) == ("a regular", (Block.WINDOW_OVER,))


async def test_fees_and_final_sales_are_policy_and_not_for_our_own_faults(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        await api.put_policies(
            tx, market_id=world.market_id, policies=[Policy(market_id=world.market_id, restocking_ppm=100_000)]
        )
    order = await sold(database, world, ("LAMP-1", 3))
    kept = await take(database, world, order, back(order))
    assert (kept.head.value, kept.head.fee, kept.head.refunded) == (LAMP, LAMP // 10, LAMP - LAMP // 10)
    whole = await take(database, world, order, back(order, reason=ReturnReason.WRONG_ITEM))
    assert (whole.head.fee, whole.head.refunded) == (0, LAMP)
    after = await read(database, order)
    assert (after.head.fee, after.head.total, after.head.balance) == (LAMP // 10, 3 * LAMP + LAMP // 10, 0)
    async with database.transaction() as tx:
        await api.put_policies(
            tx, market_id=world.market_id, policies=[Policy(market_id=world.market_id, final_sale=True)]
        )
    with pytest.raises(NotTaken) as refused:
        await take(database, world, order, back(order))
    assert refused.value.overridable
    assert (await take(database, world, order, back(order, reason=ReturnReason.DAMAGED))).head.refunded == LAMP
    assert await verification.differences(database) == []


async def test_an_exchange_is_one_transaction_with_the_difference_due_or_given_back(
    database: Database, world: World
) -> None:
    order = await sold(database, world, ("MUG-1", 2))
    dearer = await take(
        database, world, order, back(order), exchange=(Instead(world.variants["LAMP-1"], 1),),
        tenders=(Tender(handler=Own.CASH, tendered=LAMP - MUG),),
    )  # fmt: skip
    assert (dearer.due, dearer.refunds, dearer.lines[0].exchanged) == (0, (), True)
    after = await read(database, order)
    assert [(one.sku, one.ordered, one.fulfilled, one.exchanged) for one in after.lines] == [
        ("MUG-1", 2, 2, 1), ("LAMP-1", 1, 1, 0),
    ]  # fmt: skip
    assert (after.head.state, after.head.balance, after.head.paid) == (OrderState.FULFILLED, 0, MUG + LAMP + MUG - MUG)
    cheaper = await take(database, world, order, back(order), exchange=(Instead(world.variants["CUP-1"], 1),))
    assert sum(one.amount for one in cheaper.refunds) == MUG - SKUS["CUP-1"]
    owed = await take(database, world, after, back(after, 1, 1), exchange=(Instead(world.variants["LAMP-1"], 2),))
    assert owed.due == LAMP
    assert (await read(database, order)).lines[-1].fulfilled == 0  # taken along once it is paid
    assert await verification.differences(database) == []


async def test_by_post_it_is_credited_once_it_was_looked_at(database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 4))
    asked = await request(database, world, order, back(order, 3))
    assert asked.head.state is State.APPROVED
    with pytest.raises(NotTaken):
        await request(database, world, order, back(order, 2))  # three of four are on their way
    by, id = cashier(world), asked.head.id
    before = await written(database)
    with pytest.raises(WrongStep):
        async with database.transaction() as tx:
            await api.grade(tx, return_id=id, grades=[], by=by)
    assert await written(database) == before
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        await api.step(tx, return_id=id, event=Event.SEND, by=by)
        await api.receive(tx, return_id=id, location_id=world.store, directory=directory, by=by)
    now = await standing(database, world, "MUG-1")
    assert (now["on_hand"], now["to_inspect"]) == (ON_HAND - 4, 3)
    (line_id,) = [one.id for one in asked.lines]
    grades = [api.GradeLine(line_id, Grade.SELLABLE, 1), api.GradeLine(line_id, Grade.SEND_BACK, 1)]
    before = await written(database)
    with pytest.raises(BadGrades):
        async with database.transaction() as tx:
            await api.grade(tx, return_id=id, grades=grades, by=by)
    assert await written(database) == before
    async with database.transaction() as tx:
        grades.append(api.GradeLine(line_id, Grade.DAMAGED, 1))
        done = await api.grade(tx, return_id=id, grades=grades, by=by)
    assert (done.head.state, done.head.value, done.head.refunded) == (State.COMPLETED, 2 * MUG, 2 * MUG)
    assert [one.event for one in done.steps] == ["approve", "send", "receive", "grade"]
    now = await standing(database, world, "MUG-1")
    assert (now["on_hand"], now["to_inspect"], now["damaged"]) == (ON_HAND - 3, 0, 1)
    assert (await read(database, order)).lines[0].returned == 2
    assert await verification.differences(database) == []


async def test_a_parcel_that_never_came_is_paid_back_and_no_goods_come(database: Database, world: World) -> None:
    order = await sent_order(database, world, Method.SHIP, ("MUG-1", 2), at=world.store)
    claim = NewLine(line_id=order.lines[0].id, quantity=2, reason=ReturnReason.MISSING_PARCEL)
    with pytest.raises(NotTaken):
        await request(database, world, order, claim, way=Way.CLAIM)
    await shipped(database, await work(database, order.head.id))
    asked = await request(database, world, order, claim, way=Way.CLAIM)
    assert asked.head.state is State.REQUESTED
    stock = await standing(database, world, "MUG-1")
    async with database.transaction() as tx:
        done = await api.approve(tx, return_id=asked.head.id, by=cashier(world))
    assert (done.head.state, done.head.refunded) == (State.COMPLETED, 2 * MUG)
    assert await standing(database, world, "MUG-1") == stock
    assert await verification.differences(database) == []


async def test_without_a_receipt_it_is_a_gift_card_at_todays_price(database: Database, world: World) -> None:
    done = await take(database, world, None, NewLine(variant_id=world.variants["MUG-1"], quantity=2))
    assert (done.head.state, done.head.value, done.head.order_id) == (State.COMPLETED, 2 * MUG, None)
    assert done.card_code
    assert (await standing(database, world, "MUG-1"))["on_hand"] == ON_HAND + 2
    assert await verification.differences(database) == []


async def _two_at_once(database: Database, world: World) -> list[object]:
    order = await sold(database, world, ("MUG-1", 1))
    await line_up(database)
    return await asyncio.gather(
        *(request(database, world, order, back(order)) for _ in range(2)), return_exceptions=True
    )


async def test_a_unit_is_asked_back_once(database: Database, world: World) -> None:
    answers = await _two_at_once(database, world)
    assert sorted(type(one).__name__ for one in answers) == ["NotTaken", "Return"]


async def test_without_the_orders_lock_it_is_asked_back_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders_store, "LOCK", without_lock(orders_store.LOCK))
    monkeypatch.setattr(store, "ASKED", dawdling(store.ASKED))  # what is asked back already is read then
    answers = await _two_at_once(database, world)
    assert [type(one).__name__ for one in answers] == ["Return", "Return"]


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_comes_back_in_whatever_order_no_more_goes_back_than_was_paid(
    database: Database, world: World, seed: int
) -> None:
    """Random orders, any of our tenders together, and sequences of returns, exchanges, courtesies and cancellations."""
    chance = random.Random(seed)
    wants = [(sku, chance.randint(1, 5)) for sku in chance.sample(sorted(SKUS), 3)]
    total = sum(SKUS[sku] * units for sku, units in wants)
    who, code = await customer(database, world), await gift_card(database, world)
    others = [
        Tender(handler=Own.TERMINAL, amount=chance.randint(1, total // 3), credential="A1", last4="4242"),
        Tender(handler=Own.GIFT_CARD, credential=code), Tender(handler=Own.STORE_CREDIT), Tender(handler=Own.POINTS),
    ]  # fmt: skip
    tenders = (*chance.sample(others, chance.randint(1, 4)), *cash(total))
    lines = [line(world, sku, units) for sku, units in wants]
    order = await placed(database, ask(world, *lines, term=Term.NOW, tenders=tenders, customer_id=who))
    took = 0
    gone = [(one.line_id, chance.randint(0, units)) for one, (_, units) in zip(lines, wants, strict=True)]
    if any(units for _, units in gone):
        order = await hand_over(database, world, order, *[one for one in gone if one[1]])
    for _ in range(12):
        now = await read(database, order)
        one = chance.choice(now.lines)
        units = chance.randint(1, 3)
        try:
            match chance.choice(["return", "return", "return", "exchange", "cancel", "courtesy"]):
                case "return":
                    grade = chance.choice([Grade.SELLABLE, Grade.DAMAGED, Grade.DISCARD, Grade.QUARANTINE])
                    await take(database, world, now, NewLine(line_id=one.id, quantity=units, grade=grade))
                case "exchange":
                    new = Instead(world.variants[chance.choice(sorted(SKUS))], 1)
                    back_in_kind = NewLine(line_id=one.id, quantity=units)
                    await take(database, world, now, back_in_kind, exchange=(new,), tenders=cash(20_000))
                case "cancel":
                    await cancel(database, world, now, (one.id, units))
                case _:
                    async with database.transaction() as tx:
                        await orders.credit(
                            tx, order_id=now.head.id, amount=chance.randint(1, 900), reason="sorry", by=cashier(world)
                        )
            took += 1
        except Refused:
            pass
        after = await read(database, order)
        assert 0 <= after.head.refunded <= after.head.paid
        assert after.head.refunded == sum(each.refunded + each.refunding for each in after.payments)
        assert all(each.refunded + each.refunding <= each.captured for each in after.payments)
        assert all(each.returned + each.exchanged <= each.fulfilled for each in after.lines)
        assert after.head.owed_back == 0
    assert took > 0
    assert await verification.differences(database) == []


@given(
    gross=some.lists(some.integers(0, 100_000), min_size=1, max_size=4), agreed=some.integers(1, 12),
    off=some.integers(0, 5000), cuts=some.data(),
)  # fmt: skip
def test_returned_one_by_one_a_line_adds_up_to_the_whole(
    gross: list[int], agreed: int, off: int, cuts: some.DataObject
) -> None:
    head, lines = _made(gross, agreed, min(off, sum(gross)))
    whole = orders.values(head, lines, [], [_units(one, agreed) for one in lines])
    credited, adjustments, left = 0, [], {one.id: agreed for one in lines}
    while any(left.values()):
        one = cuts.draw(some.sampled_from([each for each in lines if left[each.id]]))
        units = cuts.draw(some.integers(1, left[one.id]))
        at = [
            msgspec.structs.replace(each, returned=agreed - left[each.id]) for each in lines
        ]  # fmt: skip
        now = msgspec.structs.replace(head, credited=credited)
        (value,) = orders.values(now, at, adjustments, [_units(one, units)]).values()
        assert value >= 0
        adjustments.append(_adjusted(one, units, value))
        credited, left[one.id] = credited + value, left[one.id] - units
    assert credited == sum(whole.values()) == head.total


def test_each_state_is_reachable_and_none_is_a_trap() -> None:
    table = rules.FOLLOWS
    seen, todo = {State.REQUESTED}, [State.REQUESTED]
    while todo:
        one = todo.pop()
        fresh = {after for (before, _), after in table.items() if before is one} - seen
        seen |= fresh
        todo += fresh
    assert seen == set(State)
    final = {State.COMPLETED, State.REJECTED, State.CANCELED}
    assert {before for before, _ in table} == set(State) - final == set(rules.OPEN)
    assert {event for _, event in table} == set(Event)


def test_too_many_back_is_the_orders_own_refusal() -> None:
    assert TooManyBack.code == "orders.too_many_back"


def _units(one, units):  # type: ignore[no-untyped-def]
    from portico.orders.types import TakeBack

    return TakeBack(one.id, units)


def _made(gross: list[int], agreed: int, off: int):  # type: ignore[no-untyped-def]
    from portico.orders.types import Head, OrderId, OrderLine, Term

    total = sum(gross) - off
    blank = dict.fromkeys(Head.__struct_fields__, None)
    head = Head(**{  # type: ignore[arg-type]
        **blank, "id": OrderId.new(), "payment_term": Term.NOW, "items_discount": 0, "discount": -off, "total": total,
        "paid": total, "credited": 0, "refunded": 0, "authorized": 0,
    })  # fmt: skip
    empty = dict.fromkeys(OrderLine.__struct_fields__, None)
    lines = [
        OrderLine(**{**empty, "id": LineItemId.new(), "gross": one, "ordered": agreed, "canceled": 0, "fulfilled": agreed,
        "returned": 0, "exchanged": 0, "net_discount": 0})  # type: ignore[arg-type]
        for one in gross
    ]  # fmt: skip
    return head, lines


def _adjusted(one, units: int, value: int):  # type: ignore[no-untyped-def]
    from portico.orders.types import Adjustment, AdjustmentId

    return Adjustment(AdjustmentId.new(), None, one.id, "return", "completed", -units, -value, "EUR", "", clock.now())
