"""All we hold of somebody, and nothing of her afterwards: over the routes that faces use, looked for in every table there is."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest

from portico.app import verification
from portico.app.personal import HOUSE
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.documents import api as documents
from portico.identity import api as identity
from portico.identity.types import Basis, MergeId, NewMerge
from portico.ledger import api as ledger
from portico.loyalty import api as loyalty
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.db import Database
from portico.platform.http.door import COOKIE_SHOPPER
from portico.privacy import api
from portico.privacy.types import AlreadyDecided, ErasureId, Recipient, Stopped, Why
from tests.documents import paper
from tests.orders.test_orders_http import api_client, bought
from tests.orders.test_working_http import till
from tests.privacy.people import BY, count
from tests.world import World

HER = NewCustomer(
    given_name="Zenobia", family_name="Quuxová", email="zenobia.quux@example.com", phone="+34611222333", language="es"
)
WORDS = ("zenobia", "quux", "611222333")
PRICE = 1250


@asynccontextmanager
async def shopper(database: Database, url: str, customer_id: CustomerId) -> AsyncIterator[httpx.AsyncClient]:
    async with database.transaction() as tx:
        opened = await auth.open_session(tx, kind=Kind.CUSTOMER, subject_id=customer_id.uuid, name="Zenobia Quuxová")
    async with httpx.AsyncClient(
        base_url=url, cookies={COOKIE_SHOPPER: opened.token}, headers={"Portico-Channel": "web"}, timeout=20
    ) as client:
        yield client


async def traces(database: Database) -> dict[str, int]:
    """Rows in which something of hers can be read, by table."""
    found = {}
    async with database.pool.acquire() as connection:
        tables = await connection.fetch(
            "select format('%I.%I', table_schema, table_name) as name from information_schema.tables"
            " where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')"
        )
        for one in tables:
            condition = " or ".join(f"lower(held::text) like '%{word}%'" for word in WORDS)
            rows = await connection.fetchval(f"select count(*) from {one['name']} as held where {condition}")
            if rows:
                found[one["name"]] = rows
    return found


async def a_life(database: Database, world: World, url: str) -> tuple[CustomerId, dict]:
    """She buys through the web, is written a note about, fetches and pays, has an invoice, sends it back; has a wallet and says what
    may be sent to her."""
    await paper.put_seller(database, world)
    async with database.transaction() as tx:
        her = await customers.create(tx, new=HER, by=BY)
        await customers.verify_contact(tx, address=HER.email or "", by=BY)
    async with shopper(database, url, her.id) as shop, till(url) as cashier, api_client(url, world) as staff:
        order = await bought(shop, world, "Zenobia")
        path = f"/v1/orders/{order['id']}"
        noted = await staff.post(f"{path}/notes", json={"text": "Zenobia Quuxová rang: +34611222333"})
        assert noted.status_code == 201, noted.text
        assert (await cashier.post(f"{path}/payments", json={"tendered": PRICE})).status_code == 200
        given = await cashier.post(
            f"{path}/handovers", json={"location_id": str(world.store), "handed_to": "Zenobia Quuxová"}
        )
        assert given.status_code == 200, given.text
        address = {
            "street_address": "Quux 1", "address_locality": "Madrid", "postal_code": "28013", "address_country": "ES",
        }  # fmt: skip
        buyer = {"name": "Zenobia Quuxová", "tax_id": "B58378431", "address": address}
        made = await staff.post(f"{path}/documents", json={"type": "invoice", "buyer": buyer})
        assert made.status_code == 201, made.text
        back = {
            "lines": [{"line_id": order["lines"][0]["id"], "quantity": 1}], "way": "post", "order_id": order["id"],
            "note": "Zenobia does not like it",
        }  # fmt: skip
        returned = (await shop.post("/v1/returns", json=back)).json()
        assert (await shop.post(f"/v1/returns/{returned['head']['id']}/cancel", json={})).status_code == 200
        said = {"words": [{"purpose": "marketing", "channel": "email", "granted": True, "source": "web"}]}
        answer = await shop.post(f"/v1/customers/{her.id}/consents", json=said)
        assert answer.status_code == 201, answer.text
        await shop.post("/v1/carts", json={})
        assert (await staff.get(f"/v1/customers/{her.id}")).status_code == 200
        assert (await staff.get(path)).status_code == 200
        for _ in range(100):
            papers = (await staff.get(f"{path}/documents")).json()["items"]
            if len(papers) >= 2:
                break
            await asyncio.sleep(0.05)
    return her.id, {"order": order, "documents": papers}


async def settled(database: Database) -> None:
    """Nothing is under way any more: readers and jobs have come to their end."""
    for _ in range(200):
        if not await count(database, "public.pgqueuer"):
            return
        await asyncio.sleep(0.05)


async def asked(database: Database, customer_id: CustomerId) -> ErasureId:
    async with database.transaction() as tx:
        return (await api.ask_erasure(tx, house=HOUSE, customer_id=customer_id, reason="", by=BY)).id


async def test_a_person_is_given_all_and_then_forgotten(url: str, database: Database, world: World) -> None:
    customer_id, known = await a_life(database, world, url)
    await settled(database)
    async with api_client(url, world) as staff:
        made = await staff.post(f"/v1/customers/{customer_id}/exports", headers={"Accept-Language": "es"})
        assert made.status_code == 202, made.text
        again = await staff.post(f"/v1/customers/{customer_id}/exports")
        assert again.json()["id"] == made.json()["id"], "asked for twice, it is made once"
        for _ in range(200):
            (one,) = (await staff.get(f"/v1/customers/{customer_id}/exports")).json()["items"]
            if one["state"] == "made":
                break
            await asyncio.sleep(0.05)
        file = await staff.get(f"/v1/exports/{one['id']}/file")
        assert file.status_code == 200 and file.headers["content-type"] == "application/zip"
        archive = zipfile.ZipFile(io.BytesIO(file.content))
        names = set(archive.namelist())
        assert {
            "index.html", "manifest.json", "customers/customer.json", "orders/order.json", "orders/note.json",
            "documents/document.json", "payments/payment.json", "returns/return.json", "privacy/consent.json",
            "privacy/access.json", "platform/fact.json", "carts/cart.json",
        } <= names, names  # fmt: skip
        (record,) = json.loads(archive.read("customers/customer.json"))
        assert record["family_name"] == "Quuxová" and "search" not in record
        looks = json.loads(archive.read("privacy/access.json"))
        assert {"record", "order"} <= {one["what"] for one in looks}, "she sees who looked"
        page = archive.read("index.html").decode()
        assert "Tu ficha" in page and "Quuxová" in page and "<script" not in page

        await settled(database)
        assert (await traces(database)).keys() >= {"customers.customer", 'orders."order"', "platform.fact"}
        waiting = await staff.post(f"/v1/customers/{customer_id}/erasures", json={"reason": "I want to"})
        assert (waiting.status_code, waiting.json()["state"]) == (202, "requested"), waiting.text
        path = f"/v1/privacy/erasures/{waiting.json()['id']}"
        assert (await staff.get(path)).json()["hindrances"] == []
        done = await staff.post(f"{path}/approve", json={"decision": "She may."})
        assert (done.status_code, done.json()["state"]) == (200, "done"), done.text
        counts = done.json()["counts"]
        assert counts["orders.order"] == 1 and counts["customers.contact_point"] == 2
        again = await staff.post(f"/v1/customers/{customer_id}/erasures", json={})
        assert again.json()["id"] == waiting.json()["id"], "who was forgotten stays so"
        assert (await staff.post(f"{path}/approve", json={})).json()["code"] == "privacy.already_decided"
        left = await traces(database)
        assert left.keys() == {"documents.document"}, "the law has its documents; nothing else knows her"

        # The books: sums, taxes and chains are as they were.
        assert await verification.differences(database) == []
        async with database.snapshot() as tx:
            assert (await documents.verify(tx)).faults == ()
        order = await staff.get(f"/v1/orders/{known['order']['id']}")
        assert order.json()["label"] == known["order"]["label"] and "Zenobia" not in order.text
        # Her documents are read by an auditor only; their links open nothing.
        invoice = known["documents"][-1]
        assert (await staff.get(f"/v1/documents/{invoice['id']}")).status_code == 200
        assert (await staff.get(invoice["url"])).status_code == 404
        async with till(url) as cashier:
            assert (await cashier.get(f"/v1/documents/{invoice['id']}")).status_code == 404
    async with database.transaction() as tx:
        found = await api.permit(tx, to=Recipient(address="zenobia.quux@example.com"), purpose="service")
        assert found == Stopped(Why.ERASED)
        later = Recipient(address="zenobia.quux@example.com", given_at=tx.now + timedelta(seconds=1))
        assert not isinstance(await api.permit(tx, to=later, purpose="access"), Stopped), "she may come back"


async def test_what_is_open_hinders_and_is_named(url: str, database: Database, world: World) -> None:
    async with database.transaction() as tx:
        her = await customers.create(tx, new=HER, by=BY)
    async with shopper(database, url, her.id) as shop, api_client(url, world) as staff, till(url) as cashier:
        order = await bought(shop, world, "Zenobia")
        id = await asked(database, her.id)
        path = f"/v1/privacy/erasures/{id}"
        refused = await staff.post(f"{path}/approve", json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "privacy.not_yet")
        assert {one["code"] for one in refused.json()["hindrances"]} == {"order_open"}
        assert {one["label"] for one in refused.json()["hindrances"]} == {order["label"]}
        assert await count(database, "customers.customer", "given_name = 'Zenobia'") == 1
        waits = await staff.post(f"{path}/approve", json={"wait": True})
        assert waits.json()["state"] == "scheduled"
        assert await api.forget_scheduled(database, house=HOUSE) == 0
        await cashier.post(f"/v1/orders/{order['id']}/payments", json={"tendered": PRICE})
        await cashier.post(f"/v1/orders/{order['id']}/handovers", json={"location_id": str(world.store)})
        assert await api.forget_scheduled(database, house=HOUSE) == 1
        assert await api.forget_scheduled(database, house=HOUSE) == 0
    assert await count(database, "customers.customer", "given_name = 'Zenobia'") == 0


async def with_value(database: Database, *, name: NewCustomer) -> CustomerId:
    """Somebody with points and store credit."""
    async with database.transaction() as tx:
        made = await customers.create(tx, new=name, by=BY)
        await loyalty.grant_points(tx, customer_id=made.id, points=320, reason="sorry", reference="", by=BY)
        await loyalty.grant_credit(
            tx, customer_id=made.id, amount=1_500, currency="EUR", reason="sorry", reference="", by=BY
        )
    return made.id


async def held(database: Database, customer_id: CustomerId) -> tuple[int, int]:
    async with database.read() as tx:
        found = await loyalty.wallet(tx, customer_ids=[customer_id], currencies=["EUR"])
    return found.points, found.credit.get("EUR", 0)


async def test_what_she_holds_hinders_until_she_gives_it_up(url: str, database: Database, world: World) -> None:
    her = await with_value(database, name=HER)
    another = await with_value(database, name=NewCustomer(given_name="Eva"))
    async with shopper(database, url, her) as shop, api_client(url, world) as staff:
        path = f"/v1/customers/{her}/erasures"
        request = (await shop.post(path, json={})).json()
        whole = (await staff.get(f"/v1/privacy/erasures/{request['id']}")).json()
        assert {one["label"] for one in whole["hindrances"] if one["may_be_given_up"]} == {"points", "store_credit"}
        refused = await staff.post(f"/v1/privacy/erasures/{request['id']}/approve", json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "privacy.not_yet")
        assert await held(database, her) == (320, 1_500)

        again = (await shop.post(path, json={"gives_up": True})).json()
        assert (again["id"], again["gives_up"], again["state"]) == (request["id"], True, "requested")
        assert await held(database, her) == (320, 1_500), "until she is forgotten it is hers"
        assert (await staff.get(f"/v1/privacy/erasures/{request['id']}")).json()["hindrances"] == []
        done = await staff.post(f"/v1/privacy/erasures/{request['id']}/approve", json={})
        assert done.json()["state"] == "done", done.text
    assert await held(database, her) == (0, 0)
    assert await held(database, another) == (320, 1_500)
    assert await count(database, "loyalty.lot", "remaining > 0") == 1
    async with database.read() as tx:
        books = await ledger.balances(tx, codes=["given_up:points:POINTS", "given_up:store_credit:EUR"])
    assert sorted(books.values()) == [320, 1_500], "what was given up stands in the books by its kind"
    assert await verification.differences(database) == []


async def test_what_is_still_to_come_hinders_who_gives_up_the_rest(url: str, database: Database, world: World) -> None:
    her = await with_value(database, name=HER)
    async with shopper(database, url, her) as shop, api_client(url, world) as staff:
        await bought(shop, world, "Zenobia")
        request = (await shop.post(f"/v1/customers/{her}/erasures", json={"gives_up": True})).json()
        refused = await staff.post(f"/v1/privacy/erasures/{request['id']}/approve", json={})
        assert [one["code"] for one in refused.json()["hindrances"]] == ["order_open"], refused.text
    assert await held(database, her) == (320, 1_500)


async def test_given_up_and_done_at_once_where_the_policy_says_so(url: str, database: Database, world: World) -> None:
    her = await with_value(database, name=HER)
    async with api_client(url, world) as staff, shopper(database, url, her) as shop:
        now = (await staff.get("/v1/privacy/policy")).json()
        await staff.put("/v1/privacy/policy", json={"erase_at_once": True, "version": now["version"]})
        path = f"/v1/customers/{her}/erasures"
        assert (await shop.post(path, json={})).json()["state"] == "requested"
        assert (await shop.post(path, json={"gives_up": True})).json()["state"] == "done"
    assert await held(database, her) == (0, 0)


async def test_two_who_approve_at_once_forget_once(url: str, database: Database, world: World) -> None:
    async with database.transaction() as tx:
        her = await customers.create(tx, new=HER, by=BY)
    id = await asked(database, her.id)

    async def approve() -> str:
        try:
            async with database.transaction() as tx:
                return (await api.approve(tx, house=HOUSE, id=id, wait=False, decision="", by=BY)).state
        except AlreadyDecided:
            return "already"

    assert sorted(await asyncio.gather(*(approve() for _ in range(4)))) == ["already", "already", "already", "done"]
    assert (
        await count(database, "platform.fact", "type = 'privacy.erasure_changed.v1' and body ->> 'state' = 'done'") == 1
    )


async def test_at_once_where_the_policy_says_so(url: str, database: Database, world: World) -> None:
    async with database.transaction() as tx:
        her = await customers.create(tx, new=HER, by=BY)
    async with api_client(url, world) as staff, shopper(database, url, her.id) as shop:
        now = (await staff.get("/v1/privacy/policy")).json()
        put = await staff.put("/v1/privacy/policy", json={"erase_at_once": True, "version": now["version"]})
        assert put.json()["erase_at_once"] is True
        late = await staff.put("/v1/privacy/policy", json={"erase_at_once": False, "version": now["version"]})
        assert late.status_code == 409
        done = await shop.post(f"/v1/customers/{her.id}/erasures", json={})
        assert (done.status_code, done.json()["state"]) == (202, "done"), done.text
    assert await count(database, "platform.session", "subject_kind = 'customer'") == 0, "she is signed out everywhere"


@pytest.mark.parametrize("path", ["exports", "erasures", "consents"])
async def test_nobody_asks_for_somebody_else(url: str, database: Database, world: World, path: str) -> None:
    async with database.transaction() as tx:
        her = await customers.create(tx, new=HER, by=BY)
        other = await customers.create(tx, new=NewCustomer(given_name="Eva"), by=BY)
    async with shopper(database, url, other.id) as eva:
        body = {"words": [{"purpose": "marketing", "channel": "email", "granted": True, "source": "web"}]}
        refused = await eva.post(f"/v1/customers/{her.id}/{path}", json=body)
        assert refused.status_code == 403
    for table in ("privacy.export", "privacy.erasure", "privacy.consent"):
        assert await count(database, table) == 0


async def test_her_copy_wants_a_fresh_proof(url: str, database: Database, world: World) -> None:
    async with database.transaction() as tx:
        her = await customers.create(tx, new=HER, by=BY)
    async with shopper(database, url, her.id) as shop:
        made = (await shop.post(f"/v1/customers/{her.id}/exports")).json()
        for _ in range(200):
            if await count(database, "privacy.export", "state = 'made'"):
                break
            await asyncio.sleep(0.05)
        assert (await shop.get(f"/v1/exports/{made['id']}/file")).status_code == 200
        await database.pool.execute("update platform.session set created_at = created_at - interval '2 hours'")
        stale = await shop.get(f"/v1/exports/{made['id']}/file")
        assert (stale.status_code, stale.json()["code"]) == (403, "privacy.prove_again")
        refused = await shop.post(f"/v1/customers/{her.id}/erasures", json={})
        assert refused.json()["code"] == "privacy.prove_again"
        await database.pool.execute("update privacy.export set expires_at = now()")
        async with database.transaction() as tx:
            assert not await api.sweep_exports(tx)
    assert await count(database, "privacy.export_piece") == 0


async def test_she_is_all_the_records_she_has_proven_and_none_that_others_joined_to_hers(
    url: str, database: Database, world: World
) -> None:
    new = [NewCustomer(given_name=name) for name in ("Zenobia", "Zenobia Q.", "Benedetta")]
    async with database.transaction() as tx:
        her, hers_too, another = [(await customers.create(tx, new=one, by=BY)).id for one in new]
        joined = [
            NewMerge(record_a=her, record_b=hers_too, basis=Basis.EXACT, proven=True),
            NewMerge(record_a=her, record_b=another, basis=Basis.BY_HAND),
        ]
        answers = await identity.merge(tx, merges=joined, by=BY)
    assert all(isinstance(one, MergeId) for one in answers)
    async with api_client(url, world) as staff:
        assert (await staff.post(f"/v1/customers/{her}/exports")).status_code == 202
        for _ in range(200):
            (one,) = (await staff.get(f"/v1/customers/{her}/exports")).json()["items"]
            if one["state"] == "made":
                break
            await asyncio.sleep(0.05)
        archive = zipfile.ZipFile(io.BytesIO((await staff.get(f"/v1/exports/{one['id']}/file")).content))
    given = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "Zenobia Q." in given and "Benedetta" not in given
    erasure_id = await asked(database, her)
    async with database.transaction() as tx:
        await api.approve(tx, house=HOUSE, id=erasure_id, wait=False, decision="", by=BY)
        left = await customers.briefs(tx, ids=[her, hers_too, another])
    assert {id: one.name for id, one in left.items() if one.name} == {another: "Benedetta"}
