"""Past orders from a table: taken whole or not at all, by row and column, and a second time to no effect."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portico.app import verification
from portico.integrations.shops import orders, orders_import
from portico.integrations.shops.broken import BrokenFile, MissingColumns
from portico.integrations.shops.report import Report
from portico.platform.db import Database
from tests.world import World

OURS = "order,placed_at,sku,quantity,unit_price,discount,shipping,tax,total\n"
GOOD = (
    "A-1,2024-03-05T10:00:00+01:00,MUG-1,2,12.50,,4.90,4.34,29.90\n"
    "A-2,2024-03-06 11:00,CUP-1,1,9.90,1.00,,,13.90\n"
    "A-2,,TEA-1,0.25,20.00,,,,\n"
)


def written(folder: Path, text: str, *, encoding: str = "utf-8") -> Path:
    path = folder / "orders.csv"
    path.write_bytes(text.encode(encoding))
    return path


async def taken(database: Database, path: Path, **what: object) -> Report:
    report = await orders_import.run(database, path, source="old", **what)  # type: ignore[arg-type]
    assert report.adds_up, report
    return report


async def rows(database: Database) -> list[tuple[object, ...]]:
    async with database.pool.acquire() as connection:
        found = await connection.fetch(
            'select external_ref, subtotal, tax, discount, fulfillment, total, (select count(*) from orders.line where order_id = "order".id)'
            ' from orders."order" order by 1'
        )
    return [tuple(one) for one in found]


EXPECTED = [("old:A-1", 2066, 434, 0, 490, 2990, 1), ("old:A-2", 1490, 0, -100, 0, 1390, 2)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_orders_are_taken_once(
    database: Database, world: World, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    path = written(tmp_path, (OURS + GOOD).replace(",", delimiter), encoding=encoding)
    dry = await taken(database, path, dry_run=True)
    assert (dry.read, dry.imported, dry.tally("orders").new) == (3, 3, 2) and await rows(database) == []
    first = await taken(database, path)
    assert first.tally("orders").new == 2 and await rows(database) == EXPECTED
    again = await taken(database, path)
    assert again.changed_nothing and again.tally("orders").unchanged == 2 and await rows(database) == EXPECTED
    assert await verification.differences(database) == []


async def test_commas_in_amounts_are_decimals_too(database: Database, world: World, tmp_path: Path) -> None:
    text = (OURS + GOOD).replace(",", ";").replace(".", ",")
    assert (await taken(database, written(tmp_path, text))).tally("orders").new == 2
    assert await rows(database) == EXPECTED


SHOPIFY = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,Discount Amount,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
    "#1001,ana@example.com,paid,2024-03-05 10:00:00 +0100,fulfilled,EUR,24.90,5.00,5.18,29.90,,0.00,2024-03-05 10:00:00 +0100,2,Mug,12.45,MUG-1\n"
    "#1002,ana@example.com,paid,,fulfilled,EUR,20.00,0.00,4.20,24.20,,0.00,2024-03-06 10:00:00 +0100,1,Mug,12.00,MUG-1\n"
    "#1002,ana@example.com,,,,,,,,,,,,1,Cup,8.00,CUP-1\n"
)
WOO = (
    "order_id,order_number,date,status,shipping_total,discount_total,order_total,order_currency,customer_email,item_name,item_sku,"
    "item_quantity,item_total,item_total_tax\n"
    "77,1077,2024-03-05 10:00:00,completed,5.00,0.00,29.20,EUR,ana@example.com,Mug,MUG-1,2,20.00,4.20\n"
)


async def test_an_export_of_shopify(database: Database, world: World, tmp_path: Path) -> None:
    """With taxes inside or on top: the totals say which."""
    await taken(database, written(tmp_path, SHOPIFY))
    assert await rows(database) == [
        ("old:#1001", 1972, 518, 0, 500, 2990, 1), ("old:#1002", 2000, 420, 0, 0, 2420, 2),
    ]  # fmt: skip
    assert await verification.differences(database) == []


async def test_an_export_of_woocommerce(database: Database, world: World, tmp_path: Path) -> None:
    await taken(database, written(tmp_path, WOO))
    assert await rows(database) == [("old:1077", 2000, 420, 0, 500, 2920, 1)]


async def test_columns_by_other_names(database: Database, world: World, tmp_path: Path) -> None:
    text = (OURS + GOOD).replace("order,", "Bestellnummer,", 1).replace("sku", "Artikel", 1)
    path = written(tmp_path, text)
    with pytest.raises(MissingColumns):
        await taken(database, path)
    with pytest.raises(MissingColumns):
        await taken(database, path, columns={"order": "Bestellnummer", "sku": "nothing"})
    await taken(database, path, columns={"order": "Bestellnummer", "sku": "Artikel"})
    assert await rows(database) == EXPECTED


@pytest.mark.parametrize(
    ("bad", "column", "reason"),
    [
        ("B-1,2024-03-05,NOPE,1,1.00,,,,\n", "sku", "unknown_sku"),
        ("B-1,2024-03-05,,1,1.00,,,,\n", "sku", "no_sku"),
        ("B-1,05/03/2024,MUG-1,1,1.00,,,,\n", "placed_at", "bad_date"),
        ("B-1,2999-03-05,MUG-1,1,1.00,,,,\n", "placed_at", "bad_date"),
        ("B-1,,MUG-1,1,1.00,,,,\n", "placed_at", "bad_date"),
        ("B-1,2024-03-05,MUG-1,-1,1.00,,,,\n", "quantity", "bad_quantity"),
        ("B-1,2024-03-05,MUG-1,0.5,1.00,,,,\n", "quantity", "bad_quantity"),
        ("B-1,2024-03-05,MUG-1,many,1.00,,,,\n", "quantity", "bad_quantity"),
        ("B-1,2024-03-05,MUG-1,1,1.005,,,,\n", "unit_price", "bad_amount"),
        ("B-1,2024-03-05,MUG-1,1,-1,,,,\n", "unit_price", "bad_amount"),
        ("B-1,2024-03-05,MUG-1,1,,,,,\n", "unit_price", "bad_amount"),
        ("B-1,2024-03-05,MUG-1,1,1.00,,,,1.01\n", "total", "totals"),
        ("B-1,2024-03-05,MUG-1,1,1.00,5.00,,,\n", "discount", "totals"),
        (",2024-03-05,MUG-1,1,1.00,,,,\n", "order", "no_order"),
        ("B" * 101 + ",2024-03-05,MUG-1,1,1.00,,,,\n", "order", "no_order"),
        ("B-1,2024-03-05,MUG-1,1,1.00,,,,\nB-1,,NOPE,1,1.00,,,,\n", "sku", "unknown_sku"),
    ],
)
async def test_an_order_with_a_fault_is_not_taken_and_the_fault_is_named(
    database: Database, world: World, tmp_path: Path, bad: str, column: str, reason: str
) -> None:
    rejects = tmp_path / "rejects.csv"
    report = await taken(database, written(tmp_path, OURS + bad + GOOD), rejects_path=rejects)
    assert await rows(database) == EXPECTED
    with rejects.open() as stream:
        found = list(csv.DictReader(stream))
    (wrong,) = [one for one in found if one["reason"] == reason]
    assert (wrong["column"], wrong["row"]) == (column, str(1 + bad.count("\n")))
    assert all(one["reason"] == "same_order" for one in found if one is not wrong)
    assert (report.rejected, report.imported) == (bad.count("\n"), 3)


async def test_an_order_in_another_currency_or_in_two_places_is_not_taken(
    database: Database, world: World, tmp_path: Path
) -> None:
    report = await taken(database, written(tmp_path, SHOPIFY.replace("fulfilled,EUR,20.00", "fulfilled,USD,20.00")))
    assert report.reasons == {"other_currency": 1, "same_order": 1} and len(await rows(database)) == 1
    scattered = OURS + "S-1,2024-03-05,MUG-1,1,1.00,,,,\n" + GOOD + "S-1,2024-03-05,CUP-1,1,1.00,,,,\n"
    report = await taken(database, written(tmp_path, scattered))
    assert report.reasons == {"scattered": 2} and len(await rows(database)) == 3


@pytest.mark.parametrize(
    "text", ["", "a,b\n", OURS + "A-1,2024-03-05,MUG-1\n", OURS + '"A-1', OURS + "=1+1,b,c,d,e,f,g,h,i\n"]
)
async def test_a_broken_file_writes_nothing(database: Database, world: World, tmp_path: Path, text: str) -> None:
    with pytest.raises(BrokenFile):
        await taken(database, written(tmp_path, text))
    with pytest.raises(BrokenFile):
        await taken(database, written(tmp_path, OURS + GOOD + text[len(OURS) :] if text.startswith(OURS) else text))
    assert await rows(database) == []


@given(st.integers(0, 10**11), st.sampled_from([0, 2, 3]), st.sampled_from(".,"))
def test_amounts_come_back_as_they_were_written(amount: int, exponent: int, point: str) -> None:
    text = str(amount).rjust(exponent + 1, "0")
    if exponent:
        text = f"{text[:-exponent]}{point}{text[-exponent:]}"
    assert orders.money_of(text, exponent=exponent, row=1, column="x") == amount


@given(st.text(max_size=20))
def test_whatever_a_cell_says_is_an_amount_or_a_fault(text: str) -> None:
    try:
        orders.money_of(text, exponent=2, row=1, column="x")
    except orders.Bad as bad:
        assert bad.reason == "bad_amount"


async def test_the_example_of_the_readme_is_taken_as_it_stands(
    database: Database, world: World, tmp_path: Path
) -> None:
    readme = Path(orders.__file__).with_name("README.md").read_text()
    example = readme.partition("```csv\n")[2].partition("```")[0]
    await taken(database, written(tmp_path, example))
    assert await rows(database) == [("old:A-1", 2066, 434, 0, 490, 2990, 1), ("old:A-2", 1490, 0, 0, 0, 1490, 2)]
