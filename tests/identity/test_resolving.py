"""Whose touch it is: found by what is exact, by what is alike, and not where it could be several people's."""

import asyncio
from typing import Any

import pytest

from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.identity import api, store
from portico.identity.types import (
    AlreadyDecided,
    BadAttribute,
    Basis,
    PersonAttribute,
    Policy,
    Resolved,
    Review,
    ReviewReason,
    Rule,
    Survivorship,
    Told,
    Touch,
    Verdict,
)
from portico.platform.db import Database, Query
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from tests.carts.racing import line_up, without_lock
from tests.orders.test_orders_http import api_client
from tests.world import World

BY = Hand(actor="staff:test", actor_name="Test")
WRITTEN = Query(int, "select (select count(*) from identity.attribute) + (select count(*) from identity.key)")
HOME = {"street": "Calle de la Luna 7", "city": "Valladolid", "postcode": "47001"}


async def enter(database: Database, *, told: dict[str, str] | None = None, **new: Any) -> CustomerId:
    """Somebody, with what a source tells of her, as she is found from now on."""
    async with database.transaction() as tx:
        id = (await customers.create(tx, new=NewCustomer(**new), by=BY)).id
        attributes = [PersonAttribute(kind=Told(kind), value=value) for kind, value in (told or {}).items()]
        await api.put_attributes(tx, record_id=id, source="web", attributes=attributes, by=BY)
    return id


async def resolve(database: Database, **told: Any) -> Resolved:
    async with database.read() as tx:
        (answer,) = await api.resolve(tx, touches=[Touch(**told)])
    return answer


async def consider(database: Database, *ids: CustomerId) -> tuple[int, int]:
    async with database.transaction() as tx:
        return await api.consider(tx, ids=ids, by=BY)


async def waiting(database: Database) -> list[Review]:
    async with database.read() as tx:
        return await api.reviews(tx)


async def test_by_whatever_is_exact(database: Database) -> None:
    ana = await enter(
        database, given_name="Ana", family_name="Muñoz", phone="+34612345678", email="ana@example.com",
        told={"provider_id": "instagram:1784", "device_id": "d-1", "tax_id": "12345678Z"},
    )  # fmt: skip
    async with database.read() as tx:
        number = (await customers.customer(tx, id=ana)).loyalty_number or ""
    for told in (
        {"phone": "612 34 56 78"}, {"email": "ANA@example.com"}, {"provider_ids": ("instagram:1784",)}, {"device_id": "d-1"},
        {"tax_id": "12345678Z"}, {"loyalty_number": number}, {"phone": "+34612345678", "given_name": "Ana"},
    ):  # fmt: skip
        answer = await resolve(database, **told)
        assert (answer.person_id, answer.basis) == (ana, Basis.EXACT), told
    for nobody in (
        {},
        {"phone": "not a number"},
        {"phone": "+34699999999"},
        {"email": "\0"},
        {"given_name": "x" * 300},
    ):
        assert (await resolve(database, **nobody)).person_id is None, nobody


async def test_a_family_s_telephone_is_nobody_s(database: Database) -> None:
    ana = await enter(database, given_name="Ana", family_name="Muñoz", phone="+34612345678", told=HOME)
    answer = await resolve(database, given_name="Marcos", family_name="Muñoz", phone="+34612345678", **HOME)
    assert answer.person_id is None and [one.person_id for one in answer.others] == [ana]
    marcos = await enter(database, given_name="Marcos", family_name="Muñoz", told={**HOME, "phone": "+34612345678"})
    assert (await consider(database, marcos))[0] == 0
    async with database.read() as tx:
        assert await api.members(tx, ids=[ana, marcos]) == {ana: (ana,), marcos: (marcos,)}


