"""Companies are entered over HTTP: tax numbers by their country's rules, names in every script, what cannot be refused in words."""

from typing import Any

import httpx

from portico.business import api as business
from portico.companies import api
from portico.companies.types import CompanyId, Role
from portico.documents import api as documents
from portico.platform.db import Database
from tests.companies.firms import buyer, for_company, owed, put, sells, tables
from tests.companies.test_credit import settle
from tests.orders.test_orders import MUG, placed
from tests.orders.test_orders_http import api_client
from tests.world import World

MADRID = {
    "street_address": "Calle de Atocha 27", "address_locality": "Madrid", "postal_code": "28012", "address_country": "ES",
}  # fmt: skip


def draft(**what: Any) -> dict[str, Any]:
    country = what.pop("country", "ES")
    return {
        "name": "Estudio Lago", "billing": {**MADRID, "address_country": country}, "tax_id": "B58378431", "language": "es",
        "credits": [{"currency": "EUR", "amount": 100_000}], **what,
    }  # fmt: skip


async def entered(staff: httpx.AsyncClient, **what: Any) -> dict[str, Any]:
    answer = await staff.post("/v1/companies", json=draft(**what))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


TAX_NUMBERS = [
    ("ES", "B-58.378.431", "B58378431"),
    ("ES", "esb58378431", "B58378431"),
    ("IT", "IT 00743110157", "00743110157"),
    ("IT", "RCCMNL83S18D969H", "RCCMNL83S18D969H"),
    ("DE", "DE 136,695 976", "136695976"),
    ("GB", "GB 980 7806 84", "980780684"),
    ("US", "12-3456789", "123456789"),
    ("ES", "", ""),
]
NO_TAX_NUMBERS = [
        ("ES", "B58378432"), ("ES", "00743110157"), ("IT", "00743110158"), ("IT", "B58378431"), ("DE", "136695977"),
        ("US", "1"), ("US", "9" * 300), ("ES", "Б58378431"), ("ES", "B５８３７８４３１"), ("ES", "🛋" * 9),
]  # fmt: skip


