"""How much a till should lease."""

from math import ceil, sqrt


def lease_size(*, sold_per_day: float, days: float, free: int, tills: int) -> int:
    """How many units a till should have for so long: what it is likely to sell, and some more, but no more than its share.

    Sales are taken for Poisson: the mean and two standard deviations are enough 97 times of 100. One unit at least, where
    there are enough for every till; and at most half of what is free, so that who is not away can still sell.
    """
    mean = sold_per_day * days / max(1, tills)
    wanted = max(1, ceil(mean + 2 * sqrt(mean)))
    return min(wanted, free // (2 * max(1, tills)))
