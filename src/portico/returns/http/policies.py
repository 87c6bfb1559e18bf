"""What may come back until when, as the office sets it."""

import msgspec
from litestar import get, put

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.returns import api
from portico.returns.types import BadPolicy, Policy


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
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


class PolicyList(msgspec.Struct, frozen=True):
    market: str
    items: tuple[PolicyRow, ...]


class NewPolicies(msgspec.Struct, frozen=True):
    market: str
    items: list[PolicyRow]


@get("/v1/return-policies")
async def show_policies(door: Door, market: str) -> Answered[PolicyList]:
    """What a market takes back. Needs `returns.read`."""
    door.principal.require("returns.read")
    found = (await door.shared(Directories)()).market(market)

    async def ask(tx: Tx) -> PolicyList:
        return _policies(found.code, await api.policies(tx, market_id=found.id))

    return await door.read(ask)


@put("/v1/return-policies", status_code=200)
async def put_policies(door: Door, data: NewPolicies) -> Answered[PolicyList]:
    """These and no others. Needs `returns.manage`."""
    door.principal.require("returns.manage")
    found = (await door.shared(Directories)()).market(data.market)
    places = (await door.shared(Directories)()).locations
    if any(
        one.send_to and ((place := places.get(one.send_to)) is None or place.market_id != found.id)
        for one in data.items
    ):
        raise BadPolicy(field="send_to")
    rows = [Policy(market_id=found.id, **msgspec.structs.asdict(one)) for one in data.items]

    async def ask(tx: Tx) -> PolicyList:
        await api.put_policies(tx, market_id=found.id, policies=rows)
        return _policies(found.code, rows)

    return await door.write(ask)


def _policies(market: str, found: list[Policy]) -> PolicyList:
    rows = [msgspec.structs.asdict(one) for one in found]
    return PolicyList(market, tuple(PolicyRow(**{k: v for k, v in one.items() if k != "market_id"}) for one in rows))


routes = [show_policies, put_policies]
