"""What bookings announces."""

from datetime import datetime

from portico.bookings.types import BookingState, ResourceId
from portico.platform.events import Fact, announces
from portico.platform.ids import Id, any_id


def customer_of(holder: str) -> Id | None:
    """Whose booking it is, where a customer holds it herself: what is her own says so by its prefix, which this floor knows of no room."""
    found = any_id(holder)
    return found if found is not None and found.prefix == "cus" else None


class _Changed(Fact, frozen=True, kw_only=True):
    resource_id: ResourceId
    holder: str
    starts_at: datetime
    ends_before: datetime
    quantity: int

    def topics(self) -> list[str]:
        return [str(self.subject), str(self.resource_id), self.holder, "bookings"]


@announces("bookings.booked.v1")
class Booked(_Changed, frozen=True, kw_only=True):
    """Capacity was held, taken for good, or asked for by somebody who waits."""

    state: BookingState


@announces("bookings.moved.v1")
class Moved(_Changed, frozen=True, kw_only=True):
    """A booking is at another time now, or of another resource."""


@announces("bookings.confirmed.v1")
class Confirmed(_Changed, frozen=True, kw_only=True):
    """What was held is taken for good."""


@announces("bookings.canceled.v1")
class Canceled(_Changed, frozen=True, kw_only=True):
    """Capacity is free again."""


@announces("bookings.promoted.v1")
class Promoted(_Changed, frozen=True, kw_only=True):
    """Somebody who waited has a place now, held until `expires_at`."""

    expires_at: datetime
