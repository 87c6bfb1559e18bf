"""Segments of the demo: a handful that a shop of things for the home would begin with. Who is in them follows from its orders."""

from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.segments import api as segments
from portico.segments.types import (
    AllOf,
    AnyOf,
    Bought,
    ChannelShare,
    Condition,
    Consented,
    InSegment,
    LastOrder,
    NewSegment,
    Not,
    OrderCount,
    OrdersWorth,
)

REGULARS = "regulars"


def _new(code: str, name: str, condition: Condition, note: str = "") -> NewSegment:
    return NewSegment(code=code, name=name, condition=condition, note=note)


GROUPS = (
    _new(REGULARS, "Regulars", OrderCount(at_least=3), "Three orders or more, whatever the channel"),
    _new(
        "big-baskets",
        "Big baskets",
        AnyOf(
            (
                OrdersWorth(currency="EUR", at_least=30_000),
                OrdersWorth(currency="GBP", at_least=25_000),
                OrdersWorth(currency="RUB", at_least=3_000_000),
            )
        ),
        "What all their orders came to, less what came back",
    ),
    _new("shop-lovers", "At home in our stores", ChannelShare(channel_kinds=("pos",), percent=25)),
    _new(
        "win-back",
        "To win back",
        AllOf(
            (LastOrder(before_days=5), Not(InSegment(code=REGULARS)), Consented(purpose="marketing", channel="email"))
        ),
        "Gone quiet, and may be written to",
    ),
    _new(
        "green-fingers",
        "Green fingers",
        AllOf((Bought(categories=("greenery",), days=180), Not(Bought(categories=("stationery",))))),
        "Plants lately, and nothing for the desk yet",
    ),
)


async def put(tx: Tx, *, by: Hand) -> None:
    there = {one.code for archived in (False, True) for one in await segments.segments(tx, archived=archived)}
    for new in GROUPS:
        if new.code not in there:
            await segments.put(tx, new=new, expected_version=0, by=by)
