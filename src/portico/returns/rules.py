"""Pure decisions about returns: what follows what, what may come back and until when, what is kept of it."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from portico.business.types import LocationId, MarketId
from portico.inventory.types import Outside, Spot
from portico.inventory.types import State as Stock
from portico.orders.types import FulfillmentEvent, Head, OrderLine
from portico.pricing.types import LineItemId
from portico.returns.types import Block, Event, Grade, Policy, ReturnReason, State, Way

S, E = State, Event

FOLLOWS: dict[tuple[State, Event], State] = {
    (S.REQUESTED, E.TAKE): S.COMPLETED,
    (S.REQUESTED, E.APPROVE): S.APPROVED,
    (S.REQUESTED, E.REJECT): S.REJECTED,
    (S.REQUESTED, E.CANCEL): S.CANCELED,
    (S.REQUESTED, E.GRANT): S.COMPLETED,
    (S.APPROVED, E.SEND): S.IN_TRANSIT,
    (S.APPROVED, E.RECEIVE): S.RECEIVED,
    (S.APPROVED, E.REJECT): S.REJECTED,
    (S.APPROVED, E.CANCEL): S.CANCELED,
    (S.IN_TRANSIT, E.RECEIVE): S.RECEIVED,
    (S.IN_TRANSIT, E.CANCEL): S.CANCELED,  # it never came
    (S.RECEIVED, E.GRADE): S.COMPLETED,
}
OPEN = frozenset({S.REQUESTED, S.APPROVED, S.IN_TRANSIT, S.RECEIVED})

# Where units of a grade go; to be looked at is where they are until somebody says more.
PLACES: dict[Grade, Stock | Outside] = {
    Grade.SELLABLE: Stock.ON_HAND,
    Grade.DAMAGED: Stock.DAMAGED,
    Grade.QUARANTINE: Stock.TO_INSPECT,
    Grade.DISCARD: Outside.SCRAP,
    Grade.SEND_BACK: Outside.CUSTOMER,
}
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HAD = ("handed_over", "collected", "delivered")  # the buyer has it from then on


def new_code() -> str:
    """R and eight random letters, as in R-M4K7-Q2PX: no order's label looks like it."""
    number = secrets.randbits(40)
    code = "".join(LETTERS[number >> shift & 31] for shift in range(0, 40, 5))
    return f"R-{code[:4]}-{code[4:]}"


def new_token() -> str:
    """What the link of a return's own page ends in: nobody guesses it."""
    return secrets.token_urlsafe(16)


def parcel_weight(
    boxes: Sequence[tuple[int, Mapping[LineItemId, int]]], back: Mapping[LineItemId, int], *, otherwise: int
) -> int:
    """What a parcel with `back` in it weighs, in grams: its share of what the boxes weighed that it came in, by units; `otherwise`
    where nobody has weighed it."""
    grams = 0
    for weight, contents in boxes:
        units = sum(contents.values())
        ours = sum(min(quantity, back.get(line_id, 0)) for line_id, quantity in contents.items())
        grams += -(-weight * ours // units) if units else 0
    return grams or otherwise


def place(grade: Grade, location_id: LocationId) -> Spot | Outside:
    to = PLACES[grade]
    return Spot(location_id, to) if isinstance(to, Stock) else to


def policy_for(policies: Sequence[Policy], category: str, market_id: MarketId) -> Policy:
    """The one that names the category, else the one that names none, else thirty days and no fee."""
    named = {one.category: one for one in policies if one.active}
    return named.get(category) or named.get("") or Policy(market_id=market_id)


class Standing(msgspec.Struct, frozen=True):
    """How a line stands: how many may come back, how many were sent and have not arrived, since when the buyer has them."""

    left: int
    missing: int
    had_at: datetime | None


def standing(line: OrderLine, head: Head, events: Sequence[FulfillmentEvent], asked: int) -> Standing:
    """`asked`: so many are part of a return that is under way. The days run from the last hand-over or delivery; of orders from
    elsewhere, of which nobody told us, from their day."""
    own = [one for one in events if one.line_id == line.id]
    sent = sum(one.quantity for one in own if one.type == "shipped")
    came = sum(one.quantity for one in own if one.type == "delivered")
    had = [one.occurred_at for one in own if one.type in HAD]
    left = max(0, line.fulfilled - line.returned - line.exchanged - asked)
    had_at = max(had) if had else None if own else head.placed_at
    return Standing(left, max(0, min(left, sent - came)), had_at)


def judge(
    now: Standing, *, policy: Policy, reason: ReturnReason, quantity: int, at: datetime, way: Way = Way.COUNTER
) -> tuple[Block, ...]:
    """What is against it. Nothing: it may come back."""
    found = []
    if quantity > now.left:
        found.append(Block.NOTHING_LEFT)
    if reason is ReturnReason.MISSING_PARCEL:
        if quantity > now.missing:
            found.append(Block.NOT_MISSING)
        return tuple(found)
    if policy.final_sale and not reason.ours:
        found.append(Block.FINAL_SALE)
    ends = until(now, policy=policy, reason=reason)
    if ends is not None and at >= ends:
        found.append(Block.WINDOW_OVER)
    if way is Way.POST and not policy.by_post:
        found.append(Block.NOT_BY_POST)
    return tuple(found)


def until(now: Standing, *, policy: Policy, reason: ReturnReason) -> datetime | None:
    """Before when it may come back; None while the buyer does not have it."""
    days = policy.fault_days if reason.ours else policy.days
    return None if now.had_at is None else now.had_at + timedelta(days=days)


def fees(worth: Sequence[tuple[Policy, ReturnReason, int]], *, way: Way) -> int:
    """What is kept: a part of each line's worth, and the dearest postage once; nothing where the fault is ours; never more than
    it is all worth."""
    kept = [(policy, value) for policy, reason, value in worth if not reason.ours]
    restocking = sum((2 * value * policy.restocking_ppm + 1_000_000) // 2_000_000 for policy, value in kept)
    by_post = len(kept) == len(worth) and way is Way.POST
    postage = max((policy.postage for policy, _ in kept), default=0) if by_post else 0
    return min(restocking + postage, sum(value for _, value in kept))


def buyer_may(state: State, way: Way) -> frozenset[Event]:
    """What its buyer may do with a return that is hers: keep it after all while she has it, and say that she has sent it."""
    may = {E.CANCEL} if state in (S.REQUESTED, S.APPROVED) else set()
    return frozenset(may | ({E.SEND} if state is S.APPROVED and way is Way.POST else set()))


def worth(unit_price: int, *, quantity: int, scale: int) -> int:
    """What so many steps of 10^-`scale` are worth at a price of one whole unit: rounded once, half up."""
    whole: int = 10**scale
    return (2 * unit_price * quantity + whole) // (2 * whole)


def asked_for(lines: Sequence[tuple[LineItemId | None, int]]) -> Mapping[LineItemId, int]:
    """How many of each line are part of returns under way."""
    sums: dict[LineItemId, int] = {}
    for line_id, quantity in lines:
        if line_id is not None:
            sums[line_id] = sums.get(line_id, 0) + quantity
    return sums
