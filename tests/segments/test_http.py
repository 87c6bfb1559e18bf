"""Segments over HTTP: written, counted, looked at; what is refused writes nothing; who was shown is kept."""

import httpx

from portico.platform.db import Database
from tests.loyalty.members import somebody
from tests.orders.test_orders_http import api_client
from tests.privacy.people import count
from tests.segments.test_following import read
from tests.world import PASSWORD, World

TREE = {
    "kind": "all",
    "of": [
        {"kind": "bought", "categories": ["lamps"], "days": 90, "channels": ["pos"], "spent": 5000, "currency": "EUR"},
        {"kind": "not", "of": {"kind": "last_order", "within_days": 30}},
        {"kind": "any", "of": [{"kind": "lives", "cities": ["Madrid"]}, {"kind": "consented", "purpose": "marketing", "channel": "email"}]},
    ],
}  # fmt: skip


async def test_written_changed_put_away_and_brought_back(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as http:
        made = await http.put("/v1/segments/lamp-lovers", json={"name": "Lamp lovers", "condition": TREE})
        assert made.status_code == 200, made.text
        shown = (await http.get("/v1/segments/lamp-lovers")).json()
        leaf = shown["condition"]["of"][0]
        assert (shown["version"], leaf["kind"], leaf["categories"], leaf["spent"]) == (1, "bought", ["lamps"], 5000)
        assert shown["condition"]["of"][1] == {
            "kind": "not",
            "of": {"kind": "last_order", "within_days": 30, "before_days": None},
        }
        stale = await http.put("/v1/segments/lamp-lovers", json={"name": "Mine", "condition": TREE})
        assert (stale.status_code, stale.json()["code"]) == (409, "segments.changed")
        bad = {"kind": "all", "of": [{"kind": "not", "of": {"kind": "bought", "days": -1}}]}
        wrong = await http.put("/v1/segments/lamp-lovers", json={"name": "Lamps", "condition": bad, "version": 1})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "condition.of.0.of.days")
        assert wrong.json()["detail"]
        nonsense = await http.put("/v1/segments/lamp-lovers", json={"name": "Lamps", "condition": {"kind": "rich"}})
        assert nonsense.status_code == 400 or nonsense.status_code == 422
        assert (await http.get("/v1/segments/lamp-lovers")).json() == shown
        away = await http.post("/v1/segments/lamp-lovers/archive", json={"version": 1})
        assert away.json()["archived"]
        assert (await http.get("/v1/segments")).json()["items"] == []
        assert [one["code"] for one in (await http.get("/v1/segments?archived=true")).json()["items"]] == [
            "lamp-lovers"
        ]
        back = await http.post("/v1/segments/lamp-lovers/restore", json={"version": 2})
        assert back.json()["version"] == 3
        said = (await http.get("/v1/segments/lamp-lovers/versions")).json()["items"]
        assert [(one["version"], one["archived"]) for one in said] == [(3, False), (2, True), (1, False)]
    assert await count(database, "segments.segment") == 1


async def test_counted_before_it_is_saved_and_who_looked_is_kept(url: str, world: World, database: Database) -> None:
    people = [await somebody(database, world, f"Ana {i}") for i in range(25)]
    await read(database)
    async with api_client(url, world) as http:
        ask = {"condition": {"kind": "orders", "at_most": 0}}
        bare = (await http.post("/v1/segments/count", json=ask)).json()
        assert bare == {"people": 25, "everybody": 25, "written_to": 0, "sample": []}
        assert await count(database, "privacy.access", "what = 'segment'") == 0
        seen = (await http.post("/v1/segments/count", json={**ask, "sample": True})).json()
        assert [one["id"] for one in seen["sample"]] == [str(one) for one in sorted(people, reverse=True)[:20]]
        assert await count(database, "privacy.access", "what = 'segment'") == 20
        await http.put("/v1/segments/idle", json={"name": "Idle", "condition": ask["condition"]})
        first = (await http.get("/v1/segments/idle/people", params={"limit": 20})).json()
        rest = (await http.get("/v1/segments/idle/people", params={"limit": 20, "cursor": first["next_cursor"]})).json()
        assert [one["id"] for one in first["items"] + rest["items"]] == [
            str(one) for one in sorted(people, reverse=True)
        ]
        assert rest["next_cursor"] is None
        hers = (await http.get(f"/v1/customers/{people[0]}/segments")).json()
        assert hers == {"items": [{"code": "idle", "name": "Idle"}]}


async def test_staff_see_as_much_as_they_may(url: str, world: World) -> None:
    """A merchandiser's rights are to choose segments, not to see who is in them or to write them; an agent has none."""
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "desk"}) as desk:
        await desk.post("/v1/auth/staff/password", json={"email": "agent@example.com", "password": PASSWORD})
        for path in ("/v1/segments", "/v1/segments/idle"):
            assert (await desk.get(path)).status_code == 403
        assert (
            await desk.put("/v1/segments/idle", json={"name": "I", "condition": {"kind": "all"}})
        ).status_code == 403
    async with httpx.AsyncClient(base_url=url, headers={"Portico-Channel": "office"}) as office:
        await office.post("/v1/auth/staff/password", json={"email": "manager@example.com", "password": PASSWORD})
        made = await office.put("/v1/segments/idle", json={"name": "Idle", "condition": {"kind": "all"}})
        assert made.status_code == 200, made.text
