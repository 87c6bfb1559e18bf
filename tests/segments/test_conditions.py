"""What a condition means in SQL is what it says: trees of any form, compared with plain Python over everybody."""

import asyncio
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portico.customers.types import CustomerId
from portico.platform.db import Database, Query, connect
from portico.segments import api
from portico.segments.types import (
    DEPTH_MAX,
    LEAVES_MAX,
    AllOf,
    AnyOf,
    AverageOrder,
    BadSegment,
    BirthdaySoon,
    Bought,
    ChannelShare,
    Condition,
    Consented,
    CustomerSince,
    FirstOrder,
    HasPoints,
    InSegment,
    InTier,
    LastOrder,
    Lives,
    NewSegment,
    Not,
    OrderCount,
    OrdersWorth,
    Speaks,
)
from tests.segments.crowd import BY, CHANNELS, ITEMS, NOW, PLACES, VARIANTS, Her, enter, holds

SAVED = {
    "buyers": OrderCount(at_least=1),
    "locals": AllOf((Lives(countries=("ES",)), Not(InSegment(code="buyers")))),
}
days = st.sampled_from([1, 3, 10, 30, 90, 91, 365])
amounts = st.sampled_from([1, 500, 1490, 5000, 25_000])
some = st.booleans().map(lambda yes: yes or None)


def _few(values: object) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.lists(st.sampled_from(sorted(values)), min_size=1, max_size=2, unique=True).map(tuple)  # type: ignore[call-overload]


def _maybe(one: st.SearchStrategy) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.none() | one


def _window(kind: type) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.one_of(
        st.builds(kind, within_days=days), st.builds(kind, before_days=days),
        st.builds(kind, within_days=st.sampled_from([91, 365]), before_days=st.sampled_from([1, 30])),
    )  # fmt: skip


def _range(kind: type, values: st.SearchStrategy, **more: st.SearchStrategy) -> st.SearchStrategy:  # type: ignore[type-arg]
    return st.one_of(
        st.builds(kind, at_least=values, **more), st.builds(kind, at_most=values, **more),
        st.builds(kind, at_least=values, at_most=st.just(10**6), **more),
    )  # fmt: skip


@st.composite
def bought(draw: st.DrawFn) -> Bought:
    spent = draw(_maybe(amounts))
    when = draw(st.sampled_from(["days", "dates", ""]))
    return Bought(
        items=draw(st.just(()) | _few(ITEMS)), variants=draw(st.just(()) | _few(VARIANTS)),
        channels=draw(st.just(()) | _few([*CHANNELS])), locations=draw(st.just(()) | _few(PLACES[1:])),
        days=draw(days) if when == "days" else None, since=date(2026, 11, 28) if when == "dates" else None,
        until=draw(st.sampled_from([date(2027, 1, 27), date(2027, 2, 24)])) if when == "dates" else None,
        units=draw(_maybe(st.sampled_from([1, 3, 6]))), orders=draw(_maybe(st.sampled_from([1, 2]))), spent=spent,
        currency="EUR" if spent else "",
    )  # fmt: skip


currencies = st.sampled_from(["EUR", "GBP"])
leaves = st.one_of(
    bought(),
    _range(OrdersWorth, amounts | st.just(0), currency=currencies),
    _range(AverageOrder, amounts, currency=currencies),
    _range(OrderCount, st.sampled_from([0, 1, 2, 5])),
    _window(FirstOrder), _window(LastOrder), _window(CustomerSince),
    st.builds(ChannelShare, channel_kinds=_few(set(CHANNELS.values())), percent=st.sampled_from([1, 50, 100])),
    st.builds(Lives, countries=_few(["ES", "IT"]), cities=st.just(()) | _few(["madrid", "Salamanca"])),
    st.builds(Lives, postcodes=_few(["28", "280", "37001", "2"])),
    st.builds(Speaks, languages=_few(["en", "es", "it"])),
    st.builds(Consented, purpose=st.sampled_from(["marketing", "nothing"]), channel=st.sampled_from(["email", "sms"])),
    st.builds(InTier, programme=st.sampled_from(["club", "other"]), tiers=st.just(()) | _few(["basic", "gold"])),
    st.builds(HasPoints, at_least=st.sampled_from([1, 50, 100])),
    st.builds(BirthdaySoon, within_days=st.sampled_from([0, 1, 2, 3, 365])),
    st.builds(InSegment, code=st.sampled_from(sorted(SAVED))),
)  # fmt: skip
trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, max_size=3).map(tuple)), st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)  # fmt: skip
CROWD: dict[str, list[Her]] = {}


async def crowd_of(database: Database, url: str) -> list[Her]:
    """Made once for a database, whatever the examples."""
    if url not in CROWD:
        async with database.transaction(now=NOW) as tx:
            for code, condition in SAVED.items():
                await api.put(tx, new=NewSegment(code=code, name=code, condition=condition), expected_version=0, by=BY)
        CROWD[url] = await enter(database, 7)
    return CROWD[url]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=trees)
