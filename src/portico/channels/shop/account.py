"""Her account: what is to come, what she has bought through all channels, what we know of her."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, get, post

from portico.bookings import api as bookings
from portico.bookings.types import BookingId
from portico.channels.shop.page import page, see
from portico.channels.shop.told import told, window
from portico.channels.shop.visit import Visit, visit
from portico.companies import api as companies
from portico.customers import api as customers
from portico.customers.types import CustomerBrief, CustomerId
from portico.identity import api as identity
from portico.orders import api, views
from portico.orders.itinerary import Stop, StopState, itinerary
from portico.orders.types import Head, Method, State
from portico.platform.auth.types import Kind
from portico.platform.http import Door
from portico.platform.refusals import NotFound

ORDERS_SHOWN = 50


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
    coming: tuple["Coming", ...]
    orders: tuple[OrderRow, ...]
    company: bool = False


class Coming(msgspec.Struct, frozen=True, kw_only=True):
    """One thing of her itinerary. `href` leads to its order; `cancel` is the path by which a booking is given up."""

    title: str
    when: str
    place: str
    href: str = ""
    cancel: str = ""
    status: str = ""
    tone: str = ""


@get("/account", include_in_schema=False)
async def account(door: Door) -> Response[Any]:
    """Her orders of all channels. A guest sees those of this browser; whom we do not know is asked to sign in."""
    here, asker = await visit(door), door.principal
    if asker.kind is Kind.ANONYMOUS or asker.id is None:
        return see("/sign-in?next=/account")
    async with door.database.read() as tx:
        brief: CustomerBrief | None = None
        firm = False
        if here.customer:
            customer_id = CustomerId(asker.id.bytes)
            brief = (await customers.briefs(tx, ids=[customer_id])).get(customer_id)
            own = await identity.own_records(tx, id=customer_id)
            heads = await api.heads(tx, customer_ids=own, rows_max=ORDERS_SHOWN)
            stops = await itinerary(tx, customer_ids=own)
            firm = bool(
                await companies.of_customers(tx, customer_ids=own)
                or await companies.invitations_to(tx, customer_id=customer_id)
            )
        else:
            heads = await api.heads(tx, guest_id=asker.id, rows_max=ORDERS_SHOWN)
            stops = await itinerary(tx, guest_id=asker.id)
        found = await views.briefs(tx, heads=heads, directory=here.directory)
    rows = tuple(_row(here, head, one) for head, one in zip(heads, found, strict=True))
    paths = {str(head.id): f"/orders/{head.link_token}" for head in heads}
    coming = tuple(_coming(here, one, paths) for one in stops)
    view = Account(here.customer, brief.name if brief else "", _details(here, brief), coming, rows, firm)
    return await page(here, "account.html", title=here.say("shop.account.title"), noindex=True, view=view)


def _details(here: Visit, brief: CustomerBrief | None) -> tuple[tuple[str, str], ...]:
    if brief is None:
        return ()
    known: Sequence[tuple[str, str | None]] = (
        ("name", brief.name), ("email", brief.email), ("phone", brief.phone), ("loyalty", brief.loyalty_number),
    )  # fmt: skip
    return tuple((here.say(f"shop.account.{name}"), value) for name, value in known if value)


def _brief_state(one: views.OrderBrief) -> str:
    return "open_sent" if one.state is State.OPEN and not one.collect_location_ids else one.state


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
        status=here.say(f"shop.order.state.{_brief_state(one)}"),
        tone=TONES.get(one.state, ""),
    )


STOP_TONES = {StopState.READY: "good", StopState.HELD: "warn", StopState.WAITING: "warn"}


def _coming(here: Visit, one: Stop, paths: Mapping[str, str]) -> Coming:
    place = here.directory.locations.get(one.location_id) if one.location_id else None
    zone = place.time_zone if place else here.zone
    status = here.say(f"shop.coming.state.{one.state}") if one.state in STOP_TONES else ""
    tone = STOP_TONES.get(one.state, "")
    if one.method is None:
        when, _ = window(here, Method.COLLECT, one.starts_at, one.ends_before, zone)
        return Coming(
            title=one.title, when=when, place=place.name if place else "", status=status, tone=tone,
            cancel=f"/account/bookings/{one.id}/cancel",
        )  # fmt: skip
    words = told(
        here, one.method, location_id=one.location_id, earliest=one.starts_at, latest=one.ends_before, ship_to=None
    )
    return Coming(
        title=f"{words.heading} · {one.title}", when=" · ".join(filter(None, (words.when, words.until))),
        place=words.place, href=paths.get(one.id, ""), status=status, tone=tone,
    )  # fmt: skip


@post("/account/bookings/{booking:str}/cancel", include_in_schema=False)
async def cancel(door: Door, booking: str) -> Response[Any]:
    """She gives up what she has booked; who waits has it next. What is not hers is not found."""
    here, asker = await visit(door), door.principal
    if not here.customer or asker.id is None:
        return see("/sign-in?next=/account")
    customer_id = CustomerId(asker.id.bytes)
    async with door.database.transaction() as tx:
        stops = await itinerary(tx, customer_ids=await identity.own_records(tx, id=customer_id))
        own = next((one for one in stops if one.method is None and one.id == booking), None)
        if own is None:
            raise NotFound(what="booking", id=booking[:60])
        await bookings.cancel(tx, booking_id=BookingId.parse(own.id), by=door.hand)
    return see("/account")


routes: list[Any] = [account, cancel]
