"""`portico bench place`: orders per second through HTTP, beside pgbench running the same statements.

Each order is a till sale of two lines, paid in cash, with an Idempotency-Key. The limit is what PostgreSQL's own
pgbench does with the very statements that one such order sends, one transaction each, over the same database and with
the same number of callers, right before. Server, database, pgbench and the load share the machine.
"""

import asyncio
import random
import statistics
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import msgspec

from portico.app import runtime
from portico.business import api as business
from portico.lab.bench import filling, load, recording, report, serving
from portico.lab.bench.shop import BenchShop, open_shop
from portico.orders.http import place_and_show
from portico.orders.store import PLACE
from portico.orders.types import Allotment, Method, OrderId, PlaceLine, PlaceOrder
from portico.payments.types import cash
from portico.platform import clock, idempotency, postgres
from portico.platform.db import Database, connect
from portico.platform.events import Hand
from portico.platform.http import json_bytes
from portico.platform.idempotency import Answer
from portico.pricing.types import LineItemId

CALLERS = (1, 16, 64)
GOALS = {16: 0.6, 64: 1.0}  # of pgbench, gathered
VARIANTS = 2000
SETTLING_SECONDS = 2  # pgbench's clients prepare their statements first
ROUNDS = 3
Statements = Sequence[tuple[str, Sequence[Any]]]
PLENTIFUL_CASH = 1_000_000
FEW_ORDERS = 10_000


async def bench(
    *, settings_url: str | None, data: Path, seconds: float, seed: int, orders: int, say: Callable[[str], None]
) -> report.Report:
    """Run all cases, `ROUNDS` times each in turn, and report medians. With `orders`, only what an order costs among
    `FEW_ORDERS` and among so many."""
    with tempfile.TemporaryDirectory(prefix="portico-bench-") as folder:
        server = postgres.running(data_dir=data, database_url=settings_url, join=True)
        found = await asyncio.to_thread(server.__enter__)
        try:
            async with scratch_database(found.dsn) as url:
                await runtime.prepare(url)
                async with connect(url, connections_max=2) as database:
                    shop = await open_shop(database, tills=max(CALLERS), variants=VARIANTS, seed=seed)
                    script = await write_script(database, shop, Path(folder), seed)
                if orders:
                    rows = await _among(url, shop, Path(folder), seconds, seed, orders, say)
                else:
                    rows = await _cases(url, shop, script, Path(folder), seconds, seed, say)
                return report.Report("place", report.machine(found.version), rows)
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)


@asynccontextmanager
async def scratch_database(url: str) -> AsyncIterator[str]:
    """A database of our own on that server, dropped afterwards."""
    name = f"portico_bench_{uuid4().hex[:12]}"
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f'create database "{name}"')
        try:
            yield url.replace(urlsplit(url).path, f"/{name}", 1) if "?" not in url else _renamed(url, name)
        finally:
            await connection.execute(f'drop database if exists "{name}" with (force)')
    finally:
        await connection.close()


def _renamed(url: str, name: str) -> str:
    head, _, tail = url.partition("?")
    return f"{head.rpartition('/')[0]}/{name}?{tail}"


async def write_script(database: Database, shop: BenchShop, folder: Path, seed: int) -> Path:
    """Record an order as the application sends it, and write it as a pgbench script.

    Every pgbench client sells at a till of its own, as every HTTP caller does; the items are drawn anew for each order.
    """
    draw = random.Random(seed)
    async with database.read() as tx:
        directory = await business.directory(tx)
    recorder = recording.Recorder(database.pool)
    # Once at every till, so that each drawer's account is there; and once more, which is the one that is kept.
    for i in [*range(len(shop.tills)), 0]:
        recorder.statements.clear()
        ask, key = _order(shop, draw, i), uuid4().hex
        one = idempotency.attempt(principal="bench", operation="POST", path="/v1/orders", key=key, body=b"{}")
        async with recorder.transaction() as tx:
            (view,) = await place_and_show(tx, [(ask, directory, "http://bench")])
            await idempotency.keep(tx, answers=[(one, Answer(201, json_bytes(view)))])
    statements = list(recorder.statements)
    await _number(database, shop)
    chosen = {
        line.variant_id.bytes: f"(select id from bench.variant where n = :v{i})" for i, line in enumerate(ask.lines, 1)
    }
    chosen[shop.tills[0].bytes] = "(select id from bench.till where n = :client_id)"
    drawn = recording.Drawn(ids=_new_ids(statements), texts=_new_texts(statements, key), chosen=chosen)
    half = len(shop.variants) // 2  # from two halves: an order has no item twice
    head = f"\\set v1 random(1, {half})\n\\set v2 random({half + 1}, {len(shop.variants)})"
    path = folder / "order.sql"
    path.write_text(recording.script(statements, await parameter_types(database, statements), drawn=drawn, head=head))
    return path


