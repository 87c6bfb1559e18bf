"""A company with people who buy for it, for tests."""

from typing import Any

from portico.business import api as business
from portico.business.types import Address
from portico.companies import api
from portico.companies.types import Amount, Company, CompanyId, Limit, NewCompany, Owed, Role
from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.documents import api as documents
from portico.documents.types import Seller
from portico.orders.types import Method, PlaceOrder, Term
from portico.payments.types import Tender
from portico.platform.db import Database
from portico.platform.refusals import Refused
from tests.orders.test_orders import ask, line
from tests.world import World

EUR = frozenset({"EUR"})
BILLING = Address("Calle de Atocha 27", "Madrid", "28012", "ES")
TAX_ID = "B58378431"


async def firm(database: Database, world: World, *, credit: int | None = 100_000, **what: Any) -> Company:
    given: dict[str, Any] = {
        "name": "Estudio Lago", "billing": BILLING, "tax_id": TAX_ID, "language": "es", "terms_days": 14,
        "credits": () if credit is None else (Amount("EUR", credit),), **what,
    }  # fmt: skip
    async with database.transaction() as tx:
        return await api.create(tx, new=NewCompany(**given), currencies=EUR, by=world.by)


async def person(database: Database, world: World, name: str = "Lucía", email: str | None = None) -> CustomerId:
    async with database.transaction() as tx:
        new = NewCustomer(given_name=name, family_name="Prado", email=email)
        made = await customers.create(tx, new=new, by=world.by)
        if email:
            await customers.verify_contact(tx, address=email, by=world.by)
    return made.id


async def buyer(
    database: Database, world: World, company: Company, *, role: Role = Role.BUYER, name: str = "Lucía",
    per_order: int | None = None, per_month: int | None = None, email: str | None = None,
) -> CustomerId:  # fmt: skip
    who = await person(database, world, name, email)
    limits = () if per_order is None and per_month is None else (Limit("EUR", per_order, per_month),)
    async with database.transaction() as tx:
        await api.put_buyer(
            tx, company_id=company.id, customer_id=who, role=role, limits=limits, currencies=EUR, by=world.by
        )
    return who


def for_company(world: World, company: Company, who: CustomerId, mugs: int = 1, **what: Any) -> PlaceOrder:
    given = {
        "term": Term.NOW, "tenders": (Tender(handler="invoice"),), "customer_id": who, "company_id": company.id, **what,
    }  # fmt: skip
    return ask(world, line(world, "MUG-1", mugs, Method.COLLECT), **given)


async def owed(database: Database, company: Company) -> Owed:
    async with database.read() as tx:
        return await api.owed_in(tx, company=await api.company(tx, id=company.id), currency="EUR")


async def put(database: Database, world: World, company: Company, **changes: Any) -> Company:
    """The company with something else of it."""
    async with database.transaction() as tx:
        now = await api.company(tx, id=company.id)
        given = {name: getattr(now, name) for name in NewCompany.__struct_fields__} | changes
        return await api.put(tx, id=now.id, new=NewCompany(**given), currencies=EUR, expected=now.version, by=world.by)


async def sells(database: Database, world: World) -> None:
    """There is a seller who may write invoices."""
    async with database.transaction() as tx:
        directory = await business.directory(tx)
        seller = Seller(
            market_id=directory.market().id, entity="casa-es", legal_name="Casa España S.L.", tax_id="B63272603",
            address=BILLING,
        )  # fmt: skip
        await documents.put_sellers(tx, sellers=[seller])


async def tables(database: Database) -> dict[str, int]:
    """How many rows there are of all that buying for a company may write."""
    names = (
        'orders."order"', "payments.payment", "payments.operation", "ledger.transfer", "platform.fact", "companies.company",
        "companies.buyer", "companies.invitation", "companies.household", "companies.household_member", "carts.change",
    )  # fmt: skip
    # What readers write meanwhile about an order before (points, receipts, segments) is none of it.
    only = {
        "platform.fact": "where split_part(type, '.', 1) in ('orders', 'payments', 'checkout', 'carts', 'companies', 'approvals')"
    }
    async with database.pool.acquire() as connection:
        return {one: await connection.fetchval(f"select count(*) from {one} {only.get(one, '')}") for one in names}


def code(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else f"no refusal: {answer!r}"


__all__ = ["CompanyId", "buyer", "code", "firm", "for_company", "owed", "person", "put", "sells", "tables"]
