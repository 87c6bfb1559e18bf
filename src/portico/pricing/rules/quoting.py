"""What a basket costs, once it is known which prices and promotions hold. Pure."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from portico.catalog.types import VariantId
from portico.pricing.rules import amounts
from portico.pricing.rules.lists import find_price
from portico.pricing.rules.promotions import Book, evaluate
from portico.pricing.rules.promotions.benefits import of_units
from portico.pricing.types.amounts import PricedLine, TaxRate, ToPrice
from portico.pricing.types.carriage import CarriageDue, CarriageRate
from portico.pricing.types.conditions import Asking, Conditions
from portico.pricing.types.evaluating import Basket, Goods, Left, Level, Outcome, Spread, Taken
from portico.pricing.types.lists import Found, Listed, PriceList, PriceListId
from portico.pricing.types.promotions import Caps, PromotionId, Rule
from portico.pricing.types.quoting import CarriageCharge, CouponUse, Discount, Quoted, QuotedLine, QuoteLine


class Known(msgspec.Struct, frozen=True):
    """A promotion that holds, and which version of it."""

    id: PromotionId
    version: int
    rule: Rule


class Standing(msgspec.Struct, frozen=True):
    """What of lists, promotions and rates of carriage holds in a market; `above` names each category's own and those it lies in."""

    lists: Mapping[PriceListId, PriceList] = {}
    book: Book = Book(())
    promotions: Mapping[str, Known] = {}
    above: Mapping[str, tuple[str, ...]] = {}
    segments: frozenset[str] = frozenset()  # those that some list or promotion names
    public: Book = Book(
        ()
    )  # of promotions that are shown beside a price: for one unit alone, without anything asked of a basket
    carriage: tuple[CarriageRate, ...] = ()

    @property
    def limited(self) -> list[Known]:
        return [one for one in self.promotions.values() if one.rule.limited]


def minute_of_week(at: datetime, zone: str) -> int:
    """By the clocks of the zone, since Monday 00:00."""
    there = at.astimezone(ZoneInfo(zone))
    return (there.weekday() * 24 + there.hour) * 60 + there.minute


def find_prices(
    lines: Sequence[QuoteLine],
    *,
    own: Mapping[VariantId, int],
    listed: Mapping[VariantId, Sequence[Listed]],
    standing: Standing,
    asking: Asking,
) -> list[Found | None]:
    """Each line's price before promotions. Lines of one variant count together for prices by quantity."""
    if not listed:
        return [None if (price := own.get(one.variant_id)) is None else Found(price, "", price) for one in lines]
    together: Counter[VariantId] = Counter()
    for one in lines:
        together[one.variant_id] += one.quantity
    return [
        find_price(
            own.get(one.variant_id), listed.get(one.variant_id, ()), standing.lists, asking=asking,
            quantity=together[one.variant_id],
        )
        for one in lines
    ]  # fmt: skip


def goods(lines: Sequence[QuoteLine], prices: Sequence[int], above: Mapping[str, tuple[str, ...]]) -> tuple[Goods, ...]:
    return tuple(
        Goods(
            line.variant_id, line.item_id, above.get(line.category, (line.category,)) if line.category else (),
            line.quantity, line.scale, price, of_units(price, line.quantity, line.scale),
        )
        for line, price in zip(lines, prices, strict=True)
    )  # fmt: skip


def take_off(
    lines: Sequence[QuoteLine],
    found: Sequence[Found | None],
    *,
    standing: Standing,
    asking: Asking,
    known: bool = False,
    coupons: Sequence[CouponUse] = (),
    left: Mapping[str, Left] = {},
    carriage: CarriageDue | None = None,
    explain: bool = False,
) -> Outcome:
    """What promotions take off a basket whose prices are known; what has no price is worth nothing."""
    if not standing.promotions:
        return Outcome()
    by_id = {one.id: code for code, one in standing.promotions.items()}
    basket = Basket(
        goods=goods(lines, [one.amount if one else 0 for one in found], standing.above),
        asking=asking,
        known=known,
        unlocked=frozenset(by_id[one.promotion_id] for one in coupons if one.promotion_id in by_id),
        left=left,
        carriage=carriage.amount if carriage else 0,
        methods=(carriage.rate.method,) if carriage else (),
    )
    return evaluate(standing.book, basket, explain=explain)


