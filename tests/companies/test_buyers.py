"""Who buys for a company, over HTTP: invited by address, within her limits, never of another's; the last administrator stays."""

import asyncio
from datetime import timedelta

import httpx
import msgspec
import pytest

from portico.companies import api, store
from portico.companies.types import Company, LastAdmin, Limit, Role, State
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.platform import clock
from portico.platform.db import Database
from tests.approvals.test_approvals import asked, checkout, signed_in
from tests.carts.racing import dawdling, line_up, without_lock
from tests.companies.firms import buyer, firm, owed, person, put, tables
from tests.orders.test_orders import MUG
from tests.orders.test_orders_http import api_client
from tests.privacy.people import queued
from tests.world import SKUS, World

HER = "nora@lago.example"
LAMP = SKUS["LAMP-1"]


class Firm(msgspec.Struct, frozen=True):
    company: Company
    admin: CustomerId


@pytest.fixture
async def lago(database: Database, world: World) -> Firm:
    company = await firm(database, world)
    return Firm(company, await buyer(database, world, company, name="Olga", role=Role.ADMIN, email="olga@lago.example"))


async def invite(admin: httpx.AsyncClient, company: Company, email: str = HER, **what: object) -> str:
    answer = await admin.post(f"/v1/me/companies/{company.id}/invitations", json={"email": email, **what})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def buys_for(http: httpx.AsyncClient) -> list[tuple[str, str]]:
    items = (await http.get("/v1/me/companies")).json()["items"]
    return [(one["company"]["name"], one["role"]) for one in items]


async def bought(http: httpx.AsyncClient, world: World, company: Company, sku: str = "MUG-1") -> httpx.Response:
    """One of it on account; where that is refused, her basket is emptied again."""
    opened = await checkout(http, world, company, sku=sku)
    answer = await http.post(f"/v1/checkouts/{opened}/complete", json={"instruments": [{"handler": "invoice"}]})
    if answer.status_code != 201:
        cart = (await http.get("/v1/carts/current")).json()
        for line in cart["lines"]:
            await http.delete(f"/v1/carts/{cart['id']}/lines/{line['id']}")
    return answer


_ASKED = ("platform.fact", "carts.change")


def _but(counts: dict[str, int], *names: str) -> dict[str, int]:
    return {one: rows for one, rows in counts.items() if one not in names}


async def count(database: Database, table: str, where: str = "true") -> int:
    async with database.pool.acquire() as connection:
        return int(await connection.fetchval(f"select count(*) from {table} where {where}"))


# ---------------------------------------------------------------------------------------------------- invitations


