"""Drafting orders: what they cost, and every reason against them that needs no lock."""

from collections.abc import Sequence
from typing import TypeGuard

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, LocationKind
from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.companies.types import ApprovalReason
from portico.orders import buying_for, carrying, rules, store
from portico.orders.buying_for import Terms
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
from portico.pricing.types import LineItemId, NoPrice, QuoteAsk, Quoted, QuoteLine, UnknownCoupon


class Draft(msgspec.Struct, frozen=True):
    """An order whose price is known and whose stock is not."""

    ask: PlaceOrder
    variants: tuple[Variant, ...]
    quoted: Quoted
    currency: str
    taxes_included: bool
    plan: payments.Plan = ()
    terms: Terms | None = None

    @property
    def to_source(self) -> bool:
        """Whether it has lines to be sent from a place that is still to be chosen."""
        return any(one.location_id is None for line in self.ask.lines for one in line.allotments)


async def draft(tx: Tx, *, asks: Sequence[PlaceOrder], directory: Directory) -> list[Draft | Refused]:
    """Price each ask at today's prices, or refuse it: EmptyOrder, TooManyLines, BadQuantity, UnknownVariant, NoPrice,
    NoDestination, WrongLocation, UnknownCoupon, TotalChanged, PaymentNeeded, AlreadyPlaced, NotABuyer, CompanyBlocked, NotInMarket,
    PoNeeded, ApprovalNeeded, and those of payments."""
    bought_for = await buying_for.terms(tx, asks=asks, directory=directory)
    by_language = {}
    for language in {ask.language for ask in asks}:
        wanted = {line.variant_id for ask in asks if ask.language == language for line in ask.lines}
        by_language[language] = await catalog.variants(tx, ids=sorted(wanted), language=language)
    found: list[Draft | Refused | None] = [
        _closed(bought_for.get(ask.order_id)) or _unfit(ask, by_language[ask.language], directory) for ask in asks
    ]
    fit = [ask for ask, refused in zip(asks, found, strict=True) if refused is None]
    quoted = iter(
        await pricing.quote(
            tx,
            asks=[_quote_ask(ask, by_language[ask.language], bought_for.get(ask.order_id)) for ask in fit],
            directory=directory,
        )
    )
    drafts = [
        refused
        if refused is not None
        else _draft_one(ask, by_language[ask.language], next(quoted), directory, bought_for.get(ask.order_id))
        for ask, refused in zip(asks, found, strict=True)
    ]
    return await _with_plans(tx, await _refuse_repeated(tx, drafts))


async def quote(tx: Tx, *, ask: PlaceOrder, directory: Directory) -> tuple[int, str]:
    """What an order would come to, in minor units of its currency, whatever it is paid with. Refuses what `draft` refuses."""
    unpaid = msgspec.structs.replace(ask, term=Term.BY_LINK, tenders=())
    (found,) = await draft(tx, asks=[unpaid], directory=directory)
    if isinstance(found, Refused):
        raise found
    return found.quoted.total, found.currency


class Weighed(msgspec.Struct, frozen=True):
    """What an order would come to, and why somebody of its company would have to approve it."""

    total: int
    currency: str
    reasons: tuple[ApprovalReason, ...]


async def weigh(tx: Tx, *, ask: PlaceOrder, directory: Directory) -> Weighed:
    """An order of a company as it would be judged, as if it were approved. Refuses what `draft` refuses, its payment apart."""
    unpaid = msgspec.structs.replace(ask, term=Term.BY_LINK, tenders=(), approved=True, expected_total=None)
    (found,) = await draft(tx, asks=[unpaid], directory=directory)
    if isinstance(found, Refused):
        raise found
    total, currency = found.quoted.total, found.currency
    reasons = buying_for.reasons(found.terms, total=total, currency=currency) if found.terms else ()
    return Weighed(total, currency, reasons)


def _closed(terms: Terms | Refused | None) -> Refused | None:
    return terms if isinstance(terms, Refused) else None


