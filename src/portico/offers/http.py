"""REST routes of items, prices, availability and stock."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from litestar import get, post
from litestar.params import QueryParameter
from litestar.response import Stream

from portico.business.api import Directories, Directory
from portico.business.types import LocationId, Market
from portico.catalog import api as catalog
from portico.catalog.types import Category, VariantId
from portico.customers.types import CustomerId
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, BelowReserved, Level, MovementId, Reason
from portico.offers import api, standing, stream
from portico.offers.types import AvailabilityPage, ItemOffer, ItemPage, Offer, StockPage, VariantStock
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import IDS_MAX, Answered, Door, parse_ids
from portico.platform.refusals import Invalid
from portico.pricing.types import Asker

ADJUSTMENTS_MAX = 1_000
PLACES_MAX = 500
QUANTITY_MAX = 1_000_000_000


class CategoryPage(msgspec.Struct, frozen=True):
    items: tuple[Category, ...]


class NewAdjustment(msgspec.Struct, frozen=True):
    variant_id: VariantId
    location_id: LocationId
    quantity: int
    reason: Reason
    note: str = ""


class NewAdjustments(msgspec.Struct, frozen=True):
    adjustments: list[NewAdjustment]


class LevelView(msgspec.Struct, frozen=True):
    on_hand: int
    reserved: int
    available: int


class AdjustedView(msgspec.Struct, frozen=True):
    """What became of one of many: how many there are now; `refused`: fewer would be left than are reserved."""

    variant_id: VariantId
    location_id: LocationId
    refused: bool
    on_hand: int
    reserved: int
    available: int


class AdjustedPage(msgspec.Struct, frozen=True):
    items: tuple[AdjustedView, ...]


class OfferPage(msgspec.Struct, frozen=True):
    items: tuple[Offer, ...]


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


def asker_of(door: Door) -> Asker:
    """Who asks for prices: what is said to a channel, at a place, and to her."""
    own = door.principal.kind is Kind.CUSTOMER and door.principal.id
    place = door.principal.location_id
    return Asker(
        channel_id=door.hand.channel_id,
        location_id=LocationId(place.bytes) if place else None,
        customer_id=CustomerId(own.bytes) if own else None,
    )


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
    """Items that match, best first, with prices of a market and what is available there. Prices are those of the channel; what is asked
    of this customer alone stands with the item itself."""
    directory = await door.shared(Directories)()
    asker = msgspec.structs.replace(asker_of(door), customer_id=None)  # whoever asks the same is told the same
    return await door.read_often(
        lambda tx: api.listed(
            tx, market=market_of(door, directory, market), directory=directory, language=door.language, q=q[:200],
            category=category, cursor=cursor, limit=limit, location_id=location, asker=asker,
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
            location_id=location, asker=asker_of(door),
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
            location_id=LocationId(place.bytes) if place else None, asker=asker_of(door),
        )  # fmt: skip
        return made[found]

    return await door.read(ask)


@get("/v1/variants")
async def list_variants(
    door: Door, ids: str, market: str | None = None, location: LocationId | None = None
) -> Answered[OfferPage]:
    """Up to 100 variants by id, in the order asked for; those that nobody has are left out."""
    directory = await door.shared(Directories)()
    variant_ids = parse_ids(VariantId, ids, field="ids")

    async def ask(tx: Tx) -> OfferPage:
        made = await api.offers(
            tx, ids=variant_ids, market=market_of(door, directory, market), directory=directory, language=door.language,
            location_id=location, asker=asker_of(door),
        )  # fmt: skip
        return OfferPage(tuple(made[one] for one in variant_ids if one in made))

    return await door.read(ask)


class ScanView(msgspec.Struct, frozen=True):
    """What a code names: so many steps of a variant, and what a GS1 symbol says beside it."""

    variant: Offer
    quantity: int
    lot: str
    serial: str
    expires_on: date | None


@get("/v1/scans")
async def read_scan(door: Door, code: str, market: str | None = None) -> Answered[ScanView]:
    """What a scanned code says: a GTIN of 8, 12, 13 or 14 digits, the barcode of a pack, a GS1 symbol, a SKU."""
    directory = await door.shared(Directories)()
    place = door.principal.location_id

    async def ask(tx: Tx) -> ScanView:
        found = await catalog.scan(tx, code=code)
        made = await api.offers(
            tx, ids=[found.variant_id], market=market_of(door, directory, market), directory=directory,
            language=door.language, location_id=LocationId(place.bytes) if place else None, asker=asker_of(door),
        )  # fmt: skip
        return ScanView(made[found.variant_id], found.quantity, found.lot, found.serial, found.expires_on)

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
    variant_ids, location_ids = await _pairs(door, variants, locations, market)

    async def ask(tx: Tx) -> tuple[AvailabilityPage, list[str]]:
        page = await api.availability(
            tx, variant_ids=variant_ids, location_ids=location_ids, channel_id=door.doorway.id,
            staff=door.principal.may("inventory.read"),
        )  # fmt: skip
        return page, await inventory.told_by(tx, variant_ids=variant_ids)

    return await door.read_often(ask)


@get("/v1/availability/stream")
async def stream_availability(door: Door, variants: str, locations: str = "", market: str | None = None) -> Stream:
    """The same as server-sent events: every pair first, then each that changes, as soon as it does."""
    variant_ids, location_ids = await _pairs(door, variants, locations, market)
    async with door.database.read() as tx:
        if unknown := await catalog.unknown(tx, ids=variant_ids):
            raise Invalid(errors=[{"field": "variants", "message": str(unknown[0])}])
    return Stream(
        stream.changes(door, variant_ids=variant_ids, location_ids=location_ids),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )


async def _pairs(
    door: Door, variants: str, locations: str, market: str | None
) -> tuple[list[VariantId], list[LocationId]]:
    """What is asked for, made sure of. Refuses Invalid."""
    directory = await door.shared(Directories)()
    variant_ids = parse_ids(VariantId, variants, field="variants")
    if not locations:
        here = directory.stores(market_of(door, directory, market).id)
        return variant_ids, [one.id for one in here][:IDS_MAX]
    location_ids = parse_ids(LocationId, locations, field="locations")
    if unknown := [one for one in location_ids if one not in directory.locations]:
        raise Invalid(errors=[{"field": "locations", "message": str(unknown[0])}])
    return variant_ids, location_ids


@get("/v1/stock")
async def list_stock(
    door: Door,
    q: str = "",
    category: str | None = None,
    market: str | None = None,
    location: LocationId | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> Answered[StockPage]:
    """Stock of every variant that matches, per location of the market, state by state. Needs `inventory.read`."""
    door.principal.require("inventory.read")
    directory = await door.shared(Directories)()
    return await door.read(
        lambda tx: api.stock(
            tx, market=market_of(door, directory, market), directory=directory, language=door.language, q=q[:200],
            category=category, location_id=location, cursor=cursor, limit=min(limit, 100),
        )
    )  # fmt: skip


@get("/v1/stock/variants/{name:str}")
async def show_variant_stock(
    door: Door, name: str, market: str | None = None, cursor: LocationId | None = None, limit: int = 100
) -> Answered[VariantStock]:
    """One variant's stock, whole, by id, SKU or barcode: every place that has or had any, state by state, how sure it is, and
    what is still to come. Needs `inventory.read`."""
    door.principal.require("inventory.read")
    directory = await door.shared(Directories)()
    return await door.read(
        lambda tx: standing.whole(
            tx, name=name, market=market_of(door, directory, market), directory=directory, language=door.language,
            channel_id=door.doorway.id, cursor=cursor, limit=max(1, min(limit, PLACES_MAX)),
        )
    )  # fmt: skip


@post("/v1/stock/adjustments", status_code=200)
async def adjust_stock(door: Door, data: NewAdjustment) -> Answered[LevelView]:
    """Correct what is on hand. Needs `inventory.adjust` at the location."""
    await _check(door, [data])

    async def ask(tx: Tx) -> LevelView:
        (answer,) = await _adjust(door, tx, [data])
        if isinstance(answer, BelowReserved):
            raise answer
        return LevelView(answer.on_hand, answer.reserved, answer.available)

    return await door.write(ask)


@post("/v1/stock/adjustments/batch", status_code=200)
async def adjust_much(door: Door, data: NewAdjustments) -> Answered[AdjustedPage]:
    """Correct what is on hand of many, each answered in order: one that reserved units forbid does not hold up the rest.
    Needs `inventory.adjust` at each location."""
    if not 0 < len(data.adjustments) <= ADJUSTMENTS_MAX:
        raise Invalid(errors=[{"field": "adjustments", "message": f"1..{ADJUSTMENTS_MAX}"}])
    await _check(door, data.adjustments)

    async def ask(tx: Tx) -> AdjustedPage:
        answers = await _adjust(door, tx, data.adjustments)
        return AdjustedPage(
            tuple(
                AdjustedView(
                    one.variant_id, one.location_id, isinstance(one, BelowReserved), one.on_hand, one.reserved,
                    one.on_hand - one.reserved,
                )
                for one in answers
            )
        )  # fmt: skip

    return await door.write(ask)


async def _check(door: Door, wanted: Sequence[NewAdjustment]) -> None:
    """Refuses Forbidden, Invalid, NotFound."""
    directory = await door.shared(Directories)()
    for one in wanted:
        door.principal.require("inventory.adjust", at=one.location_id.uuid)
        if one.quantity == 0 or abs(one.quantity) > QUANTITY_MAX:
            raise Invalid(errors=[{"field": "quantity", "message": f"1..{QUANTITY_MAX}"}])
        directory.location(one.location_id)


async def _adjust(door: Door, tx: Tx, wanted: Sequence[NewAdjustment]) -> list[Level | BelowReserved]:
    """Refuses Invalid where a variant is nobody's."""
    if unknown := await catalog.unknown(tx, ids=[one.variant_id for one in wanted]):
        raise Invalid(errors=[{"field": "variant_id", "message": str(unknown[0])}])
    return await inventory.adjust(
        tx,
        adjustments=[
            Adjustment(
                variant_id=one.variant_id, location_id=one.location_id, quantity=one.quantity, reason=one.reason,
                reference=one.note[:200], by=door.hand, occurred_at=tx.now,
            )
            for one in wanted
        ],
    )  # fmt: skip


@get("/v1/stock/movements")
async def list_movements(
    door: Door,
    variant: VariantId | None = None,
    location: LocationId | None = None,
    in_state: Annotated[str | None, QueryParameter(name="state")] = None,
    reason: str | None = None,
    cursor: MovementId | None = None,
    limit: int = 50,
) -> Answered[MovementPage]:
    """What moved, newest first: of a variant, or of all in the last 30 days; from or to a place, a state, for a reason.
    Needs `inventory.read`."""
    door.principal.require("inventory.read")

    async def ask(tx: Tx) -> MovementPage:
        rows = max(1, min(limit, 100))
        found = await inventory.movements(
            tx, variant_id=variant, location_id=location, state=in_state, before=cursor, reason=reason, rows_max=rows + 1
        )  # fmt: skip
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
    list_items, show_item, look_up_variant, list_variants, list_categories, show_availability, stream_availability,
    read_scan, list_stock, show_variant_stock, adjust_stock, adjust_much, list_movements,
]  # fmt: skip
