"""The Online Retail import: every line accounted for, nothing twice, nothing from a broken file."""

import asyncio
import csv
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.integrations.shops import broken, online_retail, online_retail_import
from portico.integrations.shops.online_retail import Line, Rejected, judge
from portico.integrations.shops.report import Report
from portico.orders import api as orders
from portico.platform.db import Database, Query
from portico.platform.refusals import Refused
from tests.integrations.real_files import real_file

WRITTEN = Query(
    int,
    """
    select (select count(*) from catalog.item) + (select count(*) from customers.customer)
        + (select count(*) from orders."order") + (select count(*) from business.market)
        + (select count(*) from platform.fact)
    """,
)
MONEY = Query(
    int,
    """
    select (select coalesce(sum(total), 0) from orders."order")
        + (select coalesce(sum(amount), 0) from orders.adjustment)
    """,
)
LINES = Query(int, "select count(*) from orders.line")
LINKED = Query(
    str,
    """
    select external_ref || ' ' || quantity || ' ' || amount || ' ' || coalesce((
        select sku from orders.line where line.id = line_id), '-')
    from orders.adjustment
    order by external_ref
    """,
)
STATES = Query(str, "select external_ref || ' ' || state from orders.\"order\" order by 1")
RETURNED_TOO_MUCH = Query(
    int,
    """
    select count(*)
    from orders.line
    left join (
        select line_id, -sum(quantity) as quantity from orders.adjustment group by 1
    ) as back on line_id = line.id
    where returned <> coalesce(back.quantity, 0)
    """,
)

NOON = datetime(2011, 6, 1, 12, 0)
LATER = datetime(2011, 6, 2, 12, 0)

Raw = tuple[Any, Any, Any, Any, Any, Any, Any, Any]


def line(
    invoice: Any = "536365", code: Any = "85123A", description: Any = "WHITE HEART", quantity: Any = 6, at: Any = NOON,
    price: Any = 2.55, customer: Any = 17850.0, country: Any = "United Kingdom",
) -> Raw:  # fmt: skip
    return (invoice, code, description, quantity, at, price, customer, country)


def parquet(path: Path, rows: list[Raw], *, without: str = "", **kinds: pa.DataType) -> Path:
    types = {
        "InvoiceNo": pa.string(), "StockCode": pa.string(), "Description": pa.string(), "Quantity": pa.int64(),
        "InvoiceDate": pa.timestamp("us"), "UnitPrice": pa.float64(), "CustomerID": pa.float64(),
        "Country": pa.string(),
    }  # fmt: skip
    columns = {
        name: pa.array([row[i] for row in rows], types[name] if name not in kinds else kinds[name])
        for i, name in enumerate(types)
        if name != without
    }
    pq.write_table(pa.table(columns), path)
    return path


async def run(database: Database, path: Path, rejects: Path | None = None) -> Report:
    return await online_retail_import.run(database, path, rejects_path=rejects)


async def ask(database: Database, query: Query[Any]) -> Any:
    async with database.read() as tx:
        found = await tx.all(query)
    return found if query.row is str else found[0]


SMALL = [
    line(),
    line(code="71053", description=None, quantity=1, price=3.39),
    line("536366", code="85123a", quantity=2, at=LATER),
    line("536367", customer=None, price=0.0, description="damages"),
    line("536368", customer=None, price=0.0, quantity=-10, description="lost"),
    line("536369", customer=13000.0, country="Spain", price=0.0, quantity=1, description="a gift"),
    line("A536370", code="B", quantity=1, price=11062.06, customer=None),
    line("C536371", quantity=-7, at=LATER.replace(hour=18)),
    line("C536371", quantity=-3, at=LATER.replace(hour=18)),
    line("C536372", code="D", description="Discount", quantity=-1, price=10.0),
    line("C536373", quantity=-1, at=datetime(2011, 1, 1)),
    line("536374", code="POST", description="POSTAGE", quantity=1, price=18.0),
    line("536375", description="=cmd|' /C calc'!A0"),
    line("536376", price=None),
    line("536377", code="22222", price=0.001, quantity=700),
]


