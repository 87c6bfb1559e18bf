"""`portico bench shop`: the four jobs that open commerce platforms were measured on, through the public API over HTTP.

A lists 20 items with prices, B asks for the stock of one item, C buys: from an empty basket to an order that is placed and
paid (one item, cash at a till, `POST /v1/purchases` with an Idempotency-Key), D is the rush: 200 buyers on 50 units, in three
forms. Each answer is read and its status checked, and one in fifty is decoded. Server, worker, database and load share the
machine. Goals are absolute; the best open platform's figure on such a machine is the limit that each row is beside.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import psutil

from portico.app import runtime
from portico.lab.bench import load, report, rush, serving
from portico.lab.bench.place import PLENTIFUL_CASH, scratch_database
from portico.lab.bench.shop import BenchShop, open_shop
from portico.platform import postgres
from portico.platform.db import connect

ITEMS = 2000
PAGES = 20  # of 20 items each, drawn evenly
ROUNDS = 3
CALLERS_FEW, CALLERS_MANY = 8, 64
# The best figure of any open platform measured so far, and what this one is to reach.
PEER_LIST, GOAL_LIST = 391.0, 3_900.0
PEER_STOCK, GOAL_STOCK = 860.0, 4_300.0
PEER_BUY, GOAL_BUY_FEW, GOAL_BUY_MANY = 22.5, 225.0, 1_000.0
PEER_ALONE_MS = 69.0
MEMORY_MIB_MAX, FIRST_ORDER_SECONDS_MAX = 250.0, 2.0
REFERENCE = "best open platform"

Request = Callable[[], bytes]


async def bench(
    *, settings_url: str | None, data: Path, seconds: float, seed: int, say: Callable[[str], None]
) -> report.Report:
    """All jobs, medians of `ROUNDS`."""
    with tempfile.TemporaryDirectory(prefix="portico-bench-") as folder:
        server = postgres.running(data_dir=data, database_url=settings_url, join=True)
        found = await asyncio.to_thread(server.__enter__)
        try:
            async with scratch_database(found.dsn) as url:
                await runtime.prepare(url)
                async with connect(url, connections_max=2) as database:
                    shop = await open_shop(database, tills=CALLERS_MANY, variants=ITEMS, seed=seed)
                rows = [await _first_order(url, Path(folder), shop, seed)]
                rows += await _jobs(url, Path(folder), shop, seconds, seed, say)
                rows += await rush.rows(url, Path(folder), shop, say)
            return report.Report("shop", report.machine(found.version), rows)
        finally:
            await asyncio.to_thread(server.__exit__, None, None, None)


async def _first_order(url: str, folder: Path, shop: BenchShop, seed: int) -> report.Row:
    """From starting the process, on a database that is there, to the first order's answer."""
    began = time.perf_counter()
    async with serving.server(url, folder) as (port, _):
        await _once(port, _purchases(shop, port, 0, random.Random(f"first {seed}")), expect=201)
        took = time.perf_counter() - began
    return report.time("first order after the start", took, unit="s", limit=FIRST_ORDER_SECONDS_MAX, goal=1.0)


