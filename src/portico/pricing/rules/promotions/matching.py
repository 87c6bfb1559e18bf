"""Whether a promotion is for this basket at all: who asks, when and where, and what is in it."""

from portico.pricing.rules.promotions.book import ReachedBy, Ready, Shelf
from portico.pricing.types.conditions import Asking, Conditions
from portico.pricing.types.evaluating import Basket, Declined, Left, Why
from portico.pricing.types.promotions import Carriage, Gift, Rule

NOTHING_LIMITS = Left()


def unmet(conditions: Conditions, asking: Asking) -> Why | None:
    """Which condition does not hold; None where all do."""
    if conditions.starts_at is not None and asking.at < conditions.starts_at:
        return Why.NOT_YET
    if conditions.ends_before is not None and asking.at >= conditions.ends_before:
        return Why.OVER
    if conditions.windows and not any(
        one.starts <= asking.minute_of_week < one.ends_before for one in conditions.windows
    ):
        return Why.OTHER_TIME
    channels = conditions.channels
    if channels and asking.channel not in channels and asking.channel_kind not in channels:
        return Why.OTHER_CHANNEL
    if conditions.locations and asking.location not in conditions.locations:
        return Why.OTHER_PLACE
    if conditions.segments and asking.segments.isdisjoint(conditions.segments):
        return Why.OTHER_CUSTOMERS
    if conditions.companies and asking.company not in conditions.companies:
        return Why.OTHER_CUSTOMERS
    return None


def used_up(rule: Rule, left: Left) -> Why | None:
    if left.uses is not None and left.uses < 1:
        return Why.USED_UP
    if left.budget is not None and left.budget < 1:
        return Why.USED_UP
    if left.uses_of_customer is not None and left.uses_of_customer < 1:
        return Why.USED_BY_HER
    return None


def _not_for_her(rule: Rule, basket: Basket) -> Why | None:
    if why := unmet(rule.conditions, basket.asking):
        return why
    if rule.needs_code and rule.code not in basket.unlocked:
        return Why.NEEDS_CODE
    if rule.caps.uses_per_customer is not None and not basket.known:
        return Why.NEEDS_CUSTOMER
    return used_up(rule, basket.left.get(rule.code, NOTHING_LIMITS)) if rule.limited else None


def judge(ready: Ready, basket: Basket, shelf: Shelf, reached_by: ReachedBy) -> tuple[int, ...] | Declined:
    """The lines a promotion is about, or why the basket does not have it. Empty for what is about no line of its own."""
    rule = ready.rule
    if not ready.for_all and (why := _not_for_her(rule, basket)):
        return Declined(rule.code, why)
    lines = shelf.all if ready.reach.everything else reached_by.get(ready.rank, ())
    if ready.reach.excepts:
        lines = ready.reach.but(shelf, lines)
    if ready.of_goods:
        if not lines:
            return Declined(rule.code, Why.NO_GOODS)
    elif isinstance(rule.benefit, Carriage):
        methods = rule.benefit.methods
        if not basket.carriage or (methods and not any(one in methods for one in basket.methods)):
            return Declined(rule.code, Why.NO_GOODS)
    if rule.minimum is not None and (missing := short_of_minimum(ready, shelf, lines)):
        return Declined(rule.code, Why.MINIMUM, missing)
    return lines


def short_of_minimum(ready: Ready, shelf: Shelf, lines: tuple[int, ...]) -> int:
    minimum = ready.rule.minimum
    assert minimum is not None
    counted = lines if ready.minimum is ready.reach else ready.minimum.find(shelf)
    goods = shelf.goods
    if isinstance(gift := ready.rule.benefit, Gift) and (given := shelf.of_variant(gift.variant_id)):
        counted = tuple(i for i in counted if i not in given)  # a gift does not pay for itself
    if minimum.amount:
        amount = shelf.amount if len(counted) == len(goods) else sum([shelf.amounts[i] for i in counted])
        if amount < minimum.amount:
            return minimum.amount - amount
    if minimum.quantity and (missing := minimum.quantity - sum([shelf.pieces[i] for i in counted])) > 0:
        return missing
    return 0
