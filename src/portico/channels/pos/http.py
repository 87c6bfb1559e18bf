"""Receipts: an order on 80 mm of paper, as the brand looks and in the buyer's language."""

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import MediaType, Response, get
from markupsafe import Markup

from portico.business.api import Directories, Directory
from portico.business.types import Location
from portico.orders import api, views
from portico.orders.types import Order, OrderId, Term
from portico.orders.views import OrderLineView, OrderView
from portico.platform import colors, i18n
from portico.platform.http import Door
from portico.platform.refusals import NotFound


class Line(msgspec.Struct, frozen=True):
    title: str
    sku: str
    detail: str  # "2 × €12.50"
    amount: str


class Row(msgspec.Struct, frozen=True):
    label: str
    amount: str
    strong: bool = False


class Waiting(msgspec.Struct, frozen=True):
    """What is still to be collected, and where."""

    place: str
    address: str
    lines: tuple[str, ...]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is printed, already in words."""

    language: str
    brand: str
    logo: Markup
    accent: str
    ink: str
    place: tuple[str, ...]
    label: str
    when: str
    by: str
    buyer: str
    lines: tuple[Line, ...]
    totals: tuple[Row, ...]
    taxes: tuple[Row, ...]
    payments: tuple[Row, ...]
    due: str
    waiting: tuple[Waiting, ...]


@cache
def _environment(language: str) -> Environment:
    made = Environment(
        loader=PackageLoader("portico.channels.pos"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(t=partial(i18n.text, language))
    return made


@get("/pos/receipts/{order_id:str}", include_in_schema=False)
async def receipt(door: Door, order_id: str) -> Response[str]:
    """The receipt of an order, for staff with `orders.read`."""
    door.principal.require("orders.read")
    try:
        wanted = OrderId.parse(order_id)
    except ValueError:
        raise NotFound(what="order", id=order_id[:100]) from None
    directory = await door.shared(Directories)()
    async with door.database.read() as tx:
        found = await api.order(tx, order_id=wanted)
        language = found.head.language if found.head.language in i18n.LANGUAGES else door.language
        (view,) = await views.show(
            tx, orders=[found], directory=directory, languages=[language], public_url=door.platform.public_url
        )
    text = _environment(language).get_template("receipt.html").render(view=_receipt(directory, found, view, language))
    return Response(text, media_type=MediaType.HTML, headers={"cache-control": "private, no-cache"})


def _receipt(directory: Directory, found: Order, view: OrderView, language: str) -> Receipt:
    place = directory.locations.get(view.location_id) if view.location_id else None
    zone = place.time_zone if place else _zone(directory, found)

    def amount(value: int) -> str:
        return i18n.currency(language, value, view.currency)

    brand = directory.brand
    return Receipt(
        language=language,
        brand=brand.name,
        logo=Markup(brand.logo_svg),
        accent=brand.accent,
        ink=colors.ink_on(brand.accent),
        place=_place(place),
        label=view.label,
        when=i18n.moment(language, view.placed_at, zone),
        by=view.placed_by if place else "",
        buyer=view.customer_name,
        lines=tuple(_line(one, language, view.currency) for one in view.lines),
        totals=tuple(Row(one.label, amount(one.amount), one.type == "total") for one in view.totals),
        taxes=tuple(
            Row(f"{one.jurisdiction} {i18n.quantity(language, one.rate_ppm, 4)} %", amount(one.amount))
            for one in view.tax_lines
            if one.amount
        ),
        payments=_payments(view, language, amount),
        due=amount(view.due) if view.due and view.payment_term is not Term.SETTLED_ELSEWHERE else "",
        waiting=_waiting(directory, view, language),
    )


def _zone(directory: Directory, found: Order) -> str:
    places = directory.stores(found.head.market_id)
    return places[0].time_zone if places else "UTC"


def _place(place: Location | None) -> tuple[str, ...]:
    if place is None:
        return ()
    address = place.address
    town = f"{address.postal_code} {address.address_locality}".strip()
    return tuple(one for one in (place.name, address.street_address, town, place.phone or "") if one)


def _line(one: OrderLineView, language: str, currency: str) -> Line:
    many = _quantity(one.ordered - one.canceled, one, language)
    return Line(
        one.title,
        one.sku,
        f"{many} × {i18n.currency(language, one.unit_price, currency)}",
        i18n.currency(language, one.gross, currency),
    )


def _quantity(value: int, line: OrderLineView, language: str) -> str:
    key = f"receipt.unit.{line.unit}"
    unit = i18n.text(language, key) if key in i18n.catalog(language) else ("" if line.unit == "C62" else line.unit)
    return f"{i18n.quantity(language, value, line.scale)} {unit}".strip()


def _payments(view: OrderView, language: str, amount: Callable[[int], str]) -> tuple[Row, ...]:
    rows = []
    for one in view.payments:
        rows.append(Row(i18n.text(language, "receipt.cash"), amount(one.tendered or one.amount)))
        if one.change:
            rows.append(Row(i18n.text(language, "receipt.change"), amount(one.change)))
    return tuple(rows)


def _waiting(directory: Directory, view: OrderView, language: str) -> tuple[Waiting, ...]:
    by_id = {line.id: line for line in view.lines}
    found = []
    for one in view.expectations:
        if not one.method.fetched or one.location is None:
            continue
        left = []
        for each in one.lines:
            line = by_id[each.line_id]
            given = sum(
                f.fulfilled for f in line.fulfillment if f.location_id == one.location.id and f.method is one.method
            )
            if each.quantity > given:
                left.append(f"{_quantity(each.quantity - given, line, language)} × {line.title}")
        if left:
            place = _place(directory.location(one.location.id))
            found.append(Waiting(place[0], ", ".join(place[1:3]), tuple(left)))
    return tuple(found)


routes: list[Any] = [receipt]
