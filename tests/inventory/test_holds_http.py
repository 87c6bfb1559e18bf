"""Over HTTP: holds of one's own, promises ahead, lots at the door, sales under a lease, availability as it changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import msgspec
import pytest
from tests.conftest import Served
from tests.inventory import tracked
from tests.inventory.test_stockroom_http import at_till, free, in_office
from tests.world import ON_HAND, World

from portico.app import verification
from portico.catalog import api as catalog
from portico.catalog.types import NewItem, NewPack, NewVariant, Put, Tracking, VariantId
from portico.inventory import api
from portico.inventory.types import HoldEnded, HoldLine, LeaseLine
from portico.platform import clock
from portico.platform.auth import api as auth
from portico.platform.db import Database
from portico.platform.refusals import NotFound


@asynccontextmanager
async def client(url: str, token: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=20) as http:
        yield http


def lines(world: World, quantity: int, **more: object) -> list[dict[str, object]]:
    return [
        {"variant_id": str(world.variants["LAMP-1"]), "location_id": str(world.store), "quantity": quantity, **more}
    ]


async def test_a_hold_is_its_owners_alone(served: Served, world: World, database: Database) -> None:
    async with database.transaction() as tx:
        _, other = await auth.add_token(tx, name="Other", scopes=["inventory.hold", "orders.place"])
    async with served() as url, client(url, world.token) as mine, client(url, other) as theirs:
        made = await mine.post("/v1/holds", json={"lines": lines(world, ON_HAND), "seconds": 60})
        assert made.status_code == 201, made.text
        path = f"/v1/holds/{made.json()['id']}"
        assert (await free(mine, world))["available"] == 0
        for answer in (
            await theirs.get(path), await theirs.post(f"{path}/extend", json={"seconds": 600}),
            await theirs.delete(path),
            await theirs.post("/v1/orders", json={
                "hold_id": made.json()["id"], "payment_term": "on_collection", "lines": lines(world, 1, method="collect"),
            }),
        ):  # fmt: skip
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        longer = await mine.post(f"{path}/extend", json={"seconds": 600})
        assert longer.json()["expires_at"] > made.json()["expires_at"]
        order = await mine.post("/v1/orders", json={
            "hold_id": made.json()["id"], "payment_term": "on_collection",
            "lines": lines(world, ON_HAND, method="collect"),
        })  # fmt: skip
        assert order.status_code == 201, order.text
    assert await verification.differences(database) == []


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"lines": []}, "invalid", "lines"),
        ({"lines": [{"quantity": 0}]}, "inventory.bad_hold", "quantity"),
        ({"lines": [{"quantity": -1}]}, "inventory.bad_hold", "quantity"),
        ({"lines": [{"quantity": 1.5}]}, "invalid", "lines[0].quantity"),
        ({"lines": [{"variant_id": "var_" + "0" * 32}]}, "invalid", "variant_id"),
        ({"lines": [{"location_id": "loc_" + "0" * 32}]}, "not_found", None),
        ({"lines": [{"unit": "KGM"}]}, "catalog.wrong_unit", None),
        ({"lines": [{}], "seconds": 1}, "inventory.bad_hold", "seconds"),
        ({"lines": [{}], "seconds": 10**9}, "inventory.bad_hold", "seconds"),
        ({"lines": [{}] * 10_000}, "invalid", "lines"),
        ({"lines": [{"quantity": ON_HAND + 1}]}, "inventory.out_of_stock", None),
    ],
)
async def test_what_cannot_be_held(
    served: Served, world: World, database: Database, body: dict, code: str, field: str | None
) -> None:
    body = body | {"lines": [lines(world, 1)[0] | line for line in body["lines"]]}
    async with served() as url, client(url, world.token) as http:
        answer = await http.post("/v1/holds", json=body)
    assert answer.json()["code"] == code, answer.text
    if field:
        told = answer.json()
        assert field in (told.get("field"), *(one["field"] for one in told.get("errors", ()))), answer.text
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.reservation") == 0
        assert await connection.fetchval("select count(*) from inventory.hold") == 0


async def test_a_hold_that_ran_out_goes_on_only_while_nobody_used_it(database: Database, world: World) -> None:
    line = HoldLine(world.variants["LAMP-1"], world.store, ON_HAND)
    ask = {"lines": [line], "lasts": timedelta(minutes=1), "by": world.by}
    async with database.transaction() as tx:
        first = await api.hold(tx, owner="a", **ask)
    late = clock.now() + timedelta(minutes=5)
    async with database.transaction(now=late) as tx:
        again = await api.extend(tx, hold_id=first.id, owner="a", lasts=timedelta(minutes=10))
        assert again.expires_at == late + timedelta(minutes=10)
    later = late + timedelta(minutes=20)
    async with database.transaction(now=later) as tx:
        second = await api.hold(tx, owner="b", **ask)
    async with database.transaction(now=later) as tx:
        with pytest.raises(HoldEnded):
            async with tx.savepoint():
                await api.extend(tx, hold_id=first.id, owner="a", lasts=timedelta(minutes=10))
        with pytest.raises(NotFound):
            await api.let_go(tx, hold_id=second.id, owner="a", by=world.by)
        assert (await api.holding(tx, hold_id=second.id, owner="b"))[1] == [line]
    assert await verification.differences(database) == []


async def test_one_of_many_extends_or_takes_what_ran_out(database: Database, world: World) -> None:
    """Extending and taking race for the same units: they are nobody's twice."""
    line = HoldLine(world.variants["LAMP-1"], world.store, ON_HAND)
    for i in range(6):
        start = clock.now() + timedelta(hours=2 * i)
        async with database.transaction(now=start) as tx:
            held = await api.hold(tx, owner="a", lines=[line], lasts=timedelta(minutes=1), by=world.by)
        late = start + timedelta(minutes=5)

        async def extend(held=held, late=late) -> bool:  # type: ignore[no-untyped-def]
            async with database.transaction(now=late) as tx:
                await api.extend(tx, hold_id=held.id, owner="a", lasts=timedelta(minutes=10))
            return True

        async def take(late=late) -> bool:  # type: ignore[no-untyped-def]
            async with database.transaction(now=late) as tx:
                await api.hold(tx, owner="b", lines=[line], lasts=timedelta(minutes=10), by=world.by)
            return True

        answers = await asyncio.gather(extend(), take(), return_exceptions=True)
        assert sum(one is True for one in answers) == 1
        assert await verification.differences(database) == []


