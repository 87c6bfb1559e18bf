"""What a promotion would have cost: past baskets weighed with it and without it. Writes nothing."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from portico.business.api import Directory
from portico.business.types import Market
from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.ids import Id
from portico.pricing.api.quoting import carriage_due, described, segments_of, terms
from portico.pricing.rules import quoting as rules
from portico.pricing.rules.checking import check_rule
from portico.pricing.rules.promotions import Book, evaluate
from portico.pricing.types.evaluating import Basket
from portico.pricing.types.lists import Found
from portico.pricing.types.promotions import Caps, Rule
from portico.pricing.types.quoting import QuoteAsk

SAMPLES_MAX = 20


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """A basket as it was bought, with the price of each line before promotions."""

    id: Id
    label: str
    ask: QuoteAsk
    prices: tuple[int, ...]


class Sample(msgspec.Struct, frozen=True):
    """One of those who would have had it: what would have been off in all before, and with it."""

    id: Id
    label: str
    worth: int
    off_before: int
    off_after: int


class Tried(msgspec.Struct, frozen=True):
    """Over `baskets` past baskets: how many would have had the promotion, of how many customers, what it would have taken off by itself
    and how much more would have been off in all, which is less where it takes the place of others. Amounts in the prices' own terms."""

    baskets: int
    hits: int
    customers: int
    worth: int
    off: int
    more_off: int
    ends_after: int | None
    samples: tuple[Sample, ...]


async def try_rule(tx: Tx, *, rule: Rule, pasts: Sequence[Past], market: Market, directory: Directory) -> Tried:
    """What `rule` would have done beside the promotions that run now, as if coupons had been at hand and it had begun already.

    `ends_after`: after how many of those baskets its caps would have ended it. Refuses BadPromotion.
    """
    check_rule(rule)
    known = await terms(tx, variant_ids=[], market_ids=[market.id])
    held = known.standing[market.id]
    belonging = await segments_of(tx, [one.ask for one in pasts], known, rule.conditions.segments)
    others = [one.rule for code, one in held.promotions.items() if code != rule.code]
    conditions = msgspec.structs.replace(rule.conditions, starts_at=None, ends_before=None)
    caps = msgspec.structs.replace(rule.caps, uses=None, budget=None, uses_per_customer=None)
    tried = msgspec.structs.replace(rule, conditions=conditions, caps=caps, needs_code=False)
    before, after = Book(others), Book([*others, tried])
    samples: list[Sample] = []
    customers: set[CustomerId] = set()
    hers: Counter[CustomerId] = Counter()
    hits = off = worth = more = 0
    ends_after = None
    for i, past in enumerate(pasts, 1):
        goods = rules.goods(past.ask.lines, past.prices, held.above)
        asked_by = described(directory, market, past.ask, belonging)
        prices = [Found(price) for price in past.prices]
        due = carriage_due(past.ask, prices, held, market, asked_by)
        basket = Basket(
            goods=goods,
            asking=asked_by,
            known=True,
            carriage=due.amount if due else 0,
            methods=(due.rate.method,) if due else (),
        )
        with_it = evaluate(after, basket)
        own = sum(one.amount for one in with_it.taken if one.code == rule.code)
        own += with_it.carriage_off if with_it.carriage_code == rule.code else 0
        customer = past.ask.customer_id
        if not own or _had_enough(rule.caps, customer, hers):
            continue
        without = evaluate(before, basket)
        hits, off, more = hits + 1, off + own, more + with_it.total - without.total
        whole = sum(one.amount for one in goods)
        worth += whole
        if customer is not None:
            customers.add(customer)
            hers[customer] += 1
        if len(samples) < SAMPLES_MAX:
            samples.append(Sample(past.id, past.label, whole, without.total, with_it.total))
        if ends_after is None and _over(rule.caps, hits, off):
            ends_after = i
    return Tried(len(pasts), hits, len(customers), worth, off, more, ends_after, tuple(samples))


def _had_enough(caps: Caps, customer: CustomerId | None, hers: Counter[CustomerId]) -> bool:
    if caps.uses_per_customer is None:
        return False
    return customer is None or hers[customer] >= caps.uses_per_customer


def _over(caps: Caps, uses: int, spent: int) -> bool:
    return (caps.uses is not None and uses >= caps.uses) or (caps.budget is not None and spent >= caps.budget)
