"""What nobody fetched: for sale again, canceled and paid back by itself, once, unless she comes at that very moment."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.carts.racing import line_up, without_lock
from tests.conftest import Served
from tests.orders.test_orders import cashier
from tests.orders.test_orders_http import api_client
from tests.orders.works import OTHER, order, picked, seen, shipped, work, works
from tests.world import ON_HAND, World

from portico.app import verification
from portico.app.demo.mailbox import Letter, Mailbox, mailbox
from portico.fulfillment.store import work as fulfillment_store
from portico.fulfillment.types import Progress
from portico.inventory import api as inventory
from portico.orders import api
from portico.orders import store as orders_store
from portico.orders.types import (
    NOT_FETCHED,
    BadCollectPolicy,
    CollectPolicy,
    HandOverLine,
    Method,
    NothingToHandOver,
    Order,
    State,
)
from portico.platform import clock
from portico.platform.db import Database

MUG = 1250


def later(days: float = 8) -> datetime:
    return clock.now() + timedelta(days=days)


async def sweep(database: Database, *, at: datetime | None = None) -> bool:
    async with database.transaction(now=at or later()) as tx:
        return await api.sweep_not_fetched(tx)


async def waiting(database: Database, world: World, *, paid: bool = True) -> Order:
    placed = await order(database, world, Method.COLLECT, at=world.store, paid=paid)
    await picked(database, await work(database, placed.head.id))
    return placed


async def policy(database: Database, world: World, **what: object) -> None:
    async with database.transaction() as tx:
        one = CollectPolicy(market_id=world.market_id, **what)  # type: ignore[arg-type]
        await api.put_collect_policy(tx, policy=one)


async def facts(database: Database, type: str) -> int:
    return int(await database.pool.fetchval("select count(*) from platform.fact where type = $1", type))


@pytest.mark.parametrize("paid", [True, False])
async def test_it_is_canceled_and_paid_back_once_and_the_reason_is_told(
    database: Database, world: World, paid: bool
) -> None:
    placed = await waiting(database, world, paid=paid)
    assert not await sweep(database, at=later(6)) and await sweep(database)
    now = await seen(database, placed.head.id)
    assert (now.head.state, now.head.balance, now.head.owed_back) == (State.CANCELED, 0, 0)
    assert now.head.refunded == (2 * MUG if paid else 0)
    assert [(one.type, one.quantity, one.reason) for one in now.adjustments if one.type == "cancellation"] == [
        ("cancellation", -2, NOT_FETCHED)
    ]
    (piece,) = await works(database, placed.head.id)
    assert piece.work.state is Progress.NOT_FETCHED
    async with database.read() as tx:
        told = await api.timeline(tx, order_id=placed.head.id)
        assert await inventory.held(tx, holder=placed.head.id) == []
        (level,) = await inventory.levels(tx, variant_ids=[world.variants["MUG-1"]], location_ids=[world.store])
    assert [one.told.reason for one in told if one.type == "orders.canceled.v1"] == [NOT_FETCHED]
    assert (level.on_hand, level.available) == (ON_HAND, ON_HAND)
    assert not await sweep(database) and await facts(database, "orders.canceled.v1") == 1
    assert await verification.differences(database) == []


async def test_how_long_and_whether_is_policy(database: Database, world: World) -> None:
    await policy(database, world, keep_days=30, cancels=False)
    placed = await waiting(database, world)
    assert not await sweep(database, at=later(29)) and await sweep(database, at=later(31))
    now = await seen(database, placed.head.id)
    assert (now.head.state, now.head.refunded) == (State.OPEN, 0)
    assert (await work(database, placed.head.id)).work.state is Progress.NOT_FETCHED
    with pytest.raises(BadCollectPolicy):
        await policy(database, world, keep_days=0)
    async with database.read() as tx:
        kept = (await api.collect_policies(tx, market_ids=[world.market_id]))[world.market_id]
    assert (kept.keep_days, kept.cancels) == (30, False)


async def test_of_what_she_fetched_nothing_is_canceled(database: Database, world: World) -> None:
    placed = await waiting(database, world)
    async with database.transaction() as tx:
        part = [HandOverLine(placed.lines[0].id, 1)]
        await api.hand_over(tx, order_id=placed.head.id, location_id=world.store, lines=part, by=cashier(world))
    assert await sweep(database)
    now = await seen(database, placed.head.id)
    assert (now.lines[0].fulfilled, now.lines[0].canceled, now.head.state) == (1, 1, State.FULFILLED)
    assert now.head.refunded == MUG
    assert await verification.differences(database) == []


async def test_what_was_sent_to_a_store_is_canceled_there(database: Database, world: World) -> None:
    placed = await order(database, world, Method.SHIP_TO_STORE, at=world.store, to=world.other_store)
    one = await shipped(database, await work(database, placed.head.id))
    async with database.transaction() as tx:
        await api.arrive(tx, id=one.work.id, by=OTHER, shelf="C3")
    assert await sweep(database)
    now = await seen(database, placed.head.id)
    assert (now.head.state, now.head.refunded) == (State.CANCELED, 2 * MUG)
    async with database.read() as tx:
        levels = await inventory.levels(tx, variant_ids=[world.variants["MUG-1"]])
    assert {one.location_id: one.available for one in levels}[world.other_store] == ON_HAND + 2
    assert await verification.differences(database) == []


async def _at_once(database: Database, world: World) -> tuple[Order, list[object]]:
    """She is given it while it is given up."""
    placed = await waiting(database, world)
    await line_up(database)

    async def fetched() -> Order:
        async with database.transaction() as tx:
            return await api.hand_over(
                tx, order_id=placed.head.id, location_id=world.store, lines=None, by=cashier(world)
            )

    answers = await asyncio.gather(fetched(), sweep(database), sweep(database), return_exceptions=True)
    return placed, list(answers)


async def test_whoever_is_first_has_it_alone(database: Database, world: World) -> None:
    placed, (fetched, *swept) = await _at_once(database, world)
    now = await seen(database, placed.head.id)
    if isinstance(fetched, NothingToHandOver):
        assert (now.head.state, now.head.refunded) == (State.CANCELED, 2 * MUG)
    else:
        assert isinstance(fetched, Order), fetched
        assert (now.head.state, now.head.refunded) == (State.FULFILLED, 0)
    assert not any(isinstance(one, Exception) for one in swept), swept
    assert await facts(database, "orders.canceled.v1") + await facts(database, "orders.handed_over.v1") == 1
    assert await verification.differences(database) == []


async def test_without_the_locks_it_is_given_out_and_paid_back(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same moment, with nobody waiting for the other: what the database itself refuses shows that both went ahead."""
    monkeypatch.setattr(orders_store, "LOCK", without_lock(orders_store.LOCK))
    monkeypatch.setattr(fulfillment_store, "LOCK", without_lock(fulfillment_store.LOCK))
    _, (fetched, *swept) = await _at_once(database, world)
    assert not isinstance(fetched, NothingToHandOver)
    assert (isinstance(fetched, Order) and True in swept) or any(
        isinstance(one, Exception) for one in (fetched, *swept)
    )


