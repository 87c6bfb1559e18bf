"""The checkout's deeds: holding a way, looking again from another place, and the order itself."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, post

from portico.approvals import api as approvals
from portico.bookings.types import BookingEnded
from portico.carts import api as carts
from portico.carts.types import Cart
from portico.channels.shop import apart, approving, cards, details, forms, stored, ways
from portico.channels.shop.checkout import Form, choose, form, named_by, order_path
from portico.channels.shop.page import see, sentence
from portico.channels.shop.visit import Visit, my_cart, visit
from portico.channels.shop.whereabouts import Whereabouts, remember, whereabouts
from portico.checkout import api, choosing, completing
from portico.checkout.types import (
    Busy,
    Canceled,
    Checkout,
    CheckoutId,
    Choice,
    Complete,
    Completed,
    Expired,
    Incomplete,
    PromiseEnded,
    Update,
)
from portico.companies.types import ApprovalNeeded
from portico.fulfillment.api import Networks
from portico.fulfillment.types import Network, OptionGone
from portico.inventory.types import OutOfStock
from portico.orders.types import Order, Term
from portico.payments.ports import Providers
from portico.payments.types import Declined, InProgress, Own, Tender
from portico.platform.auth.types import TooManyTries
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Refused

ACCOUNT = "account"  # the company pays by invoice


class NotCovered(Exception):
    """What she wants to pay with does not do, and why, in her language, at which field: it undoes what was begun."""

    def __init__(self, why: str, *, field: str = "gift_code") -> None:
        super().__init__(why)
        self.field = field


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A form that was sent: what is in it, and what it is about."""

    here: Visit
    typed: Mapping[str, str]
    cart: Cart
    open: CheckoutId | None
    at: Whereabouts
    moved: bool  # another postal code than before: other ways

    @property
    def way(self) -> str:
        return self.typed.get("way", "")

    @property
    def again(self) -> bool:
        """Whether she was at her details: what she typed there stays."""
        return not self.typed.keys().isdisjoint(details.FIELDS)

    def form(self, **more: Any) -> Form:
        given: dict[str, Any] = {
            "cart": self.cart, "open": self.open, "typed": self.typed, "at": self.at, "choosing": True, "again": self.again,
        }  # fmt: skip
        return Form(**{**given, **more})


async def _sent(door: Door) -> Deed | Response[Any]:
    """What was sent; or where to look instead."""
    here, typed = await visit(door), await forms.read(door)
    async with door.database.read() as tx:
        cart = await my_cart(here, tx)  # first: a cart emptied by an order in between is then an order that is found
        named = await named_by(here, tx, typed.get("checkout", ""))
        if named.ordered:
            return see(named.ordered)  # in another window, or by a second press of the button
        if cart is None or not cart.lines:
            return see("/basket")
        if named.open and await completing.under_way(tx, checkout_id=named.open) is not None:
            return see(f"/checkout?checkout={named.open}")  # pressed twice, or in two windows: it is paid once
        before = await whereabouts(here, tx)
        at = await whereabouts(here, tx, typed=typed["postal"]) if "postal" in typed else before
    return Deed(
        here=here, typed=typed, cart=cart, open=named.open, at=at, moved=at.point != before.point or bool(at.error)
    )


@post("/checkout/ways", include_in_schema=False)
async def look(door: Door) -> Response[Any]:
    """The ways there are from another place, or all of them again; nothing is written but the postal code in her browser."""
    deed = await _sent(door)
    return await _looked(deed) if isinstance(deed, Deed) else deed


async def _looked(deed: Deed) -> Response[Any]:
    if deed.at.error:
        return await form(deed.here, deed.form(status=422))
    if deed.moved:
        remember(deed.here, deed.at)
    if deed.again:
        return await form(deed.here, deed.form())
    return see(f"/checkout?checkout={deed.open or ''}")


