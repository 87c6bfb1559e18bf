"""Customers book, move and cancel for themselves: appointments, tables and events, and nobody else's."""

import httpx
import pytest

from portico.bookings import api
from portico.bookings.api import self_service
from portico.bookings.types import Resource, ResourceKind
from portico.orders.types import OrderId
from portico.platform.db import Database, Query
from portico.platform.http.door import COOKIE_SHOPPER
from portico.platform.ids import Id
from tests.bookings.world import at, put
from tests.conftest import Served
from tests.orders.test_itinerary import person
from tests.world import World

BOOKED = Query(int, "select count(*) from bookings.booking where state <> 'canceled'")


def shopper(url: str, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, cookies={COOKIE_SHOPPER: token})


async def fitting(database: Database, world: World, **more: object) -> Resource:
    return await put(database, world, code="FIT", kind=ResourceKind.APPOINTMENT, name="Fitting", **more)


def wanted(resource: Resource, holder: Id, *, hour: int = 10) -> dict[str, object]:
    return {
        "resource_id": str(resource.id), "starts_at": at(hour).isoformat(), "ends_before": at(hour + 1).isoformat(),
        "holder": str(holder),
    }  # fmt: skip


async def booked(database: Database) -> int:
    async with database.read() as tx:
        return await tx.one(BOOKED)


async def test_from_a_free_hour_to_another_and_away(served: Served, world: World, database: Database) -> None:
    resource = await fitting(database, world)
    lucia, token = await person(database, world, "lucia")
    async with served() as url, shopper(url, token) as http:
        period = {"from": at(10).isoformat(), "until": at(12).isoformat(), "location": str(world.store)}
        found = (await http.get("/v1/slots", params=period | {"kind": "appointment"})).json()
        assert [(one["name"], one["time_zone"]) for one in found["resources"]] == [("Fitting", "Europe/Madrid")]
        assert "overbook_percent" not in found["resources"][0]
        made = await http.post("/v1/bookings", json=wanted(resource, lucia))
        assert made.status_code == 201, made.text
        path = f"/v1/bookings/{made.json()['id']}"
        assert (await http.get(path)).json()["holder"] == str(lucia)
        moved = await http.post(f"{path}/move", json={
            "starts_at": at(11).isoformat(), "ends_before": at(12).isoformat(),
        })  # fmt: skip
        assert moved.status_code == 200, moved.text
        (stop,) = (await http.get("/v1/itinerary")).json()["items"]
        assert (stop["title"], stop["location"]["id"]) == ("Fitting", str(world.store))
        assert (await http.post(f"{path}/cancel")).json()["state"] == "canceled"
        assert (await http.get("/v1/itinerary")).json()["items"] == []


async def test_nobody_elses(served: Served, world: World, database: Database) -> None:
    resource = await fitting(database, world)
    lucia, hers = await person(database, world, "lucia")
    marco, his = await person(database, world, "marco")
    async with served() as url, shopper(url, hers) as http, shopper(url, his) as other:
        made = (await http.post("/v1/bookings", json=wanted(resource, lucia))).json()
        path = f"/v1/bookings/{made['id']}"
        to = {"starts_at": at(11).isoformat(), "ends_before": at(12).isoformat()}
        for answer in (
            await other.get(path),
            await other.post(f"{path}/cancel"),
            await other.post(f"{path}/move", json=to),
            await other.post(f"{path}/extend", json={}),
            await other.post(f"{path}/confirm"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text
        assert (await other.post("/v1/bookings", json=wanted(resource, lucia))).status_code == 403
        assert (await other.post("/v1/bookings", json=wanted(resource, OrderId.new()))).status_code == 403
        async with httpx.AsyncClient(base_url=url) as stranger:
            assert (await stranger.post("/v1/bookings", json=wanted(resource, marco))).status_code == 401
            assert (await stranger.get(path)).status_code == 401
        assert (await http.get(path)).json()["starts_at"] == made["starts_at"]
    assert await booked(database) == 1


@pytest.mark.parametrize("kind", [ResourceKind.PICKING, ResourceKind.DELIVERY, ResourceKind.PICKUP])
async def test_what_comes_with_an_order_is_not_booked_by_itself(
    served: Served, world: World, database: Database, kind: ResourceKind
) -> None:
    resource = await put(database, world, kind=kind)
    lucia, token = await person(database, world, "lucia")
    async with served() as url, shopper(url, token) as http:
        answer = await http.post("/v1/bookings", json=wanted(resource, lucia))
        assert (answer.status_code, answer.json()["code"]) == (403, "auth.forbidden")
    assert await booked(database) == 0


async def test_no_more_than_anybody_needs(
    served: Served, world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(self_service, "BOOKINGS_EACH_MAX", 2)
    resource = await fitting(database, world)
    lucia, token = await person(database, world, "lucia")
    async with served() as url, shopper(url, token) as http:
        answers = [await http.post("/v1/bookings", json=wanted(resource, lucia, hour=hour)) for hour in (10, 11, 12)]
        assert [one.status_code for one in answers] == [201, 201, 409]
        assert answers[-1].json()["code"] == "bookings.too_many" and answers[-1].json()["bookings_max"] == 2
    async with database.read() as tx:
        assert len(await api.bookings(tx, holders=[lucia])) == 2
