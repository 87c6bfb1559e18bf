"""`portico bench segments`: how long a live count takes among a million people, for conditions of several forms.

Each is measured as an office asks it (everybody counted beside it, and who can be written to), and beside the same question as somebody
would type it who knows the tables. A bare `count(*)` of everybody says what the machine does at all. Then what a price asks: one person, and
sixty-four at once, of ten segments.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from portico.app import runtime
from portico.catalog.types import ItemId
from portico.customers.types import CustomerId
from portico.lab.bench import report
from portico.lab.bench.place import scratch_database
from portico.platform import postgres
from portico.platform.db import Database, connect
from portico.platform.events import Hand
from portico.segments import api
from portico.segments.types import (
    AllOf,
    AnyOf,
    Bought,
    ChannelShare,
    Condition,
    Consented,
    InSegment,
    LastOrder,
    Lives,
    NewSegment,
    Not,
    OrderCount,
    OrdersWorth,
)

ITEMS = 2_000
ORDERS_EACH, LINES_EACH = 2, 2  # on average: a few buy much, many once
REPEATS = 21
CALLERS = 64
LIMIT_SECONDS = 600.0
BY = Hand(actor="system:bench", actor_name="Bench")

# Who is known, what they bought in three years, and what follows of it; ids are made of numbers, so that each is found again.
FILL = (
    "create function pg_temp.id(kind int, n bigint) returns uuid language sql immutable as"
    " $$ select (lpad(to_hex(kind), 8, '0') || lpad(to_hex(n), 24, '0'))::uuid $$",
    "insert into segments.record select pg_temp.id(1, n), pg_temp.id(1, n) from generate_series(1, $people) as n",
    """
    insert into segments.purchase
    select pg_temp.id(2, n), pg_temp.id(1, buyer), pg_temp.id(1, buyer), now() - make_interval(secs => (random() ^ 1.5) * 94608000),
        channel, channel, 'S' || (1 + n % 40), 'EUR', 0, '', '', ''
    from (
        select n, 1 + floor((random() ^ 2) * $people)::bigint as buyer, (array['web', 'web', 'pos', 'desk'])[1 + n % 4] as channel
        from generate_series(1, $people * $orders) as n
    ) as made
    """,
    """
    insert into segments.bought
    select pg_temp.id(3, row_number() over ()), order_id, record_id, person_id, pg_temp.id(4, item), pg_temp.id(5, item), placed_at, channel,
        channel_kind, location, currency, 1 + floor(random() * 3)::bigint, 100 + floor(random() * 9900)::bigint
    from (
        select purchase.*, 1 + floor((random() ^ 2) * $items)::bigint as item
        from segments.purchase cross join generate_series(1, $lines)
    ) as made
    """,
    """
    update segments.purchase set amount = whole.amount
    from (select order_id, sum(amount) as amount from segments.bought group by order_id) as whole
    where whole.order_id = purchase.order_id
    """,
    "insert into segments.worth select person_id, currency, count(*), sum(amount) from segments.purchase group by 1, 2",
    "insert into segments.mix select person_id, channel_kind, count(*) from segments.purchase group by 1, 2",
    """
    insert into segments.person
    select record.person_id, now() - make_interval(days => (random() * 1500)::int), (array['en', 'es', 'it', 'ru'])[1 + floor(random() * 4)::int],
        (array['ES', 'IT', 'GB', 'RU'])[1 + floor(random() * 4)::int], 'city ' || floor(random() * 500), lpad(floor(random() * 52000)::text, 5, '0'),
        1 + floor(random() * 12)::int, 1 + floor(random() * 28)::int, coalesce(bought.orders, 0), bought.first_at, bought.last_at,
        floor(random() * 500)::bigint, '{}', case when random() < 0.4 then '{marketing:email}' else '{}' end::text[], '{}', '{email}'
    from segments.record left join (
        select person_id, count(*) as orders, min(placed_at) as first_at, max(placed_at) as last_at
        from segments.purchase group by person_id
    ) as bought using (person_id)
    """,
)
VACUUM = (
    "vacuum analyze segments.record", "vacuum analyze segments.purchase", "vacuum analyze segments.bought",
    "vacuum analyze segments.worth", "vacuum analyze segments.mix", "vacuum analyze segments.person",
)  # fmt: skip


INDEXES = """
    select indexname, indexdef from pg_indexes
    where schemaname = 'segments' and indexname not like '%_pkey' and tablename in ('record', 'purchase', 'bought', 'person', 'worth', 'mix')
    """


def item(n: int) -> ItemId:
    return ItemId((4).to_bytes(4, "big") + n.to_bytes(12, "big"))


def person(n: int) -> CustomerId:
    return CustomerId((1).to_bytes(4, "big") + n.to_bytes(12, "big"))


class Shape(msgspec.Struct, frozen=True):
    """A condition, and the same as somebody would type it: `select count(*) from segments.person where ...` goes before it."""

    name: str
    condition: Condition
    by_hand: str


_RECENT = "person_id in (select person_id from segments.bought where item_id = '{0}' and placed_at >= now() - interval '90 days')"
_TEN = ", ".join(f"'{item(i).uuid}'" for i in range(1, 11))
SHAPES = (
    Shape("everybody", AllOf(), "true"),
    Shape("one country", Lives(countries=("ES",)), "country = 'ES'"),
    Shape("spent 200 or more, ever", OrdersWorth(currency="EUR", at_least=20_000),
          "person_id in (select person_id from segments.worth where currency = 'EUR' and amount >= 20000)"),
    Shape("bought one item in 90 days", Bought(items=(item(7),), days=90), _RECENT.format(item(7).uuid)),
    Shape("bought of ten items twice in a year", Bought(items=tuple(map(item, range(1, 11))), days=365, orders=2),
          f"person_id in (select person_id from segments.bought where item_id in ({_TEN}) and placed_at >= now() - interval '365 days'"
          " group by person_id having count(distinct order_id) >= 2)"),
    Shape("spent 300 in a year at tills", Bought(days=365, spent=30_000, currency="EUR", channels=("pos",)),
          "person_id in (select person_id from segments.purchase where placed_at >= now() - interval '365 days' and currency = 'EUR'"
          " and channel_kind = 'pos' group by person_id having sum(amount) >= 30000)"),
    Shape("gone quiet and may be written to",
          AllOf((LastOrder(before_days=90), OrderCount(at_least=2), Consented(purpose="marketing", channel="email"))),
          "last_order_at < now() - interval '90 days' and orders >= 2 and 'marketing:email' = any(granted)"),
    Shape("mostly web", ChannelShare(channel_kinds=("web",), percent=60),
          "exists (select 1 from segments.mix where mix.person_id = person.person_id and channel_kind = 'web'"
          " and mix.orders * 100 >= person.orders * 60)"),
    Shape("a tree of five",
          AllOf((AnyOf((Bought(items=(item(7), item(8)), days=180), OrdersWorth(currency="EUR", at_least=50_000))),
                 Not(Bought(days=30)), Lives(countries=("ES", "IT"), postcodes=("28", "20")))),
          "(person_id in (select person_id from segments.bought where item_id in "
          f"('{item(7).uuid}', '{item(8).uuid}') and placed_at >= now() - interval '180 days')"
          " or person_id in (select person_id from segments.worth where currency = 'EUR' and amount >= 50000))"
          " and person_id not in (select person_id from segments.purchase where placed_at >= now() - interval '30 days')"
          " and country in ('ES', 'IT') and (postcode like '28%' or postcode like '20%')"),
)  # fmt: skip


async def bench(
    *, settings_url: str | None, data: Path, people: int, say: Callable[[str], None]
) -> report.Report:  # fmt: skip
    """Fill a database of its own with so many people and count them; it is dropped afterwards."""
    server = postgres.running(data_dir=data, database_url=settings_url, join=True)
    found = await asyncio.to_thread(server.__enter__)
    try:
        async with scratch_database(found.dsn) as url:
            await runtime.prepare(url)
            async with connect(url, connections_max=2, timeout_seconds=LIMIT_SECONDS) as database:
                await _fill(database, people, say)
                rows = [*await _counts(database, say), *await _asked_by_prices(database, people)]
            return report.Report("segments", {**report.machine(found.version), "people": people}, rows)
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def _fill(database: Database, people: int, say: Callable[[str], None]) -> None:
    say(f"filling in {people:,} people with {people * ORDERS_EACH:,} orders")
    sizes = {"$people": people, "$orders": ORDERS_EACH, "$lines": LINES_EACH, "$items": ITEMS}
    async with database.pool.acquire() as connection:
        indexes = await connection.fetch(INDEXES)
        for one in indexes:  # made again once all is in, which is several times faster
            await connection.execute(f"drop index segments.{one['indexname']}")
        for one in (*FILL, *(each["indexdef"] for each in indexes), *VACUUM):
            for name, size in sizes.items():
                one = one.replace(name, str(size))
            await connection.execute(one, timeout=LIMIT_SECONDS)


async def _counts(database: Database, say: Callable[[str], None]) -> list[report.Row]:
    rows = []
    async with database.pool.acquire() as connection:
        bare = await _p95(lambda: connection.fetchval("select count(*) from segments.person"))
    rows.append(report.rate("count(*) of everybody, p95", bare, unit="ms"))
    for shape in SHAPES:
        say(shape.name)
        async with database.pool.acquire() as connection:
            typed = f"select count(*) from segments.person where {shape.by_hand}"
            expected = await connection.fetchval(typed)
            by_hand = await _p95(lambda typed=typed, connection=connection: connection.fetchval(typed))  # type: ignore[misc]

        async def ask(shape: Shape = shape) -> int:
            async with database.read() as tx:
                return (await api.count(tx, condition=shape.condition)).people

        if (people := await ask()) != expected:
            raise AssertionError(f"{shape.name}: {people:,} people, typed by hand {expected:,}")
        rows.append(report.time(f"{shape.name} ({people:,}), p95", await _p95(ask), limit=by_hand + bare))
    return rows


async def _asked_by_prices(database: Database, people: int) -> list[report.Row]:
    """Ten segments, two of which stand on another."""
    async with database.transaction() as tx:
        for i, shape in enumerate(SHAPES):
            new = NewSegment(code=f"s{i}", name=shape.name, condition=shape.condition)
            await api.put(tx, new=new, expected_version=0, by=BY)
        both = AllOf((InSegment(code="s1"), InSegment(code="s3")))
        await api.put(tx, new=NewSegment(code="both", name="Both", condition=both), expected_version=0, by=BY)
    codes = ["both", *(f"s{i}" for i in range(len(SHAPES)))]
    rows = []
    for callers in (1, CALLERS):
        ids = [person(1 + i * (people // callers)) for i in range(callers)]

        async def ask(ids: list[CustomerId] = ids) -> None:
            async with database.read() as tx:
                await api.of(tx, customer_ids=ids, codes=codes)

        rows.append(report.rate(f"{len(codes)} segments asked of {callers}, p95", await _p95(ask), unit="ms"))
    return rows


async def _p95(work: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds within which 95 of 100 are done, after two that warm up."""
    times = []
    for i in range(REPEATS + 2):
        began = time.perf_counter()
        await work()
        if i >= 2:
            times.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(times, n=20)[-1]
