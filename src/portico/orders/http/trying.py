"""REST route of trying a promotion on past orders."""

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.orders.trying import DAYS_MAX, try_promotion
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.api import Tried
from portico.pricing.types import Rule


class TryRule(msgspec.Struct, frozen=True):
    rule: Rule
    days: int = 30
    market: str | None = None


@post("/v1/promotions/dry-run", status_code=200)
async def try_promotion_on_orders(door: Door, data: TryRule) -> Answered[Tried]:
    """Who of those who ordered in the last days would have had a promotion, and what it would have cost. Writes nothing. Needs
    `pricing.read`."""
    door.principal.require("pricing.read")
    if not 1 <= data.days <= DAYS_MAX:
        raise Invalid(errors=[{"field": "days", "message": f"1..{DAYS_MAX}"}])
    directory = await door.shared(Directories)()
    market = directory.market(data.market)
    return await door.read(
        lambda tx: try_promotion(tx, rule=data.rule, days=data.days, market=market, directory=directory)
    )


routes = [try_promotion_on_orders]
