"""The label of a return by post: when one is asked for, how far it is, and what it says.

The carrier itself is asked by whoever works for us, outside of transactions, as for parcels that go out.
"""

from collections.abc import Mapping, Sequence

from portico.business.types import Location, LocationId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import Bought, Contact, Label, LabelAsk, LabelFile, LabelStep, Tracked
from portico.orders import api as orders
from portico.orders.types import Head as OrderHead
from portico.orders.types import Order
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId
from portico.returns import finding, judging, rules, settling, store
from portico.returns.types import Event, NoLabel, Policy, Return, ReturnId, ReturnLabel, State, Way

PRINTABLE = frozenset({State.APPROVED, State.IN_TRANSIT})
MOVING = frozenset({"in_transit", "out_for_delivery", "available_for_pickup", "delivered"})
LEFT = ("shipped", "handed_over", "collected", "delivered", "sent_to_store")


async def ask(
    tx: Tx, *, found: Return, order: Order, carrier: str | None = None, service: str | None = None
) -> None:  # fmt: skip
    """Ask for the label of a return that was approved; one that is there or on its way stays. Refuses NoLabel.

    `carrier` and `service` None: as its policy says. Under the order's lock.
    """
    head = found.head
    if head.way is not Way.POST or head.state not in PRINTABLE:
        raise NoLabel(state=head.state)
    policy = await _policy(tx, found, order)
    weight = await _weight(tx, found, order, otherwise=policy.parcel_grams)
    asked = await tx.maybe(
        store.ASK_LABEL, id=head.id, carrier=carrier or policy.carrier,
        service=policy.service if service is None else service, weight_grams=weight, send_to=policy.send_to, now=tx.now,
    )  # fmt: skip
    if asked is not None or (found.label and found.label.label in fulfillment.PENDING):
        tx.enqueue("return_label", {"return_id": str(head.id)})


async def _policy(tx: Tx, found: Return, order: Order) -> Policy:
    """The one of its first line."""
    case = await judging.case(tx, order=order)
    line = next((known for one in found.lines if one.line_id and (known := case.line(one.line_id))), None)
    return case.policy(line) if line else Policy(market_id=found.head.market_id)


async def _weight(tx: Tx, found: Return, order: Order, *, otherwise: int) -> int:
    back: dict[LineItemId, int] = {}
    for one in found.lines:
        if one.line_id:
            back[one.line_id] = back.get(one.line_id, 0) + one.quantity
    works = await fulfillment.find(tx, holders=[order.head.id])
    boxes = await fulfillment.parcels(tx, fulfillment_ids=[one.work.id for one in works]) if works else []
    contents = [(box.weight_grams, {one.line_id: one.quantity for one in box.contents}) for box in boxes]
    return rules.parcel_weight(contents, back, otherwise=otherwise)


async def ask_again(
    tx: Tx, *, return_id: ReturnId, carrier: str | None = None, service: str | None = None
) -> Return:  # fmt: skip
    """After its carrier would not make it, or while nobody knows whether it has: then the carrier is asked what it knows.
    Locks the order. Refuses NotFound, NoLabel."""
    found = await finding.find(tx, name=str(return_id))
    if found.head.order_id is None:
        raise NoLabel(state=found.head.state)
    await orders.locked(tx, order_id=found.head.order_id)
    found = await finding.find(tx, name=str(return_id))
    order = await orders.order(tx, order_id=found.head.order_id)  # type: ignore[arg-type]  # it does not change hands
    await ask(tx, found=found, order=order, carrier=carrier, service=service)
    return await finding.find(tx, name=str(return_id))


async def label(tx: Tx, *, return_id: ReturnId) -> ReturnLabel:
    """Refuses NotFound."""
    found = await tx.all(store.LABELS, ids=[return_id])
    if not found:
        raise NotFound(what="label", id=str(return_id))
    return found[0]


async def file(tx: Tx, *, found: Return) -> LabelFile | None:
    """As it is printed; None while its carrier has not answered. Refuses NoLabel once it is of no use."""
    usable = found.head.state in PRINTABLE and found.label is not None and found.label.label is not Label.FAILED
    if not usable:
        raise NoLabel(state=found.head.state)
    return await tx.maybe(store.LABEL_FILE, id=found.head.id)