async def test_a_delivery_in_cases_and_lots(served: Served, world: World, database: Database) -> None:
    cream = await tracked.make(database, world, Tracking.LOT)
    item = NewItem(slug="water", titles={"en": "Water"}, variants=(NewVariant(sku="W", packs=(NewPack("CS", 12),)),))
    async with database.transaction() as tx:
        (put,) = await catalog.put_items(tx, items=[item], by=world.by)
    assert isinstance(put, Put)
    water = str(put.variant_ids["W"])
    new = {
        "location_id": str(world.store), "supplier": "S", "reference": "PO-9",
        "lines": [{"variant_id": water, "quantity": 3, "unit": "CS"}, {"variant_id": str(cream), "quantity": 4}],
    }  # fmt: skip
    async with served() as url, at_till(url) as here:
        made = (await here.post("/v1/inbounds", json=new)).json()
        assert {one["announced"] for one in made["lines"]} == {36, 4}
        path = f"/v1/inbounds/{made['head']['id']}/receive"
        bare = await here.post(path, json={"lines": [{"variant_id": str(cream), "quantity": 4}]})
        assert (bare.status_code, bare.json()["code"]) == (422, "inventory.lot_needed")
        unit = await here.post(path, json={"lines": [{"variant_id": water, "quantity": 4, "unit": "BX"}]})
        assert (unit.status_code, unit.json()["code"]) == (422, "catalog.wrong_unit")
        lots = [{"quantity": 4, "lot": "L1", "expires_on": "2030-01-31"}]
        came = {"lines": [
            {"variant_id": water, "quantity": 3, "unit": "CS"}, {"variant_id": str(cream), "quantity": 4, "lots": lots},
        ], "close": True}  # fmt: skip
        assert (await here.post(path, json=came)).status_code == 200
        (lot,) = (await here.get("/v1/stock/lots", params={"variant": str(cream)})).json()["items"]
        assert (lot["lot"], lot["quantity"], lot["expires_on"]) == ("L1", 4, "2030-01-31")
        (step,) = (await here.get("/v1/stock/trace", params={"variant": str(cream), "lot": "L1"})).json()["items"]
        assert step["reference"] == made["head"]["id"]
    assert await verification.differences(database) == []


