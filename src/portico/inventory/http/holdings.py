"""REST routes of who holds units."""

from typing import Any

import msgspec
from litestar import get

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.types import Claim, ReservationId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door

ROWS_MAX = 200


class ClaimPage(msgspec.Struct, frozen=True):
    items: tuple[Claim, ...]
    next_cursor: ReservationId | None


@get("/v1/stock/holdings")
async def list_holdings(
    door: Door,
    variant: VariantId,
    location: LocationId | None = None,
    cursor: ReservationId | None = None,
    limit: int = 50,
) -> Answered[ClaimPage]:
    """Who holds units of a variant, or was promised some that are still to come, the newest first: orders, checkouts, leases
    of tills, and holds that clients made. Needs `inventory.read`."""
    door.principal.require("inventory.read")
    if location is not None:
        (await door.shared(Directories)()).location(location)
    rows = max(1, min(limit, ROWS_MAX))

    async def ask(tx: Tx) -> ClaimPage:
        found = await api.claims(tx, variant_id=variant, location_id=location, before=cursor, rows_max=rows + 1)
        return ClaimPage(tuple(found[:rows]), found[rows - 1].id if len(found) > rows else None)

    return await door.read(ask)


routes: list[Any] = [list_holdings]
