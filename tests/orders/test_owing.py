"""What is owed on invoices: overdue first, by whom, and what has come in of it."""

from datetime import timedelta

from tests.conftest import Served
from tests.orders.test_orders import MUG, ask, line, placed
from tests.orders.test_orders_http import api_client
from tests.world import World

from portico.customers import api as customers
from portico.customers.types import CustomerId, NewCustomer
from portico.orders.types import Order, Term
from portico.payments.types import Tender
from portico.platform import clock
from portico.platform.db import Database


async def person(database: Database, world: World, name: str) -> CustomerId:
    async with database.transaction() as tx:
        made = await customers.create(tx, new=NewCustomer(given_name=name, family_name="Prado"), by=world.by)
    return made.id


async def invoiced(database: Database, world: World, who: CustomerId, mugs: int, *, due_in: int) -> Order:
    """An order paid by invoice that is due so many days from now."""
    made = ask(
        world, line(world, "MUG-1", mugs), term=Term.NOW, tenders=(Tender(handler="invoice", due_days=10),),
        customer_id=who, occurred_at=clock.now() + timedelta(days=due_in - 10, hours=1),
    )  # fmt: skip
    return await placed(database, made)


async def count(database: Database) -> int:
    async with database.pool.acquire() as connection:
        return await connection.fetchval("select count(*) from payments.operation")


async def test_what_is_owed_is_listed_overdue_first_and_paid_in_parts(
    served: Served, world: World, database: Database
) -> None:
    lucia, marco = await person(database, world, "Lucía"), await person(database, world, "Marco")
    later = await invoiced(database, world, lucia, 1, due_in=5)
    late = await invoiced(database, world, marco, 2, due_in=-3)
    async with served() as url, api_client(url, world) as office:
        found = (await office.get("/v1/payments/owed")).json()
        assert [(one["order_id"], one["overdue"], one["days_late"]) for one in found["items"]] == [
            (str(late.head.id), True, 2), (str(later.head.id), False, -6),
        ]  # fmt: skip
        assert found["sums"] == [
            {
                "currency": "EUR",
                "exponent": 2,
                "invoices": 2,
                "owed": 3 * MUG,
                "overdue_invoices": 1,
                "overdue": 2 * MUG,
            }
        ]
        first = (await office.get("/v1/payments/owed", params={"limit": 1})).json()
        second = (await office.get("/v1/payments/owed", params={"limit": 1, "cursor": first["next_cursor"]})).json()
        assert [one["items"][0]["order_label"] for one in (first, second)] == [late.head.label, later.head.label]
        assert second["next_cursor"] is None
        for filters, labels in (
            ({"overdue": "true"}, [late.head.label]), ({"q": later.head.label}, [later.head.label]),
            ({"q": "Marco"}, [late.head.label]), ({"customer": str(lucia)}, [later.head.label]),
            ({"q": "Marco", "customer": str(lucia)}, []), ({"currency": "RUB"}, []), ({"q": "nobody at all"}, []),
        ):  # fmt: skip
            page = (await office.get("/v1/payments/owed", params=filters)).json()
            assert [one["order_label"] for one in page["items"]] == labels, filters
        debtors = (await office.get("/v1/payments/owed/debtors")).json()["items"]
        assert [(one["name"], one["owed"], one["overdue"], one["invoices"]) for one in debtors] == [
            ("Marco Prado", 2 * MUG, 2 * MUG, 1), ("Lucía Prado", MUG, 0, 1),
        ]  # fmt: skip

        path = f"/v1/payments/{late.payments[0].id}/settlements"
        part = await office.post(path, json={"amount": MUG, "reference": "SEPA 1"})
        assert (part.status_code, part.json()["owed"]) == (201, MUG)
        before = await count(database)
        refused = await office.post(path, json={"amount": MUG + 1, "reference": "SEPA 2"})
        assert (refused.status_code, refused.json()["code"], refused.json()["left"]) == (
            409, "payments.more_than_owed", MUG,
        )  # fmt: skip
        assert await count(database) == before
        (still, _) = (await office.get("/v1/payments/owed")).json()["items"]
        assert (still["owed"], [(one["amount"], one["reference"]) for one in still["came"]]) == (MUG, [(MUG, "SEPA 1")])
        assert (await office.post(path, json={"amount": MUG, "reference": ""})).status_code == 201
        assert [one["order_label"] for one in (await office.get("/v1/payments/owed")).json()["items"]] == [
            later.head.label
        ]
        for wrong in ("x", "2026-01-01T00:00:00~pay_1", "~"):
            assert (await office.get("/v1/payments/owed", params={"cursor": wrong})).status_code == 422
