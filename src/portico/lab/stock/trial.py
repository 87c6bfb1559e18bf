"""Many crowds, one after the other, each on a stock of its own: the longer form of what the tests do."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec

from portico.app import runtime, verification
from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.types import Adjustment, Key, Reason
from portico.lab.bench.place import scratch_database
from portico.lab.stock.crowd import HAND, Crowd
from portico.lab.stock.history import explains
from portico.platform import postgres
from portico.platform.db import connect

FREE = 12


class Found(msgspec.Struct):
    """What many crowds came to: calls, how many were refused, histories that could not have happened, balances that do not add
    up, counters below zero."""

    runs: int = 0
    calls: int = 0
    refused: int = 0
    unexplained: int = 0
    differences: int = 0
    negative: int = 0


async def trial(
    *, settings_url: str | None, data: Path, seed: int, runs: int, hands: int, deeds: int, say: Callable[[str], None]
) -> Found:
    server = postgres.running(data_dir=data, database_url=settings_url, join=True)
    here = await asyncio.to_thread(server.__enter__)
    found = Found()
    try:
        async with scratch_database(here.dsn) as url:
            await runtime.prepare(url)
            async with connect(url, connections_max=hands) as database:
                for i in range(runs):
                    variants, places = [VariantId.new() for _ in range(2)], [LocationId.new() for _ in range(2)]
                    keys = [Key(one, place) for one in variants for place in places]
                    async with database.transaction() as tx:
                        await api.adjust(
                            tx,
                            adjustments=[
                                Adjustment(
                                    variant_id=key.variant_id, location_id=key.location_id, quantity=FREE,
                                    reason=Reason.RECEIVED, reference="", by=HAND, occurred_at=tx.now,
                                )
                                for key in keys
                            ],
                        )  # fmt: skip
                    crowd = Crowd(database, variants=sorted(variants), places=places, seed=seed + i)
                    seen = await crowd.work(hands=hands, deeds=deeds)
                    found.runs += 1
                    found.calls += sum(seen.granted.values()) + sum(seen.refused.values())
                    found.refused += sum(seen.refused.values())
                    found.unexplained += sum(explains(seen.calls[key], free=FREE) is None for key in keys)
                    async with database.read() as tx:
                        levels = await api.levels(tx, variant_ids=variants)
                    found.negative += sum(
                        min(one.on_hand, one.reserved, one.on_hand - one.reserved) < 0 for one in levels
                    )
                    say(f"seed {seed + i}: {found}")
                found.differences = len(await verification.differences(database))
    finally:
        await asyncio.to_thread(server.__exit__, None, None, None)
    return found
