"""Customers: entering, finding, signing up, agreeing."""

import asyncio

import pytest

from portico.customers import api
from portico.customers.types import (
    BadEmail,
    BadPhone,
    ContactTaken,
    Customer,
    CustomerId,
    DuplicateReference,
    NewCustomer,
    Put,
    PutAnswer,
)
from portico.platform.db import Database, Query
from portico.platform.events import Hand
from portico.platform.refusals import NotFound, Refused

BY = Hand(actor="staff:test", actor_name="Test")
CUSTOMERS = Query(int, "select count(*) from customers.customer")
FACTS = Query(str, "select type from platform.fact order by id")
VERIFIED = Query(int, "select count(*) from customers.contact_point where verified_at is not null")

ANA = NewCustomer(
    given_name="Ana María", family_name="Muñoz Öz", phone="612 345 678", email="Ana@Example.com", language="es"
)


async def enter(database: Database, new: NewCustomer) -> Customer:
    async with database.transaction() as tx:
        return await api.create(tx, new=new, by=BY)


async def find(database: Database, q: str) -> list[CustomerId]:
    async with database.read() as tx:
        return [one.id for one in await api.find(tx, q=q)]


async def count(database: Database, query: Query[int]) -> int:
    async with database.read() as tx:
        return await tx.one(query)


@pytest.mark.asyncio
async def test_a_person_is_entered_in_the_stored_forms(database: Database) -> None:
    ana = await enter(database, ANA)
    assert (ana.name, ana.phone, ana.email) == ("Ana María Muñoz Öz", "+34612345678", "ana@example.com")
    assert ana.number.startswith("C-") and ana.loyalty_number and len(ana.loyalty_number) == 13
    async with database.read() as tx:
        assert await api.customer(tx, id=ana.id) == ana
        assert await api.briefs(tx, ids=[ana.id, CustomerId.new()]) == {ana.id: ana.brief()}
        assert await tx.all(FACTS) == ["customers.created.v1"]
        with pytest.raises(NotFound):
            await api.customer(tx, id=CustomerId.new())


@pytest.mark.asyncio
async def test_she_is_found_by_whatever_she_says(database: Database) -> None:
    other = await enter(
        database, NewCustomer(given_name="Семён", family_name="Лампин", phone="+7 912 345-56-99", email="s@example.com")
    )
    ana = await enter(database, ANA)
    for q in (
        "612345678", "+34 612 34 56 78", "0034 612 345 678", "612-345-678", "5678", "345678", "ana@example.com",
        "ANA@EXAMPLE.COM", "munoz", "MUÑOZ", "ana oz", "oz mar", ana.number, ana.number[2:].lower(),
        ana.loyalty_number or "",
    ):  # fmt: skip
        assert await find(database, q) == [ana.id], q
    for q in ("семен", "ЛАМП Сем", "8 912 345 56 99", "+79123455699", "5699"):
        assert await find(database, q) == [other.id], q
    shop = await enter(database, NewCustomer(given_name="Customer", family_name="17850"))
    assert await find(database, "17850") == [shop.id]
    for q in ("", " ", "zzz", "678", "9999999", "nobody@example.com", "ana lamp", "' | '", "\0", "5678 x", "1234"):
        assert await find(database, q) == [], q


@pytest.mark.asyncio
async def test_an_address_has_one_owner_and_staff_are_told_who(database: Database) -> None:
    ana = await enter(database, ANA)
    clashes = NewCustomer(given_name="B", phone="+34612345678"), NewCustomer(given_name="B", email="ANA@example.com")
    for clash in clashes:
        with pytest.raises(ContactTaken) as taken:
            await enter(database, clash)
        assert taken.value.customer == ana.brief()
    for bad, refusal in ((NewCustomer(phone="12"), BadPhone), (NewCustomer(email="@"), BadEmail)):
        with pytest.raises(refusal):
            await enter(database, bad)
    assert await count(database, CUSTOMERS) == 1
    async with database.read() as tx:
        assert len(await tx.all(FACTS)) == 1


@pytest.mark.asyncio
async def test_only_one_of_many_at_once_is_given_an_address(database: Database) -> None:
    answers = await asyncio.gather(*(enter(database, ANA) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(one, Customer) for one in answers) == 1
    assert sum(isinstance(one, ContactTaken) for one in answers) == 7
    assert await count(database, CUSTOMERS) == 1


@pytest.mark.asyncio
async def test_signing_up_in_many_windows_makes_one_customer(database: Database) -> None:
    async def sign_up() -> CustomerId:
        async with database.transaction() as tx:
            return await api.sign_up(tx, address="Eva@example.com", language="it", by=BY)

    ids = set(await asyncio.gather(*(sign_up() for _ in range(8))))
    assert len(ids) == 1 == await count(database, CUSTOMERS) == await count(database, VERIFIED)
    async with database.read() as tx:
        assert await api.by_address(tx, address="eva@EXAMPLE.com") in ids
        assert await api.by_address(tx, address="+34 699 999 999") is None
        assert (await api.customer(tx, id=ids.pop())).language == "it"
        assert sorted(await tx.all(FACTS)) == ["customers.changed.v1", "customers.created.v1"]


@pytest.mark.asyncio
async def test_signing_up_finds_whom_the_desk_entered(database: Database) -> None:
    ana = await enter(database, ANA)
    async with database.transaction() as tx:
        assert await api.sign_up(tx, address="612 34 56 78", language="ru", by=BY) == ana.id
    async with database.read() as tx:
        assert (await api.customer(tx, id=ana.id)).language == "es"


async def put(database: Database, *customers: NewCustomer) -> list[PutAnswer | Refused]:
    async with database.transaction() as tx:
        return await api.put_customers(tx, customers=customers, by=BY)


@pytest.mark.asyncio
async def test_an_import_says_of_each_what_became_of_her(database: Database) -> None:
    ana = await enter(database, ANA)
    people = [
        NewCustomer(external_ref="crm:1", given_name="Bea", phone="+34 699 111 222"),
        NewCustomer(external_ref="crm:2", given_name="Carlo", email="ana@example.com"),
        NewCustomer(external_ref="crm:3", given_name="Dora", phone="x"),
        NewCustomer(external_ref="crm:1", given_name="Bea again"),
        NewCustomer(external_ref="crm:5", given_name="Eva", phone="+34 699 111 222"),
        NewCustomer(external_ref="crm:6"),
    ]
    first = await put(database, *people)
    assert [type(one) for one in first] == [
        PutAnswer, ContactTaken, BadPhone, DuplicateReference, DuplicateReference, PutAnswer,
    ]  # fmt: skip
    assert isinstance(first[1], ContactTaken) and first[1].customer == ana.brief()
    again = await put(database, people[0], NewCustomer(external_ref="crm:6", family_name="Frei", email="f@example.com"))
    assert [one.put for one in again if isinstance(one, PutAnswer)] == [Put.UNCHANGED, Put.CHANGED]
    assert await find(database, "frei") == await find(database, "f@example.com") != []
    assert await count(database, CUSTOMERS) == 3


@pytest.mark.asyncio
async def test_two_imports_at_once_make_each_customer_once(database: Database) -> None:
    """Without the lock both find nothing and the second dies on a unique key."""
    people = [NewCustomer(external_ref=f"crm:{i}", given_name=f"N{i}") for i in range(200)]
    rounds = await asyncio.gather(*(put(database, *people) for _ in range(5)))
    puts = [one.put for answers in rounds for one in answers if isinstance(one, PutAnswer)]
    assert (puts.count(Put.NEW), puts.count(Put.UNCHANGED)) == (200, 800)
