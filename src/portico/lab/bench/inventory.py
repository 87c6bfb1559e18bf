"""`portico bench inventory`: reserving and asking among millions of stock rows, and feeding a million more.

Reserving is the hot command itself, gathered, beside pgbench running the very statements of one such reservation, one
transaction each, over the same rows. Availability is beside a bare asyncpg call of the same SQL.
"""

import asyncio
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg
import msgspec

from portico.app import runtime
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.store import stock
from portico.inventory.types import Granted, LotNotThere, OutOfStock, ReservationId, Want, WantLine
from portico.lab.bench import recording, report, sourcing
from portico.lab.bench.place import parameter_types, pgbench, scratch_database
from portico.orders.types import OrderId
from portico.platform import clock, postgres
from portico.platform.db import Database, Query, connect
from portico.platform.events import EventId, Hand
from portico.platform.gather import Gather
from portico.pricing.types import LineItemId

CALLERS = 64
LOCATIONS = 50
ROUNDS = 3
UNITS = 1_000_000_000
FEW_ROWS = 100_000
ASKED_VARIANTS, ASKED_LOCATIONS = 50, 20
WARMING, ASKED_TIMES = 20, 200
FEED_LOCATIONS = 50
BY = Hand(actor="system:bench", actor_name="Bench")

# Ids are their numbers, so that pgbench can draw one without looking it up.
_ID = "('00000000-0000-7000-8000-' || lpad(to_hex({}), 12, '0'))::uuid"


def variant(number: int) -> VariantId:
    return VariantId(_numbered(number))


def location(number: int) -> LocationId:
    return LocationId(_numbered(number))


def _numbered(number: int) -> bytes:
    return bytes.fromhex(f"00000000000070008000{number:012x}")


async def bench(
    *, settings_url: str | None, data: Path, seconds: float, seed: int, rows: int, feed_rows: int,
    say: Callable[[str], None],
) -> report.Report:  # fmt: skip
    """All cases, medians of `ROUNDS`. `rows` stock rows, `feed_rows` rows of a stock file."""
    server = postgres.running(data_dir=data, database_url=settings_url, join=True)
    found = await asyncio.to_thread(server.__enter__)
    try:
        with tempfile.TemporaryDirectory(prefix="portico-bench-") as folder:
            done = await _feed(found.dsn, Path(folder), feed_rows, say)
            async with scratch_database(found.dsn) as few_url, scratch_database(found.dsn) as url:
                await _fill(few_url, FEW_ROWS, say)
                await _fill(url, rows, say)
                async with connect(few_url, connections_max=2) as few, connect(url, connections_max=8) as database:
                    done += await _availability(database, rows, few, seed, say)
                    done += await _reserving(database, url, Path(folder), rows, seconds, seed, say)
                    plan = await _plan_for_a_billion(database, rows, seed)
            done += await sourcing.rows(found.dsn, seed=seed, say=say)
        return report.Report("inventory", report.machine(found.version), done, [plan])
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


