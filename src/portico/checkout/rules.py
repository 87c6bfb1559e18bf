"""What a checkout still lacks, and how its choices are read."""

from collections import defaultdict
from collections.abc import Sequence

from portico.business.types import Address
from portico.carts.types import Line
from portico.checkout.types import Choice, Head, Message, MessageType, State
from portico.orders.types import Allotment, Method, PlaceLine, ShipTo, Term
from portico.pricing.types import LineItemId

CHOICES_MAX = 400
ADDRESS_LENGTH_MAX = 200

# Which states follow which. Completed and canceled are final; progress is never seen from outside while all
# tenders are our own, because completing is then one transaction.
FOLLOWS: dict[State, frozenset[State]] = {
    State.INCOMPLETE: frozenset({State.READY_FOR_COMPLETE, State.REQUIRES_ESCALATION, State.CANCELED}),
    State.REQUIRES_ESCALATION: frozenset({State.INCOMPLETE, State.READY_FOR_COMPLETE, State.CANCELED}),
    State.READY_FOR_COMPLETE: frozenset(
        {State.INCOMPLETE, State.COMPLETE_IN_PROGRESS, State.COMPLETED, State.CANCELED}
    ),
    State.COMPLETE_IN_PROGRESS: frozenset({State.COMPLETED, State.READY_FOR_COMPLETE, State.REQUIRES_ESCALATION}),
    State.COMPLETED: frozenset(),
    State.CANCELED: frozenset(),
}


def judge(head: Head, *, lines: Sequence[Line], choices: Sequence[Choice]) -> tuple[Message, ...]:
    """What is missing before this can become an order; nothing, if it can."""
    missing: list[Message] = []
    if not lines:
        missing.append(Message(MessageType.ERROR, "cart_empty"))
    missing += [
        Message(MessageType.ERROR, "fulfillment_missing", line.id) for line in lines if allot(line, choices) is None
    ]
    if any(one.method is not Method.CARRY_OUT for one in choices):
        if not (head.given_name or head.customer_id):
            missing.append(Message(MessageType.ERROR, "name_missing"))
        if not (head.email or head.phone or head.customer_id):
            missing.append(Message(MessageType.ERROR, "contact_missing"))
    if any(one.method.brought for one in choices) and not _whole(head.ship_to):
        missing.append(Message(MessageType.ERROR, "address_missing"))
    if head.payment_term is None:
        missing.append(Message(MessageType.ERROR, "payment_missing"))
    if head.payment_term is Term.ON_COLLECTION and any(one.method is Method.CARRY_OUT for one in choices):
        missing.append(Message(MessageType.ERROR, "carry_out_unpaid"))
    return tuple(missing)


def _whole(ship_to: ShipTo | None) -> bool:
    """Whether a courier would find it."""
    given = ship_to.address if ship_to else None
    return given is not None and all(
        part.strip()
        for part in (given.street_address, given.address_locality, given.postal_code, given.address_country)
    )


def bad_address(address: Address, *, country: str | None) -> str | None:
    """Which field of an address cannot be so; `country` is where it was promised to."""
    for field in Address.__struct_fields__:
        if len(getattr(address, field)) > ADDRESS_LENGTH_MAX:
            return field
    return "address_country" if country is not None and address.address_country != country else None


def allot(line: Line, choices: Sequence[Choice]) -> tuple[Allotment, ...] | None:
    """How the units of a line are shared over its choices; None where they do not cover it exactly."""
    own = [one for one in choices if one.line_id == line.id]
    fixed = sum(one.quantity for one in own if one.quantity is not None)
    open_ended = [one for one in own if one.quantity is None]
    rest = line.quantity - fixed
    if not own or len(open_ended) > 1 or rest < 0 or (rest > 0) != bool(open_ended):
        return None
    return tuple(
        Allotment(
            one.method, one.location_id, rest if one.quantity is None else one.quantity, False, one.earliest, one.latest
        )
        for one in own
    )  # fmt: skip


def place_lines(lines: Sequence[Line], choices: Sequence[Choice]) -> tuple[PlaceLine, ...]:
    """The lines of the order; call it once `judge` finds nothing missing."""
    by_line: defaultdict[LineItemId, list[Choice]] = defaultdict(list)
    for one in choices:
        by_line[one.line_id].append(one)
    return tuple(
        PlaceLine(line.id, line.variant_id, allot(line, by_line[line.id]) or (), line.parent_id) for line in lines
    )
