"""Who gets what, when there is not enough for all."""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from portico.inventory.rules.policies import Policies, promisable
from portico.inventory.types import Granted, Key, Missing, OutOfStock, Want


class Stocked(msgspec.Struct, frozen=True):
    """What there is to share out, per key.

    `free` is what is unpromised, `ahead` what may still be promised before it is there. Of single holders: `own` holds
    backed units and `own_ahead` units to come, which a want that replaces the holder may use up; `leased` is what leases
    hold, of which a want that draws on one takes what it needs before it takes what is free.
    """

    free: Mapping[Key, int]
    ahead: Mapping[Key, int] = {}
    own: Mapping[bytes, Mapping[Key, int]] = {}
    own_ahead: Mapping[bytes, Mapping[Key, int]] = {}
    leased: Mapping[bytes, Mapping[Key, int]] = {}


def share_out(
    wants: Sequence[Want], stocked: Stocked, *, policies: Policies | None = None
) -> list[Granted | OutOfStock]:
    """Serve wants in order of arrival: all lines of a want or none.

    Policies bind what is held for later. What is taken at once is in the customer's hand: nobody is told to put it back.
    Only lines that say so may be promised ahead of their units, and only what is not there already.
    """
    left, ahead = Counter(stocked.free), Counter(stocked.ahead)
    leases = {lease: Counter(units) for lease, units in stocked.leased.items()}
    return [_serve(want, stocked, left, ahead, leases, policies) for want in wants]


class _Asked(msgspec.Struct, frozen=True):
    """Of one key: how many are taken, held for later, and how many of those held may be promised ahead."""

    taken: int = 0
    held: int = 0
    may_wait: int = 0


def _asked(want: Want) -> dict[Key, _Asked]:
    asked: dict[Key, _Asked] = {}
    for line in want.lines:
        so_far = asked.get(line.key, _Asked())
        if line.take:
            asked[line.key] = _Asked(so_far.taken + line.quantity, so_far.held, so_far.may_wait)
        else:
            waits = line.quantity if line.backorder else 0
            asked[line.key] = _Asked(so_far.taken, so_far.held + line.quantity, so_far.may_wait + waits)
    return asked


def _serve(
    want: Want,
    stocked: Stocked,
    left: Counter[Key],
    ahead: Counter[Key],
    leases: Mapping[bytes, Counter[Key]],
    policies: Policies | None,
) -> Granted | OutOfStock:
    """Answer one want, and if it is granted take its units off what is left."""
    asked = _asked(want)
    replaced = want.replaces.bytes if want.replaces else b""
    given_up, given_up_ahead = stocked.own.get(replaced, {}), stocked.own_ahead.get(replaced, {})
    lease = leases.get(want.draws_on.bytes, Counter()) if want.draws_on else Counter()
    drawn: dict[Key, int] = {}
    waits: dict[Key, int] = {}
    missing = []
    for key, one in asked.items():
        from_lease = min(lease[key], one.taken + one.held) if lease[key] > 0 else 0
        if from_lease:
            drawn[key] = from_lease
        taken_free = max(0, one.taken - from_lease)
        held_free = one.taken + one.held - from_lease - taken_free
        room = left[key] + given_up.get(key, 0) - taken_free
        if held_free and policies and room >= 0:
            room = promisable(room, policies.leeway(key.variant_id, key.location_id, want.by.channel_id))
        short = held_free - max(0, room)
        if room < 0 or short > 0:
            may_wait = min(one.may_wait, ahead[key] + given_up_ahead.get(key, 0))
            if room >= 0 and short <= may_wait:
                waits[key] = short
            else:
                there = max(0, room + taken_free) + from_lease
                missing.append(Missing(key.variant_id, key.location_id, one.taken + one.held, there))
    if missing:
        return OutOfStock(missing=tuple(missing))
    for key, one in asked.items():
        left[key] -= one.taken + one.held - drawn.get(key, 0) - waits.get(key, 0)
    left.update(given_up)
    ahead.update(given_up_ahead)
    ahead.subtract(waits)
    for key, units in drawn.items():
        lease[key] -= units
    return Granted(want.holder, tuple(sorted(drawn.items())), tuple(sorted(waits.items())))
