"""Availability as it changes: what a channel may promise, told again whenever it is other than told before."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api as inventory
from portico.offers import api
from portico.offers.types import Availability
from portico.platform.http import Door
from portico.platform.http.answers import json_bytes

HEARTBEAT_SECONDS = 15
GATHER_SECONDS = 0.1  # what happens so shortly after one another is told at once
LOOK_SECONDS = 60  # what no fact announces (a hold that runs out, a day that ends) is seen so soon
FILES = "stock_files"

Key = tuple[VariantId, LocationId]


async def changes(
    door: Door, *, variant_ids: Sequence[VariantId], location_ids: Sequence[LocationId]
) -> AsyncIterator[bytes]:
    """Server-sent events: `availability` with every pair first, then with those that have changed; each a whole row."""
    staff = door.principal.may("inventory.read")
    async with door.database.read() as tx:
        parts = await inventory.parts_of(tx, variant_ids=variant_ids)
    topics = {str(part.variant_id) for one in variant_ids for part in inventory.on_shelf(one, 1, parts)}
    told: dict[Key, Availability] = {}
    async with door.platform.live.subscribed(frozenset({*topics, FILES})) as subscription:
        looked = 0.0
        while True:
            async with door.database.read() as tx:
                page = await api.availability(
                    tx, variant_ids=variant_ids, location_ids=location_ids, channel_id=door.doorway.id, staff=staff
                )
            fresh = [one for one in page.items if told.get((one.variant_id, one.location_id)) != one]
            told.update(((one.variant_id, one.location_id), one) for one in fresh)
            if fresh:
                yield b"event: availability\ndata: %b\n\n" % json_bytes({"items": fresh, "as_of": page.as_of})
            looked = asyncio.get_running_loop().time()
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        await subscription.queue.get()
                except TimeoutError:
                    yield b": still here\n\n"
                    if asyncio.get_running_loop().time() - looked >= LOOK_SECONDS:
                        break
                    continue
                await asyncio.sleep(GATHER_SECONDS)
                while not subscription.queue.empty():
                    subscription.queue.get_nowait()
                break