async def step(
    tx: Tx, *, return_id: ReturnId, before: Label, step: LabelStep, by: Hand, error: str = ""
) -> bool:  # fmt: skip
    """Move a label on, if it is still as it was; of two at once one does."""
    after = fulfillment.label_after(before, step)
    moved = await tx.maybe(store.MOVE_LABEL, id=return_id, before=before, after=after, error=error[:500])
    if moved is not None and after in (Label.FAILED, Label.UNKNOWN):
        await _tell(tx, return_id, after, by)
    return moved is not None


async def keep_ref(tx: Tx, *, return_id: ReturnId, ref: str) -> None:
    """What the carrier calls the shipment, before its label is paid for: so that it is never bought twice."""
    await tx.run(store.KEEP_REF, id=return_id, carrier_ref=ref)


async def keep(tx: Tx, *, return_id: ReturnId, before: Label, ref: str, bought: Bought, by: Hand) -> bool:
    """A label has come."""
    assert fulfillment.label_after(before, LabelStep.ANSWER if before is Label.SENT else LabelStep.FIND) is Label.BOUGHT
    kept = await tx.maybe(
        store.KEEP_LABEL, id=return_id, before=before, carrier_ref=ref, service=bought.service,
        tracking_code=bought.tracking_code, tracking_url=bought.tracking_url, label=bought.label,
        label_type=bought.label_type, cost=bought.cost, currency=bought.currency,
    )  # fmt: skip
    if kept is not None:
        await _tell(tx, return_id, Label.BOUGHT, by)
    return kept is not None


async def _tell(tx: Tx, return_id: ReturnId, after: Label, by: Hand) -> None:
    found = await finding.find(tx, name=str(return_id))
    settling.tell_label(tx, found.head, after, by)


async def whom(tx: Tx, *, return_id: ReturnId, locations: Mapping[LocationId, Location]) -> LabelAsk:
    """Where from, where to: addresses are the order's and the place's to know, and are kept nowhere else."""
    found = await finding.find(tx, name=str(return_id))
    asked = await label(tx, return_id=return_id)
    assert found.head.order_id is not None
    order = await orders.order(tx, order_id=found.head.order_id)
    place = locations[asked.send_to or _came_from(found, order, locations)]
    return LabelAsk(
        reference=str(return_id), sender=_buyer(order.head, place), receiver=Contact(place.name, place.address, place.phone or ""),
        weight_grams=asked.weight_grams, length_mm=0, width_mm=0, height_mm=0, service=asked.service, note=found.head.code,
        is_return=True,
    )  # fmt: skip


def _came_from(found: Return, order: Order, locations: Mapping[LocationId, Location]) -> LocationId:
    """The place that gave the first of it out; else the one that sold it; else the first of the market."""
    named = {one.line_id for one in found.lines}
    gave = [one.location_id for one in order.events if one.line_id in named and one.type in LEFT]
    known = [one for one in (*gave, order.head.location_id) if one in locations]
    rest = sorted(one.id for one in locations.values() if one.market_id == found.head.market_id)
    first = next((one for one in (*known, *rest) if one is not None), None)
    assert first is not None, "a market that sells has a place"
    return first


def _buyer(head: OrderHead, place: Location) -> Contact:
    """Who sends it. Where no address of hers is known, it is the place's own town that carriers price by."""
    name = f"{head.buyer_given_name} {head.buyer_family_name}".strip() or head.label
    address = head.ship_to.address if head.ship_to and head.ship_to.address else place.address
    return Contact(name, address, head.buyer_phone, head.buyer_email)


async def track(tx: Tx, *, told: Sequence[Tracked], by: Hand) -> list[ReturnId]:
    """What a carrier tells of returns on their way: one that moves was sent, whether her who sends it says so or not. Told again it
    is the same. Locks the orders of those."""
    moving = [one.tracking_code for one in told if one.status in MOVING]
    sent = []
    for head in await tx.all(store.TRACKED, codes=moving) if moving else []:
        assert head.order_id is not None
        await orders.locked(tx, order_id=head.order_id)
        now = (await finding.find(tx, name=str(head.id))).head
        if now.state is State.APPROVED:
            await settling.go_on(tx, head=now, event=Event.SEND, by=by)
            sent.append(head.id)
    return sent
