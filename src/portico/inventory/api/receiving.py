"""Goods on their way: announced or shipped, received in parts, closed with what is missing."""

from collections.abc import Sequence

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.api.moving import move
from portico.inventory.events import InboundChanged
from portico.inventory.rules.lots import LOTS_MAX, Cut
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
    for line in lines:
        if line.lots and (
            sum(one.quantity for one in line.lots) != line.quantity or any(one.quantity < 1 for one in line.lots)
        ):
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
    before = {one.variant_id: one for one in await _lines(tx, inbound_id)}
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
    await _carry_out(tx, moves)
    if close:
        if head.from_location_id:
            transit = Spot(head.location_id, State.IN_TRANSIT)
            await _carry_out(
                tx,
                [
                    _move(
                        tx, by, inbound_id, line, line.missing, transit, Outside.UNKNOWN, Cause.LOST_IN_TRANSIT,
                        _named(line.in_transit, line.missing),
                    )
                    for line in await _lines(tx, inbound_id)
                    if line.missing
                ],
            )  # fmt: skip
        await tx.run(store.END, id=inbound_id, state=InboundState.CLOSED, now=tx.now)
    return await _announced(tx, inbound_id, by)


def _taken_in(tx: Tx, by: Hand, head: InboundHead, before: InboundLine, line: InboundQuantity) -> list[Move]:
    """From where what has come is taken: what is in transit first; what was never announced was found in the box."""
    parts = ((line.quantity - line.damaged, State.ON_HAND), (line.damaged, State.DAMAGED))
    if head.from_location_id and line.lots:
        return _lots_taken_in(tx, by, head, before, line, parts)
    moves = []
    shipped = _named(before.in_transit, before.missing)
    lots = Cut(line.lots or shipped)
    left = before.missing if head.from_location_id else 0
    for units, state in parts:
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


def _lots_taken_in(
    tx: Tx, by: Hand, head: InboundHead, before: InboundLine, line: InboundQuantity, parts: Sequence[tuple[int, State]]
) -> list[Move]:
    """Of a transfer, lots that were shipped are taken out of transit. One that nobody shipped was found in the box; where
    it came in the place of a lot that was, that one is lost on the way. A serial number is known without its lot.
    """
    of_lot = {one.serial: one.lot for one in before.in_transit if one.serial}
    lots = Cut([msgspec.structs.replace(one, lot=of_lot.get(one.serial, one.lot)) for one in line.lots])
    left = {one.name: one.quantity for one in before.in_transit}
    transit = Spot(head.location_id, State.IN_TRANSIT)
    moves = []
    for units, state in parts:
        shipped, strange = [], []
        for one in lots.next(units):
            known = min(one.quantity, left.get(one.name, 0))
            left[one.name] = left.get(one.name, 0) - known
            shipped += [msgspec.structs.replace(one, quantity=known)] if known else []
            strange += [msgspec.structs.replace(one, quantity=one.quantity - known)] if known < one.quantity else []
        target = Spot(head.location_id, state)
        moves += [
            _move(tx, by, head.id, line, sum(one.quantity for one in some), source, target, why, tuple(some))
            for some, source, why in ((shipped, transit, Reason.RECEIVED), (strange, Outside.UNKNOWN, Reason.FOUND))
            if some
        ]
    came = sum(one.quantity for one in moves if one.source == transit)
    replaced = min(line.quantity, before.missing) - came
    if replaced > 0:
        rest = [msgspec.structs.replace(one, quantity=left[one.name]) for one in before.in_transit if left[one.name]]
        named = _named(rest, replaced)
        moves.append(
            _move(
                tx, by, head.id, line, replaced, transit, Outside.UNKNOWN, Cause.LOST_IN_TRANSIT, named
            )
        )  # fmt: skip
    return moves


def _named(lots: Sequence[LotQuantity], units: int) -> tuple[LotQuantity, ...]:
    """Of which lots so many are, of those an inbound has in transit; none where not all are of a lot known: what leaves
    unnamed is what expires first, of whatever inbound."""
    named = Cut(lots).next(units)
    return named if sum(one.quantity for one in named) == units and len(named) <= LOTS_MAX else ()


def _move(
    tx: Tx, by: Hand, inbound_id: InboundId, line: InboundQuantity | InboundLine, quantity: int,
    source: Spot | Outside, target: Spot | Outside, reason: Reason | Cause, lots: tuple[LotQuantity, ...] = (),
) -> Move:  # fmt: skip
    return Move(
        variant_id=line.variant_id, quantity=quantity, source=source, target=target, reason=reason,
        reference=str(inbound_id), by=by, occurred_at=tx.now, lots=lots,
    )  # fmt: skip


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
                _move(
                    tx, by, inbound_id, line, line.missing, transit, back, Cause.PUT_BACK,
                    _named(line.in_transit, line.missing),
                )
                for line in await _lines(tx, inbound_id)
                if line.missing
            ],
        )  # fmt: skip
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
    return Inbound(head, tuple(await _lines(tx, inbound_id)))


async def _lines(tx: Tx, inbound_id: InboundId) -> list[InboundLine]:
    return await tx.all(store.LINES, id=inbound_id, reference=str(inbound_id))


async def expected(tx: Tx, *, location_id: LocationId, rows_max: int = 100) -> list[InboundBrief]:
    """What is on its way to a location, the earliest first."""
    return await tx.all(store.EXPECTED, location_id=location_id, rows_max=min(rows_max, 500))


async def sent(tx: Tx, *, location_id: LocationId, rows_max: int = 100) -> list[InboundBrief]:
    """What a location has shipped to others of ours and has not arrived, the earliest first."""
    return await tx.all(store.SENT, location_id=location_id, rows_max=min(rows_max, 500))


async def coming(tx: Tx, *, variant_id: VariantId, rows_max: int = 200) -> list[Coming]:
    """What of a variant is announced and has not come, wherever it goes, the earliest first."""
    return await tx.all(store.COMING, variant_id=variant_id, rows_max=min(rows_max, 500))
