"""Random promotions and baskets, small enough to try every choice, or as large as wanted; the same for Python and TypeScript."""

import random
from datetime import UTC, datetime

from portico.catalog.types import ItemId, VariantId
from portico.pricing.types.conditions import Asking, Conditions
from portico.pricing.types.evaluating import Basket, Goods, Left
from portico.pricing.types.promotions import (
    AmountOff,
    Benefit,
    Bundle,
    BuyGet,
    Caps,
    Carriage,
    FixedPrice,
    Gift,
    Minimum,
    OrderAmount,
    OrderPercent,
    Part,
    PercentOff,
    Rule,
    Scope,
    Stacking,
    Takes,
    Tier,
    TierBy,
    Tiers,
)

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
CATEGORIES = [f"c{i}" for i in range(4)]
CHANNELS = ["web", "pos"]
COMPANIES = ["B-2", "B-3", "B-4"]


def item(i: int) -> ItemId:
    return ItemId(bytes([0] * 14 + [i // 256, i % 256]))


def variant(i: int) -> VariantId:
    return VariantId(bytes([1] * 14 + [i // 256, i % 256]))


def goods(r: random.Random, *, variants: int = 8, weighed: bool = True) -> Goods:
    i = r.randrange(variants)
    scale = 3 if weighed and r.random() < 0.1 else 0
    quantity = r.randint(1, 2500) if scale else r.randint(1, 4)
    price = r.choice([r.randint(1, 50), r.randint(100, 9999)])
    amount = (2 * price * quantity + 10**scale) // (2 * 10**scale)
    return Goods(variant(i), item(i // 2), (CATEGORIES[i % len(CATEGORIES)], "all"), quantity, scale, price, amount)


def scope(r: random.Random, *, variants: int = 8, names: int = 2) -> Scope:
    pick = r.random()
    if pick < 0.3:
        found = Scope()
    elif pick < 0.6:
        found = Scope(categories=tuple(r.sample(CATEGORIES, r.randint(1, min(names, len(CATEGORIES))))))
    elif pick < 0.8:
        found = Scope(items=tuple(item(i) for i in sorted(r.sample(range(max(1, variants // 2)), r.randint(1, 2)))))
    else:
        found = Scope(variants=tuple(variant(i) for i in sorted(r.sample(range(variants), r.randint(1, 3)))))
    if r.random() < 0.15:
        excepted = Scope(except_categories=(r.choice(CATEGORIES),), categories=found.categories, items=found.items)
        return Scope(
            variants=found.variants, items=found.items, categories=found.categories,
            except_categories=excepted.except_categories,
        )  # fmt: skip
    return found


def simple(r: random.Random) -> PercentOff | AmountOff | FixedPrice:
    return r.choice(
        [PercentOff(r.randint(1, 100) * 10_000), AmountOff(r.randint(1, 2000)), FixedPrice(r.randint(0, 3000))]
    )


def benefit(r: random.Random, *, variants: int = 8) -> Benefit:
    pick = r.random()
    if pick < 0.35:
        return simple(r)
    if pick < 0.45:
        steps = sorted(r.sample(range(1, 8), r.randint(1, 3)))
        if r.random() < 0.5:
            return Tiers(TierBy.QUANTITY, tuple(Tier(one, simple(r)) for one in steps))
        return Tiers(TierBy.AMOUNT, tuple(Tier(one * 1000, simple(r)) for one in steps))
    if pick < 0.6:
        ppm = r.choice([1_000_000, 500_000, 333_333])
        of = scope(r, variants=variants) if r.random() < 0.5 else None
        return BuyGet(r.randint(1, 3), r.randint(1, 2), ppm, of, r.choice(list(Takes)))
    if pick < 0.72:
        parts = tuple(Part(scope(r, variants=variants), r.randint(1, 2)) for _ in range(r.randint(1, 2)))
        return Bundle(parts, r.randint(0, 9000))
    if pick < 0.8:
        return Gift(variant(r.randrange(variants)), r.randint(1, 2))
    if pick < 0.88:
        return OrderPercent(r.randint(1, 100) * 10_000)
    if pick < 0.95:
        return OrderAmount(r.randint(1, 5000))
    return Carriage(ppm=r.choice([500_000, 1_000_000])) if r.random() < 0.5 else Carriage(amount=r.randint(0, 400))


def rule(r: random.Random, code: str, *, variants: int = 8, plain: bool = False) -> Rule:
    """`plain`: with nothing that is about anything but goods."""
    offers = benefit(r, variants=variants)
    scoped = isinstance(offers, Bundle | Gift | Carriage) or (plain and isinstance(offers, OrderPercent | OrderAmount))
    adds = isinstance(offers, PercentOff | AmountOff | OrderPercent | OrderAmount) and r.random() < 0.15
    stacking = Stacking.ADDS if adds else Stacking.ALONE if r.random() < 0.05 else Stacking.BEST
    caps = Caps(
        sets_per_basket=r.randint(1, 3) if r.random() < 0.2 else None,
        discount_per_basket=r.randint(1, 3000) if r.random() < 0.1 and stacking is not Stacking.ADDS else None,
        uses=10 if not plain and r.random() < 0.1 else None,
        budget=100_000 if not plain and r.random() < 0.1 else None,
        uses_per_customer=2 if not plain and r.random() < 0.05 else None,
    )
    minimum = None
    if r.random() < 0.25:
        minimum = Minimum(
            amount=r.choice([0, r.randint(1, 15_000)]), quantity=r.choice([0, r.randint(1, 6)]),
            scope=scope(r, variants=variants) if r.random() < 0.5 else None,
        )  # fmt: skip
    return Rule(
        code=code,
        benefit=offers,
        scope=Scope() if scoped else scope(r, variants=variants),
        conditions=Conditions(
            channels=(r.choice(CHANNELS),) if not plain and r.random() < 0.2 else (),
            companies=tuple(r.sample(COMPANIES, 2)) if not plain and r.random() < 0.15 else (),
        ),
        minimum=minimum,
        caps=caps,
        stacking=stacking,
        group=r.choice(["g1", "g2"]) if r.random() < 0.15 else "",
        priority=r.choice([50, 100]),
        needs_code=not plain and r.random() < 0.1,
    )


def basket(r: random.Random, rules: list[Rule], *, lines: int, variants: int = 8) -> Basket:
    left = {
        one.code: Left(
            uses=r.randint(0, 3) if one.caps.uses is not None else None,
            uses_of_customer=r.randint(0, 2) if one.caps.uses_per_customer is not None else None,
            budget=r.randint(0, 4000) if one.caps.budget is not None else None,
        )
        for one in rules
        if one.limited
    }
    return Basket(
        goods=tuple(goods(r, variants=variants) for _ in range(lines)),
        asking=Asking(at=AT, channel=r.choice(CHANNELS), channel_kind="x", company=r.choice(["", *COMPANIES])),
        known=r.random() < 0.7,
        unlocked=frozenset(one.code for one in rules if one.needs_code and r.random() < 0.5),
        left=left,
        carriage=r.choice([0, 495]),
        methods=("ship",),
    )


def case(seed: int, *, rules: int, lines: int, variants: int = 8, plain: bool = False) -> tuple[list[Rule], Basket]:
    r = random.Random(seed)
    made = [rule(r, f"p{i:03}", variants=variants, plain=plain) for i in range(rules)]
    return made, basket(r, made, lines=lines, variants=variants)