@post("/checkout/hold", include_in_schema=False)
async def hold(door: Door) -> Response[Any]:
    """Keep one of the ways for a quarter of an hour."""
    deed = await _sent(door)
    if not isinstance(deed, Deed):
        return deed
    if deed.moved:
        return await _looked(deed)
    if not deed.way:
        return await _refused(deed, {"way": deed.here.say("shop.way.missing")}, 422)
    network = await door.shared(Networks)(deed.here.directory)
    try:
        checkout_id = await _opened(deed)
        async with door.database.transaction() as tx:
            await _choose(deed, tx, checkout_id, network)
    except Busy:
        return see(f"/checkout?checkout={deed.open or ''}")
    except Refused as refused:
        return await _refused(deed, _errors(deed, refused), refused.status)
    return see(f"/checkout?checkout={checkout_id}")


@post("/checkout", include_in_schema=False)
async def buy(door: Door) -> Response[Any]:
    """Order what the basket holds, by the way that is kept, or by the one that is chosen in this form."""
    deed = await _sent(door)
    if not isinstance(deed, Deed):
        return deed
    if deed.moved:
        return await _looked(deed)
    async with door.database.read() as tx:
        choices = await _kept(deed, tx)
        errors = await details.check(deed.here, tx, deed.typed, delivered=_delivered(deed.way, choices))
    if not deed.way and not choices:
        errors["way"] = deed.here.say("shop.way.missing")
    if errors:
        return await _refused(deed, errors, 422)
    network = await door.shared(Networks)(deed.here.directory)
    try:
        await stored.guard(deed.here, deed.typed)
        placed = await _place(deed, network)
        order = placed if isinstance(placed, Order) else await _by_card(deed, placed)
    except Busy:
        return see(f"/checkout?checkout={deed.open or ''}")
    except Completed as done_already:
        async with door.database.read() as tx:
            return see(await order_path(tx, done_already.order_id) if done_already.order_id else "/account")
    except NotCovered as short:
        return await _refused(deed, {short.field: str(short)}, 409)
    except TooManyTries as wait:
        told = await _refused(deed, {"gift_code": sentence(wait, deed.here.language)}, wait.status)
        told.headers["retry-after"] = str(wait.seconds)
        return told
    except Declined as declined:
        return await _refused(deed, {cards.CARD: cards.why(deed.here, declined.error)}, declined.status)
    except Refused as refused:
        return await _refused(deed, _errors(deed, refused), refused.status)
    return see(f"/orders/{order.head.link_token}?placed=1") if order else see(f"/checkout?checkout={deed.open or ''}")


@post("/checkout/approval", include_in_schema=False)
async def ask_approval(door: Door) -> Response[Any]:
    """Ask for what is above what she may buy by herself: her approvers are written to, and the basket is empty again."""
    deed = await _sent(door)
    if not isinstance(deed, Deed):
        return deed
    network = await door.shared(Networks)(deed.here.directory)
    try:
        checkout_id = await _opened(deed)
        async with door.database.transaction() as tx:
            tenders, _ = await _ready(deed, tx, checkout_id, network)
            made = await approvals.ask(
                tx, checkout_id=checkout_id, on_account=any(one.handler == Own.INVOICE for one in tenders),
                note=deed.typed.get("note", ""), language=deed.here.language, directory=deed.here.directory,
                url=door.platform.public_url, by=door.hand,
            )  # fmt: skip
    except NotCovered as short:
        return await _refused(deed, {short.field: str(short)}, 409)
    except Refused as refused:
        return await _refused(deed, _errors(deed, refused), refused.status)
    return see(f"/account/company/approvals/{made.id}")


@post("/checkout/pay", include_in_schema=False)
async def pay(door: Door) -> Response[Any]:
    """Go on with what a provider was asked: she has proven who she is, or nobody knows yet. `stop`: she would rather pay otherwise."""
    here, typed = await visit(door), await forms.read(door)
    async with door.database.read() as tx:
        named = await named_by(here, tx, typed.get("checkout", ""))
    if named.ordered or named.open is None:
        return see(named.ordered or "/basket")
    looked = see(f"/checkout?checkout={named.open}")
    try:
        if typed.get("stop") == "1":
            await completing.give_up(door.database, checkout_id=named.open, by=door.hand)
            return looked
        done = await completing.go_on(door.database, door.shared(Providers), checkout_id=named.open, by=door.hand)
    except (Declined, InProgress, Busy):
        return looked  # which says so
    except Refused as refused:  # what was held meanwhile has been let go
        return await _not_placed(here, named.open, refused)
    return see(f"/orders/{done.head.link_token}?placed=1") if isinstance(done, Order) else looked


