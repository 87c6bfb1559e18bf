"""Cash: what can be taken, the change, and what the drawer holds afterwards."""

import msgspec
import pytest
from tests.world import World

from portico.app import verification
from portico.ledger import api as ledger
from portico.orders.types import OrderId
from portico.payments import api
from portico.payments.types import NotEnough, NoTill, PayAsk, Tender
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.money import AMOUNT_MAX
from portico.platform.refusals import Refused
from portico.pricing.types import AmountTooLarge


def cash(world: World, due: int, tendered: int, *, till: str | None = "T1", currency: str = "EUR") -> PayAsk:
    by = msgspec.structs.replace(world.by, till_id=world.tills[till].uuid if till else None)
    return PayAsk(
        reference=OrderId.new(), due=due, currency=currency, market_id=world.market_id, customer_id=None,
        tenders=(Tender(handler="cash", tendered=tendered),), by=by, occurred_at=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("due", "tendered", "till", "refusal"),
    [
        (100, 100, "T1", None), (100, 5000, "T1", None), (100, 99, "T1", NotEnough), (100, -100, "T1", NotEnough),
        (100, 100, None, NoTill), (100, AMOUNT_MAX, "T1", None), (100, AMOUNT_MAX + 1, "T1", AmountTooLarge),
    ],
)  # fmt: skip
async def test_what_can_be_taken(
    database: Database, world: World, due: int, tendered: int, till: str | None, refusal: type | None
) -> None:
    async with database.transaction() as tx:
        (plan,) = await api.plan(tx, asks=[cash(world, due, tendered, till=till)])
    if refusal is None:
        assert not isinstance(plan, Refused)
        assert [(one.payment.amount, one.payment.change) for one in plan] == [(due, tendered - due)]
    else:
        assert type(plan) is refusal


async def test_what_costs_nothing_is_paid_with_nothing(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        assert await api.plan(tx, asks=[cash(world, 0, 100)]) == [()]


async def test_the_drawer_holds_what_was_sold_not_what_was_tendered(database: Database, world: World) -> None:
    asks = [
        cash(world, 1250, 2000), cash(world, 990, 990), cash(world, 500, 500, till="T2"), cash(world, 700, 1000, currency="JPY"),
    ]  # fmt: skip
    async with database.transaction() as tx:
        plans = [api.granted([one]) for one in await api.plan(tx, asks=asks)]
        payments = [one for each in await api.take(tx, plans=plans) for one in each]
    assert [(one.amount, one.tendered, one.change) for one in payments] == [
        (1250, 2000, 750), (990, 990, 0), (500, 500, 0), (700, 1000, 300),
    ]  # fmt: skip
    one, two = (world.tills[code].uuid.hex for code in ("T1", "T2"))
    drawers = [f"till:{one}:drawer:EUR", f"till:{two}:drawer:EUR", f"till:{one}:drawer:JPY"]
    async with database.read() as tx:
        held = await ledger.balances(tx, codes=drawers)
        stored = await api.payments_of(tx, references=[each.reference for each in asks])
    assert [held[code] for code in drawers] == [2240, 500, 700]
    assert sorted(stored, key=lambda each: each.id.bytes) == payments
    async with database.pool.acquire() as connection:
        facts = await connection.fetch(
            "select subject from platform.fact where type = 'payments.received.v1' order by id"
        )
    assert [fact["subject"] for fact in facts] == [str(each.reference) for each in asks]
    assert await verification.differences(database) == []
