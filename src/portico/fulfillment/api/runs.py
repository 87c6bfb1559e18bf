"""Delivery runs: what one of us drives out, stop after stop; and buyers who drive up to fetch."""

from collections.abc import Sequence
from datetime import timedelta

from portico.business.types import LocationId
from portico.fulfillment.api.work import find, moved_on, put
from portico.fulfillment.events import ArrivalChanged, RunChanged
from portico.fulfillment.rules import work as rules
from portico.fulfillment.store import runs as store
from portico.fulfillment.types import (
    Arrival,
    ArrivalId,
    BadRun,
    FulfillmentId,
    NothingWaits,
    Progress,
    Run,
    RunId,
    RunWhole,
    Step,
    Way,
)
from portico.platform.db import Tx, UniqueViolation
from portico.platform.events import Hand
from portico.platform.ids import Id, any_id
from portico.platform.refusals import NotFound

STOPS_MAX = 100


async def runs(tx: Tx, *, location_ids: Sequence[LocationId]) -> list[RunWhole]:
    """Those of some places that are not done."""
    return await _whole(tx, await tx.all(store.RUNS, ids=[], location_ids=list(location_ids)))


async def run(tx: Tx, *, id: RunId) -> RunWhole:
    """One. Refuses NotFound."""
    found = await _whole(tx, await tx.all(store.RUNS, ids=[id], location_ids=None))
    if not found:
        raise NotFound(what="run", id=str(id))
    return found[0]


async def _whole(tx: Tx, found: Sequence[Run]) -> list[RunWhole]:
    stops = await tx.all(store.STOPS, run_ids=[one.id for one in found]) if found else []
    return [RunWhole(one, tuple(each for each in stops if each.run_id == one.id)) for one in found]


async def plan_run(
    tx: Tx, *, location_id: LocationId, ids: Sequence[FulfillmentId], driver: str, by: Hand
) -> RunWhole:  # fmt: skip
    """Drive these out together, in this order. Locks the work. Refuses BadRun where one is not packed, is not driven out from there,
    or is in another run."""
    if not 0 < len(ids) <= STOPS_MAX or len(set(ids)) < len(ids):
        raise BadRun(field="fulfillment_ids")
    found = await find(tx, ids=ids, lock=True)
    fit = [
        one
        for one in found
        if one.work.way is Way.LOCAL_DELIVERY
        and one.work.state is Progress.PACKED
        and one.work.location_id == location_id
    ]
    if len(fit) < len(ids):
        raise BadRun(field="fulfillment_ids")
    id = RunId.new()
    try:
        async with tx.savepoint():
            await tx.run(
                store.ADD_RUN,
                id=id,
                location_id=location_id,
                driver=driver[:100],
                fulfillment_ids=list(ids),
                now=tx.now,
            )
    except UniqueViolation:
        raise BadRun(field="fulfillment_ids") from None
    _say(tx, id, location_id, "planned", by)
    return await run(tx, id=id)


def _say(tx: Tx, id: RunId, location_id: LocationId, state: str, by: Hand) -> None:
    tx.emit([RunChanged(subject=id, by=by, occurred_at=tx.now, location_id=location_id, state=state)])


async def order_stops(tx: Tx, *, id: RunId, ids: Sequence[FulfillmentId], by: Hand) -> RunWhole:
    """Another order of the stops: all of them. Refuses NotFound, BadRun."""
    one = await run(tx, id=id)
    if sorted(ids) != sorted(each.fulfillment_id for each in one.stops) or one.run.state == "done":
        raise BadRun(field="fulfillment_ids")
    await tx.all(store.ORDER_STOPS, run_id=id, fulfillment_ids=list(ids))
    _say(tx, id, one.run.location_id, one.run.state, by)
    return await run(tx, id=id)


