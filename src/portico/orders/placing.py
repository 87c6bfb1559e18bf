"""Placing orders: the hot command. Takes many, answers each; one path for a till, a checkout, an import, a rush."""

import itertools
from collections.abc import Mapping, Sequence

import msgspec

from portico.business.api import Directory
from portico.companies import api as companies
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import SourceAsk, Sourced, SourceLine
from portico.inventory import api as inventory
from portico.inventory.types import Want, WantLine
from portico.ledger.types import BelowMinimum
from portico.loyalty.types import CodeOver
from portico.orders import building, store
from portico.orders.drafting import Draft, draft
from portico.orders.events import OrderPlaced
from portico.orders.holding import hold_all
from portico.orders.types import (
    Allotment,
    AlreadyPlaced,
    HoldKind,
    Method,
    Order,
    OrderId,
    PlaceOrder,
    Term,
)
from portico.payments import api as payments
from portico.platform.db import Tx
from portico.platform.ids import encode_hook
from portico.platform.refusals import Refused
from portico.pricing import api as pricing
from portico.pricing.types import CouponUsed, PromotionEnded


async def place(tx: Tx, *, asks: Sequence[PlaceOrder], directory: Directory) -> list[Order | Refused]:
    """Place each order whole or refuse it whole, in order of arrival.

    Prices are today's. Stock is taken (carry-out) or held (all else) under row locks in key order, then all is written
    with one statement per room. Orders with lines to be sent from places still to be chosen are sourced together with
    those next to them. Refusals: EmptyOrder, TooManyLines, BadQuantity, UnknownVariant, NoPrice, NoDestination,
    WrongLocation, UnknownCoupon, TotalChanged, PaymentNeeded, AlreadyPlaced, OutOfStock, PromotionEnded, CouponUsed, and those of
    companies, payments and fulfillment. Orders for companies are placed one by one with their companies' rows locked before all
    else, in order of ids: each is judged by what the one before left of limits and credit.
    """
    if not any(one.company_id for one in asks):
        return await _place_run(tx, asks, directory)
    await companies.lock(tx, ids=sorted({one.company_id for one in asks if one.company_id}))
    answers: list[Order | Refused] = []
    for for_company, run in itertools.groupby(asks, key=lambda one: one.company_id is not None):
        for some in ([one] for one in run) if for_company else [list(run)]:
            answers += await _place_run(tx, some, directory)
    return answers


async def _place_run(tx: Tx, asks: Sequence[PlaceOrder], directory: Directory) -> list[Order | Refused]:
    drafts = await draft(tx, asks=asks, directory=directory)
    ready = _first_of_each([one for one in drafts if isinstance(one, Draft)])
    answers: dict[OrderId, Order | Refused] = {}
    for to_source, run in itertools.groupby(ready.values(), key=lambda one: one.to_source):
        some = list(run)
        placed = await (_place_sourced(tx, some, directory) if to_source else _place(tx, some, directory))
        answers.update((one.ask.order_id, answer) for one, answer in zip(some, placed, strict=True))
    return [one if isinstance(one, Refused) else _answer(one, ready, answers) for one in drafts]


def _first_of_each(drafts: Sequence[Draft]) -> dict[object, Draft]:
    """By the client's reference, or the order's own id where it has none: of those alike, the first."""
    ready: dict[object, Draft] = {}
    for one in drafts:
        ready.setdefault(one.ask.external_ref or one.ask.order_id, one)
    return ready


def _answer(one: Draft, ready: Mapping[object, Draft], answers: Mapping[OrderId, Order | Refused]) -> Order | Refused:
    """Its own; an order that came twice at once is placed once, and refused twice."""
    ask = one.ask
    first = ready[ask.external_ref or ask.order_id].ask.order_id
    answer = answers[first]
    if first == ask.order_id or isinstance(answer, Refused) or ask.external_ref is None:
        return answer
    return AlreadyPlaced(external_ref=ask.external_ref, order_id=first)


async def _place_sourced(tx: Tx, drafts: Sequence[Draft], directory: Directory) -> list[Order | Refused]:
    """Choose from where each is sent, all of them together, then place them.

    If one is refused after all, what was decided of all is undone, and each is done by itself.
    """
    network = await fulfillment.network(tx, directory=directory)
    try:
        async with tx.savepoint():
            sourced = await fulfillment.source(
                tx, asks=[_to_source(one.ask) for one in drafts], directory=directory, network=network
            )
            # What was held to decide is given up for the order itself, which takes all its lines at once.
            chosen = [
                msgspec.structs.replace(one, ask=_from_places(one.ask, answer))
                for one, answer in zip(drafts, sourced, strict=True)
                if not isinstance(answer, Refused)
            ]
            placed = iter(await _place(tx, chosen, directory))
            answers = [answer if isinstance(answer, Refused) else next(placed) for answer in sourced]
            for answer, before in zip(answers, sourced, strict=True):
                if isinstance(answer, Refused) and answer is not before:
                    raise answer
            return answers
    except Refused as refused:
        if len(drafts) == 1:
            return [refused]
    return [answer for one in drafts for answer in await _place_sourced(tx, [one], directory)]


