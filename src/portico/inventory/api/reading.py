"""What is there, and how it came to be there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.api import bundles
from portico.inventory.api.locking import columns
from portico.inventory.store import holds
from portico.inventory.store import stock as store
from portico.inventory.types import (
    Claim,
    Difference,
    HeldLine,
    Key,
    Level,
    Movement,
    MovementId,
    ReservationId,
    Standing,
)
from portico.platform.db import Tx
from portico.platform.ids import Id

LOOK_BACK = timedelta(days=30)  # how far all movements, of whatever variant, are looked through


async def levels(
    tx: Tx, *, variant_ids: Sequence[VariantId], location_ids: Sequence[LocationId] | None = None
) -> list[Level]:
    """Stock of variants at locations (None: at all). Keys that never had stock are missing from the answer.

    Of a bundle there are as many as its scarcest component allows.
    """
    parts = await bundles.parts_of(tx, variant_ids=variant_ids)
    found = await tx.all(
        store.LEVELS,
        variant_ids=bundles.shelf_ids(variant_ids, parts),
        location_ids=list(location_ids or ()),
        everywhere=location_ids is None,
        now=tx.now,
        today=tx.now.date(),
    )
    return bundles.as_asked(variant_ids, found, parts)


async def held(tx: Tx, *, holder: Id) -> list[HeldLine]:
    """What a holder holds, line by line, units that it waits for among them."""
    return await tx.all(holds.ALL_HELD, holder=str(holder))


async def held_until(tx: Tx, *, holder: Id) -> datetime | None:
    """When the first of what a holder holds runs out; None where it holds nothing, or for good."""
    found = await tx.maybe(holds.HELD_UNTIL, holder=str(holder))
    return found.min if found else None


async def held_at(tx: Tx, *, keys: Sequence[Key], rows_max: int = 500) -> list[HeldLine]:
    """Who holds what at some keys, whoever came last first; not what is promised before it is there."""
    return await tx.all(holds.HELD_AT, **columns(keys), rows_max=rows_max)


async def claims(
    tx: Tx,
    *,
    variant_id: VariantId,
    location_id: LocationId | None = None,
    before: ReservationId | None = None,
    rows_max: int = 50,
) -> list[Claim]:
    """Who holds units of a variant, or waits for them, the newest first; holds that ran out are nobody's."""
    return await tx.all(
        holds.CLAIMS, variant_id=variant_id, location_id=location_id, before=before, now=tx.now,
        rows_max=min(rows_max, 500),
    )  # fmt: skip


async def movements(
    tx: Tx,
    *,
    variant_id: VariantId | None = None,
    location_id: LocationId | None = None,
    state: str | None = None,
    before: MovementId | None = None,
    reason: str | None = None,
    rows_max: int = 50,
) -> list[Movement]:
    """The newest movements first, of a variant, or of all as far back as `LOOK_BACK`: those into or out of a place and a
    state, for a reason."""
    filters = {"location_id": location_id, "state": state, "before": before, "reason": reason}
    rows = min(rows_max, 200)
    if variant_id is not None:
        return await tx.all(store.MOVEMENTS, variant_id=variant_id, **filters, rows_max=rows)
    return await tx.all(store.LATEST_MOVEMENTS, since=_first_id(tx.now - LOOK_BACK), **filters, rows_max=rows)


def _first_id(at: datetime) -> MovementId:
    """Below every id made since then: ids begin with the milliseconds at which they were made."""
    return MovementId((int(at.timestamp() * 1000) << 80).to_bytes(16, "big"))


async def standing(
    tx: Tx, *, variant_ids: Sequence[VariantId], location_ids: Sequence[LocationId] | None = None
) -> list[Standing]:
    """Like `levels`, state by state."""
    return await tx.all(
        store.STANDINGS,
        variant_ids=list(variant_ids),
        location_ids=list(location_ids or ()),
        everywhere=location_ids is None,
        now=tx.now,
        today=tx.now.date(),
    )


async def differences(tx: Tx) -> list[Difference]:
    """Balances that do not equal what their movements and reservations add up to: none, unless something is broken."""
    return await tx.all(store.DIFFERENCES)
