"""A location is changed as a whole, or not at all."""

import pytest

from portico.platform.db import Database
from tests.conftest import Served
from tests.inventory.test_stockroom_http import at_till, in_office
from tests.world import World

CHANGE = {
    "name": "Gran Vía", "latitude": 40.42, "longitude": -3.705, "phone": "+34910000000",
    "capabilities": ["carry_out", "collect", "ship"],
    "hours": [{"weekday": day, "opens": "10:00", "closes": "20:00"} for day in range(1, 7)],
    "special_hours": [
        {"day": "2030-12-25", "opens": None, "closes": None, "reason": "Navidad"},
        {"day": "2030-12-24", "opens": "10:00", "closes": "14:00", "reason": ""},
    ],
}  # fmt: skip


async def test_a_location_is_changed(served: Served, world: World) -> None:
    async with served() as url, in_office(url) as office, at_till(url) as till:
        path = f"/v1/locations/{world.store}"
        assert (await till.put(path, json=CHANGE)).status_code == 403
        changed = await office.put(path, json=CHANGE)
        assert changed.status_code == 200, changed.text
        (seen,) = [one for one in (await office.get("/v1/locations")).json()["items"] if one["id"] == str(world.store)]
        assert (seen["name"], seen["latitude"], len(seen["hours"])) == ("Gran Vía", 40.42, 6)
        assert seen["capabilities"] == CHANGE["capabilities"]
        assert [one["day"] for one in seen["special_hours"]] == ["2030-12-24", "2030-12-25"]
        again = await office.put(path, json=CHANGE | {"special_hours": []})
        assert again.json()["special_hours"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("latitude", 91),
        ("longitude", -181),
        ("capabilities", ["fly"]),
        ("hours", [{"weekday": 8, "opens": "10:00", "closes": "20:00"}]),
        ("hours", [{"weekday": 1, "opens": "20:00", "closes": "10:00"}]),
        ("hours", [{"weekday": 1, "opens": "25:00", "closes": "26:00"}]),
        (
            "hours",
            [{"weekday": 1, "opens": "09:00", "closes": "12:00"}, {"weekday": 1, "opens": "11:00", "closes": "13:00"}],
        ),
        ("special_hours", [{"day": "2030-01-01", "opens": "10:00", "closes": None, "reason": ""}]),
    ],
)
async def test_what_a_location_cannot_be(
    served: Served, world: World, database: Database, field: str, value: object
) -> None:
    async with served() as url, in_office(url) as office:
        refused = await office.put(f"/v1/locations/{world.store}", json=CHANGE | {field: value})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), refused.text
    name = await database.pool.fetchval("select name from business.location where id = $1", world.store)
    assert name == "Store 1"
