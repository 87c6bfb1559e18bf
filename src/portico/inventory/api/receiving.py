"""Goods on their way: announced or shipped, received in parts, closed with what is missing."""

from collections.abc import Sequence

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.api.moving import move
from portico.inventory.events import InboundChanged
from portico.inventory.store import inbounds as store
from portico.inventory.types import (
    AlreadyAnnounced,
    BadInbound,
    Cause,
    Coming,
    Inbound,
    InboundBrief,
    InboundEnded,
    InboundHead,
    InboundId,
    InboundLine,
    InboundQuantity,
    InboundState,
    LotQuantity,
    Move,
    NewInbound,
    NotThere,
    Outside,
    Reason,
    Spot,
    State,
)
from portico.platform.db import Tx, UniqueViolation
from portico.platform.events import Hand
from portico.platform.refusals import NotFound

LINES_MAX = 2_000
QUANTITY_MAX = 1_000_000_000
REFERENCE_LENGTH_MAX = 200


async def announce(tx: Tx, *, new: NewInbound, by: Hand) -> Inbound:
    """Announce goods to a location. From another location of ours they leave its shelf now and are in transit.

    Refuses BadInbound, AlreadyAnnounced, and NotThere where the sender has fewer that are not reserved; all or nothing.
    """
    _check(new)
    inbound_id = InboundId.new()
    try:
        async with tx.savepoint():
            await tx.run(
                store.ADD,
                id=inbound_id,
                location_id=new.location_id,
                from_location_id=new.from_location_id,
                supplier=new.supplier,
                reference=new.reference,
                expected_on=new.expected_on,
                by=by.actor,
                now=tx.now,
                variant_ids=[line.variant_id for line in new.lines],
                announced=[line.quantity for line in new.lines],
            )
    except UniqueViolation:
        raise AlreadyAnnounced(supplier=new.supplier, reference=new.reference) from None
    if new.from_location_id:
        leaves, arrives = Spot(new.from_location_id), Spot(new.location_id, State.IN_TRANSIT)
        await _carry_out(
            tx,
            [
                _move(tx, by, inbound_id, line, line.quantity, leaves, arrives, Cause.SHIPPED, line.lots)
                for line in new.lines
            ],
        )
    return await _announced(tx, inbound_id, by)


def _check(new: NewInbound) -> None:
    """Refuses BadInbound."""
    if (new.from_location_id is None) == (not new.supplier.strip()):
        raise BadInbound(field="supplier")
    if new.from_location_id == new.location_id:
        raise BadInbound(field="from_location_id")
    if max(len(new.reference), len(new.supplier)) > REFERENCE_LENGTH_MAX or not new.reference.strip():
        raise BadInbound(field="reference")
    _check_lines(new.lines)
    if any(line.quantity < 1 or line.damaged for line in new.lines):
        raise BadInbound(field="quantity")


def _check_lines(lines: Sequence[InboundQuantity]) -> None:
    if not 0 < len(lines) <= LINES_MAX or len({line.variant_id for line in lines}) < len(lines):
        raise BadInbound(field="lines")
    if any(not 0 <= line.damaged <= line.quantity <= QUANTITY_MAX for line in lines):
        raise BadInbound(field="quantity")
    if any(line.lots and sum(one.quantity for one in line.lots) != line.quantity for line in lines):
        raise BadInbound(field="lots")


async def receive(
    tx: Tx, *, inbound_id: InboundId, lines: Sequence[InboundQuantity], by: Hand, close: bool = False
) -> Inbound:
    """Take in what has come: whole ones onto the shelf, broken ones apart. More than was announced is taken in as well.

    With `close` nothing more is expected: what a sender of ours shipped and nobody received is booked as lost in transit.
    Locks the inbound, then stock rows in key order. Refuses NotFound, InboundEnded, BadInbound.
    """
    head = await _lock(tx, inbound_id)
    if lines or not close:
        _check_lines(lines)
    before = {one.variant_id: one for one in await tx.all(store.LINES, ids=[inbound_id])}
    if strange := [line for line in lines if line.variant_id not in before]:
        raise BadInbound(field=f"variant_id: {strange[0].variant_id}")
    moves = [one for line in lines for one in _taken_in(tx, by, head, before[line.variant_id], line)]
    await tx.run(
        store.RECEIVE,
        id=inbound_id,
        variant_ids=[line.variant_id for line in lines],
        received=[line.quantity - line.damaged for line in lines],
        damaged=[line.damaged for line in lines],
    )
    if close:
        if head.from_location_id:
            moves += [
                _move(
                    tx, by, inbound_id, line, line.missing, Spot(head.location_id, State.IN_TRANSIT), Outside.UNKNOWN,
                    Cause.LOST_IN_TRANSIT,
                )
                for line in await tx.all(store.LINES, ids=[inbound_id])
                if line.missing
            ]  # fmt: skip
        await tx.run(store.END, id=inbound_id, state=InboundState.CLOSED, now=tx.now)
    await _carry_out(tx, moves)
    return await _announced(tx, inbound_id, by)


