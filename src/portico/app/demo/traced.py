"""Goods that can be traced: lots of coffee with their dates, lamps with serial numbers, and where some of them went. And tills
that sell from a lease, one of which has not come back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from random import Random

import msgspec

from portico.app.demo import chain, history
from portico.app.demo.catalogue import Sold, assortment
from portico.app.demo.days import today_at
from portico.business import api as business
from portico.business.api import Directory
from portico.business.types import Location, Market, StaffId
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import (
    Backorder,
    BackorderKind,
    InboundQuantity,
    LeaseLine,
    LeaseOpen,
    LotQuantity,
    NewInbound,
)
from portico.orders import api as orders
from portico.orders.types import Allotment, Buyer, Method, OrderId, PlaceLine, PlaceOrder, Term
from portico.payments.types import cash
from portico.platform import clock
from portico.platform.db import Database, Tx
from portico.platform.events import Hand
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

StaffIds = Callable[[str], StaffId]

FRESH_DAYS, SOON_DAYS, LATER_DAYS = 14, 21, 150  # what the roaster sends is first to go
SPOILED_DAYS = 4  # a lot of the first store of each market has been past its date for so long
ROASTER = {
    "es": "Tostadores del Norte",
    "it": "Torrefazione Altavalle",
    "ru": "Обжарочный цех «Зерно»",
    "gb": "Hollow Oak Roasters",
}
WHOLESALER = {
    "es": "Distribuciones Montalbán",
    "it": "Grossisti Riva Alta",
    "ru": "Оптовая база «Заречье»",
    "gb": "Calder & Finch Wholesale",
}
LEASED, AHEAD = 6, 2  # variants of a lease; orders of a store that wait for units to come
LEASE_LASTS, AWAY = timedelta(hours=10), timedelta(days=2, hours=3)


def opening_lots(one: Sold, place: chain.Place, quantity: int, *, today: date) -> tuple[LotQuantity, ...]:
    """Of which lots, or with which serial numbers, the opening stock of a place is; of what is not tracked, none."""
    if quantity == 0 or one.thing.tracking is Tracking.NONE:
        return ()
    if one.thing.tracking is Tracking.SERIAL:
        return tuple(
            LotQuantity(1, serial=f"{one.sku[-7:].replace('-', '')}-{place.code}-{i:03}")
            for i in range(1, quantity + 1)
        )
    soon = quantity // 4
    spoiled = quantity // 8 if place in _first_stores() else 0
    lots = (
        (spoiled, -SPOILED_DAYS, "A"), (soon, SOON_DAYS, "B"), (quantity - soon - spoiled, LATER_DAYS, "C"),
    )  # fmt: skip
    return tuple(
        LotQuantity(many, lot=f"{today + timedelta(days=days):%y%m%d}{letter}", expires_on=today + timedelta(days=days))
        for many, days, letter in lots
        if many > 0
    )


def _first_stores() -> tuple[chain.Place, ...]:
    return tuple(next(one for one in chain.STORES if one.market == market.code) for market in chain.MARKETS)


async def put(tx: Tx, *, directory: Directory, variants: dict[str, VariantId], staff_id: StaffIds, by: Hand) -> int:
    """Of each market: a lot from its roaster over the warehouse to the first store and its buyers, a delivery of lots and
    numbers that is expected, a lamp sold by its number, a sale out of a lease, and orders that wait for units to come. How many orders were placed."""
    chance = Random(history.SEED + 2)
    asks: list[PlaceOrder] = []
    for place in _first_stores():
        market = directory.market(place.market)
        store = next(one for one in directory.locations.values() if one.code == place.code)
        await _roasted(tx, directory, store, place.market, variants, by)
        await _wholesale(tx, store, place, variants, by)
        sold = [one for one in assortment() if one.thing.tracking is not Tracking.NONE]
        levels = await inventory.levels(tx, variant_ids=[variants[one.sku] for one in sold], location_ids=[store.id])
        free = {one.variant_id: one.available for one in levels}
        for one in sold:
            many = 500 if one.thing.scale else 1
            if free.get(variants[one.sku], 0) >= 2 * many:
                who = history.at_till(directory, chance, store, staff_id, tx.now)
                asks.append(_sale(tx, market, store, one, many, variants, who))
        asks += await _from_lease(tx, directory, market, store, variants, staff_id)
        asks += await _ahead(tx, directory, market, store, variants)
    answers = await orders.place(tx, asks=asks, directory=directory)
    for answer in answers:
        if isinstance(answer, Refused):
            raise answer
    return len(answers)


async def _roasted(
    tx: Tx, directory: Directory, store: Location, market: str, variants: dict[str, VariantId], by: Hand
) -> None:
    """Coffee comes to the warehouse, and some of the same lot goes on to the store; more of it is on its way."""
    depot = next(one for one in chain.PLACES if one.market == market and one not in chain.STORES)
    warehouse = next(one for one in directory.locations.values() if one.code == depot.code)
    coffee = next(variants[one.sku] for one in assortment() if one.thing.tracking is Tracking.LOT)
    best_before = tx.now.date() + timedelta(days=FRESH_DAYS)

    def lot(many: int) -> InboundQuantity:
        named = LotQuantity(many, lot=f"{market.upper()}{best_before:%y%m%d}R", expires_on=best_before)
        return InboundQuantity(coffee, many, lots=(named,))

    bought = NewInbound(
        location_id=warehouse.id, supplier=ROASTER[market], reference=f"R-{depot.code}-311", expected_on=today_at(tx, warehouse),
        lines=(InboundQuantity(coffee, 20_000),),
    )  # fmt: skip
    made = await inventory.announce(tx, new=bought, by=by)
    await inventory.receive(tx, inbound_id=made.head.id, lines=[lot(20_000)], by=by, close=True)
    # What leaves unnamed expires first; the roaster's lot is named.
    sent = NewInbound(
        location_id=store.id, from_location_id=warehouse.id, reference=f"T-{store.code}-31", expected_on=today_at(tx, store),
        lines=(lot(6_000),),
    )  # fmt: skip
    shipped = await inventory.announce(tx, new=sent, by=by)
    await inventory.receive(tx, inbound_id=shipped.head.id, lines=[lot(6_000)], by=by, close=True)
    more = msgspec.structs.replace(sent, reference=f"T-{store.code}-32", lines=(lot(4_000),))
    await inventory.announce(
        tx, new=msgspec.structs.replace(more, expected_on=today_at(tx, store) + timedelta(days=1)), by=by
    )


async def _wholesale(tx: Tx, store: Location, place: chain.Place, variants: dict[str, VariantId], by: Hand) -> None:
    """Expected today: coffee, whose lots are asked for, and lamps, each with a number of its own."""
    coffee, lamp = (
        next(variants[one.sku] for one in assortment() if one.thing.tracking is tracking)
        for tracking in (Tracking.LOT, Tracking.SERIAL)
    )
    new = NewInbound(
        location_id=store.id, supplier=WHOLESALER[place.market], reference=f"{place.code}-2063",
        expected_on=today_at(tx, store),
        lines=(InboundQuantity(coffee, 12_000), InboundQuantity(lamp, 3)),
    )  # fmt: skip
    await inventory.announce(tx, new=new, by=by)


def _sale(
    tx: Tx, market: Market, store: Location, one: Sold, many: int, variants: dict[str, VariantId], by: Hand
) -> PlaceOrder:
    line = PlaceLine(LineItemId.new(), variants[one.sku], (Allotment(Method.CARRY_OUT, store.id, many),))
    return PlaceOrder(
        order_id=OrderId.new(), market_id=market.id, by=by, occurred_at=tx.now, language=market.language, term=Term.NOW,
        tenders=cash(history.tendered([(one, many)], market)), lines=(line,),
    )  # fmt: skip


async def _from_lease(
    tx: Tx, directory: Directory, market: Market, store: Location, variants: dict[str, VariantId], staff_id: StaffIds
) -> list[PlaceOrder]:
    """The till that holds a lease has sold something out of it."""
    till = directory.till_by_code(f"{store.code}-{chain.TILLS_PER_STORE}")
    found = await inventory.open_lease(tx, till_id=till.id)
    if found is None:
        return []
    lease, lines = found
    leased = {line.variant_id for line in lines}
    one = next(one for one in assortment() if variants[one.sku] in leased)
    who = history.at_till(directory, Random(history.SEED + 3), store, staff_id, tx.now)
    sale = _sale(tx, market, store, one, 1, variants, msgspec.structs.replace(who, till_id=till.id.uuid))
    return [msgspec.structs.replace(sale, draws_on=lease.id)]


async def _ahead(
    tx: Tx, directory: Directory, market: Market, store: Location, variants: dict[str, VariantId]
) -> list[PlaceOrder]:
    """Somebody collects what is not there yet: of a thing that is gone, and may be promised again."""
    things = [one for one in assortment() if not one.thing.scale and one.thing.tracking is Tracking.NONE]
    ids = [variants[one.sku] for one in things]
    there = {
        one.variant_id: one.available for one in await inventory.levels(tx, variant_ids=ids, location_ids=[store.id])
    }
    gone = next((one for one in ids if there.get(one, 0) == 0), None)
    if gone is None:
        return []
    day = (tx.now + timedelta(days=12)).date()
    await inventory.put_backorders(tx, backorders=[Backorder(gone, store.id, BackorderKind.BACKORDER, 8, day)])
    by = Hand(actor="system:demo", actor_name="Demo", channel_id=history.channel(directory, "web"))
    return [
        PlaceOrder(
            order_id=OrderId.new(), market_id=market.id, by=by, occurred_at=tx.now, language=market.language,
            term=Term.ON_COLLECTION, buyer=Buyer("Demo"),
            lines=(PlaceLine(LineItemId.new(), gone, (Allotment(Method.COLLECT, store.id, many, backorder=True),)),),
        )
        for many in range(1, AHEAD + 1)
    ]  # fmt: skip


async def put_overdue(database: Database) -> None:
    """The first till of each first store was given a lease two days ago, and has not been heard of since."""
    async with database.transaction(now=clock.now() - AWAY) as tx:
        directory = await business.directory(tx)
        spared = {await catalog.lookup(tx, code=sku) for sku in history.PLENTY}
        for place in _first_stores():
            till = directory.till_by_code(f"{place.code}-1")
            had = [*await inventory.leases(tx), *await inventory.leases(tx, settled=True)]
            if any(one.till_id == till.id for one in had):
                continue
            by = Hand(actor="system:demo", actor_name="Demo", location_id=till.location_id.uuid, till_id=till.id.uuid)
            suggested = await inventory.suggest_lease(
                tx, location_id=till.location_id, lasts=timedelta(days=7), tills=2
            )
            known = await catalog.variants(tx, ids=[one.variant_id for one in suggested])
            pieces = [one.variant_id for one in suggested if not known[one.variant_id].scale]
            lines = [LeaseLine(one, 1) for one in pieces if one not in spared][:LEASED]
            with suppress(LeaseOpen):  # another seed was quicker
                await inventory.lease(
                    tx, till_id=till.id, location_id=till.location_id, lines=lines, lasts=LEASE_LASTS, by=by
                )
