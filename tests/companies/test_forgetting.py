"""Records of a buyer that are joined and taken apart, given to her and forgotten: what her company bought and owes stays right."""

import asyncio
import io
import json
import zipfile

import httpx
import pytest

from portico.app import verification
from portico.app.personal import HOUSE
from portico.companies import api
from portico.companies.types import Company, Role
from portico.customers.types import CustomerId
from portico.documents import api as documents
from portico.identity import api as identity
from portico.identity.types import Basis, MergeId, NewMerge
from portico.orders.types import Order
from portico.platform.db import Database
from portico.privacy import api as privacy
from portico.privacy.types import NotYet
from tests.approvals.test_approvals import asked, signed_in
from tests.companies.firms import buyer, code, firm, for_company, owed, person, sells, tables
from tests.companies.test_credit import settle
from tests.orders.test_orders import MUG, hand_over, place, placed
from tests.orders.test_orders_http import api_client
from tests.privacy.people import count
from tests.world import World


async def merge(database: Database, world: World, one: CustomerId, other: CustomerId, *, proven: bool) -> MergeId:
    pair = NewMerge(record_a=min(one, other), record_b=max(one, other), basis=Basis.BY_HAND, proven=proven)
    async with database.transaction() as tx:
        (made,) = await identity.merge(tx, merges=[pair], by=world.by)
    assert isinstance(made, MergeId)
    return made


async def part(database: Database, world: World, joined: MergeId) -> None:
    async with database.transaction() as tx:
        await identity.unmerge(tx, merge_id=joined, reason="two people", by=world.by)


async def test_what_staff_join_she_does_not_buy_by_and_taken_apart_each_is_who_she_was(
    url: str, world: World, database: Database
) -> None:
    company = await firm(database, world)
    nora = await buyer(database, world, company, name="Nora", email="nora@lago.example")
    eva = await person(database, world, "Eva", "eva@example.com")
    async with signed_in(url, database, nora, eva) as (noras, evas), api_client(url, world) as staff:

        async def seen() -> list[int]:
            """For how many companies Nora and Eva buy as they see it, and Eva as staff do."""
            mine = [len((await one.get("/v1/me/companies")).json()["items"]) for one in (noras, evas)]
            return [*mine, len((await staff.get(f"/v1/customers/{eva}/companies")).json()["items"])]

        async def evas_choice() -> httpx.Response:
            cart = (await evas.post("/v1/carts", json={})).json()["id"]
            return await evas.put(f"/v1/carts/{cart}/company", json={"company_id": str(company.id)})

        assert await seen() == [1, 0, 0]
        by_hand = await merge(database, world, nora, eva, proven=False)
        assert await seen() == [1, 0, 1]
        assert (await evas_choice()).json()["code"] == "companies.not_a_buyer", "staff may have been wrong"
        # Whoever stands at a till has been looked at: for staff the two are one.
        await placed(database, for_company(world, company, eva))
        await part(database, world, by_hand)
        assert await seen() == [1, 0, 0]
        before = await tables(database)
        (refused,) = await place(database, for_company(world, company, eva))
        assert code(refused) == "companies.not_a_buyer"
        assert await tables(database) == before
        proven = await merge(database, world, nora, eva, proven=True)
        assert await seen() == [1, 1, 1]
        assert (await evas_choice()).status_code == 200
        await part(database, world, proven)
        assert await seen() == [1, 0, 0]
    async with database.read() as tx:
        (left,) = await api.buyers(tx, company_id=company.id)
    assert left.customer_id == nora
    assert (await owed(database, company)).owed == MUG
    assert await verification.differences(database) == []


async def bought_and_fetched(database: Database, world: World, company: Company, who: CustomerId) -> Order:
    order = await placed(database, for_company(world, company, who, 4, po_number="PO 9"))
    await hand_over(database, world, order)
    return order


async def forget(database: Database, world: World, who: CustomerId) -> None:
    async with database.transaction() as tx:
        erasure = await privacy.ask_erasure(tx, house=HOUSE, customer_id=who, reason="", by=world.by)
    async with database.transaction() as tx:
        await privacy.approve(tx, house=HOUSE, id=erasure.id, wait=False, decision="", by=world.by)


