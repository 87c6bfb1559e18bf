"""Ways that one place can offer alone: taken along, fetched, fetched by car, driven out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

import msgspec

from portico.bookings.types import Slot
from portico.business import api as business
from portico.business.types import Location, LocationId
from portico.catalog.types import VariantId
from portico.fulfillment.rules.candidates import can
from portico.fulfillment.rules.dates import delivered
from portico.fulfillment.types import (
    Because,
    Node,
    NotOffered,
    Option,
    Part,
    PromiseLine,
    SlotOffer,
    Way,
    WayReason,
)
from portico.inventory.types import Promisable
from portico.platform import clock

COLLECT_WITHIN = timedelta(days=7)
MINUTE = timedelta(minutes=1)

Shelves = Mapping[tuple[VariantId, LocationId], Promisable]


class Place(msgspec.Struct, frozen=True):
    """A place as a basket sees it: how far, what it has, what hands and times are free there."""

    location: Location
    node: Node
    distance_m: int | None
    ready: datetime
    picking: Sequence[Slot] | None
    slots: Mapping[str, Sequence[Slot]]


class Terms(TypedDict):
    currency: str
    slots_max: int


def option_id(way: Way, location_id: LocationId | None) -> str:
    return f"{way}~{location_id}" if location_id else str(way)


def carry_out(
    place: Place, lines: Sequence[PromiseLine], shelves: Shelves, *, at: datetime, currency: str
) -> Option | NotOffered:
    """She has it in her hand: nothing is held back from her."""
    location = place.location
    if not can(location, Way.CARRY_OUT):
        return NotOffered(Way.CARRY_OUT, Because(WayReason.NO_PLACE, location.id))
    if location.hours and not business.is_open(
        location.hours, zone=location.time_zone, at=at, special=location.special_hours
    ):
        return NotOffered(Way.CARRY_OUT, Because(WayReason.CLOSED, location.id))
    found = [_shelf(shelves, one, location.id) for one in lines]
    if any(each is None or each.on_shelf < one.quantity for one, each in zip(lines, found, strict=True)):
        return NotOffered(Way.CARRY_OUT, Because(WayReason.NO_STOCK, location.id))
    return Option(
        id=option_id(Way.CARRY_OUT, location.id), way=Way.CARRY_OUT, location_id=location.id,
        distance_m=place.distance_m, earliest=at, latest=at, cost=0, currency=currency, parcels=0,
        parts=_parts(lines, location.id, Way.CARRY_OUT), why=(Because(WayReason.IN_STOCK, location.id),),
    )  # fmt: skip


def _shelf(shelves: Shelves, line: PromiseLine, location_id: LocationId) -> Promisable | None:
    return shelves.get((line.variant_id, location_id))


def _parts(
    lines: Sequence[PromiseLine], location_id: LocationId, way: Way, ahead: frozenset[bytes] = frozenset()
) -> tuple[Part, ...]:
    return tuple(
        Part(one.line_id, one.variant_id, location_id, one.quantity, way, one.variant_id.bytes in ahead)
        for one in lines
    )


def timed(parts: Sequence[Part], earliest: datetime, latest: datetime) -> tuple[Part, ...]:
    """Parts that are had from when to when."""
    return tuple(msgspec.structs.replace(one, earliest=earliest, latest=latest) for one in parts)


def has_all(place: LocationId, lines: Sequence[PromiseLine], shelves: Shelves) -> bool:
    """Whether all of it may be promised to somebody who comes for it."""
    return not missing(place, lines, shelves)


def missing(place: LocationId, lines: Sequence[PromiseLine], shelves: Shelves) -> list[PromiseLine]:
    found = []
    for one in lines:
        shelf = _shelf(shelves, one, place)
        if shelf is None or shelf.collectable < one.quantity:
            found.append(one)
    return found


def fetched(
    way: Way, place: Place, lines: Sequence[PromiseLine], shelves: Shelves, *, currency: str, slots_max: int
) -> Option | NotOffered:
    """Fetched at a counter or at a bay: once it is picked, in a time that is free where times are kept."""
    location = place.location
    if not can(location, way):
        return NotOffered(way, Because(WayReason.NO_PLACE, location.id))
    ahead, expected = frozenset[bytes](), None
    if short := missing(location.id, lines, shelves):
        waits = [(one, _shelf(shelves, one, location.id)) for one in short]
        for one, shelf in waits:
            backorder = shelf.backorder if shelf else None
            if shelf is None or backorder is None or shelf.available + backorder.left < one.quantity:
                sure = shelf is not None and shelf.available >= one.quantity
                return NotOffered(way, Because(WayReason.NOT_SURE if sure else WayReason.NO_STOCK, location.id))
            expected = max(expected or backorder.expected_on, backorder.expected_on)
            ahead |= {one.variant_id.bytes}
    ready, why = _picked(place, len(lines))
    if ready is None:
        return NotOffered(way, Because(WayReason.PICKERS_BUSY, location.id))
    if expected is not None:
        ready = max(ready, opening(location, clock.at_local(expected, time(), location.time_zone)))
        why = [Because(WayReason.EXPECTED_ON, location.id, on=expected)]
    else:
        why = [Because(WayReason.IN_STOCK, location.id), *why]
    offers: tuple[SlotOffer, ...] = ()
    earliest, latest = ready, ready + COLLECT_WITHIN
    if str(way) in place.slots:
        offers = _offers(place.slots[way], after=ready, most=slots_max)
        if not offers:
            return NotOffered(way, Because(WayReason.NO_SLOT, location.id))
        earliest, latest = offers[0].starts_at, offers[0].ends_before
        why.append(Because(WayReason.NEXT_SLOT, location.id, at=earliest))
    confidence = min((shelf.confidence for one in lines if (shelf := _shelf(shelves, one, location.id))), default=1.0)
    return Option(
        id=option_id(way, location.id), way=way, location_id=location.id, distance_m=place.distance_m,
        earliest=earliest, latest=latest, cost=0, currency=currency, parcels=0,
        parts=timed(_parts(lines, location.id, way, ahead), earliest, latest), slots=offers, why=tuple(why), confidence=round(confidence, 3),
    )  # fmt: skip


def _picked(place: Place, lines: int) -> tuple[datetime | None, list[Because]]:
    """When it is picked: after the place's own minutes, and not before its pickers have as many free."""
    location, ready = place.location, place.ready
    if place.picking is None:
        return ready, [Because(WayReason.PICKED_BY, location.id, at=ready)]
    needed = place.node.minutes_order + place.node.pick_minutes_line * lines
    for slot in place.picking:
        needed -= min(needed, slot.free)
        if needed <= 0:
            if slot.ends_before <= ready:
                return ready, [Because(WayReason.PICKED_BY, location.id, at=ready)]
            return slot.ends_before, [Because(WayReason.PICKERS_BUSY, location.id, at=slot.ends_before)]
    return None, []


