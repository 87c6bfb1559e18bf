"""What is going on in the stockrooms: at the first store of each market something of everything there is a screen for."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from portico.app.demo import chain, history
from portico.app.demo.catalogue import assortment
from portico.app.demo.days import today_at
from portico.business.api import Directory
from portico.business.types import Location, LocationKind
from portico.catalog.types import Tracking, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import (
    Cause,
    Found,
    InboundQuantity,
    LeaseLine,
    Move,
    Moved,
    NewInbound,
    Outside,
    Policy,
    PolicyId,
    Reason,
    Spot,
    State,
)
from portico.platform.db import Tx
from portico.platform.events import Hand

# Invented, as everybody in the demo is.
SUPPLIERS = {
    "es": ("Talleres Oliva", "Cerámicas del Segre"),
    "it": ("Officine Querceto", "Ceramiche Valdora"),
    "ru": ("Мастерская «Ольха»", "Гончарный двор"),
    "gb": ("Alderbrook Works", "Fenwick Pottery"),
}
LEASE_LASTS = timedelta(hours=12)
COUNTED, TO_COUNT = 4, 8  # of the variants of the count
ENOUGH = 4  # on the shelf of the store, so that something may be taken from it


async def put(tx: Tx, *, directory: Directory, variants: dict[str, VariantId], by: Hand) -> None:
    """Deliveries, a transfer each way, a half-done count, policies, damaged units and such to inspect, and a lease."""
    for market in chain.MARKETS:
        here, sister = [one for one in chain.STORES if one.market == market.code][:2]
        depot = next(one for one in chain.PLACES if one.market == market.code and one.kind is LocationKind.WAREHOUSE)
        store, other, warehouse = (_location(directory, one) for one in (here, sister, depot))
        shelf = await _on_shelf(tx, store, variants)
        taken, counted, coming = shelf[:4], shelf[4 : 4 + TO_COUNT], shelf[-6:]
        await _move(tx, store, taken, by)
        await _deliver(tx, store, here, coming, SUPPLIERS[market.code], by)
        await _transfer(tx, warehouse, store, await _on_shelf(tx, warehouse, variants), f"T-{here.code}-07", 3, by)
        await _transfer(tx, store, other, shelf[-8:-6], f"T-{sister.code}-12", 1, by)
        await _count(tx, store, counted, by)
        till = directory.till_by_code(f"{here.code}-{chain.TILLS_PER_STORE}")
        await inventory.lease(
            tx, till_id=till.id, location_id=store.id, lines=[LeaseLine(one, 2) for one in taken], lasts=LEASE_LASTS, by=by
        )  # fmt: skip
        await inventory.put_policies(tx, policies=list(_policies(directory, store, other, shelf)))


def _location(directory: Directory, place: chain.Place) -> Location:
    return next(one for one in directory.locations.values() if one.code == place.code)


async def _on_shelf(tx: Tx, place: Location, variants: dict[str, VariantId]) -> list[VariantId]:
    """Variants sold by the piece of which some can be spared at a place, in the order of the catalogue."""
    spared = [
        variants[one.sku]
        for one in assortment()
        if not one.thing.scale and one.sku not in history.PLENTY and one.thing.tracking is Tracking.NONE
    ]
    levels = await inventory.levels(tx, variant_ids=spared, location_ids=[place.id])
    free = {one.variant_id: one.available for one in levels}
    return [one for one in spared if free.get(one, 0) >= ENOUGH]


async def _move(tx: Tx, store: Location, taken: Sequence[VariantId], by: Hand) -> None:
    """Two variants with damaged units, one brought back and not looked at yet."""
    shelf, damaged, inspect = (Spot(store.id, one) for one in (State.ON_HAND, State.DAMAGED, State.TO_INSPECT))
    asked: list[tuple[VariantId, int, Spot | Outside, Spot, Reason | Cause]] = [
        (taken[0], 1, shelf, damaged, Reason.DAMAGED),
        (taken[1], 2, shelf, damaged, Reason.DAMAGED),
        (taken[2], 1, Outside.CUSTOMER, inspect, Cause.RETURNED),
    ]
    answers = await inventory.move(
        tx,
        moves=[
            Move(
                variant_id=one, quantity=many, source=source, target=target, reason=why, reference="demo:stockroom", by=by,
                occurred_at=tx.now - timedelta(hours=3),
            )
            for one, many, source, target, why in asked
        ],
    )  # fmt: skip
    for answer in answers:
        if not isinstance(answer, Moved):
            raise answer


async def _deliver(
    tx: Tx, store: Location, place: chain.Place, coming: Sequence[VariantId], suppliers: tuple[str, str], by: Hand
) -> None:
    """One is expected today; another should have been here yesterday, and a part of it is."""
    today = today_at(tx, store)
    lines = [InboundQuantity(one, 3 + 2 * i) for i, one in enumerate(coming)]
    await inventory.announce(
        tx, by=by,
        new=NewInbound(
            location_id=store.id, supplier=suppliers[0], reference=f"{place.code}-2041", expected_on=today, lines=tuple(lines[:4])
        ),
    )  # fmt: skip
    late = await inventory.announce(
        tx, by=by,
        new=NewInbound(
            location_id=store.id, supplier=suppliers[1], reference=f"{place.code}-1987", expected_on=today - timedelta(days=1),
            lines=tuple(lines[3:]),
        ),
    )  # fmt: skip
    came = [InboundQuantity(lines[3].variant_id, lines[3].quantity, damaged=1)]
    await inventory.receive(tx, inbound_id=late.head.id, lines=came, by=by)


async def _transfer(
    tx: Tx, source: Location, target: Location, variants: Sequence[VariantId], reference: str, quantity: int, by: Hand
) -> None:
    await inventory.announce(
        tx, by=by,
        new=NewInbound(
            location_id=target.id, from_location_id=source.id, reference=reference, expected_on=today_at(tx, target) + timedelta(days=1),
            lines=tuple(InboundQuantity(one, quantity) for one in variants[:3]),
        ),
    )  # fmt: skip


async def _count(tx: Tx, store: Location, variants: Sequence[VariantId], by: Hand) -> None:
    """Half of it is counted; of one variant fewer were found than the books say: it is to be counted again."""
    made = await inventory.open_count(tx, location_id=store.id, variant_ids=variants, by=by)
    on_hand = {
        one.variant_id: one.on_hand
        for one in await inventory.levels(tx, variant_ids=variants, location_ids=[store.id])
    }  # fmt: skip
    found = [Found(one, on_hand[one] - (2 if i == 1 else 0)) for i, one in enumerate(variants[:COUNTED])]
    await inventory.record(tx, count_id=made.head.id, found=found, by=by)


def _policies(directory: Directory, store: Location, other: Location, shelf: Sequence[VariantId]) -> Iterator[Policy]:
    web, desk = (
        next(one.id.uuid for one in directory.channels.values() if one.code == code) for code in ("web", "desk")
    )
    yield Policy(PolicyId.new(), location_id=other.id, channel_id=web, safety=1)
    yield Policy(PolicyId.new(), variant_id=shelf[0], location_id=store.id, low_under=4)
    yield Policy(PolicyId.new(), variant_id=shelf[1], location_id=store.id, channel_id=web, share_percent=50)
    yield Policy(PolicyId.new(), variant_id=shelf[2], location_id=store.id, channel_id=desk, excluded=True)
