"""The work behind an order: it follows what was agreed, and what leaves is written to the order."""

from collections import Counter
from collections.abc import Sequence

from portico.business.api import Directory
from portico.catalog.types import VariantId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import (
    About,
    FulfillmentId,
    Left,
    Network,
    NoSource,
    Package,
    Progress,
    RunId,
    RunWhole,
    Tracked,
    Wanted,
    WantedLine,
    Way,
    WorkWhole,
)
from portico.inventory import api as inventory
from portico.inventory.types import Cause, HandOver, HeldLine, Move, Outside, Spot, Want, WantLine
from portico.orders import store
from portico.orders.events import OrderDelivered, OrderShipped
from portico.orders.finding import lock
from portico.orders.fulfilling import fulfil, require_free
from portico.orders.holding import holds
from portico.orders.paying import capture_for
from portico.orders.sending import reject
from portico.orders.types import (
    Expectation,
    FulfillmentEventId,
    HandOverLine,
    Head,
    Method,
    NothingToSend,
    OrderId,
    OrderLine,
    SentParcel,
)
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound, Refused
from portico.pricing.types import LineItemId


async def follow(tx: Tx, *, order_id: OrderId, directory: Directory, by: Hand) -> list[FulfillmentId]:
    """Bring the work for an order in line with what is still promised, and held back. Said again, it changes nothing.

    Orders that were carried out cost one query. Locks the order, then its work. Answers with the pieces it touched.
    """
    if not await tx.all(store.TO_DO, id=order_id) and not await fulfillment.find(tx, holders=[order_id]):
        return []
    head = await lock(tx, order_id)
    lines = {one.id: one for one in await tx.all(store.LINES, ids=[order_id])}
    return await fulfillment.amend(
        tx, holder=order_id, wanted=_wanted(head, await tx.all(store.TO_DO, id=order_id), lines), directory=directory,
        by=by, held=await _held(tx, head), about=About(head.label, f"{head.buyer_given_name} {head.buyer_family_name}".strip()),
    )  # fmt: skip


async def _held(tx: Tx, head: Head) -> str:
    """Why the order is held back, in a word or some."""
    if not head.on_hold:
        return ""
    standing = [one.kind for one in await holds(tx, ids=[head.id]) if one.lifted_at is None]
    return ", ".join(dict.fromkeys(standing)) or "manual"


def _wanted(
    head: Head, expectations: Sequence[Expectation], lines: dict[LineItemId, OrderLine]
) -> list[Wanted]:  # fmt: skip
    """Promises of one place, way and time are one piece of work."""
    together: dict[tuple[object, ...], list[Expectation]] = {}
    for one in expectations:
        together.setdefault((one.location_id, one.method, one.latest), []).append(one)
    wanted = []
    for ones in together.values():
        first = ones[0]
        assert first.location_id is not None
        units: Counter[LineItemId] = Counter()
        for one in ones:
            units[one.line_id] += one.quantity - one.fulfilled
        ordered = sorted(units, key=lambda id: (lines[id].position, id))
        to = head.ship_to.location_id if head.ship_to else None
        wanted.append(
            Wanted(
                location_id=first.location_id, way=Way(first.method), earliest=min(one.earliest for one in ones),
                latest=first.latest,
                destination_id=(to or first.location_id) if first.method is Method.SHIP_TO_STORE else None,
                lines=tuple(WantedLine(id, lines[id].variant_id, units[id]) for id in ordered),
            )
        )  # fmt: skip
    return wanted


async def _order_of(tx: Tx, id: FulfillmentId) -> tuple[Head, WorkWhole]:
    """The order of some work, locked before it."""
    one = await fulfillment.work(tx, id=id)
    holder = fulfillment.holder_of(one.work)
    if not isinstance(holder, OrderId):
        raise NotFound(what="order", id=str(holder))
    return await lock(tx, holder), one


async def pick_short(
    tx: Tx,
    *,
    id: FulfillmentId,
    line_id: LineItemId,
    variant_id: VariantId,
    quantity: int,
    directory: Directory,
    network: Network,
    by: Hand,
) -> WorkWhole:
    """So many are not there. What is to be sent is sent from elsewhere, where it can be; else somebody has to decide.

    Locks the order, the work, the decision, then stock. Refuses NotFound, OnHold, Claimed, WrongState, TooMany.
    """
    head, _ = await _order_of(tx, id)
    one, units = await fulfillment.short(
        tx, id=id, line_id=line_id, variant_id=variant_id, quantity=quantity, by=by
    )  # fmt: skip
    moved = 0
    if units and one.work.way is Way.SHIP:
        try:
            async with tx.savepoint():
                await reject(
                    tx, order_id=head.id, location_id=one.work.location_id, units={line_id: units}, reason="picked_short",
                    directory=directory, network=network, by=by,
                )  # fmt: skip
            moved = units
        except (NothingToSend, NoSource):
            pass
    return await fulfillment.found_short(
        tx, one=one, line_id=line_id, variant_id=variant_id, quantity=quantity, moved=moved, by=by
    )  # fmt: skip