async def leave(tx: Tx, *, id: RunId, by: Hand) -> RunWhole:
    """Off it goes. Locks the work of all stops. Refuses NotFound, BadRun, OnHold, WrongState."""
    one = await run(tx, id=id)
    if await tx.maybe(store.LEAVE, id=id, now=tx.now) is None:
        raise BadRun(field="state")
    for each in await find(tx, ids=[stop.fulfillment_id for stop in one.stops], lock=True):
        await put(tx, moved_on(each.work, Step.GO_OUT, at=tx.now), by=by, before=each.work, step=Step.GO_OUT)
    _say(tx, id, one.run.location_id, "out", by)
    return await run(tx, id=id)


async def end_stop(
    tx: Tx, *, id: RunId, fulfillment_id: FulfillmentId, delivered: bool, note: str, by: Hand
) -> RunWhole:
    """The work of a stop is done, or nobody was at home and it comes back; after the last the run is done.

    What was delivered is moved on by `deliver`. Locks the work. Refuses NotFound, BadRun, WrongState.
    """
    one = await run(tx, id=id)
    if one.run.state != "out":
        raise BadRun(field="state")
    state = "delivered" if delivered else "not_home"
    if (
        await tx.maybe(
            store.END_STOP, run_id=id, fulfillment_id=fulfillment_id, state=state, note=note[:200], now=tx.now
        )
        is None
    ):
        raise BadRun(field="fulfillment_id")
    if not delivered:
        (each,) = await find(tx, ids=[fulfillment_id], lock=True)
        back = moved_on(each.work, Step.COME_BACK, at=tx.now)
        await put(tx, back, by=by, before=each.work, step=Step.COME_BACK)
    done = await tx.maybe(store.END_RUN, id=id, now=tx.now)
    _say(tx, id, one.run.location_id, "done" if done else "out", by)
    return await run(tx, id=id)


async def come(
    tx: Tx,
    *,
    holder: Id,
    location_id: LocationId,
    by: Hand,
    here: bool,
    bay: str = "",
    vehicle: str = "",
    minutes: int | None = None,
) -> Arrival:
    """A buyer is on her way (in so many `minutes`) or here, in a bay. Said again, it is the same arrival. Refuses NothingWaits."""
    works = [
        one.work
        for one in await find(tx, holders=[holder])
        if one.work.place == location_id
        and one.work.way in (Way.COLLECT, Way.DRIVE_UP, Way.SHIP_TO_STORE)
        and one.work.state in rules.FETCHABLE
    ]
    if not works:
        raise NothingWaits(location_id=location_id)
    expected = tx.now + timedelta(minutes=min(max(minutes, 0), 24 * 60)) if minutes is not None else None
    one = await tx.one(
        store.COME,
        id=ArrivalId.new(),
        location_id=location_id,
        holder=str(holder),
        order_label=works[0].order_label,
        buyer_name=works[0].buyer_name,
        state="here" if here else "on_the_way",
        bay=bay.strip()[:20],
        vehicle=vehicle.strip()[:100],
        on_way_at=None if here else tx.now,
        expected_at=expected,
        here_at=tx.now if here else None,
    )
    tx.emit(
        [
            ArrivalChanged(
                subject=one.id,
                by=by,
                occurred_at=tx.now,
                holder=holder,
                location_id=location_id,
                state=one.state,
                bay=one.bay,
            )
        ]
    )
    return one


async def arrivals(
    tx: Tx, *, location_ids: Sequence[LocationId] = (), holders: Sequence[Id] = ()
) -> list[Arrival]:  # fmt: skip
    """Who is here, the longest first, and who is on her way."""
    return await tx.all(
        store.ARRIVALS, location_ids=list(location_ids), holders=[str(one) for one in holders]
    )  # fmt: skip


async def arrival(tx: Tx, *, id: ArrivalId) -> tuple[Arrival, Id]:
    """One, and whose it is. Refuses NotFound."""
    found = await tx.maybe(store.FIND_ARRIVAL, id=id)
    holder = any_id(found.holder) if found else None
    if found is None or holder is None:
        raise NotFound(what="arrival", id=str(id))
    return found, holder
