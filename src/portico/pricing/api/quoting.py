"""What baskets cost: one way for every door, so that the same basket at the same time costs the same."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from portico.business.api import Directory
from portico.business.types import Market, MarketId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.platform.db import Tx
from portico.platform.refusals import Refused
from portico.pricing.api.coupons import read_code
from portico.pricing.api.standing import standing
from portico.pricing.rules import carriage as carriage_rules
from portico.pricing.rules import quoting as rules
from portico.pricing.rules.promotions import Book
from portico.pricing.rules.promotions.benefits import of_units
from portico.pricing.rules.quoting import Known, Standing
from portico.pricing.store import coupons as coupon_store
from portico.pricing.store import prices as price_store
from portico.pricing.store import promotions as store
from portico.pricing.types.amounts import LineItemId, TaxRate
from portico.pricing.types.carriage import CarriageDue
from portico.pricing.types.conditions import Asking
from portico.pricing.types.evaluating import Left
from portico.pricing.types.lists import Found, Listed
from portico.pricing.types.promotions import Carriage as CarriageOff
from portico.pricing.types.promotions import PromotionId
from portico.pricing.types.quoting import CouponUse, Discount, QuoteAsk, Quoted, QuoteLine
from portico.segments import api as segments


class Terms(msgspec.Struct, frozen=True):
    """What was read to price some variants in some markets, in one statement."""

    own: dict[MarketId, dict[VariantId, int]]
    listed: dict[MarketId, dict[VariantId, list[Listed]]]
    rates: dict[MarketId, list[TaxRate]]
    standing: dict[MarketId, Standing]


async def terms(tx: Tx, *, variant_ids: Sequence[VariantId], market_ids: Sequence[MarketId]) -> Terms:
    """Everything that prices of these variants follow from, customers and coupons apart."""
    own: dict[MarketId, dict[VariantId, int]] = {one: {} for one in market_ids}
    listed: dict[MarketId, dict[VariantId, list[Listed]]] = {one: defaultdict(list) for one in market_ids}
    rates: dict[MarketId, list[TaxRate]] = {one: [] for one in market_ids}
    stamps = {}
    rows = await tx.all(price_store.TERMS, variant_ids=list(variant_ids), market_ids=list(market_ids), now=tx.now)
    for one in rows:
        if one.stamp is not None:
            stamps[one.market_id] = one.stamp
        elif one.variant_id is None:
            rates[one.market_id].append(
                TaxRate(one.market_id, one.tax_category or "", one.jurisdiction or "", one.rate_ppm or 0)
            )
        elif one.list_id is None:
            own[one.market_id][one.variant_id] = one.amount or 0
        else:
            listed[one.market_id][one.variant_id].append(
                Listed(
                    one.list_id, one.variant_id, one.from_quantity or 0, one.starts_at, one.ends_before, one.amount or 0
                )
            )
    held = {one: await standing(tx, market_id=one, stamp=stamps.get(one)) for one in market_ids}
    return Terms(own, listed, rates, held)


async def quote(tx: Tx, *, asks: Sequence[QuoteAsk], directory: Directory) -> list[Quoted | Refused]:
    """What each basket costs, one answer each. Refuses AmountTooLarge.

    Nothing is locked and nothing used up: that is `redeem`'s, once the order is agreed.
    """
    variant_ids = sorted({line.variant_id for ask in asks for line in ask.lines})
    known = await terms(tx, variant_ids=variant_ids, market_ids=sorted({ask.market_id for ask in asks}))
    coupons = await _coupons(tx, asks, known)
    left = await _left(tx, asks, known)
    hers = await segments_of(tx, asks, known)
    answers: list[Quoted | Refused] = []
    for i, ask in enumerate(asks):
        market = directory.market_by_id(ask.market_id)
        held = known.standing[ask.market_id]
        asked_by = asking(directory, market, held, ask, hers)
        found = rules.find_prices(
            ask.lines, own=known.own[ask.market_id], listed=known.listed[ask.market_id], standing=held, asking=asked_by
        )
        due = carriage_due(ask, found, held, market, asked_by)
        try:
            outcome = rules.take_off(
                ask.lines, found, standing=held, asking=asked_by, known=ask.customer_id is not None,
                coupons=coupons[i], left=left.get(ask.customer_id, {}), carriage=due, explain=ask.explain,
            )  # fmt: skip
            answers.append(
                rules.quoted(
                    ask.lines, found, outcome, promotions=held.promotions, rates=known.rates[ask.market_id],
                    taxes_included=market.taxes_included, language=ask.language, coupons=coupons[i], carriage=due,
                )
            )  # fmt: skip
        except Refused as refused:
            answers.append(refused)
    return answers


def carriage_due(
    ask: QuoteAsk, found: Sequence[Found | None], held: Standing, market: Market, asked_by: Asking
) -> CarriageDue | None:
    """What is charged for bringing a basket, whose goods count as they are before any promotion."""
    if not held.carriage or not ask.methods:
        return None
    worth = sum(
        of_units(price.amount, line.quantity, line.scale) for line, price in zip(ask.lines, found, strict=True) if price
    )
    return carriage_rules.due(
        held.carriage, methods=ask.methods, country=ask.country, home=market.country, asking=asked_by, amount=worth
    )


Hers = Mapping[CustomerId, frozenset[str]]


async def segments_of(tx: Tx, asks: Sequence[QuoteAsk], known: Terms, more: Collection[str] = ()) -> Hers:
    """In which segments that are named by something those who ask are, by what is known of them now. Nothing is asked of the database
    where nothing names one, or nobody is known."""
    named = frozenset(more).union(*(one.segments for one in known.standing.values()))
    customer_ids = {ask.customer_id for ask in asks if ask.customer_id}
    return await segments.of(tx, customer_ids=customer_ids, codes=named) if named and customer_ids else {}


def asking(directory: Directory, market: Market, held: Standing, ask: QuoteAsk, hers: Hers) -> Asking:
    """Who asks, as far as what holds may want to know."""
    return (
        described(directory, market, ask, hers) if held.lists or held.promotions or held.carriage else Asking(at=ask.at)
    )


def described(directory: Directory, market: Market, ask: QuoteAsk, hers: Hers) -> Asking:
    """Who asks, as conditions name it. A guest is in no segment."""
    channel = directory.channel(ask.channel_id)
    place = directory.locations.get(ask.location_id) if ask.location_id else None
    zones = [place] if place else directory.stores(market.id)
    return Asking(
        at=ask.at,
        minute_of_week=rules.minute_of_week(ask.at, zones[0].time_zone if zones else "UTC"),
        channel=channel.code if channel else "",
        channel_kind=channel.kind if channel else "",
        location=place.code if place else "",
        segments=hers.get(ask.customer_id, frozenset()) if ask.customer_id else frozenset(),
        company=ask.company,
    )


async def _coupons(tx: Tx, asks: Sequence[QuoteAsk], known: Terms) -> list[tuple[CouponUse, ...]]:
    """Of each basket's coupons, what they open."""
    named = {code: read_code(code) for ask in asks for code in ask.codes}
    if not named:
        return [()] * len(asks)
    wanted = [code for code in named.values() if code]
    rows = {one.code: one for one in await tx.all(coupon_store.FIND, codes=wanted)}
    hers = await records(tx, rows=rows.values(), customer_ids=[ask.customer_id for ask in asks])
    return [
        tuple(
            _use(code, rows.get(named[code] or ""), ask, hers.get(ask.customer_id, ()), known.standing[ask.market_id])
            for code in ask.codes
        )
        for ask in asks
    ]


