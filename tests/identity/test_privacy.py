"""A wrong merge shows nobody anything of somebody else: over HTTP, on every page and route that is hers."""

import re
from typing import Any

import httpx
import pytest

from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.identity import api
from portico.identity.types import Basis, MergeId, NewMerge
from portico.orders import api as orders
from portico.platform.db import Database
from portico.privacy import api as privacy
from portico.privacy.types import NewWord, Whom
from tests.permissions.asking import Operation, operations, request
from tests.world import World

A = NewCustomer(given_name="Aurelia", family_name="Quintanilla", phone="+34612000111", email="aurelia@example.com")
B = NewCustomer(given_name="Benedetta", family_name="Quintanilla", email="benedetta@example.com")
PAGES = ("/account", "/", "/basket", "/checkout", "/orders", "/account/returns")


def client(world: World) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.token}"}


@pytest.fixture
async def joined(
    http: httpx.AsyncClient, world: World, database: Database
) -> tuple[CustomerId, CustomerId, dict[str, Any]]:
    """A, with an order, a basket, points and consent; B; and a merge that an office clerk made by mistake."""
    made = []
    for new in (A, B):
        async with database.transaction() as tx:
            made.append((await customers.create(tx, new=new, by=world.by)).id)
    a, b = made
    async with database.transaction() as tx:
        await privacy.record(
            tx,
            whom=Whom((a,)),
            words=[NewWord(purpose="marketing", channel="email", granted=True, source="web")],
            by=world.by,
        )
    headers = client(world)
    placed = await http.post(
        "/v1/orders",
        json={
            "market": "es", "location_id": str(world.store), "customer_id": str(a),
            "lines": [{"variant_id": str(world.variants["MUG-1"]), "quantity": 1}],
            "tenders": [{"kind": "cash", "amount": 1250}],
        },
        headers=headers,
    )  # fmt: skip
    order = placed.json() if placed.status_code < 300 else {}
    cart = await http.post("/v1/carts", json={"market": "es", "customer_id": str(a)}, headers=headers)
    granted = await http.post(f"/v1/customers/{a}/wallet", json={"reason": "gift", "points": 7654321}, headers=headers)
    assert granted.status_code == 201, granted.text
    merged = await http.post("/v1/identity/merges", json={"record_a": str(a), "record_b": str(b)}, headers=headers)
    assert merged.status_code == 201, merged.text
    return a, b, {"order": order, "cart": cart.json() if cart.status_code < 300 else {}}


async def sign_in(http: httpx.AsyncClient, database: Database, address: str) -> None:
    """As she does: by the code that was mailed to her."""
    sent = await http.post("/v1/auth/customer/code", json={"address": address})
    assert sent.status_code == 202
    rows = await database.pool.fetch(
        "select payload from pgqueuer where entrypoint = 'message.email' order by id desc limit 1"
    )
    code = re.findall(r"\b(\d{6})\b", rows[0]["payload"].decode())[0]
    signed = await http.post("/v1/auth/customer/verify", json={"address": address, "code": code})
    assert signed.status_code == 200, signed.text


async def test_signed_in_she_sees_nothing_of_whom_a_clerk_joined_to_her(
    http: httpx.AsyncClient, world: World, database: Database, joined: tuple[CustomerId, CustomerId, dict[str, Any]]
) -> None:
    a, b, things = joined
    secrets = ["Aurelia", "aurelia@example.com", "612000111", str(a), a.bytes.hex(), "7654321"]
    async with database.read() as tx:
        brief = (await customers.briefs(tx, ids=[a]))[a]
        heads = await orders.heads(tx, customer_ids=[a])
    secrets += [brief.number, str(brief.loyalty_number), *(one.label for one in heads), *(str(one.id) for one in heads)]
    await sign_in(http, database, "benedetta@example.com")
    for page in PAGES:
        answer = await http.get(page, headers={"accept": "text/html"})
        assert not [one for one in secrets if one in _shown(answer.text)], page
    known = {
        "cus": str(a), "loc": str(world.store), "var": str(world.variants["MUG-1"]), "til": str(world.tills["T1"]), "market": "es",
        "name": heads[0].label if heads else "x", "ord": str(heads[0].id) if heads else f"ord_{'0' * 32}",
        "cart": things["cart"].get("id", f"cart_{'0' * 32}"), "currency": "EUR", "country": "ES", "code": "28013",
    }  # fmt: skip
    # Beside what she names herself, in the path or in what she asks for.
    named = {str(a), a.bytes.hex(), known["ord"], known["name"]}
    for one in _reads():
        answer = await http.request(**{**request(one, known), "timeout": 20})
        assert not [s for s in secrets if s in answer.text and s not in named], (one.name, answer.text[:500])
        if "customer_id" in one.path or "{order_id}" in one.path:
            assert answer.status_code in (401, 403, 404, 422), (one.name, answer.status_code, answer.text[:300])
    for own in (f"/v1/customers/{b}", f"/v1/customers/{b}/wallet"):
        answer = await http.get(own)
        assert answer.status_code == 200 and not [one for one in secrets if one in answer.text], answer.text


