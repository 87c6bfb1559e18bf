"""What is there, and how it came to be there."""

from collections.abc import Sequence

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.store import stock as store
from portico.inventory.types import Difference, Level, Movement, MovementId, Standing
from portico.platform.db import Tx


async def levels(
    tx: Tx, *, variant_ids: Sequence[VariantId], location_ids: Sequence[LocationId] | None = None
) -> list[Level]:
    """Stock of variants at locations (None: at all). Keys that never had stock are missing from the answer."""
    return await tx.all(
        store.LEVELS,
        variant_ids=list(variant_ids),
        location_ids=list(location_ids or ()),
        everywhere=location_ids is None,
        now=tx.now,
        today=tx.now.date(),
    )


async def movements(
    tx: Tx,
    *,
    variant_id: VariantId,
    location_id: LocationId | None = None,
    before: MovementId | None = None,
    rows_max: int = 50,
) -> list[Movement]:
    """The newest movements of a variant first."""
    return await tx.all(
        store.MOVEMENTS, variant_id=variant_id, location_id=location_id, before=before, rows_max=min(rows_max, 200)
    )


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
