"""REST routes of items, prices, availability and stock."""

from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec
from litestar import get, post

from portico.business.api import Directories, Directory
from portico.business.types import LocationId, Market
from portico.catalog import api as catalog
from portico.catalog.types import Category, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, BelowReserved, MovementId, Reason
from portico.offers import api
from portico.offers.types import AvailabilityPage, ItemOffer, ItemPage, Offer, StockPage
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

Kind = TypeVar("Kind", VariantId, LocationId)

VARIANTS_MAX = LOCATIONS_MAX = 100
QUANTITY_MAX = 1_000_000_000


class CategoryPage(msgspec.Struct, frozen=True):
    items: tuple[Category, ...]


class NewAdjustment(msgspec.Struct, frozen=True):
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    reason: Reason
    note: str = ""


class LevelView(msgspec.Struct, frozen=True):
    on_hand: int
    reserved: int
    available: int


class MovementView(msgspec.Struct, frozen=True):
    id: MovementId
    variant_id: VariantId
    from_location_id: LocationId | None
    from_state: str
    to_location_id: LocationId | None
    to_state: str
    quantity: int
    reason: str
    reference: str
    actor: str
    channel_id: UUID | None
    occurred_at: datetime


class MovementPage(msgspec.Struct, frozen=True):
    items: tuple[MovementView, ...]
    next_cursor: str | None


def market_of(door: Door, directory: Directory, code: str | None) -> Market:
    """The market asked for, or the one of the asker's till, or of the channel, or the first."""
    if code:
        return directory.market(code)
    if door.principal.location_id:
        return directory.market_by_id(directory.location(door.principal.location_id).market_id)
    channel = directory.channel(door.doorway.id)
    return directory.market_by_id(channel.market_id) if channel and channel.market_id else directory.market()


@get("/v1/items")
async def list_items(
    door: Door,
    q: str = "",
    category: str | None = None,
    market: str | None = None,
    location: LocationId | None = None,
    cursor: str | None = None,
    limit: int = 24,
) -> Answered[ItemPage]:
    """Items that match, best first, with prices of a market and what is available there."""
    directory = await door.shared(Directories)()
    return await door.read(
        lambda tx: api.search(
            tx, market=market_of(door, directory, market), directory=directory, language=door.language, q=q[:200],
            category=category, cursor=cursor, limit=limit, location_id=location,
        )
    )  # fmt: skip


@get("/v1/items/{name:str}")
async def show_item(
    door: Door, name: str, market: str | None = None, location: LocationId | None = None
) -> Answered[ItemOffer]:
    """One item by slug or id."""
    directory = await door.shared(Directories)()
    return await door.read(
        lambda tx: api.item(
            tx, name=name, market=market_of(door, directory, market), directory=directory, language=door.language,
            location_id=location,
        )
    )  # fmt: skip


@get("/v1/variants/lookup")
async def look_up_variant(door: Door, code: str, market: str | None = None) -> Answered[Offer]:
    """The variant that a scanned or typed code names: a GTIN of any length, a SKU, a public id."""
    directory = await door.shared(Directories)()
    place = door.principal.location_id

    async def ask(tx: Tx) -> Offer:
        found = await catalog.lookup(tx, code=code)
        made = await api.offers(
            tx, ids=[found], market=market_of(door, directory, market), directory=directory, language=door.language,
            location_id=LocationId(place.bytes) if place else None,
        )  # fmt: skip
        return made[found]

    return await door.read(ask)


@get("/v1/categories")
async def list_categories(door: Door) -> Answered[CategoryPage]:
    async def ask(tx: Tx) -> CategoryPage:
        return CategoryPage(tuple(await catalog.categories(tx, language=door.language)))

    return await door.read(ask)


