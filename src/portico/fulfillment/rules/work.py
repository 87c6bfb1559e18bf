"""How work goes on: a table per way, and what follows from counts. No clock, no SQL."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from portico.fulfillment.types import Label, LabelStep, Progress, Step, Tables, Urgency, Way, WorkLine, WrongState
from portico.inventory.types import LotQuantity

P, S = Progress, Step

BEFORE_IT_LEAVES: Mapping[tuple[Progress, Step], Progress] = {
    (P.OPEN, S.START): P.PICKING,
    (P.PICKING, S.PAUSE): P.OPEN,
    (P.PICKED, S.REOPEN): P.OPEN,
    (P.OPEN, S.HOLD): P.ON_HOLD,
    (P.PICKING, S.HOLD): P.ON_HOLD,
    (P.PICKED, S.HOLD): P.ON_HOLD,
    (P.ON_HOLD, S.RESUME): P.OPEN,
    (P.OPEN, S.CANCEL): P.CANCELED,
    (P.PICKING, S.CANCEL): P.CANCELED,
    (P.PICKED, S.CANCEL): P.CANCELED,
    (P.ON_HOLD, S.CANCEL): P.CANCELED,
}
PACKING: Mapping[tuple[Progress, Step], Progress] = {
    **BEFORE_IT_LEAVES,
    (P.PICKING, S.FINISH): P.PICKED,
    (P.PICKED, S.PACK): P.PACKED,
    (P.PACKED, S.UNPACK): P.PICKED,
    (P.PACKED, S.HOLD): P.ON_HOLD,
    (P.PACKED, S.CANCEL): P.CANCELED,
    (P.ON_HOLD, S.RESUME_PICKED): P.PICKED,
}
FETCHED: Mapping[tuple[Progress, Step], Progress] = {
    (P.OPEN, S.START): P.PICKING,
    (P.PICKING, S.PAUSE): P.OPEN,
    (P.PICKING, S.FINISH): P.READY,
    (P.READY, S.REOPEN): P.OPEN,
    (P.READY, S.HAND_OVER): P.HANDED_OVER,
    (P.OPEN, S.HAND_OVER): P.HANDED_OVER,  # somebody went and took it from the shelf
    (P.PICKING, S.HAND_OVER): P.HANDED_OVER,
    (P.READY, S.NO_SHOW): P.NOT_FETCHED,
    (P.OPEN, S.HOLD): P.ON_HOLD,
    (P.PICKING, S.HOLD): P.ON_HOLD,
    (P.READY, S.HOLD): P.ON_HOLD,
    (P.ON_HOLD, S.RESUME): P.OPEN,
    (P.ON_HOLD, S.RESUME_READY): P.READY,
    (P.OPEN, S.CANCEL): P.CANCELED,
    (P.PICKING, S.CANCEL): P.CANCELED,
    (P.READY, S.CANCEL): P.CANCELED,
    (P.ON_HOLD, S.CANCEL): P.CANCELED,
}
STATES: Tables = {
    Way.SHIP: {
        **PACKING,
        (P.PACKED, S.SHIP): P.SHIPPED,
        (P.SHIPPED, S.DELIVER): P.DELIVERED,
        (P.SHIPPED, S.SEND_BACK): P.RETURNED,
    },
    Way.SHIP_TO_STORE: {
        **PACKING,
        (P.PACKED, S.SHIP): P.SHIPPED,
        (P.SHIPPED, S.ARRIVE): P.ARRIVED,
        (P.SHIPPED, S.SEND_BACK): P.RETURNED,
        (P.ARRIVED, S.MAKE_READY): P.READY,
        (P.ARRIVED, S.HAND_OVER): P.HANDED_OVER,
        (P.READY, S.HAND_OVER): P.HANDED_OVER,
        (P.READY, S.NO_SHOW): P.NOT_FETCHED,
    },
    Way.LOCAL_DELIVERY: {
        **PACKING,
        (P.PACKED, S.GO_OUT): P.OUT_FOR_DELIVERY,
        (P.OUT_FOR_DELIVERY, S.DELIVER): P.DELIVERED,
        (P.OUT_FOR_DELIVERY, S.COME_BACK): P.PACKED,
    },
    Way.COLLECT: FETCHED,
    Way.DRIVE_UP: FETCHED,
}
LABELS: Mapping[tuple[Label, LabelStep], Label] = {
    (Label.NONE, LabelStep.ASK): Label.ASKED,
    (Label.ASKED, LabelStep.SEND): Label.SENT,
    (Label.SENT, LabelStep.ANSWER): Label.BOUGHT,
    (Label.SENT, LabelStep.REFUSE): Label.FAILED,
    (Label.SENT, LabelStep.NOT_SENT): Label.ASKED,
    (Label.SENT, LabelStep.LOSE): Label.UNKNOWN,
    (Label.UNKNOWN, LabelStep.FIND): Label.BOUGHT,
    (Label.UNKNOWN, LabelStep.REFUSE): Label.FAILED,
    (Label.UNKNOWN, LabelStep.MISS): Label.ASKED,
    (Label.FAILED, LabelStep.ASK): Label.ASKED,
    (Label.BOUGHT, LabelStep.VOID): Label.VOID,
    (Label.NONE, LabelStep.VOID): Label.VOID,
    (Label.FAILED, LabelStep.VOID): Label.VOID,
}
FINAL = frozenset({P.DELIVERED, P.HANDED_OVER, P.RETURNED, P.NOT_FETCHED, P.CANCELED})
AT_WORK = frozenset({P.OPEN, P.PICKING, P.PICKED, P.PACKED, P.ON_HOLD})  # before anything has left
FETCHABLE = frozenset({P.OPEN, P.PICKING, P.READY, P.ARRIVED})

# What carriers call the same thing differently is made one of these by their adapters.
STATUSES = (
    "pre_transit", "in_transit", "out_for_delivery", "available_for_pickup", "delivered", "return_to_sender", "failure",
    "canceled", "unknown",
)  # fmt: skip

DIGITS = "0123456789"
SOON = timedelta(minutes=30)
KEEP_DAYS = 7  # how long what is ready waits for her, where nobody says otherwise
SAMPLES = 50


def after(way: Way, state: Progress, step: Step) -> Progress:
    """The state that `step` leads to. Refuses WrongState."""
    found = STATES[way].get((state, step))
    if found is None:
        raise WrongState(state=state, step=step)
    return found


def may(way: Way, state: Progress, step: Step) -> bool:
    return (state, step) in STATES[way]


def resume(way: Way, lines: Sequence[WorkLine], *, ready: bool) -> Step:
    """How far work is once a hold is lifted: as far as what was picked of it."""
    if any(one.to_pick for one in lines) or not any(one.picked for one in lines):
        return Step.RESUME
    if way in (Way.COLLECT, Way.DRIVE_UP):
        return Step.RESUME_READY if ready else Step.RESUME
    return Step.RESUME_PICKED


def new_code() -> str:
    """Six digits, as they are said at a counter or typed on a telephone."""
    return "".join(secrets.choice(DIGITS) for _ in range(6))


def urgency(due_at: datetime, *, at: datetime) -> Urgency:
    if due_at < at:
        return Urgency.LATE
    return Urgency.SOON if due_at - at <= SOON else Urgency.IN_TIME


def whole_units(lines: Sequence[WorkLine], counted: str) -> dict[Any, int]:
    """How many of each order's line that is: of a bundle, as many as its scarcest component makes."""
    found: dict[Any, int] = {}
    for one in lines:
        units = getattr(one, counted) // one.per_unit
        found[one.line_id] = min(units, found.get(one.line_id, units))
    return found