async def _fill(url: str, rows: int, say: Callable[[str], None]) -> None:
    """Stock rows in the order in which stock files and receiving write them: variant by variant."""
    began = time.perf_counter()
    await runtime.prepare(url)
    connection = await asyncpg.connect(url)
    try:
        variants = max(1, rows // LOCATIONS)
        await connection.execute(
            f"""
            insert into inventory.stock (variant_id, location_id, on_hand)
            select {_ID.format(f"(n / {LOCATIONS} + 1)")}, {_ID.format(f"(n % {LOCATIONS} + 1)")}, {UNITS}
            from generate_series(0::bigint, {variants * LOCATIONS - 1}) as n
            """
        )
        await connection.execute("vacuum analyze inventory.stock")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    say(f"{rows:,} stock rows made in {time.perf_counter() - began:.0f} s")


def _want(draw: random.Random, rows: int, *, hot: bool = False) -> Want:
    variants = [1, 2] if hot else draw.sample(range(1, max(3, rows // LOCATIONS + 1)), 2)
    at = [1, 1] if hot else [draw.randint(1, LOCATIONS) for _ in variants]
    lines = tuple(
        WantLine(LineItemId.new(), variant(v), location(place), 1, take=False)
        for v, place in zip(variants, at, strict=True)
    )
    return Want(holder=OrderId.new(), lines=lines, by=BY, occurred_at=clock.now())


async def _reserving(
    database: Database, url: str, folder: Path, rows: int, seconds: float, seed: int, say: Callable[[str], None]
) -> list[report.Row]:
    script = await _script(database, folder, rows, seed)
    limits, distinct, hot = list[float](), list[float](), list[float]()
    for i in range(ROUNDS):
        limits.append(await asyncio.to_thread(pgbench, url, script, CALLERS, seconds, seed * 100 + i))
        distinct.append(await _reserve(database, rows, seconds, f"{seed} {i}", hot=False))
        hot.append(await _reserve(database, rows, seconds, f"{seed} {i}", hot=True))
        say(f"reserve: pgbench {limits[-1]:,.0f}/s, gathered {distinct[-1]:,.0f}/s, one hot row {hot[-1]:,.0f}/s")
    limit, apart, shared = statistics.median(limits), statistics.median(distinct), statistics.median(hot)
    name = f"reserve 2 lines among {rows:,} rows, {CALLERS} callers"
    return [
        report.rate(f"{name}, pgbench", limit, unit="wants/s"),
        report.rate(f"{name}, distinct rows", apart, unit="wants/s", limit=limit, goal=1.0),
        report.rate(f"{name}, two hot rows", shared, unit="wants/s", limit=apart, goal=0.8),
    ]


async def _script(database: Database, folder: Path, rows: int, seed: int) -> Path:
    """One reservation as the application sends it, for pgbench to repeat with other rows each time."""
    draw = random.Random(seed)
    want = _want(draw, rows)
    recorder = recording.Recorder(database.pool)
    async with recorder.transaction() as tx:
        await api.allocate(tx, wants=[want])
    statements = list(recorder.statements)
    new = [want.holder.bytes, *(one.line_id.bytes for one in want.lines)]
    for _, values in statements:
        for value in values:
            new += [
                one.bytes
                for one in (value if isinstance(value, list) else [value])
                if isinstance(one, EventId | ReservationId)
            ]
    chosen = {}
    for i, line in enumerate(want.lines, 1):
        chosen[line.variant_id.bytes] = _ID.format(f":v{i}::bigint")
        chosen[line.location_id.bytes] = _ID.format(f":l{i}::bigint")
    half = max(1, rows // LOCATIONS // 2)
    head = "\n".join(
        f"\\set v{i} random({(i - 1) * half + 1}, {i * half})\n\\set l{i} random(1, {LOCATIONS})" for i in (1, 2)
    )
    drawn = recording.Drawn(ids=new, texts=[], chosen=chosen)
    path = folder / "reserve.sql"
    path.write_text(recording.script(statements, await parameter_types(database, statements), drawn=drawn, head=head))
    return path


async def _reserve(database: Database, rows: int, seconds: float, seed: str, *, hot: bool) -> float:
    """Reservations per second of `CALLERS` callers, each waiting for its answer, gathered."""

    async def run(wants: Sequence[Want]) -> Sequence[Granted | OutOfStock | LotNotThere]:
        async with database.transaction() as tx:
            return await api.allocate(tx, wants=wants)

    gather: Gather[Want, Granted | OutOfStock | LotNotThere] = Gather(run, batch_max=128, writers=2)
    until, done = time.perf_counter() + seconds, 0

    async def caller(i: int) -> None:
        nonlocal done
        draw = random.Random(f"{seed} {i}")
        while time.perf_counter() < until:
            answer = await gather(_want(draw, rows, hot=hot))
            if not isinstance(answer, Granted):
                raise RuntimeError(f"refused: {answer}")
            done += 1

    began = time.perf_counter()
    await asyncio.gather(*(caller(i) for i in range(CALLERS)))
    return done / (time.perf_counter() - began)


async def _availability(
    database: Database, rows: int, few: Database, seed: int, say: Callable[[str], None]
) -> list[report.Row]:
    """What a channel may promise of 50 items at 20 places: among many rows, among few, and by a bare call of the same SQL.

    The three take turns, so that all of them meet the machine as it is. Medians.
    """
    draw = random.Random(seed)
    query: Query[object] = stock.SHELVES  # type: ignore[assignment]  # its rows are not looked at

    def asked(among: int) -> tuple[list[VariantId], list[LocationId]]:
        variants = draw.sample(range(1, among // LOCATIONS + 1), ASKED_VARIANTS)
        places = draw.sample(range(1, LOCATIONS + 1), ASKED_LOCATIONS)
        return [variant(one) for one in variants], [location(one) for one in places]

    async def through_api(of: Database, among: int) -> None:
        variants, places = asked(among)
        async with of.read() as tx:
            await api.promisable(tx, variant_ids=variants, location_ids=places, channel_id=None)

    async with database.pool.acquire() as connection:
        statement = await connection.prepare(query.text)

        async def bare() -> None:
            variants, places = asked(rows)
            given = {
                "variant_ids": variants, "location_ids": places, "everywhere": False, "now": clock.now(),
                "today": clock.now().date(),
            }  # fmt: skip
            await statement.fetch(*query.arguments(given))

        calls: list[Callable[[], Awaitable[None]]] = [
            lambda: through_api(database, rows), lambda: through_api(few, FEW_ROWS), bare,
        ]  # fmt: skip
        took: list[list[float]] = [[] for _ in calls]
        for i in range(WARMING + ASKED_TIMES):
            for call, times in zip(calls, took, strict=True):
                began = time.perf_counter()
                await call()
                if i >= WARMING:
                    times.append((time.perf_counter() - began) * 1000)
    among_many, among_few, by_itself = (statistics.median(times) for times in took)
    say(f"availability: {among_many:.2f} ms, among few rows {among_few:.2f} ms, bare {by_itself:.2f} ms")
    name = f"availability of {ASKED_VARIANTS} items x {ASKED_LOCATIONS} locations, {rows:,} rows"
    return [
        report.time(f"{name}, beside bare asyncpg", among_many, limit=by_itself, goal=round(1 / 3, 3)),
        report.time(f"{name}, beside {FEW_ROWS:,} rows", among_many, limit=among_few, goal=round(1 / 1.2, 3)),
    ]


BILLION = 1_000_000_000
LONG = re.compile(r"\{[^}]{80,}\}")  # the ids asked for, in a plan


async def _plan_for_a_billion(database: Database, rows: int, seed: int) -> report.Plan:
    """How PostgreSQL would look up availability among a billion stock rows: planned, not run, on the table as it is with its
    statistics made so many times as large. Nothing of it is kept."""
    draw = random.Random(seed)
    variants = [variant(one) for one in draw.sample(range(1, rows // LOCATIONS + 1), ASKED_VARIANTS)]
    places = [location(one) for one in draw.sample(range(1, LOCATIONS + 1), ASKED_LOCATIONS)]
    given = {
        "variant_ids": variants, "location_ids": places, "everywhere": False, "now": clock.now(),
        "today": clock.now().date(),
    }  # fmt: skip
    async with database.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            # Statistics are of relative frequencies but for distinct values, which are per variant: -1/LOCATIONS of all rows.
            await connection.execute(
                "update pg_class set reltuples = reltuples * $1, relpages = (relpages * $1)::int"
                " where oid in ('inventory.stock'::regclass, 'inventory.stock_pkey'::regclass)",
                BILLION / rows,
            )
            lines = await connection.fetch(f"explain {stock.SHELVES.text}", *stock.SHELVES.arguments(given))
        finally:
            await transaction.rollback()
    return report.Plan(
        f"availability of {ASKED_VARIANTS} items x {ASKED_LOCATIONS} locations among {BILLION:,} rows",
        [LONG.sub("{...}", line[0]) for line in lines],
    )


async def _feed(dsn: str, folder: Path, rows: int, say: Callable[[str], None]) -> list[report.Row]:
    """`portico import stock` as a process of its own: seconds and megabytes, on an empty and on a full table."""
    async with scratch_database(dsn) as url:
        await runtime.prepare(url)
        await _catalog(url, rows // FEED_LOCATIONS)
        found = []
        for name, quantity in (("first", 7), ("again, all changed", 9)):
            path = folder / f"stock-{quantity}.csv"
            with path.open("w") as file:
                file.write("sku,location,quantity\n")
                for v in range(1, rows // FEED_LOCATIONS + 1):
                    file.writelines(f"SKU-{v},L{place},{quantity}\n" for place in range(1, FEED_LOCATIONS + 1))
            began = time.perf_counter()
            words = [sys.executable, "-m", "portico", "import", "stock", str(path), "--json", "--database-url", url]
            done = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, check=False)
            took = time.perf_counter() - began
            told = msgspec.json.decode(done.stdout or "{}")
            if done.returncode or told.get("imported") != rows:
                raise RuntimeError(f"the feed failed: {done.stdout[-500:]} {done.stderr[-2000:]}")
            say(f"feed of {rows:,} rows, {name}: {took:.1f} s")
            found.append(
                report.time(f"feed of {rows:,} rows, {name}", took, unit="s", limit=30 * rows / 1_000_000, goal=1.0)
            )
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        found.append(report.time(f"feed of {rows:,} rows, memory", peak, unit="MiB", limit=500.0, goal=1.0))
        return found


async def _catalog(url: str, variants: int) -> None:
    """A market, its locations, and as many variants, by their numbers."""
    from portico.lab.bench.shop import open_chain

    async with connect(url, connections_max=2) as database:
        await open_chain(database, variants=variants, locations=FEED_LOCATIONS)
