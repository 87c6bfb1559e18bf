"""How the demo's chain sends, promises and keeps times: carriers, holidays, hands and windows, a few orders on their way."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portico.app.demo import areas
from portico.bookings import api as bookings
from portico.bookings.types import Ask, Opening, Resource, ResourceId, ResourceKind, Unit
from portico.business import api as business
from portico.business.api import Directory
from portico.business.types import Location, LocationKind, Market, SpecialHours
from portico.catalog.types import VariantId
from portico.fulfillment import api
from portico.fulfillment.types import Band, CarrierService, Destination, Holiday, Node
from portico.inventory import api as inventory
from portico.inventory.types import Backorder, BackorderKind
from portico.orders import api as orders
from portico.orders.types import Allotment, Buyer, Method, OrderId, PlaceLine, PlaceOrder, Term
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

# Invented carriers; costs are minor units, roughly what a parcel costs there.
CARRIERS = {
    "EUR": ("Rápida", 390, 490, 690),
    "GBP": ("Larkpost", 340, 450, 590),
    "RUB": ("Стриж", 25_000, 39_000, 59_000),
}
SENT = 5  # orders of each market that are to be sent
WORKDAYS = (1, 2, 3, 4, 5, 6)
WINDOW_PLACES, BAYS, PICKING_MINUTES = 6, 2, 90


async def put(tx: Tx, *, directory: Directory, variants: dict[str, VariantId], by: Hand) -> int:
    """Everything that promises are made of, and some; how many orders were placed."""
    await api.put_services(tx, services=[_carrier(one) for one in directory.markets.values()])
    await api.put_holidays(tx, holidays=_holidays(directory, tx.now.date()))
    await api.put_areas(tx, areas=areas.areas())
    stores = [one for one in directory.locations.values() if one.kind is LocationKind.STORE]
    await api.put_nodes(tx, nodes=[_node(one) for one in directory.locations.values()])
    await bookings.put_resources(tx, resources=[each for one in stores for each in _resources(one)])
    closed = SpecialHours(date(tx.now.year + 1, 1, 1))
    await business.put_special_hours(tx, special={one.id: [closed] for one in stores})
    placed = 0
    for market in directory.markets.values():
        placed += await _send(tx, directory, market, list(variants.values()), by)
        await _book(tx, directory, market, by)
        await _backorder(tx, directory, market, list(variants.values()))
    return placed


def _carrier(market: Market) -> CarrierService:
    name, near, far, farther = CARRIERS[market.currency]
    return CarrierService(
        code=f"{market.code}-standard", name=name, countries=(market.country,), currency=market.currency,
        bands=(Band(50_000, near, 1, 1), Band(400_000, far, 1, 2), Band(5_000_000, farther, 2, 4)), collects=WORKDAYS,
        delivers=WORKDAYS, calendar=market.country,
    )  # fmt: skip


def _holidays(directory: Directory, today: date) -> list[Holiday]:
    return [
        Holiday(market.country, date(year, 1, 1), "1.1.")
        for market in directory.markets.values()
        for year in (today.year, today.year + 1)
    ]


def _node(one: Location) -> Node:
    if one.kind is LocationKind.WAREHOUSE:
        return Node(
            one.id,
            pick_minutes_order=15,
            pick_minutes_line=2,
            orders_per_day=2_000,
            cutoff_minute=18 * 60,
            ship_weekdays=WORKDAYS,
        )
    return Node(one.id, orders_per_day=40, ship_weekdays=WORKDAYS, delivery_radius_m=6_000)


def _resources(store: Location) -> list[Resource]:
    """Of each store: windows to collect in, bays, rounds that are driven, and hands that pick; while it is open."""

    def one(kind: ResourceKind, capacity: int, unit: Unit = Unit.PLACES, bucket_minutes: int = 60) -> Resource:
        openings = tuple(Opening(day.weekday, _minute(day.opens), _minute(day.closes), capacity) for day in store.hours)
        return Resource(
            id=ResourceId.new(), code=f"{store.code}-{kind}", kind=kind, name=f"{store.name}: {NAMES[kind]}",
            location_id=store.id, time_zone=store.time_zone, unit=unit, openings=openings, waitlist_max=10,
            bucket_minutes=bucket_minutes,
        )  # fmt: skip

    return [
        one(ResourceKind.PICKUP, WINDOW_PLACES),
        one(ResourceKind.DRIVE_UP, BAYS, bucket_minutes=30),
        one(ResourceKind.DELIVERY, BAYS, bucket_minutes=120),
        one(ResourceKind.PICKING, PICKING_MINUTES, Unit.LABOUR_MINUTES),
    ]


NAMES = {
    ResourceKind.PICKUP: "Collect", ResourceKind.DRIVE_UP: "Drive-up", ResourceKind.DELIVERY: "Delivery",
    ResourceKind.PICKING: "Picking",
}  # fmt: skip


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


async def _send(tx: Tx, directory: Directory, market: Market, variants: Sequence[VariantId], by: Hand) -> int:
    """Some orders to be sent home, from wherever the rules say."""
    shops = directory.shops(market.id)
    asks = []
    for i in range(SENT):
        near = shops[i % len(shops)]
        lines = [
            PlaceLine(
                LineItemId.new(), variants[(7 * i + 3 * n) % len(variants)], (Allotment(Method.SHIP, None, 1 + n % 2),)
            )
            for n in range(1 + i % 3)
        ]
        asks.append(
            PlaceOrder(
                order_id=OrderId.new(), market_id=market.id, lines=tuple(lines), by=by,
                occurred_at=tx.now - timedelta(hours=2 * i), language=market.language, term=Term.SETTLED_ELSEWHERE,
                buyer=Buyer("Demo"),
                destination=Destination(near.latitude + 0.03 * i, near.longitude - 0.04 * i, market.country),
            )
        )  # fmt: skip
    answers = await orders.place(tx, asks=asks, directory=await business.directory(tx))
    return sum(not isinstance(one, Refused) for one in answers)


async def _book(tx: Tx, directory: Directory, market: Market, by: Hand) -> None:
    """Tomorrow's windows of the first store are half taken; the bays of an hour are full, and somebody waits."""
    store = directory.shops(market.id)[0]
    known = {one.kind: one for one in await bookings.resources(tx, location_ids=[store.id])}
    tomorrow = tx.now.astimezone(ZoneInfo(store.time_zone)).date() + timedelta(days=2)

    def at(hour: int) -> datetime:
        return clock.at_local(tomorrow, time(hour), store.time_zone)

    pickup, bays = known[ResourceKind.PICKUP], known[ResourceKind.DRIVE_UP]
    asks = [
        Ask(
            resource_id=pickup.id, starts_at=at(hour), ends_before=at(hour + 1), quantity=1, holder=OrderId.new(), by=by,
        )
        for hour in (11, 11, 12, 15, 15, 15, 15)
    ]  # fmt: skip
    asks += [
        Ask(
            resource_id=bays.id, starts_at=at(16), ends_before=at(17), quantity=1, holder=OrderId.new(), by=by, waitlist=True,
        )
        for _ in range(BAYS + 1)
    ]  # fmt: skip
    await bookings.book(tx, asks=asks)


async def _backorder(tx: Tx, directory: Directory, market: Market, variants: Sequence[VariantId]) -> None:
    store = directory.shops(market.id)[0]
    day = (tx.now + timedelta(days=12)).date()
    await inventory.put_backorders(
        tx,
        backorders=[
            Backorder(variants[0], store.id, BackorderKind.BACKORDER, 20, day),
            Backorder(variants[1], store.id, BackorderKind.PREORDER, 50, day + timedelta(days=20)),
        ],
    )
