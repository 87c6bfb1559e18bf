"""Who gets what, when there is not enough for all; what may be moved; what a channel may promise."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import ceil, sqrt
from uuid import UUID

from portico.inventory.types import (
    Granted,
    Key,
    Leeway,
    Missing,
    Move,
    Moved,
    MovementId,
    NotThere,
    OutOfStock,
    Policy,
    Spot,
    Standing,
    State,
    Want,
    WantLine,
)

UNLIMITED = Leeway()


class Policies:
    """The policies of a retailer, asked what holds for one variant at one location through one channel.

    Of several that fit, the one that names the variant comes before one that names the location, and that before one that
    names the channel. Each part (safety, share, excluded, low) is taken from the first that says something of it.
    """

    def __init__(self, policies: Iterable[Policy]) -> None:
        self._by_scope = {(one.variant_id, one.location_id, one.channel_id): one for one in policies}

    def leeway(self, key: Key, channel_id: UUID | None) -> Leeway:
        if not self._by_scope:
            return UNLIMITED
        fitting = [
            found
            for variant in (key.variant_id, None)
            for location in (key.location_id, None)
            for channel in ((channel_id, None) if channel_id else (None,))
            if (found := self._by_scope.get((variant, location, channel)))
        ]

        def first(part: str) -> object:
            return next((said for one in fitting if (said := getattr(one, part)) is not None), None)

        return Leeway(
            safety=first("safety") or 0,  # type: ignore[arg-type]  # each part has the type of its field
            share_percent=100 if (share := first("share_percent")) is None else share,  # type: ignore[arg-type]
            excluded=bool(first("excluded")),
            low_under=first("low_under"),  # type: ignore[arg-type]
        )


def promisable(free: int, leeway: Leeway) -> int:
    """Of what is free, as much as a channel may promise: what its share and the safety stock leave."""
    if leeway.excluded:
        return 0
    return max(0, min(free - leeway.safety, free * leeway.share_percent // 100))


def share_out(
    wants: Sequence[Want],
    *,
    free: Mapping[Key, int],
    own: Mapping[bytes, Mapping[Key, int]],
    leased: Mapping[bytes, Mapping[Key, int]] | None = None,
    policies: Policies | None = None,
) -> list[Granted | OutOfStock]:
    """Serve wants in order of arrival: all lines of a want or none.

    `free` is what is unpromised per key; `own` what a holder holds already and a want that replaces it may use up;
    `leased` what leases hold, of which a want that draws on one takes what it needs before it takes what is free.
    Policies bind what is held for later. What is taken at once is in the customer's hand: nobody is told to put it back.
    """
    left = dict(free)
    leases = {lease: Counter(units) for lease, units in (leased or {}).items()}
    answers: list[Granted | OutOfStock] = []
    for want in wants:
        taken, held = _asked(want.lines)
        given_up = own.get(want.replaces.bytes, {}) if want.replaces else {}
        lease = leases.get(want.draws_on.bytes, Counter()) if want.draws_on else Counter()
        drawn = {key: min(lease[key], taken[key] + held[key]) for key in taken | held if lease[key] > 0}
        missing = []
        for key in taken | held:
            from_lease = drawn.get(key, 0)
            taken_free = max(0, taken[key] - from_lease)
            held_free = taken[key] + held[key] - from_lease - taken_free
            room = left.get(key, 0) + given_up.get(key, 0) - taken_free
            if held_free and policies and room >= 0:
                room = promisable(room, policies.leeway(key, want.by.channel_id))
            if held_free > room:
                there = max(0, room + taken_free) + from_lease
                missing.append(Missing(key.variant_id, key.location_id, taken[key] + held[key], there))
        if missing:
            answers.append(OutOfStock(missing=tuple(missing)))
            continue
        for key in taken | held:
            left[key] = left.get(key, 0) - (taken[key] + held[key] - drawn.get(key, 0))
        for key, units in given_up.items():
            left[key] = left.get(key, 0) + units
        for key, units in drawn.items():
            lease[key] -= units
        answers.append(Granted(want.holder, tuple(sorted(drawn.items()))))
    return answers


def _asked(lines: Iterable[WantLine]) -> tuple[Counter[Key], Counter[Key]]:
    """What is taken and what is held, per key."""
    taken: Counter[Key] = Counter()
    held: Counter[Key] = Counter()
    for line in lines:
        (taken if line.take else held)[line.key] += line.quantity
    return taken, held


Changes = dict[Key, Counter[State]]


def carry_out(moves: Sequence[Move], *, standing: Mapping[Key, Standing]) -> tuple[list[Moved | NotThere], Changes]:
    """Move in order of arrival; refused is what is not there. Reserved units do not leave the shelf: they are spoken for.

    Returns an answer per move, and by how much each state of each key changes.
    """
    there = {key: Counter(one.counters()) for key, one in standing.items()}
    changes: Changes = defaultdict(Counter)
    answers: list[Moved | NotThere] = []
    for one in moves:
        if isinstance(one.source, Spot):
            key, state = Key(one.variant_id, one.source.location_id), one.source.state
            kept = standing[key].reserved if state is State.ON_HAND else 0
            if there[key][state] - one.quantity < kept:
                answers.append(
                    NotThere(
                        variant_id=one.variant_id, location_id=one.source.location_id, state=state,
                        wanted=one.quantity, there=there[key][state], reserved=kept,
                    )
                )  # fmt: skip
                continue
            there[key][state] -= one.quantity
            changes[key][state] -= one.quantity
        if isinstance(one.target, Spot):
            key = Key(one.variant_id, one.target.location_id)
            there[key][one.target.state] += one.quantity
            changes[key][one.target.state] += one.quantity
        answers.append(Moved(MovementId.new()))
    return answers, changes


def lease_size(*, sold_per_day: float, days: float, free: int, tills: int) -> int:
    """How many units a till should have for so long: what it is likely to sell, and some more, but no more than its share.

    Sales are taken for Poisson: the mean and two standard deviations are enough 97 times of 100. One unit at least, where
    there are enough for every till; and at most half of what is free, so that who is not away can still sell.
    """
    mean = sold_per_day * days / max(1, tills)
    wanted = max(1, ceil(mean + 2 * sqrt(mean)))
    return min(wanted, free // (2 * max(1, tills)))