async def test_a_buyer_is_forgotten_and_her_company_owes_what_it_owed(
    url: str, world: World, database: Database
) -> None:
    await sells(database, world)
    company = await firm(database, world)
    nora = await buyer(database, world, company, name="Nora", email="nora@lago.example", per_order=10 * MUG)
    chief = await buyer(database, world, company, name="Olga", role=Role.ADMIN, email="olga@lago.example")
    order = await bought_and_fetched(database, world, company, nora)
    await settle(database, world, order, MUG)
    async with api_client(url, world) as staff, signed_in(url, database, nora, chief) as (_, theirs):
        invited = await theirs.post(f"/v1/me/companies/{company.id}/invitations", json={"email": "zoe@lago.example"})
        assert invited.status_code == 201
        before = await owed(database, company)
        assert before.owed == 3 * MUG
        given = await _given(staff, nora)
        (hers,) = json.loads(given["companies/buyer.json"])
        assert (hers["company_id"], hers["role"]) == (str(company.id.uuid), "buyer")
        assert json.loads(given["orders/order.json"])[0]["po_number"] == "PO 9"
        assert not any(b"olga@lago" in one or b"zoe@lago" in one for one in given.values())
        await forget(database, world, nora)
        assert await count(database, "companies.buyer", f"customer_id = '{nora.uuid}'") == 0
        seen = (await staff.get(f"/v1/companies/{company.id}")).json()
        assert (seen["name"], seen["tax_id"], seen["owed"][0]["owed"]) == (company.name, company.tax_id, 3 * MUG)
        told = await staff.get(f"/v1/orders/{order.head.id}")
        assert told.json()["company"]["number"] == company.number and "Nora" not in told.text
        listed = (await theirs.get(f"/v1/me/companies/{company.id}/orders")).json()["items"]
        assert [one["id"] for one in listed] == [str(order.head.id)]
    assert await verification.differences(database) == []
    async with database.snapshot() as tx:
        assert (await documents.verify(tx)).faults == ()
    await settle(database, world, order, 3 * MUG)  # the company pays, whoever bought
    assert (await owed(database, company)).owed == 0
    assert await verification.differences(database) == []


async def test_what_is_on_its_way_to_her_hinders_still(database: Database, world: World) -> None:
    company = await firm(database, world)
    nora = await buyer(database, world, company, name="Nora")
    await placed(database, for_company(world, company, nora))
    async with database.transaction() as tx:
        erasure = await privacy.ask_erasure(tx, house=HOUSE, customer_id=nora, reason="", by=world.by)
    before = (await tables(database), await owed(database, company))
    with pytest.raises(NotYet) as refused:
        async with database.transaction() as tx:
            await privacy.approve(tx, house=HOUSE, id=erasure.id, wait=False, decision="", by=world.by)
    assert [one["code"] for one in refused.value.hindrances] == ["order_open"]
    assert (await tables(database), await owed(database, company)) == before


async def test_what_she_asked_for_waits_for_nobody_any_more(url: str, world: World, database: Database) -> None:
    company = await firm(database, world)
    nora = await buyer(database, world, company, name="Nora", per_order=MUG, email="nora@lago.example")
    chief = await buyer(database, world, company, name="Olga", role=Role.ADMIN, email="olga@lago.example")
    async with signed_in(url, database, nora, chief) as (hers, theirs):
        made = await asked(hers, world, company)
        await forget(database, world, nora)
        (seen,) = (await theirs.get("/v1/me/approvals")).json()["items"]
        assert (seen["id"], seen["state"], seen["note"]) == (made["id"], "withdrawn", "")
        late = await theirs.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": made["total"]})
        assert late.json()["code"] == "approvals.decided"
    assert (await owed(database, company)).owed == 0


async def _given(staff: httpx.AsyncClient, who: CustomerId) -> dict[str, bytes]:
    """What she is given when she asks for all that is held of her, file by file."""
    assert (await staff.post(f"/v1/customers/{who}/exports")).status_code == 202
    for _ in range(200):
        (one,) = (await staff.get(f"/v1/customers/{who}/exports")).json()["items"]
        if one["state"] == "made":
            break
        await asyncio.sleep(0.05)
    archive = zipfile.ZipFile(io.BytesIO((await staff.get(f"/v1/exports/{one['id']}/file")).content))
    return {name: archive.read(name) for name in archive.namelist()}
