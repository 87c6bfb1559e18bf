"""Opening, choosing and changing checkouts over HTTP."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from litestar import get, patch, post

from portico.business.api import Directories, Directory
from portico.business.types import Address, LocationId
from portico.carts import api as carts
from portico.carts import views as cart_views
from portico.carts.access import may_touch
from portico.carts.types import Cart, CartId
from portico.carts.views import CartLineView, TotalView
from portico.catalog.types import VariantId
from portico.checkout import api, choosing, standing
from portico.checkout.types import (
    Checkout,
    CheckoutId,
    Choice,
    Choose,
    Head,
    Message,
    MessageType,
    State,
    Update,
)
from portico.fulfillment.api import Networks
from portico.fulfillment.types import Destination, Option, Promise, SlotOffer
from portico.orders.types import Buyer, Method, OrderId, ShipTo, Term
from portico.payments import api as payments
from portico.payments.types import Action, PaymentId
from portico.platform import i18n
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.types import CarriageCharge, LineItemId, TaxLine

STAFF_CHANNELS_WITHOUT_HOLD = frozenset({"pos"})  # a till completes at once: nothing to hold for later


class NewCheckout(msgspec.Struct, frozen=True):
    cart_id: CartId


class PaymentChoice(msgspec.Struct, frozen=True):
    term: Term
    handler: str = "cash"


class CheckoutEdit(msgspec.Struct, frozen=True):
    buyer: Buyer | None = None
    fulfillment: list[Choice] | None = None
    payment: PaymentChoice | None = None
    address: Address | None = None


class ChoiceView(msgspec.Struct, frozen=True):
    line_id: LineItemId
    variant_id: VariantId
    title: str
    quantity: int
    method: Method
    location_id: LocationId
    location_name: str


class MessageView(msgspec.Struct, frozen=True):
    type: MessageType
    code: str
    severity: str
    target: LineItemId | None
    text: str


class ActionView(msgspec.Struct, frozen=True):
    """What the buyer has still to do before it can be completed, and with which provider."""

    payment_id: PaymentId
    handler: str
    amount: int
    action: Action


class CheckoutView(msgspec.Struct, frozen=True, kw_only=True):
    id: CheckoutId
    state: State
    version: int
    cart_id: CartId
    buyer: Buyer
    fulfillment: tuple[ChoiceView, ...]
    payment: PaymentChoice | None
    ship_to: ShipTo | None
    held_until: datetime | None
    lines: tuple[CartLineView, ...]
    totals: tuple[TotalView, ...]
    tax_lines: tuple[TaxLine, ...]
    currency: str
    exponent: int
    taxes_included: bool
    messages: tuple[MessageView, ...]
    expires_at: datetime
    continue_url: str
    order_id: OrderId | None
    due_now: int
    carriage: CarriageCharge | None = None
    actions: tuple[ActionView, ...] = ()


class Point(msgspec.Struct, frozen=True):
    latitude: float
    longitude: float


class PromiseWish(msgspec.Struct, frozen=True):
    """`here` is the store she stands in, `near` around where she would fetch it, `destination` where she would have it sent."""

    here: LocationId | None = None
    near: Point | None = None
    destination: Destination | None = None


class PromiseChoice(msgspec.Struct, frozen=True):
    """`slot` is when the time she chose begins, `latest` by when she was told to have it: later is not the same. `address` is
    where what is sent to her goes; it may be said later.
    """

    option_id: str
    slot: datetime | None = None
    latest: datetime | None = None
    here: LocationId | None = None
    near: Point | None = None
    destination: Destination | None = None
    address: Address | None = None


class ChosenView(msgspec.Struct, frozen=True):
    """What was chosen is held until `expires_at`."""

    checkout: CheckoutView
    option: Option
    slot: SlotOffer | None
    expires_at: datetime


def _choose(data: PromiseWish | PromiseChoice) -> Choose:
    near = (data.near.latitude, data.near.longitude) if data.near else None
    if isinstance(data, PromiseWish):
        return Choose(option_id="", here=data.here, near=near, destination=data.destination)
    if any(one is not None and one.tzinfo is None for one in (data.slot, data.latest)):
        raise Invalid(errors=[{"field": "slot", "message": "RFC 3339"}])
    return Choose(
        option_id=data.option_id, slot=data.slot, latest=data.latest, here=data.here, near=near,
        destination=data.destination, address=data.address,
    )  # fmt: skip


@post("/v1/checkouts/{checkout_id:str}/promises", status_code=200)
async def promise_checkout(door: Door, checkout_id: CheckoutId, data: PromiseWish) -> Answered[Promise]:
    """Every way to get what is in the basket: where, from when to when, at what cost, and why."""
    directory = await door.shared(Directories)()
    network = await door.shared(Networks)(directory)

    async def ask(tx: Tx) -> Promise:
        _, cart = await api.checkout(tx, checkout_id=checkout_id)
        may_touch(door.principal, cart, permission="checkout.write", asked=checkout_id)
        return await choosing.promise(
            tx, checkout_id=checkout_id, choose=_choose(data), directory=directory, network=network, by=door.hand,
            language=door.language,
        )  # fmt: skip

    return await door.read(ask)


@post("/v1/checkouts/{checkout_id:str}/promise", status_code=200)
async def choose_promise(door: Door, checkout_id: CheckoutId, data: PromiseChoice) -> Answered[ChosenView]:
    """Hold one of the ways: its goods, its time, and the decision from where it is sent; the checkout's choices follow."""
    directory = await door.shared(Directories)()
    network = await door.shared(Networks)(directory)

    async def ask(tx: Tx) -> ChosenView:
        _, cart = await api.checkout(tx, checkout_id=checkout_id)
        may_touch(door.principal, cart, permission="checkout.write", asked=checkout_id)
        chosen = await choosing.choose(
            tx, checkout_id=checkout_id, choose=_choose(data), directory=directory, network=network, by=door.hand
        )
        view = await show(door, directory, tx, chosen.checkout, await carts.cart(tx, cart_id=cart.head.id))
        return ChosenView(view, chosen.option, chosen.slot, chosen.expires_at)

    return await door.write(ask)


