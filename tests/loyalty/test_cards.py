"""Gift cards: printed, sold once, mailed, mistyped, lapsed, taken out; and what is owed on them adds up."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.carts.racing import line_up, without_lock
from tests.loyalty.members import bought, earn, rows, somebody, sweep, take_back
from tests.orders.test_orders import ask, line, placed
from tests.privacy.people import queued
from tests.world import SKUS, World

from portico.app import verification
from portico.app.earning import Earning
from portico.app.readers import readers
from portico.business import api as business
from portico.loyalty import api
from portico.loyalty.rules import cards as rules
from portico.loyalty.rules import codes
from portico.loyalty.store import cards as store
from portico.loyalty.types import (
    BadAmount,
    BadPolicy,
    CardState,
    GiftCard,
    NewCard,
    NoCardDue,
    NotForSale,
    Printed,
    UnknownCard,
)
from portico.orders import api as orders
from portico.orders.types import Method, Order
from portico.payments.types import NotGood, Tender
from portico.platform import clock
from portico.platform.db import Database

MUG = SKUS["MUG-1"]  # stands in for a gift card of that value


async def printed(database: Database, world: World, cards: int = 3, amount: int | None = None) -> Printed:
    async with database.transaction() as tx:
        market = (await business.directory(tx)).market_by_id(world.market_id)
        await api.put_product(tx, variant_id=world.variants["MUG-1"], by_mail=False)
        return await api.print_batch(tx, name="Autumn", market=market, amount=amount, quantity=cards, by=world.by)


async def sell(database: Database, world: World, order: Order, code: str) -> GiftCard:
    async with database.transaction() as tx:
        return await orders.sell_card(tx, order_id=order.head.id, line_id=order.lines[0].id, code=code, by=world.by)


async def balance(database: Database, code: str) -> int:
    async with database.read() as tx:
        return (await api.card(tx, code=code)).balance


async def test_a_printed_card_holds_nothing_until_a_paid_line_is_its(database: Database, world: World) -> None:
    batch = await printed(database, world)
    who = await somebody(database, world)
    with pytest.raises(NotGood):
        await bought(
            database, world, who, ("CUP-1", 1), tenders=[Tender(handler="gift_card", credential=batch.codes[0])]
        )
    order = await bought(database, world, who, ("MUG-1", 2))
    sold = await sell(database, world, order, batch.codes[0].lower().replace("-", " "))
    assert (sold.state, sold.balance, sold.expires_at) == (CardState.ACTIVE, MUG, None)
    before = await rows(database)
    with pytest.raises(NotForSale):
        await sell(database, world, order, batch.codes[0])
    with pytest.raises(UnknownCard):
        await sell(database, world, order, codes.new_code())
    assert await rows(database) == before
    await sell(database, world, order, batch.codes[1])
    with pytest.raises(NoCardDue):  # each of the two has its own
        await sell(database, world, order, batch.codes[2])
    paid = await bought(
        database, world, who, ("CUP-1", 1), tenders=[Tender(handler="gift_card", credential=batch.codes[1])]
    )
    assert [one.handler for one in paid.payments] == ["gift_card"]
    assert await balance(database, batch.codes[1]) == MUG - 990
    assert await verification.differences(database) == []


async def test_what_is_not_paid_or_of_another_amount_activates_nothing(database: Database, world: World) -> None:
    batch = await printed(database, world, amount=MUG)
    other = await printed(database, world, amount=MUG + 1)
    unpaid = await placed(database, ask(world, line(world, "MUG-1", 1)))
    paid = await bought(database, world, await somebody(database, world), ("MUG-1", 1))
    goods = await bought(database, world, await somebody(database, world), ("CUP-1", 1))
    before = await rows(database)
    for order, code, refusal in (
        (unpaid, batch.codes[0], NoCardDue),
        (goods, batch.codes[0], NoCardDue),
        (paid, other.codes[0], NotForSale),
    ):
        with pytest.raises(refusal):
            await sell(database, world, order, code)
    for quantity in (0, 5001):
        with pytest.raises(BadAmount):
            await printed(database, world, cards=quantity)
    assert await rows(database) == before


async def _sold_by_many(database: Database, world: World) -> list[object]:
    batch = await printed(database, world)
    order = await bought(database, world, await somebody(database, world), ("MUG-1", 9))
    await line_up(database)
    return await asyncio.gather(
        *(sell(database, world, order, batch.codes[0]) for _ in range(6)), return_exceptions=True
    )


async def test_one_card_that_many_tills_scan_at_once_is_sold_once(database: Database, world: World) -> None:
    answers = await _sold_by_many(database, world)
    assert sum(isinstance(one, GiftCard) for one in answers) == 1
    assert await verification.differences(database) == []


async def test_a_mailed_card_is_made_once_its_order_is_paid_and_taken_out_when_it_comes_back(
    database: Database, world: World
) -> None:
    async with database.transaction() as tx:
        await api.put_product(tx, variant_id=world.variants["MUG-1"], by_mail=True)
    order = await bought(
        database, world, await somebody(database, world), ("MUG-1", 2), method=Method.COLLECT,
    )  # fmt: skip

    async def follow() -> int:
        async with database.transaction() as tx:
            assert await orders.with_cards(tx, order_ids=[order.head.id]) == [order.head.id]
            _, made = await orders.follow_cards(tx, order_id=order.head.id, by=Earning.BY)
        return len(made)

    assert [await follow(), await follow()] == [2, 0]
    await take_back(database, world, order, (0, 1))
    assert await follow() == 0
    await earn(database, order)
    async with database.read() as tx:
        sold = await api.sales(tx, order_ids=[order.head.id.uuid])
        cards = await api.cards_by_id(tx, ids=[one.card_id for one in sold])
    assert sorted((one.state, one.balance) for one in cards) == [(CardState.ACTIVE, MUG), (CardState.VOID, 0)]
    assert await verification.differences(database) == []


async def test_the_code_of_a_mailed_card_is_sent_to_its_buyer_once(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        await api.put_product(tx, variant_id=world.variants["MUG-1"], by_mail=True)
    order = await bought(database, world, await somebody(database, world), ("MUG-1", 2), method=Method.COLLECT)
    async with database.pool.acquire() as connection:
        await connection.execute(
            'update orders."order" set buyer_email = $2, language = $3 where id = $1',
            order.head.id.uuid,
            "lucia@example.com",
            "es",
        )
    (earning,) = [one for one in readers() if one.name == "earning"]
    await earning.register(database)
    letters: list[dict[str, Any]] = []
    for _ in range(2):  # a reader may come by it twice
        for _ in range(100):
            await earning.advance(database)
            letters = [msgspec.json.decode(one) for one in await queued(database) if b"order.gift_card" in one]
            if len(letters) >= 2:
                break
            await asyncio.sleep(0.05)
    assert [(one["address"], one["purpose"]) for one in letters] == [("lucia@example.com", "service")] * 2
    texts = [one["letter"]["text"] for one in letters]
    told = [text.split()[-1] for text in texts]
    async with database.read() as tx:
        found = [await api.card(tx, code=one) for one in told]
    assert len(set(told)) == 2 and [one.balance for one in found] == [MUG, MUG]


async def test_a_policy_says_how_long_a_card_is_good_and_the_law_how_long_at_least(
    database: Database, world: World
) -> None:
    batch = await printed(database, world)
    async with database.transaction() as tx:
        market = (await business.directory(tx)).market_by_id(world.market_id)
        await api.put_policy(tx, market=market, valid_months=24)
    order = await bought(database, world, await somebody(database, world), ("MUG-1", 1))
    sold = await sell(database, world, order, batch.codes[0])
    assert sold.expires_at == rules.lapses_at(sold.activated_at or clock.now(), 24)
    for country, months in (("IE", 59), ("CA", 1200), ("ES", 0)):
        with pytest.raises(BadPolicy):
            async with database.transaction() as tx:
                await api.put_policy(tx, market=_in(market, country), valid_months=months)
    ends = sold.expires_at
    assert ends is not None
    await sweep(database, api.sweep_cards, now=ends - timedelta(seconds=1))
    assert await balance(database, batch.codes[0]) == MUG
    await sweep(database, api.sweep_cards, now=ends)
    assert await balance(database, batch.codes[0]) == 0
    async with database.read() as tx:
        found = await api.liability(tx, currencies=["EUR"])
    (one,) = found.lines
    assert (one.issued, one.expired, one.open, found.difference) == (MUG, MUG, 0, 0)
    assert await verification.differences(database) == []


def _in(market, country: str):  # type: ignore[no-untyped-def]

    return msgspec.structs.replace(market, country=country)


async def test_the_report_adds_up_with_the_ledger_by_currency_month_and_age(database: Database, world: World) -> None:
    for months, amount in ((0, 1000), (5, 2000), (30, 4000)):
        at = clock.now() - timedelta(days=31 * months)
        async with database.transaction(now=at) as tx:
            await api.issue(tx, cards=[NewCard(amount=amount, currency="EUR")] * 2, by=world.by)
    async with database.transaction() as tx:
        (one,) = await api.issue(tx, cards=[NewCard(amount=700, currency="EUR")], by=world.by)
    order = await bought(
        database, world, await somebody(database, world), ("CUP-1", 1), method=Method.COLLECT,
        tenders=[Tender(handler="gift_card", credential=one.code)],
    )  # fmt: skip
    async with database.read() as tx:
        found = await api.liability(tx, currencies=["EUR"])
    assert found.difference == 0
    assert {line.age: (line.issued, line.redeemed, line.open) for line in found.lines} == {
        "0-3": (2700, 700, 2000), "3-12": (4000, 0, 4000), "24+": (8000, 0, 8000),
    }  # fmt: skip
    await take_back(database, world, order, (0, 1))
    async with database.read() as tx:
        found = await api.liability(tx, currencies=["EUR"])
    assert sum(line.open for line in found.lines) == 14_700
    async with database.pool.acquire() as connection:
        held = await connection.fetchval("select sum(balance)::bigint from ledger.account where kind = 'gift_card'")
        hashes = await connection.fetch("select code_hash from loyalty.gift_card")
    assert held == 14_700
    assert all(len(bytes(one["code_hash"])) == 32 for one in hashes)


async def test_a_lost_box_is_blocked_and_what_was_sold_of_it_goes_on(database: Database, world: World) -> None:
    batch = await printed(database, world)
    order = await bought(database, world, await somebody(database, world), ("MUG-1", 3))
    await sell(database, world, order, batch.codes[0])
    async with database.transaction() as tx:
        assert await api.block_batch(tx, batch_id=batch.batch.id) == 2
    with pytest.raises(NotForSale):
        await sell(database, world, order, batch.codes[1])
    assert await balance(database, batch.codes[0]) == MUG
    async with database.read() as tx:
        assert [one.sold for one in await api.batches(tx)] == [1]


async def test_a_card_in_her_wallet_pays_without_its_code_and_for_nobody_else(database: Database, world: World) -> None:
    lucia, nadia = await somebody(database, world), await somebody(database, world, "Nadia")
    async with database.transaction() as tx:
        (one,) = await api.issue(tx, cards=[NewCard(amount=5000, currency="EUR")], by=world.by)
        await api.keep_card(tx, code=one.code, customer_id=lucia)
    with pytest.raises(UnknownCard):
        async with database.transaction() as tx:
            await api.keep_card(tx, code=one.code, customer_id=nadia)
    hers = Tender(handler="gift_card", credential=str(one.card.id))
    before = await rows(database)
    with pytest.raises(UnknownCard):
        await bought(database, world, nadia, ("CUP-1", 1), tenders=[hers])
    assert await rows(database) == before
    paid = await bought(database, world, lucia, ("CUP-1", 1), tenders=[hers])
    assert [one.handler for one in paid.payments] == ["gift_card"]


@given(
    some.text(alphabet=codes.LETTERS, min_size=15, max_size=15), some.integers(0, 15), some.sampled_from(codes.LETTERS)
)
def test_every_wrong_letter_is_noticed(body: str, place: int, letter: str) -> None:
    code = body + codes.check_letter(body)
    assert codes.fits(code)
    wrong = code[:place] + letter + code[place + 1 :]
    assert codes.fits(wrong) == (wrong == code)


@given(some.dates(date(2000, 1, 1), date(2100, 1, 1)), some.integers(1, 600))
def test_a_card_lapses_on_the_same_day_so_many_months_later(day: date, months: int) -> None:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    ends = rules.lapses_at(at, months)
    assert ends is not None
    assert (ends.year - at.year) * 12 + ends.month - at.month == months
    assert ends.day <= at.day
    assert rules.lapses_at(at, None) is None


async def test_without_its_lock_one_card_is_sold_by_many(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control. The order's lock would make them queue all the same, so each sells for an order of its own."""
    monkeypatch.setattr(store, "LOCK_TO_SELL", without_lock(store.LOCK_TO_SELL))
    batch = await printed(database, world)
    made = [await bought(database, world, await somebody(database, world), ("MUG-1", 1)) for _ in range(4)]
    await line_up(database)
    answers = await asyncio.gather(
        *(sell(database, world, one, batch.codes[0]) for one in made), return_exceptions=True
    )
    assert any(not isinstance(one, GiftCard | NotForSale) for one in answers)  # only its unique key stops them
