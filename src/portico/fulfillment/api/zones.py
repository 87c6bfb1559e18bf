"""Zones: what lies where at a place, and in which order it is walked."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.fulfillment.store import zones as store
from portico.fulfillment.types import BadZone, FulfillmentId, Shelved, WorkLine, Zone
from portico.platform.db import Tx

ZONES_MAX, ITEMS_MAX = 200, 5_000
LAST = 1_000_000  # what lies nobody knows where is looked for last
_CODE = re.compile(r"[A-Za-z0-9._-]{1,20}")


async def zones(tx: Tx, *, location_id: LocationId) -> tuple[list[Zone], list[Shelved]]:
    """The zones of a place as they are walked, and what is in them."""
    found = await tx.all(store.ZONES, location_id=location_id)
    return found, await tx.all(store.ZONE_ITEMS, location_id=location_id)


async def put_zones(tx: Tx, *, location_id: LocationId, zones: Sequence[Zone], items: Sequence[Shelved]) -> None:
    """Set the zones of a place and what is in them, whole. Refuses BadZone."""
    codes = [one.code for one in zones]
    if len(zones) > ZONES_MAX or len(set(codes)) < len(codes):
        raise BadZone(field="zones")
    for one in zones:
        if not _CODE.fullmatch(one.code) or not 0 < len(one.name) <= 100 or not 0 <= one.position < LAST:
            raise BadZone(field="zones")
    if len(items) > ITEMS_MAX or len({one.subject for one in items}) < len(items):
        raise BadZone(field="items")
    if any(one.zone not in codes or not 0 < len(one.subject) <= 200 for one in items):
        raise BadZone(field="items")
    await tx.run(store.DROP_ZONE_ITEMS, location_id=location_id)
    await tx.run(store.DROP_ZONES, location_id=location_id, codes=codes)
    await tx.run(
        store.PUT_ZONES, location_id=location_id, codes=codes, names=[one.name for one in zones],
        positions=[one.position for one in zones],
    )  # fmt: skip
    await tx.run(
        store.PUT_ZONE_ITEMS, location_id=location_id, subjects=[one.subject for one in items],
        zones=[one.zone for one in items],
    )  # fmt: skip


async def zoned(
    tx: Tx, *, lines: Sequence[WorkLine], places: Mapping[FulfillmentId, LocationId]
) -> list[WorkLine]:  # fmt: skip
    """Lines with the zone they are picked in: the variant's own, else its category's, else none."""
    if not lines:
        return []
    variants = await catalog.variants(tx, ids=sorted({one.variant_id for one in lines}))
    heads = {one.id: one for one in await catalog.heads(tx, ids=sorted({one.item_id for one in variants.values()}))}
    category = {
        id: head.category.slug
        for id, one in variants.items()
        if (head := heads.get(one.item_id)) is not None and head.category is not None
    }
    subjects = sorted({str(id) for id in variants} | set(category.values()))
    found = {
        (one.location_id, one.subject): one
        for one in await tx.all(store.ZONES_OF, location_ids=sorted(set(places.values())), subjects=subjects)
    }
    placed = []
    for one in lines:
        place = places[one.fulfillment_id]
        zone = found.get((place, str(one.variant_id))) or found.get((place, category.get(one.variant_id, "")))
        placed.append(
            msgspec.structs.replace(one, zone=zone.zone if zone else "", zone_position=zone.position if zone else LAST)
        )
    return placed
