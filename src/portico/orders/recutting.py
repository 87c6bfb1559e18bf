"""Pure: an order's lines and sums after a change. A line is rounded once, as when it was placed, for what is agreed of it now."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from portico.business.types import MarketId
from portico.orders.types import Head, OrderCarriage, OrderLine
from portico.platform import money
from portico.pricing import api as pricing
from portico.pricing.types import Level, LineItemId, PricedLine, TaxLine, TaxRate, ToPrice


def recut(line: OrderLine, old: OrderLine | None, *, market_id: MarketId, taxes_included: bool) -> OrderLine:
    """The line with net, tax and gross of what is agreed of it, at its unit price less its discounts, and under the taxes it was sold with.

    A line of which only the sum of its taxes is known, as those from elsewhere, keeps its share of it.
    """
    if old is not None and old.agreed and old.tax and not line.tax_lines:
        net, tax = (money.round_half_up(Decimal(each * line.agreed) / old.agreed) for each in (old.net, old.tax))
        return msgspec.structs.replace(line, net=net, tax=tax, gross=net + tax)
    priced = _cut(line, line.discount, market_id, taxes_included)
    before = _cut(line, 0, market_id, taxes_included) if line.discount else priced
    return msgspec.structs.replace(
        line, net=priced.net, tax=priced.tax, gross=priced.gross, net_discount=before.net - priced.net,
        tax_lines=priced.taxes if line.tax_lines else line.tax_lines,
    )  # fmt: skip


def _cut(line: OrderLine, discount: int, market_id: MarketId, taxes_included: bool) -> PricedLine:
    category = "own"
    rates = [TaxRate(market_id, category, one.jurisdiction, one.rate_ppm) for one in line.tax_lines]
    to_price = ToPrice(line.agreed, line.scale, line.unit_price, category, discount)
    return pricing.price_lines([to_price], rates=rates, taxes_included=taxes_included).lines[0]


def taxes(lines: Sequence[OrderLine], carriage: OrderCarriage | None) -> tuple[TaxLine, ...]:
    """The order's taxes: those of its lines and of its carriage, added up by jurisdiction and rate."""
    sums: Counter[tuple[str, int]] = Counter()
    for taxes in (*(line.tax_lines for line in lines), carriage.tax_lines if carriage else ()):
        for one in taxes:
            sums[one.jurisdiction, one.rate_ppm] += one.amount
    return tuple(TaxLine(*key, amount) for key, amount in sorted(sums.items()))


def resum(head: Head, before: Sequence[OrderLine], lines: Sequence[OrderLine]) -> Head:
    """The order's totals as its lines and its carriage now add up; fees stay, and what was charged for carriage or taken off as a whole, as
    of orders from elsewhere."""
    carriage = head.carriage
    subtotal, tax = sum(one.net + one.net_discount for one in lines), sum(one.tax for one in lines)
    tax += carriage.tax if carriage else 0
    fulfillment = carriage.net if carriage else head.fulfillment
    of_items = sum(_of_items(one, head) for one in lines if one.discounts)
    of_order = sum(one.net_discount for one in lines) - of_items
    as_a_whole = unshared(head, before)
    total = sum(one.net for one in lines) + as_a_whole + fulfillment + tax + head.fee
    return msgspec.structs.replace(
        head, subtotal=subtotal, items_discount=-of_items, discount=as_a_whole - of_order, fulfillment=fulfillment, tax=tax,
        total=total,
    )  # fmt: skip


def _of_items(line: OrderLine, head: Head) -> int:
    """What of a line's net discount is of promotions of the goods themselves."""
    if not line.taken_off(Level.ORDER):
        return line.net_discount
    after = _cut(line, line.taken_off(Level.ITEM), head.market_id, head.taxes_included)
    return line.net + line.net_discount - after.net


def unshared(head: Head, lines: Sequence[OrderLine]) -> int:
    """What was taken off an order as a whole, and off none of its lines: nothing, or less. Orders from elsewhere have it."""
    return head.items_discount + head.discount + sum(one.net_discount for one in lines)


def differences(before: Sequence[OrderLine], after: Sequence[OrderLine]) -> dict[LineItemId, tuple[int, int]]:
    """By line, how many more (or, negative, fewer) are agreed, and by how much gross; lines that stay are left out."""
    old: defaultdict[LineItemId, tuple[int, int]] = defaultdict(lambda: (0, 0))
    old.update({one.id: (one.agreed, one.gross) for one in before})
    changed = {one.id: (one.agreed - old[one.id][0], one.gross - old[one.id][1]) for one in after}
    return {line_id: change for line_id, change in changed.items() if change != (0, 0)}
