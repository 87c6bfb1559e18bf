"""What is taken in exchange stands on a receipt of its own, so that it too may come back: every note is right and nothing is parked."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some
from tests.documents import paper
from tests.orders.test_orders import cashier, read
from tests.returns.test_returns import LAMP, MUG, back, sold, take
from tests.world import SKUS, World

from portico.app import verification
from portico.business import api as business
from portico.documents import api, rules
from portico.documents.types import AlreadyInvoiced, Document, DocumentType, Line, NothingLeft, Tax
from portico.orders import api as orders
from portico.orders.types import AddLine, Edit, LinePrice, Method, Order
from portico.payments.types import cash
from portico.platform.db import Database
from portico.returns.types import Instead

RECEIPT, NOTE = DocumentType.RECEIPT, DocumentType.CREDIT_NOTE


async def papers(database: Database, order: Order, count: int) -> list[Document]:
    """An order's documents in the order they were written, once there are so many; a moment later there are no more."""
    for turn in range(1200):
        async with database.read() as tx:
            heads = await api.of_order(tx, order_id=order.head.id)
        if len(heads) >= count and turn:
            break
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.4)
    async with database.read() as tx:
        heads = await api.of_order(tx, order_id=order.head.id)
        assert [one.type for one in heads][:count] and len(heads) == count, [(one.type, one.number) for one in heads]
        return [await api.document(tx, document_id=one.id) for one in heads]


def said(one: Document) -> tuple[DocumentType, list[tuple[str, int, int]], int]:
    return one.type, [(line.sku, line.quantity, line.gross) for line in one.snapshot.lines], one.total


async def nothing_is_parked(database: Database) -> None:
    assert await database.pool.fetchval("select count(*) from platform.parked_fact") == 0


async def test_what_was_taken_in_exchange_comes_back_itself(url: str, database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 2))
    (first,) = await papers(database, order, 1)
    await take(
        database, world, order, back(order), exchange=(Instead(world.variants["LAMP-1"], 1),), tenders=cash(LAMP - MUG)
    )
    _, *rest = await papers(database, order, 3)
    assert sorted(map(said, rest)) == [
        (NOTE, [("MUG-1", -1, -MUG)], -MUG), (RECEIPT, [("LAMP-1", 1, LAMP)], LAMP),
    ]  # fmt: skip
    second = next(one for one in rest if one.type is RECEIPT)
    assert second.number != first.number
    after = await read(database, order)
    await take(database, world, after, back(after, 1, 1))
    *_, note = await papers(database, order, 4)
    assert said(note) == (NOTE, [("LAMP-1", -1, -LAMP)], -LAMP)
    assert note.refers_to == second.id and note.snapshot.reference and note.snapshot.reference.number == second.number
    assert sum(one.total for one in await papers(database, order, 4)) == MUG  # one mug is hers
    await nothing_is_parked(database)
    assert await verification.differences(database) == []


async def test_one_that_comes_back_in_one_breath_with_another_has_a_note_for_each_document(
    url: str, database: Database, world: World
) -> None:
    order = await sold(database, world, ("MUG-1", 2))
    await papers(database, order, 1)
    await take(database, world, order, back(order), exchange=(Instead(world.variants["MUG-1"], 1),))
    await papers(database, order, 3)
    after = await read(database, order)
    await take(database, world, after, back(after, 1), back(after, 1, 1))
    *_, one, two = await papers(database, order, 5)
    assert {one.type, two.type} == {NOTE} and one.refers_to != two.refers_to
    assert sum(each.total for each in await papers(database, order, 5)) == 0
    await nothing_is_parked(database)


async def test_what_an_edit_adds_has_its_receipt_once_it_is_paid(url: str, database: Database, world: World) -> None:
    order = await sold(database, world, ("MUG-1", 1))
    await papers(database, order, 1)
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        add = AddLine(world.variants["CUP-1"], 2, Method.COLLECT, world.store)
        edit = Edit(order_id=order.head.id, reason="more", adds=(add,))
        await orders.edit(tx, edit=edit, directory=directory, by=cashier(world))
    await papers(database, order, 1)  # not before
    cup = SKUS["CUP-1"]
    async with database.transaction() as tx:
        await orders.pay(tx, order_id=order.head.id, tenders=cash(2 * cup), by=cashier(world))
    *_, second = await papers(database, order, 2)
    assert said(second) == (RECEIPT, [("CUP-1", 2, 2 * cup)], 2 * cup)
    assert second.snapshot.due == 0
    async with database.transaction() as tx:
        assert await api.supplement(tx, order_id=order.head.id, directory=directory, by=cashier(world)) is None
    await papers(database, order, 2)


