"""What customers book by themselves."""

from portico.bookings.api.changing import bookings
from portico.bookings.types import ResourceKind, TooManyBookings
from portico.platform.db import Tx
from portico.platform.ids import Id

# Windows, bays and rounds come with what they order; how hands pick is no affair of theirs.
SELF_SERVICE = frozenset({ResourceKind.APPOINTMENT, ResourceKind.EVENT, ResourceKind.KITCHEN})
BOOKINGS_EACH_MAX = 20


async def refuse_too_many(tx: Tx, *, holder: Id) -> None:
    """Refuses TooManyBookings to a customer who has as many to come as she may have."""
    to_come = [one for one in await bookings(tx, holders=[holder]) if one.ends_before > tx.now]
    if len(to_come) >= BOOKINGS_EACH_MAX:
        raise TooManyBookings(bookings_max=BOOKINGS_EACH_MAX)
