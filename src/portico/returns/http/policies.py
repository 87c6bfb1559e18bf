"""What may come back until when, as the office sets it."""

from datetime import datetime

import msgspec
from litestar import get, post, put

from portico.business.api import Directories
from portico.business.types import LocationId, Market, MarketId
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing import api as pricing
from portico.returns import api
from portico.returns.types import BadPolicy, Eligible, Policy, PolicySet, ReturnReason, Way


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken back of a tax category, or, with "", of whatever no other row names. One that is not `active` decides
    nothing."""

    category: str = ""
    days: int = 30
    fault_days: int = 1095
    restocking_ppm: int = 0
    postage: int = 0
    final_sale: bool = False
    approve_at_once: bool = True
    by_post: bool = True
    carrier: str = "own"
    service: str = ""
    parcel_grams: int = 1000
    send_to: LocationId | None = None
    price_days: int = 90
    active: bool = True


class PolicyList(msgspec.Struct, frozen=True, kw_only=True):
    """`version` 0: nobody has set any yet. `categories` are those that the market taxes."""

    market: str
    version: int
    items: tuple[PolicyRow, ...]
    categories: tuple[str, ...]
    currency: str
    exponent: int
    changed_at: datetime | None
    actor_name: str


class NewPolicies(msgspec.Struct, frozen=True):
    """`version` is the one that they were made from: where somebody else has changed them since, it is refused."""

    market: str
    items: list[PolicyRow]
    version: int | None = None


class WhatIf(msgspec.Struct, frozen=True, kw_only=True):
    """Policies to try on an order, by its id or label, and why it would come back, in which way."""

    market: str
    items: list[PolicyRow]
    order: str
    reason: ReturnReason = ReturnReason.CHANGED_MIND
    way: Way = Way.COUNTER


class TriedLine(msgspec.Struct, frozen=True):
    """A line of the order as it is judged `now`, and as it `would` be."""

    now: Eligible
    would: Eligible
    changed: bool


class TriedPolicies(msgspec.Struct, frozen=True, kw_only=True):
    order_id: OrderId
    order_label: str
    currency: str
    exponent: int
    lines: tuple[TriedLine, ...]


@get("/v1/return-policies")
async def show_policies(door: Door, market: str) -> Answered[PolicyList]:
    """What a market takes back. Needs `returns.read`."""
    door.principal.require("returns.read")
    found = (await door.shared(Directories)()).market(market)

    async def ask(tx: Tx) -> PolicyList:
        return await _shown(tx, found, await api.policy_set(tx, market_id=found.id))

    return await door.read(ask)


@put("/v1/return-policies", status_code=200)
async def put_policies(door: Door, data: NewPolicies) -> Answered[PolicyList]:
    """These and no others. Needs `returns.manage`."""
    door.principal.require("returns.manage")
    found = (await door.shared(Directories)()).market(data.market)
    places = (await door.shared(Directories)()).locations
    for row, one in enumerate(data.items):
        if one.send_to and ((place := places.get(one.send_to)) is None or place.market_id != found.id):
            raise BadPolicy(field="send_to", row=row)

    async def ask(tx: Tx) -> PolicyList:
        kept = await api.put_policies(
            tx, market_id=found.id, policies=_rows(found.id, data.items), expected=data.version, by=door.hand
        )
        return await _shown(tx, found, kept)

    return await door.write(ask)


@post("/v1/return-policies/check", status_code=200)
async def check_policies(door: Door, data: WhatIf) -> Answered[TriedPolicies]:
    """What an order could bring back under these policies, beside what it can now. Nothing is changed. Needs `returns.manage`."""
    door.principal.require("returns.manage")
    found = (await door.shared(Directories)()).market(data.market)
    rows = _rows(found.id, data.items)
    api.check_policies(rows)

    async def ask(tx: Tx) -> TriedPolicies:
        order = await orders.find(tx, name=data.order)
        if order.head.market_id != found.id:
            raise Invalid(errors=[{"field": "order", "message": found.code}])
        now = await api.eligible(tx, order=order, reason=data.reason, way=data.way)
        would = await api.eligible(tx, order=order, reason=data.reason, way=data.way, policies=rows)
        head = order.head
        return TriedPolicies(
            order_id=head.id, order_label=head.label, currency=head.currency, exponent=money.exponent(head.currency),
            lines=tuple(TriedLine(one, other, one != other) for one, other in zip(now, would, strict=True)),
        )  # fmt: skip

    return await door.read(ask)


def _rows(market_id: MarketId, items: list[PolicyRow]) -> list[Policy]:
    return [Policy(market_id=market_id, **msgspec.structs.asdict(one)) for one in items]


async def _shown(tx: Tx, market: Market, found: PolicySet) -> PolicyList:
    rows = [msgspec.structs.asdict(one) for one in found.policies]
    rates = (await pricing.rates(tx, market_ids=[market.id])).get(market.id, [])
    return PolicyList(
        market=market.code, version=found.version, currency=market.currency, exponent=money.exponent(market.currency),
        items=tuple(PolicyRow(**{k: v for k, v in one.items() if k != "market_id"}) for one in rows),
        categories=tuple(sorted({one.tax_category for one in rates if one.tax_category})),
        changed_at=found.changed_at, actor_name=found.actor_name,
    )  # fmt: skip


routes = [show_policies, put_policies, check_policies]
