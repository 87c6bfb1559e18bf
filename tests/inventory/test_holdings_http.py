"""Over HTTP: who holds units of a variant, and what tills lease, sold and never gave back."""

from datetime import timedelta

import httpx
import pytest
from tests.conftest import Served
from tests.inventory.test_stockroom_http import at_till, in_office
from tests.world import ON_HAND, World

from portico.app import verification
from portico.inventory import api
from portico.inventory.types import Backorder, BackorderKind, HoldLine, LeaseId, LeaseLine, Want, WantLine
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.pricing.types import LineItemId

HOUR = timedelta(hours=1)


async def held(database: Database, world: World, quantity: int, *, hours: float | None = None) -> OrderId:
    """An order that holds lamps at the store, for a while or until it is collected."""
    holder = OrderId.new()
    line = WantLine(LineItemId.new(), world.variants["LAMP-1"], world.store, quantity, take=False, backorder=True)
    async with database.transaction() as tx:
        ends = tx.now + hours * HOUR if hours else None
        want = Want(holder=holder, lines=(line,), by=world.by, occurred_at=tx.now, expires_at=ends)
        (answer,) = await api.allocate(tx, wants=[want])
    assert not isinstance(answer, Exception)
    return holder


async def test_every_holder_is_told_the_newest_first(served: Served, world: World, database: Database) -> None:
    lamp, day = world.variants["LAMP-1"], (clock.now() + timedelta(days=9)).date()
    async with database.transaction() as tx:
        ahead = Backorder(lamp, world.store, BackorderKind.BACKORDER, 11, day)
        await api.put_backorders(tx, backorders=[ahead])
    collected, briefly = await held(database, world, 3), await held(database, world, 2, hours=1)
    async with database.transaction() as tx:
        line = HoldLine(lamp, world.other_store, 4)
        hold = await api.hold(tx, lines=[line], lasts=HOUR, owner="client:1", by=world.by)
        lease, _ = await api.lease(
            tx, till_id=world.tills["T1"], location_id=world.store, lines=[LeaseLine(lamp, 6)], lasts=8 * HOUR, by=world.by
        )  # fmt: skip
    ahead_of = await held(database, world, ON_HAND)  # 39 are free, and eleven are promised ahead
    async with served() as url, in_office(url) as office:
        page = await office.get("/v1/stock/holdings", params={"variant": str(lamp)})
        assert page.status_code == 200, page.text
        told = [(one["holder"], one["quantity"], one["waiting"]) for one in page.json()["items"]]
        assert sorted(told[:2], key=lambda one: one[2]) == [
            (str(ahead_of), ON_HAND - 11, False), (str(ahead_of), 11, True),
        ]  # fmt: skip
        assert told[2:] == [
            (str(lease.id), 6, False), (str(hold.id), 4, False), (str(briefly), 2, False), (str(collected), 3, False),
        ]  # fmt: skip
        ends = {one["holder"]: one["expires_at"] for one in page.json()["items"]}
        assert ends[str(collected)] is None and ends[str(lease.id)] is None
        assert ends[str(briefly)] is not None and ends[str(hold.id)] is not None

        here = {"variant": str(lamp), "location": str(world.other_store)}
        (one,) = (await office.get("/v1/stock/holdings", params=here)).json()["items"]
        assert (one["holder"], one["location_id"]) == (str(hold.id), str(world.other_store))

        first = (await office.get("/v1/stock/holdings", params={"variant": str(lamp), "limit": 2})).json()
        rest = {"variant": str(lamp), "limit": 100_000, "cursor": first["next_cursor"]}
        second = (await office.get("/v1/stock/holdings", params=rest)).json()
        assert [*first["items"], *second["items"]] == page.json()["items"] and second["next_cursor"] is None
    async with database.transaction(now=clock.now() + 2 * HOUR) as tx:
        later = await api.claims(tx, variant_id=lamp)
    assert {one.holder for one in later} == {str(ahead_of), str(lease.id), str(collected)}  # what ran out is nobody's


