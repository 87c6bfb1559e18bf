"""Pure decisions about orders."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from portico.business import api as business
from portico.business.types import Location
from portico.orders.types import (
    LINES_MAX,
    QUANTITY_MAX,
    BadQuantity,
    CarryOutUnpaid,
    EmptyOrder,
    Method,
    NoDestination,
    OrderLine,
    PlaceOrder,
    State,
    Term,
    TooManyLines,
)

# Crockford's alphabet: no I, L, O, U, so that a code survives the telephone.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PICKING = timedelta(hours=1)  # how long a store takes to put a collection aside, in its opening hours
COLLECT_WITHIN = timedelta(days=7)


def new_label() -> str:
    """Eight random letters in two groups, as in M4K7-Q2PX: a trillion of them."""
    number = secrets.randbits(40)
    code = "".join([LETTERS[number >> shift & 31] for shift in range(0, 40, 5)])
    return f"{code[:4]}-{code[4:]}"


def read_label(text: str) -> str | None:
    """A label as people write it: small letters, no hyphen, O for 0, I or L for 1. None if it is none."""
    code = text.upper().translate(str.maketrans("OIL", "011", " -"))
    return f"{code[:4]}-{code[4:]}" if len(code) == 8 and set(code) <= set(LETTERS) else None


def malformed(ask: PlaceOrder) -> EmptyOrder | TooManyLines | BadQuantity | CarryOutUnpaid | NoDestination | None:
    """What is wrong with the order itself, whatever the stock."""
    if not ask.lines:
        return EmptyOrder()
    if len(ask.lines) > LINES_MAX:
        return TooManyLines()
    for line in ask.lines:
        for one in line.allotments or ():
            if not 0 < one.quantity <= QUANTITY_MAX:
                return BadQuantity(quantity=one.quantity)
            if one.method is Method.CARRY_OUT and ask.term is Term.ON_COLLECTION:
                return CarryOutUnpaid()
            if one.location_id is None and ask.destination is None:
                return NoDestination()
        if not 0 < line.quantity <= QUANTITY_MAX:
            return BadQuantity(quantity=line.quantity)
    return None


def promise(location: Location, *, at: datetime) -> tuple[datetime, datetime]:
    """From when to when goods can be fetched that are picked in a place's opening hours from now on."""
    earliest = business.ready_to_collect(
        location.hours, zone=location.time_zone, at=at, picking=PICKING, special=location.special_hours
    )
    return earliest, earliest + COLLECT_WITHIN


class Change(StrEnum):
    """What can happen to what was agreed, of an order or of one of its lines."""

    ADD = "add"
    FULFILL_PART = "fulfill_part"
    FULFILL_REST = "fulfill_rest"
    CANCEL_PART = "cancel_part"
    CANCEL_ALL = "cancel_all"
    CANCEL_REST = "cancel_rest"
    CANCEL_REST_OF_RETURNED = "cancel_rest_of_returned"  # what had gone out has all come back before
    RETURN_PART = "return_part"
    RETURN_ALL = "return_all"


# A state is read from the counters (`state`); this is what they can lead to. Canceled is the end: who wants more orders anew.
FOLLOWS: dict[tuple[State, Change], State] = {
    (State.OPEN, Change.ADD): State.OPEN,
    (State.OPEN, Change.CANCEL_PART): State.OPEN,
    (State.OPEN, Change.CANCEL_ALL): State.CANCELED,
    (State.OPEN, Change.FULFILL_PART): State.PARTLY_FULFILLED,
    (State.OPEN, Change.FULFILL_REST): State.FULFILLED,
    (State.PARTLY_FULFILLED, Change.ADD): State.PARTLY_FULFILLED,
    (State.PARTLY_FULFILLED, Change.CANCEL_PART): State.PARTLY_FULFILLED,
    (State.PARTLY_FULFILLED, Change.CANCEL_REST): State.FULFILLED,
    (State.PARTLY_FULFILLED, Change.CANCEL_REST_OF_RETURNED): State.RETURNED,
    (State.PARTLY_FULFILLED, Change.FULFILL_PART): State.PARTLY_FULFILLED,
    (State.PARTLY_FULFILLED, Change.FULFILL_REST): State.FULFILLED,
    (State.PARTLY_FULFILLED, Change.RETURN_PART): State.PARTLY_FULFILLED,
    (State.PARTLY_FULFILLED, Change.RETURN_ALL): State.PARTLY_FULFILLED,
    (State.FULFILLED, Change.ADD): State.PARTLY_FULFILLED,
    (State.FULFILLED, Change.RETURN_PART): State.FULFILLED,
    (State.FULFILLED, Change.RETURN_ALL): State.RETURNED,
    (State.RETURNED, Change.ADD): State.PARTLY_FULFILLED,
}


def state(lines: Sequence[OrderLine]) -> State:
    """What an order's counters say it is."""
    ordered, canceled = sum(one.ordered for one in lines), sum(one.canceled for one in lines)
    fulfilled, returned = sum(one.fulfilled for one in lines), sum(one.returned + one.exchanged for one in lines)
    if ordered == canceled:
        return State.CANCELED
    if fulfilled and returned == fulfilled and fulfilled == ordered - canceled:
        return State.RETURNED
    if fulfilled == ordered - canceled:
        return State.FULFILLED
    return State.PARTLY_FULFILLED if fulfilled else State.OPEN
