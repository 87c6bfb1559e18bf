"""A programme to test with, and somebody who is in it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from tests.orders.test_orders import ask, line, place
from tests.world import World

from portico.app.earning import Earning
from portico.business import api as business
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.loyalty import api
from portico.loyalty.types import (
    BurnRule,
    Confirmed,
    EarnRule,
    Earns,
    PointsWorth,
    Programme,
    Reward,
    RewardKind,
    Statement,
    Terms,
    Tier,
)
from portico.orders import api as orders
from portico.orders.types import HandOverLine, Method, Order, Term
from portico.payments.types import Tender, cash
from portico.platform.db import Database, Tx
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types.promotions import OrderPercent, Rule, State

ENOUGH = 1_000_000

TERMS = Terms(
    names={"en": "Casa Club", "es": "Club Casa"},
    units={"en": "points", "es": "puntos"},
    earn=(EarnRule(code="base", names={"en": "For each euro", "es": "Por euro"}, earns=Earns.SPEND, points=1, per_minor=100),),
    burn=BurnRule(),
    tiers=(
        Tier(code="basic", names={"en": "Basic"}, threshold=0),
        Tier(code="gold", names={"en": "Gold"}, threshold=100, earn_percent=200, benefits=({"en": "Twice as much"},)),
    ),
    rewards=(
        Reward(
            code="five", names={"en": "Five euros"}, kind=RewardKind.AMOUNT, points=50, amount=500, currency="EUR",
            valid_days=60,
        ),
        Reward(code="mug", names={"en": "A mug"}, kind=RewardKind.DELIVERY, points=10, promotion="free-delivery"),
        Reward(
            code="best", names={"en": "Best"}, kind=RewardKind.AMOUNT, points=10, amount=100, currency="EUR", tier="gold"
        ),
    ),
    confirmed=Confirmed.PAID,
    confirm_days=0,
)  # fmt: skip


async def live(database: Database, world: World, *, now: datetime | None = None, **changes: object) -> Programme:
    """The programme in force in the market of the world."""
    terms = msgspec.structs.replace(TERMS, **changes)
    async with database.transaction(now=now) as tx:
        await api.put_points_worth(tx, worths=[PointsWorth(world.market_id, 1)])
        await put_promotion(tx, world)
        before = {one.code: one for one in await api.programmes(tx)}
        draft = before["club"].draft if "club" in before else 0
        made = await api.put_programme(
            tx, code="club", market_ids=[world.market_id], terms=terms, currencies=["EUR"], expected=draft, by=world.by
        )
        return await api.publish(tx, code="club", expected=made.draft, by=world.by)


async def put_promotion(tx: Tx, world: World) -> None:
    """The one that a reward of these terms is a coupon of: one per cent off."""
    free = Rule(code="free-delivery", titles={"en": "Free"}, benefit=OrderPercent(10_000), needs_code=True)
    if not await pricing.promotions.by_code(tx, market_id=world.market_id, codes=[free.code]):
        await pricing.promotions.create(tx, market_id=world.market_id, rule=free, state=State.LIVE, by=world.by)


async def somebody(database: Database, world: World, name: str = "Lucía") -> CustomerId:
    async with database.transaction() as tx:
        return (await customers.create(tx, new=NewCustomer(given_name=name), by=world.by)).id


async def bought(
    database: Database, world: World, who: CustomerId | None, *items: tuple[str, int], tenders: Sequence[Tender] = (),
    method: Method = Method.CARRY_OUT, **more: object,
) -> Order:  # fmt: skip
    """Paid and taken along, unless it is said otherwise. Raises what it is refused with."""
    lines = [line(world, sku, quantity, method) for sku, quantity in items]
    paid = {"term": Term.NOW, "tenders": (*tenders, *cash(ENOUGH)), **more}
    (answer,) = await place(database, ask(world, *lines, customer_id=who, **paid))
    if isinstance(answer, Refused):
        raise answer
    return answer


async def earn(database: Database, *made: Order, now: datetime | None = None) -> None:
    """What the reader does when it hears of these orders."""
    async with database.transaction(now=now) as tx:
        ids = [one.head.id for one in made]
        await orders.earn(tx, order_ids=ids, directory=await business.directory(tx), by=Earning.BY)


async def take_back(database: Database, world: World, order: Order, *units: tuple[int, int]) -> None:
    """So many of the line at a place are canceled."""
    async with database.transaction() as tx:
        await orders.cancel(
            tx, order_id=order.head.id, lines=[HandOverLine(order.lines[i].id, n) for i, n in units], reason="",
            directory=await business.directory(tx), by=world.by,
        )  # fmt: skip


async def statement(database: Database, who: CustomerId, language: str = "en") -> Statement:
    async with database.read() as tx:
        return await api.statement(tx, customer_ids=[who], language=language, rows_max=100)


async def balance(database: Database, who: CustomerId) -> int:
    return (await statement(database, who)).balance


async def sweep(database: Database, sweep_: object, *, now: datetime) -> None:
    more = True
    while more:
        async with database.transaction(now=now) as tx:
            more = await sweep_(tx)  # type: ignore[operator]


async def rows(database: Database) -> dict[str, int]:
    """How much is written in loyalty, the ledger and the log."""
    async with database.pool.acquire() as connection:
        tables = await connection.fetch(
            "select table_schema || '.' || table_name from information_schema.tables where table_schema in ('loyalty', 'ledger')"
        )
        names = [*(one for (one,) in tables), "platform.fact"]
        return {name: await connection.fetchval(f"select count(*) from {name}") for name in names}