async def test_a_page_of_holders_is_bounded(served: Served, world: World, database: Database) -> None:
    async with database.transaction() as tx:
        for _ in range(205):
            await api.hold(
                tx, lines=[HoldLine(world.variants["TEA-1"], world.store, 1)], lasts=HOUR, owner="client:1", by=world.by
            )
    async with served() as url, in_office(url) as office:
        for limit, shown in ((100_000, 200), (0, 1), (-5, 1)):
            page = (
                await office.get("/v1/stock/holdings", params={"variant": str(world.variants["TEA-1"]), "limit": limit})
            ).json()
            assert len(page["items"]) == shown and page["next_cursor"] == page["items"][-1]["id"]


async def test_holders_and_leases_are_told_to_staff_who_may_look(served: Served, world: World) -> None:
    lamp = str(world.variants["LAMP-1"])
    async with served() as url, at_till(url) as till, httpx.AsyncClient(base_url=url) as nobody:
        anywhere = {"variant": lamp}
        assert (await nobody.get("/v1/stock/holdings", params=anywhere)).status_code == 401
        assert (await till.get("/v1/stock/holdings", params=anywhere | {"location": str(world.store)})).json() == {
            "items": [], "next_cursor": None,
        }  # fmt: skip
        there = await till.get("/v1/stock/holdings", params=anywhere | {"location": str(world.other_store)})
        assert there.status_code == 200  # as everything else of stock is told to whoever may see some
        for path in ("/v1/leases", "/v1/stock/variants/LAMP-1"):
            assert (await nobody.get(path)).status_code == 401
        other = await till.get("/v1/leases", params={"location": str(world.other_store)})
        assert (other.status_code, other.json()["code"]) == (403, "auth.forbidden")


@pytest.mark.parametrize(
    ("params", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"variant": "LAMP-1"}, 422, "invalid"),
        ({"variant": "LAMP", "location": "loc_" + "0" * 32}, 404, "not_found"),
        ({"variant": "LAMP", "cursor": "soon"}, 422, "invalid"),
        ({"variant": "LAMP", "limit": "many"}, 422, "invalid"),
    ],
)
async def test_what_cannot_be_asked(served: Served, world: World, params: dict, status: int, code: str) -> None:
    if params.get("variant") == "LAMP":
        params = params | {"variant": str(world.variants["LAMP-1"])}
    async with served() as url, in_office(url) as office:
        refused = await office.get("/v1/stock/holdings", params=params)
        assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text


async def leased(database: Database, world: World, till: str, *, ended_days_ago: float) -> LeaseId:
    """A lease of ten lamps and ten mugs; that its time is over is written into the table, as no clock here can be set."""
    here = world.store if till == "T1" else world.other_store
    lines = [LeaseLine(world.variants[sku], 10) for sku in ("LAMP-1", "MUG-1")]
    async with database.transaction() as tx:
        made, _ = await api.lease(
            tx, till_id=world.tills[till], location_id=here, lines=lines, lasts=timedelta(days=1), by=world.by
        )
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update inventory.lease set issued_at = now() - $2::interval - interval '1 day', expires_at = now() - $2::interval"
            " where id = $1",
            made.id.uuid,
            timedelta(days=ended_days_ago),
        )
    return made.id


