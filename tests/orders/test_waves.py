"""Waves over HTTP: gathered by zone and by when they are due, handed to somebody, and walked shelf by shelf for several orders at once."""

from datetime import timedelta

from tests.orders.test_orders_http import api_client
from tests.orders.test_working_http import till
from tests.orders.works import order, work
from tests.world import World

from portico.business.types import StaffId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Shelved, Zone
from portico.orders.types import Method
from portico.platform import clock
from portico.platform.db import Database


async def shelves(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        await fulfillment.put_zones(
            tx, location_id=world.store, zones=[Zone("A", "Front", 1), Zone("B", "Back", 2)],
            items=[Shelved(str(world.variants["MUG-1"]), "B"), Shelved(str(world.variants["CUP-1"]), "A")],
        )  # fmt: skip


async def counted(database: Database) -> tuple[int, int]:
    """Units that are picked, and works that somebody has."""
    picked = await database.pool.fetchval("select coalesce(sum(picked), 0)::int from fulfillment.fulfillment_line")
    return picked, await database.pool.fetchval("select count(*) from fulfillment.fulfillment where claimed_by <> ''")


async def test_a_wave_is_handed_over_and_walked_for_two_orders_at_once(
    url: str, database: Database, world: World
) -> None:
    await shelves(database, world)
    first = await order(database, world, Method.COLLECT, ("MUG-1", 2), ("CUP-1", 1), at=world.store)
    second = await order(database, world, Method.COLLECT, ("MUG-1", 1), at=world.store)
    async with api_client(url, world) as lead, till(url) as cashier:
        made = (await lead.post("/v1/waves", json={"location_id": str(world.store)})).json()
        path = f"/v1/waves/{made['wave']['id']}"
        assert [(one["zone_name"], one["sku"], len(one["parts"])) for one in made["stops"]] == [
            ("Front", "CUP-1", 1), ("Back", "MUG-1", 2),
        ]  # fmt: skip
        assert (made["wave"]["lines"], made["wave"]["lines_done"]) == (3, 0)

        early = await cashier.post(f"{path}/scans", json={"code": "CUP-1"})
        assert (early.status_code, early.json()["code"], await counted(database)) == (
            409,
            "fulfillment.claimed",
            (0, 0),
        )
        people = (await lead.get("/v1/waves/pickers", params={"location": str(world.store)})).json()["items"]
        staff = {one["number"]: one["id"] for one in people}
        assert (await cashier.post(f"{path}/assign", json={"staff_id": staff["1000"]})).status_code == 403
        nobody = await lead.post(f"{path}/assign", json={"staff_id": str(StaffId.new())})
        assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "staff_id")
        assert await counted(database) == (0, 0)

        handed = (await lead.post(f"{path}/assign", json={"staff_id": staff["1000"]})).json()
        assert handed["wave"]["claimed_name"] == next(one["name"] for one in people if one["number"] == "1000")
        assert [one["state"] for one in handed["works"]] == ["picking", "picking"]

        cup = (await cashier.post(f"{path}/scans", json={"code": "CUP-1"})).json()
        assert (cup["order_label"], cup["wave"]["wave"]["lines_done"]) == (first.head.label, 1)
        labels = [(await cashier.post(f"{path}/scans", json={"code": "MUG-1"})).json()["order_label"] for _ in range(3)]
        assert labels == [first.head.label] * 2 + [second.head.label]
        before = await counted(database)
        for code, refusal in (("MUG-1", "fulfillment.picked_already"), ("LAMP-1", "fulfillment.wrong_item")):
            refused = await cashier.post(f"{path}/scans", json={"code": code})
            assert (refused.status_code, refused.json()["code"]) == (409, refusal)
        assert await counted(database) == before == (4, 2)

        done = (await cashier.post(f"{path}/finish", json={"shelf": "W1"})).json()
        assert (done["wave"]["state"], [one["state"] for one in done["works"]]) == ("done", ["ready", "ready"])
        assert (await lead.post(f"{path}/assign", json={"staff_id": staff["1000"]})).status_code == 409
        assert (await lead.post(f"{path}/finish", json={})).status_code == 409


async def test_who_is_given_a_wave_takes_it_from_who_had_it(url: str, database: Database, world: World) -> None:
    one = await order(database, world, Method.COLLECT, ("MUG-1", 2), at=world.store)
    async with api_client(url, world) as lead, till(url) as cashier:
        made = (await lead.post("/v1/waves", json={"location_id": str(world.store)})).json()
        path = f"/v1/waves/{made['wave']['id']}"
        assert (await lead.post(f"{path}/claim")).status_code == 200
        assert (await lead.post(f"{path}/scans", json={"code": "MUG-1"})).status_code == 200
        assert (await lead.post(f"{path}/finish", json={})).json()["code"] == "fulfillment.nothing_to_pick"
        people = (await lead.get("/v1/waves/pickers", params={"location": str(world.store)})).json()["items"]
        (to,) = [each["id"] for each in people if each["number"] == "1000"]
        assert (await lead.post(f"{path}/assign", json={"staff_id": to})).status_code == 200
        lost = await lead.post(f"{path}/scans", json={"code": "MUG-1"})
        assert (lost.status_code, lost.json()["code"]) == (409, "fulfillment.claimed")
        kept = await work(database, one.head.id)
        assert (kept.lines[0].picked, kept.work.claimed_name) == (
            1,
            next(each["name"] for each in people if each["id"] == to),
        )
        assert (await cashier.post(f"{path}/scans", json={"code": "MUG-1"})).status_code == 200


async def test_only_what_is_due_by_then_is_gathered(url: str, database: Database, world: World) -> None:
    await order(database, world, Method.COLLECT, at=world.store)
    soon = await order(database, world, Method.COLLECT, at=world.store)
    await database.pool.execute(
        "update fulfillment.fulfillment set due_at = now() - interval '5 minutes' where holder = $1", str(soon.head.id)
    )
    async with api_client(url, world) as lead:
        body = {"location_id": str(world.store), "due_before": clock.now().isoformat()}
        made = (await lead.post("/v1/waves", json=body)).json()
        assert [one["order_id"] for one in made["works"]] == [str(soon.head.id)]
        naive = await lead.post("/v1/waves", json={**body, "due_before": "2026-11-28T10:00:00"})
        assert naive.status_code == 422
        earlier = (clock.now() - timedelta(days=1)).isoformat()
        none = await lead.post("/v1/waves", json={**body, "due_before": earlier})
        assert (none.status_code, none.json()["code"]) == (409, "fulfillment.nothing_to_pick")
    assert await database.pool.fetchval("select count(*) from fulfillment.wave") == 1
