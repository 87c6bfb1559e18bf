"""For how little something was really sold: what is given for goods that come back and nobody knows the order of."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from portico.business.types import MarketId
from portico.catalog.types import VariantId
from portico.orders import returning_store as store
from portico.orders.types import OrderId, SoldFor
from portico.platform.db import Tx

LINES_MAX = 20_000  # of one item, the newest
SLACK = timedelta(days=1)  # a till's clock may have been behind when it named its order


async def lowest_sold(
    tx: Tx, *, since: Mapping[VariantId, datetime], market_id: MarketId, currency: str
) -> dict[VariantId, SoldFor]:
    """The lowest price each was sold for since then in that market, and kept: minor units for one whole unit, tax and discounts
    counted in. What was not sold is missing from the answer; of one item the newest 20,000 lines are looked at."""
    found = await tx.all(
        store.LOWEST, variant_ids=list(since), sinces=list(since.values()), first_ids=[_first_id(at) for at in since.values()],
        market_id=market_id, currency=currency, lines_max=LINES_MAX, now=tx.now,
    )  # fmt: skip
    return {one.variant_id: one for one in found}


def _first_id(at: datetime) -> OrderId:
    """No order placed since then has a smaller id: what is named by the time it was made never precedes it."""
    milliseconds = max(0, int((at - SLACK).timestamp() * 1000))
    return OrderId(UUID(int=milliseconds << 80).bytes)