async def _not_placed(here: Visit, checkout_id: CheckoutId, refused: Refused) -> Response[Any]:
    async with here.door.database.read() as tx:
        cart = await my_cart(here, tx)
    if cart is None or not cart.lines:
        return see("/basket")
    errors = details.told_at(here, refused, set())
    return await form(here, Form(cart=cart, open=checkout_id, errors=errors, status=refused.status))


async def _by_card(deed: Deed, ask: Complete) -> Order | None:
    """The order, or None where she has still something to do, or nobody knows yet. Refuses Declined, and what completing refuses."""
    door = deed.here.door
    try:
        done = await completing.complete(
            door.database, door.shared(Providers), ask=ask, directory=deed.here.directory, return_url=""
        )
    except InProgress:
        return None
    return done if isinstance(done, Order) else None


async def _kept(deed: Deed, tx: Tx) -> tuple[Choice, ...]:
    return (await api.checkout(tx, checkout_id=deed.open))[0].choices if deed.open else ()


def _delivered(way: str, choices: tuple[Choice, ...]) -> bool:
    if way:
        return way.partition("~")[0] in ways.DELIVERED
    return any(one.method.brought for one in choices)


async def _opened(deed: Deed) -> CheckoutId:
    """Its checkout; another, where the one the page was about is over: what she typed is not. Refuses Completed."""
    if deed.open:
        async with deed.here.door.database.read() as tx:
            head = (await api.checkout(tx, checkout_id=deed.open))[0].head
            if head.order_id:
                raise Completed(order_id=head.order_id)
            if head.open and head.expires_at > tx.now:
                return deed.open
    async with deed.here.door.database.transaction() as tx:
        opened = await api.open_checkout(
            tx, cart_id=deed.cart.head.id, by=deed.here.door.hand, language=deed.here.language
        )
    return opened.head.id


async def _choose(deed: Deed, tx: Tx, checkout_id: CheckoutId, network: Network) -> Checkout:
    """Hold what was chosen. Refuses what choosing refuses."""
    here, directory, by = deed.here, deed.here.directory, deed.here.door.hand
    if deed.way == ways.APART:
        places = apart.read(here, deed.cart, deed.typed)
        return await choosing.collect_apart(tx, checkout_id=checkout_id, places=places, directory=directory, by=by)
    slot, latest = (forms.moment(deed.typed.get(f"{name}_{deed.way}", "")) for name in ("slot", "latest"))
    chosen = await choosing.choose(
        tx, checkout_id=checkout_id, choose=choose(deed.at, option_id=deed.way, slot=slot, latest=latest),
        directory=directory, network=network, by=by,
    )  # fmt: skip
    return chosen.checkout


async def _place(deed: Deed, network: Network) -> Order | Complete:
    """The order, or a refusal that leaves nothing behind; where a card pays, what is to be completed with it."""
    here, door = deed.here, deed.here.door
    try:
        return await _complete(deed, await _opened(deed), network)
    except (Canceled, Expired):  # between the two
        async with door.database.transaction() as tx:
            opened = await api.open_checkout(tx, cart_id=deed.cart.head.id, by=door.hand, language=here.language)
        return await _complete(deed, opened.head.id, network)


