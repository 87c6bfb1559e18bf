"""Promising: every way to get a basket."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from portico.bookings import api as bookings
from portico.bookings.types import Booking, Resource, ResourceKind, Slot
from portico.business.api import Directory
from portico.business.types import Location, LocationId
from portico.fulfillment.api.deciding import Decided, add_units, assignments, field_of, weigh
from portico.fulfillment.api.sourcing import loads_today, rules_of
from portico.fulfillment.rules import candidates, dates, sourcing, ways
from portico.fulfillment.rules.field import Table
from portico.fulfillment.types import (
    BadAsk,
    Because,
    Destination,
    Network,
    NotOffered,
    Option,
    Part,
    Promise,
    PromiseAsk,
    PromiseLine,
    RuleSet,
    SourceAsk,
    SourceLine,
    Way,
    WayReason,
)
from portico.fulfillment.types import Why as LeftWhy
from portico.fulfillment.types.promise import SLOTS_MAX
from portico.fulfillment.types.sourcing import LINES_MAX, QUANTITY_MAX
from portico.inventory import api as inventory
from portico.inventory.types import Promisable
from portico.platform.db import Tx

PLACES_NEAR = 12  # where it may be fetched: so many of the nearest are looked at
SHIP_TO_NEAR = 2
SPLIT_NEAR = 3
LOOK_AHEAD = timedelta(days=7)
KINDS = {
    Way.COLLECT: ResourceKind.PICKUP, Way.DRIVE_UP: ResourceKind.DRIVE_UP, Way.LOCAL_DELIVERY: ResourceKind.DELIVERY,
}  # fmt: skip


class Grounds(msgspec.Struct):
    """What an ask is promised upon: stock, places near, hands and times, read at one moment."""

    ask: PromiseAsk
    currency: str
    directory: Directory
    network: Network
    rules: RuleSet
    table: Table | None
    loads: Mapping[LocationId, int]
    shelves: ways.Shelves
    near: list[ways.Place]
    here: ways.Place | None

    @property
    def terms(self) -> ways.Terms:
        return {"currency": self.currency, "slots_max": self.ask.slots_max}


class Plan(msgspec.Struct, frozen=True):
    """An option, and what was decided for as much of it as is sent."""

    option: Option
    decided: Decided | None = None


async def promise(tx: Tx, *, ask: PromiseAsk, directory: Directory, network: Network) -> Promise:
    """Every way to get these lines, the soonest first, and those there are not, with why. Refuses BadAsk."""
    grounds = await grounds_of(tx, ask, directory, network)
    plans, missing = await asyncio.to_thread(plans_of, grounds)
    return Promise(tuple(one.option for one in plans), tuple(missing), tx.now)


def _check(ask: PromiseAsk, directory: Directory) -> None:
    """Refuses BadAsk, NotFound."""
    if not 0 < len(ask.lines) <= LINES_MAX:
        raise BadAsk(field="lines")
    if any(not 0 < one.quantity <= QUANTITY_MAX for one in ask.lines):
        raise BadAsk(field="quantity")
    if not 0 < ask.slots_max <= SLOTS_MAX:
        raise BadAsk(field="slots_max")
    points = [ask.near] if ask.near else []
    if ask.destination:
        points.append((ask.destination.latitude, ask.destination.longitude))
    for point in points:
        if refused := sourcing.check_point(*point):
            raise refused
    if ask.here:
        directory.location(ask.here)


async def grounds_of(tx: Tx, ask: PromiseAsk, directory: Directory, network: Network) -> Grounds:
    _check(ask, directory)
    variant_ids = sorted({one.variant_id for one in ask.lines})
    rules = (await rules_of(tx, market_ids=[ask.market_id]))[ask.market_id]
    field, table = field_of(directory, network, ask.market_id), None
    if ask.destination:
        table = field.table(await inventory.free(tx, variant_ids=variant_ids, channel_id=ask.channel_id))
    point = ask.near or ((ask.destination.latitude, ask.destination.longitude) if ask.destination else None)
    here = directory.location(ask.here) if ask.here else None
    if point is None and here:
        point = (here.latitude, here.longitude)
    near = field.nearest_shops(point, most=PLACES_NEAR)
    if here and here.id not in {one.id for _, one in near}:
        near.append((0, here))
    ids = [one.id for _, one in near]
    found = await inventory.promisable(tx, variant_ids=variant_ids, channel_id=ask.channel_id, location_ids=ids)
    shelves = {(one.variant_id, one.location_id): one for one in found}
    for hold in await inventory.held(tx, holder=ask.replaces) if ask.replaces else ():
        key = (hold.variant_id, hold.location_id)
        if table is not None:
            add_units(field, table, *key, hold.quantity)
        if key in shelves:
            shelves[key] = _plus(shelves[key], hold.quantity)
    useful = [one for one in near if any((line.variant_id, one[1].id) in shelves for line in ask.lines)]
    own = await bookings.bookings(tx, holders=[ask.replaces]) if ask.replaces else ()
    times = await _times(tx, [one.id for _, one in useful], own)
    days = candidates.Days(network, at=ask.occurred_at, lines=len(ask.lines))
    places = [_place(distance, one, network, times, days) for distance, one in useful]
    return Grounds(
        ask=ask, currency=directory.market_by_id(ask.market_id).currency, directory=directory, network=network,
        rules=rules, table=table, loads=await loads_today(tx), shelves=shelves, near=places,
        here=next((one for one in places if one.location.id == ask.here), None),
    )  # fmt: skip


def _plus(shelf: Promisable, units: int) -> Promisable:
    """A shelf with what the asker holds of it already."""
    return msgspec.structs.replace(
        shelf, available=shelf.available + units, collectable=shelf.collectable + units, on_shelf=shelf.on_shelf + units
    )


Times = Mapping[LocationId, Mapping[ResourceKind, list[Slot]]]


async def _times(tx: Tx, location_ids: Sequence[LocationId], own: Sequence[Booking]) -> Times:
    """What can be booked at some places in the days to come, what the asker holds already too: a kind that nobody keeps times
    of is missing."""
    kinds = [*KINDS.values(), ResourceKind.PICKING]
    known: dict[bytes, Resource] = {
        one.id.bytes: one for one in await bookings.resources(tx, location_ids=location_ids, kinds=kinds)
    }
    found: defaultdict[LocationId, dict[ResourceKind, list[Slot]]] = defaultdict(dict)
    if not known:
        return found
    for one in known.values():
        if one.location_id:
            found[one.location_id].setdefault(one.kind, [])
    slots = await bookings.slots(
        tx, resources=list(known.values()), starts_at=tx.now, ends_before=tx.now + LOOK_AHEAD
    )  # fmt: skip
    free = {(one.resource_id, one.starts_at) for one in slots}
    slots += [
        Slot(one.resource_id, one.starts_at, one.ends_before, one.quantity, one.quantity, 0)  # free for her
        for one in own
        if one.resource_id.bytes in known and one.running(tx.now) and (one.resource_id, one.starts_at) not in free
    ]
    for slot in sorted(slots, key=lambda each: (each.starts_at, each.resource_id.bytes)):
        resource = known[slot.resource_id.bytes]
        if resource.location_id:
            found[resource.location_id][resource.kind].append(slot)
    return found


def _place(
    distance: int | None, location: Location, network: Network, times: Times, days: candidates.Days
) -> ways.Place:
    node = candidates.node_of(network, location)
    own = times.get(location.id, {})
    return ways.Place(
        location=location, node=node, distance_m=distance, ready=days.ready(location, node),
        picking=own.get(ResourceKind.PICKING), slots={str(way): own[kind] for way, kind in KINDS.items() if kind in own},
    )  # fmt: skip


def plans_of(on: Grounds) -> tuple[list[Plan], list[NotOffered]]:
    plans: list[Plan] = []
    missing: list[NotOffered] = []

    def offer(found: list[Option | NotOffered], way: Way, why: WayReason) -> None:
        options = [one for one in found if isinstance(one, Option)]
        plans.extend(Plan(one) for one in options)
        if not options:
            reasons = [one for one in found if isinstance(one, NotOffered)]
            missing.append(reasons[0] if reasons else NotOffered(way, Because(why)))

    lines, at, terms = on.ask.lines, on.ask.occurred_at, on.terms
    if on.ask.here:
        taken = [ways.carry_out(on.here, lines, on.shelves, at=at, currency=on.currency)] if on.here else []
        offer(taken, Way.CARRY_OUT, WayReason.NO_STOCK)
    for way in (Way.COLLECT, Way.DRIVE_UP):
        offer(
            [ways.fetched(way, one, lines, on.shelves, **terms) for one in on.near], way, WayReason.NO_PLACE
        )  # fmt: skip
    offer(
        [ways.driven_out(one, lines, on.shelves, **terms) for one in on.near] if on.ask.destination else [],
        Way.LOCAL_DELIVERY, WayReason.NO_DESTINATION if on.ask.destination is None else WayReason.NO_PLACE,
    )  # fmt: skip
    for found in (_ship(on), *_to_stores(on, plans), _split(on, plans)):
        if isinstance(found, Plan):
            plans.append(found)
        else:
            missing.append(found)
    plans.sort(key=lambda one: (one.option.earliest, one.option.cost, one.option.distance_m or 0, one.option.id))
    return plans, missing


def _source(
    on: Grounds, lines: Sequence[PromiseLine], destination: Destination, *, excluded: Sequence[LocationId] = ()
) -> Decided:
    ask = SourceAsk(
        holder=lines[0].line_id, lines=tuple(SourceLine(one.line_id, one.variant_id, one.quantity) for one in lines),
        destination=destination, market_id=on.ask.market_id, channel_id=on.ask.channel_id, by=on.ask.by,
        occurred_at=on.ask.occurred_at, excluded=tuple(excluded),
    )  # fmt: skip
    return weigh(ask, on.rules, directory=on.directory, network=on.network, table=on.table or {}, loads=on.loads)


def _why_not(decided: Decided) -> WayReason:
    """The reason that kept most places out, of those that somebody could do something about."""
    kept_out = Counter(one.why for one in decided.weighed.left_out())
    for why, reason in (
        (LeftWhy.NO_CARRIER, WayReason.NO_CARRIER), (LeftWhy.BUSY, WayReason.BUSY), (LeftWhy.TOO_FAR, WayReason.TOO_FAR),
    ):  # fmt: skip
        if kept_out[why] and not len(decided.weighed):
            return reason
    return WayReason.NO_STOCK


Windows = Mapping[LocationId, tuple[datetime, datetime]]


def _windows(decided: Decided) -> tuple[Windows, list[Because]]:
    """By the place that sends it, from the morning of the first day on which a parcel may arrive to the evening of the last
    on which it should."""
    assert decided.solution is not None
    windows, why = {}, []
    for one in decided.solution.parcels:
        place = decided.weighed.place(one.candidate)
        leaves, first, last = decided.weighed.arrival(one.candidate)
        earliest, latest = dates.delivered(first, place.time_zone)[0], dates.delivered(last, place.time_zone)[1]
        windows[place.id] = (earliest.astimezone(UTC), latest.astimezone(UTC))
        why.append(Because(WayReason.LEAVES_ON, place.id, on=leaves))
    return windows, why


def _last(windows: Windows) -> datetime:
    return max(latest for _, latest in windows.values())


def _ship(on: Grounds) -> Plan | NotOffered:
    if on.ask.destination is None:
        return NotOffered(Way.SHIP, Because(WayReason.NO_DESTINATION))
    decided = _source(on, on.ask.lines, on.ask.destination)
    if decided.solution is None:
        return NotOffered(Way.SHIP, Because(_why_not(decided)))
    windows, why = _windows(decided)
    earliest = min(first for first, _ in windows.values())
    return Plan(_sent(on, decided, Way.SHIP, None, earliest, _last(windows), why, windows), decided)


def _sent(
    on: Grounds,
    decided: Decided,
    way: Way,
    location_id: LocationId | None,
    earliest: datetime,
    latest: datetime,
    why: Sequence[Because],
    windows: Windows,
    more: tuple[Part, ...] = (),
) -> Option:
    """`windows` are those of the parcels; what is fetched at a store has the store's instead."""
    assert decided.solution is not None
    sent = Way.SHIP if way is Way.SPLIT else way
    parts = tuple(
        Part(
            one.line_id, one.variant_id, one.location_id, one.quantity, sent, False,
            *windows.get(one.location_id, (earliest, latest)),
        )
        for one in assignments(decided)
    )  # fmt: skip
    return Option(
        id=ways.option_id(way, location_id), way=way, location_id=location_id, distance_m=None,
        earliest=earliest.astimezone(UTC), latest=latest.astimezone(UTC),
        cost=sum(int(decided.weighed.cost[one.candidate]) for one in decided.solution.parcels), currency=on.currency,
        parcels=len(decided.solution.parcels), parts=(*more, *parts), why=tuple(why), gap=decided.solution.gap,
    )  # fmt: skip


