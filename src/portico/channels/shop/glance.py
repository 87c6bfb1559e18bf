"""At a glance: how soon something can be had, in a line or two, by the same engine that the checkout asks."""

import time
from collections.abc import Sequence

import msgspec

from portico.catalog.types import VariantId
from portico.channels.shop import told
from portico.channels.shop.visit import Visit
from portico.channels.shop.whereabouts import Whereabouts
from portico.fulfillment import api as fulfillment
from portico.fulfillment.api import Networks
from portico.fulfillment.types import Option, PromiseAsk, PromiseLine, Way
from portico.platform import clock
from portico.platform.db import Tx
from portico.pricing.types import LineItemId

KEPT_SECONDS = 20.0
KEPT_MAX = 5_000
SOON = (Way.COLLECT, Way.DRIVE_UP)
HOME = (Way.SHIP, Way.LOCAL_DELIVERY)


class Glance(msgspec.Struct, frozen=True):
    """The soonest of each sort: to be fetched, to be brought. `there` is for where."""

    lines: tuple[tuple[str, str], ...]  # an icon, and the words
    postal: str
    postal_error: str
    there: str


Best = tuple[Option | None, Option | None]


class Glances:
    """What was found a moment ago, by what was asked and from where: a page that is looked at often asks the engine seldom."""

    def __init__(self) -> None:
        self._kept: dict[object, tuple[float, Best]] = {}

    def get(self, key: object) -> Best | None:
        found = self._kept.get(key)
        return found[1] if found and found[0] > time.monotonic() else None

    def put(self, key: object, best: Best) -> None:
        if len(self._kept) >= KEPT_MAX:
            self._kept.clear()
        self._kept[key] = (time.monotonic() + KEPT_SECONDS, best)


async def of_variant(here: Visit, tx: Tx, variant_id: VariantId, at: Whereabouts) -> Glance:
    """One piece of a variant; kept for some seconds."""
    glances = here.door.shared(Glances)
    near = tuple(round(one, 2) for one in at.near) if at.near else None
    key = (here.market.id, here.door.doorway.id, variant_id, near, at.destination, here.my_store)
    best = glances.get(key)
    if best is None:
        best = await _best(here, tx, [(variant_id, 1)], at)
        glances.put(key, best)
    return _glance(here, best, at)


async def of_lines(here: Visit, tx: Tx, lines: Sequence[tuple[VariantId, int]], at: Whereabouts) -> Glance:
    """All of a basket together."""
    return _glance(here, await _best(here, tx, lines, at), at)


async def _best(here: Visit, tx: Tx, lines: Sequence[tuple[VariantId, int]], at: Whereabouts) -> Best:
    """Her own store's, where it has all of it; else the soonest."""
    ask = PromiseAsk(
        lines=tuple(PromiseLine(LineItemId.new(), variant_id, quantity) for variant_id, quantity in lines),
        market_id=here.market.id, channel_id=here.door.doorway.id, by=here.door.hand, occurred_at=clock.now(),
        near=at.near, destination=at.destination, slots_max=1,
    )  # fmt: skip
    network = await here.door.shared(Networks)(here.directory)
    promise = await fulfillment.promise(tx, ask=ask, directory=here.directory, network=network)
    fetched = sorted(
        (one for one in promise.options if one.way in SOON), key=lambda one: not here.is_mine(one.location_id)
    )
    brought = (one for one in promise.options if one.way in HOME)
    return next(iter(fetched), None), next(brought, None)


def _glance(here: Visit, best: Best, at: Whereabouts) -> Glance:
    fetched, brought = best
    lines = []
    if fetched and fetched.location_id:
        lines.append((str(fetched.way), _fetched(here, fetched)))
    if brought:
        short = brought.latest - brought.earliest <= told.SLOT_MAX and brought.way is not Way.SHIP
        written = here.words.slot if short else here.words.days
        days = written(brought.earliest, brought.latest, here.zone)
        lines.append((str(brought.way), here.say("shop.way.short.delivered", days=days)))
    there = here.say("shop.way.there", code=at.point.postal_code, name=at.point.name) if at.point else ""
    return Glance(tuple(lines), at.typed, at.error, there)


def _fetched(here: Visit, one: Option) -> str:
    assert one.location_id is not None
    place, words = here.directory.location(one.location_id), here.words
    if one.latest - one.earliest <= told.SLOT_MAX:
        slot = words.slot(one.earliest, one.latest, place.time_zone)
        return here.say("shop.way.short.collect_slot", slot=slot, store=place.name)
    day, at = words.day(one.earliest, place.time_zone), words.clock(one.earliest, place.time_zone)
    return here.say("shop.way.short.collect", day=day, time=at, store=place.name)
