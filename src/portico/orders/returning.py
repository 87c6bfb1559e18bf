"""Goods come back: counters, what they are worth, and the money that is owed for them.

Which of them may come back, and into which stock they go, is for `returns` to say.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from portico.orders import carrying, paying, recutting, rules, store
from portico.orders import returning_store as own_store
from portico.orders.events import OrderReturned
from portico.orders.finding import lock
from portico.orders.types import (
    Adjustment,
    AdjustmentId,
    BadQuantity,
    HandOverLine,
    Head,
    OrderId,
    OrderLine,
    TakeBack,
    TakenBack,
    TooManyBack,
)
from portico.payments.types import Own
from portico.platform import money
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id, encode_hook
from portico.platform.refusals import NotFound
from portico.pricing.types import LineItemId

BACK = ("return", "exchange")


async def locked(tx: Tx, *, order_id: OrderId) -> Head:
    """The order, locked: whoever decides what of it comes back does so alone. Refuses NotFound."""
    return await lock(tx, order_id)


async def take_back(
    tx: Tx, *, order_id: OrderId, lines: Sequence[TakeBack], reason: str, cause: Id, by: Hand, fee: int = 0,
    settle: bool = True, instead: Own | None = None,
) -> TakenBack:  # fmt: skip
    """Take goods back and give what is owed for them to the tenders it came from, less a `fee` (of at most their worth). With the last of
    them what was paid for carriage goes back, where all came back (Directive 2011/83/EU, article 13).

    With `settle` False nothing is given back yet: whoever calls changes the order further and squares it then. Locks the order,
    then its payments and ledger accounts. Refuses NotFound, BadQuantity, TooManyBack, and what giving money back refuses.
    """
    head = await lock(tx, order_id)
    before = await tx.all(store.LINES, ids=[order_id])
    after = _counted(before, lines)
    worth = values(head, before, await tx.all(store.ADJUSTMENTS, ids=[order_id]), lines)
    state, goods = rules.state(after), sum(worth.values())
    fee = max(0, min(fee, goods))
    brought = carrying.back_with(head, state, after)
    carriage = max(0, min(brought.gross, head.total - head.credited - goods)) if brought else 0
    value = goods + carriage
    of_carriage = [carriage] if carriage else []
    now = msgspec.structs.replace(
        head, state=state, credited=head.credited + value, fee=head.fee + fee, total=head.total + fee,
        version=head.version + 1, carriage=brought or head.carriage,
    )  # fmt: skip
    await tx.run(
        own_store.TAKE_BACK,
        order_id=order_id,
        state=now.state,
        value=value,
        fee=fee,
        line_ids=[one.id for one in after],
        returneds=[one.returned for one in after],
        exchangeds=[one.exchanged for one in after],
        carriage=None if now.carriage is None else msgspec.json.encode(now.carriage, enc_hook=encode_hook).decode(),
        adjustment_ids=[AdjustmentId.new() for _ in (*lines, *of_carriage)],
        adjustment_line_ids=[*(one.line_id for one in lines), *(None for _ in of_carriage)],
        adjustment_types=[*(BACK[one.exchanged] for one in lines), *(BACK[0] for _ in of_carriage)],
        adjustment_quantities=[*(-one.quantity for one in lines), *(0 for _ in of_carriage)],
        adjustment_amounts=[*(-worth[i] for i in range(len(lines))), *(-one for one in of_carriage)],
        customer_id=head.customer_id,
        currency=head.currency,
        reason=reason[:500],
        now=tx.now,
    )
    gone: Counter[LineItemId] = Counter()
    for one in lines:
        gone[one.line_id] += one.quantity
    tx.emit(
        [
            OrderReturned(
                subject=order_id, by=by, occurred_at=tx.now, customer_id=head.customer_id,
                lines=tuple(HandOverLine(*each) for each in gone.items()), amount=value, fee=fee, currency=head.currency,
                reason=reason, cause=str(cause), carriage=carriage,
            )
        ]
    )  # fmt: skip
    refunds = await paying.square(tx, head=now, reason=reason, cause=cause, by=by, instead=instead) if settle else []
    return TakenBack(await lock(tx, order_id), value, fee, tuple(refunds), carriage)


def _counted(before: Sequence[OrderLine], lines: Sequence[TakeBack]) -> list[OrderLine]:
    """The lines that something comes back of, with their counters. Refuses NotFound, BadQuantity, TooManyBack."""
    by_id = {one.id: one for one in before}
    for one in lines:
        line = by_id.get(one.line_id)
        if line is None:
            raise NotFound(what="line", id=str(one.line_id))
        if one.quantity <= 0:
            raise BadQuantity(quantity=one.quantity)
        left = line.fulfilled - line.returned - line.exchanged
        if one.quantity > left:
            raise TooManyBack(line_id=line.id, left=left)
        counter = "exchanged" if one.exchanged else "returned"
        by_id[line.id] = msgspec.structs.replace(line, **{counter: getattr(line, counter) + one.quantity})
    return list(by_id.values())


def worths(head: Head, lines: Sequence[OrderLine]) -> Mapping[LineItemId, int]:
    """What each line is worth: its gross, less its share of what was taken off the order as a whole."""
    gross = [max(0, one.gross) for one in lines]
    whole = max(0, sum(gross) + recutting.unshared(head, lines))
    shares = money.split(whole, weights=gross) if sum(gross) else gross
    return {one.id: share for one, share in zip(lines, shares, strict=True)}


def values(
    head: Head, lines: Sequence[OrderLine], adjustments: Sequence[Adjustment], back: Sequence[TakeBack]
) -> dict[int, int]:
    """What each of `back` is worth, by its position. What all units up to a point are worth is rounded, and what was credited
    before is taken from it: so one by one they add up to the line. Never more than the order comes to, all together."""
    by_id, whole = {one.id: one for one in lines}, worths(head, lines)
    credited: Counter[LineItemId] = Counter()
    for adjusted in adjustments:
        if adjusted.line_id and adjusted.type in BACK and adjusted.status == "completed":
            credited[adjusted.line_id] -= adjusted.amount
    units = Counter({one.id: one.returned + one.exchanged for one in lines})
    left = max(0, head.total - head.credited)
    found = {}
    for i, one in enumerate(back):
        line = by_id[one.line_id]
        units[line.id] += one.quantity
        up_to = (2 * whole[line.id] * units[line.id] + line.agreed) // (2 * line.agreed)
        found[i] = max(0, min(up_to - credited[line.id], left))
        credited[line.id] += found[i]
        left -= found[i]
    return found
