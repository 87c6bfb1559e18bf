"""Price lists, the market's own prices that hold for a time, and every price that ever held."""

from collections.abc import Sequence

import msgspec

from portico.business.types import MarketId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing import events
from portico.pricing.api.naming import name_segments
from portico.pricing.api.standing import restamp, shown
from portico.pricing.rules.checking import check_list
from portico.pricing.store import lists as store
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.lists import (
    HISTORY_MAX,
    LIST_PRICES_MAX,
    LISTS_MAX,
    BadPrice,
    BadPriceList,
    ListPrice,
    ListState,
    NewPriceList,
    PriceChange,
    PriceList,
    PriceListId,
    ScheduledPrice,
    TooManyLists,
    UnknownVariants,
)

OWN_CODE = "own"
PAGE_MAX = 1_000


async def put_list(tx: Tx, *, market_id: MarketId, new: NewPriceList, by: Hand) -> PriceList:
    """Make a price list as it should be, known by its code. Refuses BadPriceList (of a
    segment that nobody has made, too), TooManyLists."""
    check_list(new)
    if new.code == OWN_CODE:
        raise BadPriceList(field="code", problem=f"<> {OWN_CODE}")
    found = await tx.maybe(store.BY_CODE, market_id=market_id, code=new.code)
    if found is None and len(await tx.all(store.ALL, market_id=market_id)) >= LISTS_MAX:
        raise TooManyLists()
    id = found.id if found else PriceListId.new()
    for problem in await name_segments(
        tx, used_by=id, label=new.code, codes=new.conditions.segments, running=new.state is ListState.LIVE
    ):
        raise BadPriceList(field="conditions.segments", problem=problem)
    await _put(tx, id, market_id, new, by, own=False)
    return await price_list(tx, market_id=market_id, code=new.code)


async def _put(tx: Tx, id: PriceListId, market_id: MarketId, new: NewPriceList, by: Hand, *, own: bool) -> None:
    await tx.run(
        store.PUT_LIST, id=id, market_id=market_id, code=new.code, titles=msgspec.json.encode(new.titles).decode(),
        conditions=msgspec.json.encode(new.conditions).decode(), priority=new.priority, state=new.state, own=own,
        now=tx.now,
    )  # fmt: skip
    await restamp(tx, market_ids=[market_id])
    tx.emit([events.ListChanged(subject=id, by=by, occurred_at=tx.now, code=new.code, state=new.state)])


async def price_lists(tx: Tx, *, market_id: MarketId) -> list[PriceList]:
    """A market's lists, those that go first first, with how many prices are in each."""
    rows = await tx.all(store.ALL, market_id=market_id)
    counts = {one.list_id: one.prices for one in await tx.all(store.COUNTS, ids=[one.id for one in rows])}
    return [shown(row, counts.get(row.id, 0)) for row in rows]


async def price_list(tx: Tx, *, market_id: MarketId, code: str) -> PriceList:
    """Refuses NotFound."""
    found = next((one for one in await price_lists(tx, market_id=market_id) if one.code == code), None)
    if found is None:
        raise NotFound(what="price_list", id=code[:60])
    return found


async def put_list_prices(
    tx: Tx, *, market_id: MarketId, code: str, prices: Sequence[ListPrice], by: Hand
) -> PriceList:
    """Set prices of a list, or take them away. Refuses NotFound, BadPrice, UnknownVariants; then none is set."""
    found = await price_list(tx, market_id=market_id, code=code)
    await _put_prices(tx, market_id, found.id, prices, by)
    return await price_list(tx, market_id=market_id, code=code)


