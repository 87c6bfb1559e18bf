"""What others may ask of checkout."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationKind
from portico.carts import api as carts
from portico.carts.types import Cart, CartId
from portico.checkout import promised, rules, store
from portico.checkout.ordering import complete, to_place
from portico.checkout.standing import announce, choices_of, closed, judged, known_buyer, of_cart, with_buyers
from portico.checkout.types import (
    BadAddress,
    Busy,
    Checkout,
    CheckoutId,
    Choice,
    Complete,
    Completed,
    Head,
    Message,
    MessageType,
    Sent,
    State,
    TooManyChoices,
    Update,
)
from portico.customers import api as customers
from portico.inventory import api as inventory
from portico.inventory.types import Granted, OutOfStock, Want, WantLine
from portico.orders.types import (
    QUANTITY_MAX,
    BadQuantity,
    PlaceOrder,
    ShipTo,
    Term,
    WrongLocation,
)
from portico.payments import api as payments
from portico.payments.types import Tender
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import encode_hook
from portico.platform.refusals import NotFound, Refused

LASTS = timedelta(days=1)
__all__ = [
    "HOLD_LASTS",
    "LASTS",
    "announce",
    "cancel",
    "check_choices",
    "checkout",
    "complete",
    "held_until",
    "hold_choices",
    "open_checkout",
    "open_of",
    "owners",
    "prepared",
    "update",
]

HOLD_LASTS = timedelta(minutes=15)


async def open_checkout(tx: Tx, *, cart_id: CartId, by: Hand, language: str, term: Term | None = None) -> Checkout:
    """The cart's open checkout, new if there is none; the buyer is filled in from the cart's customer.

    One that has expired is canceled first: it would stand in the way for ever. Refuses NotFound.
    """
    stale = await tx.maybe(store.OF_CART, cart_id=cart_id)
    if stale is not None and stale.expires_at <= tx.now:
        await cancel(tx, checkout_id=stale.id, by=by)
    (cart,) = await carts.lock(tx, ids=[cart_id])
    found = await tx.maybe(store.OF_CART, cart_id=cart_id)
    if found is None:
        buyer = await known_buyer(tx, cart.head.customer_id)
        found = await tx.one(
            store.OPEN,
            id=CheckoutId.new(),
            cart_id=cart_id,
            market_id=cart.head.market_id,
            customer_id=cart.head.customer_id,
            guest_id=cart.head.guest_id,
            channel_id=by.channel_id,
            location_id=by.location_id,
            given_name=buyer.given_name,
            family_name=buyer.family_name,
            email=buyer.email,
            phone=buyer.phone,
            payment_term=term,
            language=language,
            now=tx.now,
            expires_at=tx.now + LASTS,
        )
        announce(tx, found, by)
    return await judged(tx, found, cart)


async def checkout(tx: Tx, *, checkout_id: CheckoutId) -> tuple[Checkout, Cart]:
    """A checkout with the cart it is about. Refuses NotFound."""
    head = await tx.maybe(store.FIND, ids=[checkout_id])
    if head is None:
        raise NotFound(what="checkout", id=str(checkout_id))
    cart = await carts.cart(tx, cart_id=head.cart_id)
    return await judged(tx, head, cart), cart


async def open_of(tx: Tx, *, cart_id: CartId) -> CheckoutId | None:
    """The cart's open checkout, if there is one that has not run out."""
    found = await tx.maybe(store.OF_CART, cart_id=cart_id)
    return found.id if found and found.expires_at > tx.now else None


