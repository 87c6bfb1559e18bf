"""Lots and serial numbers: which units a movement moves, and where each of them went."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.api.locking import columns
from portico.inventory.rules.lots import Shelf
from portico.inventory.store import lots as store
from portico.inventory.types import Key, Lot, LotQuantity, MovementId, SerialTaken, State, Traced
from portico.platform.db import Tx, UniqueViolation

ROWS_MAX = 1_000


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a tracked key that a movement takes from a state, brings to one, or both. `named`: of which lots."""

    movement_id: MovementId
    variant_id: VariantId
    quantity: int
    source: tuple[Key, State] | None
    target: tuple[Key, State] | None
    named: tuple[LotQuantity, ...] = ()


async def shelf(tx: Tx, *, keys: Sequence[Key]) -> Shelf:
    """The lots at these keys; their stock rows are locked by the caller."""
    return Shelf(await tx.all(store.LOTS_AT, **columns(keys)))


async def pass_on(tx: Tx, *, passages: Sequence[Passage]) -> None:
    """Write of which lots the units of some movements are. Their stock rows are locked by the caller.

    Refuses LotNotThere, SerialTaken.
    """
    if not passages:
        return
    keys = sorted({side[0] for one in passages for side in (one.source, one.target) if side})
    here = await shelf(tx, keys=keys)
    moved: list[tuple[Passage, LotQuantity]] = []
    for one in passages:
        units = one.named
        if one.source:
            units = here.draw(*one.source, one.quantity, named=one.named, today=tx.now.date())
        if one.target:
            here.put(*one.target, units)
        moved += [(one, each) for each in units]
    await tx.run(
        store.DECREASE, **_columns(_sum((one.source, each) for one, each in moved if one.source)),
    )  # fmt: skip
    added = _sum((one.target, each) for one, each in moved if one.target)
    try:
        async with tx.savepoint():
            await tx.run(
                store.INCREASE, **_columns(added), expires_ons=[one.expires_on for _, _, one in added], now=tx.now
            )
    except UniqueViolation:
        taken = next(one for _, _, one in added if one.serial)
        raise SerialTaken(variant_id=added[0][0].variant_id, serial=taken.serial) from None
    noted: dict[tuple[MovementId, str, str], tuple[VariantId, LotQuantity]] = {}
    for one, each in moved:
        name = (one.movement_id, *each.name)
        before = noted[name][1].quantity if name in noted else 0
        noted[name] = (one.variant_id, msgspec.structs.replace(each, quantity=each.quantity + before))
    await tx.run(
        store.NOTE,
        movement_ids=[movement_id for movement_id, _, _ in noted],
        variant_ids=[variant_id for variant_id, _ in noted.values()],
        lots=[each.lot for _, each in noted.values()],
        serials=[each.serial for _, each in noted.values()],
        expires_ons=[each.expires_on for _, each in noted.values()],
        quantities=[each.quantity for _, each in noted.values()],
    )


Change = tuple[Key, State, LotQuantity]


def _sum(units: Iterable[tuple[tuple[Key, State] | None, LotQuantity]]) -> list[Change]:
    """Units of the same lot, place and state together."""
    summed: dict[tuple[Key, State, str, str], LotQuantity] = {}
    for side, one in units:
        if side is None:
            continue
        name = (*side, *one.name)
        before = summed[name].quantity if name in summed else 0
        summed[name] = msgspec.structs.replace(one, quantity=one.quantity + before)
    return [(key, state, one) for (key, state, _, _), one in summed.items()]


def _columns(changes: Sequence[Change]) -> dict[str, list[object]]:
    return {
        **columns([key for key, _, _ in changes]),
        "states": [state for _, state, _ in changes],
        "lots": [one.lot for _, _, one in changes],
        "serials": [one.serial for _, _, one in changes],
        "quantities": [one.quantity for _, _, one in changes],
    }


async def lots(
    tx: Tx,
    *,
    variant_id: VariantId | None = None,
    location_id: LocationId | None = None,
    expires_before: date | None = None,
    rows_max: int = 200,
) -> list[Lot]:
    """Lots in stock, what expires first first."""
    return await tx.all(
        store.LOTS, variant_id=variant_id, location_id=location_id, expires_before=expires_before,
        rows_max=min(rows_max, ROWS_MAX),
    )  # fmt: skip


async def trace(
    tx: Tx, *, variant_id: VariantId, lot: str | None = None, serial: str | None = None, rows_max: int = 1_000
) -> list[Traced]:
    """Every movement of a lot or serial number, the first first: whom to call when it must come back."""
    return await tx.all(store.TRACE, variant_id=variant_id, lot=lot, serial=serial, rows_max=min(rows_max, ROWS_MAX))