async def test_each_line_is_imported_or_rejected_with_its_reason(database: Database, tmp_path: Path) -> None:
    rejects = tmp_path / "rejects.csv"
    report = await run(database, parquet(tmp_path / "lines.parquet", SMALL), rejects)
    assert report.adds_up and (report.read, report.imported, report.rejected) == (15, 10, 5)
    assert report.reasons == {
        "stock_correction": 1, "stock_write_off": 1, "bad_debt": 1, "formula": 1, "incomplete": 1,
    }  # fmt: skip
    with rejects.open() as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["row"], row["reason"]) for row in rows] == [
        ("4", "stock_correction"), ("5", "stock_write_off"), ("7", "bad_debt"), ("13", "formula"), ("14", "incomplete"),
    ]  # fmt: skip
    assert rows[3]["Description"].startswith("'=") and all(row["explanation"] for row in rows)


async def test_returns_find_the_purchase_they_undo(database: Database, tmp_path: Path) -> None:
    await run(database, parquet(tmp_path / "lines.parquet", SMALL))
    assert await ask(database, LINKED) == [
        "online-retail:C536371/1 -2 -510 85123A",  # the latest purchase first, ...
        "online-retail:C536371/1#2 -5 -1275 85123A",  # ... then the one before
        "online-retail:C536371/2 -1 -255 85123A",
        "online-retail:C536371/2#2 -2 -510 -",  # more than she ever bought
        "online-retail:C536372/1 -1 -1000 -",  # money, not goods
        "online-retail:C536373/1 -1 -255 -",  # before any purchase
    ]
    assert "online-retail:536366 returned" in await ask(database, STATES)
    assert "online-retail:536365 fulfilled" in await ask(database, STATES)
    assert await ask(database, RETURNED_TOO_MUCH) == 0
    async with database.read() as tx:
        assert await orders.differences(tx) == []


async def test_running_it_again_changes_nothing(database: Database, tmp_path: Path) -> None:
    path = parquet(tmp_path / "lines.parquet", SMALL)
    first, before = await run(database, path), await ask(database, WRITTEN)
    again = await run(database, path)
    assert not first.changed_nothing and again.changed_nothing and again.adds_up
    assert await ask(database, WRITTEN) == before
    assert {name: one.unchanged for name, one in again.things.items() if name != "prices"} == {
        name: one.new for name, one in first.things.items() if name != "prices"
    }


async def test_an_import_that_was_cut_off_goes_on(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online_retail_import, "LINES_AT_ONCE", 2)
    path = parquet(tmp_path / "lines.parquet", SMALL)

    def cut_off(step: str, done: int, total: int | None) -> None:
        if step == "orders":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await online_retail_import.run(database, path, progress=cut_off)
    report = await run(database, path)
    assert report.things["orders"].unchanged == 1 and report.things["orders"].new == 4
    assert await ask(database, LINES) == 6 and (await run(database, path)).changed_nothing


async def test_two_imports_at_once_make_everything_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(online_retail_import, "RETURNS_AT_ONCE", 7)
    many = [line(f"{600000 + i // 3}", code=f"{10000 + i % 9}", customer=float(i % 4), quantity=5) for i in range(90)]
    back = [
        line(f"C{600000 + i}", code=f"{10000 + i % 9}", customer=float(i % 4), quantity=-2, at=LATER) for i in range(36)
    ]
    path = parquet(tmp_path / "lines.parquet", many + back)
    await run(database, parquet(tmp_path / "first.parquet", many[:1]))  # the market; put_markets is not ours to race
    reports = await asyncio.gather(*(run(database, path) for _ in range(4)))
    assert sum(one.things["orders"].new for one in reports) == 29
    assert sum(one.things["returns"].new for one in reports) == 36
    assert await ask(database, LINES) == 90 - 2 and await ask(database, RETURNED_TOO_MUCH) == 0


