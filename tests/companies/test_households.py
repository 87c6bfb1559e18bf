"""Households: by word and never by guess; of one member the others learn nothing; merges of records keep it right, and undo."""

import asyncio

import asyncpg
import pytest

from portico.companies import api, store
from portico.companies.types import HouseholdId, InAHousehold
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.identity.types import Basis, MergeId, NewMerge
from portico.platform.db import Database
from portico.platform.refusals import NotFound
from tests.approvals.test_approvals import signed_in
from tests.carts.racing import dawdling, line_up, without_lock
from tests.companies.firms import BILLING, person, tables
from tests.conftest import Served
from tests.orders.test_orders import ask, line, placed
from tests.orders.test_orders_http import api_client
from tests.world import World

HOME = {"street_address": "Calle Luna 3", "address_locality": "Madrid", "postal_code": "28004", "address_country": "ES"}


async def home(database: Database, world: World, who: CustomerId, name: str = "Luna 3") -> HouseholdId:
    async with database.transaction() as tx:
        made = await api.found_household(tx, name=name, address=BILLING, customer_id=who, by_herself=False, by=world.by)
    return made.household.id


async def lives(database: Database, who: CustomerId) -> HouseholdId | None:
    async with database.read() as tx:
        found = await api.household_of(tx, records=(await identity.members(tx, ids=[who]))[who])
    return found.household.id if found else None


async def join(database: Database, world: World, id: HouseholdId, who: CustomerId) -> None:
    async with database.transaction() as tx:
        await api.join(tx, id=id, customer_id=who, by_herself=False, by=world.by)


async def leave(database: Database, world: World, id: HouseholdId, who: CustomerId) -> None:
    async with database.transaction() as tx:
        await api.leave(tx, id=id, records=[who], by=world.by)


async def merge(database: Database, world: World, one: CustomerId, other: CustomerId) -> MergeId:
    async with database.transaction() as tx:
        (made,) = await identity.merge(
            tx, merges=[NewMerge(record_a=min(one, other), record_b=max(one, other), basis=Basis.BY_HAND)], by=world.by
        )
    assert isinstance(made, MergeId)
    return made


async def test_members_see_the_address_and_nobody_elses_name(served: Served, world: World, database: Database) -> None:
    lucia, marco = await person(database, world, "Lucía"), await person(database, world, "Marco")
    await placed(database, ask(world, line(world, "MUG-1", 2), customer_id=lucia))
    async with served() as url, api_client(url, world) as staff, signed_in(url, database, lucia, marco) as (hers, his):
        assert (await hers.get("/v1/me/household")).status_code == 204
        made = (await hers.put("/v1/me/household", json={"name": "Luna 3", "address": HOME})).json()
        assert (made["members"], made["address"]["street_address"]) == (1, "Calle Luna 3")
        before = await tables(database)
        assert (await his.post("/v1/me/household/join", json={"code": made["code"] + "x"})).status_code == 409
        assert await tables(database) == before
        joined = await his.post("/v1/me/household/join", json={"code": made["code"]})
        assert joined.json()["members"] == 2
        assert not any(name in joined.text for name in ("Luc", "Prado", str(lucia)))
        seen = (await staff.get(f"/v1/customers/{marco}/household")).json()
        assert [(one["customer"]["given_name"], one["by_herself"]) for one in seen["members"]] == [
            ("Lucía", True), ("Marco", True),
        ]  # fmt: skip
        spent = (await staff.get(f"/v1/households/{seen['id']}/spending")).json()["items"]
        assert [(one["currency"], one["orders"], one["amount"]) for one in spent] == [("EUR", 1, 2500)]
        assert (await his.get(f"/v1/households/{seen['id']}/spending")).status_code in (401, 403)
        stale = await staff.put(
            f"/v1/households/{seen['id']}", json={"name": "x", "address": None, "expected": seen["version"] + 1}
        )
        assert stale.json()["code"] == "companies.changed"
        assert (await his.delete("/v1/me/household")).status_code == 204
        assert (await his.delete("/v1/me/household")).status_code == 404
        assert (await hers.get("/v1/me/household")).json()["members"] == 1
        assert (await hers.delete("/v1/me/household")).status_code == 204
    async with database.pool.acquire() as connection:
        assert await connection.fetchval("select count(*) from companies.household") == 0
        told = await connection.fetch(
            "select type, body::text as body from platform.fact where type like 'companies.household%' order by id"
        )
    assert [one["type"].split(".")[1] for one in told] == [
        "household_joined", "household_joined", "household_left", "household_left",
    ]  # fmt: skip
    assert not any("Prado" in one["body"] or "Luna" in one["body"] for one in told)


async def test_nobody_is_in_two(database: Database, world: World) -> None:
    lucia, marco = await person(database, world, "Lucía"), await person(database, world, "Marco")
    one = await home(database, world, lucia)
    other = await home(database, world, marco, "Sol 1")
    before = await tables(database)
    with pytest.raises(InAHousehold) as refused:
        await join(database, world, one, marco)
    assert refused.value.household_id == other
    assert await tables(database) == before


async def test_a_merge_keeps_it_right_and_taking_apart_restores_it(database: Database, world: World) -> None:
    first, second = await person(database, world, "Lucía"), await person(database, world, "Lucia")
    marco = await person(database, world, "Marco")
    one, other = await home(database, world, first), await home(database, world, second, "Sol 1")
    await join(database, world, other, marco)
    joined = await merge(database, world, first, second)
    assert (await lives(database, first), await lives(database, second)) == (one, one)
    with pytest.raises(InAHousehold):
        await join(database, world, one, marco)
    async with database.transaction() as tx:
        await identity.unmerge(tx, merge_id=joined, reason="two people", by=world.by)
    assert [await lives(database, who) for who in (first, second, marco)] == [one, other, other]


async def last_two_leave(database: Database, world: World) -> int:
    """How many households are left without anybody when the last two leave at the same moment."""
    lucia, marco = await person(database, world, "Lucía"), await person(database, world, "Marco")
    id = await home(database, world, lucia)
    await join(database, world, id, marco)
    await line_up(database)
    await asyncio.gather(leave(database, world, id, lucia), leave(database, world, id, marco))
    async with database.pool.acquire() as connection:
        return int(await connection.fetchval("select count(*) from companies.household"))


async def test_the_last_who_leaves_takes_the_household_away(database: Database, world: World) -> None:
    assert await last_two_leave(database, world) == 0


async def test_control_without_the_lock_an_empty_one_stays(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_HOUSEHOLD", without_lock(store.LOCK_HOUSEHOLD))
    monkeypatch.setattr(store, "MEMBERS", dawdling(store.MEMBERS))  # both have left before either looks who is left
    assert await last_two_leave(database, world) == 1


async def test_the_database_keeps_a_record_to_one(database: Database, world: World) -> None:
    who = await person(database, world)
    id = await home(database, world, who)
    async with database.pool.acquire() as connection:
        with pytest.raises(asyncpg.UniqueViolationError):
            await connection.execute(
                "insert into companies.household_member values ($1, $2, true, now(), 'x', 'x')", who.uuid, id.uuid
            )
    with pytest.raises(NotFound):
        await leave(database, world, HouseholdId.new(), who)