async def test_promised_ahead_over_http(served: Served, world: World, database: Database) -> None:
    day = (clock.now() + timedelta(days=9)).date().isoformat()
    ahead = {
        "variant_id": str(world.variants["LAMP-1"]), "location_id": str(world.store), "units_max": 2, "expected_on": day,
    }  # fmt: skip
    async with served() as url, in_office(url) as office:
        past = await office.put("/v1/stock/backorders", json={"backorders": [ahead | {"expected_on": "2020-01-01"}]})
        assert (past.status_code, past.json()["field"]) == (422, "expected_on")
        assert (await office.put("/v1/stock/backorders", json={"backorders": [ahead]})).status_code == 200
        order = {"payment_term": "on_collection", "lines": lines(world, ON_HAND + 1, method="collect")}
        refused = await office.post("/v1/orders", json=order)
        assert refused.json()["code"] == "inventory.out_of_stock"
        order["lines"][0]["backorder"] = True  # type: ignore[index]
        placed = await office.post("/v1/orders", json=order)
        assert placed.status_code == 201, placed.text
        row = await free(office, world)
        assert row["backorder"] == {"kind": "backorder", "quantity": 1, "expected_on": day}
    assert await verification.differences(database) == []


async def test_a_till_tells_what_it_sold_from_its_lease(served: Served, world: World, database: Database) -> None:
    async with served() as url, at_till(url) as till, at_till(url, "T2", "1001") as other, in_office(url) as office:
        given = await till.post(
            "/v1/leases", json={"lines": [{"variant_id": str(world.variants["LAMP-1"]), "quantity": ON_HAND}]}
        )
        assert given.status_code == 201, given.text
        lease = given.json()["lease"]

        def sale(quantity: int, **more: object) -> dict[str, object]:
            return {
                "lines": lines(world, quantity), "cash": {"tendered": 10_000_000}, "lease_id": lease["id"], **more,
            }  # fmt: skip

        taken = await other.post("/v1/orders", json=sale(1) | {"lines": lines(world, 1, location_id=str(world.store))})
        assert taken.status_code in (403, 409)  # another till's lease is not hers
        sold = await till.post("/v1/orders", json=sale(3, occurred_at=lease["issued_at"]))
        assert sold.status_code == 201, sold.text
        early = await office.post(f"/v1/leases/{lease['id']}/abandon")
        assert (early.status_code, early.json()["code"]) == (409, "inventory.lease_open")
        assert (await free(office, world))["available"] == 0
        assert (await till.post(f"/v1/leases/{lease['id']}/settle")).status_code == 200
        assert (await free(office, world))["available"] == ON_HAND - 3
        late = await till.post("/v1/orders", json=sale(ON_HAND - 2))
        assert late.json()["code"] == "inventory.out_of_stock"
    assert await verification.differences(database) == []


