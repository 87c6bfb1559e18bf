"""Whether a rule or a list can be at all: what is wrong is named by its field. Pure."""

import re
from collections.abc import Iterable

from portico.platform import i18n, money
from portico.pricing.types.conditions import MINUTES_OF_A_WEEK, Conditions
from portico.pricing.types.lists import BadPriceList, NewPriceList
from portico.pricing.types.promotions import (
    CODE_LENGTH_MAX,
    PARTS_MAX,
    PPM,
    SCOPE_MAX,
    SETS_MAX,
    TIERS_MAX,
    TITLE_LENGTH_MAX,
    UNITS_MAX,
    AmountOff,
    BadPromotion,
    Benefit,
    Bundle,
    BuyGet,
    Carriage,
    FixedPrice,
    Gift,
    OrderAmount,
    OrderPercent,
    PercentOff,
    Rule,
    Scope,
    Stacking,
    Tiers,
)

NAMES_MAX = 500
WINDOWS_MAX = 50
PRIORITY_MAX = 10_000
_CODE = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{CODE_LENGTH_MAX - 1}}}")


def check_rule(rule: Rule) -> None:
    """Refuses BadPromotion."""
    for field, problem in (*_name(rule.code, rule.titles, rule.priority), *_rule(rule)):
        raise BadPromotion(field=field, problem=problem)


def check_list(new: NewPriceList) -> None:
    """Refuses BadPriceList."""
    for field, problem in (*_name(new.code, new.titles, new.priority), *_conditions(new.conditions)):
        raise BadPriceList(field=field, problem=problem)


Problems = Iterable[tuple[str, str]]


def _name(code: str, titles: dict[str, str], priority: int) -> Problems:
    if not _CODE.fullmatch(code):
        yield "code", f"a-z 0-9 -, 1..{CODE_LENGTH_MAX}"
    if not titles:
        yield "titles", "1.."
    for language, title in titles.items():
        if language not in i18n.LANGUAGES:
            yield f"titles.{language[:10]}", ", ".join(i18n.LANGUAGES)
        if not 0 < len(title.strip()) <= TITLE_LENGTH_MAX or not title.isprintable():
            yield f"titles.{language[:10]}", f"1..{TITLE_LENGTH_MAX}"
    if not 0 <= priority <= PRIORITY_MAX:
        yield "priority", f"0..{PRIORITY_MAX}"


def _conditions(conditions: Conditions) -> Problems:
    for field in ("channels", "locations", "segments", "companies"):
        names = getattr(conditions, field)
        if len(names) > NAMES_MAX or not all(0 < len(one) <= 100 for one in names):
            yield f"conditions.{field}", f"0..{NAMES_MAX}"
    starts, ends = conditions.starts_at, conditions.ends_before
    for field, moment in (("starts_at", starts), ("ends_before", ends)):
        if moment is not None and moment.tzinfo is None:
            yield f"conditions.{field}", "RFC 3339"
    if starts is not None and ends is not None and starts.tzinfo and ends.tzinfo and starts >= ends:
        yield "conditions.ends_before", "> starts_at"
    if len(conditions.windows) > WINDOWS_MAX:
        yield "conditions.windows", f"0..{WINDOWS_MAX}"
    for i, one in enumerate(conditions.windows):
        if not 0 <= one.starts < one.ends_before <= MINUTES_OF_A_WEEK:
            yield f"conditions.windows.{i}", f"0..{MINUTES_OF_A_WEEK}"


def _scope(scope: Scope, field: str) -> Problems:
    named = sum(len(getattr(scope, name)) for name in Scope.__struct_fields__)
    if named > SCOPE_MAX:
        yield field, f"0..{SCOPE_MAX}"


def _between(value: int, low: int, high: int, field: str) -> Problems:
    if not low <= value <= high:
        yield field, f"{low}..{high}"


