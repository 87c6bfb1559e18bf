"""Promises that checkouts were made upon: their times are kept until the order is placed, and are its from then on."""

from collections.abc import Iterable
from datetime import timedelta

from portico.bookings import api as bookings
from portico.bookings.types import BookingEnded
from portico.checkout.types import CheckoutId, PromiseEnded
from portico.fulfillment import api as fulfillment
from portico.inventory import api as inventory
from portico.orders.types import Allotment, Order, PlaceOrder
from portico.platform.db import Tx
from portico.platform.events import Hand

COMPLETING_SECONDS = 60  # as long as an order may take to be placed


def _promised(allotments: Iterable[Allotment]) -> bool:
    return any(one.earliest is not None for one in allotments)


async def still_there(
    tx: Tx, place: PlaceOrder, checkout_id: CheckoutId, by: Hand
) -> BookingEnded | PromiseEnded | None:
    """Whether what was chosen is still the buyer's, its times kept for a moment; or why not."""
    if not _promised(one for line in place.lines for one in line.allotments):
        return None
    until = await inventory.held_until(tx, holder=checkout_id)
    if until is None or until <= tx.now:
        return PromiseEnded()
    try:
        for one in await bookings.bookings(tx, holders=[checkout_id]):
            if one.expires_at is None or one.expires_at > tx.now + timedelta(seconds=COMPLETING_SECONDS):
                continue  # long enough; and a refused order leaves it as it was
            await bookings.extend(tx, booking_id=one.id, seconds=COMPLETING_SECONDS, by=by)
    except BookingEnded as ended:
        return ended
    return None


async def give_up_times(tx: Tx, *, checkout_id: CheckoutId, by: Hand) -> None:
    """Whatever time was booked for a checkout is free again."""
    for one in await bookings.bookings(tx, holders=[checkout_id]):
        await bookings.cancel(tx, booking_id=one.id, by=by)


async def settle(tx: Tx, *, checkout_id: CheckoutId, order: Order, by: Hand) -> None:
    """What was decided and booked for the checkout is the order's."""
    await bookings.agreed(tx, before=checkout_id, holder=order.head.id, by=by)
    if any(one.method.sent for one in order.expectations):  # else she decided to fetch it after all
        await fulfillment.agreed(tx, holder=order.head.id, before=checkout_id)
