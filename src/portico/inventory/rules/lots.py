"""Which lots units are taken from: those named, or what expires first."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import msgspec

from portico.catalog.types import Tracking, VariantId
from portico.inventory.types import BadLot, Key, Lot, LotNeeded, LotNotThere, LotQuantity, SerialTaken, State
from portico.platform.refusals import Refused

NAME_LENGTH_MAX = 20  # of a lot and of a serial number: GS1 application identifiers 10 and 21
LOTS_MAX = 500


class Shelf:
    """The lots at some places while their stock rows are locked, drawn from one after the other."""

    def __init__(self, lots: Sequence[Lot]) -> None:
        self._lots: defaultdict[tuple[Key, State], dict[tuple[str, str], Lot]] = defaultdict(dict)
        for one in lots:
            self._lots[one.key, one.state][one.name] = one

    def check(self, key: Key, state: State, named: Sequence[LotQuantity], *, today: date) -> LotNotThere | None:
        """Why not all that is named can be taken for sale."""
        here = self._lots[key, state]
        for one in named:
            found = here.get(one.name)
            expired = found is not None and found.expires_on is not None and found.expires_on < today
            if found is None or expired or found.quantity < one.quantity:
                there = found.quantity if found else 0
                return LotNotThere(key.variant_id, key.location_id, one.lot, one.serial, there, expired)
        return None

    def draw(
        self, key: Key, state: State, quantity: int, *, named: Sequence[LotQuantity] = (), today: date
    ) -> tuple[LotQuantity, ...]:
        """Take units: the named ones first, then what expires first and is not past its date, then what is, then what came
        in first. Returns fewer than `quantity` where units of no lot known make up the rest. Refuses LotNotThere.
        """
        here = self._lots[key, state]
        taken = []
        for one in named:
            found = here.get(one.name)
            if found is None or found.quantity < one.quantity:
                raise LotNotThere(
                    key.variant_id, key.location_id, one.lot, one.serial, found.quantity if found else 0, False
                )
            taken.append(self._take(here, found, one.quantity))
        left = quantity - sum(one.quantity for one in taken)
        for found in sorted(here.values(), key=lambda one: _order(one, today)):
            if left <= 0:
                break
            used = min(left, found.quantity)
            taken.append(self._take(here, found, used))
            left -= used
        return tuple(taken)

    @staticmethod
    def _take(here: dict[tuple[str, str], Lot], found: Lot, units: int) -> LotQuantity:
        if units == found.quantity:
            del here[found.name]
        else:
            here[found.name] = msgspec.structs.replace(found, quantity=found.quantity - units)
        return LotQuantity(units, found.lot, found.serial, found.expires_on)

    def put(self, key: Key, state: State, units: Sequence[LotQuantity]) -> None:
        """Add units. Refuses SerialTaken where the very number stands there already."""
        here = self._lots[key, state]
        for one in units:
            if one.serial and one.name in here:
                raise SerialTaken(variant_id=key.variant_id, serial=one.serial)
            before = here[one.name].quantity if one.name in here else 0
            here[one.name] = Lot(
                key.variant_id, key.location_id, state, one.lot, one.serial, one.expires_on, before + one.quantity
            )


def _order(lot: Lot, today: date) -> tuple[bool, date, str, str]:
    past = lot.expires_on is not None and lot.expires_on < today
    return past, lot.expires_on or date.max, lot.lot, lot.serial


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


def check(variant_id: VariantId, tracking: Tracking, quantity: int, lots: Sequence[LotQuantity]) -> Refused | None:
    """What is wrong with the lots of units that come in; all of them must be named."""
    if tracking is Tracking.NONE:
        return BadLot(variant_id, "lots") if lots else None
    if not lots:
        return LotNeeded(variant_id, tracking)
    return malformed(variant_id, tracking, quantity, lots)


def malformed(variant_id: VariantId, tracking: Tracking, quantity: int, lots: Sequence[LotQuantity]) -> BadLot | None:
    if len(lots) > LOTS_MAX or len({one.name for one in lots}) < len(lots):
        return BadLot(variant_id, "lots")
    for one in lots:
        if any(len(name) > NAME_LENGTH_MAX or not name.isprintable() for name in one.name):
            return BadLot(variant_id, "lot")
        if tracking is Tracking.SERIAL and (not one.serial or one.quantity != 1):
            return BadLot(variant_id, "serial")
        if tracking is Tracking.LOT and (not one.lot or one.serial):
            return BadLot(variant_id, "lot")
        if one.quantity < 1:
            return BadLot(variant_id, "quantity")
    return None if sum(one.quantity for one in lots) == quantity else BadLot(variant_id, "quantity")
