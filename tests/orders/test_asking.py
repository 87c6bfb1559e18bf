"""Asking a buyer for what is due: once for each cause, by a letter where there is an address, and never without something due."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.carts.racing import dawdling, line_up, without_lock
from tests.orders.test_editing import edit
from tests.orders.test_orders import MUG, ask, cashier, line, placed
from tests.payments import stripe_server
from tests.payments.stripe_server import StripeServer
from tests.world import World

from portico.app import verification
from portico.app.readers import readers
from portico.integrations.psp.stripe import Stripe
from portico.orders import api, asking, asking_store, finding
from portico.orders.types import AskedTooOften, LineQuantity, Order, Payable, Term
from portico.payments import api as payments
from portico.payments import performing
from portico.payments import store as payments_store
from portico.payments.ports import Providers
from portico.payments.types import NothingDue
from portico.platform import clock
from portico.platform.db import Database


async def order_of(
    database: Database, world: World, term: Term, *, email: str = "lucia@example.com", language: str = "es"
) -> Order:
    mugs = line(world, "MUG-1", 1)
    order = await placed(database, ask(world, mugs, term=term, **({"tendered": MUG} if term is Term.NOW else {})))
    async with database.pool.acquire() as connection:
        await connection.execute(
            'update orders."order" set buyer_email = $2, language = $3 where id = $1',
            order.head.id.uuid,
            email,
            language,
        )
    async with database.read() as tx:
        return await api.order(tx, order_id=order.head.id)


async def letters(database: Database, wanted: int, *, automatic: bool = True) -> list[str]:
    """What waits to be mailed about something to pay, once the readers have read everything; they wait for whoever still writes."""
    (mail,) = [one for one in readers("https://shop.example", ask_for_difference=automatic) if one.name == "mail"]
    await mail.register(database)
    found: list[str] = []
    for i in range(200):
        await mail.advance(database)
        async with database.pool.acquire() as connection:
            rows = await connection.fetch("select payload from pgqueuer where entrypoint = 'message.email' order by id")
        found = [text for row in rows if "/pay" in (text := bytes(row["payload"]).decode())]
        if len(found) >= max(wanted, 1) or (not wanted and i > 20):
            break
        await asyncio.sleep(0.05)
    return found


async def asked(database: Database, order: Order) -> list[int]:
    async with database.read() as tx:
        return [one.amount for one in await api.asked(tx, order_id=order.head.id)]


@pytest.mark.parametrize(
    ("term", "email", "automatic", "wanted"),
    [
        (Term.NOW, "lucia@example.com", True, [3 * MUG]),
        (Term.NOW, "lucia@example.com", False, []),
        (Term.NOW, "", True, []),
        (Term.ON_COLLECTION, "lucia@example.com", True, []),
    ],
)
async def test_an_edit_that_makes_it_dearer_asks_once(
    database: Database, world: World, term: Term, email: str, automatic: bool, wanted: list[int]
) -> None:
    order = await order_of(database, world, term, email=email)
    await edit(database, world, order, quantities=(LineQuantity(order.lines[0].id, 4),))
    for _ in range(2):  # a reader may come by it twice
        found = await letters(database, len(wanted), automatic=automatic)
        assert (await asked(database, order), len(found)) == (wanted, len(wanted))
    if wanted:
        assert f"https://shop.example/orders/{order.head.link_token}/pay" in found[0]
        assert "37,50" in found[0] and "por pagar" in found[0]  # in her language
        await edit(
            database, world, order, quantities=(LineQuantity(order.lines[0].id, 2),)
        )  # cheaper: nothing is asked
        assert len(await letters(database, 1)) == 1


async def test_what_is_to_be_paid_by_a_link_is_asked_for_when_it_is_placed(database: Database, world: World) -> None:
    order = await order_of(database, world, Term.BY_LINK)
    assert len(await letters(database, 1)) == 1
    async with database.transaction() as tx:
        again = await api.ask_to_pay(tx, order_id=order.head.id, by=cashier(world), cause="placed")
        (made,) = await api.asked(tx, order_id=order.head.id)
    assert (made, made.by_mail, made.amount) == (again, True, MUG)
    assert made.expires_at - made.asked_at == timedelta(days=7)


async def test_nothing_due_or_asked_too_often_writes_nothing(database: Database, world: World) -> None:
    paid, due = await order_of(database, world, Term.NOW), await order_of(database, world, Term.BY_LINK, email="")
    with pytest.raises(NothingDue):
        async with database.transaction() as tx:
            await api.ask_to_pay(tx, order_id=paid.head.id, by=cashier(world))
    for _ in range(20):
        async with database.transaction() as tx:
            await api.ask_to_pay(tx, order_id=due.head.id, by=cashier(world), letter=False)
    with pytest.raises(AskedTooOften):
        async with database.transaction() as tx:
            await api.ask_to_pay(tx, order_id=due.head.id, by=cashier(world))
    assert (await asked(database, paid), len(await asked(database, due)), await letters(database, 0)) == ([], 20, [])


async def test_a_link_is_good_for_a_week_after_it_was_last_asked(database: Database, world: World) -> None:
    order = await order_of(database, world, Term.BY_LINK)
    now = clock.now()
    assert api.payable(order.head, [], at=now + timedelta(days=365)) is Payable.OPEN
    for at, payable in ((now, Payable.OPEN), (now + timedelta(days=8), Payable.EXPIRED)):
        async with database.transaction() as tx:
            await api.ask_to_pay(tx, order_id=order.head.id, by=cashier(world), cause="once")
            assert api.payable(order.head, await api.asked(tx, order_id=order.head.id), at=at) is payable


async def _asked_at_once(database: Database, order: Order, world: World) -> int:
    await line_up(database)

    async def one() -> None:
        async with database.transaction() as tx:
            await api.ask_to_pay(tx, order_id=order.head.id, by=cashier(world), letter=False)

    await asyncio.gather(*(one() for _ in range(6)), return_exceptions=True)
    return len(await asked(database, order))


async def test_who_ask_at_once_ask_no_more_than_may_be(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "REQUESTS_MAX", 2)
    assert await _asked_at_once(database, await order_of(database, world, Term.BY_LINK), world) == 2
    monkeypatch.setattr(finding.store, "LOCK", without_lock(finding.store.LOCK))
    monkeypatch.setattr(asking_store, "ASKED", dawdling(asking_store.ASKED))  # how often she was asked is read then
    assert await _asked_at_once(database, await order_of(database, world, Term.BY_LINK), world) > 2


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with stripe_server.running() as server:
        yield server


async def _asked_providers_at_once(database: Database, world: World) -> int:
    """How many payments were opened when several asked a provider about one order at once, each with a card of their own."""
    order = await order_of(database, world, Term.BY_LINK)
    await line_up(database)

    async def one(token: str) -> None:
        async with database.transaction() as tx:
            await api.ask_provider(
                tx, order_id=order.head.id, handler="stripe", credential=token, return_url="", hosted=False,
                by=cashier(world),
            )  # fmt: skip

    await asyncio.gather(*(one(f"pm_{i}") for i in range(6)), return_exceptions=True)
    async with database.read() as tx:
        return len(await payments.payments_of(tx, references=[order.head.id]))


async def test_who_asks_a_provider_at_once_asks_once(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _asked_providers_at_once(database, world) == 1
    monkeypatch.setattr(finding.store, "LOCK", without_lock(finding.store.LOCK))
    monkeypatch.setattr(payments_store, "OF", dawdling(payments_store.OF))  # everybody has looked before anybody writes
    assert await _asked_providers_at_once(database, world) > 1


async def test_what_has_just_come_in_is_not_paid_again(database: Database, world: World, stripe: StripeServer) -> None:
    """Between the moment in which a payment is held and the one in which its order says so, somebody else pays."""
    order = await order_of(database, world, Term.BY_LINK)
    asked = Providers([Stripe(key=stripe_server.KEY, url=stripe.url)])
    given = {"order_id": order.head.id, "handler": "stripe", "return_url": "", "hosted": False, "by": cashier(world)}
    async with database.transaction() as tx:
        _, operation = await api.ask_provider(tx, credential=await stripe.card(), **given)  # type: ignore[arg-type]
    held = await performing.perform(database, asked, operation_id=operation.id, by=cashier(world))
    assert held and held.authorized == MUG
    async with database.read() as tx:
        assert (await api.order(tx, order_id=order.head.id)).head.due == MUG  # it does not know yet
    with pytest.raises(NothingDue):
        async with database.transaction() as tx:
            await api.ask_provider(tx, credential=await stripe.card(), **given)  # type: ignore[arg-type]
    async with database.read() as tx:
        assert len(await payments.payments_of(tx, references=[order.head.id])) == 1


async def test_what_is_paid_in_cash_meanwhile_is_not_held_on_a_card_too(
    database: Database, world: World, stripe: StripeServer
) -> None:
    asked = Providers([Stripe(key=stripe_server.KEY, url=stripe.url)])
    for proven in (False, True):
        order = await order_of(database, world, Term.BY_LINK)
        token = await stripe.card(stripe_server.PROVES)
        waiting = await api.pay_by_provider(
            database, asked, order_id=order.head.id, handler="stripe", credential=token, by=cashier(world)
        )
        assert waiting.provider_ref and waiting.action
        async with database.transaction() as tx:
            paid = await api.pay_cash(tx, order_id=order.head.id, tendered=MUG, by=cashier(world))
        assert (paid.head.due, paid.head.paid) == (0, MUG)
        if proven:  # on her phone, while she pays at the till
            await stripe.prove(waiting.provider_ref, waiting.action.client_secret)
        for minutes in (1, 2, 3):
            at = clock.now() + timedelta(minutes=minutes)
            await performing.resume(database, asked, by=cashier(world), now=at)
    intents = await stripe.all("payment_intents")
    assert {one["status"] for one in intents} == {"canceled"}
    assert await verification.differences(database) == []
