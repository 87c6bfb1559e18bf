"""Capacity over HTTP: what a shopper may see, what staff may book, what is refused and how."""

import httpx

from portico.orders.types import OrderId
from portico.platform.db import Database
from tests.bookings.world import at
from tests.conftest import Served
from tests.inventory.test_stockroom_http import at_till, in_office
from tests.world import World


def counter(world: World, **more: object) -> dict:
    hours = [{"weekday": day, "opens": "00:00", "closes": "24:00", "capacity": 2} for day in range(1, 8)]
    return {
        "code": "BAY", "kind": "drive_up", "name": "Bays", "location_id": str(world.store), "openings": hours,
        "horizon_days": 700, **more,
    }  # fmt: skip


async def test_from_calendar_to_agenda(served: Served, world: World, database: Database) -> None:
    async with served() as url, in_office(url) as office, at_till(url) as till, at_till(url, "T2", "1001") as other:
        put = await office.put(
            "/v1/resources", json={"resources": [counter(world), counter(world, code="P", kind="picking")]}
        )
        assert put.status_code == 200, put.text
        bay, picking = sorted((await office.get("/v1/resources")).json()["items"], key=lambda one: one["kind"])
        assert bay["openings"][0] == {"weekday": 1, "opens": "00:00", "closes": "24:00", "capacity": 2}
        period = {"from": at(10).isoformat(), "until": at(12).isoformat()}
        async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "web"}) as shopper:
            both = {"resources": f"{bay['id']},{picking['id']}", **period}
            seen = (await shopper.get("/v1/slots", params=both)).json()["items"]
            assert {one["resource_id"] for one in seen} == {bay["id"]} and len(seen) == 2
            assert (await shopper.get("/v1/resources")).status_code in (401, 403)
            assert (await shopper.post("/v1/bookings", json={})).status_code in (400, 401, 403, 422)
        new = {
            "resource_id": bay["id"], "starts_at": at(10).isoformat(), "ends_before": at(11).isoformat(),
            "holder": str(OrderId.new()), "quantity": 2, "hold_seconds": 600,
        }  # fmt: skip
        assert (await other.post("/v1/bookings", json=new)).status_code == 403
        made = await till.post("/v1/bookings", json=new, headers={"Idempotency-Key": "once"})
        assert made.status_code == 201, made.text
        again = await till.post("/v1/bookings", json=new, headers={"Idempotency-Key": "once"})
        assert again.json() == made.json()
        full = await till.post("/v1/bookings", json=new)
        assert (full.status_code, full.json()["code"], full.json()["free"]) == (409, "bookings.slot_full", 0)
        path = f"/v1/bookings/{made.json()['id']}"
        to = {"starts_at": at(11).isoformat(), "ends_before": at(12).isoformat()}
        assert (await till.post(f"{path}/move", json=to)).status_code == 200
        assert (await till.post(f"{path}/confirm")).json()["state"] == "confirmed"
        agenda = await till.get(f"/v1/resources/{bay['id']}/agenda", params=period)
        assert [one["starts_at"][11:13] for one in agenda.json()["items"]] == [f"{at(11).hour:02}"]
        assert (await till.post(f"{path}/cancel")).json()["state"] == "canceled"
        assert (await till.post(f"{path}/cancel")).json()["code"] == "bookings.booking_ended"


async def test_what_is_refused_over_http(served: Served, world: World, database: Database) -> None:
    async with served() as url, in_office(url) as office:
        await office.put("/v1/resources", json={"resources": [counter(world)]})
        (bay,) = (await office.get("/v1/resources")).json()["items"]
        new = {"resource_id": bay["id"], "holder": str(OrderId.new()), "ends_before": "2027-03-28T04:00"}
        gap = await office.post("/v1/bookings", json=new | {"starts_at": "2027-03-28T02:30"})
        assert (gap.status_code, gap.json()["code"], gap.json()["field"]) == (422, "bookings.no_such_time", "starts_at")
        for field, value in (
            ("starts_at", "yesterday"),
            ("holder", "nobody"),
            ("starts_at", "9999-12-31T23:59:59-23:59"),
        ):
            wrong = await office.post("/v1/bookings", json=new | {"starts_at": "2027-03-28T03:00"} | {field: value})
            assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, field), wrong.text
        past = await office.post("/v1/bookings", json=new | {"starts_at": "2020-01-01T03:00"})
        assert (past.status_code, past.json()["field"]) == (422, "starts_at")
        clock = counter(world, openings=[{"weekday": 1, "opens": "9:00", "closes": "25:00", "capacity": 1}])
        assert (await office.put("/v1/resources", json={"resources": [clock]})).status_code == 422
        span = {"resources": bay["id"], "from": "2027-01-01T00:00:00Z", "until": "2028-01-01T00:00:00Z"}
        assert (await office.get("/v1/slots", params=span)).json()["field"] == "ends_before"
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from bookings.booking") == 0


async def test_a_calendar_is_edited_and_full_buckets_are_seen(served: Served, world: World) -> None:
    day, period = at(10).date().isoformat(), {"from": at(10).isoformat(), "until": at(12).isoformat()}
    async with served() as url, in_office(url) as office:
        closed = counter(world, overbook_percent=50, special_days=[{"day": day, "hours": []}])
        await office.put("/v1/resources", json={"resources": [closed]})
        (bay,) = (await office.get("/v1/resources")).json()["items"]
        assert [one["day"] for one in bay["special_days"]] == [day]
        every = {"resources": bay["id"], "quantity": 0, **period}
        assert (await office.get("/v1/slots", params=every)).json()["items"] == []
        open_again = counter(world, overbook_percent=50, as_usual=[day])
        await office.put("/v1/resources", json={"resources": [open_again]})
        assert (await office.get("/v1/resources")).json()["items"][0]["special_days"] == []
        new = {
            "resource_id": bay["id"], "starts_at": at(10).isoformat(), "ends_before": at(11).isoformat(),
            "holder": str(OrderId.new()), "quantity": 3,
        }  # fmt: skip
        assert (await office.post("/v1/bookings", json=new)).status_code == 201
        seen = (await office.get("/v1/slots", params=every)).json()["items"]
        assert [(one["free"], one["taken"], one["capacity"]) for one in seen] == [(0, 3, 2), (3, 0, 2)]
        assert len((await office.get("/v1/slots", params=every | {"quantity": 1})).json()["items"]) == 1
        less = await office.put("/v1/resources", json={"resources": [counter(world, active=False)]})
        assert [(one["taken"], one["capacity"]) for one in less.json()["overcommitted"]] == [(3, 2)]
        assert (await office.get("/v1/resources")).json()["items"] == []
        (resting,) = (await office.get("/v1/resources", params={"resting": True})).json()["items"]
        assert resting["active"] is False
