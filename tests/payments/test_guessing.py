"""Whoever tries codes of gift cards in vain is slowed down: by person and by address, at every door, over all processes."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.carts.racing import line_up, without_lock
from tests.channels.shop.browser import browsing
from tests.channels.shop.test_buying import BUYER, counts
from tests.channels.shop.test_paying_and_canceling import BY, LAMP, card_of, ready_to_buy
from tests.conftest import Served
from tests.orders.test_orders_http import api_client, body
from tests.payments.test_payments_http import checkout, shopper
from tests.world import World

import portico
from portico.loyalty import api as loyalty
from portico.loyalty import guarding
from portico.loyalty.types import NewCard, UnknownCard
from portico.platform.auth import store, tries
from portico.platform.auth.types import Kind, Principal, SessionId, TooManyTries
from portico.platform.db import Database

WRONG = "0000-0000-0000-0000"


def guest() -> Principal:
    return Principal(kind=Kind.GUEST, id=SessionId.new().uuid)


async def look(database: Database, who: Principal, code: str = WRONG, *, address: str = "192.0.2.1") -> str:
    """What a try comes to."""
    try:
        await guarding.check(database, codes=[code], asker=who, address=address)
    except (UnknownCard, TooManyTries) as refused:
        return refused.code.rpartition(".")[2]
    return "good"


async def forget(database: Database, minutes: int) -> None:
    """As if that much time had passed."""
    async with database.pool.acquire() as connection:
        await connection.execute(
            """
            update platform.wrong_try
            set tried_at = tried_at - make_interval(mins => $1), locked_until = locked_until - make_interval(mins => $1)
            """,
            minutes,
        )


async def written(database: Database) -> tuple[int, ...]:
    """What is kept of gift cards: cards, and movements of value."""
    async with database.pool.acquire() as connection:
        return (
            await connection.fetchval("select count(*) from loyalty.gift_card"),
            await connection.fetchval("select count(*) from ledger.transfer"),
        )


async def test_wrong_codes_are_slowed_down_and_right_ones_of_others_are_not(database: Database, world: World) -> None:
    code, she = await card_of(database, 1000), guest()
    before = await written(database)
    assert [await look(database, she) for _ in range(5)] == ["unknown_card"] * 5
    assert await look(database, she) == "too_many_tries"
    assert await look(database, she, code) == "too_many_tries"  # a lucky one is not told either
    assert await look(database, guest(), code) == "good"  # from the very same address
    await forget(database, 1)
    assert await look(database, she, code) == "good"
    assert await look(database, she) == "unknown_card"
    with pytest.raises(TooManyTries) as slower:
        await guarding.check(database, codes=[WRONG], asker=she, address="192.0.2.1")
    assert 30 < slower.value.seconds <= 60  # twice as long as the first rest
    await forget(database, 60 * 24)
    assert [await look(database, she) for _ in range(5)] == ["unknown_card"] * 5
    assert await written(database) == before


async def test_right_codes_and_what_is_no_code_are_not_counted(database: Database, world: World) -> None:
    code, she = await card_of(database, 1000), guest()
    for _ in range(20):
        assert await look(database, she, code) == "good"
        assert await look(database, she, "hello") == "good"  # which no card has: whoever asks is told so without a look
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select coalesce(max(failures), 0) from platform.wrong_try") == 0


async def test_a_new_session_for_each_try_does_not_help(database: Database, world: World) -> None:
    answers = [await look(database, guest()) for _ in range(tries.FREE_FROM_ADDRESS + 3)]
    assert answers.count("unknown_card") == tries.FREE_FROM_ADDRESS
    assert await look(database, guest()) == "too_many_tries"
    assert await look(database, guest(), address="198.51.100.7") == "unknown_card"


async def _tried_at_once(database: Database) -> int:
    """How many of many tries at once were looked at."""
    she = guest()
    assert await look(database, she, address="") == "unknown_card"
    await line_up(database)
    answers = await asyncio.gather(*(look(database, she, address="") for _ in range(12)))
    return 1 + answers.count("unknown_card")


async def test_tries_at_once_are_counted_one_by_one(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _tried_at_once(database) == 5
    monkeypatch.setattr(store, "LOCK_TRIES", without_lock(store.LOCK_TRIES))
    assert await _tried_at_once(database) > 5


@pytest.fixture
async def two(served: Served, world: World) -> AsyncIterator[tuple[str, str]]:
    """Two processes' worth of servers on one database."""
    async with served() as one, served() as other:
        yield one, other


