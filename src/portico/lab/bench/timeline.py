"""`portico bench timeline`: a page of a person's timeline among millions of facts.

The log is filled by COPY with facts as the rooms announce them: orders, baskets, returns, documents, consents, letters, through
several channels. People are unlike: the first of them has thousands of times the facts of the last, as a shop's oldest customers
have. Whose page is asked for is drawn by facts, so that those with long stories are asked for most. Every page has its sentences,
its labels looked up and its items named. The goal is 20 ms for 95 of 100.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import msgspec

from portico.app import readers, runtime
from portico.business import api as business
from portico.business.api import Directory
from portico.carts.events import CartChanged
from portico.carts.types import CartId, ChangeKind
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.documents.events import DocumentIssued
from portico.documents.types import DocumentId, DocumentType
from portico.fulfillment.types import FulfillmentId
from portico.insights import api
from portico.insights.api import Asked, Reader
from portico.insights.types import TouchKind
from portico.lab.bench import report, serving
from portico.lab.bench.place import scratch_database
from portico.lab.bench.shop import BenchShop, open_shop
from portico.orders.events import OrderHandedOver, OrderPaid, OrderPlaced, OrderShipped
from portico.orders.types import Method, OrderId
from portico.platform import postgres
from portico.platform.auth import api as auth
from portico.platform.db import Database, connect
from portico.platform.events import Fact, Hand
from portico.platform.ids import encode_hook
from portico.privacy.events import ConsentChanged, MessageQueued

GOAL_MS = 20.0
FACTS_EACH = 50  # of a person, on average
SKEW = 3  # people are drawn by the cube of a chance: the first has about a sixtieth of all facts among 200,000
PAGES = 2_000
WEB_PAGES = 500
BLOCK = 20_000
COLUMNS = (
    "generation", "event_id", "type", "subject", "topics", "customer_id", "channel_id", "actor", "request_id", "occurred_at",
    "offset_minutes", "recorded_at", "body",
)  # fmt: skip
INDEXES = ("fact_place", "fact_customer", "fact_subject")
SINCE = datetime(2024, 11, 1, tzinfo=UTC)
LASTS = timedelta(days=730)

NOBODY, NO_CUSTOMER = UUID(int=0), CustomerId(bytes(16))


async def bench(
    *, settings_url: str | None, data: Path, seed: int, events: int, say: Callable[[str], None]
) -> report.Report:
    """Fill, and read pages in every way a face reads them."""
    with tempfile.TemporaryDirectory(prefix="portico-bench-") as folder:
        server = postgres.running(data_dir=data, database_url=settings_url, join=True)
        found = await asyncio.to_thread(server.__enter__)
        try:
            async with scratch_database(found.dsn) as url:
                await runtime.prepare(url)
                async with connect(url, connections_max=2) as database:
                    shop = await open_shop(database, tills=1, variants=200, seed=seed)
                    people = await _people(database, max(3, events // FACTS_EACH), shop)
                    filled = await _fill(url, shop, people, events, seed, say)
                    rows = await _cases(database, people, seed, say)
                rows += await _over_http(url, Path(folder), people, seed, say)
                return report.Report("timeline", report.machine(found.version), [filled, *rows])
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)


async def _people(database: Database, count: int, shop: BenchShop) -> list[CustomerId]:
    """So many ids; the records of the first few are there, for the routes that look them up."""
    by = Hand(actor="system:bench", actor_name="Bench", channel_id=shop.channel.uuid)
    async with database.transaction() as tx:
        made = [(await customers.create(tx, new=NewCustomer(given_name=f"N{i}"), by=by)).id for i in range(100)]
    return made + [CustomerId.new() for _ in range(count - len(made))] if count > len(made) else made[:count]


def _kinds(shop: BenchShop, directory: Directory) -> list[tuple[Fact, int]]:
    """A fact of each kind with how often it comes, as rooms announce them; ids that differ from one to the next are zeros."""
    channel = next(iter(directory.channels.values())).id.uuid
    own = Hand(
        actor="customer:" + "0" * 32, actor_name="Somebody Here", channel_id=channel, request_id="0123456789abcdef"
    )
    staff = Hand(
        actor=f"staff:{shop.cashier.bytes.hex()}", actor_name="Bench", channel_id=channel, location_id=shop.store.uuid,
        till_id=shop.tills[0].uuid, request_id="0123456789abcdef",
    )  # fmt: skip
    order, cart, at, who = OrderId(bytes(16)), CartId(bytes(16)), SINCE, NO_CUSTOMER
    variant = shop.variants[0]
    return [
        (CartChanged(subject=cart, by=own, occurred_at=at, customer_id=who, version=3, kind=ChangeKind.ADDED, variant_id=variant, to_quantity=1), 30),
        (CartChanged(subject=cart, by=own, occurred_at=at, customer_id=who, version=4, kind=ChangeKind.REMOVED, variant_id=variant), 8),
        (OrderPlaced(subject=order, by=own, occurred_at=at, customer_id=who, label="ABCD-2345", total=4990, currency="EUR", lines=2, language="es"), 12),
        (OrderPaid(subject=order, by=staff, occurred_at=at, customer_id=who, amount=4990, currency="EUR"), 12),
        (OrderHandedOver(subject=order, by=staff, occurred_at=at, customer_id=who, location_id=shop.store, lines=()), 6),
        (OrderShipped(subject=order, by=staff, occurred_at=at, customer_id=who, fulfillment_id=FulfillmentId(bytes(16)), location_id=shop.store, method=Method.SHIP, lines=()), 6),
        (DocumentIssued(subject=DocumentId(bytes(16)), by=staff, occurred_at=at, customer_id=who, order_id=order, type=DocumentType.RECEIPT, number="T-S1-2026-000001", entity="bench", series="T-S1", position=1, hash="0" * 64), 12),
        (MessageQueued(subject=who, by=staff, occurred_at=at, customer_id=who, purpose="service", channel="email", kind="order.placed"), 12),
        (ConsentChanged(subject=who, by=own, occurred_at=at, customer_id=who, purpose="marketing", channel="email", granted=True, source="web"), 2),
    ]  # fmt: skip


async def _fill(
    url: str, shop: BenchShop, people: Sequence[CustomerId], events: int, seed: int, say: Callable[[str], None]
) -> report.Row:
    """Write the log by COPY; its indexes are made afterwards."""
    async with connect(url, connections_max=2) as database, database.read() as tx:
        directory = await business.directory(tx)
    kinds = _kinds(shop, directory)
    templates = [
        (
            one.type_name,
            str(one.subject).partition("_")[0],
            one.by,
            msgspec.json.encode(one, enc_hook=encode_hook).decode(),
        )
        for one, _ in kinds
    ]
    began = time.perf_counter()
    connection = await asyncpg.connect(url)
    try:
        again = [
            await connection.fetchval("select pg_get_indexdef(to_regclass($1))", f"platform.{one}") for one in INDEXES
        ]
        for one in INDEXES:
            await connection.execute(f"drop index platform.{one}")
        await connection.copy_to_table(
            "fact", schema_name="platform", columns=COLUMNS,
            source=_lines(templates, [often for _, often in kinds], people, events, seed),
        )  # fmt: skip
        copied = time.perf_counter() - began
        say(f"{events:,} facts of {len(people):,} people copied in {copied:.0f} s")
        await connection.execute("set maintenance_work_mem = '1GB'")
        for text in again:
            await connection.execute(text)
        # Readers have read it all long ago.
        await connection.execute(
            "insert into platform.reader (name, generation, xid, id) "
            "select name, 1, pg_current_xact_id(), (select max(id) from platform.fact) from unnest($1::text[]) as reader (name)",
            [one.name for one in readers.readers()],
        )
        await connection.execute("vacuum analyze platform.fact")
        await connection.execute("checkpoint")
    finally:
        await connection.close()
    seconds = time.perf_counter() - began
    say(f"filled in {seconds:.0f} s, indexes and all")
    return report.Row("filling", round(seconds, 1), "s")


async def _lines(
    templates: Sequence[tuple[str, str, Hand, str]],
    often: Sequence[int],
    people: Sequence[CustomerId],
    events: int,
    seed: int,
) -> AsyncIterator[bytes]:
    """Rows of the log in COPY's text form. A real log is written as things happen: so is this, evenly over two years."""
    draw = random.Random(seed)
    weights = list(range(len(templates)))
    zeros = "0" * 32
    for start in range(0, events, BLOCK):
        lines = []
        for n in range(start, min(start + BLOCK, events)):
            name, prefix, by, body = templates[draw.choices(weights, often)[0]]
            who = people[int(len(people) * draw.random() ** SKEW)].bytes.hex()
            subject = who if prefix == "cus" else f"{draw.getrandbits(128):032x}"
            at = (SINCE + LASTS * (n / events)).isoformat()
            told = body.replace(f"cus_{zeros}", f"cus_{who}").replace(f"{prefix}_{zeros}", f"{prefix}_{subject}")
            told = told.replace(f"{OrderId.prefix}_{zeros}", f"{OrderId.prefix}_{draw.getrandbits(128):032x}")
            actor = f"customer:{who}" if by.actor.startswith("customer") else by.actor
            told = told.replace(by.actor, actor)
            lines.append(
                f"1\t{draw.getrandbits(128):032x}\t{name}\t{prefix}_{subject}\t{{{prefix}_{subject},cus_{who}}}\t{who}\t"
                f"{by.channel_id}\t{actor}\t{by.request_id}\t{at}\t60\t{at}\t{told}\n"
            )
        yield "".join(lines).encode()


