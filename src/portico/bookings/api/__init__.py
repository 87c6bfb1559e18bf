"""What others may ask of bookings."""

from portico.bookings.api.booking import book
from portico.bookings.api.changing import agenda, agreed, bookings, cancel, confirm, extend, sweep_expired
from portico.bookings.api.resources import SPAN_MAX, differences, overcommitted, put_resources, resources, slots

__all__ = [
    "SPAN_MAX",
    "agenda",
    "agreed",
    "book",
    "bookings",
    "cancel",
    "confirm",
    "differences",
    "extend",
    "overcommitted",
    "put_resources",
    "resources",
    "slots",
    "sweep_expired",
]
