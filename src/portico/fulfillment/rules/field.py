"""Hundreds of places weighed at once: what `candidates` says of one, as arrays over all places of a market."""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import cast

from portico.business.types import EARTH_RADIUS_M, Location, LocationId, LocationKind, MarketId
from portico.fulfillment.rules.arrays import Bools, Floats, Ints, np
from portico.fulfillment.rules.candidates import SHIP, Days, can, node_of
from portico.fulfillment.types import (
    Band,
    Candidate,
    CarrierService,
    Destination,
    LeftOut,
    Network,
    Rules,
    SourceLine,
    Why,
)
from portico.inventory.types import FreeUnits

Table = dict[bytes, Ints]
"""Units of each variant, by its id's bytes, at every place of a field."""

_REASONS = (Why.KIND, Why.EXCLUDED, Why.CANNOT_SHIP, Why.NO_STOCK, Why.TOO_FAR, Why.BUSY, Why.NO_CARRIER)


class Field:
    """The places of a market as they stand, in arrays. Made once for a network and kept with it (`of`)."""

    def __init__(self, places: Sequence[Location], network: Network) -> None:
        self.places, self.network = tuple(places), network
        self.index = {one.id.bytes: i for i, one in enumerate(places)}
        self.nodes = [node_of(network, one) for one in places]
        self._latitude = np.radians([one.latitude for one in places])
        self._longitude = np.radians([one.longitude for one in places])
        self._kinds = np.array([one.kind.value for one in places])
        self._ships = np.array([can(one, SHIP) for one in places], dtype=bool)
        self._handling = np.array([one.handling_cost for one in self.nodes], dtype=np.int64)
        self._capacity = np.array([float(one.orders_per_day or math.inf) for one in self.nodes])
        self._countries = [one.address.address_country for one in places]
        manners: dict[object, int] = {}
        self._manner = np.array(
            [
                manners.setdefault(
                    (
                        network.schedules.get(place.id, i), place.time_zone, node.minutes_order,
                        node.pick_minutes_line, node.cutoff_minute, node.ship_weekdays,
                    ),
                    len(manners),
                )
                for i, (place, node) in enumerate(zip(places, self.nodes, strict=True))
            ],
            dtype=np.int64,
        )  # fmt: skip
        self._like = [int(np.argmax(self._manner == manner)) for manner in range(len(manners))]
        self._carried: dict[tuple[str, str], list[tuple[CarrierService, Bools]]] = {}

    @staticmethod
    def of(network: Network, market_id: MarketId, places: Sequence[Location]) -> "Field":
        """The field of a market, made when it is first asked for."""
        found = network.derived.get(market_id)
        if found is None:
            found = network.derived[market_id] = Field(places, network)
        return cast(Field, found)

    def table(self, rows: Iterable[FreeUnits]) -> Table:
        """Units as they were read, by variant and place; those at places of other markets are left out."""
        found: Table = {}
        for one in rows:
            at = self.index.get(one.location_id.bytes)
            if at is not None:
                own = found.get(one.variant_id.bytes)
                if own is None:
                    own = found[one.variant_id.bytes] = np.zeros(len(self.places), dtype=np.int64)
                own[at] = one.quantity
        return found

    def nearest_shops(self, point: tuple[float, float] | None, *, most: int) -> list[tuple[int | None, Location]]:
        """Stores by distance from a point, the nearest first; without one, in their own order."""
        shops = np.flatnonzero(self._kinds == LocationKind.STORE.value)
        if point is None:
            return [(None, self.places[i]) for i in shops[:most].tolist()]
        metres = self.distances(*point)[shops]
        order = np.argsort(metres, kind="stable")[:most]
        return [(int(metres[i]), self.places[int(shops[i])]) for i in order]

    def distances(self, latitude: float, longitude: float) -> Ints:
        """Metres to every place from a point in degrees, by the haversine formula."""
        latitude, longitude = math.radians(latitude), math.radians(longitude)
        h = np.sin((self._latitude - latitude) / 2) ** 2
        h += np.cos(self._latitude) * math.cos(latitude) * np.sin((self._longitude - longitude) / 2) ** 2
        metres = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h)))
        return cast(Ints, np.rint(metres).astype(np.int64))

    def _services(self, country: str, currency: str) -> list[tuple[CarrierService, Bools]]:
        """Who brings parcels to a country, and from which places."""
        if (country, currency) not in self._carried:
            self._carried[country, currency] = [
                (one, np.array([origin in one.countries for origin in self._countries], dtype=bool))
                for one in sorted(self.network.services, key=lambda each: each.code)
                if one.active and one.currency == currency and country in one.countries and one.bands
            ]
        return self._carried[country, currency]

    def carriage(
        self, country: str, currency: str, distances: Ints
    ) -> tuple[Floats, Ints, list[tuple[CarrierService, Band]]]:
        """For each place the least cost (infinite: nobody), and which of the ways returned that is: of two that cost the same,
        the faster."""
        ways: list[tuple[CarrierService, Band]] = []
        cost, slowest = np.full(len(self.places), np.inf), np.full(len(self.places), np.inf)
        chosen = np.full(len(self.places), -1, dtype=np.int64)
        for service, origins in self._services(country, currency):
            first = len(ways)
            ways += [(service, band) for band in service.bands]
            band = np.searchsorted([one.up_to_m for one in service.bands], distances)
            within = origins & (band < len(service.bands))
            at = np.minimum(band, len(service.bands) - 1)
            own = np.where(within, np.array([float(one.cost) for one in service.bands])[at], np.inf)
            days = np.array([float(one.days_max) for one in service.bands])[at]
            better = (own < cost) | ((own == cost) & np.isfinite(own) & (days < slowest))
            cost, slowest = np.where(better, own, cost), np.where(better, days, slowest)
            chosen = np.where(better, first + at, chosen)
        return cost, chosen, ways

    def days(
        self, chosen: Ints, ways: Sequence[tuple[CarrierService, Band]], reckoning: Days
    ) -> tuple[Bools, list[tuple[date, date, date] | None]]:
        """Whether a parcel of each place arrives at all, and when: places that work alike are reckoned with once."""
        known: dict[tuple[int, int], tuple[date, date, date] | None] = {}
        arrivals: list[tuple[date, date, date] | None] = []
        for manner, way in zip(self._manner.tolist(), chosen.tolist(), strict=True):
            if way < 0:
                arrivals.append(None)
                continue
            if (manner, way) not in known:
                like = self._like[manner]
                known[manner, way] = reckoning.arrival(self.places[like], self.nodes[like], *ways[way])
            arrivals.append(known[manner, way])
        return np.array([one is not None for one in arrivals], dtype=bool), arrivals


