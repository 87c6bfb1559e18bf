"""What a company owes: never more than it may, exact under a rush, and back to nothing as it is paid, canceled or returned."""

import asyncio

import pytest

from portico.app import verification
from portico.business import api as business
from portico.companies import store
from portico.companies.types import Company, CreditOver, State
from portico.customers.types import CustomerId
from portico.documents import api as documents
from portico.documents.types import DocumentType
from portico.orders import api as orders
from portico.orders import editing
from portico.orders.types import HandOverLine, Order, TakeBack, Term
from portico.payments.types import State as PaymentState
from portico.payments.types import Tender
from portico.platform import clock
from portico.platform.db import Database
from tests.carts.racing import line_up, without_lock
from tests.companies.firms import buyer, code, firm, for_company, owed, person, put, sells, tables
from tests.orders.test_orders import MUG, ask, hand_over, line, place, placed, state_of_things
from tests.world import World

CALLERS = 6


async def settle(database: Database, world: World, order: Order, amount: int) -> None:
    async with database.transaction() as tx:
        await orders.pay_invoice(tx, payment_id=order.payments[0].id, amount=amount, reference="SEPA", by=world.by)


async def cancel(database: Database, world: World, order: Order, quantity: int) -> Order:
    async with database.transaction() as tx:
        await editing.cancel(
            tx, order_id=order.head.id, lines=[HandOverLine(order.lines[0].id, quantity)], reason="too_many",
            directory=await business.directory(tx), by=world.by,
        )  # fmt: skip
    async with database.read() as tx:
        return await orders.order(tx, order_id=order.head.id)


async def test_what_is_bought_on_account_is_owed_and_what_is_paid_is_not(database: Database, world: World) -> None:
    company = await firm(database, world, credit=10 * MUG)
    who = await buyer(database, world, company)
    before = clock.now()
    order = await placed(database, for_company(world, company, who, 4, po_number="PO 7"))
    assert (order.head.company_id, order.head.po_number, order.head.customer_id) == (company.id, "PO 7", who)
    assert (order.payments[0].state, order.payments[0].authorized) == (PaymentState.AUTHORIZED, 4 * MUG)
    assert order.payments[0].due_at is not None and (order.payments[0].due_at - before).days in (13, 14)
    assert ((await owed(database, company)).owed, (await owed(database, company)).left) == (4 * MUG, 6 * MUG)
    await settle(database, world, order, MUG)
    assert (await owed(database, company)).owed == 3 * MUG
    await settle(database, world, order, 3 * MUG)
    assert (await owed(database, company)).owed == 0
    assert await verification.differences(database) == []


async def test_beyond_the_limit_is_refused_with_what_is_left_and_nothing_is_written(
    database: Database, world: World
) -> None:
    company = await firm(database, world, credit=5 * MUG)
    who = await buyer(database, world, company)
    await placed(database, for_company(world, company, who, 3))
    before = (await state_of_things(database, world), await tables(database))
    (refused,) = await place(database, for_company(world, company, who, 3))
    assert isinstance(refused, CreditOver)
    assert (refused.left, refused.amount, refused.currency) == (2 * MUG, 3 * MUG, "EUR")
    assert (await state_of_things(database, world), await tables(database)) == before
    await placed(database, for_company(world, company, who, 2))
    assert (await owed(database, company)).left == 0


async def test_several_at_once_are_judged_one_after_the_other(database: Database, world: World) -> None:
    company = await firm(database, world, credit=5 * MUG)
    who = await buyer(database, world, company)
    asks = [for_company(world, company, who, n) for n in (3, 3, 2)]
    answers = await place(database, asks[0], ask(world, line(world, "CUP-1", 1)), *asks[1:])
    assert [one.head.total if isinstance(one, Order) else code(one) for one in answers] == [
        3 * MUG, 990, "companies.credit_over", 2 * MUG,
    ]  # fmt: skip
    assert (await owed(database, company)).owed == 5 * MUG


async def rush(database: Database, world: World, company: Company, who: CustomerId) -> int:
    """How many of those who buy at the same moment are served; there is credit for half of them."""
    await line_up(database)
    answers = await asyncio.gather(*(place(database, for_company(world, company, who)) for _ in range(CALLERS)))
    return sum(isinstance(one, Order) for each in answers for one in each)


