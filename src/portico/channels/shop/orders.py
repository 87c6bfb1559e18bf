"""Orders: one by the token of its link, and all of a shopper's, whichever door they came through."""

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from litestar import Response, get
from markupsafe import Markup

from portico.business.types import LocationId
from portico.channels.shop import canceling, cards, forms, returned, returning, stores, told, working
from portico.channels.shop.basket import qr
from portico.channels.shop.page import fragment, page
from portico.channels.shop.totals import TotalRow, total_rows
from portico.channels.shop.visit import Visit, visit
from portico.channels.shop.whose import is_hers
from portico.documents import api as documents
from portico.documents.types import Head as DocumentHead
from portico.orders import api, views
from portico.orders.types import Method, Order, State, Term
from portico.orders.views import ExpectationView, OrderLineView, OrderView
from portico.platform.http import Door
from portico.returns.types import Return


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
    off: tuple[str, ...] = ()


class Parcel(msgspec.Struct, frozen=True):
    """What is had together, how, where and when: fetched, sent, or taken along already. `notes` are what else is worth saying."""

    heading: str
    icon: str
    address: str
    when: str
    notes: tuple[str, ...]
    hours: str
    is_open: bool
    lines: tuple[OrderedLine, ...]
    status: str
    tone: str


class Paper(msgspec.Struct, frozen=True):
    """A receipt or an invoice, behind its own link."""

    title: str
    number: str
    url: str


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
    sent: str
    due: str
    pay_url: str
    paid: str
    qr: Markup
    documents: tuple[Paper, ...]
    show: str
    thanks: str
    works: tuple[working.WorkBlock, ...]
    may_cancel: bool
    just_canceled: bool
    returns: tuple[returned.ReturnBlock, ...]
    may_return: bool
    just_returned: str


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
        known = await working.known(tx, found.head.id)
        papers = await documents.of_order(tx, order_id=found.head.id) if is_hers(here, found.head) else []
        back = await returned.known(tx, found) if is_hers(here, found.head) else []
    made = _page(
        here, found, view, known, papers, back, token=found.head.link_token, just_placed=asked.get("placed") == "1",
        just_canceled=asked.get("canceled") == "1", just_returned=asked.get("returned", ""),
    )  # fmt: skip
    if asked.get("fragment") == "1":
        return fragment(here, "_order.html", made)
    title = here.say("shop.order.title", label=view.label)
    return await page(here, "order.html", title=title, noindex=True, view=made)


def _page(
    here: Visit,
    found: Order,
    view: OrderView,
    known: working.Known,
    papers: Sequence[DocumentHead],
    back: Sequence[Return],
    *,
    token: str,
    just_placed: bool,
    just_canceled: bool,
    just_returned: str,
) -> OrderPage:
    words = msgspec.structs.replace(here.words, currency=view.currency)
    here = msgspec.structs.replace(here, words=words)
    hers = is_hers(here, found.head)
    waiting, brought = bool(view.collect_location_ids), any(one.method.brought for one in view.expectations)
    ready = working.ready_at(known)
    due = words.money(view.due) if view.due and view.payment_term is not Term.SETTLED_ELSEWHERE else ""
    sent = sum(one.method.sent for one in view.expectations)
    return OrderPage(
        token=token,
        topic=str(view.id) if hers else "",
        version=view.version,
        label=view.label,
        placed=words.moment(view.placed_at, here.zone),
        just_placed=just_placed,
        headline=here.say(f"shop.order.headline.{_named_state(view, ready=bool(ready))}"),
        steps=_steps(here, view),
        parcels=(
            *(_parcel(here, view, one, hers=hers, ready=ready) for one in view.expectations),
            *_given_up(here, view),
        ),
        totals=total_rows(
            here,
            view.totals,
            view.lines,
            taxes_included=view.taxes_included,
            carriage=view.carriage if view.carriage and not view.carriage.canceled else None,
        ),
        sent=here.say("shop.order.parcels", count=sent) if sent > 1 else "",
        due=here.say(f"shop.order.{_due(view, brought=brought)}", amount=due) if due else "",
        pay_url=f"/orders/{token}/pay" if due and view.state is not State.CANCELED and cards.in_browser(here) else "",
        paid=words.money(paid) if (paid := _paid(view)) else "",
        qr=qr(view.label) if waiting or due else Markup(),
        documents=tuple(
            Paper(here.say(f"document.title.{one.type}"), one.number, f"/documents/{one.token}") for one in papers
        ),
        show=here.say("shop.order.show" if waiting else "shop.order.show_to_pay"),
        thanks=here.say("shop.order.thanks_text" if waiting else "shop.order.thanks_sent"),
        works=working.blocks(here, known, hers=hers),
        may_cancel=hers and canceling.may(found, begun=any(one.work.started_at for one in known.works)),
        just_canceled=just_canceled and view.state is State.CANCELED,
        returns=returned.blocks(here, found, back, new=just_returned),
        may_return=hers and returning.may(found),
        just_returned=next((one.head.code for one in back if one.head.code == just_returned), ""),
    )


