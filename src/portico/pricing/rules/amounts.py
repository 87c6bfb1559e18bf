"""How amounts are made: round once per line, half up; tax inside or on top as the market says; totals add up."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from portico.platform import money
from portico.pricing.types.amounts import (
    AmountTooLarge,
    Priced,
    PricedLine,
    TaxLine,
    TaxRate,
    ToPrice,
    Total,
    TotalType,
)

PPM = 1_000_000


def price_line(line: ToPrice, *, rates: Sequence[TaxRate], taxes_included: bool) -> PricedLine:
    """Net, tax and gross of one line. Refuses AmountTooLarge.

    The line's own amount (unit price times quantity, less what is taken off) is rounded once. With taxes included it is the gross and the
    net is what remains when all rates are taken out together, the tax shared out by rate; otherwise it is the net, and
    each tax is rounded and put on top.
    """
    own = money.round_half_up(Decimal(line.unit_price * line.quantity).scaleb(-line.scale)) - line.discount
    together = sum(rate.rate_ppm for rate in rates)
    if taxes_included:
        gross = own
        net = money.round_half_up(Decimal(gross * PPM) / (PPM + together))
        shares = money.split(gross - net, weights=[rate.rate_ppm for rate in rates])
    else:
        net = own
        shares = [money.round_half_up(Decimal(net * rate.rate_ppm) / PPM) for rate in rates]
        gross = net + sum(shares)
    if abs(gross) > money.AMOUNT_MAX:
        raise AmountTooLarge(amount=money.AMOUNT_MAX)
    taxes = tuple(TaxLine(rate.jurisdiction, rate.rate_ppm, share) for rate, share in zip(rates, shares, strict=True))
    return PricedLine(net, gross - net, gross, taxes)


def price_lines(lines: Sequence[ToPrice], *, rates: Sequence[TaxRate], taxes_included: bool) -> Priced:
    """Price every line and add them up: subtotal is net, tax apart, together they are the total."""
    by_category: defaultdict[str, list[TaxRate]] = defaultdict(list)
    for rate in rates:
        by_category[rate.tax_category].append(rate)
    priced = tuple(
        price_line(line, rates=by_category.get(line.tax_category, []), taxes_included=taxes_included) for line in lines
    )
    return add_up(priced)


def add_up(
    lines: Sequence[PricedLine],
    *,
    before: int | None = None,
    after_items: int | None = None,
    carriage: PricedLine | None = None,
) -> Priced:
    """Lines and what they come to. `before`: net before any discount, `after_items`: net once items have theirs and the order has not;
    `carriage` is beside the lines."""
    net, tax = sum(line.net for line in lines), sum(line.tax for line in lines)
    brought = carriage.net if carriage else 0
    tax += carriage.tax if carriage else 0
    if net + brought + tax > money.AMOUNT_MAX:
        raise AmountTooLarge(amount=money.AMOUNT_MAX)
    before = net if before is None else before
    after_items = net if after_items is None else after_items
    by_rate: defaultdict[tuple[str, int], int] = defaultdict(int)
    for line in (*lines, carriage) if carriage else lines:
        for one in line.taxes:
            by_rate[one.jurisdiction, one.rate_ppm] += one.amount
    taxes = tuple(TaxLine(*key, amount) for key, amount in sorted(by_rate.items()))
    totals = (
        Total(TotalType.SUBTOTAL, before),
        *(
            Total(kind, amount)
            for kind, amount in (
                (TotalType.ITEMS_DISCOUNT, after_items - before),
                (TotalType.DISCOUNT, net - after_items),
                (TotalType.FULFILLMENT, brought),
            )
            if amount
        ),
        Total(TotalType.TAX, tax),
        Total(TotalType.TOTAL, net + brought + tax),
    )
    return Priced(tuple(lines), taxes, totals)