def _choices(asked: Sequence[Choice]) -> tuple[Choice, ...]:
    """Choices as anybody may make them: what is sent, and when, comes out of a promise and is nobody's claim."""
    for one in asked:
        if one.method.sent:
            raise Invalid(errors=[{"field": "fulfillment.method", "message": one.method}])
    return tuple(msgspec.structs.replace(one, earliest=None, latest=None) for one in asked)


def _message(one: Message, language: str) -> MessageView:
    severity = "recoverable" if one.type is MessageType.ERROR else "notice"
    return MessageView(one.type, one.code, severity, one.target, i18n.text(language, f"checkout.message.{one.code}"))


async def show(door: Door, directory: Directory, tx: Tx, found: Checkout, cart: Cart) -> CheckoutView:
    head = found.head
    brought = standing.brought(head, found.choices)
    view = await cart_views.show(
        tx, cart=cart, directory=directory, language=door.language, by=door.hand, brought=brought
    )
    by_line = {line.id: line for line in view.lines}
    total = next((one.amount for one in view.totals if one.type == "total"), 0)
    choices = []
    for one in found.choices:
        line = by_line.get(one.line_id)
        if line is None:
            continue
        others = sum(c.quantity or 0 for c in found.choices if c.line_id == one.line_id)
        quantity = one.quantity if one.quantity is not None else max(0, line.quantity - others)
        name = directory.location(one.location_id).name
        choices.append(
            ChoiceView(one.line_id, line.variant.id, line.variant.title, quantity, one.method, one.location_id, name)
        )
    return CheckoutView(
        id=head.id,
        state=head.state,
        version=head.version,
        cart_id=head.cart_id,
        buyer=head.buyer,
        fulfillment=tuple(choices),
        payment=PaymentChoice(head.payment_term, head.payment_handler) if head.payment_term else None,
        ship_to=head.ship_to,
        held_until=await api.held_until(tx, checkout_id=head.id),
        lines=view.lines,
        totals=view.totals,
        tax_lines=view.tax_lines,
        currency=view.currency,
        exponent=view.exponent,
        taxes_included=view.taxes_included,
        messages=tuple(_message(one, door.language) for one in found.messages),
        expires_at=head.expires_at,
        continue_url=f"{door.platform.public_url}/checkout?checkout={head.id}",
        order_id=head.order_id,
        due_now=total if head.payment_term is Term.NOW else 0,
        carriage=view.carriage,
        actions=await _actions(tx, head),
    )


