"""Completing with a provider: paid and placed, or neither, wherever it stops and whoever goes on."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from tests.brittle import Brittle, Died, Fate
from tests.carts.racing import line_up, without_lock
from tests.checkout.test_checkout import HER, basket, collect, placed, reserved, start, update
from tests.payments import stripe_server
from tests.payments.stripe_server import StripeServer
from tests.world import ON_HAND, SKUS, World

from portico.app import verification
from portico.business import api as business
from portico.checkout import api, completing, store
from portico.checkout.types import Busy, Checkout, Complete, Completed, State
from portico.integrations.psp.stripe import Stripe
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, OutOfStock, Reason, Want, WantLine
from portico.loyalty import api as loyalty
from portico.loyalty.types import NewCard
from portico.orders import api as orders
from portico.orders.types import Order, OrderId, Term
from portico.payments import api as payments
from portico.payments import performing
from portico.payments.ports import Providers
from portico.payments.types import CardNumber, Declined, InProgress, NotEnough, Tender, UnknownHandler
from portico.payments.types import State as PaymentState
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId

MUG = SKUS["MUG-1"]


@pytest.fixture
async def stripe() -> AsyncIterator[StripeServer]:
    async with stripe_server.running() as server:
        yield server


def providers(server: StripeServer, kind: type[Stripe] = Stripe) -> Providers:
    return Providers([kind(key=stripe_server.KEY, url=server.url)])


async def to_pay(database: Database, world: World, mugs: int = 2) -> Checkout:
    cart = await basket(database, world, mug=mugs)
    return await update(
        database, world, await start(database, world, cart), choices=collect(cart, world), buyer=HER, term=Term.NOW
    )


async def complete(
    database: Database, world: World, asked: Providers, checkout: Checkout, *tenders: Tender
) -> Order | completing.Proof:
    async with database.read() as tx:
        directory = await business.directory(tx)
    ask = Complete(checkout_id=checkout.head.id, by=world.by, language="en", tenders=tenders)
    return await completing.complete(database, asked, ask=ask, directory=directory, return_url="")


async def state(database: Database, checkout: Checkout) -> State:
    async with database.read() as tx:
        return (await api.checkout(tx, checkout_id=checkout.head.id))[0].head.state


async def settle(database: Database, asked: Providers, world: World) -> None:
    """What a worker does, a while later."""
    for minutes in range(1, 5):
        later = clock.now() + timedelta(minutes=minutes)
        await performing.resume(database, asked, by=world.by, now=later)
        await completing.resume(database, asked, by=world.by, now=later)


async def held(server: StripeServer) -> list[int]:
    """The amounts that Stripe itself says are held or were taken."""
    return [
        one["amount"]
        for one in await server.all("payment_intents")
        if one["status"] in ("requires_capture", "succeeded")
    ]


def by_card(token: str, amount: int | None = None) -> Tender:
    return Tender(handler="stripe", credential=token, amount=amount)


async def test_it_is_held_when_it_is_placed_and_captured_when_goods_go_out(
    database: Database, world: World, stripe: StripeServer
) -> None:
    asked, checkout = providers(stripe), await to_pay(database, world)
    order = await complete(database, world, asked, checkout, by_card(await stripe.card()))
    assert isinstance(order, Order)
    assert (order.head.total, order.head.paid, order.head.authorized, order.head.due) == (2 * MUG, 0, 2 * MUG, 0)
    assert await state(database, checkout) is State.COMPLETED
    async with database.transaction() as tx:
        await orders.hand_over(tx, order_id=order.head.id, location_id=world.other_store, lines=None, by=world.by)
    await settle(database, asked, world)
    async with database.transaction() as tx:
        head = await orders.settle(tx, order_id=order.head.id, by=world.by)
    assert (head.paid, head.authorized, head.due) == (2 * MUG, 0, 0)
    assert [one["status"] for one in await stripe.all("payment_intents")] == ["succeeded"]
    assert await verification.differences(database) == []


async def test_a_gift_card_and_a_card_pay_together_or_not_at_all(
    database: Database, world: World, stripe: StripeServer
) -> None:
    async with database.transaction() as tx:
        (card,) = await loyalty.issue(tx, cards=[NewCard(amount=1000, currency="EUR")], by=world.by)
    gift = Tender(handler="gift_card", credential=card.code)
    asked, checkout = providers(stripe), await to_pay(database, world)
    with pytest.raises(Declined) as declined:
        await complete(database, world, asked, checkout, gift, by_card(await stripe.card(stripe_server.DECLINED)))
    assert declined.value.error == "card_declined"
    async with database.read() as tx:
        assert (await loyalty.card(tx, code=card.code)).balance == 1000
    assert (await placed(database), await state(database, checkout)) == (0, State.READY_FOR_COMPLETE)
    order = await complete(database, world, asked, checkout, gift, by_card(await stripe.card()))
    assert isinstance(order, Order)
    assert {one.handler: one.captured + one.authorized for one in order.payments} == {
        "gift_card": 1000, "stripe": 2 * MUG - 1000,
    }  # fmt: skip
    async with database.pool.acquire() as connection:
        kept = await connection.fetch("select progress::text from checkout.checkout where progress is not null")
    assert kept == []
    assert await verification.differences(database) == []


async def test_the_code_of_a_gift_card_is_written_nowhere(
    database: Database, world: World, stripe: StripeServer
) -> None:
    """Not even while a provider is asked and the rest waits."""
    async with database.transaction() as tx:
        (card,) = await loyalty.issue(tx, cards=[NewCard(amount=1000, currency="EUR")], by=world.by)
    asked, checkout = providers(stripe), await to_pay(database, world)
    gift = Tender(handler="gift_card", credential=card.code)
    proof = await complete(database, world, asked, checkout, gift, by_card(await stripe.card(stripe_server.PROVES)))
    assert isinstance(proof, completing.Proof)
    async with database.pool.acquire() as connection:
        (progress,) = await connection.fetchrow("select progress::text from checkout.checkout")
    assert card.code not in progress
    assert card.code.replace("-", "") not in progress


async def test_who_must_prove_herself_is_asked_and_then_it_goes_on(
    database: Database, world: World, stripe: StripeServer
) -> None:
    asked, checkout = providers(stripe), await to_pay(database, world)
    token = await stripe.card(stripe_server.PROVES)
    proof = await complete(database, world, asked, checkout, by_card(token))
    assert isinstance(proof, completing.Proof)
    (payment,) = proof.payments
    assert (payment.state, payment.action is not None) == (PaymentState.REQUIRES_ACTION, True)
    assert await state(database, checkout) is State.REQUIRES_ESCALATION
    with pytest.raises(Busy):  # nothing of it changes meanwhile
        await update(database, world, checkout, term=Term.ON_COLLECTION)
    assert isinstance(await complete(database, world, asked, checkout, by_card(token)), completing.Proof)
    assert payment.provider_ref
    assert payment.action
    await stripe.prove(payment.provider_ref, payment.action.client_secret)
    order = await complete(database, world, asked, checkout, by_card(token))
    assert isinstance(order, Order)
    assert (await placed(database), await held(stripe)) == (1, [2 * MUG])


async def test_a_proof_that_fails_or_never_comes_lets_go(
    database: Database, world: World, stripe: StripeServer
) -> None:
    asked = providers(stripe)
    for fails in (True, False):
        checkout = await to_pay(database, world)
        token = await stripe.card(stripe_server.PROVES)
        proof = await complete(database, world, asked, checkout, by_card(token))
        assert isinstance(proof, completing.Proof)
        if fails:
            (payment,) = proof.payments
            assert payment.provider_ref
            assert payment.action
            await stripe.prove(payment.provider_ref, payment.action.client_secret, success=False)
            with pytest.raises(Declined):
                await complete(database, world, asked, checkout, by_card(token))
        else:
            await completing.resume(database, asked, by=world.by, now=clock.now() + timedelta(hours=2))
            await settle(database, asked, world)
        assert await state(database, checkout) is State.READY_FOR_COMPLETE
    assert (await placed(database), await held(stripe)) == (0, [])


async def test_who_would_rather_pay_otherwise_gives_it_up_and_nothing_is_placed_with_it(
    database: Database, world: World, stripe: StripeServer
) -> None:
    asked, checkout = providers(stripe), await to_pay(database, world)
    proof = await complete(database, world, asked, checkout, by_card(await stripe.card(stripe_server.PROVES)))
    assert isinstance(proof, completing.Proof)
    async with database.read() as tx:
        begun = (await api.checkout(tx, checkout_id=checkout.head.id))[0].head.progress
        assert await completing.under_way(tx, checkout_id=checkout.head.id) == proof.payments
    assert begun
    (payment,) = proof.payments
    assert payment.provider_ref
    assert payment.action
    await stripe.prove(payment.provider_ref, payment.action.client_secret)  # in another window, at the same moment
    await completing.give_up(database, checkout_id=checkout.head.id, by=world.by)
    with pytest.raises(Busy):  # whoever went on meanwhile, and only now comes to place it
        await completing._place(database, checkout.head.id, begun)
    await settle(database, asked, world)
    assert (await placed(database), await held(stripe)) == (0, [])
    assert await state(database, checkout) is State.READY_FOR_COMPLETE
    assert await reserved(database, world) == 2  # still set aside for her
    async with database.read() as tx:
        assert await completing.under_way(tx, checkout_id=checkout.head.id) is None
        assert await payments.declined(tx, reference=checkout.head.id) is None
    stripe.wire.loses = lambda request: b"POST" in request
    with pytest.raises(InProgress):
        await complete(database, world, asked, checkout, by_card(await stripe.card()))
    with pytest.raises(InProgress):  # what nobody knows cannot be given up
        await completing.give_up(database, checkout_id=checkout.head.id, by=world.by)
    stripe.wire.loses = lambda request: False
    await settle(database, asked, world)
    assert (await placed(database), await held(stripe)) == (1, [2 * MUG])


async def test_what_was_sent_and_not_answered_is_asked_and_never_guessed(
    database: Database, world: World, stripe: StripeServer
) -> None:
    asked, checkout = providers(stripe), await to_pay(database, world)
    token = await stripe.card()
    stripe.wire.loses = lambda request: b"POST" in request
    with pytest.raises(InProgress):
        await complete(database, world, asked, checkout, by_card(token))
    async with database.read() as tx:
        (payment,) = await payments.payments_of(tx, references=[checkout.head.id])
    assert (payment.state, await placed(database)) == (PaymentState.UNKNOWN, 0)
    stripe.wire.loses = lambda request: False
    order = await complete(database, world, asked, checkout, by_card(token))
    assert isinstance(order, Order)
    assert await held(stripe) == [2 * MUG]


async def test_nobody_there_changes_nothing_and_may_be_tried_again(
    database: Database, world: World, stripe: StripeServer
) -> None:
    asked, checkout = providers(stripe), await to_pay(database, world)
    token = await stripe.card()
    await stripe.wire.down()
    with pytest.raises(InProgress):
        await complete(database, world, asked, checkout, by_card(token))
    await stripe.wire.up()
    assert isinstance(await complete(database, world, asked, checkout, by_card(token)), Order)
    assert await held(stripe) == [2 * MUG]


async def test_what_is_sold_out_meanwhile_lets_the_money_go(
    database: Database, world: World, stripe: StripeServer
) -> None:
    """The goods are held while a provider is asked; if that hold is lost, so is the order, and nothing stays held."""
    asked, checkout = providers(stripe), await to_pay(database, world)
    token = await stripe.card(stripe_server.PROVES)
    proof = await complete(database, world, asked, checkout, by_card(token))
    assert isinstance(proof, completing.Proof)
    (payment,) = proof.payments
    async with database.transaction() as tx:
        await inventory.release(tx, holders=[checkout.head.id], by=world.by)
        line = WantLine(LineItemId.new(), world.variants["MUG-1"], world.other_store, ON_HAND, take=True)
        await inventory.allocate(tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=tx.now)])
    assert payment.provider_ref
    assert payment.action
    await stripe.prove(payment.provider_ref, payment.action.client_secret)
    with pytest.raises(OutOfStock):
        await complete(database, world, asked, checkout, by_card(token))
    await settle(database, asked, world)
    assert (await placed(database), await held(stripe)) == (0, [])
    assert await verification.differences(database) == []


async def test_ten_who_complete_at_once_pay_once(database: Database, world: World, stripe: StripeServer) -> None:
    asked, checkout = providers(stripe), await to_pay(database, world)
    token = await stripe.card()
    answers = await asyncio.gather(
        *(complete(database, world, asked, checkout, by_card(token)) for _ in range(10)), return_exceptions=True
    )
    done = {one.head.id for one in answers if isinstance(one, Order)}
    assert len(done) == 1
    assert all(isinstance(one, Order | InProgress | Completed | Busy) for one in answers), answers
    await settle(database, asked, world)
    assert (await placed(database), await held(stripe)) == (1, [2 * MUG])
    assert await verification.differences(database) == []


async def _asked_at_once(database: Database, world: World, stripe: StripeServer) -> int:
    """How often a provider was to be asked when several completed at once."""
    asked, checkout = providers(stripe), await to_pay(database, world)
    token = await stripe.card()
    await line_up(database)
    await asyncio.gather(
        *(complete(database, world, asked, checkout, by_card(token)) for _ in range(4)), return_exceptions=True
    )
    async with database.read() as tx:
        order_ids = [one.id for one in await orders.heads(tx)]
        return len(await payments.payments_of(tx, references=[checkout.head.id, *order_ids]))


async def test_who_completes_at_once_asks_once(
    database: Database, world: World, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _asked_at_once(database, world, stripe) == 1
    monkeypatch.setattr(store, "LOCK_ONE", without_lock(store.LOCK_ONE))
    assert await _asked_at_once(database, world, stripe) > 1


async def _resumed_at_once(database: Database, world: World, stripe: StripeServer) -> int:
    """How many workers go on with one checkout whose buyer has left."""
    asked, checkout = providers(stripe), await to_pay(database, world)
    proof = await complete(database, world, asked, checkout, by_card(await stripe.card(stripe_server.PROVES)))
    assert isinstance(proof, completing.Proof)
    later = clock.now() + timedelta(minutes=1)
    await line_up(database)
    looked = await asyncio.gather(*(completing.resume(database, asked, by=world.by, now=later) for _ in range(3)))
    async with database.transaction() as tx:
        await api.cancel(tx, checkout_id=checkout.head.id, by=world.by)
    return sum(looked)


async def test_of_several_workers_one_goes_on(
    database: Database, world: World, stripe: StripeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _resumed_at_once(database, world, stripe) == 1
    monkeypatch.setattr(store, "UNDER_WAY", without_lock(store.UNDER_WAY))
    assert await _resumed_at_once(database, world, stripe) > 1


@pytest.mark.parametrize(
    ("tender", "refusal"),
    [
        (Tender(handler="stripe", credential="4242 4242 4242 4242"), CardNumber),
        (Tender(handler="stripe", credential="pm_x", amount=1), NotEnough),
        (Tender(handler="paypal", credential="x"), UnknownHandler),
        (Tender(handler="stripe", credential="pm_nobody"), Declined),
    ],
)
async def test_what_cannot_pay_is_refused_and_nothing_is_held(
    database: Database, world: World, stripe: StripeServer, tender: Tender, refusal: type
) -> None:
    asked, checkout = providers(stripe), await to_pay(database, world)
    with pytest.raises(refusal):
        await complete(database, world, asked, checkout, tender)
    assert (await placed(database), await held(stripe)) == (0, [])
    assert await state(database, checkout) is State.READY_FOR_COMPLETE


class Mortal(Stripe):
    """Its process may die right before it asks, and right after it was answered."""

    fate = Fate(None)

    async def perform(self, ask: Any) -> Any:
        self.fate.step()
        answer = await super().perform(ask)
        self.fate.step()
        return answer


class Forgetful(Mortal):
    """Never asks what became of something: the control that must charge twice."""

    async def find(self, ask: Any) -> Any:
        return None


async def _die_at_every_step(database: Database, world: World, server: StripeServer, kind: type[Mortal]) -> list[str]:
    """Let the process die at the first step, the second, and so on until it outlives the purchase; what was wrong afterwards."""
    wrong: list[str] = []
    die_at = 0
    async with database.transaction() as tx:
        await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=world.variants["MUG-1"],
                    location_id=world.other_store,
                    quantity=300,
                    reason=Reason.RECEIVED,
                    reference="",
                    by=world.by,
                    occurred_at=tx.now,
                )
            ],
        )
    while True:
        die_at += 1
        assert die_at < 200
        checkout = await to_pay(database, world, mugs=1)
        before, orders_before = len(await held(server)), await placed(database)
        fate = kind.fate = Fate(die_at)
        asked = providers(server, kind)
        token = await server.card()
        try:
            found = await complete(Brittle(database.pool, fate), world, asked, checkout, by_card(token))
            assert isinstance(found, Order)
        except Died:
            pass
        kind.fate = Fate(None)
        await settle(database, asked, world)
        new, taken = await placed(database) - orders_before, len(await held(server)) - before
        if (new, taken) not in ((0, 0), (1, 1)):
            wrong.append(f"step {die_at}: {new} orders, {taken} charges")
        if new == 0 and not wrong:
            assert await state(database, checkout) is State.READY_FOR_COMPLETE
            assert isinstance(await complete(database, world, asked, checkout, by_card(token)), Order)
        if not fate.over:
            return wrong


async def test_it_may_die_at_every_step(database: Database, world: World, stripe: StripeServer) -> None:
    assert await _die_at_every_step(database, world, stripe, Mortal) == []
    assert await verification.differences(database) == []
    sold = await placed(database)
    assert await reserved(database, world) == sold


async def test_without_asking_what_became_of_it_somebody_pays_twice(
    database: Database, world: World, stripe: StripeServer
) -> None:
    assert any("2 charges" in one for one in await _die_at_every_step(database, world, stripe, Forgetful))
