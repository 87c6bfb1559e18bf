"""What of lists, promotions and rates of carriage holds in a market: read once, and kept by its stamp.

Every change gives the market's book another stamp, which each pricing reads with the prices themselves. So a process never prices by
what has been changed, and reads what has not been only once. Where a category lies no stamp tells: it is read anew after a minute.
"""

import time
from collections import OrderedDict
from uuid import UUID

from uuid_utils import uuid4

from portico.business.types import MarketId
from portico.catalog import api as catalog
from portico.platform.db import Tx
from portico.pricing.rules.prior import is_public
from portico.pricing.rules.promotions import Book
from portico.pricing.rules.quoting import Known, Standing
from portico.pricing.store import carriage as carriage_store
from portico.pricing.store import lists as list_store
from portico.pricing.store import promotions as store
from portico.pricing.types.lists import PriceList

KEPT_MAX, KEPT_SECONDS = 100, 60.0
EMPTY = Standing()
_kept: OrderedDict[UUID, tuple[float, Standing]] = OrderedDict()


async def standing(tx: Tx, *, market_id: MarketId, stamp: UUID | None) -> Standing:
    """What holds under this stamp; nothing, where a market has never had a list, a promotion or a rate of carriage."""
    if stamp is None:
        return EMPTY
    kept = _kept.get(stamp)
    if kept is not None and kept[0] > time.monotonic():
        _kept.move_to_end(stamp)
        return kept[1]
    found = await _read(tx, market_id)
    _kept[stamp] = time.monotonic() + KEPT_SECONDS, found
    if len(_kept) > KEPT_MAX:
        _kept.popitem(last=False)
    return found


async def _read(tx: Tx, market_id: MarketId) -> Standing:
    rows = await tx.all(store.LIVE, market_id=market_id)
    heads = [shown(row) for row in await tx.all(list_store.LIVE, market_id=market_id)]
    rules = [one.rule for one in rows]
    conditions = [*(one.conditions for one in rules), *(one.conditions for one in heads)]
    segments = frozenset(code for one in conditions for code in one.segments)
    carriage = await tx.maybe(carriage_store.NEWEST, market_id=market_id)
    above = await catalog.categories_above(tx) if rules else {}
    return Standing(
        lists={one.id: one for one in heads},
        book=Book(rules),
        promotions={one.rule.code: Known(one.id, one.version, one.rule) for one in rows},
        above=above,
        segments=segments,
        carriage=carriage.rates if carriage else (),
        public=Book(one for one in rules if is_public(one)),
    )


async def restamp(tx: Tx, *, market_ids: list[MarketId]) -> None:
    """What was read of these markets before is not what holds any longer."""
    stamps = [UUID(bytes=uuid4().bytes) for _ in market_ids]
    await tx.run(list_store.RESTAMP, market_ids=sorted(market_ids), stamps=stamps, now=tx.now)


def shown(row: list_store.ListRow, prices: int = 0) -> PriceList:
    return PriceList(
        id=row.id, market_id=row.market_id, code=row.code, titles=row.titles, conditions=row.conditions,
        priority=row.priority, state=row.state, version=row.version, changed_at=row.changed_at, prices=prices,
    )  # fmt: skip
