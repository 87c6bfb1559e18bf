"""`portico bench loyalty`: orders reckoned per second, and how fast sixteen callers at once spend from one customer's points.

The limit of each is the same rows written by hand: one transaction for each order, or each burn, of the least SQL that keeps lots,
ledger and balances in step. After the run everything is added up: a point too many, or a balance below zero, ends it with an error.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from portico.app import runtime
from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.lab.bench import report
from portico.lab.bench.place import scratch_database
from portico.ledger import api as ledger
from portico.ledger.types import Account, BelowMinimum
from portico.loyalty import api
from portico.loyalty.types import (
    POINTS,
    Burn,
    Confirmed,
    EarnRule,
    Earns,
    Purchase,
    PurchaseLine,
    Terms,
    Tier,
    points_account,
)
from portico.orders.types import OrderId
from portico.platform import clock, postgres
from portico.platform.db import Connection, Database, connect
from portico.platform.events import Hand
from portico.pricing.types import LineItemId

CALLERS = 16
CUSTOMERS = 500
LINES = 2
BATCHES = (1, 100)
ROUNDS = 3
ORDERS = 2_000  # of one round; of batches of one, a fifth
GRANTED = 1_000_000
SPENT = Account(f"redeemed:points:bench:{POINTS}", "redeemed", POINTS)
BY = Hand(actor="system:bench", actor_name="Bench")

# By hand: one order of two lines, earned at once.
EARN = (
    "select balance from bench.account where code = $1 for update",
    "insert into bench.earning select gen_random_uuid(), $1, $2 || n, 'base', 10, 10, now() from generate_series(1, 2) as n",
    "insert into bench.lot select gen_random_uuid(), $1, 10, 10, now() + interval '1 year' from generate_series(1, 2)",
    "insert into bench.transfer select gen_random_uuid(), 'issued:points:POINTS', $1, 10, now() from generate_series(1, 2)",
    "update bench.account set balance = balance + 20 where code = $1",
    "update bench.account set balance = balance - 20 where code = 'issued:points:POINTS'",
)
BURN = (
    "select balance from bench.account where code = $1 for update",
    "update bench.lot set remaining = remaining - 1 where id = (select id from bench.lot where account = $1 and remaining > 0"
    " order by expires_at limit 1) returning id",
    "insert into bench.transfer values (gen_random_uuid(), $1, 'redeemed:points:bench:POINTS', 1, now())",
    "update bench.account set balance = balance - 1 where code = $1",
    "update bench.account set balance = balance + 1 where code = 'redeemed:points:bench:POINTS'",
)
TABLES = (
    "create schema bench",
    "create table bench.earning (id uuid primary key, account text, reference text, rule text, points bigint, given bigint,"
    " at timestamptz, unique (reference, rule))",
    "create table bench.lot (id uuid primary key, account text, earned bigint, remaining bigint check (remaining >= 0),"
    " expires_at timestamptz)",
    "create index on bench.lot (account, expires_at) where remaining > 0",
    "create table bench.account (code text primary key, balance bigint, minimum bigint, check (balance >= minimum))",
    "insert into bench.account values ('issued:points:POINTS', 0, null), ('redeemed:points:bench:POINTS', 0, null)",
    "create table bench.transfer (id uuid primary key, source text, target text, amount bigint, at timestamptz)",
)


async def bench(*, settings_url: str | None, data: Path, seconds: float, say: Callable[[str], None]) -> report.Report:
    server = postgres.running(data_dir=data, database_url=settings_url, join=True)
    found = await asyncio.to_thread(server.__enter__)
    try:
        async with scratch_database(found.dsn) as url:
            await runtime.prepare(url)
            async with connect(url, connections_max=CALLERS) as database:
                rows = await _rows(database, seconds, say)
        return report.Report("loyalty", report.machine(found.version), rows)
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def _rows(database: Database, seconds: float, say: Callable[[str], None]) -> list[report.Row]:
    market_id = await _programme(database)
    people = [CustomerId.new() for _ in range(CUSTOMERS)]
    await _earn(database, market_id, people, CUSTOMERS, 100)  # all are members from here on
    async with database.pool.acquire() as connection:
        for statement in TABLES:
            await connection.execute(statement)
        codes = [points_account(one).code for one in people]
        await connection.execute("insert into bench.account select code, 0, 0 from unnest($1::text[]) as code", codes)
    earned: dict[int, list[float]] = {size: [] for size in BATCHES}
    by_hand, burnt, burnt_by_hand = list[float](), list[float](), list[float]()
    for _ in range(ROUNDS):
        for size in BATCHES:
            earned[size].append(await _earn(database, market_id, people, ORDERS if size > 1 else ORDERS // 5, size))
        by_hand.append(await _earn_by_hand(database, people, ORDERS // 5))
        burnt.append(await _crowd(database, seconds, await _burner(database)))
        burnt_by_hand.append(await _crowd(database, seconds, await _hand_burner(database)))
        told = ", ".join(f"{earned[size][-1]:,.0f} orders/s by {size}" for size in BATCHES)
        say(
            f"{told}, by hand {by_hand[-1]:,.0f}; {burnt[-1]:,.0f} burns/s by {CALLERS}, by hand {burnt_by_hand[-1]:,.0f}"
        )
    await _refuse_to_overdraw(database)
    await _add_up(database)
    limit, hand = statistics.median(by_hand), statistics.median(burnt_by_hand)
    return [
        report.rate("orders earned, by hand, one transaction each", limit, unit="orders/s"),
        *(
            report.rate(f"orders earned, {size} in a transaction", statistics.median(earned[size]), unit="orders/s", limit=limit)
            for size in BATCHES
        ),
        report.rate(f"burns from one account by hand, {CALLERS} callers", hand, unit="burns/s"),
        report.rate(f"burns from one account, {CALLERS} callers", statistics.median(burnt), unit="burns/s", limit=hand),
    ]  # fmt: skip


async def _programme(database: Database) -> MarketId:
    terms = Terms(
        names={"en": "Bench"}, units={"en": "points"},
        earn=(EarnRule(code="base", names={"en": "x"}, earns=Earns.SPEND, points=1, per_minor=100),),
        tiers=(Tier(code="a", names={"en": "A"}, threshold=0), Tier(code="b", names={"en": "B"}, threshold=1_000_000)),
        confirmed=Confirmed.PAID, confirm_days=0,
    )  # fmt: skip
    market_id = MarketId.new()
    async with database.transaction() as tx:
        made = await api.put_programme(
            tx, code="bench", market_ids=[market_id], terms=terms, currencies=["EUR"], expected=0, by=BY
        )
        await api.publish(tx, code="bench", expected=made.draft, by=BY)
    return market_id


def _purchase(market_id: MarketId, who: CustomerId) -> Purchase:
    lines = tuple(
        PurchaseLine(line_id=LineItemId.new(), variant_id=VariantId.new(), gross=1_000, fulfilled=True)
        for _ in range(LINES)
    )
    return Purchase(
        order_id=OrderId.new(), label="x", market_id=market_id, channel="web", customer_id=who, currency="EUR",
        placed_at=clock.now(), paid=True, points_paid=0, lines=lines,
    )  # fmt: skip


async def _earn(database: Database, market_id: MarketId, people: list[CustomerId], orders: int, size: int) -> float:
    purchases = [_purchase(market_id, people[i % len(people)]) for i in range(orders)]
    began = time.perf_counter()
    for start in range(0, orders, size):
        async with database.transaction() as tx:
            await api.follow(tx, purchases=purchases[start : start + size], by=BY)
    return orders / (time.perf_counter() - began)


async def _earn_by_hand(database: Database, people: list[CustomerId], orders: int) -> float:
    async with database.pool.acquire() as connection:
        began = time.perf_counter()
        for i in range(orders):
            code = points_account(people[i % len(people)]).code
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(EARN[0], code)
            await connection.execute(EARN[1], code, str(uuid4()))
            for statement in EARN[2:5]:
                await connection.execute(statement, code)
            await connection.execute(EARN[5])
            await transaction.commit()
        took = time.perf_counter() - began
    return orders / took


async def _granted(database: Database) -> CustomerId:
    who = CustomerId.new()
    async with database.transaction() as tx:
        await api.grant_points(tx, customer_id=who, points=GRANTED, reason="bench", reference="bench", by=BY)
    return who


async def _burner(database: Database) -> Callable[[], Awaitable[None]]:
    who = await _granted(database)

    async def burn() -> None:
        async with database.transaction() as tx:
            await api.burn(tx, burns=[_burn(who, 1)])

    await burn()  # the account it goes to is open from here on
    return burn


def _burn(who: CustomerId, points: int) -> Burn:
    id = OrderId.new()
    return Burn(
        reference=id, about=str(id), customer_ids=[who], points=points, programme_id=None, target=SPENT, reason="bench",
        actor=BY.actor, occurred_at=clock.now(),
    )  # fmt: skip


async def _hand_burner(database: Database) -> Callable[[], Awaitable[None]]:
    code = f"bench:{uuid4().hex}"
    ends = clock.now() + timedelta(days=1)
    async with database.pool.acquire() as connection:
        await connection.execute("insert into bench.account values ($1, $2, 0)", code, GRANTED)
        await connection.execute(
            "insert into bench.lot values (gen_random_uuid(), $1, $2, $2, $3)", code, GRANTED, ends
        )

    async def burn() -> None:
        async with database.pool.acquire() as connection:
            await _burn_by_hand(connection, code)

    return burn


async def _burn_by_hand(connection: Connection, code: str) -> None:
    transaction = connection.transaction()
    await transaction.start()
    for statement in BURN[:4]:
        await connection.execute(statement, code)
    await connection.execute(BURN[4])
    await transaction.commit()


async def _crowd(database: Database, seconds: float, burn: Callable[[], Awaitable[None]]) -> float:
    ends = time.perf_counter() + seconds
    done = 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < ends:
            await burn()
            done += 1

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return done / seconds


async def _refuse_to_overdraw(database: Database) -> None:
    """The end of an account: of sixteen who come for more than there is together, just so many have it."""
    who = CustomerId.new()
    async with database.transaction() as tx:
        await api.grant_points(tx, customer_id=who, points=100, reason="bench", reference="bench", by=BY)

    async def burn() -> None:
        async with database.transaction() as tx:
            await api.burn(tx, burns=[_burn(who, 15)])

    answers = await asyncio.gather(*(burn() for _ in range(CALLERS)), return_exceptions=True)
    if sum(isinstance(one, BelowMinimum) for one in answers) != CALLERS - 6 or any(
        one is not None and not isinstance(one, BelowMinimum) for one in answers
    ):
        raise RuntimeError(f"an account of 100 was not spent six times by 15: {answers}")


async def _add_up(database: Database) -> None:
    async with database.read() as tx:
        if wrong := await api.differences(tx):
            raise RuntimeError(f"points do not add up: {wrong[0]}")
        if apart := await ledger.differences(tx):
            raise RuntimeError(f"the ledger does not add up: {apart[0]}")
