"""Answers kept for a moment: a fact ends them, at once in this process, and none is kept that may not know it."""

import asyncio

import httpx
from tests.conftest import Served
from tests.world import ON_HAND, World

from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.platform.db import Database
from portico.platform.kept import Kept


def keep(kept: Kept, key: str, *topics: str, body: bytes = b"{}") -> None:
    mark = kept.begin()
    kept.put(key, body, topics=topics, mark=mark)
    kept.end(mark)


def test_a_fact_ends_what_is_about_it_and_nothing_else() -> None:
    kept = Kept()
    keep(kept, "lamp", "var_1", "items")
    keep(kept, "mug", "var_2", "items")
    kept.forget(["var_1"])
    assert (kept.get("lamp"), kept.get("mug")) == (None, b"{}")
    kept.forget(["items"])
    assert kept.get("mug") is None and not kept


def test_a_reading_that_a_fact_overtook_is_not_kept() -> None:
    kept = Kept()
    mark = kept.begin()
    assert kept  # facts matter while somebody reads
    kept.forget(["var_1"])
    kept.put("lamp", b"old", topics=["var_1"], mark=mark)
    kept.put("mug", b"new", topics=["var_2"], mark=mark)
    kept.end(mark)
    assert (kept.get("lamp"), kept.get("mug")) == (None, b"new")


def test_time_ends_what_no_fact_does() -> None:
    kept = Kept(seconds=0)
    keep(kept, "lamp", "var_1")
    assert kept.get("lamp") is None and not kept


async def available(client: httpx.AsyncClient, world: World, **headers: str) -> int:
    asked = {"variants": str(world.variants["LAMP-1"]), "locations": str(world.store)}
    answer = await client.get("/v1/availability", params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["items"][0]["available"])


async def adjust(database: Database, world: World, quantity: int) -> None:
    async with database.transaction() as tx:
        one = Adjustment(
            variant_id=world.variants["LAMP-1"], location_id=world.store, quantity=quantity, reason=Reason.FOUND,
            reference="", by=world.by, occurred_at=tx.now,
        )  # fmt: skip
        await inventory.adjust(tx, adjustments=[one])


async def test_whoever_asks_after_a_change_is_told_of_it(
    http: httpx.AsyncClient, world: World, database: Database
) -> None:
    for i in range(10):
        assert await available(http, world) == ON_HAND + i  # kept from now on
        await adjust(database, world, 1)
        assert await available(http, world) == ON_HAND + i + 1


async def test_what_was_kept_is_given_without_a_reading_and_staff_are_told_what_is_true(
    served: Served, world: World, database: Database
) -> None:
    async with served() as url, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shopper:
        assert await available(shopper, world) == ON_HAND
        async with database.pool.acquire() as connection:  # behind everybody's back: no fact tells
            await connection.execute("update inventory.stock set on_hand = on_hand + 7")
        assert await available(shopper, world) == ON_HAND
        assert await available(shopper, world, **{"Cache-Control": "no-cache"}) == ON_HAND + 7
        async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {world.token}"}) as client:
            assert await available(client, world) == ON_HAND + 7  # a client is told what she herself was told before


async def test_another_process_hears_of_it(served: Served, world: World, database: Database, database_url: str) -> None:
    from portico.platform.db import connect

    async with served() as url, httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shopper:
        assert await available(shopper, world) == ON_HAND
        async with connect(database_url, connections_max=1) as elsewhere:
            await adjust(elsewhere, world, 3)
        for _ in range(40):  # nobody sends a notice for this one: it is found by looking
            if await available(shopper, world) == ON_HAND + 3:
                return
            await asyncio.sleep(0.05)
    raise AssertionError("what another process changed was never told")