async def test_who_is_alike_enough_is_joined_and_who_may_be_is_shown(database: Database) -> None:
    told = {"birth_date": "1988-03-14", **HOME}
    first = await enter(
        database, given_name="Robert", family_name="Ferrándiz", email="r.ferrandiz@example.com", told=told
    )
    second = await enter(
        database, given_name="Bob", family_name="Ferrandis", told={**told, "email": "r.ferrandiz@example.com"}
    )
    third = await enter(
        database, given_name="Robert", family_name="Ferrándiz", told={"postcode": "47001", "city": "Valladolid"}
    )
    touched = await resolve(database, given_name="Robert", family_name="Ferrandiz", birth_date="1988-03-14", **HOME)
    assert touched.person_id is None or touched.person_id in (first, second)
    assert await consider(database, second) == (1, 0)
    async with database.read() as tx:
        assert (await api.members(tx, ids=[second]))[second] == (first, second)
        whole = await api.person(tx, id=second)
    assert whole.merges[0].basis is Basis.SCORED and whole.merges[0].evidence
    again = await resolve(database, given_name="Robert", family_name="Ferrandiz", birth_date="1988-03-14", **HOME)
    assert again.person_id == first and again.basis is Basis.SCORED
    await consider(database, third)
    assert all(one.reason is ReviewReason.SCORED for one in await waiting(database))


async def test_scripts_and_short_forms_are_one_name(database: Database) -> None:
    told = {"birth_date": "1990-07-02", "postcode": "101000", "city": "Москва"}
    first = await enter(database, given_name="Екатерина", family_name="Морозова", told=told)
    second = await enter(
        database, given_name="Katya", family_name="Morozova",
        told={"birth_date": "1990-07-02", "postcode": "101000", "city": "Moskva"},
    )  # fmt: skip
    await consider(database, second)
    async with database.read() as tx:
        joined = (await api.members(tx, ids=[second]))[second] == (first, second)
    assert joined or [one.record_b.id for one in await waiting(database)] == [second]


async def reviewed(database: Database) -> tuple[Review, CustomerId, CustomerId]:
    """A pair that waits."""
    async with database.transaction() as tx:
        await api.put_policy(tx, policy=Policy(merge_bits=150, review_bits=1))
    told = {"birth_date": "1988-03-14", **HOME}
    first = await enter(database, given_name="Elena", family_name="Marín", told=told)
    second = await enter(database, given_name="Elena", family_name="Marin", told=told)
    assert await consider(database, second) == (0, 1)
    assert await consider(database, first, second) == (0, 0)  # it waits already
    (found,) = await waiting(database)
    return found, first, second


async def test_somebody_decides_and_it_is_remembered(database: Database) -> None:
    review, first, second = await reviewed(database)
    assert {one.kind for one in review.evidence} >= {"given_name", "family_name", "birth_date"}
    async with database.transaction() as tx:
        assert await api.decide(tx, review_id=review.id, decision=Verdict.APART, by=BY) is None
    assert await waiting(database) == [] and await consider(database, first, second) == (0, 0)
    with pytest.raises(AlreadyDecided):
        async with database.transaction() as tx:
            await api.decide(tx, review_id=review.id, decision=Verdict.MERGED, by=BY)
    async with database.read() as tx:
        assert (await api.members(tx, ids=[first]))[first] == (first,)
    with pytest.raises(NotFound):
        async with database.transaction() as tx:
            await api.put_off(tx, review_id=type(review.id).new())


async def test_a_pair_that_is_put_off_comes_back(database: Database) -> None:
    review, _, _ = await reviewed(database)
    async with database.transaction() as tx:
        await api.put_off(tx, review_id=review.id)
    assert await waiting(database) == []
    async with database.pool.acquire() as connection:
        await connection.execute("update identity.review set later_until = now() - interval '1 second'")
    assert [one.id for one in await waiting(database)] == [review.id]


async def test_other_thresholds_are_tried_on_the_pairs_that_wait(url: str, database: Database, world: World) -> None:
    review, first, _ = await reviewed(database)
    async with api_client(url, world) as staff:
        before = (await staff.get("/v1/identity/policy")).json()
        found = {}
        for name, merge, ask in (
            ("joined", review.bits - 1, review.bits - 2),
            ("waiting", review.bits + 1, review.bits - 1),
            ("dropped", review.bits + 2, review.bits + 1),
        ):
            tried = await staff.post("/v1/identity/policy/try", json={"merge_bits": merge, "review_bits": ask})
            found[name] = tried.json()
        assert found == {name: {**dict.fromkeys(found, 0), name: 1} for name in found}
        wrong = await staff.post("/v1/identity/policy/try", json={"merge_bits": 1, "review_bits": 2})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "review_bits")
        assert (await staff.get("/v1/identity/policy")).json() == before
    assert [one.id for one in await waiting(database)] == [review.id]
    async with database.read() as tx:
        assert (await api.members(tx, ids=[first]))[first] == (first,)