async def test_a_tax_number_is_kept_as_its_country_writes_it(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as staff:
        for country, typed, kept in TAX_NUMBERS:
            made = await entered(staff, country=country, tax_id=typed)
            assert made["tax_id"] == kept, typed
            if kept:
                (found,) = (await staff.get("/v1/companies", params={"q": kept})).json()["items"]
                assert found["id"] == made["id"]
                await staff.put(f"/v1/companies/{made['id']}", json=draft(country=country, tax_id="", expected=1))


async def test_what_is_no_tax_number_is_refused(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as staff:
        made = await entered(staff, tax_id="")
        before = await tables(database)
        for country, typed in NO_TAX_NUMBERS:
            for answer in (
                await staff.post("/v1/companies", json=draft(country=country, tax_id=typed)),
                await staff.put(f"/v1/companies/{made['id']}", json=draft(country=country, tax_id=typed, expected=1)),
            ):
                assert (answer.status_code, answer.json()["code"]) == (422, "companies.bad_tax_id"), typed
                assert len(answer.json()["tax_id"]) <= 50
        assert await tables(database) == before
        assert (await staff.get(f"/v1/companies/{made['id']}")).json()["version"] == 1


async def test_one_tax_number_is_one_company(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as staff:
        first, other = await entered(staff), await entered(staff, tax_id="")
        before = await tables(database)
        for answer in (
            await staff.post("/v1/companies", json=draft(tax_id="es-b58378431")),
            await staff.put(f"/v1/companies/{other['id']}", json=draft(expected=1)),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "companies.tax_id_taken")
            assert answer.json()["number"] == first["number"]
        assert await tables(database) == before
        again = await staff.put(f"/v1/companies/{first['id']}", json=draft(name="Lago", expected=1))
        assert (again.status_code, again.json()["version"]) == (200, 2)
        stale = await staff.put(f"/v1/companies/{first['id']}", json=draft(name="Mar", expected=1))
        assert (stale.status_code, stale.json()["code"]) == (409, "companies.changed")
        assert (await staff.get(f"/v1/companies/{first['id']}")).json()["name"] == "Lago"


NAMES = [
    "L" * 200, "شركة النور للأثاث", "בית הנורות בע״מ", "𠮷野家具 🛋", "Łódź Żółw & Synowie", "O'Neill <b>\"x\"</b>", "é" * 100,
]  # fmt: skip


def tax_number(i: int) -> str:
    """Another Spanish one for each `i`."""
    return next(one for last in "0123456789" if (one := api.read_tax_id(f"B100000{i}{last}", country="ES")))


async def test_a_name_is_kept_found_and_printed_as_it_is(url: str, world: World, database: Database) -> None:
    await sells(database, world)
    async with api_client(url, world) as staff:
        assert (await staff.get("/v1/companies", params={"q": "🛋 ?"})).json()["items"] == []
        for i, name in enumerate(NAMES):
            made = await entered(
                staff, name=f"  {name} ", tax_id=tax_number(i), deliveries=[{"label": name, "address": MADRID}]
            )
            assert (made["name"], made["deliveries"][0]["label"]) == (name, name)
            found = (await staff.get("/v1/companies", params={"q": name[:100]})).json()["items"]
            assert [one["id"] for one in found] == [made["id"]], name
            async with database.read() as tx:
                company = await api.company(tx, id=CompanyId.parse(made["id"]))
            order = await placed(database, for_company(world, company, await buyer(database, world, company)))
            async with database.transaction() as tx:
                directory = await business.directory(tx)
                await documents.receipts(tx, asks=[(order.head.id, world.by)], directory=directory)
                (head,) = await documents.of_order(tx, order_id=order.head.id)
                paper = await documents.document(tx, document_id=head.id)
            assert paper.snapshot.buyer is not None and paper.snapshot.buyer.name == name


REFUSED: list[dict[str, Any]] = [
        {"name": "L" * 201}, {"name": "L" * 300}, {"name": "🛋" * 201}, {"name": " \t "},
        {"country": "es"}, {"country": "Spain"}, {"country": "ЕС"},
        {"billing": {**MADRID, "street_address": " "}}, {"billing": {**MADRID, "address_locality": "x" * 201}},
        {"deliveries": [{"label": "", "address": MADRID}]},
        {"deliveries": [{"label": "Taller", "address": MADRID}, {"label": " taller", "address": MADRID}]},
        {"deliveries": [{"label": str(i), "address": MADRID} for i in range(51)]},
        {"terms_days": -1}, {"terms_days": 366}, {"language": "xx"},
        {"credits": [{"currency": "EUR", "amount": -1}]}, {"credits": [{"currency": "JPY", "amount": 1}]},
        {"credits": [{"currency": "EUR", "amount": 1}] * 2},
        {"policy": {"approve_above": [{"currency": "EUR", "amount": 10**13}]}},
]  # fmt: skip
NO_TEXT: list[dict[str, Any]] = [
    {"name": "a\x00b"},
    {"email": "nobody"},
    {"phone": "call me"},
    {"markets": ["nowhere"]},
]


async def test_what_cannot_be_is_refused_and_nothing_is_written(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as staff:
        before = await tables(database)
        for what in REFUSED:
            answer = await staff.post("/v1/companies", json=draft(**what))
            assert (answer.status_code, answer.json()["code"]) == (422, "companies.bad_company"), what
            assert answer.json()["field"] and answer.json()["detail"]
        for what in NO_TEXT:
            answer = await staff.post("/v1/companies", json=draft(**what))
            assert 400 <= answer.status_code < 500, what
        assert await tables(database) == before


async def test_what_it_owes_is_shown_where_it_may_owe_nothing_more(url: str, world: World, database: Database) -> None:
    async with api_client(url, world) as staff:
        made = await entered(staff)
        async with database.read() as tx:
            company = await api.company(tx, id=CompanyId.parse(made["id"]))
        who = await buyer(database, world, company, role=Role.ADMIN)
        order = await placed(database, for_company(world, company, who, 2))
        await put(database, world, company, credits=())
        assert (await staff.get(f"/v1/companies/{company.id}")).json()["owed"] == [
            {"currency": "EUR", "exponent": 2, "owed": 2 * MUG, "limit": 0, "left": 0}
        ]
        await settle(database, world, order, 2 * MUG)
        assert (await staff.get(f"/v1/companies/{company.id}")).json()["owed"] == []
    assert (await owed(database, company)).owed == 0
