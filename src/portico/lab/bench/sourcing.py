"""Promising and sourcing beside their limits: a promise over hundreds of places, whole lines beside a mixed integer program, a
batch beside the bound of its linear program and beside deciding in turn."""

import random
import statistics
import time
from collections.abc import Callable
from datetime import time as clock_time

import numpy as np

from portico.app import runtime
from portico.business import api as business
from portico.business.types import Address, Brand, BrandId, Hours, Location, LocationId, LocationKind, Market, MarketId
from portico.catalog import api as catalog
from portico.catalog.types import NewItem, NewVariant, Put, VariantId
from portico.fulfillment import api
from portico.fulfillment.rules import batch, split, whole
from portico.fulfillment.rules.arrays import Floats
from portico.fulfillment.types import Band, CarrierService, Destination, PromiseAsk, PromiseLine
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.lab.bench import report
from portico.lab.bench.place import scratch_database
from portico.platform import clock
from portico.platform.db import Database, connect
from portico.platform.events import Hand
from portico.pricing.types import LineItemId

PLACES, LINES, WHOLE_LINES = 500, 5, 10
ITEMS = 200
PROMISES = 300
PROBLEMS, PROGRAMS = 300, 5
ORDERS, BATCH_PLACES, BATCH_ITEMS = 1_000, 50, 200
BATCH_SECONDS = 9.0
SPARE = 1 / 7
BY = Hand(actor="system:bench", actor_name="Bench")


async def rows(dsn: str, *, seed: int, say: Callable[[str], None]) -> list[report.Row]:
    async with scratch_database(dsn) as url:
        await runtime.prepare(url)
        async with connect(url, connections_max=2) as database:
            promised = await _promises(database, seed, say)
    return [*promised, *_whole_lines(seed, say), *_batch(seed, say)]


async def _chain(database: Database, draw: random.Random) -> tuple[MarketId, list[VariantId]]:
    """A country with `PLACES` stores that ship, most items at a third of them."""
    brand, market = BrandId.new(), MarketId.new()
    week = tuple(Hours(day, clock_time(9), clock_time(21)) for day in range(1, 8))
    async with database.transaction() as tx:
        await business.put_brands(
            tx, brands=[Brand(brand, "bench", "Bench", {}, "#0f5c6e", 8, "Inter Variable", "", "")]
        )
        await business.put_markets(tx, markets=[Market(market, "es", brand, "España", "ES", "EUR", "es", True)])
        places = [
            Location(
                id=LocationId.new(), code=f"L{i}", kind=LocationKind.STORE, name=f"Store {i}", market_id=market,
                address=Address("Calle Mayor 1", "Madrid", "28013", "ES"), latitude=draw.uniform(36.5, 43.3),
                longitude=draw.uniform(-8.5, 3.0), time_zone="Europe/Madrid", hours=week,
                capabilities=("carry_out", "collect", "ship", "ship_to_store"),
            )
            for i in range(PLACES)
        ]  # fmt: skip
        await business.put_locations(tx, locations=places)
        bands = (Band(50_000, 390, 1, 1), Band(400_000, 490, 1, 2), Band(2_000_000, 690, 2, 3))
        services = [
            CarrierService(code="A", name="A", countries=("ES",), currency="EUR", bands=bands),
            CarrierService(code="B", name="B", countries=("ES",), currency="EUR", bands=(Band(300_000, 450, 1, 1),)),
        ]
        await api.put_services(tx, services=services)
        items = [
            NewItem(titles={"en": f"Item {i}"}, slug=f"item-{i}", variants=(NewVariant(sku=f"SKU-{i}"),))
            for i in range(ITEMS)
        ]
        answers = await catalog.put_items(tx, items=items, by=BY)
        ids = [one for answer in answers if isinstance(answer, Put) for one in answer.variant_ids.values()]
    for one in ids:
        async with database.transaction() as tx:
            await inventory.adjust(
                tx,
                adjustments=[
                    Adjustment(
                        variant_id=one, location_id=place.id, quantity=draw.randint(1, 12), reason=Reason.RECEIVED,
                        reference="", by=BY, occurred_at=tx.now,
                    )
                    for place in places
                    if draw.random() < 0.35
                ],
            )  # fmt: skip
    await database.pool.execute("analyze")
    return market, ids


async def _promises(database: Database, seed: int, say: Callable[[str], None]) -> list[report.Row]:
    """Milliseconds from a basket to every way there is, read and reckoned."""
    draw = random.Random(seed)
    market, ids = await _chain(database, draw)
    async with database.read() as tx:
        directory = await business.directory(tx)
        network = await api.network(tx, directory=directory)
    took = []
    for i in range(PROMISES + 20):
        ask = PromiseAsk(
            lines=tuple(PromiseLine(LineItemId.new(), one, draw.randint(1, 2)) for one in draw.sample(ids, LINES)),
            market_id=market, channel_id=None, by=BY, occurred_at=clock.now(),
            destination=Destination(draw.uniform(37, 43), draw.uniform(-6, 0), "ES"),
        )  # fmt: skip
        began = time.perf_counter()
        async with database.read() as tx:
            found = await api.promise(tx, ask=ask, directory=directory, network=network)
        if i >= 20:
            took.append((time.perf_counter() - began) * 1000)
        if not found.options:
            raise RuntimeError(f"nothing promised: {found.not_offered}")
    p50, p95 = np.percentile(took, [50, 95])
    say(f"promise of {LINES} lines over {PLACES} places: p50 {p50:.1f} ms, p95 {p95:.1f} ms")
    name = f"promise of {LINES} lines over {PLACES} locations"
    return [
        report.time(f"{name}, p50", float(p50), limit=25.0),
        report.time(f"{name}, p95", float(p95), limit=25.0, goal=1.0),
    ]


