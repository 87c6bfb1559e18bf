"""Drafting orders: what they cost, and every reason against them that needs no lock."""

from collections.abc import Sequence
from typing import TypeGuard

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
from portico.payments.types import PayAsk
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
    plan: payments.Plan = ()

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
    return await _with_plans(tx, await _refuse_repeated(tx, drafts))


async def quote(tx: Tx, *, ask: PlaceOrder, directory: Directory) -> tuple[int, str]:
    """What an order would come to, in minor units of its currency, whatever it is paid with. Refuses what `draft` refuses."""
    unpaid = msgspec.structs.replace(ask, term=Term.BY_LINK, tenders=())
    (found,) = await draft(tx, asks=[unpaid], directory=directory)
    if isinstance(found, Refused):
        raise found
    return found.priced.total, found.currency


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
    if ask.term is Term.NOW and priced.total and not ask.tenders:
        return PaymentNeeded(due=priced.total, currency=market.currency)
    return Draft(ask, chosen, unit_prices, priced, market.currency, market.taxes_included)


async def _with_plans(tx: Tx, drafts: list[Draft | Refused]) -> list[Draft | Refused]:
    """How those that are paid at once would be paid."""
    plans = iter(await payments.plan(tx, asks=[_pay_ask(one) for one in drafts if _pays_now(one)]))
    return [_with_plan(one, next(plans)) if _pays_now(one) else one for one in drafts]


def _pays_now(one: Draft | Refused) -> TypeGuard[Draft]:
    return isinstance(one, Draft) and one.ask.term is Term.NOW and one.priced.total > 0


def _with_plan(draft: Draft, plan: payments.Plan | Refused) -> Draft | Refused:
    return plan if isinstance(plan, Refused) else msgspec.structs.replace(draft, plan=plan)


def _pay_ask(draft: Draft) -> PayAsk:
    ask = draft.ask
    return PayAsk(
        reference=ask.order_id, due=draft.priced.total, currency=draft.currency, market_id=ask.market_id,
        customer_id=ask.customer_id, tenders=ask.tenders, by=ask.by, occurred_at=ask.occurred_at,
        goods=tuple((one.id, line.gross) for one, line in zip(draft.variants, draft.priced.lines, strict=True)),
    )  # fmt: skip


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
