"""REST routes of what may be promised before it is there."""

from datetime import date
from typing import Any

import msgspec
from litestar import get, put

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.http.asked import known
from portico.inventory.types import Backorder, BackorderKind
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid

BACKORDERS_MAX = 500


class BackorderEdit(msgspec.Struct, frozen=True):
    """Of a variant at a location, at most `units_max` may be promised ahead; 0 ends it."""

    variant_id: VariantId
    location_id: LocationId
    units_max: int
    expected_on: date
    kind: BackorderKind = BackorderKind.BACKORDER


class BackorderEdits(msgspec.Struct, frozen=True):
    backorders: list[BackorderEdit]


class BackorderPage(msgspec.Struct, frozen=True):
    items: tuple[Backorder, ...]


@get("/v1/stock/backorders")
async def list_backorders(
    door: Door, variant: VariantId | None = None, location: LocationId | None = None, limit: int = 200
) -> Answered[BackorderPage]:
    """What may be promised before it is there, the earliest expected first. Needs `inventory.read`."""
    door.principal.require("inventory.read")

    async def ask(tx: Tx) -> BackorderPage:
        found = await api.backorders(
            tx, variant_id=variant, location_id=location, rows_max=max(1, min(limit, BACKORDERS_MAX))
        )
        return BackorderPage(tuple(found))

    return await door.read(ask)


@put("/v1/stock/backorders", status_code=200)
async def put_backorders(door: Door, data: BackorderEdits) -> Answered[BackorderPage]:
    """Set how many may be promised before they are there. Needs `inventory.policies` at each location."""
    door.principal.require("inventory.policies")
    if not 0 < len(data.backorders) <= BACKORDERS_MAX:
        raise Invalid(errors=[{"field": "backorders", "message": f"1..{BACKORDERS_MAX}"}])
    directory = await door.shared(Directories)()
    for one in data.backorders:
        directory.location(one.location_id)
        door.principal.require("inventory.policies", at=one.location_id.uuid)
    made = [
        Backorder(one.variant_id, one.location_id, one.kind, one.units_max, one.expected_on) for one in data.backorders
    ]

    async def ask(tx: Tx) -> BackorderPage:
        await known(tx, [one.variant_id for one in made])
        return BackorderPage(tuple(await api.put_backorders(tx, backorders=made, by=door.hand)))

    return await door.write(ask)


routes: list[Any] = [list_backorders, put_backorders]