async def update(
    tx: Tx,
    *,
    checkout_id: CheckoutId,
    update: Update,
    directory: Directory,
    by: Hand,
    hold: bool,
    sent: Sent | None = None,
) -> Checkout:
    """Change a checkout. With `hold`, once nothing is missing its units are held for a quarter of an hour. `sent` is where
    goods go by the choices that come with it; choices without it are to be fetched.

    Locks the checkout, the cart, then stock. Refuses NotFound, Completed, Canceled, Expired, WrongLocation,
    BadQuantity, TooManyChoices, BadEmail, BadPhone, BadAddress; missing stock is a message of the checkout, not a refusal.
    """
    (head,) = await _lock(tx, [checkout_id])
    if isinstance(refused := closed(head, tx), Refused):
        raise refused
    (cart,) = await carts.lock(tx, ids=[head.cart_id])
    if update.choices is not None:
        check_choices(update.choices, head, directory)
        await _save_choices(tx, checkout_id, update.choices)
        sent = sent or Sent()
    choices = of_cart((await choices_of(tx, [checkout_id]))[checkout_id], cart)
    head = _updated((await with_buyers(tx, {head.id: head}, {cart.head.id: cart}))[head.id], update, sent)
    messages = rules.judge(head, lines=cart.lines, choices=choices)
    if not messages and hold:
        messages = await hold_choices(tx, head, cart, choices, by)
    head = msgspec.structs.replace(
        head,
        state=State.INCOMPLETE if messages else State.READY_FOR_COMPLETE,
        version=head.version + 1,
        updated_at=tx.now,
        expires_at=tx.now + LASTS,
    )
    await tx.run(
        store.SAVE,
        id=head.id,
        state=head.state,
        customer_id=head.customer_id,
        given_name=head.given_name,
        family_name=head.family_name,
        email=head.email,
        phone=head.phone,
        payment_term=head.payment_term,
        destination=_json(head.destination),
        ship_to=_json(head.ship_to),
        now=tx.now,
        expires_at=head.expires_at,
    )
    announce(tx, head, by)
    return Checkout(head, choices, messages)


def _json(value: msgspec.Struct | None) -> str | None:
    return None if value is None else msgspec.json.encode(value, enc_hook=encode_hook).decode()


def _updated(head: Head, update: Update, sent: Sent | None) -> Head:
    """Refuses BadEmail, BadPhone, BadAddress."""
    buyer = head.buyer
    destination, ship_to = (sent.destination, sent.ship_to) if sent else (head.destination, head.ship_to)
    if update.address and not (ship_to and ship_to.location_id):
        ship_to = ShipTo(update.address)
    if ship_to and ship_to.address:
        country = destination.country if destination else None
        if field := rules.bad_address(ship_to.address, country=country):
            raise BadAddress(field=field)
    if update.buyer:
        buyer = msgspec.structs.replace(
            update.buyer,
            email=customers.email(update.buyer.email) if update.buyer.email.strip() else "",
            phone=customers.phone(update.buyer.phone) if update.buyer.phone.strip() else "",
        )
    return msgspec.structs.replace(
        head,
        given_name=buyer.given_name,
        family_name=buyer.family_name,
        email=buyer.email,
        phone=buyer.phone,
        payment_term=update.term or head.payment_term,
        destination=destination,
        ship_to=ship_to,
    )


async def _lock(tx: Tx, ids: Sequence[CheckoutId]) -> list[Head]:
    """Lock checkouts in order of ids, and return them in the order asked. Refuses NotFound."""
    found = {one.id: one for one in await tx.all(store.LOCK, ids=list(ids))}
    for one in ids:
        if one not in found:
            raise NotFound(what="checkout", id=str(one))
    return [found[one] for one in ids]


def check_choices(choices: Sequence[Choice], head: Head, directory: Directory) -> None:
    """Refuses TooManyChoices, WrongLocation, BadQuantity."""
    if len(choices) > rules.CHOICES_MAX:
        raise TooManyChoices(choices_max=rules.CHOICES_MAX)
    for one in choices:
        location = directory.locations.get(one.location_id)
        wrong_kind = location is not None and location.kind is not LocationKind.STORE and not one.method.sent
        if location is None or location.market_id != head.market_id or wrong_kind:
            raise WrongLocation(location_id=one.location_id)
        if one.quantity is not None and not 0 < one.quantity <= QUANTITY_MAX:
            raise BadQuantity(quantity=one.quantity)


async def _save_choices(tx: Tx, checkout_id: CheckoutId, choices: Sequence[Choice]) -> None:
    await tx.run(store.DROP_CHOICES, id=checkout_id)
    await tx.run(
        store.ADD_CHOICES,
        id=checkout_id,
        line_ids=[one.line_id for one in choices],
        positions=list(range(len(choices))),
        methods=[one.method for one in choices],
        location_ids=[one.location_id for one in choices],
        quantities=[one.quantity for one in choices],
        earliests=[one.earliest for one in choices],
        latests=[one.latest for one in choices],
    )