async def ship(tx: Tx, *, id: FulfillmentId, by: Hand) -> WorkWhole:
    """What was packed leaves with the carrier: stock, the order's counters and its story. Locks the order, the work, then stock.

    Refuses NotFound, NotPaid, OnHold, WrongState, LabelPending, NothingPicked.
    """
    head, _ = await _order_of(tx, id)
    await require_free(tx, head)
    one, boxes, left = await fulfillment.ship(tx, id=id, by=by)
    lines, parts = await _leaves(tx, head, one, left, by)
    if one.work.way is Way.SHIP:
        await fulfil(tx, head, lines, parts, type="shipped", location_id=one.work.location_id, by=by)
    else:
        await _tell(tx, head, parts, "sent_to_store", one, by)
        await capture_for(tx, head=head, by=by)
    tx.emit(
        [
            OrderShipped(
                subject=head.id, by=by, occurred_at=tx.now, customer_id=head.customer_id, fulfillment_id=id,
                location_id=one.work.location_id, method=Method(one.work.way), lines=_as_lines(parts),
                parcels=_sent(boxes),
            )
        ]
    )  # fmt: skip
    return one


def _sent(boxes: Sequence[Package]) -> tuple[SentParcel, ...]:
    return tuple(
        SentParcel(one.carrier, one.tracking_code, one.tracking_url) for one in boxes if one.tracking_code
    )  # fmt: skip


def _as_lines(parts: Sequence[tuple[Expectation, int]]) -> tuple[HandOverLine, ...]:
    units: Counter[LineItemId] = Counter()
    for promise, quantity in parts:
        units[promise.line_id] += quantity
    return tuple(HandOverLine(line_id, quantity) for line_id, quantity in units.items())


async def _leaves(
    tx: Tx, head: Head, one: WorkWhole, left: Sequence[Left], by: Hand
) -> tuple[list[OrderLine], list[tuple[Expectation, int]]]:
    """What was held leaves the shelf; which promises that keeps, and by how much."""
    await inventory.hand_over(
        tx,
        hand_overs=[
            HandOver(
                holder=head.id, by=by, occurred_at=tx.now,
                lines=tuple(
                    WantLine(each.line_id, each.variant_id, one.work.location_id, each.quantity, take=True, lots=each.lots)
                    for each in left
                ),
            )
        ],
    )  # fmt: skip
    lines = await tx.all(store.LINES, ids=[head.id])
    return lines, await _promises(tx, head, one)


async def _promises(tx: Tx, head: Head, one: WorkWhole) -> list[tuple[Expectation, int]]:
    """The promises of some work, and how much of each was picked for it."""
    units = Counter(fulfillment.whole_units(one.lines, "picked"))
    parts = []
    for promise in await tx.all(store.TO_DO, id=head.id):
        same = (promise.location_id, Way(promise.method), promise.latest) == (
            one.work.location_id, one.work.way, one.work.latest,
        )  # fmt: skip
        used = min(units[promise.line_id], promise.quantity - promise.fulfilled) if same else 0
        if used:
            units[promise.line_id] -= used
            parts.append((promise, used))
    return parts


async def _tell(
    tx: Tx, head: Head, parts: Sequence[tuple[Expectation, int]], type: str, one: WorkWhole, by: Hand
) -> None:
    await tx.run(
        store.TELL,
        order_id=head.id,
        type=type,
        ids=[FulfillmentEventId.new() for _ in parts],
        line_ids=[promise.line_id for promise, _ in parts],
        expectation_ids=[promise.id for promise, _ in parts],
        quantities=[quantity for _, quantity in parts],
        location_id=one.work.place,
        actor=by.actor,
        actor_name=by.actor_name,
        channel_id=by.channel_id,
        now=tx.now,
    )


async def arrive(tx: Tx, *, id: FulfillmentId, by: Hand, shelf: str = "") -> WorkWhole:
    """What was sent to a store is there; with a `shelf`, ready to be fetched. Locks the order, then the work.
    Refuses NotFound, WrongState."""
    head, before = await _order_of(tx, id)
    one = await fulfillment.arrive(tx, id=id, by=by, shelf=shelf)
    if before.work.state is Progress.SHIPPED:
        await _tell(tx, head, await _promises(tx, head, one), "arrived", one, by)
    return one


