"""Taking and holding units, giving them back, handing them over."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from portico.inventory.api import lots
from portico.inventory.api.locking import columns, fresh, lock
from portico.inventory.events import StockAllocated, StockHandedOver, StockReleased
from portico.inventory.rules import sharing
from portico.inventory.rules.policies import Policies
from portico.inventory.store import backorders, policies
from portico.inventory.store import holds as store
from portico.inventory.store import leases as lease_store
from portico.inventory.types import (
    Granted,
    HandOver,
    Key,
    Level,
    LotNotThere,
    MovementId,
    NotHeld,
    OutOfStock,
    ReservationId,
    State,
    Want,
    WantLine,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id

KEYS_AT_ONCE = 500


async def allocate(tx: Tx, *, wants: Sequence[Want]) -> list[Granted | OutOfStock | LotNotThere]:
    """Take or hold stock for each want, all of its lines or none, in order of arrival.

    Locks `inventory.stock` rows in key order. Holds that ran out are given back first where they are needed.
    """
    replaced = [str(want.replaces) for want in wants if want.replaces]
    keys = sorted({line.key for want in wants for line in want.lines})
    levels = await _lock(tx, keys, holders=replaced)
    tracked = {level.key for level in levels if level.tracked}
    strays = await _strays(tx, wants, tracked)
    served = [want for want, stray in zip(wants, strays, strict=True) if stray is None]
    holds = await tx.all(store.HOLDS_OF, holders=replaced) if replaced else []
    served = await _in_time(tx, served)
    leases = sorted({str(want.draws_on) for want in served if want.draws_on})
    leased = await tx.all(store.LEASED_AT, holders=leases, **columns(keys)) if leases else []
    free = {level.key: level.available for level in levels}
    limits = await _policies(tx, served)
    answers = sharing.share_out(served, _stocked(free, await _ahead(tx, served), holds, leased), policies=limits)
    if any(isinstance(answer, OutOfStock) for answer in answers):
        freed = await fresh(tx, levels=await tx.all(store.DROP_EXPIRED, **columns(keys), now=tx.now))
        if freed:
            holds = [hold for hold in holds if not (hold.expires_at and hold.expires_at <= tx.now)]
            free.update((level.key, level.available) for level in freed)
            stocked = _stocked(free, await _ahead(tx, served), holds, leased)
            answers = sharing.share_out(served, stocked, policies=limits)
    granted = [(want, answer) for want, answer in zip(served, answers, strict=True) if isinstance(answer, Granted)]
    if granted:
        await _write_allocation(tx, granted, holds, _drawn(granted, leased), tracked)
        tx.emit(
            StockAllocated(subject=want.holder, by=want.by, occurred_at=want.occurred_at, lines=want.lines)
            for want, _ in granted
        )
    left = iter(answers)
    return [stray or next(left) for stray in strays]


async def _in_time(tx: Tx, wants: Sequence[Want]) -> list[Want]:
    """Wants as they may be served: a lease covers what its own till sold before it ended, until it is settled."""
    named = sorted({want.draws_on for want in wants if want.draws_on})
    if not named:
        return list(wants)
    found = {one.id: one for one in await tx.all(lease_store.LEASES, ids=named)}
    served = []
    for want in wants:
        lease = found.get(want.draws_on) if want.draws_on else None
        covered = lease is not None and lease.settled_at is None and want.occurred_at < lease.expires_at
        own = lease is not None and want.by.till_id is not None and lease.till_id.uuid == want.by.till_id
        served.append(want if covered and own else msgspec.structs.replace(want, draws_on=None))
    return served


async def _strays(tx: Tx, wants: Sequence[Want], tracked: set[Key]) -> list[LotNotThere | None]:
    """Of wants that name lots or serial numbers, what is not there: each is given out once."""
    if not any(line.lots for want in wants for line in want.lines):
        return [None] * len(wants)
    here = await lots.shelf(tx, keys=sorted(tracked))
    answers: list[LotNotThere | None] = []
    for want in wants:
        stray = None
        for line in want.lines:
            stray = stray or here.check(line.key, State.ON_HAND, line.lots, today=tx.now.date())
        for line in want.lines if stray is None else ():
            here.draw(line.key, State.ON_HAND, 0, named=line.lots, today=tx.now.date())
        answers.append(stray)
    return answers


async def _ahead(tx: Tx, wants: Sequence[Want]) -> dict[Key, int]:
    """What may still be promised before it is there, where a want would take that."""
    keys = sorted({line.key for want in wants for line in want.lines if line.backorder})
    return {one.key: one.left for one in await tx.all(backorders.AT, **columns(keys))} if keys else {}


def _stocked(
    free: Mapping[Key, int], ahead: Mapping[Key, int], holds: Sequence[store.Hold], leased: Sequence[store.Hold]
) -> sharing.Stocked:
    return sharing.Stocked(
        free=free,
        ahead=ahead,
        own=_by_holder([hold for hold in holds if hold.backed]),
        own_ahead=_by_holder([hold for hold in holds if not hold.backed]),
        leased=_by_holder(leased),
    )


async def _policies(tx: Tx, wants: Sequence[Want]) -> Policies | None:
    """What binds the holds among the wants; what is taken at once is bound by nothing."""
    held = {line.variant_id for want in wants for line in want.lines if not line.take}
    return Policies(await tx.all(policies.POLICIES, variant_ids=sorted(held))) if held else None


async def _lock(tx: Tx, keys: Sequence[Key], *, holders: Sequence[str]) -> list[Level]:
    """Lock the rows of the keys and of whatever the holders hold, in key order.

    A holder's own row (its checkout, its order) is locked by the caller, so its holds do not change meanwhile.
    """
    held = await tx.all(store.KEYS_OF, holders=list(holders)) if holders else []
    return await lock(tx, keys=sorted({*keys, *held}))


async def lock_held(tx: Tx, *, holders: Sequence[Id]) -> list[Level]:
    """Lock the stock rows of whatever the holders hold, in key order."""
    return await _lock(tx, [], holders=[str(one) for one in holders])


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
    tx: Tx,
    granted: Sequence[tuple[Want, Granted]],
    holds: Sequence[store.Hold],
    drawn: Sequence[tuple[store.Hold, int]],
    tracked: set[Key],
) -> None:
    lines = [(want, line) for want, _ in granted for line in want.lines]
    takes = [one for one in lines if one[1].take]
    keeps = [each for want, answer in granted for each in _kept(want, answer)]
    replaced = {str(want.replaces) for want, _ in granted if want.replaces}
    given_up = [hold for hold in holds if hold.holder in replaced]
    taken: Counter[Key] = Counter()
    held: Counter[Key] = Counter()
    waiting: Counter[Key] = Counter()
    for _, line in takes:
        taken[line.key] += line.quantity
    for _, line, units, backed in keeps:
        (held if backed else waiting)[line.key] += units
    for hold in given_up:
        (held if hold.backed else waiting)[Key(hold.variant_id, hold.location_id)] -= hold.quantity
    for hold, units in drawn:
        held[Key(hold.variant_id, hold.location_id)] -= units
    used_up = [hold for hold, units in drawn if units == hold.quantity]
    less = [(hold, units) for hold, units in drawn if units < hold.quantity]
    keys = sorted(taken.keys() | held.keys())
    awaited = sorted(waiting)
    moved = _moved(takes)
    await tx.run(
        store.ALLOCATE,
        **columns(keys),
        taken=[taken[key] for key in keys],
        held=[held[key] for key in keys],
        waiting_variant_ids=[key.variant_id for key in awaited],
        waiting_location_ids=[key.location_id for key in awaited],
        waiting=[waiting[key] for key in awaited],
        given_up=[hold.id for hold in (*given_up, *used_up)],
        less_ids=[hold.id for hold, _ in less],
        less_quantities=[units for _, units in less],
        **moved,
        hold_ids=[ReservationId.new() for _ in keeps],
        hold_variant_ids=[line.variant_id for _, line, _, _ in keeps],
        hold_location_ids=[line.location_id for _, line, _, _ in keeps],
        hold_quantities=[units for _, _, units, _ in keeps],
        holders=[str(want.holder) for want, _, _, _ in keeps],
        line_ids=[line.line_id for _, line, _, _ in keeps],
        expires_ats=[want.expires_at for want, _, _, _ in keeps],
        backeds=[backed for _, _, _, backed in keeps],
        now=tx.now,
    )
    await _pass_on(tx, takes, moved, tracked)


def _kept(want: Want, answer: Granted) -> list[tuple[Want, WantLine, int, bool]]:
    """What is held of a want, line by line: so many units, and whether they are there. Who may wait for units waits."""
    waits = Counter(dict(answer.backordered))
    kept = []
    for line in want.lines:
        if line.take:
            continue
        units = min(waits[line.key], line.quantity) if line.backorder else 0
        waits[line.key] -= units
        if line.quantity > units:
            kept.append((want, line, line.quantity - units, True))
        if units:
            kept.append((want, line, units, False))
    return kept


async def _pass_on(
    tx: Tx, moves: Sequence[tuple[Want | HandOver, WantLine]], moved: dict[str, list[Any]], tracked: set[Key]
) -> None:
    """Of tracked units that leave with customers, note which lots they are of."""
    await lots.pass_on(
        tx,
        passages=[
            lots.Passage(
                movement_id=movement_id,
                variant_id=line.variant_id,
                quantity=line.quantity,
                source=(line.key, State.ON_HAND),
                target=None,
                named=line.lots,
            )
            for movement_id, (_, line) in zip(moved["movement_ids"], moves, strict=True)
            if line.key in tracked
        ],
    )


def _moved(moves: Sequence[tuple[Want | HandOver, WantLine]]) -> dict[str, list[Any]]:
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
    tracked = {level.key for level in await _lock(tx, [], holders=holders) if level.tracked}
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
    moved = _moved(moves)
    await tx.run(
        store.HAND_OVER,
        **columns(keys),
        quantities=[out[key] for key in keys],
        gone=[hold.id for hold in holds if left[hold.id] == 0],
        less_ids=[hold.id for hold in less],
        less_quantities=[hold.quantity - left[hold.id] for hold in less],
        **moved,
        now=tx.now,
    )
    await _pass_on(tx, moves, moved, tracked)
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
        await give_back_expired(tx, keys=keys)
    return len(keys)


async def give_back_expired(tx: Tx, *, keys: Sequence[Key]) -> list[Level]:
    """Lock the rows of these keys, in key order, and give back holds on them that ran out; the levels after it."""
    levels = {level.key: level for level in await lock(tx, keys=sorted(keys))}
    ended = await tx.all(store.DROP_EXPIRED, **columns(sorted(keys)), now=tx.now)
    levels.update((level.key, level) for level in await fresh(tx, levels=ended))
    return list(levels.values())
