"""Carts as the faces see them: lines with facts, prices and availability of now, and what they add up to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, Market
from portico.carts import api
from portico.carts.types import Cart, CartId, Change, ChangeId, ChangeKind, Line
from portico.catalog.types import VariantId
from portico.companies import api as companies
from portico.companies.types import CompanyBrief
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.offers import api as offers
from portico.offers.types import Offer
from portico.platform import i18n, money
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import (
    Asker,
    CarriageCharge,
    Declined,
    Discount,
    LineItemId,
    Promotion,
    QuoteAsk,
    Quoted,
    QuotedLine,
    QuoteLine,
    TaxLine,
    TotalType,
    Why,
)


class ChannelView(msgspec.Struct, frozen=True):
    code: str
    kind: str
    name: str


class ActorView(msgspec.Struct, frozen=True):
    kind: str
    name: str


class TotalView(msgspec.Struct, frozen=True):
    type: TotalType
    amount: int
    label: str


class WhyPrice(msgspec.Struct, frozen=True):
    """Where a unit price is from: the list of this code, or "" for the market's own; and what the market's own would be."""

    list_code: str
    own_price: int | None


class CouponView(msgspec.Struct, frozen=True):
    """A coupon in the basket. `why`: what is against it; `applied`: whether something is off by it; `waits`: it is about carriage, and
    how the basket is to be had was not chosen yet."""

    code: str
    title: str
    why: str
    applied: bool
    waits: bool = False


class GiftView(msgspec.Struct, frozen=True):
    """What may be put in for nothing."""

    variant: Offer
    quantity: int
    title: str


class CartLineView(msgspec.Struct, frozen=True, kw_only=True):
    """`unit_price` is before promotions, and None for what has no price in this market; `discounts` are in its terms. Net, tax and gross
    are what is left."""

    id: LineItemId
    variant: Offer
    quantity: int
    unit: str
    scale: int
    unit_price: int | None
    net: int
    tax: int
    gross: int
    available: int
    added_by: ActorView
    added_via: ChannelView | None
    parent_id: LineItemId | None
    discounts: tuple[Discount, ...]
    why: WhyPrice


class ChangeView(msgspec.Struct, frozen=True):
    id: ChangeId
    kind: ChangeKind
    line_id: LineItemId | None
    title: str | None
    from_title: str | None
    from_quantity: int | None
    to_quantity: int | None
    channel: ChannelView | None
    actor: ActorView
    at: datetime


class CartView(msgspec.Struct, frozen=True, kw_only=True):
    """`carriage` is counted once it was chosen how the basket is to be had."""

    id: CartId
    version: int
    market_code: str
    currency: str
    exponent: int
    taxes_included: bool
    customer: CustomerBrief | None
    lines: tuple[CartLineView, ...]
    totals: tuple[TotalView, ...]
    tax_lines: tuple[TaxLine, ...]
    line_count: int
    quantity_count: int
    updated_at: datetime
    last_change: ChangeView | None
    saved: int
    coupons: tuple[CouponView, ...]
    company: CompanyBrief | None
    po_number: str
    gifts: tuple[GiftView, ...]
    carriage: CarriageCharge | None


class Brought(msgspec.Struct, frozen=True):
    """By which methods a basket is to be had, and where it is brought ("": the market's own country)."""

    methods: tuple[str, ...] = ()
    country: str = ""


NOT_YET = Brought()


class WhyLine(msgspec.Struct, frozen=True):
    line_id: LineItemId
    title: str
    unit_price: int | None
    list_code: str
    own_price: int | None
    discounts: tuple[Discount, ...]


class WhyNot(msgspec.Struct, frozen=True):
    """A promotion this basket does not have, and why; `missing`: how much or how many more it would take."""

    code: str
    title: str
    why: Why
    missing: int
    sentence: str


class WhyView(msgspec.Struct, frozen=True):
    """`exact`: no other choice of promotions would take more off."""

    lines: tuple[WhyLine, ...]
    declined: tuple[WhyNot, ...]
    exact: bool


async def explain(tx: Tx, *, cart: Cart, directory: Directory, language: str, by: Hand) -> WhyView:
    """Why a cart costs what it does."""
    market = directory.market_by_id(cart.head.market_id)
    made, quoted = await price(
        tx, cart=cart, market=market, directory=directory, language=language, by=by, explain=True
    )
    known = await pricing.promotions.by_code(tx, market_id=market.id, codes=[one.code for one in quoted.declined])
    return WhyView(
        tuple(
            WhyLine(
                one.line_id, made[line.variant_id].title, one.unit_price, one.list_code, one.own_price, one.discounts
            )
            for line, one in zip(cart.lines, quoted.lines, strict=True)
        ),
        tuple(
            WhyNot(
                one.code, known[one.code].rule.title(language) if one.code in known else one.code, one.why, one.missing,
                i18n.text(language, f"pricing.why.{one.why}"),
            )
            for one in quoted.declined
            if by.actor_kind in ("staff", "client") or _told(one, known)
        ),
        quoted.exact,
    )  # fmt: skip


TOLD = frozenset({Why.MINIMUM, Why.SET_INCOMPLETE, Why.OTHERS_BETTER, Why.NOT_CHEAPER, Why.USED_BY_HER})


def _told(one: Declined, known: Mapping[str, Promotion]) -> bool:
    """Whether a shopper hears of it: what is shown to everybody anyway, and what she can do something about."""
    rule = known[one.code].rule if one.code in known else None
    return (
        rule is not None
        and rule.public
        and not rule.needs_code
        and not rule.conditions.segments
        and not rule.conditions.companies
        and one.why in TOLD
    )


def channel_view(directory: Directory, channel_id: UUID | None) -> ChannelView | None:
    channel = directory.channel(channel_id)
    return ChannelView(channel.code, channel.kind, channel.name) if channel else None


def actor_view(actor: str, name: str) -> ActorView:
    return ActorView(actor.partition(":")[0], name)


def totals_view(priced: Quoted, language: str) -> tuple[TotalView, ...]:
    return tuple(TotalView(one.type, one.amount, i18n.text(language, f"totals.{one.type}")) for one in priced.totals)


async def show(
    tx: Tx,
    *,
    cart: Cart,
    directory: Directory,
    language: str,
    by: Hand,
    location_id: LocationId | None = None,
    brought: Brought = NOT_YET,
) -> CartView:
    """A cart priced now for whoever looks at it, through her channel and at her place; `location_id` narrows what is available to one
    place."""
    head, market = cart.head, directory.market_by_id(cart.head.market_id)
    made, quoted = await price(
        tx, cart=cart, market=market, directory=directory, language=language, by=by, location_id=location_id,
        brought=brought,
    )  # fmt: skip
    owner = await customers.briefs(tx, ids=[head.customer_id]) if head.customer_id else {}
    last = await api.changes(tx, cart_id=head.id, rows_max=1)
    shown_last = await show_changes(tx, changes=last, directory=directory, market=market, language=language)
    return CartView(
        id=head.id,
        version=head.version,
        market_code=market.code,
        currency=market.currency,
        exponent=money.exponent(market.currency),
        taxes_included=market.taxes_included,
        customer=owner.get(head.customer_id) if head.customer_id else None,
        lines=tuple(
            _line(line, made[line.variant_id], each, directory)
            for line, each in zip(cart.lines, quoted.lines, strict=True)
        ),
        totals=totals_view(quoted, language),
        tax_lines=quoted.taxes,
        line_count=len(cart.lines),
        quantity_count=sum(line.quantity if made[line.variant_id].scale == 0 else 1 for line in cart.lines),
        updated_at=head.updated_at,
        last_change=shown_last[0] if shown_last else None,
        saved=quoted.saved,
        coupons=_coupons(quoted),
        company=await _company(tx, cart),
        po_number=head.po_number,
        gifts=await _gifts(tx, quoted, market, directory, language, location_id),
        carriage=quoted.carriage,
    )


async def price(
    tx: Tx, *, cart: Cart, market: Market, directory: Directory, language: str, by: Hand,
    location_id: LocationId | None = None, explain: bool = False, brought: Brought = NOT_YET,
) -> tuple[dict[VariantId, Offer], Quoted]:  # fmt: skip
    """The offers of a cart's lines, and the lines priced in their order; what has no price counts as nothing."""
    made, (quoted,) = await price_ways(
        tx, cart=cart, market=market, directory=directory, language=language, by=by, location_id=location_id, explain=explain,
        ways=[brought],
    )  # fmt: skip
    return made, quoted


async def price_ways(
    tx: Tx, *, cart: Cart, market: Market, directory: Directory, language: str, by: Hand, ways: Sequence[Brought],
    location_id: LocationId | None = None, explain: bool = False,
) -> tuple[dict[VariantId, Offer], list[Quoted]]:  # fmt: skip
    """The offers of a cart's lines, and what it costs by each of these ways to have it."""
    ids = list(dict.fromkeys(line.variant_id for line in cart.lines))
    company = await _company(tx, cart)
    asker = asker_of(by, cart.head.customer_id, company.number if company else "")
    made = await offers.offers(
        tx, ids=ids, market=market, directory=directory, language=language, location_id=location_id, asker=asker
    )
    lines = tuple(
        QuoteLine(
            line_id=line.id, variant_id=offer.id, item_id=offer.item_id, category=offer.category_slug,
            tax_category=offer.tax_category, quantity=line.quantity, scale=offer.scale,
        )
        for line in cart.lines
        for offer in (made[line.variant_id],)
    )  # fmt: skip
    ask = QuoteAsk(
        market_id=market.id, lines=lines, at=tx.now, channel_id=asker.channel_id, location_id=asker.location_id,
        customer_id=asker.customer_id, company=asker.company, codes=cart.head.codes, language=language, explain=explain,
    )  # fmt: skip
    asks = [msgspec.structs.replace(ask, methods=one.methods, country=one.country) for one in ways]
    found = []
    for quoted in await pricing.quote(tx, asks=asks, directory=directory):
        if isinstance(quoted, Refused):
            raise quoted
        found.append(quoted)
    return made, found


async def _company(tx: Tx, cart: Cart) -> CompanyBrief | None:
    """For which company it is bought."""
    id = cart.head.company_id
    return (await companies.briefs(tx, ids=[id])).get(id) if id else None


def asker_of(by: Hand, customer_id: CustomerId | None, company: str = "") -> Asker:
    place = by.location_id
    return Asker(
        channel_id=by.channel_id, location_id=LocationId(place.bytes) if place else None, customer_id=customer_id,
        company=company,
    )  # fmt: skip


def _coupons(quoted: Quoted) -> tuple[CouponView, ...]:
    titles = {one.promotion_id: one.title for line in quoted.lines for one in line.discounts}
    if quoted.carriage and (off := quoted.carriage.discount):
        titles[off.promotion_id] = off.title
    return tuple(
        CouponView(
            one.code,
            titles.get(one.promotion_id, "") if one.promotion_id else "",
            one.why,
            one.promotion_id in titles,
            one.of_carriage and quoted.carriage is None,
        )
        for one in quoted.coupons
    )


async def _gifts(
    tx: Tx, quoted: Quoted, market: Market, directory: Directory, language: str, location_id: LocationId | None
) -> tuple[GiftView, ...]:
    if not quoted.offered:
        return ()
    made = await offers.offers(
        tx, ids=[one.variant_id for one in quoted.offered], market=market, directory=directory, language=language,
        location_id=location_id,
    )  # fmt: skip
    return tuple(
        GiftView(made[one.variant_id], one.quantity, one.title) for one in quoted.offered if one.variant_id in made
    )


def _line(line: Line, offer: Offer, quoted: QuotedLine, directory: Directory) -> CartLineView:
    priced = quoted.priced
    return CartLineView(
        id=line.id,
        variant=offer,
        quantity=line.quantity,
        unit=offer.unit,
        scale=offer.scale,
        unit_price=quoted.unit_price,
        net=priced.net,
        tax=priced.tax,
        gross=priced.gross,
        available=offer.available,
        added_by=actor_view(line.actor, line.actor_name),
        added_via=channel_view(directory, line.channel_id),
        parent_id=line.parent_id,
        discounts=quoted.discounts,
        why=WhyPrice(quoted.list_code, quoted.own_price),
    )


async def show_changes(
    tx: Tx, *, changes: Sequence[Change], directory: Directory, market: Market, language: str
) -> list[ChangeView]:
    ids = {one for change in changes for one in (change.variant_id, change.from_variant_id) if one}
    made = (
        await offers.offers(tx, ids=sorted(ids), market=market, directory=directory, language=language) if ids else {}
    )
    titles = {key: offer.title for key, offer in made.items()}
    return [
        ChangeView(
            id=one.id,
            kind=one.kind,
            line_id=one.line_id,
            title=titles.get(one.variant_id) if one.variant_id else None,
            from_title=titles.get(one.from_variant_id) if one.from_variant_id else None,
            from_quantity=one.from_quantity,
            to_quantity=one.to_quantity,
            channel=channel_view(directory, one.channel_id),
            actor=actor_view(one.actor, one.actor_name),
            at=one.at,
        )
        for one in changes
    ]
