"""Checkouts as they stand: who buys, what was chosen, what is missing, and whether they may still be changed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from portico.carts.types import Cart, CartId
from portico.carts.views import Brought
from portico.checkout import rules, store
from portico.checkout.events import CheckoutChanged
from portico.checkout.types import Busy, Canceled, Checkout, CheckoutId, Choice, Completed, Expired, Head, State
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.orders import api as orders
from portico.orders.types import Buyer
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused


async def known_buyer(tx: Tx, customer_id: CustomerId | None) -> Buyer:
    return _buyer((await customers.briefs(tx, ids=[customer_id])).get(customer_id) if customer_id else None)


def _buyer(brief: CustomerBrief | None) -> Buyer:
    if brief is None:
        return Buyer()
    return Buyer(brief.given_name, brief.family_name, brief.email or "", brief.phone or "")


async def choices_of(tx: Tx, ids: Sequence[CheckoutId]) -> defaultdict[CheckoutId, tuple[Choice, ...]]:
    found: defaultdict[CheckoutId, tuple[Choice, ...]] = defaultdict(tuple)
    for row in await tx.all(store.CHOICES, ids=list(ids)):
        found[row.checkout_id] += (
            Choice(row.line_id, row.method, row.location_id, row.quantity, row.earliest, row.latest),
        )
    return found


def of_cart(choices: Sequence[Choice], cart: Cart) -> tuple[Choice, ...]:
    """Without the choices of lines that have left the cart."""
    ids = {line.id for line in cart.lines}
    return tuple(one for one in choices if one.line_id in ids)


async def judged(tx: Tx, head: Head, cart: Cart) -> Checkout:
    """The checkout with what it lacks: the cart may have changed since it was last saved."""
    choices = of_cart((await choices_of(tx, [head.id]))[head.id], cart)
    if not head.open or head.progress is not None:
        return Checkout(head, choices)
    head = (await with_buyers(tx, {head.id: head}, {cart.head.id: cart}))[head.id]
    messages = rules.judge(head, lines=cart.lines, choices=choices)
    state = State.INCOMPLETE if messages else State.READY_FOR_COMPLETE
    return Checkout(msgspec.structs.replace(head, state=state), choices, messages)


async def with_buyers(tx: Tx, heads: dict[CheckoutId, Head], by_cart: Mapping[CartId, Cart]) -> dict[CheckoutId, Head]:
    """Checkouts whose customer is the cart's of now. Where that is another one, so is the buyer: nothing of somebody who
    is not the customer any more stays on the order. Only what a guest has typed goes on when she turns out to be known.
    """
    changed = {
        one.id: by_cart[one.cart_id].head.customer_id
        for one in heads.values()
        if one.open and one.cart_id in by_cart and one.customer_id != by_cart[one.cart_id].head.customer_id
    }
    if not changed:
        return heads
    briefs = await customers.briefs(tx, ids=list({one for one in changed.values() if one}))
    answers = dict(heads)
    for checkout_id, customer_id in changed.items():
        head = heads[checkout_id]
        typed = head.buyer if head.customer_id is None else Buyer()
        known = _buyer(briefs.get(customer_id)) if customer_id else Buyer()
        answers[checkout_id] = msgspec.structs.replace(
            head,
            customer_id=customer_id,
            given_name=known.given_name or typed.given_name,
            family_name=known.family_name or typed.family_name,
            email=known.email or typed.email,
            phone=known.phone or typed.phone,
        )
    return answers


def brought(head: Head, choices: Sequence[Choice]) -> Brought:
    """By which methods it was chosen to be had, and where to: what carriage is reckoned with."""
    return Brought(tuple(sorted({one.method for one in choices})), orders.country(head.destination, head.ship_to))


def closed(head: Head, tx: Tx) -> Refused | None:
    """Why a checkout cannot be changed any more."""
    if head.state is State.COMPLETED:
        return Completed(order_id=head.order_id)
    if head.state is State.CANCELED:
        return Canceled()
    if head.progress is not None:
        return Busy()
    return Expired() if head.expires_at <= tx.now else None


def announce(tx: Tx, head: Head, by: Hand) -> None:
    tx.emit(
        [
            CheckoutChanged(
                subject=head.id, by=by, occurred_at=tx.now, customer_id=head.customer_id, cart_id=head.cart_id,
                state=head.state, version=head.version,
            )
        ]
    )  # fmt: skip
