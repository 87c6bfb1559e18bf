"""The network goods move in, as a process keeps it."""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import msgspec

from portico.business.api import Directory
from portico.business.types import LocationId
from portico.fulfillment.store import network as store
from portico.fulfillment.types import BadNetwork, CarrierService, Holiday, Network, Node
from portico.platform.db import Database, Tx

ROWS_MAX = 2_000
COST_MAX = 2**53 - 1
_CODE = re.compile(r"[A-Za-z0-9._-]{1,60}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


async def network(tx: Tx, *, directory: Directory) -> Network:
    """Read all of it."""
    days: defaultdict[str, set[date]] = defaultdict(set)
    for one in await tx.all(store.HOLIDAYS, today=tx.now.date()):
        days[one.calendar].add(one.day)
    numbers: dict[object, int] = {}
    schedules = {
        one.id: numbers.setdefault((one.time_zone, one.hours, one.special_hours), len(numbers))
        for one in directory.locations.values()
    }
    nodes = {one.location_id: one for one in await tx.all(store.NODES)}
    for seen in await tx.all(store.LEARNED_NODES):
        nodes[seen.location_id] = Node(
            location_id=seen.location_id, learned_minutes_order=seen.pick_minutes_order, learned_from=seen.picks
        )
    return Network(
        nodes=nodes,
        services=tuple(await tx.all(store.SERVICES)),
        holidays={calendar: frozenset(found) for calendar, found in days.items()},
        schedules=schedules,
    )


class Networks:
    """The network as a process keeps it: read again when it is older than `keep_seconds`."""

    def __init__(self, database: Database, *, keep_seconds: float = 5.0) -> None:
        self._database, self._keep_seconds = database, keep_seconds
        self._known: tuple[Directory, Network] | None = None
        self._until, self._reading = 0.0, asyncio.Lock()

    async def __call__(self, directory: Directory) -> Network:
        if self._known is None or self._known[0] is not directory or time.monotonic() > self._until:
            async with self._reading:
                if self._known is None or self._known[0] is not directory or time.monotonic() > self._until:
                    async with self._database.snapshot() as tx:
                        self._known = (directory, await network(tx, directory=directory))
                    self._until = time.monotonic() + self._keep_seconds
        return self._known[1]

    def forget(self) -> None:
        self._until = 0.0


async def put_nodes(tx: Tx, *, nodes: Sequence[Node]) -> None:
    """Set how locations fulfil. Refuses BadNetwork."""
    for one in nodes:
        if wrong := _wrong_node(one):
            raise BadNetwork(name=str(one.location_id), field=wrong)
    await tx.run(
        store.PUT_NODES,
        location_ids=[one.location_id for one in nodes],
        pick_minutes_orders=[one.pick_minutes_order for one in nodes],
        pick_minutes_lines=[one.pick_minutes_line for one in nodes],
        orders_per_days=[one.orders_per_day for one in nodes],
        cutoff_minutes=[one.cutoff_minute for one in nodes],
        ship_weekdays=[_joined(one.ship_weekdays) for one in nodes],
        handling_costs=[one.handling_cost for one in nodes],
        delivery_radiuses=[one.delivery_radius_m for one in nodes],
        delivery_costs=[one.delivery_cost for one in nodes],
    )


def _joined(values: Sequence[object]) -> str:
    return ",".join(str(one) for one in values)


def _wrong_node(one: Node) -> str | None:
    bounds = {
        "pick_minutes_order": (0, 1440), "pick_minutes_line": (0, 240), "cutoff_minute": (0, 1440),
        "handling_cost": (0, COST_MAX), "delivery_cost": (0, COST_MAX),
    }  # fmt: skip
    for field, (least, most) in bounds.items():
        if not least <= getattr(one, field) <= most:
            return field
    if one.orders_per_day is not None and not 1 <= one.orders_per_day <= 1_000_000:
        return "orders_per_day"
    if one.delivery_radius_m is not None and not 1 <= one.delivery_radius_m <= 500_000:
        return "delivery_radius_m"
    return None if _weekdays(one.ship_weekdays) else "ship_weekdays"


def _weekdays(days: Sequence[int]) -> bool:
    return len(set(days)) == len(days) and all(1 <= one <= 7 for one in days)


async def put_services(tx: Tx, *, services: Sequence[CarrierService]) -> None:
    """Set carriers' services, by code. Refuses BadNetwork."""
    for one in services:
        if wrong := _wrong_service(one):
            raise BadNetwork(name=one.code[:60], field=wrong)
    await tx.run(
        store.PUT_SERVICES,
        codes=[one.code for one in services],
        names=[one.name for one in services],
        countries=[_joined(one.countries) for one in services],
        currencies=[one.currency for one in services],
        bands=[msgspec.json.encode(one.bands).decode() for one in services],
        collects=[_joined(one.collects) for one in services],
        delivers=[_joined(one.delivers) for one in services],
        calendars=[one.calendar for one in services],
        cutoff_minutes=[one.cutoff_minute for one in services],
        actives=[one.active for one in services],
    )


def _wrong_service(one: CarrierService) -> str | None:
    if not _CODE.fullmatch(one.code):
        return "code"
    if not 0 < len(one.name) <= 200:
        return "name"
    if not one.countries or not all(_COUNTRY.fullmatch(each) for each in one.countries):
        return "countries"
    if not _CURRENCY.fullmatch(one.currency):
        return "currency"
    if not 0 < len(one.bands) <= 50 or list(one.bands) != sorted(one.bands, key=lambda each: each.up_to_m):
        return "bands"
    for band in one.bands:
        if band.up_to_m < 0 or not 0 <= band.cost <= COST_MAX or not 0 <= band.days_min <= band.days_max <= 30:
            return "bands"
    for field in ("collects", "delivers"):
        if not getattr(one, field) or not _weekdays(getattr(one, field)):
            return field
    return None if 0 <= one.cutoff_minute <= 1440 else "cutoff_minute"


async def put_holidays(tx: Tx, *, holidays: Sequence[Holiday], gone: Sequence[Holiday] = ()) -> None:
    """Add days on which those of a calendar do not work, and take others away. Refuses BadNetwork."""
    for one in (*holidays, *gone):
        if not _CODE.fullmatch(one.calendar):
            raise BadNetwork(name=one.calendar[:60], field="calendar")
        if len(one.name) > 200:
            raise BadNetwork(name=one.calendar, field="name")
    await tx.run(
        store.DROP_HOLIDAYS, calendars=[one.calendar for one in gone], days=[one.day for one in gone]
    )  # fmt: skip
    await tx.run(
        store.PUT_HOLIDAYS,
        calendars=[one.calendar for one in holidays],
        days=[one.day for one in holidays],
        names=[one.name for one in holidays],
    )


async def holidays(tx: Tx) -> list[Holiday]:
    """Those to come, by calendar and day."""
    return await tx.all(store.HOLIDAYS, today=tx.now.date())


def node(network: Network, location_id: LocationId) -> Node:
    """How a location fulfils; as most do, where nothing is said of it."""
    return network.nodes.get(location_id) or Node(location_id=location_id)
