"""Where a postal code is: in whatever spelling, as nearly as is known; and what is none."""

import httpx
import pytest

from portico.fulfillment import api
from portico.fulfillment.types import BadNetwork, PostalArea, UnknownPostalCode
from portico.platform.db import Database
from tests.inventory.test_holds_http import client
from tests.world import World

AREAS = [
    PostalArea("ES", "28", "Madrid", 40.42, -3.7), PostalArea("ES", "28821", "Coslada", 40.43, -3.55),
    PostalArea("GB", "W", "London", 51.51, -0.18), PostalArea("GB", "WC", "London", 51.52, -0.12),
]  # fmt: skip


@pytest.mark.parametrize(
    ("country", "typed", "code", "latitude"),
    [
        ("ES", "28004", "28004", 40.42),
        ("ES", " 28 821 ", "28821", 40.43),
        ("GB", "w1u 5jw", "W1U 5JW", 51.51),
        ("GB", "WC2N5DU", "WC2N 5DU", 51.52),
    ],
)
async def test_the_nearest_that_is_known(
    database: Database, country: str, typed: str, code: str, latitude: float
) -> None:
    async with database.transaction() as tx:
        await api.put_areas(tx, areas=AREAS)
        found = await api.locate(tx, country=country, postal_code=typed)
    assert (found.postal_code, found.latitude) == (code, latitude)


@pytest.mark.parametrize(
    ("country", "typed"),
    [("ES", ""), ("ES", "28"), ("ES", "99001"), ("ES", "2800A"), ("GB", "WA14 1AA"), ("GB", "28004"), ("FR", "28004")],
)
async def test_what_is_no_postal_code_that_we_know(database: Database, country: str, typed: str) -> None:
    async with database.transaction() as tx:
        await api.put_areas(tx, areas=AREAS)
        with pytest.raises(UnknownPostalCode):
            await api.locate(tx, country=country, postal_code=typed)


@pytest.mark.parametrize(
    ("area", "field"),
    [
        (PostalArea("ES", "28", "Madrid", 95, 0), "latitude"),
        (PostalArea("ES", "28", "Madrid", 40, 181), "longitude"),
        (PostalArea("es", "28", "Madrid", 40, 0), "country"),
        (PostalArea("ES", "2 8", "Madrid", 40, 0), "prefix"),
    ],
)
async def test_an_area_that_cannot_be_is_refused_and_none_is_written(
    database: Database, area: PostalArea, field: str
) -> None:
    with pytest.raises(BadNetwork) as refused:
        async with database.transaction() as tx:
            await api.put_areas(tx, areas=[AREAS[1], area])
    assert refused.value.field == field
    async with database.read() as tx:
        assert await api.areas(tx, country="ES") == []


async def test_over_http(url: str, world: World) -> None:
    items = [{"country": "ES", "prefix": "28", "name": "Madrid", "latitude": 40.42, "longitude": -3.7}]
    async with client(url, world.token) as staff, httpx.AsyncClient(base_url=url, timeout=20) as stranger:
        refused = await stranger.put("/v1/network/areas", json={"items": items})
        assert refused.status_code in (401, 403)
        unknown = await stranger.get("/v1/postal-codes/es/28004")
        assert (unknown.status_code, unknown.json()["code"]) == (422, "fulfillment.unknown_postal_code")
        assert (await staff.put("/v1/network/areas", json={"items": items})).status_code == 200
        found = (await stranger.get("/v1/postal-codes/es/28004")).json()
        assert found == {"postal_code": "28004", **{k: v for k, v in items[0].items() if k != "prefix"}}
        assert (await staff.get("/v1/network/areas", params={"country": "ES"})).json()["items"] == items
