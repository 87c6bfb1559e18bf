"""The checkout: who buys, where she collects each thing, and one button.

Everything is said in one form and done in one transaction: either there is an order, or nothing was written and the
form comes back as it was typed, with a word at each field that stands in the way.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.business.types import LocationId
from portico.carts import api as carts
from portico.carts.access import may_touch
from portico.carts.types import Cart
from portico.carts.views import CartLineView, CartView
from portico.catalog.types import VariantId
from portico.channels.shop import forms, stores
from portico.channels.shop.basket import LineRow, TotalRow, line_row, shown, total_rows
from portico.channels.shop.page import page, see, sentence
from portico.channels.shop.visit import Visit, my_cart, visit
from portico.channels.shop.words import Stock
from portico.checkout import api
from portico.checkout.types import (
    Canceled,
    CheckoutId,
    Choice,
    Complete,
    Completed,
    Expired,
    Incomplete,
    Message,
    Update,
)
from portico.customers import api as customers
from portico.customers.types import BadEmail, BadPhone, CustomerId
from portico.inventory.types import OutOfStock
from portico.offers import api as offers
from portico.orders import api as orders
from portico.orders.types import Buyer, Method, Order, OrderId, Term
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound, Refused
from portico.pricing.types import LineItemId

NAME_LENGTH_MAX, CONTACT_LENGTH_MAX = 100, 200
BUYER = {
    "given_name": NAME_LENGTH_MAX, "family_name": NAME_LENGTH_MAX, "email": CONTACT_LENGTH_MAX, "phone": CONTACT_LENGTH_MAX,
}  # fmt: skip
TOTAL_DIGITS_MAX = 16


class StoreChoice(msgspec.Struct, frozen=True):
    """A store to collect at: `has` says how much of the basket is there."""

    card: stores.StoreCard
    has: Stock
    chosen: bool


class PlaceChoice(msgspec.Struct, frozen=True):
    value: str
    label: str
    chosen: bool


class LineChoice(msgspec.Struct, frozen=True):
    """A line and where else it may be collected; the first place is "as above"."""

    row: LineRow
    quantity: str
    places: tuple[PlaceChoice, ...]
    error: str


class CheckoutView(msgspec.Struct, frozen=True, kw_only=True):
    """The form with what is in it. `errors` by field; the empty name is about the whole."""

    checkout_id: str
    typed: Mapping[str, str]
    errors: Mapping[str, str]
    stores: tuple[StoreChoice, ...]
    lines: tuple[LineChoice, ...]
    apart: bool
    totals: tuple[TotalRow, ...]
    expected_total: int
    total: str
    signed_in: bool


@post("/checkout/begin", include_in_schema=False)
async def begin(door: Door) -> Response[Any]:
    """From the basket to the form. The checkout has a name from now on, so that two windows cannot buy twice."""
    here = await visit(door)
    async with door.database.read() as tx:
        cart = await my_cart(here, tx)
    if cart is None or not cart.lines:
        return see("/basket")
    async with door.database.transaction() as tx:
        opened = await api.open_checkout(tx, cart_id=cart.head.id, by=door.hand, language=here.language)
    return see(f"/checkout?checkout={opened.head.id}")


@get("/checkout", include_in_schema=False)
async def checkout(door: Door) -> Response[Any]:
    here = await visit(door)
    async with door.database.read() as tx:
        named = await _named(here, tx, door.request.query_params.get("checkout", ""))
        if named.ordered:
            return see(named.ordered)
        cart = await my_cart(here, tx)
        if cart is None or not cart.lines:
            return see("/basket")
        buyer = await _known(here, tx)
    return await _form(here, cart, {**buyer, "checkout": str(named.open or "")}, {})


class Named(msgspec.Struct, frozen=True):
    """The checkout that a page is about: still to be completed, or the path of the order it has become."""

    open: CheckoutId | None = None
    ordered: str | None = None


async def _named(here: Visit, tx: Tx, text: str) -> Named:
    """Nothing, where there is no such checkout or it is not hers."""
    try:
        checkout_id = CheckoutId.parse(text) if text else None
    except ValueError:
        checkout_id = None
    if checkout_id is None:
        return Named()
    try:
        found, cart = await api.checkout(tx, checkout_id=checkout_id)
        may_touch(here.door.principal, cart, permission="checkout.write")
    except NotFound:
        return Named()
    if found.head.order_id:
        return Named(ordered=await _order_path(tx, found.head.order_id))
    return Named(open=checkout_id if found.head.open and cart.head.market_id == here.market.id else None)


async def _order_path(tx: Tx, order_id: OrderId) -> str:
    return f"/orders/{(await orders.order(tx, order_id=order_id)).head.link_token}"


async def _known(here: Visit, tx: Tx) -> dict[str, str]:
    """What we know of her already."""
    asker = here.door.principal
    if asker.kind is not Kind.CUSTOMER or asker.id is None:
        return {}
    customer_id = CustomerId(asker.id.bytes)
    brief = (await customers.briefs(tx, ids=[customer_id])).get(customer_id)
    return {name: getattr(brief, name) or "" for name in BUYER} if brief else {}


# ------------------------------------------------------------------------------------------------------ the form


async def _form(
    here: Visit, cart: Cart, typed: Mapping[str, str], errors: Mapping[str, str], *, status: int = 200
) -> Response[str]:
    async with here.door.database.read() as tx:
        view = await shown(here, tx, cart)
        page_of = await offers.availability(
            tx,
            variant_ids=list(dict.fromkeys(line.variant.id for line in view.lines)),
            location_ids=stores.ids(stores.places(here)),
            channel_id=here.door.doorway.id,
            staff=False,
        )
    free = {(one.variant_id, one.location_id): one.collectable for one in page_of.items}
    made = _view(here, view, free, typed, errors)
    return await page(
        here, "checkout.html", title=here.say("shop.checkout.title"), status=status, noindex=True, view=made
    )


Free = Mapping[tuple[VariantId, LocationId], int]


def _view(here: Visit, view: CartView, free: Free, typed: Mapping[str, str], errors: Mapping[str, str]) -> CheckoutView:
    total = next((one.amount for one in view.totals if one.type == "total"), 0)
    choices = _stores(here, view, free, typed.get("store", ""))
    lines = tuple(_line(here, one, free, typed.get(f"at_{one.id}", ""), errors) for one in view.lines)
    return CheckoutView(
        checkout_id=typed.get("checkout", ""),
        typed={name: typed.get(name, "") for name in BUYER},
        errors={name: errors.get(name, "") for name in (*BUYER, "store", "")},
        stores=choices,
        lines=lines,
        apart=any(line.error or line.places[0].chosen is False for line in lines),
        totals=total_rows(here, view),
        expected_total=total,
        total=here.words.money(total),
        signed_in=here.customer,
    )


def _stores(here: Visit, view: CartView, free: Free, chosen: str) -> tuple[StoreChoice, ...]:
    """Her own store is chosen if it has everything, else the first that has; those with more stand higher."""
    having = {}
    for place in stores.places(here):
        having[str(place.id)] = sum(free.get((one.variant.id, place.id), 0) >= one.quantity for one in view.lines)
    cards = sorted(stores.cards(here), key=lambda one: -having[one.id])
    best = max(cards, key=lambda one: (having[one.id], one.is_mine), default=None)
    wanted = chosen or (best.id if best else "")
    return tuple(StoreChoice(one, _has(here, having[one.id], len(view.lines)), one.id == wanted) for one in cards)


def _has(here: Visit, having: int, of: int) -> Stock:
    if having == of:
        return Stock(having, "good", here.say("shop.checkout.has_all"))
    if having:
        return Stock(having, "warn", here.say("shop.checkout.has_some", having=having, of=of))
    return Stock(0, "bad", here.say("shop.checkout.has_none"))


def _line(here: Visit, one: CartLineView, free: Free, chosen: str, errors: Mapping[str, str]) -> LineChoice:
    words, places = here.words, []
    for place in stores.places(here):
        stock = words.stock(free.get((one.variant.id, place.id), 0), scale=one.scale, unit=one.unit)
        label = here.say("shop.checkout.place", store=place.name, stock=stock.text)
        places.append(PlaceChoice(str(place.id), label, str(place.id) == chosen))
    above = PlaceChoice("", here.say("shop.checkout.as_above"), not any(place.chosen for place in places))
    quantity = words.quantity(one.quantity, scale=one.scale, unit=one.unit)
    return LineChoice(line_row(here, one), quantity, (above, *places), errors.get(f"at_{one.id}", ""))


# ------------------------------------------------------------------------------------------------------- the deed


@post("/checkout", include_in_schema=False)
async def buy(door: Door) -> Response[Any]:
    """Order what the basket holds, to be paid where it is collected."""
    here, typed = await visit(door), await forms.read(door)
    async with door.database.read() as tx:
        cart = await my_cart(here, tx)  # first: a cart emptied by an order in between is then an order that is found
        named = await _named(here, tx, typed.get("checkout", ""))
        if named.ordered:
            return see(named.ordered)  # in another window, or by a second press of the button
        if cart is None or not cart.lines:
            return see("/basket")
        errors = await _check(here, tx, typed)
    choices = _choices(here, cart, typed, errors)
    if errors:
        return await _form(here, cart, typed, errors, status=422)
    try:
        try:
            order = await _place(here, cart, typed, choices, named.open)
        except (Canceled, Expired):  # the one this page was about is over; what she typed is not
            order = await _place(here, cart, typed, choices, None)
    except Completed as done_already:
        async with door.database.read() as tx:
            return see(await _order_path(tx, done_already.order_id) if done_already.order_id else "/account")
    except Refused as refused:
        async with door.database.read() as tx:
            cart = await carts.cart(tx, cart_id=cart.head.id)
        if not cart.lines:
            return see("/basket")
        return await _form(here, cart, typed, _errors(here, refused, cart, choices), status=refused.status)
    return see(f"/orders/{order.head.link_token}?placed=1")


async def _place(
    here: Visit, cart: Cart, typed: Mapping[str, str], choices: tuple[Choice, ...], checkout_id: CheckoutId | None
) -> Order:
    """The order, or a refusal that leaves nothing behind."""
    door = here.door
    if checkout_id is None:
        async with door.database.transaction() as tx:
            opened = await api.open_checkout(tx, cart_id=cart.head.id, by=door.hand, language=here.language)
        checkout_id = opened.head.id
    buyer = Buyer(**{name: typed.get(name, "") for name in BUYER})
    async with door.database.transaction() as tx:
        await api.update(
            tx,
            checkout_id=checkout_id,
            update=Update(buyer=buyer, choices=choices, term=Term.ON_COLLECTION),
            directory=here.directory,
            by=door.hand,
            hold=False,  # the order takes the goods in this same breath
        )
        ask = Complete(checkout_id=checkout_id, by=door.hand, language=here.language, expected_total=_expected(typed))
        (answer,) = await api.complete(tx, asks=[ask], directory=here.directory)
        if isinstance(answer, Refused):
            raise answer  # so that the transaction is undone
    return answer


def _expected(typed: Mapping[str, str]) -> int | None:
    text = typed.get("expected_total", "")
    return int(text) if text.isdecimal() and len(text) <= TOTAL_DIGITS_MAX else None


async def _check(here: Visit, tx: Tx, typed: Mapping[str, str]) -> dict[str, str]:
    """Fields that cannot be what they should be, each with a word."""
    errors = {
        name: here.say("shop.checkout.too_long", count=length_max)
        for name, length_max in BUYER.items()
        if len(typed.get(name, "")) > length_max
    }
    if not typed.get("given_name"):
        errors["given_name"] = here.say("checkout.message.name_missing")
    if not (typed.get("email") or typed.get("phone")):
        errors["email"] = here.say("checkout.message.contact_missing")
    for name, wrong in (("email", BadEmail), ("phone", BadPhone)):
        given = typed.get(name, "")
        if not given or name in errors:
            continue
        if ("@" in given) != (name == "email"):
            errors[name] = sentence(wrong(given=given), here.language)
            continue
        try:
            await customers.by_address(tx, address=given)
        except (BadEmail, BadPhone):
            errors[name] = sentence(wrong(given=given), here.language)
    return errors


def _choices(here: Visit, cart: Cart, typed: Mapping[str, str], errors: dict[str, str]) -> tuple[Choice, ...]:
    """Where each line is collected: at its own place, or at the one chosen for all."""
    known = {str(one.id): one.id for one in stores.places(here)}
    choices = []
    for line in cart.lines:
        place = known.get(typed.get(f"at_{line.id}") or typed.get("store", ""))
        if place is None:
            errors["store"] = here.say("shop.checkout.store_missing")
        else:
            choices.append(Choice(line.id, Method.COLLECT, place))
    return tuple(choices)


def _errors(here: Visit, refused: Refused, cart: Cart, choices: tuple[Choice, ...]) -> dict[str, str]:
    """A refusal, told at the fields it is about."""
    if isinstance(refused, Incomplete):
        return dict(_message(here, one) for one in refused.messages)
    if isinstance(refused, OutOfStock):
        at: dict[LineItemId, LocationId] = {one.line_id: one.location_id for one in choices}
        short = {(one.variant_id, one.location_id) for one in refused.missing}
        found = {
            f"at_{line.id}": here.say("checkout.message.out_of_stock")
            for line in cart.lines
            if (line.variant_id, at.get(line.id)) in short
        }
        return {"": sentence(refused, here.language), **found}
    return {"": sentence(refused, here.language)}


FIELD_OF = {"name_missing": "given_name", "contact_missing": "email", "fulfillment_missing": "store"}


def _message(here: Visit, one: Message) -> tuple[str, str]:
    field = f"at_{one.target}" if one.target else FIELD_OF.get(one.code, "")
    return field, here.say(f"checkout.message.{one.code}")


routes: list[Any] = [begin, checkout, buy]