def quoted(
    lines: Sequence[QuoteLine],
    found: Sequence[Found | None],
    outcome: Outcome,
    *,
    promotions: Mapping[str, Known],
    rates: Sequence[TaxRate],
    taxes_included: bool,
    language: str = "en",
    coupons: Sequence[CouponUse] = (),
    carriage: CarriageDue | None = None,
) -> Quoted:
    """The basket with its amounts. Refuses AmountTooLarge."""
    by_category: defaultdict[str, list[TaxRate]] = defaultdict(list)
    for rate in rates:
        by_category[rate.tax_category].append(rate)
    discounts: defaultdict[int, list[Discount]] = defaultdict(list)
    for one in outcome.taken:
        discounts[one.line].append(_discount(one, promotions[one.code], language))

    def taxed(line: ToPrice) -> PricedLine:
        return amounts.price_line(line, rates=by_category.get(line.tax_category, ()), taxes_included=taxes_included)

    def price(i: int, off: int) -> PricedLine:
        line, cost = lines[i], found[i]
        return taxed(ToPrice(line.quantity, line.scale, cost.amount if cost else 0, line.tax_category, off))

    priced: list[PricedLine] = []
    nets: list[int] = []
    after_items = 0
    for i in range(len(lines)):
        own = discounts.get(i, ())
        of_items = sum(one.amount for one in own if one.level is Level.ITEM)
        in_all = sum(one.amount for one in own)
        priced.append(price(i, in_all))
        after_items += price(i, of_items).net if of_items != in_all else priced[-1].net
        nets.append(price(i, 0).net if in_all else priced[-1].net)
    brought = _charge(carriage, outcome, promotions, taxed, language) if carriage else None
    sums = amounts.add_up(
        priced, before=sum(nets), after_items=after_items, carriage=brought.priced if brought else None
    )
    used = {one.code for one in outcome.taken} | ({outcome.carriage_code} if outcome.carriage_code else set())
    return Quoted(
        lines=tuple(
            QuotedLine(
                line_id=line.line_id, unit_price=cost.amount if cost else None, list_code=cost.list_code if cost else "",
                own_price=cost.own if cost else None, discounts=tuple(discounts.get(i, ())),
                net_before=nets[i], priced=priced[i],
            )
            for i, (line, cost) in enumerate(zip(lines, found, strict=True))
        ),
        taxes=sums.taxes,
        totals=sums.totals,
        coupons=tuple(coupons),
        offered=tuple(
            msgspec.structs.replace(one, title=promotions[one.code].rule.title(language)) for one in outcome.offered
        ),
        declined=outcome.declined,
        exact=outcome.exact,
        limited=any(promotions[code].rule.limited or promotions[code].rule.needs_code for code in used),
        carriage=brought,
    )  # fmt: skip


def _discount(one: Taken, by: Known, language: str) -> Discount:
    return Discount(
        promotion_id=by.id, code=one.code, title=by.rule.title(language), version=by.version, quantity=one.quantity,
        amount=one.amount, level=one.level, spread=one.spread,
    )  # fmt: skip


def _charge(
    due: CarriageDue, outcome: Outcome, promotions: Mapping[str, Known], taxed: Callable[[ToPrice], PricedLine], language: str
) -> CarriageCharge:  # fmt: skip
    """What is due for carriage less what its promotion takes off, taxed as goods of its own category are."""
    discount = None
    if outcome.carriage_code:
        taken = Taken(outcome.carriage_code, -1, 1, outcome.carriage_off, Level.ORDER, Spread.EACH)
        discount = _discount(taken, promotions[outcome.carriage_code], language)
    category = due.rate.tax_category
    priced = taxed(ToPrice(1, 0, due.amount, category, outcome.carriage_off))
    return CarriageCharge(
        method=due.rate.method, amount=due.amount, net=priced.net, tax=priced.tax, gross=priced.gross, tax_lines=priced.taxes,
        discount=discount,
        free_from=due.free_from, missing=due.missing,
    )  # fmt: skip


def granted(rule: Rule) -> Rule:
    """The rule as it is for who has it already: whatever it asked of her, of the time and of what was left of it, was met."""
    caps = Caps(sets_per_basket=rule.caps.sets_per_basket, discount_per_basket=rule.caps.discount_per_basket)
    return msgspec.structs.replace(rule, conditions=Conditions(), caps=caps, needs_code=False)