async def reprice(database: Database, world: World, order: Order, unit_price: int) -> None:
    async with database.transaction() as tx:
        new = LinePrice(order.lines[0].id, unit_price)
        edit = Edit(order_id=order.head.id, reason="a scratch", prices=(new,))
        await orders.edit(tx, edit=edit, directory=await business.directory(tx), by=cashier(world))


async def test_what_has_another_price_afterwards_is_taken_back_and_written_anew(
    url: str, database: Database, world: World
) -> None:
    order = await sold(database, world, ("MUG-1", 3))
    await papers(database, order, 1)
    await take(database, world, order, back(order))  # one comes back at the old price
    await papers(database, order, 2)
    await reprice(database, world, order, MUG - 250)
    *_, note, second = await papers(database, order, 4)
    assert said(note) == (NOTE, [("MUG-1", -2, -2 * MUG)], -2 * MUG)
    assert said(second) == (RECEIPT, [("MUG-1", 2, 2 * (MUG - 250))], 2 * (MUG - 250))

    await reprice(database, world, order, MUG)  # dearer: what is taken back at once is written anew once it is paid
    *_, taken = await papers(database, order, 5)
    assert taken.refers_to == second.id and taken.total == -second.total
    async with database.transaction() as tx:
        due = (await orders.order(tx, order_id=order.head.id)).head.due
        await orders.pay(tx, order_id=order.head.id, tenders=cash(due), by=cashier(world))
    *_, third = await papers(database, order, 6)
    assert said(third) == (RECEIPT, [("MUG-1", 2, 2 * MUG)], 2 * MUG)
    assert sum(one.total for one in await papers(database, order, 6)) == 2 * MUG
    await nothing_is_parked(database)
    assert await verification.differences(database) == []


async def test_an_invoice_is_of_what_is_hers_and_another_follows_one_that_was_taken_back(
    url: str, database: Database, world: World
) -> None:
    await paper.put_seller(database, world)
    order = await sold(database, world, ("MUG-1", 3))
    await papers(database, order, 1)
    await take(database, world, order, back(order))
    await papers(database, order, 2)
    invoice = await paper.invoice(database, world, await read(database, order))
    assert [(one.quantity, one.gross) for one in invoice.snapshot.lines] == [(2, 2 * MUG)] and invoice.total == 2 * MUG
    with pytest.raises(AlreadyInvoiced):
        await paper.invoice(database, world, await read(database, order), paper.OTHER_BUYER)
    async with database.transaction() as tx:
        await api.credit(
            tx, document_id=invoice.id, lines=None, reason="wrong name", cause="typed:1", by=cashier(world)
        )
    other = await paper.invoice(database, world, await read(database, order), paper.OTHER_BUYER)
    assert (other.number, other.total) != (invoice.number, 0) and other.total == 2 * MUG
    assert (await paper.invoice(database, world, await read(database, order), paper.OTHER_BUYER)).id == other.id
    async with database.transaction() as tx:  # nothing of it stands nowhere
        directory = await business.directory(tx)
        assert await api.supplement(tx, order_id=order.head.id, directory=directory, by=cashier(world)) is None

    await take(database, world, await read(database, order), back(order, 2))
    *_, note = await papers(database, order, 6)
    assert (note.type, note.refers_to, note.total) == (NOTE, other.id, -2 * MUG)
    with pytest.raises(NothingLeft):
        await paper.invoice(database, world, await read(database, order), paper.BUYER)
    await papers(database, order, 6)
    await nothing_is_parked(database)


@given(some.integers(1, 9), some.integers(1, 9), some.integers(1, 10**6), some.integers(0, 10**5))
def test_the_parts_of_a_line_add_up_to_it(first: int, more: int, net: int, tax: int) -> None:
    line = Line(
        id="x", title="x", sku="x", quantity=first + more, scale=0, unit="C62", unit_price=1, net=net, tax=tax, gross=net + tax,
        taxes=(Tax("ES", 210_000, net, tax),),
    )  # fmt: skip
    (whole,) = rules.parts([line], {"x": first + more})
    assert whole == line
    (last,) = rules.parts([line], {"x": more})
    (head,) = rules.parts([line], {"x": first})
    assert last.quantity == more and last.gross == last.net + last.tax
    assert abs(head.gross + last.gross - line.gross) <= 2 and rules.parts([line], {}) == []
