"""What promotions cost is counted with the order: never more often than there is, whoever comes at once; and it comes back."""

import asyncio

import asyncpg
import msgspec
import pytest
from tests.carts.racing import line_up, without_lock
from tests.documents import paper
from tests.orders.test_editing import edit
from tests.orders.test_orders import MUG, ask, cashier, line, place, placed, read, state_of_things
from tests.world import SKUS, World

from portico.app import verification
from portico.business import api as business
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.documents import api as documents
from portico.documents.rendering import Form, render
from portico.orders import api as orders
from portico.orders.types import LinePrice, LineQuantity, Order, PlaceLine, PlaceOrder, State, Term
from portico.platform.db import Database
from portico.platform.refusals import Refused
from portico.pricing import api
from portico.pricing.store import coupons as coupon_store
from portico.pricing.store import promotions as store
from portico.pricing.types import PromotionEnded
from portico.pricing.types.coupons import BadBatch, CouponTaken, NewBatch
from portico.pricing.types.promotions import (
    BuyGet,
    Caps,
    OrderAmount,
    PercentOff,
    Promotion,
    PromotionId,
    Rule,
)
from portico.pricing.types.promotions import State as PromotionState

HALF = Rule(code="half", titles={"en": "Half price"}, benefit=PercentOff(500_000))


async def live(database: Database, world: World, rule: Rule) -> Promotion:
    async with database.transaction() as tx:
        return await api.promotions.create(
            tx, market_id=world.market_id, rule=rule, state=PromotionState.LIVE, by=world.by
        )


async def coupons(database: Database, world: World, promotion: Promotion, **new: object) -> list[str]:
    async with database.transaction() as tx:
        made = await api.coupons.make(tx, new=NewBatch(promotion_id=promotion.id, **new), by=world.by)  # type: ignore[arg-type]
        page = await api.coupons.codes(tx, batch_id=made.id)
    return [one.code for one in page.items]


async def uses(database: Database, promotion_id: PromotionId) -> tuple[int, int]:
    async with database.read() as tx:
        found = await api.promotions.promotion(tx, id=promotion_id)
    return found.uses, found.spent


async def somebody(database: Database, world: World) -> CustomerId:
    async with database.transaction() as tx:
        return (await customers.create(tx, new=NewCustomer(given_name="Ana"), by=world.by)).id


async def at_once(database: Database, asks: list[PlaceOrder]) -> list[Order | BaseException]:
    """Each in a transaction of its own, all at the same time."""
    await line_up(database)

    async def one(ask: PlaceOrder) -> Order | BaseException:
        try:
            (answer,) = await place(database, ask)
        except asyncpg.PostgresError as broken:
            return broken
        return answer

    return await asyncio.gather(*map(one, asks))


