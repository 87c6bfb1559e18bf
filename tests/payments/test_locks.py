"""Money at the same instant: each race is won, and lost by its control, which runs without the lock."""

import asyncio
from datetime import timedelta

import pytest
from tests.carts.racing import dawdling, line_up, without_lock
from tests.world import World

from portico.app import verification
from portico.ledger import api as ledger
from portico.orders.types import OrderId
from portico.payments import api, operating, performing, store
from portico.payments.ports import Providers
from portico.payments.types import Lost, MoreThanPaid, OperationKind, Outcome, PayAsk, Payment, Result, Tender
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.events import Hand


def at_till(world: World) -> Hand:
    return Hand(
        actor="staff:1", actor_name="Test", location_id=world.store.uuid, till_id=world.tills["T1"].uuid
    )  # fmt: skip


async def paid_in_cash(database: Database, world: World, order_id: OrderId, amount: int = 1000) -> None:
    ask = PayAsk(
        reference=order_id, due=amount, currency="EUR", market_id=world.market_id, customer_id=None,
        tenders=(Tender(handler="cash", tendered=amount),), by=at_till(world), occurred_at=clock.now(),
    )  # fmt: skip
    async with database.transaction() as tx:
        await api.take(tx, plans=[api.granted(await api.plan(tx, asks=[ask]))])


async def give_back(database: Database, world: World, order_id: OrderId) -> object:
    async with database.transaction() as tx:
        return await api.refund(
            tx, reference=order_id, amount=1000, market_id=world.market_id, customer_id=None, reason="r", cause="c",
            by=at_till(world),
        )  # fmt: skip


async def _given_back_at_once(database: Database, world: World) -> tuple[int, int]:
    """How many of four refunds of the same money were refused, and what then lies in the drawer beside 5000 of others'."""
    await paid_in_cash(database, world, OrderId.new(), 5000)
    order_id = OrderId.new()
    await paid_in_cash(database, world, order_id)
    before = await _drawer(database, world)
    await line_up(database)
    answers = await asyncio.gather(*(give_back(database, world, order_id) for _ in range(4)), return_exceptions=True)
    refused = sum(isinstance(one, MoreThanPaid) for one in answers)
    return refused, before - await _drawer(database, world)


async def _drawer(database: Database, world: World) -> int:
    code = f"till:{world.tills['T1'].uuid.hex}:drawer:EUR"
    async with database.read() as tx:
        return (await ledger.balances(tx, codes=[code]))[code]


async def test_the_same_money_goes_back_once(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _given_back_at_once(database, world) == (3, 1000)
    assert await verification.differences(database) == []
    monkeypatch.setattr(store, "LOCK_OF", without_lock(store.LOCK_OF))
    refused, gone = await _given_back_at_once(database, world)
    assert refused < 3
    assert gone > 1000


async def _authorized(database: Database, world: World) -> tuple[Payment, OrderId]:
    order_id = OrderId.new()
    async with database.transaction() as tx:
        payment, operation = await api.open_payment(
            tx, reference=order_id, handler="bank", amount=1000, currency="EUR", credential="", by=world.by
        )
    async with database.transaction() as tx:
        outcome = Outcome(result=Result.AUTHORIZED, ref=str(payment.id))
        await api.record(tx, operation_id=operation.id, outcome=outcome, by=world.by)
    return payment, order_id


async def _told_at_once(database: Database, world: World) -> list[object]:
    """A capture whose outcome four hear at once: by its answer, by a webhook, by a worker that asked."""
    _, order_id = await _authorized(database, world)
    async with database.transaction() as tx:
        (operation,) = await api.capture(tx, reference=order_id, amount=None, by=world.by, reason="r")
    await line_up(database)

    async def hear() -> object:
        async with database.transaction() as tx:
            return await api.record(tx, operation_id=operation.id, outcome=Outcome(result=Result.CAPTURED), by=world.by)

    return await asyncio.gather(*(hear() for _ in range(4)), return_exceptions=True)


async def test_what_several_hear_at_once_happens_once(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = await _told_at_once(database, world)
    assert all(isinstance(one, Payment) and one.captured == 1000 for one in heard), heard
    assert await verification.differences(database) == []
    monkeypatch.setattr(store, "LOCK_OPERATION", without_lock(store.LOCK_OPERATION))
    assert any(isinstance(one, RuntimeError) for one in await _told_at_once(database, world))


async def _captured_at_once(database: Database, world: World) -> int:
    """How often a provider is to be asked to capture what four ship at once."""
    payment, order_id = await _authorized(database, world)
    await line_up(database)

    async def ship() -> None:
        async with database.transaction() as tx:
            await api.capture(tx, reference=order_id, amount=None, by=world.by, reason="r")

    await asyncio.gather(*(ship() for _ in range(4)))
    async with database.read() as tx:
        operations = await api.operations_of(tx, payment_ids=[payment.id])
    return sum(one.kind is OperationKind.CAPTURE for one in operations)


async def test_what_leaves_at_once_is_captured_once(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _captured_at_once(database, world) == 1
    monkeypatch.setattr(store, "LOCK_OF", without_lock(store.LOCK_OF))
    monkeypatch.setattr(store, "OPERATIONS_OF", dawdling(store.OPERATIONS_OF))  # what is under way is read then
    assert await _captured_at_once(database, world) > 1


class Slow:
    """A provider that takes its time, and whose answer is lost."""

    code = "bank"

    async def find(self, ask: object) -> None:
        await asyncio.sleep(1)

    async def perform(self, ask: object) -> Outcome:
        raise Lost


async def _looked_after_at_once(database: Database, world: World) -> int:
    _, order_id = await _authorized(database, world)
    async with database.transaction() as tx:
        (operation,) = await api.capture(tx, reference=order_id, amount=None, by=world.by, reason="r")
    async with database.transaction() as tx:
        await operating.tried(tx, operation_id=operation.id, stale=tx.now)
        await operating.lose(tx, operation_id=operation.id)
    await line_up(database)
    later = clock.now() + timedelta(minutes=1)
    nobody = Providers([Slow()])  # type: ignore[list-item]  # it is asked for nothing else
    looked = sum(await asyncio.gather(*(performing.resume(database, nobody, by=world.by, now=later) for _ in range(3))))
    async with database.transaction() as tx:
        await api.record(tx, operation_id=operation.id, outcome=Outcome(result=Result.CAPTURED), by=world.by)
    return looked


async def test_of_several_workers_one_asks(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _looked_after_at_once(database, world) == 1
    monkeypatch.setattr(store, "LOCK_OPERATION", without_lock(store.LOCK_OPERATION))
    assert await _looked_after_at_once(database, world) == 3