async def _jobs(
    url: str, folder: Path, shop: BenchShop, seconds: float, seed: int, say: Callable[[str], None]
) -> list[report.Row]:
    lists, fresh, stocks, few, many = list[float](), list[float](), list[float](), list[float](), list[float]()
    alone: list[float] = []
    async with serving.server(url, folder) as (port, pid):
        cursors = await _cursors(port)
        for i in range(ROUNDS):
            draw = random.Random(f"{seed} {i}")

            def callers(
                make: Callable[[int, random.Random], Request], count: int, of: random.Random = draw
            ) -> list[Request]:
                return [make(one, random.Random(of.random())) for one in range(count)]

            pages = callers(lambda _, own: _get(port, lambda: _page(own.choice(cursors))), CALLERS_FEW)
            lists.append((await _load(port, pages, seconds, expect=200))[0])
            asked = callers(lambda _, own: _get(port, lambda: _page(own.choice(cursors)), fresh=True), CALLERS_FEW)
            fresh.append((await _load(port, asked, seconds, expect=200))[0])
            stock = callers(lambda _, own: _get(port, lambda: _stock(own.choice(shop.variants), shop)), CALLERS_FEW)
            stocks.append((await _load(port, stock, seconds, expect=200))[0])
            one = callers(lambda n, own: _purchases(shop, port, n, own), 1)
            alone += (await _load(port, one, seconds / 2, expect=201))[1]
            few.append(
                (
                    await _load(
                        port, callers(lambda n, own: _purchases(shop, port, n, own), CALLERS_FEW), seconds, expect=201
                    )
                )[0]
            )
            many.append(
                (
                    await _load(
                        port, callers(lambda n, own: _purchases(shop, port, n, own), CALLERS_MANY), seconds, expect=201
                    )
                )[0]
            )
            say(
                f"list {lists[-1]:,.0f}/s (always read anew {fresh[-1]:,.0f}/s), stock {stocks[-1]:,.0f}/s, "
                f"bought {few[-1]:,.0f}/s by {CALLERS_FEW}, {many[-1]:,.0f}/s by {CALLERS_MANY}"
            )
        memory = _memory(pid)
    middle = statistics.median
    return [
        _goal(f"A list 20 items with prices, {CALLERS_FEW} callers", middle(lists), "lists/s", PEER_LIST, GOAL_LIST),
        report.rate(f"A the same, each read anew, {CALLERS_FEW} callers", middle(fresh), unit="lists/s", limit=PEER_LIST),
        _goal(f"B stock of one of {ITEMS} items, {CALLERS_FEW} callers", middle(stocks), "answers/s", PEER_STOCK, GOAL_STOCK),
        _goal(f"C buy and pay in one call, {CALLERS_FEW} callers", middle(few), "orders/s", PEER_BUY, GOAL_BUY_FEW),
        _goal(f"C buy and pay in one call, {CALLERS_MANY} callers", middle(many), "orders/s", PEER_BUY, GOAL_BUY_MANY),
        report.time("C alone, median", middle(alone) * 1000, limit=PEER_ALONE_MS, goal=1.0),
        report.time("memory of the server after the load", memory, unit="MiB", limit=MEMORY_MIB_MAX, goal=1.0),
    ]  # fmt: skip


def _goal(case: str, value: float, unit: str, peer: float, goal: float) -> report.Row:
    return report.rate(f"{case}, beside the {REFERENCE}", value, unit=unit, limit=peer, goal=round(goal / peer, 2))


def _memory(pid: int) -> float:
    """Resident MiB of the server's process (web and worker are one) and its children; the database's are not the app's."""
    one = psutil.Process(pid)
    return sum(each.memory_info().rss for each in [one, *one.children(recursive=True)]) / 2**20


async def _load(port: int, callers: Sequence[Request], seconds: float, *, expect: int) -> tuple[float, list[float]]:
    await load.run("127.0.0.1", port, callers=callers, seconds=min(0.5, seconds))  # warm
    done, seen = await load.run("127.0.0.1", port, callers=callers, seconds=seconds)
    if set(seen.statuses) != {expect}:
        raise RuntimeError(f"not every answer was {expect}: {dict(seen.statuses)}; one was {seen.odd!r}")
    for body in seen.samples:
        msgspec.json.decode(body)
    return done, seen.latencies


async def _once(port: int, request: Request, *, expect: int) -> bytes:
    status, body = await load.ask("127.0.0.1", port, request())
    if status != expect:
        raise RuntimeError(f"the answer was {status}: {body!r}")
    return body


def _page(cursor: str) -> str:
    return f"/v1/items?limit=20{f'&cursor={cursor}' if cursor else ''}"


async def _cursors(port: int) -> list[str]:
    """Where the first pages of the list begin."""
    found = [""]
    while len(found) < PAGES:
        page = msgspec.json.decode(await _once(port, _get(port, lambda: _page(found[-1])), expect=200))
        if len(page["items"]) != 20 or any(one["price_from"] is None for one in page["items"]):
            raise RuntimeError(f"not a page of 20 items with prices: {page}")
        found.append(page["next_cursor"])
    return found


def _stock(variant: object, shop: BenchShop) -> str:
    return f"/v1/availability?variants={variant}&locations={shop.store}"


def _get(port: int, path: Callable[[], str], *, fresh: bool = False) -> Request:
    tail = (
        f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{'Cache-Control: no-cache' + chr(13) + chr(10) if fresh else ''}\r\n"
    )
    return lambda: f"GET {path()}{tail}".encode()


def _purchases(shop: BenchShop, port: int, i: int, draw: random.Random) -> Request:
    """What one caller sends: a purchase of a random item each time, at a till of her own."""
    head = (
        f"POST /v1/purchases HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Portico-Channel: pos\r\nCookie: portico_staff={shop.sessions[i]}\r\n"
    )
    store = str(shop.store)

    def request() -> bytes:
        line = {"variant_id": str(draw.choice(shop.variants)), "location_id": store, "method": "carry_out"}
        body = msgspec.json.encode({"lines": [line], "cash": {"tendered": PLENTIFUL_CASH}})
        key = f"Idempotency-Key: {draw.getrandbits(128):032x}\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + key.encode() + body

    return request
