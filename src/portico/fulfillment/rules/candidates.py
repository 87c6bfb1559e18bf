"""Who could send something of an order, and who could not and why."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from portico.business import api as business
from portico.business.types import Location, LocationId, LocationKind
from portico.catalog.types import VariantId
from portico.fulfillment.rules import dates
from portico.fulfillment.types import (
    Band,
    Candidate,
    CarrierService,
    Destination,
    LeftOut,
    Network,
    Node,
    Rules,
    SourceLine,
    Why,
)

SHIP, COLLECT, CARRY_OUT = "ship", "collect", "carry_out"
# What a place can do that says nothing of it.
BY_KIND = {LocationKind.STORE: (CARRY_OUT, COLLECT), LocationKind.WAREHOUSE: (SHIP,)}


def can(location: Location, method: str) -> bool:
    return method in (location.capabilities or BY_KIND[location.kind])


def node_of(network: Network, location: Location) -> Node:
    return network.nodes.get(location.id) or Node(location_id=location.id)


class Days:
    """When what is ordered now would leave and arrive. Places with the same hours and manners are reckoned with once."""

    def __init__(self, network: Network, *, at: datetime, lines: int) -> None:
        self._network, self._at, self._lines = network, at, lines
        self._ready: dict[tuple[object, ...], datetime] = {}
        self._arrivals: dict[tuple[object, ...], tuple[date, date, date] | None] = {}

    def ready(self, location: Location, node: Node) -> datetime:
        key = (
            self._network.schedules.get(location.id, location.id), node.pick_minutes_order, node.pick_minutes_line,
        )  # fmt: skip
        if key not in self._ready:
            self._ready[key] = dates.ready_at(location, node, lines=self._lines, at=self._at)
        return self._ready[key]

    def arrival(
        self, location: Location, node: Node, service: CarrierService, band: Band
    ) -> tuple[date, date, date] | None:
        """The day it leaves, the first and the last on which it may arrive."""
        ready = self.ready(location, node)
        key = (ready, location.time_zone, node.cutoff_minute, node.ship_weekdays, service.code, band)
        if key not in self._arrivals:
            self._arrivals[key] = self._reckon(ready, location, node, service, band)
        return self._arrivals[key]

    def _reckon(
        self, ready: datetime, location: Location, node: Node, service: CarrierService, band: Band
    ) -> tuple[date, date, date] | None:
        holidays = self._network.holidays.get(service.calendar, frozenset())
        leaves = dates.leaves_on(node, service, ready=ready, zone=location.time_zone, holidays=holidays)
        if leaves is None:
            return None
        first = dates.arrives_on(service, leaves=leaves, days=band.days_min, holidays=holidays)
        last = dates.arrives_on(service, leaves=leaves, days=band.days_max, holidays=holidays)
        return (leaves, first, last) if first and last else None


def band_of(service: CarrierService, distance_m: int) -> Band | None:
    return next((one for one in service.bands if distance_m <= one.up_to_m), None)


def cheapest(
    network: Network, location: Location, destination: Destination, distance_m: int, currency: str
) -> tuple[CarrierService, Band] | None:
    """The carrier that brings a parcel there for the least, the faster one of two that cost the same."""
    offers = [
        (band.cost, band.days_max, service.code, service, band)
        for service in network.services
        if service.active
        and service.currency == currency
        and location.address.address_country in service.countries
        and destination.country in service.countries
        and (band := band_of(service, distance_m))
    ]
    if not offers:
        return None
    *_, service, band = min(offers, key=lambda one: one[:3])
    return service, band


def gather(
    *,
    lines: Sequence[SourceLine],
    destination: Destination,
    places: Sequence[Location],
    network: Network,
    rules: Rules,
    excluded: Sequence[LocationId],
    free: Mapping[tuple[VariantId, LocationId], int],
    loads: Mapping[LocationId, int],
    currency: str,
    at: datetime,
) -> tuple[list[Candidate], list[LeftOut]]:
    """Every place, as a candidate or left out for the first reason that applies."""
    out = set(rules.excluded) | set(excluded)
    days = Days(network, at=at, lines=len(lines))
    found: list[Candidate] = []
    left: list[LeftOut] = []
    for place in places:
        units = tuple(
            max(0, free.get((one.variant_id, place.id), 0) - rules.units_left_min) for one in lines
        )  # fmt: skip
        if place.kind.value not in rules.kinds:
            left.append(LeftOut(place.id, Why.KIND))
        elif place.id in out:
            left.append(LeftOut(place.id, Why.EXCLUDED))
        elif not can(place, SHIP):
            left.append(LeftOut(place.id, Why.CANNOT_SHIP))
        elif not any(units):
            left.append(LeftOut(place.id, Why.NO_STOCK))
        else:
            one = _candidate(place, units, destination, network, rules, loads, currency, days, at)
            if isinstance(one, Why):
                left.append(LeftOut(place.id, one))
            else:
                found.append(one)
    return found, left


def _candidate(
    place: Location,
    units: tuple[int, ...],
    destination: Destination,
    network: Network,
    rules: Rules,
    loads: Mapping[LocationId, int],
    currency: str,
    days: Days,
    at: datetime,
) -> Candidate | Why:
    distance = business.distance_m((place.latitude, place.longitude), (destination.latitude, destination.longitude))
    if rules.distance_m_max is not None and distance > rules.distance_m_max:
        return Why.TOO_FAR
    node = node_of(network, place)
    load = loads.get(place.id, 0) / node.orders_per_day if node.orders_per_day else 0.0
    if load >= rules.load_max:
        return Why.BUSY
    carried = cheapest(network, place, destination, distance, currency)
    if carried is None:
        return Why.NO_CARRIER
    service, band = carried
    arrival = days.arrival(place, node, service, band)
    if arrival is None:
        return Why.NO_CARRIER
    return Candidate(
        location_id=place.id, distance_m=distance, service=service.code, cost=band.cost + node.handling_cost,
        days=(arrival[2] - at.date()).days, arrives_on=arrival[2], load=round(load, 3), free=units,
    )  # fmt: skip