def _rule(rule: Rule) -> Problems:
    yield from _conditions(rule.conditions)
    yield from _scope(rule.scope, "scope")
    yield from _benefit(rule.benefit)
    yield from _stacking(rule)
    if len(rule.group) > CODE_LENGTH_MAX:
        yield "group", f"0..{CODE_LENGTH_MAX}"
    if (minimum := rule.minimum) is not None:
        yield from _between(minimum.amount, 0, money.AMOUNT_MAX, "minimum.amount")
        yield from _between(minimum.quantity, 0, money.AMOUNT_MAX, "minimum.quantity")
        if minimum.scope is not None:
            yield from _scope(minimum.scope, "minimum.scope")
    caps = rule.caps
    for field in ("uses", "uses_per_customer", "budget", "discount_per_basket"):
        if (cap := getattr(caps, field)) is not None:
            yield from _between(cap, 1, money.AMOUNT_MAX, f"caps.{field}")
    if caps.sets_per_basket is not None:
        yield from _between(caps.sets_per_basket, 1, SETS_MAX, "caps.sets_per_basket")


def _benefit(benefit: Benefit, field: str = "benefit") -> Problems:
    if isinstance(benefit, PercentOff | OrderPercent):
        yield from _between(benefit.ppm, 1, PPM, f"{field}.ppm")
    elif isinstance(benefit, AmountOff | OrderAmount):
        yield from _between(benefit.amount, 1, money.AMOUNT_MAX, f"{field}.amount")
    elif isinstance(benefit, FixedPrice):
        yield from _between(benefit.amount, 0, money.AMOUNT_MAX, f"{field}.amount")
    elif isinstance(benefit, Tiers):
        yield from _between(len(benefit.tiers), 1, TIERS_MAX, f"{field}.tiers")
        for i, tier in enumerate(benefit.tiers):
            yield from _between(tier.at_least, 1, money.AMOUNT_MAX, f"{field}.tiers.{i}.at_least")
            yield from _benefit(tier.benefit, f"{field}.tiers.{i}")
            if i and tier.at_least <= benefit.tiers[i - 1].at_least:
                yield f"{field}.tiers.{i}.at_least", f"> {benefit.tiers[i - 1].at_least}"
    elif isinstance(benefit, BuyGet):
        yield from _between(benefit.buy, 1, UNITS_MAX, f"{field}.buy")
        yield from _between(benefit.get, 1, UNITS_MAX, f"{field}.get")
        yield from _between(benefit.ppm, 1, PPM, f"{field}.ppm")
        if benefit.of is not None:
            yield from _scope(benefit.of, f"{field}.of")
    elif isinstance(benefit, Bundle):
        yield from _between(len(benefit.parts), 1, PARTS_MAX, f"{field}.parts")
        yield from _between(benefit.amount, 0, money.AMOUNT_MAX, f"{field}.amount")
        for i, part in enumerate(benefit.parts):
            yield from _between(part.quantity, 1, UNITS_MAX, f"{field}.parts.{i}.quantity")
            yield from _scope(part.scope, f"{field}.parts.{i}.scope")
    elif isinstance(benefit, Gift):
        yield from _between(benefit.quantity, 1, UNITS_MAX, f"{field}.quantity")
    elif isinstance(benefit, Carriage):
        yield from _between(benefit.ppm, 0, PPM, f"{field}.ppm")
        if benefit.amount is not None:
            yield from _between(benefit.amount, 0, money.AMOUNT_MAX, f"{field}.amount")
        if (benefit.amount is None) != bool(benefit.ppm):
            yield field, "ppm | amount"


def _stacking(rule: Rule) -> Problems:
    """What adds is reckoned from what is left of a line, so that it can be no price, no set, and has no end in a basket."""
    benefit = rule.benefit
    if rule.stacking is Stacking.ADDS and not isinstance(benefit, PercentOff | AmountOff | OrderPercent | OrderAmount):
        yield "stacking", "percent, amount, order_percent, order_amount"
    if (
        rule.stacking is Stacking.ADDS
        and rule.caps.discount_per_basket is not None
        and not isinstance(benefit, OrderPercent | OrderAmount)
    ):
        yield "caps.discount_per_basket", "null"
    if isinstance(benefit, Bundle | Gift | Carriage) and not rule.scope.everything:
        yield "scope", "{}"
