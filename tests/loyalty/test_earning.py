"""Points follow orders: placed, paid, fulfilled, edited, canceled, returned, told twice; never twice, never below nothing."""

from datetime import timedelta

import pytest
from tests.loyalty.members import balance, bought, earn, live, rows, somebody, statement, sweep, take_back
from tests.orders.test_orders import ask, hand_over, line, pay, placed
from tests.world import SKUS, World

from portico.app import verification
from portico.loyalty import api
from portico.loyalty.types import BadReferral, Confirmed, EarnRule, Earns, Overdrawn
from portico.orders.types import Method
from portico.payments.types import Tender
from portico.platform import clock
from portico.platform.db import Database

MUG = SKUS["MUG-1"]


async def test_an_order_earns_once_however_often_it_is_told(database: Database, world: World) -> None:
    await live(database, world)
    who = await somebody(database, world)
    order = await bought(database, world, who, ("MUG-1", 3), ("CUP-1", 1))
    await earn(database, order)
    before = await rows(database)
    for _ in range(3):
        await earn(database, order, order)
    assert await rows(database) == before
    assert await balance(database, who) == (3 * MUG + 990) // 100
    assert await verification.differences(database) == []


async def test_without_a_programme_nothing_is_written(database: Database, world: World) -> None:
    who = await somebody(database, world)
    order = await bought(database, world, who, ("MUG-1", 1))
    before = await rows(database)
    await earn(database, order)
    assert await rows(database) == before


async def test_rounding_is_over_the_order_and_what_is_canceled_takes_just_its_part(
    database: Database, world: World
) -> None:
    """Three cups at 9.90 earn 29, not three times 9; each cup less leaves what the rest would have earned alone."""
    await live(database, world)
    who = await somebody(database, world)
    order = await bought(database, world, who, *[("CUP-1", 1)] * 3, method=Method.COLLECT)
    await earn(database, order)
    assert await balance(database, who) == 29
    for left, i in ((19, 1), (9, 0), (0, 2)):
        await take_back(database, world, order, (i, 1))
        await earn(database, order)
        assert await balance(database, who) == left
        assert await verification.differences(database) == []
    causes = [one.cause for one in (await statement(database, who)).movements]
    assert set(causes) == {"earned", "taken_back"}


async def test_what_waits_for_the_goods_is_coming_and_becomes_hers_when_its_days_are_over(
    database: Database, world: World
) -> None:
    await live(database, world, confirmed=Confirmed.FULFILLED, confirm_days=14)
    who = await somebody(database, world)
    order = await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=who))
    await earn(database, order)
    waiting = await statement(database, who)
    assert (waiting.balance, waiting.pending, waiting.coming[0].due_at) == (0, 25, None)
    await pay(database, world, order, 2 * MUG)
    await hand_over(database, world, order)
    await earn(database, order)
    coming = (await statement(database, who)).coming[0]
    assert coming.due_at is not None and coming.why == "For each euro" and coming.reference == order.head.label
    await sweep(database, api.sweep_due, now=coming.due_at - timedelta(seconds=1))
    assert await balance(database, who) == 0
    await sweep(database, api.sweep_due, now=coming.due_at)
    await sweep(database, api.sweep_due, now=coming.due_at)
    assert await balance(database, who) == 25
    assert await verification.differences(database) == []


async def test_what_is_taken_back_after_it_was_spent_is_owed_and_settled_first(
    database: Database, world: World
) -> None:
    await live(database, world)
    who = await somebody(database, world)
    order = await bought(database, world, who, ("MUG-1", 4), method=Method.COLLECT)
    await earn(database, order)
    spent = await bought(database, world, who, ("CUP-1", 1), tenders=[Tender(handler="points", amount=40)])
    await earn(database, spent)
    before = await balance(database, who)
    assert before == 50 - 40 + (990 - 40) // 100
    await take_back(database, world, order, (0, 4))
    await earn(database, order)
    after = await statement(database, who)
    assert (after.balance, after.owed) == (0, 50 - before)
    more = await bought(database, world, who, ("LAMP-1", 1))
    await earn(database, more)
    settled = await statement(database, who)
    assert (settled.balance, settled.owed) == (49 - after.owed, 0)
    assert await verification.differences(database) == []


async def test_where_the_terms_forgive_nothing_is_owed(database: Database, world: World) -> None:
    await live(database, world, overdrawn=Overdrawn.FORGIVE)
    who = await somebody(database, world)
    order = await bought(database, world, who, ("MUG-1", 4), method=Method.COLLECT)
    await earn(database, order)
    spent = await bought(database, world, who, ("CUP-1", 1), tenders=[Tender(handler="points", amount=50)])
    await take_back(database, world, order, (0, 4))
    await earn(database, order, spent)
    after = await statement(database, who)
    assert (after.balance, after.owed) == (9, 0)
    assert await verification.differences(database) == []


