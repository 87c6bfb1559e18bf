"""Holding a promise: its units, its time, and the decision from where it is sent, all or nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec

from portico.bookings import api as bookings
from portico.bookings.types import Ask, Booking
from portico.business.api import Directory
from portico.fulfillment.api.promising import Plan, grounds_of, plans_of
from portico.fulfillment.api.sourcing import keep
from portico.fulfillment.rules import ways
from portico.fulfillment.types import (
    HeldPromise,
    Network,
    Option,
    OptionGone,
    Part,
    PromiseAsk,
    SlotOffer,
    Way,
)
from portico.fulfillment.types.promise import SLOTS_MAX
from portico.inventory import api as inventory
from portico.inventory.types import Granted, Want, WantLine
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id
from portico.platform.refusals import Refused

HOLD_LASTS = timedelta(minutes=15)
GRACE = timedelta(minutes=15)  # so much later is still what was promised: she took her time to choose


async def hold(
    tx: Tx,
    *,
    ask: PromiseAsk,
    option_id: str,
    holder: Id,
    directory: Directory,
    network: Network,
    by: Hand,
    slot: datetime | None = None,
    latest: datetime | None = None,
    lasts: timedelta = HOLD_LASTS,
) -> HeldPromise:
    """Hold an option, all of it or nothing: its units, its time (`slot`: when it begins; else the first), and the decision from
    where it is sent. `latest` is what was promised: later than that is not the same.

    What `ask.replaces` holds is given up for it. Locks what `inventory.allocate` and `bookings.book` lock, in that order.
    Refuses OptionGone, with the ways there are now; BadAsk.
    """
    if slot is not None:  # whichever she was shown
        ask = msgspec.structs.replace(ask, slots_max=SLOTS_MAX)
    grounds = await grounds_of(tx, ask, directory, network)
    plans, _ = await asyncio.to_thread(plans_of, grounds)
    now = tuple(one.option for one in plans)
    plan = next((one for one in plans if one.option.id == option_id), None)
    if plan is None or (latest is not None and slot is None and plan.option.latest > latest + GRACE):
        raise OptionGone(option_id=option_id, options=now)
    chosen = next((one for one in plan.option.slots if slot is None or one.starts_at == slot), None)
    if plan.option.slots and chosen is None:
        raise OptionGone(option_id=option_id, options=now)
    expires_at = tx.now + lasts
    try:
        async with tx.savepoint():
            await _take(tx, plan, ask, holder, by, expires_at)
            await _book(tx, chosen, holder, by, expires_at)
            if plan.decided:
                await keep(tx, decided=plan.decided, holder=holder)
    except _Lost:
        raise OptionGone(option_id=option_id, options=now) from None
    return HeldPromise(_at(plan, chosen) if chosen else plan.option, chosen, expires_at)


def _at(plan: Plan, slot: SlotOffer) -> Option:
    """The option with the time that was chosen: what is fetched or driven out is had then, what is sent when it arrives."""

    def part(one: Part) -> tuple[Part, ...]:
        return (one,) if one.way is Way.SHIP else ways.timed([one], slot.starts_at, slot.ends_before)

    sent_by = plan.option.latest if plan.decided else datetime.min.replace(tzinfo=UTC)
    return msgspec.structs.replace(
        plan.option, earliest=slot.starts_at, latest=max(slot.ends_before, sent_by),
        parts=tuple(each for one in plan.option.parts for each in part(one)),
    )  # fmt: skip


class _Lost(Exception):
    """Somebody was faster."""


async def _take(tx: Tx, plan: Plan, ask: PromiseAsk, holder: Id, by: Hand, expires_at: datetime) -> None:
    parts = await inventory.parts_of(tx, variant_ids=sorted({one.variant_id for one in plan.option.parts}))
    lines = tuple(
        WantLine(one.line_id, each.variant_id, one.location_id, each.quantity, take=False, backorder=one.backorder)
        for one in plan.option.parts
        for each in inventory.on_shelf(one.variant_id, one.quantity, parts)
    )
    want = Want(
        holder=holder, lines=lines, by=by, occurred_at=tx.now, expires_at=expires_at, replaces=ask.replaces
    )  # fmt: skip
    (answer,) = await inventory.allocate(tx, wants=[want])
    if not isinstance(answer, Granted):
        raise _Lost


async def _book(tx: Tx, slot: SlotOffer | None, holder: Id, by: Hand, expires_at: datetime) -> None:
    """A time of one's own, where the way has times; the one the holder had before is given back first."""
    for before in await bookings.bookings(tx, holders=[holder]):
        await bookings.cancel(tx, booking_id=before.id, by=by)
    if slot is None:
        return
    ask = Ask(
        resource_id=slot.resource_id, starts_at=slot.starts_at, ends_before=slot.ends_before, quantity=1, holder=holder,
        by=by, expires_at=expires_at,
    )  # fmt: skip
    (answer,) = await bookings.book(tx, asks=[ask])
    if isinstance(answer, Refused):
        raise _Lost
    assert isinstance(answer, Booking)