async def leave_run(tx: Tx, *, id: RunId, by: Hand) -> RunWhole:
    """A delivery run goes out, with nothing that is not paid. Locks the orders, then their work. Refuses NotFound, BadRun, NotPaid,
    OnHold, WrongState."""
    run = await fulfillment.run(tx, id=id)
    works = await fulfillment.find(tx, ids=[one.fulfillment_id for one in run.stops])
    holders = {fulfillment.holder_of(one.work) for one in works}
    for holder in sorted(one for one in holders if isinstance(one, OrderId)):
        await require_free(tx, await lock(tx, holder))
    return await fulfillment.leave(tx, id=id, by=by)


async def end_stop(
    tx: Tx, *, run_id: RunId, fulfillment_id: FulfillmentId, delivered: bool, note: str, by: Hand
) -> RunWhole:
    """At a door: given, or nobody was at home. Locks the order, its work, then stock. Refuses NotFound, BadRun, WrongState."""
    head, _ = await _order_of(tx, fulfillment_id)
    run = await fulfillment.end_stop(
        tx, id=run_id, fulfillment_id=fulfillment_id, delivered=delivered, note=note, by=by
    )  # fmt: skip
    if delivered:
        await _deliver(tx, head, fulfillment_id, by)
    return run


async def _deliver(tx: Tx, head: Head, id: FulfillmentId, by: Hand) -> None:
    done = await fulfillment.deliver(tx, id=id, by=by)
    if done is None:
        return
    one, left = done
    if one.work.way is Way.LOCAL_DELIVERY:
        lines, parts = await _leaves(tx, head, one, left, by)
        await fulfil(tx, head, lines, parts, type="delivered", location_id=one.work.location_id, by=by)
        given = _as_lines(parts)
    else:
        given = tuple(
            HandOverLine(line_id, units)
            for line_id, units in fulfillment.whole_units(one.lines, "gone").items()
            if units
        )
    tx.emit(
        [
            OrderDelivered(
                subject=head.id, by=by, occurred_at=tx.now, customer_id=head.customer_id, fulfillment_id=id,
                location_id=one.work.location_id, lines=given,
            )
        ]
    )  # fmt: skip


async def track(tx: Tx, *, told: Sequence[Tracked], by: Hand) -> list[FulfillmentId]:
    """What a carrier tells of parcels. What has arrived at its buyer is delivered; what has arrived at a store is for the store to
    say. Answers with the work that was delivered by it. Locks the work of those parcels."""
    delivered = []
    for id in await fulfillment.track(tx, told=told, by=by):
        one = await fulfillment.work(tx, id=id)
        holder = fulfillment.holder_of(one.work)
        if one.work.way is Way.SHIP and one.work.state is Progress.SHIPPED and isinstance(holder, OrderId):
            await _deliver(tx, (await tx.all(store.FIND, ids=[holder], label=None, link_token=None))[0], id, by)
            delivered.append(id)
    return delivered


SYSTEM = Hand(actor="system:fulfillment", actor_name="")


async def give_up(tx: Tx, *, id: FulfillmentId, by: Hand) -> WorkWhole:
    """What waited is for sale again, where it waited. Locks the order, its work, then stock. Refuses NotFound, WrongState."""
    head, _ = await _order_of(tx, id)
    one, back = await fulfillment.give_up(tx, id=id, by=by)
    if one.work.way is Way.SHIP_TO_STORE:  # it had left the books of the place that sent it
        await inventory.move(
            tx,
            moves=[
                Move(
                    variant_id=each.variant_id, quantity=each.quantity, source=Outside.CUSTOMER,
                    target=Spot(one.work.place), reason=Cause.RETURNED, reference=str(head.id), by=by,
                    occurred_at=tx.now, lots=each.lots,
                )
                for each in back
            ],
        )  # fmt: skip
        return one
    await _let_go(tx, head, one, by)
    return one


async def _let_go(tx: Tx, head: Head, one: WorkWhole, by: Hand) -> None:
    """End the holds of some work's lines at its place; what else the order holds stays held."""
    lines = {line.line_id.bytes for line in one.lines}
    held = await inventory.held(tx, holder=head.id)
    kept: list[HeldLine] = [
        each for each in held if not (each.line_id.bytes in lines and each.location_id == one.work.location_id)
    ]
    if len(kept) == len(held):
        return
    if not kept:
        await inventory.release(tx, holders=[head.id], by=by)
        return
    (answer,) = await inventory.allocate(
        tx,
        wants=[
            Want(
                holder=head.id, replaces=head.id, by=by, occurred_at=tx.now,
                lines=tuple(
                    WantLine(LineItemId.of(each.line_id), each.variant_id, each.location_id, each.quantity, take=False)
                    for each in kept
                ),
            )
        ],
    )  # fmt: skip
    if isinstance(answer, Refused):
        raise answer
