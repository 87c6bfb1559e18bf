"""Resources, their calendars, and what of them is free."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from portico.bookings import store
from portico.bookings.calendars import check_resources
from portico.bookings.rules import calendar, sharing
from portico.bookings.types import BadBooking, Difference, Overcommitted, Resource, ResourceId, ResourceKind, Slot
from portico.business.types import LocationId
from portico.platform.db import Tx

RESOURCES_MAX = 2_000
SPAN_MAX = timedelta(days=62)


async def put_resources(
    tx: Tx, *, resources: Sequence[Resource], as_usual: Sequence[tuple[str, date]] = ()
) -> list[Overcommitted]:
    """Set resources, known by their codes, with their whole calendars; special days are added to those there are.
    `as_usual` are days of resources, by code, that are no longer special.

    A calendar that gives less breaks no booking: buckets with more than they would take now are the answer. Refuses
    BadResource.
    """
    check_resources(resources)
    codes = [one.code for one in resources]
    ids = await tx.all(
        store.PUT_RESOURCES,
        ids=[one.id for one in resources],
        codes=codes,
        kinds=[one.kind for one in resources],
        names=[one.name for one in resources],
        location_ids=[one.location_id for one in resources],
        time_zones=[one.time_zone for one in resources],
        units=[one.unit for one in resources],
        bucket_minutes=[one.bucket_minutes for one in resources],
        lead_minutes=[one.lead_minutes for one in resources],
        horizon_days=[one.horizon_days for one in resources],
        hold_seconds_max=[one.hold_seconds_max for one in resources],
        overbook_percents=[one.overbook_percent for one in resources],
        waitlist_maxs=[one.waitlist_max for one in resources],
        actives=[one.active for one in resources],
    )
    await tx.run(store.DROP_OPENINGS, ids=ids)
    openings = [(one.code, each) for one in resources for each in one.openings]
    await tx.run(
        store.PUT_OPENINGS,
        codes=[code for code, _ in openings],
        weekdays=[each.weekday for _, each in openings],
        opens=[each.opens_minute for _, each in openings],
        closes=[each.closes_minute for _, each in openings],
        capacities=[each.capacity for _, each in openings],
    )
    await tx.run(store.DROP_SPECIAL_DAYS, codes=[code for code, _ in as_usual], days=[day for _, day in as_usual])
    days = [(one.code, each) for one in resources for each in one.special_days]
    await tx.run(
        store.PUT_SPECIAL_DAYS,
        codes=[code for code, _ in days],
        days=[each.day for _, each in days],
        openings=[msgspec.json.encode(each.hours).decode() for _, each in days],
    )
    return await overcommitted(tx, ids=ids)


async def overcommitted(tx: Tx, *, ids: Sequence[ResourceId]) -> list[Overcommitted]:
    """Buckets to come with more bookings than their calendars give them now: somebody must be told."""
    known = {one.id: one for one in await resources(tx, ids=ids)}
    found = []
    for one in await tx.all(store.LARGEST, ids=list(ids), now=tx.now, rows_max=10_000):
        most = sharing.limit_at(known[one.resource_id], one.starts_at)
        if one.taken > most:
            found.append(Overcommitted(one.resource_id, one.starts_at, one.taken, most))
    return found


async def resources(
    tx: Tx,
    *,
    ids: Sequence[ResourceId] | None = None,
    location_ids: Sequence[LocationId] | None = None,
    kinds: Sequence[ResourceKind] | None = None,
    resting: bool = False,
    rows_max: int = RESOURCES_MAX,
) -> list[Resource]:
    """Resources with their calendars: those named, or the active ones of some places and kinds (`resting`: the others as
    well), by code."""
    return await tx.all(
        store.RESOURCES,
        ids=None if ids is None else list(ids),
        location_ids=None if location_ids is None else list(location_ids),
        kinds=None if kinds is None else list(kinds),
        resting=resting or ids is not None,
        today=tx.now.date(),
        rows_max=min(rows_max, RESOURCES_MAX),
    )


async def slots(
    tx: Tx, *, resources: Sequence[Resource], starts_at: datetime, ends_before: datetime, quantity: int = 1
) -> list[Slot]:
    """The buckets of resources in a period, from now on, in which so much is free (0: full ones as well). At most `SPAN_MAX`;
    refuses BadBooking."""
    if not timedelta() < ends_before - starts_at <= SPAN_MAX:
        raise BadBooking(field="ends_before")
    if quantity < 0:
        raise BadBooking(field="quantity")
    found = await tx.all(
        store.TAKEN,
        resource_ids=[one.id for one in resources],
        starts_at=starts_at,
        ends_before=ends_before,
        now=tx.now,
    )
    taken = {(one.resource_id, one.starts_at): one.taken for one in found}
    made = []
    for one in resources:
        first = max(starts_at, tx.now + timedelta(minutes=one.lead_minutes))
        last = min(ends_before, tx.now + timedelta(days=one.horizon_days))
        for bucket in calendar.buckets(one, starts_at=first, ends_before=last) if one.active else ():
            gone = taken.get((one.id, bucket.starts_at), 0)
            free = max(0, sharing.limit(one, bucket) - gone)
            if free >= quantity:
                made.append(Slot(one.id, bucket.starts_at, bucket.ends_before, bucket.capacity, free, gone))
    return made


async def differences(tx: Tx) -> list[Difference]:
    """Buckets whose counters are not what their bookings add up to: none, unless something is broken."""
    return await tx.all(store.DIFFERENCES)
