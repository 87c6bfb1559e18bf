"""Holding an order back, and what people note on it."""

import re
from collections.abc import Sequence

from portico.fulfillment import api as fulfillment
from portico.orders import editing_store as store
from portico.orders.events import OrderHeld, OrderNoted, OrderReleased
from portico.orders.finding import lock
from portico.orders.types import (
    NOTE_LENGTH_MAX,
    TAG_LENGTH_MAX,
    TAGS_MAX,
    BadNote,
    BadTags,
    Head,
    Hold,
    HoldId,
    HoldKind,
    Note,
    NoteId,
    NotHeldBack,
    OnHold,
    OrderId,
)
from portico.platform.db import Tx
from portico.platform.events import Hand

_TAG = re.compile(r"[\w-]+", re.UNICODE)


async def hold(tx: Tx, *, order_id: OrderId, kind: HoldKind, reason: str, by: Hand) -> None:
    """Nothing of the order goes out until the hold is lifted; a second one of the same kind changes nothing. Locks the order.

    Refuses NotFound.
    """
    head = await lock(tx, order_id)
    if any(one.kind is kind and one.lifted_at is None for one in await holds(tx, ids=[order_id])):
        return
    await hold_all(tx, orders=[(order_id, by)], kind=kind, reason=reason)
    await fulfillment.hold_work(tx, holder=order_id, reason=reason or kind, by=by)
    tx.emit(
        [OrderHeld(subject=order_id, by=by, occurred_at=tx.now, customer_id=head.customer_id, kind=kind, reason=reason)]
    )


async def hold_all(tx: Tx, *, orders: Sequence[tuple[OrderId, Hand]], kind: HoldKind, reason: str) -> None:
    """Hold back orders that are locked, or new in this transaction, each by the hand that comes with it."""
    await tx.run(
        store.HOLD,
        ids=[HoldId.new() for _ in orders],
        order_ids=[order_id for order_id, _ in orders],
        actors=[by.actor for _, by in orders],
        actor_names=[by.actor_name for _, by in orders],
        kind=kind,
        reason=reason[:500],
        now=tx.now,
    )


async def lift(tx: Tx, *, order_id: OrderId, kind: HoldKind, by: Hand) -> None:
    """Let the order go on, where no other hold stands. Locks the order. Refuses NotFound, NotHeldBack."""
    head = await lock(tx, order_id)
    if not await tx.run(store.LIFT, order_id=order_id, kind=kind, actor=by.actor, actor_name=by.actor_name, now=tx.now):
        raise NotHeldBack(kind=kind)
    await tx.run(store.LIFTED, order_id=order_id)
    standing = any(one.lifted_at is None for one in await holds(tx, ids=[order_id]))
    if not standing:
        await fulfillment.release_work(tx, holder=order_id, by=by)
    tx.emit(
        [
            OrderReleased(
                subject=order_id, by=by, occurred_at=tx.now, customer_id=head.customer_id, kind=kind, on_hold=standing
            )
        ]
    )  # fmt: skip


async def lift_if_held(tx: Tx, *, order_id: OrderId, kind: HoldKind, by: Hand) -> None:
    """Let go on what was held back for this; where nothing of the kind holds it, nothing changes."""
    if any(one.kind is kind and one.lifted_at is None for one in await holds(tx, ids=[order_id])):
        await lift(tx, order_id=order_id, kind=kind, by=by)


async def holds(tx: Tx, *, ids: Sequence[OrderId]) -> list[Hold]:
    """Every hold of these orders, those that were lifted too; oldest first."""
    return await tx.all(store.HOLDS, ids=list(ids))


async def refuse_held(tx: Tx, *, head: Head) -> None:
    """Refuses OnHold while something holds the order back."""
    if head.on_hold:
        standing = tuple(one.kind for one in await holds(tx, ids=[head.id]) if one.lifted_at is None)
        raise OnHold(kinds=standing)


async def note(tx: Tx, *, order_id: OrderId, text: str, by: Hand) -> Note:
    """Write a note that the buyer does not see. Refuses NotFound, BadNote."""
    text = text.strip()
    if not 0 < len(text) <= NOTE_LENGTH_MAX:
        raise BadNote()
    head = await lock(tx, order_id)
    made = Note(NoteId.new(), order_id, text, by.actor, by.actor_name, tx.now)
    await tx.run(
        store.WRITE_NOTE, id=made.id, order_id=order_id, text=text, actor=by.actor, actor_name=by.actor_name,
        channel_id=by.channel_id, now=tx.now,
    )  # fmt: skip
    tx.emit([OrderNoted(subject=order_id, by=by, occurred_at=tx.now, customer_id=head.customer_id)])
    return made


async def notes(tx: Tx, *, ids: Sequence[OrderId]) -> list[Note]:
    return await tx.all(store.NOTES, ids=list(ids))


def read_tags(tags: Sequence[str]) -> tuple[str, ...]:
    """Tags in small letters, each once, in order. Refuses BadTags."""
    cleaned = tuple(dict.fromkeys(one.strip().lower() for one in tags))
    if len(cleaned) > TAGS_MAX or any(not _TAG.fullmatch(one) or len(one) > TAG_LENGTH_MAX for one in cleaned):
        raise BadTags()
    return cleaned


async def tag(tx: Tx, *, order_id: OrderId, tags: Sequence[str]) -> None:
    """Give an order these tags and no others. Locks the order. Refuses NotFound, BadTags."""
    cleaned = read_tags(tags)
    await lock(tx, order_id)
    await tx.run(store.TAG, order_id=order_id, tags=list(cleaned))