def _problem(draw: np.random.Generator) -> tuple[Floats, Floats, np.ndarray, np.ndarray]:
    fixed, quantities = draw.uniform(300, 1500, PLACES), draw.integers(1, 4, WHOLE_LINES)
    free = draw.integers(0, 12, (PLACES, WHOLE_LINES)) * (draw.random((PLACES, WHOLE_LINES)) < 0.4)
    per_line = np.where(free >= quantities, 100 * np.minimum(1.0, quantities / np.maximum(free, 1)), np.inf)
    return fixed, per_line, free, quantities


def _whole_lines(seed: int, say: Callable[[str], None]) -> list[report.Row]:
    """Milliseconds of a proven choice, and of the same by a mixed integer program, whose optimum must be the same."""
    draw = np.random.default_rng(seed)
    took, programs = [], []
    for i in range(PROBLEMS + 5):
        fixed, per_line, free, quantities = _problem(draw)
        began = time.perf_counter()
        score, _ = whole.best_cut(fixed, per_line, split=300.0, parcels_max=5)
        if i >= 5:
            took.append((time.perf_counter() - began) * 1000)
        if i < PROGRAMS:
            began = time.perf_counter()
            other, gap, _ = split.best_split(
                fixed, per_line, free, quantities, split=300.0, parcels_max=5, whole=True, seconds=60
            )  # fmt: skip
            programs.append((time.perf_counter() - began) * 1000)
            if gap or abs(score - other) > 1e-3 * other:
                raise RuntimeError(f"{score} is not the optimum {other} (gap {gap})")
    p50, p99 = np.percentile(took, [50, 99])
    program = statistics.median(programs)
    say(f"whole lines: p50 {p50:.1f} ms, p99 {p99:.1f} ms; scipy's milp {program:,.0f} ms, same optimum")
    name = f"whole-line sourcing of {WHOLE_LINES} lines x {PLACES} locations"
    return [
        report.time(f"{name}, p99", float(p99), limit=10.0, goal=1.0),
        report.time(f"{name}, p50 beside scipy's milp, same optimum", float(p50), limit=program, goal=1.0),
    ]


def shop(seed: int) -> batch.Batch:
    """Orders of one to three lines on stock that is scarce: a seventh more units than are asked for, strewn over all places, so
    that in turn some orders get nothing."""
    draw = np.random.default_rng(seed)
    where = draw.random((BATCH_PLACES, 2))
    popular = draw.zipf(1.4, size=100_000) % BATCH_ITEMS
    orders = []
    for _ in range(ORDERS):
        items = np.unique(popular[draw.integers(0, len(popular), int(draw.integers(1, 4)))])
        far = np.hypot(*(where - draw.random(2)).T)
        orders.append(
            batch.Order(items, draw.integers(1, 3, len(items)), 400 + 900 * far, np.zeros((BATCH_PLACES, len(items))))
        )
    stock = np.zeros((BATCH_ITEMS, BATCH_PLACES), dtype=np.int64)
    for one in orders:
        for item, quantity in zip(one.items, one.quantities, strict=True):
            stock[item, draw.integers(BATCH_PLACES)] += quantity
            if draw.random() < SPARE:
                stock[item, draw.integers(BATCH_PLACES)] += quantity
    return batch.Batch(orders, stock, 300.0, 5, 3_000.0)


def _batch(seed: int, say: Callable[[str], None]) -> list[report.Row]:
    shared = shop(seed)
    began = time.perf_counter()
    in_turn = batch.greedy(shared)
    turn_took = time.perf_counter() - began
    began = time.perf_counter()
    settled = batch.together(shared, seconds=BATCH_SECONDS)
    took = time.perf_counter() - began
    gap, turn_gap = settled.gap, (in_turn.score - settled.bound) / settled.bound
    say(
        f"batch of {ORDERS:,} orders: {gap:.2%} above the bound in {took:.1f} s; in turn {turn_gap:.2%} in {turn_took:.1f} s"
    )
    name = f"batch of {ORDERS:,} orders on scarce stock"
    return [
        report.time(f"{name}, above the LP bound", gap * 100, unit="%", limit=5.0, goal=1.0),
        report.time(f"{name}, seconds", took, unit="s", limit=10.0, goal=1.0),
        report.time(f"{name}, above the bound beside in turn", gap * 100, unit="%", limit=turn_gap * 100, goal=1.0),
    ]