def _to_source(ask: PlaceOrder) -> SourceAsk:
    """What of an order is to be sent from a place still to be chosen."""
    assert ask.destination is not None
    lines = tuple(
        SourceLine(line.line_id, line.variant_id, one.quantity)
        for line in ask.lines
        for one in line.allotments
        if one.location_id is None
    )
    return SourceAsk(
        holder=ask.order_id, lines=lines, destination=ask.destination, market_id=ask.market_id,
        channel_id=ask.by.channel_id, by=ask.by, occurred_at=ask.occurred_at,
    )  # fmt: skip


def _from_places(ask: PlaceOrder, sourced: Sourced) -> PlaceOrder:
    """The order with the places chosen."""
    lines = []
    for line in ask.lines:
        chosen = tuple(
            Allotment(Method.SHIP, each.location_id, each.quantity, False, ask.occurred_at, one.latest)
            for one in sourced.shipments
            for each in one.lines
            if each.line_id.bytes == line.line_id.bytes
        )
        known = tuple(one for one in line.allotments if one.location_id is not None)
        lines.append(msgspec.structs.replace(line, allotments=known + chosen))
    return msgspec.structs.replace(ask, lines=tuple(lines), replaces=ask.replaces or ask.order_id)


async def _place(tx: Tx, drafts: Sequence[Draft], directory: Directory) -> list[Order | Refused]:
    """Take or hold the goods and take the money of orders all whose places are known, and write those that got both.

    Where a card or a credit turns out to hold less than it did a moment ago, a code on a phone has paid, or somebody else had the last of a
    promotion, nothing of the others stays undone: each is placed by itself.
    """
    if not any(
        draft.quoted.limited or any(one.source and one.source.minimum is not None for one in draft.plan)
        for draft in drafts
    ):
        return await _place_at_once(tx, drafts, directory)
    try:
        async with tx.savepoint():
            return await _place_at_once(tx, drafts, directory)
    except (BelowMinimum, CodeOver, PromotionEnded, CouponUsed) as lost:
        if len(drafts) == 1:
            return [lost]
    return [answer for one in drafts for answer in await _place(tx, [one], directory)]


async def _place_at_once(tx: Tx, drafts: Sequence[Draft], directory: Directory) -> list[Order | Refused]:
    granted = await inventory.allocate(tx, wants=[_want(one) for one in drafts])
    served = [one for one, answer in zip(drafts, granted, strict=True) if not isinstance(answer, Refused)]
    placed = {one.ask.order_id: building.order(one, directory) for one in served}
    await pricing.redeem(tx, asks=[_redeem(one) for one in served if one.quoted.saved])
    paid = await payments.take(tx, plans=[one.plan for one in served])
    if placed:
        await _write(tx, [one.ask for one in served], list(placed.values()))
        await _await_payment(tx, served)
    taken = {one.ask.order_id: payments for one, payments in zip(served, paid, strict=True)}
    return [
        answer
        if isinstance(answer, Refused)
        else msgspec.structs.replace(placed[one.ask.order_id], payments=taken[one.ask.order_id])
        for one, answer in zip(drafts, granted, strict=True)
    ]


async def _await_payment(tx: Tx, served: Sequence[Draft]) -> None:
    """What is paid by a link waits for it: nobody picks it before."""
    waiting = [(one.ask.order_id, one.ask.by) for one in served if one.ask.term is Term.BY_LINK and one.quoted.total]
    if waiting:
        await hold_all(tx, orders=waiting, kind=HoldKind.PAYMENT, reason="by_link")


def _redeem(draft: Draft) -> pricing.Redeem:
    ask = draft.ask
    return pricing.Redeem(
        order_id=ask.order_id, customer_id=ask.customer_id, quoted=draft.quoted, currency=draft.currency,
        at=ask.occurred_at,
    )  # fmt: skip


def _want(draft: Draft) -> Want:
    """What the order takes or holds: of a bundle, its components."""
    ask = draft.ask
    return Want(
        holder=ask.order_id,
        lines=tuple(
            WantLine(
                line.line_id,
                part.variant_id,
                building.place_of(one),
                part.quantity,
                take=one.method is Method.CARRY_OUT,
                backorder=one.backorder,
                lots=line.lots if one.method is Method.CARRY_OUT and not variant.components else (),
            )
            for line, variant in zip(ask.lines, draft.variants, strict=True)
            for one in line.allotments
            for part in variant.parts(one.quantity)
        ),
        by=ask.by,
        occurred_at=ask.occurred_at,
        replaces=ask.replaces,
        draws_on=ask.draws_on,
    )


def _json(value: object | None) -> str | None:
    return None if value is None else msgspec.json.encode(value, enc_hook=encode_hook).decode()


