"""Changing what was agreed: goods, sums, stock, promises and money move together, or nothing does."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.orders.test_orders import MUG, ask, cashier, hand_over, line, place, placed, read, state_of_things
from tests.world import ON_HAND, SKUS, World

from portico.app import verification
from portico.business import api as business
from portico.business.types import MarketId
from portico.inventory import api as inventory
from portico.inventory.types import OutOfStock
from portico.ledger import api as ledger
from portico.orders import api, recutting, rules
from portico.orders.types import (
    AddLine,
    BadQuantity,
    BadTags,
    BadUnitPrice,
    BelowFulfilled,
    Edit,
    Edited,
    Ended,
    HandOverLine,
    HoldKind,
    LinePrice,
    LineQuantity,
    Method,
    MoveLine,
    NotHeldBack,
    NothingToChange,
    Order,
    OrderId,
    OrderLine,
    State,
    Swap,
    Term,
    UnknownVariant,
    VersionChanged,
    WrongLocation,
)
from portico.payments.types import Refund
from portico.platform.db import Database
from portico.platform.refusals import NotFound, Refused
from portico.pricing.types import LineItemId, TaxLine

LAMP = SKUS["LAMP-1"]


async def edit(database: Database, world: World, order: Order, **changes: object) -> Edited:
    asked = Edit(order_id=order.head.id, reason="asked for on the phone", **changes)  # type: ignore[arg-type]
    async with database.transaction() as tx:
        return await api.edit(tx, edit=asked, directory=await business.directory(tx), by=cashier(world))


async def cancel(database: Database, world: World, order: Order, *lines: tuple[LineItemId, int]) -> Edited:
    async with database.transaction() as tx:
        return await api.cancel(
            tx, order_id=order.head.id, lines=[HandOverLine(*one) for one in lines] or None, reason="changed her mind",
            directory=await business.directory(tx), by=cashier(world),
        )  # fmt: skip


async def reserved(database: Database, world: World, sku: str, place=None) -> int:  # type: ignore[no-untyped-def]
    async with database.read() as tx:
        (level,) = await inventory.levels(tx, variant_ids=[world.variants[sku]], location_ids=[place or world.store])
    return level.reserved


async def drawer(database: Database, world: World) -> int:
    code = f"till:{world.tills['T1'].uuid.hex}:drawer:EUR"
    async with database.read() as tx:
        return (await ledger.balances(tx, codes=[code])).get(code, 0)


async def test_a_line_is_canceled_in_part_and_its_money_goes_back_to_the_drawer(
    database: Database, world: World
) -> None:
    mugs = line(world, "MUG-1", 3)
    order = await placed(database, ask(world, mugs, line(world, "LAMP-1", 1), term=Term.NOW, tendered=20_000))
    assert await drawer(database, world) == 3 * MUG + LAMP
    done = await cancel(database, world, order, (mugs.line_id, 1))
    found = done.order.lines[0]
    assert (found.ordered, found.canceled, found.gross) == (3, 1, 2 * MUG)
    assert (done.total_before, done.order.head.total, done.order.head.paid, done.order.head.refunded) == (
        3 * MUG + LAMP, 2 * MUG + LAMP, 3 * MUG + LAMP, MUG,
    )  # fmt: skip
    assert [(one.handler, one.amount, one.done) for one in done.refunds] == [("cash", MUG, True)]
    assert await drawer(database, world) == 2 * MUG + LAMP
    assert await reserved(database, world, "MUG-1") == 2
    assert [(one.type, one.quantity, one.amount) for one in done.order.adjustments] == [("cancellation", -1, -MUG)]
    assert sum(one.amount for one in done.order.taxes) == done.order.head.tax
    assert await verification.differences(database) == []


async def test_all_is_canceled_and_the_order_with_it(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 3)))
    done = await cancel(database, world, order)
    assert (done.order.head.state, done.order.head.total, done.order.head.due) == (State.CANCELED, 0, 0)
    assert done.order.expectations == ()
    assert await reserved(database, world, "MUG-1") == 0
    with pytest.raises(NothingToChange):
        await cancel(database, world, order)
    assert await verification.differences(database) == []


async def test_what_has_gone_out_stays_and_the_rest_is_canceled(database: Database, world: World) -> None:
    mugs = line(world, "MUG-1", 3)
    order = await placed(database, ask(world, mugs, term=Term.NOW, tendered=20_000))
    await hand_over(database, world, order, (mugs.line_id, 2))
    before = await state_of_things(database, world)
    with pytest.raises(BelowFulfilled):
        await edit(database, world, order, quantities=(LineQuantity(mugs.line_id, 1),))
    assert await state_of_things(database, world) == before
    done = await cancel(database, world, order)
    assert (done.order.head.state, done.order.lines[0].canceled) == (State.FULFILLED, 1)
    assert [(one.quantity, one.fulfilled) for one in done.order.expectations] == [(2, 2)]
    assert await verification.differences(database) == []


async def test_more_of_a_line_and_another_item_are_held_and_due(database: Database, world: World) -> None:
    mugs = line(world, "MUG-1", 1)
    order = await placed(database, ask(world, mugs, term=Term.NOW, tendered=2000))
    done = await edit(
        database, world, order, quantities=(LineQuantity(mugs.line_id, 4),),
        adds=(AddLine(world.variants["LAMP-1"], 1, Method.COLLECT, world.store),),
    )  # fmt: skip
    assert done.order.head.total == 4 * MUG + LAMP
    assert (done.order.head.due, done.refunds) == (3 * MUG + LAMP, ())
    assert (await reserved(database, world, "MUG-1"), await reserved(database, world, "LAMP-1")) == (4, 1)
    assert [(one.type, one.quantity) for one in done.order.adjustments] == [("addition", 3), ("addition", 1)]
    assert await verification.differences(database) == []


async def test_a_swap_keeps_both_lines_and_settles_the_difference(database: Database, world: World) -> None:
    mugs = line(world, "MUG-1", 2)
    order = await placed(database, ask(world, mugs, term=Term.NOW, tendered=2 * MUG))
    done = await edit(database, world, order, swaps=(Swap(mugs.line_id, world.variants["CUP-1"]),))
    old, new = done.order.lines
    assert (old.ordered, old.canceled, old.gross) == (2, 2, 0)
    assert (new.sku, new.ordered, new.gross, new.split_from) == ("CUP-1", 2, 2 * SKUS["CUP-1"], old.id)
    assert sum(one.amount for one in done.refunds) == 2 * (MUG - SKUS["CUP-1"])
    assert (await reserved(database, world, "MUG-1"), await reserved(database, world, "CUP-1")) == (0, 2)
    assert await verification.differences(database) == []


async def test_another_price_is_due_or_goes_back(database: Database, world: World) -> None:
    mugs = line(world, "MUG-1", 2)
    order = await placed(database, ask(world, mugs, term=Term.NOW, tendered=5000))
    done = await edit(database, world, order, prices=(LinePrice(mugs.line_id, 1000),))
    assert (done.order.head.total, sum(one.amount for one in done.refunds)) == (2000, 2 * MUG - 2000)
    assert [(one.type, one.amount) for one in done.order.adjustments] == [("price_override", 2000 - 2 * MUG)]
    assert await verification.differences(database) == []


async def test_a_line_moves_to_another_store_with_its_stock(database: Database, world: World) -> None:
    mugs = line(world, "MUG-1", 2)
    order = await placed(database, ask(world, mugs))
    done = await edit(database, world, order, moves=(MoveLine(mugs.line_id, Method.COLLECT, world.other_store),))
    assert [(one.location_id, one.quantity) for one in done.order.expectations] == [(world.other_store, 2)]
    assert await reserved(database, world, "MUG-1") == 0
    assert await reserved(database, world, "MUG-1", world.other_store) == 2
    assert done.order.adjustments == ()


def refused_edits() -> list[tuple[str, Callable[[World, Order], dict[str, object]], type[Refused]]]:
    first: Callable[[Order], LineItemId] = lambda order: order.lines[0].id  # noqa: E731
    return [
        ("nothing", lambda w, o: {}, NothingToChange),
        ("as it is", lambda w, o: {"quantities": (LineQuantity(first(o), 2),)}, NothingToChange),
        ("old version", lambda w, o: {"expected_version": 99, "quantities": (LineQuantity(first(o), 1),)}, VersionChanged),
        ("less than none", lambda w, o: {"quantities": (LineQuantity(first(o), -1),)}, BadQuantity),
        ("another's line", lambda w, o: {"quantities": (LineQuantity(LineItemId.new(), 1),)}, NotFound),
        ("more than there is", lambda w, o: {"quantities": (LineQuantity(first(o), ON_HAND + 1),)}, OutOfStock),
        ("below nothing", lambda w, o: {"prices": (LinePrice(first(o), -1),)}, BadUnitPrice),
        ("too dear", lambda w, o: {"prices": (LinePrice(first(o), 2**62),)}, BadUnitPrice),
        ("nowhere", lambda w, o: {"moves": (MoveLine(first(o), Method.COLLECT, w.market_id),)}, WrongLocation),
        ("carried out", lambda w, o: {"moves": (MoveLine(first(o), Method.CARRY_OUT, w.store),)}, WrongLocation),
        ("no such item", lambda w, o: {"swaps": (Swap(first(o), w.market_id),)}, UnknownVariant),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "refusal"), refused_edits(), ids=[one[0] for one in refused_edits()])
async def test_a_change_that_cannot_be_is_refused_whole(
    database: Database, world: World, name: str, changes: Callable[[World, Order], dict[str, object]],
    refusal: type[Refused],
) -> None:  # fmt: skip
    order = await placed(database, ask(world, line(world, "MUG-1", 2)))
    before, whole = await state_of_things(database, world), await read(database, order)
    with pytest.raises(refusal):
        await edit(database, world, order, **changes(world, order))
    assert await state_of_things(database, world) == before
    assert await read(database, order) == whole


async def test_two_who_cancel_at_once_give_the_money_back_once(database: Database, world: World) -> None:
    mugs = line(world, "MUG-1", 3)
    order = await placed(database, ask(world, mugs, term=Term.NOW, tendered=3 * MUG))
    answers = await asyncio.gather(*(cancel(database, world, order) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in answers) == ["Edited"] + ["NothingToChange"] * 3
    assert await drawer(database, world) == 0
    assert await verification.differences(database) == []


async def test_an_order_that_is_held_back_stays_until_every_hold_is_lifted(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tendered=MUG))
    for kind in (HoldKind.FRAUD, HoldKind.MANUAL, HoldKind.FRAUD):
        async with database.transaction() as tx:
            await api.hold(tx, order_id=order.head.id, kind=kind, reason="a look at it", by=cashier(world))
    for kind, after in ((HoldKind.FRAUD, True), (HoldKind.MANUAL, False)):
        async with database.transaction() as tx:
            await api.lift(tx, order_id=order.head.id, kind=kind, by=cashier(world))
        assert (await read(database, order)).head.on_hold is after
    with pytest.raises(NotHeldBack):
        async with database.transaction() as tx:
            await api.lift(tx, order_id=order.head.id, kind=HoldKind.FRAUD, by=cashier(world))
    async with database.read() as tx:
        assert [one.kind for one in await api.holds(tx, ids=[order.head.id])] == [HoldKind.FRAUD, HoldKind.MANUAL]


async def test_notes_and_tags(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 1)))
    async with database.transaction() as tx:
        await api.note(tx, order_id=order.head.id, text=" ring the bell twice ", by=cashier(world))
        await api.tag(tx, order_id=order.head.id, tags=["VIP", "vip", "подарок"])
    async with database.read() as tx:
        assert [one.text for one in await api.notes(tx, ids=[order.head.id])] == ["ring the bell twice"]
    assert (await read(database, order)).head.tags == ("vip", "подарок")
    for tags in (["two words"], [""], ["x" * 41], [str(i) for i in range(21)]):
        with pytest.raises(BadTags):
            async with database.transaction() as tx:
                await api.tag(tx, order_id=order.head.id, tags=tags)
    assert (await read(database, order)).head.tags == ("vip", "подарок")


LINES = some.builds(
    lambda quantity, price, scale, rates: (quantity, price, scale, rates),
    some.integers(1, 5000), some.integers(0, 10**7), some.sampled_from([0, 3]),
    some.lists(some.integers(0, 400_000), max_size=3),
)  # fmt: skip


@given(LINES, some.booleans(), some.data())
def test_a_line_cut_again_adds_up_and_the_way_does_not_matter(
    line: tuple[int, int, int, list[int]], included: bool, data: some.DataObject
) -> None:
    """Net and tax add up to gross, taxes to tax; what is agreed decides, not how it came to be agreed; nothing left, nothing owed."""
    quantity, price, scale, rates = line
    whole = OrderLine(
        LineItemId.new(), OrderId.new(), 0, None, world_variant(), "p", "s", "t", "C62", scale, price, 0, 0, 0, quantity,
        tax_lines=tuple(TaxLine(f"J{i}", rate, 0) for i, rate in enumerate(rates)),
    )  # fmt: skip
    market = MarketId.new()
    whole = recutting.recut(whole, None, market_id=market, taxes_included=included)
    first = data.draw(some.integers(0, quantity))
    second = data.draw(some.integers(first, quantity))
    once = msgspec.structs.replace(whole, canceled=second)
    once = recutting.recut(once, whole, market_id=market, taxes_included=included)
    twice = recutting.recut(
        msgspec.structs.replace(whole, canceled=first), whole, market_id=market, taxes_included=included
    )
    twice = recutting.recut(
        msgspec.structs.replace(twice, canceled=second), twice, market_id=market, taxes_included=included
    )
    assert once == twice
    assert once.net + once.tax == once.gross
    assert sum(one.amount for one in once.tax_lines) == once.tax
    assert 0 <= once.gross <= whole.gross
    assert second < quantity or once.gross == 0


def world_variant():  # type: ignore[no-untyped-def]
    from portico.catalog.types import VariantId

    return VariantId.new()


async def test_the_place_of_a_refund_is_its_tender(database: Database, world: World) -> None:
    """Without a till there is no drawer: what was paid in cash comes back as a gift card, whose code is told once."""
    order = await placed(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tendered=MUG))
    async with database.transaction() as tx:
        done = await api.cancel(
            tx,
            order_id=order.head.id,
            lines=None,
            reason="by post",
            directory=await business.directory(tx),
            by=world.by,
        )
    (back,) = done.refunds
    assert isinstance(back, Refund)
    assert (back.to, back.amount, len(back.card_code)) == ("gift_card", MUG, 19)
    assert await drawer(database, world) == MUG
    assert await verification.differences(database) == []


async def test_more_than_one_order_of_a_batch_is_placed_where_one_card_runs_dry(
    database: Database, world: World
) -> None:
    """Two orders of one batch on one card that pays for one: the first is placed, the second refused, a third untouched by it."""
    from portico.ledger.types import BelowMinimum
    from portico.loyalty import api as loyalty
    from portico.loyalty.types import NewCard
    from portico.payments.types import Tender

    async with database.transaction() as tx:
        (issued,) = await loyalty.issue(tx, cards=[NewCard(amount=MUG + 10, currency="EUR")], by=world.by)
    with_card = (Tender(handler="gift_card", credential=issued.code.lower().replace("-", " ")),)
    answers = await place(
        database,
        ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=with_card),
        ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=with_card),
        ask(world, line(world, "CUP-1", 1), term=Term.NOW, tendered=2000),
    )
    assert [type(one) for one in answers] == [Order, BelowMinimum, Order]
    assert await reserved(database, world, "MUG-1") == 1
    async with database.read() as tx:
        assert (await loyalty.card(tx, code=issued.code)).balance == 10
    assert await verification.differences(database) == []


def _changed(counters: list[int], change: str, data: some.DataObject) -> rules.Change | None:
    """Do one thing to (ordered, canceled, fulfilled, returned), and say what it was in the table's words."""
    ordered, canceled, fulfilled, returned = counters
    left = ordered - canceled - fulfilled
    if change == "add":
        counters[0] += data.draw(some.integers(1, 5))
        return rules.Change.ADD
    most = fulfilled - returned if change == "return" else left
    if not most:
        return None
    units = data.draw(some.integers(1, most))
    counters[{"cancel": 1, "fulfill": 2, "return": 3}[change]] += units
    if change == "return":
        return rules.Change.RETURN_ALL if units == most else rules.Change.RETURN_PART
    if change == "fulfill":
        return rules.Change.FULFILL_REST if units == left else rules.Change.FULFILL_PART
    if units < left:
        return rules.Change.CANCEL_PART
    if not fulfilled:
        return rules.Change.CANCEL_ALL
    return rules.Change.CANCEL_REST_OF_RETURNED if returned == fulfilled else rules.Change.CANCEL_REST


