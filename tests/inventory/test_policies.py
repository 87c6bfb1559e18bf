"""What channels may promise: safety stock, shares, exclusions, and which policy wins."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.world import ON_HAND, World

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.rules import policies as policies_rules
from portico.inventory.types import (
    BadPolicy,
    Granted,
    Leeway,
    OutOfStock,
    Policy,
    PolicyId,
    Promisable,
    Want,
    WantLine,
)
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.pricing.types import LineItemId


async def put(database: Database, **said) -> None:  # type: ignore[no-untyped-def]
    async with database.transaction() as tx:
        await api.put_policies(tx, policies=[Policy(id=PolicyId.new(), **said)])


async def promised(database: Database, world: World, *, channel: str = "web") -> Promisable:
    async with database.read() as tx:
        (found,) = await api.promisable(
            tx,
            variant_ids=[world.variants["LAMP-1"]],
            location_ids=[world.store],
            channel_id=world.channels[channel].uuid,
        )
    return found


async def ask(database: Database, world: World, quantity: int, *, take: bool, channel: str = "web") -> object:
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, quantity, take)
    by = Hand(actor="system:test", actor_name="", channel_id=world.channels[channel].uuid)
    async with database.transaction() as tx:
        (answer,) = await api.allocate(
            tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=by, occurred_at=clock.now())]
        )
    return answer


async def test_safety_stock_is_not_promised_but_may_be_carried_out(database: Database, world: World) -> None:
    await put(database, location_id=world.store, safety=10)
    assert (await promised(database, world)).available == ON_HAND - 10
    refused = await ask(database, world, ON_HAND - 9, take=False)
    assert isinstance(refused, OutOfStock) and refused.missing[0].available == ON_HAND - 10
    assert isinstance(await ask(database, world, ON_HAND - 10, take=False), Granted)
    assert isinstance(await ask(database, world, 1, take=False), OutOfStock)
    assert isinstance(await ask(database, world, 10, take=True), Granted)  # it is in her hand


async def test_a_channel_sees_its_share(database: Database, world: World) -> None:
    await put(database, channel_id=world.channels["web"].uuid, share_percent=30)
    assert (await promised(database, world)).available == ON_HAND * 30 // 100
    assert (await promised(database, world, channel="desk")).available == ON_HAND
    assert isinstance(await ask(database, world, 16, take=False), OutOfStock)
    assert isinstance(await ask(database, world, 16, take=False, channel="desk"), Granted)


async def test_an_excluded_location_promises_nothing(database: Database, world: World) -> None:
    await put(database, location_id=world.store, channel_id=world.channels["web"].uuid, excluded=True)
    assert (await promised(database, world)).available == 0
    assert isinstance(await ask(database, world, 1, take=False), OutOfStock)


async def test_few_are_shown_as_low(database: Database, world: World) -> None:
    await put(database, low_under=5)
    assert not (await promised(database, world)).low
    await ask(database, world, ON_HAND - 4, take=True)
    assert (await promised(database, world)).low


async def test_the_same_scope_again_replaces(database: Database, world: World) -> None:
    await put(database, location_id=world.store, safety=10)
    await put(database, location_id=world.store, safety=3)
    async with database.read() as tx:
        (found,) = await api.policies(tx)
    assert found.safety == 3


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("safety", {"safety": -1}),
        ("share_percent", {"share_percent": 101}),
        ("share_percent", {"share_percent": -1}),
        ("low_under", {"low_under": -1}),
        ("safety", {}),
    ],
)
async def test_the_impossible_is_refused(database: Database, field: str, said: dict[str, int]) -> None:
    with pytest.raises(BadPolicy) as refused:
        await put(database, **said)
    assert refused.value.field == field
    async with database.read() as tx:
        assert await api.policies(tx) == []


def test_the_closer_policy_wins_part_by_part() -> None:
    variant, place, channel = VariantId.new(), LocationId.new(), LocationId.new().uuid
    policies = policies_rules.Policies(
        [
            Policy(id=PolicyId.new(), safety=1, low_under=9, share_percent=50),
            Policy(id=PolicyId.new(), channel_id=channel, safety=2, share_percent=40),
            Policy(id=PolicyId.new(), location_id=place, safety=3),
            Policy(id=PolicyId.new(), variant_id=variant, safety=0),
        ]
    )
    assert policies.leeway(variant, place, channel) == Leeway(0, 40, False, 9)
    assert policies.leeway(VariantId.new(), place, channel) == Leeway(3, 40, False, 9)
    assert policies.leeway(VariantId.new(), LocationId.new(), channel) == Leeway(2, 40, False, 9)
    assert policies.leeway(VariantId.new(), LocationId.new(), None) == Leeway(1, 50, False, 9)


@given(st.integers(-5, 1000), st.integers(0, 50), st.integers(0, 100), st.booleans())
def test_never_more_is_promised_than_is_free(free: int, safety: int, share: int, excluded: bool) -> None:
    promised = policies_rules.promisable(free, Leeway(safety, share, excluded))
    assert 0 <= promised <= max(0, free)
    assert not (excluded and promised)