def _to_stores(on: Grounds, plans: Sequence[Plan]) -> list[Plan | NotOffered]:
    """Sent to the nearest stores that take in parcels and have not all of it themselves, to be fetched there."""
    have = {one.option.location_id for one in plans if one.option.way is Way.COLLECT}
    found: list[Plan | NotOffered] = []
    for place in on.near:
        location = place.location
        if location.id in have or not candidates.can(location, Way.SHIP_TO_STORE) or len(found) == SHIP_TO_NEAR:
            continue
        if on.table is None:
            break
        there = Destination(location.latitude, location.longitude, location.address.address_country)
        decided = _source(on, on.ask.lines, there, excluded=[location.id])
        if decided.solution is None:
            continue
        windows, why = _windows(decided)
        ready = ways.opening(location, _last(windows)).astimezone(UTC)
        option = _sent(on, decided, Way.SHIP_TO_STORE, location.id, ready, ready + ways.COLLECT_WITHIN, why, {})
        found.append(Plan(msgspec.structs.replace(option, distance_m=place.distance_m), decided))
    return found or [NotOffered(Way.SHIP_TO_STORE, Because(WayReason.NO_PLACE))]


def _split(on: Grounds, plans: Sequence[Plan]) -> Plan | NotOffered:
    """What the nearest store has is fetched there, the rest is sent: where no store has all of it."""
    if on.ask.destination is None:
        return NotOffered(Way.SPLIT, Because(WayReason.NO_DESTINATION))
    if any(one.option.way is Way.COLLECT for one in plans) or len(on.ask.lines) < 2:
        return NotOffered(Way.SPLIT, Because(WayReason.NO_PLACE))
    best: tuple[int, ways.Place, list[PromiseLine]] | None = None
    for place in on.near[:SPLIT_NEAR]:
        rest = ways.missing(place.location.id, on.ask.lines, on.shelves)
        fits = candidates.can(place.location, Way.COLLECT) and 0 < len(rest) < len(on.ask.lines)
        if fits and (best is None or len(rest) < best[0]):
            best = (len(rest), place, rest)
    if best is None:
        return NotOffered(Way.SPLIT, Because(WayReason.NO_STOCK))
    _, place, rest = best
    own = [one for one in on.ask.lines if one not in rest]
    fetched = ways.fetched(Way.COLLECT, place, own, on.shelves, **on.terms)
    decided = _source(on, rest, on.ask.destination)
    if isinstance(fetched, NotOffered) or decided.solution is None:
        return NotOffered(Way.SPLIT, Because(WayReason.NO_STOCK))
    windows, why = _windows(decided)
    split = Because(WayReason.SPLIT_LINES, place.location.id)
    option = _sent(
        on,
        decided,
        Way.SPLIT,
        place.location.id,
        fetched.earliest,
        max(_last(windows), fetched.latest),
        (split, *why),
        windows,
        fetched.parts,
    )
    return Plan(msgspec.structs.replace(option, slots=fetched.slots, distance_m=place.distance_m), decided)
