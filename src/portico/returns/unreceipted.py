"""Goods of which nobody knows the order: worth the lowest price that they were sold for of late, and never paid out in cash."""

from collections.abc import Mapping
from datetime import timedelta

from portico.business.api import Directory
from portico.business.types import LocationId, Market
from portico.catalog import api as catalog
from portico.catalog.types import Variant, VariantId
from portico.loyalty import api as loyalty
from portico.loyalty.types import NewCard
from portico.orders import api as orders
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing import api as pricing
from portico.pricing.types import NoPrice, ToPrice
from portico.returns import finding, moving, rules, settling, store
from portico.returns.types import (
    BadReturn,
    Event,
    Graded,
    Head,
    NewReturn,
    PriceFrom,
    Return,
    ReturnId,
    State,
    Way,
)
from portico.returns.writing import Worth, write


async def take(tx: Tx, *, new: NewReturn, place: LocationId, directory: Directory, by: Hand) -> Return:
    """Into stock, as store credit or on a gift card. Whoever calls has asked whether that is allowed.

    Refuses BadReturn, NotFound, NoPrice where it was never sold and has no price, and what moving stock refuses.
    """
    if new.exchange or any(one.variant_id is None or one.line_id for one in new.lines):
        raise BadReturn(field="exchange" if new.exchange else "variant_id")
    market = directory.market_by_id(directory.location(place).market_id)
    ids = sorted({one.variant_id for one in new.lines if one.variant_id})
    variants = await catalog.variants(tx, ids=ids)
    if gone := [one for one in ids if one not in variants]:
        raise NotFound(what="variant", id=str(gone[0]))
    worths = await prices(tx, variants=variants, market=market)
    if new.customer_id:
        await loyalty.require_customer(tx, customer_id=new.customer_id)
    lines = [(one, variants[one.variant_id]) for one in new.lines if one.variant_id]
    pieces = [moving.Piece(variant.id, one.quantity, one.grade, one.lots) for one, variant in lines]
    value = sum(
        rules.worth(worths[variant.id].unit_price, quantity=one.quantity, scale=variant.scale) for one, variant in lines
    )
    head = Head(
        ReturnId.new(), rules.new_code(), None, market.id, State.REQUESTED, Way.COUNTER, place, new.customer_id, None,
        market.currency, 0, 0, 0, new.note, "", by.actor, by.actor_name, tx.now, tx.now, rules.new_token(),
    )  # fmt: skip
    await write(
        tx, head, new.lines, variants=[one.variant_id for one in pieces], judged=[()] * len(pieces),
        worths=[worths[one.variant_id] for one in pieces],
    )  # fmt: skip
    await moving.come_in(tx, pieces=pieces, location_id=place, reference=head.id, by=by)
    written = (await finding.find(tx, name=str(head.id))).lines
    await settling.write_grades(
        tx, grades=[(line, [Graded(one.grade, one.quantity)]) for line, one in zip(written, pieces, strict=True)]
    )
    code = await _give(tx, new, head, value, by) if value else ""
    await settling.go_on(tx, head=head, event=Event.TAKE, by=by, location_id=place, value=value, refunded=value)
    return_ = await finding.find(tx, name=str(head.id))
    return Return(return_.head, return_.lines, return_.steps, card_code=code)


async def _give(tx: Tx, new: NewReturn, head: Head, value: int, by: Hand) -> str:
    """As the customer's store credit, or on a new gift card: its code."""
    if new.customer_id:
        await loyalty.grant_credit(
            tx, customer_id=new.customer_id, amount=value, currency=head.currency, reason="return",
            reference=str(head.id), by=by,
        )  # fmt: skip
        return ""
    (issued,) = await loyalty.issue(tx, cards=[NewCard(amount=value, currency=head.currency)], by=by)
    return issued.code


async def prices(tx: Tx, *, variants: Mapping[VariantId, Variant], market: Market) -> dict[VariantId, Worth]:
    """What one of each is worth in a market: the lowest price it was really sold for in the days that its policy says; today's
    where it was not sold in them. Refuses NoPrice where it has none today either."""
    policies = await tx.all(store.POLICIES, market_id=market.id)
    since = {
        one.id: tx.now - timedelta(days=rules.policy_for(policies, one.tax_category, market.id).price_days)
        for one in variants.values()
    }
    sold = await orders.lowest_sold(tx, since=since, market_id=market.id, currency=market.currency)
    worths = {id: Worth(one.amount, PriceFrom.LOWEST_SOLD, one.sold_at) for id, one in sold.items()}
    rest = [one for one in variants.values() if one.id not in worths]
    return worths | (await _today(tx, rest, market) if rest else {})


async def _today(tx: Tx, variants: list[Variant], market: Market) -> dict[VariantId, Worth]:
    found = await pricing.prices(tx, variant_ids=[one.id for one in variants], market_ids=[market.id])
    rates = (await pricing.rates(tx, market_ids=[market.id])).get(market.id, [])
    for one in variants:
        if (one.id, market.id) not in found:
            raise NoPrice(variant_id=one.id, market=market.code)
    wanted = [ToPrice(10**one.scale, one.scale, found[one.id, market.id].amount, one.tax_category) for one in variants]
    priced = pricing.price_lines(wanted, rates=rates, taxes_included=market.taxes_included)
    return {
        one.id: Worth(line.gross, PriceFrom.TODAY) for one, line in zip(variants, priced.lines, strict=True)
    }  # fmt: skip
