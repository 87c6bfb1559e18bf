"""Who gets what, when there is not enough for all."""

from collections import Counter
from collections.abc import Mapping, Sequence

from portico.inventory.types import Granted, Key, Missing, OutOfStock, Want


def share_out(
    wants: Sequence[Want], *, free: Mapping[Key, int], own: Mapping[bytes, Mapping[Key, int]]
) -> list[Granted | OutOfStock]:
    """Serve wants in order of arrival: all lines of a want or none.

    `free` is what is unpromised per key; `own` what a holder holds already and a want that replaces it may use up.
    """
    left = dict(free)
    answers: list[Granted | OutOfStock] = []
    for want in wants:
        asked: Counter[Key] = Counter()
        for line in want.lines:
            asked[line.key] += line.quantity
        given_up = own.get(want.replaces.bytes, {}) if want.replaces else {}
        missing = tuple(
            Missing(key.variant_id, key.location_id, units, max(0, left.get(key, 0) + given_up.get(key, 0)))
            for key, units in asked.items()
            if units > left.get(key, 0) + given_up.get(key, 0)
        )
        if missing:
            answers.append(OutOfStock(missing=missing))
            continue
        for key, units in asked.items():
            left[key] = left.get(key, 0) - units
        for key, units in given_up.items():
            left[key] = left.get(key, 0) + units
        answers.append(Granted(want.holder))
    return answers
