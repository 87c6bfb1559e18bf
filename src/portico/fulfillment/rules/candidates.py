"""What a place can do, and when what it sends would leave and arrive."""

from datetime import date, datetime

from portico.business.types import Location, LocationKind
from portico.fulfillment.rules import dates
from portico.fulfillment.types import (
    Band,
    CarrierService,
    Network,
    Node,
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
            self._network.schedules.get(location.id, location.id), node.minutes_order, node.pick_minutes_line,
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
