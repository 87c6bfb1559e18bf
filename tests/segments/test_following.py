"""What is known of people follows the facts: told twice or late, joined and taken apart, forgotten, reckoned anew."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portico.app import segmenting
from portico.app.personal import HOUSE
from portico.app.readers import readers
from portico.business import api as business
from portico.catalog import api as catalog
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.identity.types import Basis, NewMerge
from portico.loyalty import api as loyalty
from portico.orders import api as orders
from portico.orders.types import Method
from portico.platform.db import Database, Query, connect
from portico.privacy import api as privacy
from portico.privacy.types import NewWord, Whom
from portico.segments import api
from portico.segments.store import facts
from portico.segments.types import (
    AllOf,
    Bought,
    Condition,
    Consented,
    HasPoints,
    InTier,
    LastOrder,
    NewSegment,
    OrderCount,
    OrdersWorth,
)
from tests.loyalty.members import bought, somebody, take_back
from tests.loyalty.members import live as live_programme
from tests.privacy.people import count
from tests.segments.crowd import BY, NOW, Her, enter, follow, merge, rows
from tests.world import SKUS, World

MUG = SKUS["MUG-1"]
FACTS = Query(
    str,
    "select type || ' ' || (body ->> 'code') from platform.fact where type in ('segments.entered.v1', 'segments.left.v1') order by id",
)


# How much of what segments follow stands in the log and was not passed yet.
TO_HEAR = Query(
    int,
    """
    select count(*)
    from platform.fact join platform.reader on reader.name = 'segments'
    where fact.type = any(:types::text[]) and (fact.generation, fact.xid, fact.id) > (reader.generation, reader.xid, reader.id)
    """,
)


async def read(database: Database) -> None:
    """Have the reader of segments hear everything there is; it waits for older transactions, those of other tests among them."""
    (reader,) = [one for one in readers() if one.name == "segments"]
    await reader.register(database)
    for _ in range(500):
        while await reader.advance(database):
            pass
        async with database.read() as tx:
            if await tx.one(TO_HEAR, types=list(reader.handlers)) == 0:
                return
        await asyncio.sleep(0.02)
    raise AssertionError("the reader has not heard it all")


async def put(database: Database, code: str, condition: Condition) -> None:
    async with database.transaction() as tx:
        found = {one.code: one.version for one in await api.segments(tx)}
        new = NewSegment(code=code, name=code, condition=condition)
        await api.put(tx, new=new, expected_version=found.get(code, 0), by=BY)


async def belongs(database: Database, who: CustomerId) -> set[str]:
    async with database.transaction() as tx:
        return {one.code for one in await api.of_person(tx, customer_id=who)}


async def told(database: Database) -> list[str]:
    async with database.read() as tx:
        return await tx.all(FACTS)


async def test_orders_points_and_words_are_heard(database: Database, world: World) -> None:
    await live_programme(database, world)
    async with database.transaction() as tx:
        mugs = (await catalog.variants(tx, ids=[world.variants["MUG-1"]]))[world.variants["MUG-1"]].item_id
    for code, condition in {
        "mugs": Bought(items=(mugs,), days=90, units=3, locations=("S1",)),
        "worthy": OrdersWorth(currency="EUR", at_least=3 * MUG),
        "gold": InTier(programme="club", tiers=("gold",)),
        "saver": HasPoints(at_least=1),
        "letters": Consented(purpose="marketing", channel="email"),
    }.items():
        await put(database, code, condition)
    lucia, nobody = await somebody(database, world), await somebody(database, world, "Olga")
    await read(database)
    assert await belongs(database, lucia) == set()
    order = await bought(database, world, lucia, ("MUG-1", 3))
    async with database.transaction() as tx:
        await loyalty.grant_points(tx, customer_id=lucia, points=5, reason="gift", reference="a", by=BY)
        word = NewWord(purpose="marketing", channel="email", granted=True, source="till")
        await privacy.record(tx, whom=Whom((lucia,)), words=[word], by=BY)
    await read(database)
    assert await belongs(database, lucia) >= {"mugs", "worthy", "saver", "letters"}
    assert await belongs(database, nobody) == set()
    before = await rows(database)
    async with database.transaction() as tx:  # heard again, all at once and one by one
        await segmenting.anew(tx, records=[lucia, nobody], directory=await business.directory(tx))
    assert await rows(database) == before
    assert await segmenting.differences(database) == []
    assert order.head.customer_id == lucia


async def test_what_came_back_was_not_bought(database: Database, world: World) -> None:
    await put(database, "buyers", OrderCount(at_least=1))
    await put(database, "worthy", OrdersWorth(currency="EUR", at_least=2 * MUG))
    who = await somebody(database, world)
    order = await bought(database, world, who, ("MUG-1", 2), method=Method.COLLECT)
    await read(database)
    assert await belongs(database, who) == {"buyers", "worthy"}
    await take_back(database, world, order, (0, 1))
    await read(database)
    assert await belongs(database, who) == {"buyers"}
    await take_back(database, world, order, (0, 1))
    await read(database)
    assert await belongs(database, who) == set()
    assert await count(database, "segments.purchase") == 0


async def test_a_fact_told_twice_changes_nothing(database: Database, world: World) -> None:
    who = await somebody(database, world)
    for _ in range(3):
        await bought(database, world, who, ("MUG-1", 1), ("LAMP-1", 2))
    await read(database)
    before, places = await rows(database), await count(database, "segments.bought")
    async with database.pool.acquire() as connection:
        await connection.execute("update platform.reader set generation = 0, xid = '0', id = 0 where name = 'segments'")
    await read(database)
    assert await rows(database) == before and places == 6


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.data(),
    wanted=st.lists(
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda both: both[0] != both[1]), min_size=1, max_size=8
    ),
)
def test_whatever_is_joined_and_parted_is_as_before(
    database_url: str, data: st.DataObject, wanted: list[tuple[int, int]]
) -> None:
    """What joined records did is one person's; taken apart in whatever order, everything is what it was, to the letter."""
    order = data.draw(st.permutations(range(len(wanted))))

    async def run() -> None:
        async with connect(database_url, connections_max=2) as database:
            crowd = CROWD.get(database_url) or await enter(database, 11, 6)
            CROWD[database_url] = crowd
            before = await rows(database)
            merges = {}
            for a, b in wanted:
                async with database.transaction(now=NOW) as tx:
                    new = NewMerge(record_a=crowd[a].id, record_b=crowd[b].id, basis=Basis.BY_HAND)
                    (made,) = await identity.merge(tx, merges=[new], by=BY)
                    await api.follow(tx, records=[crowd[a].id, crowd[b].id])
                merges[made] = (crowd[a].id, crowd[b].id)
            async with database.read() as tx:
                parts = await identity.members(tx, ids=[one.id for one in crowd])
                people = await tx.all(Query(int, "select orders from segments.person order by person_id"))
            whole = {records[0]: records for records in parts.values()}
            by_id = {one.id: one for one in crowd}
            assert people == [sum(len(by_id[each].purchases) for each in whole[one]) for one in sorted(whole)]
            done = list(merges)
            for i in order:
                if i < len(done):
                    async with database.transaction(now=NOW) as tx:
                        await identity.unmerge(tx, merge_id=done[i], reason="wrong", by=BY)
                        await api.follow(tx, records=merges[done[i]])
            assert await rows(database) == before

    asyncio.run(run())


