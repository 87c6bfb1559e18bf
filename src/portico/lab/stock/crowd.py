"""A crowd at work on one small stock: buyers, tills, transfers, counts and returns at once, every call written down."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta

import msgspec

from portico.business.types import LocationId, TillId
from portico.catalog.types import VariantId
from portico.inventory import api
from portico.inventory.types import (
    Adjustment,
    BelowReserved,
    Cause,
    CountState,
    Found,
    Granted,
    HandOver,
    HoldId,
    InboundQuantity,
    Key,
    LeaseLine,
    Move,
    NewInbound,
    NotThere,
    OutOfStock,
    Outside,
    Reason,
    ReservationId,
    Spot,
    State,
    Want,
    WantLine,
)
from portico.lab.stock.history import Call
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.platform.refusals import Refused

HAND = Hand(actor="system:lab", actor_name="Lab")
QUANTITY_MAX = 4


class Seen(msgspec.Struct):
    """What the crowd saw: the calls about each key, and how often each deed was granted and refused."""

    calls: defaultdict[Key, list[Call]]
    granted: defaultdict[str, int]
    refused: defaultdict[str, int]


class Crowd:
    """`hands` of them, each doing `deeds` one after the other, drawn from `seed`."""

    def __init__(
        self, database: Database, *, variants: list[VariantId], places: list[LocationId], seed: int, bound: int = 10
    ) -> None:
        self._database, self._variants, self._places, self._seed = database, variants, places, seed
        self._bound = bound
        self.seen = Seen(defaultdict(list), defaultdict(int), defaultdict(int))

    async def work(self, *, hands: int, deeds: int) -> Seen:
        await asyncio.gather(*(self._hand(i, deeds) for i in range(hands)))
        return self.seen

    async def _hand(self, i: int, deeds: int) -> None:
        draw = random.Random(f"{self._seed} {i}")
        kinds: list[Callable[[random.Random], Awaitable[None]]] = [
            self._buy, self._buy, self._hold_and_fetch, self._hold_and_leave, self._transfer, self._count, self._return,
            self._deliver, self._lease, self._write_off,
        ]  # fmt: skip
        for _ in range(deeds):
            await draw.choice(kinds)(draw)

    # --------------------------------------------------------------------------------------------------- bookkeeping

    def _note(self, what: str, began: float, deltas: dict[Key, int], *, told: dict[Key, int] | None = None) -> None:
        """Write a call down; `told` makes it a refusal that spoke of these keys only."""
        ended = time.perf_counter()
        (self.seen.granted if told is None else self.seen.refused)[what] += 1
        for key, delta in deltas.items():
            if told is None and delta:
                self.seen.calls[key].append(Call(began, ended, delta, True, note=what))
            elif told is not None and key in told:
                self.seen.calls[key].append(Call(began, ended, delta, False, told[key], note=what))

    def _lines(self, draw: random.Random, *, take: bool) -> tuple[WantLine, ...]:
        chosen = draw.sample(self._variants, draw.randint(1, min(2, len(self._variants))))
        return tuple(
            WantLine(ReservationId.new(), one, draw.choice(self._places), draw.randint(1, QUANTITY_MAX), take)
            for one in chosen
        )

    # --------------------------------------------------------------------------------------------------------- deeds

    async def _allocate(self, what: str, lines: tuple[WantLine, ...]) -> HoldId | None:
        holder, began = HoldId.new(), time.perf_counter()
        async with self._database.transaction() as tx:
            want = Want(holder=holder, lines=lines, by=HAND, occurred_at=tx.now)
            (answer,) = await api.allocate(tx, wants=[want])
        asked = {line.key: -line.quantity for line in lines}
        if isinstance(answer, Granted):
            self._note(what, began, asked)
            return holder
        if isinstance(answer, OutOfStock):
            told = {Key(one.variant_id, one.location_id): one.available for one in answer.missing}
            self._note(what, began, asked, told=told)
        return None

    async def _buy(self, draw: random.Random) -> None:
        await self._allocate("buy", self._lines(draw, take=True))

    async def _hold_and_fetch(self, draw: random.Random) -> None:
        lines = self._lines(draw, take=False)
        holder = await self._allocate("hold", lines)
        if holder:
            async with self._database.transaction() as tx:
                gone = HandOver(holder=holder, lines=lines, by=HAND, occurred_at=tx.now)
                await api.hand_over(tx, hand_overs=[gone])

    async def _hold_and_leave(self, draw: random.Random) -> None:
        lines = self._lines(draw, take=False)
        holder = await self._allocate("hold", lines)
        if holder:
            began = time.perf_counter()
            async with self._database.transaction() as tx:
                await api.release(tx, holders=[holder], by=HAND)
            self._note("release", began, {line.key: line.quantity for line in lines})

    async def _adjust(self, what: str, key: Key, quantity: int, reason: Reason) -> None:
        began = time.perf_counter()
        async with self._database.transaction() as tx:
            (answer,) = await api.adjust(
                tx,
                adjustments=[
                    Adjustment(
                        variant_id=key.variant_id, location_id=key.location_id, quantity=quantity, reason=reason,
                        reference="", by=HAND, occurred_at=tx.now,
                    )
                ],
            )  # fmt: skip
        refused = isinstance(answer, BelowReserved)
        self._note(what, began, {key: quantity}, told={key: answer.on_hand - answer.reserved} if refused else None)

    def _key(self, draw: random.Random) -> Key:
        return Key(draw.choice(self._variants), draw.choice(self._places))

    async def _deliver(self, draw: random.Random) -> None:
        await self._adjust("deliver", self._key(draw), draw.randint(1, QUANTITY_MAX), Reason.RECEIVED)

    async def _write_off(self, draw: random.Random) -> None:
        await self._adjust("write off", self._key(draw), -draw.randint(1, QUANTITY_MAX), Reason.DAMAGED)

    async def _return(self, draw: random.Random) -> None:
        """A customer brings units back: they are looked at, then put on the shelf."""
        key, quantity = self._key(draw), draw.randint(1, QUANTITY_MAX)
        desk = Spot(key.location_id, State.TO_INSPECT)
        await self._move("take back", key, quantity, Outside.CUSTOMER, desk, Cause.RETURNED, 0)
        await self._move("put back", key, quantity, desk, Spot(key.location_id), Cause.INSPECTED, quantity)

    async def _move(
        self,
        what: str,
        key: Key,
        quantity: int,
        source: Spot | Outside,
        target: Spot | Outside,
        cause: Cause,
        delta: int,
    ) -> None:
        began = time.perf_counter()
        async with self._database.transaction() as tx:
            (answer,) = await api.move(
                tx,
                moves=[
                    Move(
                        variant_id=key.variant_id, quantity=quantity, source=source, target=target, reason=cause,
                        reference="", by=HAND, occurred_at=tx.now,
                    )
                ],
            )  # fmt: skip
        if isinstance(answer, NotThere):
            self.seen.refused[what] += 1
        else:
            self._note(what, began, {key: delta})

    async def _transfer(self, draw: random.Random) -> None:
        if len(self._places) < 2:
            return
        variant_id, (here, there) = draw.choice(self._variants), draw.sample(self._places, 2)
        quantity = draw.randint(1, QUANTITY_MAX)
        leaves, arrives = Key(variant_id, here), Key(variant_id, there)
        began = time.perf_counter()
        new = NewInbound(
            location_id=there, from_location_id=here, reference="transfer",
            lines=(InboundQuantity(variant_id, quantity),),
        )  # fmt: skip
        try:
            async with self._database.transaction() as tx:
                made = await api.announce(tx, new=new, by=HAND)
        except NotThere as refused:
            self._note("ship", began, {leaves: -quantity}, told={leaves: refused.there - refused.reserved})
            return
        self._note("ship", began, {leaves: -quantity})
        came = draw.randint(0, quantity)
        began = time.perf_counter()
        lines = [InboundQuantity(variant_id, came)] if came else []
        async with self._database.transaction() as tx:
            await api.receive(tx, inbound_id=made.head.id, lines=lines, by=HAND, close=True)
        self._note("receive", began, {arrives: came})

    async def _count(self, draw: random.Random) -> None:
        """The shelf is counted, a unit missing or too many; believed at once, as far as nobody holds what is missing."""
        key = self._key(draw)
        async with self._database.transaction() as tx:
            opened = await api.open_count(
                tx, location_id=key.location_id, variant_ids=[key.variant_id], by=HAND, tolerance=1_000
            )
            (level,) = await api.levels(tx, variant_ids=[key.variant_id], location_ids=[key.location_id])
        counted = max(0, level.on_hand + draw.choice((-1, 0, 1)))
        async with self._database.transaction() as tx:
            found = await api.record(
                tx, count_id=opened.head.id, found=[Found(key.variant_id, counted)], by=HAND
            )  # fmt: skip
        variance = found.lines[0].variance or 0
        began = time.perf_counter()
        async with self._database.transaction() as tx:
            done = await api.approve(tx, count_id=opened.head.id, by=HAND)
            moved = await api.movements(
                tx, variant_id=key.variant_id, location_id=key.location_id, reason=Cause.COUNTED, rows_max=200
            )
            if done.head.state is CountState.SHORT:
                await api.cancel_count(tx, count_id=opened.head.id, by=HAND)
        if variance > 0:
            self._note("count", began, {key: variance})
            return
        self.seen.granted["count"] += 1
        booked = -sum(one.quantity for one in moved if one.reference == str(opened.head.id))
        if variance < 0:
            self.seen.calls[key].append(Call(began, time.perf_counter(), booked, True, up_to=-variance, note="count"))

    async def _lease(self, draw: random.Random) -> None:
        """A till leases, sells some of it while it is away, comes back and settles."""
        key, wanted, till_id = self._key(draw), draw.randint(1, 2 * QUANTITY_MAX), TillId.new()
        began = time.perf_counter()
        async with self._database.transaction() as tx:
            lease, given = await api.lease(
                tx, till_id=till_id, location_id=key.location_id, lines=[LeaseLine(key.variant_id, wanted)],
                lasts=timedelta(hours=1), by=HAND,
            )  # fmt: skip
        units = given[0].quantity if given else 0
        self.seen.granted["lease"] += 1
        self.seen.calls[key].append(Call(began, time.perf_counter(), -units, True, up_to=wanted, note="lease"))
        sold = draw.randint(0, units)
        by = msgspec.structs.replace(HAND, till_id=till_id.uuid)
        if sold:
            line = WantLine(ReservationId.new(), key.variant_id, key.location_id, sold, take=True)
            async with self._database.transaction() as tx:
                want = Want(holder=HoldId.new(), lines=(line,), by=by, occurred_at=tx.now, draws_on=lease.id)
                (answer,) = await api.allocate(tx, wants=[want])
            if isinstance(answer, Refused):
                raise RuntimeError(f"a sale under a lease was refused: {answer}")
        began = time.perf_counter()
        async with self._database.transaction() as tx:
            await api.settle_lease(tx, till_id=till_id, lease_id=lease.id, by=by)
        self._note("settle", began, {key: units - sold})
