"""Turning checkouts into orders: the hot command."""

from collections.abc import Mapping, Sequence

import msgspec

from portico.business.api import Directory
from portico.carts import api as carts
from portico.carts.types import Cart, CartId
from portico.checkout import promised, rules, store
from portico.checkout.standing import announce, choices_of, closed, of_cart, with_buyers
from portico.checkout.types import (
    Busy,
    CheckoutId,
    Choice,
    Complete,
    Completed,
    Head,
    Incomplete,
    State,
)
from portico.orders import api as orders
from portico.orders.types import (
    Method,
    Order,
    OrderId,
    PlaceOrder,
    Term,
)
from portico.platform.db import Tx
from portico.platform.refusals import Forbidden, NotFound, Refused


async def complete(tx: Tx, *, asks: Sequence[Complete], directory: Directory) -> list[Order | Refused]:
    """Turn checkouts into orders, one answer each, in order of arrival.

    Locks checkouts, then carts, both in order of ids, then what `orders.place` locks. A cart that became an order is
    emptied. Refusals: NotFound, Completed, Canceled, Expired, Incomplete, PromiseEnded, BookingEnded, and those of `orders.place`.
    """
    heads = {one.id: one for one in await tx.all(store.LOCK, ids=[ask.checkout_id for ask in asks])}
    cart_ids = sorted({one.cart_id for one in heads.values() if one.open})
    by_cart = {one.head.id: one for one in await carts.lock(tx, ids=cart_ids)}
    choices = await choices_of(tx, list(heads))
    heads = await with_buyers(tx, heads, by_cart)
    first: dict[CheckoutId, int] = {}  # a checkout asked for twice at once is answered twice and completed once
    answers: list[Order | Refused | None] = [None] * len(asks)
    places: list[tuple[int, PlaceOrder]] = []
    for i, ask in enumerate(asks):
        if first.setdefault(ask.checkout_id, i) != i:
            continue
        head = heads.get(ask.checkout_id)
        place = (
            to_place(ask, head, by_cart, choices, tx) if head else NotFound(what="checkout", id=str(ask.checkout_id))
        )
        lost = await promised.still_there(tx, place, ask.checkout_id, ask.by) if isinstance(place, PlaceOrder) else None
        if lost is not None:
            answers[i] = lost
        elif isinstance(place, PlaceOrder):
            places.append((i, place))
        else:
            answers[i] = place
    placed = await orders.place(tx, asks=[place for _, place in places], directory=directory) if places else []
    for (i, _), answer in zip(places, placed, strict=True):
        answers[i] = answer
    done = [(ask, one) for ask, one in zip(asks, answers, strict=True) if isinstance(one, Order)]
    kept_times = {key for key, own in choices.items() if any(one.earliest for one in own)}
    await _finish(tx, done, heads, by_cart, kept_times)
    return [
        one if one is not None else _twin(answers[first[ask.checkout_id]])
        for ask, one in zip(asks, answers, strict=True)
    ]


def _twin(original: Order | Refused | None) -> Refused:
    """What the second of two simultaneous completions is told."""
    if isinstance(original, Order):
        return Completed(order_id=original.head.id)
    return original or Completed(order_id=None)


def to_place(
    ask: Complete,
    head: Head,
    by_cart: dict[CartId, Cart],
    choices: Mapping[CheckoutId, tuple[Choice, ...]],
    tx: Tx,
) -> PlaceOrder | Refused:
    if (refused := closed(head, tx)) and not (ask.resumes and isinstance(refused, Busy)):
        return refused
    if ask.resumes and (head.progress is None or head.progress.tenders != ask.tenders):
        return Busy()  # what it was to be paid with has been let go meanwhile
    cart = by_cart[head.cart_id]
    own = of_cart(choices.get(head.id, ()), cart)
    if messages := rules.judge(head, lines=cart.lines, choices=own):
        return Incomplete(messages=messages)
    if not all(ask.may_hand_over(one.location_id) for one in own if one.method is Method.CARRY_OUT):
        return Forbidden(permission="orders.hand_over")
    return PlaceOrder(
        order_id=OrderId.new(),
        market_id=head.market_id,
        lines=rules.place_lines(cart.lines, own),
        by=ask.by,
        occurred_at=tx.now,
        language=ask.language,
        term=head.payment_term or Term.NOW,
        tenders=ask.tenders,
        codes=cart.head.codes,
        expected_total=ask.expected_total,
        customer_id=head.customer_id,
        guest_id=cart.head.guest_id,
        buyer=head.buyer,
        cart_id=head.cart_id,
        checkout_id=head.id,
        replaces=head.id,
        destination=head.destination,
        ship_to=head.ship_to,
        company_id=cart.head.company_id,
        po_number=cart.head.po_number,
        origin={"channel_id": str(head.channel_id or ""), "cart_version": cart.head.version},
    )


async def _finish(
    tx: Tx,
    done: Sequence[tuple[Complete, Order]],
    heads: dict[CheckoutId, Head],
    by_cart: dict[CartId, Cart],
    kept_times: set[CheckoutId],
) -> None:
    if not done:
        return
    await tx.run(
        store.COMPLETE,
        ids=[ask.checkout_id for ask, _ in done],
        order_ids=[order.head.id for _, order in done],
        now=tx.now,
    )
    for ask, order in done:
        if ask.checkout_id in kept_times:
            await promised.settle(tx, checkout_id=ask.checkout_id, order=order, by=ask.by)
    await carts.empty(tx, locked=[(by_cart[heads[ask.checkout_id].cart_id], ask.by) for ask, _ in done])
    for ask, _ in done:
        head = heads[ask.checkout_id]
        announce(tx, msgspec.structs.replace(head, state=State.COMPLETED, version=head.version + 1), ask.by)