async def _number(database: Database, shop: BenchShop) -> None:
    """Number items and tills, so that a pgbench script can draw one: a look-up that slows pgbench a little."""
    async with database.pool.acquire() as connection:
        await connection.execute("create schema bench")
        for name, ids, first in (("variant", shop.variants, 1), ("till", shop.tills, 0)):
            await connection.execute(f"create table bench.{name} (n integer primary key, id uuid not null)")
            await connection.copy_records_to_table(
                name, schema_name="bench", records=[(i, one.uuid) for i, one in enumerate(ids, first)]
            )
        await connection.execute("analyze")


def _order(shop: BenchShop, draw: random.Random, i: int) -> PlaceOrder:
    lines = tuple(
        PlaceLine(LineItemId.new(), variant, (Allotment(Method.CARRY_OUT, shop.store, 1),))
        for variant in draw.sample(shop.variants, 2)
    )
    till = shop.tills[i % len(shop.tills)]
    by = Hand(
        actor=f"staff:{shop.cashier.uuid.hex}", actor_name="Bench", channel_id=shop.channel.uuid,
        location_id=shop.store.uuid, till_id=till.uuid,
    )  # fmt: skip
    return PlaceOrder(
        order_id=OrderId.new(), market_id=shop.market, lines=lines, by=by, occurred_at=clock.now(), language="en",
        tenders=cash(PLENTIFUL_CASH),
    )  # fmt: skip


async def parameter_types(database: Database, statements: Statements) -> list[list[str]]:
    async with database.pool.acquire() as connection:
        found = []
        for text, values in statements:
            types = (await connection.prepare(text)).get_parameters() if values else ()
            found.append([f"{one.name[:-2]}[]" if one.kind == "array" else one.name for one in types])
        return found


def _new_ids(statements: Statements) -> list[bytes]:
    """Ids that an order brings into the world, told by their kinds."""
    ids: dict[bytes, None] = {}
    for text, values in statements:
        if "insert into" in text:
            for value in values:
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, recording.NEW_KINDS):
                        ids[one.bytes] = None
    return list(ids)


def _new_texts(statements: Statements, key: str) -> list[str]:
    """The idempotency key, and the order's own codes."""
    values = next(values for text, values in statements if text == PLACE.text)
    named = dict(zip(PLACE.names, values, strict=True))
    return [key, *named["labels"], *named["link_tokens"]]


async def _cases(
    url: str, shop: BenchShop, script: Path, folder: Path, seconds: float, seed: int, say: Callable[[str], None]
) -> list[report.Row]:
    limits: dict[int, list[float]] = {callers: [] for callers in CALLERS}
    values: dict[tuple[bool, int], list[float]] = {
        (gather, callers): [] for gather in (True, False) for callers in CALLERS
    }
    latencies: dict[tuple[bool, int], list[float]] = {key: [] for key in values}
    for round_number in range(ROUNDS):
        for callers in CALLERS:
            limits[callers].append(
                await asyncio.to_thread(
                    pgbench, url, script, callers, seconds, seed * 1000 + round_number * 100 + callers
                )
            )
            say(f"pgbench, {callers} callers: {limits[callers][-1]:,.0f} orders/s")
        for gather in (True, False):
            async with serving.server(url, folder, gather=gather) as (port, _):
                for callers in CALLERS:
                    done, took = await _through_http(port, shop, callers, seconds, f"{seed} {round_number} {gather}")
                    values[gather, callers].append(done)
                    latencies[gather, callers] += took
                    say(f"HTTP, {'gathered' if gather else 'one by one'}, {callers} callers: {done:,.0f} orders/s")
    rows = [
        report.rate(f"pgbench, {callers} callers", statistics.median(limits[callers]), unit="orders/s")
        for callers in CALLERS
    ]
    for (gather, callers), found in values.items():
        case = f"HTTP, {'gathered' if gather else 'one by one'}, {callers} callers"
        goal = GOALS.get(callers) if gather else None
        limit = statistics.median(limits[callers])
        rows.append(report.rate(case, statistics.median(found), unit="orders/s", limit=limit, goal=goal))
    for (gather, callers), took in latencies.items():
        case = f"HTTP, {'gathered' if gather else 'one by one'}, {callers} callers, p95"
        rows.append(report.Row(case, round(statistics.quantiles(took, n=20)[-1] * 1000, 1), "ms"))
    return rows