CROWD: dict[str, list[Her]] = {}


async def test_a_joined_person_is_asked_by_any_of_her_records(database: Database) -> None:
    crowd = await enter(database, 5, 8)
    buyers = [one for one in crowd if one.purchases]
    (a, b), idle = buyers[:2], next(one for one in crowd if not one.purchases)
    orders = len(a.purchases) + len(b.purchases)
    await put(database, "both", OrderCount(at_least=orders, at_most=orders))
    assert await belongs(database, a.id) == set()
    await merge(database, a, b)
    await merge(database, b, idle)
    for one in (a, b, idle):
        assert await belongs(database, one.id) == {"both"}


async def test_who_is_forgotten_is_in_no_segment(database: Database) -> None:
    crowd = await enter(database, 13, 6)
    her = next(one for one in crowd if one.purchases)
    await put(database, "all", AllOf())
    async with database.transaction(now=NOW) as tx:
        while await api.compare_due(tx):
            pass
    async with database.transaction() as tx:
        asked = await privacy.ask_erasure(tx, house=HOUSE, customer_id=her.id, reason="", by=BY)
        await privacy.approve(tx, house=HOUSE, id=asked.id, wait=False, decision="", by=BY)
    where = f"person_id = '{her.id.uuid}'"
    held = [one for one in ("record", "purchase", "bought", "member", "points", "person", "worth", "mix", "membership")
            if await count(database, f"segments.{one}", where)]  # fmt: skip
    assert held == []
    async with database.transaction() as tx:
        assert (await api.count(tx, condition=AllOf())).people == len(crowd) - 1
        assert await api.of(tx, customer_ids=[her.id], codes=["all"]) == {}
    await follow(database, [her])  # what comes late of her is not kept
    assert await count(database, "segments.purchase", where) == await count(database, "segments.person", where) == 0


