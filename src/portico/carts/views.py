"""Carts as the faces see them: lines with facts, prices and availability of now, and what they add up to."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, Market
from portico.carts import api
from portico.carts.types import Cart, CartId, Change, ChangeId, ChangeKind, Line
from portico.catalog.types import VariantId
from portico.customers import api as customers
from portico.customers.types import CustomerBrief
from portico.offers import api as offers
from portico.offers.types import Offer
from portico.platform import i18n, money
from portico.platform.db import Tx
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId, Priced, PricedLine, TaxLine, ToPrice, TotalType


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


class CartLineView(msgspec.Struct, frozen=True, kw_only=True):
    """`unit_price`, `net`, `tax` and `gross` are None for what has no price in this market."""

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


def channel_view(directory: Directory, channel_id: UUID | None) -> ChannelView | None:
    channel = directory.channel(channel_id)
    return ChannelView(channel.code, channel.kind, channel.name) if channel else None


def actor_view(actor: str, name: str) -> ActorView:
    return ActorView(actor.partition(":")[0], name)


def totals_view(priced: Priced, language: str) -> tuple[TotalView, ...]:
    return tuple(TotalView(one.type, one.amount, i18n.text(language, f"totals.{one.type}")) for one in priced.totals)


async def show(
    tx: Tx, *, cart: Cart, directory: Directory, language: str, location_id: LocationId | None = None
) -> CartView:
    """A cart priced now; `location_id` narrows what is available to one place."""
    head, market = cart.head, directory.market_by_id(cart.head.market_id)
    made, priced = await price(
        tx, cart=cart, market=market, directory=directory, language=language, location_id=location_id
    )
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
            for line, each in zip(cart.lines, priced.lines, strict=True)
        ),
        totals=totals_view(priced, language),
        tax_lines=priced.taxes,
        line_count=len(cart.lines),
        quantity_count=sum(line.quantity if made[line.variant_id].scale == 0 else 1 for line in cart.lines),
        updated_at=head.updated_at,
        last_change=shown_last[0] if shown_last else None,
    )


async def price(
    tx: Tx, *, cart: Cart, market: Market, directory: Directory, language: str, location_id: LocationId | None = None
) -> tuple[dict[VariantId, Offer], Priced]:
    """The offers of a cart's lines, and the lines priced in their order; what has no price counts as nothing."""
    ids = list(dict.fromkeys(line.variant_id for line in cart.lines))
    made = await offers.offers(
        tx, ids=ids, market=market, directory=directory, language=language, location_id=location_id
    )
    rates = (await pricing.rates(tx, market_ids=[market.id]))[market.id]
    to_price = [
        ToPrice(line.quantity, offer.scale, offer.price or 0, offer.tax_category)
        for line in cart.lines
        for offer in (made[line.variant_id],)
    ]
    return made, pricing.price_lines(to_price, rates=rates, taxes_included=market.taxes_included)


def _line(line: Line, offer: Offer, priced: PricedLine, directory: Directory) -> CartLineView:
    return CartLineView(
        id=line.id,
        variant=offer,
        quantity=line.quantity,
        unit=offer.unit,
        scale=offer.scale,
        unit_price=offer.price,
        net=priced.net,
        tax=priced.tax,
        gross=priced.gross,
        available=offer.available,
        added_by=actor_view(line.actor, line.actor_name),
        added_via=channel_view(directory, line.channel_id),
        parent_id=line.parent_id,
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
