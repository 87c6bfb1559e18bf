"""REST routes of capacity: what there is, what is free, what is booked."""

from typing import Any

from portico.bookings.http import booking, calendars

routes: list[Any] = [*calendars.routes, *booking.routes]
