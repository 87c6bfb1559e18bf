"""The network goods move in: places, carriers, days on which nobody works. Costs are minor units of the market's currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from portico.business.types import LocationId
from portico.platform.refusals import Refused

WORKDAYS = (1, 2, 3, 4, 5)
LEARN_FROM = 20  # fewer pickings than that say little


class Node(msgspec.Struct, frozen=True):
    """How a location fulfils. Picking takes `pick_minutes_order` and `pick_minutes_line` for each line; what is picked before
    `cutoff_minute` of a day in `ship_weekdays`, by its clocks, leaves that day; `orders_per_day` are as many as it can do.
    It drives goods out itself up to `delivery_radius_m` away, for `delivery_cost`. `learned_minutes_order` is what an order took there
    of late, from so many: it is believed from `LEARN_FROM` on, and is never set by hand.
    """

    location_id: LocationId
    pick_minutes_order: int = 30
    pick_minutes_line: int = 5
    orders_per_day: int | None = None
    cutoff_minute: int = 15 * 60
    ship_weekdays: tuple[int, ...] = WORKDAYS
    handling_cost: int = 0
    delivery_radius_m: int | None = None
    delivery_cost: int = 0
    learned_minutes_order: int | None = None
    learned_from: int = 0

    @property
    def minutes_order(self) -> int:
        """How long an order takes to pick, beside what each line takes: as it was seen, once that was often enough."""
        known = self.learned_minutes_order is not None and self.learned_from >= LEARN_FROM
        return self.learned_minutes_order or 0 if known else self.pick_minutes_order


class Band(msgspec.Struct, frozen=True):
    """Up to so far: what a parcel costs, and how many of the carrier's working days it takes at least and at most."""

    up_to_m: int
    cost: int
    days_min: int
    days_max: int


class CarrierService(msgspec.Struct, frozen=True):
    """A way to send a parcel within and between `countries`. It is fetched on `collects` weekdays before `cutoff_minute`, and
    brought on `delivers` weekdays, never on a holiday of its `calendar`."""

    code: str
    name: str
    countries: tuple[str, ...]
    currency: str
    bands: tuple[Band, ...]
    collects: tuple[int, ...] = WORKDAYS
    delivers: tuple[int, ...] = WORKDAYS
    calendar: str = ""
    cutoff_minute: int = 17 * 60
    active: bool = True


class Holiday(msgspec.Struct, frozen=True):
    calendar: str
    day: date
    name: str


class Network(msgspec.Struct, frozen=True):
    """All of it at one moment; `holidays` are days by calendar. Places with the same opening hours share a number in
    `schedules`."""

    nodes: Mapping[LocationId, Node]
    services: tuple[CarrierService, ...]
    holidays: Mapping[str, frozenset[date]]
    schedules: Mapping[LocationId, int] = {}
    derived: dict[object, object] = {}  # what rules have reckoned from it, kept as long as it is


@dataclass(eq=False)
class BadNetwork(Refused):
    """A place, carrier or holiday cannot be so. `field` names what."""

    code, status = "fulfillment.bad_network", 422
    name: str
    field: str