async def _actions(tx: Tx, head: Head) -> tuple[ActionView, ...]:
    if head.progress is None:
        return ()
    return tuple(
        ActionView(one.id, one.handler, one.amount, one.action)
        for one in await payments.payments(tx, ids=head.progress.payment_ids)
        if one.action is not None
    )


@post("/v1/checkouts", status_code=201)
async def open_checkout(door: Door, data: NewCheckout) -> Answered[CheckoutView]:
    """The cart's open checkout, new if there is none."""
    directory = await door.shared(Directories)()
    term = Term.NOW if door.doorway.kind == "pos" else None

    async def ask(tx: Tx) -> CheckoutView:
        may_touch(door.principal, await carts.cart(tx, cart_id=data.cart_id), permission="checkout.write")
        found = await api.open_checkout(tx, cart_id=data.cart_id, by=door.hand, language=door.language, term=term)
        return await show(door, directory, tx, found, await carts.cart(tx, cart_id=data.cart_id))

    return await door.write(ask, status=201)


@get("/v1/checkouts/{checkout_id:str}")
async def show_checkout(door: Door, checkout_id: CheckoutId) -> Answered[CheckoutView]:
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CheckoutView:
        found, cart = await api.checkout(tx, checkout_id=checkout_id)
        may_touch(door.principal, cart, permission="checkout.write", asked=checkout_id)
        door.shows("checkout", [cart.head.customer_id])
        return await show(door, directory, tx, found, cart)

    return await door.read(ask)


@patch("/v1/checkouts/{checkout_id:str}")
async def edit_checkout(door: Door, checkout_id: CheckoutId, data: CheckoutEdit) -> Answered[CheckoutView]:
    """Say who buys, how each line is to reach her, where what is sent goes, and when it is paid. Once nothing is missing the goods are held."""
    if data.payment and (data.payment.handler != "cash" or data.payment.term is Term.SETTLED_ELSEWHERE):
        raise Invalid(errors=[{"field": "payment", "message": "cash: now, on_collection"}])
    if data.buyer and max(map(len, msgspec.structs.astuple(data.buyer))) > 200:
        raise Invalid(errors=[{"field": "buyer", "message": "<= 200"}])
    for one in data.fulfillment or ():  # what leaves a shop's door is for those who hand over there
        if one.method is Method.CARRY_OUT:
            door.principal.require("orders.hand_over", at=one.location_id.uuid)
    directory = await door.shared(Directories)()
    update = Update(
        buyer=data.buyer,
        choices=_choices(data.fulfillment) if data.fulfillment is not None else None,
        term=data.payment.term if data.payment else None,
        address=data.address,
    )

    async def ask(tx: Tx) -> CheckoutView:
        _, cart = await api.checkout(tx, checkout_id=checkout_id)
        may_touch(door.principal, cart, permission="checkout.write", asked=checkout_id)
        found = await api.update(
            tx, checkout_id=checkout_id, update=update, directory=directory, by=door.hand,
            hold=door.doorway.kind not in STAFF_CHANNELS_WITHOUT_HOLD,
        )  # fmt: skip
        return await show(door, directory, tx, found, await carts.cart(tx, cart_id=found.head.cart_id))

    return await door.write(ask)


@post("/v1/checkouts/{checkout_id:str}/cancel", status_code=200)
async def cancel_checkout(door: Door, checkout_id: CheckoutId) -> Answered[CheckoutView]:
    """End a checkout; the cart stays, what was held is free."""
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CheckoutView:
        _, cart = await api.checkout(tx, checkout_id=checkout_id)
        may_touch(door.principal, cart, permission="checkout.write", asked=checkout_id)
        return await show(door, directory, tx, *await api.cancel(tx, checkout_id=checkout_id, by=door.hand))

    return await door.write(ask)


routes = [
    open_checkout, show_checkout, edit_checkout, promise_checkout, choose_promise, cancel_checkout,
]  # fmt: skip