def _unfit(ask: PlaceOrder, variants: dict[VariantId, Variant], directory: Directory) -> Refused | None:
    """Every reason against an order that needs neither a lock nor its price."""
    if bad := rules.malformed(ask):
        return bad
    for line in ask.lines:
        if line.variant_id not in variants:
            return UnknownVariant(variant_id=line.variant_id)
        for one in line.allotments:
            if one.location_id is None:
                continue
            location = directory.locations.get(one.location_id)
            if location is None or location.market_id != ask.market_id:
                return WrongLocation(location_id=one.location_id)
            if location.kind is not LocationKind.STORE and not one.method.sent:
                return WrongLocation(location_id=one.location_id)
    return None


def _quote_ask(ask: PlaceOrder, variants: dict[VariantId, Variant], terms: Terms | Refused | None) -> QuoteAsk:
    return QuoteAsk(
        market_id=ask.market_id,
        lines=tuple(quote_line(line.line_id, variants[line.variant_id], line.quantity) for line in ask.lines),
        at=ask.occurred_at,
        channel_id=ask.by.channel_id,
        location_id=LocationId(ask.by.location_id.bytes) if ask.by.location_id else None,
        customer_id=ask.customer_id,
        company=terms.company.number if isinstance(terms, Terms) else "",
        codes=ask.codes,
        language=ask.language,
        methods=tuple(sorted({one.method for line in ask.lines for one in line.allotments})),
        country=carrying.country(ask.destination, ask.ship_to),
    )


def quote_line(line_id: LineItemId, variant: Variant, quantity: int) -> QuoteLine:
    return QuoteLine(
        line_id=line_id, variant_id=variant.id, item_id=variant.item_id, category=variant.category_slug,
        tax_category=variant.tax_category, quantity=quantity, scale=variant.scale,
    )  # fmt: skip


def _draft_one(
    ask: PlaceOrder,
    variants: dict[VariantId, Variant],
    quoted: Quoted | Refused,
    directory: Directory,
    terms: Terms | Refused | None,
) -> Draft | Refused:
    if isinstance(quoted, Refused):
        return quoted
    market = directory.market_by_id(ask.market_id)
    for line in quoted.lines:
        if line.unit_price is None:
            variant_id = next(one.variant_id for one in ask.lines if one.line_id == line.line_id)
            return NoPrice(variant_id=variant_id, market=market.code)
    for coupon in quoted.coupons:
        if coupon.why and ask.cart_id is None:  # in a basket it shows that it is no longer good, and takes nothing off
            return UnknownCoupon(given=coupon.code[:40], why=coupon.why)
    if ask.expected_total not in (None, quoted.total):
        return TotalChanged(expected=ask.expected_total or 0, total=quoted.total, currency=market.currency)
    if isinstance(terms, Terms) and (
        not_so := buying_for.refused(ask, terms, total=quoted.total, currency=market.currency)
    ):
        return not_so
    if ask.term is Term.NOW and quoted.total and not ask.tenders:
        return PaymentNeeded(due=quoted.total, currency=market.currency)
    chosen = tuple(variants[line.variant_id] for line in ask.lines)
    return Draft(
        ask, chosen, quoted, market.currency, market.taxes_included, terms=terms if isinstance(terms, Terms) else None
    )


async def _with_plans(tx: Tx, drafts: list[Draft | Refused]) -> list[Draft | Refused]:
    """How those that are paid at once would be paid."""
    plans = iter(await payments.plan(tx, asks=[_pay_ask(one) for one in drafts if _pays_now(one)]))
    return [_with_plan(one, next(plans)) if _pays_now(one) else one for one in drafts]


def _pays_now(one: Draft | Refused) -> TypeGuard[Draft]:
    return isinstance(one, Draft) and one.ask.term is Term.NOW and one.quoted.total > 0


def _with_plan(draft: Draft, plan: payments.Plan | Refused) -> Draft | Refused:
    return plan if isinstance(plan, Refused) else msgspec.structs.replace(draft, plan=plan)


def _pay_ask(draft: Draft) -> PayAsk:
    ask = draft.ask
    return PayAsk(
        reference=ask.order_id, due=draft.quoted.total, currency=draft.currency, market_id=ask.market_id,
        customer_id=ask.customer_id, tenders=ask.tenders, by=ask.by, occurred_at=ask.occurred_at,
        on_account=draft.terms.on_account if draft.terms else None,
        goods=tuple((one.id, line.priced.gross) for one, line in zip(draft.variants, draft.quoted.lines, strict=True)),
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
