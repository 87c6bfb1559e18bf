"""What may be moved."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from portico.inventory.types import Key, Move, Moved, MovementId, NotThere, Spot, Standing, State

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
