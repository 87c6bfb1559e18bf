"""The journal: numbers without gaps whoever races, one document per cause, and every tampering named."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.carts.racing import without_lock
from tests.documents import paper
from tests.world import World

from portico.business import api as business
from portico.companies import api as companies
from portico.documents import api, rules, store
from portico.documents.types import (
    AlreadyInvoiced,
    Anchor,
    BadTaxId,
    CreditLine,
    Document,
    DocumentType,
    NoSeller,
    NotCreditable,
    NotPaidYet,
    TooMuchCredited,
)
from portico.orders.types import Method, Order, Term
from portico.platform.db import Database, UniqueViolation
from portico.platform.refusals import Invalid, Refused
from portico.pricing.types import LineItemId


async def found(database: Database, *anchors: Anchor) -> list[tuple[str, int, str]]:
    async with database.snapshot() as tx:
        verified = await api.verify(tx, anchors=anchors)
    return [(one.series, one.position, one.what) for one in verified.faults]


async def written(database: Database, world: World, many: int) -> list[Document]:
    orders = [await paper.sale(database, world, quantity=1) for _ in range(many)]
    return [await paper.receipt(database, world, one) for one in orders]


async def test_numbers_follow_one_another_and_a_cause_has_one_document(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    first, second = await written(database, world, 2)
    year = first.issued_at.year
    assert [first.number, second.number] == [f"T-S1-{year}-000001", f"T-S1-{year}-000002"]
    assert (first.previous_hash, second.previous_hash) == (rules.first_hash("casa", "T-S1"), first.hash)
    order = await paper.sale(database, world)
    made = [await paper.receipt(database, world, order) for _ in range(3)]
    assert len({one.id for one in made}) == 1 and await paper.count(database) == 3
    assert await found(database) == []


async def test_a_transaction_that_fails_gives_its_number_back(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    order, other = await paper.sale(database, world), await paper.sale(database, world)
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            lost = await api.receipt(tx, order=order, directory=await business.directory(tx), by=paper.cashier(world))
            raise RuntimeError
    kept = await paper.receipt(database, world, other)
    assert (lost.sequence, kept.sequence) == (1, 1) and await found(database) == []


async def race(database: Database, world: World, orders: list[Order]) -> list[object]:
    return await asyncio.gather(*(paper.receipt(database, world, one) for one in orders), return_exceptions=True)


async def test_numbers_have_no_gap_however_many_write_at_once(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    orders = [await paper.sale(database, world, quantity=1) for _ in range(12)]
    made = await race(database, world, [*orders, *orders])
    assert all(isinstance(one, Document) for one in made)
    assert sorted({one.sequence for one in made}) == list(range(1, 13))  # type: ignore[attr-defined]
    assert await paper.count(database) == 12 and await found(database) == []


async def test_without_the_lock_two_would_have_one_number(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paper.put_seller(database, world)
    orders = [await paper.sale(database, world, quantity=1) for _ in range(12)]
    monkeypatch.setattr(store, "LOCK_CHAINS", without_lock(store.LOCK_CHAINS))
    made = await race(database, world, orders)
    assert any(isinstance(one, UniqueViolation) for one in made), made  # the database has to refuse


async def test_many_in_one_transaction_take_a_range(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    orders = [await paper.sale(database, world, quantity=1) for _ in range(5)]
    async with database.transaction() as tx:
        asks = [(one.head.id, paper.cashier(world)) for one in orders]
        made = await api.receipts(tx, asks=asks, directory=await business.directory(tx))
        again = await api.receipts(tx, asks=asks, directory=await business.directory(tx))
    assert [one.sequence for one in made] == [1, 2, 3, 4, 5] and again == []


async def test_where_no_law_asks_a_number_is_the_orders_label(database: Database, world: World) -> None:
    await paper.put_seller(database, world, gapless=False)
    order = await paper.sale(database, world)
    document = await paper.invoice(database, world, order)
    async with database.transaction() as tx:
        notes = [
            await api.credit(
                tx, document_id=document.id, lines=[CreditLine(str(order.lines[0].id), 1)], reason="", cause=cause,
                by=paper.cashier(world),
            )
            for cause in ("a", "b")
        ]  # fmt: skip
    label = order.head.label
    assert [document.number, *(one.number for one in notes)] == [f"F-{label}", f"R-{label}", f"R-{label}-2"]
    assert document.sequence is None and await found(database) == []


async def test_an_invoice_stands_in_for_the_receipt(database: Database, world: World) -> None:
    order = await paper.sale(database, world)
    with pytest.raises(NoSeller):
        await paper.invoice(database, world, order)
    await paper.put_seller(database, world)
    for wrong, refusal in (
        (paper.Party("Ana", "B58378432", paper.BUYER.address), BadTaxId),
        (paper.Party("", paper.BUYER.tax_id, paper.BUYER.address), Invalid),
        (paper.Party("Ana", paper.BUYER.tax_id, None), Invalid),
    ):
        with pytest.raises(refusal):
            await paper.invoice(database, world, order, wrong)
    assert await paper.count(database) == 0
    made = await paper.invoice(database, world, order)
    receipt = await paper.receipt(database, world, order)
    assert made.refers_to == receipt.id and made.snapshot.reference and made.snapshot.reference.number == receipt.number
    assert made.number.startswith("F-") and made.snapshot.buyer == paper.BUYER
    assert (await paper.invoice(database, world, order)).id == made.id
    with pytest.raises(AlreadyInvoiced):
        await paper.invoice(database, world, order, paper.OTHER_BUYER)
    assert await paper.count(database) == 2


async def test_what_is_not_paid_has_no_receipt(database: Database, world: World) -> None:
    line = paper.PlaceLine(
        paper.LineItemId.new(), world.variants["MUG-1"], (paper.Allotment(Method.COLLECT, world.store, 1),)
    )
    order = await paper.sale(database, world, lines=(line,), term=Term.ON_COLLECTION, tenders=())
    with pytest.raises(NotPaidYet):
        await paper.receipt(database, world, order)
    assert await paper.count(database) == 0


async def credit(database: Database, world: World, document: Document, *lines: CreditLine, cause: str) -> Document:
    async with database.transaction() as tx:
        return await api.credit(
            tx, document_id=document.id, lines=lines or None, reason="damaged", cause=cause, by=paper.cashier(world)
        )


async def test_credit_notes_add_up_to_what_was_invoiced_and_never_to_more(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    order = await paper.sale(database, world, quantity=3, sku="CUP-1")
    document = await paper.invoice(database, world, order)
    receipt = await paper.receipt(database, world, order)
    with pytest.raises(NotCreditable):  # its invoice is what is taken back
        await credit(database, world, receipt, cause="x")
    one = CreditLine(str(order.lines[0].id), 1)
    first = await credit(database, world, document, one, cause="return:1")
    assert (await credit(database, world, document, one, cause="return:1")).id == first.id
    before = await paper.count(database)
    for wrong in (CreditLine(one.line_id, 3), CreditLine(one.line_id, 0), CreditLine("line_x", 1)):
        with pytest.raises(TooMuchCredited):
            await credit(database, world, document, wrong, cause="wrong")
    with pytest.raises(NotCreditable):
        await credit(database, world, first, cause="y")
    assert await paper.count(database) == before
    rest = await credit(database, world, document, cause="return:2")
    assert first.total + rest.total == -document.total and first.refers_to == document.id
    taxes = [sum(tax.amount for tax in one.snapshot.taxes) for one in (first, rest, document)]
    assert taxes[0] + taxes[1] == -taxes[2] and taxes[2] > 0
    with pytest.raises(TooMuchCredited):
        await credit(database, world, document, cause="return:3")
    assert await found(database) == []


async def test_of_what_comes_back_only_what_stands_on_a_document_is_taken_back(
    database: Database, world: World
) -> None:
    """What was added to an order after its receipt stands on none, and stops no reader."""
    await paper.put_seller(database, world)
    order = await paper.sale(database, world, quantity=2, sku="CUP-1")
    receipt = await paper.receipt(database, world, order)
    known = str(order.lines[0].id)

    async def change(cause: str, *lines: CreditLine) -> list[Document]:
        async with database.transaction() as tx:
            return await api.credit_change(
                tx, order_id=order.head.id, lines=lines, reason="r", cause=cause, by=paper.cashier(world),
                changed_at=tx.now + timedelta(seconds=1),
            )  # fmt: skip

    before = await paper.count(database)
    assert await change("1", CreditLine(str(LineItemId.new()), 1)) == []
    assert await paper.count(database) == before
    (note,) = await change("2", CreditLine(known, 5), CreditLine(str(LineItemId.new()), 1))
    assert note.total == -receipt.total
    assert await change("3", CreditLine(known, 1)) == []
    assert await found(database) == []


async def test_two_credit_notes_at_once_do_not_take_back_the_same(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    document = await paper.invoice(database, world, await paper.sale(database, world, quantity=1))
    made = await asyncio.gather(
        *(credit(database, world, document, cause=str(i)) for i in range(6)), return_exceptions=True
    )
    assert sum(isinstance(one, Document) for one in made) == 1
    assert sum(isinstance(one, Refused) for one in made) == 5


async def rewritten(database: Database, position: int, **change: object) -> None:
    """Alter a row as somebody would who knows how rows are hashed."""
    async with database.transaction() as tx:
        (row,) = [
            one
            for one in await tx.all(store.WALK, entity="casa", series="", position=0, rows_max=99)
            if one.position == position
        ]
    row = msgspec.structs.replace(row, **change)
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update documents.document set total = $1, hash = $2, previous_hash = $3 where id = $4",
            row.total, rules.digest(row, row.body), row.previous_hash, row.id.uuid,
        )  # fmt: skip


INSERT = """
    insert into documents.document select gen_random_uuid(), entity, series, {position}, number || 'x', year, null, type,
        order_id, refers_to, cause || 'x', location_id, language, currency, total, issued_at, body, {previous}, {hash}, token || 'x'
    from documents.document where position = {of}
