"""What this room holds of people."""

from datetime import datetime

from portico.bookings.types import BookingId
from portico.platform.db import Query, Tx
from portico.platform.personal import Held, Hindrance, Kept, Room, Whose, statements

TO_COME = Query(
    datetime,
    """
    select starts_at
    from bookings.booking
    where holder = any(:holders::text[]) and state in ('confirmed', 'waiting') and ends_before > :now
    order by starts_at
    limit 100
    """,
)


async def hindrances(tx: Tx, whose: Whose) -> list[Hindrance]:
    """What she has booked and has not come to yet, by when it begins; what an order of hers has booked ends with that."""
    found = await tx.all(TO_COME, holders=[str(one) for one in whose.customers], now=tx.now)
    return [Hindrance("booking_to_come", one.isoformat(timespec="minutes")) for one in found]


BOOKED = Query(BookingId, "select id from bookings.booking where holder = any(:things::text[])")


async def things(tx: Tx, whose: Whose) -> list[str]:
    return [str(one) for one in await tx.all(BOOKED, things=list(whose.things))]


PERSONAL = Room(
    name="bookings",
    things=things,
    hindrances=hindrances,
    tables=(
        statements(
            Held(
                table="bookings.booking", whose="holder = any(:things::text[])", becomes={"note": "''"},
                keeps={"holder": Kept.ID, "actor": Kept.ID}, plain=frozenset({"state"}),
            )
        ),
    ),
    nobodys={
        "resource": "what can be booked", "opening": "hours", "special_day": "hours", "bucket": "counters", "part": "counters",
    },
)  # fmt: skip
