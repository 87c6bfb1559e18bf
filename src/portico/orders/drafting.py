"""Drafting orders: what they cost, and every reason against them that needs no lock."""

from collections.abc import Sequence

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationKind, MarketId
from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.orders import rules, store
from portico.orders.types import (
    AlreadyPlaced,
    PaymentNeeded,
    PlaceOrder,
    Term,
    TotalChanged,
    UnknownVariant,
    WrongLocation,
)
from portico.payments import api as payments
from portico.payments.types import Cash
from portico.platform.db import Tx
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import NoPrice, Price, Priced, TaxRate, ToPrice

Prices = dict[tuple[VariantId, MarketId], Price]


class Draft(msgspec.Struct, frozen=True):
    """An order whose price is known and whose stock is not."""

    ask: PlaceOrder
    variants: tuple[Variant, ...]
    prices: tuple[int, ...]
    priced: Priced
    currency: str
    taxes_included: bool
    cash: Cash | None

    @property
    def to_source(self) -> bool:
        """Whether it has lines to be sent from a place that is still to be chosen."""
        return any(one.location_id is None for line in self.ask.lines for one in line.allotments)


async def draft(tx: Tx, *, asks: Sequence[PlaceOrder], directory: Directory) -> list[Draft | Refused]:
    """Price each ask at today's prices, or refuse it: EmptyOrder, TooManyLines, BadQuantity, UnknownVariant, NoPrice,
    NoDestination, WrongLocation, TotalChanged, PaymentNeeded, AlreadyPlaced, and those of payments."""
    variant_ids = sorted({line.variant_id for ask in asks for line in ask.lines})
    market_ids = sorted({ask.market_id for ask in asks})
    prices, rates = await pricing.terms(tx, variant_ids=variant_ids, market_ids=market_ids)
    by_language = {}
    for language in {ask.language for ask in asks}:
        wanted = {line.variant_id for ask in asks if ask.language == language for line in ask.lines}
        by_language[language] = await catalog.variants(tx, ids=sorted(wanted), language=language)
    drafts = [_draft_one(ask, by_language[ask.language], prices, rates[ask.market_id], directory) for ask in asks]
    return await _refuse_repeated(tx, drafts)


def _draft_one(
    ask: PlaceOrder, variants: dict[VariantId, Variant], prices: Prices, rates: Sequence[TaxRate], directory: Directory
) -> Draft | Refused:
    """Price an order, and find every reason against it that needs no lock."""
    if bad := rules.malformed(ask):
        return bad
    market = directory.market_by_id(ask.market_id)
    for line in ask.lines:
        if line.variant_id not in variants:
            return UnknownVariant(variant_id=line.variant_id)
        if (line.variant_id, ask.market_id) not in prices:
            return NoPrice(variant_id=line.variant_id, market=market.code)
        for one in line.allotments:
            if one.location_id is None:
                continue
            location = directory.locations.get(one.location_id)
            if location is None or location.market_id != ask.market_id:
                return WrongLocation(location_id=one.location_id)
            if location.kind is not LocationKind.STORE and not one.method.sent:
                return WrongLocation(location_id=one.location_id)
    chosen = tuple(variants[line.variant_id] for line in ask.lines)
    unit_prices = tuple(prices[line.variant_id, ask.market_id].amount for line in ask.lines)
    try:
        priced = pricing.price_lines(
            [
                ToPrice(line.quantity, variant.scale, unit_price, variant.tax_category)
                for line, variant, unit_price in zip(ask.lines, chosen, unit_prices, strict=True)
            ],
            rates=rates,
            taxes_included=market.taxes_included,
        )
    except Refused as too_large:
        return too_large
    if ask.expected_total not in (None, priced.total):
        return TotalChanged(expected=ask.expected_total or 0, total=priced.total, currency=market.currency)
    cash = _cash(ask, priced.total, market.currency)
    if isinstance(cash, Refused):
        return cash
    return Draft(ask, chosen, unit_prices, priced, market.currency, market.taxes_included, cash)


def _cash(ask: PlaceOrder, total: int, currency: str) -> Cash | Refused | None:
    """The cash this order is paid with at once, or why it cannot be."""
    if ask.term is not Term.NOW or total == 0:
        return None
    if ask.tendered is None:
        return PaymentNeeded(due=total, currency=currency)
    cash = Cash(
        reference=ask.order_id,
        amount=total,
        tendered=ask.tendered,
        currency=currency,
        by=ask.by,
        occurred_at=ask.occurred_at,
    )
    return payments.check(cash) or cash


async def _refuse_repeated(tx: Tx, drafts: list[Draft | Refused]) -> list[Draft | Refused]:
    """A client's own reference names one order, for ever."""
    refs = [one.ask.external_ref for one in drafts if isinstance(one, Draft) and one.ask.external_ref]
    if not refs:
        return drafts
    known = {one.external_ref: one.id for one in await tx.all(store.EXTERNAL, external_refs=refs)}
    answers: list[Draft | Refused] = []
    for one in drafts:
        ref = one.ask.external_ref if isinstance(one, Draft) else None
        answers.append(AlreadyPlaced(external_ref=ref, order_id=known[ref]) if ref and ref in known else one)
    return answers