"""
SHIFT = "update documents.document set position = position + 100 where position >= {n}; update documents.document set position = position - 99 where position > 100;"

TAMPERINGS: dict[str, tuple[str, tuple[str, int, str]]] = {
    "an amount": ("update documents.document set total = total - 1 where position = 3", ("T-S1", 3, "altered")),
    "what is printed": ("update documents.document set body = replace(body, 'MUG', 'CUP') where position = 2", ("T-S1", 2, "altered")),
    "the first": ("update documents.document set body = replace(body, 'MUG', 'CUP') where position = 1", ("T-S1", 1, "altered")),
    "the last": ("update documents.document set currency = 'USD' where position = 5", ("T-S1", 5, "altered")),
    "its moment": ("update documents.document set issued_at = issued_at - interval '1 day' where position = 4", ("T-S1", 4, "altered")),
    "a row taken out": ("delete from documents.document where position = 3", ("T-S1", 3, "removed")),
    "the first taken out": ("delete from documents.document where position = 1", ("T-S1", 1, "removed")),
    "two taken out": ("delete from documents.document where position in (2, 3)", ("T-S1", 2, "removed")),
    "the end cut off": ("delete from documents.document where position > 3", ("T-S1", 4, "removed")),
    "all of it": ("delete from documents.document", ("T-S1", 1, "removed")),
    "another number": ("update documents.document set number = 'T-S1-2020-000009' where position = 3", ("T-S1", 3, "renumbered")),
    "another place": ("update documents.document set position = 9 where position = 5", ("T-S1", 9, "renumbered")),
    "a sequence moved on": (
        "update documents.document set sequence = 7, number = regexp_replace(number, '3$', '7') where position = 3",
        ("T-S1", 3, "renumbered"),
    ),
    "one added at the end": (
        INSERT.format(position=6, previous="hash", hash="sha256(hash)", of=5), ("T-S1", 6, "altered"),
    ),
    "one put between": (
        SHIFT.format(n=3) + INSERT.format(position=3, previous="hash", hash="sha256(hash)", of=2),
        ("T-S1", 3, "inserted"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_every_tampering_is_named(name: str, database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    await written(database, world, 5)
    assert await found(database) == []
    statement, fault = TAMPERINGS[name]
    async with database.pool.acquire() as connection:
        await connection.execute(statement)
    assert await found(database) == [fault]


async def test_a_row_hashed_anew_is_named(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    await written(database, world, 5)
    await rewritten(database, 3, total=1)
    assert await found(database) == [("T-S1", 3, "altered")]


async def test_the_last_row_hashed_anew_is_named(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    await written(database, world, 3)
    await rewritten(database, 3, total=1)
    assert await found(database) == [("T-S1", 3, "altered")]


async def test_a_row_written_after_the_end_with_the_right_hash_is_named(database: Database, world: World) -> None:
    await paper.put_seller(database, world)
    *_, last = await written(database, world, 3)
    async with database.pool.acquire() as connection:
        await connection.execute("update documents.chain set position = 2, hash = $1", last.previous_hash)
    assert await found(database) == [("T-S1", 3, "inserted")]


async def test_what_was_noted_elsewhere_finds_a_journal_written_anew(database: Database, world: World) -> None:
    """Who may write everything may write a journal that is whole in itself; it is not the one that was noted."""
    await paper.put_seller(database, world)
    *_, last = await written(database, world, 4)
    async with database.snapshot() as tx:
        noted = api.read_anchors(api.write_anchors((await api.verify(tx)).anchors))
    async with database.pool.acquire() as connection:
        before = await connection.fetchval("select previous_hash from documents.document where position = 4")
        await connection.execute("delete from documents.document where position = 4")
        await connection.execute("update documents.chain set position = 3, number = 3, hash = $1", before)
    assert await found(database) == [] and await found(database, *noted) == [("T-S1", 4, "removed")]
    await written(database, world, 1)
    assert await found(database) == [] and await found(database, *noted) == [("T-S1", 4, "altered")]
    assert last.position == 4


async def test_numbers_begin_anew_with_the_year_and_the_chain_goes_on(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await paper.put_seller(database, world)
    (first,) = await written(database, world, 1)
    async with database.pool.acquire() as connection:  # as if it had been the year before
        await connection.execute("update documents.chain set year = year - 1, number = 41")
        await connection.execute("update documents.document set year = year - 1, number = 'T-S1-000041', sequence = 41")
    (second,) = await written(database, world, 1)
    assert (second.sequence, second.position, second.previous_hash) == (1, 2, first.hash)


@pytest.mark.parametrize(
    ("country", "text", "number"),
    [
        ("ES", "b-58378431", "B58378431"), ("ES", "B58378432", None), ("IT", "IT 00743110157", "00743110157"),
        ("IT", "RCCMNL83S18D969H", "RCCMNL83S18D969H"), ("IT", "00743110158", None), ("RU", "7707083893", "7707083893"),
        ("RU", "7707083894", None), ("GB", "GB 980 7806 84", "980780684"), ("US", "", None), ("XX", "AB-12", "AB12"),
        ("ES", "B" * 40, None),
    ],
)  # fmt: skip
def test_tax_numbers_are_read_as_their_country_writes_them(country: str, text: str, number: str | None) -> None:
    assert companies.read_tax_id(text, country=country) == number


def test_series_are_per_place_for_receipts() -> None:
    assert rules.series_of(DocumentType.RECEIPT, place="MAD1") == "T-MAD1"
    assert rules.series_of(DocumentType.INVOICE, place="MAD1") == "F"
    assert rules.series_of(DocumentType.RECEIPT, place=None) == "T-WEB"
