"""Offers: facts of the catalog, prices of pricing, availability of inventory, read together. Owns nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from portico.business.api import Directory
from portico.business.types import LocationId, Market
from portico.catalog import api as catalog
from portico.catalog.types import ItemHead, Variant, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import Level, Promisable, Standing
from portico.offers.types import (
    Ahead,
    Availability,
    AvailabilityPage,
    ItemBrief,
    ItemOffer,
    ItemPage,
    Offer,
    StockAt,
    StockPage,
    StockRow,
)
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.refusals import Invalid
from portico.pricing import api as pricing
from portico.pricing.types import Asker, Reduction, Shown

ANYBODY = Asker()


async def offers(
    tx: Tx,
    *,
    ids: Sequence[VariantId],
    market: Market,
    directory: Directory,
    language: str,
    location_id: LocationId | None = None,
    asker: Asker = ANYBODY,
) -> dict[VariantId, Offer]:
    """Offers by variant; unknown variants are missing. Availability is of one location, or of the whole market."""
    variants = await catalog.variants(tx, ids=list(ids), language=language)
    return await _offers(tx, list(variants.values()), market, directory, location_id, asker, language)


async def _offers(
    tx: Tx,
    variants: Sequence[Variant],
    market: Market,
    directory: Directory,
    location_id: LocationId | None,
    asker: Asker,
    language: str,
) -> dict[VariantId, Offer]:
    ids = [one.id for one in variants]
    to_show = [pricing.ToShow(one.id, one.item_id, one.category_slug, one.scale) for one in variants]
    prices = await pricing.show(
        tx, variants=to_show, market=market, directory=directory, asker=asker, language=language
    )
    available = _available(
        await inventory.levels(tx, variant_ids=ids, location_ids=_places(directory, market, location_id))
    )
    made = {}
    for one in variants:
        made[one.id] = _offer(one, market, prices[one.id], available[one.id])
    return made


def _offer(one: Variant, market: Market, shown: Shown, available: int) -> Offer:
    return Offer(
        id=one.id, item_id=one.item_id, item_slug=one.item_slug, public_id=one.public_id, sku=one.sku, title=one.title,
        item_title=one.item_title, options=one.options, image_url=one.image_url, image_alt=one.image_alt,
        barcodes=one.barcodes, unit=one.unit, scale=one.scale, tax_category=one.tax_category, status=one.status, tracking=one.tracking,
        price=shown.price, currency=market.currency, exponent=money.exponent(market.currency), available=available,
        reduction=shown.reduction, category_slug=one.category_slug,
    )  # fmt: skip


def _places(directory: Directory, market: Market, location_id: LocationId | None) -> list[LocationId]:
    """Where what is offered may be: a warehouse sells to nobody by itself."""
    return [location_id] if location_id else [one.id for one in directory.shops(market.id)]


def _available(levels: Sequence[Level]) -> Counter[VariantId]:
    found: Counter[VariantId] = Counter()
    for level in levels:
        found[level.variant_id] += level.available
    return found


async def search(
    tx: Tx,
    *,
    market: Market,
    directory: Directory,
    language: str,
    q: str = "",
    category: str | None = None,
    cursor: str | None = None,
    limit: int = 24,
    location_id: LocationId | None = None,
    asker: Asker = ANYBODY,
) -> ItemPage:
    """A page of items, best match first."""
    page, _ = await listed(
        tx, market=market, directory=directory, language=language, q=q, category=category, cursor=cursor, limit=limit,
        location_id=location_id, asker=asker,
    )  # fmt: skip
    return page


async def listed(
    tx: Tx,
    *,
    market: Market,
    directory: Directory,
    language: str,
    q: str = "",
    category: str | None = None,
    cursor: str | None = None,
    limit: int = 24,
    location_id: LocationId | None = None,
    asker: Asker = ANYBODY,
) -> tuple[ItemPage, list[str]]:
    """The same, and the topics of facts that make it another page."""
    page = await catalog.search(tx, q=q, category=category, cursor=cursor, limit=limit, language=language)
    ids = [variant_id for head in page.items for variant_id in head.variant_ids]
    to_show = [
        pricing.ToShow(variant_id, head.id, head.category.slug if head.category else None)
        for head in page.items
        for variant_id in head.variant_ids
    ]
    shown = await pricing.show(tx, variants=to_show, market=market, directory=directory, asker=asker, language=language)
    available = _available(
        await inventory.levels(tx, variant_ids=ids, location_ids=_places(directory, market, location_id))
    )
    items = tuple(_brief(head, shown, available, market) for head in page.items)
    topics = ["items", "prices", *await inventory.told_by(tx, variant_ids=ids)]
    return ItemPage(items, page.next_cursor, page.total), topics


def _brief(
    head: ItemHead, shown: Mapping[VariantId, Shown], available: Counter[VariantId], market: Market
) -> ItemBrief:
    own = [price for one in head.variant_ids if (price := shown[one].price) is not None]
    return ItemBrief(
        id=head.id, slug=head.slug, title=head.title, category=head.category, image_url=head.image_url,
        image_alt=head.image_alt, price_from=min(own, default=None), price_to=max(own, default=None),
        currency=market.currency, exponent=money.exponent(market.currency), variant_count=len(head.variant_ids),
        available=sum(available[one] for one in head.variant_ids),
        reduction=_cheapest(shown[one] for one in head.variant_ids),
    )  # fmt: skip


def _cheapest(shown: Iterable[Shown]) -> Reduction | None:
    reductions = [one.reduction for one in shown if one.reduction is not None]
    return min(reductions, key=lambda one: one.amount, default=None)


async def item(
    tx: Tx,
    *,
    name: str,
    market: Market,
    directory: Directory,
    language: str,
    location_id: LocationId | None = None,
    asker: Asker = ANYBODY,
) -> ItemOffer:
    """One item by slug or id, with its offers. Refuses NotFound."""
    found = await catalog.item(tx, slug_or_id=name, language=language)
    by_id = await _offers(tx, found.variants, market, directory, location_id, asker, language)
    variants = tuple(by_id[one.id] for one in found.variants)
    own = [one.price for one in variants if one.price is not None]
    return ItemOffer(
        id=found.id, slug=found.slug, title=found.title, category=found.category, image_url=found.image_url,
        image_alt=found.image_alt, description=found.description, attributes=found.attributes, media=found.media,
        options=found.options, variants=variants, price_from=min(own, default=None), price_to=max(own, default=None),
        currency=market.currency, exponent=money.exponent(market.currency), variant_count=len(variants),
        available=sum(one.available for one in variants),
        reduction=_cheapest(Shown(one.price, one.reduction) for one in variants),
    )  # fmt: skip


async def availability(
    tx: Tx,
    *,
    variant_ids: Sequence[VariantId],
    location_ids: Sequence[LocationId],
    channel_id: UUID | None,
    staff: bool,
) -> AvailabilityPage:
    """What a channel may promise of every pair asked for, also of those that never had stock: then 0.

    Refuses Invalid for variants that nobody has.
    """
    if unknown := await catalog.unknown(tx, ids=variant_ids):
        raise Invalid(errors=[{"field": "variants", "message": str(unknown[0])}])
    found = await inventory.promisable(tx, variant_ids=variant_ids, channel_id=channel_id, location_ids=location_ids)
    by_key = {(one.variant_id, one.location_id): one for one in found}
    rows = tuple(
        _available_at(variant_id, location_id, by_key.get((variant_id, location_id)), staff=staff)
        for variant_id in variant_ids
        for location_id in location_ids
    )
    return AvailabilityPage(rows, tx.now)


def _available_at(
    variant_id: VariantId, location_id: LocationId, one: Promisable | None, *, staff: bool
) -> Availability:
    if one is None:
        return Availability(variant_id, location_id, 0, on_hand=0 if staff else None)
    ahead = one.backorder
    return Availability(
        variant_id,
        location_id,
        one.available,
        one.collectable,
        one.low,
        round(one.confidence, 3),
        Ahead(ahead.kind, ahead.left, ahead.expected_on) if ahead and ahead.left else None,
        one.on_hand if staff else None,
    )


async def stock(
    tx: Tx,
    *,
    market: Market,
    directory: Directory,
    language: str,
    q: str = "",
    category: str | None = None,
    location_id: LocationId | None = None,
    cursor: str | None = None,
    limit: int = 25,
) -> StockPage:
    """Variants of a page of items, with their stock at every location of the market, or at one, state by state."""
    page = await catalog.search(tx, q=q, category=category, cursor=cursor, limit=limit, language=language)
    ids = [variant_id for head in page.items for variant_id in head.variant_ids]
    made = await offers(tx, ids=ids, market=market, directory=directory, language=language, location_id=location_id)
    places = [location_id] if location_id else [one.id for one in directory.stores(market.id)]
    by_variant: defaultdict[VariantId, dict[LocationId, Standing]] = defaultdict(dict)
    for level in await inventory.standing(tx, variant_ids=ids, location_ids=places):
        by_variant[level.variant_id][level.location_id] = level
    rows = tuple(_stock_row(made[one], by_variant[one], places, directory) for one in ids if one in made)
    return StockPage(rows, page.next_cursor)


def _stock_row(
    offer: Offer, levels: dict[LocationId, Standing], places: Sequence[LocationId], directory: Directory
) -> StockRow:
    cells = []
    for place in places:
        location = directory.location(place)
        one = levels.get(place) or Standing(offer.id, place, 0, 0, 0, 0, 0, 0)
        cells.append(
            StockAt(
                place, location.code, location.name, one.on_hand, one.reserved, one.available, one.picked, one.in_transit,
                one.to_inspect, one.damaged,
            )
        )  # fmt: skip
    return StockRow(
        variant=offer,
        total_on_hand=sum(one.on_hand for one in cells),
        total_reserved=sum(one.reserved for one in cells),
        total_available=sum(one.available for one in cells),
        locations=tuple(cells),
    )
