"""What having goods brought costs in the demo's markets: free from a basket on; what is fetched costs nothing."""

from portico.business.api import Directory
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing import api as pricing
from portico.pricing.types import CarriageRate, CarriageStep

CHARGED = {"EUR": (490, 690), "GBP": (390, 590), "RUB": (39_000, 59_000)}  # sent with a carrier, brought by ourselves
FREE_FROM = {"EUR": (5_000, 8_000), "GBP": (4_000, 7_000), "RUB": (400_000, 700_000)}
METHODS = ("ship", "local_delivery")


async def put(tx: Tx, *, directory: Directory, by: Hand) -> None:
    for market in directory.markets.values():
        known = await pricing.carriage.carriage(tx, market_id=market.id)
        if known.version:
            continue
        rates = [
            CarriageRate(method=method, steps=(CarriageStep(0, amount), CarriageStep(free, 0)))
            for method, amount, free in zip(METHODS, CHARGED[market.currency], FREE_FROM[market.currency], strict=True)
        ]
        await pricing.carriage.put(tx, market_id=market.id, rates=rates, expected_version=0, by=by)