async def test_entering_and_leaving_is_told_once(database: Database) -> None:
    crowd = await enter(database, 17, 6)
    her = next(one for one in crowd if len(one.purchases) > 1)
    await put(database, "all", AllOf())
    await put(database, "idle", OrderCount(at_most=0))
    await put(database, "lately", LastOrder(within_days=500))
    async with database.transaction(now=NOW) as tx:
        while await api.compare_due(tx):
            pass
    assert await told(database) == []  # nobody has done anything to be in what was just made
    members = await count(database, "segments.membership")
    assert members == len(crowd) + len(crowd)  # everybody, and each either idle or not
    purchases, her.purchases = her.purchases, ()
    async with database.transaction(now=NOW) as tx:
        gone = [msgspec.structs.replace(one, lines=()) for one in purchases]
        await api.follow(tx, purchases=gone)
    assert await told(database) == ["segments.entered.v1 idle", "segments.left.v1 lately"]
    async with database.transaction(now=NOW) as tx:
        await api.follow(tx, purchases=gone)
    assert len(await told(database)) == 2
    async with database.transaction(now=NOW + timedelta(minutes=16)) as tx:  # looked at again, nothing is new
        while await api.compare_due(tx):
            pass
    assert len(await told(database)) == 2
    async with database.transaction(now=NOW + timedelta(days=501)) as tx:  # time alone
        while await api.compare_due(tx):
            pass
    others = sum(bool(one.purchases) for one in crowd)
    assert (await told(database))[2:] == ["segments.left.v1 lately"] * others and others


async def test_what_was_written_otherwise_is_found_and_mended(database: Database, world: World) -> None:
    who = await somebody(database, world)
    await bought(database, world, who, ("MUG-1", 1))
    await read(database)
    before = await rows(database)
    async with database.pool.acquire() as connection:
        await connection.execute("update segments.person set orders = 7 where orders = 1")
        await connection.execute("delete from segments.bought")
        await connection.execute("insert into segments.record values (gen_random_uuid(), gen_random_uuid())")
    found = await segmenting.differences(database)
    assert sorted((one.table, one.kept) for one in found) == [
        ("bought", False), ("person", False), ("person", True), ("record", True),
    ]  # fmt: skip
    assert len(await segmenting.differences(database)) == 4  # comparing has mended nothing
    await segmenting.rebuild(database)
    assert await rows(database) == before and await segmenting.differences(database) == []


async def _late(database: Database, world: World) -> int:
    """Somebody reckons by an order as it was, while it is canceled and reckoned by somebody else: how many rows are wrong after both."""
    who = await somebody(database, world)
    order = await bought(database, world, who, ("MUG-1", 2), method=Method.COLLECT)

    async def cancel_and_reckon() -> None:
        await take_back(database, world, order, (0, 2))
        async with database.transaction() as tx:
            await segmenting.anew(tx, records=[who], directory=await business.directory(tx))

    async with database.transaction() as tx:
        await api.lock(tx)
        kept = await orders.kept(tx, order_ids=[order.head.id], directory=await business.directory(tx))
        meanwhile = asyncio.create_task(cancel_and_reckon())
        await asyncio.wait({meanwhile}, timeout=2)
        await api.follow(tx, purchases=kept)
    await meanwhile
    return len(await segmenting.differences(database))


async def test_what_was_read_earlier_is_not_written_later(database: Database, world: World) -> None:
    assert await _late(database, world) == 0


async def test_without_the_lock_it_is(database: Database, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    unlocked = Query(None, "select pg_sleep(0)")
    monkeypatch.setattr(facts, "LOCK_RECORDS", unlocked)
    assert await _late(database, world) > 0
