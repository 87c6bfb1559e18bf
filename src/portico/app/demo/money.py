"""What becomes of orders and their money: several tenders together, an edit, a cancellation in part, an invoice, a link to pay by,
returns over the counter and by post, stored value, and a till whose day was closed."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from portico.app.demo import chain
from portico.business.api import Directory
from portico.business.types import Location, Market, Till
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.customers.types import CustomerId
from portico.inventory import api as inventory
from portico.loyalty import api as loyalty
from portico.loyalty.types import NewCard, PointsWorth
from portico.orders import api as orders
from portico.orders.types import (
    AddLine,
    Allotment,
    Edit,
    HandOverLine,
    Method,
    Order,
    OrderId,
    PlaceLine,
    PlaceOrder,
    Term,
)
from portico.payments import api as payments
from portico.payments.types import CashMove, CashMoveKind, Own, Tender, cash
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId
from portico.returns import api as returns
from portico.returns.types import Grade, NewLine, NewReturn, ReturnReason, Way

PLACED, WAITING = 7, 3  # orders for each market, and those of them that wait to be fetched
PLENTY = 8
NOTES = {"RUB": 10_000_000, "EUR": 100_000, "GBP": 100_000}  # what is laid on the counter: enough for anything here
POINTS_PER_MINOR = 1
WORDS = {
    "es": ("Menos por teléfono", "Uno más, pedido por teléfono", "Recogida tarde", "Perdón por la espera"),
    "it": ("Di meno, al telefono", "Uno in più, chiesto al telefono", "Ritiro in ritardo", "Scusi per l'attesa"),
    "ru": ("Меньше, по телефону", "Ещё один, по телефону", "Поздняя выдача", "Извинение за ожидание"),
    "en": ("Fewer, by phone", "One more, asked for by phone", "Late to be fetched", "Sorry for the wait"),
}


async def put(
    tx: Tx,
    *,
    directory: Directory,
    variants: dict[str, VariantId],
    people: dict[str, list[CustomerId]],
    staff_id: Callable[[str], Id],
    by: Hand,
) -> int:
    """How many orders were placed for it."""
    await loyalty.put_points_worth(
        tx, worths=[PointsWorth(one.id, POINTS_PER_MINOR) for one in directory.markets.values()]
    )
    plain = [
        one.id
        for one in (await catalog.variants(tx, ids=list(variants.values()))).values()
        if one.tracking is Tracking.NONE and not one.components and one.scale == 0
    ]
    placed = 0
    for market in directory.markets.values():
        store = directory.shops(market.id)[0]
        till = next(one for one in directory.tills.values() if one.location_id == store.id)
        person = next((one for one in chain.STAFF if one.place == store.code), chain.STAFF[0])
        hand = Hand(
            actor=f"staff:{staff_id(person.number).uuid.hex}", actor_name=f"{person.given_name} {person.family_name}",
            channel_id=next(one.id.uuid for one in directory.channels.values() if one.code == "pos"),
            location_id=store.id.uuid, till_id=till.id.uuid,
        )  # fmt: skip
        levels = await inventory.levels(tx, variant_ids=plain, location_ids=[store.id])
        there = [one.variant_id for one in levels if one.on_hand - one.reserved >= PLENTY]
        if len(there) >= PLACED:
            placed += await _of_store(tx, directory, market, store, till, there, people[market.code], hand)
    return placed


async def _of_store(
    tx: Tx, directory: Directory, market: Market, store: Location, till: Till, variants: Sequence[VariantId],
    people: Sequence[CustomerId], hand: Hand,
) -> int:  # fmt: skip
    fewer, more, late, sorry = WORDS[market.language]
    note, currency, who = NOTES[market.currency], market.currency, people[0]
    float_ = CashMove(kind=CashMoveKind.FLOAT, amount=note // 10, currency=currency, reason="")
    await payments.move_cash(tx, till_id=till.id.uuid, move=float_, by=hand)
    (card, spare) = await loyalty.issue(
        tx,
        cards=[NewCard(amount=note // 100, currency=currency), NewCard(amount=note // 20, currency=currency)],
        by=hand,
    )
    await loyalty.block(tx, card_id=spare.card.id, blocked=True)
    await loyalty.grant_credit(
        tx, customer_id=who, amount=note // 50, currency=currency, reason=sorry, reference=str(who), by=hand
    )
    await loyalty.grant_points(tx, customer_id=who, points=note // 100, reason=sorry, reference=str(who), by=hand)

    async def sell(i: int, units: int, method: Method, *tenders: Tender, term: Term = Term.NOW) -> Order:
        at = tx.now - timedelta(hours=2 + 3 * i)
        placed = PlaceOrder(
            order_id=OrderId.new(), market_id=market.id, by=hand, occurred_at=at, language=market.language, term=term,
            customer_id=people[i % len(people)], tenders=tenders,
            lines=(PlaceLine(LineItemId.new(), variants[i], (Allotment(method, store.id, units),)),),
        )  # fmt: skip
        (answer,) = await orders.place(tx, asks=[placed], directory=directory)
        if isinstance(answer, Refused):
            raise answer
        return answer

    enough = cash(note)
    await sell(0, 1, Method.CARRY_OUT, Tender(handler=Own.GIFT_CARD, credential=card.code), *enough)
    await sell(1, 1, Method.CARRY_OUT, Tender(handler=Own.INVOICE, due_days=14))
    shorter = await sell(2, 3, Method.COLLECT, *enough)
    await orders.cancel(
        tx,
        order_id=shorter.head.id,
        lines=[HandOverLine(shorter.lines[0].id, 1)],
        reason=fewer,
        directory=directory,
        by=hand,
    )
    longer = await sell(3, 1, Method.COLLECT, *enough)
    added = AddLine(variants[4], 1, Method.COLLECT, store.id)
    await orders.edit(
        tx, edit=Edit(order_id=longer.head.id, reason=more, adds=(added,)), directory=directory, by=hand
    )  # fmt: skip
    await orders.note(tx, order_id=longer.head.id, text=late, by=hand)
    await sell(4, 1, Method.COLLECT, term=Term.BY_LINK)
    back = await sell(5, 2, Method.CARRY_OUT, *enough)
    for units, reason, grade in (
        (1, ReturnReason.CHANGED_MIND, Grade.SELLABLE),
        (1, ReturnReason.DAMAGED, Grade.DAMAGED),
    ):
        line = NewLine(line_id=back.lines[0].id, quantity=units, reason=reason, grade=grade)
        await returns.take(
            tx, new=NewReturn(lines=(line,), order_id=back.head.id, location_id=store.id), directory=directory, by=hand,
            may_override=False,
        )  # fmt: skip
    posted = await sell(6, 1, Method.CARRY_OUT, *enough)
    line = NewLine(line_id=posted.lines[0].id, quantity=1, reason=ReturnReason.NOT_AS_DESCRIBED)
    await returns.request(tx, new=NewReturn(lines=(line,), order_id=posted.head.id, way=Way.POST), by=hand)
    found = await payments.report(tx, till_id=till.id.uuid, currency=currency)
    await payments.close_till(
        tx, till_id=till.id.uuid, currency=currency, counted=found.expected - note // 10_000, by=hand,
    )  # fmt: skip
    return PLACED