def test_a_tree_means_what_it_says(database_url: str, condition: Condition) -> None:
    """Counted over everybody, and asked of each record by itself: both are what Python says of her."""

    async def run() -> None:
        async with connect(database_url, connections_max=1) as database:
            crowd = await crowd_of(database, database_url)
            try:
                async with database.transaction(now=NOW) as tx:
                    found = await api.count(tx, condition=condition, sample=True)
            except BadSegment as refused:
                assert refused.problem == f"<= {DEPTH_MAX}"  # a draw that is deeper than may be
                return
            meant = {one.id for one in crowd if holds(condition, one, SAVED)}
            reached = {one.id for one in crowd if one.id in meant and one.email and one.says.get("email")}
            assert (found.people, found.everybody, found.written_to) == (len(meant), len(crowd), len(reached))
            assert [one.id for one in found.sample] == sorted(meant, reverse=True)[:20]
            async with database.transaction(now=NOW) as tx:
                await api.put(
                    tx, new=NewSegment(code="asked", name="Asked", condition=condition), expected_version=0, by=BY
                )
                hers = await api.of(tx, customer_ids=[one.id for one in crowd], codes=["asked", *SAVED])
                page = await api.people(tx, code="asked", limit=100)
                await _undo(tx)
            assert {id for id, codes in hers.items() if "asked" in codes} == meant
            assert [one.id for one in page.items] == sorted(meant, reverse=True)
            for one in crowd:
                assert hers[one.id] - {"asked"} == {code for code in SAVED if holds(SAVED[code], one, SAVED)}

    asyncio.run(run())


FORGET_ASKED = Query(
    None, "delete from segments.version where segment_id = (select id from segments.segment where code = 'asked')"
)
DROP_ASKED = Query(None, "delete from segments.segment where code = 'asked'")


async def _undo(tx) -> None:  # type: ignore[no-untyped-def]
    await tx.run(FORGET_ASKED)
    await tx.run(DROP_ASKED)


async def test_pages_are_whole_and_nobody_stands_on_two(database: Database) -> None:
    crowd = await enter(database, 3, 9)
    async with database.transaction(now=NOW) as tx:
        await api.put(tx, new=NewSegment(code="all", name="All", condition=AllOf()), expected_version=0, by=BY)
        seen: list[CustomerId] = []
        cursor, pages = None, 0
        while True:
            page = await api.people(tx, code="all", before=cursor, limit=4)
            seen, cursor, pages = [*seen, *(one.id for one in page.items)], page.next_cursor, pages + 1
            if cursor is None:
                break
    assert (seen, pages) == (sorted((one.id for one in crowd), reverse=True), 3)


def _deep(levels: int) -> Condition:
    one: Condition = OrderCount(at_least=1)
    for _ in range(levels - 1):
        one = Not(one)
    return one


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        (AllOf((OrderCount(at_least=1), AnyOf((Bought(days=0),)))), "condition.of.1.of.0.days"),
        (Not(Bought(days=3, since=date(2026, 1, 1))), "condition.of.days"),
        (Bought(since=date(2026, 1, 2), until=date(2026, 1, 2)), "condition.until"),
        (Bought(spent=100), "condition.currency"),
        (Bought(currency="EUR"), "condition.spent"),
        (OrdersWorth(currency="euro", at_least=1), "condition.currency"),
        (OrdersWorth(currency="EUR"), "condition.at_least"),
        (OrderCount(at_least=3, at_most=2), "condition.at_most"),
        (FirstOrder(), "condition.within_days"),
        (LastOrder(within_days=5, before_days=5), "condition.before_days"),
        (ChannelShare(channel_kinds=(), percent=50), "condition.channel_kinds"),
        (ChannelShare(channel_kinds=("web",), percent=101), "condition.percent"),
        (Lives(), "condition.countries"),
        (Lives(countries=("Spain",)), "condition.countries"),
        (Speaks(languages=("tlh",)), "condition.languages"),
        (HasPoints(at_least=0), "condition.at_least"),
        (BirthdaySoon(within_days=366), "condition.within_days"),
        (InSegment(code="No such"), "condition.code"),
        (InSegment(code="nobody-made-it"), "condition.segment"),
        (_deep(DEPTH_MAX + 1), "condition" + ".of" * DEPTH_MAX),
        (AnyOf(tuple(OrderCount(at_least=i) for i in range(LEAVES_MAX + 1))), "condition"),
    ],
)
async def test_what_cannot_be_is_named_by_its_place(database: Database, condition: Condition, field: str) -> None:
    async with database.transaction() as tx:
        with pytest.raises(BadSegment) as refused:
            await api.count(tx, condition=condition)
        assert refused.value.field == field
        with pytest.raises(BadSegment):
            await api.put(tx, new=NewSegment(code="bad", name="Bad", condition=condition), expected_version=0, by=BY)
        assert await api.segments(tx) == []


async def test_as_deep_and_as_large_as_may_be(database: Database) -> None:
    async with database.transaction() as tx:
        deep = await api.count(tx, condition=_deep(DEPTH_MAX))
        large = await api.count(tx, condition=AnyOf(tuple(Bought(units=i + 1) for i in range(LEAVES_MAX))))
    assert (deep.people, large.people) == (0, 0)


@pytest.mark.parametrize(("name", "field"), [("", "name"), ("x" * 81, "name"), ("a\nb", "name")])
async def test_a_name_that_cannot_be(database: Database, name: str, field: str) -> None:
    async with database.transaction() as tx:
        with pytest.raises(BadSegment) as refused:
            await api.put(tx, new=NewSegment(code="a", name=name, condition=AllOf()), expected_version=0, by=BY)
        assert refused.value.field == field and await api.segments(tx) == []