def apart(world: World, i: int) -> PlaceLine:
    """One of something, from somewhere: eight orders that have nothing in common to wait for each other."""
    return line(world, list(SKUS)[i % 3], 1, place=(world.store, world.other_store)[i // 3 % 2])


async def test_an_order_keeps_what_was_taken_off_each_line(database: Database, world: World) -> None:
    promotion = await live(database, world, HALF)
    order = await placed(database, ask(world, line(world, "MUG-1", 3), line(world, "LAMP-1", 1)))
    assert order.head.total == (3 * MUG + 1) // 2 + (SKUS["LAMP-1"] + 1) // 2
    assert order.head.subtotal + order.head.items_discount + order.head.tax == order.head.total
    assert [(one.discounts[0].title, one.discount) for one in order.lines] == [
        ("Half price", 1875),
        ("Half price", 2495),
    ]
    assert all(one.net + one.tax == one.gross for one in order.lines)
    assert await uses(database, promotion.id) == (1, 4370)
    assert await read(database, order) == order
    assert await verification.differences(database) == []


async def test_a_draft_a_pause_and_an_end_take_nothing_off(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        promotion = await api.promotions.create(tx, market_id=world.market_id, rule=HALF, by=world.by)
    assert (await placed(database, ask(world, line(world, "MUG-1", 1)))).head.total == MUG
    for state, total in ((PromotionState.LIVE, 625), (PromotionState.PAUSED, MUG), (PromotionState.ENDED, MUG)):
        async with database.transaction() as tx:
            await api.promotions.change(tx, id=promotion.id, state=state, by=world.by)
        assert (await placed(database, ask(world, line(world, "MUG-1", 1)))).head.total == total


async def _last_uses(database: Database, world: World) -> tuple[Promotion, list[Order | BaseException]]:
    promotion = await live(database, world, msgspec.structs.replace(HALF, caps=Caps(uses=3)))
    return promotion, await at_once(database, [ask(world, apart(world, i)) for i in range(6)])


async def test_a_promotion_is_used_as_often_as_it_may_and_no_more(database: Database, world: World) -> None:
    promotion, answers = await _last_uses(database, world)
    had = [one for one in answers if isinstance(one, Order) and one.lines[0].discounts]
    assert len(had) == 3 and await uses(database, promotion.id) == (3, sum(one.lines[0].discount for one in had))
    assert all(isinstance(one, PromotionEnded | Order) for one in answers)
    assert (await placed(database, ask(world, line(world, "MUG-1", 1)))).head.total == MUG


async def test_without_its_lock_a_promotion_is_counted_wrong(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_USES", without_lock(store.LOCK_USES))
    _, answers = await _last_uses(database, world)
    assert any(isinstance(one, asyncpg.CheckViolationError) for one in answers)  # only the database noticed


async def test_a_budget_ends_with_the_order_that_would_overrun_it(database: Database, world: World) -> None:
    promotion = await live(database, world, msgspec.structs.replace(HALF, caps=Caps(budget=1300)))
    first = await placed(database, ask(world, line(world, "MUG-1", 2)))
    assert first.head.total == MUG
    second = await placed(database, ask(world, line(world, "MUG-1", 1)))
    assert second.head.total == MUG and await uses(database, promotion.id) == (1, 1250)


async def test_those_gathered_in_one_transaction_are_refused_one_by_one(database: Database, world: World) -> None:
    promotion = await live(database, world, msgspec.structs.replace(HALF, caps=Caps(uses=2)))
    answers = await place(database, *(ask(world, line(world, "MUG-1", 1)) for _ in range(4)))
    assert [isinstance(one, Order) for one in answers] == [True, True, False, False]
    assert all(isinstance(one, PromotionEnded) for one in answers[2:])
    assert (await uses(database, promotion.id))[0] == 2 and await verification.differences(database) == []


async def _once_each(database: Database, world: World) -> list[Order | BaseException]:
    await live(database, world, msgspec.structs.replace(HALF, caps=Caps(uses_per_customer=2)))
    her = await somebody(database, world)
    assert (await placed(database, ask(world, line(world, "MUG-1", 1), customer_id=her))).lines[0].discounts
    return await at_once(database, [ask(world, apart(world, i), customer_id=her) for i in range(6)])


async def test_a_customer_has_it_as_often_as_she_may(database: Database, world: World) -> None:
    answers = await _once_each(database, world)
    assert sum(isinstance(one, Order) and bool(one.lines[0].discounts) for one in answers) == 1
    assert (await placed(database, ask(world, line(world, "MUG-1", 1)))).head.total == MUG  # nobody we know


async def test_without_its_lock_a_customer_has_it_too_often(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_USES", without_lock(store.LOCK_USES))  # which alone would make them queue
    monkeypatch.setattr(store, "LOCK_CUSTOMER_USES", without_lock(store.LOCK_CUSTOMER_USES))
    answers = await _once_each(database, world)
    assert sum(isinstance(one, Order) and bool(one.lines[0].discounts) for one in answers) > 1


CODED = Rule(code="coded", titles={"en": "Ten off"}, benefit=OrderAmount(1000), needs_code=True)


async def _one_coupon(database: Database, world: World) -> list[Order | BaseException]:
    (code,) = await coupons(database, world, await live(database, world, CODED))
    return await at_once(database, [ask(world, apart(world, i), codes=(code,)) for i in range(6)])


async def test_a_coupon_for_one_use_is_used_once(database: Database, world: World) -> None:
    answers = await _one_coupon(database, world)
    had = [one for one in answers if isinstance(one, Order)]
    assert len(had) == 1 and had[0].lines[0].discount
    assert all(isinstance(one, Refused) for one in answers if one not in had)


async def test_without_its_lock_a_coupon_is_used_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coupon_store, "LOCK", without_lock(coupon_store.LOCK))
    answers = await _one_coupon(database, world)
    assert any(isinstance(one, asyncpg.CheckViolationError) for one in answers)


async def test_a_coupon_that_is_none_is_refused_and_nothing_is_written(database: Database, world: World) -> None:
    promotion = await live(database, world, CODED)
    (code,) = await coupons(database, world, promotion)
    her = await somebody(database, world)
    (own,) = await coupons(database, world, promotion, customer_id=her)
    before = await state_of_things(database, world)
    for given in ("NOSUCH-CODE", "x", "\u0000", "С0DE", "🎁" * 50, own):
        (answer,) = await place(database, ask(world, line(world, "MUG-1", 1), codes=(given,)))
        assert isinstance(answer, Refused) and answer.code == "pricing.unknown_coupon", (given, answer)
    assert await state_of_things(database, world) == before
    spelt = f" {code[:6].lower()} {code[6:]} "
    assert (await placed(database, ask(world, line(world, "MUG-1", 1), codes=(spelt,)))).head.total == MUG - 1000
    hers = await placed(database, ask(world, line(world, "MUG-1", 1), codes=(own,), customer_id=her))
    assert hers.head.total == MUG - 1000


async def test_coupons_are_made_in_numbers_and_bad_batches_are_refused(database: Database, world: World) -> None:
    promotion = await live(database, world, CODED)
    codes = await coupons(database, world, promotion, count=1000, prefix="bf-")
    assert len(set(codes)) == 1000 and all(one.startswith("BF-") and len(one) == 15 for one in codes)
    assert await coupons(database, world, promotion, code="welcome", uses_max=100) == ["WELCOME"]
    for bad in ({"count": 0}, {"count": 1_000_001}, {"prefix": "Ж"}, {"code": "no!"}, {"code": "AB"}, {"uses_max": 0}):
        with pytest.raises(BadBatch):
            await coupons(database, world, promotion, **bad)
    with pytest.raises(CouponTaken):
        await coupons(database, world, promotion, code="Welcome")


async def test_what_is_canceled_gives_back_its_use_and_its_coupon(database: Database, world: World) -> None:
    promotion = await live(database, world, msgspec.structs.replace(CODED, caps=Caps(uses=1)))
    (code,) = await coupons(database, world, promotion)
    order = await placed(database, ask(world, line(world, "MUG-1", 1), codes=(code,)))
    async with database.transaction() as tx:
        done = await orders.cancel(
            tx, order_id=order.head.id, lines=None, reason="changed her mind",
            directory=await business.directory(tx), by=cashier(world),
        )  # fmt: skip
    assert done.order.head.state is State.CANCELED and done.order.head.total == 0
    assert await uses(database, promotion.id) == (0, 0)
    again = await placed(database, ask(world, line(world, "MUG-1", 1), codes=(code,)))
    assert again.head.total == MUG - 1000
    assert await verification.differences(database) == []


async def test_three_for_two_is_not_that_for_two(database: Database, world: World) -> None:
    rule = Rule(code="three", titles={"en": "3 for 2"}, benefit=BuyGet(2, 1))
    promotion = await live(database, world, rule)
    order = await placed(database, ask(world, line(world, "MUG-1", 3)))
    assert order.head.total == 2 * MUG
    async with database.transaction() as tx:  # what comes later is not this order's
        await api.promotions.change(tx, id=promotion.id, state=PromotionState.ENDED, by=world.by)
    await live(database, world, HALF)
    fewer = await edit(database, world, order, quantities=(LineQuantity(order.lines[0].id, 2),))
    assert (fewer.order.head.total, fewer.order.lines[0].discounts) == (2 * MUG, ())
    assert await uses(database, promotion.id) == (1, 0)
    more = await edit(database, world, order, quantities=(LineQuantity(order.lines[0].id, 6),))
    assert more.order.head.total == 4 * MUG and await uses(database, promotion.id) == (1, 2 * MUG)
    assert await verification.differences(database) == []


async def test_a_price_named_by_hand_is_the_price(database: Database, world: World) -> None:
    await live(database, world, HALF)
    order = await placed(database, ask(world, line(world, "MUG-1", 2), line(world, "CUP-1", 1)))
    mugs = order.lines[0]
    after = (await edit(database, world, order, prices=(LinePrice(mugs.id, 1000),))).order
    assert (after.lines[0].gross, after.lines[0].discounts) == (2000, ())
    assert after.lines[1].gross == order.lines[1].gross
    more = (await edit(database, world, order, quantities=(LineQuantity(mugs.id, 3),))).order
    assert more.lines[0].gross == 3000


async def test_documents_say_what_was_taken_off_and_follow_it(database: Database, world: World) -> None:
    """Three for two on a receipt; one is canceled, and what is left has another price: it is credited and written anew."""
    await paper.put_seller(database, world)
    await live(database, world, Rule(code="three", titles={"en": "3 for 2"}, benefit=BuyGet(2, 1)))
    order = await placed(database, ask(world, line(world, "MUG-1", 3), term=Term.NOW, tendered=2 * MUG))
    receipt = await paper.receipt(database, world, order)
    (item,) = receipt.snapshot.lines
    assert [(one.title, one.amount) for one in item.off] == [("3 for 2", MUG)] and item.gross == 2 * MUG
    assert "3 for 2 -€12.50" in render(receipt, Form.TXT, public_url="https://casa.example").decode()
    after = (await edit(database, world, order, quantities=(LineQuantity(order.lines[0].id, 2),))).order
    assert after.head.total == 2 * MUG and after.head.owed_back == 0
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        await documents.credit_repriced(tx, order_id=order.head.id, reason="edited", cause="edit", by=cashier(world))
        written = await documents.supplement(tx, order_id=order.head.id, directory=directory, by=cashier(world))
    assert written is not None
    assert [(one.quantity, one.gross, one.off) for one in written.snapshot.lines] == [(2, 2 * MUG, ())]
    assert await verification.differences(database) == []
