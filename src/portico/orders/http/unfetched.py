"""How long what is ready waits to be fetched, as the office sets it."""

import msgspec
from litestar import get, put

from portico.business.api import Directories
from portico.orders import api
from portico.orders.types import CollectPolicy
from portico.platform.db import Tx
from portico.platform.http import Answered, Door


class CollectPolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """`cancels`: an order is canceled, and paid back, once what nobody fetched of it is for sale again."""

    market: str
    keep_days: int = 7
    cancels: bool = True


@get("/v1/collect-policy")
async def show_collect_policy(door: Door, market: str) -> Answered[CollectPolicyRow]:
    """How long a market keeps what is ready, and what becomes of the order. Needs `fulfillment.read`."""
    door.principal.require("fulfillment.read")
    found = (await door.shared(Directories)()).market(market)

    async def ask(tx: Tx) -> CollectPolicyRow:
        one = (await api.collect_policies(tx, market_ids=[found.id]))[found.id]
        return CollectPolicyRow(market=found.code, keep_days=one.keep_days, cancels=one.cancels)

    return await door.read(ask)


@put("/v1/collect-policy", status_code=200)
async def put_collect_policy(door: Door, data: CollectPolicyRow) -> Answered[CollectPolicyRow]:
    """Say so from now on, of what is ready already too. Needs `fulfillment.manage`."""
    door.principal.require("fulfillment.manage")
    found = (await door.shared(Directories)()).market(data.market)
    policy = CollectPolicy(market_id=found.id, keep_days=data.keep_days, cancels=data.cancels)

    async def ask(tx: Tx) -> CollectPolicyRow:
        await api.put_collect_policy(tx, policy=policy)
        return CollectPolicyRow(market=found.code, keep_days=policy.keep_days, cancels=policy.cancels)

    return await door.write(ask)


routes = [show_collect_policy, put_collect_policy]
