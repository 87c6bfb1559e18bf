"""What the demo's stores are at: of the first store of each market, work in every state it can be in, and buyers outside."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import msgspec

from portico.app.demo import chain
from portico.business.api import Directory
from portico.business.types import Address, Location, Market
from portico.catalog import api as catalog
from portico.catalog.types import Tracking, VariantId
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.fulfillment import api as fulfillment
from portico.fulfillment.types import (
    Bought,
    Contact,
    Label,
    LabelAsk,
    LabelStep,
    NewParcel,
    NothingToPick,
    Proof,
    Shelved,
    Tracked,
    WorkWhole,
    Zone,
)
from portico.integrations.carriers.own import number_of, page
from portico.inventory import api as inventory
from portico.orders import api as orders
from portico.orders.types import (
    Allotment,
    Buyer,
    HoldKind,
    Method,
    Order,
    OrderId,
    PlaceLine,
    PlaceOrder,
    ShipTo,
    Term,
)
from portico.platform import clock
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused
from portico.pricing.types import LineItemId

WAVE = 3  # orders that are to be picked together
# How far each order's work goes.
PLANS = (
    (Method.COLLECT, "late"), (Method.COLLECT, "open"), (Method.COLLECT, "picking"), (Method.COLLECT, "ready"),
    (Method.COLLECT, "handed_over"), (Method.COLLECT, "not_fetched"), (Method.DRIVE_UP, "here"),
    (Method.DRIVE_UP, "on_the_way"), (Method.SHIP, "open"), (Method.SHIP, "held"), (Method.SHIP, "picked"),
    (Method.SHIP, "packed"), (Method.SHIP, "shipped"), (Method.SHIP, "delivered"), (Method.SHIP, "canceled"),
    (Method.SHIP_TO_STORE, "shipped"), (Method.SHIP_TO_STORE, "ready"), (Method.LOCAL_DELIVERY, "packed"),
    (Method.LOCAL_DELIVERY, "out"),
)  # fmt: skip
# Of these the goods still wait to be fetched, as far as the order's promises say.
WAITING = sum(method.fetched and plan != "handed_over" for method, plan in PLANS)
PLENTY = 6  # of what is ordered here, so that no plan fails for want of stock
ZONES = {
    "es": ("Sala", "Almacén"), "it": ("Sala", "Magazzino"), "ru": ("Зал", "Склад"), "en": ("Shop floor", "Back room"),
}  # fmt: skip
REASONS = {
    "es": "Dirección dudosa", "it": "Indirizzo dubbio", "ru": "Сомнительный адрес", "en": "Address looks odd",
}  # fmt: skip


async def put(
    tx: Tx,
    *,
    directory: Directory,
    variants: dict[str, VariantId],
    people: dict[str, list[CustomerId]],
    staff_id: Callable[[str], Id],
    by: Hand,
) -> int:
    """How many orders were placed for it."""
    plain = [
        one.id
        for one in (await catalog.variants(tx, ids=list(variants.values()))).values()
        if one.tracking is Tracking.NONE and not one.components and one.scale == 0
    ]
    placed = 0
    for market in directory.markets.values():
        shops = directory.shops(market.id)
        person = next((one for one in chain.STAFF if one.place == shops[0].code), chain.STAFF[0])
        hand = Hand(
            actor=f"staff:{staff_id(person.number).uuid.hex}", actor_name=f"{person.given_name} {person.family_name}",
            channel_id=by.channel_id,
        )  # fmt: skip
        names = ZONES[market.language]
        await fulfillment.put_zones(
            tx, location_id=shops[0].id, zones=[Zone("A", names[0], 1), Zone("B", names[1], 2)],
            items=[Shelved(str(one), "AB"[i % 2]) for i, one in enumerate(plain)],
        )  # fmt: skip
        placed += await _of_store(tx, directory, market, shops, plain, people[market.code], hand)
        with suppress(NothingToPick):  # nothing of what was ordered lies there
            await fulfillment.make_wave(tx, location_id=shops[0].id, by=hand, works_max=WAVE)
    return placed


async def _of_store(
    tx: Tx, directory: Directory, market: Market, shops: Sequence[Location], variants: Sequence[VariantId],
    people: Sequence[CustomerId], hand: Hand,
) -> int:  # fmt: skip
    levels = await inventory.levels(tx, variant_ids=list(variants), location_ids=[shops[0].id])
    there = {one.variant_id for one in levels if one.on_hand - one.reserved >= PLENTY}
    variants = [one for one in variants if one in there]
    if not variants:
        return 0
    asks = [
        _ask(i, method, market, shops, variants, people[i % len(people)], hand, late=plan == "late", now_minutes=9 * i)
        for i, (method, plan) in enumerate(PLANS)
    ]
    briefs = await customers.briefs(tx, ids=list({one.customer_id for one in asks if one.customer_id}))
    asks = [_named(one, briefs[one.customer_id].name if one.customer_id in briefs else "") for one in asks]
    answers = await orders.place(tx, asks=asks, directory=directory)
    placed = 0
    for answer, (_, plan) in zip(answers, PLANS, strict=True):
        if isinstance(answer, Refused):
            continue
        placed += 1
        await orders.follow(tx, order_id=answer.head.id, directory=directory, by=hand)
        for one in await fulfillment.find(tx, holders=[answer.head.id]):
            await _go(tx, plan, answer, one, directory, market, hand)
    return placed


def _ask(
    i: int, method: Method, market: Market, shops: Sequence[Location], variants: Sequence[VariantId],
    customer_id: CustomerId, hand: Hand, *, late: bool, now_minutes: int,
) -> PlaceOrder:  # fmt: skip
    store = shops[0]
    at = clock.now() - timedelta(minutes=now_minutes)
    ready = at + timedelta(minutes=-40 if late else 25 + 12 * i)
    to = (
        ShipTo(location_id=shops[-1].id if i % 2 else store.id)
        if method is Method.SHIP_TO_STORE
        else ShipTo(address=store.address)
        if method.brought
        else None
    )
    return PlaceOrder(
        order_id=OrderId.new(), market_id=market.id, by=hand, occurred_at=at, language=market.language,
        term=Term.SETTLED_ELSEWHERE, customer_id=customer_id, ship_to=to,
        lines=tuple(
            PlaceLine(
                LineItemId.new(), variants[(5 * i + 11 * n) % len(variants)],
                (Allotment(method, store.id, 1 + n, earliest=ready, latest=ready + timedelta(days=3)),),
            )
            for n in range(1 + i % 3)
        ),
    )  # fmt: skip


def _named(one: PlaceOrder, name: str) -> PlaceOrder:
    given, _, family = name.partition(" ")
    return msgspec.structs.replace(one, buyer=Buyer(given, family))


async def _go(
    tx: Tx, plan: str, order: Order, one: WorkWhole, directory: Directory, market: Market, hand: Hand
) -> None:
    """As far as the plan says."""
    id, holder = one.work.id, order.head.id
    if plan in ("late", "open"):
        return
    if plan == "canceled":
        await orders.cancel(tx, order_id=holder, lines=None, reason="", directory=directory, by=hand)
        await orders.follow(tx, order_id=holder, directory=directory, by=hand)
        return
    if plan == "held":
        await orders.hold(tx, order_id=holder, kind=HoldKind.FRAUD, reason=REASONS[market.language], by=hand)
        await orders.follow(tx, order_id=holder, directory=directory, by=hand)
        return
    await fulfillment.start(tx, id=id, by=hand)
    for n, line in enumerate(one.lines):
        if plan == "picking" and n:
            return
        await fulfillment.pick(
            tx, id=id, line_id=line.line_id, variant_id=line.variant_id, quantity=line.to_pick, by=hand
        )  # fmt: skip
    if plan == "picking":
        return
    await fulfillment.finish(tx, id=id, by=hand, shelf=f"A{1 + len(one.lines)}")
    if one.work.way in ("collect", "drive_up"):
        await _wait(tx, plan, order, one, hand)
        return
    if plan == "picked":
        return
    await fulfillment.pack(
        tx, id=id, by=hand, boxes=[NewParcel(weight_grams=900, length_mm=300, width_mm=200, height_mm=150)]
    )
    if one.work.way == "local_delivery":
        if plan == "out":
            run = await fulfillment.plan_run(
                tx, location_id=one.work.location_id, ids=[id], driver=hand.actor_name, by=hand
            )  # fmt: skip
            await orders.leave_run(tx, id=run.run.id, by=hand)
        return
    if plan == "packed":
        (box,) = await fulfillment.parcels(tx, fulfillment_ids=[id])
        await fulfillment.ask_label(tx, fulfillment_id=id, id=box.id, carrier="own", service="", by=hand)
        return
    await _label(tx, one)
    await orders.ship(tx, id=id, by=hand)
    if plan == "ready":
        await orders.arrive(tx, id=id, by=hand, shelf="C2")
    if one.work.way == "ship":
        await _tell(tx, one, directory, hand, delivered=plan == "delivered")


async def _wait(tx: Tx, plan: str, order: Order, one: WorkWhole, hand: Hand) -> None:
    place, holder = one.work.location_id, order.head.id
    if plan == "handed_over":
        proof = Proof("code", one.work.code, one.work.buyer_name)
        await orders.hand_over(tx, order_id=holder, location_id=place, lines=None, by=hand, proof=proof)
    elif plan == "not_fetched":
        await orders.give_up(tx, id=one.work.id, by=hand)
    elif plan in ("here", "on_the_way"):
        await fulfillment.come(
            tx, holder=holder, location_id=place, by=hand, here=plan == "here", bay="2" if plan == "here" else "",
            minutes=None if plan == "here" else 10,
        )  # fmt: skip


async def _label(tx: Tx, one: WorkWhole) -> None:
    """A label as our own adapter makes it; its page is made anew whenever it is asked for in earnest."""
    (box,) = await fulfillment.parcels(tx, fulfillment_ids=[one.work.id])
    for before, step in ((Label.NONE, LabelStep.ASK), (Label.ASKED, LabelStep.SEND)):
        await fulfillment.step(tx, id=box.id, before=before, step=step, carrier="own")
    number = number_of(str(box.id))
    blank = Contact(one.work.buyer_name, Address("", "", "", ""))
    ask = LabelAsk(
        reference=str(box.id), sender=blank, receiver=blank, weight_grams=box.weight_grams, length_mm=0, width_mm=0,
        height_mm=0, note=one.work.order_label,
    )  # fmt: skip
    bought = Bought("own", "", number, "", page(ask, number), "application/pdf", 0, "")
    await fulfillment.keep_label(tx, id=box.id, before=Label.SENT, ref=str(box.id), bought=bought)


async def _tell(tx: Tx, one: WorkWhole, directory: Directory, hand: Hand, *, delivered: bool) -> None:
    (box,) = await fulfillment.parcels(tx, fulfillment_ids=[one.work.id])
    town = directory.locations[one.work.location_id].address.address_locality
    steps = ("in_transit", "out_for_delivery", *(("delivered",) if delivered else ()))
    await orders.track(
        tx,
        told=[
            Tracked(
                tracking_code=box.tracking_code, status=status, occurred_at=tx.now - timedelta(hours=9 - 3 * i),
                source_id=f"demo {status}", place=town,
            )
            for i, status in enumerate(steps)
        ],
        by=hand,
    )  # fmt: skip
