"""REST routes of prices and price lists."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, put

from portico.business.api import Directories
from portico.business.types import Market
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.http import Answered, Door, parse_ids
from portico.platform.refusals import Invalid
from portico.pricing.api import lists as api
from portico.pricing.api import own as price_api
from portico.pricing.types import Price
from portico.pricing.types.conditions import Conditions
from portico.pricing.types.lists import (
    LIST_PRICES_MAX,
    BadPrice,
    ListPrice,
    ListState,
    NewPriceList,
    PriceChange,
    PriceList,
    ScheduledPrice,
    UnknownVariants,
)

PAGE_MAX = 1_000


class OwnPrice(msgspec.Struct, frozen=True):
    variant_id: VariantId
    amount: int
    currency: str


class OwnPrices(msgspec.Struct, frozen=True):
    items: tuple[OwnPrice, ...]


class PriceEdit(msgspec.Struct, frozen=True):
    """Without times: from now on, for good. With times: then, and before and after that what holds otherwise."""

    variant_id: VariantId
    amount: int
    starts_at: datetime | None = None
    ends_before: datetime | None = None


class PricesEdit(msgspec.Struct, frozen=True):
    prices: list[PriceEdit]
    market: str | None = None


class PricesSet(msgspec.Struct, frozen=True):
    """How many prices are new or other than before, and how many are to hold for a time."""

    changed: int
    scheduled: int


class PriceHistory(msgspec.Struct, frozen=True):
    items: tuple[PriceChange, ...]


class PriceLists(msgspec.Struct, frozen=True):
    items: tuple[PriceList, ...]


class PriceListEdit(msgspec.Struct, frozen=True):
    titles: dict[str, str]
    conditions: Conditions = Conditions()
    priority: int = 100
    state: ListState = ListState.DRAFT
    market: str | None = None


class ListPricesEdit(msgspec.Struct, frozen=True):
    prices: list[ListPrice]
    market: str | None = None


class ListPrices(msgspec.Struct, frozen=True):
    items: tuple[ListPrice, ...]
    next_cursor: str | None


async def market_named(door: Door, code: str | None) -> Market:
    """By its code; without one, the market of the asker's place, or the first."""
    directory = await door.shared(Directories)()
    if code is None and door.principal.location_id:
        return directory.market_by_id(directory.location(door.principal.location_id).market_id)
    return directory.market(code)


@get("/v1/prices")
async def list_prices(door: Door, variants: str, market: str | None = None) -> Answered[OwnPrices]:
    """The market's own prices of up to 100 variants. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, market)
    ids = parse_ids(VariantId, variants, field="variants")

    async def ask(tx: Tx) -> OwnPrices:
        prices = await price_api.prices(tx, variant_ids=ids, market_ids=[found.id])
        return OwnPrices(
            tuple(OwnPrice(one, price.amount, price.currency) for one in ids if (price := prices.get((one, found.id))))
        )

    return await door.read(ask)


@put("/v1/prices")
async def set_prices(door: Door, data: PricesEdit) -> Answered[PricesSet]:
    """Set the market's own prices, all or none. Needs `pricing.manage`."""
    door.principal.require("pricing.manage")
    found = await market_named(door, data.market)
    _bounded(len(data.prices))
    now = [one for one in data.prices if one.starts_at is None and one.ends_before is None]
    later = [one for one in data.prices if one.starts_at is not None or one.ends_before is not None]
    for i, one in enumerate(data.prices):
        if not 0 <= one.amount <= money.AMOUNT_MAX:
            raise BadPrice(index=i, field="amount")
    if len({one.variant_id for one in now}) < len(now):
        raise Invalid(errors=[{"field": "prices.variant_id", "message": "1"}])

    async def ask(tx: Tx) -> PricesSet:
        await _refuse_unknown(tx, [one.variant_id for one in now])
        changed = await price_api.put_prices(
            tx, prices=[Price(one.variant_id, found.id, one.amount, found.currency) for one in now], by=door.hand
        )
        if later:
            timed = [
                ScheduledPrice(
                    variant_id=one.variant_id, amount=one.amount, starts_at=one.starts_at, ends_before=one.ends_before
                )
                for one in later
            ]
            await api.schedule(tx, market_id=found.id, prices=timed, by=door.hand)
        return PricesSet(changed, len(later))

    return await door.write(ask)