@pytest.mark.parametrize(
    ("make", "kind", "row", "column"),
    [
        (lambda path: path.write_bytes(b""), broken.EmptyFile, 0, ""),
        (lambda path: path.write_text("InvoiceNo,StockCode\n1,2\n"), broken.NotATable, 0, ""),
        (lambda path: path.write_bytes(b"PAR1" + b"\0" * 100), broken.Truncated, 0, ""),
        (lambda path: path.write_bytes(parquet(path, SMALL).read_bytes()[:-40]), broken.Truncated, 0, ""),
        (lambda path: path.mkdir(), broken.NotReadable, 0, ""),
        (lambda path: parquet(path, SMALL, without="Quantity"), broken.MissingColumns, 0, ""),
        (lambda path: parquet(path, [line(quantity="6")], Quantity=pa.string()), broken.BadValue, 0, "Quantity"),
        (lambda path: parquet(path, [line(), line(description="x" * 10_001)]), broken.CellTooLong, 2, "Description"),
    ],
)
async def test_a_broken_file_is_refused_and_nothing_is_written(
    database: Database, tmp_path: Path, make: Any, kind: type[broken.BrokenFile], row: int, column: str
) -> None:
    before = await ask(database, WRITTEN)
    make(tmp_path / "lines.parquet")
    with pytest.raises(broken.BrokenFile) as refused:
        await run(database, tmp_path / "lines.parquet", tmp_path / "rejects.csv")
    assert (type(refused.value), refused.value.row, refused.value.column) == (kind, row, column)
    assert await ask(database, WRITTEN) == before and not (tmp_path / "rejects.csv").exists()


anything = st.one_of(st.none(), st.text(max_size=12), st.integers(-(10**12), 10**12), st.floats())


moments = st.one_of(st.none(), st.datetimes())


@given(st.tuples(anything, anything, anything, anything, moments, anything, anything, anything))
def test_any_row_is_a_line_or_a_reason(cells: Raw) -> None:
    found = judge((1, *cells))
    assert isinstance(found, Line | Rejected)
    if isinstance(found, Line):
        assert (
            found.quantity and found.unit_price >= 0 and (found.amount >= 0) == (found.quantity > 0 or not found.amount)
        )


def test_prices_are_rounded_once_and_half_up() -> None:
    found = judge((1, *line(price=0.005, quantity=3)))
    assert isinstance(found, Line) and (found.unit_price, found.amount) == (1, 2)  # 1.5 pence, not three times one


async def test_a_code_taken_by_another_item_stops_the_import(database: Database, tmp_path: Path) -> None:
    from portico.catalog import api as catalog
    from portico.catalog.types import NewItem, NewVariant
    from portico.platform.events import Hand

    async with database.transaction() as tx:
        other = NewItem(slug="other", titles={"en": "Other"}, variants=(NewVariant(sku="85123A"),))
        await catalog.put_items(tx, items=[other], by=Hand(actor="system:test", actor_name="test"))
    with pytest.raises(Refused):
        await run(database, parquet(tmp_path / "lines.parquet", SMALL))
    assert await ask(database, LINES) == 0


async def test_the_whole_file_is_accounted_for(database: Database, tmp_path: Path) -> None:
    path = real_file("online_retail/online_retail_all.parquet")
    report = await run(database, path, tmp_path / "rejects.csv")
    assert (report.read, report.imported, report.rejected) == (541_909, 539_431, 2_478) and report.adds_up
    assert report.seconds < 60
    with (tmp_path / "rejects.csv").open() as stream:
        assert sum(1 for _ in csv.reader(stream)) == report.rejected + 1
    taken = [one for one in map(judge, online_retail.rows(path)) if isinstance(one, Line)]
    assert await ask(database, MONEY) == sum(one.amount for one in taken)
    assert await ask(database, LINES) == sum(not one.is_return for one in taken)
    assert await ask(database, RETURNED_TOO_MUCH) == 0
    async with database.read() as tx:
        assert await orders.differences(tx) == []
    assert (await run(database, path)).changed_nothing
