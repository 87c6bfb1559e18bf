"""Stock files: every row is applied or rejected, a file is applied once, whatever interrupts it."""

from pathlib import Path

import pytest

from portico.app import verification
from portico.integrations.shops import stock_import
from portico.integrations.shops.broken import MissingColumns, NotATable
from portico.integrations.shops.report import Report
from portico.inventory import api as inventory
from portico.inventory.types import Want, WantLine
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId
from tests.world import ON_HAND, World


def written(folder: Path, *rows: str, header: str = "sku,location,quantity") -> Path:
    path = folder / "stock.csv"
    path.write_text("\n".join([header, *rows, ""]))
    return path


async def apply(database: Database, path: Path, *, absolute: bool = True) -> Report:
    report = await stock_import.run(database, path, absolute=absolute, rejects_path=path.with_suffix(".rejects"))
    assert report.adds_up
    return report


async def on_hand(database: Database, world: World, sku: str = "LAMP-1") -> int:
    async with database.read() as tx:
        (found,) = await inventory.levels(tx, variant_ids=[world.variants[sku]], location_ids=[world.store])
    return found.on_hand


async def test_absolute_rows_become_what_is_on_hand(database: Database, world: World, tmp_path: Path) -> None:
    report = await apply(database, written(tmp_path, "LAMP-1,S1,7", "mug-1,S1,0", f"CUP-1,S1,{ON_HAND}"))
    assert (report.imported, report.rejected) == (3, 0)
    assert (report.things["stock"].changed, report.things["stock"].unchanged) == (2, 1)
    assert [await on_hand(database, world, sku) for sku in ("LAMP-1", "MUG-1", "CUP-1")] == [7, 0, ON_HAND]
    assert await verification.differences(database) == []


async def test_a_delta_is_applied_once(database: Database, world: World, tmp_path: Path) -> None:
    path = written(tmp_path, "LAMP-1,S1,-5", "LAMP-1,S1,2")
    await apply(database, path, absolute=False)
    assert await on_hand(database, world) == ON_HAND - 3
    again = await apply(database, path, absolute=False)
    assert again.changed_nothing and await on_hand(database, world) == ON_HAND - 3
    assert await verification.differences(database) == []


async def test_an_interrupted_file_goes_on_where_it_stopped(
    database: Database, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_import, "ROWS_AT_ONCE", 1)
    monkeypatch.setattr(stock_import, "WRITERS", 1)
    path = written(tmp_path, "LAMP-1,S1,-1", "MUG-1,S1,-2", "CUP-1,S1,-3")
    feed, calls = inventory.feed, []

    async def cut_off(*given: object, **more: object) -> object:
        calls.append(more)
        if len(calls) == 2:
            raise ConnectionError("cut off")
        return await feed(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(inventory, "feed", cut_off)
    with pytest.raises(ConnectionError):
        await apply(database, path, absolute=False)
    assert [await on_hand(database, world, sku) for sku in ("LAMP-1", "MUG-1", "CUP-1")] == [
        ON_HAND - 1, ON_HAND, ON_HAND,
    ]  # fmt: skip
    await apply(database, path, absolute=False)
    assert [await on_hand(database, world, sku) for sku in ("LAMP-1", "MUG-1", "CUP-1")] == [
        ON_HAND - 1, ON_HAND - 2, ON_HAND - 3,
    ]  # fmt: skip
    assert await verification.differences(database) == []


async def test_reserved_units_are_not_written_away(database: Database, world: World, tmp_path: Path) -> None:
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, 10, take=False)
    async with database.transaction() as tx:
        await inventory.allocate(
            tx, wants=[Want(holder=OrderId.new(), lines=(line,), by=world.by, occurred_at=clock.now())]
        )
    report = await apply(database, written(tmp_path, "LAMP-1,S1,9", "MUG-1,S1,3"))
    assert report.reasons == {"below_reserved": 1}
    assert (await on_hand(database, world), await on_hand(database, world, "MUG-1")) == (ON_HAND, 3)
    assert await verification.differences(database) == []


async def test_each_bad_row_is_rejected_by_its_number_and_reason(
    database: Database, world: World, tmp_path: Path
) -> None:
    path = written(
        tmp_path, "LAMP-1,S1,1", "LAMP-1,S1,-1", "LAMP-1,S1,1.5", "LAMP-1,S1,", ",S1,1", "LAMP-1,,1", "NONE-1,S1,1",
        "LAMP-1,S9,1", "LAMP-1,S1,99999999999999", "LAMP-1,S1,٣",
    )  # fmt: skip
    report = await apply(database, path)
    assert (report.read, report.imported) == (10, 1)
    assert report.reasons == {
        "bad_quantity": 5, "no_sku": 1, "no_location": 1, "unknown_sku": 1, "unknown_location": 1,
    }  # fmt: skip
    rejects = path.with_suffix(".rejects").read_text().splitlines()
    assert {line.split(",")[0] for line in rejects[1:]} == {"3", "4", "5", "6", "7", "8", "9", "10", "11"}
    assert await on_hand(database, world) == 1


@pytest.mark.parametrize(
    ("header", "row", "refusal"),
    [("sku,location", "LAMP-1,S1", MissingColumns), ("[{}]", "1", NotATable)],
)
async def test_a_broken_file_writes_nothing(
    database: Database, world: World, tmp_path: Path, header: str, row: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await apply(database, written(tmp_path, row, header=header))
    assert await on_hand(database, world) == ON_HAND
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.feed") == 0
