"""What others may ask of bookings."""

from portico.bookings.api.booking import book
from portico.bookings.api.changing import agenda, agreed, bookings, cancel, confirm, extend, sweep_expired
from portico.bookings.api.resources import SPAN_MAX, differences, overcommitted, put_resources, resources, slots
from portico.bookings.api.self_service import SELF_SERVICE, refuse_too_many

__all__ = [
    "SELF_SERVICE",
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
    "refuse_too_many",
    "resources",
    "slots",
    "sweep_expired",
]