async def test_a_rush_stops_at_the_limit(database: Database, world: World) -> None:
    company = await firm(database, world, credit=CALLERS // 2 * MUG)
    who = await buyer(database, world, company)
    assert await rush(database, world, company, who) == CALLERS // 2
    assert (await owed(database, company)).left == 0
    assert await verification.differences(database) == []


async def test_control_without_the_lock_it_oversteps(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = await firm(database, world, credit=CALLERS // 2 * MUG)
    who = await buyer(database, world, company)
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    assert await rush(database, world, company, who) > CALLERS // 2
    assert (await owed(database, company)).owed > CALLERS // 2 * MUG


async def test_what_is_canceled_is_owed_no_more(database: Database, world: World) -> None:
    company = await firm(database, world, credit=10 * MUG)
    who = await buyer(database, world, company)
    order = await placed(database, for_company(world, company, who, 4))
    after = await cancel(database, world, order, 1)
    assert ((await owed(database, company)).owed, after.head.authorized, after.head.due) == (3 * MUG, 3 * MUG, 0)
    await settle(database, world, order, MUG)
    after = await cancel(database, world, order, 2)
    assert ((await owed(database, company)).owed, after.head.authorized, after.head.balance) == (0, 0, 0)
    assert after.payments[0].state is PaymentState.CAPTURED
    other = await placed(database, for_company(world, company, who, 2))
    gone = await cancel(database, world, other, 2)
    assert (gone.payments[0].state, (await owed(database, company)).owed) == (PaymentState.VOIDED, 0)
    assert await verification.differences(database) == []


async def test_what_came_back_is_owed_no_more(database: Database, world: World) -> None:
    company = await firm(database, world, credit=10 * MUG)
    who = await buyer(database, world, company)
    order = await placed(database, for_company(world, company, who, 4))
    await settle(database, world, order, MUG)
    # What is owed on an invoice goes out: somebody has said that she will pay it.
    assert (await hand_over(database, world, order)).head.state == "fulfilled"
    async with database.transaction() as tx:
        await orders.take_back(
            tx, order_id=order.head.id, lines=[TakeBack(order.lines[0].id, 2)], fee=0, reason="damaged",
            cause=order.head.id, by=world.by,
        )  # fmt: skip
    assert (await owed(database, company)).owed == MUG
    assert await verification.differences(database) == []


async def test_the_ledger_check_sees_what_was_changed_behind_its_back(database: Database, world: World) -> None:
    company = await firm(database, world)
    order = await placed(database, for_company(world, company, await buyer(database, world, company), 2))
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update payments.payment set authorized = authorized - 1 where id = $1", order.payments[0].id.uuid
        )
    found = [one for one in await verification.differences(database) if one.room == "companies"]
    assert [(one.what, one.stored, one.added_up) for one in found] == [("owes", 2 * MUG, 2 * MUG - 1)]


async def test_who_may_not_buy_for_it_writes_nothing(database: Database, world: World) -> None:
    company = await firm(database, world)
    other = await firm(database, world, name="Otra", tax_id="")
    who = await buyer(database, world, company)
    nobody = await person(database, world, "Marta")
    blocked = await firm(database, world, name="Cerrada", tax_id="", state=State.BLOCKED)
    late = await buyer(database, world, blocked)
    elsewhere = await firm(database, world, name="Lejos", tax_id="", market_ids=(type(world.market_id).new(),))
    far = await buyer(database, world, elsewhere)
    before = (await state_of_things(database, world), await tables(database))
    for one, refusal in (
        (for_company(world, company, nobody), "companies.not_a_buyer"),
        (for_company(world, other, who), "companies.not_a_buyer"),
        (for_company(world, company, who, customer_id=None), "companies.not_a_buyer"),
        (for_company(world, blocked, late), "companies.blocked"),
        (for_company(world, elsewhere, far), "companies.not_in_market"),
    ):
        (answer,) = await place(database, one)
        assert code(answer) == refusal
    assert (await state_of_things(database, world), await tables(database)) == before


async def test_a_limit_that_is_lowered_lets_nothing_more_be_owed(database: Database, world: World) -> None:
    company = await firm(database, world, credit=10 * MUG)
    who = await buyer(database, world, company)
    order = await placed(database, for_company(world, company, who, 4))
    await put(database, world, company, credits=())
    assert ((await owed(database, company)).owed, (await owed(database, company)).left) == (4 * MUG, 0)
    (refused,) = await place(database, for_company(world, company, who))
    assert code(refused) == "companies.credit_over"
    await settle(database, world, order, 4 * MUG)
    assert await verification.differences(database) == []


async def test_an_order_that_is_there_is_put_on_account(database: Database, world: World) -> None:
    company = await firm(database, world, credit=3 * MUG)
    who = await buyer(database, world, company)
    order = await placed(database, for_company(world, company, who, 2, term=Term.ON_COLLECTION, tenders=()))
    dear = await placed(database, for_company(world, company, who, 2, term=Term.ON_COLLECTION, tenders=()))
    invoice = [Tender(handler="invoice")]
    async with database.transaction() as tx:
        await orders.pay(tx, order_id=order.head.id, tenders=invoice, by=world.by)
    before = await tables(database)
    with pytest.raises(CreditOver) as refused:
        async with database.transaction() as tx:
            await orders.pay(tx, order_id=dear.head.id, tenders=invoice, by=world.by)
    assert refused.value.left == MUG
    assert await tables(database) == before
    assert (await owed(database, company)).owed == 2 * MUG


async def test_its_invoice_is_made_out_to_it_at_once(database: Database, world: World) -> None:
    await sells(database, world)
    company = await firm(database, world)
    order = await placed(
        database, for_company(world, company, await buyer(database, world, company), 2, po_number="44")
    )
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        asks = [(order.head.id, world.by)]
        (invoice,) = await documents.receipts(tx, asks=asks, directory=directory)
        assert await documents.receipts(tx, asks=asks, directory=directory) == []
    paper = invoice.snapshot
    assert (invoice.type, paper.due, paper.po_number, paper.due_at) == (
        DocumentType.INVOICE, 2 * MUG, "44", order.payments[0].due_at,
    )  # fmt: skip
    assert paper.buyer is not None
    assert (paper.buyer.name, paper.buyer.tax_id, paper.buyer.address) == (
        company.name,
        company.tax_id,
        company.billing,
    )
    # Whatever becomes of the company, what was written stays.
    await put(database, world, company, name="Estudio Mar")
    async with database.read() as tx:
        kept = await documents.document(tx, document_id=invoice.id)
    assert kept.snapshot.buyer == paper.buyer