async def test_of_two_who_decide_at_once_one_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def both() -> list[object]:
        review, _, _ = await reviewed(database)
        await line_up(database)

        async def say(decision: Verdict) -> object:
            async with database.transaction() as tx:
                return await api.decide(tx, review_id=review.id, decision=decision, by=BY)

        return await asyncio.gather(say(Verdict.APART), say(Verdict.MERGED), return_exceptions=True)

    assert sum(isinstance(one, AlreadyDecided) for one in await both()) == 1
    async with database.pool.acquire() as connection:
        await connection.execute(
            "truncate identity.review, identity.verdict, identity.merge, identity.member, identity.key, identity.profile"
        )
    monkeypatch.setattr(store, "LOCK_REVIEW", without_lock(store.LOCK_REVIEW))
    assert sum(isinstance(one, AlreadyDecided) for one in await both()) == 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("phone", "12"), ("email", "nobody"), ("birth_date", "2199-01-01"), ("birth_date", "31/31/1990"), ("given_name", "x" * 300),
        ("family_name", "Ana\u202e"), ("family_name", "123"), ("provider_id", "instagram"), ("street", "a\0b"), ("country", "Spain"),
        ("city", " "),
    ],
)  # fmt: skip
async def test_what_is_not_what_its_kind_holds_is_refused(database: Database, kind: str, value: str) -> None:
    id = await enter(database, given_name="Ana")
    async with database.read() as tx:
        before = await tx.one(WRITTEN)
    good = PersonAttribute(kind=Told.CITY, value="Roma")
    with pytest.raises(BadAttribute) as refused:
        async with database.transaction() as tx:
            bad = PersonAttribute(kind=Told(kind), value=value)
            await api.put_attributes(tx, record_id=id, source="web", attributes=[good, bad], by=BY)
    assert (refused.value.index, refused.value.kind) == (1, kind)
    async with database.read() as tx:
        assert await tx.one(WRITTEN) == before


async def test_what_survives_is_a_rule_that_is_data(database: Database) -> None:
    id = await enter(
        database, given_name="Ana", family_name="Muñoz", told={"city": "Madrid", "street": "Calle Mayor 1"}
    )
    async with database.transaction() as tx:
        others = [
            PersonAttribute(kind=Told.CITY, value="Barcelona"),
            PersonAttribute(kind=Told.GIVEN_NAME, value="𝒜na María 王"),
        ]
        await api.put_attributes(tx, record_id=id, source="till", attributes=others, by=BY)
        await api.put_survivorship(tx, how=Survivorship(Told.CITY, (Rule.TRUSTED,), ("till", "web")))
        await api.put_survivorship(tx, how=Survivorship(Told.GIVEN_NAME, (Rule.LONGEST,), ()))
    async with database.read() as tx:
        known = {one.kind: one for one in (await api.person(tx, id=id)).attributes}
    assert known[Told.CITY].value == "Barcelona" and known[Told.CITY].rule == "trusted"
    assert [(one.value, one.source) for one in known[Told.CITY].told] == [("Barcelona", "till"), ("Madrid", "web")]
    assert known[Told.GIVEN_NAME].value == "𝒜na María 王"
    async with database.transaction() as tx:
        await api.put_survivorship(tx, how=Survivorship(Told.CITY, (Rule.TRUSTED,), ("web", "till")))
        await api.put_attributes(tx, record_id=id, source="till", attributes=[], by=BY)
        assert {one.kind: one.value for one in (await api.person(tx, id=id)).attributes}[Told.CITY] == "Madrid"