async def records(
    tx: Tx, *, rows: Iterable[coupon_store.CouponRow], customer_ids: Sequence[CustomerId | None]
) -> Mapping[CustomerId | None, Sequence[CustomerId]]:
    """Of whoever asks all records that are hers, where a coupon is for somebody: one that one of them has is hers. Costs nothing
    where none is."""
    if not any(row.customer_id for row in rows):
        return {}
    own = await identity.each_own_records(tx, ids=sorted({one for one in customer_ids if one}))
    return {id: own[id] for id in customer_ids if id}


def _use(
    code: str, row: coupon_store.CouponRow | None, ask: QuoteAsk, hers: Sequence[CustomerId], held: Standing
) -> CouponUse:
    if row is None:
        return CouponUse(code, None, "unknown")
    if why := why_not(row, hers=hers, at=ask.at):
        return CouponUse(row.code, None, why)
    opens = next((one for one in held.promotions.values() if one.id == row.promotion_id), None)
    if opens is None:
        return CouponUse(row.code, None, "over")
    return CouponUse(row.code, row.promotion_id, of_carriage=isinstance(opens.rule.benefit, CarriageOff))


def why_not(row: coupon_store.CouponRow, *, hers: Sequence[CustomerId], at: datetime) -> str:
    if row.ends_before is not None and at >= row.ends_before:
        return "over"
    if row.uses >= row.uses_max:
        return "used"
    return "of_another" if row.customer_id is not None and row.customer_id not in hers else ""


