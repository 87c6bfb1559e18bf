"""The simulated network: one hub, stores with offline tills, shoppers on the web, and what goes wrong between them.

Everything is drawn from a seed, and time is simulated, so that a run can be had again. The hub decides by the very rules of
`inventory` (`share_out`, `lease_size`, `confidence`); what is simulated is the world around them: the truth on the shelf
beside the books, lines that are cut, messages that are lost or come twice, clocks that are off.
"""

import heapq
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import msgspec

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.rules import confidence, sharing
from portico.inventory.rules.confidence import Recount, Shrink
from portico.inventory.rules.leases import lease_size
from portico.inventory.types import Granted, HoldId, Key, LeaseId, ReservationId, Want, WantLine
from portico.platform.events import Hand

EPOCH = datetime(2027, 1, 4, tzinfo=UTC)
BY = Hand(actor="system:lab", actor_name="")
HOUR = 3600.0
DAY = 24 * HOUR
OPEN_FROM, OPEN_UNTIL = 9 * HOUR, 21 * HOUR
LEASE_SECONDS = 8 * HOUR
SKEW_MARGIN = 300.0  # a till stops selling so long before its lease ends by its own clock
COLLECT_AFTER = 4 * HOUR
RETRY_SECONDS = 60.0


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What is simulated. `leases`: whether tills that are away sell from a lease only; without, they sell what they believe is
    there. `buffer`: units kept back from the web, None for the dynamic one."""

    seed: int = 1
    stores: int = 8
    tills: int = 2
    items: int = 12
    days: int = 20
    units: int = 12
    walk_ins_per_hour: float = 3.0
    web_per_hour: float = 2.0
    cuts_per_day: float = 1.5
    cut_hours: float = 3.0
    lost: float = 0.05
    repeated: float = 0.05
    skew_seconds: float = 120.0
    shrink_per_day: float = 0.004
    count_every_days: int = 7
    delivery_every_days: int = 4
    target: float = 0.95
    leases: bool = True
    buffer: int | None = None


class Tally(msgspec.Struct):
    """What came of it. An oversell is a unit sold twice by the books: goods handed over by a till that somebody else had been
    promised. A canceled promise is one whose goods were not on the shelf."""

    sold: int = 0
    refused_at_till: int = 0
    oversold: int = 0
    promised: int = 0
    kept: int = 0
    canceled: int = 0
    turned_away: int = 0
    lost_messages: int = 0
    repeated_messages: int = 0
    outages: int = 0
    forecasts: list[tuple[float, bool]] = []

    @property
    def brier(self) -> float:
        """The mean square of how far the forecasts were from what happened (Brier 1950): 0 is perfect, 0.25 is a coin."""
        if not self.forecasts:
            return 0.0
        return sum((sure - came) ** 2 for sure, came in self.forecasts) / len(self.forecasts)

    @property
    def accuracy(self) -> float:
        done = self.kept + self.canceled
        return self.kept / done if done else 1.0


class Shelf(msgspec.Struct):
    """The books of one item at one store, and the truth."""

    on_hand: int
    there: int
    held: Counter[bytes]
    handled: int = 0
    counted_at: float = 0.0

    @property
    def free(self) -> int:
        return self.on_hand - self.held.total()


class Till(msgspec.Struct):
    """A till: its clock is `skew` seconds off. `lease` is what it may sell while it is away, until `lease_ends` by the hub's
    clock; `sales` are those it has not been able to tell yet, each with its own number."""

    store: int
    number: int
    skew: float
    away_until: float = 0.0
    lease_id: bytes = b""
    lease_ends: float = 0.0
    lease: Counter[int] = Counter()
    sales: list[tuple[int, int, float]] = []
    believed: dict[int, int] = {}


class Network:
    """One run."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.tally = plan, Tally()
        # A source of chance for each kind of thing, so that what is changed in one does not change the others: whoever walks in,
        # orders, steals or is cut off does so whatever the hub decides.
        self._chance = {
            kind: random.Random(f"{plan.seed} {kind}") for kind in ("place", "walk", "web", "line", "mail", "thief")
        }
        self._now, self._order = 0.0, count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._variants = [VariantId(UUID(int=i + 1).bytes) for i in range(plan.items)]
        self._places = [LocationId(UUID(int=1_000 + i).bytes) for i in range(plan.stores)]
        self._ids = count(1)
        self.shelves = {
            (store, item): Shelf(units := self._chance["place"].randint(plan.units // 2, plan.units), units, Counter())
            for store in range(plan.stores)
            for item in range(plan.items)
        }
        self._shrinks: defaultdict[int, Shrink] = defaultdict(Shrink)
        self._sold_by_day: Counter[tuple[int, int]] = Counter()
        self._told: set[int] = set()
        self._tills = [
            Till(store, number, self._chance["place"].uniform(-plan.skew_seconds, plan.skew_seconds))
            for store in range(plan.stores)
            for number in range(plan.tills)
        ]

    # ------------------------------------------------------------------------------------------------------- running

    def run(self) -> Tally:
        plan = self.plan
        for till in self._tills:
            self._in(self._chance["line"].expovariate(plan.cuts_per_day) * DAY, self._cutter(till))
        for store in range(plan.stores):
            self._in(self._gap("walk", plan.walk_ins_per_hour), self._walk_in(store))
            self._in(plan.count_every_days * DAY + self._chance["place"].uniform(0, DAY), self._counter(store))
            self._in(plan.delivery_every_days * DAY * self._chance["place"].random(), self._delivery(store))
            self._in(DAY * self._chance["place"].random(), self._thief(store))
        self._in(self._gap("web", plan.web_per_hour * plan.stores), self._web)
        while self._events and self._events[0][0] <= plan.days * DAY:
            self._now, _, happens = heapq.heappop(self._events)
            happens()
        self._settle_all()
        return self.tally

    def _in(self, seconds: float, happens: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self._now + seconds, next(self._order), happens))

    def _gap(self, kind: str, per_hour: float) -> float:
        return self._chance[kind].expovariate(per_hour) * HOUR

    def _open(self) -> bool:
        return OPEN_FROM <= self._now % DAY < OPEN_UNTIL

    def _id(self) -> bytes:
        return UUID(int=10_000 + next(self._ids)).bytes

    def _item(self, kind: str) -> int:
        """Some items sell better than others."""
        return min(int(self._chance[kind].paretovariate(1.2)) - 1, self.plan.items - 1)

    def _arrives(self) -> int:
        """How often a message arrives: once, not at all, twice."""
        chance = self._chance["mail"].random()
        if chance < self.plan.lost:
            self.tally.lost_messages += 1
            return 0
        if chance < self.plan.lost + self.plan.repeated:
            self.tally.repeated_messages += 1
            return 2
        return 1

    # ----------------------------------------------------------------------------------------- the hub, by its own rules

    def _allocate(
        self, store: int, item: int, *, holder: bytes, take: bool, lease: bytes = b"", buffer: int = 0
    ) -> bool:
        """Take or hold one unit, as `inventory.allocate` decides."""
        shelf, key = self.shelves[store, item], Key(self._variants[item], self._places[store])
        want = Want(
            holder=HoldId(holder),
            lines=(WantLine(ReservationId(holder), key.variant_id, key.location_id, 1, take),),
            by=BY,
            occurred_at=EPOCH + timedelta(seconds=self._now),
            draws_on=LeaseId(lease) if lease else None,
        )
        stocked = sharing.Stocked(
            free={key: shelf.free - buffer}, leased={lease: {key: shelf.held[lease]}} if lease else {}
        )
        (answer,) = sharing.share_out([want], stocked)
        if not isinstance(answer, Granted):
            return False
        if answer.drawn:
            shelf.held[lease] -= 1
            if not shelf.held[lease]:
                del shelf.held[lease]
        if take:
            shelf.on_hand -= 1
            shelf.handled += 1
            self._sold_by_day[store, item] += 1
        else:
            shelf.held[holder] += 1
        return True

    def _activity(self, shelf: Shelf) -> float:
        return confidence.activity(
            on_hand=shelf.on_hand, handled=shelf.handled, days=(self._now - shelf.counted_at) / DAY
        )

    # ---------------------------------------------------------------------------------------------------- at the store

    def _walk_in(self, store: int) -> Callable[[], None]:
        def happens() -> None:
            self._in(self._gap("walk", self.plan.walk_ins_per_hour), happens)
            item, number = self._item("walk"), self._chance["walk"].randrange(self.plan.tills)
            if self._open() and self.shelves[store, item].there > 0:  # she takes it off the shelf and to a till
                till = self._tills[store * self.plan.tills + number]
                self._sell(till, item)

        return happens

    def _sell(self, till: Till, item: int) -> None:
        if till.away_until <= self._now:
            self._sell_online(till, item)
        elif self.plan.leases:
            own_time = self._now + till.skew
            if till.lease[item] > 0 and own_time < till.lease_ends - SKEW_MARGIN:
                till.lease[item] -= 1
                self._leaves(till, item)
            else:
                self.tally.refused_at_till += 1
        elif till.believed.get(item, 0) > 0:  # no lease: it sells what it believes is there
            till.believed[item] -= 1
            self._leaves(till, item)
        else:
            self.tally.refused_at_till += 1

    def _sell_online(self, till: Till, item: int) -> None:
        shelf = self.shelves[till.store, item]
        if self._allocate(till.store, item, holder=self._id(), take=True):
            shelf.there -= 1
            self.tally.sold += 1
        else:
            self.tally.refused_at_till += 1  # what stands there is promised to somebody

    def _leaves(self, till: Till, item: int) -> None:
        """The goods are gone; the hub will be told."""
        self.shelves[till.store, item].there -= 1
        self.tally.sold += 1
        till.sales.append((next(self._ids), item, self._now))

    def _cutter(self, till: Till) -> Callable[[], None]:
        def happens() -> None:
            self._in(self._chance["line"].expovariate(self.plan.cuts_per_day) * DAY, happens)
            away = self._chance["line"].expovariate(1 / self.plan.cut_hours) * HOUR
            if till.away_until > self._now:
                return
            self.tally.outages += 1
            self._lease(till)
            till.away_until = self._now + away
            self._in(away, lambda: self._return(till))

        return happens

    def _lease(self, till: Till) -> None:
        """What it was given while its line still held, or what it believes."""
        if till.sales or till.lease_id:
            return  # it has not settled yet
        if not self.plan.leases:
            till.believed = {item: self.shelves[till.store, item].free for item in range(self.plan.items)}
            return
        till.lease_id, till.lease, till.lease_ends = self._id(), Counter(), self._now + LEASE_SECONDS
        days = max(1.0, self._now / DAY)
        for item in range(self.plan.items):
            shelf = self.shelves[till.store, item]
            size = lease_size(
                sold_per_day=self._sold_by_day[till.store, item] / days, days=LEASE_SECONDS / DAY, free=shelf.free,
                tills=self.plan.tills,
            )  # fmt: skip
            if size:
                shelf.held[till.lease_id] += size
                till.lease[item] = size

    def _return(self, till: Till) -> None:
        """Its line is back: it tells each sale until it is answered, then settles."""
        if till.away_until > self._now + 1:
            return  # it has been cut again
        for number, item, _ in list(till.sales):
            arrived = self._arrives()
            for _ in range(arrived):
                self._hear(till, number, item)
            if arrived and self._arrives():  # the answer may be lost too: then it is told again
                till.sales = [one for one in till.sales if one[0] != number]
        if till.sales:
            self._in(RETRY_SECONDS, lambda: self._return(till))
        elif till.lease_id and self._arrives():
            for item in range(self.plan.items):
                self.shelves[till.store, item].held.pop(till.lease_id, None)
            till.lease_id, till.lease = b"", Counter()
        elif till.lease_id:
            self._in(RETRY_SECONDS, lambda: self._return(till))

    def _hear(self, till: Till, number: int, item: int) -> None:
        """A sale that has happened is told; told twice it counts once."""
        if number in self._told:
            return
        self._told.add(number)
        if not self._allocate(till.store, item, holder=self._id(), take=True, lease=till.lease_id):
            self.tally.oversold += 1
            shelf = self.shelves[till.store, item]
            if shelf.held:  # somebody's promise is broken: her unit has gone
                victim = next(iter(shelf.held))
                shelf.held[victim] -= 1
                if not shelf.held[victim]:
                    del shelf.held[victim]
            shelf.on_hand -= 1

    def _settle_all(self) -> None:
        """At the end every line is back, and every till tells what it sold."""
        for till in self._tills:
            for number, item, _ in till.sales:
                self._hear(till, number, item)

    # -------------------------------------------------------------------------------------------------------- the web

    def _web(self) -> None:
        self._in(self._gap("web", self.plan.web_per_hour * self.plan.stores), self._web)
        store, item = self._chance["web"].randrange(self.plan.stores), self._item("web")
        shelf = self.shelves[store, item]
        losses = confidence.losses(self._activity(shelf), self._shrinks[store])
        kept = self.plan.buffer
        if kept is None:
            kept = confidence.buffer(self.plan.target, losses=losses)
        sure = confidence.confidence(1, free=shelf.free, losses=losses)
        holder = self._id()
        if not self._allocate(store, item, holder=holder, take=False, buffer=kept):
            self.tally.turned_away += 1
            return
        self.tally.promised += 1
        self._in(COLLECT_AFTER, lambda: self._collect(store, item, holder, sure))

    def _collect(self, store: int, item: int, holder: bytes, sure: float) -> None:
        """Somebody goes to the shelf for it: it is there, or the promise is broken and the shelf counted."""
        shelf = self.shelves[store, item]
        # Of what stands there, as much as is promised to others before her is not hers.
        there = shelf.there > 0 and shelf.held[holder] > 0
        self.tally.forecasts.append((sure, there))
        if there:
            shelf.there -= 1
            shelf.on_hand -= 1
            shelf.handled += 1
            self.tally.kept += 1
        else:
            self.tally.canceled += 1
        shelf.held[holder] -= 1
        if shelf.held[holder] <= 0:
            del shelf.held[holder]
        if not there:
            self._count(store, [item])

    # ------------------------------------------------------------------------------------------------ deliveries, thieves

    def _thief(self, store: int) -> Callable[[], None]:
        def happens() -> None:
            self._in(DAY, happens)
            for item in range(self.plan.items):
                shelf = self.shelves[store, item]
                gone = sum(
                    self._chance["thief"].random() < self.plan.shrink_per_day * (1 + store % 3)
                    for _ in range(shelf.there)
                )
                shelf.there -= gone

        return happens

    def _delivery(self, store: int) -> Callable[[], None]:
        def happens() -> None:
            self._in(self.plan.delivery_every_days * DAY, happens)
            for item in range(self.plan.items):
                shelf = self.shelves[store, item]
                came = max(0, self.plan.units - shelf.on_hand)
                shelf.on_hand += came
                shelf.there += came

        return happens

    def _counter(self, store: int) -> Callable[[], None]:
        def happens() -> None:
            self._in(self.plan.count_every_days * DAY, happens)
            self._count(store, range(self.plan.items))

        return happens

    def _count(self, store: int, items: "range | list[int]") -> None:
        """The shelf is counted, except where a till is away or has not told yet: nobody knows then what has left."""
        away = [till for till in self._tills if till.store == store and (till.away_until > self._now or till.sales)]
        for item in items:
            shelf = self.shelves[store, item]
            if any(till.lease_id or till.sales or not self.plan.leases for till in away):
                continue
            missing = shelf.on_hand - shelf.there
            recount = Recount(max(0, missing), self._activity(shelf))
            self._shrinks[store] = confidence.learn(self._shrinks[store], [recount])
            # Fewer than are promised are not written away: those promises are seen to one by one.
            shelf.on_hand = max(shelf.there, shelf.held.total())
            shelf.handled, shelf.counted_at = 0, self._now


def run(plan: Plan) -> Tally:
    return Network(plan).run()
