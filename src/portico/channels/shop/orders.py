"""Orders: one by the token of its link, and all of a shopper's, whichever door they came through."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get
from markupsafe import Markup

from portico.business.views import location_view
from portico.carts.access import owner_of
from portico.channels.shop import forms, stores
from portico.channels.shop.basket import TotalRow, qr
from portico.channels.shop.page import fragment, page, see
from portico.channels.shop.visit import Visit, visit
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.orders import api, views
from portico.orders.types import Head, Method, Order, State, Term
from portico.orders.views import ExpectationView, OrderLineView, OrderView
from portico.platform import clock
from portico.platform.auth.types import Kind
from portico.platform.http import Door

ORDERS_SHOWN = 50


class Step(msgspec.Struct, frozen=True):
    label: str
    state: str  # done, current, or nothing


class OrderedLine(msgspec.Struct, frozen=True):
    id: str
    title: str
    image_url: str
    quantity: str
    amount: str
    note: str
    signature: str


class Parcel(msgspec.Struct, frozen=True):
    """What is collected together, where and when; or what was taken along."""

    heading: str
    place: str
    address: str
    when: str
    hours: str
    is_open: bool
    lines: tuple[OrderedLine, ...]
    status: str
    tone: str


class OrderPage(msgspec.Struct, frozen=True, kw_only=True):
    """An order as its buyer sees it. `topic` is empty for those who hold the link only: they look again themselves."""

    token: str
    topic: str
    version: int
    label: str
    placed: str
    just_placed: bool
    headline: str
    steps: tuple[Step, ...]
    parcels: tuple[Parcel, ...]
    totals: tuple[TotalRow, ...]
    due: str
    paid: str
    qr: Markup
    waiting: bool


class OrderRow(msgspec.Struct, frozen=True):
    href: str
    label: str
    when: str
    channel: str
    count: str
    total: str
    status: str
    tone: str


class Account(msgspec.Struct, frozen=True):
    signed_in: bool
    name: str
    details: tuple[tuple[str, str], ...]
    orders: tuple[OrderRow, ...]


@get("/orders/{token:str}", include_in_schema=False)
async def order(door: Door, token: str) -> Response[str]:
    """Whoever holds the link may see it."""
    here = await visit(door)
    asked = door.request.query_params
    async with door.database.read() as tx:
        found = await api.by_link(tx, token=forms.clean(token))
        (view,) = await views.show(
            tx, orders=[found], directory=here.directory, languages=[here.language], public_url=door.platform.public_url
        )
    made = _page(here, found, view, token=found.head.link_token, just_placed=asked.get("placed") == "1")
    if asked.get("fragment") == "1":
        return fragment(here, "_order.html", made)
    title = here.say("shop.order.title", label=view.label)
    return await page(here, "order.html", title=title, noindex=True, view=made)


def _page(here: Visit, found: Order, view: OrderView, *, token: str, just_placed: bool) -> OrderPage:
    words = msgspec.structs.replace(here.words, currency=view.currency)
    here = msgspec.structs.replace(here, words=words)
    waiting = bool(view.collect_location_ids)
    return OrderPage(
        token=token,
        topic=str(view.id) if _is_hers(here, found.head) else "",
        version=view.version,
        label=view.label,
        placed=words.moment(view.placed_at, here.zone),
        just_placed=just_placed,
        headline=here.say(f"shop.order.headline.{view.state}"),
        steps=_steps(here, view),
        parcels=tuple(_parcel(here, view, one) for one in view.expectations),
        totals=tuple(TotalRow(one.type, one.label, words.money(one.amount)) for one in view.totals),
        due=words.money(view.due) if view.due and view.payment_term is not Term.SETTLED_ELSEWHERE else "",
        paid=words.money(paid) if (paid := sum(one.amount for one in view.payments)) else "",
        qr=qr(view.label) if waiting else Markup(),
        waiting=waiting,
    )


def _is_hers(here: Visit, head: Head) -> bool:
    owner = owner_of(here.door.principal)
    mine = owner.customer_id is not None and owner.customer_id == head.customer_id
    guests = owner.guest_id is not None and head.guest_id is not None and owner.guest_id.bytes == head.guest_id.bytes
    return mine or guests


def _steps(here: Visit, view: OrderView) -> tuple[Step, ...]:
    """How far it is; an order that came to nothing has no way to go."""
    if view.state in (State.CANCELED, State.RETURNED) or not view.expectations:
        return ()
    done = view.state is State.FULFILLED
    return (
        Step(here.say("shop.order.step.placed"), "done"),
        Step(here.say("shop.order.step.waiting"), "done" if done else "current"),
        Step(here.say("shop.order.step.collected"), "done" if done else ""),
    )


def _parcel(here: Visit, view: OrderView, one: ExpectationView) -> Parcel:
    by_id = {line.id: line for line in view.lines}
    collect = one.method is Method.COLLECT
    given = {
        line.id: part.fulfilled
        for line in view.lines
        for part in line.fulfillment
        if part.method is one.method and (one.location is None or part.location_id == one.location.id)
    }
    lines = tuple(_line(here, by_id[each.line_id], each.quantity) for each in one.lines)
    done = all(given.get(each.line_id, 0) >= each.quantity for each in one.lines)
    status = (
        here.say("shop.order.collected" if collect else "shop.order.taken") if done else here.say("shop.order.waits")
    )
    name, address, when, hours, is_open = "", "", "", "", False
    if one.location:
        place = here.directory.location(one.location.id)
        now = location_view(place, market_code=here.market.code, at=clock.now())
        name, address, is_open = place.name, stores.address(now), now.is_open
        if collect and not done:
            when = here.say("shop.order.ready", time=here.words.moment(one.earliest, place.time_zone))
            hours = stores.hours(here, now)
    return Parcel(
        heading=here.say("shop.order.collect_at" if collect else "shop.order.carried_out", store=name),
        place=name,
        address=address,
        when=when,
        hours=hours,
        is_open=is_open,
        lines=lines,
        status=status,
        tone="good" if done else "accent",
    )


def _line(here: Visit, line: OrderLineView, quantity: int) -> OrderedLine:
    words = here.words
    note = ""
    if line.canceled or line.returned:
        gone = words.quantity(line.canceled or line.returned, scale=line.scale, unit=line.unit)
        note = here.say("shop.order.line_canceled" if line.canceled else "shop.order.line_returned", quantity=gone)
    return OrderedLine(
        id=str(line.id),
        title=line.title,
        image_url=line.image_url or "",
        quantity=f"{words.quantity(quantity, scale=line.scale, unit=line.unit)} × {words.price(line.unit_price, unit=line.unit)}",
        amount=words.money(line.gross) if quantity == line.ordered else "",
        note=note,
        signature=f"{quantity}/{line.fulfilled}/{line.canceled}/{line.returned}",
    )


# ------------------------------------------------------------------------------------------------------- account


@get("/account", include_in_schema=False)
async def account(door: Door) -> Response[Any]:
    """Her orders of all channels. A guest sees those of this browser; whom we do not know is asked to sign in."""
    here, asker = await visit(door), door.principal
    if asker.kind is Kind.ANONYMOUS or asker.id is None:
        return see("/sign-in?next=/account")
    async with door.database.read() as tx:
        brief: CustomerBrief | None = None
        if here.customer:
            customer_id = CustomerId(asker.id.bytes)
            brief = (await customers.briefs(tx, ids=[customer_id])).get(customer_id)
            heads = await api.heads(tx, customer_ids=[customer_id], rows_max=ORDERS_SHOWN)
        else:
            heads = await api.heads(tx, guest_id=asker.id, rows_max=ORDERS_SHOWN)
        found = await views.briefs(tx, heads=heads, directory=here.directory)
    rows = tuple(_row(here, head, one) for head, one in zip(heads, found, strict=True))
    view = Account(here.customer, brief.name if brief else "", _details(here, brief), rows)
    return await page(here, "account.html", title=here.say("shop.account.title"), noindex=True, view=view)


def _details(here: Visit, brief: CustomerBrief | None) -> tuple[tuple[str, str], ...]:
    if brief is None:
        return ()
    known: Sequence[tuple[str, str | None]] = (
        ("name", brief.name), ("email", brief.email), ("phone", brief.phone), ("loyalty", brief.loyalty_number),
    )  # fmt: skip
    return tuple((here.say(f"shop.account.{name}"), value) for name, value in known if value)


TONES = {State.OPEN: "accent", State.PARTLY_FULFILLED: "warn", State.FULFILLED: "good"}


def _row(here: Visit, head: Head, one: views.OrderBrief) -> OrderRow:
    words = msgspec.structs.replace(here.words, currency=one.currency)
    return OrderRow(
        href=f"/orders/{head.link_token}",
        label=one.label,
        when=words.moment(one.placed_at, here.zone),
        channel=here.channel_of_kind(one.channel.kind, one.channel.name) if one.channel else "",
        count=here.say("shop.items", count=one.quantity_count),
        total=words.money(one.total),
        status=here.say(f"shop.order.state.{one.state}"),
        tone=TONES.get(one.state, ""),
    )


routes: list[Any] = [order, account]