def _reads() -> list[Operation]:
    return [one for one in operations() if one.method == "GET" and "stream" not in one.path and one.path != "/v1/live"]


def _shown(page: str) -> str:
    """Without what every page says of prices and styles."""
    return re.sub(r"<(script|style|svg)\b.*?</\1>", "", page, flags=re.DOTALL)


async def test_staff_see_the_whole_person_and_parted_each_has_what_was_hers(
    http: httpx.AsyncClient, world: World, joined: tuple[CustomerId, CustomerId, dict[str, Any]]
) -> None:
    a, b, _ = joined
    headers = client(world)
    for id in (a, b):
        whole = (await http.get(f"/v1/customers/{id}", headers=headers)).json()
        assert whole["id"] == str(a) and whole["given_name"] == "Aurelia"
        assert {one["id"] for one in whole["records"]} == {str(a), str(b)}
        wallet = (await http.get(f"/v1/customers/{id}/wallet", headers=headers)).json()
        assert wallet["points"] == 7654321
    found = await http.get("/v1/customers", params={"q": "benedetta@example.com"}, headers=headers)
    assert [one["id"] for one in found.json()["items"]] == [str(a)]
    person = (await http.get(f"/v1/customers/{b}/person", headers=headers)).json()
    undone = await http.post(
        f"/v1/identity/merges/{person['merges'][0]['id']}/undo", json={"reason": "two people"}, headers=headers
    )
    assert undone.status_code == 200, undone.text
    for id, name in ((a, "Aurelia"), (b, "Benedetta")):
        alone = (await http.get(f"/v1/customers/{id}", headers=headers)).json()
        assert alone["id"] == str(id) and alone["given_name"] == name and len(alone["records"]) == 1
    assert (await http.get(f"/v1/customers/{b}", headers=headers)).json()["order_count"] == 0


async def test_what_she_has_proven_to_be_hers_she_sees(
    http: httpx.AsyncClient, world: World, database: Database, joined: tuple[CustomerId, CustomerId, dict[str, Any]]
) -> None:
    a, b, _ = joined
    await sign_in(http, database, "benedetta@example.com")
    sent = await http.post("/v1/auth/customer/code", json={"address": "aurelia@example.com"})
    assert sent.status_code == 202
    rows = await database.pool.fetch(
        "select payload from pgqueuer where entrypoint = 'message.email' order by id desc limit 1"
    )
    code = re.findall(r"\b(\d{6})\b", rows[0]["payload"].decode())[0]
    wrong = await http.post("/v1/me/records", json={"address": "aurelia@example.com", "code": "000000"})
    assert wrong.status_code in (401, 403, 422) or code == "000000"
    async with database.read() as tx:
        assert await api.own_records(tx, id=b) == (b,)
    proven = await http.post("/v1/me/records", json={"address": "aurelia@example.com", "code": code})
    assert proven.status_code == 200, proven.text
    async with database.read() as tx:
        assert set(await api.own_records(tx, id=b)) == {a, b}


async def test_one_proof_does_not_reach_over_an_edge_that_is_not_proven(database: Database, world: World) -> None:
    ids = []
    for i in range(3):
        async with database.transaction() as tx:
            ids.append((await customers.create(tx, new=NewCustomer(given_name=f"Nora {i}"), by=world.by)).id)
    a, b, c = ids
    async with database.transaction() as tx:
        asks = [
            NewMerge(record_a=a, record_b=b, basis=Basis.EXACT, proven=True),
            NewMerge(record_a=b, record_b=c, basis=Basis.BY_HAND),
        ]
        answers = await api.merge(tx, merges=asks, by=world.by)
    assert all(isinstance(one, MergeId) for one in answers)
    async with database.read() as tx:
        assert await api.own_records(tx, id=a) == (a, b) and await api.own_records(tx, id=c) == (c,)
