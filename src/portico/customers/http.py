"""REST routes of customers. `GET /v1/customers/{id}` gathers from several rooms and is served above."""

from litestar import get, post
from litestar.params import JSONBody

from portico.customers import api
from portico.customers.types import Customer, CustomerBrief, CustomerId, CustomerPage, NewCustomer
from portico.platform.db import Tx
from portico.platform.http import Answered, Door, parse_ids


@get("/v1/customers")
async def find_customers(
    door: Door, q: str | None = None, phone: str | None = None, ids: str = "", limit: int = 20
) -> Answered[CustomerPage]:
    """People by phone in any spelling (or its last digits), name, e-mail, loyalty or customer number; or those of up to 100
    `ids`."""
    door.principal.require("customers.read")
    wanted = parse_ids(CustomerId, ids, field="ids")

    async def ask(tx: Tx) -> CustomerPage:
        found: list[CustomerBrief] = (
            list((await api.briefs(tx, ids=wanted)).values())
            if wanted
            else await api.find(tx, q=phone or q or "", limit=limit)
        )
        door.shows("found", [one.id for one in found])
        return CustomerPage(tuple(found))

    return await door.read(ask)


@post("/v1/customers")
async def create_customer(door: Door, data: JSONBody[NewCustomer]) -> Answered[Customer]:
    """Enter a person. 409 `customers.contact_taken` names who has the phone or e-mail already."""
    door.principal.require("customers.write")
    return await door.write(lambda tx: api.create(tx, new=data, by=door.hand), status=201)


routes = [find_customers, create_customer]