async def test_every_door_over_http(two: tuple[str, str], world: World, database: Database) -> None:
    code = await card_of(database, 100_000)
    before = await written(database)
    gift = {"instruments": [{"handler": "gift_card", "credential": WRONG}]}
    order = body(world, payment_term="now", **gift)
    async with api_client(two[0], world) as one, api_client(two[1], world) as other, shopper(two[0]) as shop:
        due = (await one.post("/v1/orders", json=body(world))).json()
        found = await checkout(shop, world)
        doors = [
            ("/v1/orders", order), ("/v1/orders/batch", {"orders": [{**order, "external_reference": "r"}]}),
            (f"/v1/orders/{due['id']}/payments", gift), ("/v1/gift-cards/lookup", {"code": WRONG}),
        ]  # fmt: skip
        for path, asked in doors:
            said = await one.post(path, json=asked)
            assert "loyalty.unknown_card" in said.text, (path, said.text)
        assert (await other.post("/v1/gift-cards/lookup", json={"code": WRONG})).status_code == 404
        for path, asked in doors:
            said = await other.post(path, json=asked)
            assert "auth.too_many_tries" in said.text, (path, said.text)
            if "batch" not in path:
                assert said.status_code == 429 and 0 < int(said.headers["retry-after"]) <= 30
        assert (await one.post("/v1/gift-cards/lookup", json={"code": code})).status_code == 429
        for _ in range(5):
            assert (await shop.post(f"/v1/checkouts/{found['id']}/complete", json=gift)).status_code == 404
        assert (await shop.post(f"/v1/checkouts/{found['id']}/complete", json=gift)).status_code == 429
        async with shopper(two[1]) as another:  # somebody else at the same address
            hers = await checkout(another, world)
            right = {"instruments": [{"handler": "gift_card", "credential": code}]}
            assert await written(database) == before
            assert (await another.post(f"/v1/checkouts/{hers['id']}/complete", json=right)).status_code == 201


async def test_the_shop_says_how_long_to_wait_and_keeps_what_was_typed(
    url: str, world: World, database: Database
) -> None:
    code = await card_of(database, LAMP)
    async with browsing(url) as browser, browsing(url) as other:
        kept, hers = await ready_to_buy(browser, world), await ready_to_buy(other, world)
        for _ in range(5):
            assert (await browser.send(kept, "/checkout", **BUYER, gift_code=WRONG)).status == 409
        stopped = await browser.send(kept, "/checkout", **BUYER, gift_code=code)
        assert stopped.status == 429 and "Too many codes were tried" in stopped.text
        assert 0 < int(stopped.answer.headers["retry-after"]) <= 30
        assert stopped.form("/checkout").fields["given_name"] == BUYER["given_name"]
        assert (await counts(database))[0] == 0
        async with database.read() as tx:
            assert (await loyalty.card(tx, code=code)).balance == LAMP
        assert (await other.send(hers, "/checkout", **BUYER, gift_code=code)).status == 200


def test_every_door_that_reads_instruments_guards_them() -> None:
    """A door that forgot would be the one that is found."""
    root = Path(portico.__file__).parent
    reading = [one for one in root.rglob("*.py") if re.search(r"\binstruments\.read\(", one.read_text("utf-8"))]
    assert len(reading) >= 5
    assert not [one.name for one in reading if "instruments.guard(" not in one.read_text("utf-8")]


async def test_a_code_is_long_and_random(database: Database) -> None:
    async with database.transaction() as tx:
        made = await loyalty.issue(tx, cards=[NewCard(amount=1, currency="EUR") for _ in range(500)], by=BY)
    codes = [one.code.replace("-", "") for one in made]
    assert {len(one) for one in codes} == {16} and len(set(codes)) == 500
    assert len({letter for one in codes for letter in one}) == 32  # eighty bits
    assert all(code not in str(one.card) for one, code in zip(made, codes, strict=True))


async def test_what_was_tried_is_forgotten_after_a_day(database: Database) -> None:
    from portico.platform.auth import api as auth

    assert await look(database, guest()) == "unknown_card"
    await forget(database, 60 * 25)
    async with database.transaction() as tx:
        await auth.sweep(tx)
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from platform.wrong_try") == 0