@get("/v1/availability")
async def show_availability(
    door: Door, variants: str, locations: str = "", market: str | None = None
) -> Answered[AvailabilityPage]:
    """What is available of up to 100 variants at up to 100 locations; without locations, at all of the market."""
    directory = await door.shared(Directories)()
    variant_ids = _ids(variants, VariantId, "variants", VARIANTS_MAX)
    if locations:
        location_ids = _ids(locations, LocationId, "locations", LOCATIONS_MAX)
    else:
        location_ids = [one.id for one in directory.stores(market_of(door, directory, market).id)][:LOCATIONS_MAX]
    return await door.read(
        lambda tx: api.availability(
            tx, variant_ids=variant_ids, location_ids=location_ids, staff=door.principal.may("inventory.read")
        )
    )


def _ids(text: str, kind: type[Kind], field: str, most: int) -> list[Kind]:
    names = [one for one in text.split(",") if one]
    if len(names) > most:
        raise Invalid(errors=[{"field": field, "message": f"<= {most}"}])
    try:
        return [kind.parse(one) for one in dict.fromkeys(names)]
    except ValueError as wrong:
        raise Invalid(errors=[{"field": field, "message": str(wrong)}]) from None


@get("/v1/stock")
async def list_stock(
    door: Door,
    q: str = "",
    market: str | None = None,
    location: LocationId | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> Answered[StockPage]:
    """Stock of every variant that matches, per location of the market. Needs `inventory.read`."""
    door.principal.require("inventory.read")
    directory = await door.shared(Directories)()
    return await door.read(
        lambda tx: api.stock(
            tx, market=market_of(door, directory, market), directory=directory, language=door.language, q=q[:200],
            location_id=location, cursor=cursor, limit=min(limit, 100),
        )
    )  # fmt: skip


@post("/v1/stock/adjustments", status_code=200)
async def adjust_stock(door: Door, data: NewAdjustment) -> Answered[LevelView]:
    """Correct what is on hand. Needs `inventory.adjust` at the location."""
    door.principal.require("inventory.adjust", at=data.location_id.uuid)
    if data.quantity == 0 or abs(data.quantity) > QUANTITY_MAX:
        raise Invalid(errors=[{"field": "quantity", "message": f"1..{QUANTITY_MAX}"}])
    directory = await door.shared(Directories)()
    directory.location(data.location_id)

    async def ask(tx: Tx) -> LevelView:
        if data.variant_id not in await catalog.variants(tx, ids=[data.variant_id]):
            raise Invalid(errors=[{"field": "variant_id", "message": str(data.variant_id)}])
        (answer,) = await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=data.variant_id, location_id=data.location_id, quantity=data.quantity, reason=data.reason,
                    reference=data.note[:200], by=door.hand, occurred_at=tx.now,
                )
            ],
        )  # fmt: skip
        if isinstance(answer, BelowReserved):
            raise answer
        return LevelView(answer.on_hand, answer.reserved, answer.available)

    return await door.write(ask)


@get("/v1/stock/movements")
async def list_movements(
    door: Door,
    variant: VariantId,
    location: LocationId | None = None,
    cursor: MovementId | None = None,
    limit: int = 50,
) -> Answered[MovementPage]:
    """What moved of a variant, newest first. Needs `inventory.read`."""
    door.principal.require("inventory.read")

    async def ask(tx: Tx) -> MovementPage:
        rows = max(1, min(limit, 100))
        found = await inventory.movements(
            tx, variant_id=variant, location_id=location, before=cursor, rows_max=rows + 1
        )
        shown = tuple(
            MovementView(
                one.id, one.variant_id, one.from_location_id, one.from_state, one.to_location_id, one.to_state, one.quantity,
                one.reason, one.reference, one.actor_name or one.actor, one.channel_id, one.occurred_at,
            )
            for one in found[:rows]
        )  # fmt: skip
        return MovementPage(shown, str(found[rows - 1].id) if len(found) > rows else None)

    return await door.read(ask)


routes = [
    list_items, show_item, look_up_variant, list_categories, show_availability, list_stock, adjust_stock, list_movements,
]  # fmt: skip
