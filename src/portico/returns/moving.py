"""Where what came back goes."""

from collections.abc import Sequence

import msgspec

from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.inventory import api as inventory
from portico.inventory.types import Cause, LotQuantity, Move, NotThere, Outside, Spot
from portico.inventory.types import State as Stock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.returns import rules
from portico.returns.types import Grade, ReturnId


class Piece(msgspec.Struct, frozen=True):
    """So many of a variant, in one condition; of what is tracked, which ones."""

    variant_id: VariantId
    quantity: int
    grade: Grade
    lots: tuple[LotQuantity, ...] = ()


async def come_in(
    tx: Tx, *, pieces: Sequence[Piece], location_id: LocationId, reference: ReturnId, by: Hand
) -> None:  # fmt: skip
    """From the buyer to where their grades say. Refuses what `inventory.move` refuses."""
    moves: list[tuple[Piece, Spot | Outside, Spot | Outside, Cause]] = []
    aside = Spot(location_id, Stock.TO_INSPECT)
    for one in pieces:
        to = rules.place(one.grade, location_id)
        moves.append((one, Outside.CUSTOMER, to if isinstance(to, Spot) else aside, Cause.RETURNED))
        if not isinstance(to, Spot):  # it was ours for a moment, and the books say so
            moves.append((one, aside, to, Cause.SCRAPPED))
    await _move(tx, moves, reference, by)


async def look_at(tx: Tx, *, pieces: Sequence[Piece], location_id: LocationId, reference: ReturnId, by: Hand) -> None:
    """From where it waited to be looked at to where its grade says."""
    aside = Spot(location_id, Stock.TO_INSPECT)
    moves = [
        (one, aside, to, Cause.SCRAPPED if to is Outside.SCRAP else Cause.INSPECTED)
        for one in pieces
        if (to := rules.place(one.grade, location_id)) != aside
    ]
    await _move(tx, moves, reference, by)


async def _move(
    tx: Tx, moves: Sequence[tuple[Piece, Spot | Outside, Spot | Outside, Cause]], reference: ReturnId, by: Hand
) -> None:
    variants = await catalog.variants(tx, ids=sorted({one.variant_id for one, *_ in moves}))
    answers = await inventory.move(
        tx,
        moves=[
            Move(
                variant_id=part.variant_id, quantity=part.quantity, source=source, target=target, reason=cause,
                reference=str(reference), by=by, occurred_at=tx.now, lots=() if variants[one.variant_id].components else one.lots,
            )
            for one, source, target, cause in moves
            for part in variants[one.variant_id].parts(one.quantity)
        ],
    )  # fmt: skip
    for answer in answers:
        if isinstance(answer, NotThere):
            raise answer
