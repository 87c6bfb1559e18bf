"""How sure it is that a unit the books promise is really on the shelf.

Between two counts a shelf loses units that nobody books: theft, breakage, mispicks. How many is a Poisson matter whose rate
per unit of activity is not known but learnt, so it is Gamma distributed; what is lost over an activity `a` is then negative
binomial (Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.6, Poisson model with exposure). Activity counts every
unit that went through hands since the last count, and every unit that stood there for `SHELF_DAYS`.

Before a place was ever counted its rate is that of retail at large: 1.6 % of sales are lost (National Retail Security
Survey 2023), held as if `PRIOR_ACTIVITY` units had been watched.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from math import exp, lgamma, log, pow

import msgspec

DAY = timedelta(days=1)
SHELF_DAYS = 60.0  # a unit that stood for so long is as likely to be lost as one that was handled once
UNCOUNTED_DAYS = 180.0  # how long ago a shelf was counted of which no count is known
PRIOR_LOST = 1.0
PRIOR_ACTIVITY = 62.5
ACTIVITY_MAX = 2_000.0  # beyond it old counts fade: a place changes
LOST_MAX = 12.0  # losses come in bunches: however much is learnt, the spread stays
BUFFER_MAX = 1_000
GAMMA_MAX = 200.0  # beyond it nothing is left of the tail, as `LOST_MAX` bounds the size


class Shrink(msgspec.Struct, frozen=True):
    """What the counts of a place have taught: so much lost over so much activity."""

    lost: float = 0.0
    activity: float = 0.0


UNLEARNT = Shrink()


class Losses(msgspec.Struct, frozen=True):
    """The negative binomial of what a shelf has lost: its size, and its mean in units."""

    size: float
    mean: float


class Recount(msgspec.Struct, frozen=True):
    """One variant counted: units missing (0 where none is), and the activity since the count before."""

    missing: int
    activity: float


def days_since(moment: datetime | None, *, now: datetime) -> float | None:
    """None for a moment that never was."""
    return None if moment is None else (now - moment) / DAY


def activity(*, on_hand: int, handled: int, days: float | None) -> float:
    """Of a shelf since its last count, `days` ago; None: never counted."""
    return handled + max(0, on_hand) * (UNCOUNTED_DAYS if days is None else max(0.0, days)) / SHELF_DAYS


def learn(shrink: Shrink, recounts: Iterable[Recount]) -> Shrink:
    """What is known after some counts. Old knowledge fades once there is much of it."""
    lost, over = shrink.lost, shrink.activity
    for one in recounts:
        lost, over = lost + one.missing, over + one.activity
    fade = min(1.0, ACTIVITY_MAX / over) if over else 1.0
    return Shrink(lost * fade, over * fade)


def losses(activity: float, shrink: Shrink = UNLEARNT) -> Losses:
    """What may be lost over an activity. Rounded, so that shelves alike share one sum."""
    lost, over = PRIOR_LOST + shrink.lost, PRIOR_ACTIVITY + shrink.activity
    return Losses(round(min(lost, LOST_MAX), 2), _rounded(activity * lost / over))


def confidence(units: int, *, free: int, losses: Losses) -> float:
    """The probability that `units` of those free by the books are really there: 0..1."""
    return _at_most(free - units, losses.size, losses.mean) if units <= free else 0.0


def buffer(target: float, *, losses: Losses) -> int:
    """How many of the free units to keep back so that any one promised is there with the probability `target`."""
    return _buffer(target, losses.size, losses.mean)


def _rounded(value: float) -> float:
    """To two digits that count."""
    return float(f"{value:.1e}")


@lru_cache(maxsize=50_000)
def _at_most(units: int, size: float, mean: float) -> float:
    """P(lost <= units)."""
    if mean == 0.0:
        return 1.0
    stays = size / (size + mean)
    term = total = pow(stays, size)
    for k in range(1, min(units, BUFFER_MAX) + 1):
        term *= (size + k - 1) / k * (1.0 - stays)
        total += term
    if units > BUFFER_MAX:
        total = max(total, _gamma_at_most(size, (units + 0.5) * size / mean))
    return min(1.0, total)


def _gamma_at_most(size: float, x: float) -> float:
    """P(Gamma(size, 1) <= x), by its series. What is sold by weight is lost in thousands of steps, too many to add one by one:
    then the rate that is Gamma distributed says as much as the Poisson counts on top of it."""
    if x > GAMMA_MAX:
        return 1.0
    term = total = 1.0 / size
    k = size
    while term > total * 1e-12:
        k += 1.0
        term *= x / k
        total += term
    return total * exp(size * log(x) - x - lgamma(size))


@lru_cache(maxsize=50_000)
def _buffer(target: float, size: float, mean: float) -> int:
    if mean == 0.0 or target <= 0.0:
        return 0
    stays = size / (size + mean)
    term = total = pow(stays, size)
    kept = 0
    while total < target and kept < BUFFER_MAX:
        kept += 1
        term *= (size + kept - 1) / kept * (1.0 - stays)
        total += term
    return kept
