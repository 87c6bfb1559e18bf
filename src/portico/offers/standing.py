"""One variant's stock, whole: what stands of it at each place, how sure that is, and what is still to come."""

from collections.abc import Mapping
from uuid import UUID

from portico.business.api import Directory
from portico.business.types import LocationId, Market
from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import Promisable, Standing
from portico.offers.api import offers
from portico.offers.types import Ahead, Part, StandingAt, StandingTotal, VariantStock
from portico.platform.db import Tx
from portico.platform.refusals import NotFound


async def whole(
    tx: Tx,
    *,
    name: str,
    market: Market,
    directory: Directory,
    language: str,
    channel_id: UUID | None,
    cursor: LocationId | None = None,
    limit: int = 100,
) -> VariantStock:
    """The variant that an id, SKU or barcode names, with a page of its places. Refuses NotFound, and as `catalog.scan` does."""
    variant = await _variant(tx, name, language)
    ids = [variant.id, *(one.variant_id for one in variant.components)]
    made = await offers(tx, ids=ids, market=market, directory=directory, language=language)
    standing = {one.location_id: one for one in await inventory.standing(tx, variant_ids=[variant.id])}
    promised = await inventory.promisable(tx, variant_ids=[variant.id], channel_id=channel_id)
    promises = {one.location_id: one for one in promised if one.variant_id == variant.id}
    known = [one for one in directory.locations.values() if one.id in standing or one.id in promises]
    places = [one.id for one in sorted(known, key=lambda one: (one.name, one.id))]
    after = places.index(cursor) + 1 if cursor in places else 0
    shown = places[after : after + limit]
    return VariantStock(
        variant=made[variant.id],
        tracking=variant.tracking,
        parts=tuple(Part(made[one.variant_id], one.quantity) for one in variant.components if one.variant_id in made),
        total=_total(standing, promises),
        locations=tuple(_at(one, standing.get(one), promises.get(one), variant.id, directory) for one in shown),
        coming=tuple(await inventory.coming(tx, variant_id=variant.id)),
        next_cursor=shown[-1] if after + limit < len(places) else None,
    )


async def _variant(tx: Tx, name: str, language: str) -> Variant:
    try:
        wanted = VariantId.parse(name)
    except ValueError:
        wanted = await catalog.lookup(tx, code=name)
    found = await catalog.variants(tx, ids=[wanted], language=language)
    if wanted not in found:
        raise NotFound(what="variant", id=name)
    return found[wanted]


def _total(standing: Mapping[LocationId, Standing], promises: Mapping[LocationId, Promisable]) -> StandingTotal:
    """Of a bundle, which stands nowhere, only what is available."""
    rows = standing.values()
    free = rows if standing else promises.values()
    return StandingTotal(
        on_hand=sum(one.on_hand for one in rows),
        reserved=sum(one.reserved for one in rows),
        available=sum(one.available for one in free),
        picked=sum(one.picked for one in rows),
        in_transit=sum(one.in_transit for one in rows),
        to_inspect=sum(one.to_inspect for one in rows),
        damaged=sum(one.damaged for one in rows),
    )


def _at(
    place: LocationId, one: Standing | None, promise: Promisable | None, variant_id: VariantId, directory: Directory
) -> StandingAt:
    location = directory.location(place)
    available = one.available if one else promise.available if promise else 0
    one = one or Standing(variant_id, place, 0, 0, 0, 0, 0, 0)
    ahead = promise.backorder if promise else None
    return StandingAt(
        location_id=place,
        location_code=location.code,
        location_name=location.name,
        on_hand=one.on_hand,
        reserved=one.reserved,
        available=available,
        expired=one.expired,
        picked=one.picked,
        in_transit=one.in_transit,
        to_inspect=one.to_inspect,
        damaged=one.damaged,
        collectable=promise.collectable if promise else 0,
        confidence=round(promise.confidence, 3) if promise else 0.0,
        counted_at=promise.counted_at if promise else None,
        ahead=Ahead(ahead.kind, ahead.left, ahead.expected_on) if ahead and ahead.left else None,
    )
