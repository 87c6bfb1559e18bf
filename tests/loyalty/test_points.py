"""Lots: what lapses first pays first, goes back where it came from, lapses with notice; never negative, whoever comes together."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.carts.racing import dawdling, line_up, without_lock
from tests.loyalty.members import TERMS, balance, bought, earn, live, rows, somebody, statement, sweep, take_back
from tests.world import SKUS, World

from portico.app import verification
from portico.catalog import api as catalog
from portico.catalog.types import NewCategory, NewItem, NewVariant
from portico.customers.types import CustomerId
from portico.ledger import store as ledger_store
from portico.ledger.types import Account, BelowMinimum
from portico.loyalty import api
from portico.loyalty.rules import lots as rules
from portico.loyalty.store import points as store
from portico.loyalty.types import (
    POINTS,
    BadAmount,
    Burn,
    BurnRule,
    Cause,
    Confirmed,
    Draw,
    EarnRule,
    Earns,
    NotEnoughPoints,
    PointLot,
    PointLotId,
    RewardOfTier,
    UnknownReward,
)
from portico.orders.types import Method, OrderId
from portico.payments.types import NotEnough, Tender
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import Refused
from portico.pricing.types.coupons import UnknownCoupon

MUG = SKUS["MUG-1"]
SPENT = Account(f"redeemed:points:test:{POINTS}", "redeemed", POINTS)


async def grant(database: Database, world: World, who: CustomerId, points: int, *, market: bool = False) -> None:
    async with database.transaction() as tx:
        await api.grant_points(
            tx, customer_id=who, points=points, reason="hello", reference="r", by=world.by,
            market_id=world.market_id if market else None,
        )  # fmt: skip


def burn(points: int, *who: CustomerId) -> Burn:
    id = OrderId.new()
    return Burn(
        reference=id, about=str(id), customer_ids=who, points=points, programme_id=None, target=SPENT, reason="points_sale",
        actor="test", occurred_at=clock.now(),
    )  # fmt: skip


async def spend(database: Database, points: int, *who: CustomerId) -> Burn:
    one = burn(points, *who)
    async with database.transaction() as tx:
        await api.burn(tx, burns=[one])
    return one


async def test_what_lapses_first_pays_and_goes_back_where_it_came_from(database: Database, world: World) -> None:
    await live(database, world, valid_days=10, give_back_days=30)
    who = await somebody(database, world)
    await grant(database, world, who, 100)
    await grant(database, world, who, 40, market=True)
    order = await bought(
        database, world, who, ("MUG-1", 1), tenders=[Tender(handler="points", amount=60)], method=Method.COLLECT
    )
    assert [one.remaining for one in (await statement(database, who)).lots] == [80]
    await take_back(database, world, order, (0, 1))
    lots = (await statement(database, who)).lots
    assert sorted(one.remaining for one in lots) == [40, 100]
    (lapsing,) = [one for one in lots if one.expires_at]
    assert lapsing.expires_at and lapsing.expires_at > clock.now() + timedelta(days=29)
    assert await verification.differences(database) == []


async def test_points_of_several_records_of_one_person_pay_together(database: Database, world: World) -> None:
    one, other = await somebody(database, world), await somebody(database, world)
    await grant(database, world, one, 30)
    await grant(database, world, other, 50)
    paid = await spend(database, 70, one, other)
    async with database.read() as tx:
        wallet = await api.wallet(tx, customer_ids=[one, other], currencies=["EUR"])
    assert wallet.points == 10
    async with database.transaction() as tx:
        await api.give_back(
            tx, reference=paid.reference, about="x", points=70, source=SPENT, customer_id=one, reason="points_refund", by=world.by
        )  # fmt: skip
    assert (await balance(database, one), await balance(database, other)) == (30, 50)
    before = await rows(database)
    with pytest.raises(BelowMinimum):
        await spend(database, 81, one, other)
    assert await rows(database) == before
    assert await verification.differences(database) == []


async def test_lapsing_is_told_beforehand_once_and_lapsed_points_pay_nothing(database: Database, world: World) -> None:
    await live(database, world, valid_days=60, notice_days=30)
    who, now = await somebody(database, world), clock.now()
    order = await bought(database, world, who, ("LAMP-1", 1))
    await earn(database, order)
    for days in (20, 31, 32):
        await sweep(database, api.sweep_lapsing, now=now + timedelta(days=days))
    async with database.pool.acquire() as connection:
        told = await connection.fetchval("select count(*) from platform.fact where type = 'loyalty.points_expiring.v1'")
    assert told == 1
    await sweep(database, api.sweep_lapsed, now=now + timedelta(days=59))
    assert await balance(database, who) == 49
    await sweep(database, api.sweep_lapsed, now=now + timedelta(days=61))
    after = await statement(database, who)
    assert (after.balance, after.lots, after.movements[0].cause) == (0, (), "expired")
    assert await verification.differences(database) == []


async def test_points_that_have_lapsed_pay_nothing_before_anybody_has_swept(database: Database, world: World) -> None:
    await live(database, world, valid_days=1)
    who = await somebody(database, world)
    order = await bought(database, world, who, ("LAMP-1", 1))
    await earn(database, order, now=clock.now() - timedelta(days=2))
    with pytest.raises(NotEnough):
        await bought_with_points(database, world, who, 10)


async def bought_with_points(database: Database, world: World, who: CustomerId, amount: int) -> None:
    await bought(database, world, who, ("MUG-1", 1), tenders=[Tender(handler="points", amount=amount)])


async def test_terms_say_how_much_points_may_pay(database: Database, world: World) -> None:
    who = await somebody(database, world)
    await grant(database, world, who, 2000)
    for rule, most in (
        (BurnRule(share_percent_max=50), 625),
        (BurnRule(points_per_minor=10), 200),
        (BurnRule(channels=("web",)), 0),
        (BurnRule(points_min=2001), 0),
    ):
        await live(database, world, burn=rule)
        before = await rows(database)
        with pytest.raises(NotEnough):
            await bought_with_points(database, world, who, most + 1)
        assert await rows(database) == before
        if most:
            await bought_with_points(database, world, who, most)
            await grant(database, world, who, most * (rule.points_per_minor or 1))
    assert await verification.differences(database) == []


async def test_rewards_cost_points_once_and_pay_like_a_card(database: Database, world: World) -> None:
    await live(database, world)
    who = await somebody(database, world)
    await grant(database, world, who, 100)
    async with database.transaction() as tx:
        taken, issued = await api.take_reward(
            tx, customer_ids=[who], market_id=world.market_id, reward="five", by=world.by
        )
    assert issued is not None and taken.card_id == issued.card.id
    order = await bought(
        database, world, who, ("MUG-1", 1), tenders=[Tender(handler="gift_card", credential=str(issued.card.id))]
    )
    assert {one.handler: one.captured for one in order.payments} == {"gift_card": 500, "cash": 750}
    async with database.transaction() as tx:
        coupon, nothing = await api.take_reward(
            tx, customer_ids=[who], market_id=world.market_id, reward="mug", by=world.by
        )
    assert (coupon.promotion, nothing) == ("free-delivery", None)
    async with database.transaction() as tx:
        known, *_ = await api.rewards_of(tx, customer_ids=[who])
    assert known.coupon_code == coupon.coupon_code
    code = coupon.coupon_code or ""
    another = await somebody(database, world, "Marta")
    for buyer, why in ((another, "of_another"), (who, ""), (who, "used")):  # hers alone, and once
        if why:
            with pytest.raises(UnknownCoupon) as refused:
                await bought(database, world, buyer, ("MUG-1", 1), codes=[code])
            assert refused.value.why == why
            continue
        order = await bought(database, world, buyer, ("MUG-1", 1), codes=[code])
        assert order.head.total == 1250 - 13
    before = await rows(database)
    for reward, refusal in (("five", NotEnoughPoints), ("best", RewardOfTier), ("no", UnknownReward)):
        with pytest.raises(refusal):
            async with database.transaction() as tx:
                await api.take_reward(tx, customer_ids=[who], market_id=world.market_id, reward=reward, by=world.by)
    with pytest.raises(NotEnoughPoints):  # some of it was spent
        async with database.transaction() as tx:
            await api.return_reward(tx, id=taken.id, by=world.by)
    assert await rows(database) == before
    assert await verification.differences(database) == []


async def test_a_voucher_that_nobody_used_goes_back_for_its_points(database: Database, world: World) -> None:
    await live(database, world)
    who = await somebody(database, world)
    await grant(database, world, who, 60)
    async with database.transaction() as tx:
        taken, _ = await api.take_reward(tx, customer_ids=[who], market_id=world.market_id, reward="five", by=world.by)
    async with database.transaction() as tx:
        await api.return_reward(tx, id=taken.id, by=world.by)
    assert await balance(database, who) == 60
    assert await verification.differences(database) == []


async def test_tiers_rise_at_once_and_fall_when_their_time_is_over(database: Database, world: World) -> None:
    await live(database, world, tier_days=100)
    who, now = await somebody(database, world), clock.now()

    async def tier() -> str:
        async with database.read() as tx:
            return (await api.members(tx, customer_ids=[who]))[0].tier

    await earn(database, await bought(database, world, who, ("MUG-1", 1)))
    assert await tier() == "basic"
    await earn(database, await bought(database, world, who, ("LAMP-1", 2)))
    assert await tier() == "gold"
    before = await balance(database, who)
    await earn(database, await bought(database, world, who, ("MUG-1", 1)))
    assert await balance(database, who) == before + 25  # twice as much in gold
    await sweep(database, api.sweep_tiers, now=now + timedelta(days=99))
    assert await tier() == "gold"
    await sweep(database, api.sweep_tiers, now=now + timedelta(days=101))
    assert await tier() == "basic"


async def test_a_grant_that_cannot_be_is_refused(database: Database, world: World) -> None:
    who = await somebody(database, world)
    before = await rows(database)
    for points in (0, -1, 2**60):
        with pytest.raises(BadAmount):
            await grant(database, world, who, points)
    assert await rows(database) == before


# ---------------------------------------------------------------------------------------------------- together


async def test_sixteen_who_pay_with_the_same_points_never_spend_more_than_there_are(
    database: Database, world: World
) -> None:
    who = await somebody(database, world)
    for points in (30, 40, 30):
        await grant(database, world, who, points)
    await line_up(database)
    answers = await asyncio.gather(*(spend(database, 15, who) for _ in range(16)), return_exceptions=True)
    assert sum(isinstance(one, Burn) for one in answers) == 6
    assert {type(one) for one in answers} == {Burn, BelowMinimum}
    assert await balance(database, who) == 10
    assert await verification.differences(database) == []


async def test_without_the_lock_of_the_account_only_the_database_stops_them(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: all see the same lots."""
    who = await somebody(database, world)
    await grant(database, world, who, 100)
    await spend(database, 1, who)
    monkeypatch.setattr(ledger_store, "LOCK", without_lock(ledger_store.LOCK))
    monkeypatch.setattr(store, "OPEN_LOTS", dawdling(store.OPEN_LOTS))
    await line_up(database)
    answers = await asyncio.gather(*(spend(database, 60, who) for _ in range(8)), return_exceptions=True)
    assert any(isinstance(one, asyncpg.CheckViolationError) for one in answers)


