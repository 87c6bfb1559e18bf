"""What the desk asks for at once: a person, her basket, her orders."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get

from portico.business.api import Directories
from portico.carts import api as carts
from portico.carts.types import CartId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.orders import api as orders
from portico.orders import views
from portico.orders.views import OrderBrief
from portico.platform import money
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door

ORDERS_SHOWN = 25


class SpentView(msgspec.Struct, frozen=True):
    currency: str
    exponent: int
    amount: int


class CustomerView(msgspec.Struct, frozen=True, kw_only=True):
    """A customer with what she has going on."""

    id: CustomerId
    number: str
    name: str
    given_name: str
    family_name: str
    phone: str | None
    email: str | None
    loyalty_number: str | None
    language: str
    created_at: datetime
    current_cart_id: CartId | None
    order_count: int
    spent: tuple[SpentView, ...]
    orders: tuple[OrderBrief, ...]


@get("/v1/customers/{customer_id:str}")
async def show_customer(door: Door, customer_id: CustomerId) -> Answered[CustomerView]:
    """One customer whole; staff with `customers.read`, or herself."""
    asker = door.principal
    if not (asker.kind is Kind.CUSTOMER and asker.id and asker.id.bytes == customer_id.bytes):
        asker.require("customers.read")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CustomerView:
        person = await customers.customer(tx, id=customer_id)
        door.shows("record", [customer_id])
        brief = person.brief()
        own = await carts.of_customer(tx, customer_id=customer_id)
        spent = await orders.spent(tx, customer_id=customer_id)
        heads = await orders.heads(tx, customer_ids=[customer_id], rows_max=ORDERS_SHOWN)
        return CustomerView(
            id=person.id,
            number=brief.number,
            name=brief.name,
            given_name=brief.given_name,
            family_name=brief.family_name,
            phone=brief.phone,
            email=brief.email,
            loyalty_number=brief.loyalty_number,
            language=person.language,
            created_at=person.created_at,
            current_cart_id=own[0].id if own else None,
            order_count=sum(one.orders for one in spent),
            spent=tuple(SpentView(one.currency, money.exponent(one.currency), one.amount) for one in spent),
            orders=tuple(await views.briefs(tx, heads=heads, directory=directory)),
        )

    return await door.read(ask)


routes: list[Any] = [show_customer]