class Weighed:
    """Every place, as somebody who could send something (`chosen`, the best first whatever is in the parcel), or left out."""

    def __init__(
        self,
        field: Field,
        *,
        lines: Sequence[SourceLine],
        destination: Destination,
        rules: Rules,
        excluded: Iterable[LocationId],
        table: Table,
        loads: Mapping[LocationId, int],
        currency: str,
        at: datetime,
    ) -> None:
        self._field, self._at = field, at
        nothing = np.zeros(len(field.places), dtype=np.int64)
        units = [table.get(one.variant_id.bytes, nothing) for one in lines]
        free = np.maximum(0, np.column_stack(units) - rules.units_left_min) if units else nothing.reshape(-1, 1)
        out = np.zeros(len(field.places), dtype=bool)
        for one in (*rules.excluded, *excluded):
            if one.bytes in field.index:
                out[field.index[one.bytes]] = True
        busy = nothing.astype(np.float64)
        for place, orders in loads.items():
            if place.bytes in field.index:
                busy[field.index[place.bytes]] = orders
        load = np.round(busy / field._capacity, 3)
        self.distances = field.distances(destination.latitude, destination.longitude)
        cost, self._way, self._ways = field.carriage(destination.country, currency, self.distances)
        arrives, self.arrivals = field.days(self._way, self._ways, Days(field.network, at=at, lines=len(lines)))
        too_far = (
            self.distances > rules.distance_m_max if rules.distance_m_max is not None else np.zeros_like(out)
        )  # fmt: skip
        barred = [
            ~np.isin(field._kinds, rules.kinds), out, ~field._ships, ~free.any(axis=1), too_far, load >= rules.load_max,
            ~arrives,
        ]  # fmt: skip
        self._why = np.full(len(field.places), -1, dtype=np.int64)
        for i, one in reversed(list(enumerate(barred))):
            self._why[one] = i
        kept = np.flatnonzero(self._why < 0)
        today = at.date().toordinal()
        days = np.array([(self.arrivals[i] or (at.date(),) * 3)[2].toordinal() - today for i in kept], dtype=np.int64)
        weights = rules.weights
        whole_cost = np.where(np.isfinite(cost), cost, 0).astype(np.int64)[kept] + field._handling[kept]
        fixed = (
            weights.cost * whole_cost + weights.per_km * self.distances[kept] / 1000 + weights.per_day * days
            + weights.load * load[kept]
        )  # fmt: skip
        order = np.argsort(fixed, kind="stable")
        self.chosen = kept[order]
        self.cost, self._days, self._load = whole_cost[order], days[order], load[kept][order]
        self.fixed, self.free = fixed[order], free[self.chosen]

    def __len__(self) -> int:
        return len(self.chosen)

    def place(self, i: int) -> Location:
        """Of the i-th candidate."""
        return self._field.places[int(self.chosen[i])]

    def arrival(self, i: int) -> tuple[date, date, date]:
        """Of the i-th candidate: the day it leaves, the first and the last on which it may arrive."""
        found = self.arrivals[int(self.chosen[i])]
        assert found is not None  # who has none is no candidate
        return found

    def candidate(self, i: int) -> Candidate:
        at = int(self.chosen[i])
        return Candidate(
            location_id=self._field.places[at].id, distance_m=int(self.distances[at]),
            service=self._ways[int(self._way[at])][0].code, cost=int(self.cost[i]), days=int(self._days[i]),
            arrives_on=self.arrival(i)[2], load=float(self._load[i]), free=tuple(int(one) for one in self.free[i]),
        )  # fmt: skip

    def left_out(self) -> list[LeftOut]:
        """Those who cannot, each for the first reason that applies."""
        return [
            LeftOut(self._field.places[i].id, _REASONS[why]) for i, why in enumerate(self._why.tolist()) if why >= 0
        ]  # fmt: skip
