"""The ways of a promise, to choose from: grouped as a shopper thinks of them, each with its window, its times and what it means."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import msgspec

from portico.channels.shop import stores, told
from portico.channels.shop.page import Choice
from portico.channels.shop.visit import Visit
from portico.channels.shop.whereabouts import Whereabouts
from portico.checkout.types import Choice as CheckoutChoice
from portico.fulfillment.types import NotOffered, Option, Promise, SlotOffer, Way, WayReason
from portico.orders.types import Method, ShipTo

SLOTS_MAX = 48
SHOWN = 4  # of a group; the others on request
GROUPS = {
    "collect": (Way.COLLECT,), "drive_up": (Way.DRIVE_UP,), "delivered": (Way.SHIP, Way.LOCAL_DELIVERY),
    "ship_to_store": (Way.SHIP_TO_STORE,), "split": (Way.SPLIT,),
}  # fmt: skip
DELIVERED = (Way.SHIP, Way.LOCAL_DELIVERY, Way.SPLIT)
APART = "apart"


class Day(msgspec.Struct, frozen=True):
    """The times of a day."""

    label: str
    times: tuple[Choice, ...]


class WayCard(msgspec.Struct, frozen=True, kw_only=True):
    """A way to choose. `number` is its own on the page; `latest` is what a way without times was promised for."""

    number: int
    id: str
    title: str
    text: str
    when: str
    notes: tuple[str, ...]
    days: tuple[Day, ...]
    latest: str
    chosen: bool
    error: str
    price: str


class WayGroup(msgspec.Struct, frozen=True):
    kind: str
    title: str
    hint: str
    cards: tuple[WayCard, ...]
    more: tuple[WayCard, ...]


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """`lead` says what has become of what was chosen before; `missing` are the ways there are not, with why; `charged`: for some of
    them carriage is."""

    postal: str
    postal_error: str
    there: str
    groups: tuple[WayGroup, ...]
    missing: tuple[tuple[str, str], ...]
    lead: str
    error: str
    charged: bool


def ways(
    here: Visit, promise: Promise, at: Whereabouts, *, typed: Mapping[str, str], lead: str = "", error: str = ""
) -> Ways:
    """What is `typed` stays chosen as long as it is there."""
    options = sorted(
        promise.options, key=lambda one: not here.is_mine(one.location_id)
    )  # else as they come: the soonest first
    wanted = typed.get("way", "")
    offered = [one for kinds in GROUPS.values() for one in options if one.way in kinds]
    if wanted != APART and not any(one.id == wanted for one in offered):
        wanted = offered[0].id if offered else ""
    charged = any(one.carriage is not None for one in options)
    groups, number = [], 0
    for kind, kinds in GROUPS.items():
        cards = []
        for one in options:
            if one.way in kinds:
                number += 1
                price = _price(here, one) if charged else ""
                cards.append(_card(here, one, number, typed, wanted, error, price))
        if cards:
            shown = [one for i, one in enumerate(cards) if i < SHOWN or one.chosen]
            hint = "" if charged and kind == "delivered" else here.say(f"shop.way.hint.{kind}")
            more = tuple(one for one in cards if one not in shown)
            groups.append(WayGroup(kind, here.say(f"shop.way.group.{kind}"), hint, tuple(shown), more))
    there = here.say("shop.way.there", code=at.point.postal_code, name=at.point.name) if at.point else ""
    at_a_way = any(card.error for group in groups for card in (*group.cards, *group.more))
    return Ways(
        postal=at.typed, postal_error=at.error, there=there, groups=tuple(groups), lead=lead,
        missing=tuple({_group(one.way): _missing(here, one) for one in promise.not_offered if _worth_saying(one, groups)}.values()),
        error="" if at_a_way else error, charged=charged,
    )  # fmt: skip


def before(choices: Sequence[CheckoutChoice], ship_to: ShipTo | None) -> dict[str, str]:
    """What a checkout holds or held, as the fields of the form that chose it."""
    if not choices:
        return {}
    methods, stays = {one.method for one in choices}, [one for one in choices if one.method is not Method.SHIP]
    places = {one.location_id for one in stays}
    if methods == {Method.COLLECT} and len(places) > 1:
        return {"way": APART, **{f"at_{one.line_id}": str(one.location_id) for one in choices}}
    if not stays:
        return {"way": str(Way.SHIP)}
    way = str(Way.SPLIT) if Method.SHIP in methods else str(stays[0].method)
    place = ship_to.location_id if ship_to and ship_to.location_id else stays[0].location_id
    earliest = stays[0].earliest
    return {"way": f"{way}~{place}", **({f"slot_{way}~{place}": earliest.isoformat()} if earliest else {})}


def _price(here: Visit, one: Option) -> str:
    """What the buyer is charged for it."""
    charge = one.carriage
    left = 0 if charge is None else charge.gross if here.market.taxes_included else charge.net
    return here.words.money(left) if left else here.say("shop.carriage.free")


def _card(
    here: Visit, one: Option, number: int, typed: Mapping[str, str], wanted: str, error: str, price: str
) -> WayCard:
    place = here.directory.locations.get(one.location_id) if one.location_id else None
    zone = place.time_zone if place else here.zone
    chosen = one.id == wanted
    text = ""
    if place and one.way not in (Way.LOCAL_DELIVERY, Way.SPLIT):
        parts = (told.street(told.place_view(here, place.id)), stores.distance(here, one.distance_m))
        text = " · ".join(part for part in parts if part)
    return WayCard(
        number=number,
        id=one.id,
        title=place.name if place and one.way not in DELIVERED else here.say(f"shop.way.title.{one.way}", store=place.name if place else ""),
        text=text,
        when=_when(here, one, zone),
        notes=tuple(_notes(here, one, zone)),
        days=_days(here, one, typed.get(f"slot_{one.id}", ""), zone),
        latest="" if one.slots else one.latest.isoformat(),
        chosen=chosen,
        error=error if chosen and typed.get("way") == one.id else "",
        price=price,
    )  # fmt: skip


def _when(here: Visit, one: Option, zone: str) -> str:
    words = here.words
    if one.way is Way.SHIP:
        return here.say("shop.told.arrives", days=words.days(one.earliest, one.latest, zone))
    if one.way is Way.SPLIT:
        sent = [each for each in one.parts if each.way is Way.SHIP and each.earliest and each.latest]
        first = min((each.earliest for each in sent if each.earliest), default=one.earliest)
        last = max((each.latest for each in sent if each.latest), default=one.latest)
        own = next(each for each in one.parts if each.way is not Way.SHIP)
        from_when = own.earliest or one.earliest
        return here.say(
            "shop.way.split", day=words.day(from_when, zone), time=words.clock(from_when, zone),
            days=words.days(first, last, here.zone),
        )  # fmt: skip
    if one.slots:
        slot = words.slot(one.slots[0].starts_at, one.slots[0].ends_before, zone)
        return here.say("shop.way.earliest", slot=slot)
    return told.window(here, Method(one.way.value), one.earliest, one.latest, zone)[0]


def _notes(here: Visit, one: Option, zone: str) -> list[str]:
    notes = []
    if one.carriage and one.carriage.missing and not one.carriage.discount:
        notes.append(here.say("shop.carriage.free_from", amount=here.words.money(one.carriage.free_from or 0)))
    if one.carriage and one.carriage.discount:
        notes.append(one.carriage.discount.title)
    if one.parcels > 1:
        notes.append(here.say("shop.way.parcels", count=one.parcels))
    expected = [why.on for why in one.why if why.code is WayReason.EXPECTED_ON and why.on]
    notes += [here.say("shop.way.expected", day=here.words.date(day)) for day in expected]
    if not one.slots and one.way in (Way.COLLECT, Way.DRIVE_UP, Way.SHIP_TO_STORE):
        notes.append(here.say("shop.told.kept", day=here.words.day(one.latest, zone)))
    return notes


def _days(here: Visit, one: Option, wanted: str, zone: str) -> tuple[Day, ...]:
    """Its times, by day."""
    words = here.words

    def time(slot: SlotOffer) -> Choice:
        value = slot.starts_at.isoformat()
        return Choice(value, words.hours(slot.starts_at, slot.ends_before, zone), value == wanted)

    by_day = groupby(one.slots, key=lambda slot: words.day(slot.starts_at, zone, alone=True))
    return tuple(Day(label, tuple(map(time, slots))) for label, slots in by_day)


def _worth_saying(one: NotOffered, groups: Sequence[WayGroup]) -> bool:
    """Not where a neighbour of the same group is there, nor what nobody asked for."""
    if one.way in (Way.CARRY_OUT, Way.SPLIT, Way.SHIP_TO_STORE):
        return False
    there = {each.kind for each in groups}
    return not any(one.way in kinds and kind in there for kind, kinds in GROUPS.items())


def _group(way: Way) -> str:
    return next(kind for kind, kinds in GROUPS.items() if way in kinds)


def _missing(here: Visit, one: NotOffered) -> tuple[str, str]:
    nowhere = one.why.code is WayReason.NO_STOCK and one.way in (Way.COLLECT, Way.DRIVE_UP)
    why = here.say("shop.way.why_nowhere" if nowhere else f"shop.way.why.{one.why.code}")
    return here.say(f"shop.way.group.{_group(one.way)}"), why