async def _due_twice(database: Database, world: World) -> int:
    await live(database, world, confirmed=Confirmed.PAID, confirm_days=1)
    who = await somebody(database, world)
    order = await bought(database, world, who, ("LAMP-1", 1))
    await earn(database, order)
    later = clock.now() + timedelta(days=2)
    await line_up(database)
    await asyncio.gather(*(sweep(database, api.sweep_due, now=later) for _ in range(4)))
    return await balance(database, who)


async def test_workers_who_come_together_give_what_is_due_once(database: Database, world: World) -> None:
    assert await _due_twice(database, world) == 49
    assert await verification.differences(database) == []


async def test_without_the_lock_what_is_due_is_given_twice(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: every worker sees that nothing was given yet."""
    monkeypatch.setattr(ledger_store, "LOCK", without_lock(ledger_store.LOCK))
    monkeypatch.setattr(store, "EARNINGS", dawdling(store.EARNINGS))
    assert await _due_twice(database, world) > 49


async def test_an_order_that_is_told_to_many_at_once_earns_once(database: Database, world: World) -> None:
    await live(database, world)
    who = await somebody(database, world)
    orders = [await bought(database, world, who, ("MUG-1", 1), ("CUP-1", 1)) for _ in range(3)]
    await line_up(database)
    await asyncio.gather(*(earn(database, *orders) for _ in range(8)))
    assert await balance(database, who) == 3 * 22
    assert await verification.differences(database) == []


# ------------------------------------------------------------------------------------------------------- rules

NOW = clock.now()


def lot(remaining: int, days: int | None) -> PointLot:
    ends = None if days is None else NOW + timedelta(days=days)
    return PointLot(PointLotId.new(), CustomerId.new(), None, None, 1000, remaining, Cause.EARNED, "r", NOW, ends)


LOTS = some.lists(some.builds(lot, some.integers(0, 1000), some.none() | some.integers(1, 400)), max_size=8)


@given(LOTS, some.integers(0, 9000))
def test_a_draw_takes_all_it_can_and_nothing_that_lapses_later_before_what_lapses_sooner(
    lots: list[PointLot], points: int
) -> None:
    drawn = rules.draw(lots, points)
    assert sum(one.points for one in drawn) == min(points, sum(one.remaining for one in lots))
    left = rules.taken(lots, drawn)
    assert all(one.remaining >= 0 for one in left)
    emptied = {one.lot.id for one in drawn if one.points == one.lot.remaining}
    touched = [one.lot for one in drawn]
    for one in touched:
        sooner = [each for each in lots if each.remaining and _ends(each) < _ends(one)]
        assert all(each.id in emptied for each in sooner)


def _ends(one: PointLot) -> float:
    return one.expires_at.timestamp() if one.expires_at else float("inf")


@given(some.lists(some.tuples(some.integers(1, 100), some.none() | some.integers(1, 400)), max_size=6), some.data())
def test_what_goes_back_is_never_more_than_was_drawn(
    drawn: list[tuple[int, int | None]], data: some.DataObject
) -> None:
    draws = [
        Draw(
            OrderId.new().uuid,
            PointLotId.new(),
            CustomerId.new(),
            points,
            0,
            NOW + timedelta(days=days) if days else None,
            None,
        )
        for points, days in drawn
    ]
    left = {one.lot_id: one.points for one in draws}
    wanted = data.draw(some.integers(0, sum(left.values())))
    back = rules.put_back(draws, wanted)
    assert sum(one.given_back for one in back) == wanted
    assert all(one.given_back <= left[one.lot_id] for one in back)


async def test_what_is_excluded_is_paid_otherwise_and_what_is_named_earns_more(
    database: Database, world: World
) -> None:
    """Lamps lie below furniture: a rule for the one is a rule for the other."""
    double = EarnRule(
        code="double", names={"en": "x"}, earns=Earns.SPEND, points=1, per_minor=100, categories=("furniture",)
    )
    await live(database, world, earn=(*TERMS.earn, double), burn=BurnRule(categories_excluded=("furniture",)))
    who = await somebody(database, world)
    names = {"en": "x", "es": "x", "it": "x", "ru": "x"}
    async with database.transaction() as tx:
        await catalog.put_categories(
            tx,
            categories=[
                NewCategory(slug="furniture", titles=names),
                NewCategory(slug="lamps", titles=names, parent_slug="furniture"),
            ],
        )
        lamp = NewItem(slug="lamp-1", titles=names, category_slug="lamps", variants=(NewVariant(sku="LAMP-1"),))
        (answer,) = await catalog.put_items(tx, items=[lamp], by=world.by)
        assert not isinstance(answer, Refused)
    await grant(database, world, who, 9000)
    before = await rows(database)
    with pytest.raises(NotEnough):
        await bought(
            database, world, who, ("LAMP-1", 1), ("MUG-1", 1), tenders=[Tender(handler="points", amount=MUG + 1)]
        )
    assert await rows(database) == before
    order = await bought(
        database, world, who, ("LAMP-1", 1), ("MUG-1", 1), tenders=[Tender(handler="points", amount=MUG)]
    )
    await earn(database, order)
    told = await statement(database, who)
    # Of 62.40 so much as was not paid with points earns: 49.90 in all, of which the lamp's part twice.
    lamp_part = 4990 * (4990 + MUG - MUG) // (4990 + MUG)
    assert {one.why: one.points for one in told.movements if one.cause == "earned" and one.why.endswith("x")} == {
        "Earned: x": lamp_part // 100
    }
