"""Joining and taking apart: whatever the order, what is left is what was there."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.identity import api, store
from portico.identity.types import (
    AlreadyUndone,
    BadReason,
    Basis,
    KeptApart,
    MergeId,
    NewMerge,
    SameRecord,
)
from portico.loyalty import api as loyalty
from portico.platform.db import Database, Query, Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.privacy import api as privacy
from portico.privacy.types import NewWord, Whom
from tests.carts.racing import dawdling, line_up

BY = Hand(actor="staff:test", actor_name="Test")
RECORDS = 6
EDGES = Query(int, "select count(*) from identity.merge")
FACTS = Query(str, "select type from platform.fact where type like 'identity.%' order by id")
# The whole house but the edges themselves, the words that pairs are two people, and the log that tells of both.
TABLES = Query(
    str,
    """
    select format('%I.%I', schemaname, tablename) from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema', 'public', 'platform') and
        not (schemaname = 'identity' and tablename in ('merge', 'verdict'))
    order by 1
    """,
)


async def everything(tx: Tx) -> dict[str, str]:
    """Every row of every room, by table."""
    rows = {}
    for table in await tx.all(TABLES):
        rows[table] = await tx.one(
            Query(str, f"select coalesce(jsonb_agg(row order by row::text), '[]')::text from {table} as row")
        )
    return rows


async def enter(database: Database, count: int) -> list[CustomerId]:
    async with database.transaction() as tx:
        made = [
            await customers.create(
                tx, new=NewCustomer(given_name=f"Ana {i}", email=f"{CustomerId.new()}@example.com"), by=BY
            )
            for i in range(count)
        ]
        for points, one in enumerate(made, 1):
            word = NewWord(purpose="marketing", channel="email", granted=points % 2 == 0, source="web")
            await privacy.record(tx, whom=Whom((one.id,)), words=[word], by=BY)
            await loyalty.grant_points(
                tx, customer_id=one.id, points=points, reason="gift", reference=str(one.id), by=BY
            )
            await loyalty.grant_credit(
                tx, customer_id=one.id, amount=points, currency="EUR", reason="gift", reference=str(one.id), by=BY
            )
    return sorted(one.id for one in made)


async def join(database: Database, one: CustomerId, other: CustomerId, **more: object) -> MergeId:
    async with database.transaction() as tx:
        new = NewMerge(record_a=one, record_b=other, **{"basis": Basis.BY_HAND, **more})  # type: ignore[arg-type]
        (answer,) = await api.merge(tx, merges=[new], by=BY)
    assert isinstance(answer, MergeId), answer
    return answer


async def part(database: Database, id: MergeId, reason: str = "a mistake") -> None:
    async with database.transaction() as tx:
        await api.unmerge(tx, merge_id=id, reason=reason, by=BY)


async def groups(database: Database, ids: Sequence[CustomerId]) -> set[tuple[CustomerId, ...]]:
    async with database.read() as tx:
        assert await api.differences(tx) == []
        return set((await api.members(tx, ids=ids)).values())


async def test_a_person_is_what_hangs_together_and_goes_by_her_first_record(database: Database) -> None:
    a, b, c, d = await enter(database, 4)
    await join(database, c, b)
    last = await join(database, a, c)
    assert await groups(database, [a, b, c, d]) == {(a, b, c), (d,)}
    async with database.read() as tx:
        assert await api.representatives(tx, ids=[c, d]) == {c: a, d: d}
        whole = await api.person(tx, id=b)
        assert [one.id for one in whole.records] == [a, b, c] and whole.id == a and len(whole.merges) == 2
    await part(database, last)
    assert await groups(database, [a, b, c]) == {(a,), (b, c)}
    async with database.read() as tx:
        assert await tx.all(FACTS) == ["identity.merged.v1", "identity.merged.v1", "identity.unmerged.v1"]


pairs = st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)).filter(lambda both: both[0] != both[1])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), wanted=st.lists(pairs, min_size=1, max_size=10))
def test_whatever_is_joined_and_parted_in_whatever_order_is_as_before(
    database_url: str, data: st.DataObject, wanted: list[tuple[int, int]]
) -> None:
    """Records, ways to reach them, consent, what was told and who is whom: to the letter."""
    order = data.draw(st.permutations(range(len(wanted))))

    async def run() -> None:
        from portico.platform.db import connect

        async with connect(database_url, connections_max=2) as database:
            async with database.transaction() as tx:
                found = await tx.all(Query(CustomerId, "select id from customers.customer order by id"))
            ids = found or await enter(database, RECORDS)
            async with database.read() as tx:
                before = await everything(tx)
            made: list[MergeId] = []
            joined: set[tuple[CustomerId, ...]] = set()
            for one, other in wanted:
                made.append(await join(database, ids[one], ids[other]))
                joined.add(tuple(sorted((ids[one], ids[other]))))
                assert await groups(database, ids) == _expected(ids, joined)
            for place in dict.fromkeys(made[i] for i in order):
                await part(database, place)
                async with database.read() as tx:
                    ended = await tx.one(store.FIND_MERGE, id=place)
                joined.discard((ended.record_a, ended.record_b))
                assert await groups(database, ids) == _expected(ids, joined)
            async with database.read() as tx:
                assert await everything(tx) == before

    asyncio.run(run())


def _expected(ids: Sequence[CustomerId], joined: set[tuple[CustomerId, ...]]) -> set[tuple[CustomerId, ...]]:
    """Who hangs together, reckoned the simplest way there is."""
    groups = [{id} for id in ids]
    for one, other in joined:
        both = [group for group in groups if one in group or other in group]
        groups = [group for group in groups if group not in both] + [set().union(*both)]
    return {tuple(sorted(group)) for group in groups}


async def test_what_was_parted_is_not_joined_again_by_itself(database: Database) -> None:
    a, b = await enter(database, 2)
    await part(database, await join(database, a, b))
    async with database.transaction() as tx:
        (answer,) = await api.merge(tx, merges=[NewMerge(record_a=b, record_b=a, basis=Basis.SCORED, bits=50)], by=BY)
    assert isinstance(answer, KeptApart) and await groups(database, [a, b]) == {(a,), (b,)}
    await join(database, a, b)  # by hand it is
    assert await groups(database, [a, b]) == {(a, b)}


async def test_refusals_write_nothing(database: Database) -> None:
    a, b = await enter(database, 2)
    nobody = CustomerId.new()
    async with database.transaction() as tx:
        asks = [NewMerge(record_a=a, record_b=other, basis=Basis.BY_HAND) for other in (a, nobody)]
        same, missing = await api.merge(tx, merges=asks, by=BY)
    assert isinstance(same, SameRecord) and isinstance(missing, NotFound)
    merge = await join(database, a, b)
    for reason in ("", " ", "x" * 501):
        with pytest.raises(BadReason):
            await part(database, merge, reason)
    with pytest.raises(NotFound):
        await part(database, MergeId.new())
    assert await groups(database, [a, b]) == {(a, b)}
    await part(database, merge)
    with pytest.raises(AlreadyUndone):
        await part(database, merge)
    async with database.read() as tx:
        assert await tx.one(EDGES) == 1


async def _race(database: Database) -> set[tuple[CustomerId, ...]]:
    """Two edges of one person, at once."""
    a, b, c, d = await enter(database, 4)
    await join(database, a, b)
    await join(database, c, d)
    await line_up(database)
    await asyncio.gather(join(database, b, c), join(database, a, d), return_exceptions=True)
    async with database.read() as tx:
        kept = {row.record_id: row.person_id for row in await tx.all(store.EVERY_MEMBER)}
        differences = await api.differences(tx)
    assert kept
    return {(a,)} if differences else {(a, b, c, d)}


async def test_two_edges_at_once_make_one_person(database: Database) -> None:
    assert len(next(iter(await _race(database)))) == 4


async def test_a_merge_and_an_undoing_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the lock, who is whom is what the edges say; without it, both look before either has written."""

    async def round() -> int:
        a, b, c = await enter(database, 3)
        first = await join(database, a, b)
        await line_up(database)
        await asyncio.gather(part(database, first), join(database, b, c), return_exceptions=True)
        async with database.read() as tx:
            return len(await api.differences(tx))

    assert await round() == 0
    unlocked = Query(None, "select pg_sleep(0)")
    Query.every.remove(unlocked)
    monkeypatch.setattr(store, "LOCK_EDGES", unlocked)
    monkeypatch.setattr(store, "EDGES", dawdling(store.EDGES))
    for _ in range(5):  # a machine that is busy may keep them from meeting
        if await round():
            return
    pytest.fail("nobody missed the lock")
