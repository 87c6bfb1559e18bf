"""Taking goods back over the counter in one step, and asking to send them back."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, LocationKind
from portico.inventory.types import BadQuantity
from portico.orders import api as orders
from portico.orders.types import QUANTITY_MAX, AddLine, Edit, HandOverLine, Method, Order, OrderId, WrongLocation
from portico.payments.types import Refund
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing.types import LineItemId
from portico.returns import finding, judging, moving, rules, settling, unreceipted, working, writing
from portico.returns.types import (
    LINES_MAX,
    TEXT_LENGTH_MAX,
    BadGrades,
    BadReturn,
    Event,
    Grade,
    Graded,
    Head,
    NewLine,
    NewReturn,
    Return,
    ReturnId,
    ReturnReason,
    State,
    Way,
)


async def take(tx: Tx, *, new: NewReturn, directory: Directory, by: Hand, may_override: bool) -> Return:
    """Over the counter: seen, graded, into stock, credited, given back, and exchanged where that is asked for. All or nothing.

    Locks the order, then stock, then its payments and ledger accounts. Refuses NotFound, BadReturn, BadQuantity, NotTaken,
    WrongLocation, and what moving stock, giving money back, editing, paying and handing over refuse.
    """
    _check(new)
    place = new.location_id
    if place is None or (found := directory.locations.get(place)) is None or found.kind is not LocationKind.STORE:
        raise BadReturn(field="location_id")
    if any(one.grade is Grade.SEND_BACK for one in new.lines):
        raise BadGrades(quantity=0)
    if new.order_id is None:
        return await unreceipted.take(tx, new=new, place=place, directory=directory, by=by)
    if any(one.reason is ReturnReason.MISSING_PARCEL for one in new.lines):
        raise BadReturn(field="reason")
    await orders.locked(tx, order_id=new.order_id)
    order = await orders.order(tx, order_id=new.order_id)
    if found.market_id != order.head.market_id:
        raise WrongLocation(location_id=place)
    made = await _add(tx, new, order, by, may_override)
    pieces = _pieces(order, new.lines)
    await moving.come_in(tx, pieces=pieces, location_id=place, reference=made.head.id, by=by)
    await settling.write_grades(
        tx, grades=[(one, [Graded(given.grade, one.quantity)]) for one, given in zip(made.lines, new.lines, strict=True)]
    )  # fmt: skip
    taken = await settling.credit(
        tx, head=made.head, order=order, lines=[(one, one.quantity) for one in made.lines], by=by, settle=not new.exchange,
        instead=new.instead,
    )  # fmt: skip
    if taken is None:
        raise BadReturn(field="lines")
    refunds: Sequence[Refund] = taken.refunds
    due = taken.head.due
    if new.exchange:
        refunds, due = await _exchange(tx, new, order, place, directory, by)
    await settling.go_on(
        tx, head=made.head, event=Event.TAKE, by=by, location_id=place, value=taken.value, fee=taken.fee,
        refunded=sum(one.amount for one in refunds),
    )  # fmt: skip
    shown = await finding.find(tx, name=str(made.head.id))
    return msgspec.structs.replace(shown, refunds=tuple(refunds), due=due, carriage=taken.carriage)


async def request(
    tx: Tx, *, new: NewReturn, by: Hand, may_override: bool = False, guest_id: UUID | None = None
) -> Return:
    """Ask to send goods back, to bring them to a store, or say that they never came. What the policy has nothing against is
    approved at once; a claim never is. Locks the order. Refuses NotFound, BadReturn, BadQuantity, NotTaken."""
    order_id = _check_request(new)
    await orders.locked(tx, order_id=order_id)
    if new.id and (known := await finding.known(tx, return_id=new.id)):
        if known.head.order_id != order_id:
            raise BadReturn(field="id")
        return known
    order = await orders.order(tx, order_id=order_id)
    made = await _add(tx, new, order, by, may_override, guest_id=guest_id)
    case = await judging.case(tx, order=order)
    at_once = all(
        case.policy(line).approve_at_once
        for one in new.lines
        if one.line_id and (line := case.line(one.line_id)) is not None
    )
    if new.way is not Way.CLAIM and at_once:
        await working.let_come(tx, found=made, order=order, by=by)
    return await finding.find(tx, name=str(made.head.id))


def _check_request(new: NewReturn) -> OrderId:
    _check(new)
    if new.order_id is None or new.exchange:
        raise BadReturn(field="order_id" if new.order_id is None else "exchange")
    claimed = {one.reason is ReturnReason.MISSING_PARCEL for one in new.lines}
    if claimed != {new.way is Way.CLAIM}:
        raise BadReturn(field="reason")
    return new.order_id


async def foresee(tx: Tx, *, new: NewReturn, by: Hand, may_override: bool = False) -> Return:
    """What asking for it would come to, once all of it has come and is as it was said: what is credited, what is kept of it, and
    what goes back to which tender. Nothing of it stays. Locks and refuses as `request`, and what giving money back refuses."""
    order_id = _check_request(new)

    async def all_of_it() -> Return:
        await orders.locked(tx, order_id=order_id)
        order = await orders.order(tx, order_id=order_id)
        made = await _add(tx, new, order, by, may_override)
        lines = [(one, one.quantity) for one in made.lines]
        hand = settling.refunding_hand(new.way, order, by, foreseen=True)
        taken = await settling.credit(
            tx, head=made.head, order=order, lines=lines, by=hand, settle=True, instead=new.instead
        )
        assert taken is not None, "something of an order comes back"
        refunded = sum(one.amount for one in taken.refunds)
        head = msgspec.structs.replace(made.head, value=taken.value, fee=taken.fee, refunded=refunded)
        return msgspec.structs.replace(made, head=head, refunds=taken.refunds, carriage=taken.carriage)

    return await tx.tried(all_of_it)


def _check(new: NewReturn) -> None:
    if not 0 < len(new.lines) <= LINES_MAX:
        raise BadReturn(field="lines")
    if len(new.exchange) > LINES_MAX:
        raise BadReturn(field="exchange")
    if max(len(new.note), len(new.override_reason)) > TEXT_LENGTH_MAX:
        raise BadReturn(field="note")
    for quantity in [one.quantity for one in new.lines] + [one.quantity for one in new.exchange]:
        if not 0 < quantity <= QUANTITY_MAX:
            raise BadQuantity(quantity=quantity)


async def _add(
    tx: Tx, new: NewReturn, order: Order, by: Hand, may_override: bool, guest_id: UUID | None = None
) -> Return:
    """Write down what is asked for. Refuses BadReturn, NotTaken."""
    case = await judging.case(tx, order=order)
    judged = judging.blocks(case, new.lines, tx, way=new.way)
    judging.refuse(new.lines, judged, overridden=may_override and bool(new.override_reason.strip()))
    overridden = new.override_reason if any(judged) else ""
    head = Head(
        new.id or ReturnId.new(), rules.new_code(), order.head.id, order.head.market_id, State.REQUESTED, new.way, new.location_id,
        order.head.customer_id, guest_id or order.head.guest_id, order.head.currency, 0, 0, 0, new.note, overridden,
        by.actor, by.actor_name, tx.now, tx.now, rules.new_token(),
    )  # fmt: skip
    by_id = {one.id: one for one in order.lines}
    variants = [by_id[one.line_id].variant_id for one in new.lines if one.line_id]
    await writing.write(tx, head, new.lines, variants=variants, judged=judged, exchanged=bool(new.exchange))
    settling.tell_asked(tx, head, by)
    return await finding.find(tx, name=str(head.id))


def _pieces(order: Order, lines: Sequence[NewLine]) -> list[moving.Piece]:
    by_id = {one.id: one for one in order.lines}
    return [
        moving.Piece(by_id[one.line_id].variant_id, one.quantity, one.grade, one.lots) for one in lines if one.line_id
    ]


async def _exchange(
    tx: Tx, new: NewReturn, order: Order, place: LocationId, directory: Directory, by: Hand
) -> tuple[Sequence[Refund], int]:
    """New lines on the same order, paid with what came back and with what is tendered, and taken along where that is enough."""
    known = {one.id for one in order.lines}
    edited = await orders.edit(
        tx,
        edit=Edit(
            order_id=order.head.id, reason="exchange",
            adds=tuple(AddLine(one.variant_id, one.quantity, Method.COLLECT, place) for one in new.exchange),
        ),
        directory=directory, by=by, instead=new.instead,
    )  # fmt: skip
    after = edited.order
    if after.head.due and new.tenders:
        after = await orders.pay(tx, order_id=order.head.id, tenders=new.tenders, by=by)
    if not after.head.due:
        fresh: list[tuple[LineItemId, int]] = [(one.id, one.ordered) for one in after.lines if one.id not in known]
        await orders.hand_over(
            tx, order_id=order.head.id, location_id=place, lines=[HandOverLine(*one) for one in fresh], by=by
        )
    return edited.refunds, after.head.due
