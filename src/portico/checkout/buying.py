"""Buying at once: basket, checkout and order in one step, for who knows what she wants. The hot command takes many.

It leaves the same records as going through them one by one: a basket with its history, a completed checkout with its
choices, the order. The basket is one of its own, as at a till: what she has in hers stays there.
"""

from collections.abc import Sequence

import msgspec

from portico.business.api import Directory
from portico.carts import api as carts
from portico.carts.types import Cart, CartId, Line
from portico.carts.types import Head as CartHead
from portico.checkout import api, rules, store
from portico.checkout.types import Buy, CheckoutId, Choice, Head, Incomplete, State
from portico.orders import api as orders
from portico.orders.types import Method, Order, OrderId, PlaceOrder
from portico.platform.db import Tx
from portico.platform.refusals import Forbidden, Refused


class _Ready(msgspec.Struct, frozen=True):
    """A purchase in which nothing is missing."""

    ask: Buy
    cart: Cart
    head: Head
    choices: tuple[Choice, ...]
    place: PlaceOrder


async def buy(tx: Tx, *, asks: Sequence[Buy], directory: Directory) -> list[Order | Refused]:
    """Place an order for each and keep how it came about, one answer each, in order of arrival.

    Locks what `orders.place` locks; nobody else knows of the baskets and checkouts yet. Refusals: BadQuantity, CartFull,
    WrongLocation, Incomplete, Forbidden, and those of `orders.place`.
    """
    readied = [_ready(tx, ask, directory) for ask in asks]
    ready = [one for one in readied if isinstance(one, _Ready)]
    placed = await orders.place(tx, asks=[one.place for one in ready], directory=directory) if ready else []
    bought = [(one, order) for one, order in zip(ready, placed, strict=True) if isinstance(order, Order)]
    if bought:
        await _write(tx, bought)
    answers = iter(placed)
    return [next(answers) if isinstance(one, _Ready) else one for one in readied]


def _ready(tx: Tx, ask: Buy, directory: Directory) -> _Ready | Refused:
    cart = _basket(tx, ask)
    head = _head(tx, ask, cart.head.id)
    choices = tuple(
        Choice(line.id, one.method, one.location_id) for line, one in zip(cart.lines, ask.lines, strict=True)
    )
    try:
        carts.check_lines(cart.lines)
        api.check_choices(choices, head, directory)
    except Refused as wrong:
        return wrong
    if messages := rules.judge(head, lines=cart.lines, choices=choices):
        return Incomplete(messages=messages)
    if not all(ask.may_hand_over(one.location_id) for one in choices if one.method is Method.CARRY_OUT):
        return Forbidden(permission="orders.hand_over")
    place = PlaceOrder(
        order_id=OrderId.new(),
        market_id=ask.market_id,
        lines=rules.place_lines(cart.lines, choices),
        by=ask.by,
        occurred_at=tx.now,
        language=ask.language,
        term=ask.term,
        tenders=ask.tenders,
        expected_total=ask.expected_total,
        customer_id=ask.customer_id,
        guest_id=ask.guest_id,
        buyer=ask.buyer,
        cart_id=cart.head.id,
        checkout_id=head.id,
        origin={"channel_id": str(ask.by.channel_id or ""), "cart_version": cart.head.version},
    )
    return _Ready(ask, cart, head, choices, place)


def _basket(tx: Tx, ask: Buy) -> Cart:
    """Made, and filled line by line: each is a version of its own."""
    cart_id = CartId.new()
    lines = tuple(
        Line(
            id=one.line_id,
            cart_id=cart_id,
            variant_id=one.variant_id,
            quantity=one.quantity,
            parent_id=None,
            actor=ask.by.actor,
            actor_name=ask.by.actor_name,
            channel_id=ask.by.channel_id,
            added_at=tx.now,
        )
        for one in ask.lines
    )
    return Cart(CartHead(cart_id, ask.market_id, None, None, 1 + len(lines), tx.now, tx.now), lines)


def _head(tx: Tx, ask: Buy, cart_id: CartId) -> Head:
    buyer = ask.buyer
    return Head(
        id=CheckoutId.new(),
        cart_id=cart_id,
        state=State.READY_FOR_COMPLETE,
        version=1,
        market_id=ask.market_id,
        customer_id=ask.customer_id,
        guest_id=ask.guest_id,
        channel_id=ask.by.channel_id,
        location_id=ask.by.location_id,  # type: ignore[arg-type]  # whichever kind of id names it
        given_name=buyer.given_name,
        family_name=buyer.family_name,
        email=buyer.email,
        phone=buyer.phone,
        payment_handler="cash",
        payment_term=ask.term,
        language=ask.language,
        created_at=tx.now,
        updated_at=tx.now,
        expires_at=tx.now + api.LASTS,
        order_id=None,
    )


async def _write(tx: Tx, bought: Sequence[tuple[_Ready, Order]]) -> None:
    await carts.put_ordered(tx, baskets=[(one.cart, one.ask.by) for one, _ in bought])
    heads = [one.head for one, _ in bought]
    choices = [(one.head.id, i, choice) for one, _ in bought for i, choice in enumerate(one.choices)]
    await tx.run(
        store.ADD_COMPLETED,
        ids=[one.id for one in heads],
        cart_ids=[one.cart_id for one in heads],
        market_ids=[one.market_id for one in heads],
        customer_ids=[one.customer_id for one in heads],
        guest_ids=[one.guest_id for one in heads],
        channel_ids=[one.channel_id for one in heads],
        location_ids=[one.location_id for one in heads],
        given_names=[one.given_name for one in heads],
        family_names=[one.family_name for one in heads],
        emails=[one.email for one in heads],
        phones=[one.phone for one in heads],
        payment_terms=[one.payment_term for one in heads],
        languages=[one.language for one in heads],
        order_ids=[order.head.id for _, order in bought],
        now=tx.now,
        expires_at=tx.now + api.LASTS,
        choice_ids=[checkout_id for checkout_id, _, _ in choices],
        line_ids=[one.line_id for _, _, one in choices],
        positions=[i for _, i, _ in choices],
        methods=[one.method for _, _, one in choices],
        choice_location_ids=[one.location_id for _, _, one in choices],
    )
    for one, _ in bought:
        api.announce(tx, msgspec.structs.replace(one.head, state=State.COMPLETED, version=2), one.ask.by)