async def _among(
    url: str, shop: BenchShop, folder: Path, seconds: float, seed: int, orders: int, say: Callable[[str], None]
) -> list[report.Row]:
    """What an order costs among few and among many: by the clock, gathered and alone, and in seconds of the database's CPU.

    CPU is the better measure where others use the machine.
    """
    connection = await asyncpg.connect(url)
    order_id = await connection.fetchval('select id from orders."order" limit 1')
    await connection.close()
    costs: list[dict[str, float]] = []
    for before, many in ((0, FEW_ORDERS), (FEW_ORDERS, orders)):
        await filling.fill(url, order_id=order_id, before=before, orders=many, say=say)
        found: dict[str, list[float]] = {}
        async with serving.server(url, folder) as (port, _):
            for i in range(ROUNDS):
                for callers in (1, max(CALLERS)):
                    used = serving.database_seconds(url)
                    done, took = await _through_http(port, shop, callers, seconds, f"{seed} {many} {i}")
                    spent = (serving.database_seconds(url) - used) / (len(took) * (1 + min(1.0, seconds) / seconds))
                    found.setdefault(f"{callers} callers, ms", []).append(1000 / done)
                    found.setdefault(f"{callers} callers, database CPU ms", []).append(spent * 1000)
                    say(
                        f"among {many:,}, {callers} callers: {done:,.0f} orders/s, {spent * 1000:.2f} ms of database CPU each"
                    )
        costs.append({name: statistics.median(values) for name, values in found.items()})
    few, much = costs
    return [
        report.time(
            f"an order among {orders:,} beside {FEW_ORDERS:,}, {name}",
            much[name],
            limit=few[name],
            goal=round(1 / 1.2, 3),
        )
        for name in few
    ]


def pgbench(url: str, script: Path, callers: int, seconds: float, seed: int) -> float:
    """Transactions per second of the script, once its clients have settled. Raises where pgbench is missing or fails."""
    program = postgres.find_binaries(postgres.Choice.AUTO).bin_dir / "pgbench"
    words = [str(program), "--no-vacuum", "--protocol=prepared", f"--client={callers}", f"--jobs={min(callers, 2)}"]
    words += [f"--time={SETTLING_SECONDS + max(1, round(seconds))}", f"--random-seed={seed}", "--progress=1"]
    done = subprocess.run([*words, f"--file={script}", url], capture_output=True, text=True, check=False)
    rates = [
        float(line.split(" s, ")[1].split()[0]) for line in done.stderr.splitlines() if line.startswith("progress: ")
    ]
    if done.returncode or len(rates) <= SETTLING_SECONDS:
        raise RuntimeError(f"pgbench failed: {(done.stderr or done.stdout)[-2000:]}")
    return statistics.fmean(rates[SETTLING_SECONDS:])


async def _through_http(
    port: int, shop: BenchShop, callers: int, seconds: float, seed: str
) -> tuple[float, list[float]]:
    requests = [_requests(shop, port, i, random.Random(f"{seed} {callers} {i}")) for i in range(callers)]
    await load.run("127.0.0.1", port, callers=requests, seconds=min(1.0, seconds))  # warm
    done, seen = await load.run("127.0.0.1", port, callers=requests, seconds=seconds)
    if set(seen.statuses) != {201}:
        raise RuntimeError(f"not every order was placed: {dict(seen.statuses)}; one answer was {seen.odd!r}")
    return done, seen.latencies


def _requests(shop: BenchShop, port: int, i: int, draw: random.Random) -> Callable[[], bytes]:
    """What one caller sends: a new order of two random items each time, from a till of its own."""
    head = (
        f"POST /v1/orders HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nPortico-Channel: pos\r\n"
        f"Cookie: portico_staff={shop.sessions[i]}\r\n"
    )
    store = str(shop.store)

    def request() -> bytes:
        lines = [{"variant_id": str(one), "quantity": 1, "location_id": store} for one in draw.sample(shop.variants, 2)]
        body = msgspec.json.encode({"lines": lines, "cash": {"tendered": PLENTIFUL_CASH}})
        key = f"Idempotency-Key: {draw.getrandbits(128):032x}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + key.encode() + body

    return request
