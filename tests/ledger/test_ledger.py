"""The ledger: zero-sum, guarded, one currency per transfer, and right under concurrency."""

import asyncio

import asyncpg
import pytest
from tests.carts.racing import line_up, without_lock

from portico.app import verification
from portico.ledger import api, store
from portico.ledger.types import Account, BelowMinimum, Transfer, Transferred
from portico.platform import clock
from portico.platform.db import Database, Tx

BANK = Account("bank:EUR", "bank", "EUR")
WAITING = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


def drawer(i: int = 1, currency: str = "EUR") -> Account:
    return Account(f"till:{i}:drawer:{currency}", "drawer", currency, minimum=0)


def move(source: Account, target: Account, amount: int) -> Transfer:
    return Transfer(
        source=source,
        target=target,
        amount=amount,
        reason="test",
        reference="r",
        actor="system:test",
        occurred_at=clock.now(),
    )


async def transfer(database: Database, *transfers: Transfer) -> list[Transferred | BelowMinimum]:
    async with database.transaction() as tx:
        return await api.transfer(tx, transfers=transfers)


async def balances(database: Database, *accounts: Account) -> list[int | None]:
    async with database.read() as tx:
        found = await api.balances(tx, codes=[one.code for one in accounts])
    return [found.get(one.code) for one in accounts]


async def rows(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval("select count(*) from ledger.transfer")


async def test_what_leaves_one_account_arrives_in_the_other(database: Database) -> None:
    await transfer(database, move(BANK, drawer(), 500), move(drawer(), BANK, 120))
    assert await balances(database, BANK, drawer()) == [-380, 380]
    assert await verification.differences(database) == []


async def test_an_account_does_not_fall_below_its_minimum(database: Database) -> None:
    """In order of arrival: what came in before may go out, and a refused one does not stop those behind it."""
    answers = await transfer(
        database,
        move(drawer(), BANK, 1),
        move(BANK, drawer(), 100),
        move(drawer(), BANK, 60),
        move(drawer(), BANK, 60),
        move(drawer(), BANK, 40),
    )
    assert [type(one) for one in answers] == [BelowMinimum, Transferred, Transferred, BelowMinimum, Transferred]
    refused = answers[3]
    assert isinstance(refused, BelowMinimum)
    assert (refused.account, refused.balance, refused.amount) == (drawer().code, 40, 60)
    assert await balances(database, BANK, drawer()) == [0, 0] and await rows(database) == 3
    assert await verification.differences(database) == []


async def test_all_refused_writes_nothing(database: Database) -> None:
    (answer,) = await transfer(database, move(drawer(), BANK, 1))
    assert isinstance(answer, BelowMinimum)
    assert await rows(database) == 0 and await balances(database, drawer()) == [0]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (BANK, drawer(1, "USD")),
        (Account(BANK.code, "bank", "USD"), drawer(1, "USD")),  # an account does not change its currency
        (Account(BANK.code, "bank", "USD"), drawer()),
    ],
)
async def test_a_transfer_that_mixes_currencies_is_a_bug(database: Database, source: Account, target: Account) -> None:
    await transfer(database, move(BANK, drawer(), 100))
    with pytest.raises(ValueError, match="mixes"):
        await transfer(database, move(BANK, drawer(), 5), move(source, target, 1))
    assert await balances(database, BANK, drawer()) == [-100, 100] and await rows(database) == 1


@pytest.mark.parametrize("amount", [0, -5])
async def test_the_database_takes_no_amount_that_is_none(database: Database, amount: int) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await transfer(database, move(BANK, drawer(), amount))
    assert await rows(database) == 0


async def _drain(database: Database) -> list[object]:
    """Forty want a euro each from a drawer that has ten; drawers are named in either order."""
    await transfer(database, *(move(BANK, drawer(i), 1000) for i in (1, 2)))
    pairs = [(drawer(1), drawer(3)), (drawer(2), drawer(3)), (drawer(1), drawer(2)), (drawer(2), drawer(1))]
    await line_up(database)
    ten = [move(*pairs[i % 4], 100) for i in range(40)]
    return await asyncio.gather(*(transfer(database, one) for one in ten), return_exceptions=True)


async def test_many_at_once_neither_overdraw_nor_deadlock(database: Database) -> None:
    answers = await _drain(database)
    assert not [one for one in answers if isinstance(one, BaseException)]
    assert sum(await balances(database, drawer(1), drawer(2), drawer(3))) == 2000  # type: ignore[arg-type]
    assert await verification.differences(database) == []


async def test_accounts_first_named_by_many_at_once_are_opened_once(database: Database) -> None:
    await line_up(database)
    await asyncio.gather(*(transfer(database, move(BANK, drawer(i % 3), 10)) for i in range(24)))
    assert await balances(database, BANK) == [-240]
    assert await verification.differences(database) == []


async def _open_a_drawer_while_another_does(database: Database) -> None:
    """Another transaction has opened the drawer, not yet committed, and goes on to lock the bank."""
    await transfer(database, move(BANK, drawer(1), 300))
    async with database.transaction() as other:
        await api._open(other, [drawer(2)])
        waiting = asyncio.create_task(transfer(database, move(BANK, drawer(2), 10)))
        try:
            async with asyncio.timeout(10):
                while not await database.pool.fetchval(WAITING):
                    pass
            await other.all(store.LOCK, codes=[BANK.code])
        except BaseException:
            waiting.cancel()
            await asyncio.wait([waiting])
            raise
    await waiting


async def test_who_waits_for_an_account_to_be_opened_holds_no_other(database: Database) -> None:
    await _open_a_drawer_while_another_does(database)
    assert await balances(database, BANK, drawer(2)) == [-310, 10]


async def test_holding_some_accounts_while_opening_others_is_a_deadlock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: one that locks what there is already before it opens the rest."""

    async def lock_then_open(tx: Tx, *, transfers: list[Transfer]) -> list[object]:
        await tx.all(store.LOCK, codes=[BANK.code])
        return await transfer_anyway(tx, transfers=transfers)

    transfer_anyway = api.transfer
    monkeypatch.setattr(api, "transfer", lock_then_open)
    with pytest.raises(asyncpg.DeadlockDetectedError):
        await _open_a_drawer_while_another_does(database)


async def test_without_its_lock_the_race_is_lost(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: all see the ten euros, and only the database's own check stops them."""
    await transfer(database, move(BANK, drawer(1), 300), move(BANK, drawer(2), 1), move(drawer(2), BANK, 1))
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    await line_up(database)
    answers = await asyncio.gather(
        *(transfer(database, move(drawer(1), drawer(2), 200)) for _ in range(8)), return_exceptions=True
    )
    assert any(isinstance(one, asyncpg.CheckViolationError) for one in answers)


async def test_a_tampered_ledger_is_noticed(database: Database) -> None:
    await transfer(database, move(BANK, drawer(1), 300), move(BANK, drawer(2), 50))
    async with database.pool.acquire() as connection:
        await connection.execute("update ledger.account set balance = balance + 1 where code = $1", drawer(1).code)
        await connection.execute("update ledger.transfer set amount = 60 where to_account = $1", drawer(2).code)
    async with database.read() as tx:
        found = {(one.account, one.stored, one.added_up) for one in await api.differences(tx)}
    assert found == {(drawer(1).code, 301, 300), (drawer(2).code, 50, 60), (BANK.code, -350, -360)}
    assert {one.room for one in await verification.differences(database)} == {"ledger"}
