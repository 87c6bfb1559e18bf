"""Buyers, tills, transfers, counts and returns at once: the ledger adds up, nothing is negative, all of it was possible."""

import os

import pytest
from tests.carts.racing import without_lock
from tests.world import World

from portico.app import verification
from portico.inventory import api
from portico.inventory.store import stock as store
from portico.inventory.types import Adjustment, Key, Reason
from portico.lab.stock.crowd import Crowd
from portico.lab.stock.history import explains
from portico.platform.db import Database

SEEDS = [int(os.environ.get("PORTICO_TEST_SEED", "0")) + i for i in range(3)]
FREE = 12


async def begin(database: Database, world: World, seed: int) -> tuple[Crowd, list[Key]]:
    """Few units, so that many are refused."""
    print(f"seed {seed}")
    keys = [
        Key(world.variants[sku], place) for sku in ("LAMP-1", "MUG-1") for place in (world.store, world.other_store)
    ]
    async with database.transaction() as tx:
        levels = await api.levels(tx, variant_ids=[key.variant_id for key in keys])
        await api.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=one.variant_id, location_id=one.location_id, quantity=FREE - one.on_hand,
                    reason=Reason.CORRECTION, reference="", by=world.by, occurred_at=tx.now,
                )
                for one in levels
            ],
        )  # fmt: skip
    places = [world.store, world.other_store]
    return Crowd(database, variants=sorted({key.variant_id for key in keys}), places=places, seed=seed), keys


@pytest.mark.parametrize("seed", SEEDS)
async def test_everything_at_once_could_have_happened_one_after_the_other(
    database: Database, world: World, seed: int
) -> None:
    crowd, keys = await begin(database, world, seed)
    seen = await crowd.work(hands=8, deeds=25)
    assert seen.granted["buy"] and seen.refused["buy"] and seen.granted["settle"] and seen.granted["count"]
    for key in keys:
        calls = seen.calls[key]
        assert explains(calls, free=FREE) is not None, (key, calls)
    assert await verification.differences(database) == []
    async with database.read() as tx:
        for level in await api.levels(tx, variant_ids=[key.variant_id for key in keys]):
            left = FREE + sum(one.delta for one in seen.calls[level.key] if one.granted)
            assert level.available == left >= 0


async def test_without_the_lock_it_could_not(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same crowd without the lock of stock rows breaks a constraint of the database, or its own story."""
    crowd, keys = await begin(database, world, SEEDS[0])
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    try:
        seen = await crowd.work(hands=8, deeds=12)
    except Exception as broken:
        assert "CheckViolation" in type(broken).__name__ or "refused" in str(broken), broken
        return
    assert any(explains(seen.calls[key], free=FREE) is None for key in keys)
