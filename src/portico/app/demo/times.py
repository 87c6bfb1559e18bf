"""What the demo's stores do by the clock: windows to collect in, bays, rounds, hands that pick, advice; some of it booked."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portico.bookings import api as bookings
from portico.bookings.types import Ask, Hours, Opening, Resource, ResourceId, ResourceKind, SpecialDay, Unit
from portico.business.api import Directory
from portico.business.types import Location, LocationKind, Market
from portico.customers.types import CustomerId
from portico.orders.types import OrderId
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id

WINDOW_PLACES, BAYS, PICKING_MINUTES = 6, 2, 90
NAMES = {
    "es": ("Recogida", "Recogida en coche", "Reparto", "Preparación", "Asesoría de iluminación"),
    "it": ("Ritiro", "Ritiro in auto", "Consegna", "Preparazione", "Consulenza sulla luce"),
    "ru": ("Самовывоз", "Выдача к машине", "Доставка", "Сборка", "Подбор освещения"),
    "en": ("Collect", "Drive-up", "Delivery", "Picking", "Lighting advice"),
}
KINDS = (
    ResourceKind.PICKUP, ResourceKind.DRIVE_UP, ResourceKind.DELIVERY, ResourceKind.PICKING, ResourceKind.APPOINTMENT,
)  # fmt: skip
NOTES = {
    "es": ("Salón de 30 m², techo alto", "Trae el plano del piso", "Prefiere por la tarde"),
    "it": ("Soggiorno di 30 m², soffitto alto", "Porta la pianta", "Preferisce il pomeriggio"),
    "ru": ("Гостиная 30 м², высокие потолки", "Принесёт план квартиры", "Лучше после обеда"),
    "en": ("Living room of 30 m², high ceiling", "Brings the floor plan", "Rather in the afternoon"),
}


async def put(tx: Tx, *, directory: Directory) -> None:
    stores = [one for one in directory.locations.values() if one.kind is LocationKind.STORE]
    today = tx.now.date()
    await bookings.put_resources(
        tx, resources=[each for one in stores for each in _resources(one, directory.market_by_id(one.market_id), today)]
    )


def _resources(store: Location, market: Market, today: date) -> list[Resource]:
    """While the store is open. Windows take a fifth more than they have room for, as not everybody comes."""
    names = dict(zip(KINDS, NAMES[market.language], strict=True))

    def one(kind: ResourceKind, capacity: int, *, unit: Unit = Unit.PLACES, bucket_minutes: int = 60, lead_minutes: int = 0,
            overbook_percent: int = 0, waitlist_max: int = 10) -> Resource:  # fmt: skip
        openings = tuple(Opening(day.weekday, _minute(day.opens), _minute(day.closes), capacity) for day in store.hours)
        return Resource(
            id=ResourceId.new(), code=f"{store.code}-{kind}", kind=kind, name=names[kind],
            location_id=store.id, time_zone=store.time_zone, unit=unit, openings=openings, waitlist_max=waitlist_max,
            bucket_minutes=bucket_minutes, lead_minutes=lead_minutes, overbook_percent=overbook_percent,
            special_days=_special(kind, today),
        )  # fmt: skip

    return [
        one(ResourceKind.PICKUP, WINDOW_PLACES, overbook_percent=20),
        one(ResourceKind.DRIVE_UP, BAYS, bucket_minutes=30),
        one(ResourceKind.DELIVERY, BAYS, bucket_minutes=120),
        one(ResourceKind.PICKING, PICKING_MINUTES, unit=Unit.LABOUR_MINUTES),
        one(ResourceKind.APPOINTMENT, 1, lead_minutes=60, waitlist_max=3),
    ]


def _special(kind: ResourceKind, today: date) -> tuple[SpecialDay, ...]:
    """Advice is given in the morning only on New Year's Eve, and nothing is done on the day after."""
    closed = SpecialDay(date(today.year + 1, 1, 1))
    if kind is not ResourceKind.APPOINTMENT:
        return (closed,)
    return (SpecialDay(date(today.year, 12, 31), (Hours(10 * 60, 13 * 60, 1),)), closed)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


async def book(
    tx: Tx, directory: Directory, market: Market, by: Hand, *, people: Sequence[CustomerId], sent: Sequence[OrderId]
) -> None:
    """Of the first store: windows half taken, and one beyond its room; bays of an hour full, and somebody waits; advice."""
    store = directory.shops(market.id)[0]
    known = {one.kind: one for one in await bookings.resources(tx, location_ids=[store.id])}
    day = tx.now.astimezone(ZoneInfo(store.time_zone)).date() + timedelta(days=2)
    if day.isoweekday() == 7:
        day += timedelta(days=1)
    holders: list[Id] = [*sent, *people]

    def at(hour: int) -> datetime:
        return clock.at_local(day, time(hour), store.time_zone)

    def ask(kind: ResourceKind, hour: int, holder: Id, *, quantity: int = 1, note: str = "") -> Ask:
        return Ask(
            resource_id=known[kind].id, starts_at=at(hour), ends_before=at(hour + 1), quantity=quantity, holder=holder,
            by=by, waitlist=True, note=note,
        )  # fmt: skip

    hours = (11, 11, 12, 15, 15, 15, 15)
    asks = [ask(ResourceKind.PICKUP, hour, holders[i % len(holders)]) for i, hour in enumerate(hours)]
    asks.append(ask(ResourceKind.PICKUP, 17, people[0], quantity=WINDOW_PLACES + 1))
    asks += [ask(ResourceKind.DRIVE_UP, 16, people[i % len(people)]) for i in range(BAYS + 1)]
    notes = NOTES[market.language]
    asks += [
        ask(ResourceKind.APPOINTMENT, hour, people[i % len(people)], note=notes[i])
        for i, hour in enumerate((11, 13, 13))
    ]
    await bookings.book(tx, asks=asks)
