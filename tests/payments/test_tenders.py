"""Several tenders together: who pays how much, to whom it goes back, and what each may not."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.orders.test_orders import MUG, ask, cashier, line, place, placed, read, state_of_things
from tests.world import World

from portico.app import verification
from portico.business import api as business
from portico.business.types import MarketId
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.identity import api as identity
from portico.identity.types import Basis, NewMerge
from portico.ledger.types import BelowMinimum
from portico.loyalty import api as loyalty
from portico.loyalty.types import CardState, NewCard, PointsWorth, UnknownCard
from portico.orders import api as orders
from portico.orders.types import HandOverLine, Order, OrderId, Term
from portico.payments import api, rules
from portico.payments.rules import Offer
from portico.payments.types import (
    CardNumber,
    CashMove,
    CashMoveKind,
    Event,
    MoreThanPaid,
    NoCustomer,
    NotEnough,
    NotGood,
    NothingDue,
    Payment,
    PaymentId,
    RefundMode,
    RefundPolicy,
    State,
    Tender,
    TooMuch,
    UnknownHandler,
)
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import Refused

CASH = Tender(handler="cash", tendered=20_000)


async def customer(database: Database, world: World) -> CustomerId:
    async with database.transaction() as tx:
        made = await customers.create(tx, new=NewCustomer(given_name="Lucía", family_name="Prado"), by=world.by)
        await loyalty.grant_credit(
            tx, customer_id=made.id, amount=500, currency="EUR", reason="sorry", reference="r", by=world.by
        )
        await loyalty.grant_points(tx, customer_id=made.id, points=3000, reason="welcome", reference="r", by=world.by)
        await loyalty.put_points_worth(tx, worths=[PointsWorth(world.market_id, 10)])
    return made.id


async def gift_card(database: Database, world: World, amount: int = 700) -> str:
    async with database.transaction() as tx:
        (issued,) = await loyalty.issue(tx, cards=[NewCard(amount=amount, currency="EUR")], by=world.by)
    return issued.code


async def test_five_tenders_pay_one_order_and_get_back_what_each_brought(database: Database, world: World) -> None:
    """Points first, then what is only good here, then the card, cash last; canceled in halves, everybody has theirs again."""
    code, who = await gift_card(database, world), await customer(database, world)
    mugs = line(world, "MUG-1", 4)
    tenders = (
        CASH, Tender(handler="gift_card", credential=code), Tender(handler="store_credit"), Tender(handler="points"),
        Tender(handler="terminal", amount=1000, credential="A1B2", last4="4242"),
    )  # fmt: skip
    order = await placed(database, ask(world, mugs, term=Term.NOW, tenders=tenders, customer_id=who))
    took = {one.handler: one.captured for one in order.payments}
    assert took == {"points": 300, "gift_card": 700, "store_credit": 500, "terminal": 1000, "cash": 4 * MUG - 2500}
    assert await verification.differences(database) == []
    for half in (2, 2):
        async with database.transaction() as tx:
            await orders.cancel(
                tx, order_id=order.head.id, lines=[HandOverLine(mugs.line_id, half)], reason="", by=cashier(world),
                directory=await business.directory(tx),
            )  # fmt: skip
    after = await read(database, order)
    assert {one.handler: one.refunded for one in after.payments} == took
    assert {one.state for one in after.payments} == {State.REFUNDED}
    async with database.read() as tx:
        assert (await loyalty.card(tx, code=code)).balance == 700
        wallet = await loyalty.wallet(tx, customer_ids=[who], currencies=["EUR"])
    assert (wallet.credit, wallet.points) == ({"EUR": 500}, 3000)
    assert await verification.differences(database) == []


async def test_what_all_her_records_hold_pays_and_what_was_joined_to_her_by_others_does_not(
    database: Database, world: World
) -> None:
    hers, hers_too, another = [await customer(database, world) for _ in range(3)]
    async with database.transaction() as tx:
        joined = [
            NewMerge(record_a=hers, record_b=hers_too, basis=Basis.EXACT, proven=True),
            NewMerge(record_a=hers, record_b=another, basis=Basis.BY_HAND),
        ]
        await identity.merge(tx, merges=joined, by=world.by)
    before = await state_of_things(database, world)
    for amount in (None, 1001):
        credit = Tender(handler="store_credit", amount=amount)
        wanted = ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=(credit,), customer_id=hers)
        (answer,) = await place(database, wanted)  # 500 of each of hers, and 500 that is another's
        assert isinstance(answer, NotEnough)
    assert await state_of_things(database, world) == before
    mugs = line(world, "MUG-1", 2)
    tenders = (Tender(handler="store_credit", amount=900), Tender(handler="points", amount=400), CASH)
    order = await placed(database, ask(world, mugs, term=Term.NOW, tenders=tenders, customer_id=hers))
    assert sorted((one.handler, one.captured) for one in order.payments) == [
        ("cash", 2 * MUG - 1300), ("points", 400), ("store_credit", 400), ("store_credit", 500),
    ]  # fmt: skip
    async with database.transaction() as tx:
        left = [await loyalty.wallet(tx, customer_ids=[id], currencies=["EUR"]) for id in (hers, hers_too, another)]
        assert [one.credit.get("EUR", 0) for one in left] == [0, 100, 500]
        assert sum(one.points for one in left[:2]) == 2000 and left[2].points == 3000
    async with database.transaction() as tx:
        await orders.cancel(
            tx,
            order_id=order.head.id,
            lines=[HandOverLine(mugs.line_id, 2)],
            reason="",
            by=cashier(world),
            directory=await business.directory(tx),
        )
    async with database.read() as tx:
        left = [await loyalty.wallet(tx, customer_ids=[id], currencies=["EUR"]) for id in (hers, hers_too, another)]
    assert [(one.credit["EUR"], one.points) for one in left] == [(500, 3000)] * 3, "each has back what was its own"
    assert await verification.differences(database) == []


@pytest.mark.parametrize(
    ("tenders", "refusal"),
    [
        ((Tender(handler="terminal", amount=MUG + 1),), TooMuch),
        ((Tender(handler="terminal", amount=MUG - 1),), NotEnough),
        ((Tender(handler="terminal", amount=-5), CASH), NotEnough),
        ((Tender(handler="gift_card", credential="0000-0000-0000-0000"),), UnknownCard),
        ((Tender(handler="gift_card", credential="nonsense"),), UnknownCard),
        ((Tender(handler="store_credit"), CASH), NoCustomer),
        ((Tender(handler="points"), CASH), NoCustomer),
        ((Tender(handler="invoice"),), NoCustomer),
        ((Tender(handler="stripe", credential="tok"),), UnknownHandler),
        ((Tender(handler="terminal", last4="4242424242424242"),), CardNumber),
        ((Tender(handler="terminal", credential="4242-4242-4242-4242"),), CardNumber),
    ],
)  # fmt: skip
async def test_what_cannot_pay_takes_nothing(
    database: Database, world: World, tenders: tuple[Tender, ...], refusal: type[Refused]
) -> None:
    before = await state_of_things(database, world)
    (answer,) = await place(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=tenders))
    assert type(answer) is refusal
    assert await state_of_things(database, world) == before


async def test_a_blocked_card_and_one_of_another_currency_pay_for_nothing(database: Database, world: World) -> None:
    code = await gift_card(database, world, 5000)
    async with database.transaction() as tx:
        card = await loyalty.card(tx, code=code)
        await loyalty.block(tx, card_id=card.id, blocked=True)
        (foreign,) = await loyalty.issue(tx, cards=[NewCard(amount=5000, currency="USD")], by=world.by)
    for each in (code, foreign.code):
        tenders = (Tender(handler="gift_card", credential=each),)
        (answer,) = await place(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=tenders))
        assert type(answer) is NotGood
    async with database.transaction() as tx:
        assert (await loyalty.block(tx, card_id=card.id, blocked=False)).state is CardState.ACTIVE
    tenders = (Tender(handler="gift_card", credential=code),)
    assert isinstance(
        await placed(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=tenders)), Order
    )


async def test_an_invoice_lets_goods_go_and_is_paid_later_in_parts(database: Database, world: World) -> None:
    who = await customer(database, world)
    mugs = line(world, "MUG-1", 2)
    order = await placed(
        database, ask(world, mugs, term=Term.NOW, tenders=(Tender(handler="invoice", due_days=14),), customer_id=who)
    )
    assert (order.head.paid, order.head.authorized, order.head.due) == (0, 2 * MUG, 0)
    async with database.transaction() as tx:
        await orders.hand_over(tx, order_id=order.head.id, location_id=world.store, lines=None, by=cashier(world))
    payment_id = order.payments[0].id
    for amount, state, paid in ((MUG, State.PARTLY_CAPTURED, MUG), (MUG, State.CAPTURED, 2 * MUG)):
        async with database.transaction() as tx:
            settled = await orders.pay_invoice(tx, payment_id=payment_id, amount=amount, reference="SEPA", by=world.by)
        assert (settled.state, (await read(database, order)).head.paid) == (state, paid)
    for refusal, amount in ((NothingDue, 1),):
        with pytest.raises(refusal):
            async with database.transaction() as tx:
                await orders.pay_invoice(tx, payment_id=payment_id, amount=amount, reference="", by=world.by)
    assert await verification.differences(database) == []


async def test_more_than_was_paid_never_goes_back(database: Database, world: World) -> None:
    order = await placed(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=(CASH,)))
    before = await state_of_things(database, world)
    for amount in (MUG + 1, 0, -1):
        with pytest.raises(MoreThanPaid):
            async with database.transaction() as tx:
                await orders.credit(tx, order_id=order.head.id, amount=amount, reason="r", by=cashier(world))
    assert await state_of_things(database, world) == before
    async with database.transaction() as tx:
        await orders.credit(tx, order_id=order.head.id, amount=200, reason="scratched", by=cashier(world))
    after = (await read(database, order)).head
    assert (after.credited, after.refunded, after.due, after.owed_back) == (200, 200, 0, 0)


async def test_a_till_is_closed_with_what_was_counted(database: Database, world: World) -> None:
    await placed(database, ask(world, line(world, "MUG-1", 1), term=Term.NOW, tenders=(CASH,)))
    till = world.tills["T1"].uuid
    async with database.transaction() as tx:
        found = await api.report(tx, till_id=till, currency="EUR")
    assert (found.expected, [(one.reason, one.came) for one in found.turnover]) == (MUG, [("cash_sale", MUG)])
    closes = []
    for counted in (MUG - 5, MUG - 5):
        async with database.transaction() as tx:
            closes.append(await api.close_till(tx, till_id=till, currency="EUR", counted=counted, by=cashier(world)))
    assert [(one.number, one.expected, one.difference) for one in closes] == [(1, MUG, -5), (2, MUG - 5, 0)]
    # The difference that ended the first day is no part of the second, which opens with what was counted.
    assert [(one.opening, [each.reason for each in one.turnover]) for one in closes] == [
        (0, ["cash_sale"]), (MUG - 5, []),
    ]  # fmt: skip
    # A till that was away says afterwards what it sold before the close: in the drawer it lies now, so it is of this day.
    async with database.transaction(now=closes[0].closed_at - timedelta(hours=1)) as tx:
        await api.move_cash(
            tx, till_id=till, move=CashMove(kind=CashMoveKind.FLOAT, amount=300, currency="EUR"), by=cashier(world)
        )
    async with database.transaction() as tx:
        found = await api.report(tx, till_id=till, currency="EUR")
    assert (found.opening, found.expected) == (MUG - 5, MUG + 295)
    assert [(one.reason, one.came) for one in found.turnover] == [("float", 300)]
    assert await verification.differences(database) == []
    with pytest.raises(BelowMinimum):
        async with database.transaction() as tx:
            drop = CashMove(kind=CashMoveKind.DROP, amount=MUG + 296, currency="EUR")
            await api.move_cash(tx, till_id=till, move=drop, by=cashier(world))


OFFERS = some.lists(
    some.builds(
        Offer, some.sampled_from(["cash", "terminal", "gift_card", "points", "stripe"]),
        some.none() | some.integers(1, 3000), some.integers(0, 5000),
    ),
    max_size=6,
)  # fmt: skip


@given(some.integers(1, 10_000), OFFERS)
def test_shares_add_up_to_what_is_due_and_nobody_gives_more_than_he_has(due: int, offers: list[Offer]) -> None:
    shares = rules.share(due, offers, currency="EUR")
    fixed = sum(one.amount or 0 for one in offers)
    reach = sum(one.amount if one.amount is not None else one.most for one in offers)
    if isinstance(shares, Refused):
        short = any(one.amount is not None and one.amount > one.most for one in offers)
        assert fixed > due or short or reach < due
        return
    assert sum(shares) == due
    for share, offer in zip(shares, offers, strict=True):
        assert share == offer.amount if offer.amount is not None else 0 <= share <= offer.most


def payment(handler: str, captured: int, refunded: int) -> Payment:
    return Payment(
        PaymentId.new(), OrderId.new().uuid, handler, captured, captured, 0, "EUR", None, None, "a", "", None, clock.now(),
        captured=captured, refunded=min(captured, refunded),
    )  # fmt: skip


@given(
    some.lists(
        some.builds(payment, some.sampled_from(["cash", "gift_card", "stripe"]), some.integers(1, 10**6), some.integers(0, 10**6)),
        min_size=1, max_size=6,
    ),
    some.data(), some.sampled_from(RefundMode),
)  # fmt: skip
def test_what_goes_back_adds_up_and_no_tender_gets_more_than_it_brought(
    payments: list[Payment], data: some.DataObject, mode: RefundMode
) -> None:
    left = sum(one.left for one in payments)
    if not left:
        return
    amount = data.draw(some.integers(1, left))
    policy = RefundPolicy(MarketId.new(), mode, ("gift_card", "stripe"))
    parts = rules.share_refund(payments, amount, policy=policy)
    assert sum(part for _, part in parts) == amount
    assert all(0 < part <= one.left for one, part in parts)
    assert len({one.id for one, _ in parts}) == len(parts)
    if mode is RefundMode.IN_ORDER and any(one.handler == "cash" for one, _ in parts):
        given_back = {one.id: part for one, part in parts}
        assert all(given_back.get(one.id, 0) == one.left for one in payments if one.handler != "cash")


def test_every_state_of_a_payment_is_reached_and_none_is_a_trap() -> None:
    reached, ends = {State.PENDING}, rules.FINAL
    while more := {to for (of, _), to in rules.FOLLOWS.items() if of in reached} - reached:
        reached |= more
    assert reached == set(State)
    for state in set(State) - ends:
        assert any(of is state for of, _ in rules.FOLLOWS), state
    assert not any(of in ends for of, _ in rules.FOLLOWS)
    assert {event for _, event in rules.FOLLOWS} == set(Event)
    assert msgspec.json.encode(State.PENDING) == b'"pending"'