async def test_an_invitation_is_accepted_by_her_address_alone_and_once(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    nora, other = await person(database, world, "Nora", HER), await person(database, world, "Eva", "eva@example.com")
    async with signed_in(url, database, lago.admin, nora, other) as (admin, hers, others):
        id = await invite(
            admin, lago.company, "Nora@LAGO.example", role="approver",
            limits=[{"currency": "EUR", "per_order": 5_000, "per_month": None}],
        )  # fmt: skip
        (letter,) = [one for one in await queued(database) if HER.encode() in one]
        assert b"Estudio Lago" in letter and b"/account/company" in letter
        assert (await others.get("/v1/me/invitations")).json()["items"] == []
        before = await tables(database)
        assert (await others.post(f"/v1/me/invitations/{id}/accept")).status_code == 404
        assert await tables(database) == before
        (seen,) = (await hers.get("/v1/me/invitations")).json()["items"]
        assert (seen["id"], seen["company_name"], seen["role"]) == (id, "Estudio Lago", "approver")
        joined = (await hers.post(f"/v1/me/invitations/{id}/accept")).json()["items"]
        assert [(one["role"], one["limits"]) for one in joined] == [
            ("approver", [{"currency": "EUR", "per_order": 5_000, "per_month": None}])
        ]
        before = await tables(database)
        assert (await hers.post(f"/v1/me/invitations/{id}/accept")).status_code == 404
        again = await admin.post(f"/v1/me/companies/{lago.company.id}/invitations", json={"email": HER})
        assert (again.status_code, again.json()["code"]) == (409, "companies.already_buyer")
        assert await tables(database) == before


async def test_an_address_that_nobody_has_proven_opens_nothing(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    async with database.transaction() as tx:
        nora = (await customers.create(tx, new=NewCustomer(given_name="Nora", email=HER), by=world.by)).id
    async with signed_in(url, database, lago.admin, nora) as (admin, hers):
        id = await invite(admin, lago.company)
        before = await tables(database)
        assert (await hers.get("/v1/me/invitations")).json()["items"] == []
        assert (await hers.post(f"/v1/me/invitations/{id}/accept")).status_code == 404
        assert await tables(database) == before
        async with database.transaction() as tx:
            await customers.verify_contact(tx, address=HER, by=world.by)
        assert (await hers.post(f"/v1/me/invitations/{id}/accept")).status_code == 200


@pytest.mark.parametrize(("late", "status"), [(timedelta(seconds=-30), 200), (timedelta(seconds=1), 409)])
async def test_it_is_good_for_two_weeks(
    url: str, world: World, database: Database, lago: Firm, late: timedelta, status: int
) -> None:
    nora = await person(database, world, "Nora", HER)
    async with signed_in(url, database, lago.admin, nora) as (admin, hers):
        id = await invite(admin, lago.company)
        async with database.pool.acquire() as connection:
            await connection.execute(
                "update companies.invitation set invited_at = invited_at - $1::interval, expires_at = expires_at - $1::interval",
                api.INVITATION_LASTS + late,
            )
        before = await tables(database)
        seen = (await hers.get("/v1/me/invitations")).json()["items"]
        answer = await hers.post(f"/v1/me/invitations/{id}/accept")
        assert (answer.status_code, len(seen)) == (status, int(status == 200))
        if status == 409:
            assert answer.json()["code"] == "companies.invitation_over"
            assert await tables(database) == before


async def test_the_newer_invitation_is_the_good_one_and_one_taken_back_is_none(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    nora = await person(database, world, "Nora", HER)
    async with signed_in(url, database, lago.admin, nora) as (admin, hers):
        first = await invite(admin, lago.company, role="admin")
        second = await invite(admin, lago.company, role="buyer")
        assert (await hers.post(f"/v1/me/invitations/{first}/accept")).status_code == 404
        gone = await admin.delete(f"/v1/me/companies/{lago.company.id}/invitations/{second}")
        assert gone.status_code == 204
        assert (await hers.post(f"/v1/me/invitations/{second}/accept")).status_code == 404
        third = await invite(admin, lago.company, role="buyer")
        assert (await hers.post(f"/v1/me/invitations/{third}/accept")).status_code == 200
        assert await buys_for(hers) == [("Estudio Lago", "buyer")]


async def test_two_windows_that_accept_at_once_join_her_once(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    nora = await person(database, world, "Nora", HER)
    async with signed_in(url, database, lago.admin, nora, nora) as (admin, one, other):
        id = await invite(admin, lago.company)
        joined = await count(database, "platform.fact", "type = 'companies.buyer_joined.v1'")
        await line_up(database)
        answers = await asyncio.gather(*(each.post(f"/v1/me/invitations/{id}/accept") for each in (one, other)))
        assert sorted(each.status_code for each in answers) in ([200, 404], [200, 409])
    assert await count(database, "platform.fact", "type = 'companies.buyer_joined.v1'") == joined + 1


REFUSED: list[tuple[dict, str]] = [
    ({"email": "nobody"}, "customers.bad_email"),
    ({"email": "x" * 300 + "@example.com"}, "customers.bad_email"),
    ({"email": HER, "limits": [{"currency": "EUR", "per_order": -1}]}, "companies.bad_company"),
    ({"email": HER, "limits": [{"currency": "JPY", "per_order": 1}]}, "companies.bad_company"),
    ({"email": HER, "limits": [{"currency": "EUR"}, {"currency": "EUR"}]}, "companies.bad_company"),
    ({"email": HER, "limits": [{"currency": "EUR", "per_month": 10**13}]}, "companies.bad_company"),
]


async def test_what_cannot_be_is_refused_and_nobody_is_written_to(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    path = f"/v1/me/companies/{lago.company.id}"
    async with signed_in(url, database, lago.admin) as (admin,):
        before = (await tables(database), await queued(database))
        for body, code in REFUSED:
            answers = [await admin.post(f"{path}/invitations", json=body)]
            if "limits" in body:
                again = {"role": "admin", "limits": body["limits"]}
                answers.append(await admin.put(f"{path}/buyers/{lago.admin}", json=again))
            assert {(one.status_code, one.json()["code"]) for one in answers} == {(422, code)}, body
        assert (await tables(database), await queued(database)) == before


@pytest.mark.parametrize(("since_over", "left"), [(timedelta(days=13), 1), (timedelta(days=15), 0)])
async def test_an_address_is_not_kept_for_ever(
    database: Database, world: World, lago: Firm, since_over: timedelta, left: int
) -> None:
    async with database.transaction() as tx:
        await api.invite(
            tx, company_id=lago.company.id, email=HER, role=Role.BUYER, limits=(), currencies=frozenset({"EUR"}), url="",
            by=world.by,
        )  # fmt: skip
    async with database.pool.acquire() as connection:
        await connection.execute(
            "update companies.invitation set invited_at = invited_at - $1::interval, expires_at = expires_at - $1::interval",
            api.INVITATION_LASTS + since_over,
        )
    async with database.transaction() as tx:
        assert await api.sweep_invitations(tx) is False
    assert await count(database, "companies.invitation") == left


# ------------------------------------------------------------------------------------------- the last administrator


async def test_the_last_admin_stays_until_there_is_another(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    nora = await buyer(database, world, lago.company, name="Nora", email=HER)
    path = f"/v1/me/companies/{lago.company.id}/buyers"
    async with signed_in(url, database, lago.admin, nora) as (admin, hers), api_client(url, world) as staff:
        before = await tables(database)
        for refused in (
            await admin.put(f"{path}/{lago.admin}", json={"role": "buyer"}),
            await admin.put(f"{path}/{lago.admin}", json={"role": "approver"}),
            await admin.delete(f"{path}/{lago.admin}"),
        ):
            assert (refused.status_code, refused.json()["code"]) == (409, "companies.last_admin")
        assert (await hers.put(f"{path}/{nora}", json={"role": "admin"})).status_code == 403
        assert (await hers.delete(f"{path}/{lago.admin}")).status_code == 403
        assert await tables(database) == before
        assert (await admin.put(f"{path}/{nora}", json={"role": "admin"})).status_code == 200
        assert (await admin.delete(f"{path}/{lago.admin}")).status_code == 204
        assert (await buys_for(admin), await buys_for(hers)) == ([], [("Estudio Lago", "admin")])
        assert (await hers.delete(f"{path}/{nora}")).json()["code"] == "companies.last_admin"
        # Staff see to it that somebody else comes.
        answer = await staff.delete(f"/v1/companies/{lago.company.id}/buyers/{nora}")
        assert (answer.status_code, answer.json()["items"]) == (200, [])


async def both_leave(database: Database, world: World, lago: Firm) -> int:
    """How many administrators are left when the last two leave at the same moment."""
    other = await buyer(database, world, lago.company, name="Nora", role=Role.ADMIN)

    async def leave(who: CustomerId) -> None:
        try:
            async with database.transaction() as tx:
                await api.drop_buyer(tx, company_id=lago.company.id, customer_id=who, by=world.by, keeps_admin=True)
        except LastAdmin:
            pass

    await line_up(database)
    await asyncio.gather(leave(lago.admin), leave(other))
    return await count(database, "companies.buyer", "role = 'admin'")


async def test_of_the_last_two_who_leave_at_once_one_stays(database: Database, world: World, lago: Firm) -> None:
    assert await both_leave(database, world, lago) == 1


async def test_control_without_the_lock_nobody_is_left(
    database: Database, world: World, lago: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK", without_lock(store.LOCK))
    monkeypatch.setattr(store, "BUYERS", dawdling(store.BUYERS))  # both have looked before either leaves
    assert await both_leave(database, world, lago) == 0


# ---------------------------------------------------------------------------------------------------------- limits


async def test_a_month_has_its_limit_and_what_is_canceled_is_not_spent(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    nora = await buyer(database, world, lago.company, name="Nora", email=HER, per_month=2 * MUG)
    path = f"/v1/me/companies/{lago.company.id}"
    async with signed_in(url, database, lago.admin, nora) as (admin, hers), api_client(url, world) as staff:
        first, _ = [(await bought(hers, world, lago.company)).json() for _ in range(2)]
        assert (await owed(database, lago.company)).owed == 2 * MUG, "what is just within is within"
        before = await tables(database)
        refused = await bought(hers, world, lago.company)
        assert (refused.status_code, refused.json()["code"]) == (409, "companies.approval_needed")
        assert refused.json()["reasons"] == [
            {"why": "month_limit", "limit": 2 * MUG, "amount": 3 * MUG, "currency": "EUR"}
        ]
        # A refused order leaves its basket and checkout; those are no purchase.
        assert _but(await tables(database), *_ASKED) == _but(before, *_ASKED)
        line = first["lines"][0]["id"]
        gone = await staff.post(
            f"/v1/orders/{first['id']}/cancel", json={"lines": [{"line_id": line, "quantity": 1}], "reason": "too_many"}
        )
        assert gone.status_code == 200, gone.text
        assert (await bought(hers, world, lago.company)).status_code == 201
        # What was bought before this month began is another month's.
        async with database.pool.acquire() as connection:
            await connection.execute(
                'update orders."order" set placed_at = placed_at - $1::interval', timedelta(days=clock.now().day)
            )
        assert (await bought(hers, world, lago.company)).status_code == 201
        (sums,) = (await hers.get(f"{path}/account")).json()["spending"]
        assert (sums["spent"], sums["per_month"], sums["owed"]) == (MUG, 2 * MUG, 3 * MUG)
        # Her admin lets her spend more; what she may is looked at when she buys.
        assert (await bought(hers, world, lago.company, "LAMP-1")).status_code == 409
        raised = await admin.put(
            f"{path}/buyers/{nora}", json={"role": "buyer", "limits": [{"currency": "EUR", "per_month": MUG + LAMP}]}
        )
        assert raised.status_code == 200
        assert (await bought(hers, world, lago.company, "LAMP-1")).status_code == 201


async def test_an_order_has_its_limit_to_the_cent(url: str, world: World, database: Database, lago: Firm) -> None:
    nora = await buyer(database, world, lago.company, name="Nora", email=HER, per_order=MUG - 1)
    async with signed_in(url, database, nora) as (hers,):
        refused = await bought(hers, world, lago.company)
        assert refused.json()["reasons"] == [{"why": "order_limit", "limit": MUG - 1, "amount": MUG, "currency": "EUR"}]
        assert (await owed(database, lago.company)).owed == 0
        async with database.transaction() as tx:
            await api.put_buyer(
                tx, company_id=lago.company.id, customer_id=nora, role=Role.BUYER, limits=[Limit("EUR", MUG)],
                currencies=frozenset({"EUR"}), by=world.by,
            )  # fmt: skip
        assert (await bought(hers, world, lago.company)).status_code == 201
    assert (await owed(database, lago.company)).owed == MUG


async def test_a_blocked_company_buys_nothing_and_nothing_is_approved(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    nora = await buyer(database, world, lago.company, name="Nora", email=HER, per_order=MUG)
    async with signed_in(url, database, lago.admin, nora) as (admin, hers):
        made = await asked(hers, world, lago.company)
        opened = await checkout(hers, world, lago.company, sku="MUG-1")
        await put(database, world, lago.company, state=State.BLOCKED)
        before = await tables(database)
        answers = [
            await hers.post(f"/v1/checkouts/{opened}/complete", json={"instruments": [{"handler": "invoice"}]}),
            await admin.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": LAMP}),
        ]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "companies.blocked")] * 2
        assert await tables(database) == before
        cart = (await admin.post("/v1/carts", json={})).json()["id"]
        chosen = await admin.put(f"/v1/carts/{cart}/company", json={"company_id": str(lago.company.id)})
        assert chosen.json()["code"] == "companies.blocked"
        assert (await admin.get(f"/v1/me/approvals/{made['id']}")).json()["request"]["state"] == "requested"
        await put(database, world, lago.company, state=State.ACTIVE)
        done = await admin.post(f"/v1/me/approvals/{made['id']}/approve", json={"expected_total": LAMP})
        assert done.status_code == 201, done.text


# ------------------------------------------------------------------------------------------------- nobody else's


async def test_another_companys_buyer_sees_nothing_of_it(
    url: str, world: World, database: Database, lago: Firm
) -> None:
    nora = await buyer(database, world, lago.company, name="Nora", email=HER)
    rival_firm = await firm(database, world, name="Otra", tax_id="")
    rival = await buyer(database, world, rival_firm, role=Role.ADMIN, name="Rita", email="rita@otra.example")
    async with signed_in(url, database, lago.admin, nora, rival) as (admin, hers, theirs):
        order = (await bought(hers, world, lago.company)).json()
        invited = await invite(admin, lago.company, "new@lago.example")
        before = await tables(database)
        for path in (
            "/v1/companies", f"/v1/companies/{lago.company.id}", f"/v1/companies/{lago.company.id}/buyers",
            f"/v1/companies/{lago.company.id}/approvals", f"/v1/customers/{nora}/companies",
            f"/v1/orders?company={lago.company.id}", f"/v1/payments/owed?company={lago.company.id}",
            f"/v1/orders/{order['id']}", f"/v1/me/companies/{lago.company.id}/account",
        ):  # fmt: skip
            answer = await theirs.get(path)
            listed = answer.json().get("items") if answer.status_code == 200 else []
            assert listed == [], (path, answer.text)
            assert not any(word in answer.text for word in ("Lago", HER, "Nora", order["label"]))
        assert (await theirs.delete(f"/v1/me/companies/{rival_firm.id}/invitations/{invited}")).status_code == 404
        other_buyer = f"/v1/me/companies/{rival_firm.id}/buyers/{nora}"
        assert (await theirs.put(other_buyer, json={"role": "buyer"})).status_code in (404, 409)
        assert (await theirs.delete(other_buyer)).status_code == 404
        page = await theirs.get("/account/company", headers={"accept": "text/html"})
        assert "Otra" in page.text and not any(word in page.text for word in ("Lago", HER, "Nora", order["label"]))
        form = {"customer": str(nora), "role": "admin"}
        posted = await theirs.post(f"/account/company/{lago.company.id}/colleagues", data=form)
        assert posted.status_code in (403, 404)
        assert await tables(database) == before
        # A colleague who only buys sees her own orders, an admin everybody's.
        other = (await bought(admin, world, lago.company)).json()
        seen = (await hers.get(f"/v1/me/companies/{lago.company.id}/orders")).json()["items"]
        assert [one["id"] for one in seen] == [order["id"]]
        seen = (await admin.get(f"/v1/me/companies/{lago.company.id}/orders")).json()["items"]
        assert {one["id"] for one in seen} == {order["id"], other["id"]}
