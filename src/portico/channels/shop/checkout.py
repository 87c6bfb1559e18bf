"""The checkout's page: how she would like it, then who she is, then one button.

What was chosen is held for a quarter of an hour, and the page says until when. Everything is said in one form: what is
refused comes back as it was typed, with a word at each field that stands in the way, and nothing was written.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.carts.access import may_touch
from portico.carts.types import Cart
from portico.carts.views import NOT_YET, CartView
from portico.channels.shop import apart, buying_for, cards, details, stored, told, ways
from portico.channels.shop.basket import line_row, shown, total_rows
from portico.channels.shop.page import page, see
from portico.channels.shop.totals import TotalRow
from portico.channels.shop.visit import Visit, my_cart, visit
from portico.channels.shop.whereabouts import Whereabouts, whereabouts
from portico.checkout import api, choosing, completing, standing
from portico.checkout.types import Checkout, CheckoutId, Choose
from portico.companies.types import Delivery
from portico.fulfillment.api import Networks
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.payments import api as payments
from portico.payments.types import Payment
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import NotFound


class Kept(msgspec.Struct, frozen=True):
    """What is held: `until` as a clock shows it, `until_iso` for the script that counts down."""

    ways: tuple[told.Told, ...]
    parcels: str
    until: str
    until_iso: str


class SummaryLine(msgspec.Struct, frozen=True):
    title: str
    quantity: str
    amount: str


class CheckoutView(msgspec.Struct, frozen=True, kw_only=True):
    """The form with what is in it: `kept` or `ways` to choose from; `details` once something is kept, or was typed before."""

    checkout_id: str
    kept: Kept | None
    ways: ways.Ways | None
    apart: tuple[apart.LineChoice, ...]
    apart_chosen: bool
    places: tuple[tuple[str, str], ...]  # of the company it is for: postal code, and what it has there
    details: details.Details | None
    payments: tuple[tuple[str, str], ...]
    card: cards.CardView | None
    stored: stored.StoredView
    account: buying_for.OnAccount | None
    approval: bool
    error: str
    lines: tuple[SummaryLine, ...]
    totals: tuple[TotalRow, ...]
    expected_total: int
    total: str
    carriage: str


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """What a form is drawn from. `choosing`: the ways are shown though something is kept; `again`: she was at her details
    already, and what she typed there stays."""

    cart: Cart
    open: CheckoutId | None
    typed: Mapping[str, str] = {}
    errors: Mapping[str, str] = {}
    at: Whereabouts | None = None
    choosing: bool = False
    again: bool = False
    status: int = 200


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
        named = await named_by(here, tx, door.request.query_params.get("checkout", ""))
        if named.ordered:
            return see(named.ordered)
        cart = await my_cart(here, tx)
        if cart is None or not cart.lines:
            return see("/basket")
        open_id = named.open or await api.open_of(tx, cart_id=cart.head.id)
        if open_id and (asked := await completing.under_way(tx, checkout_id=open_id)) is not None:
            return await _paying(here, tx, asked, open_id)
        typed = await details.known(here, tx)
    return await form(here, Form(cart=cart, open=open_id, typed=typed))


async def _paying(here: Visit, tx: Tx, asked: Sequence[Payment], checkout_id: CheckoutId) -> Response[str]:
    """While a provider is asked nothing of it changes: what there is to do, or that it is waited for."""
    amount = here.words.money(sum(one.amount for one in asked))
    view = cards.paying(here, asked, action="/checkout/pay", amount=amount, checkout_id=str(checkout_id))
    title = here.say("shop.paying.title")
    return await page(here, "paying.html", title=title, noindex=True, policy=cards.policy_of(here), view=view)


class Named(msgspec.Struct, frozen=True):
    """The checkout that a page is about: still to be completed, or the path of the order it has become."""

    open: CheckoutId | None = None
    ordered: str | None = None


async def named_by(here: Visit, tx: Tx, text: str) -> Named:
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
        return Named(ordered=await order_path(tx, found.head.order_id))
    return Named(open=checkout_id if found.head.open and cart.head.market_id == here.market.id else None)


async def order_path(tx: Tx, order_id: OrderId) -> str:
    return f"/orders/{(await orders.order(tx, order_id=order_id)).head.link_token}"


# ------------------------------------------------------------------------------------------------------ the form


async def form(here: Visit, of: Form) -> Response[str]:
    async with here.door.database.read() as tx:
        found = (await api.checkout(tx, checkout_id=of.open))[0] if of.open else None
        kept = await _kept(here, tx, found) if found and not of.choosing else None
        brought = standing.brought(found.head, found.choices) if found and kept else NOT_YET
        view = await shown(here, tx, of.cart, brought)
        if found and "way" not in of.typed:
            before = ways.before(found.choices, found.head.ship_to)
            of = msgspec.structs.replace(of, typed={**before, **details.before(found.head), **of.typed})
        at = of.at or await whereabouts(here, tx)
        offered = None if kept else await _ways(here, tx, of, at, found)
        free = {} if kept else await apart.free_of(here, tx, view)
        held = await stored.view(here, tx, of.typed, of.errors.get("gift_code", ""))
        card = await _card(here, tx, of, kept)
        account = await buying_for.on_account(here, tx, of.cart, chosen=of.typed.get(cards.PAY, ""))
        places = await buying_for.places(here, tx, of.cart)
    made = _view(here, of, view, found, kept, offered, free, at, held, card, account, places)
    title, policy = here.say("shop.checkout.title"), cards.policy_of(here) if made.details else None
    return await page(
        here, "checkout.html", title=title, status=of.status, noindex=True, policy=policy, view=made
    )  # fmt: skip


async def _card(here: Visit, tx: Tx, of: Form, kept: Kept | None) -> cards.CardView | None:
    """Where her card was declined and nothing has been ordered since, it says so, after a reload too."""
    error, chosen = of.errors.get(cards.CARD, ""), of.typed.get(cards.PAY) == cards.CARD
    if not error and kept and of.open and not of.errors:
        declined = await payments.declined(tx, reference=of.open)
        error = cards.why(here, declined) if declined is not None else ""
    return cards.view(here, chosen=chosen or bool(error), error=error)


async def _kept(here: Visit, tx: Tx, found: Checkout) -> Kept | None:
    """Nothing, where it ran out, or the basket is another by now."""
    until = await api.held_until(tx, checkout_id=found.head.id)
    if until is None or not found.choices or any(one.code == "fulfillment_missing" for one in found.messages):
        return None
    count = told.parcels(found.choices)
    return Kept(
        told.chosen(here, found.choices, found.head.ship_to),
        here.say("shop.way.parcels", count=count) if count > 1 else "",
        here.words.clock(until, here.zone),
        until.isoformat(),
    )


async def _ways(here: Visit, tx: Tx, of: Form, at: Whereabouts, found: Checkout | None) -> ways.Ways:
    network = await here.door.shared(Networks)(here.directory)
    promise = await choosing.promise_cart(
        tx, cart=of.cart, checkout_id=of.open, choose=choose(at), directory=here.directory, network=network,
        by=here.door.hand, language=here.language,
    )  # fmt: skip
    lead = ""
    if found and any(one.earliest for one in found.choices) and not of.choosing:
        lost = any(one.code == "fulfillment_missing" for one in found.messages)
        lead = here.say("shop.way.basket_changed" if lost else "shop.way.ended")
    return ways.ways(here, promise, at, typed=of.typed, lead=lead, error=of.errors.get("way", ""))


def choose(at: Whereabouts, *, option_id: str = "", **more: Any) -> Choose:
    """What the engine is asked from where she is; `more` is what she chose."""
    return Choose(
        option_id=option_id, near=at.near, destination=at.destination, address=at.address, slots_max=ways.SLOTS_MAX, **more
    )  # fmt: skip


def _view(
    here: Visit,
    of: Form,
    view: CartView,
    found: Checkout | None,
    kept: Kept | None,
    offered: ways.Ways | None,
    free: apart.Free,
    at: Whereabouts,
    held: stored.StoredView,
    card: cards.CardView | None,
    account: buying_for.OnAccount | None,
    places: tuple[Delivery, ...],
) -> CheckoutView:
    total = next((one.amount for one in view.totals if one.type == "total"), 0)
    choices = found.choices if found else ()
    ship_to = found.head.ship_to if found else None
    postal = at.point.postal_code if at.point and not kept else ""
    if kept and ship_to and ship_to.address and any(one.method.brought for one in choices):
        postal = ship_to.address.postal_code
    typed = {**buying_for.at(places, postal), **{name: text for name, text in of.typed.items() if text}}
    return CheckoutView(
        checkout_id=str(of.open or ""),
        kept=kept,
        ways=offered,
        apart=apart.lines(here, view, free, of.typed, of.errors) if offered else (),
        apart_chosen=of.typed.get("way") == ways.APART,
        places=tuple((one.address.postal_code, f"{one.label}, {one.address.street_address}") for one in places),
        details=details.details(here, typed, of.errors, postal=postal) if kept or of.again else None,
        payments=_payments(here, found if kept else None, or_card=card is not None),
        card=card,
        stored=held,
        account=account,
        approval="approval" in of.errors,
        error=of.errors.get("", ""),
        lines=tuple(
            SummaryLine(
                ", ".join(part for part in (row.title, row.options) if part),
                here.words.quantity(one.quantity, scale=one.scale, unit=one.unit),
                row.amount,
            )
            for one in view.lines
            for row in (line_row(here, one),)
        ),
        totals=total_rows(here, view),
        expected_total=total,
        total=here.words.money(total),
        carriage=_carriage(here, view, offered),
    )


def _carriage(here: Visit, view: CartView, offered: ways.Ways | None) -> str:
    """What there is to say of it beneath the sums: nothing where they have it."""
    if view.carriage is not None:
        return ""
    return here.say("shop.checkout.carriage_later" if offered and offered.charged else "shop.checkout.no_carriage")


def _payments(here: Visit, found: Checkout | None, *, or_card: bool) -> tuple[tuple[str, str], ...]:
    """How it is paid at a till, by how it is had: what is sent leaves once it was paid there."""
    brought = {one.method.brought for one in found.choices} if found else {False, True}
    if found and len(brought) > 1:
        kinds = ["all_at_once"]  # an order is paid as a whole
    else:
        kinds = [name for name, each in (("on_collection", False), ("before_sending", True)) if each in brought]
    return tuple(
        (
            here.say(f"shop.checkout.{one}"),
            here.say(f"shop.checkout.{one}_{'till' if or_card and one != 'on_collection' else 'text'}"),
        )
        for one in kinds
    )


routes: list[Any] = [begin, checkout]
