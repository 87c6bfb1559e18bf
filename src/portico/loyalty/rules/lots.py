"""From which lots points are drawn, and into which they go back."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from portico.loyalty.types import Draw, EarningId, PointLot, PointLotId

_NEVER = datetime.max.replace(tzinfo=UTC)


class Drawn(msgspec.Struct, frozen=True):
    """So much of a lot."""

    lot: PointLot
    points: int


def draw(lots: Sequence[PointLot], points: int, *, first: EarningId | None = None) -> list[Drawn]:
    """Up to so many points: of the earning that is named first, then of what lapses first, then of what is oldest."""
    drawn: list[Drawn] = []
    for lot in sorted(lots, key=lambda one: (one.earning_id != first or first is None, *_order(one))):
        part = min(lot.remaining, points)
        if part:
            drawn.append(Drawn(lot, part))
            points -= part
    return drawn


def _order(lot: PointLot) -> tuple[datetime, datetime, PointLotId]:
    return lot.expires_at or _NEVER, lot.made_at, lot.id


def taken(lots: Sequence[PointLot], drawn: Sequence[Drawn]) -> list[PointLot]:
    """The lots as they are once that was drawn; the sum of what remains is less by just so much."""
    parts = {one.lot.id: one.points for one in drawn}
    return [msgspec.structs.replace(one, remaining=one.remaining - parts.get(one.id, 0)) for one in lots]


def put_back(draws: Sequence[Draw], points: int) -> list[Draw]:
    """How much goes back into each lot, as `given_back` of each draw: what lapses last has it back first, so that a customer loses
    nothing by paying with points and getting them back."""
    back = []
    for one in sorted(draws, key=lambda one: (one.expires_at or _NEVER, one.lot_id), reverse=True):
        part = min(one.points - one.given_back, points)
        if part:
            back.append(msgspec.structs.replace(one, given_back=part))
            points -= part
    return back