async def test_leases_say_what_was_sold_and_which_are_overdue(served: Served, world: World, database: Database) -> None:
    running = await leased(database, world, "T1", ended_days_ago=-0.5)
    overdue = await leased(database, world, "T2", ended_days_ago=0.5)
    lamp = str(world.variants["LAMP-1"])
    async with served() as url, at_till(url) as till, in_office(url) as office:
        sold = await till.post("/v1/orders", json={
            "cash": {"tendered": 10_000_000}, "lease_id": str(running),
            "lines": [{"variant_id": lamp, "location_id": str(world.store), "quantity": 3}],
        })  # fmt: skip
        assert sold.status_code == 201, sold.text
        everywhere = (await office.get("/v1/leases")).json()
        assert [one["id"] for one in everywhere["items"]] == [str(overdue), str(running)]
        assert [(one["till_code"], one["overdue"], one["abandonable"]) for one in everywhere["items"]] == [
            ("T2", True, False), ("T1", False, False),
        ]  # fmt: skip
        assert [(one["lines"], one["drawn"]) for one in everywhere["items"]] == [(2, 0), (2, 1)]
        (here,) = (await office.get("/v1/leases", params={"location": str(world.store)})).json()["items"]
        assert here["id"] == str(running)
        first = (await office.get("/v1/leases", params={"limit": 1})).json()
        rest = (await office.get("/v1/leases", params={"cursor": first["next_cursor"], "limit": 10_000})).json()
        assert [*first["items"], *rest["items"]] == everywhere["items"] and rest["next_cursor"] is None

        one = (await office.get(f"/v1/leases/{running}")).json()
        told = {
            each["variant_id"]: (each["leased"], each["sold"], each["left"], each["returned"]) for each in one["lines"]
        }
        assert told == {lamp: (10, 3, 7, 0), str(world.variants["MUG-1"]): (10, 0, 10, 0)}
        assert one["lines"][0]["variant_id"] == lamp  # what was sold of stands first

        assert (await till.post(f"/v1/leases/{running}/settle")).status_code == 200
        (ended,) = (await office.get("/v1/leases", params={"settled": True})).json()["items"]
        assert (ended["id"], ended["overdue"], ended["lines"], ended["drawn"]) == (str(running), False, 2, 1)
        after = {
            each["variant_id"]: (each["leased"], each["sold"], each["left"], each["returned"])
            for each in (await office.get(f"/v1/leases/{running}")).json()["lines"]
        }
        assert after == {lamp: (10, 3, 0, 7), str(world.variants["MUG-1"]): (10, 0, 0, 10)}
        own = (await till.get("/v1/leases")).json()["items"]
        assert own == []  # without a place she is told of her own only, and that one is settled
        strange = await till.get(f"/v1/leases/{overdue}")
        assert (strange.status_code, strange.json()["code"]) == (403, "auth.forbidden")
        assert (await office.get(f"/v1/leases/lse_{'0' * 32}")).status_code == 404
    assert await verification.differences(database) == []


async def test_a_lease_is_abandoned_for_a_reason_that_is_kept(served: Served, world: World, database: Database) -> None:
    early, lost = (
        await leased(database, world, "T1", ended_days_ago=0.9), await leased(database, world, "T2", ended_days_ago=1.1),
    )  # fmt: skip
    async with served() as url, at_till(url, "T2", "1001") as cashier, in_office(url) as office:
        refused = await cashier.post(f"/v1/leases/{lost}/abandon", json={"note": "Broken"})
        assert (refused.status_code, refused.json()["code"]) == (403, "auth.forbidden")
        soon = await office.post(f"/v1/leases/{early}/abandon", json={"note": "Broken"})
        assert (soon.status_code, soon.json()["code"]) == (409, "inventory.lease_open")
        long = await office.post(f"/v1/leases/{lost}/abandon", json={"note": "x" * 201})
        assert (long.status_code, long.json()["field"]) == (422, "note")
        page = (await office.get("/v1/leases")).json()["items"]
        assert [(one["id"], one["abandonable"]) for one in page] == [(str(lost), True), (str(early), False)]

        done = await office.post(f"/v1/leases/{lost}/abandon", json={"note": " Till stolen, police report 17 "})
        assert done.status_code == 200, done.text
        (ended,) = (await office.get("/v1/leases", params={"settled": True})).json()["items"]
        assert (ended["note"], ended["drawn"]) == ("Till stolen, police report 17", 0)
        again = await office.post(f"/v1/leases/{lost}/abandon")
        assert (again.status_code, again.json()["code"]) == (404, "inventory.lease_unknown")
        assert (await office.post(f"/v1/leases/lse_{'0' * 32}/abandon")).status_code == 404
    assert await verification.differences(database) == []


async def test_a_limit_that_is_set_is_told_to_who_looks_at_the_variant(
    served: Served, world: World, database: Database
) -> None:
    day = (clock.now() + timedelta(days=9)).date().isoformat()
    lamp = str(world.variants["LAMP-1"])
    ahead = {"variant_id": lamp, "location_id": str(world.store), "units_max": 2, "expected_on": day}
    async with served() as url, in_office(url) as office:
        assert (await office.put("/v1/stock/backorders", json={"backorders": [ahead]})).status_code == 200
    async with database.pool.acquire() as connection:
        (told,) = await connection.fetch(
            "select topics, actor from platform.fact where type = 'inventory.backorder_set.v1'"
        )
    assert told["topics"] == ["stock", lamp] and told["actor"].startswith("staff:")
