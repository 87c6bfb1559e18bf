"""What a household has bought, for staff; its members see of each other nothing."""

from typing import Any

import msgspec
from litestar import get

from portico.companies import api as companies
from portico.companies.types import HouseholdId
from portico.identity import api as identity
from portico.orders import api
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door


class SpentIn(msgspec.Struct, frozen=True):
    currency: str
    exponent: int
    orders: int
    amount: int


class HouseholdSpending(msgspec.Struct, frozen=True):
    items: tuple[SpentIn, ...]


@get("/v1/households/{household_id:str}/spending")
async def show_spending(door: Door, household_id: HouseholdId) -> Answered[HouseholdSpending]:
    """What all who live in a household have bought together, per currency. Needs `orders.read`."""
    door.principal.require("orders.read", at=door.principal.location_id)

    async def ask(tx: Tx) -> HouseholdSpending:
        found = await companies.household(tx, id=household_id)
        members = [one.customer_id for one in found.members]
        door.shows("household", members)
        spent = await api.spent(tx, customer_ids=await identity.every_record(tx, ids=members))
        return HouseholdSpending(
            tuple(SpentIn(one.currency, money.exponent(one.currency), one.orders, one.amount) for one in spent)
        )

    return await door.read(ask)


routes: list[Any] = [show_spending]
