"""How much there is of everything, and what was bought before today. The same every time: chance has a fixed seed."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from random import Random
from uuid import UUID

from portico.app.demo import chain
from portico.app.demo.catalogue import Sold, assortment, price
from portico.app.demo.people import CUSTOMERS
from portico.business.api import Directory
from portico.business.types import Location, LocationKind, Market, StaffId
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId, NewCustomer
from portico.orders.types import Allotment, Buyer, Method, OrderId, PlaceLine, PlaceOrder, Term
from portico.payments.types import cash
from portico.platform import clock
from portico.platform.events import Hand
from portico.pricing.types import LineItemId

SEED = 20_261_101
ORDERS_PER_MARKET, WAITING_PER_MARKET, BUYERS_PER_MARKET = 7, 1, 4
DAYS_BACK = 100

# What somebody trying Portico is likely to take first: in stock at every store.
PLENTY = ("LGT-ALBA-TER", "TBL-BARR-SKY", "TXT-CAMP-SAG", "DEC-ANFO-TER")


def opening_stock() -> dict[tuple[str, str], int]:
    """Quantities by SKU and place, in steps of the variant's scale: many in warehouses, few or none in some stores."""
    chance = Random(SEED)
    return {(one.sku, place.code): _how_many(one, place, chance) for one in assortment() for place in chain.PLACES}


_STEPS = (1, 10, 100, 1000)  # of a unit, by scale


def _how_many(one: Sold, place: chain.Place, chance: Random) -> int:
    luck, warehouse = chance.random(), place.kind is LocationKind.WAREHOUSE
    many = chance.randint(30, 120) if warehouse else chance.randint(5, 16)
    few = chance.randint(2, 6) if warehouse else chance.randint(1, 2)
    if one.sku in PLENTY:
        return many + 6
    if luck < (0.05 if warehouse else 0.12):
        return 0
    if luck < (0.15 if warehouse else 0.30):
        return few * _STEPS[one.thing.scale]
    pieces = max(1, round(many * one.thing.stock))
    if not one.thing.scale:
        return pieces
    # Metres and kilograms: what is left on the bolt or in the bin is no round figure.
    return max(1, pieces * _STEPS[one.thing.scale] - chance.randrange(_STEPS[one.thing.scale]))


def past_orders(
    *,
    directory: Directory,
    variants: dict[str, VariantId],
    buyers: dict[str, CustomerId],
    stocked: dict[tuple[str, str], int],
    staff_id: Callable[[str], StaffId],
    now: datetime,
) -> list[PlaceOrder]:
    """Sales over the tills of the last months, and an order per market that waits to be collected."""
    chance = Random(SEED + 1)
    left = dict(stocked)
    asks: list[PlaceOrder] = []
    for facts in chain.MARKETS:
        market = directory.market(facts.code)
        for i in range(ORDERS_PER_MARKET + WAITING_PER_MARKET):
            store = chance.choice([one for one in chain.STORES if one.market == facts.code])
            place = next(one for one in directory.locations.values() if one.code == store.code)
            person = CUSTOMERS[facts.code][i % BUYERS_PER_MARKET]
            waits = i >= ORDERS_PER_MARKET
            days = 1 if waits else chance.randint(3, DAYS_BACK)
            day = (now - timedelta(days=days)).date()
            at = clock.at_local(day, time(chance.choice((11, 12, 13, 17, 18)), chance.randrange(60)), store.zone)
            chosen = _choose(chance, left, store.code)
            method = Method.COLLECT if waits else Method.CARRY_OUT
            lines = tuple(
                PlaceLine(LineItemId.new(), variants[one.sku], (Allotment(method, place.id, quantity),))
                for one, quantity in chosen
            )
            if waits:
                by, paid = _shopping(directory, person, buyers, place, at), None
            else:
                by = at_till(directory, chance, place, staff_id, at)
                paid = tendered(chosen, market)
            asks.append(
                PlaceOrder(
                    order_id=OrderId.new(), market_id=market.id, lines=lines, by=by, occurred_at=at, language=facts.language,
                    term=Term.ON_COLLECTION if waits else Term.NOW, tenders=cash(paid),
                    customer_id=buyers[person.external_ref or ""],
                    buyer=Buyer(given_name=person.given_name, family_name=person.family_name, phone=person.phone or ""),
                    external_ref=f"demo:order-{facts.code}-{i + 1}",
                )
            )  # fmt: skip
    return sorted(asks, key=lambda one: one.occurred_at)


def _choose(chance: Random, left: dict[tuple[str, str], int], store: str) -> list[tuple[Sold, int]]:
    """One to three things that the store has, and takes them off what is left."""
    there = [
        one
        for one in assortment()
        if one.sku not in PLENTY and left.get((one.sku, store), 0) >= 2 * _STEPS[one.thing.scale]
    ]
    chosen = []
    for one in chance.sample(there, k=min(len(there), chance.randint(1, 3))):
        quantity = (
            chance.choice((250, 500)) if one.thing.scale == 3 else chance.choice((1, 1, 2)) * _STEPS[one.thing.scale]
        )
        left[one.sku, store] -= quantity
        chosen.append((one, quantity))
    return chosen


def tendered(chosen: list[tuple[Sold, int]], market: Market) -> int:
    """Notes that are enough: taxes are in the price, so that lines add up to what is due, half a cent aside."""
    due = sum(price(one, market.currency) * quantity / _STEPS[one.thing.scale] for one, quantity in chosen)
    note = 100_000 if market.currency == "RUB" else 1_000
    return int(due // note + 1) * note


def at_till(
    directory: Directory, chance: Random, place: Location, staff_id: Callable[[str], StaffId], at: datetime
) -> Hand:
    cashier = chance.choice([one for one in chain.STAFF if one.place == place.code and one.role == "cashier"])
    till = directory.till_by_code(f"{place.code}-{chance.randint(1, chain.TILLS_PER_STORE)}")
    return Hand(
        actor=f"staff:{staff_id(cashier.number).uuid.hex}",
        actor_name=f"{cashier.given_name} {cashier.family_name}",
        channel_id=channel(directory, "pos"),
        location_id=place.id.uuid,
        till_id=till.id.uuid,
        offset_minutes=clock.offset_minutes(at, place.time_zone),
    )


def _shopping(
    directory: Directory, person: NewCustomer, buyers: dict[str, CustomerId], place: Location, at: datetime
) -> Hand:
    return Hand(
        actor=f"customer:{buyers[person.external_ref or ''].uuid.hex}",
        actor_name=f"{person.given_name} {person.family_name}",
        channel_id=channel(directory, "web"),
        offset_minutes=clock.offset_minutes(at, place.time_zone),
    )


def channel(directory: Directory, code: str) -> UUID:
    return next(one.id.uuid for one in directory.channels.values() if one.code == code)
