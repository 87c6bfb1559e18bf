"""What time ends: rules as data, tried before they hold, applied in batches; documents go from the beginning of their chains."""

import httpx
import pytest

from portico.app.personal import HOUSE
from portico.documents import api as documents
from portico.documents.types import Anchor
from portico.platform.db import Database
from portico.platform.refusals import Conflict
from portico.privacy import api
from portico.privacy.types import BadRetention
from tests.documents import paper
from tests.orders.test_orders_http import api_client
from tests.privacy.people import BY, count, enter
from tests.world import World


async def older(database: Database, table: str, column: str, days: int, where: str = "true") -> None:
    await database.pool.execute(f"update {table} set {column} = {column} - interval '{days} days' where {where}")


async def test_abandoned_baskets_are_counted_first_and_then_gone(
    http: httpx.AsyncClient, database: Database, world: World
) -> None:
    for _ in range(3):
        http.cookies.clear()
        cart = (await http.post("/v1/carts", json={})).json()
        line = {"variant_id": str(world.variants["MUG-1"])}
        assert (await http.post(f"/v1/carts/{cart['id']}/lines", json=line)).status_code == 200
    await older(database, "carts.cart", "updated_at", 100, f"id <> '{cart['id'].partition('_')[2]}'")
    async with database.read() as tx:
        due = {one.code: one.rows for one in await api.due(tx, house=HOUSE)}
        fewer = {one.code: one.rows for one in await api.due(tx, house=HOUSE, days={"guest_carts": 365})}
    assert (due["guest_carts"], fewer["guest_carts"]) == (2, 0)
    assert await count(database, "carts.cart") == 3, "trying it writes nothing"
    done = await api.run(database, house=HOUSE)
    assert [(one.code, one.rows) for one in done] == [("guest_carts", 2)]
    assert [await count(database, f"carts.{one}") for one in ("cart", "line")] == [1, 1]
    assert await api.run(database, house=HOUSE) == []
    async with database.read() as tx:
        assert [(one.code, one.rows) for one in await api.runs(tx)] == [("guest_carts", 2)]


async def test_a_rule_is_changed_by_one_at_a_time(database: Database, world: World) -> None:
    async with database.transaction() as tx:
        put = await api.put_rule(
            tx, house=HOUSE, code="guest_carts", keep_days=30, active=False, version=0, by=BY
        )  # fmt: skip
    assert (put.keep_days, put.active, put.version, put.keep_days_usual) == (30, False, 1, 90)
    with pytest.raises(Conflict):
        async with database.transaction() as tx:
            await api.put_rule(tx, house=HOUSE, code="guest_carts", keep_days=60, active=True, version=0, by=BY)
    for code, days in (("no such rule", 30), ("guest_carts", 0), ("documents", 365), ("guest_carts", 40_000)):
        with pytest.raises(BadRetention):
            async with database.transaction() as tx:
                await api.put_rule(tx, house=HOUSE, code=code, keep_days=days, active=True, version=1, by=BY)
    async with database.read() as tx:
        (rule,) = [one for one in await api.rules(tx, house=HOUSE) if one.code == "guest_carts"]
    assert (rule.keep_days, rule.version) == (30, 1)


async def test_documents_go_when_their_term_is_over_and_the_rest_still_adds_up(
    database: Database, world: World
) -> None:
    await paper.put_seller(database, world)
    orders = [await paper.sale(database, world, quantity=1) for _ in range(5)]
    made = [await paper.receipt(database, world, one) for one in orders]
    await older(database, "documents.document", "issued_at", 4000, f"position <= 3 and series = '{made[0].series}'")
    async with database.snapshot() as tx:
        assert [one.what for one in (await documents.verify(tx)).faults] == ["altered"], "moments are sealed too"
    async with database.read() as tx:
        due = {one.code: one.rows for one in await api.due(tx, house=HOUSE)}
    assert due["documents"] == 3
    assert [(one.code, one.rows) for one in await api.run(database, house=HOUSE)] == [("documents", 3)]
    assert await count(database, "documents.document") == 2
    noted = Anchor(made[0].entity, made[0].series, 3, made[2].hash.hex())
    forged = Anchor(made[0].entity, made[0].series, 3, "0" * 64)
    async with database.snapshot() as tx:
        assert (await documents.verify(tx, anchors=[noted])).faults == ()
        assert [one.position for one in (await documents.verify(tx, anchors=[forged])).faults] == [3]
    another = await paper.receipt(database, world, await paper.sale(database, world, quantity=1))
    assert another.number.endswith("000006")
    await database.pool.execute("delete from documents.document where position = 4")
    async with database.snapshot() as tx:
        assert [one.what for one in (await documents.verify(tx)).faults] == ["removed"]


async def test_the_log_of_looks_and_what_guests_did_end_too(url: str, database: Database, world: World) -> None:
    her = await enter(database)
    async with api_client(url, world) as staff, httpx.AsyncClient(base_url=url) as guest:
        assert (await staff.get(f"/v1/customers/{her.id}")).status_code == 200
        await guest.post("/v1/carts", json={})
    assert await count(database, "privacy.access") == 1
    await older(database, "privacy.access", "at", 800)
    await older(database, "platform.fact", "recorded_at", 800)
    facts = await count(database, "platform.fact", "actor like 'guest:%'")
    assert facts > 0
    await database.pool.execute(  # every reader has passed them by
        "insert into platform.reader (name, generation, xid, id) values ('x', 9, pg_current_xact_id(), 1) on conflict do nothing"
    )
    await database.pool.execute("update platform.reader set generation = 9")
    done = {one.code: one.rows for one in await api.run(database, house=HOUSE)}
    assert done["access_log"] == 1 and done["facts_of_guests"] == facts
    assert await count(database, "platform.fact", "actor like 'guest:%'") == 0


async def test_the_office_sees_and_sets_them(url: str, database: Database, world: World) -> None:
    async with api_client(url, world) as staff:
        shown = (await staff.get("/v1/privacy/retention")).json()
        assert {one["code"] for one in shown["rules"]} == set(HOUSE.retained)
        tried = await staff.post("/v1/privacy/retention/check", json={"days": {"guest_carts": 10}})
        assert {one["code"]: one["rows"] for one in tried.json()["items"]}["guest_carts"] == 0
        wrong = await staff.post("/v1/privacy/retention/check", json={"days": {"nothing": 10}})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "privacy.bad_retention")
        put = await staff.put("/v1/privacy/retention/guest_carts", json={"keep_days": 45, "active": True, "version": 0})
        assert put.json()["keep_days"] == 45
