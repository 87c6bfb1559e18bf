"""How sure it is that a unit is on the shelf: falls with time and handling, learns from counts, keeps units back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom
from tests.world import ON_HAND, World

from portico.inventory import api
from portico.inventory.rules import confidence
from portico.inventory.rules.confidence import Recount, Shrink
from portico.inventory.types import Adjustment, BadPolicy, Found, Policy, PolicyId, Reason, Want, WantLine
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId

rates = st.builds(Shrink, st.floats(0, 100), st.floats(0, 2000))
activities = st.floats(0, 500)


@given(st.integers(1, 30), st.integers(0, 60), activities, activities, rates)
def test_confidence_falls_with_what_is_asked_and_what_happened(
    units: int, free: int, less: float, more: float, shrink: Shrink
) -> None:
    few, many = (confidence.losses(one, shrink) for one in sorted((less, more)))
    sure = confidence.confidence(units, free=free, losses=few)
    assert 0 <= sure <= 1
    assert (sure == 0) == (units > free)
    assert confidence.confidence(units + 1, free=free, losses=few) <= sure
    assert confidence.confidence(units, free=free + 1, losses=few) >= sure
    assert confidence.confidence(units, free=free, losses=many) <= sure + 1e-9


@given(st.floats(0.5, 0.99), activities, rates, st.integers(1, 40))
def test_what_is_left_beyond_the_buffer_is_there_as_surely_as_asked(
    target: float, activity: float, shrink: Shrink, units: int
) -> None:
    losses = confidence.losses(activity, shrink)
    kept = confidence.buffer(target, losses=losses)
    if kept == confidence.BUFFER_MAX:
        return  # a shelf of which nothing can be promised surely: no more than so many are ever kept back
    assert confidence.confidence(units, free=units + kept, losses=losses) >= target - 0.001
    if kept:
        assert confidence.confidence(units, free=units + kept - 1, losses=losses) < target + 0.001


@pytest.mark.parametrize(
    ("size", "mean", "units"), [(1.0, 8_200.0, 171_290), (3.5, 900.0, 1_200), (12.0, 40_000.0, 38_000)]
)
def test_of_what_is_sold_by_weight_it_is_as_sure(size: float, mean: float, units: int) -> None:
    """Thousands of grams are no less sure than as many pieces: against scipy's negative binomial."""
    exact = nbinom.cdf(units - 1, size, size / (size + mean))
    sure = confidence.confidence(1, free=units, losses=confidence.Losses(size, mean))
    assert sure == pytest.approx(exact, abs=0.002)


@given(st.lists(st.builds(Recount, st.integers(0, 5), st.floats(0, 300)), max_size=40))
def test_what_is_learnt_stays_bounded_and_in_proportion(recounts: list[Recount]) -> None:
    learnt = confidence.learn(confidence.UNLEARNT, recounts)
    lost, over = sum(one.missing for one in recounts), sum(one.activity for one in recounts)
    assert learnt.activity <= confidence.ACTIVITY_MAX + 1e-6
    if over > 1:
        assert learnt.lost / learnt.activity == pytest.approx(lost / over)


def test_a_shelf_just_counted_is_sure() -> None:
    assert confidence.confidence(1, free=1, losses=confidence.losses(0.0)) == 1.0
    assert confidence.buffer(0.99, losses=confidence.losses(0.0)) == 0


async def test_collecting_is_promised_with_care_until_somebody_counts(database: Database, world: World) -> None:
    lamp = world.variants["LAMP-1"]
    line = WantLine(LineItemId.new(), lamp, world.store, ON_HAND - 2, take=True)
    async with database.transaction() as tx:
        await api.allocate(tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())])
        (before,) = await api.promisable(tx, variant_ids=[lamp], channel_id=None, location_ids=[world.store])
    assert (before.available, before.collectable) == (2, 0) and before.confidence < 0.9
    async with database.transaction() as tx:
        opened = await api.open_count(tx, location_id=world.store, variant_ids=[lamp], by=world.by)
        await api.record(tx, count_id=opened.head.id, found=[Found(lamp, 2)], by=world.by)
        await api.approve(tx, count_id=opened.head.id, by=world.by)
        (after,) = await api.promisable(tx, variant_ids=[lamp], channel_id=None, location_ids=[world.store])
    assert (after.available, after.collectable, after.confidence) == (2, 2, 1.0)


async def test_a_place_that_loses_much_is_learnt(database: Database, world: World) -> None:
    mug = world.variants["MUG-1"]
    at = clock.now()

    async def count(units: int, days: int) -> None:
        async with database.transaction(now=at + timedelta(days=days)) as tx:
            opened = await api.open_count(
                tx, location_id=world.store, variant_ids=[mug], by=world.by, tolerance=100
            )  # fmt: skip
            await api.record(tx, count_id=opened.head.id, found=[Found(mug, units)], by=world.by)
            await api.approve(tx, count_id=opened.head.id, by=world.by)

    async def buffer_at(days: int) -> int:
        async with database.transaction(now=at + timedelta(days=days)) as tx:
            (found,) = await api.promisable(tx, variant_ids=[mug], channel_id=None, location_ids=[world.store])
        return found.available - found.collectable

    await count(ON_HAND, 0)
    expected = await buffer_at(30)
    for i in range(1, 5):
        await count(ON_HAND - 5 * i, 30 * i)
    assert await buffer_at(150) > expected
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select lost from inventory.shrink") == pytest.approx(20)


async def test_a_policy_says_how_sure_to_be(database: Database, world: World) -> None:
    lamp = world.variants["LAMP-1"]
    async with database.transaction() as tx:
        await api.put_policies(tx, policies=[Policy(PolicyId.new(), variant_id=lamp, confidence_percent=0)])
        (found,) = await api.promisable(tx, variant_ids=[lamp], channel_id=None, location_ids=[world.store])
    assert found.collectable == found.available == ON_HAND
    with pytest.raises(BadPolicy):
        async with database.transaction() as tx:
            await api.put_policies(tx, policies=[Policy(PolicyId.new(), confidence_percent=100)])


async def test_goods_that_came_in_do_not_count_as_handled(database: Database, world: World) -> None:
    lamp = world.variants["LAMP-1"]
    async with database.transaction() as tx:
        await api.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=lamp, location_id=world.store, quantity=5, reason=Reason.RECEIVED, reference="",
                    by=world.by, occurred_at=tx.now,
                )
            ],
        )  # fmt: skip
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select max(handled) from inventory.stock") == 0
