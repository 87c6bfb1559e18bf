"""What was asked for one unit of a variant in the last weeks, promotions anybody could have included. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from portico.pricing.rules.lists import find_price, moments
from portico.pricing.rules.promotions import Book, evaluate
from portico.pricing.types.conditions import Asking
from portico.pricing.types.evaluating import Basket, Goods
from portico.pricing.types.lists import PRIOR_DAYS, Listed, PriceList, PriceListId
from portico.pricing.types.promotions import AmountOff, FixedPrice, PercentOff, Rule, Stacking, State, Version


class Change(msgspec.Struct, frozen=True):
    """A price as it was set: by a list, or the market's own. `amount` None: taken away."""

    list_id: PriceListId | None
    amount: int | None
    starts_at: datetime | None
    ends_before: datetime | None
    changed_at: datetime


class Past(msgspec.Struct, frozen=True):
    """What is known of one variant: how its prices changed, the lists as they are, and what promotions said, each oldest first."""

    goods: Goods
    changes: Sequence[Change]
    lists: Mapping[PriceListId, PriceList]
    versions: Sequence[Version]


def is_public(rule: Rule) -> bool:
    """Whether whoever buys one unit and nothing else has it."""
    return (
        rule.public
        and isinstance(rule.benefit, PercentOff | AmountOff | FixedPrice)
        and rule.minimum is None
        and not (rule.needs_code or rule.limited or rule.group)
        and not rule.conditions.segments
        and not rule.conditions.companies
        and rule.caps.discount_per_basket is None
        and rule.stacking is not Stacking.ALONE
    )


def lowest_before_reduction(past: Past, *, asking: Asking, amount: int) -> int:
    """The lowest price of the thirty days before `amount`, which is asked now, began to be asked."""
    known = _known_moments(past)
    points = moments(since=asking.at - timedelta(days=2 * PRIOR_DAYS), until=asking.at, known=known)
    prices = [(at, asked_at(past, at=at, asking=asking)) for at in points]
    began = asking.at
    for at, price in reversed(prices):
        if price is None or price > amount:
            break
        began = at
    earliest = began - timedelta(days=PRIOR_DAYS)
    standing = [price for at, price in prices if at <= earliest][-1:]  # what was asked as that time began
    asked = [price for price in (*standing, *(p for at, p in prices if earliest < at < began)) if price is not None]
    return min(asked, default=amount)


def asked_at(past: Past, *, at: datetime, asking: Asking) -> int | None:
    """What one unit cost then to whoever asked in this way."""
    then = msgspec.structs.replace(asking, at=at)
    latest: dict[tuple[PriceListId | None, datetime | None], Change] = {}
    for one in past.changes:
        if one.changed_at <= at:
            latest[one.list_id, one.starts_at if one.list_id else None] = one
    own = next((one.amount for (list_id, _), one in latest.items() if list_id is None), None)
    listed = [
        Listed(list_id, past.goods.variant_id, 0, one.starts_at, one.ends_before, one.amount)
        for (list_id, _), one in latest.items()
        if list_id is not None and one.amount is not None
    ]
    found = find_price(own, listed, past.lists, asking=then, quantity=10**past.goods.scale)
    if found is None:
        return None
    return found.amount - off_one(Book(_rules(past.versions, at)), [past.goods], [found.amount], asking=then)[0]


def off_one(book: Book, goods: Sequence[Goods], prices: Sequence[int], *, asking: Asking) -> list[int]:
    """What promotions that anybody has take off one unit of each."""
    units = tuple(
        msgspec.structs.replace(one, quantity=10**one.scale, unit_price=price, amount=price)
        for one, price in zip(goods, prices, strict=True)
    )
    off = [0] * len(units)
    for one in evaluate(book, Basket(goods=units, asking=asking)).taken:
        off[one.line] += one.amount
    return off


def _rules(versions: Iterable[Version], at: datetime) -> list[Rule]:
    latest = {one.promotion_id: one for one in versions if one.changed_at <= at}
    return [one.rule for one in latest.values() if one.state is State.LIVE and is_public(one.rule)]


def _known_moments(past: Past) -> list[datetime | None]:
    found: list[datetime | None] = []
    for one in past.changes:
        found += [one.changed_at, one.starts_at, one.ends_before]
    for head in past.lists.values():
        found += [head.conditions.starts_at, head.conditions.ends_before]
    for version in past.versions:
        found += [version.changed_at, version.rule.conditions.starts_at, version.rule.conditions.ends_before]
    return found