@given(some.lists(some.sampled_from(["add", "cancel", "fulfill", "return"]), max_size=12), some.data())
def test_counters_lead_where_the_table_says(changes: list[str], data: some.DataObject) -> None:
    counters = [data.draw(some.integers(1, 5)), 0, 0, 0]

    def read() -> State:
        line = OrderLine(
            LineItemId.new(), OrderId.new(), 0, None, world_variant(), "p", "s", "t", "C62", 0, 1, 0, 0, 0, *counters
        )
        return rules.state([line])

    before = read()
    assert before is State.OPEN
    for change in changes:
        if before is State.CANCELED:
            return
        done = _changed(counters, change, data)
        if done is None:
            continue
        assert rules.FOLLOWS[before, done] is read()
        before = read()


def test_every_state_of_an_order_is_reached_and_only_canceled_is_the_end() -> None:
    reached = {State.OPEN}
    while more := {to for (of, _), to in rules.FOLLOWS.items() if of in reached} - reached:
        reached |= more
    assert reached == set(State)
    assert {of for of, _ in rules.FOLLOWS} == set(State) - {State.CANCELED}
    assert {change for _, change in rules.FOLLOWS} == set(rules.Change)


async def test_what_was_canceled_is_not_changed_any_more(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 1)))
    await cancel(database, world, order)
    before = await state_of_things(database, world)
    with pytest.raises(Ended):
        await edit(database, world, order, adds=(AddLine(world.variants["LAMP-1"], 1, Method.COLLECT, world.store),))
    assert await state_of_things(database, world) == before