async def test_it_is_policy_over_http(url: str, world: World) -> None:
    async with api_client(url, world) as http:
        shown = (await http.get("/v1/collect-policy", params={"market": "es"})).json()
        assert shown == {"market": "es", "keep_days": 7, "cancels": True}
        put = await http.put("/v1/collect-policy", json={"market": "es", "keep_days": 14, "cancels": False})
        assert put.status_code == 200, put.text
        wrong = await http.put("/v1/collect-policy", json={"market": "es", "keep_days": 400})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "orders.bad_collect_policy")
        shown = (await http.get("/v1/collect-policy", params={"market": "es"})).json()
        assert (shown["keep_days"], shown["cancels"]) == (14, False)


async def told(box: Mailbox, count: int) -> list[Letter]:
    for _ in range(200):
        if len(box.messages) >= count:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.3)
    assert len(box.messages) == count, [one.subject for one in box.messages]
    return list(box.messages)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "was not collected"), ("es", "no se ha recogido"), ("it", "non è stato ritirato"), ("ru", "не забрали")],
)
async def test_she_is_written_to_once(
    served: Served, database: Database, world: World, tmp_path: Path, language: str, said: str
) -> None:
    placed = await waiting(database, world)
    await database.pool.execute('update orders."order" set language = $1', language)
    async with mailbox(tmp_path / "mail") as box, served(smtp_url=box.url, public_url="https://casa.example") as _:
        await told(box, 2)  # that it is placed, and that it is ready
        assert await sweep(database)
        *_, first, second = await told(box, 4)
    letters = {one.subject: one.text for one in (first, second)}
    (letter,) = [text for subject, text in letters.items() if said in subject]
    (card,) = [text for subject, text in letters.items() if said not in subject]
    assert f"https://casa.example/orders/{placed.head.link_token}" in letter and "25" in letter
    assert "{" not in letter + card  # cash was paid, and nobody stands at a till: it is a new gift card
    code = card.partition("--")[0].rpartition(": ")[2].strip()  # before the foot with its links
    async with database.read() as tx:
        from portico.loyalty import api as loyalty

        assert (await loyalty.card(tx, code=code)).balance == 2 * MUG


async def test_she_who_paid_nothing_is_told_that(
    served: Served, database: Database, world: World, tmp_path: Path
) -> None:
    await waiting(database, world, paid=False)
    async with mailbox(tmp_path / "mail") as box, served(smtp_url=box.url) as _:
        await told(box, 2)
        assert await sweep(database)
        *_, letter = await told(box, 3)
    assert "Nothing had been paid for it." in letter.text