async def test_what_is_paid_with_points_earns_none_unless_the_terms_say_so(database: Database, world: World) -> None:
    await live(database, world)
    who = await somebody(database, world)
    async with database.transaction() as tx:
        await api.grant_points(tx, customer_id=who, points=500, reason="hello", reference="r", by=world.by)
    order = await bought(database, world, who, ("MUG-1", 1), tenders=[Tender(handler="points", amount=500)])
    await earn(database, order)
    assert await balance(database, who) == (MUG - 500) // 100


async def test_rules_add_up_by_channel_category_window_and_least_spend(database: Database, world: World) -> None:
    now = clock.now()
    names = {"en": "x"}
    rules = (
        EarnRule(code="here", names=names, earns=Earns.ORDER, points=7, channels=("import",)),
        EarnRule(code="there", names=names, earns=Earns.ORDER, points=1000, channels=("web",)),
        EarnRule(code="first", names=names, earns=Earns.FIRST_ON_CHANNEL, points=30),
        EarnRule(code="past", names=names, earns=Earns.ORDER, points=1000, ends_before=now - timedelta(days=1)),
        EarnRule(code="big", names=names, earns=Earns.ORDER, points=1000, spend_min=MUG + 1),
        EarnRule(code="none", names=names, earns=Earns.SPEND, points=1000, per_minor=1, categories=("lamps",)),
    )
    await live(database, world, earn=rules)
    who = await somebody(database, world)
    first = await bought(database, world, who, ("MUG-1", 1))
    second = await bought(database, world, who, ("MUG-1", 1))
    await earn(database, first)
    assert await balance(database, who) == 37
    await earn(database, second, first)
    assert await balance(database, who) == 44


async def test_new_terms_leave_what_was_bought_before_as_it_was(database: Database, world: World) -> None:
    await live(database, world)
    who = await somebody(database, world)
    order = await bought(database, world, who, ("MUG-1", 2), method=Method.COLLECT)
    await earn(database, order)
    doubled = EarnRule(code="base", names={"en": "x"}, earns=Earns.SPEND, points=2, per_minor=100)
    await live(database, world, earn=(doubled,))
    await take_back(database, world, order, (0, 1))
    await earn(database, order)
    assert await balance(database, who) == MUG // 100
    later = await bought(database, world, who, ("MUG-1", 1))
    await earn(database, later)
    assert await balance(database, who) == MUG // 100 + 2 * MUG // 100


async def test_a_friend_and_who_brought_her_are_thanked_once_and_not_for_what_goes_back(
    database: Database, world: World
) -> None:
    rules = (
        EarnRule(code="welcome", names={"en": "Welcome"}, earns=Earns.SIGN_UP, points=5),
        EarnRule(code="brought", names={"en": "Brought a friend"}, earns=Earns.REFERRER, points=100, spend_min=1000),
        EarnRule(code="friend", names={"en": "By a friend"}, earns=Earns.FRIEND, points=50, spend_min=1000),
    )
    await live(database, world, earn=rules)
    old, new = await somebody(database, world), await somebody(database, world, "Nadia")
    async with database.transaction() as tx:
        code = (await api.enrol(tx, market_id=world.market_id, customer_id=old, by=world.by)).referral_code
        await api.refer(tx, market_id=world.market_id, customer_id=new, code=code.lower(), by=world.by)
    order = await bought(database, world, new, ("MUG-1", 1), method=Method.COLLECT)
    again = await bought(database, world, new, ("MUG-1", 1))
    await earn(database, order)
    await earn(database, again, order)
    assert (await balance(database, old), await balance(database, new)) == (105, 55)
    await take_back(database, world, order, (0, 1))
    await earn(database, order)
    assert (await balance(database, old), await balance(database, new)) == (5, 5)
    with pytest.raises(BadReferral):
        async with database.transaction() as tx:
            await api.refer(tx, market_id=world.market_id, customer_id=old, code=code, by=world.by)


async def test_a_birthday_is_thought_of_once_a_year(database: Database, world: World) -> None:
    rule = EarnRule(code="birthday", names={"en": "Birthday"}, earns=Earns.BIRTHDAY, points=20)
    await live(database, world, earn=(rule,))
    who, now = await somebody(database, world), clock.now()
    day = now.replace(year=2027, month=2, day=28)
    async with database.transaction() as tx:
        await api.enrol(tx, market_id=world.market_id, customer_id=who, by=world.by)
        await api.set_birthday(tx, customer_id=who, month=2, day=29, anew=False)
    for at in (day - timedelta(days=1), day, day, day + timedelta(hours=1)):
        await sweep(database, api.sweep_birthdays, now=at)
    assert await balance(database, who) == 20
    await sweep(database, api.sweep_birthdays, now=day.replace(year=2028))
    assert await balance(database, who) == 20  # 2028 has a 29th
    await sweep(database, api.sweep_birthdays, now=day.replace(year=2028, day=29))
    assert await balance(database, who) == 40