async def _refuse_unknown(tx: Tx, ids: list[VariantId]) -> None:
    if unknown := await catalog.unknown(tx, ids=ids):
        raise UnknownVariants(variant_ids=tuple(unknown[:20]))


@get("/v1/prices/{variant_id:str}/history")
async def show_history(door: Door, variant_id: VariantId, market: str | None = None) -> Answered[PriceHistory]:
    """What was asked for a variant, and by whom it was set, newest first. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, market)

    async def ask(tx: Tx) -> PriceHistory:
        return PriceHistory(tuple(await api.history(tx, market_id=found.id, variant_id=variant_id)))

    return await door.read(ask)


@get("/v1/price-lists")
async def list_price_lists(door: Door, market: str | None = None) -> Answered[PriceLists]:
    """A market's price lists, those that go first first. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, market)

    async def ask(tx: Tx) -> PriceLists:
        return PriceLists(tuple(await api.price_lists(tx, market_id=found.id)))

    return await door.read(ask)


@put("/v1/price-lists/{code:str}")
async def put_price_list(door: Door, code: str, data: PriceListEdit) -> Answered[PriceList]:
    """Make a price list as it should be, known by its code. Needs `pricing.manage`."""
    door.principal.require("pricing.manage")
    found = await market_named(door, data.market)
    new = NewPriceList(
        code=code, titles=data.titles, conditions=data.conditions, priority=data.priority, state=data.state
    )
    return await door.write(lambda tx: api.put_list(tx, market_id=found.id, new=new, by=door.hand))


@get("/v1/price-lists/{code:str}/prices")
async def show_list_prices(
    door: Door, code: str, market: str | None = None, cursor: str | None = None, limit: int = 200
) -> Answered[ListPrices]:
    """A list's prices, a page at a time. Needs `pricing.read`."""
    door.principal.require("pricing.read")
    found = await market_named(door, market)
    after = _read_cursor(cursor) if cursor else None
    rows = max(1, min(limit, PAGE_MAX))

    async def ask(tx: Tx) -> ListPrices:
        items = await api.list_prices(tx, market_id=found.id, code=code, after=after, limit=rows + 1)
        return ListPrices(tuple(items[:rows]), _cursor(items[rows - 1]) if len(items) > rows else None)

    return await door.read(ask)


def _cursor(one: ListPrice) -> str:
    starts = one.starts_at.isoformat() if one.starts_at else ""
    return f"{one.variant_id}~{one.from_quantity}~{starts}"


def _read_cursor(text: str) -> ListPrice:
    try:
        variant_id, quantity, starts = text.split("~")
        return ListPrice(
            variant_id=VariantId.parse(variant_id),
            amount=None,
            from_quantity=int(quantity),
            starts_at=datetime.fromisoformat(starts) if starts else None,
        )
    except ValueError:
        raise Invalid(errors=[{"field": "cursor", "message": text[:100]}]) from None


@put("/v1/price-lists/{code:str}/prices")
async def set_list_prices(door: Door, code: str, data: ListPricesEdit) -> Answered[PriceList]:
    """Set prices of a list, or take them away, all or none. Needs `pricing.manage`."""
    door.principal.require("pricing.manage")
    found = await market_named(door, data.market)
    _bounded(len(data.prices))
    return await door.write(
        lambda tx: api.put_list_prices(tx, market_id=found.id, code=code, prices=data.prices, by=door.hand)
    )


def _bounded(count: int) -> None:
    if not 0 < count <= LIST_PRICES_MAX:
        raise Invalid(errors=[{"field": "prices", "message": f"1..{LIST_PRICES_MAX}"}])


routes: list[Any] = [
    list_prices, set_prices, show_history, list_price_lists, put_price_list, show_list_prices, set_list_prices,
]  # fmt: skip
