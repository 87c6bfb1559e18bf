"""`portico bench promotions`: what choosing promotions costs a basket, and a million coupons of which each is used once.

The basket has a hundred lines and its market a thousand promotions that run: percentages, amounts, prices, tiers, sets, bundles, gifts and
such of the order, for everything, for categories, items and variants, some with minimums, some for other channels. The limit is ten
milliseconds. Then coupons are made by COPY, and each of some is tried by two orders at once.
"""

import asyncio
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import asyncpg

from portico.app import runtime
from portico.app.serve import spare_the_collector
from portico.business.types import MarketId
from portico.catalog.types import ItemId, VariantId
from portico.lab.bench import report
from portico.lab.bench.place import scratch_database
from portico.platform import clock, postgres
from portico.platform.db import Database, connect
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.pricing import api
from portico.pricing.rules.amounts import add_up
from portico.pricing.rules.promotions import Book, evaluate
from portico.pricing.types import CouponUse, Discount, LineItemId, PricedLine, Quoted, QuotedLine
from portico.pricing.types.conditions import Asking, Conditions
from portico.pricing.types.coupons import CouponUsed, NewBatch
from portico.pricing.types.evaluating import Basket, Goods, Level, Spread
from portico.pricing.types.promotions import (
    AmountOff,
    Benefit,
    Bundle,
    BuyGet,
    FixedPrice,
    Gift,
    Minimum,
    OrderAmount,
    OrderPercent,
    Part,
    PercentOff,
    Promotion,
    Rule,
    Scope,
    Stacking,
    State,
    Tier,
    TierBy,
    Tiers,
)

LIMIT_MS = 10.0
BASKETS, REPEATS = 60, 3
VARIANTS, CATEGORIES = 2_000, 60
COUPONS, TRIED, CALLERS = 1_000_000, 2_000, 16
BY = Hand(actor="system:bench", actor_name="Bench")


class BenchId(Id, prefix="bch"):
    __slots__ = ()


async def bench(
    *, settings_url: str | None, data: Path, seed: int, lines: int, promotions: int, say: Callable[[str], None]
) -> report.Report:
    spare_the_collector()  # as a server does
    rows = _choosing(random.Random(seed), lines, promotions, say)
    server = postgres.running(data_dir=data, database_url=settings_url, join=True)
    found = await asyncio.to_thread(server.__enter__)
    try:
        async with scratch_database(found.dsn) as url:
            await runtime.prepare(url)
            async with connect(url, connections_max=CALLERS) as database:
                rows += await _coupons(database, say)
        return report.Report("promotions", report.machine(found.version), rows)
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)


