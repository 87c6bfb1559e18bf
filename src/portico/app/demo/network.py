"""How the demo's chain sends: carriers, holidays, places, a few orders on their way, one of which a place could not send."""

from collections.abc import Sequence
from datetime import date, timedelta

from portico.app.demo import areas, times
from portico.business import api as business
from portico.business.api import Directory
from portico.business.types import Location, LocationKind, Market, SpecialHours
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.fulfillment import api
from portico.fulfillment.types import Band, CarrierService, Destination, Holiday, Node
from portico.inventory import api as inventory
from portico.inventory.types import Backorder, BackorderKind
from portico.orders import api as orders
from portico.orders.types import Allotment, Method, OrderId, PlaceLine, PlaceOrder, Term
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
EXPRESS = {"EUR": ("Rápida 24", 890), "GBP": ("Larkpost Swift", 790), "RUB": ("Стриж Экспресс", 79_000)}
SENT = 5  # orders of each market that are to be sent
WORKDAYS = (1, 2, 3, 4, 5, 6)
# Of those that fall on the same date every year.
HOLIDAYS = {
    "ES": {
        (1, 1): "Año Nuevo", (1, 6): "Epifanía del Señor", (5, 1): "Fiesta del Trabajo", (8, 15): "Asunción de la Virgen",
        (10, 12): "Fiesta Nacional", (11, 1): "Todos los Santos", (12, 6): "Día de la Constitución",
        (12, 8): "Inmaculada Concepción", (12, 25): "Navidad",
    },
    "IT": {
        (1, 1): "Capodanno", (1, 6): "Epifania", (4, 25): "Festa della Liberazione", (5, 1): "Festa del Lavoro",
        (6, 2): "Festa della Repubblica", (8, 15): "Ferragosto", (11, 1): "Ognissanti", (12, 8): "Immacolata Concezione",
        (12, 25): "Natale", (12, 26): "Santo Stefano",
    },
    "RU": {
        **{(1, day): "Новогодние каникулы" for day in (1, 2, 3, 4, 5, 6, 8)}, (1, 7): "Рождество Христово",
        (2, 23): "День защитника Отечества", (3, 8): "Международный женский день", (5, 1): "Праздник Весны и Труда",
        (5, 9): "День Победы", (6, 12): "День России", (11, 4): "День народного единства",
    },
    "GB": {(1, 1): "New Year’s Day", (12, 25): "Christmas Day", (12, 26): "Boxing Day"},
}  # fmt: skip
NOT_THERE = {
    "es": "No está en el estante", "it": "Non è sullo scaffale", "ru": "Нет на полке", "en": "Not on the shelf",
}  # fmt: skip


async def put(
    tx: Tx, *, directory: Directory, variants: dict[str, VariantId], people: dict[str, list[CustomerId]], by: Hand
) -> int:
    """Everything that promises are made of, and some; how many orders were placed."""
    await api.put_services(tx, services=[each for one in directory.markets.values() for each in _carriers(one)])
    await api.put_holidays(tx, holidays=_holidays(directory, tx.now.date()))
    await api.put_areas(tx, areas=areas.areas())
    stores = [one for one in directory.locations.values() if one.kind is LocationKind.STORE]
    await api.put_nodes(tx, nodes=[_node(one) for one in directory.locations.values()])
    await times.put(tx, directory=directory)
    closed = SpecialHours(date(tx.now.year + 1, 1, 1))
    await business.put_special_hours(tx, special={one.id: [closed] for one in stores})
    placed = 0
    for market in directory.markets.values():
        own = people[market.code]
        sent = await _send(tx, directory, market, list(variants.values()), own, by)
        await _reject(tx, market, sent, by)
        await times.book(tx, directory, market, by, people=own, sent=sent)
        placed += len(sent)
        await _backorder(tx, directory, market, list(variants.values()))
    return placed


def _carriers(market: Market) -> list[CarrierService]:
    """One that goes everywhere, and one that is quick, dear and collects early."""
    name, near, far, farther = CARRIERS[market.currency]
    express, dear = EXPRESS[market.currency]
    standard = CarrierService(
        code=f"{market.code}-standard", name=name, countries=(market.country,), currency=market.currency,
        bands=(Band(50_000, near, 1, 1), Band(400_000, far, 1, 2), Band(5_000_000, farther, 2, 4)), collects=WORKDAYS,
        delivers=WORKDAYS, calendar=market.country,
    )  # fmt: skip
    quick = CarrierService(
        code=f"{market.code}-express", name=express, countries=(market.country,), currency=market.currency,
        bands=(Band(1_000_000, dear, 1, 1),), collects=(1, 2, 3, 4, 5), delivers=WORKDAYS, calendar=market.country,
        cutoff_minute=13 * 60,
    )  # fmt: skip
    return [standard, quick]


def _holidays(directory: Directory, today: date) -> list[Holiday]:
    return [
        Holiday(country, date(year, month, day), name)
        for country in sorted({one.country for one in directory.markets.values()})
        for year in (today.year, today.year + 1)
        for (month, day), name in HOLIDAYS[country].items()
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


async def _send(
    tx: Tx, directory: Directory, market: Market, variants: Sequence[VariantId], people: Sequence[CustomerId], by: Hand
) -> list[OrderId]:
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
                customer_id=people[i % len(people)],
                destination=Destination(near.latitude + 0.03 * i, near.longitude - 0.04 * i, market.country),
            )
        )  # fmt: skip
    answers = await orders.place(tx, asks=asks, directory=await business.directory(tx))
    return [ask.order_id for ask, answer in zip(asks, answers, strict=True) if not isinstance(answer, Refused)]


async def _reject(tx: Tx, market: Market, sent: Sequence[OrderId], by: Hand) -> None:
    """The first order whose place can be done without is sent from elsewhere: there is something to explain."""
    directory = await business.directory(tx)
    network = await api.network(tx, directory=directory)
    for order_id in sent:
        place = next(one.location_id for one in (await orders.order(tx, order_id=order_id)).expectations)
        if place is None:
            continue
        try:
            await orders.reject(
                tx, order_id=order_id, location_id=place, reason=NOT_THERE[market.language], directory=directory,
                network=network, by=by,
            )  # fmt: skip
        except Refused:  # nobody else has it: it stays where it is
            continue
        return


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