async def _write(tx: Tx, asks: Sequence[PlaceOrder], orders: Sequence[Order]) -> None:
    heads = [one.head for one in orders]
    lines = [line for one in orders for line in one.lines]
    taxes = [(one.head.id, tax) for one in orders for tax in one.taxes]
    promises = [each for one in orders for each in one.expectations]
    events = [each for one in orders for each in one.events]
    await tx.run(
        store.PLACE,
        ids=[one.id for one in heads],
        labels=[one.label for one in heads],
        market_ids=[one.market_id for one in heads],
        currencies=[one.currency for one in heads],
        taxes_includeds=[one.taxes_included for one in heads],
        customer_ids=[one.customer_id for one in heads],
        guest_ids=[one.guest_id for one in heads],
        given_names=[one.buyer_given_name for one in heads],
        family_names=[one.buyer_family_name for one in heads],
        emails=[one.buyer_email for one in heads],
        phones=[one.buyer_phone for one in heads],
        channel_ids=[one.channel_id for one in heads],
        location_ids=[one.location_id for one in heads],
        till_ids=[one.till_id for one in heads],
        actors=[one.actor for one in heads],
        actor_names=[one.actor_name for one in heads],
        languages=[one.language for one in heads],
        cart_ids=[one.cart_id for one in asks],
        checkout_ids=[one.checkout_id for one in asks],
        link_tokens=[one.link_token for one in heads],
        external_refs=[one.external_ref for one in heads],
        destinations=[_json(one.destination) for one in asks],
        ship_tos=[_json(one.ship_to) for one in asks],
        origins=[msgspec.json.encode(one.origin, enc_hook=encode_hook).decode() for one in asks],
        placed_ats=[one.placed_at for one in heads],
        offsets=[one.offset_minutes for one in heads],
        payment_terms=[one.payment_term for one in heads],
        subtotals=[one.subtotal for one in heads],
        items_discounts=[one.items_discount for one in heads],
        discounts=[one.discount for one in heads],
        taxes=[one.tax for one in heads],
        totals=[one.total for one in heads],
        paids=[one.paid for one in heads],
        authorizeds=[one.authorized for one in heads],
        gift_messages=[one.gift_message for one in heads],
        tags=[" ".join(one.tags) for one in heads],
        company_ids=[one.company_id for one in heads],
        po_numbers=[one.po_number for one in heads],
        fulfillments=[one.fulfillment for one in heads],
        carriages=[_json(one.carriage) for one in heads],
        states=[one.state for one in heads],
        line_ids=[one.id for one in lines],
        line_order_ids=[one.order_id for one in lines],
        positions=[one.position for one in lines],
        parent_ids=[one.parent_id for one in lines],
        variant_ids=[one.variant_id for one in lines],
        public_ids=[one.public_id for one in lines],
        skus=[one.sku for one in lines],
        titles=[one.title for one in lines],
        units=[one.unit for one in lines],
        line_tax_lines=[msgspec.json.encode(one.tax_lines).decode() for one in lines],
        scales=[one.scale for one in lines],
        unit_prices=[one.unit_price for one in lines],
        line_nets=[one.net for one in lines],
        line_taxes=[one.tax for one in lines],
        line_grosses=[one.gross for one in lines],
        ordereds=[one.ordered for one in lines],
        net_discounts=[one.net_discount for one in lines],
        line_discounts=[_json(one.discounts) if one.discounts else "[]" for one in lines],
        fulfilleds=[one.fulfilled for one in lines],
        tax_order_ids=[order_id for order_id, _ in taxes],
        tax_jurisdictions=[tax.jurisdiction for _, tax in taxes],
        tax_rates=[tax.rate_ppm for _, tax in taxes],
        tax_amounts=[tax.amount for _, tax in taxes],
        expectation_ids=[one.id for one in promises],
        expectation_order_ids=[one.order_id for one in promises],
        expectation_line_ids=[one.line_id for one in promises],
        methods=[one.method for one in promises],
        expectation_location_ids=[one.location_id for one in promises],
        quantities=[one.quantity for one in promises],
        expectation_fulfilleds=[one.fulfilled for one in promises],
        earliests=[one.earliest for one in promises],
        latests=[one.latest for one in promises],
        event_ids=[one.id for one in events],
        event_order_ids=[one.order_id for one in events],
        event_line_ids=[one.line_id for one in events],
        event_expectation_ids=[one.expectation_id for one in events],
        event_types=[one.type for one in events],
        event_quantities=[one.quantity for one in events],
        event_location_ids=[one.location_id for one in events],
        event_actors=[one.actor for one in events],
        event_actor_names=[one.actor_name for one in events],
        event_channel_ids=[one.channel_id for one in events],
        event_occurred_ats=[one.occurred_at for one in events],
        now=tx.now,
    )
    tx.emit(
        OrderPlaced(
            subject=one.id, by=ask.by, occurred_at=one.placed_at, customer_id=one.customer_id, label=one.label,
            total=one.total, currency=one.currency, lines=len(order.lines), language=one.language,
            by_mail=bool(one.buyer_email) or one.payment_term is Term.BY_LINK,
            to_follow=any(each.fulfilled < each.quantity for each in order.expectations),
        )
        for ask, order in zip(asks, orders, strict=True)
        for one in (order.head,)
    )  # fmt: skip