# ---------------------------------------------------------------------------------------------------------- reading


async def _cases(
    database: Database, people: Sequence[CustomerId], seed: int, say: Callable[[str], None]
) -> list[report.Row]:
    async with database.read() as tx:
        directory = await business.directory(tx)
    reader = Reader("es", tuple(api.TOLD))
    draw = random.Random(seed)

    def somebody() -> CustomerId:
        return people[int(len(people) * draw.random() ** SKEW)]

    async def page(whose: Sequence[CustomerId], asked: Asked) -> str | None:
        async with database.read() as tx:
            return (await api.timeline(tx, people=whose, reader=reader, directory=directory, asked=asked)).next_cursor

    async def later() -> None:
        cursor = await page([people[0]], Asked())
        for _ in range(20):
            cursor = await page([people[0]], Asked(cursor=cursor))

    consents = Asked(kinds=(TouchKind.CONSENT,))
    cases: list[tuple[str, Callable[[], Awaitable[object]], int]] = [
        ("first page of somebody", lambda: page([somebody()], Asked()), PAGES),
        ("first page of whoever has most", lambda: page([people[0]], Asked()), PAGES // 4),
        ("of three records", lambda: page([somebody(), somebody(), people[0]], Asked()), PAGES // 4),
        ("only consents of somebody", lambda: page([somebody()], consents), PAGES // 2),
        ("only consents of whoever has most", lambda: page([people[0]], consents), PAGES // 4),
    ]
    rows = []
    for name, ask, times in cases:
        rows += _row(name, await _timed(ask, times), say)
    await later()  # a story is read on from where it was, page by page
    rows += _row("twenty pages on, each", [one / 20 for one in await _timed(later, 20)], say)
    return rows


async def _timed(ask: Callable[[], Awaitable[object]], times: int) -> list[float]:
    for _ in range(20):
        await ask()
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - began) * 1000)
    return taken


def _row(name: str, taken: Sequence[float], say: Callable[[str], None]) -> list[report.Row]:
    cut = statistics.quantiles(taken, n=100)
    say(f"{name}: median {cut[49]:.1f} ms, 95 of 100 within {cut[94]:.1f} ms, 99 within {cut[98]:.1f} ms")
    return [report.time(f"{name}, 95 of 100", cut[94], limit=GOAL_MS, goal=1.0)]


async def _over_http(
    url: str, folder: Path, people: Sequence[CustomerId], seed: int, say: Callable[[str], None]
) -> list[report.Row]:
    """The same page from a server, who looked kept and all, one caller; of the hundred who have most."""
    async with connect(url, connections_max=2) as database, database.transaction() as tx:
        _, token = await auth.add_token(tx, name="bench", scopes=sorted({one.permission for one in api.TOLD.values()}))
    draw = random.Random(seed)
    async with (
        serving.server(url, folder) as (port, _),
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60
        ) as client,
    ):

        async def ask() -> None:
            whose = people[draw.randrange(min(100, len(people)))]
            (
                await client.get(f"/v1/customers/{whose}/timeline", headers={"Cache-Control": "no-cache"})
            ).raise_for_status()

        return _row("first page over HTTP, who looked kept", await _timed(ask, WEB_PAGES), say)
