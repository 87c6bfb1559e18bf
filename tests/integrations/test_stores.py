"""A chain's list of stores: read whole, or refused by entry and field with nothing written."""

import json
from pathlib import Path
from typing import Any

import pytest

from portico.business import api as business
from portico.business.types import Hours
from portico.integrations.shops import broken, stores, stores_import
from portico.platform.db import Database, Query
from tests.integrations.real_files import real_file

LOCATIONS = Query(int, "select count(*) from business.location")
MARKETS = Query(int, "select count(*) from business.market")

STORE: dict[str, Any] = {
    "id": 7, "type": "BigBox", "name": "Main Street", "address": "1 Main St", "address2": "", "city": "El Paso",
    "state": "TX", "zip": "79901", "location": {"lat": 31.76, "lon": -106.49}, "hours": "Mon: 10-9; Sun: 11-7",
    "services": ["Hablamos Español", "Geek Squad Services "],
}  # fmt: skip


def written(path: Path, *entries: Any) -> Path:
    path.write_text(json.dumps(list(entries)))
    return path


async def count(database: Database, query: Query[int]) -> int:
    async with database.read() as tx:
        return await tx.one(query)


async def test_a_store_joins_the_house_with_hours_and_clocks(database: Database, tmp_path: Path) -> None:
    path = written(
        tmp_path / "stores.json", STORE, {**STORE, "id": "8-b", "zip": "2128", "state": "MA", "address2": None}
    )
    report = await stores_import.run(database, path)
    assert report.adds_up and report.things["stores"].new == 2
    async with database.read() as tx:
        found = {one.code: one for one in (await business.directory(tx)).locations.values()}
    store = found["US-7"]
    assert (store.name, store.time_zone, store.address.address_region) == ("Main Street", "America/Denver", "TX")
    assert [(one.weekday, one.opens.hour, one.closes.hour) for one in store.hours] == [(1, 10, 21), (7, 11, 19)]
    assert store.capabilities == ("format-bigbox", "hablamos-espanol", "geek-squad-services")
    assert found["US-8-b"].address.postal_code == "02128"
    again = await stores_import.run(database, path)
    assert again.changed_nothing and again.adds_up and await count(database, LOCATIONS) == 2


async def test_a_code_of_somebody_else_is_rejected(database: Database, tmp_path: Path) -> None:
    await stores_import.run(database, written(tmp_path / "stores.json", STORE))
    async with database.transaction() as tx:
        await tx.run(Query(None, "update business.location set external_ref = 'other:7'"))
    report = await stores_import.run(
        database, written(tmp_path / "stores.json", STORE), rejects_path=tmp_path / "rejects.csv"
    )
    assert report.adds_up and report.reasons == {"already_there": 1}
    assert "Main Street" in (tmp_path / "rejects.csv").read_text()


@pytest.mark.parametrize(
    ("content", "kind", "row", "column"),
    [
        ("", broken.EmptyFile, 0, ""),
        (" \n", broken.EmptyFile, 0, ""),
        ("[]", broken.EmptyFile, 0, ""),
        ("id,name\n1,2\n", broken.NotATable, 0, ""),
        ('{"stores": []}', broken.NotATable, 0, ""),
        (json.dumps([STORE])[:-30], broken.Truncated, 1, ""),
        (json.dumps([STORE], ensure_ascii=False).encode("latin-1"), broken.WrongEncoding, 1, ""),
        (json.dumps([STORE, {**STORE, "name": 5}]), broken.BadValue, 2, "name"),
        (json.dumps([{name: value for name, value in STORE.items() if name != "city"}]), broken.BadValue, 1, "city"),
        (json.dumps([{**STORE, "location": {"lat": 91, "lon": 0}}]), broken.BadValue, 1, "location.lat"),
        (json.dumps([{**STORE, "hours": "Mon: noon-ish"}]), broken.BadValue, 1, "hours"),
        (json.dumps([{**STORE, "state": "XX"}]), broken.BadValue, 1, "state"),
        (json.dumps([{**STORE, "zip": "x"}]), broken.BadValue, 1, "zip"),
        (json.dumps([{**STORE, "name": "=cmd|' /C calc'!A0"}]), broken.Formula, 1, "name"),
        (json.dumps([{**STORE, "name": "x" * 1_000_000}]), broken.BadValue, 1, "name"),
        (json.dumps([STORE, {**STORE, "id": 8}, STORE]), broken.Repeated, 3, "id"),
    ],
)
async def test_a_broken_list_is_refused_and_nothing_is_written(
    database: Database, tmp_path: Path, content: str | bytes, kind: type[broken.BrokenFile], row: int, column: str
) -> None:
    path = tmp_path / "stores.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(broken.BrokenFile) as refused:
        await stores_import.run(database, path)
    assert (type(refused.value), refused.value.row, refused.value.column) == (kind, row, column)
    assert await count(database, LOCATIONS) == 0 == await count(database, MARKETS)


async def test_all_stores_of_the_real_list_are_taken(database: Database) -> None:
    path = real_file("stores/stores.json")
    report = await stores_import.run(database, path)
    assert (report.read, report.imported, report.things["stores"].new) == (1565, 1565, 1565)
    assert (await stores_import.run(database, path)).changed_nothing
    async with database.read() as tx:
        found = (await business.directory(tx)).locations.values()
    assert all(one.hours and one.time_zone for one in found) and len(found) == 1565
    assert all(isinstance(hours, Hours) for one in stores.read(path) for hours in one.hours)