async def _left(tx: Tx, asks: Sequence[QuoteAsk], known: Terms) -> dict[CustomerId | None, dict[str, Left]]:
    """What is left of the promotions that have an end, for each customer who asks and for who is not known."""
    limited = {one.id: one for held in known.standing.values() for one in held.limited}
    if not limited:
        return {}
    customer_ids = sorted({ask.customer_id for ask in asks if ask.customer_id})
    rows = await tx.all(store.USES, promotion_ids=list(limited), customer_ids=customer_ids)
    return what_is_left(limited, rows, customer_ids)


def what_is_left(
    limited: Mapping[PromotionId, Known], rows: Sequence[store.UseRow], customer_ids: Collection[CustomerId]
) -> dict[CustomerId | None, dict[str, Left]]:
    of_all = {one.promotion_id: one for one in rows if one.customer_id is None}
    hers = {(one.promotion_id, one.customer_id): one.uses for one in rows}
    return {
        customer: {
            one.rule.code: _left_of(one, of_all.get(id), hers.get((id, customer), 0) if customer else 0)
            for id, one in limited.items()
        }
        for customer in (None, *customer_ids)
    }


def _left_of(one: Known, used: store.UseRow | None, hers: int) -> Left:
    caps = one.rule.caps
    uses, spent = (used.uses, used.spent) if used else (0, 0)
    return Left(
        uses=None if caps.uses is None else caps.uses - uses,
        uses_of_customer=None if caps.uses_per_customer is None else caps.uses_per_customer - hers,
        budget=None if caps.budget is None else caps.budget - spent,
    )


async def discount_again(
    tx: Tx,
    *,
    lines: Sequence[tuple[QuoteLine, int]],
    promotions: Sequence[tuple[PromotionId, int]],
    language: str,
) -> dict[LineItemId, tuple[Discount, ...]]:
    """What these versions of promotions take off lines of which each has its unit price; lines with nothing off are missing.

    They were granted once: for whom they were, when and how often is not asked again, only what the goods are and how many.
    """
    found = await tx.all(
        store.VERSIONS_NAMED, ids=[id for id, _ in promotions], versions=[version for _, version in promotions]
    )
    granted = [Known(one.promotion_id, one.version, rules.granted(one.rule)) for one in found]
    by_code = {one.rule.code: one for one in granted}  # a promotion has one version in an order
    above = await catalog.categories_above(tx)
    held = Standing(book=Book(one.rule for one in by_code.values()), promotions=by_code, above=above)
    prices = [Found(price, "", None) for _, price in lines]
    asked = [line for line, _ in lines]
    outcome = rules.take_off(asked, prices, standing=held, asking=Asking(at=tx.now), known=True)
    quoted = rules.quoted(asked, prices, outcome, promotions=by_code, rates=(), taxes_included=True, language=language)
    return {one.line_id: one.discounts for one in quoted.lines if one.discounts}
