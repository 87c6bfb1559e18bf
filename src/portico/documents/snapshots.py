"""What is printed of an order, copied once: names, addresses, amounts, taxes, the brand's look."""

from collections.abc import Sequence

from portico.business.api import Directory
from portico.business.types import Brand, Location, LocationId, Market
from portico.documents import rules
from portico.documents.types import (
    Amount,
    Line,
    Look,
    Off,
    Party,
    Place,
    Seller,
    Snapshot,
    Tax,
    Tendered,
    Waiting,
)
from portico.orders.types import Order, OrderCarriage, OrderLine
from portico.platform import colors, i18n
from portico.pricing.types import TaxLine

PPM = 1_000_000


def of_order(order: Order, *, directory: Directory, seller: Seller | None, buyer: Party | None = None) -> Snapshot:
    """An order as it stands now, on paper. Without a seller of its own, a market sells under its brand's name."""
    head = order.head
    market = directory.market_by_id(head.market_id)
    language = language_of(order, directory)
    place = directory.locations.get(head.location_id) if head.location_id else None
    lines = (
        *(_line(one, order.taxes) for one in order.lines if one.ordered > one.canceled),
        *_carriage(head.carriage, language),
    )
    till = directory.till(head.till_id)
    return Snapshot(
        look=_look(brand_of(directory, market), language),
        seller=Party(seller.legal_name, seller.tax_id, seller.address)
        if seller
        else Party(brand_of(directory, market).name),
        country=market.country,
        place=_place(place, till.code if till else "", head.actor_name if place else ""),
        time_zone=place.time_zone if place else _zone(directory, market),
        buyer=buyer or _named(order),
        order_label=head.label,
        order_path=f"/orders/{head.link_token}",
        placed_at=head.placed_at,
        lines=lines,
        totals=tuple(Amount(one.type, one.amount) for one in head.totals),
        taxes=_taxes(lines, order.taxes),
        taxes_included=head.taxes_included,
        tenders=tuple(
            Tendered(one.handler, one.captured, one.captured + one.change, one.change)
            for one in order.payments
            if one.captured
        ),
        due=max(0, head.balance),
        po_number=head.po_number,
        due_at=max((one.due_at for one in order.payments if one.due_at and one.authorized), default=None),
        waiting=_waiting(order, directory),
    )


def language_of(order: Order, directory: Directory) -> str:
    """The buyer's; where we do not speak it, the market's."""
    spoken = order.head.language
    return spoken if spoken in i18n.LANGUAGES else directory.market_by_id(order.head.market_id).language


def brand_of(directory: Directory, market: Market) -> Brand:
    return next((one for one in directory.brands if one.id == market.brand_id), directory.brand)


def _look(brand: Brand, language: str) -> Look:
    tagline = brand.taglines.get(language) or brand.taglines.get(i18n.FALLBACK, "")
    return Look(brand.name, tagline, brand.accent, colors.ink_on(brand.accent), brand.logo_svg)


def _place(place: Location | None, till: str, served_by: str) -> Place:
    if place is None:
        return Place()
    return Place(place.name, place.address, place.phone or "", till, served_by)


def _zone(directory: Directory, market: Market) -> str:
    places = directory.stores(market.id)
    return places[0].time_zone if places else "UTC"


def _named(order: Order) -> Party | None:
    name = f"{order.head.buyer_given_name} {order.head.buyer_family_name}".strip()
    return Party(name) if name else None


def _line(line: OrderLine, taxes: Sequence[TaxLine]) -> Line:
    return Line(
        id=str(line.id),
        title=line.title,
        sku=line.sku,
        quantity=line.ordered - line.canceled,
        scale=line.scale,
        unit=line.unit,
        unit_price=line.unit_price,
        net=line.net,
        tax=line.tax,
        gross=line.gross,
        taxes=_line_taxes(line, taxes),
        off=tuple(Off(one.title, one.amount) for one in line.discounts),
    )


def _carriage(carriage: OrderCarriage | None, language: str) -> tuple[Line, ...]:
    """What was charged for bringing the goods, as a line beside theirs, so that it is taken back as they are."""
    if carriage is None or carriage.canceled or not carriage.amount:
        return ()
    line = Line(
        id=rules.CARRIAGE, title=i18n.text(language, f"pricing.carriage.{carriage.method}"), sku="", quantity=1, scale=0,
        unit="C62", unit_price=carriage.amount, net=carriage.net, tax=carriage.tax, gross=carriage.gross,
        taxes=tuple(Tax(one.jurisdiction, one.rate_ppm, carriage.net, one.amount) for one in carriage.tax_lines),
        off=(Off(carriage.discount.title, carriage.discount.amount),) if carriage.discount else (),
    )  # fmt: skip
    return (line,)


def _line_taxes(line: OrderLine, taxes: Sequence[TaxLine]) -> tuple[Tax, ...]:
    """A line's tax by jurisdiction: as the line says; of lines from before lines said so, the order's rate that fits."""
    if line.tax_lines:
        return tuple(Tax(one.jurisdiction, one.rate_ppm, line.net, one.amount) for one in line.tax_lines)
    if not line.tax and not taxes:
        return ()
    fits = min(taxes, key=lambda one: abs(line.net * one.rate_ppm - line.tax * PPM), default=None)
    return (Tax(fits.jurisdiction, fits.rate_ppm, line.net, line.tax),) if fits else ()


def _taxes(lines: Sequence[Line], taxes: Sequence[TaxLine]) -> tuple[Tax, ...]:
    """The order's taxes with what they were levied on; what is taxed beside lines (sending, fees) is in the rest."""
    by_rate = {(one.jurisdiction, one.rate_ppm): one for one in rules.tax_summary(lines)}
    made = []
    for one in taxes:
        known = by_rate.get((one.jurisdiction, one.rate_ppm))
        if known and known.amount == one.amount:
            made.append(known)
        elif one.amount or known:
            base = round(one.amount * PPM / one.rate_ppm) if one.rate_ppm else (known.base if known else 0)
            made.append(Tax(one.jurisdiction, one.rate_ppm, base, one.amount))
    return tuple(made)


def _waiting(order: Order, directory: Directory) -> tuple[Waiting, ...]:
    """What is still to be fetched, by place."""
    lines = {one.id: one for one in order.lines}
    by_place: dict[LocationId, list[tuple[str, int, int, str]]] = {}
    for one in order.expectations:
        left = one.quantity - one.fulfilled
        if one.method.fetched and one.location_id and left > 0:
            line = lines[one.line_id]
            by_place.setdefault(one.location_id, []).append((line.title, left, line.scale, line.unit))
    places = [(directory.locations[key], waiting) for key, waiting in by_place.items() if key in directory.locations]
    return tuple(Waiting(place.name, place.address, tuple(waiting)) for place, waiting in places)
