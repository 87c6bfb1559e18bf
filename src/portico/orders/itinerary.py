"""A customer's itinerary: what she is to fetch, what comes to her, and what she has booked, in the order of time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from portico.bookings import api as bookings
from portico.bookings.types import Booking, BookingState, Resource, ResourceKind
from portico.business.types import LocationId
from portico.customers.types import CustomerId
from portico.orders import store
from portico.orders.types import Method
from portico.platform.db import Tx

STOPS_MAX = 200
SHOWN_AFTER = timedelta(hours=12)  # a booking stays in sight for the rest of its day


class StopKind(StrEnum):
    ORDER = "order"
    BOOKING = "booking"


class StopState(StrEnum):
    """`expected`: it is still to come. `ready`: it can be fetched. A booking is confirmed, held for a while, or waits."""

    EXPECTED = "expected"
    READY = "ready"
    CONFIRMED = "confirmed"
    HELD = "held"
    WAITING = "waiting"


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that will happen, from `starts_at` until before `ends_before`, where that is known.

    Of an order: `title` is its label, `quantity` how many of its lines come then and so. Of a booking: `title` is what was
    booked, `quantity` how many places or minutes.
    """

    kind: StopKind
    id: str
    title: str
    state: StopState
    starts_at: datetime
    ends_before: datetime | None
    quantity: int
    location_id: LocationId | None
    method: Method | None = None
    resource_kind: ResourceKind | None = None


async def itinerary(tx: Tx, *, customer_ids: Sequence[CustomerId] = (), guest_id: UUID | None = None) -> list[Stop]:
    """Of one customer, whose records these are, or of one guest, who has orders and no bookings. The first first; at most `STOPS_MAX`."""
    found = await tx.all(store.TO_COME, customer_ids=list(customer_ids), guest_id=guest_id, rows_max=STOPS_MAX)
    stops = [_of_order(one, now=tx.now) for one in found]
    booked = await bookings.bookings(tx, holders=list(customer_ids)) if customer_ids else []
    to_come = [one for one in booked if one.ends_before > tx.now - SHOWN_AFTER and _takes_place(one, now=tx.now)]
    if to_come:
        resources = await bookings.resources(tx, ids=sorted({one.resource_id for one in to_come}))
        known = {one.id: one for one in resources}
        stops += [_of_booking(one, known[one.resource_id]) for one in to_come]
    return sorted(stops, key=lambda one: (one.starts_at, one.id))[:STOPS_MAX]


def _takes_place(one: Booking, *, now: datetime) -> bool:
    return one.running(now) or one.state is BookingState.WAITING


def _of_order(one: store.ToCome, *, now: datetime) -> Stop:
    ready = not one.method.sent and one.earliest <= now
    return Stop(
        kind=StopKind.ORDER, id=str(one.order_id), title=one.label, starts_at=one.earliest, ends_before=one.latest,
        state=StopState.READY if ready else StopState.EXPECTED, quantity=one.lines, location_id=one.location_id,
        method=one.method,
    )  # fmt: skip


def _of_booking(one: Booking, resource: Resource) -> Stop:
    return Stop(
        kind=StopKind.BOOKING, id=str(one.id), title=resource.name, starts_at=one.starts_at, ends_before=one.ends_before,
        state=StopState(one.state), quantity=one.quantity, location_id=resource.location_id, resource_kind=resource.kind,
    )  # fmt: skip
