"""What orders earn and which cards they bring, over HTTP."""

from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.loyalty import api as loyalty
from portico.loyalty import guarding
from portico.loyalty.types import GiftCard, RuleCost
from portico.orders import api
from portico.orders.types import OrderId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.types import LineItemId

CODE_LENGTH_MAX = 100


class Period(msgspec.Struct, frozen=True):
    days: int = 30


class WouldEarn(msgspec.Struct, frozen=True):
    customer_id: CustomerId
    name: str
    points: int


class Tried(msgspec.Struct, frozen=True):
    """What terms would have given for these orders, by rule and to whom the most, and what that is worth in minor units where points are
    worth something."""

    orders: int
    customers: int
    spend: dict[str, int]
    points: int
    worth: dict[str, int]
    rules: tuple[RuleCost, ...]
    most: list[WouldEarn]


class CardOfLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    code: str


@post("/v1/programmes/{code:str}/dry-run", status_code=200)
async def dry_run(door: Door, code: str, data: Period) -> Answered[Tried]:
    """What a programme's draft would have given for the orders of the last days, and what that costs. Nothing is changed. Needs
    `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    if not 0 < data.days <= api.DAYS_MAX:
        raise Invalid(errors=[{"field": "days", "message": f"1..{api.DAYS_MAX}"}])
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Tried:
        programme = await loyalty.programme(tx, code=code)
        found = await api.dry_run(tx, programme=programme, days=data.days, directory=directory)
        known = await customers.briefs(tx, ids=[one.customer_id for one in found.most])
        return Tried(
            found.purchases, found.customers, dict(found.spend), found.points, dict(found.worth), found.rules,
            [
                WouldEarn(one.customer_id, known[one.customer_id].name, one.points)
                for one in found.most
                if one.customer_id in known
            ],
        )  # fmt: skip

    return await door.read(ask)


@post("/v1/orders/{order_id:str}/gift-cards", status_code=200)
async def sell_card(door: Door, order_id: OrderId, data: CardOfLine) -> Answered[GiftCard]:
    """Have the printed card with this code hold what one unit of a paid line came to. Needs `orders.place`, where the asker stands."""
    door.principal.require("orders.place", at=door.principal.location_id)
    code = data.code[:CODE_LENGTH_MAX]
    await guarding.check(door.database, codes=[code], asker=door.principal, address=door.address)
    return await door.write(
        lambda tx: api.sell_card(tx, order_id=order_id, line_id=data.line_id, code=code, by=door.hand)
    )


routes: list[Any] = [dry_run, sell_card]
