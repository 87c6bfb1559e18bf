"""Segments made, changed, put away and brought back: who changes one knows what it says, and what runs keeps its own."""

import asyncio

import pytest

from portico.platform.db import Database
from portico.platform.refusals import NotFound, Refused
from portico.segments import api
from portico.segments.store import definitions as store
from portico.segments.types import (
    AllOf,
    AnyOf,
    BadSegment,
    Condition,
    InSegment,
    NewSegment,
    OrderCount,
    Segment,
    SegmentChanged,
    SegmentInUse,
    UnknownSegments,
)
from tests.carts.racing import line_up, without_lock
from tests.segments.crowd import BY


async def put(database: Database, code: str, condition: Condition, version: int = 0) -> Segment:
    async with database.transaction() as tx:
        return await api.put(
            tx, new=NewSegment(code=code, name=code.title(), condition=condition), expected_version=version, by=BY
        )


async def standing(database: Database) -> dict[str, tuple[int, Condition]]:
    async with database.read() as tx:
        return {one.code: (one.version, one.condition) for one in await api.segments(tx)}


async def claim(database: Database, *codes: str, used_by: str = "promo_1") -> None:
    async with database.transaction() as tx:
        await api.claim(tx, used_by=used_by, label="Sale", codes=codes)


async def archive(database: Database, code: str, version: int = 1) -> Segment:
    async with database.transaction() as tx:
        return await api.archive(tx, code=code, expected_version=version, by=BY)


async def test_each_change_is_a_version(database: Database) -> None:
    await put(database, "regulars", OrderCount(at_least=3))
    await put(database, "regulars", OrderCount(at_least=4), 1)
    for seen in (0, 1, 3):
        with pytest.raises(SegmentChanged) as refused:
            await put(database, "regulars", AllOf(), seen)
        assert refused.value.version == 2
    assert await standing(database) == {"regulars": (2, OrderCount(at_least=4))}
    async with database.read() as tx:
        said = await api.versions(tx, code="regulars")
    assert [(one.version, one.condition, one.actor_name) for one in said] == [
        (2, OrderCount(at_least=4), "Test"), (1, OrderCount(at_least=3), "Test"),
    ]  # fmt: skip


async def test_no_segment_stands_on_itself(database: Database) -> None:
    await put(database, "a", AllOf())
    await put(database, "b", InSegment(code="a"))
    await put(database, "c", AnyOf((InSegment(code="b"), OrderCount(at_least=1))))
    before = await standing(database)
    for on in ("a", "b", "c"):
        with pytest.raises(BadSegment) as refused:
            await put(database, "a", InSegment(code=on), 1)
        assert refused.value.field == "condition.segment"
    assert await standing(database) == before


async def test_what_stands_on_others_does_not_grow_without_end(database: Database) -> None:
    await put(database, "s0", AllOf(tuple(OrderCount(at_least=i) for i in range(50))))
    await put(database, "s1", AllOf(tuple(InSegment(code="s0") for _ in range(6))))
    before = await standing(database)
    with pytest.raises(BadSegment):
        await put(database, "s2", AllOf(tuple(InSegment(code="s1") for _ in range(2))))
    with pytest.raises(BadSegment) as refused:  # nor by what it stands on growing
        await put(database, "small", AllOf())
        await put(database, "s0", AllOf((InSegment(code="small"), *(OrderCount(at_least=i) for i in range(50)))), 1)
    assert refused.value.field == "condition" and await standing(database) == {
        **before, "small": (1, AllOf()),
    }  # fmt: skip


async def test_what_is_used_is_not_put_away(database: Database) -> None:
    await put(database, "vip", AllOf())
    await put(database, "best", InSegment(code="vip"))
    await claim(database, "vip")
    for used_by in (("Sale", "Best"), ("Best",)):
        with pytest.raises(SegmentInUse) as refused:
            await archive(database, "vip")
        assert refused.value.used_by == used_by
        await claim(database)
    assert set(await standing(database)) == {"vip", "best"}
    await archive(database, "best")
    assert (await archive(database, "vip")).archived
    with pytest.raises(UnknownSegments):
        await claim(database, "vip")
    with pytest.raises(BadSegment):
        async with database.transaction() as tx:  # what it stands on is away still
            await api.restore(tx, code="best", expected_version=2, by=BY)
    async with database.transaction() as tx:
        await api.restore(tx, code="vip", expected_version=2, by=BY)
        await api.restore(tx, code="best", expected_version=2, by=BY)
    await claim(database, "vip")
    assert {code: version for code, (version, _) in (await standing(database)).items()} == {"vip": 3, "best": 3}


async def test_there_is_no_such_segment(database: Database) -> None:
    for ask in (api.archive, api.restore):
        with pytest.raises(NotFound):
            async with database.transaction() as tx:
                await ask(tx, code="nobodys", expected_version=0, by=BY)
    with pytest.raises(UnknownSegments) as refused:
        await claim(database, "nobodys")
    assert refused.value.codes == ("nobodys",) and await standing(database) == {}


async def _both(database: Database, *deeds: object) -> list[BaseException | None]:
    await line_up(database)
    return list(await asyncio.gather(*deeds, return_exceptions=True))  # type: ignore[call-overload, no-any-return]


async def _ring(database: Database) -> int:
    """Two segments are put onto each other at once: how many are refused."""
    await put(database, "a", AllOf())
    await put(database, "b", AllOf())
    done = await _both(database, put(database, "a", InSegment(code="b"), 1), put(database, "b", InSegment(code="a"), 1))
    return sum(isinstance(one, Refused) for one in done)


async def test_two_put_onto_each_other_make_no_ring(database: Database) -> None:
    assert await _ring(database) == 1


async def test_without_the_lock_they_do(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_ALL", without_lock(store.LOCK_ALL))
    assert await _ring(database) == 0


async def test_two_make_the_same_at_once(database: Database) -> None:
    done = await _both(database, put(database, "a", AllOf()), put(database, "a", OrderCount(at_least=1)))
    assert sorted(type(one) for one in done if isinstance(one, Refused)) == [SegmentChanged]
    assert {code: version for code, (version, _) in (await standing(database)).items()} == {"a": 1}


async def _used_and_away(database: Database) -> bool:
    """Something begins to use a segment while it is put away: whether it ends up used and away."""
    await put(database, "vip", AllOf())
    await _both(database, claim(database, "vip"), archive(database, "vip"))
    async with database.read() as tx:
        found = await api.segment(tx, code="vip")
    return found.archived and bool(found.uses)


async def test_nothing_runs_with_what_is_put_away(database: Database) -> None:
    assert not await _used_and_away(database)


async def test_without_the_lock_it_would(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "LOCK_CODES", without_lock(store.LOCK_CODES))
    assert await _used_and_away(database)