async def _complete(deed: Deed, checkout_id: CheckoutId, network: Network) -> Order | Complete:
    here, door = deed.here, deed.here.door
    async with door.database.transaction() as tx:
        tenders, by_card = await _ready(deed, tx, checkout_id, network)
        ask = Complete(
            checkout_id=checkout_id,
            by=door.hand,
            language=here.language,
            expected_total=forms.total(deed.typed),
            tenders=tenders,
        )
        if by_card:
            return ask  # what was typed stays; a provider is asked outside of any transaction
        (answer,) = await api.complete(tx, asks=[ask], directory=here.directory)
        if isinstance(answer, Refused):
            raise answer  # so that the transaction is undone
    return answer


async def _ready(deed: Deed, tx: Tx, checkout_id: CheckoutId, network: Network) -> tuple[tuple[Tender, ...], bool]:
    """Have the checkout say what was typed and chosen; what it is to be paid with, and whether a card is among it."""
    here, door = deed.here, deed.here.door
    if deed.way:
        found = await _choose(deed, tx, checkout_id, network)
    else:
        found, _ = await api.checkout(tx, checkout_id=checkout_id)
    tenders, by_card = await _tenders(deed, tx)
    await api.update(
        tx,
        checkout_id=checkout_id,
        update=Update(
            buyer=details.buyer(deed.typed),
            term=Term.NOW if tenders else Term.ON_COLLECTION,
            address=details.address(deed.typed, found.head.ship_to),
        ),
        directory=here.directory,
        by=door.hand,
        hold=False,  # the order takes the goods in this same breath
    )
    return tenders, by_card


async def _tenders(deed: Deed, tx: Tx) -> tuple[tuple[Tender, ...], bool]:
    """What she pays with now, and whether a card is among it. Nothing: she pays at a till. Raises NotCovered."""
    here, by_card, owed = deed.here, cards.wanted(deed.here, deed.typed), deed.typed.get(cards.PAY) == ACCOUNT
    paid = await stored.read(here, tx, deed.typed, total=forms.total(deed.typed) or 0, rest_is_paid=by_card or owed)
    if paid.error:
        raise NotCovered(paid.error)
    if owed and (paid.left or not paid.tenders):
        return (*paid.tenders, Tender(handler=Own.INVOICE, companies_only=True)), False
    if not by_card or not paid.left:
        return paid.tenders, False
    card = cards.tender(here, deed.typed)
    if card is None:
        raise NotCovered(here.say("shop.card.none"), field=cards.CARD)
    return (*paid.tenders, card), True


# ------------------------------------------------------------------------------------------------ what is refused


async def _refused(deed: Deed, errors: Mapping[str, str], status: int) -> Response[Any]:
    """The form as it was, with a word at each field. The ways are shown where they were, or where another is needed."""
    async with deed.here.door.database.read() as tx:
        cart = await carts.cart(tx, cart_id=deed.cart.head.id)
        if (
            not cart.lines
        ):  # ordered in another window, or by a second press of the button, while this one was on its way
            return see((await named_by(deed.here, tx, str(deed.open or ""))).ordered or "/basket")
    choosing_again = bool(deed.way) or "way" in errors
    again = deed.again or not errors.keys().isdisjoint(details.FIELDS)
    return await form(
        deed.here, deed.form(cart=cart, errors=errors, status=status, choosing=choosing_again, again=again)
    )


def _errors(deed: Deed, refused: Refused) -> dict[str, str]:
    here = deed.here
    if isinstance(refused, OptionGone):
        still = any(one.id == refused.option_id for one in refused.options)
        return {"way": here.say("shop.way.taken" if still else "shop.way.gone")}
    if isinstance(refused, PromiseEnded | BookingEnded):
        return {"way": here.say("shop.way.ended")}
    if isinstance(refused, OutOfStock):
        return {"way": sentence(refused, here.language)}
    if isinstance(refused, ApprovalNeeded):
        return {"": " ".join(approving.why(here, one) for one in refused.reasons), "approval": "1"}
    lines = {one.id for one in deed.cart.lines} if deed.way == ways.APART else set()
    if isinstance(refused, Incomplete) and not lines and any(one.target for one in refused.messages):
        return {"way": here.say("shop.way.basket_changed")}
    return details.told_at(here, refused, lines)


routes: list[Any] = [look, hold, buy, ask_approval, pay]
