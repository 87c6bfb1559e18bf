"""Which list says what a variant costs, and what it cost before."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from portico.pricing.rules.promotions.matching import unmet
from portico.pricing.types.conditions import Asking
from portico.pricing.types.lists import Found, Listed, PriceList, PriceListId


def find_price(
    own: int | None, listed: Iterable[Listed], lists: Mapping[PriceListId, PriceList], *, asking: Asking, quantity: int
) -> Found | None:
    """The price of one unit when so many steps of a variant are in the basket; None where nobody has one.

    Of the lists whose conditions hold the highest priority decides; within it the price from the largest quantity reached; of several
    that are alike, the lowest. Without a list, the market's own.
    """
    best: Listed | None = None
    best_key: tuple[int, int, int] = (-1, -1, 0)
    for one in listed:
        head = lists.get(one.list_id)
        if head is None or one.from_quantity > quantity or not holds(one, asking.at) or unmet(head.conditions, asking):
            continue
        key = (head.priority, one.from_quantity, -one.amount)
        if key > best_key:
            best, best_key = one, key
    if best is None:
        return None if own is None else Found(own, "", own)
    return Found(best.amount, lists[best.list_id].code, own)


def holds(one: Listed, at: datetime) -> bool:
    return (one.starts_at is None or one.starts_at <= at) and (one.ends_before is None or at < one.ends_before)


def moments(*, since: datetime, until: datetime, known: Sequence[datetime | None]) -> list[datetime]:
    """When a price may have become another one, from `since` on, in order; `since` itself first."""
    return [since, *sorted({one for one in known if one is not None and since < one <= until})]
