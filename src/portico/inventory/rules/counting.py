"""What follows from a count: which differences may be booked now, and which must wait until nobody holds those units."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.catalog.types import VariantId
from portico.inventory.types import CountLine, LotQuantity


class Variance(msgspec.Struct, frozen=True):
    """So many units were found too many (positive) or too few; of a tracked variant, of one lot or serial number."""

    variant_id: VariantId
    units: int
    lot: LotQuantity | None = None

    def of(self, units: int) -> "Variance":
        """The same, of so many units."""
        lot = self.lot and msgspec.structs.replace(self.lot, quantity=abs(units))
        return Variance(self.variant_id, units, lot)


def variances(line: CountLine) -> list[Variance]:
    """How a line differs from the books; of a tracked variant, lot by lot."""
    if not line.lots and not line.book_lots:
        return [Variance(line.variant_id, line.variance)] if line.variance else []
    found = {one.name: one for one in line.lots}
    book = {one.name: one for one in line.book_lots}
    differing: list[Variance] = []
    for name in sorted(found.keys() | book.keys()):
        one = found.get(name) or book[name]
        units = (found[name].quantity if name in found else 0) - (book[name].quantity if name in book else 0)
        if units:
            differing.append(Variance(line.variant_id, units, msgspec.structs.replace(one, quantity=abs(units))))
    # Units that the books know and no lot of: nobody found them under any name.
    nameless = (line.book or 0) - sum(one.quantity for one in line.book_lots)
    return [*differing, Variance(line.variant_id, -nameless)] if nameless > 0 else differing


def owed(line: CountLine) -> list[Variance]:
    """What of a line is still to be written away."""
    return [Variance(line.variant_id, -one.quantity, one if any(one.name) else None) for one in line.owed]


def believe(
    differing: Sequence[Variance], *, free: Mapping[VariantId, int], held: Mapping[VariantId, int]
) -> tuple[list[Variance], dict[VariantId, tuple[LotQuantity, ...]]]:
    """What may be booked now, in that order, and by variant what is owed until those who hold it have let go.

    `free` and `held`: how many of a variant nobody holds, and how many somebody does. What was found too many comes first:
    it may be what another lot has too few of. What is neither free nor held has left meanwhile: it was there after all.
    """
    free, held = dict(free), dict(held)
    booked: list[Variance] = []
    owing: dict[VariantId, tuple[LotQuantity, ...]] = {}
    for one in sorted(differing, key=lambda each: each.units < 0):
        now = max(one.units, -free.get(one.variant_id, 0))
        if now:
            free[one.variant_id] = free.get(one.variant_id, 0) + now
            booked.append(one.of(now))
        if rest := min(now - one.units, held.get(one.variant_id, 0)):
            held[one.variant_id] -= rest
            owing[one.variant_id] = (*owing.get(one.variant_id, ()), one.of(rest).lot or LotQuantity(rest))
    return booked, owing
