"""Orders of the past: taken over once, their returns counted on what was bought and never beyond it."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from portico.business.types import Market
from portico.catalog.types import VariantId
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.integrations.shops import grounds
from portico.orders import api
from portico.orders.past import share_returns
from portico.orders.past_store import Bought
from portico.orders.types import OrderId, PastLine, PastOrder, PastReturn, Recorded, State
from portico.platform.db import Database, Query
from portico.platform.events import Hand
from portico.pricing.types import LineItemId

BY = Hand(actor="system:test", actor_name="test")
DAY = datetime(2011, 6, 1, 12, tzinfo=UTC)
LAMP = VariantId.new()

RETURNED = Query(int, "select sum(returned)::bigint from orders.line")
GONE_BACK = Query(int, "select -sum(quantity)::bigint from orders.adjustment where order_id is not null")
UNLINKED = Query(int, "select -sum(quantity)::bigint from orders.adjustment where order_id is null")
FACTS = Query(str, "select type from platform.fact where type like 'orders.%' order by id")


async def standing(database: Database) -> tuple[Market, CustomerId]:
    async with database.transaction() as tx:
        market = await grounds.market(tx, currency="GBP", country="GB")
        ana = await customers.create(tx, new=NewCustomer(given_name="Ana"), by=BY)
    return market, ana.id


def order(ref: str, market: Market, customer: CustomerId | None, *quantities: int, at: datetime = DAY) -> PastOrder:
    return PastOrder(
        external_ref=ref,
        market_id=market.id,
        currency="GBP",
        taxes_included=False,
        placed_at=at,
        time_zone="Europe/London",
        language="en",
        customer_id=customer,
        lines=tuple(
            PastLine(variant_id=LAMP, public_id="L", sku="L", title="Lamp", quantity=one, unit_price=100, net=100 * one)
            for one in quantities
        ),
    )


def back(
    ref: str, customer: CustomerId | None, quantity: int, *, at: datetime = DAY, kind: str = "return"
) -> PastReturn:
    return PastReturn(
        external_ref=ref,
        type=kind,
        variant_id=LAMP,
        customer_id=customer,
        quantity=quantity,
        amount=100 * quantity,
        currency="GBP",
        reason="",
        occurred_at=at,
    )


async def record(database: Database, *orders: PastOrder) -> list[Recorded]:
    async with database.transaction() as tx:
        return await api.record_past(tx, orders=orders, by=BY)


async def record_returns(database: Database, *returns: PastReturn) -> list[Recorded]:
    async with database.transaction() as tx:
        return await api.record_past_returns(tx, returns=returns, by=BY)


async def count(database: Database, query: Query[int]) -> int:
    async with database.read() as tx:
        return await tx.one(query) or 0


async def test_an_order_is_taken_over_once(database: Database) -> None:
    market, ana = await standing(database)
    twice = order("old:1", market, ana, 2, 3)
    first = await record(database, twice, order("old:2", market, None, 1), twice)
    again = await record(database, twice)
    assert [one.new for one in first] == [True, True, False] and first[0].order_id == first[2].order_id
    assert again == [Recorded(False, first[0].order_id)]
    async with database.read() as tx:
        assert first[0].order_id
        found = await api.order(tx, order_id=first[0].order_id)
        assert await tx.all(FACTS) == ["orders.recorded.v1"] * 2
        assert await api.differences(tx) == []
    assert (found.head.total, found.head.due, found.head.state, found.head.offset_minutes) == (
        500,
        0,
        State.FULFILLED,
        60,
    )
    assert [one.fulfilled for one in found.lines] == [2, 3]


async def test_two_who_take_over_at_once_make_each_order_once(database: Database) -> None:
    market, ana = await standing(database)
    many = [order(f"old:{i}", market, ana, 1, 2) for i in range(100)]
    rounds = await asyncio.gather(*(record(database, *many) for _ in range(4)))
    assert sum(one.new for answers in rounds for one in answers) == 100
    assert len({one.order_id for answers in rounds for one in answers}) == 100
    async with database.read() as tx:
        assert await api.differences(tx) == []


async def test_returns_at_once_never_take_back_more_than_was_bought(database: Database) -> None:
    """Without the lock both count on the same purchase, and the database refuses the second."""
    market, ana = await standing(database)
    await record(database, order("old:1", market, ana, 5), order("old:2", market, ana, 5, at=DAY + timedelta(hours=1)))
    later = DAY + timedelta(days=1)
    await asyncio.gather(*(record_returns(database, back(f"old:C{i}", ana, 3, at=later)) for i in range(8)))
    assert await count(database, RETURNED) == 10 == await count(database, GONE_BACK)
    assert await count(database, UNLINKED) == 8 * 3 - 10


async def test_a_return_is_taken_over_once_and_money_alone_counts_on_no_line(database: Database) -> None:
    market, ana = await standing(database)
    (placed,) = await record(database, order("old:1", market, ana, 2))
    returns = [
        back("old:C1", ana, 2),
        back("old:C2", ana, 1, kind="refund"),
        back("old:C3", None, 1),
        back("old:C1", ana, 2),
    ]
    first, again = await record_returns(database, *returns), await record_returns(database, *returns)
    assert first == [
        Recorded(True, placed.order_id), Recorded(True, None), Recorded(True, None), Recorded(False, placed.order_id),
    ]  # fmt: skip
    assert not any(one.new for one in again) and again[0].order_id == placed.order_id
    assert await count(database, RETURNED) == 2
    async with database.read() as tx:
        assert placed.order_id
        assert (await api.order(tx, order_id=placed.order_id)).head.state is State.RETURNED


ana, eva = CustomerId.new(), CustomerId.new()
bought = st.lists(st.tuples(st.sampled_from([ana, eva]), st.integers(0, 5), st.integers(1, 9)), max_size=6)
went_back = st.lists(st.tuples(st.sampled_from([ana, eva, None]), st.integers(0, 5), st.integers(1, 9)), max_size=6)


@given(bought, went_back)
def test_shares_add_up_and_stay_within_what_was_bought(
    bought: list[tuple[CustomerId, int, int]], went_back: list[tuple[CustomerId | None, int, int]]
) -> None:
    lines = sorted(
        (
            Bought(LineItemId.new(), OrderId.new(), who, LAMP, DAY + timedelta(days=day), quantity)
            for who, day, quantity in bought
        ),
        key=lambda one: one.placed_at,
        reverse=True,
    )
    returns = [
        back(f"r{i}", who, quantity, at=DAY + timedelta(days=day)) for i, (who, day, quantity) in enumerate(went_back)
    ]
    shares = share_returns(returns, bought=lines)
    for one in returns:
        own = [share for share in shares if share.of is one]
        assert (sum(share.quantity for share in own), sum(share.amount for share in own)) == (one.quantity, one.amount)
    for line in lines:
        counted = [share for share in shares if share.bought is line]
        assert sum(share.quantity for share in counted) <= line.left
        assert all(share.of.customer_id == line.customer_id for share in counted)
        assert all(share.of.occurred_at >= line.placed_at for share in counted)
    assert len({share.external_ref for share in shares}) == len(shares)
