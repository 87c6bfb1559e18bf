"""Promising units before they are there, and giving them out once they have come."""

from collections import Counter
from collections.abc import Sequence

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.api.locking import columns, lock
from portico.inventory.events import BackorderFilled, BackorderSet
from portico.inventory.store import backorders as store
from portico.inventory.store import stock
from portico.inventory.types import Backorder, BadBackorder, Key, ReservationId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import any_id

QUANTITY_MAX = 1_000_000_000
LINES_MAX = 1_000
KEYS_AT_ONCE = 200
SYSTEM = Hand(actor="system:backorders", actor_name="")


async def put_backorders(tx: Tx, *, backorders: Sequence[Backorder], by: Hand = SYSTEM) -> list[Backorder]:
    """Set how many may be promised before they are there; a limit below what is promised already takes no more.

    Makes stock rows that are not there yet and locks them in key order. Refuses BadBackorder.
    """
    keys = sorted({one.key for one in backorders})
    if not 0 < len(backorders) <= LINES_MAX or len(keys) < len(backorders):
        raise BadBackorder(field="backorders")
    for one in backorders:
        if not 0 <= one.units_max <= QUANTITY_MAX:
            raise BadBackorder(field="units_max")
        if one.expected_on < tx.now.date():
            raise BadBackorder(field="expected_on")
    await tx.run(stock.MAKE_ROWS, **columns(keys))
    await lock(tx, keys=keys)
    await tx.run(
        store.PUT,
        **columns([one.key for one in backorders]),
        kinds=[one.kind for one in backorders],
        units_maxs=[one.units_max for one in backorders],
        expected_ons=[one.expected_on for one in backorders],
    )
    tx.emit(
        BackorderSet(
            subject=one.variant_id, by=by, occurred_at=tx.now, location_id=one.location_id, kind=one.kind,
            units_max=one.units_max, expected_on=one.expected_on,
        )
        for one in backorders
    )  # fmt: skip
    put = {one.key: one for one in await tx.all(store.AT, **columns(keys))}
    return [put[one.key] for one in backorders]


async def backorders(
    tx: Tx, *, variant_id: VariantId | None = None, location_id: LocationId | None = None, rows_max: int = 200
) -> list[Backorder]:
    """Those of a variant, or of a place, or all: the earliest expected first."""
    return await tx.all(store.ALL, variant_id=variant_id, location_id=location_id, rows_max=min(rows_max, LINES_MAX))


async def fill(tx: Tx, *, keys: Sequence[Key], by: Hand = SYSTEM) -> int:
    """Give what is free at these keys to whoever waits for it, in order of promise; how many units were given.

    Locks stock rows in key order, which the caller may hold already.
    """
    waited = sorted(await tx.all(store.WAITING_AT, **columns(keys)))
    if not waited:
        return 0
    free = {level.key: level.available for level in await lock(tx, keys=waited)}
    given: Counter[Key] = Counter()
    whole: list[store.Waiting] = []
    parts: list[tuple[store.Waiting, int]] = []
    for one in await tx.all(store.WAITING, **columns(waited), now=tx.now):
        key = Key(one.variant_id, one.location_id)
        units = min(one.quantity, free[key] - given[key])
        if units <= 0:
            continue
        given[key] += units
        if units == one.quantity:
            whole.append(one)
        else:
            parts.append((one, units))
    if not given:
        return 0
    filled = sorted(given)
    await tx.run(
        store.FILL,
        **columns(filled),
        quantities=[given[key] for key in filled],
        whole_ids=[one.id for one in whole],
        part_ids=[one.id for one, _ in parts],
        part_quantities=[units for _, units in parts],
        new_ids=[ReservationId.new() for _ in parts],
    )
    tx.emit(
        BackorderFilled(
            subject=any_id(one.holder) or one.id, by=by, occurred_at=tx.now, variant_id=one.variant_id,
            location_id=one.location_id, quantity=units,
        )
        for one, units in [*((one, one.quantity) for one in whole), *parts]
    )  # fmt: skip
    return given.total()


async def fill_waiting(tx: Tx) -> bool:
    """Give out what has come free in any other way (a release, a stock file); whether there may be more."""
    keys = await tx.all(store.FILLABLE, keys_max=KEYS_AT_ONCE)
    return bool(keys) and await fill(tx, keys=keys) > 0 and len(keys) == KEYS_AT_ONCE