def _choosing(r: random.Random, lines: int, promotions: int, say: Callable[[str], None]) -> list[report.Row]:
    times, exact = [], 0
    for _ in range(BASKETS):
        book, basket = Book(_rule(r, i) for i in range(promotions)), _basket(r, lines)
        each = []
        for _ in range(REPEATS):
            began = time.perf_counter()
            outcome = evaluate(book, basket)
            each.append((time.perf_counter() - began) * 1000)
        times.append(statistics.median(each))
        exact += outcome.exact
    times.sort()
    p95 = times[int(len(times) * 0.95)]
    say(
        f"{lines} lines, {promotions} promotions: median {times[len(times) // 2]:.1f} ms, 95 of 100 within {p95:.1f} ms"
    )
    what = f"{lines} lines, {promotions:,} promotions"
    return [
        report.time(f"{what}: 95 of 100 baskets within", p95, limit=LIMIT_MS, goal=1.0),
        report.time(f"{what}: median", times[len(times) // 2], limit=LIMIT_MS),
        report.rate(f"{what}: chosen exactly", 100 * exact / BASKETS, unit="%"),
    ]


def _variant(i: int) -> VariantId:
    return VariantId(i.to_bytes(16, "big"))


def _item(i: int) -> ItemId:
    return ItemId(i.to_bytes(16, "big"))


def _basket(r: random.Random, lines: int) -> Basket:
    goods = []
    for _ in range(lines):
        i, quantity, price = r.randrange(VARIANTS), r.randint(1, 5), r.randint(300, 9_000)
        goods.append(Goods(_variant(i), _item(i // 2), (f"c{i % CATEGORIES}",), quantity, 0, price, price * quantity))
    return Basket(goods=tuple(goods), asking=Asking(at=clock.now(), channel="web", channel_kind="web"))


def _scope(r: random.Random) -> Scope:
    pick = r.random()
    if pick < 0.5:
        return Scope(categories=tuple(f"c{i}" for i in r.sample(range(CATEGORIES), r.randint(1, 4))))
    if pick < 0.8:
        return Scope(items=tuple(_item(i) for i in r.sample(range(VARIANTS // 2), r.randint(1, 40))))
    return (
        Scope(variants=tuple(_variant(i) for i in r.sample(range(VARIANTS), r.randint(1, 100))))
        if pick < 0.95
        else Scope()
    )


def _rule(r: random.Random, i: int) -> Rule:
    kind, scope = r.random(), _scope(r)
    benefit: Benefit = PercentOff(r.randint(1, 40) * 10_000)
    if kind < 0.5:
        simple: list[Benefit] = [
            PercentOff(r.randint(1, 40) * 10_000), AmountOff(r.randint(50, 500)), FixedPrice(r.randint(500, 2_000)),
        ]  # fmt: skip
        benefit = r.choice(simple)
    elif kind < 0.6:
        benefit = Tiers(TierBy.QUANTITY, (Tier(3, PercentOff(50_000)), Tier(10, PercentOff(100_000))))
    elif kind < 0.7:
        benefit = BuyGet(r.randint(1, 3), 1)
    elif kind < 0.75:
        benefit = Bundle((Part(scope, 2),), r.randint(1_000, 5_000))
    elif kind < 0.8:
        benefit = Gift(_variant(r.randrange(VARIANTS)))
    elif kind < 0.9:
        benefit = OrderPercent(50_000) if r.random() < 0.5 else OrderAmount(500)
    whole = isinstance(benefit, Bundle | Gift | OrderPercent | OrderAmount)
    return Rule(
        code=f"p{i:05}",
        benefit=benefit,
        scope=Scope() if whole else scope,
        minimum=Minimum(amount=r.randint(1_000, 50_000)) if r.random() < 0.3 else None,
        conditions=Conditions(channels=(r.choice(["web", "pos", "desk"]),) if r.random() < 0.3 else ()),
        stacking=Stacking.ALONE if r.random() < 0.02 else Stacking.BEST,
    )


async def _coupons(database: Database, say: Callable[[str], None]) -> list[report.Row]:
    rule = Rule(code="bench", titles={"en": "Bench"}, benefit=OrderAmount(100), needs_code=True)
    async with database.transaction() as tx:
        promotion = await api.promotions.create(tx, market_id=MarketId.new(), rule=rule, state=State.LIVE, by=BY)
    began = time.perf_counter()
    async with database.transaction() as tx:
        batch = await api.coupons.make(tx, new=NewBatch(promotion_id=promotion.id, count=COUPONS), by=BY)
    seconds = time.perf_counter() - began
    say(f"{COUPONS:,} coupons made in {seconds:.1f} s")
    async with database.read() as tx:
        codes = [one.code for one in (await api.coupons.codes(tx, batch_id=batch.id, limit=TRIED)).items]
    waiting = [code for code in codes for _ in range(2)]
    used = dict.fromkeys(codes, 0)
    refused = 0

    async def caller() -> None:
        nonlocal refused
        while waiting:
            code = waiting.pop()
            try:
                async with database.transaction() as tx:
                    await api.redeem(tx, asks=[_redeem(promotion, code)])
                used[code] += 1
            except (CouponUsed, asyncpg.PostgresError):
                refused += 1

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    taken = time.perf_counter() - began
    twice = sum(count != 1 for count in used.values())
    say(
        f"{2 * TRIED:,} tries of {TRIED:,} coupons in {taken:.1f} s: {refused:,} refused, {twice} not used exactly once"
    )
    return [
        report.rate(f"coupons made, {COUPONS:,} at once", COUPONS / seconds, unit="coupons/s"),
        report.rate(f"coupons used by {CALLERS} callers, each tried twice", 2 * TRIED / taken, unit="tries/s"),
        report.rate("coupons not used exactly once", twice, unit="coupons"),
    ]


def _redeem(promotion: Promotion, code: str) -> api.Redeem:
    """An order that has this coupon's discount and nothing else."""
    discount = Discount(
        promotion_id=promotion.id, code="bench", title="Bench", version=1, quantity=1, amount=100, level=Level.ORDER,
        spread=Spread.ACROSS,
    )  # fmt: skip
    priced = PricedLine(900, 0, 900, ())
    line = QuotedLine(
        line_id=LineItemId.new(), unit_price=1000, list_code="", own_price=1000, discounts=(discount,), net_before=1000,
        priced=priced,
    )  # fmt: skip
    sums = add_up([priced], before=1000, after_items=1000)
    quoted = Quoted(
        lines=(line,), taxes=sums.taxes, totals=sums.totals, coupons=(CouponUse(code, promotion.id),), limited=True
    )
    return api.Redeem(order_id=BenchId.new(), customer_id=None, quoted=quoted, currency="EUR", at=clock.now())