async def _put_prices(tx: Tx, market_id: MarketId, list_id: PriceListId, prices: Sequence[ListPrice], by: Hand) -> None:
    if len(prices) > LIST_PRICES_MAX:
        raise ValueError(f"at most {LIST_PRICES_MAX} prices")
    seen = set()
    for i, one in enumerate(prices):
        if one.amount is not None and not 0 <= one.amount <= money.AMOUNT_MAX:
            raise BadPrice(index=i, field="amount")
        if not 0 <= one.from_quantity <= money.AMOUNT_MAX:
            raise BadPrice(index=i, field="from_quantity")
        for field in ("starts_at", "ends_before"):
            if (moment := getattr(one, field)) is not None and moment.tzinfo is None:
                raise BadPrice(index=i, field=field)
        if one.starts_at is not None and one.ends_before is not None and one.starts_at >= one.ends_before:
            raise BadPrice(index=i, field="ends_before")
        key = (one.variant_id, one.from_quantity, one.starts_at)
        if key in seen:  # said twice, nobody knows which is meant
            raise BadPrice(index=i, field="variant_id")
        seen.add(key)
    variant_ids = sorted({one.variant_id for one in prices})
    if unknown := await catalog.unknown(tx, ids=variant_ids):
        raise UnknownVariants(variant_ids=tuple(unknown[:20]))
    await tx.run(
        store.PUT_LIST_PRICES,
        list_id=list_id,
        market_id=market_id,
        variant_ids=[one.variant_id for one in prices],
        from_quantities=[one.from_quantity for one in prices],
        starts_ats=[one.starts_at for one in prices],
        ends_befores=[one.ends_before for one in prices],
        amounts=[one.amount for one in prices],
        actor=by.actor,
        actor_name=by.actor_name,
        now=tx.now,
    )
    tx.emit([events.PricesChanged(subject=list_id, by=by, occurred_at=tx.now, market_id=market_id, prices=len(prices))])


async def list_prices(
    tx: Tx, *, market_id: MarketId, code: str, after: ListPrice | None = None, limit: int = 200
) -> list[ListPrice]:
    """A list's prices in the order of variants, quantities and time, from behind `after`: one page. Refuses NotFound."""
    found = await price_list(tx, market_id=market_id, code=code)
    rows = await tx.all(
        store.PRICES_OF,
        list_id=found.id,
        after_variant=after.variant_id if after else VariantId(bytes(16)),
        after_quantity=after.from_quantity if after else -1,
        after_starts_at=after.starts_at if after else None,
        rows_max=max(1, min(limit, PAGE_MAX)),
    )
    return [
        ListPrice(
            variant_id=one.variant_id, amount=one.amount, from_quantity=one.from_quantity, starts_at=one.starts_at,
            ends_before=one.ends_before,
        )
        for one in rows
    ]  # fmt: skip


async def schedule(tx: Tx, *, market_id: MarketId, prices: Sequence[ScheduledPrice], by: Hand) -> None:
    """Give variants another price of the market's own, in a time that begins now or later. Refuses BadPrice, UnknownVariants."""
    for i, one in enumerate(prices):
        if one.starts_at is not None and one.starts_at.tzinfo is not None and one.starts_at < tx.now:
            raise BadPrice(index=i, field="starts_at")
        if one.ends_before is not None and one.ends_before.tzinfo is not None and one.ends_before <= tx.now:
            raise BadPrice(index=i, field="ends_before")
    own = await tx.maybe(store.OWN, market_id=market_id)
    if own is None:
        new = NewPriceList(
            code=OWN_CODE, titles={"en": "Own"}, conditions=Conditions(), priority=0, state=ListState.LIVE
        )
        await _put(tx, PriceListId.new(), market_id, new, by, own=True)
        own = await tx.one(store.OWN, market_id=market_id)
    timed = [
        ListPrice(
            variant_id=one.variant_id, amount=one.amount, starts_at=one.starts_at or tx.now, ends_before=one.ends_before
        )
        for one in prices
    ]
    await _put_prices(tx, market_id, own.id, timed, by)


async def history(tx: Tx, *, market_id: MarketId, variant_id: VariantId) -> list[PriceChange]:
    """What was asked for a variant, by whichever list, newest first."""
    rows = await tx.all(store.CHANGES, market_id=market_id, variant_id=variant_id, rows_max=HISTORY_MAX)
    codes = {row.id: row.code for row in await tx.all(store.BY_ID, ids=[row.list_id for row in rows if row.list_id])}
    return [
        PriceChange(
            variant_id=row.variant_id, list_code=codes[row.list_id] if row.list_id else "", from_quantity=row.from_quantity,
            amount=row.amount, starts_at=row.starts_at, ends_before=row.ends_before, actor_name=row.actor_name,
            changed_at=row.changed_at,
        )
        for row in rows
    ]  # fmt: skip