async def hold_choices(tx: Tx, head: Head, cart: Cart, choices: Sequence[Choice], by: Hand) -> tuple[Message, ...]:
    """Hold what the checkout is about; what is not there becomes a message about its line."""
    placed = rules.place_lines(cart.lines, choices)
    parts = await inventory.parts_of(tx, variant_ids=[line.variant_id for line in placed])
    held = tuple(
        WantLine(line.line_id, part.variant_id, one.location_id, part.quantity, take=False, backorder=one.backorder)
        for line in placed
        for one in line.allotments
        if one.location_id is not None  # a choice names its place
        for part in inventory.on_shelf(line.variant_id, one.quantity, parts)
    )
    want = Want(
        holder=head.id,
        lines=held,
        by=by,
        occurred_at=tx.now,
        expires_at=tx.now + HOLD_LASTS,
        replaces=head.id,
    )
    (answer,) = await inventory.allocate(tx, wants=[want])
    if isinstance(answer, Granted):
        return ()
    if not isinstance(answer, OutOfStock):  # lots are named by who has the goods in hand, never by a checkout
        raise answer
    short = {(one.variant_id, one.location_id) for one in answer.missing}
    lacking = {one.line_id for one in held if (one.variant_id, one.location_id) in short}
    return tuple(Message(MessageType.ERROR, "out_of_stock", line.line_id) for line in placed if line.line_id in lacking)


async def prepared(
    tx: Tx, *, checkout_id: CheckoutId, tenders: Sequence[Tender], language: str, by: Hand
) -> PlaceOrder:
    """The order that completing would place now. Locks the checkout and its cart. Refuses what completing refuses before placing."""
    (head,) = await _lock(tx, [checkout_id])
    (cart,) = await carts.lock(tx, ids=[head.cart_id])
    head = (await with_buyers(tx, {head.id: head}, {cart.head.id: cart}))[head.id]
    ask = Complete(checkout_id=checkout_id, by=by, language=language, tenders=tuple(tenders))
    place = to_place(ask, head, {cart.head.id: cart}, await choices_of(tx, [head.id]), tx)
    if isinstance(place, Refused):
        raise place
    return place


async def owners(tx: Tx, *, ids: Sequence[CheckoutId]) -> dict[CheckoutId, Cart]:
    """The cart of each checkout, by which is judged whose it is; unknown checkouts are missing."""
    heads = await tx.all(store.FIND, ids=list(ids))
    found = {one.head.id: one for one in await carts.carts(tx, ids=[head.cart_id for head in heads])}
    return {head.id: found[head.cart_id] for head in heads}


async def held_until(tx: Tx, *, checkout_id: CheckoutId) -> datetime | None:
    """Until when what was chosen is held; None where nothing is any more."""
    until = await inventory.held_until(tx, holder=checkout_id)
    return until if until and until > tx.now else None


async def cancel(tx: Tx, *, checkout_id: CheckoutId, by: Hand) -> tuple[Checkout, Cart]:
    """End a checkout; what it held is free again. Refuses NotFound, Completed; a canceled one stays canceled."""
    (head,) = await _lock(tx, [checkout_id])
    if head.state is State.COMPLETED:
        raise Completed(order_id=head.order_id)
    if head.progress is not None:
        if head.state is State.COMPLETE_IN_PROGRESS:
            raise Busy()
        await payments.void(tx, payment_ids=head.progress.payment_ids, by=by, reason="checkout_canceled")
    if head.state is not State.CANCELED:
        await inventory.release(tx, holders=[checkout_id], by=by)
        await promised.give_up_times(tx, checkout_id=checkout_id, by=by)
        await tx.run(store.CANCEL, id=checkout_id, now=tx.now)
        announce(tx, msgspec.structs.replace(head, state=State.CANCELED, version=head.version + 1), by)
    return await checkout(tx, checkout_id=checkout_id)