def learned(minutes: Sequence[float]) -> int:
    """The median: one order over which somebody fell asleep does not make a place slow."""
    if not minutes:
        return 0
    ordered = sorted(minutes)
    middle = len(ordered) // 2
    value = ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
    return max(0, round(value))


def asked_anew(line: WorkLine, asked: int) -> WorkLine:
    """The line when so many are asked for: what is not picked goes first, then what was missing anyway; what was picked and is
    too many is put back."""
    short = max(line.moved, min(line.short, asked - line.picked))
    picked = max(0, min(line.picked, asked - short))
    return msgspec.structs.replace(
        line, asked=asked, short=short, picked=picked, put_back=line.put_back + line.picked - picked,
        packed=min(line.packed, picked), lots=split_lots(line.lots, picked - line.gone)[0],
    )  # fmt: skip


def missing(lines: Sequence[WorkLine], key: tuple[Any, Any], quantity: int) -> list[WorkLine]:
    """The lines when so many of one were not found: of a bundle that is not whole, the other parts go back too. Those that changed."""
    (one,) = [each for each in lines if each.key == key]
    found = msgspec.structs.replace(one, short=one.short + quantity)
    parts = [found if each.key == key else each for each in lines if each.line_id == one.line_id]
    units = min((each.asked - each.short) // each.per_unit for each in parts)
    changed = []
    for each in parts:
        short = max(each.short, each.asked - units * each.per_unit)
        picked = min(each.picked, each.asked - short)
        changed.append(
            msgspec.structs.replace(
                each, short=short, picked=picked, put_back=each.put_back + each.picked - picked,
                packed=min(each.packed, picked), lots=split_lots(each.lots, picked - each.gone)[0],
            )
        )  # fmt: skip
    return changed


def split_lots(lots: Sequence[LotQuantity], units: int) -> tuple[tuple[LotQuantity, ...], tuple[LotQuantity, ...]]:
    """The lots of the first so many units, and those of the rest."""
    taken, rest = [], []
    for one in lots:
        used = min(one.quantity, units)
        units -= used
        if used:
            taken.append(msgspec.structs.replace(one, quantity=used))
        if one.quantity > used:
            rest.append(msgspec.structs.replace(one, quantity=one.quantity - used))
    return tuple(taken), tuple(rest)


def with_lot(lots: Sequence[LotQuantity], one: LotQuantity) -> tuple[LotQuantity, ...]:
    """One more, joined to those of its name."""
    found = list(lots)
    for i, each in enumerate(found):
        if each.name == one.name and not one.serial:
            found[i] = msgspec.structs.replace(each, quantity=each.quantity + one.quantity)
            return tuple(found)
    return (*found, one)
