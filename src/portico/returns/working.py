"""A return that is under way: approved or not, sent, received, graded; a claim granted or not."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId
from portico.inventory.types import LotQuantity
from portico.orders import api as orders
from portico.orders.types import Order, OrderId
from portico.payments.types import Own
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.returns import finding, labels, moving, rules, settling
from portico.returns.types import (
    BadGrades,
    BadReturn,
    Event,
    Grade,
    Graded,
    Return,
    ReturnId,
    ReturnLine,
    ReturnLineId,
    State,
    Way,
    WrongStep,
)


class GradeLine(msgspec.Struct, frozen=True):
    """So many of a line of the return are in this condition."""

    line_id: ReturnLineId
    grade: Grade
    quantity: int


async def lock(tx: Tx, return_id: ReturnId) -> tuple[Return, OrderId]:
    """A return under the lock of its order, which is what all of its steps happen under. Refuses NotFound, WrongStep."""
    order_id = (await finding.find(tx, name=str(return_id))).head.order_id
    if order_id is None:
        raise WrongStep(state=State.COMPLETED, event=Event.APPROVE)
    await orders.locked(tx, order_id=order_id)
    return await finding.find(tx, name=str(return_id)), order_id


async def approve(tx: Tx, *, return_id: ReturnId, by: Hand, instead: Own | None = None) -> Return:
    """Let it come. A claim is granted by that: its money goes back, as nothing comes. Refuses NotFound, WrongStep, and what taking
    back refuses."""
    found, order_id = await lock(tx, return_id)
    if found.head.way is not Way.CLAIM:
        await let_come(tx, found=found, order=await orders.order(tx, order_id=order_id), by=by)
        return await finding.find(tx, name=str(return_id))
    if found.head.state is not State.REQUESTED:
        raise WrongStep(state=found.head.state, event=Event.GRANT)
    lines = [(one, one.quantity) for one in found.lines]
    return await _settle(tx, found, order_id, Event.GRANT, lines, None, by, instead)


async def let_come(tx: Tx, *, found: Return, order: Order, by: Hand) -> None:
    """Approve it, and ask for its label where it comes by post. Refuses WrongStep."""
    head = await settling.go_on(tx, head=found.head, event=Event.APPROVE, by=by)
    if head.way is Way.POST:
        await labels.ask(tx, found=msgspec.structs.replace(found, head=head), order=order)


async def step(tx: Tx, *, return_id: ReturnId, event: Event, by: Hand, reason: str = "") -> Return:
    """Reject, cancel, or say that it was sent. Refuses NotFound, WrongStep."""
    found, _ = await lock(tx, return_id)
    if event not in (Event.REJECT, Event.CANCEL, Event.SEND) or (
        event is Event.SEND and found.head.way is not Way.POST
    ):
        raise WrongStep(state=found.head.state, event=event)
    await settling.go_on(tx, head=found.head, event=event, by=by, reason=reason)
    return await finding.find(tx, name=str(return_id))


async def step_own(tx: Tx, *, return_id: ReturnId, event: Event, by: Hand) -> Return:
    """What whose return it is says of it: that she has sent it, or keeps it. Refuses NotFound, and WrongStep once it is not hers to
    say."""
    found, _ = await lock(tx, return_id)
    if event not in rules.buyer_may(found.head.state, found.head.way):
        raise WrongStep(state=found.head.state, event=event)
    await settling.go_on(tx, head=found.head, event=event, by=by)
    return await finding.find(tx, name=str(return_id))


async def receive(
    tx: Tx, *, return_id: ReturnId, location_id: LocationId, directory: Directory, by: Hand,
    lots: Mapping[ReturnLineId, Sequence[LotQuantity]] | None = None,
) -> Return:  # fmt: skip
    """It has come, and waits to be looked at. Refuses NotFound, WrongStep, BadReturn, and what moving stock refuses."""
    found, _ = await lock(tx, return_id)
    place = directory.locations.get(location_id)
    if place is None or place.market_id != found.head.market_id:
        raise BadReturn(field="location_id")
    if found.head.way is Way.CLAIM:
        raise WrongStep(state=found.head.state, event=Event.RECEIVE)
    await settling.go_on(tx, head=found.head, event=Event.RECEIVE, by=by, location_id=location_id)
    pieces = [
        moving.Piece(one.variant_id, one.quantity, Grade.QUARANTINE, tuple((lots or {}).get(one.id, ())))
        for one in found.lines
    ]
    await moving.come_in(tx, pieces=pieces, location_id=location_id, reference=return_id, by=by)
    return await finding.find(tx, name=str(return_id))


async def grade(
    tx: Tx, *, return_id: ReturnId, grades: Sequence[GradeLine], by: Hand, instead: Own | None = None
) -> Return:
    """Say in what condition every unit is; what is accepted is credited and given back. Refuses NotFound, WrongStep, BadGrades,
    and what moving stock and giving money back refuse."""
    found, order_id = await lock(tx, return_id)
    place = found.head.location_id
    if found.head.state is not State.RECEIVED or place is None:
        raise WrongStep(state=found.head.state, event=Event.GRADE)
    graded = [(one, _graded(one, grades)) for one in found.lines]
    if {one.line_id for one in grades} - {one.id for one in found.lines}:
        raise NotFound(what="return line", id=str(return_id))
    await settling.write_grades(tx, grades=graded)
    pieces = [
        moving.Piece(line.variant_id, one.quantity, one.grade) for line, each in graded for one in each if one.quantity
    ]
    await moving.look_at(tx, pieces=pieces, location_id=place, reference=return_id, by=by)
    lines = [(line, sum(one.quantity for one in each if one.grade is not Grade.SEND_BACK)) for line, each in graded]
    return await _settle(tx, found, order_id, Event.GRADE, lines, place, by, instead)


def _graded(line: ReturnLine, grades: Sequence[GradeLine]) -> list[Graded]:
    own = [Graded(one.grade, one.quantity) for one in grades if one.line_id == line.id]
    if any(one.quantity <= 0 for one in own) or sum(one.quantity for one in own) != line.quantity:
        raise BadGrades(quantity=line.quantity)
    return own


async def _settle(
    tx: Tx, found: Return, order_id: OrderId, event: Event, lines: Sequence[tuple[ReturnLine, int]],
    place: LocationId | None, by: Hand, instead: Own | None,
) -> Return:  # fmt: skip
    order = await orders.order(tx, order_id=order_id)
    hand = settling.refunding_hand(found.head.way, order, by)
    taken = await settling.credit(tx, head=found.head, order=order, lines=lines, by=hand, settle=True, instead=instead)
    refunds = taken.refunds if taken else ()
    if found.head.way is not Way.COUNTER:
        await settling.write_of_cards(tx, found.head, order, refunds)
    await settling.go_on(
        tx, head=found.head, event=event, by=by, location_id=place, value=taken.value if taken else 0,
        fee=taken.fee if taken else 0, refunded=sum(one.amount for one in refunds),
    )  # fmt: skip
    shown = await finding.find(tx, name=str(found.head.id))
    return msgspec.structs.replace(shown, refunds=refunds, carriage=taken.carriage if taken else 0)
