"""Bundles: sold as one, on the shelf as their components, which other bundles share."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import Component, VariantId
from portico.inventory.types import Level
from portico.platform.db import Tx

Parts = Mapping[VariantId, tuple[Component, ...]]


async def parts_of(tx: Tx, *, variant_ids: Sequence[VariantId]) -> Parts:
    """What the bundles among these variants are made of; others are missing from the answer."""
    return await catalog.components(tx, ids=list(variant_ids))


async def told_by(tx: Tx, *, variant_ids: Sequence[VariantId]) -> list[str]:
    """The topics of the facts that tell how many of these variants there are now: of a bundle, its components'."""
    shelves = shelf_ids(variant_ids, await parts_of(tx, variant_ids=variant_ids))
    return ["stock_files", "leases", *map(str, shelves)]


def shelf_ids(variant_ids: Sequence[VariantId], parts: Parts) -> list[VariantId]:
    """The variants that stand on shelves for these: bundles are their components."""
    found = {one for one in variant_ids if one not in parts}
    return sorted(found | {part.variant_id for one in variant_ids for part in parts.get(one, ())})


def on_shelf(variant_id: VariantId, quantity: int, parts: Parts) -> tuple[Component, ...]:
    """What so many of a variant are on the shelf."""
    if variant_id not in parts:
        return (Component(variant_id, quantity),)
    return tuple(Component(one.variant_id, one.quantity * quantity) for one in parts[variant_id])


def as_asked(variant_ids: Sequence[VariantId], levels: Sequence[Level], parts: Parts) -> list[Level]:
    """Levels of what was asked for: of a bundle, as many as its scarcest component allows at each place."""
    if not parts:
        return list(levels)
    wanted = set(variant_ids)
    by_place: defaultdict[LocationId, dict[VariantId, Level]] = defaultdict(dict)
    for level in levels:
        by_place[level.location_id][level.variant_id] = level
    found = [level for level in levels if level.variant_id in wanted]
    for bundle_id, components in parts.items():
        for place, there in by_place.items():
            if all(one.variant_id in there for one in components):
                found.append(_bundle(bundle_id, place, components, there))
    return found


def _bundle(
    bundle_id: VariantId, place: LocationId, components: Sequence[Component], there: Mapping[VariantId, Level]
) -> Level:
    on_hand = min(there[one.variant_id].on_hand // one.quantity for one in components)
    available = min(there[one.variant_id].available // one.quantity for one in components)
    return Level(bundle_id, place, on_hand, on_hand - available)