async def test_a_lease_covers_only_what_was_sold_in_its_time(database: Database, world: World) -> None:
    from tests.inventory.test_stock import want

    lamp = world.variants["LAMP-1"]
    till = msgspec.structs.replace(world.by, till_id=world.tills["T1"].uuid)
    async with database.transaction() as tx:
        made, _ = await api.lease(
            tx, till_id=world.tills["T1"], location_id=world.store, lines=[LeaseLine(lamp, ON_HAND)],
            lasts=timedelta(hours=1), by=till,
        )  # fmt: skip
    sold = want(world, ("LAMP-1", 1), draws_on=made.id)
    sold = msgspec.structs.replace(sold, by=till)
    late = msgspec.structs.replace(sold, occurred_at=made.expires_at)
    stranger = msgspec.structs.replace(sold, by=msgspec.structs.replace(till, till_id=world.tills["T2"].uuid))
    async with database.transaction(now=made.expires_at + timedelta(hours=5)) as tx:
        answers = await api.allocate(tx, wants=[late, stranger, sold])
    assert [type(one).__name__ for one in answers] == ["OutOfStock", "OutOfStock", "Granted"]
    async with database.transaction(now=made.expires_at + timedelta(hours=25)) as tx:
        await api.abandon_lease(tx, lease_id=made.id, by=world.by)
        (level,) = await api.levels(tx, variant_ids=[lamp], location_ids=[world.store])
    assert level.available == ON_HAND - 1


async def test_scans_say_how_many(served: Served, world: World, database: Database) -> None:
    item = NewItem(
        slug="water",
        titles={"en": "Water"},
        variants=(NewVariant(sku="W", barcodes=("4006381333931",), packs=(NewPack("CS", 12, "14006381333938"),)),),
    )
    async with database.transaction() as tx:
        await catalog.put_items(tx, items=[item], by=world.by)
    async with served() as url, at_till(url) as here:
        found = (await here.get("/v1/scans", params={"code": "]C10114006381333938172912311037\x1d21X9"})).json()
        assert (found["quantity"], found["lot"], found["serial"]) == (12, "37", "X9")
        assert (found["expires_on"], found["variant"]["sku"]) == ("2029-12-31", "W")
        wrong = await here.get("/v1/scans", params={"code": "4006381333932"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "catalog.bad_check_digit")


async def test_availability_is_told_as_it_changes(served: Served, world: World, database: Database) -> None:
    lamp, mug = str(world.variants["LAMP-1"]), str(world.variants["MUG-1"])
    async with served() as url, client(url, world.token) as http:
        unknown = await http.get(
            "/v1/availability", params={"variants": str(VariantId.new()), "locations": str(world.store)}
        )
        assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "variants")
        params = {"variants": f"{lamp},{mug}", "locations": str(world.store)}
        async with http.stream("GET", "/v1/availability/stream", params=params) as answer:
            events = answer.aiter_lines()

            async def next_rows() -> list[dict]:
                async with asyncio.timeout(10):
                    async for line in events:
                        if line.startswith("data: "):
                            return msgspec.json.decode(line[6:])["items"]
                raise AssertionError("the stream ended")

            assert {one["available"] for one in await next_rows()} == {ON_HAND}
            await http.post("/v1/holds", json={"lines": lines(world, 7)})
            (row,) = await next_rows()
            assert (row["variant_id"], row["available"]) == (lamp, ON_HAND - 7)


@pytest.mark.parametrize("seconds", [10**18, -415_000_826_168_686])
async def test_a_time_beyond_all_times_is_refused(url: str, world: World, database: Database, seconds: int) -> None:
    """Walks over the API found it: the number was a moment's before it was looked at, and the answer a bug."""
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {world.token}"}) as client:
        line = {"variant_id": str(world.variants["MUG-1"]), "location_id": str(world.store), "quantity": 1}
        made = await client.post("/v1/holds", json={"lines": [line], "seconds": seconds})
        longer = await client.post(f"/v1/holds/hld_{'0' * 32}/extend", json={"seconds": seconds})
        booked = await client.post(
            "/v1/bookings",
            json={
                "resource_id": f"res_{'0' * 32}",
                "starts_at": "2026-11-01T10:00:00Z",
                "ends_before": "2026-11-01T11:00:00Z",
                "holder": f"ord_{'0' * 32}",
                "hold_seconds": seconds,
            },
        )
    assert [one.status_code for one in (made, longer, booked)] == [422, 422, 422]
    for one, field in ((made, "seconds"), (longer, "seconds"), (booked, "hold_seconds")):
        assert one.json()["code"] == "invalid"
        assert field in str(one.json()["errors"])
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from inventory.hold") == 0
