"""What the desk asks for at once: a person, her basket, her orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from litestar import get

from portico.business.api import Directories, Directory
from portico.carts import api as carts
from portico.carts.types import CartId
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.identity import api as identity
from portico.loyalty import api as loyalty
from portico.loyalty.types import Wallet
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
    """A customer with what she has going on. `records` are all that are hers; carts, orders and wallet are of all of them. The wallet
    is told to whom may see it."""

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
    records: tuple[CustomerBrief, ...]
    wallet: Wallet | None
    current_cart_id: CartId | None
    order_count: int
    spent: tuple[SpentView, ...]
    orders: tuple[OrderBrief, ...]


@get("/v1/customers/{customer_id:str}")
async def show_customer(door: Door, customer_id: CustomerId) -> Answered[CustomerView]:
    """One person whole, whichever of her records is asked for; staff with `customers.read`. Or herself, who sees her own record and
    what she has proven to be hers."""
    asker = door.principal
    herself = asker.kind is Kind.CUSTOMER and asker.id is not None and asker.id.bytes == customer_id.bytes
    if not herself:
        asker.require("customers.read")
    directory = await door.shared(Directories)()
    sees_wallet = herself or asker.may("loyalty.read", at=asker.location_id)

    async def ask(tx: Tx) -> CustomerView:
        if herself:
            records = await identity.own_records(tx, id=customer_id)
        else:
            records = (await identity.members(tx, ids=[customer_id]))[customer_id]
        person = await customers.customer(tx, id=records[0])
        door.shows("record", records)
        briefs = await customers.briefs(tx, ids=records)
        own = await carts.of_customers(tx, customer_ids=records)
        spent = await orders.spent(tx, customer_ids=records)
        heads = await orders.heads(tx, customer_ids=records, rows_max=ORDERS_SHOWN)
        return CustomerView(
            id=person.id,
            number=person.number,
            name=person.name,
            given_name=person.given_name,
            family_name=person.family_name,
            phone=person.phone,
            email=person.email,
            loyalty_number=person.loyalty_number,
            language=person.language,
            created_at=person.created_at,
            records=tuple(briefs[one] for one in records if one in briefs),
            wallet=await _wallet(tx, records, directory) if sees_wallet else None,
            current_cart_id=own[0].id if own else None,
            order_count=sum(one.orders for one in spent),
            spent=tuple(SpentView(one.currency, money.exponent(one.currency), one.amount) for one in spent),
            orders=tuple(await views.briefs(tx, heads=heads, directory=directory)),
        )

    return await door.read(ask)


async def _wallet(tx: Tx, records: Sequence[CustomerId], directory: Directory) -> Wallet:
    """What all records of a person hold together; nothing is moved between them."""
    currencies = sorted({one.currency for one in directory.markets.values()})
    return await loyalty.wallet(tx, customer_ids=list(records), currencies=currencies)


routes: list[Any] = [show_customer]