def _paid(view: OrderView) -> int:
    """What came in or is held for us; not what was only tried."""
    return sum(max(one.captured, one.authorized) for one in view.payments)


def _due(view: OrderView, *, brought: bool) -> str:
    """Where it is paid: an order that was agreed to be paid by now says only that something is left."""
    if view.payment_term in (Term.NOW, Term.BY_LINK):
        return "due_now"
    return "due_before" if brought else "due"


def _named_state(view: OrderView, *, ready: bool) -> str:
    """Her own view of it: it waits for her once something of it is ready to be fetched."""
    came = any(one.method.brought for one in view.expectations)
    apart = (view.state is State.OPEN and not ready) or (view.state is State.FULFILLED and came)
    return f"{view.state}_sent" if apart else view.state


def _steps(here: Visit, view: OrderView) -> tuple[Step, ...]:
    """How far it is; an order that came to nothing has no way to go."""
    if view.state in (State.CANCELED, State.RETURNED) or not view.expectations:
        return ()
    done = view.state is State.FULFILLED
    return (
        Step(here.say("shop.order.step.placed"), "done"),
        Step(here.say("shop.order.step.waiting"), "done" if done else "current"),
        Step(here.say(f"shop.order.step.{_end(view)}"), "done" if done else ""),
    )


def _end(view: OrderView) -> str:
    """What it comes to: collected, delivered, or some of each."""
    brought = {one.method.brought for one in view.expectations}
    return "received" if len(brought) > 1 else "delivered" if True in brought else "collected"


def _parcel(here: Visit, view: OrderView, one: ExpectationView, *, hers: bool, ready: Collection[LocationId]) -> Parcel:
    """Where she lives is shown to her, not to whoever holds the link."""
    by_id = {line.id: line for line in view.lines}
    given = {
        line.id: part.fulfilled
        for line in view.lines
        for part in line.fulfillment
        if part.method is one.method and (one.location is None or part.location_id == one.location.id)
    }
    lines = tuple(_line(here, by_id[each.line_id], each.quantity) for each in one.lines)
    done = all(given.get(each.line_id, 0) >= each.quantity for each in one.lines)
    ship_to = view.ship_to if hers or not one.method.brought else None
    place = one.location.id if one.location else None
    said = told.told(
        here, one.method, location_id=place, earliest=one.earliest, latest=one.latest, ship_to=ship_to
    )  # fmt: skip
    hours, is_open = "", False
    if place and one.method.fetched and not done:
        now = told.place_view(here, place)
        hours, is_open = stores.hours(here, now), now.is_open
    return Parcel(
        heading=said.heading,
        icon=one.method,
        address=said.place,
        when="" if done else said.when,
        notes=() if done else tuple(_notes(here, view, one, said, hers=hers)),
        hours=hours,
        is_open=is_open,
        lines=lines,
        status=here.say(f"shop.order.{_status(one.method, done, ready=place in ready)}"),
        tone="good" if done else "accent",
    )


def _given_up(here: Visit, view: OrderView) -> tuple[Parcel, ...]:
    """What was canceled whole: nobody expects it any more, and she still sees what it was."""
    lines = tuple(
        msgspec.structs.replace(_line(here, line, line.ordered), amount="", note="")
        for line in view.lines
        if line.canceled == line.ordered
    )
    said = here.say("shop.order.given_up")
    gone = Parcel(said, "basket", "", "", (), "", False, lines, here.say("shop.order.given_up_badge"), "")
    return (gone,) if lines else ()


def _status(method: Method, done: bool, *, ready: bool) -> str:
    if not done:
        return "waits" if method.fetched and ready else "set_aside"
    return "taken" if method is Method.CARRY_OUT else "step.delivered" if method.brought else "collected"


def _notes(here: Visit, view: OrderView, one: ExpectationView, said: told.Told, *, hers: bool) -> list[str]:
    notes = [said.until] if said.until else []
    place = here.directory.locations.get(one.location.id) if one.location else None
    if place and one.method is Method.DRIVE_UP and place.phone:
        notes.append(here.say("shop.order.call", phone=place.phone))
    if place and one.method in (Method.SHIP, Method.SHIP_TO_STORE):
        notes.append(here.say("shop.order.from", store=place.name))
    if one.method.brought and not hers and view.ship_to:
        notes.append(here.say("shop.order.address_hidden"))
    return notes


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
        off=tuple(f"{one.title} {words.money(-one.amount)}" for one in line.discounts),
    )


# ------------------------------------------------------------------------------------------------------- account


routes: list[Any] = [order]
