"""A counter where things are fetched, for tests of capacity."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from portico.bookings import api
from portico.bookings.types import Ask, Booking, Opening, Resource, ResourceId, ResourceKind
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Database
from portico.platform.refusals import Refused
from tests.world import World

ZONE = "Europe/Madrid"
EVERY_DAY = tuple(Opening(day, 9 * 60, 17 * 60, 10) for day in range(1, 8))


async def put(database: Database, world: World, **more) -> Resource:  # type: ignore[no-untyped-def]
    given = {
        "id": ResourceId.new(), "code": "PICKUP-1", "kind": ResourceKind.PICKUP, "name": "Counter",
        "location_id": world.store, "time_zone": ZONE, "openings": EVERY_DAY, **more,
    }  # fmt: skip
    async with database.transaction() as tx:
        await api.put_resources(tx, resources=[Resource(**given)])
        return next(one for one in await api.resources(tx) if one.code == given["code"])


def at(hour: int, minute: int = 0, *, days: int = 3) -> datetime:
    """A time of a day to come, by the counter's clocks."""
    day = clock.now().astimezone(ZoneInfo(ZONE)).date() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC"))


def ask(
    world: World, resource: Resource, quantity: int = 1, *, starts: datetime | None = None, hours: float = 1, **more
) -> Ask:  # type: ignore[no-untyped-def]
    begins = starts or at(10)
    given = {
        "resource_id": resource.id, "starts_at": begins, "ends_before": begins + timedelta(hours=hours),
        "quantity": quantity, "holder": OrderId.new(), "by": world.by, **more,
    }  # fmt: skip
    return Ask(**given)


async def book(database: Database, *asks: Ask, now: datetime | None = None) -> list[Booking | Refused]:
    async with database.transaction(now=now) as tx:
        return await api.book(tx, asks=asks)


async def free(database: Database, resource: Resource, now: datetime | None = None) -> dict[datetime, int]:
    async with database.read() as tx:
        tx.now = now or tx.now
        (fresh,) = await api.resources(tx, ids=[resource.id])
        found = await api.slots(
            tx, resources=[fresh], starts_at=at(0), ends_before=at(0, days=4), quantity=1
        )  # fmt: skip
    return {one.starts_at: one.free for one in found}


def replace(one: Ask, **more) -> Ask:  # type: ignore[no-untyped-def]
    return msgspec.structs.replace(one, **more)
