"""Approvals over HTTP: asked for from a checkout, seen at today's prices, placed once with what was approved, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import msgspec
import pytest

from portico.approvals import api, rules, store
from portico.approvals.types import Event, RequestId, State
from portico.business import api as business
from portico.companies.types import Amount, Company, OrderPolicy, Role
from portico.customers.types import CustomerId
from portico.orders.types import Order, PlaceOrder
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.db import Database
from portico.platform.http.door import COOKIE_SHOPPER
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId, Price
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.lists import ListPrice, ListState, NewPriceList
from tests.carts.racing import line_up, without_lock
from tests.companies.firms import buyer, firm, owed, person, put, tables
from tests.conftest import Served
from tests.orders.test_orders import MUG
from tests.pricing.test_carriage import set_rates
from tests.pricing.test_carriage_rules import rate
from tests.world import SKUS, World

DEAR = SKUS["LAMP-1"]


class Firm(msgspec.Struct, frozen=True):
    """A company with somebody who buys up to `MUG`, and somebody who approves."""

    company: Company
    buyer: CustomerId
    approver: CustomerId


@pytest.fixture
async def studio(database: Database, world: World) -> Firm:
    company = await firm(database, world, credit=100_000)
    return Firm(
        company,
        await buyer(database, world, company, name="Lucía", per_order=MUG, email="lucia@lago.example"),
        await buyer(database, world, company, name="Irene", role=Role.APPROVER, email="irene@lago.example"),
    )


@asynccontextmanager
async def signed_in(url: str, database: Database, *people: CustomerId) -> AsyncIterator[list[httpx.AsyncClient]]:
    """A browser for each."""
    async with AsyncExitStack() as stack:
        found = []
        for one in people:
            async with database.transaction() as tx:
                opened = await auth.open_session(tx, kind=Kind.CUSTOMER, subject_id=one.uuid, name="")
            client = httpx.AsyncClient(
                base_url=url, cookies={COOKIE_SHOPPER: opened.token}, headers={"Portico-Channel": "web"}, timeout=20
            )
            found.append(await stack.enter_async_context(client))
        yield found


async def checkout(
    http: httpx.AsyncClient, world: World, company: Company, *, sku: str = "LAMP-1", po_number: str = ""
) -> str:
    """A checkout for the company with nothing missing, to be fetched at a store."""
    cart = (await http.post("/v1/carts", json={})).json()["id"]
    added = await http.post(f"/v1/carts/{cart}/lines", json={"variant_id": str(world.variants[sku]), "quantity": 1})
    line = added.json()["lines"][0]["id"]
    chosen = await http.put(f"/v1/carts/{cart}/company", json={"company_id": str(company.id), "po_number": po_number})
    assert chosen.status_code == 200, chosen.text
    made = (await http.post("/v1/checkouts", json={"cart_id": cart})).json()["id"]
    edit = {
        "fulfillment": [{"line_id": line, "method": "collect", "location_id": str(world.store)}],
        "payment": {"term": "now"},
    }
    answer = await http.patch(f"/v1/checkouts/{made}", json=edit)
    assert answer.json().get("state") == "ready_for_complete", answer.text
    return str(made)


async def asked(http: httpx.AsyncClient, world: World, company: Company, **what: str) -> dict:
    answer = await http.post(
        f"/v1/checkouts/{await checkout(http, world, company, **what)}/approval", json={"note": "for the hall"}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_a_buyer_asks_and_an_approver_approves(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    company = studio.company
    async with served() as url, signed_in(url, database, studio.buyer, studio.approver) as (hers, theirs):
        wanted = await checkout(hers, world, company, po_number="PO 12")
        refused = await hers.post(f"/v1/checkouts/{wanted}/complete", json={"instruments": [{"handler": "invoice"}]})
        assert (refused.status_code, refused.json()["code"]) == (409, "companies.approval_needed")
        assert refused.json()["reasons"] == [{"why": "order_limit", "limit": MUG, "amount": DEAR, "currency": "EUR"}]
        assert (await owed(database, company)).owed == 0
        made = (await hers.post(f"/v1/checkouts/{wanted}/approval", json={"note": "for the hall"})).json()
        assert (made["state"], made["total"], made["mine"], made["may_decide"]) == ("requested", DEAR, True, False)
        assert (await hers.get("/v1/carts/current")).json()["lines"] == []
        assert (
            await hers.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR})
        ).status_code == 404
        (seen,) = (await theirs.get("/v1/me/approvals", params={"waiting": "true"})).json()["items"]
        assert (seen["buyer_name"], seen["note"], seen["po_number"], seen["may_decide"]) == (
            "Lucía Prado", "for the hall", "PO 12", True,
        )  # fmt: skip
        async with database.transaction() as tx:  # it has become dearer meanwhile
            await pricing.put_prices(
                tx, prices=[Price(world.variants["LAMP-1"], world.market_id, DEAR + 100, "EUR")], by=world.by
            )
        shown = (await theirs.get(f"/v1/me/approvals/{made['id']}")).json()
        assert (shown["now"], shown["request"]["total"]) == (DEAR + 100, DEAR)
        before = await tables(database)
        late = await theirs.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR})
        assert (late.status_code, late.json()["code"], late.json()["total"]) == (
            409,
            "orders.total_changed",
            DEAR + 100,
        )
        assert await tables(database) == before
        done = await theirs.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR + 100})
        assert done.status_code == 201, done.text
        order = done.json()
        assert (order["total"], order["po_number"], order["company"]["number"], order["customer"]["id"]) == (
            DEAR + 100, "PO 12", company.number, str(studio.buyer),
        )  # fmt: skip
        assert (await owed(database, company)).owed == DEAR + 100
        again = await theirs.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR + 100})
        assert (again.status_code, again.json()["code"], again.json()["order_id"]) == (
            409,
            "approvals.decided",
            order["id"],
        )
        account = (await hers.get(f"/v1/me/companies/{company.id}/account")).json()
        assert account["spending"] == [
            {"currency": "EUR", "exponent": 2, "per_order": MUG, "per_month": None, "spent": DEAR + 100,
             "owed": DEAR + 100, "limit": 100_000, "left": 100_000 - DEAR - 100},
        ]  # fmt: skip
        listed = (await theirs.get(f"/v1/me/companies/{company.id}/orders")).json()["items"]
        assert [one["id"] for one in listed] == [order["id"]]


async def test_what_is_approved_includes_carriage(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    await set_rates(database, world, rate("collect", (0, 150)))
    async with served() as url, signed_in(url, database, studio.buyer, studio.approver) as (hers, theirs):
        made = await asked(hers, world, studio.company)
        shown = (await theirs.get(f"/v1/me/approvals/{made['id']}")).json()
        assert made["total"] == shown["now"] == DEAR + 150 and shown["basket"]["carriage"]["gross"] == 150
        before = await tables(database)
        late = await theirs.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR})
        assert (late.status_code, late.json()["total"]) == (409, DEAR + 150)
        assert await tables(database) == before
        done = await theirs.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR + 150})
        assert done.status_code == 201 and done.json()["total"] == DEAR + 150, done.text
    assert (await owed(database, studio.company)).owed == DEAR + 150


async def test_an_approver_refuses_with_a_reason(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    async with served() as url, signed_in(url, database, studio.buyer, studio.approver) as (hers, theirs):
        made = await asked(hers, world, studio.company)
        before = await tables(database)
        empty = await theirs.post(f"/v1/me/approvals/{made['id']}/refuse", json={"reason": " "})
        assert (empty.status_code, empty.json()["code"]) == (422, "approvals.bad_note")
        assert await tables(database) == before
        done = (await theirs.post(f"/v1/me/approvals/{made['id']}/refuse", json={"reason": "next month"})).json()
        assert (done["state"], done["reason"], done["decided_by"]) == ("refused", "next month", "Irene Prado")
        late = await theirs.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR})
        assert late.json()["code"] == "approvals.decided"
        (seen,) = (await hers.get("/v1/me/approvals")).json()["items"]
        assert (seen["state"], seen["reason"]) == ("refused", "next month")


async def test_who_asks_does_not_approve_unless_the_rule_says_so(
    served: Served, world: World, database: Database
) -> None:
    company = await firm(database, world, policy=OrderPolicy(approve_above=(Amount("EUR", MUG),)))
    chief = await buyer(database, world, company, role=Role.APPROVER, email="chief@lago.example")
    async with served() as url, signed_in(url, database, chief) as (hers,):
        made = await asked(hers, world, company)
        assert made["may_decide"] is False
        before = await tables(database)
        own = await hers.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR})
        assert (own.status_code, own.json()["code"]) == (403, "approvals.own_request")
        assert await tables(database) == before
        await put(database, world, company, policy=OrderPolicy(approve_above=(Amount("EUR", MUG),), approve_own=True))
        done = await hers.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": DEAR})
        assert done.status_code == 201, done.text


async def test_a_stranger_and_another_companys_people_see_nothing(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    other = await firm(database, world, name="Otra", tax_id="")
    rival = await buyer(database, world, other, role=Role.ADMIN, name="Rita", email="rita@otra.example")
    nobody = await person(database, world, "Nadie", "nadie@example.com")
    company = studio.company
    async with (
        served() as url,
        signed_in(url, database, studio.buyer, rival, nobody) as (hers, *strangers),
    ):
        made = await asked(hers, world, company)
        before = await tables(database)
        for one in strangers:
            assert (await one.get("/v1/me/approvals")).json()["items"] == []
            for method, path, body in (
                ("GET", f"/v1/me/approvals/{made['id']}", None),
                ("POST", f"/v1/me/approvals/{made['id']}/approve", {"expected_total": DEAR}),
                ("POST", f"/v1/me/approvals/{made['id']}/refuse", {"reason": "no"}),
                ("POST", f"/v1/me/approvals/{made['id']}/withdraw", None),
                ("GET", f"/v1/me/companies/{company.id}/account", None),
                ("GET", f"/v1/me/companies/{company.id}/orders", None),
                ("GET", f"/v1/me/companies/{company.id}/buyers", None),
                ("PUT", f"/v1/me/companies/{company.id}/buyers/{studio.buyer}", {"role": "admin"}),
                ("DELETE", f"/v1/me/companies/{company.id}/buyers/{studio.buyer}", None),
                ("POST", f"/v1/me/companies/{company.id}/invitations", {"email": "x@example.com"}),
            ):
                answer = await one.request(method, path, json=body)
                assert answer.status_code == 404, (method, path, answer.text)
            cart = (await one.post("/v1/carts", json={})).json()["id"]
            chosen = await one.put(f"/v1/carts/{cart}/company", json={"company_id": str(company.id)})
            assert chosen.json()["code"] == "companies.not_a_buyer"
        # A buyer sees her own limits, and no colleague's.
        assert (await hers.get(f"/v1/me/companies/{company.id}/buyers")).status_code == 403
        after = await tables(database)
        assert {one: after[one] for one in after if one not in ("platform.fact", "carts.change")} == {
            one: before[one] for one in before if one not in ("platform.fact", "carts.change")
        }


async def test_withdrawn_and_lapsed_ones_become_no_order(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    async with served() as url, signed_in(url, database, studio.buyer, studio.approver) as (hers, theirs):
        first = await asked(hers, world, studio.company)
        gone = (await hers.post(f"/v1/me/approvals/{first['id']}/withdraw")).json()
        assert gone["state"] == "withdrawn"
        second = await asked(hers, world, studio.company)
        async with database.pool.acquire() as connection:
            await connection.execute(
                "update approvals.request set expires_at = now() - interval '1 minute' where id = $1",
                RequestId.parse(second["id"]).uuid,
            )
        for one, state in ((first, "withdrawn"), (second, "lapsed")):
            answer = await theirs.post(f"/v1/me/approvals/{one['id']}/approve", json={"expected_total": DEAR})
            assert (answer.json()["code"], answer.json()["state"]) == ("approvals.decided", state)
        async with database.transaction() as tx:
            assert (await api.lapse(tx, by=world.by), await api.lapse(tx, by=world.by)) == (1, 0)
        async with database.read() as tx:
            assert (await api.request(tx, id=RequestId.parse(second["id"]))).state is State.LAPSED
    assert (await owed(database, studio.company)).owed == 0


async def rush(database: Database, world: World, id: RequestId, people: list[CustomerId]) -> list[Order | Refused]:
    """Two who approve at the same moment."""

    async def one(who: CustomerId) -> Order | Refused:
        try:
            async with database.transaction() as tx:
                directory = await business.directory(tx)
                return await api.approve(
                    tx, id=id, customer_id=who, expected_total=DEAR, directory=directory, by=world.by
                )
        except Refused as refused:
            return refused

    await line_up(database)
    return list(await asyncio.gather(*(one(who) for who in people)))


async def two_approvers(
    served: Served, world: World, database: Database, studio: Firm
) -> tuple[RequestId, list[CustomerId]]:
    other = await buyer(database, world, studio.company, name="Olga", role=Role.ADMIN)
    async with served() as url, signed_in(url, database, studio.buyer) as (hers,):
        return RequestId.parse((await asked(hers, world, studio.company))["id"]), [studio.approver, other]


async def test_of_two_who_approve_at_once_one_places_the_order(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    id, people = await two_approvers(served, world, database, studio)
    answers = await rush(database, world, id, people)
    assert sorted(type(one).__name__ for one in answers) == ["Decided", "Order"]
    assert (await owed(database, studio.company)).owed == DEAR


async def test_control_without_the_lock_both_go_on(
    served: Served, world: World, database: Database, studio: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, people = await two_approvers(served, world, database, studio)
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    # Its reference and its lines' ids would stop a second order all the same; the lock is what is tried here.
    plain = rules.to_place

    def nameless(*args: Any, **what: Any) -> PlaceOrder:
        made = plain(*args, **what)
        lines = tuple(msgspec.structs.replace(one, line_id=LineItemId.new()) for one in made.lines)
        return msgspec.structs.replace(made, external_ref=None, lines=lines)

    monkeypatch.setattr(rules, "to_place", nameless)
    answers = await rush(database, world, id, people)
    assert [type(one) for one in answers] == [Order, Order]
    assert (await owed(database, studio.company)).owed == 2 * DEAR


async def test_company_prices_hold_for_its_people_alone(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    async with served() as url, signed_in(url, database, studio.buyer) as (hers,):
        async with database.transaction() as tx:
            new = NewPriceList(
                code="lago", titles={"en": "Lago"}, state=ListState.LIVE,
                conditions=Conditions(companies=(studio.company.number,)),
            )  # fmt: skip
            await pricing.lists.put_list(tx, market_id=world.market_id, new=new, by=world.by)
            prices = [ListPrice(variant_id=world.variants["MUG-1"], amount=MUG - 300)]
            await pricing.lists.put_list_prices(tx, market_id=world.market_id, code="lago", prices=prices, by=world.by)
        cart = (await hers.post("/v1/carts", json={})).json()["id"]
        body = {"variant_id": str(world.variants["MUG-1"]), "quantity": 1}
        added = (await hers.post(f"/v1/carts/{cart}/lines", json=body)).json()
        assert added["lines"][0]["unit_price"] == MUG
        chosen = (await hers.put(f"/v1/carts/{cart}/company", json={"company_id": str(studio.company.id)})).json()
        assert (chosen["lines"][0]["unit_price"], chosen["company"]["name"]) == (MUG - 300, "Estudio Lago")
        back = (await hers.put(f"/v1/carts/{cart}/company", json={"company_id": None})).json()
        assert (back["lines"][0]["unit_price"], back["company"]) == (MUG, None)


def test_every_state_is_reached_and_nothing_follows_an_end() -> None:
    reached = {State.REQUESTED, *rules.FOLLOWS.values()}
    assert reached == set(State)
    assert {event for _, event in rules.FOLLOWS} == set(Event)
    assert {state for state, _ in rules.FOLLOWS} == {State.REQUESTED}


async def lapsing(database: Database, world: World, studio: Firm, served: Served) -> int:
    """How many of two workers at once say that they have ended a request."""
    async with served() as url, signed_in(url, database, studio.buyer) as (hers,):
        made = await asked(hers, world, studio.company)
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update approvals.request set expires_at = requested_at + interval '1 microsecond' where id = $1",
            RequestId.parse(made["id"]).uuid,
        )

    async def one() -> int:
        async with database.transaction() as tx:
            return await api.lapse(tx, by=world.by)

    await line_up(database)
    return sum(await asyncio.gather(one(), one()))


async def test_of_two_workers_one_ends_a_request(
    served: Served, world: World, database: Database, studio: Firm
) -> None:
    assert await lapsing(database, world, studio, served) == 1


async def test_control_without_the_lock_both_end_it(
    served: Served, world: World, database: Database, studio: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LAPSED", without_lock(store.LAPSED))
    assert await lapsing(database, world, studio, served) == 2
