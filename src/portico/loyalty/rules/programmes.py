"""Which terms can be, and how much points may pay."""

from collections.abc import Iterator, Sequence

from portico.catalog.types import Texts, VariantId
from portico.loyalty.rules.earning import Categories
from portico.loyalty.types import (
    DAYS_MAX,
    NAME_LENGTH_MAX,
    PERCENT_MAX,
    POINTS_MAX,
    REWARDS_MAX,
    RULES_MAX,
    TIERS_MAX,
    BadTerms,
    BurnRule,
    EarnRule,
    Earns,
    Reward,
    RewardKind,
    Terms,
    Tier,
)
from portico.platform import i18n, money

CODE_LENGTH_MAX = 40
NAMES_MAX = 20  # channels, categories of one rule


def check(terms: Terms, *, currencies: Sequence[str]) -> None:
    """Refuses BadTerms with the first thing that cannot be."""
    for field, why in _wrong(terms, currencies):
        raise BadTerms(field=field, why=why)


def _wrong(terms: Terms, currencies: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from _texts("names", terms.names)
    yield from _texts("units", terms.units)
    for field, found, most in (
        ("earn", terms.earn, RULES_MAX), ("tiers", terms.tiers, TIERS_MAX), ("rewards", terms.rewards, REWARDS_MAX),
    ):  # fmt: skip
        if len(found) > most:
            yield field, f"<= {most}"
        if len({one.code for one in found}) < len(found):
            yield field, "code"
    for field, days, least in (
        ("valid_days", terms.valid_days, 1), ("notice_days", terms.notice_days, 0), ("tier_days", terms.tier_days, 1),
        ("give_back_days", terms.give_back_days, 1), ("confirm_days", terms.confirm_days, 0),
    ):  # fmt: skip
        if days is not None and not least <= days <= DAYS_MAX:
            yield field, f"{least}..{DAYS_MAX}"
    if not 0 <= terms.referrals_max <= 1000:
        yield "referrals_max", "0..1000"
    for i, rule in enumerate(terms.earn):
        yield from _earn(f"earn[{i}]", rule)
    yield from _burn(terms.burn)
    yield from _tiers(terms.tiers)
    for i, reward in enumerate(terms.rewards):
        yield from _reward(f"rewards[{i}]", reward, terms, currencies)


def _texts(field: str, texts: Texts) -> Iterator[tuple[str, str]]:
    if not texts or not texts.keys() <= set(i18n.LANGUAGES):
        yield field, " ".join(i18n.LANGUAGES)
    for language, text in texts.items():
        if not text.strip() or len(text) > NAME_LENGTH_MAX or not text.isprintable():
            yield f"{field}.{language}", f"1..{NAME_LENGTH_MAX}"


def _code(field: str, code: str) -> Iterator[tuple[str, str]]:
    """What is written in ledgers and links: plain letters, so that nothing is passed off as something else."""
    plain = code.replace("-", "").replace("_", "")
    if not (plain.isascii() and plain.isalnum() and plain.islower()) or len(code) > CODE_LENGTH_MAX:
        yield f"{field}.code", "a-z 0-9 - _"


def _slugs(field: str, slugs: Sequence[str]) -> Iterator[tuple[str, str]]:
    if len(slugs) > NAMES_MAX:
        yield field, f"<= {NAMES_MAX}"
    if any(not one.isprintable() or not 0 < len(one) <= NAME_LENGTH_MAX for one in slugs):
        yield field, f"1..{NAME_LENGTH_MAX}"


def _earn(field: str, rule: EarnRule) -> Iterator[tuple[str, str]]:
    yield from _code(field, rule.code)
    yield from _texts(f"{field}.names", rule.names)
    if not 0 < rule.points <= POINTS_MAX:
        yield f"{field}.points", f"1..{POINTS_MAX}"
    if (rule.earns is Earns.SPEND) != (0 < rule.per_minor <= money.AMOUNT_MAX):
        yield f"{field}.per_minor", "1.." if rule.earns is Earns.SPEND else "0"
    if not 0 <= rule.spend_min <= money.AMOUNT_MAX:
        yield f"{field}.spend_min", f"0..{money.AMOUNT_MAX}"
    yield from _slugs(f"{field}.channels", rule.channels)
    yield from _slugs(f"{field}.categories", rule.categories)
    for name, at in (("starts_at", rule.starts_at), ("ends_before", rule.ends_before)):
        if at is not None and at.tzinfo is None:
            yield f"{field}.{name}", "RFC 3339"
    if rule.starts_at and rule.ends_before and rule.ends_before <= rule.starts_at:
        yield f"{field}.ends_before", "> starts_at"


def _burn(rule: BurnRule) -> Iterator[tuple[str, str]]:
    if not 0 <= rule.points_min <= POINTS_MAX:
        yield "burn.points_min", f"0..{POINTS_MAX}"
    if not 0 <= rule.share_percent_max <= 100:
        yield "burn.share_percent_max", "0..100"
    if rule.points_per_minor is not None and not 0 < rule.points_per_minor <= POINTS_MAX:
        yield "burn.points_per_minor", f"1..{POINTS_MAX}"
    yield from _slugs("burn.channels", rule.channels)
    yield from _slugs("burn.categories_excluded", rule.categories_excluded)


def _tiers(tiers: Sequence[Tier]) -> Iterator[tuple[str, str]]:
    before = -1
    for i, tier in enumerate(tiers):
        field = f"tiers[{i}]"
        yield from _code(field, tier.code)
        yield from _texts(f"{field}.names", tier.names)
        if not before < tier.threshold <= money.AMOUNT_MAX or (i == 0 and tier.threshold):
            yield f"{field}.threshold", f"> {before}" if i else "0"
        if not 0 <= tier.earn_percent <= PERCENT_MAX:
            yield f"{field}.earn_percent", f"0..{PERCENT_MAX}"
        if len(tier.benefits) > TIERS_MAX:
            yield f"{field}.benefits", f"<= {TIERS_MAX}"
        for j, one in enumerate(tier.benefits):
            yield from _texts(f"{field}.benefits[{j}]", one)
        before = tier.threshold


def _reward(field: str, reward: Reward, terms: Terms, currencies: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield from _code(field, reward.code)
    yield from _texts(f"{field}.names", reward.names)
    if not 0 < reward.points <= POINTS_MAX:
        yield f"{field}.points", f"1..{POINTS_MAX}"
    if reward.valid_days is not None and not 0 < reward.valid_days <= DAYS_MAX:
        yield f"{field}.valid_days", f"1..{DAYS_MAX}"
    if reward.tier and terms.tier(reward.tier) is None:
        yield f"{field}.tier", reward.tier[:CODE_LENGTH_MAX]
    if reward.kind is RewardKind.AMOUNT:
        if not 0 < reward.amount <= money.AMOUNT_MAX:
            yield f"{field}.amount", f"1..{money.AMOUNT_MAX}"
        if reward.currency not in currencies:
            yield f"{field}.currency", " ".join(currencies)
        if reward.promotion:
            yield f"{field}.promotion", ""
        return
    if not 0 < len(reward.promotion) <= NAME_LENGTH_MAX or not reward.promotion.isprintable():
        yield f"{field}.promotion", f"1..{NAME_LENGTH_MAX}"
    if (reward.kind is RewardKind.ITEM) != (reward.variant_id is not None):
        yield f"{field}.variant_id", reward.kind


def may_pay(
    rule: BurnRule, *, due: int, channel: str, goods: Sequence[tuple[VariantId, int]], categories: Categories
) -> int:
    """How much of what is due points may pay there. What is not known to be excluded is not."""
    if rule.channels and channel not in rule.channels:
        return 0
    excluded = frozenset(rule.categories_excluded)
    kept_out = sum(gross for id, gross in goods if not excluded.isdisjoint(categories.get(id, frozenset())))
    return min(max(0, due - kept_out), due * rule.share_percent_max // 100)
