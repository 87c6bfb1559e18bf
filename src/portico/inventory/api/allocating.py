"""Taking and holding units, giving them back, handing them over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from portico.inventory import rules
from portico.inventory.events import StockAllocated, StockHandedOver, StockReleased
from portico.inventory.store import holds as store
from portico.inventory.store import policies, stock
from portico.inventory.types import (
    Granted,
    HandOver,
    Key,
    Level,
    MovementId,
    NotHeld,
    OutOfStock,
    ReservationId,
    Want,
    WantLine,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id

KEYS_AT_ONCE = 500


async def allocate(tx: Tx, *, wants: Sequence[Want]) -> list[Granted | OutOfStock]:
    """Take or hold stock for each want, all of its lines or none, in order of arrival.

    Locks `inventory.stock` rows in key order. Holds that ran out are given back first where they are needed.
    """
    replaced = [str(want.replaces) for want in wants if want.replaces]
    keys = sorted({line.key for want in wants for line in want.lines})
    levels = await _lock(tx, keys, holders=replaced)
    holds = await tx.all(store.HOLDS_OF, holders=replaced) if replaced else []
    leases = sorted({str(want.draws_on) for want in wants if want.draws_on})
    leased = await tx.all(store.LEASED_AT, holders=leases, **columns(keys)) if leases else []
    free = {level.key: level.available for level in levels}
    limits = await _policies(tx, wants)
    share_out = partial(rules.share_out, wants, leased=_by_holder(leased), policies=limits)
    answers = share_out(free=free, own=_by_holder(holds))
    if any(isinstance(answer, OutOfStock) for answer in answers):
        freed = await tx.all(store.DROP_EXPIRED, **columns(keys), now=tx.now)
        if freed:
            holds = [hold for hold in holds if not (hold.expires_at and hold.expires_at <= tx.now)]
            free.update((level.key, level.available) for level in freed)
            answers = share_out(free=free, own=_by_holder(holds))
    granted = [(want, answer) for want, answer in zip(wants, answers, strict=True) if isinstance(answer, Granted)]
    if granted:
        await _write_allocation(tx, [want for want, _ in granted], holds, _drawn(granted, leased))
        tx.emit(
            StockAllocated(subject=want.holder, by=want.by, occurred_at=want.occurred_at, lines=want.lines)
            for want, _ in granted
        )
    return answers


async def _policies(tx: Tx, wants: Sequence[Want]) -> rules.Policies | None:
    """What binds the holds among the wants; what is taken at once is bound by nothing."""
    held = {line.variant_id for want in wants for line in want.lines if not line.take}
    return rules.Policies(await tx.all(policies.POLICIES, variant_ids=sorted(held))) if held else None


async def _lock(tx: Tx, keys: Sequence[Key], *, holders: Sequence[str]) -> list[Level]:
    """Lock the rows of the keys and of whatever the holders hold, in key order.

    A holder's own row (its checkout, its order) is locked by the caller, so its holds do not change meanwhile.
    """
    held = await tx.all(store.KEYS_OF, holders=list(holders)) if holders else []
    return await tx.all(stock.LOCK, **columns(sorted({*keys, *held})))


def _by_holder(holds: Iterable[store.Hold]) -> dict[bytes, Counter[Key]]:
    by_holder: defaultdict[bytes, Counter[Key]] = defaultdict(Counter)
    for hold in holds:
        by_holder[bytes.fromhex(hold.holder.rpartition("_")[2])][Key(hold.variant_id, hold.location_id)] += (
            hold.quantity
        )
    return by_holder


def _drawn(granted: Sequence[tuple[Want, Granted]], leased: Sequence[store.Hold]) -> list[tuple[store.Hold, int]]:
    """How much of each leased hold the wants have used."""
    used: Counter[tuple[str, Key]] = Counter()
    for want, answer in granted:
        for key, units in answer.drawn:
            used[str(want.draws_on), key] += units
    found = []
    for hold in leased:
        name = (hold.holder, Key(hold.variant_id, hold.location_id))
        units = min(used[name], hold.quantity)
        if units:
            used[name] -= units
            found.append((hold, units))
    return found


async def _write_allocation(
    tx: Tx, granted: Sequence[Want], holds: Sequence[store.Hold], drawn: Sequence[tuple[store.Hold, int]]
) -> None:
    lines = [(want, line) for want in granted for line in want.lines]
    takes, keeps = [one for one in lines if one[1].take], [one for one in lines if not one[1].take]
    replaced = {str(want.replaces) for want in granted if want.replaces}
    given_up = [hold for hold in holds if hold.holder in replaced]
    taken: Counter[Key] = Counter()
    held: Counter[Key] = Counter()
    for _, line in takes:
        taken[line.key] += line.quantity
    for _, line in keeps:
        held[line.key] += line.quantity
    for hold in given_up:
        held[Key(hold.variant_id, hold.location_id)] -= hold.quantity
    for hold, units in drawn:
        held[Key(hold.variant_id, hold.location_id)] -= units
    used_up = [hold for hold, units in drawn if units == hold.quantity]
    less = [(hold, units) for hold, units in drawn if units < hold.quantity]
    keys = sorted(taken.keys() | held.keys())
    await tx.run(
        store.ALLOCATE,
        **columns(keys),
        taken=[taken[key] for key in keys],
        held=[held[key] for key in keys],
        given_up=[hold.id for hold in (*given_up, *used_up)],
        less_ids=[hold.id for hold, _ in less],
        less_quantities=[units for _, units in less],
        **_moved(takes),
        hold_ids=[ReservationId.new() for _ in keeps],
        hold_variant_ids=[line.variant_id for _, line in keeps],
        hold_location_ids=[line.location_id for _, line in keeps],
        hold_quantities=[line.quantity for _, line in keeps],
        holders=[str(want.holder) for want, _ in keeps],
        line_ids=[line.line_id for _, line in keeps],
        expires_ats=[want.expires_at for want, _ in keeps],
        now=tx.now,
    )


def _moved(moves: Sequence[tuple[Want | HandOver, WantLine]]) -> dict[str, list[object]]:
    """Columns of the movements that take units out of a location."""
    return {
        "movement_ids": [MovementId.new() for _ in moves],
        "moved_variant_ids": [line.variant_id for _, line in moves],
        "moved_location_ids": [line.location_id for _, line in moves],
        "moved_quantities": [line.quantity for _, line in moves],
        "references": [str(one.holder) for one, _ in moves],
        "actors": [one.by.actor for one, _ in moves],
        "actor_names": [one.by.actor_name for one, _ in moves],
        "channel_ids": [one.by.channel_id for one, _ in moves],
        "occurred_ats": [one.occurred_at for one, _ in moves],
    }


def columns(keys: Sequence[Key]) -> dict[str, list[object]]:
    return {"variant_ids": [key.variant_id for key in keys], "location_ids": [key.location_id for key in keys]}


async def release(tx: Tx, *, holders: Sequence[Id], by: Hand) -> None:
    """End all holds of the holders; their units are free again."""
    names = [str(one) for one in holders]
    await _lock(tx, [], holders=names)
    holds = await tx.all(store.HOLDS_OF, holders=names)
    if not holds:
        return
    freed = await tx.all(store.RELEASE, ids=[hold.id for hold in holds])
    tx.emit([StockReleased(subject=holders[0], by=by, occurred_at=tx.now, variant_ids=tuple(freed))])


async def hand_over(tx: Tx, *, hand_overs: Sequence[HandOver]) -> None:
    """Held units leave their location with the customer. Refuses NotHeld where a line is not held in that quantity.

    Locks stock rows in key order, then the holders' reservations.
    """
    holders = [str(one.holder) for one in hand_overs]
    await _lock(tx, [], holders=holders)
    holds = await tx.all(store.HELD_LINES, holders=holders)
    left = {hold.id: hold.quantity for hold in holds}
    moves: list[tuple[Want | HandOver, WantLine]] = [(one, line) for one in hand_overs for line in one.lines]
    for one, line in moves:
        wanted = line.quantity
        for hold in holds:
            same = (hold.holder, hold.line_id.bytes) == (str(one.holder), line.line_id.bytes)
            if same and Key(hold.variant_id, hold.location_id) == line.key:
                used = min(wanted, left[hold.id])
                left[hold.id] -= used
                wanted -= used
        if wanted:
            raise NotHeld(variant_id=line.variant_id, location_id=line.location_id)
    out: Counter[Key] = Counter()
    for _, line in moves:
        out[line.key] += line.quantity
    keys = sorted(out)
    less = [hold for hold in holds if 0 < left[hold.id] < hold.quantity]
    await tx.run(
        store.HAND_OVER,
        **columns(keys),
        quantities=[out[key] for key in keys],
        gone=[hold.id for hold in holds if left[hold.id] == 0],
        less_ids=[hold.id for hold in less],
        less_quantities=[hold.quantity - left[hold.id] for hold in less],
        **_moved(moves),
        now=tx.now,
    )
    tx.emit(
        StockHandedOver(subject=one.holder, by=one.by, occurred_at=one.occurred_at, lines=one.lines)
        for one in hand_overs
    )


async def sweep_expired(tx: Tx) -> bool:
    """Tidy a stretch of holds that ran out; whether there may be more of them."""
    return await tidy_expired(tx, keys_max=KEYS_AT_ONCE) >= KEYS_AT_ONCE


async def tidy_expired(tx: Tx, *, keys_max: int = 500) -> int:
    """Give back holds that ran out; correctness does not need it, short lists do. How many keys were looked at."""
    keys = [level.key for level in await tx.all(store.EXPIRED_KEYS, now=tx.now, keys_max=keys_max)]
    if keys:
        await _lock(tx, keys, holders=[])
        await tx.all(store.DROP_EXPIRED, **columns(keys), now=tx.now)
    return len(keys)
