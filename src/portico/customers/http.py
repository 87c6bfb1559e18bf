"""REST routes of customers. What gathers from several rooms or records is served above."""

from litestar import post
from litestar.params import JSONBody

from portico.customers import api
from portico.customers.types import Customer, NewCustomer
from portico.platform.http import Answered, Door


@post("/v1/customers")
async def create_customer(door: Door, data: JSONBody[NewCustomer]) -> Answered[Customer]:
    """Enter a person. 409 `customers.contact_taken` names who has the phone or e-mail already."""
    door.principal.require("customers.write")
    return await door.write(lambda tx: api.create(tx, new=data, by=door.hand), status=201)


routes = [create_customer]
