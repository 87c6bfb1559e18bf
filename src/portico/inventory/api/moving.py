"""Moving units between states and places; corrections by hand."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.inventory.api import lots
from portico.inventory.api.backorders import fill
from portico.inventory.api.locking import columns, lock, lock_states
from portico.inventory.events import StockAdjusted, StockMoved
from portico.inventory.rules import lots as lot_rules
from portico.inventory.rules import moving
from portico.inventory.store import lots as lot_store
from portico.inventory.store import stock as store
from portico.inventory.types import (
    Adjustment,
    BadQuantity,
    BelowReserved,
    Key,
    Level,
    Move,
    Moved,
    NotThere,
    Outside,
    Reason,
    Spot,
    State,
)
from portico.platform.db import Tx

# Where units come from or go to when they are corrected by hand.
OUTSIDE = {
    Reason.RECEIVED: Outside.SUPPLIER,
    Reason.FOUND: Outside.UNKNOWN,
    Reason.DAMAGED: Outside.SCRAP,
    Reason.LOST: Outside.UNKNOWN,
    Reason.CORRECTION: Outside.UNKNOWN,
    Reason.IMPORTED: Outside.OPENING,
}


async def move(tx: Tx, *, moves: Sequence[Move]) -> list[Moved | NotThere]:
    """Move units, one answer each in order of arrival. Reserved units do not leave the shelf.

    Makes rows that are not there yet; locks `inventory.stock` rows in key order. Raises BadQuantity for less than one
    step, LotNeeded, BadLot, LotNotThere or SerialTaken for lots that cannot be so, and ValueError for a move that touches
    none of our places: a bug. What comes onto a shelf goes to those who wait for it.
    """
    answers, done = await _carry_out(tx, moves)
    tx.emit(
        StockMoved(
            subject=one.variant_id, by=one.by, occurred_at=one.occurred_at, quantity=one.quantity, reason=one.reason,
            source=one.source if isinstance(one.source, Spot) else None,
            target=one.target if isinstance(one.target, Spot) else None,
            reference=one.reference,
        )
        for one in done
    )  # fmt: skip
    return answers


async def _carry_out(tx: Tx, moves: Sequence[Move]) -> tuple[list[Moved | NotThere], list[Move]]:
    for one in moves:
        if one.quantity < 1:
            raise BadQuantity(quantity=one.quantity)
        if not one.keys:
            raise ValueError(f"from {one.source} to {one.target} is no place of ours")
    if not moves:
        return [], []
    keys = sorted({key for one in moves for key in one.keys})
    tracking = await catalog.tracked(tx, ids=sorted({one.variant_id for one in moves}))
    for one in moves:
        _check_lots(one, tracking.get(one.variant_id, Tracking.NONE))
    await tx.run(store.MAKE_ROWS, **columns(keys))
    standing = await lock_states(tx, keys=keys)
    answers, changes = moving.carry_out(moves, standing=standing)
    done = [(one, answer) for one, answer in zip(moves, answers, strict=True) if isinstance(answer, Moved)]
    if done:
        changed = sorted(changes)
        await tx.run(
            store.MOVE,
            **columns(changed),
            on_hands=[changes[key][State.ON_HAND] for key in changed],
            pickeds=[changes[key][State.PICKED] for key in changed],
            in_transits=[changes[key][State.IN_TRANSIT] for key in changed],
            to_inspects=[changes[key][State.TO_INSPECT] for key in changed],
            damageds=[changes[key][State.DAMAGED] for key in changed],
            movement_ids=[answer.id for _, answer in done],
            moved_variant_ids=[one.variant_id for one, _ in done],
            from_location_ids=[one.source.location_id if isinstance(one.source, Spot) else None for one, _ in done],
            from_states=[one.source.state if isinstance(one.source, Spot) else one.source for one, _ in done],
            to_location_ids=[one.target.location_id if isinstance(one.target, Spot) else None for one, _ in done],
            to_states=[one.target.state if isinstance(one.target, Spot) else one.target for one, _ in done],
            quantities=[one.quantity for one, _ in done],
            reasons=[one.reason for one, _ in done],
            references=[one.reference for one, _ in done],
            actors=[one.by.actor for one, _ in done],
            actor_names=[one.by.actor_name for one, _ in done],
            channel_ids=[one.by.channel_id for one, _ in done],
            occurred_ats=[one.occurred_at for one, _ in done],
            now=tx.now,
        )
        await _pass_on(tx, done, tracking, {key for key, one in standing.items() if one.tracked})
        raised = sorted(key for key in changed if changes[key][State.ON_HAND] > 0)
        if raised:
            await fill(tx, keys=raised, by=done[0][0].by)
    return answers, [one for one, _ in done]


def _check_lots(one: Move, tracking: Tracking) -> None:
    """Refuses LotNeeded, BadLot."""
    unknown = one.source is Outside.OPENING  # what a retailer brings along when she begins
    if isinstance(one.source, Outside) and not (unknown and not one.lots):
        refused = lot_rules.check(one.variant_id, tracking, one.quantity, one.lots)
    elif one.lots:
        refused = lot_rules.malformed(one.variant_id, tracking, one.quantity, one.lots)
    else:
        refused = None
    if refused:
        raise refused


async def _pass_on(
    tx: Tx, done: Sequence[tuple[Move, Moved]], tracking: Mapping[VariantId, Tracking], tracked: set[Key]
) -> None:
    """Of tracked variants, note which lots were moved."""
    passed = [
        (one, answer)
        for one, answer in done
        if one.variant_id in tracking or any(key in tracked for key in one.keys)
    ]  # fmt: skip
    if not passed:
        return
    fresh = sorted({key for one, _ in passed for key in one.keys} - tracked)
    if fresh:
        await tx.run(lot_store.MARK_TRACKED, **columns(fresh))
    await lots.pass_on(
        tx,
        passages=[
            lots.Passage(
                movement_id=answer.id,
                variant_id=one.variant_id,
                quantity=one.quantity,
                source=_side(one, one.source),
                target=_side(one, one.target),
                named=one.lots,
            )
            for one, answer in passed
        ],
    )


def _side(one: Move, spot: Spot | Outside) -> tuple[Key, State] | None:
    return (Key(one.variant_id, spot.location_id), spot.state) if isinstance(spot, Spot) else None


async def adjust(tx: Tx, *, adjustments: Sequence[Adjustment]) -> list[Level | BelowReserved]:
    """Correct what is on hand, one answer each: the new level, or a refusal where reserved units would go.

    Makes rows that are not there yet; locks rows in key order.
    """
    keys = sorted({one.key for one in adjustments})
    await tx.run(store.MAKE_ROWS, **columns(keys))
    levels = {level.key: level for level in await lock(tx, keys=keys)}
    outcomes = iter((await _carry_out(tx, [_as_move(one) for one in adjustments if one.quantity]))[0])
    answers: list[Level | BelowReserved] = []
    for one in adjustments:
        level = levels[one.key]
        if one.quantity and isinstance(next(outcomes), NotThere):
            answers.append(BelowReserved(one.variant_id, one.location_id, level.on_hand, level.reserved))
            continue
        levels[one.key] = msgspec.structs.replace(level, on_hand=level.on_hand + one.quantity)
        answers.append(levels[one.key])
    tx.emit(
        StockAdjusted(
            subject=one.variant_id, by=one.by, occurred_at=one.occurred_at, location_id=one.location_id,
            quantity=one.quantity, reason=one.reason,
        )
        for one, answer in zip(adjustments, answers, strict=True)
        if one.quantity and isinstance(answer, Level)
    )  # fmt: skip
    return answers


def _as_move(one: Adjustment) -> Move:
    here, outside = Spot(one.location_id), OUTSIDE[one.reason]
    source, target = (here, outside) if one.quantity < 0 else (outside, here)
    return Move(
        variant_id=one.variant_id, quantity=abs(one.quantity), source=source, target=target, reason=one.reason,
        reference=one.reference, by=one.by, occurred_at=one.occurred_at, lots=one.lots,
    )  # fmt: skip
