"""Whether a condition can be at all, what it names, and what other segments it stands on. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping

from portico.platform import i18n, money
from portico.segments.types import (
    CODE_LENGTH_MAX,
    DAYS_MAX,
    DEPTH_MAX,
    LEAVES_MAX,
    NAME_LENGTH_MAX,
    NAMES_MAX,
    NOTE_LENGTH_MAX,
    AllOf,
    AnyOf,
    AverageOrder,
    BadSegment,
    BirthdaySoon,
    Bought,
    ChannelShare,
    Condition,
    Consented,
    CustomerSince,
    FirstOrder,
    HasPoints,
    InSegment,
    InTier,
    LastOrder,
    Lives,
    NewSegment,
    Not,
    OrderCount,
    OrdersWorth,
    Speaks,
)

_CODE = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{CODE_LENGTH_MAX - 1}}}")
_CURRENCY, _COUNTRY = re.compile("[A-Z]{3}"), re.compile("[A-Z]{2}")
COUNT_MAX = 1_000_000
SIZE_MAX = 300  # leaves of a condition with all it stands on

Problems = Iterable[tuple[str, str]]


def check(new: NewSegment) -> None:
    """Refuses BadSegment."""
    if not _CODE.fullmatch(new.code):
        raise BadSegment(field="code", problem=f"a-z 0-9 -, 1..{CODE_LENGTH_MAX}")
    if not 0 < len(new.name.strip()) <= NAME_LENGTH_MAX or not new.name.isprintable():
        raise BadSegment(field="name", problem=f"1..{NAME_LENGTH_MAX}")
    if len(new.note) > NOTE_LENGTH_MAX or "\0" in new.note:
        raise BadSegment(field="note", problem=f"0..{NOTE_LENGTH_MAX}")
    check_condition(new.condition)


def check_condition(condition: Condition) -> None:
    """Refuses BadSegment, which names the place in the tree."""
    if sum(1 for _ in leaves(condition)) > LEAVES_MAX:
        raise BadSegment(field="condition", problem=f"0..{LEAVES_MAX}")
    for field, problem in _tree(condition, "condition", 1):
        raise BadSegment(field=field, problem=problem)


def leaves(condition: Condition) -> Iterator[Condition]:
    """Everything it asks, groups apart."""
    if isinstance(condition, Not):
        yield from leaves(condition.of)
    elif isinstance(condition, AllOf | AnyOf):
        for one in condition.of:
            yield from leaves(one)
    else:
        yield condition


def stands_on(condition: Condition) -> set[str]:
    """The codes of the segments it asks for itself."""
    return {one.code for one in leaves(condition) if isinstance(one, InSegment)}


def all_of(codes: Iterable[str], conditions: Mapping[str, Condition]) -> set[str]:
    """These segments and all they stand on, as far as they are known."""
    found: set[str] = set()
    open_ = list(codes)
    while open_:
        code = open_.pop()
        if code not in found and code in conditions:
            found.add(code)
            open_ += stands_on(conditions[code])
    return found


def check_references(code: str, condition: Condition, conditions: Mapping[str, Condition]) -> None:
    """Every segment it stands on is there, in no ring, and all of it together no deeper and larger than one may be. Refuses BadSegment."""
    for name in sorted(stands_on(condition)):
        if name not in conditions and name != code:
            raise BadSegment(field="condition.segment", problem=f"? {name}")
    known = {**conditions, code: condition}
    for name in sorted(stands_on(condition)):
        if code in all_of([name], known):
            raise BadSegment(field="condition.segment", problem=f"{code} -> {name} -> {code}")
    for name in sorted(known):  # what stands on it grows with it
        if code in all_of([name], known) and _size(known[name], known) > SIZE_MAX:
            raise BadSegment(field="condition", problem=f"{name}: 0..{SIZE_MAX}")


def _size(condition: Condition, known: Mapping[str, Condition]) -> int:
    sizes: dict[str, int] = {}

    def of(one: Condition) -> int:
        if not isinstance(one, InSegment):
            return 1
        if one.code not in sizes:
            sizes[one.code] = sum(of(each) for each in leaves(known[one.code])) if one.code in known else 0
        return sizes[one.code]

    return sum(of(one) for one in leaves(condition))


def _tree(condition: Condition, field: str, depth: int) -> Problems:
    if depth > DEPTH_MAX:
        yield field, f"<= {DEPTH_MAX}"
        return
    if isinstance(condition, Not):
        yield from _tree(condition.of, f"{field}.of", depth + 1)
    elif isinstance(condition, AllOf | AnyOf):
        for i, one in enumerate(condition.of):
            yield from _tree(one, f"{field}.of.{i}", depth + 1)
    else:
        yield from ((f"{field}.{name}", problem) for name, problem in _leaf(condition))


def _leaf(one: Condition) -> Problems:
    match one:
        case Bought():
            yield from _bought(one)
        case OrdersWorth() | AverageOrder():
            yield from _currency(one.currency)
            yield from _range(one.at_least, one.at_most, money.AMOUNT_MAX)
        case OrderCount():
            yield from _range(one.at_least, one.at_most, COUNT_MAX)
        case FirstOrder() | LastOrder() | CustomerSince():
            yield from _ago(one.within_days, one.before_days)
        case ChannelShare():
            yield from _names(one.channel_kinds, "channel_kinds", least=1)
            yield from _between(one.percent, 1, 100, "percent")
        case Lives():
            if not (one.countries or one.cities or one.postcodes):
                yield "countries", "1.."
            if not all(_COUNTRY.fullmatch(each) for each in one.countries):
                yield "countries", "ISO 3166-1"
            for field in ("countries", "cities", "postcodes"):
                yield from _names(getattr(one, field), field)
        case Speaks():
            yield from _names(one.languages, "languages", least=1)
            if not set(one.languages) <= set(i18n.LANGUAGES):
                yield "languages", ", ".join(i18n.LANGUAGES)
        case Consented():
            yield from _names((one.purpose,), "purpose")
            yield from _names((one.channel,), "channel")
        case InTier():
            yield from _names((one.programme,), "programme")
            yield from _names(one.tiers, "tiers")
        case HasPoints():
            yield from _between(one.at_least, 1, money.AMOUNT_MAX, "at_least")
        case BirthdaySoon():
            yield from _between(one.within_days, 0, 365, "within_days")
        case InSegment():
            if not _CODE.fullmatch(one.code):
                yield "code", f"a-z 0-9 -, 1..{CODE_LENGTH_MAX}"


def _bought(one: Bought) -> Problems:
    for field in ("items", "variants"):
        if len(getattr(one, field)) > NAMES_MAX:
            yield field, f"0..{NAMES_MAX}"
    for field in ("categories", "channels", "locations"):
        yield from _names(getattr(one, field), field)
    if one.days is not None:
        yield from _between(one.days, 1, DAYS_MAX, "days")
        if one.since or one.until:
            yield "days", "days | since, until"
    if one.since and one.until and one.since >= one.until:
        yield "until", "> since"
    for field in ("units", "orders", "spent"):
        if (value := getattr(one, field)) is not None:
            yield from _between(value, 1, money.AMOUNT_MAX, field)
    if one.spent is not None or one.currency:
        yield from _currency(one.currency)
    if one.currency and one.spent is None:
        yield "spent", "1.."


def _currency(code: str) -> Problems:
    if not _CURRENCY.fullmatch(code):
        yield "currency", "ISO 4217"


def _range(at_least: int | None, at_most: int | None, most: int) -> Problems:
    if at_least is None and at_most is None:
        yield "at_least", f"0..{most}"
    for field, value in (("at_least", at_least), ("at_most", at_most)):
        if value is not None:
            yield from _between(value, 0, most, field)
    if at_least is not None and at_most is not None and at_least > at_most:
        yield "at_most", f">= {at_least}"


def _ago(within_days: int | None, before_days: int | None) -> Problems:
    if within_days is None and before_days is None:
        yield "within_days", f"1..{DAYS_MAX}"
    for field, value in (("within_days", within_days), ("before_days", before_days)):
        if value is not None:
            yield from _between(value, 1, DAYS_MAX, field)
    if within_days is not None and before_days is not None and before_days >= within_days:
        yield "before_days", f"< {within_days}"


def _names(names: tuple[str, ...], field: str, *, least: int = 0) -> Problems:
    if not least <= len(names) <= NAMES_MAX or not all(
        0 < len(one.strip()) <= 100 and one.isprintable() for one in names
    ):
        yield field, f"{least}..{NAMES_MAX}"


def _between(value: int, low: int, high: int, field: str) -> Problems:
    if not low <= value <= high:
        yield field, f"{low}..{high}"