def opening(location: Location, at: datetime) -> datetime:
    """`at`, or the next opening after it."""
    if not location.hours or business.is_open(
        location.hours, zone=location.time_zone, at=at, special=location.special_hours
    ):
        return at
    return business.opens_next(location.hours, zone=location.time_zone, at=at, special=location.special_hours) or at


def _offers(slots: Sequence[Slot], *, after: datetime, most: int) -> tuple[SlotOffer, ...]:
    fit = [one for one in slots if one.starts_at >= after]
    return tuple(SlotOffer(one.resource_id, one.starts_at, one.ends_before, one.free) for one in fit[:most])


def driven_out(
    place: Place, lines: Sequence[PromiseLine], shelves: Shelves, *, currency: str, slots_max: int
) -> Option | NotOffered:
    """The place brings it by its own hands: in a round that is free, or until the evening."""
    location, node = place.location, place.node
    if not can(location, Way.LOCAL_DELIVERY) or node.delivery_radius_m is None:
        return NotOffered(Way.LOCAL_DELIVERY, Because(WayReason.NO_PLACE, location.id))
    if place.distance_m is None or place.distance_m > node.delivery_radius_m:
        return NotOffered(Way.LOCAL_DELIVERY, Because(WayReason.TOO_FAR, location.id))
    if missing(location.id, lines, shelves):
        return NotOffered(Way.LOCAL_DELIVERY, Because(WayReason.NO_STOCK, location.id))
    ready, why = _picked(place, len(lines))
    if ready is None:
        return NotOffered(Way.LOCAL_DELIVERY, Because(WayReason.PICKERS_BUSY, location.id))
    offers: tuple[SlotOffer, ...] = ()
    zone = location.time_zone
    today = ready.astimezone(ZoneInfo(zone)).date()
    earliest, latest = ready, delivered(today, zone)[1]
    if latest <= earliest:
        earliest = opening(location, clock.at_local(today + timedelta(days=1), time(), zone))
        latest = delivered(earliest.astimezone(ZoneInfo(zone)).date(), zone)[1]
    if str(Way.LOCAL_DELIVERY) in place.slots:
        offers = _offers(place.slots[Way.LOCAL_DELIVERY], after=ready, most=slots_max)
        if not offers:
            return NotOffered(Way.LOCAL_DELIVERY, Because(WayReason.NO_SLOT, location.id))
        earliest, latest = offers[0].starts_at, offers[0].ends_before
        why = [*why, Because(WayReason.NEXT_SLOT, location.id, at=earliest)]
    return Option(
        id=option_id(Way.LOCAL_DELIVERY, location.id), way=Way.LOCAL_DELIVERY, location_id=location.id,
        distance_m=place.distance_m, earliest=earliest.astimezone(UTC), latest=latest.astimezone(UTC),
        cost=node.delivery_cost, currency=currency, parcels=1,
        parts=timed(_parts(lines, location.id, Way.LOCAL_DELIVERY), earliest.astimezone(UTC), latest.astimezone(UTC)),
        slots=offers, why=(Because(WayReason.IN_STOCK, location.id), *why),
    )  # fmt: skip
