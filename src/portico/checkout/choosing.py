"""Choosing one of the ways a basket was promised: its goods and its time are held, and the checkout says so."""

from collections.abc import Mapping

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId, MarketId
from portico.carts import api as carts
from portico.carts import views as cart_views
from portico.carts.types import Cart
from portico.carts.views import Brought
from portico.checkout import api, promised, store
from portico.checkout.standing import closed
from portico.checkout.types import Checkout, CheckoutId, Choice, Choose, Chosen, Incomplete, Sent, Update
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Network, Option, Promise, PromiseAsk, PromiseLine, Way
from portico.orders.types import Method, ShipTo
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound, Refused
from portico.pricing import api as pricing
from portico.pricing.types import LineItemId


async def promise(
    tx: Tx, *, checkout_id: CheckoutId, choose: Choose, directory: Directory, network: Network, by: Hand, language: str
) -> Promise:
    """Every way to get what is in the checkout's basket, and what each is charged. Refuses NotFound, BadAsk."""
    _, cart = await api.checkout(tx, checkout_id=checkout_id)
    return await promise_cart(
        tx, cart=cart, checkout_id=checkout_id, choose=choose, directory=directory, network=network, by=by,
        language=language,
    )  # fmt: skip


async def promise_cart(
    tx: Tx,
    *,
    cart: Cart,
    checkout_id: CheckoutId | None,
    choose: Choose,
    directory: Directory,
    network: Network,
    by: Hand,
    language: str,
) -> Promise:
    """Every way to get what is in a basket, with what its checkout, if there is one, holds already, and what each is charged. Refuses
    BadAsk."""
    ask = _ask(tx, checkout_id, cart.head.market_id, cart, choose, by)
    found = await fulfillment.promise(tx, ask=ask, directory=directory, network=network)
    return await _charged(tx, found, cart, choose, directory, by, language)


async def _charged(
    tx: Tx, found: Promise, cart: Cart, choose: Choose, directory: Directory, by: Hand, language: str
) -> Promise:
    """The ways with what each is charged: the same sum as once it is chosen."""
    if not found.options or not cart.lines or not await pricing.carriage.charged(tx, market_id=cart.head.market_id):
        return found
    country = choose.destination.country if choose.destination else ""
    ways = [Brought(tuple(sorted({_method(part.way) for part in one.parts})), country) for one in found.options]
    distinct = list(dict.fromkeys(ways))
    _, quoted = await cart_views.price_ways(
        tx, cart=cart, market=directory.market_by_id(cart.head.market_id), directory=directory, language=language, by=by,
        ways=distinct,
    )  # fmt: skip
    charges = {way: one.carriage for way, one in zip(distinct, quoted, strict=True)}
    options = tuple(
        msgspec.structs.replace(one, carriage=charges[way]) for one, way in zip(found.options, ways, strict=True)
    )
    return msgspec.structs.replace(found, options=options)


def _ask(
    tx: Tx, checkout_id: CheckoutId | None, market_id: MarketId, cart: Cart, choose: Choose, by: Hand
) -> PromiseAsk:
    return PromiseAsk(
        lines=tuple(PromiseLine(line.id, line.variant_id, line.quantity) for line in cart.lines),
        market_id=market_id,
        channel_id=by.channel_id,
        by=by,
        occurred_at=tx.now,
        here=choose.here,
        near=choose.near,
        destination=choose.destination,
        replaces=checkout_id,
        slots_max=choose.slots_max,
    )


async def choose(
    tx: Tx, *, checkout_id: CheckoutId, choose: Choose, directory: Directory, network: Network, by: Hand
) -> Chosen:
    """Hold an option for the checkout and make it its choice; what it held before is given up for it.

    Locks the checkout, the cart, then stock, then times. Refuses NotFound, Completed, Canceled, Expired, OptionGone,
    BadAsk, BadAddress.
    """
    head = await tx.maybe(store.LOCK, ids=[checkout_id])
    if head is None:
        raise NotFound(what="checkout", id=str(checkout_id))
    if isinstance(refused := closed(head, tx), Refused):
        raise refused
    (cart,) = await carts.lock(tx, ids=[head.cart_id])
    ask = _ask(tx, checkout_id, head.market_id, cart, choose, by)
    held = await fulfillment.hold(
        tx, ask=ask, option_id=choose.option_id, holder=checkout_id, directory=directory, network=network, by=by,
        slot=choose.slot, latest=choose.latest, lasts=api.HOLD_LASTS,
    )  # fmt: skip
    option = held.option
    choices = tuple(
        Choice(
            LineItemId(one.line_id.bytes),
            _method(one.way),
            one.location_id,
            one.quantity,
            one.earliest or option.earliest,
            one.latest or option.latest,
        )
        for one in option.parts
    )
    found = await api.update(
        tx, checkout_id=checkout_id, update=Update(choices=choices), directory=directory, by=by, hold=False,
        sent=_sent(option, choose),
    )  # fmt: skip
    return Chosen(found, option, held.slot, held.expires_at)


async def collect_apart(
    tx: Tx, *, checkout_id: CheckoutId, places: Mapping[LineItemId, LocationId], directory: Directory, by: Hand
) -> Checkout:
    """Hold each line at a store of its own, to be collected there.

    Locks the checkout, the cart, then stock. Refuses NotFound, Completed, Canceled, Expired, WrongLocation; Incomplete where a
    line is not there, or is left out.
    """
    choices = tuple(Choice(line_id, Method.COLLECT, place) for line_id, place in places.items())
    found = await api.update(
        tx, checkout_id=checkout_id, update=Update(choices=choices), directory=directory, by=by, hold=False
    )
    (cart,) = await carts.lock(tx, ids=[found.head.cart_id])
    left_out = tuple(one for one in found.messages if one.code in ("cart_empty", "fulfillment_missing"))
    if lacking := left_out or await api.hold_choices(tx, found.head, cart, found.choices, by):
        raise Incomplete(messages=lacking)
    await promised.give_up_times(tx, checkout_id=checkout_id, by=by)
    return found


def _sent(option: Option, choose: Choose) -> Sent:
    """Where an option's goods go. Of what is fetched nothing is kept: where she lives is then nobody's business."""
    if option.way is Way.SHIP_TO_STORE:
        return Sent(ship_to=ShipTo(location_id=option.location_id))
    if any(one.way in (Way.SHIP, Way.LOCAL_DELIVERY) for one in option.parts):
        return Sent(choose.destination, ShipTo(choose.address) if choose.address else None)
    return Sent()


def _method(way: Way) -> Method:
    return Method(way.value)