def _taken_in(tx: Tx, by: Hand, head: InboundHead, before: InboundLine, line: InboundQuantity) -> list[Move]:
    """From where what has come is taken: what is in transit first; what was never announced was found in the box."""
    moves = []
    lots = Cut(line.lots)
    left = before.missing if head.from_location_id else 0
    for units, state in ((line.quantity - line.damaged, State.ON_HAND), (line.damaged, State.DAMAGED)):
        from_transit = min(units, left)
        left -= from_transit
        sources: list[tuple[int, Spot | Outside, Reason]] = [
            (from_transit, Spot(head.location_id, State.IN_TRANSIT), Reason.RECEIVED)
        ]
        if head.from_location_id:
            sources.append((units - from_transit, Outside.UNKNOWN, Reason.FOUND))
        else:
            sources.append((units, Outside.SUPPLIER, Reason.RECEIVED))
        target = Spot(head.location_id, state)
        moves += [
            _move(tx, by, head.id, line, many, source, target, why, lots.next(many))
            for many, source, why in sources
            if many
        ]
    return moves


def _move(
    tx: Tx, by: Hand, inbound_id: InboundId, line: InboundQuantity | InboundLine, quantity: int,
    source: Spot | Outside, target: Spot | Outside, reason: Reason | Cause, lots: tuple[LotQuantity, ...] = (),
) -> Move:  # fmt: skip
    return Move(
        variant_id=line.variant_id, quantity=quantity, source=source, target=target, reason=reason,
        reference=str(inbound_id), by=by, occurred_at=tx.now, lots=lots,
    )  # fmt: skip


class Cut:
    """The lots of a line, cut into pieces of so many units, in order."""

    def __init__(self, lots: Sequence[LotQuantity]) -> None:
        self._left = list(lots)

    def next(self, units: int) -> tuple[LotQuantity, ...]:
        piece = []
        while units and self._left:
            one = self._left.pop(0)
            used = min(units, one.quantity)
            piece.append(msgspec.structs.replace(one, quantity=used))
            if used < one.quantity:
                self._left.insert(0, msgspec.structs.replace(one, quantity=one.quantity - used))
            units -= used
        return tuple(piece)


async def _carry_out(tx: Tx, moves: Sequence[Move]) -> None:
    """All or nothing. Refuses NotThere."""
    for answer in await move(tx, moves=moves):
        if isinstance(answer, NotThere):
            raise answer


async def cancel(tx: Tx, *, inbound_id: InboundId, by: Hand) -> Inbound:
    """It will not come: what was shipped and not received goes back to the sender's shelf. Refuses NotFound, InboundEnded."""
    head = await _lock(tx, inbound_id)
    if head.from_location_id:
        back, transit = Spot(head.from_location_id), Spot(head.location_id, State.IN_TRANSIT)
        await _carry_out(
            tx,
            [
                _move(tx, by, inbound_id, line, line.missing, transit, back, Cause.PUT_BACK)
                for line in await tx.all(store.LINES, ids=[inbound_id])
                if line.missing
            ],
        )
    await tx.run(store.END, id=inbound_id, state=InboundState.CANCELED, now=tx.now)
    return await _announced(tx, inbound_id, by)


async def _lock(tx: Tx, inbound_id: InboundId) -> InboundHead:
    head = await tx.maybe(store.LOCK, id=inbound_id)
    if head is None:
        raise NotFound(what="inbound", id=str(inbound_id))
    if head.state is not InboundState.EXPECTED:
        raise InboundEnded(inbound_id=inbound_id, state=head.state)
    return head


async def _announced(tx: Tx, inbound_id: InboundId, by: Hand) -> Inbound:
    found = await inbound(tx, inbound_id=inbound_id)
    tx.emit(
        [
            InboundChanged(
                subject=inbound_id,
                by=by,
                occurred_at=tx.now,
                location_id=found.head.location_id,
                state=found.head.state,
            )
        ]
    )
    return found


async def inbound(tx: Tx, *, inbound_id: InboundId) -> Inbound:
    """One, with its lines. Refuses NotFound."""
    head = await tx.maybe(store.HEAD, id=inbound_id)
    if head is None:
        raise NotFound(what="inbound", id=str(inbound_id))
    return Inbound(head, tuple(await tx.all(store.LINES, ids=[inbound_id])))


async def expected(tx: Tx, *, location_id: LocationId, rows_max: int = 100) -> list[InboundBrief]:
    """What is on its way to a location, the earliest first."""
    return await tx.all(store.EXPECTED, location_id=location_id, rows_max=min(rows_max, 500))


async def sent(tx: Tx, *, location_id: LocationId, rows_max: int = 100) -> list[InboundBrief]:
    """What a location has shipped to others of ours and has not arrived, the earliest first."""
    return await tx.all(store.SENT, location_id=location_id, rows_max=min(rows_max, 500))


async def coming(tx: Tx, *, variant_id: VariantId, rows_max: int = 200) -> list[Coming]:
    """What of a variant is announced and has not come, wherever it goes, the earliest first."""
    return await tx.all(store.COMING, variant_id=variant_id, rows_max=min(rows_max, 500))
